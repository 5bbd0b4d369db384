"""Who is signed in, for how long, and who is put out."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from models.accounts import accounts, sessions, tokens
from models.outbox import letters
from tests.builders import WORLD
from tests.office import Office
from tests.stories.staff import (
    BASE,
    BETTER,
    GOOD,
    HERE,
    PEOPLE,
    give,
    here,
    invited,
    later,
    rows,
    signs_in,
    token_in_letter,
    who,
)
from workflow import links, passwords, signing_in
from workflow.accounts import (
    disable,
    enable,
    follow_address,
    listed,
    request_reset,
    set_by_link,
)
from workflow.errors import Refused, Unknown
from workflow.links import LinkGone
from workflow.signing_in import NotSignedIn, WrongPassword
from workflow.throttling import TooManyAttempts


def test_after_a_pause_the_password_is_needed_again(office: Office) -> None:
    office.load(WORLD, PEOPLE)
    give(office)
    token = signs_in(office)
    for _page in range(4):
        later(office, minutes=29)
        assert here(office, token).password_is_fresh, "whoever works on is not asked"
    later(office, minutes=31)
    assert not here(office, token).password_is_fresh
    later(office, minutes=1)
    mine = here(office, token)
    assert not mine.password_is_fresh, "going on does not make it fresh"
    with pytest.raises(WrongPassword):
        signing_in.confirm(office.runtime, mine.token_hash, "not my password", HERE)
    assert not here(office, token).password_is_fresh
    signing_in.confirm(office.runtime, mine.token_hash, GOOD, HERE)
    assert here(office, token).password_is_fresh


def test_guessing_the_password_again_is_throttled_like_signing_in(staff: Office) -> None:
    give(staff)
    mine = here(staff, signs_in(staff))
    for _guess in range(5):
        with pytest.raises(WrongPassword):
            signing_in.confirm(staff.runtime, mine.token_hash, "not my password", HERE)
    with pytest.raises(TooManyAttempts):
        signing_in.confirm(staff.runtime, mine.token_hash, GOOD, HERE)


def test_strangers_who_guess_do_not_keep_a_secretary_from_recording(staff: Office) -> None:
    give(staff)
    mine = here(staff, signs_in(staff))
    for _guess in range(5):
        with pytest.raises(NotSignedIn):
            signs_in(staff, "a stranger's guess", at="198.51.100.9")
    with pytest.raises(TooManyAttempts):
        signs_in(staff)
    signing_in.confirm(staff.runtime, mine.token_hash, GOOD, HERE)


def test_signing_in_holds_for_twelve_hours_and_eight_without_use(staff: Office) -> None:
    give(staff)
    used, unused = signs_in(staff), signs_in(staff)
    for _hour in range(7):
        later(staff, hours=1)
        assert here(staff, used)
    later(staff, hours=1)
    assert who(staff, unused) is None
    assert here(staff, used)
    later(staff, hours=3, minutes=59)
    assert here(staff, used)
    later(staff, minutes=1)
    assert who(staff, used) is None
    signs_in(staff)
    assert len(rows(staff, sessions)) == 1, "what has ended is cleared away"


def test_that_somebody_is_here_is_written_at_most_once_a_minute(staff: Office) -> None:
    give(staff)
    token = signs_in(staff)
    began = staff.clock.at
    later(staff, seconds=59)
    here(staff, token)
    assert rows(staff, sessions)[0].last_seen_at == began
    later(staff, seconds=1)
    here(staff, token)
    assert rows(staff, sessions)[0].last_seen_at == staff.clock.at


def test_signing_out_here_and_everywhere(staff: Office) -> None:
    give(staff)
    first, second, third = (signs_in(staff) for _browser in range(3))
    mine = here(staff, first)
    with staff.runtime.doing("cabinet-clerk") as do:
        signing_in.sign_out(do, mine.token_hash)
    assert who(staff, first) is None
    with staff.runtime.looking() as look:
        assert len(signing_in.places(look, "cabinet-clerk")) == 2
    with staff.runtime.doing("cabinet-clerk") as do:
        signing_in.sign_out_everywhere(do, "cabinet-clerk")
    assert (who(staff, second), who(staff, third)) == (None, None)


def test_the_same_browser_signing_in_again_lets_go_of_its_old_token(staff: Office) -> None:
    give(staff)
    before = signs_in(staff)
    old = here(staff, before).token_hash
    signing_in.sign_in(staff.runtime, "cabinet.clerk@example.org", GOOD, HERE, instead_of=old)
    assert who(staff, before) is None


def test_a_disabled_account_is_out_at_once_and_back_when_enabled(office: Office) -> None:
    office.load(WORLD, PEOPLE)
    give(office)
    token = signs_in(office)
    request_reset(office.runtime, "cabinet.clerk@example.org", HERE, BASE)
    reset = token_in_letter(office)
    with office.runtime.doing("admin") as do:
        disable(do, "cabinet-clerk")
    assert who(office, token) is None
    with pytest.raises(LinkGone):
        set_by_link(office.runtime, links.RESET, reset, BETTER)
    with pytest.raises(Refused, match="is disabled"):
        invited(office)
    later(office, minutes=61)
    request_reset(office.runtime, "cabinet.clerk@example.org", HERE, BASE)
    assert len(rows(office, letters)) == 1, "no letter goes to a disabled account"
    with office.runtime.doing("admin") as do:
        enable(do, "cabinet-clerk")
    assert who(office, token) is None
    assert signs_in(office)


def test_a_password_that_turns_wrong_while_it_is_compared_does_not_let_in(
    staff: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(staff)
    real = passwords.matches

    def meanwhile(kept: str | None, password: str) -> bool:
        with staff.runtime.doing("admin") as do:
            disable(do, "cabinet-clerk")
        return real(kept, password)

    monkeypatch.setattr(passwords, "matches", meanwhile)
    with pytest.raises(NotSignedIn):
        signs_in(staff)
    assert rows(staff, sessions) == []


def test_asking_for_a_new_password_says_nothing_about_who_is_known(staff: Office) -> None:
    give(staff)
    for address in ("cabinet.clerk@example.org", "stranger@example.org"):
        for _time in range(3):
            request_reset(staff.runtime, address, HERE, BASE)
        with pytest.raises(TooManyAttempts):
            request_reset(staff.runtime, address, HERE, BASE)
    assert {letter.to for letter in rows(staff, letters)} == {"cabinet.clerk@example.org"}
    assert len(rows(staff, letters)) == 3
    open_links = [token for token in rows(staff, tokens) if token.used_at is None]
    assert len(open_links) == 1, "only the newest link works"


def test_who_cannot_be_given_an_account_and_why(staff: Office) -> None:
    with pytest.raises(Unknown, match="no person nobody"):
        invited(staff, "nobody")
    with pytest.raises(Refused, match="Caretaker has no e-mail address"):
        invited(staff, "caretaker")
    give(staff, "post-room")
    with pytest.raises(Refused, match=r"post\.room@example\.org is what Post room signs in with already"):
        invited(staff, "typist")
    with pytest.raises(Refused, match="has an account with a password already"):
        invited(staff, "post-room")
    with pytest.raises(Refused, match="has no account"), staff.runtime.doing("admin") as do:
        disable(do, "cabinet-clerk")


def test_whoever_gets_another_address_signs_in_with_that_one(staff: Office) -> None:
    give(staff)
    staff.load(PEOPLE.replace("Cabinet.Clerk@", "Clerk.Of.Cabinet@"), update=True)
    with staff.runtime.doing("admin") as do:
        follow_address(do, "cabinet-clerk", "Clerk.Of.Cabinet@example.org")
    with pytest.raises(NotSignedIn):
        signs_in(staff)
    assert signs_in(staff, address="clerk.of.cabinet@example.org")


def test_a_hash_made_with_weaker_parameters_is_renewed_at_the_next_sign_in(staff: Office) -> None:
    give(staff)
    weaker = type(passwords._hasher())(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD)
    with staff.runtime.doing("admin") as do:
        do.db.execute(update(accounts).values(password_hash=weaker))
    assert signs_in(staff)
    (account,) = rows(staff, accounts)
    assert account.password_hash != weaker and not passwords.outdated(account.password_hash)
    assert signs_in(staff)


@pytest.mark.parametrize(
    ("password", "why_not"),
    [
        ("elevenchars", "at least 12"),
        ("x" * 201, "at most 200"),
        ("Cabinet.Clerk@example.org", "your own name"),
        ("cabinet-clerk-1974", "your own name"),
        ("Password!2023", "people try first"),
        ("123456789012", "people try first"),
        ("aaaaaaaaaaaaaaa", "people try first"),
        ("qwertyuiopas", "people try first"),
        (GOOD, None),
        ("x " * 99 + "yz", None),
        ("пароль из слов", None),
    ],
)
def test_which_passwords_may_be_used(password: str, why_not: str | None) -> None:
    said = passwords.weakness(password, "Cabinet clerk", "Cabinet.Clerk@example.org", "cabinet-clerk")
    assert (said is None) == (why_not is None)
    assert why_not is None or why_not in str(said)


def test_a_password_is_the_same_however_a_keyboard_composes_it() -> None:
    kept = passwords.hashed("caf\u00e9 au lait, s'il vous plait")
    assert passwords.matches(kept, "cafe\u0301 au lait, s'il vous plait")
    assert not passwords.matches(kept, "cafe au lait, s'il vous plait")
    assert not passwords.matches(kept, "x" * 1_000_000)
    assert not passwords.matches(None, "")


def test_accounts_are_listed_page_by_page_with_what_became_of_them(staff: Office) -> None:
    give(staff)
    give(staff, "post-room")
    invited(staff, "porter")
    with staff.runtime.doing("admin") as do:
        disable(do, "post-room")
    signs_in(staff)
    with staff.runtime.looking() as look:
        first = listed(look, limit=2)
        rest = listed(look, after=first[-1].person)
    found = {account.person: (account.state, account.last_seen_at) for account in first + rest}
    assert found == {
        "cabinet-clerk": ("active", staff.clock.at),
        "porter": ("invited", None),
        "post-room": ("disabled", None),
    }
