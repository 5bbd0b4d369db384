"""What size costs: a move among 1,000 and 100,000 items, loading and planning 10,000 items.

python -m tests.benchmarks.scale [--only sqlite|postgresql] [--items 10000] [--moves 10]
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from statistics import median
from typing import Any

import psycopg
from sqlalchemy import Table, delete, insert, make_url, select, text

from models import metadata
from models.forecasts import forecasts
from models.items import items
from models.sessions import engine_for, reading, writing
from tests.benchmarks.matter import ENTRY, MOVES, Desk
from tests.benchmarks.stores import fresh, servers
from workflow import forecast
from workflow.case_files import load
from workflow.case_reading import Reading, read_files
from workflow.listing import forecast_row
from workflow.shelf import fetch_around

COPIED = ("items", "reports", "steps", "texts", "events", "derived_forecasts")
SPECIMEN = "specimen"


def timed(what: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what came of it."""
    started = time.perf_counter()
    result = what()
    return time.perf_counter() - started, result


def case_file(number: int) -> bytes:
    """A case file of so many items."""
    lines = ["decision_routes: 1", "items:"]
    for place in range(number):
        said = {"id": f"item-{place}", **ENTRY, "title": f"Plan {place} for the Place"}
        lines.append("  - {" + ", ".join(f"{name}: {_spelt(value)}" for name, value in said.items()) + "}")
    return "\n".join(lines).encode()


def _spelt(value: Any) -> str:
    if isinstance(value, list):
        return json.dumps(value)
    return str(value)


def fill(url: str, number: int) -> None:
    """Copies of one item under way, so many that the store holds this number."""
    desk = Desk(url)
    desk.create(SPECIMEN)
    for move in range(3):
        desk.move(SPECIMEN, move)
    desk.close()
    engine = engine_for(url)
    numbers = (
        f"generate_series(2, {number}) AS made(n)"
        if engine.dialect.name == "postgresql"
        else f"(WITH RECURSIVE made(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM made WHERE n < {number}) "
        "SELECT n FROM made) AS made"
    )
    with writing(engine) as db:
        for name in COPIED:
            owner = "subject" if name in ("texts", "events") else "id" if name == "items" else "item"
            columns = [column.name for column in metadata.tables[name].columns if column.name != "position"]
            told = [f"\"{c}\" || '-' || made.n" if c == owner else f'"{c}"' for c in columns]
            named = ", ".join(f'"{c}"' for c in columns)
            mine = f"item:{SPECIMEN}" if owner == "subject" else SPECIMEN
            copied = f"SELECT {', '.join(told)} FROM {name}, {numbers} WHERE {owner} = :mine"
            db.execute(text(f"INSERT INTO {name} ({named}) {copied}"), {"mine": mine})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("ANALYZE"))
    engine.dispose()


def moves_in_turn(urls: dict[int, str], runs: int) -> dict[int, float]:
    """The median move in each store, in seconds; a run here, a run there."""
    desks = {number: Desk(url) for number, url in urls.items()}
    times: dict[int, list[float]] = {number: [] for number in urls}
    for run in range(runs + 2):
        for number, desk in desks.items():
            desk.create(f"moved-{run}")
            for move in range(len(MOVES)):
                seconds, _plan = timed(lambda d=desk, m=move, r=run: d.move(f"moved-{r}", m))
                if run >= 2:
                    times[number].append(seconds)
    for desk in desks.values():
        desk.close()
    return {number: median(of) for number, of in times.items()}


def loading(kind: str, address: str, number: int) -> None:
    """A case file taken in, against the same rows by COPY (PostgreSQL) or executemany (SQLite)."""
    data = case_file(number)
    read_in, read = timed(lambda: read_files([("items.yaml", data)]))
    assert not read.faults, read.faults[:3]
    url = fresh(kind, address)
    loaded_in, _taken = timed(lambda: _load(url, read))
    bare_in = _bare_load(url, fresh(kind, address))
    print(
        f"{kind}, {number} items loaded: reading the file {read_in:.1f} s, taking it in {loaded_in:.1f} s; "
        f"the bare rows {bare_in:.1f} s, so {loaded_in / bare_in:.1f} times"
    )
    again_in, _taken = timed(lambda: _load(url, read))
    print(f"{kind}, loading the same again: {again_in:.1f} s")
    planning(url, number)


