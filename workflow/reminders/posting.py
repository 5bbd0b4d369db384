"""The second half of a sweep: messages whose time has come go into letters, one for each person.

A letter is written in the transaction that settles its messages. Each message is looked at once more: it may have been
done, moved, or become somebody else's since it was written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.exc import InterfaceError, OperationalError

from models.organisations import people
from models.reminders import messages, reminders
from workflow import outbox
from workflow.doing import Doing
from workflow.known import Person
from workflow.logs import Log
from workflow.reminders.choices import NONE_MADE, Choices, choices_of, may_be_sent, send_at
from workflow.reminders.reaching import BACK, LEFT, MOVED, NOT_THEIRS_TO_SEE
from workflow.reminders.recipients import Posts
from workflow.reminders.saying import OVERTAKEN, read_keys, read_snoozed
from workflow.reminders.told import About, Told, read_about
from workflow.reminders.writing import letter_of
from workflow.visibility import may_see, reader_of

PEOPLE_AT_ONCE: Final = 20  # whose letters are written in one transaction

_IDS_AT_ONCE: Final = 500
_NOT_HELD: Final = "They no longer hold the post."
_ORDER: Final = (messages.c.due_at, messages.c.key)

log = Log("reminders")

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Around:
    """What letters need, read for many people at once. `days` are those of reminders that are still wanted."""

    about: About
    posts: Posts
    keys: Mapping[str, frozenset[str]]  # who may see each item
    days: Mapping[str, date | None]
    choices: Mapping[str, Choices]
    snoozed: Mapping[tuple[str, str], date]  # by person and reminder
    in_hand: frozenset[str]  # reminders that an act has in hand at this moment


def write_letters(do: Doing, passed_over: set[str], limit: int = PEOPLE_AT_ONCE) -> tuple[int, bool]:
    """One letter for each of some people whose messages wait: how many letters, and whether there was anybody.

    `passed_over` are those whose turn does not come in this sweep: somebody else writes to them, or an act has a
    reminder of theirs in hand. It is added to.
    """
    persons = _waiting(do, passed_over, limit)
    if not persons:
        return 0, False
    held = in_hand(do, persons)
    passed_over |= set(persons) - held
    waiting = _messages_of(do, held)
    around = read_around(do, waiting, held)
    written = 0
    for name in sorted(held):
        mine = [row for row in waiting if row["person"] == name]
        if any(row["reminder"] in around.in_hand for row in mine):
            passed_over.add(name)
        elif not may_be_sent(around.choices[name], do.now, do.calendar):
            _change(do, mine, {"send_at": send_at(around.choices[name], do.now, do.calendar)})
        else:
            written += write(do, do.known.people[name], mine, around)
    return written, True


def write(do: Doing, person: Person, mine: Sequence[Message], around: Around) -> int:
    """Somebody's letter about what still holds; if it cannot be written, one for each message that can be."""
    for row in mine:
        if (until := _snoozed_until(row, around)) is not None:
            _change(do, [row], {"send_at": send_at(around.choices[person.id], do.now, do.calendar, until)})
    mine = [row for row in mine if _snoozed_until(row, around) is None]
    dropped = {row["key"]: why for row in mine if (why := _why_not(row, around)) is not None}
    for why in sorted(set(dropped.values())):
        settled = {"settled_at": do.now, "dropped": why}
        _change(do, [row for row in mine if dropped.get(row["key"]) == why], settled)
    # whoever holds the post now is told in their place
    _look_again(do, {row["reminder"] for row in mine if dropped.get(row["key"]) in (_NOT_HELD, NOT_THEIRS_TO_SEE)})
    still = [row for row in mine if row["key"] not in dropped]
    return _written(do, person, still, around) if still else 0


def in_hand(do: Doing, persons: Sequence[str]) -> set[str]:
    """Those of them for whom nobody else is writing at this moment; they are kept until the end of the act."""
    query = select(people.c.id).where(people.c.id.in_(persons)).order_by(people.c.id)
    return set(do.db.execute(query.with_for_update(skip_locked=True, key_share=True)).scalars())


def read_around(do: Doing, waiting: Sequence[Message], persons: set[str]) -> Around:
    """What these messages need. Their reminders are locked, so that the day that is said is the one they have."""
    days: dict[str, date | None] = {}
    there: set[str] = set()
    got: set[str] = set()
    ids = sorted({row["reminder"] for row in waiting})
    for start in range(0, len(ids), _IDS_AT_ONCE):
        chunk = ids[start : start + _IDS_AT_ONCE]
        there |= set(do.db.execute(select(reminders.c.id).where(reminders.c.id.in_(chunk))).scalars())
        query = select(reminders.c.id, reminders.c.day, reminders.c.ended_at).where(reminders.c.id.in_(chunk))
        for row in do.db.execute(query.order_by(reminders.c.id).with_for_update(skip_locked=True)):
            got.add(row.id)
            if row.ended_at is None:
                days[row.id] = row.day
    items = sorted({row["item"] for row in waiting})
    about = read_about(do.db, do.known, do.today, do.address, items)
    away = {row["stands_in_for"] for row in waiting if row["stands_in_for"]}
    chosen = choices_of(do.db, persons | away)
    snoozed = read_snoozed(do.db, ids, do.today)
    return Around(about, Posts(do.known), read_keys(do.db, items), days, chosen, snoozed, frozenset(there - got))


