"""Corrections: a mis-recorded outcome is put right, and what followed from it is made anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from models.reports import conditions
from routes.schema import unsuitable
from workflow import machine
from workflow.authority import require
from workflow.doing import Doing, Resolved
from workflow.dossiers import Dossier, Row
from workflow.due_dates import may_be_called_in
from workflow.errors import Refused, day
from workflow.ledger import Change
from workflow.shapes import Day
from workflow.shelf import also, hand_over
from workflow.use_cases import rounds
from workflow.use_cases.acting import Done, business_day, matter, must_run, name_of, reason_for, step_change
from workflow.use_cases.outcomes import (
    ConditionForm,
    RecordOutcome,
    act_of,
    beside,
    comes_after,
    facts,
    made_conditions,
    must_take,
    put_off,
    resolved,
    said,
    sitting_of,
)


def _each_once(names: list[str]) -> list[str]:
    return sorted(set(names))


class CorrectOutcome(RecordOutcome):
    """What the minutes really say, and with `decided` on which day it was resolved.

    Of conditions, publication, until when it was deferred and the breach of a rule, what is not named stays as it
    is on record, unless it is `cleared`: then it is taken away.
    """

    decided: Day | None = None
    cleared: Annotated[
        list[Literal["conditions", "published", "until", "breach"]],
        Field(default_factory=list),
        AfterValidator(_each_once),
    ]

    @model_validator(mode="after")
    def says_one_thing(self) -> CorrectOutcome:
        """Nothing is named and taken away at once."""
        for name in self.cleared:
            if getattr(self, name):
                raise unsuitable(f"“{name}” is named and cleared at once: say one of the two")
        if "until" in self.cleared and self.outcome != "deferred":
            raise unsuitable("“until” goes with the outcome deferred only")
        return self


def correct(do: Doing, form: CorrectOutcome) -> Done:
    """Put right what was recorded wrongly; the wrong outcome stays in the ledger.

    What followed from another kind of outcome is undone; where only the words or the day were wrong it stands.

    The forum decided on the day named with `decided`, else on the day of the correction where one is named, else
    on the day that was recorded. What was done about a condition stands where it is named again as it was.
    """
    dossier = hand_over(do, form.item)
    rows = [row for row in dossier.rounds(form.step) if row["outcome"] is not None]
    row = rows[-1] if rows else dossier.step(form.step)
    on = business_day(do, form)
    must_take(dossier, row, form.outcome)
    require(do, "correct", matter(dossier, row))
    reason_for(form, "correct an outcome")
    must_run(dossier, "correct it")
    if not rows:
        raise Refused(f"Nothing has been recorded for {name_of(do, dossier, row)} yet: record it first.")
    decided_on = _day_decided(do, dossier, row, form)
    act = act_of(do, dossier, form)
    if decided_on != on:
        act["decided"] = decided_on.isoformat()
    if form.cleared:
        act["cleared"] = form.cleared
    recorded, published = row["outcome"], row["published_on"]
    before = _conditions_of(do, dossier, row)
    _must_be_there_to_clear(do, dossier, row, form, before)
    stage = dossier.stage_of(row)
    if rounds.action_for(do, stage, row, form.outcome) == rounds.action_for(do, stage, row, recorded):
        changes = _reworded(do, dossier, row, form, act, decided_on)
    else:
        changes = _undone_and_resolved(do, dossier, row, form, act, decided_on)
    changes, lost = _with_what_was_met(do, dossier, form, changes, before)
    do.append(dossier.subject, "corrected", on=on, step=form.step, act=act, changes=changes)
    do.touched.add(form.item)
    do.resolved.append(Resolved(form.item, form.step, corrected=True))
    told = ["Corrected.", said(do, dossier, row, form, decided_on)]
    if recorded != form.outcome:
        told.append(f"It had been recorded as “{recorded}” before.")
    if "published" in form.cleared:
        told.append(f"The day of publication on record, {day(published)}, is taken away.")
    if "breach" in form.cleared:
        told.append("Why it was decided without the notice due is taken away.")
    if "until" in form.cleared:
        told.append("It may come to the next meeting that suits.")
    told += _said_of_conditions(before, _conditions_of(do, dossier, row), lost)
    return Done(" ".join(told), form.item)


def _reworded(
    do: Doing, dossier: Dossier, row: Row, form: CorrectOutcome, act: Mapping[str, Any], on: date
) -> list[Change]:
    """The same move in other words or on another day: whatever followed from it stands."""
    left = row | _without_what_is_cleared(form) | {"meeting": _meeting_of(do, row, on)}
    values = facts(do, dossier, left, form, act, on)
    if row["called_in_on"] and not may_be_called_in(form.outcome):
        values |= {"called_in_on": None, "upheld_on": None}
        if row["decision"] == "called-in":
            values["decision"] = machine.fire("forum", row["decision"], "uphold", "")
    changes = [step_change(row, **values), *beside(do, dossier, row, act, on)]
    following = [later for later in dossier.rounds(form.step) if later["round"] == row["round"] + 1]
    if (form.until is not None or "until" in form.cleared) and following:
        at_once: dict[str, Any] = {"not_before": None, "not_before_meeting": None}
        changes.append(step_change(following[0], **(at_once | put_off(do, row, form, on))))
    if "conditions" in form.cleared or (form.conditions and not _are_on_record(do, dossier, row, form)):
        changes += [*_without_conditions(do, dossier, row), *made_conditions(row, act)]
    return changes


def _without_what_is_cleared(form: CorrectOutcome) -> dict[str, Any]:
    return {"published_on": None} if "published" in form.cleared else {}


def _must_be_there_to_clear(
    do: Doing, dossier: Dossier, row: Row, form: CorrectOutcome, recorded: Sequence[Row]
) -> None:
    name = name_of(do, dossier, row)
    if "conditions" in form.cleared and not recorded:
        raise Refused(f"No conditions are on record for {name}, so there are none to take away.")
    if "published" in form.cleared and row["published_on"] is None:
        raise Refused(f"No day of publication is on record for {name}, so there is none to take away.")
    if "breach" in form.cleared and row["breach_on"] is None:
        raise Refused(f"That {name} decided without the notice due is not on record, so there is nothing to take away.")
    following = [later for later in dossier.rounds(row["step"]) if later["round"] == row["round"] + 1]
    put_off_until = following and (following[0]["not_before"] or following[0]["not_before_meeting"])
    if "until" in form.cleared and not (row["outcome"] == "deferred" and put_off_until):
        raise Refused(f"{name} has not put it off until a day or a meeting, so there is nothing to take away.")


def _conditions_of(do: Doing, dossier: Dossier, row: Row) -> list[Row]:
    """The conditions of a round's outcome, in order."""
    where = (row["step"], row["round"])
    return [of for key, of in sorted(also(do, dossier, "conditions").items()) if key[:2] == where]


