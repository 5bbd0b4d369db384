"""What is coming at one forum, month by month: its meetings, the last days before them, what is on them, what ends.

A page is a bounded number of queries, however many items there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile
from typing import Any, Final, Literal

from sqlalchemy import Row, Select, func, or_, select

from models.forecasts import forecasts
from models.steps import steps
from routes.spec import Days
from routes.words import OUTCOMES
from workflow.dated_steps import days_after, days_before
from workflow.due_dates import calendar_at, may_be_called_in, pack_in_force
from workflow.errors import Unknown
from workflow.facts import Forum, Meeting
from workflow.meeting_choice import usual_sittings
from workflow.meeting_dates import MeetingDates, dates_of_a_sitting, meeting_dates
from workflow.queries.coming_items import MOST, SHOWN, Before, at_meetings, by_day, hidden, hidden_by_day
from workflow.queries.forums import months_after
from workflow.runtime import Looking
from workflow.visibility import Reader, visible

MONTHS: Final = 3  # on one page
MOST_WINDOWS: Final = 100  # decisions that can still be called in
_LONGEST_NOTICE: Final = timedelta(days=45)  # before a meeting: 28 clear days, and those on which nobody works
_LONGEST_WINDOW: Final = timedelta(days=60)  # no call-in lasts longer, holidays included
_CAN_BE_CALLED_IN: Final = tuple(sorted(outcome for outcome in OUTCOMES if may_be_called_in(outcome)))

Known = Literal["known", "held", "usual", "individual"]


@dataclass(frozen=True, slots=True)
class ComingMeeting:
    """A meeting, or a day on which the forum usually meets, or on which an office-holder can be expected to decide.

    `hidden`: so many more are there that the reader may not see. `more`: not all that they may see are listed.
    """

    id: str | None
    on: date
    time: str | None
    known: Known
    with_forums: tuple[str, ...]
    dates: MeetingDates
    items: tuple[Before, ...]
    more: bool = False
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """A decision of this forum that can be called in until `ends`, and takes effect on `effective`."""

    item: str
    title: str
    part: str
    outcome: str
    decided_on: date
    opens: date
    ends: date
    effective: date


@dataclass(frozen=True, slots=True)
class MinutesDue:
    """Minutes of a meeting that have to be there by a day."""

    meeting: str
    met_on: date
    due: date


What = Literal["notice", "private-notice", "private-notice-again", "report", "agenda", "questions", "published"]


@dataclass(frozen=True, slots=True)
class LastDay:
    """The last day, at `time` where the rule has one, for something that belongs to the meeting `on` a day."""

    day: date
    what: What
    time: str | None
    on: date
    meeting: str | None


@dataclass(frozen=True, slots=True)
class ComingMonth:
    """One month; `first` is its first day. Last days may belong to meetings of later months."""

    first: date
    last_days: tuple[LastDay, ...]
    meetings: tuple[ComingMeeting, ...]
    windows: tuple[Window, ...]
    minutes: tuple[MinutesDue, ...]


@dataclass(frozen=True, slots=True)
class Coming:
    """What is coming at a forum from one day to another, both included.

    `prepared` are meetings after the last day for which something falls due before it. `windows_from`: more decisions
    can be called in than are listed, and of those whose window ends on that day or later some are left out. `following`
    is the first meeting that is known after the last day.
    """

    forum: Forum
    organisation: str
    today: date
    first: date
    last: date
    months: tuple[ComingMonth, ...]
    prepared: tuple[ComingMeeting, ...]
    windows_from: date | None
    following: Meeting | None
    earlier: date | None
    later: date | None


def coming(look: Looking, reader: Reader, name: str, since: date | None = None) -> Coming:
    """Three whole months of a forum, and what is left of the month of the day from which they are counted, today if
    none is given. Unknown for a forum that is not there.
    """
    forum = look.known.world.forums.get(name)
    if forum is None:
        raise Unknown(f"There is no forum {name}. Check the address, or look for it among the forums.")
    calendar = look.calendar
    first = min(max(since or look.today, calendar.known_from), calendar.known_until)
    last = min(months_after(first, MONTHS - 1 if first.day == 1 else MONTHS), calendar.known_until)
    ahead = min(last + _LONGEST_NOTICE, calendar.known_until)
    meetings = _individual(look, reader, forum, first, last)
    if forum.form != "individual":
        meetings = [*_known(look, reader, forum, first, ahead), *_usual(look, reader, forum, first, ahead)]
    windows, windows_from = _windows(look, reader, forum, first, last)
    minutes = [*_minutes(look, forum, first, last)]
    return Coming(
        forum=forum,
        organisation=look.known.organisations[forum.organisation].name,
        today=look.today,
        first=first,
        last=last,
        months=tuple(_by_month(first, last, meetings, windows, minutes)),
        prepared=tuple(
            one for one in meetings if one.on > last and any(first <= day.day <= last for day in _last_days(one))
        ),
        windows_from=windows_from,
        following=next((one for one in look.known.world.meetings.get(name, ()) if _is_after(one, last)), None),
        earlier=_months_before(first, calendar.known_from),
        later=last + timedelta(days=1) if last < calendar.known_until else None,
    )


def _is_after(one: Meeting, day: date) -> bool:
    return one.date > day and one.state == "planned"


def _by_month(
    first: date,
    last: date,
    meetings: Sequence[ComingMeeting],
    windows: Sequence[Window],
    minutes: Sequence[MinutesDue],
) -> Iterator[ComingMonth]:
    month = first.replace(day=1)
    while month <= last:
        end = months_after(month, 0)
        last_days = [day for one in meetings for day in _last_days(one) if max(first, month) <= day.day <= end]
        yield ComingMonth(
            month,
            tuple(sorted(last_days, key=lambda one: (one.day, one.on))),
            tuple(one for one in meetings if month <= one.on <= end),
            tuple(one for one in windows if month <= one.ends <= end),
            tuple(one for one in minutes if month <= one.due <= end),
        )
        month = end + timedelta(days=1)


def _last_days(one: ComingMeeting) -> Iterator[LastDay]:
    dates = one.dates
    each: tuple[tuple[What, date | None, str | None], ...] = (
        ("notice", dates.notice_by, None),
        ("private-notice", dates.private_notice_by, None),
        ("private-notice-again", dates.private_notice_again_by, None),
        ("report", dates.report_due, dates.report_time),
        ("agenda", dates.agenda_by, None),
        ("questions", dates.questions_by, dates.questions_time),
        ("published", dates.published_by, None),
    )
    for what, day, time in each:
        if day is not None and day != one.on:
            yield LastDay(day, what, time, one.on, one.id)


def _months_before(first: date, known_from: date) -> date | None:
    """The first day of the page before this one."""
    day = first.replace(day=1)
    for _ in range(MONTHS):
        if day <= known_from:
            break
        day = (day - timedelta(days=1)).replace(day=1)
    return day if day < first.replace(day=1) else None


def _known(look: Looking, reader: Reader, forum: Forum, first: date, last: date) -> list[ComingMeeting]:
    world = look.known.world
    found = [one for one in world.meetings.get(forum.id, ()) if first <= one.date <= last and one.state != "cancelled"]
    ids = [one.id for one in found]
    items, unseen = at_meetings(look, reader, forum.id, ids), hidden(look, reader, forum.id, ids)
    return [_meeting(look, forum, one, items[one.id], unseen.get(one.id, 0)) for one in found]


def _meeting(look: Looking, forum: Forum, one: Meeting, items: Sequence[Before], unseen: int) -> ComingMeeting:
    world = look.known.world
    sitting = [world.forums[name] for name in one.forums if name in world.forums]
    return ComingMeeting(
        id=one.id,
        on=one.date,
        time=one.time,
        known="held" if one.state == "held" else "known",
        with_forums=tuple(other.name for other in sitting if other.id != forum.id),
        dates=dates_of_a_sitting(world, sitting, one.date, look.calendar),
        items=tuple(items[:SHOWN]),
        more=len(items) > SHOWN,
        hidden=unseen,
    )


def _usual(look: Looking, reader: Reader, forum: Forum, first: date, last: date) -> list[ComingMeeting]:
    """Days of the forum's pattern after its last known meeting, with what is expected on them."""
    world = look.known.world
    begin = max(first, look.today)
    counted_by = calendar_at(world, forum, look.calendar)
    days = takewhile(lambda one: one.day <= last, usual_sittings(world, forum, begin, look.today, counted_by))
    items = by_day(look, reader, forum.id, begin, last)
    unseen = hidden_by_day(look, reader, forum.id, begin, last)
    return [
        ComingMeeting(
            id=None,
            on=one.day,
            time=one.time,
            known="usual",
            with_forums=(),
            dates=meeting_dates(world, forum, one.day, look.calendar),
            items=tuple(items[one.day][:MOST]),
            more=len(items[one.day]) > MOST,
            hidden=unseen.get(one.day, 0),
        )
        for one in days
    ]


