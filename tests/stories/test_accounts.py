"""People are given accounts and forget their passwords; strangers guess in vain."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from models.accounts import accounts, attempts, sessions, tokens
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
    Weak,
    cookie_secret,
    disable,
    request_reset,
    set_by_link,
)
from workflow.errors import WorkflowError
from workflow.links import LinkGone
from workflow.runtime import Runtime, open_runtime
from workflow.signing_in import NotSignedIn, WrongPassword
from workflow.throttling import TooManyAttempts


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
