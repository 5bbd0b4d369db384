"""What forums have before them: their meetings, what is due for each, what is ready and has no meeting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, exists, select, union_all

from models.forecasts import forecasts, tasks, timetable
from models.organisations import meetings as meetings_table
from models.steps import steps
from workflow.due_dates import before_meeting, calendar_at, pack_in_force
from workflow.errors import BeyondCalendar, Unknown
from workflow.facts import Forum, Meeting
from workflow.listing import UNKNOWN_DAY
from workflow.meeting_choice import usual_sittings
from workflow.queries.requested import Requested, requested_at, requested_for
from workflow.runtime import Looking
from workflow.visibility import Reader, visible

COMING: Final = 12  # meetings on a forum's page
SHOWN: Final = 10  # items of each of them there
READY: Final = 50  # items that are ready and on no meeting
MOST: Final = 100  # items of any other list here
_TRAVELLING: Final = ("in-progress", "on-hold")
_OPEN: Final = ("waiting", "ready", "scheduled", "submitted", "on-agenda")


@dataclass(frozen=True, slots=True)
class ForumLine:
    """A forum in the list of all: `mine` where the reader holds a role there."""

    id: str
    name: str
    organisation: str
    form: str
    next_meeting: date | None
    mine: bool


@dataclass(frozen=True, slots=True)
class AtForum:
    """One item that a forum has before it. `meets_on` is the day of the meeting, or the one to be expected.

    `for_agenda`: everything is there for its secretary to put it on the agenda.
    """

    item: str
    title: str
    step: str
    forum: str
    ask: str | None
    label: str
    is_now: bool
    part: str
    bound: bool
    meets_on: date | None
    meeting: str | None
    agenda_by: date | None
    report_due: date | None
    notice_by: date | None
    late: bool
    on_hold: bool
    for_agenda: bool

    @property
    def can_move(self) -> bool:
        """Whether it can still be put on a meeting or taken off it."""
        return not self.on_hold and self.label in _OPEN


@dataclass(frozen=True, slots=True)
class Resolved:
    """One item that was dealt with at a meeting."""

    item: str
    title: str
    step: str
    forum: str
    outcome: str
    outcome_on: date
    round: int


@dataclass(frozen=True, slots=True)
class Sitting:
    """A meeting of a forum with the items bound to it and those expected there. `more`: not all are listed."""

    id: str
    forums: tuple[str, ...]
    on: date
    time: str | None
    state: str
    agenda_by: date | None
    items: tuple[AtForum, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class ForumPage:
    """What a forum has before it. `usual` are the days it can be expected to meet on where no meeting is known."""

    forum: Forum
    organisation: str
    coming: tuple[Sitting, ...]
    usual: tuple[date, ...]
    pool: tuple[AtForum, ...]
    more_ready: bool
    expected: tuple[AtForum, ...]
    unrecorded: tuple[Sitting, ...]
    requested: tuple[Requested, ...]  # meetings that were asked for


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """Everything about one meeting."""

    id: str
    forums: tuple[Forum, ...]
    on: date
    time: str | None
    place: str | None
    state: str
    agenda_by: date | None
    bound: tuple[AtForum, ...]
    expected: tuple[AtForum, ...]
    resolved: tuple[Resolved, ...]
    requested: tuple[Requested, ...]  # what it is asked for, or was before it was known
    more: bool


def forums(look: Looking, reader: Reader) -> list[ForumLine]:
    """Every forum, the reader's own first."""
    person = look.known.people.get(reader.person)
    own = {scope for role, scope in person.roles if role in ("secretary", "chair", "member")} if person else set()
    found = []
    for forum in look.known.world.forums.values():
        coming = _coming(look, forum.id)
        organisation = look.known.organisations[forum.organisation].name
        next_meeting = coming[0].date if coming else None
        found.append(ForumLine(forum.id, forum.name, organisation, forum.form, next_meeting, forum.id in own))
    return sorted(found, key=lambda line: (not line.mine, line.organisation.casefold(), line.name.casefold()))