def _load(url: str, read: Reading) -> None:
    desk = Desk(url)
    with desk.runtime.doing("benchmark") as do:
        load(do, read)
    desk.close()


def _bare_load(source: str, target: str) -> float:
    """The rows that the product wrote, written again with nothing but the driver, in one transaction."""
    rows = dict(_rows_of(source))
    return _copied(target, rows) if target.startswith("postgresql") else _executed(target, rows)


def _rows_of(source: str) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    engine = engine_for(source)
    with reading(engine) as db:
        for name in COPIED:
            columns = ", ".join(f'"{c}"' for c in _columns(metadata.tables[name]))
            mine = " WHERE substr(subject, 1, 5) = 'item:'" if name in ("texts", "events") else ""
            cast = {"postgresql": "::text"}.get(engine.dialect.name, "")
            spelt = columns if not cast else ", ".join(f"{c}{cast}" for c in columns.split(", "))
            yield name, [tuple(row) for row in db.exec_driver_sql(f"SELECT {spelt} FROM {name}{mine}")]
    engine.dispose()


def _columns(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.name != "position"]


def _copied(url: str, rows: dict[str, list[tuple[Any, ...]]]) -> float:
    def copy() -> None:
        with psycopg.connect(url) as db, db.cursor() as cursor:
            for name, of in rows.items():
                columns = ", ".join(f'"{c}"' for c in _columns(metadata.tables[name]))
                with cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as into:
                    for row in of:
                        into.write_row(row)

    return timed(copy)[0]


def _executed(url: str, rows: dict[str, list[tuple[Any, ...]]]) -> float:
    db = sqlite3.connect(make_url(url).database or "", isolation_level=None)
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL"):
        db.execute(f"PRAGMA {pragma}")

    def execute() -> None:
        db.execute("BEGIN IMMEDIATE")
        for name, of in rows.items():
            columns = ", ".join(f'"{c}"' for c in _columns(metadata.tables[name]))
            marks = ", ".join("?" * len(_columns(metadata.tables[name])))
            db.executemany(f"INSERT INTO {name} ({columns}) VALUES ({marks})", of)
        db.execute("COMMIT")

    seconds = timed(execute)[0]
    db.close()
    return seconds


def planning(url: str, number: int) -> None:
    """Every item planned, and its line in lists written anew, as once a day."""
    desk = Desk(url)
    with desk.runtime.doing("benchmark") as do:
        ids, world = list(do.db.execute(select(items.c.id)).scalars()), do.known.world
        read_in, _none = timed(lambda: fetch_around(do.db, ids, do.dossiers))
        planned_in, plans = timed(lambda: [forecast.plan_of(do, do.dossiers[item]) for item in ids])
        rows = [forecast_row(of, of.case(), world, plan) for plan in plans for of in [do.dossiers[plan.item]]]
        do.db.execute(delete(forecasts))
        written_in, _none = timed(lambda: do.db.execute(insert(forecasts), rows))
    desk.close()
    print(
        f"  planning {number} items: reading {read_in:.1f} s, planning {planned_in:.1f} s "
        f"({1e6 * planned_in / number:.0f} µs each), writing the forecasts {written_in:.1f} s"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--moves", type=int, default=10)
    parser.add_argument("--stores", type=int, nargs="*", default=[1_000, 100_000])
    asked = parser.parse_args()
    with servers() as addresses:
        for kind, address in addresses.items():
            if asked.only not in (None, kind):
                continue
            if asked.items:
                loading(kind, address, asked.items)
            if asked.moves:
                among(kind, address, asked.stores, asked.moves)


def among(kind: str, address: str, stores: Iterable[int], runs: int) -> None:
    """The median move by the size of the store."""
    urls = {number: fresh(kind, address) for number in stores}
    for number, url in urls.items():
        fill(url, number)
    medians = moves_in_turn(urls, runs)
    first = next(iter(medians.values()))
    for number, seconds in medians.items():
        print(f"{kind}, a move among {number:,} items: p50 {1000 * seconds:.2f} ms, {seconds / first:.2f} times")


if __name__ == "__main__":
    main()
