"""People are given accounts, sign in, forget their passwords, and are signed out; strangers guess in vain."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select, update

from models.accounts import accounts, attempts, sessions, tokens
from models.outbox import letters
from tests.builders import WORLD
from tests.office import Office
from workflow import links, passwords, signing_in
from workflow.accounts import (
    Weak,
    cookie_secret,
    create_with_password,
    disable,
    enable,
    follow_address,
    invite,
    listed,
    request_reset,
    set_by_link,
)
from workflow.errors import Refused, Unknown, WorkflowError
from workflow.links import LinkGone
from workflow.runtime import Runtime, open_runtime
from workflow.signing_in import NotSignedIn, SignedIn, WrongPassword
from workflow.throttling import TooManyAttempts

BASE = "https://decisions.example.org"
HERE = "192.0.2.7"
GOOD = "three herons on a wall"
BETTER = "four otters under a bridge"

PEOPLE = """
people:
  - id: cabinet-clerk
    name: Cabinet clerk
    email: Cabinet.Clerk@example.org
    roles: [{role: secretary, forum: cabinet}]
  - {id: post-room, name: Post room, email: post.room@example.org}
  - {id: typist, name: Typist, email: Post.Room@example.org}
  - {id: caretaker, name: Caretaker}
  - {id: porter, name: Porter, email: porter@example.org}
