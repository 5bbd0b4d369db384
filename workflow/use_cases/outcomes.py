"""What a forum resolved: recorded, corrected, accepted though weaker than asked, or sent back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Literal

from pydantic import Field, model_validator
from sqlalchemy import select

from models.ledger import events
from models.reports import conditions
from routes.schema import unsuitable
from workflow import machine
from workflow.authority import require
from workflow.doing import Doing
from workflow.dossiers import Dossier, Row
from workflow.due_dates import may_be_called_in
from workflow.errors import AlreadyDecided, Refused, Unknown, day
from workflow.ledger import Change
from workflow.shapes import Day, Id, Shape, Text
from workflow.shelf import also, hand_over
from workflow.use_cases import rounds
from workflow.use_cases.acting import (
    Done,
    StepAct,
    business_day,
    known_meeting,
    matter,
    must_run,
    name_of,
    reason_for,
    standing_of,
    step_change,
)

Outcome = Literal[
    "noted", "received", "discussed", "supported", "consulted", "endorsed", "recommended",
    "agreed", "approved", "ratified", "decided", "appointed", "deferred", "referred-back", "rejected",
]  # fmt: skip


class ConditionForm(Shape):
    """One thing that an outcome is subject to."""

    text: Text
    owner: Id
    due: Day | None = None


class RecordOutcome(StepAct):
    """What the minutes say. `until` is a date or the id of a meeting, for a deferral."""

    outcome: Outcome
    text: Text | None = None
    amended: bool = False
    conditions: list[ConditionForm] = Field(default_factory=list, max_length=200)
    until: str | None = None
    published: Day | None = None
    call_in_waived: Text | None = None

    @model_validator(mode="after")
    def fits_together(self) -> RecordOutcome:
        """What belongs to one kind of outcome only is refused with the others."""
        if self.until is not None and self.outcome != "deferred":
            raise unsuitable("“until” goes with the outcome deferred only")
        if self.conditions and self.outcome in ("deferred", "referred-back", "rejected"):
            raise unsuitable(f"conditions do not go with the outcome {self.outcome}")
        return self


class CorrectOutcome(RecordOutcome):
    """What the minutes really say, and with `decided` on which day it was resolved."""

    decided: Day | None = None


class StepReason(StepAct):
    """An act on a step that needs a reason."""


def record(do: Doing, form: RecordOutcome) -> Done:
    """Record what a forum resolved on one step, or refuse with the reason why it cannot be."""
    dossier = hand_over(do, form.item)
    row = dossier.step(form.step)
    on = business_day(do, form)
    _must_take(dossier, row, form.outcome)
    require(do, "record", matter(dossier, row))
    must_run(dossier, "record what was resolved")
    if row["decision"] != "open":
        raise AlreadyDecided(_who_was_first(do, dossier, row))
    _must_still_count(do, dossier, row, on)
    _must_be_over(do, dossier, row, on)
    act = _act_of(do, dossier, form)
    changes = _resolve(do, dossier, row, form, act, on)
    do.append(dossier.subject, "recorded", on=on, step=form.step, act=act, changes=changes)
    do.touched.add(form.item)
    return Done(_said(do, dossier, row, form, on), form.item)


def correct(do: Doing, form: CorrectOutcome) -> Done:
    """Put right what was recorded wrongly; the wrong outcome stays in the ledger and what followed is undone.

    The forum decided on the day named with `decided`, else on the day of the correction where one is named, else
    on the day that was recorded.
    """
    dossier = hand_over(do, form.item)
    rows = [row for row in dossier.rounds(form.step) if row["outcome"] is not None]
    row = rows[-1] if rows else dossier.step(form.step)
    on = business_day(do, form)
    _must_take(dossier, row, form.outcome)
    require(do, "correct", matter(dossier, row))
    reason_for(form, "correct an outcome")
    must_run(dossier, "correct it")
    if not rows:
        raise Refused(f"Nothing has been recorded for {name_of(do, dossier, row)} yet: use record.")
    decided_on = _day_decided(do, dossier, row, form)
    act = _act_of(do, dossier, form)
    if decided_on != on:
        act["decided"] = decided_on.isoformat()
    undone = [*rounds.undo(do, dossier, row), *_without_conditions(do, dossier, row)]
    for taken_back in undone:  # what follows from the right outcome starts from there
        dossier.change(taken_back)
    called_in, upheld, recorded = row["called_in_on"], row["upheld_on"], row["outcome"]
    fresh = dict(row) | {
        "decision": machine.fire("forum", row["decision"], "undo", f"{form.step} cannot be corrected now."),
        "meeting": _meeting_of(do, row, decided_on),
    }
    changes = _resolve(do, dossier, fresh, form, act, decided_on)
    changes[0] = _keeping_call_in(changes[0], form.outcome, called_in, upheld)
    do.append(dossier.subject, "corrected", on=on, step=form.step, act=act, changes=[*undone, *changes])
    do.touched.add(form.item)
    was = f"It had been recorded as “{recorded}” before." if recorded != form.outcome else ""
    return Done(f"Corrected. {_said(do, dossier, row, form, decided_on)} {was}".strip(), form.item)


def accept(do: Doing, form: StepReason) -> Done:
    """The lead takes an outcome that is weaker than what was asked; the step passes with it."""
    dossier, row, on = _fell_short(do, form, "accept")
    stage = dossier.stage_of(row)
    if stage.decisive:
        raise Refused(f"{form.step} is a decisive step: “{row['outcome']}” cannot stand for it. Send it back instead.")
    act = {"reason": do.prose(dossier.subject, reason_for(form, "accept a weaker outcome"))}
    state = machine.fire("forum", row["decision"], "accept", "")
    change = step_change(row, decision=state, accepted=True)
    do.append(dossier.subject, "accepted", on=on, step=form.step, act=act, changes=[change])
    do.touched.add(form.item)
    name = name_of(do, dossier, row)
    return Done(f"“{row['outcome']}” of {name} is accepted in place of the {stage.ask} that was asked.", form.item)


def send_back(do: Doing, form: StepReason) -> Done:
    """The lead asks the same forum again, in a new round."""
    dossier, row, on = _fell_short(do, form, "send-back")
    act = {"reason": do.prose(dossier.subject, reason_for(form, "send it back"))}
    state = machine.fire("forum", row["decision"], "send-back", "")
    changes = rounds.again(row, state, not_before=on)
    do.append(dossier.subject, "sent-back", on=on, step=form.step, act=act, changes=changes)
    do.touched.add(form.item)
    return Done(f"{name_of(do, dossier, row)} will be asked again, in round {row['round'] + 1}.", form.item)


def _fell_short(do: Doing, form: StepReason, action: str) -> tuple[Dossier, Row, date]:
    dossier = hand_over(do, form.item)
    row = dossier.step(form.step)
    on = business_day(do, form)
    require(do, action, matter(dossier, row))
    must_run(dossier, "go on")
    if row["decision"] != "fell-short":
        raise Refused(
            f"{form.step} has not fallen short: its outcome is "
            f"{'“' + row['outcome'] + '”' if row['outcome'] else 'still open'}, so there is nothing to {action}."
        )
    if on < row["outcome_on"]:
        raise Refused(f"{name_of(do, dossier, row)} resolved it only on {day(row['outcome_on'])}, after {day(on)}.")
    return dossier, row, on


def _must_take(dossier: Dossier, row: Row, outcome: str) -> None:
    kind = dossier.stage_of(row).kind
    if kind == "gate":
        raise Refused(f"{row['step']} is a gate: nobody resolves on it. A check is opened with open-gate.")
    if kind == "consultation" and outcome not in ("consulted", "deferred"):
        raise Refused(f"{row['step']} is a consultation: once it is over, record consulted.")


def _must_still_count(do: Doing, dossier: Dossier, row: Row, on: date) -> None:
    """An item that was complete or rejected before that day takes no more outcomes."""
    standing = standing_of(do, dossier, on - timedelta(days=1))
    state = standing.steps[row["step"]]
    if state.decision == "skipped":
        raise Refused(f"{row['step']} does not apply to {dossier.id}: its condition in the route is not met.")
    if standing.item_state == "complete" and standing.completed_on is not None:
        raise Refused(f"{dossier.id} was complete on {day(standing.completed_on)}; nothing more can be recorded.")
    if standing.item_state == "rejected":
        ended = max(r["outcome_on"] for r in dossier.current() if r["outcome"] == "rejected")
        if on > ended:
            raise Refused(f"{dossier.id} was rejected on {day(ended)}; nothing more can be recorded for it.")
    earlier = [r for r in dossier.rounds(row["step"]) if r["outcome_on"] and r["round"] < row["round"]]
    if not earlier:
        return
    last = earlier[-1]
    not_asked_yet = row["not_before"] is not None and on < row["not_before"]
    same_sitting = on == last["outcome_on"] and (last["outcome"] in ("deferred", "referred-back") or not_asked_yet)
    if on < last["outcome_on"] or same_sitting:
        raise AlreadyDecided(_who_was_first(do, dossier, last))


def _must_be_over(do: Doing, dossier: Dossier, row: Row, on: date) -> None:
    """A meeting is over for recording from its own day on."""
    meeting = do.known.meetings.get(row["meeting"] or "")
    if meeting is None or meeting.state == "cancelled" or meeting.date <= on:
        return
    name = name_of(do, dossier, row)
    raise Refused(
        f"{name} meets on {day(meeting.date)}, after {day(on)}. "
        f"Record it from that day on, or unbind the step if it was dealt with at another meeting."
    )


def _who_was_first(do: Doing, dossier: Dossier, row: Row) -> str:
    do.flush()
    query = (
        select(events.c.actor, events.c.on_behalf_of)
        .where(
            events.c.subject == dossier.subject,
            events.c.step == row["step"],
            events.c.kind.in_(("recorded", "corrected")),
        )
        .order_by(events.c.seq.desc())
        .limit(1)
    )
    first = do.db.execute(query).one_or_none()
    who = first.on_behalf_of or first.actor if first else "Somebody"
    person = do.known.people.get(who)
    return (
        f"{person.name if person else who} has already recorded “{row['outcome']}” for "
        f"{name_of(do, dossier, row)} on {day(row['outcome_on'])}. It stands; if it is wrong, correct it with a reason."
    )


def _act_of(do: Doing, dossier: Dossier, form: RecordOutcome) -> dict[str, Any]:
    """The act as the ledger keeps it: free text by its digest, nothing that was not said."""
    subject = dossier.subject
    act: dict[str, Any] = {"outcome": form.outcome}
    for name in ("text", "reason", "call_in_waived"):
        if said := getattr(form, name):
            act[name] = do.prose(subject, said)
    if form.amended:
        act["amended"] = True
    if form.until is not None:
        act["until"] = form.until
    if form.published is not None:
        act["published"] = form.published.isoformat()
    if form.conditions:
        act["conditions"] = [_condition_act(do, subject, condition) for condition in form.conditions]
    return act


def _condition_act(do: Doing, subject: str, condition: ConditionForm) -> dict[str, Any]:
    if condition.owner not in do.known.people:
        raise Unknown(f"There is no person {condition.owner} to own the condition “{condition.text}”.")
    told: dict[str, Any] = {"text": do.prose(subject, condition.text), "owner": condition.owner}
    if condition.due is not None:
        told["due"] = condition.due.isoformat()
    return told


def _resolve(
    do: Doing, dossier: Dossier, row: Row, form: RecordOutcome, act: Mapping[str, Any], on: date
) -> list[Change]:
    """The rows after an outcome; the first change is the step's own round."""
    stage = dossier.stage_of(row)
    version = row["version"] or dossier.item["report_version"]
    values: dict[str, Any] = {
        "decision": machine.fire("forum", row["decision"], rounds.action_for(do, stage, row, form.outcome), ""),
        "outcome": form.outcome,
        "outcome_on": on,
        "amended": form.amended,
        "wording": act.get("text"),
        "reason": act.get("reason"),
        "version": version,
        "sha256": row["sha256"] or dossier.item["report_sha256"],
        "call_in_waived": act.get("call_in_waived"),
        "published_on": form.published or row["published_on"],
        "called_in_on": None,
        "upheld_on": None,
        "accepted": False,
        "meeting": row["meeting"] or _sitting_of(do, row, on),
    }
    if stage.when:
        values["applies"] = True
    _must_follow(do, form, on)
    changes = [step_change(row, **values)]
    if form.outcome == "deferred":
        changes += [rounds.deferred(row, **_until(do, form, on))]
    elif form.outcome == "referred-back":
        changes += rounds.referred_back(dossier, row, stage, on)
    changes += [_condition(row, number, told) for number, told in enumerate(act.get("conditions", ()), 1)]
    return changes


