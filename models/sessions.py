"""Engines and transactions: the one file that knows which database it is.

SQLite serves one machine: writers begin IMMEDIATE (two can never read the same state and both write),
readers stay deferred and never wait. PostgreSQL serves several: writers lock the rows they act on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Dialect,
    Engine,
    Insert,
    Table,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, NoSuchModuleError, OperationalError

from models.migrations.append_only import FUNCTIONS

BUSY_SECONDS = 30

_CROSSED = "Somebody else worked on the same things at the same moment. Nothing was recorded; try again."
_LOCKED = "The database {where} is locked by another process. Try again in a moment."
_FULL = "There is no room left for {where}. Nothing was recorded."
_READ_ONLY = "The database {where} may only be read. Nothing was recorded."
_DAMAGED = "{where} is not an SQLite database, or it is damaged."
_DISK = "The disk failed while using {where}. Nothing was recorded."
_NO_TABLES = "The database {where} is not initialised. Run decision-routes init."
_UNREACHABLE = "The database {where} cannot be reached. Check that it runs and that its address is right."

#: What SQLite says, in its own words.
_SIGNS = {
    "locked": _LOCKED,
    "busy": _LOCKED,
    "disk is full": _FULL,
    "no space left": _FULL,
    "readonly": _READ_ONLY,
    "read-only": _READ_ONLY,
    "not a database": _DAMAGED,
    "malformed": _DAMAGED,
    "unable to open": "The database {where} cannot be opened. Check the path and its folder.",
    "disk i/o": _DISK,
    "no such table": _NO_TABLES,
}

#: What PostgreSQL says, by code or by class of codes: its words depend on its language, and on names in them.
_CODES = {
    "40P01": _CROSSED,
    "40001": _CROSSED,
    "55P03": _LOCKED,
    "53100": _FULL,
    "25006": _READ_ONLY,
    "58030": _DISK,
    "42P01": _NO_TABLES,
    "08": _UNREACHABLE,
    "57P01": _UNREACHABLE,
    "57P02": _UNREACHABLE,
    "57P03": _UNREACHABLE,
}


class DatabaseUnavailable(Exception):
    """The database cannot be used at all; the sentence says why and what to do."""


def engine_for(url: str, *, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """An engine for `sqlite:///file` or `postgresql://…`; DatabaseUnavailable for anything else."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError) as err:
        raise DatabaseUnavailable(
            "The database address is not one: write sqlite:///file.sqlite or postgresql://user@host/name."
        ) from err
    if backend == "sqlite":
        return _sqlite(url, busy_seconds)
    if backend == "postgresql":
        address = parsed.set(drivername="postgresql+psycopg")
        return create_engine(address, pool_size=5, max_overflow=10, hide_parameters=True)
    raise DatabaseUnavailable(f"{backend} is not a database that Decision Routes knows: use SQLite or PostgreSQL.")


def _sqlite(url: str, busy_seconds: float) -> Engine:
    waits = {} if "timeout" in make_url(url).query else {"timeout": busy_seconds}
    engine = create_engine(url, connect_args=waits, hide_parameters=True)  # errors are logged, and hold what was typed

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that may write: everything in it is kept, or nothing."""
    with (
        understood(engine),
        engine.connect().execution_options(writes=True) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent look at the database; what it writes is thrown away."""
    with understood(engine), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin() as transaction:
            yield connection
            transaction.rollback()


@contextmanager
def understood(engine: Engine) -> Iterator[None]:
    """Turn what a driver says about an unusable database into a sentence."""
    try:
        yield
    except (OperationalError, InterfaceError, DBAPIError) as err:
        sentence = _sentence(engine, err)
        if sentence is None:
            raise
        raise DatabaseUnavailable(sentence) from err


def _sentence(engine: Engine, err: DBAPIError) -> str | None:
    """What to tell people; None for what is no state of the database but a defect."""
    where = _place(engine)
    if isinstance(err.orig, sqlite3.IntegrityError):
        return None
    if isinstance(err.orig, sqlite3.Error):
        said = str(err.orig).lower()
        trouble = next((found for sign, found in _SIGNS.items() if sign in said), None)
    else:
        code = getattr(err.orig, "sqlstate", None) or ""
        trouble = _CODES.get(code) or _CODES.get(code[:2])
    if trouble is not None:
        return trouble.format(where=where)
    if not isinstance(err, OperationalError | InterfaceError):
        return None
    if isinstance(err.orig, sqlite3.Error):
        return f"The database {where} cannot be used: {err.orig}."
    return _UNREACHABLE.format(where=where)


def _place(engine: Engine) -> str:
    if engine.url.get_backend_name() == "sqlite":
        return Path(engine.url.database or ":memory:").name
    return engine.url.render_as_string(hide_password=True).split("?")[0]


def replacing(table: Table, dialect: Dialect) -> Insert:
    """An INSERT that takes the place of the row with the same key, if there is one."""
    return _replacing(table, dialect.name)


@cache
def _replacing(table: Table, dialect: str) -> Insert:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(table)
    keys = {column.name for column in table.primary_key}
    others = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
    if not others:
        return statement.on_conflict_do_nothing()
    return statement.on_conflict_do_update(index_elements=sorted(keys), set_=others)


def adding(table: Table, dialect: Dialect) -> Insert:
    """An INSERT that leaves the row with the same key as it is, if there is one."""
    return _adding(table, dialect.name)


@cache
def _adding(table: Table, dialect: str) -> Insert:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return make(table).on_conflict_do_nothing()


def keep_to_oneself(connection: Connection) -> None:
    """Let nobody else set this database up until the end of the transaction; on SQLite a writer is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('decision-routes'))"))


def table_names(connection: Connection) -> set[str]:
    """The tables that are there, whoever made them."""
    return set(inspect(connection).get_table_names())


def remove_everything(connection: Connection, tables: set[str]) -> None:
    """Drop these tables, triggers and all: only ever for starting a demonstration afresh."""
    if connection.dialect.name == "postgresql":
        for name in sorted(tables):
            connection.execute(text(f'DROP TABLE IF EXISTS "{name}" CASCADE'))
        for name in FUNCTIONS:
            connection.execute(text(f"DROP FUNCTION IF EXISTS {name}()"))
        return
    connection.execute(text("PRAGMA defer_foreign_keys=ON"))
    for name in sorted(tables):
        connection.execute(text(f'DROP TABLE IF EXISTS "{name}"'))
