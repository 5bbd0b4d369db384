"""What is wrong with a timetable, each as a sentence that says what would help.

Errors break a rule, warnings are unwise. Steps that passed are only asked whether they were in order, rest on
something suspended, or passed another text than the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from routes.spec import Stage
from workflow import key_decisions
from workflow.breaches import inside_call_in, of_open_step
from workflow.errors import day as in_words
from workflow.facts import Step
from workflow.meeting_choice import Moment, start_of
from workflow.naming import gate_closed_sentence
from workflow.placing import Placed, Spot
from workflow.plans import Problem, error, warning
from workflow.timetables import Timetable


def find(timetable: Timetable, finish: date | None) -> tuple[Problem, ...]:
    """Everything that is wrong, step by step in the route's order, then what concerns the whole item."""
    standing = timetable.standing
    given_up = standing.item_state in ("withdrawn", "rejected")
    suspended = _suspended(timetable)
    newest = _newest_versions(timetable)
    found: list[Problem] = []
    for step in timetable.case.steps:
        decision = standing.steps[step.id].decision
        stage = timetable.stage_of(step)
        if decision in ("skipped", "ended") or (given_up and decision != "passed"):
            continue
        placed = timetable.placed[step.id]
        if stage.kind == "gate":
            if placed.day is None:
                sentence = gate_closed_sentence(timetable.case, timetable.world, stage)
                found.append(error("gate-closed", step.id, sentence))
            continue
        spot = timetable.spot(step, stage)
        if decision == "open":
            found += of_open_step(timetable, spot, placed)
            found += key_decisions.problems_of(spot, placed, timetable.name_of(step))
        else:
            found += _of_decided_step(timetable, spot, placed, suspended)
        if decision == "passed":
            found += _other_version(spot, newest)
        elif stage.decisive and placed.day is not None:
            found += inside_call_in(timetable, spot, placed)
    if not given_up:
        found += _of_the_item(timetable, finish)
    return tuple(found)


def _of_decided_step(timetable: Timetable, spot: Spot, placed: Placed, suspended: dict[str, str]) -> Iterator[Problem]:
    step, who = spot.step, timetable.name_of(spot.step)
    for stage, _ in timetable.before(step):
        if placed.at and placed.day and _came_before(timetable, step, placed.at, stage):
            yield error(
                "out-of-order",
                step.id,
                f"{who} dealt with it on {in_words(placed.day)}, before {timetable.name_of_stage(stage)}. "
                "Consider whether it has to be asked again.",
            )
            break
    rests_on = next((suspended[stage.id] for stage, _ in timetable.before(step) if stage.id in suspended), None)
    if rests_on is not None:
        yield error(
            "rests-on-suspended",
            step.id,
            f"What {who} resolved rests on {rests_on}, which has been called in. Do not act on it until that "
            "is upheld or decided again.",
        )


def _came_before(timetable: Timetable, step: Step, at: Moment, stage: Stage) -> bool:
    """Whether a step was decided before a stage that should have been met by then."""
    standing = timetable.standing
    steps = standing.steps_of[stage.id]
    if stage.kind == "gate":
        opening = standing.gates[steps[0].id]
        opened_on = opening.opened_on or opening.suspended_since
        return opened_on is None or start_of(opened_on) > at
    # a called-in decision was there when this one was taken; that it is suspended is another problem
    decided = [s for s in steps if standing.steps[s.id].decision in ("passed", "called-in")]
    moments = sorted(found for s in decided if (found := timetable.placed[s.id].at) is not None)
    needed = stage.join.needed(len(steps))
    if len(moments) >= needed and moments[needed - 1] <= at:
        return False
    return not _stood_until_referred_back(timetable, step, stage)


def _stood_until_referred_back(timetable: Timetable, step: Step, stage: Stage) -> bool:
    """Whether the stage was only asked again after the step: a later forum referred the matter back, or the
    decision was called in and reconsidered.

    The steps between stand then, unless the new report is material, and were in order.
    """
    if step.outcome_on is None:
        return False
    asked_again = timetable.standing.steps_of[stage.id]
    referred_back = any(later.also_after == stage.id and later.id != step.id for later in timetable.case.steps)
    reconsidered = any(asked.no_call_in for asked in asked_again)
    return (referred_back or reconsidered) and all(
        asked.earlier_round_on is not None and asked.earlier_round_on <= step.outcome_on
        for asked in asked_again
        if asked.round > 1
    )


def _suspended(timetable: Timetable) -> dict[str, str]:
    """The stages that are called in or rest on one that is, each with what has been called in."""
    standing = timetable.standing
    found: dict[str, str] = {}
    for stage in standing.order:
        steps = standing.steps_of.get(stage.id, ())
        called_in = [found[earlier] for earlier in standing.after[stage.id] if earlier in found]
        if steps and not standing.met[stage.id]:
            if stage.kind == "gate" and standing.gates[steps[0].id].suspended_since:
                called_in.append(timetable.name_of_stage(stage))
            called_in += [timetable.name_of(step) for step in steps if _is_suspended(step)]
        if called_in:
            found[stage.id] = called_in[0]
    return found


def _is_suspended(step: Step) -> bool:
    """Called in, or to be decided again after that."""
    return step.decision == "called-in" or (step.decision == "open" and step.no_call_in)


def _newest_versions(timetable: Timetable) -> dict[str, int]:
    """By stage, the newest version of the report that passed there; decisive stages count as one."""
    newest: dict[str, int] = {}
    stages = timetable.standing.stages
    for stage_id, steps in timetable.standing.steps_of.items():
        group = "" if stages[stage_id].decisive else stage_id
        versions = [step.version for step in steps if step.decision == "passed" and step.version is not None]
        newest[group] = max([newest.get(group, 0), *versions])
    return {stage_id: newest["" if stages[stage_id].decisive else stage_id] for stage_id in timetable.standing.steps_of}


def _other_version(spot: Spot, newest: dict[str, int]) -> Iterator[Problem]:
    version, wanted = spot.step.version, newest[spot.stage.id]
    if version is not None and version < wanted:
        who = spot.forum.name if spot.forum else spot.stage.id
        yield error(
            "version-differs",
            spot.step.id,
            f"{who} passed version {version} of the report and another forum version {wanted}; all must pass "
            f"the same text. Put version {wanted} to {who}.",
        )


def _of_the_item(timetable: Timetable, finish: date | None) -> Iterator[Problem]:
    steps = {step.id: step for step in timetable.case.steps}
    for condition in timetable.case.conditions:
        if condition.due is not None and condition.due < timetable.on and condition.step in steps:
            step = steps[condition.step]
            yield warning(
                "condition-overdue",
                step.id,
                f"Condition {condition.number} of {timetable.name_of(step)}, owned by {condition.owner}, was "
                f"due on {in_words(condition.due)} and is not met. Ask its owner, or record that it is met.",
            )
    target = timetable.case.item.target
    if finish is not None and target is not None and finish > target:
        yield Problem(
            "target-missed",
            "warning",
            None,
            f"The item finishes on {in_words(finish)}, after its target of {in_words(target)}. Look for "
            "earlier meetings, or agree a later target.",
        )
