"""The reminders of one item: those to come, what was said to whom, and those that ended. For whoever may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, Select, literal, select

from models.base import UtcDateTime
from models.forecasts import forecasts
from models.outbox import letters
from models.reminders import messages, reminders
from routes.spec import Days
from workflow.clear_days import Calendar
from workflow.clock import business_date
from workflow.errors import BeyondCalendar, Unknown
from workflow.errors import day as on_day
from workflow.known import Person
from workflow.queries.deadlines import (
    NO_DEADLINE,
    Followed,
    as_told,
    days_left,
    followed,
    goes_at,
    in_words,
    reached,
    to_come,
)
from workflow.queries.paging import Cursor, Page, in_order, page_of
from workflow.reminders.choices import NONE_MADE, Choices, choices_of, send_at
from workflow.reminders.kinds import KINDS
from workflow.reminders.ladders import Moment
from workflow.reminders.recipients import Posts
from workflow.reminders.saying import read_keys
from workflow.reminders.told import About, Told, read_about
from workflow.reminders.wording import listed
from workflow.runtime import Looking
from workflow.visibility import may_see, reader_of

IF_SO: Final = "Only if nothing happens on the item until then."
MOST_NAMED: Final = 4  # posts in one sentence; of others it is said how many there are

NOBODY: Final = "Nobody holds the post now"
NO_MORE: Final = "No more to come"


@dataclass(frozen=True, slots=True)
class Later:
    """Who is told at a moment to come: the posts that are reached now, and what their own choices make of it."""

    at: datetime
    whom: str


@dataclass(frozen=True, slots=True)
class Coming:
    """One reminder that has not ended. `told` says who is told next, and who after that; else `nobody` says why."""

    id: str
    name: str
    sentence: str
    holders: str
    day: date | None
    days_left: str
    overdue: bool
    told: tuple[Later, ...]
    nobody: str


@dataclass(frozen=True, slots=True)
class Said:
    """One message to one person. `state`: waiting, dropped, written, shown, sent, given-up; `at`: since when.

    `shown` is written in test mode, which sends nothing. `known_late`: it came up only after its rung had passed.
    """

    name: str
    person: str
    because: str
    rung: str
    day: date | None
    old_day: date | None
    stands_in_for: str | None
    state: str
    at: datetime
    dropped: str | None
    late: bool
    known_late: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """A reminder that is no longer wanted, and why."""

    name: str
    holders: str
    day: date | None
    ended_at: datetime
    because: str


@dataclass(frozen=True, slots=True)
class Next:
    """The reminder of an item that comes first: when, to whom, of what."""

    at: datetime
    name: str
    holders: str


def title_of(look: Looking, item: str) -> str:
    """What an item is called, for those who may see it."""
    found = look.db.execute(select(forecasts.c.title).where(forecasts.c.item == item)).scalar_one_or_none()
    if found is None:
        raise Unknown("There is no such item, or it is not for you to see. Check the address.")
    return str(found)


def next_reminder(look: Looking, item: str) -> Next | None:
    """The one that comes first, in one query; None where nothing is to come but a reminder that nothing happens."""
    query = select(reminders.c.kind, reminders.c.holder, reminders.c.next_at).where(
        reminders.c.item == item,
        reminders.c.ended_at.is_(None),
        reminders.c.next_at.is_not(None),
        reminders.c.kind.not_in(NO_DEADLINE),
    )
    row = look.db.execute(query.order_by(reminders.c.next_at, reminders.c.id).limit(1)).one_or_none()
    if row is None:
        return None
    return Next(max(row.next_at, look.now), KINDS[row.kind].name, _names(_holding(look, row.holder)))


def coming(look: Looking, item: str, cursor: Cursor | None = None) -> Page[Coming]:
    """Reminders to come, by day; those without one last."""
    query = select(reminders).where(reminders.c.item == item, reminders.c.ended_at.is_(None))
    found = look.db.execute(in_order(query, (reminders.c.by_day, reminders.c.id), cursor=cursor)).all()
    page = page_of(found, [(row.by_day, row.id) for row in found], cursor)
    title, of = title_of(look, item), followed(look.db, [item])[item]
    about, posts = read_about(look.db, look.known, look.today, "", [item]), Posts(look.known)
    climbs = {row.id: _climb(look, row, of, posts) for row in page.rows}
    hears = _hearing(look, item, about.items[item].part, climbs.values())
    rows = tuple(
        _coming(look, row, climbs[row.id], in_words(_told(about, posts, row), title), posts, hears) for row in page.rows
    )
    return Page(rows, page.earlier, page.later)


@dataclass(frozen=True, slots=True)
class Climb:
    """What is to come of one reminder: rungs, each with the posts that it reaches now."""

    rungs: Sequence[tuple[Moment, Sequence[Person]]]


@dataclass(frozen=True, slots=True)
class Hearing:
    """What decides whether somebody hears of an item, and when: what they may see, and their choices."""

    people: Mapping[str, Person]
    may_see: frozenset[str]
    choices: Mapping[str, Choices]
    calendar: Calendar

    def of(self, person: Person) -> Choices:
        """What somebody has chosen."""
        return self.choices.get(person.id, NONE_MADE)

    def why_not(self, person: Person, kind: str) -> str | None:
        """Why somebody is not told of a kind at all."""
        if person.id not in self.may_see:
            return "may not see the item"
        if kind in self.of(person).unwanted:
            return "has left this kind"
        return None if person.email else "has no e-mail address"


def _climb(look: Looking, row: Row[Any], of: Followed, posts: Posts) -> Climb:
    moments = to_come(look, row, of.route)
    return Climb([(one, [person for person, _as_what in reached(posts, one, row, of)]) for one in moments])


def _hearing(look: Looking, item: str, part: str, climbs: Iterable[Climb]) -> Hearing:
    people = {person.id: person for climb in climbs for _one, reached_by in climb.rungs for person in reached_by}
    chosen = choices_of(look.db, people)
    deputies = {one.deputy for one in chosen.values() if one.deputy} & look.known.people.keys()
    chosen |= choices_of(look.db, deputies - people.keys())
    people |= {name: look.known.people[name] for name in deputies}
    keys = read_keys(look.db, [item])[item]
    seeing = frozenset(name for name, one in people.items() if may_see(reader_of(look.known, one), part, keys))
    return Hearing(people, seeing, chosen, look.calendar)


def _told(about: About, posts: Posts, row: Row[Any]) -> Told:
    """To nobody whose turn it is, so that no sentence says “you”."""
    return as_told(about, posts, row, because="superior")


def _coming(look: Looking, row: Row[Any], climb: Climb, sentence: str, posts: Posts, hears: Hearing) -> Coming:
    is_deadline = row.day is not None and row.kind not in NO_DEADLINE
    holders = _names(posts.of_holder(row.holder))
    told = [
        Later(one.at, _named([_as_they_chose(person, one, row, hears) for person in people]))
        for one, people in climb.rungs
        if people
    ]
    if row.next_at is not None and row.next_at <= look.now:
        told.insert(0, Later(look.now, holders))
    return Coming(
        id=row.id,
        name=KINDS[row.kind].name,
        sentence=IF_SO if row.kind in NO_DEADLINE else sentence,
        holders=holders,
        day=row.day if is_deadline else None,
        days_left=days_left(look.calendar, look.today, row.day) if is_deadline else "",
        overdue=is_deadline and row.day < look.today,
        told=tuple(told),
        nobody="" if told else NOBODY if climb.rungs else NO_MORE,
    )


def _as_they_chose(person: Person, moment: Moment, row: Row[Any], hears: Hearing) -> str:
    """A post, with what its own choices make of a rung: not at all, in the daily letter, on another day, with whom."""
    if why_not := hears.why_not(person, row.kind):
        return f"{person.name} ({why_not})"
    chosen, on = hears.of(person), business_date(moment.at)
    goes = goes_at(chosen, moment, row.day, hears.calendar)
    how = []
    if chosen.delivery == "daily" and goes == send_at(chosen, moment.at, hears.calendar):
        how.append("in their daily letter")
    if business_date(goes) != on:
        how.append(f"on {on_day(business_date(goes))}")
    said = [" ".join(how)] if how else []
    deputy = hears.people.get(chosen.deputy or "") if chosen.away_on(on) else None
    if deputy is not None and deputy.id != person.id:
        why_not = hears.why_not(deputy, row.kind)
        stands_in = f"{deputy.name}, who stands in"
        said.append(f"away, and {stands_in}, {why_not}" if why_not else f"and {stands_in}")
    return f"{person.name} ({', '.join(said)})" if said else person.name


def said(look: Looking, item: str, cursor: Cursor | None = None) -> Page[Said]:
    """What was said, or waits, or was not said after all, the newest first."""
    query = (
        select(messages, letters.c.sent_at, letters.c.sent_by, letters.c.given_up_at)
        .outerjoin(letters, letters.c.id == messages.c.letter)
        .where(messages.c.item == item)
    )
    page = _newest_first(look, query, messages.c.due_at, messages.c.key, cursor)
    return Page(tuple(_said(look, row) for row in page.rows), page.earlier, page.later)


def ended(look: Looking, item: str, cursor: Cursor | None = None) -> Page[Ended]:
    """Reminders that are no longer wanted, the latest first."""
    query = select(reminders).where(reminders.c.item == item, reminders.c.ended_at.is_not(None))
    page = _newest_first(look, query, reminders.c.ended_at, reminders.c.id, cursor)
    posts = Posts(look.known)
    rows = tuple(
        Ended(
            name=KINDS[row.kind].name,
            holders=_names(posts.of_holder(row.holder)),
            day=row.day,
            ended_at=row.ended_at,
            because=row.ended_because or "",
        )
        for row in page.rows
    )
    return Page(rows, page.earlier, page.later)


def _newest_first(look: Looking, query: Select[Any], at: Any, key: Any, cursor: Cursor | None) -> Page[Row[Any]]:
    if cursor is not None:
        moment, name = cursor.values
        cursor = Cursor((literal(moment, UtcDateTime()), name), cursor.backward)
    found = look.db.execute(in_order(query, (at, key), descending=True, cursor=cursor)).all()
    return page_of(found, [(getattr(row, at.name), getattr(row, key.name)) for row in found], cursor)


def _said(look: Looking, row: Row[Any]) -> Said:
    state, at = _state(row)
    people = look.known.people
    away = people.get(row.stands_in_for or "")
    return Said(
        name=KINDS[row.kind].name,
        person=people[row.person].name if row.person in people else row.person,
        because=row.because,
        rung=row.rung,
        day=row.day,
        old_day=row.old_day,
        stands_in_for=away.name if away else None,
        state=state,
        at=at,
        dropped=row.dropped,
        late=row.late,
        known_late=_known_late(look.calendar, row),
    )


def _state(row: Row[Any]) -> tuple[str, datetime]:
    if row.settled_at is None:
        return "waiting", row.send_at
    if row.letter is None:
        return "dropped", row.settled_at
    if row.sent_at is not None:
        return ("shown" if row.sent_by == "nobody" else "sent"), row.sent_at
    return ("given-up", row.given_up_at) if row.given_up_at is not None else ("written", row.settled_at)


def _known_late(calendar: Calendar, row: Row[Any]) -> bool:
    """Whether the day of a rung was over when the reminder came up: then it counts from there."""
    when, _, number = row.rung.rpartition("-")
    if when not in ("before", "after") or row.day is None:
        return False
    count = calendar.back if when == "before" else calendar.forward
    try:
        return business_date(row.due_at) > count(row.day, Days(int(number), "working-days"))
    except BeyondCalendar:
        return False


def _names(people: Iterable[Person]) -> str:
    """Posts in a sentence; so many at most."""
    return _named([person.name for person in people]) or "nobody holds the post now"


def _named(told: Sequence[str]) -> str:
    names = list(dict.fromkeys(told))
    more = len(names) - MOST_NAMED
    if more > 0:
        return f"{', '.join(names[:MOST_NAMED])} and {more} more"
    return listed(names)


def _holding(look: Looking, holder: str) -> Iterable[Person]:
    role, _, scope = holder.partition(":")
    people = look.known.people
    if role == "person":
        return [people[scope]] if scope in people else []
    return (person for _id, person in sorted(people.items()) if person.holds(role, scope))
