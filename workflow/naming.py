"""How sentences call the steps, stages and gates of an item."""

from __future__ import annotations

from routes.spec import Stage, WaitsForCheck, WaitsForDate, WaitsForStep
from workflow.errors import day as in_words
from workflow.facts import Case, Step, World
from workflow.gates import awaited_case, awaited_stage


def forum_name(world: World, forum: str | None) -> str | None:
    """The name of a forum, or its id where nothing else is known of it."""
    if forum is None:
        return None
    return world.forums[forum].name if forum in world.forums else forum


def step_name(case: Case, world: World, step: Step) -> str:
    """Who deals with a step: the forum, or those who are consulted."""
    stage = case.route.stage(step.stage)
    if stage.kind == "consultation":
        return f"The consultation of {stage.body}" if stage.body else "The consultation"
    return forum_name(world, step.forum) or stage.title or step.id


def stage_name(case: Case, world: World, stage: Stage) -> str:
    """What stands before another stage, as part of a sentence."""
    if stage.kind == "gate":
        return gate_name(case, world, stage)
    if stage.kind == "consultation":
        return f"the consultation of {stage.body}" if stage.body else "the consultation"
    steps = [step for step in case.steps if step.stage == stage.id]
    if stage.each_party:
        return "all partners" if stage.join.least is None else f"{stage.join.needed(len(steps))} of the partners"
    return step_name(case, world, steps[0]) if steps else stage.title or stage.id


def gate_name(case: Case, world: World, stage: Stage) -> str:
    """What a gate waits for, in a few words."""
    gate = stage.gate
    if isinstance(gate, WaitsForCheck):
        return f"the check “{gate.check}”"
    if isinstance(gate, WaitsForDate):
        return in_words(gate.date)
    if isinstance(gate, WaitsForStep):
        return f"the decision of {awaited_forum(case, world, gate)} on {awaited_title(case, world, gate)}"
    return stage.title or stage.id


def joined(stage: Stage, steps: int) -> str | None:
    """How many of the steps of a stage at which every party is asked are needed; None where there is but one."""
    if not stage.each_party or steps < 2:
        return None
    needed = stage.join.needed(steps)
    return f"All {steps} are needed" if needed == steps else f"{needed} of {steps} needed"


def made_by(gate: WaitsForCheck) -> str:
    """Who makes a check: the lead, the owner, or somebody by id."""
    return gate.person or f"The {gate.by}"


def awaited_title(case: Case, world: World, gate: WaitsForStep) -> str:
    """The title of the item that a gate looks at, or the id under which it was looked for."""
    other = awaited_case(gate, case.item, world)
    return other.item.title if other else gate.item_for(case.item.bindings)


def awaited_forum(case: Case, world: World, gate: WaitsForStep) -> str:
    """Who has to decide before a gate opens."""
    other = awaited_case(gate, case.item, world)
    stage = awaited_stage(gate, other) if other else None
    return stage_name(other, world, stage) if other and stage else gate.stage


def gate_closed_sentence(case: Case, world: World, stage: Stage) -> str:
    """Why a gate has no date, and what would give it one."""
    gate = stage.gate
    behind = "so nothing behind it has a date"
    if isinstance(gate, WaitsForCheck):
        by = made_by(gate)
        return f"The check “{gate.check}” has not been made, {behind}. It is for {by[0].lower()}{by[1:]} to make it."
    if isinstance(gate, WaitsForStep):
        title, forum = awaited_title(case, world, gate), awaited_forum(case, world, gate)
        return (
            f"{title} has to be {gate.outcome} by {forum} first and no day is known for that, {behind}. "
            "Put that item on a meeting there, or settle what holds it up."
        )
    return f"{stage.title or stage.id} has no date, {behind}."
