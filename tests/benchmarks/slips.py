"""What a slip costs: a moved meeting that 2,000 items share, among 2,000 and 20,000 further stored items.

python -m tests.benchmarks.slips [--only sqlite|postgresql] [--touched 500 1000 2000] [--further 2000 20000] [--runs 3]

The floor writes by the bare driver, in one transaction, the rows that the product wrote: those items and their steps
are read, then what lists read of them, their reminders and what is kept of slips is written.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from multiprocessing.util import get_temp_dir
from statistics import median
from typing import Any

from sqlalchemy import Connection, Table, select, text

from models import metadata
from models.forecasts import forecasts, tasks, timetable
from models.organisations import meetings
from models.reminders import reminders
from models.sessions import reading, writing
from models.slips import planned, slips
from tests.benchmarks.floors import Bare, Row, Write
from tests.benchmarks.matter import ENTRY
from tests.benchmarks.scale import timed
from tests.benchmarks.stores import fresh, servers
from workflow.actions import ACTIONS
from workflow.case_files import load
from workflow.case_reading import read_files
from workflow.clock import StoppedClock
from workflow.effects import foreseen
from workflow.runtime import Runtime, open_runtime

NOW = datetime(2023, 7, 18, 9, 0, tzinfo=UTC)
MEETING = "cabinet-october"
DAYS = (date(2023, 11, 2), date(2023, 10, 12))  # to and fro
SPECIMEN = "further"
COPIED = ("items", "reports", "steps", "texts", "events", "derived_forecasts", "derived_timetable", "derived_tasks")
OTHER_ROUTE = """
  - route: executives-alone
    title: One body agrees
    for: [plan]
    stages:
      - {id: executives, forum: executives, ask: agree, decisive: true}
