"""Fetching items: their rows into dossiers, locked where they are to be acted on."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import BindParameter, Connection, RowMapping, Select, bindparam, exists, select, union_all

from models import metadata
from models.forecasts import gate_links, revision
from models.items import items
from models.organisations import routes
from models.reports import clearances, conditions, texts
from models.steps import formalities, steps
from routes.loader import from_canonical
from routes.spec import Route, WaitsForStep
from workflow.doing import Doing
from workflow.dossiers import Dossier
from workflow.errors import Unknown
from workflow.facts import Case
from workflow.queries.known import read_known

CHUNK = 500  # ids in one query


def hand_over(do: Doing, item: str) -> Dossier:
    """The item, locked together with those its gates look at and those that look at it, in id order.

    Two people who act on one item, or on two that wait for each other, come one after the other.
    """
    known = do.dossiers.get(item)
    if known is not None and f"item:{item}" in do.heads:
        return known
    do.flush()
    together = do.db.execute(_together(), {"item": item}).mappings()
    locked = [row for row in together if f"item:{row['id']}" not in do.heads]
    for row in locked:
        do.dossiers.pop(row["id"], None)  # what was read before the lock may be old
        do.heads[f"item:{row['id']}"] = (row["seq"], row["head"])
    number = _take_in(do.db, locked, do.dossiers)
    if number is not None and number != do.known.revision:  # a meeting or a role was changed while this one waited
        do.known = read_known(do.db, number)
    if item not in do.dossiers:
        raise Unknown(f"There is no item {item}. decision-routes where lists those there are.")
    return do.dossiers[item]


def fetch(db: Connection, ids: Sequence[str], into: dict[str, Dossier]) -> None:
    """Read items that are not in hand yet, without locking them."""
    missing = [item for item in dict.fromkeys(ids) if item not in into]
    for chunk in chunks(missing):
        rows = db.execute(_among(), {"ids": chunk}).mappings().all()
        _take_in(db, rows, into)


def fetch_around(db: Connection, ids: Sequence[str], into: dict[str, Dossier]) -> None:
    """Read items, and whatever their gates look at, and so on."""
    wanted = list(ids)
    while wanted:
        fetch(db, wanted, into)
        looked_at = {seen for item in wanted if item in into for seen in gates_of(into[item])}
        wanted = [item for item in looked_at if item not in into]


def also(do: Doing, dossier: Dossier, table: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Another table's rows of an item in hand, read when they are first needed."""
    if table not in dossier.rows:
        do.flush()
        found = metadata.tables[table]
        dossier.put(table, do.db.execute(select(found).where(found.c.item == dossier.id)).mappings().all())
    return dossier.table(table)


def fetch_conditions(db: Connection, dossiers: Iterable[Dossier]) -> None:
    """Read the conditions of many items at once."""
    fetch_also(db, "conditions", dossiers)


def fetch_also(db: Connection, table: str, dossiers: Iterable[Dossier]) -> None:
    """Another table's rows of many items at once, as far as they are not in hand."""
    wanted = {d.id: d for d in dossiers if table not in d.rows}
    found: dict[str, list[RowMapping]] = defaultdict(list)
    for chunk in chunks(list(wanted)):
        for row in db.execute(_also_among(table), {"ids": chunk}).mappings():
            found[row["item"]].append(row)
    for item, dossier in wanted.items():
        dossier.put(table, found[item])


def titles(db: Connection, dossiers: Iterable[Dossier]) -> dict[str, str]:
    """The titles of items by id; a redacted one is said to be."""
    digests = {d.subject: d.item["title"] for d in dossiers}
    found: dict[str, str] = {}
    for chunk in chunks(list(digests)):
        query = select(texts.c.subject, texts.c.text).where(
            texts.c.subject.in_(chunk), texts.c.digest.in_([digests[subject] for subject in chunk])
        )
        for subject, text in db.execute(query):
            found[subject.removeprefix("item:")] = text if text is not None else "(redacted)"
    return found


