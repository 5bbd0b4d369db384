"""What a private calendar shows: looked up anew each time it is read, by what its person is and may see by then.

However many items there are, a calendar takes the same few queries and holds no more than a few hundred entries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, false, func, literal, or_, select, union_all

from models.accounts import accounts
from models.forecasts import forecasts, timetable
from models.ledger import events
from models.organisations import meetings as meetings_table
from models.reminders import feeds, reminders
from models.steps import steps
from routes.ladders import KINDS as LADDER_KINDS
from routes.spec import Days
from workflow import calendars
from workflow.calendars import Deadline, Sitting
from workflow.clock import business_date
from workflow.errors import BeyondCalendar, Unknown
from workflow.facts import Meeting
from workflow.known import Known, Person
from workflow.links import digest
from workflow.reminders.kinds import KINDS
from workflow.reminders.told import NEUTRAL
from workflow.runtime import Looking
from workflow.tasks import holders_of
from workflow.visibility import Reader, reader_of, visible

BACK: Final = timedelta(days=60)  # what is longer ago is left out
KEPT: Final = timedelta(days=30)  # how long calendars are told that something is cancelled
MOST_MEETINGS: Final = 150
MOST_DEADLINES: Final = 300
MOST_ITEMS: Final = 1000  # at all meetings of a calendar together
LISTED: Final = 20  # items of one meeting

_TRAVELLING: Final = ("in-progress", "on-hold")
_HAPPENED: Final = ("meeting-added", "meeting-moved", "meeting-cancelled", "meeting-held", "meeting-changed")
_DAY_BEFORE: Final = Days(1, "working-days")

#: What a calendar calls each kind of deadline, before its day and after it.
HEADINGS: Final = {
    "report-due": "Report due",
    "clearance": "{} clearance due",
    "notice-due": "Key decision notice due",
    "private-notice-due": "Private meeting notice due",
    "private-notice-again-due": "Second private meeting notice due",
    "agenda-due": "Agenda and reports to publish",
    "minutes-due": "Minutes due",
    "decision-to-publish": "Decision to publish",
    "call-in-ending": "Call-in ends",
    "condition-due": "Condition {} to be met",
    "evidence-due": "Check to be made",
    "consultation-closing": "Consultation closes",
    "calendar-ends": "Meeting needed",
    "your-turn": "Your turn",
}
#: No deadlines: meetings stand in calendars themselves, and an idle item's day is the last on which something happened.
LEFT_OUT: Final = ("meeting-tomorrow", "outcome-missing", "idle")

if {*HEADINGS, *LEFT_OUT} != set(LADDER_KINDS):
    raise RuntimeError("Calendars have no words for a kind of reminder.")


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar address that works: whose it is and of what."""

    name: str  # the hash of its token
    person: Person
    scope: str
    last_read_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnFeed:
    """One of somebody's calendars in their list. `of` says in words what it is of."""

    name: str
    of: str
    created_at: datetime
    last_read_at: datetime | None


def holder(look: Looking, token: str) -> Feed | None:
    """The calendar of this address; None if it never was one, was removed, or its person may not sign in any more."""
    query = (
        select(feeds)
        .join(accounts, accounts.c.person == feeds.c.person)
        .where(feeds.c.token_hash == digest(token), feeds.c.revoked_at.is_(None), accounts.c.disabled.is_(False))
    )
    row = look.db.execute(query).one_or_none()
    person = look.known.people.get(row.person) if row is not None else None
    return None if row is None or person is None else Feed(row.token_hash, person, row.scope, row.last_read_at)


def own_feeds(look: Looking, person: Person) -> list[OwnFeed]:
    """Somebody's calendars, the newest first."""
    query = select(feeds).where(feeds.c.person == person.id, feeds.c.revoked_at.is_(None))
    rows = look.db.execute(query.order_by(feeds.c.created_at.desc(), feeds.c.token_hash)).all()
    items = [row.scope.removeprefix("item:") for row in rows if row.scope.startswith("item:")]
    seen = select(forecasts.c.item, forecasts.c.title).where(
        forecasts.c.item.in_(items), visible(reader_of(look.known, person))
    )
    titles = {row.item: row.title for row in look.db.execute(seen)}
    return [OwnFeed(r.token_hash, _of(look.known, r.scope, titles), r.created_at, r.last_read_at) for r in rows]


