"""Keeping what was first planned, what was planned last and what happened side by side, and why days changed.

It is done in the transaction of the act, or of the day, that plans items anew, and compares with what was planned
before. A draft has no timetable yet, and one on hold is not looked at until it goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, select

from models.forecasts import timetable
from models.sessions import replacing
from models.slips import planned as lines
from models.slips import slips
from workflow.doing import Doing
from workflow.dossiers import Dossier
from workflow.happened import WHOLE, Happened, of_meeting
from workflow.plans import Plan, PlannedStep
from workflow.slip_reasons import CAUSE_OF_OUTCOME
from workflow.standing import in_order

_WATCHED: Final = ("in-progress", "complete", "rejected")
_HAS_NO_DAY: Final = ("skipped", "ended")

#: Why days move on by themselves where no meeting is waited for, until somebody acts; and what may be such a reason.
_NOBODY_ACTED: Final = frozenset(
    ("report-not-in", "notice-not-given", "outcome-missing", "earlier-step-open", "consultation-not-open")
)
_UNLESS_SOMETHING_HAPPENED: Final = frozenset(("gate", "worked-out-anew"))

#: What an outcome that was recorded wrongly has said of a day.
_OF_OUTCOMES: Final = frozenset((*CAUSE_OF_OUTCOME.values(), "another-day", "corrected"))


@dataclass(frozen=True, slots=True)
class _Day:
    """When a step takes place, or the item is done; `actual` once it has. None: no day can be given."""

    day: date | None
    actual: bool
    step: PlannedStep | None = None  # None: the whole item


@dataclass
class _Compared:
    """One item: the days as they are now, as they were, and what is written of the difference."""

    do: Doing
    dossier: Dossier
    plan: Plan
    days: Mapping[str, _Day]
    before: Mapping[str, Row[Any]]
    slipped: dict[str, dict[str, Any]] = field(default_factory=dict)  # rows of post_slips
    grown: set[str] = field(default_factory=set)  # those that only go on to drift
    taken_back: set[str] = field(default_factory=set)  # those whose newest slip a correction says never was

    @cached_property
    def stages_before(self) -> dict[str, set[str]]:
        """All stages on the way to each stage."""
        found: dict[str, set[str]] = {}
        for stage in in_order(self.dossier.route):
            found[stage.id] = set(stage.after).union(*(found[earlier] for earlier in stage.after))
        return found

    def stage_of(self, step: str) -> str:
        """The stage that a step is an instance of."""
        return str(self.dossier.step(step)["stage"])

    def done_to(self, step: str) -> Happened | None:
        """What the act did to a step itself."""
        return self.do.happened.get((self.dossier.subject, step))


def note(do: Doing, planned: Sequence[tuple[Dossier, Plan]], known_before: Collection[str]) -> None:
    """Write down what is planned for the first time, what has another day than before, and what took place."""
    watched = [(dossier, plan) for dossier, plan in planned if plan.item_state in _WATCHED]
    ids = [dossier.id for dossier, _plan in watched if dossier.id in known_before]
    before: dict[str, dict[str, Row[Any]]] = {dossier.id: {} for dossier, _plan in watched}
    for row in do.db.execute(_as_planned(), {"ids": ids}) if ids else ():
        before[row.item][row.step] = row
    new_lines: list[dict[str, Any]] = []
    new_slips: list[dict[str, Any]] = []
    for dossier, plan in watched:
        compared = _Compared(do, dossier, plan, _days(plan), before[dossier.id])
        _compare(compared)
        new_slips += compared.slipped.values()
        new_lines += _lines(compared)
    if new_lines:
        do.db.execute(replacing(lines, do.db.dialect), new_lines)
    if new_slips:
        do.db.execute(replacing(slips, do.db.dialect), new_slips)


def _days(plan: Plan) -> dict[str, _Day]:
    """The day of every step that has one or could have one, and that of the finish."""
    days = {
        step.step: _Day(step.meeting, step.basis == "actual", step)
        for step in plan.steps
        if step.state not in _HAS_NO_DAY
    }
    if plan.item_state != "rejected":
        days[WHOLE] = _Day(plan.finish, plan.item_state == "complete")
    return days


def _compare(of: _Compared) -> None:
    """Find every day that changed, and why: steps after those that they follow, the finish last."""
    changed = [name for name, now in of.days.items() if name in of.before and now.day != _was(of.before[name])]
    steps = [name for name in changed if name != WHOLE]
    if len(steps) > 1:
        steps.sort(key=lambda name: len(of.stages_before[of.stage_of(name)]))
    for name in steps:
        of.slipped[name] = _slip(of, name, _why(of, name))
    if WHOLE in changed:
        of.slipped[WHOLE] = _slip(of, WHOLE, _why_done_then(of))


def _was(line: Row[Any]) -> date | None:
    day: date | None = line.actual or line.last_planned
    return day


def _slip(of: _Compared, step: str, why: Happened) -> dict[str, Any]:
    line, now = of.before[step], of.days[step]
    row = {
        "item": of.dossier.id,
        "step": step,
        "number": line.slips + 1,
        "at": of.do.now,
        "on": why.on,
        "was": _was(line),
        "becomes": now.day,
        "cause": why.cause,
        "because": why.because,
        "code": why.code,
        "forum": now.step.forum if now.step else None,
    }
    if _goes_on_to_drift(of, step, why):
        of.grown.add(step)
        row |= {"number": line.slips, "on": line.on, "was": line.was}
    elif _takes_back(of, step, why):
        of.taken_back.add(step)
        row |= {"number": line.slips, "on": line.on, "was": line.was}
        if why.cause == "corrected" and now.day != line.was and (cause := _cause_on_record(of, step)):
            row |= {"cause": cause, "code": why.code or (line.code if cause == line.cause else None)}
    return row


def _goes_on_to_drift(of: _Compared, step: str, why: Happened) -> bool:
    """Whether a day moves on for the same reason as before: nobody has acted, and no meeting is or was waited for."""
    line, now = of.before[step], of.days[step]
    if line.slips == 0 or (line.cause, line.because, line.code) != (why.cause, why.because, why.code):
        return False
    if line.meeting is not None or (now.step is not None and now.step.basis != "computed"):
        return False
    if why.cause == "knock-on":
        return why.because in of.grown
    return why.cause in _NOBODY_ACTED or (why.cause in _UNLESS_SOMETHING_HAPPENED and not of.do.happened)


def _takes_back(of: _Compared, step: str, why: Happened) -> bool:
    """Whether the newest slip came from an outcome that a correction replaces: the two are one, from the first day."""
    line = of.before[step]
    if why.cause == "corrected":
        return line.cause in _OF_OUTCOMES
    return (line.cause, line.because) == (why.cause, why.because) and why.because in of.taken_back


def _cause_on_record(of: _Compared, step: str) -> str | None:
    """What the outcome that is on record now says of the day of a step."""
    decided = of.dossier.decided_round(step)
    outcomes = [row["outcome"] for row in of.dossier.rounds(step) if row["round"] == decided]
    told = CAUSE_OF_OUTCOME.get(outcomes[0] or "") if outcomes else None
    return told or ("another-day" if of.days[step].actual else None)


def _why(of: _Compared, step: str) -> Happened:
    """What happened to the step itself, to its meeting, to what it follows; else what did not happen in time."""
    if (own := of.done_to(step)) is not None:
        return own
    now, line = of.days[step].step, of.before[step]
    for meeting in (line.meeting, now.meeting_id if now else None):
        if meeting and (moved := of.do.happened.get(of_meeting(meeting))) is not None:
            return moved
    row = of.dossier.step(step)
    before = of.stages_before[row["stage"]]
    if row["also_after"]:
        before = before | {row["also_after"]} | of.stages_before[row["also_after"]]
    earlier = [name for name in of.slipped if of.stage_of(name) in before]
    if earlier:
        return _knock_on(of, earlier)
    if of.dossier.stage_of(row).kind == "gate":
        return Happened("gate", of.do.today)
    return _of_the_whole(of, row["forum"]) or _not_in_time(of, step, before) or _otherwise(of, step)


def _knock_on(of: _Compared, steps: Sequence[str]) -> Happened:
    """The step with which it began, of those that slipped: the one that is put off longest, where there are several."""
    latest = max(steps, key=lambda name: of.slipped[name]["becomes"] or date.max)
    slip = of.slipped[latest]
    because = slip["because"] if slip["cause"] == "knock-on" else latest
    return Happened("knock-on", slip["on"], because)


def _of_the_whole(of: _Compared, forum: str | None) -> Happened | None:
    """What happened to the item, its rules or the calendar."""
    if (own := of.done_to(WHOLE)) is not None:
        return own
    if forum in of.do.ruled_anew or (forum is None and of.do.ruled_anew):
        return Happened("rules-changed", of.do.today)
    return Happened("calendar-changed", of.do.today) if of.do.counted_anew else None


def _not_in_time(of: _Compared, step: str, before: Collection[str]) -> Happened | None:
    """What was to have been done by now and was not."""
    line, row, today = of.before[step], of.dossier.step(step), of.do.today
    owes_report = row["papers"] == "none" and not row["verbal"]
    if owes_report and line.report_due and line.report_due < today:
        return Happened("report-not-in", today)
    if line.notice_by and line.notice_by < today and row["notice_given"] is None:
        return Happened("notice-not-given", today)
    if line.last_planned and line.last_planned < today:
        return Happened("outcome-missing", today)
    for other, planned in of.days.items():
        is_before = planned.step is not None and not planned.actual and of.stage_of(other) in before
        if is_before and (planned.day is None or planned.day < today):
            return Happened("earlier-step-open", today, other)
    is_consultation = of.dossier.stage_of(row).kind == "consultation"
    return Happened("consultation-not-open", today) if is_consultation else None


def _otherwise(of: _Compared, step: str) -> Happened:
    """What the act did to another step, where it did something; else only that the day is another."""
    was, now = _was(of.before[step]), of.days[step].day
    for (subject, other), found in of.do.happened.items():
        if subject == of.dossier.subject and other != step:
            return Happened(found.cause, found.on, other, found.code)
    return Happened("earlier" if was and now and now < was else "worked-out-anew", of.do.today)


def _why_done_then(of: _Compared) -> Happened:
    """Why the item is done on another day: the decisive step that says when, or what was done to it."""
    decisive = [step for step in of.plan.steps if of.dossier.stage_of(of.dossier.step(step.step)).decisive]
    last = [step.step for step in decisive if step.effective == of.plan.finish]
    for steps in (last, [step.step for step in decisive], list(of.slipped)):
        if slipped := [step for step in steps if step in of.slipped]:
            return _knock_on(of, slipped)
    for name in (*last, *(step.step for step in decisive)):
        if (own := of.done_to(name)) is not None:
            cause = "published" if own.cause == "another-day" else own.cause
            return Happened(cause, own.on, name, own.code)
    return _of_the_whole(of, None) or _otherwise(of, WHOLE)


def _lines(of: _Compared) -> list[dict[str, Any]]:
    """The lines that are new or say something else than before."""
    found = []
    for name, now in of.days.items():
        line = of.before.get(name)
        if line is None:
            if now.day is not None and not now.actual:  # what took place before anybody looked was never planned here
                found.append(_line(of, name, now.day, now.day, None, 0))
        elif name in of.slipped or now.actual != (line.actual is not None):
            planned_last = now.day
            if now.actual:
                planned_last = line.was if name in of.taken_back else line.last_planned
            number = of.slipped[name]["number"] if name in of.slipped else line.slips
            found.append(_line(of, name, line.first_planned, planned_last, now.day if now.actual else None, number))
    return found


def _line(
    of: _Compared, step: str, first: date | None, last: date | None, actual: date | None, number: int
) -> dict[str, Any]:
    before = of.before.get(step)
    return {
        "item": of.dossier.id,
        "step": step,
        "first_planned": first,
        "first_planned_at": before.first_planned_at if before is not None else of.do.now,
        "last_planned": last,
        "actual": actual,
        "slips": number,
    }


@cache
def _as_planned() -> Select[Any]:
    """What was planned of each step, its newest slip, and what lists still show of it."""
    newest = (slips.c.item == lines.c.item) & (slips.c.step == lines.c.step) & (slips.c.number == lines.c.slips)
    shown = (timetable.c.item == lines.c.item) & (timetable.c.step == lines.c.step)
    columns = (
        *lines.c,
        slips.c.on,
        slips.c.was,
        slips.c.cause,
        slips.c.because,
        slips.c.code,
        timetable.c.meeting,
        timetable.c.report_due,
        timetable.c.notice_by,
    )
    query = select(*columns).select_from(lines.outerjoin(slips, newest).outerjoin(timetable, shown))
    return query.where(lines.c.item.in_(bindparam("ids", expanding=True)))
