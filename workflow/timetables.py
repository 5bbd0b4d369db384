"""A day for every step of an item, stage by stage, and for the items that its gates look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from routes.spec import Stage, WaitsForDate, WaitsForStep
from workflow import standing as standings
from workflow.clear_days import Calendar
from workflow.due_dates import calendar_at
from workflow.facts import Case, Step, World
from workflow.gates import awaited_case, awaited_stage, strong_enough
from workflow.meeting_choice import Moment, Sitting, start_of
from workflow.naming import stage_name, step_name
from workflow.placing import NOWHERE, Placed, Spot, actual, bound, expected, latest, put_on
from workflow.standing import Standing


@dataclass(frozen=True, slots=True)
class Timetable:
    """All steps of one item in time. `moments` says when each stage was, or can be expected to be, met."""

    case: Case
    world: World
    calendar: Calendar
    on: date
    standing: Standing
    placed: Mapping[str, Placed]
    moments: Mapping[str, Moment | None]

    def spot(self, step: Step, stage: Stage) -> Spot:
        """The step with all that its day depends on."""
        return _spot(self.case, step, stage, self.standing, self.moments, self.world, self.calendar, self.on)

    def stage_of(self, step: Step) -> Stage:
        """The stage that the step is an instance of."""
        return self.standing.stages[step.stage]

    def name_of(self, step: Step) -> str:
        """Who deals with a step."""
        return step_name(self.case, self.world, step)

    def name_of_stage(self, stage: Stage) -> str:
        """Who deals with a stage, or what it waits for, as part of a sentence."""
        return stage_name(self.case, self.world, stage)

    def before(self, step: Step) -> list[tuple[Stage, Moment | None]]:
        """The stages before a step, each with the moment at which it was, or can be expected to be, met."""
        before = self.standing.steps[step.id].before
        return [(stage, self.moments.get(stage.id)) for stage in self.standing.order if stage.id in before]

    def finish(self) -> date | None:
        """When the last decisive stage takes effect, a joined one with its k-th decision; None if unknown."""
        if self.standing.item_state in ("withdrawn", "rejected"):
            return None
        days = []
        for stage in self.standing.order:
            steps = self.standing.steps_of.get(stage.id)
            if stage.decisive and steps:
                effective = sorted(day for step in steps if (day := self.placed[step.id].effective))
                needed = stage.join.needed(len(steps))
                if len(effective) < needed:
                    return None
                days.append(effective[needed - 1])
        return max(days, default=None)


class Timetabling:
    """Works out timetables for one business date, and keeps those of the items that gates look at."""

    def __init__(self, world: World, calendar: Calendar, on: date) -> None:
        self.world, self.calendar, self.on = world, calendar, on
        self._standings: dict[str, Standing] = {}  # of the items that gates look at
        self._of_others: dict[str, Timetable] = {}

    def timetable(
        self, case: Case, tried: Mapping[str, Sitting] | None = None, standing: Standing | None = None
    ) -> Timetable:
        """The timetable of an item, with some of its open steps tried on given days."""
        standing = standing or standings.of(case, self.world, self.calendar, self.on)
        self._work_out_others(case, standing)
        return self._laid_out(case, standing, tried or {})

    def _work_out_others(self, case: Case, standing: Standing) -> None:
        """The timetables of all items that gates look at, each after those that its own gates look at.

        A loop and not a recursion, because chains of items may be long. Where items wait for each other in a
        circle, the one met first is worked out as if the circle ended there.
        """
        ahead = self._awaited(case, standing)
        while ahead:
            other = ahead[-1]
            name = other.item.id
            if name not in self._standings:
                found = self._standings[name] = standings.of(other, self.world, self.calendar, self.on)
                ahead += [case for case in self._awaited(other, found) if case.item.id not in self._standings]
                continue
            ahead.pop()
            if name not in self._of_others:
                self._of_others[name] = self._laid_out(other, self._standings[name], {})

    def _awaited(self, case: Case, standing: Standing) -> list[Case]:
        """The items that gates of this one still wait for."""
        found = []
        for stage in standing.order:
            for step in standing.steps_of.get(stage.id, ()):
                if isinstance(stage.gate, WaitsForStep) and standing.gates[step.id].opened_on is None:
                    found.append(awaited_case(stage.gate, case.item, self.world))
        return [other for other in found if other is not None]

    def _laid_out(self, case: Case, standing: Standing, tried: Mapping[str, Sitting]) -> Timetable:
        """Stage by stage, once the items that its gates look at are worked out."""
        placed = {step.id: NOWHERE for step in case.steps}
        moments: dict[str, Moment | None] = {}
        for stage in standing.order:
            steps = standing.steps_of.get(stage.id)
            if not steps:
                continue
            for step in steps:
                if standing.steps[step.id].decision != "ended":
                    spot = _spot(case, step, stage, standing, moments, self.world, self.calendar, self.on)
                    placed[step.id] = self._place(spot, standing, tried.get(step.id))
            moments[stage.id] = _met_at(stage, steps, standing, placed)
        return Timetable(case, self.world, self.calendar, self.on, standing, placed, moments)

    def _place(self, spot: Spot, standing: Standing, tried: Sitting | None) -> Placed:
        if spot.stage.kind == "gate":
            opened_on = standing.gates[spot.step.id].opened_on
            if opened_on is None and tried is not None:
                return put_on(spot, tried)
            return self._gate(spot, opened_on)
        if spot.step.decision != "open":
            return actual(spot)
        if tried is not None:
            return put_on(spot, tried)
        if spot.stage.kind == "meeting" and (where_bound := bound(spot)):
            return where_bound
        return expected(spot)

    def _gate(self, spot: Spot, opened_on: date | None) -> Placed:
        gate = spot.stage.gate
        if isinstance(gate, WaitsForDate):
            return Placed("computed", gate.date, start_of(gate.date))
        if opened_on is not None:
            return Placed("actual", opened_on, start_of(opened_on))
        if isinstance(gate, WaitsForStep):
            opens_at = self._expected_opening(gate, spot)
            if opens_at is not None:
                return Placed("computed", opens_at[0], opens_at)
        return NOWHERE

    def _expected_opening(self, gate: WaitsForStep, spot: Spot) -> Moment | None:
        """When enough steps of the awaited stage have been asked; None if they will not open the gate."""
        other = awaited_case(gate, spot.item, self.world)
        stage = awaited_stage(gate, other) if other else None
        if other is None or stage is None:
            return None
        timetable = self._of_others.get(other.item.id)
        if timetable is None or stage.id not in timetable.standing.steps_of:
            return None
        steps = timetable.standing.steps_of[stage.id]
        moments = sorted(
            at
            for step in steps
            if (at := timetable.placed[step.id].at)
            and (step.decision == "open" or (step.decision == "passed" and strong_enough(step, gate, self.world)))
        )
        needed = stage.join.needed(len(steps))
        return moments[needed - 1] if len(moments) >= needed else None


def _spot(
    case: Case,
    step: Step,
    stage: Stage,
    standing: Standing,
    moments: Mapping[str, Moment | None],
    world: World,
    calendar: Calendar,
    on: date,
) -> Spot:
    own = standing.steps[step.id]
    floor, undated = latest(moments, own.before)
    forum = world.forums.get(step.forum) if step.forum else None
    counted_by = calendar_at(world, forum, calendar)
    return Spot(step, stage, case.item, forum, floor, undated, own.ready, world, counted_by, on)


def _met_at(stage: Stage, steps: Sequence[Step], standing: Standing, placed: Mapping[str, Placed]) -> Moment | None:
    """The moment at which enough steps of the stage have passed or are expected to."""
    counted, needed = counting(stage, steps, standing)
    moments = sorted(at for step in counted if (at := placed[step.id].at) is not None)
    return moments[needed - 1] if len(moments) >= needed else None


def counting(stage: Stage, steps: Sequence[Step], standing: Standing) -> tuple[list[Step], int]:
    """The steps that can meet a stage, and how many of them it takes.

    Steps that fell short count only where the others are too few to meet the stage without them.
    """
    needed = stage.join.needed(len(steps))
    decisions = {step.id: standing.steps[step.id].decision for step in steps}
    counted = [step for step in steps if not standing.met[stage.id] or decisions[step.id] == "passed"]
    sound = [step for step in counted if decisions[step.id] != "fell-short"]
    return (sound if len(sound) >= needed else counted), needed
