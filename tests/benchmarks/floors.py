"""The same rows and commits without the product: by the bare driver, by SQLAlchemy Core, by its ORM.

What is written is taken from a journey that the product has made: each event with the rows it changed, its
texts and what lists read after it. Each move reloads the item and its steps, as the product does.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

import psycopg
from sqlalchemy import (
    BindParameter,
    Connection,
    Engine,
    Executable,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    make_url,
    select,
    update,
)
from sqlalchemy.orm import Session, registry

from models import metadata
from models.forecasts import forecasts, readers, tasks, timetable
from models.items import items
from models.ledger import events
from models.reports import texts
from models.sessions import engine_for, replacing, writing
from models.steps import steps
from tests.benchmarks.matter import MOVES, Desk
from workflow import ledger
from workflow.doing import ORDER

Row = dict[str, Any]


@dataclass(frozen=True)
class Write:
    """Rows of one table that have the same columns: new ones, or changes of those with these keys.

    Without rows those that the item had are removed, to be written anew.
    """

    name: str
    rows: list[Row]
    keys: tuple[str, ...] = ()  # of a change; none: the rows are new
    item: str = ""  # whose rows are removed

    @property
    def table(self) -> Table:
        """The table as the product knows it."""
        return metadata.tables[self.name]

    @property
    def replaces(self) -> bool:
        """Whether the row takes the place of the one before."""
        return self.name == forecasts.name


Move = list[Write]


class Floor(Protocol):
    """One way of writing a journey."""

    def prepare(self, moves: list[Move]) -> Any: ...
    def run(self, item: str, prepared: Any) -> None: ...
    def close(self) -> None: ...


def specimen(desk: Desk, item: str) -> list[Move]:
    """The rows of a journey, move by move; the product makes it once to know them."""
    desk.create(item)
    derived = [_derived(desk, item)]
    for number in range(len(MOVES)):
        desk.move(item, number)
        derived.append(_derived(desk, item))
    with desk.runtime.looking() as look:
        subject = f"item:{item}"
        told = look.db.execute(select(events).where(events.c.subject == subject).order_by(events.c.seq)).mappings()
        prose = look.db.execute(select(texts).where(texts.c.subject == subject)).mappings().all()
        moves = []
        for event, after in zip(list(told), derived, strict=True):
            said = json.dumps(event["data"])
            spoken = [dict(text) for text in prose if text["digest"] in said]
            moves.append(_writes(item, dict(event), spoken) + _of_lists(item, after, first=event["seq"] == 1))
            prose = [text for text in prose if text["digest"] not in said]
    return moves


def _derived(desk: Desk, item: str) -> dict[str, list[Row]]:
    """What lists read of the item now."""
    with desk.runtime.looking() as look:
        found = {}
        for table in (forecasts, timetable, tasks, readers):
            rows = look.db.execute(select(table).where(table.c.item == item)).mappings()
            found[table.name] = [dict(row) for row in rows]
    return found


def _of_lists(item: str, after: dict[str, list[Row]], first: bool) -> Move:
    """Its line in place of the one before, its timetable and tasks anew; who may see it does not change."""
    found = [Write(forecasts.name, after[forecasts.name])]
    for table in (timetable, tasks):
        if not first:
            found.append(Write(table.name, [], item=item))
        if after[table.name]:
            found.append(Write(table.name, after[table.name]))
    return [*found, Write(readers.name, after[readers.name])] if first else found


def _writes(item: str, event: Row, spoken: list[Row]) -> Move:
    first = event["seq"] == 1
    event.pop("position")
    by_table: dict[str, list[Row]] = defaultdict(list)
    for table, changed in event["data"]["rows"].items():
        for key, values in changed.items():
            whole = ledger.full_row(table, event["subject"], key, values)
            wanted = {c.name for c in metadata.tables[table].primary_key} | set(values)
            by_table[table].append(whole if first else {name: whole[name] for name in wanted})
    if not by_table["items"]:
        by_table["items"] = [{"id": item}]
    by_table["items"][0] |= {"seq": event["seq"], "head": event["hash"]}
    found = []
    for table in (name for name in ORDER if name in by_table):
        keys = () if first else tuple(c.name for c in metadata.tables[table].primary_key)
        found.append(Write(table, by_table[table], keys))
    if spoken:
        found.append(Write(texts.name, spoken))
    return [*found, Write(events.name, [event])]


def renamed(moves: list[Move], item: str, other: str) -> list[Move]:
    """The same journey of another item."""

    def name(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace(item, other)
        if isinstance(value, dict):
            return {key: name(of) for key, of in value.items()}
        return [name(of) for of in value] if isinstance(value, list) else value

    return [[Write(w.name, [name(row) for row in w.rows], w.keys, name(w.item)) for w in move] for move in moves]


class Bare:
    """The driver alone: sqlite3 or psycopg, each statement written out."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.sqlite = parsed.get_backend_name() == "sqlite"
        self.mark = "?" if self.sqlite else "%s"
        if self.sqlite:
            self.db: Any = sqlite3.connect(parsed.database or "", isolation_level=None, timeout=30)
            for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL"):
                self.db.execute(f"PRAGMA {pragma}")
        else:
            self.db = psycopg.connect(url)
        lock = "" if self.sqlite else " FOR UPDATE"
        self.reload = (
            f"SELECT * FROM items WHERE id = {self.mark}{lock}",
            f"SELECT * FROM steps WHERE item = {self.mark}",
        )

    def prepare(self, moves: list[Move]) -> list[list[tuple[str, list[tuple[Any, ...]]]]]:
        """Statements and plain values, so that only the database's work is measured."""
        return [[self._statement(write) for write in move] for move in moves]

    def _statement(self, write: Write) -> tuple[str, list[tuple[Any, ...]]]:
        if write.item:
            return f"DELETE FROM {write.name} WHERE item = {self.mark}", [(write.item,)]
        columns = [name for name in write.rows[0] if name not in write.keys]
        names = ", ".join(f'"{name}"' for name in columns)
        if write.keys:
            to = ", ".join(f'"{name}" = {self.mark}' for name in columns)
            where = " AND ".join(f'"{name}" = {self.mark}' for name in write.keys)
            sql = f"UPDATE {write.name} SET {to} WHERE {where}"
        else:
            marks = ", ".join([self.mark] * len(columns))
            sql = f"INSERT INTO {write.name} ({names}) VALUES ({marks})"
            if write.replaces:
                others = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name != "item")
                sql += f" ON CONFLICT (item) DO UPDATE SET {others}"
        return sql, [tuple(self._plain(row[name]) for name in (*columns, *write.keys)) for row in write.rows]

    def _plain(self, value: Any) -> Any:
        if isinstance(value, dict | list):
            return json.dumps(value)
        if self.sqlite and isinstance(value, datetime):
            return value.strftime("%Y-%m-%d %H:%M:%S.%f")
        return value.isoformat() if self.sqlite and isinstance(value, date) else value

    def run(self, item: str, prepared: list[list[tuple[str, list[tuple[Any, ...]]]]]) -> None:
        """The whole journey."""
        for number, move in enumerate(prepared):
            if self.sqlite:
                self.db.execute("BEGIN IMMEDIATE")
            if number:
                for reload in self.reload:
                    self.db.execute(reload, (item,)).fetchall()
            for sql, rows in move:
                if len(rows) == 1:
                    self.db.execute(sql, rows[0])
                else:
                    self.db.cursor().executemany(sql, rows)
            self.db.execute("COMMIT") if self.sqlite else self.db.commit()

    def close(self) -> None:
        """Let go of the database."""
        self.db.close()


