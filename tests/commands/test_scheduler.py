"""The scheduler as a process: started, told to stop, killed, started again; alone and inside `serve`."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from threading import Event
from typing import Any
from urllib.request import urlopen

import pytest
from sqlalchemy import func, select

from models.outbox import letters
from models.reminders import heartbeats
from tests.office import Office
from tests.post import MailServer, opened
from workflow.clock import SystemClock
from workflow.letters import Letter
from workflow.outbox import enqueue

ROOT = Path(__file__).parents[2]
SOON = 30  # seconds: a process takes a few to begin where others are at work
A_FEW = 10


@dataclass
class Machine:
    """Where processes run that serve one installation, with its folder for letters."""

    office: Office
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def starts(self, *words: str) -> subprocess.Popen[str]:
        """Start a command that goes on until it is told to stop."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("DECISION_ROUTES_")}
        here = {
            "DECISION_ROUTES_DATABASE_URL": self.office.url,
            "DECISION_ROUTES_MAIL_FOLDER": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "web.cli", *words], env=clean | here | self.settings, cwd=ROOT,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.started.append(process)
        return process

    def heartbeats(self) -> list[str]:
        with self.office.runtime.looking() as look:
            return list(look.db.execute(select(heartbeats.c.place)).scalars())

    def writes(self, *subjects: str) -> None:
        with self.office.runtime.doing("operator") as do:
            for subject in subjects:
                enqueue(do, Letter("notice", "owner", "owner@example.org", subject, "Please look.\n"))
            do.flush()

    def not_taken(self) -> int:
        """How many letters somebody tried to hand over, and could not."""
        with self.office.runtime.looking() as look:
            return look.db.execute(select(func.count(letters.c.last_failure))).scalar_one()

    def sent(self) -> set[str]:
        with self.office.runtime.looking() as look:
            gone = select(letters.c.subject).where(letters.c.sent_at.is_not(None))
            return set(look.db.execute(gone).scalars())


def wait_for(what: Callable[[], Any], within: float = SOON) -> Any:
    until = time.monotonic() + within
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def said_when_stopped(process: subprocess.Popen[str], sign: signal.Signals = signal.SIGTERM) -> tuple[str, str]:
    """Tell it to stop; that it does within seconds and without a fault; what it printed."""
    process.send_signal(sign)
    out, err = process.communicate(timeout=A_FEW)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    return out, err


@pytest.fixture
def machine(sqlite_database: str, tmp_path: Path) -> Iterator[Machine]:
    office = Office(sqlite_database)
    office.runtime.clock = SystemClock()
    found = Machine(office, tmp_path / "letters")
    yield found
    for process in found.started:
        with suppress(ProcessLookupError):
            process.kill()
        process.communicate()
    office.close()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_sends_what_waits_says_so_and_stops_when_it_is_told(machine: Machine, sign: signal.Signals) -> None:
    machine.writes("One", "Two")
    process = machine.starts("scheduler")
    wait_for(lambda: machine.sent() == {"One", "Two"})
    assert len(machine.heartbeats()) == 1
    assert len(list(machine.folder.glob("*.eml"))) == 2
    out, err = said_when_stopped(process, sign)
    assert out == "The scheduler runs. Stop it with Ctrl+C.\n"
    (line,) = [line for line in err.splitlines() if "event='run'" in line]
    assert "level='info'" in line and "sent=2" in line
    assert machine.heartbeats() == [], "nobody need miss it"


def test_killed_and_started_again_it_goes_on_where_it_was(machine: Machine) -> None:
    killed = machine.starts("scheduler")
    wait_for(machine.heartbeats)
    killed.kill()
    killed.wait(A_FEW)
    machine.writes("One")
    assert len(machine.heartbeats()) == 1, "it could not say that it ended"
    again = machine.starts("scheduler")
    wait_for(lambda: machine.sent() == {"One"})
    assert sorted(place.split()[-1] for place in machine.heartbeats()) == sorted((str(killed.pid), str(again.pid)))
    said_when_stopped(again)
    assert [place.split()[-1] for place in machine.heartbeats()] == [str(killed.pid)]


def test_two_at_once_send_each_letter_once(machine: Machine) -> None:
    subjects = {f"Letter {number}" for number in range(40)}
    machine.writes(*subjects)
    two = [machine.starts("scheduler"), machine.starts("scheduler")]
    wait_for(lambda: machine.sent() == subjects and len(machine.heartbeats()) == 2)
    said = "".join(said_when_stopped(process)[1] for process in two)
    sent = sum(int(word.removeprefix("sent=")) for word in said.split() if word.startswith("sent="))
    assert sent == len(subjects)
    assert machine.heartbeats() == []


def test_told_to_stop_while_a_letter_is_in_hand(machine: Machine) -> None:
    """The mail server takes its time: the letter goes out, the next ones stay for whoever comes after."""
    has_one, go_on = Event(), Event()

    def take_your_time(_message: EmailMessage) -> None:
        has_one.set()
        assert go_on.wait(SOON)

    with opened(MailServer(at_letter=take_your_time)) as server:
        machine.settings = {
            "DECISION_ROUTES_MAIL": "smtp",
            "DECISION_ROUTES_SMTP_HOST": "127.0.0.1",
            "DECISION_ROUTES_SMTP_PORT": str(server.port),
            "DECISION_ROUTES_SMTP_SECURITY": "none",
            "DECISION_ROUTES_SENDER": "decisions@example.org",
        }
        machine.writes("One", "Two", "Three")
        process = machine.starts("scheduler")
        assert has_one.wait(SOON)
        process.terminate()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.terminate()  # said twice it is no more urgent
        go_on.set()
        _out, err = process.communicate(timeout=A_FEW)
    assert process.returncode == 0, err
    assert len(server.taken) == 1
    assert len(machine.sent()) == 1
    assert machine.heartbeats() == []


def test_a_letter_that_nobody_takes_is_a_line_in_the_log(machine: Machine) -> None:
    machine.folder.write_text("A file is no folder.")
    machine.writes("One")
    process = machine.starts("scheduler")
    wait_for(lambda: machine.not_taken() == 1)
    _out, err = said_when_stopped(process)
    (line,) = [line for line in err.splitlines() if "letter not sent" in line]
    assert line.startswith("timestamp='2") and "level='warning'" in line
    assert "owner@example.org" not in err
    assert any("event='run'" in line and "failed=1" in line for line in err.splitlines())


def test_serve_has_a_scheduler_inside_unless_told_otherwise(machine: Machine) -> None:
    machine.writes("One")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    alone = machine.starts("serve", "--port", str(port), "--no-scheduler")
    assert wait_for(lambda: health(port))["scheduler"] == "none"
    said_when_stopped(alone)
    assert machine.sent() == set()

    both = machine.starts("serve", "--port", str(port))
    wait_for(lambda: (health(port) or {}).get("scheduler") == "running")
    wait_for(lambda: machine.sent() == {"One"})
    _out, err = said_when_stopped(both)
    assert "event='run'" in err
    assert machine.heartbeats() == []


def health(port: int) -> Any:
    with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/health", timeout=A_FEW) as answer:
        return json.load(answer)
