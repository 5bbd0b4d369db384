"""What an item waits for now, one sentence for each step that somebody has to act on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from routes.spec import Stage, WaitsForCheck, WaitsForDate, WaitsForStep
from workflow.errors import day as in_words
from workflow.facts import Case, Step, World
from workflow.naming import awaited_forum, awaited_title, made_by, step_name
from workflow.plans import Plan, PlannedStep


def waiting_sentences(case: Case, world: World, plan: Plan) -> list[str]:
    """What somebody has to do now: one sentence for each step, in the route's order, or one for the item."""
    organisation = world.organisations.get(case.item.organisation, case.item.organisation)
    if plan.item_state == "draft":
        return ["Its owner to start it"]
    if plan.item_state == "on-hold":
        return [f"The lead of {organisation} to resume it"]
    if plan.item_state == "in-progress" and not plan.now:
        return list(_open_windows(case, world, plan))
    steps = {step.id: step for step in case.steps}
    stages = {stage.id: stage for stage in case.route.stages}
    return [
        _sentence(case, world, steps[step_id], stages[steps[step_id].stage], plan.step(step_id), plan.on)
        for step_id in plan.now
    ]


def _open_windows(case: Case, world: World, plan: Plan) -> Iterator[str]:
    """The call-in periods that are all that is left to wait for."""
    decisive = {stage.id for stage in case.route.stages if stage.decisive}
    for step in case.steps:
        effective = plan.step(step.id).effective
        if step.stage in decisive and effective is not None and effective > plan.on:
            forum = step_name(case, world, step)
            yield f"The call-in period of {forum}, whose decision is effective on {in_words(effective)}"


def _sentence(case: Case, world: World, step: Step, stage: Stage, planned: PlannedStep, on: date) -> str:
    who = step_name(case, world, step)
    if planned.state == "fell-short":
        return _fell_short_sentence(case, world, step, stage, who)
    if planned.state == "called-in":
        return f"{who} to uphold or reconsider the called-in decision"
    if stage.kind == "gate":
        return _gate_sentence(case, world, stage, on)
    if stage.kind == "consultation":
        return _consultation_sentence(who, planned, on)
    if step.awaits_author and step.papers == "none":
        return f"The report to come back from its author to {who}"
    asked = f"{who} to be consulted on it" if stage.ask == "consult" else f"{who} to {stage.ask} it"
    if planned.meeting is None:
        return f"{asked}; no {'meeting' if stage.kind == 'meeting' else 'day'} known"
    if planned.meeting < on:
        return f"{asked}; nothing is recorded of {in_words(planned.meeting)}"
    return f"{asked} on {in_words(planned.meeting)}"


def _fell_short_sentence(case: Case, world: World, step: Step, stage: Stage, who: str) -> str:
    organisation = world.organisations.get(case.item.organisation, case.item.organisation)
    lead, resolved = f"The lead of {organisation}", f"“{step.outcome}”"
    if stage.decisive:
        return f"{lead} to ask {who} again, which resolved {resolved}"
    return f"{lead} to accept what {who} resolved, {resolved}, or ask again"


def _gate_sentence(case: Case, world: World, stage: Stage, on: date) -> str:
    gate = stage.gate
    if isinstance(gate, WaitsForCheck):
        return f"{made_by(gate)} to make the check “{gate.check}”"
    if isinstance(gate, WaitsForStep):
        title = awaited_title(case, world, gate)
        return f"{title} to be {gate.outcome} by {awaited_forum(case, world, gate)}"
    if isinstance(gate, WaitsForDate) and gate.date > on:
        return f"{in_words(gate.date)}"
    return stage.title or stage.id


def _consultation_sentence(who: str, planned: PlannedStep, on: date) -> str:
    if planned.meeting is None:
        return f"{who}; no day known"
    if planned.meeting < on:
        return f"{who}; it ended on {in_words(planned.meeting)} and nothing is recorded"
    return f"{who} until {in_words(planned.meeting)}"
