"""The application on a loaded office. Each test gets a database of its own, at the price of copying one file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.office import CASES, LANCASHIRE, WEST_LANCASHIRE, Office
from tests.web.site import Site, give_everybody_an_account

LIVING = CASES / "living-set.yaml"

_numbers = count(1)


@pytest.fixture(scope="session")
def loaded_sqlite(tmp_path_factory: pytest.TempPathFactory, prepared_sqlite: Path) -> Path:
    """A database to copy from: the two Lancashire cases and the living set, an account for everybody."""
    path = tmp_path_factory.mktemp("loaded") / "loaded.sqlite"
    shutil.copy(prepared_sqlite, path)
    _load(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def loaded_postgresql(postgresql_server: str) -> str:
    """The same as a PostgreSQL database; its name."""
    _create(postgresql_server, "loaded", "prepared")
    _load(postgresql_server.replace("/postgres?", "/loaded?"))
    return "loaded"


@pytest.fixture
def site(loaded_sqlite: Path, tmp_path: Path) -> Iterator[Site]:
    """The application on SQLite: 18 July 2023, 9am, the demonstration's items, everybody with an account."""
    with sqlite_site(loaded_sqlite, tmp_path) as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def site_on_both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """The same on each kind of database: for what depends on transactions, locks or SQL."""
    if request.param == "sqlite":
        with sqlite_site(request.getfixturevalue("loaded_sqlite"), tmp_path) as found:
            yield found
        return
    server: str = request.getfixturevalue("postgresql_server")
    name = f"site{next(_numbers)}"
    _create(server, name, request.getfixturevalue("loaded_postgresql"))
    office = Office(server.replace("/postgres?", f"/{name}?"))
    found = Site(office, tmp_path, shared=True)
    yield found
    found.close()
    _drop(server, name)


@contextmanager
def sqlite_site(loaded: Path, folder: Path) -> Iterator[Site]:
    """The application on a copy of a loaded SQLite database."""
    path = folder / "site.sqlite"
    shutil.copy(loaded, path)
    office = Office(f"sqlite:///{path}")
    found = Site(office, folder, shared=True)
    yield found
    found.close()


def _load(url: str) -> None:
    office = Office(url)
    office.load(LANCASHIRE, WEST_LANCASHIRE, LIVING)
    give_everybody_an_account(office)
    if office.runtime.engine.dialect.name == "sqlite":
        with office.runtime.engine.connect() as db:  # one file holds everything, and can be copied
            db.exec_driver_sql("COMMIT")
            db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.exec_driver_sql("BEGIN")
    office.close()


def _create(server: str, name: str, template: str) -> None:
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")


def _drop(server: str, name: str) -> None:
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as db:
        db.execute(text(statement))
    engine.dispose()
