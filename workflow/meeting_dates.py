"""The last days before a meeting and the first ones after it, whatever is on it: what its secretary works to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from workflow.clear_days import Calendar
from workflow.dated_steps import days_after, days_before
from workflow.due_dates import before_meeting, calendar_at, pack_in_force
from workflow.errors import BeyondCalendar
from workflow.facts import Forum, RulePack, World


@dataclass(frozen=True, slots=True)
class MeetingDates:
    """What falls due before a meeting (`_by`: the last day) and what follows it. None: no such rule here.

    `report_time` is the local time of day, "12:00", until which a report is in time on its day. A decision that can
    be called in and is published in time takes effect on `effective`.
    """

    notice_by: date | None = None
    private_notice_by: date | None = None
    private_notice_again_by: date | None = None
    report_due: date | None = None
    report_time: str | None = None
    agenda_by: date | None = None
    questions_by: date | None = None
    questions_time: str | None = None
    published_by: date | None = None
    effective: date | None = None
    minutes_due: date | None = None


NO_DATES = MeetingDates()


def meeting_dates(world: World, forum: Forum, meets_on: date, calendar: Calendar) -> MeetingDates:
    """The days around a meeting of one forum, by the rules that hold there on that day."""
    counted_by = calendar_at(world, forum, calendar)
    pack = pack_in_force(world, forum, meets_on)
    if pack is None:
        return NO_DATES
    try:
        due = before_meeting(pack, True, meets_on, counted_by)
    except BeyondCalendar:
        return NO_DATES
    private = pack if pack.executive else None
    published = days_after(meets_on, pack.decision_published, counted_by)
    return MeetingDates(
        notice_by=due.notice_by,
        private_notice_by=days_before(meets_on, private.private_meeting_notice if private else None, counted_by),
        private_notice_again_by=days_before(
            meets_on, private.private_meeting_notice_again if private else None, counted_by
        ),
        report_due=due.report_due,
        report_time=pack.report_due.by if pack.report_due else None,
        agenda_by=due.agenda_by,
        questions_by=days_before(meets_on, pack.public_questions, counted_by),
        questions_time=pack.public_questions.by if pack.public_questions else None,
        published_by=published,
        effective=_effective(pack, published or meets_on, counted_by),
        minutes_due=days_after(meets_on, pack.minutes_due, counted_by),
    )


def dates_of_a_sitting(world: World, forums: Iterable[Forum], meets_on: date, calendar: Calendar) -> MeetingDates:
    """The days around a meeting at which several forums sit together: before it the earliest of theirs.

    A decision of such a meeting is in effect everywhere on the last of its days.
    """
    each = [meeting_dates(world, forum, meets_on, calendar) for forum in forums]
    together: dict[str, date | str | None] = {}
    for one in fields(MeetingDates):
        found = sorted(value for dates in each if (value := getattr(dates, one.name)) is not None)
        if found:
            together[one.name] = found[-1] if one.name == "effective" else found[0]
    for name in ("report", "questions"):
        _time_of_its_day(together, each, name)
    return MeetingDates(**together)  # type: ignore[arg-type]


def _time_of_its_day(together: dict[str, date | str | None], each: list[MeetingDates], name: str) -> None:
    """A time of day holds only on the day to which it belongs."""
    day, time = ("report_due", "report_time") if name == "report" else ("questions_by", "questions_time")
    times = [getattr(one, time) for one in each if getattr(one, day) == together.get(day) and getattr(one, time)]
    together[time] = min(times, default=None)


def _effective(pack: RulePack, published: date, calendar: Calendar) -> date | None:
    """When a decision that can be called in takes effect; None where none can."""
    return days_after(published, pack.call_in, calendar) if pack.executive else None