def gates_of(dossier: Dossier) -> list[str]:
    """The items that this item's gates look at."""
    gates = (stage.gate for stage in dossier.route.stages)
    return [gate.item_for(dossier.item["bindings"]) for gate in gates if isinstance(gate, WaitsForStep)]


def cases_for(dossier: Dossier, dossiers: dict[str, Dossier], named: dict[str, str] | None = None) -> dict[str, Case]:
    """The cases that an item's gates look at, and theirs in turn, out of those in hand."""
    found: dict[str, Case] = {}
    wanted = gates_of(dossier)
    while wanted:
        item = wanted.pop()
        if item in dossiers and item not in found:
            found[item] = dossiers[item].case((named or {}).get(item))
            wanted += gates_of(dossiers[item])
    return found


@lru_cache(maxsize=1024)
def route_of(definition: str) -> Route:
    """The route of an exact canonical text; the same text is read only once."""
    return from_canonical(json.loads(definition))


def chunks(ids: Sequence[str], size: int = CHUNK) -> Iterable[Sequence[str]]:
    """A long list of ids in pieces that fit in one query."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


@cache
def _together() -> Select[Any]:
    """An item with those that its gates look at and those that look at it, locked in the order of their ids."""
    item: BindParameter[str] = bindparam("item", type_=items.c.id.type)
    waits_for = select(gate_links.c.waits_for).where(gate_links.c.item == item)
    waited_on_by = select(gate_links.c.item).where(gate_links.c.waits_for == item)
    together = union_all(select(item), waits_for, waited_on_by)  # PostgreSQL reads every item where this is an OR
    return _with_route().where(items.c.id.in_(together)).order_by(items.c.id).with_for_update(of=items)


@cache
def _among() -> Select[Any]:
    return _with_route().where(items.c.id.in_(bindparam("ids", expanding=True)))


@cache
def _also_among(table: str) -> Select[Any]:
    found = metadata.tables[table]
    return select(found).where(found.c.item.in_(bindparam("ids", expanding=True)))


@cache
def _steps_among() -> Select[Any]:
    """Steps with what else is to be known of their items: only after the lock, so that nothing of it is old."""
    besides = (
        select(revision.c.number).scalar_subquery().label("revision"),
        texts.c.text.label("title"),
        exists().where(conditions.c.item == steps.c.item).label("conditions"),
        exists().where(clearances.c.item == steps.c.item).label("clearances"),
        exists().where(formalities.c.item == steps.c.item).label("formalities"),
    )
    spoken = (texts.c.subject == "item:" + items.c.id) & (texts.c.digest == items.c.title)
    together = steps.join(items, items.c.id == steps.c.item).outerjoin(texts, spoken)
    return select(steps, *besides).select_from(together).where(steps.c.item.in_(bindparam("ids", expanding=True)))


def _with_route() -> Select[Any]:
    return select(items, routes.c.definition).join(routes, routes.c.version == items.c.route_version)


def _take_in(db: Connection, rows: Sequence[RowMapping], into: dict[str, Dossier]) -> int | None:
    """Put these items into dossiers with their steps; the revision of what everybody knows is returned."""
    fresh = [row for row in rows if row["id"] not in into]
    for row in fresh:
        item = dict(row)
        dossier = Dossier(item["id"], route_of(item.pop("definition")))
        dossier.put("items", [item])
        into[dossier.id] = dossier
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    number = None
    for row in db.execute(_steps_among(), {"ids": [r["id"] for r in fresh]}).mappings():
        step = dict(row)
        number, dossier = step.pop("revision"), into[step["item"]]
        dossier.title = step.pop("title")
        for table in ("conditions", "clearances", "formalities"):
            if not step.pop(table):
                dossier.table(table)  # there are none, which need not be asked again
        found[step["item"]].append(step)
    for row in fresh:
        into[row["id"]].put("steps", found[row["id"]])
    return number
