"""The first half of a sweep: reminders that are due become messages, one for each person they reach.

A message's key follows from what it says, so it is written once, however many processes look and however often.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import InterfaceError, OperationalError

from models.forecasts import readers
from models.items import items
from models.organisations import routes
from models.reminders import messages, reminders, snoozes
from models.sessions import adding
from routes.spec import Route
from workflow import outbox
from workflow.clear_days import Calendar
from workflow.clock import business_date
from workflow.doing import Doing
from workflow.errors import Unknown, WorkflowError
from workflow.known import Known, Person
from workflow.logs import Log
from workflow.queries.post import hooks_for
from workflow.reminders.choices import NONE_MADE, Choices, choices_made, send_at
from workflow.reminders.kinds import KINDS
from workflow.reminders.ladders import LOOK_AGAIN, Moment, countable, next_after, reached
from workflow.reminders.matters import Reminder, message_key
from workflow.reminders.recipients import Posts
from workflow.reminders.told import read_about
from workflow.reminders.watching import ladder_for
from workflow.reminders.writing import hook_letter
from workflow.shelf import route_of
from workflow.visibility import may_see, reader_of

AT_ONCE: Final = 200  # reminders in one transaction
LATE: Final = timedelta(hours=1)  # what was due before that and nobody looked: the letter says so

MOVED: Final = "moved"
NO_ADDRESS: Final = "They have no e-mail address."
_FAILED_WAITS: Final = tuple(timedelta(hours=hours) for hours in (1, 4, 12, 24))

log = Log("reminders")


@dataclass(frozen=True, slots=True)
class Reach:
    """One person whom a reminder reaches, as what, and by which rung; away people also reach their deputy."""

    person: Person
    because: str
    rung: str
    due_at: datetime
    old_day: date | None = None
    stands_in_for: str | None = None


@dataclass(frozen=True, slots=True)
class OfItem:
    """What decides whom a reminder of an item reaches."""

    part: str
    organisation: str
    owner: str


@dataclass(frozen=True, slots=True)
class Around:
    """What due reminders need to know of their items, and of the people they reach, read for many at once."""

    known: Known
    posts: Posts
    items: Mapping[str, OfItem]
    routes: Mapping[str, Route]  # by item
    keys: Mapping[str, frozenset[str]]  # who may see each item
    told: Mapping[str, Sequence[Any]]  # by reminder: who was told the day that has moved
    choices: Mapping[str, Choices]  # of those who have made any
    snoozed: Mapping[tuple[str, str], date]  # by person and reminder
    now: datetime
    calendar: Calendar

    @property
    def today(self) -> date:
        """The day it is in England."""
        return business_date(self.now)


def say_due(do: Doing, limit: int = AT_ONCE) -> tuple[int, int]:
    """Turn reminders that are due into messages: how many reminders were looked at, and how many messages written."""
    due = select(reminders).where(reminders.c.next_at <= do.now).order_by(reminders.c.next_at, reminders.c.id)
    found = do.db.execute(due.limit(limit).with_for_update(skip_locked=True)).mappings()
    rows = [Reminder.of(dict(row)) for row in found]
    if not rows:
        return 0, 0
    return len(rows), _said(do, rows, read_around(do, rows))


def _said(do: Doing, rows: Sequence[Reminder], around: Around) -> int:
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


def _write(do: Doing, rows: Sequence[Reminder], around: Around) -> int:
    found: list[dict[str, Any]] = []
    looked: list[dict[str, Any]] = []
    for row in rows:
        if row.kind not in KINDS:
            raise Unknown(f"There is no kind of reminder {row.kind}.")
        if row.item not in around.routes:
            raise Unknown("The route of the item cannot be read.")
        ladder = ladder_for(around.known, around.routes[row.item], row.kind, row.forum)
        moments = countable(ladder, row.day, row.since, do.calendar)
        found += messages_of(row, reached(moments or [], do.now), around)
        next_at = do.now + LOOK_AGAIN if moments is None else next_after(moments, do.now)
        looked.append({"key": row.id, "to_next_at": next_at})
    new = _unwritten(do, found)
    if new:
        do.db.execute(adding(messages, do.db.dialect), new)
        _tell_other_tools(do, new, around)
    looked_at = update(reminders).where(reminders.c.id == bindparam("key"))
    do.db.execute(looked_at.values(next_at=bindparam("to_next_at"), failures=0, last_failure=None), looked)
    return len(new)


def _tell_other_tools(do: Doing, new: Sequence[dict[str, Any]], around: Around) -> None:
    """What whoever's turn it is is told is told the webhooks of the forum too, once; nothing of Part II."""
    hooks = hooks_for(do.db)
    said = {row["reminder"]: row for row in new if row["because"] == "holder" and row["stands_in_for"] is None}
    if not hooks or not said:
        return
    about = read_about(do.db, do.known, do.today, do.address, (row["item"] for row in said.values()))
    for row in said.values():
        told = about.told(row, around.posts)
        if not told.exempt:
            for hook in (*hooks.get(None, ()), *hooks.get(told.forum, ())):
                outbox.enqueue(do, hook_letter(told, hook))
    do.flush()