def title_of(look: Looking, reader: Reader, item: str) -> str:
    """What an item is called. Unknown for one that is not there just as for one that is not theirs to see."""
    seen = select(forecasts.c.title).where(forecasts.c.item == item, visible(reader))
    title = look.db.execute(seen).scalar_one_or_none()
    if title is None:
        raise Unknown("There is no such item, or it is not for you to see. Check the address.")
    return str(title)


def calendar_of(look: Looking, found: Feed, address: str, installation: str) -> str:
    """The calendar as it is now, as iCalendar text; links in it begin with the address of the installation."""
    kind, _, name = found.scope.partition(":")
    if kind == "forum":
        return _of_forum(look, found.person, name, address)
    if kind == "item":
        return _of_item(look, found.person, name, address, installation)
    return _of_person(look, found.person, address, installation)


def sittings(db: Connection, known: Known, address: str, ids: Sequence[str]) -> dict[str, Sitting]:
    """Meetings as calendars show them, by id, in two queries; during an act, `flush` comes first."""
    there = [known.meetings[name] for name in ids if name in known.meetings]
    if not there:
        return {}
    place = select(meetings_table.c.id, meetings_table.c.place).where(meetings_table.c.id.in_([m.id for m in there]))
    places = {row.id: row.place for row in db.execute(place)}
    last = _last_events(db, there)
    return {meeting.id: _sitting(known, address, meeting, places.get(meeting.id), last) for meeting in there}


def _of(known: Known, scope: str, titles: dict[str, str]) -> str:
    kind, _, name = scope.partition(":")
    if kind == "forum":
        return f"Meetings of {known.forum_name(name)}"
    if kind == "item":
        return titles.get(name, "An item that you may not see any more")
    return "My deadlines and meetings"


def _of_person(look: Looking, person: Person, address: str, installation: str) -> str:
    reader, holders = reader_of(look.known, person), holders_of(person)
    forums = [scope for role, scope in sorted(person.roles) if role in ("secretary", "chair", "member")]
    found = _sittings(look, address, _meetings(look, forums))
    told = [replace(sitting, why=_why_there(look.known, person, sitting.id)) for sitting in found]
    due = _deadlines(look, person, reader, reminders.c.holder.in_(holders), address)
    return calendars.feed(f"My deadlines and meetings, {installation}", told, due)


def _of_forum(look: Looking, person: Person, forum: str, address: str) -> str:
    found = _sittings(look, address, _meetings(look, [forum]))
    there = _items_at(look, reader_of(look.known, person), [sitting.id for sitting in found])
    return calendars.feed(look.known.forum_name(forum), [_with_items(one, there[one.id]) for one in found], [])


def _of_item(look: Looking, person: Person, item: str, address: str, installation: str) -> str:
    """Its meetings and everybody's deadlines. Whoever may not see it any more has an empty calendar from then on."""
    reader = reader_of(look.known, person)
    columns = (forecasts.c.title, forecasts.c.part, forecasts.c.state)
    seen = select(*columns).where(forecasts.c.item == item, visible(reader))
    row = look.db.execute(seen).one_or_none()
    if row is None:
        return calendars.feed(installation, [], [])
    title, link = _title(row.part, row.title), _link(row.part, address, item)
    certain = _meetings_of_item(look, item, row.state in _TRAVELLING)
    known = [look.known.meetings[name] for name in certain if name in look.known.meetings]
    found = _sittings(look, address, sorted((m for m in known if m.date >= look.today - BACK), key=_in_order))
    told = [replace(one, about=title, is_certain=certain[one.id], link=link) for one in found]
    return calendars.feed(
        title[:1].upper() + title[1:], told, _deadlines(look, person, reader, reminders.c.item == item, address)
    )


