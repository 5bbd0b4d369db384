"""The command line as its users have it: a line is typed, something is printed, and there is an exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.office import LANCASHIRE, WEST_LANCASHIRE
from web.cli import main


@dataclass(frozen=True)
class Heard:
    """What a command printed, and its exit code."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, for scripts."""
        return json.loads(self.out)


class Desk:
    """Where commands are typed; the database is the one that the environment names."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self.capture = capture

    def types(self, *words: str | Path) -> Heard:
        """Type a command, and see what comes of it. There is never a traceback, and errors are lines."""
        self.capture.readouterr()
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        printed = self.capture.readouterr()
        assert isinstance(left.value.code, int)
        heard = Heard(left.value.code, printed.out, printed.err)
        assert "Traceback" not in heard.err
        assert "nobody foresaw" not in heard.err, heard.err
        assert heard.err == "" if heard.status == 0 else (heard.err.endswith("\n") or heard.out), heard
        return heard

    def does(self, *words: str | Path) -> str:
        """Type a command that works; what it prints is returned."""
        heard = self.types(*words)
        assert heard.status == 0, heard
        return heard.out

    def sees(self, *words: str | Path) -> Any:
        """The JSON of a command that works."""
        return json.loads(self.does(*words, "--json"))

    def is_refused(self, *words: str | Path, status: int = 1) -> str:
        """Type a command that does not work: one line says why, on standard error; nothing else is printed."""
        heard = self.types(*words)
        assert (heard.status, heard.out) == (status, ""), heard
        assert heard.err.count("\n") == 1, heard
        return heard.err.rstrip("\n")


@pytest.fixture
def at(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], Desk]:
    """A desk at the database with this address, or at none that anybody named."""

    def sit_down(url: str | None) -> Desk:
        for name in ("DECISION_ROUTES_DATABASE_URL", "DECISION_ROUTES_LEDGER_KEY"):
            monkeypatch.delenv(name, raising=False)
        if url is not None:
            monkeypatch.setenv("DECISION_ROUTES_DATABASE_URL", url)
        monkeypatch.setenv("COLUMNS", "140")
        return Desk(capsys)

    return sit_down


@pytest.fixture
def desk(at: Callable[[str | None], Desk], sqlite_database: str) -> Desk:
    """A desk at an empty, initialised SQLite database."""
    return at(sqlite_database)


@pytest.fixture
def lancashire(desk: Desk) -> Desk:
    """The same with the two real cases loaded."""
    desk.does("load", LANCASHIRE, WEST_LANCASHIRE)
    return desk
