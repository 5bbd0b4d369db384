"""Signing in and out, and for how long it holds.

A browser holds a random token; only its hash is kept. It holds for 12 hours, 8 without use; after 30 minutes
without use the password is asked for again before a decision is recorded.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, case, delete, insert, or_, select, update

from models.accounts import accounts, sessions
from workflow import links, passwords, throttling
from workflow.accounts import ACTOR, Weak, keep_password, log, must_be_strong, tidy
from workflow.doing import Doing
from workflow.errors import Refused
from workflow.known import Person
from workflow.links import digest
from workflow.runtime import Looking, Runtime

PAUSE: Final = timedelta(minutes=30)  # after which the password is needed again before a decision is recorded
IDLE: Final = timedelta(hours=8)  # after which nobody is signed in any more
LONGEST: Final = timedelta(hours=12)
NOTED: Final = timedelta(minutes=1)  # how exactly it is known when somebody was last here


class NotSignedIn(Refused):
    """The same sentence whatever was wrong: nobody learns here who has an account."""

    def __init__(self) -> None:
        super().__init__("The e-mail address or the password is not right. Check both, or set a new password.")


class WrongPassword(Refused):
    """Said to somebody who is signed in."""

    def __init__(self) -> None:
        super().__init__("That is not your password. Try again.")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One browser in which a person is signed in, as it is at one moment."""

    token_hash: str
    person: Person
    began_at: datetime
    last_seen_at: datetime
    password_is_fresh: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class _Proof:
    """A password was right. It still has to be the account's when that is made use of."""

    person: str
    key: str  # under which the attempt was counted
    kept: str
    renewed: str | None  # the same password, kept in the way that is used now


def sign_in(runtime: Runtime, address: str, password: str, network: str | None, instead_of: str | None = None) -> str:
    """Sign somebody in; the new token is returned. NotSignedIn, or TooManyAttempts with how long to wait.

    `instead_of` is the hash of a token that the same browser held until now: it ends.
    """
    proof = _proved(runtime, "sign-in", tidy(address), password, network, NotSignedIn())
    with runtime.doing(ACTOR) as do:
        _must_still_hold(do, proof, network, NotSignedIn())
        if instead_of is not None:
            sign_out(do, instead_of)
        token = _begin(do, proof.person)
    _forget(runtime)
    log.info("signed in", person=proof.person)
    return token


def confirm(runtime: Runtime, signed_in: str, password: str, network: str | None) -> None:
    """Somebody who is signed in gives the password again. WrongPassword or TooManyAttempts."""
    sign_in_with = _address_behind(runtime, signed_in)
    proof = _proved(runtime, "confirm", sign_in_with, password, network, WrongPassword())
    with runtime.doing(ACTOR) as do:
        _must_still_hold(do, proof, network, WrongPassword())
        mine = update(sessions).where(sessions.c.token_hash == signed_in)
        do.db.execute(mine.values(password_at=do.now, last_seen_at=do.now))


def change_password(runtime: Runtime, signed_in: SignedIn, current: str, wanted: str, network: str | None) -> str:
    """Change one's own password: everywhere else one is signed out; here a new token takes over, which is returned.

    Weak, WrongPassword or TooManyAttempts.
    """
    person = signed_in.person
    must_be_strong(person, wanted)
    if wanted == current:
        raise Weak("That is the password you have. Choose another one.")
    address = _address_behind(runtime, signed_in.token_hash)
    proof = _proved(runtime, "confirm", address, current, network, WrongPassword())
    kept = passwords.hashed(wanted)
    with runtime.doing(ACTOR) as do:
        _must_still_hold(do, proof, network, WrongPassword())
        keep_password(do, person.id, kept)
        token = _begin(do, person.id)
    log.info("password changed", person=person.id)
    return token


def who_is(look: Looking, token: str) -> SignedIn | None:
    """Who holds this token; None if it has ended, or its person or account is no longer there."""
    row = look.db.execute(_live(look.now).where(sessions.c.token_hash == digest(token))).one_or_none()
    return _signed_in(look, row) if row is not None else None


def places(look: Looking, person: str) -> list[SignedIn]:
    """Every browser in which a person is signed in, newest first."""
    query = _live(look.now).where(sessions.c.person == person).order_by(sessions.c.began_at.desc())
    found: Sequence[Row[Any]] = look.db.execute(query).all()
    return [place for row in found if (place := _signed_in(look, row)) is not None]


