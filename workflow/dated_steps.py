"""The days of each step of an item as timetables show them: what falls due, when it is dealt with, what follows.

Everything follows from the item's facts and its plan; nothing is planned again here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from routes.spec import Days, Kind
from workflow.clear_days import Calendar
from workflow.due_dates import calendar_at, pack_in_force
from workflow.errors import BeyondCalendar
from workflow.facts import Case, RulePack, Step, World
from workflow.plans import Basis, Plan, PlannedStep
from workflow.standing import Label

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DatedStep:
    """One step with its days. `name` is who deals with it.

    Last days by which something must be done end in `_by` or `_due`; the days on which it was done stand beside them.
    A decision can be called in from `call_in_opens` (its publication) to `call_in_ends`, both inclusive; it may be
    acted on from `effective`. A consultation runs from `opens` to `day`.
    """

    step: str
    name: str
    forum: str | None
    kind: Kind
    ask: str | None
    state: Label
    basis: Basis
    outcome: str | None
    decisive: bool
    day: date | None
    time: str | None = None
    meeting: str | None = None
    opens: date | None = None
    notice_by: date | None = None
    notice_given: date | None = None
    notice_excused: bool = False  # it may be decided there without full notice
    private_notice_by: date | None = None
    private_notice_on: date | None = None
    private_notice_again_by: date | None = None
    private_notice_again_on: date | None = None
    report_due: date | None = None
    report_on: date | None = None
    report_in: bool = False
    verbal: bool = False
    agenda_by: date | None = None
    agenda_on: date | None = None
    agenda_excused: bool = False  # the chair takes it as urgent
    on_agenda: bool = False
    call_in_opens: date | None = None
    call_in_ends: date | None = None
    called_in_on: date | None = None
    effective: date | None = None

    @property
    def is_settled(self) -> bool:
        """An outcome stands, a gate has opened, or nothing will ever happen here."""
        return self.basis == "actual" or self.state in ("skipped", "ended")


def dated_steps(
    case: Case, world: World, plan: Plan, calendar: Calendar, name: Callable[[Step], str]
) -> tuple[DatedStep, ...]:
    """The steps of an item in the route's order, each with its days."""
    planned = {one.step: one for one in plan.steps}
    return tuple(_dated(case, world, planned, calendar, step, name(step)) for step in case.steps)


def _dated(
    case: Case, world: World, plans: dict[str, PlannedStep], calendar: Calendar, step: Step, name: str
) -> DatedStep:
    planned, stage = plans[step.id], case.route.stage(step.stage)
    day, forum = planned.meeting, world.forums.get(step.forum or "")
    calendar = calendar_at(world, forum, calendar)
    pack = pack_in_force(world, forum, day) if day else None
    private = pack if pack and pack.executive and "II" in (step.part, case.item.part) else None
    opens_call_in, ends = _call_in(step, planned, pack, calendar)
    return DatedStep(
        step=step.id,
        name=name,
        forum=step.forum,
        kind=stage.kind,
        ask=stage.ask,
        state=planned.state,
        basis=planned.basis,
        outcome=step.outcome,
        decisive=stage.decisive,
        day=day,
        time=planned.time,
        meeting=planned.meeting_id,
        opens=_opens(case, plans, calendar, step) if stage.kind == "consultation" else None,
        notice_by=planned.notice_by,
        notice_given=step.notice_given,
        notice_excused=planned.notice_excused,
        private_notice_by=days_before(day, private.private_meeting_notice if private else None, calendar),
        private_notice_on=step.private_notice_on,
        private_notice_again_by=days_before(day, private.private_meeting_notice_again if private else None, calendar),
        private_notice_again_on=step.private_notice_again_on,
        report_due=planned.report_due,
        report_on=step.submitted_on,
        report_in=step.papers != "none",
        verbal=step.verbal,
        agenda_by=planned.agenda_by,
        agenda_on=step.agenda_on,
        agenda_excused=planned.agenda_excused,
        on_agenda=step.papers == "on-agenda",
        call_in_opens=opens_call_in,
        call_in_ends=ends,
        called_in_on=step.called_in_on,
        effective=planned.effective,
    )


def days_before(day: date | None, length: Days | None, calendar: Calendar) -> date | None:
    """The last day so long before a day; None where no rule says so or the calendar is not known that far."""
    if day is None or length is None:
        return None
    try:
        return calendar.back(day, length)
    except BeyondCalendar:
        return None


def days_after(day: date | None, length: Days | None, calendar: Calendar) -> date | None:
    """The first day so long after a day; None where no rule says so or the calendar is not known that far."""
    if day is None or length is None:
        return None
    try:
        return calendar.forward(day, length)
    except BeyondCalendar:
        return None


def _call_in(
    step: Step, planned: PlannedStep, pack: RulePack | None, calendar: Calendar
) -> tuple[date | None, date | None]:
    """The first and the last day on which the decision can be called in; nothing where it cannot.

    The window closes on the last working day before the decision takes effect.
    """
    day = planned.meeting
    if day is None or pack is None or pack.call_in is None or step.upheld_on is not None:
        return None, None
    if planned.effective is None or planned.effective <= day:
        return None, None
    published = step.published_on or days_after(day, pack.decision_published, calendar) or day
    return published, days_before(planned.effective, Days(1, "working-days"), calendar)


def _opens(case: Case, plans: dict[str, PlannedStep], calendar: Calendar, step: Step) -> date | None:
    """When a consultation opens or opened. One that is over began after what stands before it, if that is known."""
    closes, lasts = plans[step.id].meeting, case.route.stage(step.stage).lasts
    if closes is None or lasts is None:
        return None
    if plans[step.id].basis == "actual":
        return _after_what_is_before(case, plans, calendar, step, closes)
    opens = days_before(closes, lasts, calendar)
    while opens is not None:
        following = days_after(opens, Days(1, "working-days"), calendar)
        reached = days_after(following, lasts, calendar)
        if following is None or reached is None or reached > closes:
            return opens
        opens = following
    return None


def _after_what_is_before(
    case: Case, plans: dict[str, PlannedStep], calendar: Calendar, step: Step, closes: date
) -> date | None:
    before = case.route.stage(step.stage).after
    days = [plans[one.id].meeting for one in case.steps if one.stage in before and one.id in plans]
    known = [day for day in days if day is not None]
    if not known:
        return None
    opens = days_after(max(known), Days(1, "working-days"), calendar)
    return opens if opens is not None and opens <= closes else None
