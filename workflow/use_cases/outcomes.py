"""What a forum resolved: recorded, corrected, accepted though weaker than asked, or sent back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Literal

from pydantic import Field, model_validator

from models.reports import conditions
from routes.schema import unsuitable
from workflow import machine
from workflow.authority import require
from workflow.clocks.recording import decided_without_notice, rules_not_kept
from workflow.doing import Doing, Resolved
from workflow.dossiers import Dossier, Row
from workflow.errors import AlreadyDecided, Refused, Unknown, day
from workflow.ledger import Change
from workflow.shapes import Day, Id, Shape, Text, Title
from workflow.shelf import hand_over
from workflow.slip_reasons import Code
from workflow.use_cases import rounds
from workflow.use_cases.acting import (
    Done,
    StepAct,
    business_day,
    code_told,
    known_meeting,
    matter,
    must_not_have_ended,
    must_run,
    name_of,
    reason_for,
    standing_of,
    step_change,
)
from workflow.use_cases.beside_outcomes import breach, stays_breached, waiver

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
    """What the minutes say. `until` is a date or the id of a meeting, for a deferral; `code` says why it slips.

    `breach` says why it was decided although notice was not given as the rules ask.
    """

    outcome: Outcome
    text: Text | None = None
    amended: bool = False
    conditions: list[ConditionForm] = Field(default_factory=list, max_length=200)
    until: str | None = None
    published: Day | None = None
    call_in_waived: Text | None = None
    waiver_agreed_by: Title | None = None
    breach: Text | None = None
    code: Code | None = None

    @model_validator(mode="after")
    def fits_together(self) -> RecordOutcome:
        """What belongs to one kind of outcome only is refused with the others."""
        if self.until is not None and self.outcome != "deferred":
            raise unsuitable("“until” goes with the outcome deferred only")
        if self.code is not None and self.outcome not in ("deferred", "referred-back"):
            raise unsuitable("“code”, why it slips, goes with the outcomes deferred and referred-back only")
        if self.waiver_agreed_by and not self.call_in_waived:
            raise unsuitable("who agreed to waive call-in goes with the reason why it is waived")
        if self.breach and self.outcome in ("deferred", "referred-back"):
            raise unsuitable(f"nothing was decided with {self.outcome}, so “breach” does not go with it")
        if self.conditions and self.outcome in ("deferred", "referred-back", "rejected"):
            raise unsuitable(f"conditions do not go with the outcome {self.outcome}")
        return self


class StepReason(StepAct):
    """An act on a step that needs a reason."""


def record(do: Doing, form: RecordOutcome) -> Done:
    """Record what a forum resolved on one step, or refuse with the reason why it cannot be."""
    dossier = hand_over(do, form.item)
    row = dossier.step(form.step)
    on = business_day(do, form)
    must_take(dossier, row, form.outcome)
    require(do, "record", matter(dossier, row))
    must_run(dossier, "record what was resolved")
    if row["decision"] != "open":
        raise AlreadyDecided(_who_was_first(do, dossier, row))
    _must_still_count(do, dossier, row, on)
    _must_be_over(do, dossier, row, on)
    act = act_of(do, dossier, form)
    changes = resolved(do, dossier, row, form, act, on)
    do.append(dossier.subject, "recorded", on=on, step=form.step, act=act, changes=changes)
    do.touched.add(form.item)
    do.resolved.append(Resolved(form.item, form.step))
    sentences = (said(do, dossier, row, form, on), _not_kept(do, dossier, form.step))
    return Done(" ".join(sentence for sentence in sentences if sentence), form.item)


def _not_kept(do: Doing, dossier: Dossier, step_id: str) -> str:
    """Which rules on notice and agenda were not kept, as far as is on record; it is recorded all the same."""
    row = dossier.step(step_id)
    of_an_executive = dossier.item["key_decision"] or "II" in (row["part"], dossier.item["part"])
    if row["outcome"] is None or not (of_an_executive or row["submitted_on"] or row["agenda_on"]):
        return ""
    case = dossier.case()
    step = next(step for step in case.steps if step.id == step_id)
    return rules_not_kept(case, step, do.known.world, do.calendar, do.today)


def lacks_reason(do: Doing, form: RecordOutcome) -> bool:
    """Whether it was decided, with this outcome, without a notice due, and nothing on record says why."""
    dossier = hand_over(do, form.item)
    row, number = dossier.step(form.step), dossier.decided_round(form.step)
    if row["round"] != number or row["breach_on"] is not None:
        return False  # it was deferred, so nothing was decided; or it is explained
    case = dossier.case()
    step = next(step for step in case.steps if step.id == form.step)
    return decided_without_notice(case, step, do.known.world, do.calendar, do.today)


def accept(do: Doing, form: StepReason) -> Done:
    """The lead takes an outcome that is weaker than what was asked; the step passes with it."""
    dossier, row, on = _fell_short(do, form, "accept")
    stage = dossier.stage_of(row)
    if stage.decisive:
        name = name_of(do, dossier, row)
        raise Refused(f"{name} takes a decisive step: “{row['outcome']}” cannot stand for it. Send it back instead.")
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
    must_not_have_ended(do, dossier, action.replace("-", " "))
    if row["decision"] != "fell-short":
        name = name_of(do, dossier, row)
        resolved = f"resolved “{row['outcome']}”" if row["outcome"] else "not resolved it yet"
        there_is = "nothing weaker to accept" if action == "accept" else "nothing to send back"
        raise Refused(f"{name} has not fallen short of what it was asked: it has {resolved}, so there is {there_is}.")
    if on < row["outcome_on"]:
        raise Refused(f"{name_of(do, dossier, row)} resolved it only on {day(row['outcome_on'])}, after {day(on)}.")
    return dossier, row, on


def must_take(dossier: Dossier, row: Row, outcome: str) -> None:
    """Refused where nobody resolves anything, or not this."""
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
        name = name_of(do, dossier, row)
        raise Refused(f"The step of {name} does not apply to this item: its condition in the route is not met.")
    if standing.item_state == "complete" and standing.completed_on is not None:
        raise Refused(f"The item was complete on {day(standing.completed_on)}; nothing more can be recorded.")
    if standing.item_state == "rejected":
        ended = max(r["outcome_on"] for r in dossier.current() if r["outcome"] == "rejected")
        if on > ended:
            raise Refused(f"The item was rejected on {day(ended)}; nothing more can be recorded for it.")
    earlier = [r for r in dossier.rounds(row["step"]) if r["outcome_on"] and r["round"] < row["round"]]
    if not earlier:
        return
    not_asked_yet = row["not_before"] is not None and on < row["not_before"]
    if (not_asked_yet and on == earlier[-1]["outcome_on"]) or not comes_after(on, earlier[-1]):
        raise AlreadyDecided(_who_was_first(do, dossier, earlier[-1]))


def comes_after(on: date, earlier: Row) -> bool:
    """Whether a day can be that of the round after an earlier one: what was put off is not resolved that same day."""
    if earlier["outcome"] in ("deferred", "referred-back"):
        return bool(on > earlier["outcome_on"])
    return bool(on >= earlier["outcome_on"])


def _must_be_over(do: Doing, dossier: Dossier, row: Row, on: date) -> None:
    """A meeting is over for recording from its own day on."""
    meeting = do.known.meetings.get(row["meeting"] or "")
    if meeting is None or meeting.state == "cancelled" or meeting.date <= on:
        return
    name = name_of(do, dossier, row)
    raise Refused(
        f"{name} meets on {day(meeting.date)}, after {day(on)}. "
        "Record it from that day on, or take it off that meeting if it was dealt with at another."
    )


def _who_was_first(do: Doing, dossier: Dossier, row: Row) -> str:
    who = do.recorded_by(dossier.subject, row["step"]) or "Somebody"
    person = do.known.people.get(who)
    return (
        f"{person.name if person else who} has already recorded “{row['outcome']}” for "
        f"{name_of(do, dossier, row)} on {day(row['outcome_on'])}. It stands; if it is wrong, correct it with a reason."
    )


def act_of(do: Doing, dossier: Dossier, form: RecordOutcome) -> dict[str, Any]:
    """The act as the ledger keeps it: free text by its digest, nothing that was not said."""
    subject = dossier.subject
    act: dict[str, Any] = {"outcome": form.outcome, **code_told(form)}
    for name in ("text", "reason", "call_in_waived", "waiver_agreed_by", "breach"):
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


def resolved(
    do: Doing, dossier: Dossier, row: Row, form: RecordOutcome, act: Mapping[str, Any], on: date
) -> list[Change]:
    """The rows after an outcome of an open round, with the rounds that follow from it."""
    stage = dossier.stage_of(row)
    decision = machine.fire("forum", row["decision"], rounds.action_for(do, stage, row, form.outcome), "")
    changes = [step_change(row, decision=decision, **facts(do, dossier, row, form, act, on))]
    if form.outcome == "deferred":
        changes += [rounds.deferred(row, **put_off(do, row, form, on))]
    elif form.outcome == "referred-back":
        changes += rounds.referred_back(dossier, row, stage, on)
    return [*changes, *made_conditions(row, act), *beside(do, dossier, row, act, on)]


def beside(do: Doing, dossier: Dossier, row: Row, act: Mapping[str, Any], on: date) -> list[Change]:
    """What is kept beside an outcome, of which the row has only that it is there."""
    return [*waiver(do, dossier, row, act, on), *breach(do, dossier, row, act, on)]


def facts(
    do: Doing, dossier: Dossier, row: Row, form: RecordOutcome, act: Mapping[str, Any], on: date
) -> dict[str, Any]:
    """What a round's row says of its outcome, whatever that leads to."""
    published = form.published or row["published_on"]
    _must_be_published_in_time(do, published, on)
    values: dict[str, Any] = {
        "outcome": form.outcome,
        "outcome_on": on,
        "amended": form.amended,
        "wording": act.get("text"),
        "reason": act.get("reason"),
        "version": row["version"] or dossier.item["report_version"],
        "sha256": row["sha256"] or dossier.item["report_sha256"],
        "call_in_waived": act.get("call_in_waived"),
        "published_on": published,
        "breach_on": on if stays_breached(row, act) else None,
        "meeting": row["meeting"] or sitting_of(do, row, on),
    }
    if dossier.stage_of(row).when:
        values["applies"] = True
    return values