def messages_of(row: Reminder, come: Sequence[Moment], around: Around) -> Iterator[dict[str, Any]]:
    """What a reminder says by the rungs that have come: to each person the last one that reaches them."""
    reaches = {reach.person.id: reach for reach in _reaches(row, come, around)}
    for reach in list(reaches.values()):
        deputy = _deputy(around, reach)
        if deputy is not None:
            reaches.setdefault(deputy.person.id, deputy)
    for reach in reaches.values():
        yield _message(row, reach, around)


def _reaches(row: Reminder, come: Sequence[Moment], around: Around) -> Iterator[Reach]:
    """By rungs in the order in which they came; after them, whoever has to be told that the day has moved."""
    item = around.items[row.item]
    for moment in come:
        for to in moment.rung.to:
            for person, because in around.posts.reached(to, row.holder, row.forum, item.owner, item.organisation):
                yield Reach(person, because, moment.rung.name, moment.at)
    if row.told_day is not None and row.told_day != row.day and KINDS[row.kind].tells_moves:
        told = {of.person: of for of in around.told.get(row.id, ()) if of.day == row.told_day}
        rung = f"{MOVED}-{row.sequence}"
        for name, of in told.items():
            yield Reach(around.known.people[name], of.because, rung, row.changed_at, row.told_day, of.stands_in_for)
        if row.told_day < around.today and told:  # it slid because the day was missed
            for person in around.posts.of_holder(f"lead:{item.organisation}"):
                if person.id not in told:
                    yield Reach(person, "lead", rung, row.changed_at, row.told_day)


def _deputy(around: Around, reach: Reach) -> Reach | None:
    """Whoever stands in for somebody who is away is told too."""
    chosen = around.choices.get(reach.person.id, NONE_MADE)
    deputy = around.known.people.get(chosen.deputy or "") if chosen.away_on(around.today) else None
    if deputy is None or reach.stands_in_for is not None:
        return None
    return Reach(deputy, reach.because, reach.rung, reach.due_at, reach.old_day, reach.person.id)


def _message(row: Reminder, reach: Reach, around: Around) -> dict[str, Any]:
    person, why_not = reach.person, _why_not(row, reach, around)
    chosen = around.choices.get(person.id, NONE_MADE)
    return {
        "key": message_key(row.id, row.day, reach.rung, person.id),
        "reminder": row.id,
        "person": person.id,
        "stands_in_for": reach.stands_in_for,
        "because": reach.because,
        "kind": row.kind,
        "item": row.item,
        "step": row.step,
        "detail": row.detail,
        "holder": row.holder,
        "forum": row.forum,
        "rung": reach.rung,
        "day": row.day,
        "old_day": reach.old_day,
        "due_at": reach.due_at,
        "send_at": send_at(chosen, around.now, around.calendar, around.snoozed.get((person.id, row.id))),
        "late": around.now - reach.due_at > LATE,
        "settled_at": around.now if why_not else None,
        "letter": None,
        "dropped": why_not,
    }


