"""How often a move makes the database wait for the disk: once is the aim.

    python -m tests.benchmarks.syncs

PostgreSQL counts the syncs of its log itself; those of SQLite are counted by strace, where that is installed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sqlalchemy import create_engine, event, text

from tests.benchmarks.matter import COMMITS, Desk
from tests.benchmarks.stores import fresh, servers

RUNS = 10


def work(url: str, runs: int, name: str) -> int:
    """So many journeys; how many transactions were committed is returned."""
    desk = Desk(url)
    commits = 0

    def count(_connection: object) -> None:
        nonlocal commits
        commits += 1

    event.listen(desk.runtime.engine, "commit", count)
    for run in range(runs):
        desk.run(f"{name}-{run}")
    desk.close()
    return commits


def of_postgresql(address: str) -> None:
    """Syncs of the write-ahead log by those who serve clients, before and after."""
    url = fresh("postgresql", address)
    before = _synced(address)
    commits = work(url, RUNS, "synced")
    _tell("postgresql", commits, _synced(address) - before)


def _synced(address: str) -> int:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    query = "SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal' AND backend_type = 'client backend'"
    with engine.connect() as db:
        db.execute(text("SELECT pg_stat_clear_snapshot()"))
        found: int = db.execute(text(query)).scalar_one()
    engine.dispose()
    return found


def of_sqlite(address: str) -> None:
    """System calls of many journeys less those of one, so that opening the file does not count."""
    if shutil.which("strace") is None:
        print("sqlite: strace is not installed, so syncs cannot be counted")
        return
    one, many = (_traced(fresh("sqlite", address), runs) for runs in (1, 1 + RUNS))
    _tell("sqlite", many[0] - one[0], many[1] - one[1])


def _traced(url: str, runs: int) -> tuple[int, int]:
    with tempfile.NamedTemporaryFile() as trace:
        command = [sys.executable, "-m", "tests.benchmarks.syncs", url, str(runs)]
        strace = ["strace", "-f", "-e", "trace=fsync,fdatasync", "-o", trace.name]
        commits = int(subprocess.run([*strace, *command], check=True, capture_output=True).stdout)
        return commits, sum("sync(" in line for line in Path(trace.name).read_text(encoding="utf-8").splitlines())


def _tell(kind: str, commits: int, syncs: int) -> None:
    moves = RUNS * COMMITS
    print(f"{kind}: {moves} moves, {commits / moves:.2f} commits and {syncs / moves:.2f} syncs a move")


def main() -> None:
    """Count and print."""
    if len(sys.argv) == 3:
        print(work(sys.argv[1], int(sys.argv[2]), "traced"))
        return
    with servers() as addresses:
        of_sqlite(addresses["sqlite"])
        of_postgresql(addresses["postgresql"])


if __name__ == "__main__":
    main()
