"""The reminders of one item: those to come, what was said to whom, and those that ended. For whoever may see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, Select, literal, select

from models.base import UtcDateTime
from models.forecasts import forecasts
from models.outbox import letters
from models.reminders import messages, reminders
from workflow.errors import Unknown
from workflow.known import Person
from workflow.queries.deadlines import NO_DEADLINE, Followed, as_told, days_left, followed, in_words, reached, to_come
from workflow.queries.paging import Cursor, Page, in_order, page_of
from workflow.reminders.kinds import KINDS
from workflow.reminders.ladders import Moment
from workflow.reminders.recipients import Posts
from workflow.reminders.told import About, Told, read_about
from workflow.reminders.wording import listed
from workflow.runtime import Looking

IF_SO: Final = "Only if nothing happens on the item until then."
MOST_NAMED: Final = 4  # posts in one sentence; of others it is said how many there are

#: Whom a rung of a ladder reaches, as the people of an item call them.
RECIPIENTS: Final = {
    "owner": "the owner",
    "lead": "the governance lead",
    "forum-lead": "the governance lead of the forum’s organisation",
    "superior": "the superior of the governance lead",
    "secretary": "the secretary",
    "chair": "the chair",
}


@dataclass(frozen=True, slots=True)
class Later:
    """Who is told at a moment to come."""

    at: datetime
    whom: str


@dataclass(frozen=True, slots=True)
class Coming:
    """One reminder that has not ended. `told` says who is told next, and who after that."""

    id: str
    name: str
    sentence: str
    holders: str
    day: date | None
    days_left: str
    overdue: bool
    told: tuple[Later, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One message to one person. `state`: waiting, dropped, written, sent, given-up; `at` is when it came to that."""

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


def name_of(kind: str) -> str:
    """A kind of reminder, as it is called where others read of it."""
    return "The next step can be taken" if kind == "your-turn" else KINDS[kind].name


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
    return Next(max(row.next_at, look.now), name_of(row.kind), _names(_holding(look, row.holder)))


def coming(look: Looking, item: str, cursor: Cursor | None = None) -> Page[Coming]:
    """Reminders to come, by day; those without one last."""
    query = select(reminders).where(reminders.c.item == item, reminders.c.ended_at.is_(None))
    found = look.db.execute(in_order(query, (reminders.c.by_day, reminders.c.id), cursor=cursor)).all()
    page = page_of(found, [(row.by_day, row.id) for row in found], cursor)
    title, of = title_of(look, item), followed(look.db, [item])[item]
    about, posts = read_about(look.db, look.known, look.today, "", [item]), Posts(look.known)
    rows = tuple(_coming(look, row, of, in_words(_told(about, posts, row), title), posts) for row in page.rows)
    return Page(rows, page.earlier, page.later)


def _told(about: About, posts: Posts, row: Row[Any]) -> Told:
    """To nobody whose turn it is, so that no sentence says “you”."""
    return as_told(about, posts, row, because="superior")


def _coming(look: Looking, row: Row[Any], of: Followed, sentence: str, posts: Posts) -> Coming:
    is_deadline = row.day is not None and row.kind not in NO_DEADLINE
    holders = _names(posts.of_holder(row.holder))
    moments = [Later(one.at, _whom(posts, one, row, of)) for one in to_come(look, row, of.route)]
    told = [one for one in moments if one.whom]
    if row.next_at is not None and row.next_at <= look.now:
        told.insert(0, Later(look.now, holders))
    return Coming(
        id=row.id,
        name=name_of(row.kind),
        sentence=IF_SO if row.kind in NO_DEADLINE else sentence,
        holders=holders,
        day=row.day if is_deadline else None,
        days_left=days_left(look.calendar, look.today, row.day) if is_deadline else "",
        overdue=is_deadline and row.day < look.today,
        told=tuple(told),
    )


def said(look: Looking, item: str, cursor: Cursor | None = None) -> Page[Said]:
    """What was said, or waits, or was not said after all, the newest first."""
    query = (
        select(messages, letters.c.sent_at, letters.c.given_up_at)
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
            name=name_of(row.kind),
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
        name=name_of(row.kind),
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
    )


def _state(row: Row[Any]) -> tuple[str, datetime]:
    if row.settled_at is None:
        return "waiting", row.send_at
    if row.letter is None:
        return "dropped", row.settled_at
    if row.sent_at is not None:
        return "sent", row.sent_at
    return ("given-up", row.given_up_at) if row.given_up_at is not None else ("written", row.settled_at)


def _whom(posts: Posts, moment: Moment, row: Row[Any], item: Followed) -> str:
    """Whom a rung reaches, those whose turn it is by their posts, others by what they are; "" where it is nobody."""
    met = list(reached(posts, moment, row, item))
    others = dict.fromkeys(RECIPIENTS[as_what] for _person, as_what in met if as_what != "holder")
    holders = [person for person, as_what in met if as_what == "holder"]
    return listed([*([_names(holders)] if holders else []), *others])


def _names(people: Iterable[Person]) -> str:
    """Posts in a sentence; so many at most."""
    names = list(dict.fromkeys(person.name for person in people))
    more = len(names) - MOST_NAMED
    if more > 0:
        return f"{', '.join(names[:MOST_NAMED])} and {more} more"
    return listed(names) if names else "nobody holds the post"


def _holding(look: Looking, holder: str) -> Iterable[Person]:
    role, _, scope = holder.partition(":")
    people = look.known.people
    if role == "person":
        return [people[scope]] if scope in people else []
    return (person for _id, person in sorted(people.items()) if person.holds(role, scope))
