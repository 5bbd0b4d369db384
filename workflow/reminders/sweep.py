"""A sweep: reminders that are due become messages, and messages whose time has come become letters.

What one person is to be told at one moment goes into one letter, written in the transaction that settles its
messages. Any number of processes may sweep at once: each takes what nobody else has in hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, exists, func, select, update
from sqlalchemy.exc import InterfaceError, OperationalError

from models.organisations import people
from models.reminders import messages, reminders
from models.sessions import adding
from workflow import outbox
from workflow.doing import Doing
from workflow.known import Person
from workflow.logs import Log
from workflow.reminders.choices import choices_of, may_be_sent, send_at
from workflow.reminders.recipients import Posts
from workflow.reminders.saying import MOVED, say_due
from workflow.reminders.told import About, Told, read_about
from workflow.reminders.writing import letter_of
from workflow.runtime import Runtime

ACTOR: Final = "decision-routes"
PEOPLE_AT_ONCE: Final = 20  # whose letters are written in one transaction
_ORDER: Final = (messages.c.due_at, messages.c.key)

log = Log("reminders")


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: messages written, and letters put into the outbox."""

    messages: int
    letters: int


@dataclass(frozen=True, slots=True)
class Around:
    """What letters need, read for many people at once. `days` are those of reminders that are still wanted."""

    about: About
    posts: Posts
    wanted: frozenset[str]
    days: Mapping[str, Any]
    spoken: dict[str, date] = field(default_factory=dict)  # the days that letters have named, by reminder


def sweep(runtime: Runtime, stop: Callable[[], bool] = lambda: False) -> Swept:
    """Say everything that is due now; `stop` is asked between two transactions."""
    said = 0
    looked = 1
    while looked and not stop():
        with runtime.doing(ACTOR) as do:
            looked, new = say_due(do)
        said += new
    letters = 0
    passed_over: set[str] = set()
    while not stop():
        with runtime.doing(ACTOR) as do:
            if _somebody_still_looks(do):  # they write the letters, so that nobody gets two
                break
            written, people_there = write_letters(do, passed_over)
        letters += written
        if not people_there:
            break
    return Swept(said, letters)


def next_moment(runtime: Runtime) -> datetime | None:
    """When there is something to do next: a reminder, a message or a letter."""
    with runtime.looking() as look:
        moments = (
            look.db.execute(select(func.min(reminders.c.next_at)).where(reminders.c.next_at.is_not(None))).scalar(),
            look.db.execute(select(func.min(messages.c.send_at)).where(messages.c.settled_at.is_(None))).scalar(),
            outbox.next_at(look),
        )
    return min((moment for moment in moments if moment is not None), default=None)


def write_letters(do: Doing, passed_over: set[str], limit: int = PEOPLE_AT_ONCE) -> tuple[int, bool]:
    """One letter for each of some people whose messages wait: how many letters, and whether there was anybody.

    `passed_over` are those whose turn this sweep does not come: it is not their hour, or an act has a reminder of
    theirs in hand. It is added to.
    """
    persons = _waiting(do, passed_over, limit)
    if not persons:
        return 0, False
    held = _in_hand(do, persons)
    passed_over |= set(persons) - held
    waiting = _messages_of(do, held)
    around = _around(do, waiting)
    chosen = choices_of(do.db, held)
    written = 0
    for name in sorted(held):
        mine = [row for row in waiting if row["person"] == name]
        if any(row["reminder"] not in around.days for row in mine):  # an act has it in hand
            passed_over.add(name)
        elif not may_be_sent(chosen[name], do.now, do.calendar):
            at = send_at(chosen[name], do.now, do.calendar)
            _change(do, mine, {"send_at": at})
        else:
            written += _written(do, do.known.people[name], mine, around, chosen[name].delivery == "daily")
    _note_days(do, around.spoken)
    return written, True


def say_now(do: Doing, rows: Sequence[Mapping[str, Any]], about: About) -> int:
    """Put these messages into letters at once, whatever hour people have chosen; those that were not said before.

    For whoever sends by hand what is due. How many letters were written is returned.
    """
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["person"], []).append(row["key"])
    if rows:
        do.db.execute(adding(messages, do.db.dialect), [dict(row) for row in rows])
    written = 0
    around = Around(about, Posts(do.known), frozenset(), {})
    for name in sorted(_in_hand(do, sorted(found))):
        still = messages.c.settled_at.is_(None) & messages.c.key.in_(found[name])
        mine = [dict(row) for row in do.db.execute(select(messages).where(still).order_by(*_ORDER)).mappings()]
        if mine:
            _write(do, do.known.people[name], mine, around, False)
            written += 1
    _note_days(do, around.spoken)
    return written


def _written(do: Doing, person: Person, mine: Sequence[Mapping[str, Any]], around: Around, daily: bool) -> int:
    """Somebody's letter; if it cannot be written, one for each of the messages that can be."""
    still = [row for row in mine if _still_wanted(row, around)]
    _change(do, [row for row in mine if not _still_wanted(row, around)], _dropped(do, "It was done or moved by then."))
    if not still:
        return 0
    try:
        with do.db.begin_nested():
            _write(do, person, still, around, daily)
            return 1
    except (OperationalError, InterfaceError):  # no fault of the messages: all of it comes again
        raise
    except Exception as err:
        if len(still) > 1:
            return sum(_written(do, person, [row], around, daily) for row in still)
        _change(do, still, _dropped(do, f"It could not be put into words ({type(err).__name__})."))
        log.warning("message not written", message=still[0]["key"], why=type(err).__name__)
        return 0


