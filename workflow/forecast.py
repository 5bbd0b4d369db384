"""Forecasts: what lists show of each item, made anew in every act that touches it.

They follow from the facts: the same rows and the same day give the same again, so they may be thrown away.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Delete, Insert, Table, bindparam, delete, insert, select, union
from sqlalchemy.exc import DBAPIError

from models import metadata
from models.forecasts import forecasts, readers, revision, tasks, timetable
from models.items import items
from models.sessions import replacing
from models.steps import steps
from workflow import planner, slips, telling_of_meetings
from workflow.doing import Doing
from workflow.dossiers import Dossier
from workflow.facts import Case, World
from workflow.listing import UNKNOWN_DAY, forecast_row, placeholder, task_rows, timetable_rows
from workflow.locking import lock_in_order, waiting_for
from workflow.logs import Log
from workflow.plans import Plan
from workflow.queries.known import read_known
from workflow.reminders.watching import Watched, watch
from workflow.shelf import cases_for, chunks, fetch_also, fetch_around, gates_of
from workflow.tasks import Task, tasks_of, wants_reports
from workflow.visibility import reader_keys_of

AT_ONCE: Final = 500  # items in one transaction of the daily run

log = Log("lists")


@dataclass(frozen=True)
class _Forecast:
    """One item planned anew: the facts, the world with what its gates look at, and what follows."""

    dossier: Dossier
    case: Case
    world: World
    plan: Plan

    @cached_property
    def tasks(self) -> list[Task]:
        """What somebody has to do next; conditions, clearances and reports count as far as the dossier holds them."""
        return tasks_of(self.dossier, self.plan)


def refresh(do: Doing) -> dict[str, Plan]:
    """Write down everything the act did, and plan what it touched anew; the plans by item."""
    do.flush()
    if do.world_changed:
        do.db.execute(revision.update().values(number=revision.c.number + 1))
    wanted = _touched(do)
    for_readers = do.readers_touched | _at_moved_forums(do)
    plans: dict[str, Plan] = {}
    for chunk in chunks(sorted(wanted)):
        plans |= _written(do, chunk, for_readers.intersection(chunk))
    _write_readers(do, for_readers - wanted)
    return plans


def refresh_stale(do: Doing, limit: int = AT_ONCE, passed_over: set[str] | None = None) -> int:
    """Bring forward items that were planned for an earlier day: so many of them, or as many as there are.

    Their number is returned: 0 says that all of them are of today. For the daily run, each call in its own transaction.
    One that cannot be planned is logged and stays as it was: it is added to `passed_over`, which the calls of one run
    share, so that the others are not held up and the run comes to its end.
    """
    passed_over = set() if passed_over is None else passed_over
    old = select(forecasts.c.item).where(forecasts.c.computed_for < do.today)
    old = old.order_by(forecasts.c.computed_for, forecasts.c.item).limit(limit + len(passed_over))
    stale = [item for item in do.db.execute(old).scalars() if item not in passed_over][:limit]
    if stale:
        lock_in_order(do, stale)
        number = do.db.execute(select(revision.c.number)).scalar_one()
        if number != do.known.revision:
            do.known = read_known(do.db, number)
        passed_over |= _brought_forward(do, sorted(stale))
    return len(stale)


def _brought_forward(do: Doing, stale: Sequence[str], for_readers: set[str] | None = None) -> set[str]:
    """Plan these items, together or else one by one; those that cannot be planned."""
    readers_of = for_readers or set()
    try:
        with do.db.begin_nested():
            _written(do, stale, readers_of.intersection(stale))
    except DBAPIError:
        raise
    except Exception as err:
        if len(stale) > 1:
            return set().union(*(_brought_forward(do, [item], readers_of) for item in stale))
        at = traceback.extract_tb(err.__traceback__)[-1]
        log.warning(
            "item not planned", item=stale[0], why=type(err).__name__, at=f"{Path(at.filename).name}:{at.lineno}"
        )
        return set(stale)
    return set()


def rebuild(do: Doing) -> int:
    """Write what lists read of items that have none of it or go by other rules, as after an upgrade; their number."""
    nothing = select(items.c.id).outerjoin(forecasts, forecasts.c.item == items.c.id).where(forecasts.c.item.is_(None))
    missing = sorted({*do.db.execute(nothing).scalars(), *_touched(do)})
    do.touched.clear()
    do.ruled_anew.clear()
    for chunk in chunks(missing):
        fetch_around(do.db, chunk, do.dossiers)
        _brought_forward(do, chunk, set(chunk))  # one that cannot be planned must not keep all from being upgraded
        do.dossiers.clear()
    return len(missing)


def plan_of(do: Doing, dossier: Dossier) -> Plan:
    """The plan of an item in hand, as of today."""
    return _forecast(do, dossier).plan


def touched(do: Doing) -> set[str]:
    """The items that an act has to plan anew; what it did so far is written down."""
    do.flush()
    return _touched(do)


def _touched(do: Doing) -> set[str]:
    wanted = set(do.touched)
    if do.ruled_anew or do.named_anew or do.renamed:
        wanted |= _set_up_otherwise(do)
    for forum in sorted(do.touched_forums):
        open_there = select(steps.c.item).where(steps.c.forum == forum, steps.c.decision == "open").distinct()
        wanted |= set(do.db.execute(open_there).scalars())
    return wanted | _waiting_for(do, wanted)


def _set_up_otherwise(do: Doing) -> set[str]:
    """What follows from other rules, decided or not, and what is still open and named otherwise in sentences."""
    ruled = select(steps.c.item).join(items, items.c.id == steps.c.item)
    ruled = ruled.where(steps.c.forum.in_(sorted(do.ruled_anew)), items.c.state != "withdrawn")
    named = select(steps.c.item).join(forecasts, forecasts.c.item == steps.c.item)
    named = named.where(steps.c.forum.in_(sorted(do.named_anew)), forecasts.c.is_open)
    own = select(forecasts.c.item).where(forecasts.c.organisation.in_(sorted(do.renamed)), forecasts.c.is_open)
    return set(do.db.execute(union(ruled, named, own)).scalars())


def _waiting_for(do: Doing, wanted: set[str]) -> set[str]:
    """The items whose gates look at these, and so on. A single act has those that wait for it in hand already."""
    alone = len(wanted) == 1 and wanted == do.touched and not (do.touched_forums or do.counted_anew)
    if alone and not any(wanted & set(gates_of(dossier)) for dossier in do.dossiers.values()):
        return set()
    return waiting_for(do, wanted)


def _at_moved_forums(do: Doing) -> set[str]:
    """Whoever belongs to an organisation sees what its forums deal with, or once did."""
    if not do.moved_forums:
        return set()
    query = select(steps.c.item).where(steps.c.forum.in_(sorted(do.moved_forums))).distinct()
    return set(do.db.execute(query).scalars())


def _forecast(do: Doing, dossier: Dossier) -> _Forecast:
    world = do.known.world
    if gates_of(dossier):
        cases = cases_for(dossier, do.dossiers)
        world = replace(world, cases={item: _unnamed(case) for item, case in cases.items()})
    case = dossier.case()
    plan = planner.plan(case, world, do.calendar, do.today, critical=False, complain=False)
    return _Forecast(dossier, case, world, plan)


def _unnamed(case: Case) -> Case:
    """Another item as stored sentences speak of it: its title is filled in for those who may see it."""
    return replace(case, item=replace(case.item, title=placeholder(case.item.id)))


def _written(do: Doing, ids: Sequence[str], for_readers: set[str]) -> dict[str, Plan]:
    """Plan these items and write what lists read of them; the plans by item."""
    fetch_around(do.db, ids, do.dossiers)
    dossiers = [do.dossiers[item] for item in ids]
    for table in ("conditions", "clearances"):
        _have(do, table, dossiers)
    _have(do, "reports", [dossier for dossier in dossiers if wants_reports(dossier)])
    made = [_forecast(do, dossier) for dossier in dossiers]
    known_before = [item for item in ids if item not in do.created]
    telling_of_meetings.note(do, [(of.dossier, of.case, of.plan) for of in made])
    slips.note(do, [(of.dossier, of.plan) for of in made], known_before)
    reminded = watch(do, [Watched(of.dossier, of.plan, of.tasks) for of in made], new=not known_before)
    _replace(do, forecasts, [_row(of, of.dossier.id in reminded) for of in made])
    _rewrite(do, timetable, known_before, (row for of in made for row in timetable_rows(of.dossier, of.plan)))
    _rewrite(do, tasks, known_before, (row for of in made for row in task_rows(of.dossier.id, of.tasks)))
    _write_readers(do, for_readers)
    return {of.plan.item: of.plan for of in made}


def _row(of: _Forecast, reminded: bool) -> Mapping[str, Any]:
    """An item that is closed and of which nobody is reminded any more need not be planned anew each day."""
    row = forecast_row(of.dossier, of.case, of.world, of.plan)
    return row if row["is_open"] or reminded else {**row, "computed_for": UNKNOWN_DAY}


def _write_readers(do: Doing, ids: Iterable[str]) -> None:
    for chunk in chunks(sorted(ids)):
        fetch_around(do.db, chunk, do.dossiers)
        dossiers = [do.dossiers[item] for item in chunk]
        _have(do, "conditions", dossiers)
        before = [item for item in chunk if item not in do.created]
        keys = ({"reader": key, "item": of.id} for of in dossiers for key in sorted(reader_keys_of(of, do.known)))
        _rewrite(do, readers, before, keys)


def _have(do: Doing, table: str, dossiers: Sequence[Dossier]) -> None:
    if any(table not in dossier.rows for dossier in dossiers):
        fetch_also(do.db, table, dossiers)


def _replace(do: Doing, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        do.db.execute(replacing(table, do.db.dialect), rows if len(rows) > 1 else rows[0])


def _rewrite(do: Doing, table: Table, ids: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """These items' rows in place of those that they had."""
    if ids:
        do.db.execute(_clear(table.name, len(ids) == 1), {"item": ids[0]} if len(ids) == 1 else {"ids": ids})
    if new := list(rows):
        do.db.execute(_insert_into(table.name), new)


@cache
def _clear(name: str, one: bool) -> Delete:
    item = metadata.tables[name].c.item
    where = item == bindparam("item") if one else item.in_(bindparam("ids", expanding=True))
    return delete(metadata.tables[name]).where(where)


@cache
def _insert_into(name: str) -> Insert:
    return insert(metadata.tables[name]).inline()