def _why_not(row: Reminder, reach: Reach, around: Around) -> str | None:
    """Why somebody is not told after all."""
    person = reach.person
    if not may_see(reader_of(around.known, person), around.items[row.item].part, around.keys[row.item]):
        return "They may not see the item."
    if row.kind in around.choices.get(person.id, NONE_MADE).unwanted:
        return "They have left this kind of reminder."
    return None if person.email else NO_ADDRESS


def _unwritten(do: Doing, found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that were not written before."""
    keys = [row["key"] for row in found]
    written: set[str] = set()
    for start in range(0, len(keys), 500):
        chunk = keys[start : start + 500]
        written |= set(do.db.execute(select(messages.c.key).where(messages.c.key.in_(chunk))).scalars())
    return [row for row in found if row["key"] not in written]


def _put_off(do: Doing, row: Reminder, err: Exception) -> None:
    wait = _FAILED_WAITS[min(row.failures, len(_FAILED_WAITS) - 1)]
    values = {
        "failures": row.failures + 1,
        "last_failure": str(err) if isinstance(err, WorkflowError) else f"It cannot be said ({type(err).__name__}).",
        "next_at": do.now + wait,
    }
    do.db.execute(update(reminders).where(reminders.c.id == row.id).values(values))
    log.warning("reminder not said", reminder=row.id, kind=row.kind, why=type(err).__name__)


def read_around(do: Doing, rows: Sequence[Reminder]) -> Around:
    """Everything that these reminders need, in a fixed number of queries."""
    ids = sorted({row.item for row in rows})
    columns = (items.c.id, items.c.owner, items.c.organisation, items.c.part, routes.c.definition)
    whose = select(*columns).join(routes, routes.c.version == items.c.route_version).where(items.c.id.in_(ids))
    found = do.db.execute(whose).all()
    keys: dict[str, set[str]] = {item: set() for item in ids}
    for row in do.db.execute(select(readers.c.item, readers.c.reader).where(readers.c.item.in_(ids))):
        keys[row.item].add(row.reader)
    moved = [row.id for row in rows if row.told_day is not None and row.told_day != row.day]
    return Around(
        do.known,
        Posts(do.known),
        {row.id: OfItem(row.part, row.organisation, row.owner) for row in found},
        _readable({row.id: row.definition for row in found}),
        {item: frozenset(of) for item, of in keys.items()},
        _told(do, moved),
        choices_made(do.db),
        _snoozed(do, [row.id for row in rows]),
        do.now,
        do.calendar,
    )


def _readable(definitions: Mapping[str, str]) -> dict[str, Route]:
    """The routes that can be read, by item: one that cannot stops only its own reminders."""
    found: dict[str, Route] = {}
    for item, definition in definitions.items():
        try:
            found[item] = route_of(definition)
        except Exception as err:
            log.warning("route not read", item=item, why=type(err).__name__)
    return found


def _told(do: Doing, moved: Sequence[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    if moved:
        columns = (messages.c.reminder, messages.c.person, messages.c.day, messages.c.because, messages.c.stands_in_for)
        written = messages.c.letter.is_not(None)
        for row in do.db.execute(select(*columns).where(messages.c.reminder.in_(moved), written)):
            found[row.reminder].append(row)
    return found


def _snoozed(do: Doing, ids: Sequence[str]) -> dict[tuple[str, str], date]:
    today = business_date(do.now)
    query = select(snoozes).where(snoozes.c.reminder.in_(ids), snoozes.c.until > today)
    return {(row.person, row.reminder): row.until for row in do.db.execute(query)}
