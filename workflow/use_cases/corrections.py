"""Corrections: a mis-recorded outcome is put right, and what followed from it is made anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from models.reports import conditions
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
    RecordOutcome,
    act_of,
    comes_after,
    facts,
    made_conditions,
    must_take,
    put_off,
    resolved,
    said,
    sitting_of,
)


class CorrectOutcome(RecordOutcome):
    """What the minutes really say, and with `decided` on which day it was resolved."""

    decided: Day | None = None


def correct(do: Doing, form: CorrectOutcome) -> Done:
    """Put right what was recorded wrongly; the wrong outcome stays in the ledger.

    What followed from another kind of outcome is undone; where only the words or the day were wrong it stands.

    The forum decided on the day named with `decided`, else on the day of the correction where one is named, else
    on the day that was recorded.
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
        raise Refused(f"Nothing has been recorded for {name_of(do, dossier, row)} yet: use record.")
    decided_on = _day_decided(do, dossier, row, form)
    act = act_of(do, dossier, form)
    if decided_on != on:
        act["decided"] = decided_on.isoformat()
    recorded = row["outcome"]
    stage = dossier.stage_of(row)
    if rounds.action_for(do, stage, row, form.outcome) == rounds.action_for(do, stage, row, recorded):
        changes = _reworded(do, dossier, row, form, act, decided_on)
    else:
        changes = _undone_and_resolved(do, dossier, row, form, act, decided_on)
    do.append(dossier.subject, "corrected", on=on, step=form.step, act=act, changes=changes)
    do.touched.add(form.item)
    do.resolved.append(Resolved(form.item, form.step, corrected=True))
    was = f"It had been recorded as “{recorded}” before." if recorded != form.outcome else ""
    return Done(f"Corrected. {said(do, dossier, row, form, decided_on)} {was}".strip(), form.item)


def _reworded(
    do: Doing, dossier: Dossier, row: Row, form: CorrectOutcome, act: Mapping[str, Any], on: date
) -> list[Change]:
    """The same move in other words or on another day: whatever followed from it stands."""
    values = facts(do, dossier, row | {"meeting": _meeting_of(do, row, on)}, form, act, on)
    if row["called_in_on"] and not may_be_called_in(form.outcome):
        values |= {"called_in_on": None, "upheld_on": None}
        if row["decision"] == "called-in":
            values["decision"] = machine.fire("forum", row["decision"], "uphold", "")
    changes = [step_change(row, **values)]
    following = [later for later in dossier.rounds(form.step) if later["round"] == row["round"] + 1]
    if form.until is not None and following:
        cleared: dict[str, Any] = {"not_before": None, "not_before_meeting": None}
        changes.append(step_change(following[0], **(cleared | put_off(do, row, form, on))))
    if form.conditions and not _are_on_record(do, dossier, row, form):
        changes += [*_without_conditions(do, dossier, row), *made_conditions(row, act)]
    return changes


def _are_on_record(do: Doing, dossier: Dossier, row: Row, form: CorrectOutcome) -> bool:
    """Whether these are the conditions that were recorded: then what was done about them stands too."""
    where = (row["step"], row["round"])
    known = [of for key, of in sorted(also(do, dossier, "conditions").items()) if key[:2] == where]
    recorded = [(do.text(dossier.subject, of["text"]), of["owner"], of["due"]) for of in known]
    return recorded == [(named.text, named.owner, named.due) for named in form.conditions]


def _undone_and_resolved(
    do: Doing, dossier: Dossier, row: Row, form: CorrectOutcome, act: Mapping[str, Any], on: date
) -> list[Change]:
    """Another move than was recorded: what followed is taken back, and the right one made."""
    undone = [*rounds.undo(do, dossier, row), *_without_conditions(do, dossier, row)]
    for taken_back in undone:  # what follows from the right outcome starts from there
        dossier.change(taken_back)
    state = machine.fire("forum", row["decision"], "undo", f"{form.step} cannot be corrected now.")
    fresh = dict(row) | {"decision": state, "meeting": _meeting_of(do, row, on)}
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
    where = (row["step"], row["round"])
    return [Change(conditions, key, None) for key in also(do, dossier, "conditions") if key[:2] == where]
