"""A database that cannot be used: one sentence, exit 2, and nothing was changed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tests.commands.conftest import Desk
from tests.office import LANCASHIRE

At = Callable[[str | None], Desk]
COMMANDS = [
    ("where",),
    ("plan", "any"),
    ("history", "any"),
    ("verify",),
    ("dump",),
    ("load", str(LANCASHIRE)),
    ("record", "any", "cabinet", "agreed"),
    ("meeting", "cancel", "any"),
]


@pytest.fixture
def file(sqlite_database: str) -> Path:
    """An initialised SQLite database, as a file."""
    return Path(sqlite_database.removeprefix("sqlite:///"))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_database_that_is_not_there(at: At, tmp_path: Path, command: tuple[str, ...]) -> None:
    desk = at(f"sqlite:///{tmp_path}/none.sqlite")
    assert "decision-routes init" in desk.is_refused(*command, status=2)
    assert not (tmp_path / "none.sqlite").exists()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_an_empty_file_is_not_initialised(at: At, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "empty.sqlite").touch()
    desk = at(f"sqlite:///{tmp_path}/empty.sqlite")
    assert "not initialised" in desk.is_refused(*command, status=2)


def test_the_default_is_a_file_where_the_command_is_typed(
    at: At, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    desk = at(None)
    desk.does("init")
    assert (tmp_path / "decision-routes.sqlite").exists()
    assert desk.does("where") == "No items.\n"


def test_the_option_goes_before_the_environment(at: At, tmp_path: Path, sqlite_database: str) -> None:
    desk = at(f"sqlite:///{tmp_path}/none.sqlite")
    assert desk.does("where", "--db", sqlite_database) == "No items.\n"


def test_setting_up_twice_changes_nothing(desk: Desk) -> None:
    before = desk.sees("verify")
    desk.does("init")
    assert desk.sees("verify") == before


@pytest.mark.parametrize("command", [("init",), *COMMANDS], ids=lambda command: command[0])
def test_a_text_file_is_no_database(at: At, tmp_path: Path, command: tuple[str, ...]) -> None:
    letter = tmp_path / "letter.sqlite"
    letter.write_text("Dear Sir or Madam, " * 100)
    desk = at(f"sqlite:///{letter}")
    assert "not an SQLite database" in desk.is_refused(*command, status=2)
    assert letter.read_text() == "Dear Sir or Madam, " * 100


def test_a_damaged_database(at: At, file: Path) -> None:
    at(f"sqlite:///{file}").does("load", LANCASHIRE)
    content = bytearray(file.read_bytes())
    content[4096 * 2 :] = b"\xa5" * (len(content) - 4096 * 2)
    file.write_bytes(content)
    desk = at(f"sqlite:///{file}")
    assert "damaged" in desk.is_refused("where", status=2)


@pytest.mark.parametrize("command", [("init",), *COMMANDS], ids=lambda command: command[0])
def test_a_directory_is_no_database(at: At, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "folder.sqlite").mkdir()
    desk = at(f"sqlite:///{tmp_path}/folder.sqlite")
    assert "cannot be opened" in desk.is_refused(*command, status=2)


def test_a_folder_that_is_not_there(at: At, tmp_path: Path) -> None:
    desk = at(f"sqlite:///{tmp_path}/nowhere/at/all.sqlite")
    assert "cannot be opened" in desk.is_refused("init", status=2)


@pytest.mark.parametrize(
    "address",
    [
        "decision-routes.sqlite", "http://example.org", "mysql://host/name", "oracle://host", "://", "nonsense:",
        "postgresql://host:port/name",
    ],
)  # fmt: skip
def test_an_address_that_is_none(at: At, address: str) -> None:
    at(address).is_refused("where", status=2)


@pytest.mark.parametrize("command", [("init",), *COMMANDS], ids=lambda command: command[0])
def test_a_postgresql_that_cannot_be_reached(at: At, command: tuple[str, ...]) -> None:
    desk = at("postgresql://clerk:secret@127.0.0.1:1/office")
    sentence = desk.is_refused(*command, status=2)
    assert "cannot be reached" in sentence
    assert "secret" not in sentence


def test_a_postgresql_database_that_does_not_exist_or_is_empty(at: At, postgresql_server: str) -> None:
    at(postgresql_server.replace("/postgres?", "/nowhere?")).is_refused("where", status=2)
    assert "not initialised" in at(postgresql_server).is_refused("where", status=2)


@pytest.fixture
def held(file: Path) -> Iterator[Path]:
    """A database that another process writes to and does not let go of."""
    holding = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "db.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        yield file
        holder.communicate()


def test_a_locked_database_is_waited_for_and_then_given_up(at: At, held: Path) -> None:
    desk = at(f"sqlite:///{held}?timeout=0.2")
    for command in (("load", str(LANCASHIRE)), ("record", "any", "cabinet", "agreed"), ("init",)):
        assert "locked by another process" in desk.is_refused(*command, status=2)


def test_readers_do_not_wait_for_a_writer(at: At, held: Path) -> None:
    desk = at(f"sqlite:///{held}?timeout=0.2")
    assert desk.does("where") == "No items.\n"
    assert desk.sees("verify")["ok"]


def test_a_newer_database_is_left_alone(at: At, database: str) -> None:
    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999_from_the_future'"))
    engine.dispose()
    desk = at(database)
    for command in (("init",), *COMMANDS):
        assert "newer version" in desk.is_refused(*command, status=2)


def test_the_tables_of_something_else_are_left_alone(at: At, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as db:
        db.execute("CREATE TABLE orders (id INTEGER)")
    desk = at(f"sqlite:///{tmp_path}/shop.sqlite")
    assert "something else" in desk.is_refused("init", status=2)
    assert "not initialised" in desk.is_refused("where", status=2)


def test_a_full_disk(at: At, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite says the same of a disk without room as of a database that has reached its greatest size."""
    desk = at(f"sqlite:///{file}")
    desk.does("load", LANCASHIRE)
    before = desk.does("dump")
    with closing(sqlite3.connect(file)) as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
    monkeypatch.setattr(sqlite3.dbapi2, "connect", _below(pages + 2))
    sentence = desk.is_refused("load", _many_items(file.parent), status=2)
    monkeypatch.undo()
    desk = at(f"sqlite:///{file}")
    assert sentence == f"There is no room left for {file.name}. Nothing was recorded."
    assert desk.does("dump") == before
    assert desk.sees("verify")["ok"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write to any file")
def test_a_database_that_may_only_be_read(at: At, file: Path) -> None:
    file.chmod(0o400)
    sentence = at(f"sqlite:///{file}").is_refused("load", LANCASHIRE, status=2)
    assert "may only be read" in sentence


def test_a_database_that_was_opened_to_be_read_only(at: At, file: Path) -> None:
    desk = at(f"sqlite:///file:{file}?mode=ro&uri=true")
    assert "may only be read" in desk.is_refused("load", LANCASHIRE, status=2)
    assert desk.does("where") == "No items.\n"


def test_settings_that_are_unknown_or_cannot_be_used(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DECISION_ROUTES_LEDGER_KEY", "short")
    assert "DECISION_ROUTES_LEDGER_KEY" in desk.is_refused("where", status=2)
    monkeypatch.delenv("DECISION_ROUTES_LEDGER_KEY")
    monkeypatch.setenv("DECISION_ROUTES_DATABSE_URL", "sqlite:///office.sqlite")
    assert "DECISION_ROUTES_DATABSE_URL" in desk.is_refused("where", status=2)


def _below(pages: int) -> Callable[..., sqlite3.Connection]:
    """Connecting to SQLite so that no database grows beyond so many pages."""
    connect = sqlite3.connect

    def connected(*about: Any, **more: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*about, **more)
        connection.execute(f"PRAGMA max_page_count={pages}")
        return connection

    return connected


def _many_items(folder: Path) -> Path:
    """A case file with more than fits."""
    lines = ["decision_routes: 1", "items:"]
    for number in range(200):
        lines.append(
            f"  - {{id: deal-{number}, title: Deal {number}, type: delegation, route: integration-deal, "
            f"organisation: icb, owner: director-hci, recommendations: [a, b, c, d]}}"
        )
    path = folder / "many.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path
