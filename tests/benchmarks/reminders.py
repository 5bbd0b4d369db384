"""What reminders cost: a sweep of 1,000 due ones among 1,000 and among 1,000,000 that wait; and that each comes once.

python -m tests.benchmarks.reminders [--only sqlite|postgresql] [--pending 1000 1000000] [--runs 5]
python -m tests.benchmarks.reminders --kill [--only sqlite|postgresql] [--due 10000] [--kills 1000]
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from multiprocessing.util import get_temp_dir
from pathlib import Path
from statistics import median
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import Connection, Table, delete, select, text, update

from models.outbox import letters
from models.reminders import messages, reminders
from models.sessions import reading, writing
from tests.benchmarks.floors import Bare
from tests.benchmarks.scale import timed
from tests.benchmarks.stores import fresh, servers
from tests.concurrency.crowded import NINE, NOW, County, audit
from tests.concurrency.schedulers import Killing, Place
from workflow.clock import ShiftedClock, StoppedClock, SystemClock
from workflow.reminders.posting import PEOPLE_AT_ONCE
from workflow.reminders.saying import AT_ONCE
from workflow.reminders.sweep import Swept, next_moment, sweep
from workflow.runtime import Runtime, open_runtime

DUE = County(reminders=1_000, owners=200, organisations=20)
LATER = NOW + timedelta(days=9)
EXPECTED = Swept(sum(map(len, DUE.expected().values())), len(DUE.expected()))

Row = dict[str, Any]


@dataclass
class Store:
    """A database with so many reminders, of which 1,000 are due, and its raw SQL beside the product."""

    pending: int
    url: str
    runtime: Runtime
    bare: Bare

    @classmethod
    def filled(cls, kind: str, address: str, pending: int) -> Store:
        """A new one."""
        url = fresh(kind, address)
        runtime = open_runtime(url, clock=StoppedClock(NOW))
        DUE.settle_in(runtime)
        store = cls(pending, url, runtime, Bare(url))
        with writing(runtime.engine) as db:
            _fill(db, pending - DUE.reminders)
        store.at_rest()
        return store

    def again(self) -> None:
        """As before the sweep: the same reminders are due, and nothing has been said."""
        with writing(self.runtime.engine) as db:
            for table in (messages, letters):
                db.execute(delete(table))
            mine = reminders.c.kind == "report-due"
            db.execute(update(reminders).where(mine).values(next_at=NINE))
        self.at_rest()

    def at_rest(self) -> None:
        """What a database does from time to time by itself."""
        if self.bare.sqlite:
            self.bare.db.execute("ANALYZE")
            self.bare.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            return
        with self.runtime.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.execute(text("VACUUM ANALYZE"))
            db.execute(text("CHECKPOINT"))

    def close(self) -> None:
        """Let go of the database."""
        self.bare.close()
        self.runtime.engine.dispose()


def _fill(db: Connection, number: int) -> None:
    """So many more reminders, spread over the items, that fall due in the next months."""
    if db.dialect.name == "postgresql":
        numbers, digits = f"generate_series(1, {number}) AS made(n)", "lpad(to_hex(made.n), 32, '0')"
        later = "r.next_at + interval '9 days' + made.n * interval '7 seconds'"
    else:
        within = f"SELECT 1 WHERE {number} > 0 UNION ALL SELECT n + 1 FROM made WHERE n < {number}"
        numbers, digits = (
            f"(WITH RECURSIVE made(n) AS ({within}) SELECT n FROM made) AS made",
            "printf('%032x', made.n)",
        )
        later = "strftime('%Y-%m-%d %H:%M:%S.000000', r.next_at, '+9 days', (made.n * 7) || ' seconds')"
    told = {c.name: f"r.{c.name}" for c in reminders.columns}
    told |= {"id": digits, "next_at": later, "kind": "'condition-due'", "detail": "CAST(made.n AS TEXT)"}
    of = f"r.item = 'plan-' || (made.n % {DUE.reminders}) AND r.kind = 'report-due'"
    said = f"SELECT {', '.join(told.values())} FROM {numbers} JOIN post_reminders AS r ON {of}"
    db.execute(text(f"INSERT INTO post_reminders ({', '.join(told)}) {said}"))


class Floor:
    """The rows that a sweep writes, in as many transactions, by the driver alone. It is told them by the product."""

    def __init__(self, store: Store) -> None:
        self.bare = store.bare
        with reading(store.runtime.engine) as db:
            said = [dict(row) for row in db.execute(select(messages).order_by(messages.c.person)).mappings()]
            wrote = {row["id"]: dict(row) for row in db.execute(select(letters)).mappings()}
        self.of_reminder: dict[str, list[Row]] = {}
        for row in said:
            unsaid = {**row, "settled_at": None, "letter": None}
            self.of_reminder.setdefault(row["reminder"], []).append(unsaid)
        people = [list(mine) for _person, mine in groupby(said, lambda row: row["person"])]
        self.together = [people[n : n + PEOPLE_AT_ONCE] for n in range(0, len(people), PEOPLE_AT_ONCE)]
        self.letters = wrote
        self.insert_message, self.insert_letter = self._insert(messages), self._insert(letters)
        self.now = self._value(NOW)

    def run(self) -> None:
        """Claim, write, move on; then letters and what settles them."""
        mark, db = self.bare.mark, self.bare.db
        lock = "" if self.bare.sqlite else " FOR UPDATE SKIP LOCKED"
        claim = f"SELECT * FROM post_reminders WHERE next_at <= {mark} ORDER BY next_at, id LIMIT {AT_ONCE}{lock}"
        moved = f"UPDATE post_reminders SET next_at = {mark}, failures = 0, last_failure = NULL WHERE id = {mark}"
        while True:
            self._begin()
            claimed = [row[0] for row in db.execute(claim, (self.now,)).fetchall()]
            if not claimed:
                self._commit()
                break
            said = [row for name in claimed for row in self.of_reminder[name]]
            db.cursor().executemany(self.insert_message, [self._values(row) for row in said])
            db.cursor().executemany(moved, [(self._value(LATER), name) for name in claimed])
            self._commit()
        settle = f"UPDATE post_messages SET settled_at = {mark}, letter = {mark} WHERE key = {mark}"
        for people in self.together:
            said = [row for mine in people for row in mine]
            wrote = {row["letter"]: self.letters[row["letter"]] for row in said}
            self._begin()
            db.cursor().executemany(self.insert_letter, [self._values(row) for row in wrote.values()])
            db.cursor().executemany(settle, [(self.now, row["letter"], row["key"]) for row in said])
            self._commit()

    def _begin(self) -> None:
        if self.bare.sqlite:
            self.bare.db.execute("BEGIN IMMEDIATE")

    def _commit(self) -> None:
        self.bare.db.execute("COMMIT") if self.bare.sqlite else self.bare.db.commit()

    def _insert(self, table: Table) -> str:
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        return f"INSERT INTO {table.name} ({names}) VALUES ({', '.join([self.bare.mark] * len(table.columns))})"

    def _values(self, row: Row) -> tuple[Any, ...]:
        return tuple(self._value(value) for value in row.values())

    def _value(self, value: Any) -> Any:
        if self.bare.sqlite and isinstance(value, datetime):
            value = value.replace(tzinfo=None)
        return self.bare._plain(value)


def sweeping(kind: str, address: str, pending: Iterable[int], runs: int) -> None:
    """The median sweep by how many reminders wait, against the floor; a run here, a run there."""
    stores = [Store.filled(kind, address, number) for number in pending]
    swept: dict[int, list[float]] = {store.pending: [] for store in stores}
    bare: dict[int, list[float]] = {store.pending: [] for store in stores}
    looks: dict[int, list[float]] = {store.pending: [] for store in stores}
    for run in range(runs + 1):
        for store in stores:
            seconds, done = timed(lambda s=store: sweep(s.runtime))
            assert done == EXPECTED, done
            floor = Floor(store)
            look, _moment = timed(lambda s=store: next_moment(s.runtime))
            store.again()
            floored, _nothing = timed(floor.run)
            store.again()
            if run:
                for times, took in ((swept, seconds), (bare, floored), (looks, look)):
                    times[store.pending].append(took)
    first = stores[0].pending
    for store in stores:
        mine, raw = median(swept[store.pending]), median(bare[store.pending])
        print(
            f"{kind}, 1,000 due among {store.pending:,}: {1000 * mine:.0f} ms "
            f"({mine / median(swept[first]):.2f} times that among {first:,}); raw SQL {1000 * raw:.0f} ms, "
            f"so {mine / raw:.1f} times; when to look next: {1000 * median(looks[store.pending]):.2f} ms"
        )
        store.close()


def killing(kind: str, address: str, due: int, kills: int) -> None:
    """So many reminders due at once, and schedulers killed until all is done: what is there afterwards."""
    county = County(due, owners=due // 10, organisations=due // 125)
    place = Place(fresh(kind, address), Path(mkdtemp()) / "letters", ShiftedClock(NOW, _now(), SystemClock()))
    runtime = place.opened()
    county.settle_in(runtime)
    number = 4 if kind == "postgresql" else 2
    done = Killing(place, number, kills, random.Random(2309), (0.05, 0.4), patience=1800)
    began = time.monotonic()
    done.until_all_is_done()
    found = audit(runtime, place.folder, county.expected())
    runtime.engine.dispose()
    print(
        f"{kind}, {due:,} reminders, {number} schedulers, {time.monotonic() - began:.0f} s: {done.killed} killed, "
        f"{done.in_the_middle} of them in the middle; {found.messages:,} messages, {found.letters:,} letters to "
        f"{found.people:,} people, {found.files:,} files, {found.handed_over:,} times handed over; "
        f"{len(found.wrong)} things wrong, {len(done.said)} complaints"
    )
    for sentence in (found.wrong + done.said)[:10]:
        print(f"  {sentence}")


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    """As the first lines say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--pending", type=int, nargs="*", default=[1_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--due", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=1000)
    asked = parser.parse_args()
    get_temp_dir()  # before the folder for temporary files is another one
    with servers() as addresses:
        for kind, address in addresses.items():
            if asked.only not in (None, kind):
                continue
            if asked.kill:
                killing(kind, address, asked.due, asked.kills)
            else:
                sweeping(kind, address, asked.pending, asked.runs)


if __name__ == "__main__":
    main()
