"""My deadlines: everything that somebody is reminded of by the roles they hold, or for whom they stand in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, case, func, not_, select, union_all

from models.forecasts import forecasts
from models.items import items
from models.organisations import routes
from models.outbox import letters
from models.reminders import choices, messages, reminders, snoozes
from routes.spec import Route
from workflow.clear_days import Calendar
from workflow.errors import BeyondCalendar
from workflow.errors import day as on_day
from workflow.known import Known, Person
from workflow.queries.paging import Counted, Cursor, Page, bounded, counted, in_order, page_of
from workflow.reminders.choices import Choices, choices_of, in_time_at, send_at
from workflow.reminders.ladders import Moment, climbed
from workflow.reminders.recipients import Posts
from workflow.reminders.told import About, Told, read_about
from workflow.reminders.watching import ladder_for
from workflow.reminders.wording import sentence_of
from workflow.runtime import Looking
from workflow.shelf import route_of
from workflow.tasks import holders_of
from workflow.visibility import reader_of, visible

NOT_YOURS: Final = "There is no such deadline of yours any more. Look at your deadlines."

#: Kinds whose day is not one by which something is to be done: they are nobody's deadlines.
NO_DEADLINE: Final = ("idle",)

_KEYS: Final = (reminders.c.by_day, reminders.c.id)


@dataclass(frozen=True, slots=True)
class Deadline:
    """One thing that somebody is reminded of until it is done.

    `next_at` is when they themselves hear of it next, by their own choices, and `comes_at` when they would if they
    had not snoozed it; `snoozed_until` only where that makes a difference. `shown_at` is when something was last
    written to them in test mode, which sends nothing. `instead_of` names whom they stand in for.
    """

    id: str
    kind: str
    sentence: str
    item: str
    title: str
    part: str
    forum: str | None
    day: date | None
    days_left: str
    overdue: bool
    next_at: datetime | None
    comes_at: datetime | None
    last_told_at: datetime | None
    shown_at: datetime | None
    snoozed_until: date | None
    is_left: bool  # they have left this kind of reminder
    instead_of: str | None


@dataclass(frozen=True, slots=True)
class Deadlines:
    """A page of somebody's deadlines, with how many there are, and for whom they stand in until when."""

    page: Page[Deadline]
    total: Counted
    overdue: Counted
    standing_in: tuple[tuple[str, date | None], ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """Whose an item is, and the route that it follows."""

    owner: str
    organisation: str
    route: Route


@dataclass(frozen=True, slots=True)
class Own:
    """What somebody was told of reminders, what waits for them, and what they do not want to hear."""

    chosen: Choices
    last: Mapping[str, datetime]
    shown: Mapping[str, datetime]
    waits: Mapping[str, datetime]
    snoozed: Mapping[str, date]


def my_deadlines(look: Looking, person: Person, kind: str | None = None, cursor: Cursor | None = None) -> Deadlines:
    """One page of somebody's deadlines, overdue first and undated last; of one kind only if one is named."""
    away = standing_in_for(look.db, look.known, look.today, person)
    whose = _whose(person, [who for who, _until in away])
    found = list(look.db.execute(_rows(look, person, whose, kind, cursor)))
    page = page_of(found, [(row.by_day, row.id) for row in found], cursor)
    rows: dict[tuple[Any, ...], Deadline] = {}
    for row, deadline in zip(page.rows, _told(look, person, whose, page.rows), strict=True):
        rows.setdefault((row.kind, row.item, row.step, row.round, row.detail), deadline)
    total, overdue = _counts(look, person, whose, kind, list(rows.values()), cursor is None and page.later is None)
    standing_in = tuple((who.name, until) for who, until in away)
    return Deadlines(Page(tuple(rows.values()), page.earlier, page.later), total, overdue, standing_in)


def one_deadline(look: Looking, person: Person, reminder: str) -> Deadline | None:
    """One of somebody's deadlines; None where there is no such one of theirs."""
    row = deadline_of(look.db, look.known, look.today, person, reminder)
    if row is None:
        return None
    away = standing_in_for(look.db, look.known, look.today, person)
    return _told(look, person, _whose(person, [who for who, _until in away]), [row])[0]


def open_for(db: Connection, known: Known, person: Person, other: Person) -> tuple[Counted, Counted]:
    """How many deadlines somebody has by their own posts, and how many of these somebody else may not see."""
    mine = _of(known, person).where(reminders.c.holder.in_(holders_of(person))).with_only_columns(reminders.c.id)
    unseen = mine.where(not_(visible(reader_of(known, other), reminders.c.item)))
    return tuple(counted(db.execute(bounded(query)).scalar_one()) for query in (mine, unseen))  # type: ignore[return-value]


def deadline_of(db: Connection, known: Known, today: date, person: Person, reminder: str) -> Row[Any] | None:
    """The row of one of somebody's deadlines, if it is theirs to see and has not ended."""
    away = [who for who, _until in standing_in_for(db, known, today, person)]
    query = _of(known, person).where(reminders.c.id == reminder, reminders.c.holder.in_(list(_whose(person, away))))
    return db.execute(query).one_or_none()


def standing_in_for(db: Connection, known: Known, today: date, person: Person) -> list[tuple[Person, date | None]]:
    """For whom somebody stands in today, and the last day of it."""
    query = select(choices.c.person, choices.c.away_from, choices.c.away_until, choices.c.deputy)
    found = [
        (known.people[row.person], row.away_until)
        for row in db.execute(query.where(choices.c.deputy == person.id))
        if row.person in known.people
        and Choices(away_from=row.away_from, away_until=row.away_until, deputy=row.deputy).away_on(today)
    ]
    return sorted(found, key=lambda one: (one[0].name, one[0].id))


def days_left(calendar: Calendar, today: date, day: date) -> str:
    """How far away a day is, in words: tomorrow, in 3 working days, 2 working days ago."""
    away = (day - today).days
    if abs(away) <= 1:
        return ("today", "tomorrow", "yesterday")[away]
    first, last = sorted((today, day))
    try:
        number = calendar.working_days(first, last) - calendar.is_working(today)
    except BeyondCalendar:
        number = 0
    words = f"{number} working day{'s' if number != 1 else ''}" if number else f"{abs(away)} days"
    return f"in {words}" if away > 0 else f"{words} ago"


def followed(db: Connection, ids: Sequence[str]) -> dict[str, Followed]:
    """Whose these items are, and the route that each follows."""
    columns = (items.c.id, items.c.owner, items.c.organisation, routes.c.definition)
    query = select(*columns).join(routes, routes.c.version == items.c.route_version)
    found = db.execute(query.where(items.c.id.in_(sorted(set(ids)))))
    return {row.id: Followed(row.owner, row.organisation, route_of(row.definition)) for row in found}


def to_come(look: Looking, row: Row[Any], route: Route) -> list[Moment]:
    """The rungs of a reminder's ladder that are still to come."""
    ladder = ladder_for(look.known, route, row.kind, row.forum)
    return [moment for moment in climbed(ladder, row.day, row.since, look.calendar) if moment.at > look.now]


def reached(posts: Posts, moment: Moment, row: Row[Any], item: Followed) -> Iterator[tuple[Person, str]]:
    """Whom a rung reaches, and as what: each person once."""
    met: set[str] = set()
    for to in moment.rung.to:
        for person, as_what in posts.reached(to, row.holder, row.forum, item.owner, item.organisation):
            if person.id not in met:
                met.add(person.id)
                yield person, as_what


def goes_at(
    chosen: Choices, moment: Moment, day: date | None, calendar: Calendar, snoozed_until: date | None = None
) -> datetime:
    """When somebody is told by a rung to come, by their choices."""
    return in_time_at(chosen, moment.at, calendar, day if moment.rung.when == "before" else None, snoozed_until)


def in_words(told: Told, title: str) -> str:
    """What has to be done, in a sentence; of what is not so yet, that it will be."""
    if told.kind == "outcome-missing" and told.day is not None and told.day >= told.today:
        if told.forum_name:
            meets = f"after the meeting on {on_day(told.day)}"
            return f"The outcome of {told.forum_name} on {title} is to be recorded {meets}."
        return f"The outcome of the consultation on {title} is to be recorded after {on_day(told.day)}, when it ends."
    return sentence_of(told, title)


def as_told(about: About, posts: Posts, row: Row[Any], because: str = "holder", instead_of: str | None = None) -> Told:
    """A reminder as if somebody were told of it now, in place of a person who is away if one is named."""
    message: dict[str, Any] = {
        **{name: getattr(row, name) for name in ("kind", "item", "step", "detail", "holder", "forum", "day")},
        "key": "",
        "reminder": row.id,
        "old_day": None,
        "rung": "",
        "because": because,
        "stands_in_for": instead_of,
        "due_at": row.since,
        "late": False,
    }
    return about.told(message, posts)


def _whose(person: Person, away: Sequence[Person]) -> dict[str, Person]:
    """The holders whose deadlines somebody sees, each with whoever holds it: oneself before those who are away."""
    found = dict.fromkeys(holders_of(person), person)
    for one in away:
        for holder in holders_of(one):
            found.setdefault(holder, one)
    return found


def _of(known: Known, person: Person) -> Select[Any]:
    """Reminders that have not ended, as far as somebody may see their items."""
    seen = visible(reader_of(known, person), reminders.c.item)
    query = select(reminders, forecasts.c.title, forecasts.c.part).join(forecasts, forecasts.c.item == reminders.c.item)
    return query.where(reminders.c.ended_at.is_(None), reminders.c.kind.not_in(NO_DEADLINE), seen)


def _rows(
    look: Looking, person: Person, whose: Mapping[str, Person], kind: str | None, cursor: Cursor | None
) -> Select[Any]:
    """Each role's own deadlines in their order, put together: no role's whole list is ever sorted."""
    of = _of(look.known, person)
    if kind is not None:
        of = of.where(reminders.c.kind == kind)
    each = [
        select(in_order(of.where(reminders.c.holder == holder), _KEYS, cursor=cursor).subquery()) for holder in whose
    ]
    either = union_all(*each).subquery() if len(each) > 1 else each[0].subquery()
    backward = cursor is not None and cursor.backward
    return in_order(select(either), [either.c[key.name] for key in _KEYS], descending=backward)


def _counts(
    look: Looking, person: Person, whose: Mapping[str, Person], kind: str | None, rows: list[Deadline], whole: bool
) -> tuple[Counted, Counted]:
    if whole:
        return Counted(len(rows)), Counted(sum(row.overdue for row in rows))
    mine = _of(look.known, person).where(reminders.c.holder.in_(list(whose))).with_only_columns(reminders.c.id)
    if kind is not None:
        mine = mine.where(reminders.c.kind == kind)
    late = mine.where(reminders.c.by_day < look.today)
    return tuple(counted(look.db.execute(bounded(query)).scalar_one()) for query in (mine, late))  # type: ignore[return-value]


def _told(look: Looking, person: Person, whose: Mapping[str, Person], rows: Sequence[Row[Any]]) -> list[Deadline]:
    ids = [row.item for row in rows]
    about, posts = read_about(look.db, look.known, look.today, "", ids), Posts(look.known)
    of_items, own = followed(look.db, ids), _own(look, person, [row.id for row in rows])
    found = []
    for row in rows:
        away = whose[row.holder] if whose[row.holder].id != person.id else None
        told = as_told(about, posts, row, instead_of=away.id if away else None)
        comes_at, next_at = _next(look, own, row, _next_rung(look, posts, row, of_items[row.item], away or person))
        until = own.snoozed.get(row.id)
        found.append(
            Deadline(
                id=row.id,
                kind=row.kind,
                sentence=in_words(told, row.title),
                item=row.item,
                title=row.title,
                part=row.part,
                forum=look.known.forum_name(row.forum) if row.forum else None,
                day=row.day,
                days_left=days_left(look.calendar, look.today, row.day) if row.day else "",
                overdue=told.overdue,
                next_at=next_at,
                comes_at=comes_at,
                last_told_at=own.last.get(row.id),
                shown_at=own.shown.get(row.id),
                snoozed_until=until if comes_at is not None and comes_at != next_at else None,
                is_left=row.kind in own.chosen.unwanted,
                instead_of=away.name if away else None,
            )
        )
    return found


def _next_rung(look: Looking, posts: Posts, row: Row[Any], item: Followed, person: Person) -> Moment | None:
    """The next rung that reaches somebody."""
    for moment in to_come(look, row, item.route):
        if any(one.id == person.id for one, _as_what in reached(posts, moment, row, item)):
            return moment
    return None


def _own(look: Looking, person: Person, ids: Sequence[str]) -> Own:
    to_nobody = letters.c.sent_by == "nobody"
    last = func.max(case((to_nobody, None), else_=letters.c.sent_at)).label("last")
    shown = func.max(case((to_nobody, letters.c.sent_at))).label("shown")
    waits = func.min(case((messages.c.settled_at.is_(None), messages.c.send_at))).label("waits")
    query = select(messages.c.reminder, last, shown, waits).outerjoin(letters, letters.c.id == messages.c.letter)
    mine = query.where(messages.c.reminder.in_(ids), messages.c.person == person.id)
    told = look.db.execute(mine.group_by(messages.c.reminder)).all()
    until = select(snoozes.c.reminder, snoozes.c.until).where(
        snoozes.c.person == person.id, snoozes.c.reminder.in_(ids), snoozes.c.until > look.today
    )
    return Own(
        choices_of(look.db, [person.id])[person.id],
        {row.reminder: row.last for row in told if row.last is not None},
        {row.reminder: row.shown for row in told if row.shown is not None},
        {row.reminder: row.waits for row in told if row.waits is not None},
        {row.reminder: row.until for row in look.db.execute(until)},
    )


def _next(look: Looking, own: Own, row: Row[Any], coming: Moment | None) -> tuple[datetime | None, datetime | None]:
    """When somebody would hear of it next if they had not snoozed it, and when they do.

    Of what waits for them already, else by the next rung that reaches them.
    """
    if row.kind in own.chosen.unwanted:
        return None, None
    until = own.snoozed.get(row.id)
    from_now_on = send_at(own.chosen, look.now, look.calendar)
    if row.id in own.waits:
        waits = max(own.waits[row.id], look.now)
        return (min(from_now_on, waits) if until else waits), waits
    if row.next_at is not None and row.next_at <= look.now:
        return from_now_on, send_at(own.chosen, look.now, look.calendar, until)
    if coming is None:
        return None, None
    return goes_at(own.chosen, coming, row.day, look.calendar), goes_at(
        own.chosen, coming, row.day, look.calendar, until
    )
