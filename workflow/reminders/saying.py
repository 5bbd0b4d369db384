"""The first half of a sweep: reminders that are due become messages, one for each person they reach.

A message's key follows from what it says, so it is written once, however many processes look and however often.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.exc import InterfaceError, OperationalError

from models.forecasts import readers
from models.items import items
from models.organisations import routes
from models.reminders import messages, reminders, snoozes
from models.sessions import adding
from routes.spec import Route
from workflow import outbox
from workflow.doing import Doing
from workflow.errors import Unknown, WorkflowError
from workflow.logs import Log
from workflow.queries.webhooks import hooks_for
from workflow.reminders.choices import NONE_MADE, choices_made, send_at
from workflow.reminders.kinds import KINDS
from workflow.reminders.ladders import climbed, next_look, reached
from workflow.reminders.matters import Reminder
from workflow.reminders.reaching import MOVED, Said, Spoken, Surroundings, Whose, messages_of
from workflow.reminders.recipients import Posts
from workflow.reminders.told import read_about
from workflow.reminders.watching import ladder_for
from workflow.reminders.writing import hook_letter
from workflow.shelf import route_of

AT_ONCE: Final = 200  # reminders in one transaction
OVERTAKEN: Final = "It was done or moved by then."

_IDS_AT_ONCE: Final = 500
_FAILED_WAITS: Final = tuple(timedelta(hours=hours) for hours in (1, 4, 12, 24))

log = Log("reminders")


def say_due(do: Doing, limit: int = AT_ONCE) -> tuple[int, int]:
    """Turn reminders that are due into messages: how many reminders were looked at, and how many messages written."""
    due = select(reminders).where(reminders.c.next_at <= do.now).order_by(reminders.c.next_at, reminders.c.id)
    found = do.db.execute(due.limit(limit).with_for_update(skip_locked=True)).mappings()
    rows = [Reminder.of(dict(row)) for row in found]
    if not rows:
        return 0, 0
    return len(rows), _said(do, rows, read_around(do, rows))


def keep(do: Doing, found: Sequence[Mapping[str, Any]], around: Surroundings) -> list[Mapping[str, Any]]:
    """Write these messages as far as they are not written; those that are new. Other tools are told of them too."""
    new = [row for row in found if row["key"] not in around.spoken.written]
    again = sorted({row["key"] for row in new} & around.spoken.overtaken)
    for start in range(0, len(again), _IDS_AT_ONCE):
        do.db.execute(delete(messages).where(messages.c.key.in_(again[start : start + _IDS_AT_ONCE])))
    if new:
        do.db.execute(adding(messages, do.db.dialect), [dict(row) for row in new])
        _tell_other_tools(do, new, around)
    return new


def _said(do: Doing, rows: Sequence[Reminder], around: Surroundings) -> int:
    """Say these, together or else one by one: one that cannot be said must not hold up the others."""
    try:
        with do.db.begin_nested():
            return _write(do, rows, around)
    except (OperationalError, InterfaceError):  # no fault of the reminders: all of it comes again
        raise
    except Exception as err:
        if len(rows) > 1:
            return sum(_said(do, [row], around) for row in rows)
        _put_off(do, rows[0], err)
        return 0


def _write(do: Doing, rows: Sequence[Reminder], around: Surroundings) -> int:
    found: list[dict[str, Any]] = []
    looked: list[dict[str, Any]] = []
    for row in rows:
        if row.kind not in KINDS:
            raise Unknown(f"There is no kind of reminder {row.kind}.")
        if row.item not in around.routes:
            raise Unknown("The route of the item cannot be read.")
        ladder = ladder_for(around.known, around.routes[row.item], row.kind, row.forum)
        moments = climbed(ladder, row.day, row.since, do.calendar)
        found += messages_of(row, reached(moments, do.now), around)
        next_at = next_look(ladder, row.day, row.since, do.now, do.calendar, moments)
        looked.append({"key": row.id, "to_next_at": next_at})
    new = keep(do, found, around)
    looked_at = update(reminders).where(reminders.c.id == bindparam("key"))
    do.db.execute(looked_at.values(next_at=bindparam("to_next_at"), failures=0, last_failure=None), looked)
    return len(new)


def _tell_other_tools(do: Doing, new: Sequence[Mapping[str, Any]], around: Surroundings) -> None:
    """What whoever's turn it is is told is told the webhooks of the forum too, once, at an hour at which people work.

    Nothing of Part II.
    """
    hooks = hooks_for(do.db)
    theirs = [row for row in new if row["because"] == "holder" and row["stands_in_for"] is None]
    posted = around.spoken.posted
    said = {row["reminder"]: row for row in theirs if (row["reminder"], row["day"], row["rung"]) not in posted}
    if not hooks or not said:
        return
    about = read_about(do.db, do.known, do.today, do.address, (row["item"] for row in said.values()))
    told = [about.told(row, around.posts) for row in said.values()]
    letters = [
        hook_letter(one, hook)
        for one in told
        if not one.exempt
        for hook in (*hooks.get(None, ()), *(hooks.get(one.forum, ()) if one.forum else ()))
    ]
    for letter in letters:  # only now: what cannot be put into words must not leave half of them behind
        outbox.enqueue(do, letter, not_before=send_at(NONE_MADE, do.now, do.calendar))
    do.flush()


def _put_off(do: Doing, row: Reminder, err: Exception) -> None:
    wait = _FAILED_WAITS[min(row.failures, len(_FAILED_WAITS) - 1)]
    values = {
        "failures": row.failures + 1,
        "last_failure": str(err) if isinstance(err, WorkflowError) else f"It cannot be said ({type(err).__name__}).",
        "next_at": do.now + wait,
    }
    do.db.execute(update(reminders).where(reminders.c.id == row.id).values(values))
    log.warning("reminder not said", reminder=row.id, kind=row.kind, why=type(err).__name__)


def read_around(do: Doing, rows: Sequence[Reminder]) -> Surroundings:
    """Everything that these reminders need, in a fixed number of queries."""
    ids = sorted({row.item for row in rows})
    columns = (items.c.id, items.c.owner, items.c.organisation, items.c.part, routes.c.definition)
    whose = select(*columns).join(routes, routes.c.version == items.c.route_version).where(items.c.id.in_(ids))
    found = do.db.execute(whose).all()
    names = [row.id for row in rows]
    return Surroundings(
        do.known,
        Posts(do.known),
        {row.id: Whose(row.part, row.organisation, row.owner) for row in found},
        _readable({row.id: row.definition for row in found}),
        read_keys(do.db, ids),
        read_spoken(do.db, names),
        choices_made(do.db),
        read_snoozed(do.db, names, do.today),
        do.now,
        do.calendar,
    )


def read_keys(db: Connection, ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Who may see each of these items."""
    keys: dict[str, set[str]] = {item: set() for item in ids}
    for start in range(0, len(ids), _IDS_AT_ONCE):
        chunk = ids[start : start + _IDS_AT_ONCE]
        for row in db.execute(select(readers.c.item, readers.c.reader).where(readers.c.item.in_(chunk))):
            keys[row.item].add(row.reader)
    return {item: frozenset(of) for item, of in keys.items()}