def _are_on_record(do: Doing, dossier: Dossier, row: Row, form: CorrectOutcome) -> bool:
    """Whether these are the conditions that were recorded: then nothing about them changes."""
    recorded = _conditions_of(do, dossier, row)
    return len(recorded) == len(form.conditions) and all(
        _is_named(do, dossier, of, named) for of, named in zip(recorded, form.conditions, strict=True)
    )


def _is_named(do: Doing, dossier: Dossier, recorded: Row, named: ConditionForm) -> bool:
    known = do.text(dossier.subject, recorded["text"])
    return (known, recorded["owner"], recorded["due"]) == (named.text, named.owner, named.due)


def _with_what_was_met(
    do: Doing, dossier: Dossier, form: CorrectOutcome, changes: Sequence[Change], before: Sequence[Row]
) -> tuple[list[Change], list[Row]]:
    """The changes, in which a condition that is named again as it was stays met; those that were met and are gone."""
    gone = {change.key for change in changes if change.table is conditions and change.values is None}
    met = [of for of in before if of["met_on"] and (of["step"], of["round"], of["number"]) in gone]
    found = []
    for change in changes:
        if change.table is conditions and change.values is not None:
            named = form.conditions[change.key[2] - 1]  # type: ignore[operator]
            same = next((of for of in met if _is_named(do, dossier, of, named)), None)
            if same is not None:
                met.remove(same)
                done = {"met_on": same["met_on"], "evidence": same["evidence"]}
                change = replace(change, values={**change.values, **done})
        found.append(change)
    return found, met


def _said_of_conditions(before: Sequence[Row], after: Sequence[Row], lost: Sequence[Row]) -> list[str]:
    """That conditions are taken away, and which of them had been met already."""
    told = []
    if before and not after:
        away = "condition on record is" if len(before) == 1 else f"{len(before)} conditions on record are"
        told.append(f"The {away} taken away.")
    ended = " and is not among them any more" if after else ""
    return told + [f"Condition {of['number']} had been met on {day(of['met_on'])}{ended}." for of in lost]


def _undone_and_resolved(
    do: Doing, dossier: Dossier, row: Row, form: CorrectOutcome, act: Mapping[str, Any], on: date
) -> list[Change]:
    """Another move than was recorded: what followed is taken back, and the right one made."""
    undone = [*rounds.undo(do, dossier, row), *_without_conditions(do, dossier, row)]
    for taken_back in undone:  # what follows from the right outcome starts from there
        dossier.change(taken_back)
    state = machine.fire("forum", row["decision"], "undo", f"{name_of(do, dossier, row)} cannot be corrected now.")
    fresh = row | _without_what_is_cleared(form) | {"decision": state, "meeting": _meeting_of(do, row, on)}
    nothing_followed = step_change(row, called_in_on=None, upheld_on=None, accepted=False)
    return [*undone, nothing_followed, *resolved(do, dossier, fresh, form, act, on)]


def _day_decided(do: Doing, dossier: Dossier, row: Row, form: CorrectOutcome) -> date:
    decided_on: date = form.decided or form.on or row["outcome_on"]
    if decided_on > do.today:
        raise Refused(f"{day(decided_on)} lies ahead: nothing can have been resolved then.")
    before = [r for r in dossier.rounds(row["step"]) if r["outcome_on"] and r["round"] < row["round"]]
    if before and not comes_after(decided_on, before[-1]):
        raise Refused(
            f"{name_of(do, dossier, row)} resolved “{before[-1]['outcome']}” on {day(before[-1]['outcome_on'])}, and "
            f"“{row['outcome']}” only after that: name a later day."
        )
    return decided_on


def _meeting_of(do: Doing, row: Row, on: date) -> str | None:
    """The meeting at which a corrected outcome was resolved: the one on record, unless the day shows another."""
    if on == row["outcome_on"]:
        return str(row["meeting"]) if row["meeting"] else None
    meeting = do.known.meetings.get(row["meeting"] or "")
    return sitting_of(do, row, on) or (meeting.id if meeting and meeting.date <= on else None)


def _without_conditions(do: Doing, dossier: Dossier, row: Row) -> list[Change]:
    return [
        Change(conditions, (of["step"], of["round"], of["number"]), None) for of in _conditions_of(do, dossier, row)
    ]
