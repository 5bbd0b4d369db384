"""Facts as of a day: from the rows as they are, or folded from the ledger for another day.

What has a business date after the day has not happened; what has none always counts. `known_at` leaves out
what was recorded later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select

from models import metadata
from models.items import items
from models.ledger import events
from models.organisations import routes
from workflow import ledger, planner
from workflow.clear_days import Calendar
from workflow.dossiers import Dossier
from workflow.errors import Unknown
from workflow.known import Known, assemble
from workflow.ledger import Rows
from workflow.plans import Plan
from workflow.queries.known import TABLES
from workflow.runtime import Looking
from workflow.shelf import cases_for, chunks, fetch_around, fetch_conditions, gates_of, route_of, titles


@dataclass
class View:
    """Items in hand as of a day, and everything that their plans need."""

    look: Looking
    on: date
    known: Known
    dossiers: dict[str, Dossier]
    titles: Mapping[str, str]
    wanted: Sequence[str]  # those asked for; the others are what their gates look at

    @property
    def calendar(self) -> Calendar:
        """The calendar as it was known then."""
        return self.known.calendar(self.look.calendar)

    def plan(self, item: str, ifs: Mapping[str, date] | None = None, critical: bool = False) -> Plan:
        """The plan of one item."""
        dossier = self.dossiers[item]
        world = self.known.world
        if gates_of(dossier):
            world = replace(world, cases=cases_for(dossier, self.dossiers, dict(self.titles)))
        case = dossier.case(self.titles.get(item), self.on)
        return planner.plan(case, world, self.calendar, self.on, ifs or {}, critical=critical)

    def waiting(self, item: str, plan: Plan) -> list[str]:
        """What an item waits for, in sentences."""
        dossier = self.dossiers[item]
        cases = cases_for(dossier, self.dossiers, dict(self.titles))
        world = replace(self.known.world, cases=cases) if cases else self.known.world
        return planner.waiting_sentences(dossier.case(self.titles.get(item)), world, plan)


def view(look: Looking, ids: Sequence[str] | None, on: date | None = None, known_at: datetime | None = None) -> View:
    """Items as of a day; all of them without ids. Unknown if one of those named is not there."""
    day = on or look.today
    if known_at is None and day >= look.today:
        known, dossiers, wanted = _now(look, ids)
    else:
        known, dossiers, wanted = _then(look, ids, day, known_at)
    for item in ids or ():
        if item not in dossiers:
            when = " at that time" if known_at else ""
            raise Unknown(f"There is no item {item}{when}. decision-routes where lists those there are.")
    return View(look, day, known, dossiers, titles(look.db, dossiers.values()), wanted)


def _now(look: Looking, ids: Sequence[str] | None) -> tuple[Known, dict[str, Dossier], Sequence[str]]:
    wanted = list(ids) if ids is not None else list(look.db.execute(select(items.c.id).order_by(items.c.id)).scalars())
    dossiers: dict[str, Dossier] = {}
    fetch_around(look.db, wanted, dossiers)
    fetch_conditions(look.db, dossiers.values())
    return look.known, dossiers, wanted


def _then(
    look: Looking, ids: Sequence[str] | None, on: date, known_at: datetime | None
) -> tuple[Known, dict[str, Dossier], Sequence[str]]:
    world = folded(look, _until(on, known_at).where(events.c.subject.not_like("item:%")))
    known = assemble(look.known.revision, _tables(world))
    definitions = {r.version: r.definition for r in look.db.execute(select(routes.c.version, routes.c.definition))}
    dossiers: dict[str, Dossier] = {}
    every = _until(on, known_at).where(events.c.subject.like("item:%"))
    if ids is None:
        _take_in(folded(look, every), definitions, dossiers)
        return known, dossiers, sorted(dossiers)
    ahead = list(ids)
    seen: set[str] = set()
    while ahead:
        seen |= set(ahead)
        for chunk in chunks([f"item:{item}" for item in ahead]):
            _take_in(folded(look, every.where(events.c.subject.in_(chunk))), definitions, dossiers)
        ahead = [other for item in ahead if item in dossiers for other in gates_of(dossiers[item])]
        ahead = [item for item in dict.fromkeys(ahead) if item not in seen]
    return known, dossiers, list(ids)


def _until(on: date, known_at: datetime | None) -> Select[Any]:
    query = select(events.c.subject, events.c.data).where(or_(events.c.date.is_(None), events.c.date <= on))
    if known_at is not None:
        query = query.where(events.c.at <= known_at)
    return query.order_by(events.c.subject, events.c.seq)


def folded(look: Looking, query: Select[Any]) -> dict[str, Rows]:
    """The rows that follow from these events, by subject."""
    found: dict[str, Rows] = defaultdict(dict)
    for subject, data in look.db.execute(query):
        ledger.apply(found[subject], data)
    return found


def _take_in(found: Mapping[str, Rows], definitions: Mapping[str, str], into: dict[str, Dossier]) -> None:
    for subject, rows in found.items():
        whole = {table: list(_whole(table, subject, keyed)) for table, keyed in rows.items()}
        if not whole.get("items"):
            continue
        item = whole["items"][0]
        dossier = Dossier(item["id"], route_of(definitions[item["route_version"]]))
        for table, of in whole.items():
            dossier.put(table, of)
        into[dossier.id] = dossier


def _tables(found: Mapping[str, Rows]) -> dict[str, list[dict[str, Any]]]:
    tables: dict[str, list[dict[str, Any]]] = {table.name: [] for table in TABLES}
    for subject, rows in found.items():
        for table in tables:
            tables[table] += _whole(table, subject, rows.get(table, {}))
    return tables


def _whole(table: str, subject: str, keyed: Mapping[str, dict[str, Any] | None]) -> Iterable[dict[str, Any]]:
    """Folded rows as the tables have them. A row whose beginning lies after the day has not begun."""
    needed = [c.name for c in metadata.tables[table].columns if not c.nullable and c.name not in ledger.HEAD_COLUMNS]
    for key, values in keyed.items():
        if values is not None:
            row = ledger.full_row(table, subject, key, values)
            if all(row[name] is not None for name in needed):
                yield row