def _day_decided(do: Doing, dossier: Dossier, row: Row, form: CorrectOutcome) -> date:
    decided_on: date = form.decided or form.on or row["outcome_on"]
    if decided_on > do.today:
        raise Refused(f"{day(decided_on)} lies ahead: nothing can have been resolved then.")
    before = [r for r in dossier.rounds(row["step"]) if r["outcome_on"] and r["round"] < row["round"]]
    if before and decided_on < before[-1]["outcome_on"]:
        raise Refused(
            f"{name_of(do, dossier, row)} had it before it on {day(before[-1]['outcome_on'])}: name a later day."
        )
    return decided_on


def _meeting_of(do: Doing, row: Row, on: date) -> str | None:
    """The meeting at which a corrected outcome was resolved: the one on record, unless the day shows another."""
    if on == row["outcome_on"]:
        return str(row["meeting"]) if row["meeting"] else None
    meeting = do.known.meetings.get(row["meeting"] or "")
    return _sitting_of(do, row, on) or (meeting.id if meeting and meeting.date <= on else None)


def _sitting_of(do: Doing, row: Row, on: date) -> str | None:
    """The meeting of the step's forum on the day of its outcome, if it is known."""
    for meeting in do.known.world.meetings.get(row["forum"] or "", ()):
        if meeting.date == on and meeting.state != "cancelled":
            return meeting.id
    return None


