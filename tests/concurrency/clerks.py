"""Clerks in processes of their own, who act at the same moment, and some of whom are killed in the middle.

They are forked from a warm process that has never had a database open: each opens its own engine.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

from sqlalchemy import Engine, event

from workflow.actions import ACTIONS
from workflow.case_files import load
from workflow.case_reading import read_files
from workflow.clock import StoppedClock
from workflow.errors import WorkflowError
from workflow.runtime import Runtime, open_runtime
from workflow.setup import initialise

NOW = datetime(2023, 11, 1, 9, 0, tzinfo=UTC)
PATIENCE = 60  # seconds after which a clerk who has said nothing counts as stuck

fresh_processes = get_context("forkserver")
fresh_processes.set_forkserver_preload(["tests.concurrency.warm"])


@dataclass(frozen=True)
class Wish:
    """What a clerk wants to do: an act by its name, a case file to load, or a database to set up (init)."""

    action: str
    said: dict[str, Any] = field(default_factory=dict)
    by: str | None = None


@dataclass(frozen=True)
class Said:
    """What a clerk was told: `kind` is Done or the name of the error."""

    kind: str
    sentence: str

    @property
    def done(self) -> bool:
        """The act took place."""
        return self.kind == "Done"


def wish(action: str, item: str | None = None, step: str | None = None, by: str | None = None, **said: Any) -> Wish:
    """An act on an item, or on one of its steps."""
    about = {"item": item, "step": step}
    return Wish(action, {**{name: value for name, value in about.items() if value}, **said}, by)


def record(item: str, step: str, outcome: str, on: str, by: str | None = None, **more: Any) -> Wish:
    """What a forum resolved."""
    return wish("record", item, step, by, outcome=outcome, on=on, **more)


def fulfil(runtime: Runtime, wished: Wish) -> str:
    """Do it; the sentence that is shown is returned."""
    if wished.action == "load":
        with runtime.doing("operator") as do:
            return str(load(do, read_files([("case.yaml", wished.said["text"].encode())])))
    if wished.action == "init":
        initialise(runtime)
        return "Ready."
    action = ACTIONS[wished.action]
    done, _plans = runtime.do(
        action.run, action.form.model_validate({**wished.said, "by": wished.by}), wished.by or "operator"
    )
    return str(done.sentence)


def all_at_once(url: str, wishes: Sequence[Wish]) -> list[Said]:
    """Everybody acts at the same moment, each in a process of its own; what each was told, in order."""
    barrier = fresh_processes.Barrier(len(wishes))
    pairs = [fresh_processes.Pipe(duplex=False) for _wished in wishes]
    clerks = [
        fresh_processes.Process(target=_act, args=(url, wished, barrier, tell), daemon=True)
        for wished, (_hear, tell) in zip(wishes, pairs, strict=True)
    ]
    for clerk in clerks:
        clerk.start()
    try:
        said = [_heard(hear) for hear, _tell in pairs]
        for clerk in clerks:
            clerk.join(PATIENCE)
    finally:
        for clerk in clerks:
            clerk.kill()
            clerk.join()
            clerk.close()
        for pair in pairs:
            for end in pair:
                end.close()
    return said


def _heard(hear: Connection) -> Said:
    return hear.recv() if hear.poll(PATIENCE) else Said("Silence", "This clerk waits for ever.")


def _act(url: str, wished: Wish, barrier: Barrier, tell: Connection) -> None:
    runtime = open_runtime(url, clock=StoppedClock(NOW))
    if wished.action != "init":
        with runtime.looking():
            pass  # like a web server, each has looked at the database before
    barrier.wait(PATIENCE)
    try:
        tell.send(Said("Done", fulfil(runtime, wished)))
    except WorkflowError as err:
        tell.send(Said(type(err).__name__, str(err)))
    except Exception as err:
        tell.send(Said(f"Traceback: {type(err).__name__}", str(err)))
    runtime.engine.dispose()


class Doomed:
    """A clerk in a process of its own that is killed (SIGKILL) while acting, or survives if that comes too late."""

    def __init__(self, url: str, wished: Wish, at_statement: int | None = None) -> None:
        self._hear, tell = fresh_processes.Pipe(duplex=False)
        self._process = fresh_processes.Process(target=_act_until_killed, args=(url, wished, at_statement, tell))
        self._process.start()
        tell.close()

    def killed_after(self, seconds: float) -> None:
        """Killed so long after the act has begun."""
        self._began()
        time.sleep(seconds)
        self._process.kill()

    def buried(self) -> bool:
        """Whether the clerk was killed before the act was over."""
        self._process.join(PATIENCE)
        killed = self._process.exitcode == -signal.SIGKILL
        assert killed or self._process.exitcode == 0, "the clerk died of something else"
        self._hear.close()
        self._process.close()
        return killed

    def _began(self) -> None:
        assert self._hear.poll(PATIENCE), "the clerk never began"
        self._hear.recv_bytes()


def _act_until_killed(url: str, wished: Wish, at_statement: int | None, tell: Connection) -> None:
    runtime = open_runtime(url, clock=StoppedClock(NOW))
    with runtime.looking():
        pass
    if at_statement is not None:
        _die_at(runtime.engine, at_statement)
    tell.send_bytes(b"begun")
    fulfil(runtime, wished)


def _die_at(engine: Engine, moment: int) -> None:
    """Be killed at the n-th moment of the act: before or after a statement, before or after the commit."""
    passed = 0

    def count(*_about: object, **_more: object) -> None:
        nonlocal passed
        passed += 1
        if passed == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "after_cursor_execute", count)
    dialect: Any = engine.dialect
    commit: Callable[[Any], None] = dialect.do_commit

    def counted_commit(connection: Any) -> None:
        count()
        commit(connection)
        count()

    dialect.do_commit = counted_commit


def sentences(said: Iterable[Said]) -> str:
    """Everything that was told, to be shown when a test fails."""
    return "\n".join(f"{one.kind}: {one.sentence}" for one in said)
