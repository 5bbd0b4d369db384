"""Forecasts: what a list shows of each item, made anew in every act that touches it.

They follow from the facts: `plan_of` gives the same again, so they may be thrown away.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select

from models.forecasts import forecasts, revision
from models.items import items
from models.sessions import replacing
from models.steps import steps
from workflow import planner
from workflow.doing import Doing
from workflow.dossiers import Dossier
from workflow.locking import waiting_for
from workflow.plans import Plan
from workflow.shelf import cases_for, fetch_around, gates_of


def refresh(do: Doing) -> dict[str, Plan]:
    """Write down everything the act did, and plan what it touched anew; the plans by item."""
    do.flush()
    if do.world_changed:
        do.db.execute(revision.update().values(number=revision.c.number + 1))
    wanted = set(do.touched)
    if do.everything_touched:
        wanted |= set(do.db.execute(select(items.c.id).where(items.c.state != "withdrawn")).scalars())
    for forum in sorted(do.touched_forums):
        open_there = select(steps.c.item).where(steps.c.forum == forum, steps.c.decision == "open").distinct()
        wanted |= set(do.db.execute(open_there).scalars())
    wanted |= _waiting_for(do, wanted)
    fetch_around(do.db, sorted(wanted), do.dossiers)
    plans = {item: plan_of(do, do.dossiers[item]) for item in sorted(wanted)}
    if plans:
        rows = [forecast_row(plan) for plan in plans.values()]
        do.db.execute(replacing(forecasts, do.db.dialect), rows if len(rows) > 1 else rows[0])
    return plans


def plan_of(do: Doing, dossier: Dossier) -> Plan:
    """The plan of an item in hand, as of today."""
    world = do.known.world
    if gates_of(dossier):
        world = replace(world, cases=cases_for(dossier, do.dossiers))
    return planner.plan(dossier.case(), world, do.calendar, do.today, critical=False, complain=False)


def forecast_row(plan: Plan) -> dict[str, Any]:
    """What lists need of a plan."""
    return {
        "item": plan.item,
        "computed_for": plan.on,
        "state": plan.item_state,
        "finish": plan.finish,
        "late": plan.late,
        "next_on": _next_day(plan),
        "now": list(plan.now),
    }


def _next_day(plan: Plan) -> date | None:
    days = [
        day
        for step in plan.steps
        if step.state not in ("passed", "skipped", "ended")
        for day in (step.notice_by, step.report_due, step.agenda_by, step.meeting)
        if day is not None and day >= plan.on
    ]
    return min(days, default=None)


def _waiting_for(do: Doing, wanted: set[str]) -> set[str]:
    """The items whose gates look at these, and so on. A single act has those that wait for it in hand already."""
    alone = len(wanted) == 1 and not do.touched_forums
    if alone and not any(wanted & set(gates_of(dossier)) for dossier in do.dossiers.values()):
        return set()
    return waiting_for(do, wanted)
