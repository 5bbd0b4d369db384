"""What each kind of reminder looks for in an item: one rule for each. Pure: rows, plan, rules and a day.

Most of it is what `workflow/tasks.py` finds that somebody has to do; the rest are days that follow from outcomes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from routes.spec import Days, WaitsForCheck
from workflow.clear_days import Calendar
from workflow.dossiers import Dossier, Row
from workflow.due_dates import before_meeting, calendar_at, pack_in_force
from workflow.facts import RulePack
from workflow.known import Known
from workflow.meeting_choice import known_sittings
from workflow.plans import Plan, PlannedStep
from workflow.reminders.matters import Matter
from workflow.tasks import WORDS, Task

#: An item is not idle while something is expected within so many days.
COMING: Final = timedelta(days=28)

_YOUR_TURN: Final = ("bind", "uphold", "accept", "send-back", "material", "revise")
_ONE_WORKING_DAY: Final = Days(1, "working-days")


@dataclass(frozen=True)
class Facts:
    """One item with its plan, on the plan's day. `moved_on` is the business date of the last thing that happened."""

    dossier: Dossier
    plan: Plan
    tasks: Sequence[Task]  # what somebody has to do by now, or has to have done by a day
    known: Known
    calendar: Calendar
    moved_on: date | None = None
    kept_day: Mapping[str, date | None] = field(default_factory=dict)  # the day that each matter has had so far, by id
    nobody_watched: bool = False  # it is looked at as of a day on which nothing was kept

    @cached_property
    def nowhere(self) -> frozenset[str]:
        """The steps for which no meeting is known."""
        return frozenset(step.step for step in self.plan.steps if step.basis == "none")

    def missed(self, step: str) -> date | None:
        """The day by which the report should have been there for a forum's next meeting, on which the step is not.

        None where what comes before the step was not done by then: nobody could have been in time.
        """
        planned, row = self.plan.step(step), self.dossier.step(step)
        put_off = row["not_before"] or row["not_before_meeting"] or row["round"] > 1
        if step not in self.plan.now or planned.basis == "bound" or not planned.forum or put_off:
            return None
        coming = next(known_sittings(self.known.world, planned.forum, self.plan.on, self.calendar), None)
        if coming is None or (planned.meeting is not None and planned.meeting <= coming.day):
            return None
        key_decision = self.dossier.item["key_decision"]
        counted_by = self.calendar_at(planned.forum)
        dates = before_meeting(self.pack(planned.forum, coming.day), key_decision, coming.day, counted_by)
        due, notice_by = dates.report_due, dates.notice_by
        impossible = notice_by is not None and notice_by < self.plan.on and row["notice_given"] is None
        if due is None or due >= self.plan.on or impossible:
            return None
        before = self.dossier.stage_of(row).after
        done = [one.meeting for one, of in self.steps() if of["stage"] in before and one.state == "passed"]
        return due if all(day is not None and day <= due for day in done) else None

    def calendar_at(self, forum: str | None) -> Calendar:
        """The calendar by which a forum's days are counted."""
        world = self.known.world
        return calendar_at(world, world.forums.get(forum or ""), self.calendar)

    def found(self, *acts: str) -> Iterator[Task]:
        """The tasks of these acts."""
        return (task for task in self.tasks if task.act in acts)

    def matter(self, kind: str, holder: str, step: str, day: date | None, detail: str = "", number: int = 0) -> Matter:
        """Something to be reminded of at a step, in its current round or in the one that is named."""
        row = self.dossier.step(step) if step else None
        return Matter(
            kind,
            self.dossier.id,
            holder,
            step=step,
            round=(number or int(row["round"])) if row else 0,
            detail=detail,
            forum=row["forum"] if row else None,
            day=day,
        )

    def steps(self) -> Iterator[tuple[PlannedStep, Row]]:
        """Every planned step with its row."""
        rows = {row["step"]: row for row in self.dossier.current()}
        return ((step, rows[step.step]) for step in self.plan.steps)

    def pack(self, forum: str | None, on: date) -> RulePack | None:
        """The rules that hold at a forum on a day."""
        return pack_in_force(self.known.world, self.known.world.forums.get(forum or ""), on)


def report_due(facts: Facts) -> Iterator[Matter]:
    """The report has to be with a forum by a day, for the first time, again, or in a newer version.

    Where it missed the day that it had it is overdue until that meeting is over: it may still be taken late. Where a
    forum has no further meeting there is no day either; whoever was told one hears of that.
    """
    for task in facts.found("submit"):
        matter = facts.matter("report-due", task.holder, task.step, task.due, task.detail)
        missed = facts.missed(task.step)
        if missed is not None and (facts.nobody_watched or facts.kept_day.get(matter.id) == missed):
            yield replace(matter, day=missed)
        elif task.due is not None or task.step in facts.nowhere:
            yield matter


def clearance(facts: Facts) -> Iterator[Matter]:
    """A version of the report is with a forum and an area has not cleared it."""
    for task in facts.found("clear"):
        version = facts.dossier.step(task.step)["version"]
        yield facts.matter("clearance", task.holder, task.step, task.due, f"{task.detail}/{version}")


def notice_due(facts: Facts) -> Iterator[Matter]:
    """Notice of a key decision has not been given."""
    for task in facts.found("notice"):
        yield facts.matter("notice-due", task.holder, task.step, task.due)


def private_notice_due(facts: Facts) -> Iterator[Matter]:
    """Notice that a forum is to deal with it in private has not been given."""
    for task in facts.found("private-notice"):
        yield facts.matter("private-notice-due", task.holder, task.step, task.due)