def _write(do: Doing, person: Person, mine: Sequence[Mapping[str, Any]], around: Around, daily: bool) -> None:
    told = [around.about.told(row, around.posts) for row in mine]
    invitations = _invitations(do, person, told)
    letter = letter_of(
        person, told, installation=do.name, address=do.address, now=do.now, daily=daily, invitations=invitations
    )
    name = outbox.enqueue(do, letter)
    do.flush()
    _change(do, mine, {"settled_at": do.now, "letter": name})
    around.spoken.update({row["reminder"]: row["day"] for row in mine if row["day"] is not None})


def _note_days(do: Doing, spoken: Mapping[str, date]) -> None:
    """Once for all letters: a row that is changed in two savepoints while an act waits for it deadlocks PostgreSQL."""
    if spoken:
        same = (reminders.c.id == bindparam("key")) & (reminders.c.day == bindparam("to_day"))
        told_day = update(reminders).where(same).values(told_day=bindparam("to_day"))
        do.db.execute(told_day, [{"key": name, "to_day": day} for name, day in sorted(spoken.items())])


def _invitations(do: Doing, person: Person, told: Sequence[Told]) -> dict[str, str]:
    """To the meetings that are spoken of, by the keys of the messages."""
    meetings = {one.key: one.meeting for one in told if one.kind == "meeting-tomorrow" and one.meeting}
    if not meetings:
        return {}
    from workflow.calendars import invitation  # icalendar takes longer to load than most sweeps to run
    from workflow.queries.calendars import sittings

    found = sittings(do.db, do.known, do.address, sorted(set(meetings.values())))
    return {
        key: invitation(found[meeting], do.sender, person.email or "")
        for key, meeting in meetings.items()
        if meeting in found
    }


def _still_wanted(row: Mapping[str, Any], around: Around) -> bool:
    """It may have been done, or moved, since the message was written."""
    if row["reminder"] not in around.wanted or around.days[row["reminder"]][0] != row["day"]:
        return False
    moved_back = row["rung"].startswith(MOVED) and around.days[row["reminder"]][1] == row["day"]
    return not moved_back


def _dropped(do: Doing, why: str) -> dict[str, Any]:
    return {"settled_at": do.now, "dropped": why}


def _change(do: Doing, rows: Sequence[Mapping[str, Any]], values: Mapping[str, Any]) -> None:
    keys = [row["key"] for row in rows]
    for start in range(0, len(keys), 500):
        do.db.execute(update(messages).where(messages.c.key.in_(keys[start : start + 500])).values(values))


def _somebody_still_looks(do: Doing) -> bool:
    due = exists().where(reminders.c.next_at <= do.now)
    return bool(do.db.execute(select(due)).scalar_one())


def _waiting(do: Doing, passed_over: set[str], limit: int) -> list[str]:
    """People with messages whose time has come."""
    mine = select(messages.c.person).distinct().where(messages.c.settled_at.is_(None), messages.c.send_at <= do.now)
    if passed_over:
        mine = mine.where(messages.c.person.not_in(sorted(passed_over)))
    return list(do.db.execute(mine.limit(limit)).scalars())


def _in_hand(do: Doing, persons: Sequence[str]) -> set[str]:
    """Those of them for whom nobody else is writing at this moment."""
    query = select(people.c.id).where(people.c.id.in_(persons)).order_by(people.c.id)
    return set(do.db.execute(query.with_for_update(skip_locked=True, key_share=True)).scalars())


def _messages_of(do: Doing, persons: set[str]) -> list[Mapping[str, Any]]:
    mine = messages.c.person.in_(sorted(persons)) & messages.c.settled_at.is_(None) & (messages.c.send_at <= do.now)
    query = select(messages).where(mine).order_by(*_ORDER)
    return [dict(row) for row in do.db.execute(query).mappings()]


def _around(do: Doing, waiting: Sequence[Mapping[str, Any]]) -> Around:
    """The reminders are locked as far as no act has them in hand, so that the day that is said is the one they have."""
    days: dict[str, Any] = {}
    wanted: set[str] = set()
    ids = sorted({row["reminder"] for row in waiting})
    for start in range(0, len(ids), 500):
        columns = (reminders.c.id, reminders.c.day, reminders.c.told_day, reminders.c.ended_at)
        query = select(*columns).where(reminders.c.id.in_(ids[start : start + 500])).order_by(reminders.c.id)
        for row in do.db.execute(query.with_for_update(skip_locked=True)):
            days[row.id] = (row.day, row.told_day)
            if row.ended_at is None:
                wanted.add(row.id)
    about = read_about(do.db, do.known, do.today, do.address, (row["item"] for row in waiting))
    return Around(about, Posts(do.known), frozenset(wanted), days)