"""


@dataclass
class Store:
    """So many items on the meeting that moves, among so many others."""

    touched: int
    further: int
    url: str
    runtime: Runtime
    moves: int = 0

    @classmethod
    def filled(cls, kind: str, address: str, touched: int, further: int) -> Store:
        """A new one, and the meeting was moved once."""
        url = fresh(kind, address)
        store = cls(touched, further, url, open_runtime(url, clock=StoppedClock(NOW)))
        with store.runtime.doing("benchmark") as do:
            load(do, read_files([("items.yaml", _case(touched).encode())]))
        with writing(store.runtime.engine) as db:
            for name in COPIED:
                mine = f"item:{SPECIMEN}" if _owner(name) == "subject" else SPECIMEN
                db.execute(text(_copying(db.dialect.name, name, further)), {"mine": mine})
        store.move()
        with store.runtime.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.execute(text("ANALYZE"))
        return store

    def form(self) -> Any:
        """To the other day."""
        wanted = DAYS[self.moves % 2]
        return ACTIONS["meeting move"].form.model_validate({"meeting": MEETING, "meets_on": wanted})

    def move(self) -> None:
        """All of it is planned anew, in one transaction."""
        _done, plans = self.runtime.do(ACTIONS["meeting move"].run, self.form())
        assert len(plans) == self.touched, len(plans)
        self.moves += 1

    def foresee(self) -> None:
        """The same, only shown."""
        effect = foreseen(self.runtime, "meeting move", ACTIONS["meeting move"].run, self.form())
        assert len(effect.items) == self.touched, len(effect.items)


class Floor:
    """The rows of the last move, as the product left them, written by the driver alone; the one event is left out."""

    def __init__(self, store: Store, bare: Bare) -> None:
        self.bare = bare
        ids = [f"on-it-{n}" for n in range(store.touched)]
        self.chunks = [ids[n : n + 500] for n in range(0, len(ids), 500)]
        with reading(store.runtime.engine) as db:
            of = {table.name: _rows(db, table) for table in (forecasts, timetable, tasks, reminders, planned, slips)}
            meeting = dict(db.execute(select(meetings).where(meetings.c.id == MEETING)).mappings().one())
        newest = max((row["number"] for row in of[slips.name]), default=0)  # slips are only ever added to
        added = [{**row, "number": row["number"] + 1000} for row in of[slips.name] if row["number"] == newest]
        moved = [row for row in of[reminders.name] if row["sequence"] == store.moves]
        writes = [
            Write(meetings.name, [meeting], ("id",)),
            Write(forecasts.name, of[forecasts.name]),
            Write(timetable.name, of[timetable.name]),
            Write(tasks.name, of[tasks.name]),
            Write(reminders.name, moved, ("id",)),
            Write(planned.name, of[planned.name], ("item", "step")),
            Write(slips.name, added),
        ]
        self.statements = [self.bare._statement(write) for write in writes if write.rows]

    def run(self) -> None:
        """All of it, in one transaction."""
        db = self.bare.db
        if self.bare.sqlite:
            db.execute("BEGIN IMMEDIATE")
        for chunk in self.chunks:
            marks = ", ".join([self.bare.mark] * len(chunk))
            lock = "" if self.bare.sqlite else " ORDER BY id FOR UPDATE"
            db.execute(f"SELECT * FROM items WHERE id IN ({marks}){lock}", chunk).fetchall()
            db.execute(f"SELECT * FROM steps WHERE item IN ({marks})", chunk).fetchall()
            db.execute(f"SELECT * FROM {reminders.name} WHERE item IN ({marks})", chunk).fetchall()
            for name in (timetable.name, tasks.name):
                db.execute(f"DELETE FROM {name} WHERE item IN ({marks})", chunk)
        for sql, rows in self.statements:
            db.cursor().executemany(sql, rows)
        db.execute("COMMIT") if self.bare.sqlite else db.commit()


def _rows(db: Connection, table: Table) -> list[Row]:
    return [dict(row) for row in db.execute(select(table).where(table.c.item.like("on-it-%"))).mappings()]


def _case(touched: int) -> str:
    """Items that share a meeting of Cabinet, and one that has nothing to do with it."""
    lines = ["decision_routes: 1", f"routes:{OTHER_ROUTE}items:"]
    for n in range(touched):
        bound = {"steps": f"{{cabinet: {{meeting: {MEETING}}}}}"}
        lines.append(_entry({"id": f"on-it-{n}", **ENTRY, "title": f"Plan {n}", **bound}))
    lines.append(_entry({"id": SPECIMEN, **ENTRY, "route": "executives-alone"}))
    return "\n".join(lines)


def _entry(said: dict[str, Any]) -> str:
    spelt = {name: json.dumps(value) if isinstance(value, list) else value for name, value in said.items()}
    return "  - {" + ", ".join(f"{name}: {value}" for name, value in spelt.items()) + "}"


def _copying(dialect: str, name: str, number: int) -> str:
    """So many copies of the rows of the item that is not touched."""
    numbers = (
        f"generate_series(2, {number}) AS made(n)"
        if dialect == "postgresql"
        else f"(WITH RECURSIVE made(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM made WHERE n < {number}) "
        "SELECT n FROM made) AS made"
    )
    columns = [column.name for column in metadata.tables[name].columns if column.name != "position"]
    told = [f"\"{c}\" || '-' || made.n" if c == _owner(name) else f'"{c}"' for c in columns]
    named = ", ".join(f'"{c}"' for c in columns)
    return f"INSERT INTO {name} ({named}) SELECT {', '.join(told)} FROM {name}, {numbers} WHERE {_owner(name)} = :mine"


def _owner(name: str) -> str:
    return "subject" if name in ("texts", "events") else "id" if name == "items" else "item"


def slipping(kind: str, address: str, touched: Sequence[int], further: Sequence[int], runs: int) -> None:
    """The median move by what is touched and by what is stored, against the floor; a run here, a run there."""
    sizes = [*((number, further[0]) for number in touched), *((touched[-1], number) for number in further[1:])]
    stores = [Store.filled(kind, address, number, others) for number, others in sizes]
    drivers = [Bare(store.url) for store in stores]
    moved: list[list[float]] = [[] for _ in stores]
    bare: list[list[float]] = [[] for _ in stores]
    shown: list[list[float]] = [[] for _ in stores]
    for _run in range(runs):
        for n, store in enumerate(stores):
            moved[n].append(timed(store.move)[0])
            bare[n].append(timed(Floor(store, drivers[n]).run)[0])
            shown[n].append(timed(store.foresee)[0])
    base = touched.index(touched[-1])
    for n, store in enumerate(stores):
        mine, raw, each = median(moved[n]), median(bare[n]), 1000 * median(moved[n]) / store.touched
        print(
            f"{kind}, {store.touched:,} items moved among {store.further:,} others: {mine:.2f} s, {each:.2f} ms each "
            f"({each / (1000 * median(moved[base]) / stores[base].touched):.2f} times as for {touched[-1]:,} among "
            f"{further[0]:,}); raw SQL {raw:.2f} s, so {mine / raw:.1f} times; shown first: {median(shown[n]):.2f} s"
        )
        drivers[n].close()
        store.runtime.engine.dispose()


def main() -> None:
    """As the first lines say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--touched", type=int, nargs="*", default=[500, 1_000, 2_000])
    parser.add_argument("--further", type=int, nargs="*", default=[2_000, 20_000])
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    get_temp_dir()  # before the folder for temporary files is another one
    with servers() as addresses:
        for kind, address in addresses.items():
            if asked.only in (None, kind):
                slipping(kind, address, asked.touched, asked.further, asked.runs)


if __name__ == "__main__":
    main()
