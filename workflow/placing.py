"""A day for one step: what happened, what it is bound to, or what can be expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from routes.spec import Stage
from workflow.clear_days import Calendar
from workflow.due_dates import (
    NOTHING_DUE,
    NOTHING_LEFT,
    DueAfter,
    DueDates,
    after_decision,
    before_meeting,
    effective,
    notice_by,
    pack_in_force,
    private_notices_by,
    taken_as_urgent,
    without_notice,
)
from workflow.errors import BeyondCalendar
from workflow.facts import Forum, Item, RulePack, Step, World
from workflow.meeting_choice import (
    Moment,
    Sitting,
    bound_meeting,
    day_decided,
    end_of,
    known_meeting,
    moment,
    sittings_from,
    start_of,
)
from workflow.plans import Basis

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Placed:
    """One step in time. `at` is the moment after which whatever follows the step may meet."""

    basis: Basis = "none"
    day: date | None = None
    at: Moment | None = None
    time: str | None = None
    meeting_id: str | None = None
    due: DueDates = NOTHING_DUE
    effective: date | None = None
    after: DueAfter = NOTHING_LEFT


NOWHERE = Placed()


@dataclass(frozen=True, slots=True)
class Spot:
    """One step with all that its day depends on.

    `floor` is the moment after which it may take place: the latest of the stages before it, None if there is
    none. `undated`: a stage before it has no day. `ready`: all stages before it are really met.
    """

    step: Step
    stage: Stage
    item: Item
    forum: Forum | None
    floor: Moment | None
    undated: bool
    ready: bool
    world: World
    calendar: Calendar
    on: date


def nothing_to_submit(step: Step) -> bool:
    """The report is in, or the item is introduced by word of mouth."""
    return step.verbal or step.papers != "none"


def latest(moments: Mapping[str, Moment | None], stages: tuple[str, ...]) -> tuple[Moment | None, bool]:
    """The latest moment of these stages, and whether any of them has none."""
    known = [found for stage in stages if (found := moments.get(stage)) is not None]
    return (max(known) if known else None), len(known) < len(stages)


def actual(spot: Spot) -> Placed:
    """Where a step with an outcome took place."""
    bound = bound_meeting(spot.world, spot.step)
    day = day_decided(spot.step, bound)
    at_the_meeting = bound is not None and bound.date == day
    time = bound.time if bound and at_the_meeting else None
    meeting_id = bound.id if bound else None
    return _placed(spot, "actual", Sitting(day, time, meeting_id))


def bound(spot: Spot) -> Placed | None:
    """Where a step is bound to be, whether that is possible or not; None if it is not bound."""
    if spot.step.meeting is None:
        return None
    meeting = bound_meeting(spot.world, spot.step)
    if meeting is None:
        return None
    return _placed(spot, "bound", Sitting(meeting.date, meeting.time, meeting.id))


def put_on(spot: Spot, sitting: Sitting) -> Placed:
    """The step on a day that somebody wants to try."""
    if spot.stage.kind == "gate":
        return Placed("computed", sitting.day, start_of(sitting.day))
    if spot.stage.kind != "meeting":
        return _placed(spot, "computed", sitting)
    return _placed(spot, "calendar" if sitting.meeting_id else "pattern", sitting)


def expected(spot: Spot) -> Placed:
    """Where an open step that is not bound can be expected; nowhere if nothing suits."""
    if spot.undated:
        return NOWHERE
    try:
        if spot.stage.kind == "consultation":
            return _consultation(spot)
        if spot.stage.kind == "individual":
            return _individual_decision(spot)
        return _first_meeting_that_suits(spot)
    except BeyondCalendar:
        return NOWHERE  # a day that cannot be counted is no day to plan for


def earliest_meeting(spot: Spot) -> Moment:
    """The moment that a meeting must not be before, by the round the step is in and the day of the plan."""
    step, earliest = spot.step, start_of(spot.on)
    if step.earlier_round_on is not None:
        earliest = max(earliest, end_of(step.earlier_round_on))
    return max(earliest, put_off_until(spot) or earliest)


def put_off_until(spot: Spot) -> Moment | None:
    """When a deferred step may come back: a day, or the start of the meeting that was named."""
    step, until = spot.step, None
    if step.not_before is not None:
        until = start_of(step.not_before)
    named = known_meeting(spot.world, step.forum, step.not_before_meeting)
    if named is None:
        return until
    starts = moment(named.date, named.time) if named.state != "cancelled" else start_of(named.date)
    return max(until, starts) if until else starts


def _first_meeting_that_suits(spot: Spot) -> Placed:
    if spot.forum is None:
        return NOWHERE
    earliest = earliest_meeting(spot)
    first_day = max(earliest[0], spot.floor[0]) if spot.floor else earliest[0]
    if first_day > spot.calendar.known_until:
        return NOWHERE
    for sitting in sittings_from(spot.world, spot.forum, first_day, spot.on, spot.calendar):
        found = at_meeting(spot, sitting, earliest)
        if found is not None:
            return found
    return NOWHERE


def at_meeting(spot: Spot, sitting: Sitting, earliest: Moment) -> Placed | None:
    """The step at a meeting of its forum; None if that is too early, or too late for what is due before it."""
    at = moment(sitting.day, sitting.time)
    if at < earliest or (spot.floor is not None and at <= spot.floor):
        return None
    found = _placed(spot, "calendar" if sitting.meeting_id else "pattern", sitting)
    return found if in_time(spot, found.due) else None


def in_time(spot: Spot, due: DueDates) -> bool:
    """Whether the report and the notice can still be given in time, and after what they wait for."""
    if due.report_due is not None and not nothing_to_submit(spot.step):
        if due.report_due < spot.on:
            return False
        if spot.stage.papers_after_outcome and spot.floor and start_of(due.report_due) < spot.floor:
            return False
    return due.notice_by is None or due.notice_excused or due.notice_by >= (spot.step.notice_given or spot.on)


def _individual_decision(spot: Spot) -> Placed:
    """The first working day on which an office-holder may decide: after all before it, and after notice."""
    day = first_free_day(spot, spot.on)
    while True:
        found = _placed(spot, "computed", Sitting(day, None, None))
        if in_time(spot, found.due):
            return found
        day = spot.calendar.on_or_after(day + _ONE_DAY)


def _consultation(spot: Spot) -> Placed:
    _opens, closes = consultation_period(spot)
    return _placed(spot, "computed", Sitting(closes, None, None))


def consultation_period(spot: Spot) -> tuple[date, date]:
    """It opens on the working day after what is before it, and lasts as long as its route says.

    Where all before it is really over it has opened already, even if nobody counted the days.
    """
    already_open = spot.ready and spot.floor is not None
    opens = first_free_day(spot, date.min if already_open else spot.on)
    return opens, spot.calendar.forward(opens, spot.stage.lasts) if spot.stage.lasts else opens


def first_free_day(spot: Spot, not_before: date) -> date:
    """The first working day after the stages before the step and its earlier rounds, and any deferral."""
    days = [not_before]
    if spot.floor is not None:
        days.append(_first_day_after(spot.floor))
    if spot.step.earlier_round_on is not None:
        days.append(spot.step.earlier_round_on + _ONE_DAY)
    if until := put_off_until(spot):
        days.append(until[0])
    return spot.calendar.on_or_after(max(days))


def _first_day_after(moment: Moment) -> date:
    """The day itself if the moment is the start of it, else the next."""
    return moment[0] if moment == start_of(moment[0]) else moment[0] + _ONE_DAY


def _placed(spot: Spot, basis: Basis, sitting: Sitting) -> Placed:
    day, calendar = sitting.day, spot.calendar
    if spot.stage.kind == "consultation":
        return Placed(basis, day, end_of(day))
    # What happened or is fixed on a known day stands, even where the days that follow from it cannot be counted.
    settled = basis in ("actual", "bound") and day <= calendar.known_until
    due, takes_effect, after = NOTHING_DUE, None, NOTHING_LEFT
    pack = pack_in_force(spot.world, spot.forum, day)
    try:
        due = _due(spot, pack, day)
    except BeyondCalendar:
        if not settled:
            raise
    try:
        takes_effect = effective(spot.step, spot.stage.ask, pack, day, calendar)
        after = _after(spot, pack, day) if basis == "actual" else NOTHING_LEFT
    except BeyondCalendar:
        if not settled:
            raise
    at = end_of(day) if spot.stage.kind == "individual" else moment(day, sitting.time)
    return Placed(basis, day, at, sitting.time, sitting.meeting_id, due, takes_effect, after)


def _due(spot: Spot, pack: RulePack | None, day: date) -> DueDates:
    """An office-holder needs no agenda, only the notice of a key decision."""
    if spot.stage.kind == "individual":
        due = DueDates(notice_by=notice_by(pack, spot.item.key_decision, day, spot.calendar))
    else:
        due = before_meeting(pack, spot.item.key_decision, day, spot.calendar)
    step = spot.step
    if pack is not None and spot.stage.kind == "meeting" and _is_private(spot):
        first, again = private_notices_by(step, pack, day, spot.calendar)
        due = replace(due, private_notice_by=first, private_notice_again_by=again)
    if pack is not None and due.notice_by is not None and (step.general_exception_on or step.special_urgency_on):
        due = replace(due, notice_excused=without_notice(step, pack, day, spot.calendar) is not None)
    return replace(due, agenda_excused=taken_as_urgent(step, day)) if step.urgent_item_on else due


def _after(spot: Spot, pack: RulePack | None, day: date) -> DueAfter:
    alone = spot.stage.kind == "individual"
    return after_decision(spot.step, pack, day, spot.calendar, alone, _is_private(spot), spot.on)


def _is_private(spot: Spot) -> bool:
    return "II" in (spot.step.part, spot.item.part)
