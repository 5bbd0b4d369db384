"""What a reminder that is due says, and to whom. Pure: the same for the scheduler and for whoever only looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from routes.spec import Route
from workflow.clear_days import Calendar
from workflow.clock import business_date
from workflow.known import Known, Person
from workflow.reminders.choices import NONE_MADE, Choices, in_time_at
from workflow.reminders.kinds import KINDS
from workflow.reminders.ladders import Moment
from workflow.reminders.matters import Reminder, message_key
from workflow.reminders.recipients import Posts
from workflow.visibility import may_see, reader_of

LATE: Final = timedelta(hours=1)  # what was due before that and nobody looked: the letter says so

MOVED: Final = "moved"
NO_ADDRESS: Final = "They have no e-mail address."
NOT_THEIRS_TO_SEE: Final = "They may not see the item."
LEFT: Final = "They have left this kind of reminder."
BACK: Final = "The one they stood in for is not away any more, or somebody else stands in."


@dataclass(frozen=True, slots=True)
class Reach:
    """One person whom a reminder reaches, as what, and by which rung; of who is away also their deputy."""

    person: Person
    because: str
    rung: str
    due_at: datetime
    old_day: date | None = None
    stands_in_for: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody was last told of a reminder: which day, when and as what."""

    day: date | None
    at: datetime
    because: str
    stands_in_for: str | None


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said of some reminders before: `written` are the keys of messages, `moving` waits to hear of a move."""

    said: Mapping[str, Mapping[str, Said]] = field(default_factory=dict)  # by reminder and person
    written: frozenset[str] = frozenset()
    overtaken: frozenset[str] = frozenset()  # keys of messages that were dropped because of a change that is undone
    moving: frozenset[tuple[str, str, date | None]] = frozenset()  # reminder, person and the new day
    posted: frozenset[tuple[str, date | None, str]] = frozenset()  # reminder, day and rung that other tools were told


@dataclass(frozen=True, slots=True)
class Whose:
    """What decides whom a reminder of an item reaches."""

    part: str
    organisation: str
    owner: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What due reminders need to know of their items, and of the people they reach."""

    known: Known
    posts: Posts
    items: Mapping[str, Whose]
    routes: Mapping[str, Route]  # by item
    keys: Mapping[str, frozenset[str]]  # who may see each item
    spoken: Spoken
    choices: Mapping[str, Choices]  # of those who have made any
    snoozed: Mapping[tuple[str, str], date]  # by person and reminder
    now: datetime
    calendar: Calendar

    @property
    def today(self) -> date:
        """The day it is in England."""
        return business_date(self.now)


def messages_of(row: Reminder, come: Sequence[Moment], around: Surroundings) -> Iterator[dict[str, Any]]:
    """What a reminder says by the rungs that have come: to each person one thing, or nothing if they know it.

    Whoever was told another day hears of the move; else it is the last rung that reaches them.
    """
    said, moves = around.spoken.said.get(row.id, {}), _moves(row, around)
    reaches: dict[str, Reach] = {}
    for reach in _climbing(row, come, around):
        before = said.get(reach.person.id)
        if before is None or before.day != row.day or business_date(before.at) < business_date(reach.due_at):
            reaches[reach.person.id] = reach
    for person in [person for person in reaches if (row.id, person, row.day) in around.spoken.moving]:
        del reaches[person]
    reaches |= moves
    for reach in list(reaches.values()):
        deputy = _deputy(row, reach, around)
        if deputy is not None:
            reaches.setdefault(deputy.person.id, deputy)
    for reach in reaches.values():
        yield _message(row, reach, around)


def why_not(person: Person, kind: str, part: str, keys: frozenset[str], around: Surroundings) -> str | None:
    """Why somebody is not told after all."""
    if not may_see(reader_of(around.known, person), part, keys):
        return NOT_THEIRS_TO_SEE
    if kind in around.choices.get(person.id, NONE_MADE).unwanted:
        return LEFT
    return None if person.email else NO_ADDRESS


def _climbing(row: Reminder, come: Sequence[Moment], around: Surroundings) -> Iterator[Reach]:
    """By rungs, in the order in which they came."""
    item = around.items[row.item]
    for moment in come:
        for to in moment.rung.to:
            for person, because in around.posts.reached(to, row.holder, row.forum, item.owner, item.organisation):
                yield Reach(person, because, moment.rung.name, moment.at)


def _moves(row: Reminder, around: Surroundings) -> dict[str, Reach]:
    """Everybody who was told another day than it has now, or none; the leads too, if it slid because it was missed."""
    if KINDS[row.kind].moved is None:
        return {}
    rung, found = f"{MOVED}-{row.sequence}", {}
    for name, said in around.spoken.said.get(row.id, {}).items():
        if said.day != row.day:
            person = around.known.people[name]
            found[name] = Reach(person, said.because, rung, row.changed_at, said.day, said.stands_in_for)
    missed = [reach.old_day for reach in found.values() if reach.old_day and reach.old_day < _changed_on(row)]
    if missed:
        for lead in around.posts.of_holder(f"lead:{around.items[row.item].organisation}"):
            found.setdefault(lead.id, Reach(lead, "lead", rung, row.changed_at, min(missed)))
    return {name: reach for name, reach in found.items() if _key(row, rung, name) not in around.spoken.written}


def _key(row: Reminder, rung: str, person: str) -> str:
    return message_key(row.id, row.day, rung, person, row.reopened)


def _changed_on(row: Reminder) -> date:
    return business_date(row.changed_at)


def _deputy(row: Reminder, reach: Reach, around: Surroundings) -> Reach | None:
    """Whoever stands in for somebody who is away is told too, what that person wants to be told."""
    chosen = around.choices.get(reach.person.id, NONE_MADE)
    deputy = around.known.people.get(chosen.deputy or "") if chosen.away_on(around.today) else None
    if deputy is None or reach.stands_in_for is not None or row.kind in chosen.unwanted:
        return None
    return replace(reach, person=deputy, stands_in_for=reach.person.id)


def _message(row: Reminder, reach: Reach, around: Surroundings) -> dict[str, Any]:
    person = reach.person
    why = why_not(person, row.kind, around.items[row.item].part, around.keys[row.item], around)
    return {
        "key": _key(row, reach.rung, person.id),
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
        "send_at": _send_at(row, reach, around),
        "late": around.now - reach.due_at > LATE,
        "settled_at": around.now if why else None,
        "letter": None,
        "dropped": why,
    }


def _send_at(row: Reminder, reach: Reach, around: Surroundings) -> datetime:
    """By the choices of the person; a snooze does not hold back that the day has moved."""
    chosen = around.choices.get(reach.person.id, NONE_MADE)
    moved = reach.rung.startswith(MOVED)
    snoozed = None if moved else around.snoozed.get((reach.person.id, row.id))
    before = row.day if moved or reach.rung.startswith("before") else None
    if moved:  # neither the old day nor the new one may come before the news
        before = min((day for day in (reach.old_day, row.day) if day and day >= around.today), default=None)
    return in_time_at(chosen, around.now, around.calendar, before, snoozed)
