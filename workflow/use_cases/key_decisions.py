"""Whether an item is a key decision: worked out or said when it is created, and changed with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from pydantic import Field, model_validator

from models.items import items
from routes.schema import unsuitable
from routes.spec import Route
from workflow import key_decisions
from workflow.authority import require
from workflow.doing import Doing
from workflow.dossiers import Dossier
from workflow.entries import ItemEntry, Pounds
from workflow.errors import Refused, day
from workflow.key_decisions import SAID, Judgement, reason_in_words
from workflow.ledger import Change
from workflow.shapes import Title
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

_ASKED = 500  # divisions


class KeyDecision(ItemAct):
    """Yes, no, or worked out from the value and the divisions; either of these may be put right with it."""

    key_decision: bool | None = None
    value: Pounds | None = None
    divisions: Literal["all"] | list[Title] | None = Field(default=None, max_length=_ASKED)

    @model_validator(mode="after")
    def says_something(self) -> KeyDecision:
        """An act without anything said would change nothing."""
        if self.key_decision is None and self.value is None and self.divisions is None:
            raise unsuitable("say yes or no, or give the value or the divisions that it affects")
        return self


def answered(do: Doing, route: Route, entry: ItemEntry, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Whether a new item is a key decision, and why: as its entry says, else as the rules of its forums do."""
    if entry.key_decision is not None:
        return {"key_decision": entry.key_decision, "key_reason": {"by": SAID}}
    asked = []
    for row in rows:
        facts = entry.steps.get(row["step"])
        meeting = do.known.meetings.get(facts.meeting or "") if facts else None
        day_counted = meeting.date if meeting else entry.target
        asked.append((row.get("forum"), route.stage(row["stage"]).ask, day_counted))
    judgement = key_decisions.of_route(do.known.world, asked, entry.value, entry.divisions)
    return _kept(judgement, before=False)


def key_decision(do: Doing, form: KeyDecision) -> Done:
    """The lead says whether the item is a key decision, or puts right what that is worked out from.

    A change after notice was given is flagged: the notice said something else.
    """
    dossier = hand_over(do, form.item)
    on = business_day(do, form)
    require(do, "key-decision", matter(dossier))
    reason = reason_for(form, "say whether it is a key decision")
    if dossier.item["state"] != "draft":
        must_run(dossier, "say whether it is a key decision")
    must_not_have_ended(do, dossier, "say whether it is a key decision")
    before: bool = dossier.item["key_decision"]
    values = _facts(dossier, form)
    digest = do.prose(dossier.subject, reason)
    values |= _answer(do, dossier, form, values, digest, on)
    given = [row for row in dossier.current() if row["notice_given"] and row["decision"] == "open"]
    if values["key_decision"] != before:
        values["key_reason"] |= {"changed_on": on.isoformat(), "was": before}
    act = form.model_dump(mode="json", exclude_none=True, include={"key_decision", "value", "divisions"})
    change = Change(items, (), values)
    do.append(dossier.subject, "key-decision-answered", on=on, act=act | {"reason": digest}, changes=[change])
    do.touched.add(form.item)
    _must_still_decide(do, dossier, on)
    return Done(_said(do, values, before, given), form.item)


def _facts(dossier: Dossier, form: KeyDecision) -> dict[str, Any]:
    value = dossier.item["value"] if form.value is None else form.value
    divisions = dossier.item["divisions"] if form.divisions is None else form.divisions
    return {"value": value, "divisions": divisions}


def _answer(
    do: Doing, dossier: Dossier, form: KeyDecision, values: Mapping[str, Any], digest: str, on: date
) -> dict[str, Any]:
    if form.key_decision is not None:
        return {"key_decision": form.key_decision, "key_reason": {"by": SAID, "reason": digest}}
    asked = [(row["forum"], dossier.stage_of(row).ask, _counts_on(do, dossier, row, on)) for row in dossier.current()]
    judgement = key_decisions.of_route(do.known.world, asked, values["value"], values["divisions"])
    if judgement is None:
        raise Refused(
            "The rules of its forums name no threshold that this could be compared with, so it cannot be worked out: "
            "say yes or no."
        )
    return _kept(judgement, before=dossier.item["key_decision"])


def _counts_on(do: Doing, dossier: Dossier, row: Mapping[str, Any], on: date) -> date:
    """The day whose rules count for a step: of its outcome or meeting, else the item's target, else that of the act."""
    meeting = do.known.meetings.get(row["meeting"] or "")
    day_counted: date = row["outcome_on"] or (meeting.date if meeting else dossier.item["target"] or on)
    return day_counted


def _kept(judgement: Judgement | None, before: bool) -> dict[str, Any]:
    if judgement is None:
        return {"key_decision": before, "key_reason": None}
    return {"key_decision": judgement.is_key, "key_reason": judgement.kept()}


def _must_still_decide(do: Doing, dossier: Dossier, on: date) -> None:
    """Refused where no decisive stage would be left: a route may depend on whether it is a key decision."""
    standing = standing_of(do, dossier, on)
    if not any(stage.decisive and standing.steps_of.get(stage.id) for stage in standing.order):
        raise Refused("No decisive stage of its route would apply then, so it could not end. Say otherwise.")


def _said(do: Doing, values: Mapping[str, Any], before: bool, given: Sequence[Mapping[str, Any]]) -> str:
    is_key, reason = values["key_decision"], values["key_reason"]
    said = "It is a key decision" if is_key else "It is no key decision"
    if reason["by"] != SAID:
        said += f", because {reason_in_words(reason, do.known.forum_name(reason['forum']))}"
    if is_key == before or not given:
        return f"{said}."
    named = "; ".join(f"{do.known.forum_name(row['forum'])}, {day(row['notice_given'])}" for row in given)
    return f"{said}. Notice was given before ({named}): check whether it has to be given again."