def forum(look: Looking, reader: Reader, name: str) -> ForumPage:
    """One forum: coming meetings, those whose outcomes are missing, what is ready and on no meeting."""
    known = look.known.world.forums.get(name)
    if known is None:
        raise Unknown(f"There is no forum {name}. Check the address, or look for it among the forums.")
    coming = _coming(look, name)[:COMING]
    items = _at_meetings(look, reader, name, [meeting.id for meeting in coming])
    loose = _loose(look, reader, name)
    counted_by = calendar_at(look.known.world, known, look.calendar)
    usual = islice(usual_sittings(look.known.world, known, look.today, look.today, counted_by), 3)
    return ForumPage(
        forum=known,
        organisation=look.known.organisations[known.organisation].name,
        coming=tuple(_sitting(look, known, meeting, items[meeting.id]) for meeting in coming),
        usual=tuple(sitting.day for sitting in usual),
        pool=tuple([row for row in loose if row.is_now][:READY]),
        more_ready=sum(row.is_now for row in loose) > READY,
        expected=tuple(row for row in loose if not row.is_now),
        unrecorded=_unrecorded(look, reader, known),
        requested=tuple(requested_at(look, reader, name)),
    )


def meeting(look: Looking, reader: Reader, name: str) -> MeetingPage:
    """One meeting: its items, bound or expected, and what has been resolved there."""
    known = look.known.meetings.get(name)
    if known is None:
        raise Unknown(f"There is no meeting {name}. Check the address, or look for it among its forum's meetings.")
    place = look.db.execute(select(meetings_table.c.place).where(meetings_table.c.id == name)).scalar_one_or_none()
    rows = [_at_forum(row) for row in look.db.execute(_of_meeting(reader, name))]
    sitting = tuple(look.known.world.forums[forum] for forum in known.forums)
    days = [found for forum in sitting if (found := agenda_day(look, forum, known.date))]
    return MeetingPage(
        id=known.id,
        forums=sitting,
        on=known.date,
        time=known.time,
        place=place,
        state=known.state,
        agenda_by=min(days, default=None),
        bound=tuple(row for row in rows[:MOST] if row.bound),
        expected=tuple(row for row in rows[:MOST] if not row.bound),
        resolved=_resolved(look, reader, name),
        requested=tuple(requested_for(look, reader, known)),
        more=len(rows) > MOST,
    )


def agenda_day(look: Looking, forum: Forum, meets_on: date) -> date | None:
    """The day by which agenda and reports are open to inspection; None where no rule says so or none can be counted."""
    try:
        world = look.known.world
        counted_by = calendar_at(world, forum, look.calendar)
        return before_meeting(pack_in_force(world, forum, meets_on), False, meets_on, counted_by).agenda_by
    except BeyondCalendar:
        return None


def _coming(look: Looking, forum: str) -> list[Meeting]:
    known = look.known.world.meetings.get(forum, ())
    return [meeting for meeting in known if meeting.state == "planned" and meeting.date >= look.today]


def _sitting(look: Looking, forum: Forum, meeting: Meeting, items: Sequence[AtForum], more: bool = False) -> Sitting:
    return Sitting(
        id=meeting.id,
        forums=tuple(look.known.forum_name(other) for other in meeting.forums),
        on=meeting.date,
        time=meeting.time,
        state=meeting.state,
        agenda_by=agenda_day(look, forum, meeting.date),
        items=tuple(items[:SHOWN]),
        more=more or len(items) > SHOWN,
    )


_FOR_AGENDA: Final = exists().where(
    tasks.c.item == timetable.c.item, tasks.c.step == timetable.c.step, tasks.c.act == "agenda"
)
_SHOWN_COLUMNS: Final = (
    timetable,
    forecasts.c.title,
    forecasts.c.late,
    forecasts.c.state,
    _FOR_AGENDA.label("for_agenda"),
)


