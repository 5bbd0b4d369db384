"""Links that work once: an invitation for a week, a reset for an hour. Only the hash of a link is kept."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from models.accounts import accounts, tokens
from workflow.doing import Doing
from workflow.errors import WorkflowError
from workflow.known import Known, Person

INVITATION: Final = "invitation"
RESET: Final = "reset"
LASTS: Final = {INVITATION: timedelta(days=7), RESET: timedelta(hours=1)}


class LinkGone(WorkflowError):
    """The link was used, replaced by a newer one, or has expired; or it never was one."""

    status = 410

    def __init__(self, purpose: str) -> None:
        ask = "Ask an administrator for a new one." if purpose == INVITATION else "Ask for a new one."
        super().__init__(f"This link does not work any more: each works once and for a limited time. {ask}")


def digest(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def issue(do: Doing, person: str, purpose: str) -> str:
    """A new link for a person, in place of earlier ones for the same purpose; its token is returned."""
    end(do, person, purpose)
    token = secrets.token_urlsafe(32)
    do.db.execute(
        insert(tokens).values(
            token_hash=digest(token),
            person=person,
            purpose=purpose,
            expires_at=do.now + LASTS[purpose],
            used_at=None,
        )
    )
    return token


def end(do: Doing, person: str, purpose: str | None = None) -> None:
    """No link of this person works from now on: of one purpose, or none at all."""
    open_ones = update(tokens).where(tokens.c.person == person, tokens.c.used_at.is_(None))
    if purpose is not None:
        open_ones = open_ones.where(tokens.c.purpose == purpose)
    do.db.execute(open_ones.values(used_at=do.now))


def holder(db: Connection, known: Known, now: datetime, purpose: str, token: str) -> Person:
    """For whom a link is; nothing is used up. LinkGone if it does not work."""
    query = (
        select(tokens.c.person)
        .join(accounts, accounts.c.person == tokens.c.person)
        .where(
            tokens.c.token_hash == digest(token),
            tokens.c.purpose == purpose,
            tokens.c.used_at.is_(None),
            tokens.c.expires_at > now,
            accounts.c.disabled.is_(False),
        )
    )
    person = known.people.get(db.execute(query).scalar_one_or_none() or "")
    if person is None:
        raise LinkGone(purpose)
    return person


def spend(do: Doing, purpose: str, token: str) -> Person:
    """Use a link up; of two people who use it at the same moment, one gets LinkGone."""
    person = holder(do.db, do.known, do.now, purpose, token)
    do.db.execute(select(accounts.c.person).where(accounts.c.person == person.id).with_for_update())
    unused = update(tokens).where(tokens.c.token_hash == digest(token), tokens.c.used_at.is_(None))
    if do.db.execute(unused.values(used_at=do.now)).rowcount != 1:
        raise LinkGone(purpose)
    return person


def forget(db: Connection, now: datetime) -> None:
    """Remove links that expired a month ago."""
    gone = select(tokens.c.token_hash).where(tokens.c.expires_at < now - timedelta(days=30))
    db.execute(delete(tokens).where(tokens.c.token_hash.in_(gone.with_for_update(skip_locked=True))))
