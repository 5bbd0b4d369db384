"""Where an item stands on a business date. All of it follows from the facts; nothing of it is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from routes.spec import Route, Stage
from workflow.applicability import step_applies
from workflow.clear_days import Calendar
from workflow.due_dates import calendar_at, effective, pack_in_force
from workflow.errors import BeyondCalendar
from workflow.facts import Case, Item, Step, World
from workflow.gates import CLOSED, Opening, opening_of
from workflow.meeting_choice import bound_meeting, day_decided

ItemStanding = Literal["draft", "in-progress", "on-hold", "withdrawn", "rejected", "complete"]
StepDecision = Literal["open", "fell-short", "called-in", "passed", "skipped", "ended"]
Label = Literal[
    "waiting", "ready", "scheduled", "submitted", "on-agenda",
    "fell-short", "called-in", "passed", "skipped", "ended",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class StepStanding:
    """One step: its decision with what follows from time and from its item, and the one label people see.

    `before` are the stages that must be met first, those referred back to included; `ready` that they are.
    """

    decision: StepDecision
    label: Label
    applies: bool
    ready: bool
    before: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """One item on one day, with its stages in an order in which each follows those before it.

    `met`, `after` and `steps_of` are by stage and hold only what applies: a skipped stage stands for what is
    before it, and behind a gate stands also what is before the gate. `gates` are by step.
    """

    item_state: ItemStanding
    completed_on: date | None
    steps: Mapping[str, StepStanding]
    now: tuple[str, ...]
    order: tuple[Stage, ...]
    stages: Mapping[str, Stage]
    steps_of: Mapping[str, Sequence[Step]]
    met: Mapping[str, bool]
    after: Mapping[str, tuple[str, ...]]
    gates: Mapping[str, Opening]

    @property
    def ended(self) -> bool:
        """Nothing further can happen to the item."""
        return self.item_state in ("withdrawn", "rejected", "complete")


def of(case: Case, world: World, calendar: Calendar, on: date) -> Standing:
    """Where the item stands on a day, given a case that holds only what has happened by then."""
    order = in_order(case.route)
    stages = {stage.id: stage for stage in order}
    steps_of: dict[str, list[Step]] = {}
    gates: dict[str, Opening] = {}
    decisions: dict[str, StepDecision] = {}
    for step in case.steps:
        stage = stages[step.stage]
        decisions[step.id] = step.decision
        if not step_applies(step, stage, case.item):
            decisions[step.id] = "skipped"
            continue
        steps_of.setdefault(stage.id, []).append(step)
        if stage.kind == "gate":
            gates[step.id] = opening_of(step, stage, case.item, world, on)
            decisions[step.id] = "passed" if gates[step.id].opened_on else "open"
    met = {
        stage_id: sum(decisions[step.id] == "passed" for step in steps) >= stages[stage_id].join.needed(len(steps))
        for stage_id, steps in steps_of.items()
    }
    after = _resolved(order, steps_of)
    completed_on = _completed_on(order, steps_of, gates, decisions, met, world, calendar)
    state = _item_state(case.item, order, steps_of, completed_on, on)
    ended = state in ("withdrawn", "rejected", "complete")
    steps: dict[str, StepStanding] = {}
    for step in case.steps:
        steps[step.id] = _step_standing(step, decisions[step.id], ended, after, met, world)
    return Standing(
        item_state=state,
        completed_on=completed_on if state == "complete" else None,
        steps=steps,
        now=() if ended else tuple(step_id for step_id, standing in steps.items() if _needs_somebody(standing)),
        order=order,
        stages=stages,
        steps_of=steps_of,
        met=met,
        after=after,
        gates=gates,
    )


def in_order(route: Route) -> tuple[Stage, ...]:
    """The stages so that each comes after every stage in its `after`; otherwise as they were written."""
    placed: dict[str, Stage] = {}
    waiting = list(route.stages)
    while waiting:
        later = []
        for stage in waiting:
            if all(earlier in placed for earlier in stage.after):
                placed[stage.id] = stage
            else:
                later.append(stage)
        if len(later) == len(waiting):
            raise ValueError(f"The stages of route {route.id} wait for each other in a circle.")
        waiting = later
    return tuple(placed.values())


def _resolved(order: Sequence[Stage], steps_of: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """What each stage follows. A gate opens by itself, so what is before it must be met behind it as well."""
    resolved: dict[str, tuple[str, ...]] = {}
    gates = {stage.id for stage in order if stage.kind == "gate"}
    for stage in order:
        found: dict[str, None] = {}
        for earlier in stage.after:
            if earlier in steps_of:
                found[earlier] = None
            if earlier not in steps_of or earlier in gates:
                found.update(dict.fromkeys(resolved[earlier]))
        resolved[stage.id] = tuple(found)
    return resolved


def _completed_on(
    order: Sequence[Stage],
    steps_of: Mapping[str, Sequence[Step]],
    gates: Mapping[str, Opening],
    decisions: Mapping[str, StepDecision],
    met: Mapping[str, bool],
    world: World,
    calendar: Calendar,
) -> date | None:
    """The day from which everything is decided and no call-in can undo it.

    None while a stage is not met, or where that day lies beyond the known calendar.
    """
    if not all(met.values()):
        return None
    days: list[date] = []
    decisive_stage_met = False
    for stage in order:
        if stage.id not in steps_of:
            continue
        steps = steps_of[stage.id]
        passed = [step for step in steps if decisions[step.id] == "passed"]
        days += sorted(gates.get(step.id, CLOSED).opened_on or step.outcome_on or date.min for step in passed)[
            : stage.join.needed(len(steps))
        ]
        if stage.decisive:
            decisive_stage_met = True
            if any(step.decision == "called-in" for step in steps):
                return None
            try:
                days += [takes_effect(step, stage, world, calendar) for step in passed]
            except BeyondCalendar:
                return None
    return max(days) if decisive_stage_met else None


def takes_effect(step: Step, stage: Stage, world: World, calendar: Calendar) -> date:
    """The first day on which the decision of a passed step may be acted on."""
    decided_on = day_decided(step, bound_meeting(world, step))
    forum = world.forums.get(step.forum) if step.forum else None
    counted_by = calendar_at(world, forum, calendar)
    return effective(step, stage.ask, pack_in_force(world, forum, decided_on), decided_on, counted_by) or decided_on


def _item_state(
    item: Item,
    order: Sequence[Stage],
    steps_of: Mapping[str, Sequence[Step]],
    completed_on: date | None,
    on: date,
) -> ItemStanding:
    if item.state != "in-progress":
        return item.state
    if any(stage.decisive and _lost(stage, steps_of.get(stage.id, ())) for stage in order):
        return "rejected"
    if completed_on is not None and completed_on <= on:
        return "complete"
    return "in-progress"


def _lost(stage: Stage, steps: Sequence[Step]) -> bool:
    """Whether so many have rejected the matter that the stage can no longer be met."""
    rejected = sum(step.decision == "fell-short" and step.outcome == "rejected" for step in steps)
    return rejected > 0 and len(steps) - rejected < stage.join.needed(len(steps))


def _step_standing(
    step: Step,
    decision: StepDecision,
    ended: bool,
    after: Mapping[str, tuple[str, ...]],
    met: Mapping[str, bool],
    world: World,
) -> StepStanding:
    if decision == "open" and ended:
        decision = "ended"
    before = after[step.stage]
    if step.also_after is not None and step.also_after in after:
        again = (step.also_after,) if step.also_after in met else after[step.also_after]
        before += tuple(stage for stage in again if stage not in before)
    ready = all(met[stage] for stage in before)
    return StepStanding(decision, _label(step, decision, ready, world), decision != "skipped", ready, before)


def _label(step: Step, decision: StepDecision, ready: bool, world: World) -> Label:
    if decision != "open":
        return decision
    if step.papers != "none":
        return step.papers
    if step.meeting is not None and bound_meeting(world, step) is not None:
        return "scheduled"
    return "ready" if ready and not step.awaits_author else "waiting"


def _needs_somebody(standing: StepStanding) -> bool:
    return standing.decision in ("fell-short", "called-in") or (standing.decision == "open" and standing.ready)
