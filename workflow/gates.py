"""Whether a gate is open: by its date, by somebody's check, or by what another item's forum decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from routes.spec import Stage, WaitsForCheck, WaitsForDate, WaitsForStep
from routes.words import OUTCOMES, strength_of
from workflow.applicability import step_applies
from workflow.facts import Case, Item, Step, World


@dataclass(frozen=True, slots=True)
class Opening:
    """The day on which a gate opened; `suspended_since` instead if what opened it has been called in."""

    opened_on: date | None = None
    suspended_since: date | None = None


CLOSED = Opening()


def opening_of(step: Step, stage: Stage, item: Item, world: World, on: date) -> Opening:
    """Whether and since when the gate is open on a day."""
    gate = stage.gate
    if isinstance(gate, WaitsForDate):
        return Opening(gate.date) if gate.date <= on else CLOSED
    if isinstance(gate, WaitsForCheck):
        return Opening(step.opened_on) if step.opened_on else CLOSED
    if isinstance(gate, WaitsForStep):
        other = awaited_case(gate, item, world)
        return _opening_by(other, gate, world) if other else CLOSED
    return CLOSED


def awaited_case(gate: WaitsForStep, item: Item, world: World) -> Case | None:
    """The item that a gate looks at, with the $name of the route filled by the waiting item."""
    return world.cases.get(gate.item_for(item.bindings))


def awaited_stage(gate: WaitsForStep, other: Case) -> Stage | None:
    """The stage that a gate looks at; None if the other item's route has none of that name."""
    return next((stage for stage in other.route.stages if stage.id == gate.stage), None)


def strong_enough(step: Step, gate: WaitsForStep, world: World) -> bool:
    """Whether the outcome of a step is worth what the gate waits for, at the forum that gave it."""
    forum = world.forums.get(step.forum) if step.forum else None
    worth = strength_of(step.outcome or "", forum.form if forum else None)
    return worth is not None and worth >= OUTCOMES[gate.outcome]


def _opening_by(other: Case, gate: WaitsForStep, world: World) -> Opening:
    stage = awaited_stage(gate, other)
    if stage is None:
        return CLOSED
    steps = [step for step in other.steps if step.stage == stage.id and step_applies(step, stage, other.item)]
    if not steps:
        return CLOSED
    decided = [
        (step.upheld_on or step.outcome_on, step.decision)
        for step in steps
        if step.decision in ("passed", "called-in") and step.outcome_on and strong_enough(step, gate, world)
    ]
    needed = stage.join.needed(len(steps))
    passed_on = sorted(day for day, decision in decided if day and decision == "passed")
    if len(passed_on) >= needed:
        return Opening(opened_on=passed_on[needed - 1])
    if len(decided) >= needed:
        return Opening(suspended_since=sorted(day for day, _ in decided if day)[needed - 1])
    return CLOSED
