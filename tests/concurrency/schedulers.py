"""Schedulers in processes of their own, as `decision-routes scheduler` runs them, that are killed again and again."""

from __future__ import annotations

import logging
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any, Final

import structlog
from sqlalchemy import Engine, event

from tests.concurrency.clerks import PATIENCE, fresh_processes
from tests.concurrency.crowded import in_the_middle, is_over
from workflow.clock import Clock
from workflow.heartbeats import Heart
from workflow.mail.folder import FolderMailer
from workflow.mail.messages import letter_of
from workflow.outbox import Pace, deliver_waiting
from workflow.runs import Runs
from workflow.runtime import Runtime, open_runtime

fresh_processes.set_forkserver_preload(["tests.concurrency.warm", "tests.concurrency.schedulers"])

SENDER: Final = "decision-routes@county.test"
PACE: Final = Pace(lease=timedelta(seconds=2.5), patience=timedelta(seconds=2))  # soon taken up again
PAUSE: Final = 0.02  # seconds instead of 15 between two looks

logging.getLogger("decision_routes").setLevel(logging.WARNING)


class LoggedFolder(FolderMailer):
    """A folder that notes each letter handed over, so that those that came twice can be counted."""

    def send(self, message: EmailMessage) -> None:
        """Into the log, then into the folder."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "handed-over.log").open("a", encoding="utf-8") as log:
            log.write(letter_of(message) + "\n")
        super().send(message)


@dataclass(frozen=True)
class Place:
    """Where schedulers work: a database, a folder for letters, and what time it is there."""

    url: str
    folder: Path
    clock: Clock

    def opened(self) -> Runtime:
        """A runtime there."""
        return open_runtime(self.url, clock=self.clock)


class Scheduler:
    """One scheduler in a process of its own; `at_statement` of its life it is killed (SIGKILL), or from outside."""

    def __init__(self, place: Place, at_statement: int | None = None, barrier: Barrier | None = None) -> None:
        self._hear, tell = fresh_processes.Pipe(duplex=False)
        ended, self._end = fresh_processes.Pipe(duplex=False)
        self._process = fresh_processes.Process(
            target=_schedule, args=(place, at_statement, barrier, tell, ended), daemon=True
        )
        self._process.start()
        tell.close()
        ended.close()
        self.said: list[str] = []

    @property
    def runs(self) -> bool:
        """Whether it is still alive."""
        return self._process.is_alive()

    def kill(self) -> list[str]:
        """Bury it; what it complained of is returned."""
        self._process.kill()
        return self._buried()

    def stop(self) -> list[str]:
        """Let it finish what it has in hand."""
        self._end.close()
        return self._buried()

    def _buried(self) -> list[str]:
        with suppress(EOFError, OSError):
            while self._hear.poll(PATIENCE):
                self.said.append(self._hear.recv())
        self._process.join(PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
            self.said.append("This scheduler did not stop.")
        elif self._process.exitcode not in (0, -signal.SIGKILL):
            self.said.append(f"This scheduler died of something else ({self._process.exitcode}).")
        for end in (self._hear, self._end):
            end.close()
        self._process.close()
        return self.said


def _schedule(
    place: Place, at_statement: int | None, barrier: Barrier | None, tell: Connection, end: Connection
) -> None:
    _complain_to(tell.send)
    runtime = place.opened()
    if at_statement is not None:
        _die_at(runtime.engine, at_statement)
    mailer = LoggedFolder(place.folder, SENDER)
    runs = Runs(runtime, Heart(runtime), lambda stop: deliver_waiting(runtime, mailer, pace=PACE, stopping=stop))
    if barrier is not None:
        with runtime.looking():
            pass
        barrier.wait(PATIENCE)
    while not end.poll():
        time.sleep(min(runs.run(end.poll), PAUSE))
    runs.end()
    runtime.engine.dispose()


def _complain_to(tell: Callable[[str], None]) -> None:
    """Whatever goes wrong is heard by whoever started this scheduler."""

    def note(_logger: Any, method: str, said: Any) -> Any:
        if method not in ("info", "debug"):
            tell(str(structlog.processors.format_exc_info(None, method, said)))
        raise structlog.DropEvent

    class Told(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            tell(record.getMessage())

    structlog.configure(processors=[note])
    logging.getLogger("decision_routes").addHandler(Told())


def _die_at(engine: Engine, moment: int) -> None:
    """Be killed at the n-th moment: before or after a statement, or before a commit."""
    passed = 0

    def count(*_about: object, **_more: object) -> None:
        nonlocal passed
        passed += 1
        if passed == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    for moments in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(engine, moments, count)


@dataclass
class Killing:
    """How schedulers are killed: `number` of them run, so many kills, each after a pause of so many seconds."""

    place: Place
    number: int
    kills: int
    dice: random.Random
    pauses: tuple[float, float]
    patience: float = 120.0
    killed: int = 0
    in_the_middle: int = 0  # kills when something had been said and not all was handed over
    said: list[str] = field(default_factory=list)

    def until_all_is_done(self) -> None:
        """Kill and start again; when enough were killed, those that are left do the rest."""
        runtime = self.place.opened()
        begun = time.monotonic()
        running = [self._another() for _n in range(self.number)]
        try:
            while not is_over(runtime) and time.monotonic() - begun < self.patience:
                time.sleep(self.dice.uniform(*self.pauses))
                victims = running if self.dice.random() < 0.2 else [self.dice.choice(running)]
                dead = [one for one in running if not one.runs or (self.killed < self.kills and one in victims)]
                for one in dead:
                    self.said += one.kill()
                self.killed += len(dead)
                self.in_the_middle += len(dead) if dead and in_the_middle(runtime) else 0
                running = [self._another() if one in dead else one for one in running]
        finally:
            for one in running:
                self.said += one.stop()
            runtime.engine.dispose()

    def _another(self) -> Scheduler:
        """Every other one dies in the middle of a transaction, while there are some to be killed."""
        doomed = self.killed < self.kills and self.dice.random() < 0.5
        return Scheduler(self.place, self.dice.randint(20, 400) if doomed else None)