def _meetings(look: Looking, forums: Iterable[str]) -> list[Meeting]:
    """The meetings of these forums, joint ones once, from two months ago as far as they are known."""
    all_of_them = {m.id: m for forum in forums for m in look.known.world.meetings.get(forum, ())}
    recent = (meeting for meeting in all_of_them.values() if meeting.date >= look.today - BACK)
    return sorted(recent, key=_in_order)[:MOST_MEETINGS]


def _in_order(meeting: Meeting) -> tuple[date, str, str]:
    return meeting.date, meeting.time or "", meeting.id


def _sittings(look: Looking, address: str, there: Sequence[Meeting]) -> list[Sitting]:
    """Those of these meetings that a calendar shows: cancelled ones for a month."""
    found = sittings(look.db, look.known, address, [meeting.id for meeting in there])
    return [one for one in found.values() if one.state != "cancelled" or one.changed_at >= look.now - KEPT]


def _last_events(db: Connection, there: Sequence[Meeting]) -> dict[str, tuple[int, datetime]]:
    """The number and moment of the last thing that happened to each meeting, in the ledger of its forum."""
    act = events.c.data["act"]
    chains = sorted({f"forum:{meeting.forums[0]}" for meeting in there})
    name = func.coalesce(act["meeting"].as_string(), act["entry"]["id"].as_string()).label("meeting")
    told = select(name, events.c.seq, events.c.at).where(events.c.subject.in_(chains), events.c.kind.in_(_HAPPENED))
    each = told.subquery()
    last = select(each.c.meeting, func.max(each.c.seq).label("seq"), func.max(each.c.at).label("at"))
    return {row.meeting: (row.seq, row.at) for row in db.execute(last.group_by(each.c.meeting))}


def _sitting(
    known: Known, address: str, meeting: Meeting, place: str | None, last: dict[str, tuple[int, datetime]]
) -> Sitting:
    sequence, changed_at = last.get(meeting.id, (0, datetime.combine(meeting.date, time(), UTC)))
    return Sitting(
        id=meeting.id,
        forum=meeting.forums[0],
        name=" and ".join(known.forum_name(forum) for forum in meeting.forums),
        on=meeting.date,
        time=meeting.time,
        place=place,
        state=meeting.state,
        sequence=sequence,
        changed_at=changed_at,
        link=f"{address}/meetings/{meeting.id}" if address else "",
    )