def _why_not(row: Message, around: Around) -> str | None:
    """Why a message is not said after all."""
    if row["reminder"] not in around.days or around.days[row["reminder"]] != row["day"]:
        return OVERTAKEN
    known, away = around.about.known, row["stands_in_for"]
    if not may_see(reader_of(known, row["person"]), around.about.items[row["item"]].part, around.keys[row["item"]]):
        return NOT_THEIRS_TO_SEE
    if away and not around.choices.get(away, NONE_MADE).away_on(around.about.today):
        return BACK
    if row["kind"] in around.choices.get(away or row["person"], NONE_MADE).unwanted:
        return LEFT
    item = around.about.items[row["item"]]
    reached = around.posts.reached(row["because"], row["holder"], row["forum"], item.owner, item.organisation)
    return None if (away or row["person"]) in {person.id for person, _as in reached} else _NOT_HELD


def _snoozed_until(row: Message, around: Around) -> date | None:
    """A snooze does not hold back that the day has moved."""
    if row["rung"].startswith(MOVED):
        return None
    return around.snoozed.get((row["person"], row["reminder"]))


def _written(do: Doing, person: Person, mine: Sequence[Message], around: Around) -> int:
    try:
        with do.db.begin_nested():
            _write(do, person, mine, around)
            return 1
    except (OperationalError, InterfaceError):  # no fault of the messages: all of it comes again
        raise
    except Exception as err:
        if len(mine) > 1:
            return sum(_written(do, person, [row], around) for row in mine)
        why = f"It could not be put into words ({type(err).__name__})."
        _change(do, mine, {"settled_at": do.now, "dropped": why})
        log.warning("message not written", message=mine[0]["key"], why=type(err).__name__)
        return 0


def _write(do: Doing, person: Person, mine: Sequence[Message], around: Around) -> None:
    told = [around.about.told(row, around.posts) for row in mine]
    letter = letter_of(
        person,
        told,
        installation=do.name,
        address=do.address,
        now=do.now,
        daily=around.choices[person.id].delivery == "daily",
        invitations=_invitations(do, person, told),
    )
    name = outbox.enqueue(do, letter)
    do.flush()
    _change(do, mine, {"settled_at": do.now, "letter": name})


def _invitations(do: Doing, person: Person, told: Sequence[Told]) -> dict[str, str]:
    """To the meetings that are spoken of, and out of those that were cancelled, by the keys of the messages."""
    spoken_of = {
        one.key: one.meeting if one.day else _cancelled(do, one) for one in told if one.kind == "meeting-tomorrow"
    }
    meetings = {key: meeting for key, meeting in spoken_of.items() if meeting}
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


def _cancelled(do: Doing, told: Told) -> str | None:
    """The cancelled meeting of the day that was said before."""
    there = do.known.world.meetings.get(told.forum or "", ())
    return next((one.id for one in there if one.date == told.old_day and one.state == "cancelled"), None)


def _change(do: Doing, rows: Sequence[Message], values: Mapping[str, Any]) -> None:
    keys = [row["key"] for row in rows]
    for start in range(0, len(keys), _IDS_AT_ONCE):
        chunk = keys[start : start + _IDS_AT_ONCE]
        do.db.execute(update(messages).where(messages.c.key.in_(chunk)).values(values))


def _look_again(do: Doing, ids: set[str]) -> None:
    if ids:
        still = reminders.c.id.in_(sorted(ids)) & reminders.c.ended_at.is_(None)
        do.db.execute(update(reminders).where(still).values(next_at=do.now))


def _waiting(do: Doing, passed_over: set[str], limit: int) -> list[str]:
    """People with messages whose time has come."""
    mine = select(messages.c.person).distinct().where(messages.c.settled_at.is_(None), messages.c.send_at <= do.now)
    if passed_over:
        mine = mine.where(messages.c.person.not_in(sorted(passed_over)))
    return list(do.db.execute(mine.limit(limit)).scalars())


def _messages_of(do: Doing, persons: set[str]) -> list[Message]:
    mine = messages.c.person.in_(sorted(persons)) & messages.c.settled_at.is_(None) & (messages.c.send_at <= do.now)
    query = select(messages).where(mine).order_by(*_ORDER)
    return [dict(row) for row in do.db.execute(query).mappings()]