def _shown(reader: Reader, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Steps of travelling items that the reader may see."""
    return (
        select(*_SHOWN_COLUMNS)
        .join(forecasts, forecasts.c.item == timetable.c.item)
        .where(*conditions, forecasts.c.state.in_(_TRAVELLING), visible(reader))
    )


def _at_forum(row: Row[Any]) -> AtForum:
    return AtForum(
        item=row.item,
        title=row.title,
        step=row.step,
        forum=row.forum,
        ask=row.ask,
        label=row.label,
        is_now=row.is_now,
        part=row.part,
        bound=row.basis == "bound",
        meets_on=row.meets_on,
        meeting=row.meeting,
        agenda_by=row.agenda_by,
        report_due=row.report_due,
        notice_by=row.notice_by,
        late=row.late,
        on_hold=row.state == "on-hold",
        for_agenda=bool(row.for_agenda),
    )


def _at_meetings(look: Looking, reader: Reader, forum: str, ids: Sequence[str]) -> dict[str, list[AtForum]]:
    """The first items of each meeting, those bound to it before those expected, in one query."""
    found: dict[str, list[AtForum]] = defaultdict(list)
    if not ids:
        return found
    each = []
    for name in ids:
        for basis in ("bound", "calendar"):
            here = and_(timetable.c.meeting == name, timetable.c.basis == basis, timetable.c.forum == forum)
            query = _shown(reader, here).order_by(timetable.c.item, timetable.c.step).limit(SHOWN + 1)
            each.append(select(query.subquery()))
    for row in look.db.execute(union_all(*each)):
        found[row.meeting].append(_at_forum(row))
    return found


def _loose(look: Looking, reader: Reader, forum: str) -> list[AtForum]:
    """What waits for the forum and is bound to no meeting: ready for it now, or expected on a day without a meeting."""
    known = look.known.world.meetings.get(forum, ())
    last_known = max(known[-1].date, look.today) if known else look.today
    here = timetable.c.forum == forum
    ready = _shown(reader, here, timetable.c.is_now == True, timetable.c.basis != "bound")  # noqa: E712
    later = _shown(
        reader,
        here,
        timetable.c.is_now == False,  # noqa: E712
        timetable.c.basis != "bound",
        timetable.c.by_day > last_known,
        timetable.c.by_day < UNKNOWN_DAY,
        timetable.c.meeting.is_(None),
    )
    order = (timetable.c.by_day, timetable.c.item, timetable.c.step)
    each = [
        select(ready.order_by(*order).limit(READY + 1).subquery()),
        select(later.order_by(*order).limit(SHOWN).subquery()),
    ]
    rows = [row for row in look.db.execute(union_all(*each)) if row.label not in ("fell-short", "called-in")]
    return [_at_forum(row) for row in sorted(rows, key=lambda row: (row.by_day, row.item, row.step))]


def _unrecorded(look: Looking, reader: Reader, forum: Forum) -> tuple[Sitting, ...]:
    """Meetings that are over, with the items bound to them of which nothing is recorded."""
    each = []
    for now in (True, False):
        query = _shown(
            reader,
            timetable.c.forum == forum.id,
            timetable.c.is_now == now,
            timetable.c.by_day < look.today,
            timetable.c.basis == "bound",
        )
        each.append(select(query.order_by(timetable.c.by_day, timetable.c.item).limit(MOST).subquery()))
    found: dict[str, list[AtForum]] = defaultdict(list)
    for row in look.db.execute(union_all(*each)):
        if row.meeting in look.known.meetings:
            found[row.meeting].append(_at_forum(row))
    over = sorted((look.known.meetings[name] for name in found), key=lambda m: (m.date, m.id))
    return tuple(_sitting(look, forum, m, found[m.id]) for m in over)


def _of_meeting(reader: Reader, name: str) -> Select[Any]:
    """Its open items: those bound to it first, then those expected; never more than a page can hold."""
    each = []
    for basis in ("bound", "calendar"):
        query = _shown(reader, timetable.c.meeting == name, timetable.c.basis == basis)
        each.append(select(query.order_by(timetable.c.item, timetable.c.step).limit(MOST + 1).subquery()))
    either = union_all(*each).subquery()
    return select(either).order_by(either.c.basis != "bound", either.c.title, either.c.item).limit(MOST + 1)


def _resolved(look: Looking, reader: Reader, name: str) -> tuple[Resolved, ...]:
    columns = (steps.c.item, steps.c.step, steps.c.forum, steps.c.outcome, steps.c.outcome_on, steps.c.round)
    query = (
        select(*columns, forecasts.c.title)
        .join(forecasts, forecasts.c.item == steps.c.item)
        .where(steps.c.meeting == name, steps.c.outcome.is_not(None), visible(reader))
        .order_by(steps.c.item, steps.c.step, steps.c.round)
        .limit(MOST)
    )
    return tuple(
        Resolved(row.item, row.title, row.step, row.forum, row.outcome, row.outcome_on, row.round)
        for row in look.db.execute(query)
    )


def months_after(day: date, months: int) -> date:
    """The last day of the month so many months later; 0 is the end of this one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months + 1, 12)
    return date(year, month + 1, 1) - timedelta(days=1)
