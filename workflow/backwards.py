"""Backwards from a wanted date: the last day on which each step, paper, notice and clearance is still in time.

The same rules as forwards (`planner.py`), read from the other end. Every step is left until the latest meeting that
leaves room for all behind it; where that is impossible, the nearest date that is possible, and why in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from workflow import planner, problems
from workflow.breaches import overdue
from workflow.clashes import Clash, clashes
from workflow.clear_days import Calendar
from workflow.errors import Refused
from workflow.errors import day as in_words
from workflow.facts import Case, Step, World
from workflow.latest_days import Limit, is_open_already, last_opening, until_end_of
from workflow.meeting_choice import Sitting
from workflow.placing import Spot
from workflow.plans import Plan, PlannedStep, Problem
from workflow.standing import ItemStanding
from workflow.timetables import Timetable
from workflow.walking_back import Earliest, WalkedBack, earliest, latest_places, walk_back

_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LastSafe:
    """The last safe dates of one step: `last` as a plan has its steps, beside the day for which it is `planned` now.

    `needed`: what is wanted depends on it. By `clear_by` its clearances have to be there, and by `opens_by` its
    consultation has to open. `slack` are the working days from the planned day to the last one, less than none
    where the planned day is too late, None where there is not one of each.
    """

    last: PlannedStep
    needed: bool
    planned: date | None
    clear_by: date | None = None
    opens_by: date | None = None
    slack: int | None = None

    @property
    def step(self) -> str:
        """The id of the step."""
        return self.last.step


@dataclass(frozen=True, slots=True)
class Backwards:
    """By when everything has to be ready, if an item is to be done by its `target`, or one step of it decided.

    `nearest` is the earliest date that is possible where the target is not, and the target itself where it is or
    where nothing but a meeting chosen too early stands against it. None: nobody can name a date. The last safe dates
    are those for `nearest`, or for the target where there is none. `finish` is when the item is done if everything
    is left until then, and `problems` what is wrong or unwise with that.
    """

    item: str
    on: date
    item_state: ItemStanding
    target: date
    target_step: str | None
    possible: bool
    nearest: date | None
    finish: date | None
    late: bool
    clashes: tuple[Clash, ...]
    problems: tuple[Problem, ...]
    steps: tuple[LastSafe, ...]

    def of_step(self, step_id: str) -> LastSafe:
        """The last safe dates of the step of that id; KeyError if the item has none."""
        for step in self.steps:
            if step.step == step_id:
                return step
        raise KeyError(step_id)


def last_safe_dates(
    case: Case, world: World, calendar: Calendar, on: date, target: date, target_step: str | None = None
) -> Backwards:
    """By when everything has to be ready for an item to be done by a date, or for one of its steps to be decided.

    An item is done when the decisions of its decisive stages have taken effect, of a joined one as many as it needs.
    Refused for a date before `on`, or a step at which nothing is to be decided any more; BeyondCalendar for a date
    after the known bank holidays.
    """
    if target < on:
        raise Refused(f"{in_words(target)} is before {in_words(on)}, from which this is reasoned. Name a later day.")
    calendar.is_working(target)  # an error beyond what is known, and never an empty answer
    forwards = planner.plan(case, world, calendar, on, critical=False, complain=False)
    first = earliest(case, world, calendar, on)
    wanted = _wanted(first.timetable, target, target_step)
    walked = walk_back(first.timetable, wanted, latest_places(first.timetable))
    found = clashes(first, wanted, walked)
    nearest: date | None = target
    if walked.short:
        nearest, walked = _nearest(first.timetable, target_step, walked)
    return _told(forwards, first, walked, target, target_step, nearest, found)


def _wanted(timetable: Timetable, target: date, target_step: str | None) -> dict[str, Limit]:
    """The steps that have to be done by the target: the one that is named, or those of all decisive stages."""
    standing = timetable.standing
    if target_step is not None:
        return {_still_open(timetable, target_step).id: until_end_of(target)}
    return {
        step.id: until_end_of(target, effect=target)
        for stage in standing.order
        if stage.decisive
        for step in standing.steps_of.get(stage.id, ())
        if not (standing.met[stage.id] and standing.steps[step.id].decision == "open")
    }


def _still_open(timetable: Timetable, step_id: str) -> Step:
    """A step that can be decided by some day."""
    step = next((step for step in timetable.case.steps if step.id == step_id), None)
    if step is None:
        known = ", ".join(step.id for step in timetable.case.steps)
        raise Refused(f"{timetable.case.item.id} has no step {step_id}; its steps are {known}.")
    decision, name = timetable.standing.steps[step_id].decision, timetable.name_of(step)
    if decision == "skipped":
        raise Refused(f"{step_id} does not apply to this item, so nothing has to be ready for it.")
    if decision == "ended":
        raise Refused(f"Nothing further can happen at {step_id}, so nothing has to be ready for it.")
    if decision != "open":
        raise Refused(f"{step_id} ({name}) is settled already. Name a step that is still open.")
    return step


def _nearest(timetable: Timetable, target_step: str | None, wanted: WalkedBack) -> tuple[date | None, WalkedBack]:
    """The first date that is possible, with the last safe dates for it; None with what was found for the target."""
    soonest = timetable.placed[target_step].day if target_step else timetable.finish()
    if soonest is not None:
        walked = walk_back(timetable, _wanted(timetable, soonest, target_step), latest_places(timetable))
        if not walked.short:  # a step on its meeting has a day, even where one before it has none
            return soonest, walked
    return None, wanted


def _told(
    forwards: Plan,
    first: Earliest,
    walked: WalkedBack,
    target: date,
    target_step: str | None,
    nearest: date | None,
    found: tuple[Clash, ...],
) -> Backwards:
    early = first.timetable
    left = {
        step_id: Sitting(there.day, there.time, there.meeting_id)
        for step_id, there in walked.placed.items()
        if there.day is not None and there.basis != "bound"
    }
    last = first.timetabling.timetable(early.case, left, early.standing)
    finish = last.finish()
    decided = last.placed[target_step].day if target_step else finish
    steps = tuple(_last_safe(last, walked, step, forwards.step(step.id)) for step in early.case.steps)
    return Backwards(
        item=forwards.item,
        on=forwards.on,
        item_state=forwards.item_state,
        target=target,
        target_step=target_step,
        possible=not found,
        nearest=nearest,
        finish=finish,
        late=decided is None or decided > target or _something_overdue(last, walked.limits),
        clashes=found,
        problems=tuple(one for one in problems.find(last, finish) if one.step in walked.limits),
        steps=steps,
    )


def _something_overdue(last: Timetable, limits: Mapping[str, Limit]) -> bool:
    return any(
        overdue(step, last.placed[step.id].due, last.on)
        for step in last.case.steps
        if step.id in limits and last.standing.steps[step.id].decision == "open"
    )


def _last_safe(last: Timetable, walked: WalkedBack, step: Step, forwards: PlannedStep) -> LastSafe:
    """One step: settled ones as they are, those that are wanted on their last day, others without one."""
    is_open = last.standing.steps[step.id].decision == "open"
    found = replace(planner.planned_step(last, step), state=forwards.state)
    if not is_open:
        return LastSafe(found, step.id in walked.limits, forwards.meeting)
    if step.id not in walked.placed:
        return LastSafe(_without_dates(found), step.id in walked.limits, forwards.meeting)
    stage = last.stage_of(step)
    spot = last.spot(step, stage)
    slack = _slack(spot, forwards.meeting, found.meeting)
    waits_for_clearance = stage.clearances and step.papers != "on-agenda"
    return LastSafe(
        last=replace(found, critical=slack is not None and slack <= 0),
        needed=True,
        planned=forwards.meeting,
        clear_by=found.agenda_by if waits_for_clearance else None,
        opens_by=_opens_by(spot, found.meeting),
        slack=slack,
    )


def _without_dates(step: PlannedStep) -> PlannedStep:
    return PlannedStep(step.step, step.forum, step.ask, step.state, "none", None, None, None, None, None, None, None)


def _opens_by(spot: Spot, closes: date | None) -> date | None:
    if closes is None or spot.stage.kind != "consultation" or is_open_already(spot):
        return None
    return last_opening(spot, closes)


def _slack(spot: Spot, planned: date | None, last: date | None) -> int | None:
    """The working days after the planned day up to and including the last one; below zero the other way round."""
    if planned is None or last is None:
        return None
    if planned > last:
        return -spot.calendar.working_days(last + _ONE_DAY, planned)
    return spot.calendar.working_days(planned + _ONE_DAY, last)
