"""Private calendar addresses: made by people for themselves, and taken away again. The address is the only key."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, insert, or_, select, update

from models.forecasts import forecasts
from models.reminders import feeds
from workflow.doing import Doing
from workflow.errors import Refused, Unknown
from workflow.links import digest
from workflow.logs import Log
from workflow.runtime import Runtime
from workflow.visibility import reader_of, visible

ACTOR: Final = "decision-routes"
MOST: Final = 30  # calendars of one person
NOTED: Final = timedelta(hours=1)  # how often it is written down that one was read

MINE: Final = "mine"

log = Log("calendars")


def make(do: Doing, person: str, scope: str) -> str:
    """A new address for one of somebody's calendars; its token is returned, and never to be had again.

    `scope` is mine, forum:<id> or item:<id>. Unknown if there is no such thing for this person to see.
    """
    _must_be_there(do, person, scope)
    mine = select(func.count()).where(feeds.c.person == person, feeds.c.revoked_at.is_(None))
    if do.db.execute(mine).scalar_one() >= MOST:
        raise Refused(f"You have {MOST} calendars already. Remove one that you no longer follow, then make this one.")
    token = secrets.token_urlsafe(32)
    row = {"token_hash": digest(token), "person": person, "scope": scope, "created_at": do.now}
    do.db.execute(insert(feeds).values(row | {"last_read_at": None, "revoked_at": None}))
    log.info("calendar made", person=person, scope=scope.partition(":")[0])
    return token


def remove(do: Doing, person: str, name: str) -> None:
    """This address of somebody's does not work any more; `name` is the hash of its token."""
    own = (feeds.c.token_hash == name, feeds.c.person == person)
    if do.db.execute(select(feeds.c.person).where(*own)).first() is None:
        raise Unknown("There is no such calendar of yours. Look at the list of your calendars.")
    do.db.execute(update(feeds).where(*own, feeds.c.revoked_at.is_(None)).values(revoked_at=do.now))
    log.info("calendar removed", person=person)


def note_read(runtime: Runtime, name: str, last_read_at: datetime | None, now: datetime) -> None:
    """Write down, at most once an hour, that a calendar is still followed by somebody's program."""
    if last_read_at is not None and now - last_read_at < NOTED:
        return
    with runtime.doing(ACTOR) as do:
        long_ago = or_(feeds.c.last_read_at.is_(None), feeds.c.last_read_at <= do.now - NOTED)
        do.db.execute(update(feeds).where(feeds.c.token_hash == name, long_ago).values(last_read_at=do.now))


def _must_be_there(do: Doing, person: str, scope: str) -> None:
    kind, _, name = scope.partition(":")
    if scope == MINE or (kind == "forum" and name in do.known.world.forums):
        return
    reader = reader_of(do.known, person)
    seen = select(forecasts.c.item).where(forecasts.c.item == name, visible(reader))
    if kind != "item" or do.db.execute(seen).first() is None:
        raise Unknown("There is nothing like that to make a calendar of, or it is not for you to see.")