def note_seen(runtime: Runtime, signed_in: SignedIn) -> None:
    """Write down, at most once a minute, that somebody is here; after a long pause the password is needed again."""
    if signed_in.at - signed_in.last_seen_at < NOTED:
        return
    with runtime.doing(ACTOR) as do:
        kept = case((sessions.c.last_seen_at < do.now - PAUSE, None), else_=sessions.c.password_at)
        mine = update(sessions).where(
            sessions.c.token_hash == signed_in.token_hash, sessions.c.last_seen_at <= do.now - NOTED
        )
        do.db.execute(mine.values(last_seen_at=do.now, password_at=kept))


def sign_out(do: Doing, signed_in: str) -> None:
    """This browser is signed out."""
    do.db.execute(delete(sessions).where(sessions.c.token_hash == signed_in))


def sign_out_everywhere(do: Doing, person: str) -> None:
    """Every browser of this person is signed out."""
    do.db.execute(delete(sessions).where(sessions.c.person == person))
    log.info("signed out everywhere", person=person, actor=do.actor)


def _proved(runtime: Runtime, kind: str, address: str, password: str, network: str | None, refusal: Refused) -> _Proof:
    """The attempt counts first, in a transaction of its own; the password is compared while none is open.

    `kind` keeps strangers who guess at a sign-in from keeping those who are signed in from confirming.
    """
    key = throttling.address_key(kind, address)
    with runtime.doing(ACTOR) as do:
        throttling.count(do.db, do.now, key, throttling.ADDRESS)
        throttling.count(do.db, do.now, throttling.network_key("from", network), throttling.NETWORK)
        row = do.db.execute(_usable().where(accounts.c.sign_in == address)).one_or_none()
        known = do.known
    account = row if row is not None and row.person in known.people else None
    if not passwords.matches(account.password_hash if account else None, password) or account is None:
        log.info("not signed in", person=account.person if account else None)
        raise refusal
    kept = account.password_hash
    renewed = passwords.hashed(password) if passwords.outdated(kept) else None
    return _Proof(account.person, key, kept, renewed)


def _must_still_hold(do: Doing, proof: _Proof, network: str | None, refusal: Refused) -> None:
    """The account may have been disabled or given another password while the password was compared."""
    same = _usable().where(accounts.c.person == proof.person, accounts.c.password_hash == proof.kept)
    if do.db.execute(same.with_for_update()).one_or_none() is None:
        raise refusal
    if proof.renewed is not None:
        mine = update(accounts).where(accounts.c.person == proof.person)
        do.db.execute(mine.values(password_hash=proof.renewed))
    throttling.forgive(do.db, proof.key)
    throttling.take_back(do.db, throttling.network_key("from", network))


def _usable() -> Any:
    return select(accounts).where(accounts.c.disabled.is_(False), accounts.c.password_hash.is_not(None))


def _address_behind(runtime: Runtime, signed_in: str) -> str:
    with runtime.looking() as look:
        query = (
            select(accounts.c.sign_in)
            .join(sessions, sessions.c.person == accounts.c.person)
            .where(sessions.c.token_hash == signed_in)
        )
        return str(look.db.execute(query).scalar_one_or_none() or "")


def _begin(do: Doing, person: str) -> str:
    token = secrets.token_urlsafe(32)
    moment = {"began_at": do.now, "last_seen_at": do.now, "password_at": do.now}
    do.db.execute(insert(sessions).values(token_hash=digest(token), person=person, **moment))
    return token


def _live(now: datetime) -> Any:
    return (
        select(sessions)
        .join(accounts, accounts.c.person == sessions.c.person)
        .where(
            accounts.c.disabled.is_(False),
            sessions.c.began_at > now - LONGEST,
            sessions.c.last_seen_at > now - IDLE,
        )
    )


def _signed_in(look: Looking, row: Row[Any]) -> SignedIn | None:
    person = look.known.people.get(row.person)
    if person is None:
        return None
    fresh = row.password_at is not None and look.now - row.last_seen_at <= PAUSE
    return SignedIn(row.token_hash, person, row.began_at, row.last_seen_at, fresh, look.now)


def _forget(runtime: Runtime) -> None:
    """Whoever signs in clears away what has ended; what somebody else has in hand is left alone."""
    with runtime.doing(ACTOR) as do:
        over = or_(sessions.c.began_at <= do.now - LONGEST, sessions.c.last_seen_at <= do.now - IDLE)
        ended = select(sessions.c.token_hash).where(over).with_for_update(skip_locked=True)
        do.db.execute(delete(sessions).where(sessions.c.token_hash.in_(ended)))
        links.forget(do.db, do.now)
        throttling.forget(do.db, do.now)
