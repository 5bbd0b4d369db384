"""What lists read of an item, made of its rows and its plan: one line, its timetable, its tasks, its readers.

All of it is derived, in the tables that begin with `derived_`, and may be thrown away and written again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from workflow.dossiers import Dossier
from workflow.facts import Case, World
from workflow.ledger import REDACTED
from workflow.naming import forum_name, step_name
from workflow.plans import Plan
from workflow.tasks import Task
from workflow.waiting import waiting_sentences

UNKNOWN_DAY: Final = date(9999, 12, 31)  # sorts after every day that is known
LONGEST_SORTED: Final = 120  # characters of a title by which lists sort and are searched

OPEN_STATES: Final = ("draft", "in-progress", "on-hold")
_SETTLED: Final = ("passed", "skipped", "ended")

Row = dict[str, Any]


def placeholder(item: str) -> str:
    """What stands in a stored sentence for another item, whose title not every reader may see."""
    return f"⟦{item}⟧"


def forecast_row(dossier: Dossier, case: Case, world: World, plan: Plan) -> Row:
    """The one line of an item; titles of other items in its sentences are placeholders if they are in its world."""
    item, title = dossier.item, dossier.title if dossier.title is not None else REDACTED
    next_on = next_day(plan)
    return {
        "item": dossier.id,
        "computed_for": plan.on,
        "state": plan.item_state,
        "is_open": plan.item_state in OPEN_STATES,
        "finish": plan.finish,
        "late": plan.late,
        "next_on": next_on,
        "now": list(plan.now),
        "here": here(case, world, plan),
        "waiting_for": waiting_sentences(case, world, plan),
        "title": title,
        "type": item["type"],
        "organisation": item["organisation"],
        "owner": item["owner"],
        "part": item["part"],
        "target": item["target"],
        "by_finish": plan.finish or UNKNOWN_DAY,
        "by_next": next_on or UNKNOWN_DAY,
        "by_title": sortable(title),
    }


def sortable(title: str) -> str:
    """A title as lists sort by it and are searched: without capitals, and not without end."""
    return " ".join(title.split()).casefold()[:LONGEST_SORTED]


def here(case: Case, world: World, plan: Plan) -> list[str]:
    """Where an item is now, in the names of forums and consultations; nowhere as a draft or at a gate."""
    if plan.item_state == "draft":
        return []
    steps = {step.id: step for step in case.steps}
    found: dict[str, None] = {}
    for name in plan.now:
        step = steps[name]
        if step.forum is not None:
            found[forum_name(world, step.forum) or step.forum] = None
        elif case.route.stage(step.stage).kind == "consultation":
            found[step_name(case, world, step)] = None
    return list(found)


def next_day(plan: Plan) -> date | None:
    """The next day on which something is due for an open step, or its forum meets."""
    days = [
        due
        for step in plan.steps
        if step.state not in _SETTLED
        for due in (step.notice_by, step.report_due, step.agenda_by, step.meeting)
        if due is not None and due >= plan.on
    ]
    return min(days, default=None)


def timetable_rows(dossier: Dossier, plan: Plan) -> list[Row]:
    """Where and when each step that is not settled is expected to be dealt with."""
    parts = {row["step"]: row["part"] for row in dossier.current()}
    return [
        {
            "item": dossier.id,
            "step": step.step,
            "forum": step.forum,
            "ask": step.ask,
            "label": step.state,
            "is_now": step.step in plan.now,
            "part": parts[step.step],
            "basis": step.basis,
            "meets_on": step.meeting,
            "meeting": step.meeting_id,
            "notice_by": step.notice_by,
            "report_due": step.report_due,
            "agenda_by": step.agenda_by,
            "by_day": step.meeting or UNKNOWN_DAY,
        }
        for step in plan.steps
        if step.state not in _SETTLED
    ]


def task_rows(item: str, tasks: Sequence[Task]) -> list[Row]:
    """What somebody has to do, a row for each next act."""
    return [
        {
            "holder": task.holder,
            "item": item,
            "step": task.step,
            "act": task.act,
            "detail": task.detail,
            "forum": task.forum,
            "starts": task.starts,
            "due": task.due,
            "by_due": task.due or UNKNOWN_DAY,
        }
        for task in tasks
    ]