def _individual(look: Looking, reader: Reader, forum: Forum, first: date, last: date) -> list[ComingMeeting]:
    """The days on which an office-holder can be expected to decide: no agenda, only notice and what follows."""
    if forum.form != "individual":
        return []
    items = by_day(look, reader, forum.id, first, last)
    unseen = hidden_by_day(look, reader, forum.id, first, last)
    return [
        ComingMeeting(
            id=None,
            on=day,
            time=None,
            known="individual",
            with_forums=(),
            dates=_alone(look, forum, day, items[day]),
            items=tuple(items[day][:MOST]),
            more=len(items[day]) > MOST,
            hidden=unseen.get(day, 0),
        )
        for day in sorted({*items, *unseen})
    ]


def _alone(look: Looking, forum: Forum, day: date, items: Sequence[Before]) -> MeetingDates:
    dates = meeting_dates(look.known.world, forum, day, look.calendar)
    notice = min((one.notice_by for one in items if one.notice_by), default=None)
    return MeetingDates(notice_by=notice, published_by=dates.published_by, effective=dates.effective)


def _windows(look: Looking, reader: Reader, forum: Forum, first: date, last: date) -> tuple[list[Window], date | None]:
    """Decisions of this forum whose call-in window ends within these days, those that end first; and, where there are
    more than can be listed, the day from which the list is not whole."""
    packs = look.known.world.packs.get(forum.rules or "", ())
    if not any(pack.executive and pack.call_in for pack in packs):
        return [], None
    published, decided = _earliest(look, forum, first)
    in_public = func.coalesce(steps.c.published_on, steps.c.outcome_on)
    columns = (steps.c.item, steps.c.outcome, steps.c.outcome_on, steps.c.published_on, forecasts.c.title)
    query: Select[Any] = (
        select(*columns, steps.c.part, forecasts.c.part.label("item_part"), in_public.label("in_public"))
        .join(forecasts, forecasts.c.item == steps.c.item)
        .where(
            steps.c.forum == forum.id,
            steps.c.outcome.in_(_CAN_BE_CALLED_IN),
            steps.c.outcome_on.between(first - _LONGEST_WINDOW, last),
            or_(steps.c.published_on >= published, steps.c.published_on.is_(None) & (steps.c.outcome_on >= decided)),
            steps.c.decision == "passed",
            steps.c.call_in_waived.is_(None),
            steps.c.no_call_in == False,  # noqa: E712
            steps.c.upheld_on.is_(None),
            visible(reader),
        )
        .order_by(in_public, steps.c.item)
        .limit(MOST_WINDOWS + 1)
    )
    rows = look.db.execute(query).all()
    windows = [one for row in rows[:MOST_WINDOWS] if (one := _window(look, forum, row))]
    found = sorted(
        (one for one in windows if first <= one.ends <= last),
        key=lambda one: (one.ends, one.title.casefold(), one.item),
    )
    if len(rows) <= MOST_WINDOWS:
        return found, None
    missing = _ends(look, forum, rows[-1].outcome_on, rows[-1].in_public)
    return found, missing[0] if missing and missing[0] <= last else None