class Core:
    """SQLAlchemy Core: the product's own tables and engine, no engine of decisions."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = engine_for(url)
        name: BindParameter[str] = bindparam("item_id")
        self.reload = (
            select(items).where(items.c.id == name).with_for_update(),
            select(steps).where(steps.c.item == name),
        )

    def prepare(self, moves: list[Move]) -> list[list[tuple[Executable, list[Row]]]]:
        """Statements built beforehand."""
        return [[self._statement(write) for write in move] for move in moves]

    def _statement(self, write: Write) -> tuple[Executable, list[Row]]:
        if write.item:
            return delete(write.table).where(write.table.c.item == bindparam("of")), [{"of": write.item}]
        if write.replaces:
            return replacing(write.table, self.engine.dialect), write.rows
        if not write.keys:
            return insert(write.table), write.rows
        where = and_(*(write.table.c[name] == bindparam(f"key_{name}") for name in write.keys))
        columns = [name for name in write.rows[0] if name not in write.keys]
        statement = update(write.table).where(where).values({name: bindparam(f"to_{name}") for name in columns})
        spelt = [{(f"key_{n}" if n in write.keys else f"to_{n}"): v for n, v in row.items()} for row in write.rows]
        return statement, spelt

    def run(self, item: str, prepared: list[list[tuple[Executable, list[Row]]]]) -> None:
        """The whole journey."""
        for number, move in enumerate(prepared):
            with writing(self.engine) as db:
                if number:
                    self._reload(db, item)
                for statement, rows in move:
                    db.execute(statement, rows if len(rows) > 1 else rows[0])

    def _reload(self, db: Connection, item: str) -> None:
        for query in self.reload:
            db.execute(query, {"item_id": item}).mappings().all()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


class Orm:
    """SQLAlchemy's ORM on the same tables: objects loaded, changed, added and committed."""

    def __init__(self, url: str) -> None:
        self.engine = engine_for(url).execution_options(writes=True)
        mapper = registry(metadata=metadata)
        self.classes: dict[str, type[Any]] = {}
        derived = ("derived_forecasts", "derived_timetable", "derived_tasks", "derived_readers")
        for name in ("items", "steps", "reports", "events", "texts", *derived):
            self.classes[name] = type(name.title(), (), {})
            mapper.map_imperatively(self.classes[name], metadata.tables[name])

    def prepare(self, moves: list[Move]) -> list[Move]:
        """Nothing to prepare: objects are what this is about."""
        return moves

    def run(self, item: str, prepared: list[Move]) -> None:
        """The whole journey."""
        item_class, step_class = self.classes["items"], self.classes["steps"]
        for number, move in enumerate(prepared):
            with Session(self.engine) as db, db.begin():
                if number:
                    db.get(item_class, item, with_for_update=True)
                    db.scalars(select(step_class).where(steps.c.item == item)).all()
                for write in move:
                    if write.item:
                        db.execute(delete(write.table).where(write.table.c.item == write.item))
                    for row in write.rows:
                        self._write(db, write, row, number)
                    if not number:
                        db.flush()  # without relationships the ORM does not know what has to be there first

    def _write(self, db: Session, write: Write, row: Row, number: int) -> None:
        known = self.classes[write.name]
        if write.replaces and number:
            found = db.get(known, row["item"])
        elif write.keys:
            found = db.get(known, tuple(row[name] for name in write.keys))
        else:
            found = known()
            db.add(found)
        for name, value in row.items():
            setattr(found, name, value)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


FLOORS: dict[str, type[Bare] | type[Core] | type[Orm]] = {"raw SQL": Bare, "Core": Core, "ORM": Orm}