"""


@pytest.fixture
def staff(desk: Office) -> Office:
    desk.load(WORLD, PEOPLE)
    return desk


def give(office: Office, person: str = "cabinet-clerk", password: str = GOOD) -> None:
    with office.runtime.doing("operator") as do:
        create_with_password(do, person, password)


def invited(office: Office, person: str = "cabinet-clerk") -> str:
    """The token of an invitation."""
    with office.runtime.doing("operator") as do:
        return invite(do, person, BASE).rsplit("/", 1)[1]


def signs_in(office: Office, password: str = GOOD, address: str = "cabinet.clerk@example.org", at: str = HERE) -> str:
    return signing_in.sign_in(office.runtime, address, password, at)


def who(office: Office, token: str) -> SignedIn | None:
    with office.runtime.looking() as look:
        return signing_in.who_is(look, token)


def here(office: Office, token: str) -> SignedIn:
    """A request: looked up, and noted."""
    found = who(office, token)
    assert found is not None
    signing_in.note_seen(office.runtime, found)
    return found


def later(office: Office, **by: int) -> None:
    office.clock.at += timedelta(**by)


def rows(office: Office, table: Any) -> list[Any]:
    with office.runtime.looking() as look:
        return list(look.db.execute(select(table)))


def token_in_letter(office: Office) -> str:
    """The token in the newest letter."""
    newest = max(rows(office, letters), key=lambda letter: letter.id)
    return re.findall(r"/([\w-]{20,})\s", newest.body)[0]


def test_an_invited_clerk_sets_a_password_and_signs_in(office: Office) -> None:
    office.load(WORLD, PEOPLE)
    token = invited(office)
    (letter,) = rows(office, letters)
    assert (letter.kind, letter.person, letter.to) == ("invitation", "cabinet-clerk", "cabinet.clerk@example.org")
    assert f"{BASE}/invitation/{token}" in letter.body and letter.secret
    with pytest.raises(NotSignedIn):
        signs_in(office, "")
    assert set_by_link(office.runtime, links.INVITATION, token, GOOD).id == "cabinet-clerk"
    signed_in = who(office, signs_in(office, address="  CABINET.clerk@Example.org "))
    assert signed_in is not None
    assert (signed_in.person.name, signed_in.password_is_fresh) == ("Cabinet clerk", True)


def test_nothing_that_is_kept_lets_anybody_in(staff: Office) -> None:
    token = invited(staff)
    set_by_link(staff.runtime, links.INVITATION, token, GOOD)
    signed_in = signs_in(staff)
    (account,) = rows(staff, accounts)
    assert account.password_hash.startswith("$argon2id$")
    kept = repr(rows(staff, tokens) + rows(staff, sessions) + rows(staff, accounts) + rows(staff, attempts))
    assert not [secret for secret in (token, signed_in, GOOD) if secret in kept]


def test_a_link_works_once_for_its_time_and_until_a_newer_one_is_sent(staff: Office) -> None:
    first, second = invited(staff), invited(staff)
    with pytest.raises(LinkGone, match="Ask an administrator"):
        set_by_link(staff.runtime, links.INVITATION, first, GOOD)
    with pytest.raises(LinkGone):
        set_by_link(staff.runtime, links.RESET, second, GOOD)
    with pytest.raises(Weak, match="at least 12 characters"):
        set_by_link(staff.runtime, links.INVITATION, second, "short")
    later(staff, days=6, hours=23)
    set_by_link(staff.runtime, links.INVITATION, second, GOOD)
    with pytest.raises(LinkGone):
        set_by_link(staff.runtime, links.INVITATION, second, BETTER)
    request_reset(staff.runtime, "cabinet.clerk@example.org", HERE, BASE)
    later(staff, hours=1)
    with pytest.raises(LinkGone, match="Ask for a new one"):
        set_by_link(staff.runtime, links.RESET, token_in_letter(staff), BETTER)
    assert signs_in(staff)


def test_looking_at_a_link_uses_nothing_up(staff: Office) -> None:
    token = invited(staff)
    for _look in range(2):
        with staff.runtime.looking() as look:
            assert links.holder(look.db, look.known, look.now, links.INVITATION, token).id == "cabinet-clerk"
    assert set_by_link(staff.runtime, links.INVITATION, token, GOOD)


def test_a_new_password_signs_everybody_out_and_ends_every_link(staff: Office) -> None:
    give(staff)
    at_desk, at_home = signs_in(staff), signs_in(staff)
    request_reset(staff.runtime, "Cabinet.Clerk@Example.org", HERE, BASE)
    token = token_in_letter(staff)
    assert who(staff, at_desk) and who(staff, at_home), "asking changes nothing"
    set_by_link(staff.runtime, links.RESET, token, BETTER)
    assert who(staff, at_desk) is None and who(staff, at_home) is None
    with pytest.raises(NotSignedIn):
        signs_in(staff)
    assert signs_in(staff, BETTER)


def test_whoever_changes_the_password_stays_signed_in_here_only(staff: Office) -> None:
    give(staff)
    elsewhere, token = signs_in(staff), signs_in(staff)
    mine = here(staff, token)
    with pytest.raises(WrongPassword):
        signing_in.change_password(staff.runtime, mine, "not my password", BETTER, HERE)
    with pytest.raises(Weak, match="your own name"):
        signing_in.change_password(staff.runtime, mine, GOOD, "cabinet clerk 2023", HERE)
    with pytest.raises(Weak, match="the password you have"):
        signing_in.change_password(staff.runtime, mine, GOOD, GOOD, HERE)
    fresh = signing_in.change_password(staff.runtime, mine, GOOD, BETTER, HERE)
    assert fresh != token
    assert (who(staff, elsewhere), who(staff, token)) == (None, None)
    assert here(staff, fresh).person.id == "cabinet-clerk"


@pytest.mark.parametrize(
    "address", ["cabinet.clerk@example.org", "post.room@example.org", "typist", "stranger@example.org", ""]
)
def test_the_same_is_said_whatever_is_wrong(staff: Office, address: str) -> None:
    give(staff)
    give(staff, "post-room")
    with staff.runtime.doing("operator") as do:
        disable(do, "post-room")
    password = "wrong, wrong, wrong" if address.startswith("cabinet") else GOOD
    with pytest.raises(NotSignedIn) as refused:
        signs_in(staff, password, address)
    assert str(refused.value) == str(NotSignedIn())


def test_an_unknown_address_takes_as_much_work_as_a_known_one(staff: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    give(staff)
    verified = []
    real = passwords._hasher().verify
    monkeypatch.setattr(
        type(passwords._hasher()), "verify", lambda _self, kept, word: verified.append(kept) or real(kept, word)
    )
    for address in ("cabinet.clerk@example.org", "stranger@example.org"):
        with pytest.raises(NotSignedIn):
            signs_in(staff, "wrong, wrong, wrong", address)
    known, unknown = verified
    assert known != unknown
    assert known.split("$")[:4] == unknown.split("$")[:4], "the same parameters"


def test_guessing_at_one_address_takes_longer_and_longer(office: Office) -> None:
    office.load(WORLD, PEOPLE)
    give(office)
    for guess in range(5):
        with pytest.raises(NotSignedIn):
            signs_in(office, f"guess number {guess}", at=f"198.51.100.{guess}")
    waits = []
    for _round in range(6):
        with pytest.raises(TooManyAttempts) as refused:
            signs_in(office)
        waits.append(refused.value.seconds // 60)
        later(office, seconds=refused.value.seconds)
        with pytest.raises(NotSignedIn):
            signs_in(office, "another guess of mine")
    assert waits == [1, 2, 4, 8, 15, 15]
    assert str(refused.value) == "Too many attempts. Wait 15 minutes, then try again."
    later(office, minutes=15)
    assert signs_in(office), "the right person gets in after the wait"
    with pytest.raises(NotSignedIn):
        signs_in(office, "mistyped it once")
    assert signs_in(office), "and starts afresh"


def test_an_unknown_address_is_throttled_like_a_known_one(staff: Office) -> None:
    for _guess in range(5):
        with pytest.raises(NotSignedIn):
            signs_in(staff, GOOD, "stranger@example.org")
    with pytest.raises(TooManyAttempts, match="Wait 1 minute, then"):
        signs_in(staff, GOOD, "stranger@example.org")


def test_guessing_at_many_addresses_from_one_place_is_slowed(staff: Office) -> None:
    give(staff)
    with staff.runtime.doing("operator") as do:
        do.db.execute(attempts.insert().values(key=f"from:{HERE}", failures=49, since=do.now))
    assert signs_in(staff), "those who get it right do not count"
    with pytest.raises(NotSignedIn):
        signs_in(staff, GOOD, "stranger@example.org")
    with pytest.raises(TooManyAttempts):
        signs_in(staff)
    assert signs_in(staff, at="203.0.113.9"), "other places are not concerned"
    later(staff, minutes=61)
    assert signs_in(staff)


def test_a_household_of_ipv6_addresses_is_one_place(staff: Office) -> None:
    for host in ("2001:db8:1:2::a", "2001:db8:1:2:ffff::b%eth0"):
        with pytest.raises(NotSignedIn):
            signs_in(staff, GOOD, "stranger@example.org", at=host)
    found = {row.key: row.failures for row in rows(staff, attempts)}
    assert found["from:2001:db8:1:2::/64"] == 2


def at_once(office: Office, acts: list[Callable[[Runtime], object]]) -> list[str]:
    """Everybody at the same moment, each with connections of their own; what came of it, by name."""
    barrier = Barrier(len(acts))

    def one(act: Callable[[Runtime], object]) -> str:
        runtime = open_runtime(office.url, clock=office.clock)
        with runtime.looking():
            barrier.wait(30)
        try:
            act(runtime)
        except WorkflowError as err:
            return type(err).__name__
        finally:
            runtime.engine.dispose()
        return "done"

    with ThreadPoolExecutor(len(acts)) as people:
        return sorted(people.map(one, acts))


def test_guesses_at_the_same_moment_all_count(database: str) -> None:
    office = Office(database)
    office.load(WORLD, PEOPLE)
    give(office)
    guess: Callable[[Runtime], object] = lambda runtime: signing_in.sign_in(  # noqa: E731
        runtime, "cabinet.clerk@example.org", "a guess of many", HERE
    )
    came_of_it = at_once(office, [guess] * 9)
    assert came_of_it == ["NotSignedIn"] * 5 + ["TooManyAttempts"] * 4
    office.close()


def test_of_two_who_use_one_link_at_the_same_moment_one_is_told(database: str) -> None:
    office = Office(database)
    office.load(WORLD, PEOPLE)
    token = invited(office)
    came_of_it = at_once(
        office,
        [
            lambda runtime: set_by_link(runtime, links.INVITATION, token, GOOD),
            lambda runtime: set_by_link(runtime, links.INVITATION, token, BETTER),
        ],
    )
    assert came_of_it == ["LinkGone", "done"]
    office.close()


def test_two_processes_that_start_at_once_sign_cookies_with_one_secret(database: str) -> None:
    office = Office(database)
    found: list[str] = []
    at_once(office, [lambda runtime: found.append(cookie_secret(runtime))] * 4)
    assert len(found) == 4 and len(set(found)) == 1 and len(found[0]) == 64
    office.close()


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
    with pytest.raises(TooManyAttempts):
        signs_in(staff)


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
