"""Where decisions are, and the timetable of one: what `where` and `plan` tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from workflow.plans import Plan, PlannedStep
from workflow.queries.views import View, view
from workflow.runtime import Looking


def where(
    look: Looking,
    ids: Sequence[str] | None = None,
    *,
    forum: str | None = None,
    owner: str | None = None,
    on: date | None = None,
    known_at: datetime | None = None,
) -> list[dict[str, Any]]:
    """Each item with its state, what it waits for and its steps, as of a day; CONTRACT section 6."""
    seen = view(look, ids, on, known_at)
    found = []
    for item in seen.wanted:
        dossier = seen.dossiers[item]
        if owner is not None and dossier.item["owner"] != owner:
            continue
        if forum is not None and all(row["forum"] != forum for row in dossier.current()):
            continue
        found.append(_told(seen, item, seen.plan(item)))
    return found


def timetable(
    look: Looking,
    item: str,
    *,
    on: date | None = None,
    known_at: datetime | None = None,
    ifs: Mapping[str, date] | None = None,
) -> tuple[Plan, View]:
    """The plan of one item as of a day, with what each step's delay would mean."""
    seen = view(look, [item], on, known_at)
    return seen.plan(item, ifs, critical=True), seen


def plan_json(plan: Plan) -> dict[str, Any]:
    """A plan as `plan --json` prints it."""
    return {
        "item": plan.item,
        "on": plan.on.isoformat(),
        "finish": _iso(plan.finish),
        "target": _iso(plan.target),
        "late": plan.late,
        "problems": [
            {"code": p.code, "severity": p.severity, "step": p.step, "message": p.message} for p in plan.problems
        ],
        "steps": [plan_step_json(step) for step in plan.steps],
    }


def plan_step_json(step: PlannedStep) -> dict[str, Any]:
    """One step of a plan as it is printed."""
    return {
        "step": step.step,
        "forum": step.forum,
        "ask": step.ask,
        "state": step.state,
        "basis": step.basis,
        "meeting": _iso(step.meeting),
        "meeting_id": step.meeting_id,
        "time": step.time,
        "notice_by": _iso(step.notice_by),
        "report_due": _iso(step.report_due),
        "agenda_by": _iso(step.agenda_by),
        "effective": _iso(step.effective),
        "critical": step.critical,
    }


def _told(seen: View, item: str, plan: Plan) -> dict[str, Any]:
    row = seen.dossiers[item].item
    stages = {stage.id: stage for stage in seen.dossiers[item].route.stages}
    rounds = {current["step"]: current for current in seen.dossiers[item].current()}
    return {
        "item": item,
        "title": seen.titles.get(item, item),
        "type": row["type"],
        "state": plan.item_state,
        "owner": row["owner"],
        "organisation": row["organisation"],
        "finish": _iso(plan.finish),
        "target": _iso(plan.target),
        "late": plan.late,
        "now": list(plan.now),
        "waiting_for": seen.waiting(item, plan),
        "steps": [
            {
                "step": step.step,
                "title": stages[rounds[step.step]["stage"]].title,
                "forum": step.forum,
                "ask": step.ask,
                "state": step.state,
                "round": rounds[step.step]["round"],
                "meeting": _iso(step.meeting),
                "meeting_id": step.meeting_id,
                "time": step.time,
                "outcome": rounds[step.step]["outcome"],
                "outcome_on": _iso(rounds[step.step]["outcome_on"]),
            }
            for step in plan.steps
        ],
    }


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None