def _must_follow(do: Doing, form: RecordOutcome, on: date) -> None:
    if form.published is not None and form.published > do.today:
        raise Refused(f"The decision cannot have been published on {day(form.published)}, which lies ahead.")
    if form.published is not None and form.published < on:
        raise Refused(f"The decision cannot have been published on {day(form.published)}, before {day(on)}.")


def _until(do: Doing, form: RecordOutcome, on: date) -> dict[str, Any]:
    if form.until is None:
        return {}
    try:
        until = date.fromisoformat(form.until)
    except ValueError:
        return {"not_before_meeting": known_meeting(do, form.until)}
    if until <= on:
        raise Refused(f"A deferral on {day(on)} cannot be until {day(until)}: name a later day.")
    return {"not_before": until}


def _condition(row: Row, number: int, told: Mapping[str, Any]) -> Change:
    due = date.fromisoformat(told["due"]) if "due" in told else None
    values = {"text": told["text"], "owner": told["owner"], "due": due}
    return Change(conditions, (row["step"], row["round"], number), values, new=True)


def _without_conditions(do: Doing, dossier: Dossier, row: Row) -> list[Change]:
    where = (row["step"], row["round"])
    return [Change(conditions, key, None) for key in also(do, dossier, "conditions") if key[:2] == where]


