"""What a driver says about an unusable database becomes a sentence; a defect is let through."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError

from models.sessions import DatabaseUnavailable, engine_for, reading, understood, writing

SAID = [
    (psycopg.errors.UndefinedTable, "is not initialised"),
    (psycopg.errors.DiskFull, "no room left"),
    (psycopg.errors.LockNotAvailable, "is locked by another process"),
    (psycopg.errors.DeadlockDetected, "at the same moment"),
    (psycopg.errors.SerializationFailure, "at the same moment"),
    (psycopg.errors.ReadOnlySqlTransaction, "may only be read"),
    (psycopg.errors.ConnectionFailure, "cannot be reached"),
    (psycopg.errors.AdminShutdown, "cannot be reached"),
    (psycopg.errors.InvalidCatalogName, "cannot be reached"),
    (psycopg.OperationalError, "cannot be reached"),
]


@pytest.mark.parametrize(("kind", "sentence"), SAID, ids=lambda value: getattr(value, "__name__", ""))
def test_postgresql_is_understood_by_its_codes_and_not_by_its_words(
    kind: type[psycopg.Error], sentence: str, postgresql_server: str
) -> None:
    engine = engine_for(postgresql_server)
    with pytest.raises(DatabaseUnavailable, match=sentence), understood(engine):
        raise OperationalError("SELECT", {}, kind("etwas ist nicht in Ordnung"))
    engine.dispose()


@pytest.mark.parametrize("kind", [psycopg.errors.CheckViolation, psycopg.errors.UndefinedColumn])
def test_a_defect_is_not_taken_for_a_database_that_is_not_initialised(
    kind: type[psycopg.Error], postgresql_server: str
) -> None:
    engine = engine_for(postgresql_server)
    said = kind('new row for relation "steps" is busy and locked: the disk is full')
    with pytest.raises(DBAPIError), understood(engine):
        raise ProgrammingError("INSERT", {}, said)
    engine.dispose()


def test_a_row_that_sqlite_does_not_take_is_a_defect(tmp_path) -> None:  # type: ignore[no-untyped-def]
    engine = engine_for(f"sqlite:///{tmp_path}/office.sqlite")
    with pytest.raises(IntegrityError), understood(engine):
        raise IntegrityError("INSERT", {}, sqlite3.IntegrityError("CHECK constraint failed: locked"))
    engine.dispose()


def test_a_row_that_is_not_taken_and_a_table_that_is_not_there(database: str) -> None:
    engine = engine_for(database)
    with pytest.raises(IntegrityError), writing(engine) as db:
        db.execute(text("INSERT INTO derived_revision (id, number) VALUES (1, NULL)"))
    with pytest.raises(DatabaseUnavailable, match="not initialised"), reading(engine) as db:
        db.execute(text("SELECT * FROM nowhere"))
    engine.dispose()
