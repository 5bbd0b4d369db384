"""Whether an item is a key decision: said or worked out anew by the lead, with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from pydantic import model_validator

from models.items import items
from routes.schema import unsuitable
from routes.words import strength_of
from workflow import key_decisions
from workflow.authority import require
from workflow.doing import Doing
from workflow.dossiers import Dossier
from workflow.due_dates import pack_in_force
from workflow.errors import Refused, day
from workflow.key_decision_entries import BecauseEntry, Divisions, Pounds
from workflow.key_decisions import SAID, reason_in_words
from workflow.ledger import Change
from workflow.shelf import hand_over
from workflow.use_cases.acting import (
    Done,
    ItemAct,
    business_day,
    matter,
    must_not_have_ended,
    must_run,
    reason_for,
    standing_of,
)

_COMPARED: Final = {"value": "its value", "divisions": "the divisions that it affects"}


class KeyDecision(ItemAct):
    """Yes, no, or worked out from the value and the divisions; either of these may be put right with it."""

    key_decision: bool | None = None
    value: Pounds | None = None
    divisions: Divisions | None = None
    key_decision_because: BecauseEntry | None = None  # as it was worked out when a dump was taken

    @model_validator(mode="after")
    def says_something(self) -> KeyDecision:
        """An act without anything said would change nothing."""
        if self.key_decision is None and self.value is None and self.divisions is None:
            raise unsuitable("say yes or no, or give the value or the divisions that it affects")
        if self.key_decision is not None and self.key_decision_because is not None:
            raise unsuitable("“key_decision_because” says what it is without “key_decision”: leave one of them out")
        return self


def key_decision(do: Doing, form: KeyDecision) -> Done:
    """The lead says whether the item is a key decision, or puts right what that is worked out from.

    What an executive has decided as a key decision stays one. A change after notice was given is flagged: the notice
    said something else.
    """
    dossier = hand_over(do, form.item)
    on = business_day(do, form)
    require(do, "key-decision", matter(dossier))
    reason = reason_for(form, "say whether it is a key decision")
    if dossier.item["state"] != "draft":
        must_run(dossier, "say whether it is a key decision")
    must_not_have_ended(do, dossier, "say whether it is a key decision")
    values = _facts(dossier, form)
    digest = do.prose(dossier.subject, reason)
    values |= _answer(do, dossier, form, values, digest, on)
    if not values["key_decision"]:
        _must_not_be_decided_as_key(do, dossier)
    act = form.model_dump(mode="json", exclude_none=True, include={"key_decision", "value", "divisions"})
    if form.key_decision is None:
        act["key_decision_because"] = values["key_reason"]
    change = Change(items, (), values)
    do.append(dossier.subject, "key-decision-answered", on=on, act=act | {"reason": digest}, changes=[change])
    do.touched.add(form.item)
    _must_still_decide(do, dossier, on)
    return Done(_said(do, dossier, values), form.item)


def _must_not_be_decided_as_key(do: Doing, dossier: Dossier) -> None:
    """Refused once an executive has decided it as a key decision: whether the rules were kept is judged by that."""
    if not dossier.item["key_decision"]:
        return
    for row in dossier.current():
        forum = do.known.world.forums.get(row["forum"] or "")
        if forum is None or row["outcome"] is None or not strength_of(row["outcome"], forum.form):
            continue
        pack = pack_in_force(do.known.world, forum, row["outcome_on"])
        if pack is not None and pack.executive:
            raise Refused(
                f"{forum.name} dealt with it as a key decision on {day(row['outcome_on'])}, so it stays one: whether "
                "the rules were kept is judged by that. If the outcome on record is wrong, correct the outcome first."
            )


def _facts(dossier: Dossier, form: KeyDecision) -> dict[str, Any]:
    value = dossier.item["value"] if form.value is None else form.value
    divisions = dossier.item["divisions"] if form.divisions is None else form.divisions
    return {"value": value, "divisions": divisions}


def _answer(
    do: Doing, dossier: Dossier, form: KeyDecision, values: Mapping[str, Any], digest: str, on: date
) -> dict[str, Any]:
    if form.key_decision is not None:
        return {"key_decision": form.key_decision, "key_reason": {"by": SAID, "reason": digest}}
    if form.key_decision_because is not None:
        because = form.key_decision_because
        return {"key_decision": because.is_key, "key_reason": because.kept()}
    asked = [(row["forum"], dossier.stage_of(row).ask, _counts_on(do, dossier, row, on)) for row in dossier.current()]
    judgement = key_decisions.of_route(do.known.world, asked, values["value"], values["divisions"])
    if judgement is None:
        raise Refused(_why_not_worked_out(do, dossier, values))
    return {"key_decision": judgement.is_key, "key_reason": judgement.kept()}


def _why_not_worked_out(do: Doing, dossier: Dossier, values: Mapping[str, Any]) -> str:
    forums = (row["forum"] for row in dossier.current())
    lacking = [words for name, words in _COMPARED.items() if values[name] is None]
    if not lacking or not key_decisions.names_threshold(do.known.world, forums):
        return "The rules of its forums name no threshold for it, so it cannot be worked out: say yes or no."
    return (
        f"What the rules of its forums compare is not known of it, so it cannot be worked out: give "
        f"{' and '.join(lacking)}, or say yes or no."
    )


def _counts_on(do: Doing, dossier: Dossier, row: Mapping[str, Any], on: date) -> date:
    """The day whose rules count for a step: of its outcome or meeting, else the item's target, else that of the act."""
    meeting = do.known.meetings.get(row["meeting"] or "")
    day_counted: date = row["outcome_on"] or (meeting.date if meeting else dossier.item["target"] or on)
    return day_counted


def _must_still_decide(do: Doing, dossier: Dossier, on: date) -> None:
    """Refused where no decisive stage would be left: a route may depend on whether it is a key decision."""
    standing = standing_of(do, dossier, on)
    if not any(stage.decisive and standing.steps_of.get(stage.id) for stage in standing.order):
        raise Refused("No decisive stage of its route would apply then, so it could not end. Say otherwise.")


def _said(do: Doing, dossier: Dossier, values: Mapping[str, Any]) -> str:
    is_key, reason = values["key_decision"], values["key_reason"]
    said = "It is a key decision" if is_key else "It is no key decision"
    if reason["by"] != SAID:
        said += f", because {reason_in_words(reason, do.known.forum_name(reason['forum']))}"
    named = "; ".join(
        f"{do.known.forum_name(row['forum'])}, {day(row['notice_given'])}"
        for row in dossier.current()
        if row["notice_given"] and row["decision"] == "open" and row["noticed_as_key"] not in (None, is_key)
    )
    if not named:
        return f"{said}."
    return f"{said}. Notice was given before ({named}): check whether it has to be given again."