def _earliest(look: Looking, forum: Forum, first: date) -> tuple[date, date]:
    """The earliest days on which a decision can have been published, and one not published yet can have been taken,
    whose window ends on a day or later."""
    published = decided = first
    for number in range(_LONGEST_WINDOW.days + 1):
        day = first - timedelta(days=number)
        if (found := _ends(look, forum, day, day)) is not None and found[0] >= first:
            published = day
        if (found := _ends(look, forum, day, _published_by(look, forum, day))) is not None and found[0] >= first:
            decided = day
    return published, decided


def _ends(look: Looking, forum: Forum, decided: date, opens: date) -> tuple[date, date] | None:
    """The last day on which a decision can be called in, and the day after, from which it counts."""
    pack = pack_in_force(look.known.world, forum, decided)
    if pack is None or not pack.executive or pack.call_in is None:
        return None
    counted_by = calendar_at(look.known.world, forum, look.calendar)
    effective = days_after(opens, pack.call_in, counted_by)
    ends = days_before(effective, Days(1, "working-days"), counted_by)
    return (ends, effective) if effective is not None and ends is not None else None


def _published_by(look: Looking, forum: Forum, decided: date) -> date:
    """The day by which a decision is published, as the rules have it."""
    pack = pack_in_force(look.known.world, forum, decided)
    counted_by = calendar_at(look.known.world, forum, look.calendar)
    return days_after(decided, pack.decision_published if pack else None, counted_by) or decided


def _window(look: Looking, forum: Forum, row: Row[Any]) -> Window | None:
    opens = row.published_on or _published_by(look, forum, row.outcome_on)
    found = _ends(look, forum, row.outcome_on, opens)
    if found is None:
        return None
    part = "II" if "II" in (row.part, row.item_part) else "I"
    return Window(row.item, row.title, part, row.outcome, row.outcome_on, opens, *found)


def _minutes(look: Looking, forum: Forum, first: date, last: date) -> Iterator[MinutesDue]:
    """Minutes that fall due within these days, of meetings that were before them too."""
    for one in look.known.world.meetings.get(forum.id, ()):
        if one.state == "cancelled" or not first - _LONGEST_WINDOW <= one.date <= last:
            continue
        due = meeting_dates(look.known.world, forum, one.date, look.calendar).minutes_due
        if due is not None and first <= due <= last:
            yield MinutesDue(one.id, one.date, due)