def _keeping_call_in(change: Change, outcome: str, called_in: date | None, upheld: date | None) -> Change:
    """A call-in stands although the outcome was put right, as long as there is something to call in."""
    values = dict(change.values or {})
    if called_in and values["decision"] == "passed" and may_be_called_in(outcome):
        if upheld is None:
            values["decision"] = machine.fire("forum", values["decision"], "call-in", "")
        values |= {"called_in_on": called_in, "upheld_on": upheld}
    return Change(change.table, change.key, values)


def _said(do: Doing, dossier: Dossier, row: Row, form: RecordOutcome, on: date) -> str:
    name = name_of(do, dossier, row)
    stage = dossier.stage_of(row)
    decision = dossier.rounds(row["step"])[row["round"] - 1]["decision"]
    said = f"{name}: “{form.outcome}” on {day(on)}."
    if form.outcome == "deferred":
        return f"{said} It will be asked again, in round {row['round'] + 1}."
    if form.outcome == "referred-back":
        back = f"to {stage.refer_back_to}" if stage.refer_back_to else "to the report's author"
        return f"{said} It goes back {back} and then comes here again, in round {row['round'] + 1}."
    if decision == "fell-short" and form.outcome != "rejected":
        return f"{said} That is less than the {stage.ask} that was asked: the lead accepts it or sends it back."
    return said
