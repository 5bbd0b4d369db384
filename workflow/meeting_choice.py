"""The meetings that a step can go to: those a forum is known to hold, and those it usually holds."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from workflow.clear_days import Calendar
from workflow.facts import Forum, Meeting, Pattern, Step, World

#: A point in a day, compared as it stands: the date, then "14:00". A meeting without a time counts as 00:00.
Moment = tuple[date, str]

_START, _MIDNIGHT, _END = "", "00:00", "24:00"
_MONTHS_AHEAD = 24
_QUARTERS = (1, 4, 7, 10)


def start_of(day: date) -> Moment:
    """Before every meeting of the day: when a gate opens."""
    return (day, _START)


def end_of(day: date) -> Moment:
    """After every meeting of the day: when an individual decision or a consultation counts as done."""
    return (day, _END)


def moment(day: date, time: str | None) -> Moment:
    """When a meeting starts."""
    return (day, (time or _MIDNIGHT).zfill(5))


def bound_meeting(world: World, step: Step) -> Meeting | None:
    """The meeting that a step is bound to, unless that is cancelled."""
    found = known_meeting(world, step.forum, step.meeting)
    return found if found is not None and found.state != "cancelled" else None


def known_meeting(world: World, forum: str | None, meeting: str | None) -> Meeting | None:
    """A meeting of a forum by its id, cancelled or not."""
    if forum is None or meeting is None:
        return None
    return next((known for known in world.meetings.get(forum, ()) if known.id == meeting), None)


def day_decided(step: Step, bound: Meeting | None) -> date:
    """The day on which a decided step was dealt with: its meeting's, unless it was decided before that."""
    if step.outcome_on is None:
        raise ValueError(f"Step {step.id} has no outcome.")
    return min(bound.date, step.outcome_on) if bound else step.outcome_on


@dataclass(frozen=True, slots=True)
class Sitting:
    """A meeting that a step could go to; without an id it is one that the forum usually holds."""

    day: date
    time: str | None
    meeting_id: str | None


def known_sittings(world: World, forum: str, not_before: date, calendar: Calendar) -> Iterator[Sitting]:
    """The forum's planned meetings from a day on, as far as the calendar is known."""
    meetings = world.meetings.get(forum, ())
    for index in range(bisect_left(meetings, not_before, key=_date_of), len(meetings)):
        meeting = meetings[index]
        if meeting.date > calendar.known_until:
            return
        if meeting.state == "planned":
            yield Sitting(meeting.date, meeting.time, meeting.id)


def usual_sittings(world: World, forum: Forum, not_before: date, on: date, calendar: Calendar) -> Iterator[Sitting]:
    """The days on which the forum usually meets, after its last known meeting and up to 24 months ahead."""
    if forum.meets is None:
        return
    meetings = world.meetings.get(forum.id, ())
    first = max(not_before, meetings[-1].date + timedelta(days=1)) if meetings else not_before
    last = horizon_of(on, calendar)
    for day in _pattern_days(forum.meets, first, last):
        if day.month not in forum.meets.excepted and not calendar.is_holiday(day):
            yield Sitting(day, forum.meets.time, None)


def horizon_of(on: date, calendar: Calendar) -> date:
    """The last day for which usual meetings are expected, as seen on a day."""
    return min(_months_later(on, _MONTHS_AHEAD), calendar.known_until)


def sittings_from(world: World, forum: Forum, not_before: date, on: date, calendar: Calendar) -> Iterator[Sitting]:
    """Every day on which a forum can be expected to meet from a day on: known meetings first."""
    yield from known_sittings(world, forum.id, not_before, calendar)
    yield from usual_sittings(world, forum, not_before, on, calendar)


def sitting_on(world: World, forum: Forum | None, day: date) -> Sitting:
    """The forum's meeting on a day, or one imagined for that day at the forum's usual time."""
    if forum is None:
        return Sitting(day, None, None)
    meetings = world.meetings.get(forum.id, ())
    for meeting in meetings[bisect_left(meetings, day, key=_date_of) : bisect_right(meetings, day, key=_date_of)]:
        if meeting.state == "planned":
            return Sitting(meeting.date, meeting.time, meeting.id)
    usual = forum.meets.time if forum.meets else None
    if usual is None and meetings:
        usual = meetings[-1].time
    return Sitting(day, usual, None)


def _date_of(meeting: Meeting) -> date:
    return meeting.date


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day if it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def _pattern_days(pattern: Pattern, first: date, last: date) -> Iterator[date]:
    if pattern.every == "week":
        day = first + timedelta(days=(pattern.weekday - first.weekday()) % 7)
        while day <= last:
            yield day
            day += timedelta(days=7)
        return
    year, month = first.year, first.month
    while date(year, month, 1) <= last:
        if pattern.every == "month" or month in _QUARTERS:
            day = _nth_weekday(year, month, pattern.weekday, pattern.nth or 1)
            if first <= day <= last:
                yield day
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The first to fourth, or (-1) the last, such weekday of a month."""
    if nth == -1:
        following = date(year, month + 1, 1) if month < 12 else date(year + 1, 1, 1)
        last = following - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    start = date(year, month, 1)
    return start + timedelta(days=(weekday - start.weekday()) % 7 + 7 * (nth - 1))