def _items_at(look: Looking, reader: Reader, ids: Sequence[str]) -> dict[str, list[Any]]:
    """What the reader may know of that is on these meetings or expected there."""
    query = (
        select(timetable.c.meeting, timetable.c.basis, timetable.c.item, forecasts.c.title, forecasts.c.part)
        .join(forecasts, forecasts.c.item == timetable.c.item)
        .where(timetable.c.meeting.in_(ids), forecasts.c.state.in_(_TRAVELLING), visible(reader))
        .order_by(timetable.c.by_day, timetable.c.meeting, timetable.c.basis, timetable.c.item, timetable.c.step)
        .limit(MOST_ITEMS)
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for row in look.db.execute(query):
        found[row.meeting].append(row)
    return found


def _with_items(sitting: Sitting, rows: Sequence[Any]) -> Sitting:
    once = {row.item: row for row in reversed(rows)}
    shown = list(reversed(once.values()))[:LISTED]
    return replace(
        sitting,
        bound=tuple(_title(row.part, row.title) for row in shown if row.basis == "bound"),
        expected=tuple(_title(row.part, row.title) for row in shown if row.basis != "bound"),
        more=len(once) > LISTED,
    )


def _meetings_of_item(look: Looking, item: str, travels: bool) -> dict[str, bool]:
    """The meetings of an item, past and to come, each with whether it is certain or only expected."""
    on_one = timetable.c.meeting.is_not(None) if travels else false()
    to_come = select(timetable.c.meeting, timetable.c.basis).where(timetable.c.item == item, on_one)
    over = select(steps.c.meeting, literal("bound")).where(
        steps.c.item == item, steps.c.meeting.is_not(None), steps.c.outcome.is_not(None)
    )
    found: dict[str, bool] = {}
    for name, basis in look.db.execute(union_all(to_come, over)):
        found[name] = found.get(name, False) or basis == "bound"
    return found


def _deadlines(
    look: Looking, person: Person, reader: Reader, whose: ColumnElement[bool], address: str
) -> list[Deadline]:
    """Deadlines with a day, each once even where somebody has it twice over; what is over, for a month."""
    lately = or_(reminders.c.ended_at.is_(None), reminders.c.ended_at >= look.now - KEPT)
    query = (
        select(reminders, forecasts.c.title, forecasts.c.part, forecasts.c.owner)
        .join(forecasts, forecasts.c.item == reminders.c.item)
        .where(whose, lately, reminders.c.day.is_not(None), reminders.c.by_day >= look.today - BACK)
        .where(reminders.c.kind.not_in(LEFT_OUT), visible(reader))
        .order_by(reminders.c.by_day, reminders.c.id)
        .limit(MOST_DEADLINES)
    )
    holders = frozenset(holders_of(person))
    once: dict[tuple[Any, ...], Row[Any]] = {}
    for row in look.db.execute(query):
        same = (row.kind, row.item, row.step, row.round, row.detail, row.ended_at is None)
        if same not in once or (row.holder in holders and once[same].holder not in holders):
            once[same] = row
    return [_deadline(look, person, holders, row, address) for row in once.values()]


def _deadline(look: Looking, person: Person, holders: frozenset[str], row: Row[Any], address: str) -> Deadline:
    detail = row.detail.partition("/")[0].replace("-", " ")
    heading = HEADINGS[row.kind].format(detail[:1].upper() + detail[1:])
    return Deadline(
        reminder=row.id,
        heading=heading,
        asks=KINDS[row.kind].asks,
        title=_title(row.part, row.title),
        forum=look.known.forum_name(row.forum) if row.forum else "",
        day=row.day,
        warn_on=_working_day_before(look, row.day),
        over=_over(row),
        sequence=row.sequence,
        changed_at=row.changed_at,
        link=_link(row.part, address, row.item),
        why=_why_theirs(look.known, person, row, row.holder in holders),
    )


def _over(row: Row[Any]) -> str:
    """Why it need not be done any more; what ended after its day stays in calendars as it was."""
    ended_in_time = row.ended_at is not None and business_date(row.ended_at) <= row.day
    return str(row.ended_because or "It is not asked for any more.") if ended_in_time else ""


def _working_day_before(look: Looking, due: date) -> date:
    try:
        return look.calendar.back(due, _DAY_BEFORE)
    except BeyondCalendar:
        return due - timedelta(days=1)


def _title(part: str, title: str) -> str:
    return NEUTRAL if part == "II" else title


def _link(part: str, address: str, item: str) -> str:
    """Where more is to be read; an item's id tells what it is about, so one in Part II is looked for among the work."""
    if not address:
        return ""
    return f"{address}/work" if part == "II" else f"{address}/items/{item}"


def _why_there(known: Known, person: Person, meeting: str) -> str:
    sitting = known.meetings[meeting].forums
    posts = [(role, forum) for role in ("secretary", "chair", "member") for forum in sitting]
    return next(_as_what(known, *post) for post in posts if post in person.roles)


def _why_theirs(known: Known, person: Person, row: Row[Any], own: bool) -> str:
    role, _, scope = row.holder.partition(":")
    if own and role == "person":
        return "you own the item" if row.owner == person.id else "it is yours to do"
    if own:
        return _as_what(known, role, scope)
    if role == "person":
        return f"you follow the item; it is for {known.people[scope].name if scope in known.people else scope} to do"
    return f"you follow the item; it is for {_post(known, role, scope)} to do"


def _as_what(known: Known, role: str, scope: str) -> str:
    return f"you are {_post(known, role, scope)}"


def _post(known: Known, role: str, scope: str) -> str:
    if role == "lead":
        organisation = known.organisations.get(scope)
        return f"the governance lead of {organisation.name if organisation else scope}"
    if role == "clearer":
        return f"who clears reports for {scope.replace('-', ' ')}"
    return f"{'a' if role == 'member' else 'the'} {role} of {known.forum_name(scope)}"
