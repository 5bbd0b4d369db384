"""An item's own course: started, put on hold, resumed, withdrawn; a check gate opened, a condition met."""

from __future__ import annotations

from datetime import date
from typing import Any

from models.reports import conditions
from routes.spec import WaitsForCheck
from workflow import machine
from workflow.authority import require
from workflow.doing import Doing
from workflow.dossiers import Dossier
from workflow.errors import Refused, Unknown, day
from workflow.ledger import Change
from workflow.shapes import Number, Text
from workflow.shelf import also, hand_over
from workflow.use_cases.acting import (
    Done,
    ItemAct,
    StepAct,
    business_day,
    item_change,
    matter,
    must_not_have_ended,
    must_run,
    name_of,
    reason_for,
    reason_told,
    standing_of,
    step_change,
)


class OnItem(ItemAct):
    """An act on a whole item."""


class OpenGate(StepAct):
    """A check is done."""

    evidence: Text | None = None


class Meet(StepAct):
    """A condition of an outcome is met: the N-th of the step's newest outcome."""

    number: Number
    evidence: Text | None = None


def start(do: Doing, form: OnItem) -> Done:
    """A draft sets out on its route."""
    return _move(do, form, "start", "started", "The item is under way.", "The item has started already.")


def hold(do: Doing, form: OnItem) -> Done:
    """The lead pauses an item; nothing is recorded for it until it is resumed."""
    reason_for(form, "put an item on hold")
    return _move(
        do, form, "hold", "put-on-hold", "The item is on hold.", "The item is not in progress, so it cannot be held."
    )


def resume(do: Doing, form: OnItem) -> Done:
    """The lead lets an item go on."""
    reason_for(form, "resume an item")
    return _move(do, form, "resume", "resumed", "The item goes on.", "The item is not on hold.")


def withdraw(do: Doing, form: OnItem) -> Done:
    """The owner takes the whole item back; its history stays."""
    return _move(do, form, "withdraw", "withdrawn", "The item is withdrawn.", "The item was withdrawn already.")


def _move(do: Doing, form: OnItem, action: str, kind: str, said: str, why_not: str) -> Done:
    dossier = hand_over(do, form.item)
    on = business_day(do, form)
    require(do, action, matter(dossier))
    state = machine.fire("item", dossier.item["state"], action, why_not)
    standing = standing_of(do, dossier, on)
    if standing.item_state in ("complete", "rejected"):
        raise Refused(f"The item is {standing.item_state}; it is too late to {action} it.")
    values: dict[str, Any] = {"state": state}
    if action == "withdraw":
        _must_come_last(dossier, on)
        values["withdrawn_on"] = on
    act = reason_told(do, dossier.subject, form)
    do.append(dossier.subject, kind, on=on, act=act, changes=[item_change(**values)])
    do.touched.add(form.item)
    return Done(said, form.item)


def _must_come_last(dossier: Dossier, on: date) -> None:
    """An item that forums dealt with until a day cannot have been withdrawn before it."""
    dealt_with = [row["outcome_on"] for row in dossier.table("steps").values() if row["outcome_on"]]
    if dealt_with and on < max(dealt_with):
        raise Refused(f"The item was dealt with on {day(max(dealt_with))}; it cannot be withdrawn before that.")


def open_gate(do: Doing, form: OpenGate) -> Done:
    """Somebody whom the route names says that a check is done, with the evidence where that is required."""
    dossier = hand_over(do, form.item)
    row = dossier.step(form.step)
    on = business_day(do, form)
    gate = dossier.stage_of(row).gate
    if gate is None:
        raise Refused(f"{name_of(do, dossier, row)} is no gate: record what was resolved there.")
    if not isinstance(gate, WaitsForCheck):
        raise Refused(f"“{name_of(do, dossier, row)}” opens by itself; nobody has to open it.")
    require(do, "open-gate", matter(dossier, row))
    must_run(dossier, "open the gate")
    must_not_have_ended(do, dossier, "open the gate")
    if gate.evidence and not form.evidence:
        raise Refused(f"“{gate.check}” needs evidence: add --evidence with where it can be found.")
    state = machine.fire("gate", row["decision"], "open-gate", f"“{name_of(do, dossier, row)}” is open already.")
    evidence = do.prose(dossier.subject, form.evidence) if form.evidence else None
    act = ({"evidence": evidence} if evidence else {}) | reason_told(do, dossier.subject, form)
    change = step_change(row, decision=state, opened_on=on, evidence=evidence)
    do.append(dossier.subject, "gate-opened", on=on, step=form.step, act=act, changes=[change])
    do.touched.add(form.item)
    return Done(f"“{gate.check}” is done: the gate is open from {day(on)}.", form.item)


def meet(do: Doing, form: Meet) -> Done:
    """The owner of a condition says that it is met."""
    dossier = hand_over(do, form.item)
    row = dossier.step(form.step)
    on = business_day(do, form)
    key = (form.step, dossier.decided_round(form.step) or 0, form.number)
    condition = also(do, dossier, "conditions").get(key)
    if condition is None:
        raise Unknown(f"The outcome of {name_of(do, dossier, row)} has no condition {form.number}.")
    require(do, "meet", matter(dossier, row, condition_owner=condition["owner"]))
    if condition["met_on"]:
        raise Refused(f"Condition {form.number} of {form.step} was met on {day(condition['met_on'])} already.")
    decided = dossier.table("steps")[(form.step, condition["round"])]["outcome_on"]
    if decided and on < decided:
        raise Refused(f"The condition was made only on {day(decided)}, after {day(on)}.")
    evidence = do.prose(dossier.subject, form.evidence) if form.evidence else None
    act = {"number": form.number} | ({"evidence": evidence} if evidence else {})
    act |= reason_told(do, dossier.subject, form)
    change = Change(conditions, key, {"met_on": on, "evidence": evidence})
    do.append(dossier.subject, "condition-met", on=on, step=form.step, act=act, changes=[change])
    do.touched.add(form.item)
    return Done(f"Condition {form.number} of {name_of(do, dossier, row)} is met.", form.item)