def private_notice_again_due(facts: Facts) -> Iterator[Matter]:
    """That notice has not been given again, with what was said against it and the response."""
    for task in facts.found("private-notice-again"):
        yield facts.matter("private-notice-again-due", task.holder, task.step, task.due)


def agenda_due(facts: Facts) -> Iterator[Matter]:
    """A cleared report is not on the agenda of the meeting to which it is bound."""
    for task in facts.found("agenda"):
        if task.due is not None:
            yield facts.matter("agenda-due", task.holder, task.step, task.due)


def meeting_tomorrow(facts: Facts) -> Iterator[Matter]:
    """A forum meets, and the item is bound to that meeting."""
    for step, _row in facts.steps():
        coming = step.meeting is not None and step.meeting >= facts.plan.on
        if facts.plan.item_state == "in-progress" and step.basis == "bound" and coming:
            yield facts.matter("meeting-tomorrow", f"secretary:{step.forum}", step.step, step.meeting)


def outcome_missing(facts: Facts) -> Iterator[Matter]:
    """A forum has met, or a consultation has ended, and nothing is recorded."""
    for task in facts.found("record"):
        if task.due is not None:
            yield facts.matter("outcome-missing", task.holder, task.step, task.due)


def minutes_due(facts: Facts) -> Iterator[Matter]:
    """A forum has decided, its minutes are due, and the words of the resolution are not recorded."""
    for task in facts.found(WORDS):
        yield facts.matter("minutes-due", task.holder, task.step, task.due)


def decision_to_publish(facts: Facts) -> Iterator[Matter]:
    """A decision has to be published within a time, and no publication is recorded."""
    for task in facts.found("publish"):
        yield facts.matter("decision-to-publish", task.holder, task.step, task.due)


def call_in_ending(facts: Facts) -> Iterator[Matter]:
    """A decision can still be called in: the day is the last on which it can."""
    for step, row in facts.steps():
        window = step.state == "passed" and step.forum and row["outcome_on"] and row["upheld_on"] is None
        if window and step.effective and row["outcome_on"] < step.effective and facts.plan.on < step.effective:
            last = facts.calendar_at(step.forum).back(step.effective, _ONE_WORKING_DAY)
            yield facts.matter("call-in-ending", f"secretary:{step.forum}", step.step, last)


def condition_due(facts: Facts) -> Iterator[Matter]:
    """A condition of an outcome is not met."""
    for task in facts.found("meet"):
        number = facts.dossier.decided_round(task.step) or 0
        yield facts.matter("condition-due", task.holder, task.step, task.due, task.detail, number)


def evidence_due(facts: Facts) -> Iterator[Matter]:
    """A gate waits for a check."""
    for task in facts.found("open-gate"):
        gate = facts.dossier.stage_of(facts.dossier.step(task.step)).gate
        check = gate.check if isinstance(gate, WaitsForCheck) else ""
        yield facts.matter("evidence-due", task.holder, task.step, None, check)


def consultation_closing(facts: Facts) -> Iterator[Matter]:
    """A consultation runs and has an end."""
    lead = f"lead:{facts.dossier.item['organisation']}"
    for step, row in facts.steps():
        runs = facts.plan.item_state == "in-progress" and step.step in facts.plan.now
        consulted = runs and facts.dossier.stage_of(row).kind == "consultation"
        if consulted and step.meeting is not None and step.meeting >= facts.plan.on:
            yield facts.matter("consultation-closing", lead, step.step, step.meeting)


def calendar_ends(facts: Facts) -> Iterator[Matter]:
    """A forum is to deal with the item, and neither a meeting of it is known nor when it usually meets."""
    if facts.plan.item_state != "in-progress":
        return
    dated = {step.step: step.meeting is not None or step.state in ("passed", "skipped") for step in facts.plan.steps}
    stages: dict[str, bool] = {}
    for step, row in facts.steps():
        stages[row["stage"]] = stages.get(row["stage"], True) and dated[step.step]
    for step, row in facts.steps():
        stage = facts.dossier.stage_of(row)
        waits = step.state not in ("passed", "skipped", "ended", "fell-short", "called-in") and step.basis == "none"
        ready = all(stages.get(before, True) for before in stage.after)
        if stage.kind == "meeting" and step.forum and waits and ready and facts.missed(step.step) is None:
            yield facts.matter("calendar-ends", f"secretary:{step.forum}", step.step, None)


def your_turn(facts: Facts) -> Iterator[Matter]:
    """All that somebody waited for is in, and what they do next has no day of its own.

    Where no meeting is known nothing can be done yet but to find one (`calendar_ends`).
    """
    version = facts.dossier.item["report_version"]
    for task in facts.tasks:
        if task.act in ("bind", "submit") and task.step in facts.nowhere:
            continue
        undated = task.due is None and task.act in ("submit", "agenda", "record")
        if (task.act in _YOUR_TURN or undated) and task.starts <= facts.plan.on:
            detail = f"{task.act}/{version}" if task.act in ("material", "revise") else task.act
            yield facts.matter("your-turn", task.holder, task.step, None, detail)


def idle(facts: Facts) -> Iterator[Matter]:
    """Nothing has happened for long and nothing is expected soon: the day is the last on which something did."""
    plan = facts.plan
    if facts.moved_on is None or plan.item_state not in ("draft", "in-progress", "on-hold"):
        return
    soon = plan.on + COMING
    expected = any(
        step.basis in ("bound", "computed") and step.meeting is not None and plan.on <= step.meeting <= soon
        for step in plan.steps
    )
    if plan.item_state != "in-progress" or not expected:
        yield facts.matter("idle", f"person:{facts.dossier.item['owner']}", "", facts.moved_on)
