"""When an item is done, in sentences: when its decision takes effect, where its route ends, and why it is late."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from workflow.breaches import first_overdue
from workflow.due_dates import DueDates
from workflow.errors import day
from workflow.facts import Case, Step, World
from workflow.naming import step_name
from workflow.plans import Plan, PlannedStep

_IF: Final = {"draft": "if it were started now", "on-hold": "if it were resumed now"}
_SETTLED: Final = ("passed", "skipped", "ended")
_RUNNING: Final = ("draft", "in-progress", "on-hold")


def when_decided(case: Case, plan: Plan) -> str | None:
    """When the last decision takes effect, as a sentence without its end; None if nobody knows."""
    if plan.finish is None:
        return None
    on = day(plan.finish)
    if plan.finish > plan.on:
        condition = _IF.get(plan.item_state)
        return (
            f"The decision would take effect on {on}, {condition}"
            if condition
            else f"The decision takes effect on {on}"
        )
    if any(_decisive(case, step) for step in _still_open(plan)):
        return f"The decision was planned to take effect on {on}"
    return f"The decision has been in effect since {on}"


def where_it_ends(case: Case, world: World, plan: Plan) -> str | None:
    """Which step comes last although it decides nothing, as a sentence without its end.

    None if the route is done once the decision is in effect, or nobody knows when that is.
    """
    if plan.finish is None or plan.item_state not in _RUNNING:
        return None
    finish = plan.finish
    left = [step for step in _still_open(plan) if not _decisive(case, step) and not _is_gate(case, step)]
    last = None
    if not any(_decisive(case, step) for step in _still_open(plan)):  # else it may well be dealt with before that
        last = next((step for step in reversed(left) if step.meeting is None), None)
    if last is None:
        dated = [(step.meeting, step) for step in left if step.meeting is not None and step.meeting > finish]
        last = max(dated, key=lambda one: one[0])[1] if dated else None
    if last is None:
        return None
    who = step_name(case, world, _fact(case, last))
    who = who[:1].lower() + who[1:] if case.route.stage(_fact(case, last).stage).kind == "consultation" else who
    if last.meeting is None:
        return f"The route ends with {who}; no day is known for that"
    if last.meeting < plan.on:
        return f"The route ends with {who}, which was planned for {day(last.meeting)}"
    ends = "would end" if plan.item_state in _IF else "ends"
    return f"The route {ends} on {day(last.meeting)} with {who}"


def when_done(case: Case, world: World, plan: Plan) -> list[str]:
    """Both of these, as whole sentences."""
    found = (when_decided(case, plan), where_it_ends(case, world, plan))
    return [f"{sentence}." for sentence in found if sentence]


def why_late(case: Case, world: World, plan: Plan) -> str | None:
    """What makes an item late, as a sentence without its end; None if it is not."""
    if not plan.late:
        return None
    for planned in plan.steps:
        step = _fact(case, planned)
        if step.decision == "open" and planned.state not in _SETTLED:
            due = DueDates(
                planned.notice_by,
                planned.report_due,
                planned.agenda_by,
                planned.notice_excused,
                planned.agenda_excused,
            )
            if (found := first_overdue(step, due, plan.on)) is not None:
                what, by = found
                return f"Late: the {what} for {step_name(case, world, step)} was due on {day(by)}"
    if plan.target is None:
        return None
    wanted = f"Late: wanted by {day(plan.target)}"
    if plan.finish is None:
        return f"{wanted}, and no date can be given"
    return f"{wanted}, {'expected' if plan.finish > plan.on else 'in effect'} {day(plan.finish)}"


def _still_open(plan: Plan) -> Iterator[PlannedStep]:
    return (step for step in plan.steps if step.state not in _SETTLED)


def _fact(case: Case, planned: PlannedStep) -> Step:
    return next(step for step in case.steps if step.id == planned.step)


def _decisive(case: Case, planned: PlannedStep) -> bool:
    return case.route.stage(_fact(case, planned).stage).decisive


def _is_gate(case: Case, planned: PlannedStep) -> bool:
    return case.route.stage(_fact(case, planned).stage).kind == "gate"