def read_spoken(db: Connection, names: Sequence[str]) -> Spoken:
    """What was said of these reminders before, the newest last."""
    of = messages.c
    columns = (of.key, of.reminder, of.person, of.day, of.because, of.stands_in_for, of.rung)
    kept = (of.letter, of.settled_at, of.dropped)
    said: dict[str, dict[str, Said]] = defaultdict(dict)
    written: set[str] = set()
    moving: set[tuple[str, str, date | None]] = set()
    posted: set[tuple[str, date | None, str]] = set()
    overtaken: set[str] = set()
    for start in range(0, len(names), _IDS_AT_ONCE):
        query = select(*columns, *kept).where(of.reminder.in_(names[start : start + _IDS_AT_ONCE]))
        for row in db.execute(query.order_by(of.settled_at, of.key)):
            if row.because == "holder" and row.day is not None:
                posted.add((row.reminder, row.day, row.rung))
            if row.dropped == OVERTAKEN:
                overtaken.add(row.key)
                continue
            written.add(row.key)
            if row.letter is not None:
                said[row.reminder][row.person] = Said(row.day, row.settled_at, row.because, row.stands_in_for)
            elif row.settled_at is None and row.rung.startswith(MOVED):
                moving.add((row.reminder, row.person, row.day))
    return Spoken(said, frozenset(written), frozenset(overtaken), frozenset(moving), frozenset(posted))


def _readable(definitions: Mapping[str, str]) -> dict[str, Route]:
    """The routes that can be read, by item: one that cannot stops only its own reminders."""
    found: dict[str, Route] = {}
    for item, definition in definitions.items():
        try:
            found[item] = route_of(definition)
        except Exception as err:
            log.warning("route not read", item=item, why=type(err).__name__)
    return found


def read_snoozed(db: Connection, names: Sequence[str], today: date) -> dict[tuple[str, str], date]:
    """Until when somebody does not want to hear of one of these reminders."""
    query = select(snoozes).where(snoozes.c.reminder.in_(names), snoozes.c.until > today)
    return {(row.person, row.reminder): row.until for row in db.execute(query)}
