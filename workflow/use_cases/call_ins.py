"""Call-in: a decision of an executive that was made and not yet acted on is looked at again."""

from __future__ import annotations

from datetime import date

from workflow import machine
from workflow.authority import require
from workflow.doing import Doing
from workflow.dossiers import Dossier, Row
from workflow.due_dates import may_be_called_in, pack_in_force
from workflow.errors import Refused, day
from workflow.shelf import hand_over
from workflow.standing import takes_effect
from workflow.use_cases import rounds
from workflow.use_cases.acting import Done, StepAct, business_day, matter, must_run, name_of, reason_told, step_change


class CallIn(StepAct):
    """A decision is called in; the reason may be given."""


def call_in(do: Doing, form: CallIn) -> Done:
    """Suspend a decision within its call-in window; it may be entered late, as long as it was made in time."""
    dossier, row, on = _step(do, form, "call-in")
    name = name_of(do, dossier, row)
    if row["decision"] == "called-in":
        raise Refused(f"The decision of {name} is called in already.")
    if row["decision"] != "passed":
        raise Refused(f"{name} has made no decision that could be called in.")
    if row["no_call_in"] or row["upheld_on"]:
        raise Refused(f"The decision of {name} has been through a call-in; it cannot be called in twice.")
    if row["call_in_waived"]:
        raise Refused(f"{name} waived call-in for this decision, with its reason in the resolution.")
    _must_be_in_window(do, dossier, row, on)
    state = machine.fire("forum", row["decision"], "call-in", "")
    _note(do, dossier, form, "called-in", on, decision=state, called_in_on=on)
    return Done(f"The decision of {name} is called in: it has no effect until upheld or decided again.", form.item)


def uphold(do: Doing, form: CallIn) -> Done:
    """The decision stands after the call-in and takes effect that day."""
    dossier, row, on = _called_in(do, form, "uphold")
    state = machine.fire("forum", row["decision"], "uphold", "")
    _note(do, dossier, form, "upheld", on, decision=state, upheld_on=on)
    return Done(f"The decision of {name_of(do, dossier, row)} is upheld, effective {day(on)}.", form.item)


def reconsider(do: Doing, form: CallIn) -> Done:
    """The forum has to decide again; that decision has no second call-in window."""
    dossier, row, on = _called_in(do, form, "reconsider")
    state = machine.fire("forum", row["decision"], "reconsider", "")
    changes = rounds.again(row, state, no_call_in=True, not_before=on)
    do.append(
        dossier.subject,
        "reconsidered",
        on=on,
        step=form.step,
        act=reason_told(do, dossier.subject, form),
        changes=changes,
    )
    do.touched.add(form.item)
    return Done(f"{name_of(do, dossier, row)} has to decide again, in round {row['round'] + 1}.", form.item)


def _step(do: Doing, form: CallIn, action: str) -> tuple[Dossier, Row, date]:
    dossier = hand_over(do, form.item)
    row = dossier.step(form.step)
    on = business_day(do, form)
    require(do, action, matter(dossier, row))
    must_run(dossier, action)
    return dossier, row, on


def _called_in(do: Doing, form: CallIn, action: str) -> tuple[Dossier, Row, date]:
    dossier, row, on = _step(do, form, action)
    name = name_of(do, dossier, row)
    if row["decision"] != "called-in":
        raise Refused(f"The decision of {name} is not called in, so there is nothing to {action}.")
    if on < row["called_in_on"]:
        raise Refused(f"It was called in only on {day(row['called_in_on'])}, after {day(on)}.")
    return dossier, row, on


def _must_be_in_window(do: Doing, dossier: Dossier, row: Row, on: date) -> None:
    name = name_of(do, dossier, row)
    forum = do.known.world.forums.get(row["forum"] or "")
    pack = pack_in_force(do.known.world, forum, row["outcome_on"])
    if pack is None or not pack.executive or pack.call_in is None:
        raise Refused(f"The rules of {name} know no call-in.")
    if not may_be_called_in(row["outcome"]):
        raise Refused(f"{name} only resolved “{row['outcome']}”, which cannot be called in.")
    if on < row["outcome_on"]:
        raise Refused(f"{name} decided only on {day(row['outcome_on'])}, after {day(on)}.")
    step = next(step for step in dossier.case().steps if step.id == row["step"])
    closes = takes_effect(step, dossier.stage_of(row), do.known.world, do.calendar)
    if on >= closes:
        raise Refused(f"The call-in window of {name} has closed: its decision is effective since {day(closes)}.")


def _note(do: Doing, dossier: Dossier, form: CallIn, kind: str, on: date, **values: object) -> None:
    change = step_change(dossier.step(form.step), **values)
    do.append(
        dossier.subject, kind, on=on, step=form.step, act=reason_told(do, dossier.subject, form), changes=[change]
    )
    do.touched.add(form.item)