def sitting_of(do: Doing, row: Row, on: date) -> str | None:
    """The meeting of the step's forum on the day of its outcome, if it is known."""
    for meeting in do.known.world.meetings.get(row["forum"] or "", ()):
        if meeting.date == on and meeting.state != "cancelled":
            return meeting.id
    return None


def _must_be_published_in_time(do: Doing, published: date | None, on: date) -> None:
    """Refused where the day of publication, named or on record already, lies ahead or before the decision."""
    if published is not None and published > do.today:
        raise Refused(f"The decision cannot have been published on {day(published)}, which lies ahead.")
    if published is not None and published < on:
        raise Refused(f"The decision cannot have been published on {day(published)}, before {day(on)}.")


def put_off(do: Doing, row: Row, form: RecordOutcome, on: date) -> dict[str, Any]:
    """Until when a deferral puts the next round off: a day, or a later meeting of the same forum."""
    if form.until is None:
        return {}
    try:
        until = date.fromisoformat(form.until)
    except ValueError:
        return {"not_before_meeting": _later_meeting(do, row, form.until, on)}
    if until <= on:
        raise Refused(f"A deferral on {day(on)} cannot be until {day(until)}: name a later day.")
    return {"not_before": until}


def _later_meeting(do: Doing, row: Row, name: str, on: date) -> str:
    meeting = do.known.meetings[known_meeting(do, name)]
    if row["forum"] not in meeting.forums:
        raise Refused(f"{name} is not a meeting of {do.known.forum_name(row['forum'])}, which deferred it.")
    if meeting.state == "cancelled":
        raise Refused(f"The meeting {name} is cancelled: name another one, or a day.")
    if meeting.date <= on:
        raise Refused(f"A deferral on {day(on)} cannot be until {name} on {day(meeting.date)}: name a later meeting.")
    return name


def made_conditions(row: Row, act: Mapping[str, Any]) -> list[Change]:
    """The conditions that an outcome is subject to, numbered as they were named."""
    return [_condition(row, number, told) for number, told in enumerate(act.get("conditions", ()), 1)]


def _condition(row: Row, number: int, told: Mapping[str, Any]) -> Change:
    due = date.fromisoformat(told["due"]) if "due" in told else None
    values = {"text": told["text"], "owner": told["owner"], "due": due}
    return Change(conditions, (row["step"], row["round"], number), values, new=True)


def said(do: Doing, dossier: Dossier, row: Row, form: RecordOutcome, on: date) -> str:
    """What was recorded, and what happens next because of it."""
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
