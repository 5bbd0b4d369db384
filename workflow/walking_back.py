"""From the end of a route to its beginning: how late each step may be, if what comes behind it is to be in time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from routes.spec import Stage, WaitsForCheck
from workflow.breaches import of_open_step
from workflow.clear_days import Calendar
from workflow.facts import Case, Step, World
from workflow.latest_days import Limit, latest, latest_opening, must_be_over_before
from workflow.meeting_choice import Sitting
from workflow.placing import Placed
from workflow.plans import Problem
from workflow.timetables import Timetable, Timetabling

#: Where an open step goes within its limit; None if there is no such day.
Place = Callable[[Step, Stage, Limit], Placed | None]


@dataclass(frozen=True, slots=True)
class Earliest:
    """The earliest timetable that breaks no rule: checks are made today, and nobody stays where it is too late.

    `released` are the steps that are bound to meetings that break a rule, each with what is wrong there. They are
    planned as if they were not bound; every other bound step stays on its meeting.
    """

    timetabling: Timetabling
    timetable: Timetable
    released: Mapping[str, Problem]


@dataclass(frozen=True, slots=True)
class WalkedBack:
    """Where each step goes at the latest. `limits` are those of every step that what is wanted depends on.

    `short` are the stages of which too few steps have a day, the last of the route first.
    """

    placed: Mapping[str, Placed]
    limits: Mapping[str, Limit]
    short: tuple[Stage, ...]


def earliest(case: Case, world: World, calendar: Calendar, on: date) -> Earliest:
    """The earliest that an item can be done by the rules, from a day on."""
    timetabling = Timetabling(world, calendar, on)
    released: dict[str, Problem] = {}
    while True:
        timetable = timetabling.timetable(case)
        if checks := _checks(timetable):
            timetable = timetabling.timetable(case, checks, timetable.standing)
        breaking = dict(_bound_in_breach(timetable))
        if not breaking:
            return Earliest(timetabling, timetable, released)
        released |= breaking
        steps = tuple(replace(step, meeting=None) if step.id in breaking else step for step in case.steps)
        case = replace(case, steps=steps)


def walk_back(timetable: Timetable, wanted: Mapping[str, Limit], place: Place) -> WalkedBack:
    """The last day of each step by which the steps that are wanted by a day depend on each other.

    Every party of a joined stage has a last day of its own; the stage is met by as many of them as its join needs.
    Where too few steps of a stage have a day, those before it have to be over when it would have to be.
    """
    standing = timetable.standing
    limits, placed, short = dict(wanted), dict[str, Placed](), list[Stage]()
    for stage in reversed(standing.order):
        steps = [step for step in standing.steps_of.get(stage.id, ()) if step.id in limits]
        still_open = [step for step in steps if standing.steps[step.id].decision == "open"]
        for step in still_open:
            if (found := place(step, stage, limits[step.id])) is not None:
                placed[step.id] = found
        if is_short := bool(steps) and too_few(timetable, stage, limits, placed):
            short.append(stage)
        if stage.kind == "gate":
            continue  # it opens whatever is before it; what is behind it waits for that too
        for step in still_open:
            there = placed.get(step.id)
            if there is not None or is_short:
                before = must_be_over_before(timetable.spot(step, stage), there) if there else limits[step.id].before
                for earlier in _still_to_come(timetable, step):
                    known = limits.get(earlier.id)
                    limits[earlier.id] = known.sooner(before) if known else Limit(before)
    return WalkedBack(placed, limits, tuple(short))


def latest_places(timetable: Timetable) -> Place:
    """The latest day of a step by the rules; one that is bound stays on its meeting."""

    def place(step: Step, stage: Stage, limit: Limit) -> Placed | None:
        there = timetable.placed[step.id]
        if stage.kind == "gate":
            return latest_opening(there, limit)
        if there.basis == "bound":
            return there if limit.holds(there) else None
        return latest(timetable.spot(step, stage), limit)

    return place


def too_few(
    timetable: Timetable,
    stage: Stage,
    limits: Mapping[str, Limit],
    placed: Mapping[str, Placed],
    but: Collection[str] = (),
) -> bool:
    """Whether fewer steps of a stage than its join needs have a day in time, those named left out."""
    steps = timetable.standing.steps_of[stage.id]
    limited = [step for step in steps if step.id in limits]
    in_time = [
        step
        for step in limited
        if (step.id in placed and step.id not in but) or _settled_in_time(timetable, step, limits[step.id])
    ]
    whole_stage = len(limited) == len(steps)
    return len(in_time) < (stage.join.needed(len(steps)) if whole_stage else len(limited))


def _settled_in_time(timetable: Timetable, step: Step, limit: Limit) -> bool:
    there = timetable.placed[step.id]
    if timetable.standing.steps[step.id].decision == "open" or there.at is None:
        return False
    return limit.effect is None or (there.effective is not None and there.effective <= limit.effect)


def _still_to_come(timetable: Timetable, step: Step) -> Sequence[Step]:
    """The steps of the stages that a step follows, as far as these are not met."""
    standing = timetable.standing
    before = [stage for stage in standing.steps[step.id].before if not standing.met[stage]]
    return [earlier for stage in before for earlier in standing.steps_of[stage]]


def _checks(timetable: Timetable) -> dict[str, Sitting]:
    """The gates that somebody can open today by making a check."""
    return {
        step.id: Sitting(timetable.on, None, None)
        for step in timetable.case.steps
        if timetable.standing.steps[step.id].decision == "open"
        and isinstance(timetable.stage_of(step).gate, WaitsForCheck)
    }


def _bound_in_breach(timetable: Timetable) -> list[tuple[str, Problem]]:
    """The bound steps that break a rule on their meeting. Where it is over, only the order still matters."""
    found = []
    for step in timetable.case.steps:
        there = timetable.placed[step.id]
        if there.basis != "bound" or there.day is None:
            continue
        is_over = there.day < timetable.on
        for problem in of_open_step(timetable, timetable.spot(step, timetable.stage_of(step)), there):
            breaks = problem.severity == "error" and problem.code != "beyond-powers"
            if breaks and (problem.code == "out-of-order" or not is_over):
                found.append((step.id, problem))
                break
    return found
