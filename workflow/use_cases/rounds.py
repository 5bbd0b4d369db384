"""Rounds of a step: asked again after a deferral, a return, a call-in or a material change, and undone again."""

from __future__ import annotations

from datetime import date
from typing import Any

from models.steps import formalities, steps
from routes.spec import Route, Stage
from routes.words import ASKS, strength_of
from workflow import machine
from workflow.doing import Doing
from workflow.dossiers import Dossier, Row
from workflow.errors import Refused
from workflow.ledger import Change
from workflow.shelf import also
from workflow.use_cases.acting import name_of, next_round, step_change


def again(row: Row, closed: str, **values: Any) -> list[Change]:
    """This round is over, as the machine says, and the next one begins."""
    return [step_change(row, decision=closed), next_round(row, **values)]


def deferred(row: Row, **until: Any) -> Change:
    """The next round after a deferral, not before the day or meeting it was deferred until."""
    return next_round(row, **{name: value for name, value in until.items() if value is not None})


def referred_back(dossier: Dossier, row: Row, stage: Stage, on: date) -> list[Change]:
    """New rounds of the stage that it goes back to, and of this step, which also waits for that stage."""
    because = cause(row)
    if stage.refer_back_to is None:
        return [next_round(row, because=because, awaits_author=True)]
    changes = [next_round(row, also_after=stage.refer_back_to, because=because)]
    for earlier in dossier.current():
        if earlier["stage"] == stage.refer_back_to:
            changes += asked_again(earlier, because, on)
    return changes


def asked_again(row: Row, because: str, on: date) -> list[Change]:
    """A new round of a step that had been dealt with; one that is still open is asked once, not twice."""
    if not machine.may("forum", row["decision"], "ask-again"):
        return []
    closed = machine.fire("forum", row["decision"], "ask-again", "")
    return again(row, closed, because=because, not_before=on, no_call_in=False)


def undo(do: Doing, dossier: Dossier, row: Row) -> list[Change]:
    """Take back the rounds that a wrong outcome began, here and at the stages it asked again.

    Refused where one of those has been dealt with meanwhile: that has to be put right first. Refused too where
    the step was asked again for another reason than this outcome: then it counts no more.
    """
    changes: list[Change] = []
    following = [later for later in dossier.rounds(row["step"]) if later["round"] > row["round"]]
    if following and not _began(do, dossier, row, following[0]):
        raise Refused(
            f"{name_of(do, dossier, row)} has been asked again since, in round {following[0]['round']}, so another "
            "outcome of the earlier round would change nothing. Record what it resolves now."
        )
    asked = [later for later in dossier.table("steps").values() if later["because"] == cause(row)]
    for later in {(later["step"], later["round"]): later for later in (*following, *asked)}.values():
        if later["outcome"] is not None:
            raise Refused(
                f"{name_of(do, dossier, later)} has meanwhile resolved “{later['outcome']}” in round "
                f"{later['round']}, which followed from this. Correct that first."
            )
        changes.append(Change(steps, (later["step"], later["round"]), None))
        changes += _without_formalities(do, dossier, later)
        before = dossier.rounds(later["step"])[later["round"] - 2]
        if before["step"] != row["step"]:
            changes.append(step_change(before, decision=_decided(do, dossier.stage_of(before), before)))
    return changes


def _without_formalities(do: Doing, dossier: Dossier, row: Row) -> list[Change]:
    """Who agreed to what in a round goes with the round."""
    where = (row["step"], row["round"])
    return [Change(formalities, key, None) for key in also(do, dossier, "formalities") if key[:2] == where]


def _began(do: Doing, dossier: Dossier, row: Row, following: Row) -> bool:
    """Whether the next round followed from this outcome: a deferral, a referral back, or one that was sent back."""
    action = action_for(do, dossier.stage_of(row), row, row["outcome"])
    if action in ("defer", "refer-back"):
        return True
    return action in ("fall-short", "reject") and following["because"] is None


def _decided(do: Doing, stage: Stage, row: Row) -> str:
    """What a round's decision was before the step was asked again."""
    if row["called_in_on"] and not row["upheld_on"]:
        return "called-in"
    if row["accepted"] or action_for(do, stage, row, row["outcome"]) == "pass":
        return "passed"
    return "fell-short"


def action_for(do: Doing, stage: Stage, row: Row, outcome: str) -> str:
    """Which way the machine takes an outcome: by its strength at this forum, not by its word."""
    if outcome in ("deferred", "referred-back", "rejected"):
        return {"deferred": "defer", "referred-back": "refer-back", "rejected": "reject"}[outcome]
    forum = do.known.world.forums.get(row["forum"] or "")
    worth = strength_of(outcome, forum.form if forum else None) or 0
    return "pass" if worth >= ASKS[stage.ask or "consult"] else "fall-short"


def cause(row: Row) -> str:
    """A round as others name it when it made them be asked again."""
    return f"{row['step']}/{row['round']}"


def between(route: Route, first: str, last: str) -> set[str]:
    """The stages that lie on a way from one stage to a later one, both left out."""
    return _after(route, first) & _before(route, last)


def _before(route: Route, stage: str) -> set[str]:
    found: set[str] = set()
    wanted = list(route.stage(stage).after)
    while wanted:
        earlier = wanted.pop()
        if earlier not in found:
            found.add(earlier)
            wanted += route.stage(earlier).after
    return found


def _after(route: Route, stage: str) -> set[str]:
    return {other.id for other in route.stages if stage in _before(route, other.id)}
