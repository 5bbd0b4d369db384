"""A sweep: reminders that are due become messages, and messages whose time has come become letters.

Any number of processes may sweep at once: each takes what nobody else has in hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, exists, func, select

from models.reminders import messages, reminders
from workflow import outbox
from workflow.reminders.posting import write_letters
from workflow.reminders.saying import say_due
from workflow.runtime import Runtime

ACTOR: Final = "decision-routes"
ROUNDS: Final = 3  # what is found to be somebody else's while a letter is written is said to them in the next round


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: messages written, and letters put into the outbox."""

    messages: int
    letters: int


def sweep(runtime: Runtime, stop: Callable[[], bool] = lambda: False) -> Swept:
    """Say everything that is due now; `stop` is asked between two transactions."""
    said = letters = 0
    for _time in range(ROUNDS):
        new = _say(runtime, stop)
        written = _write(runtime, stop)
        said, letters = said + new, letters + written
        if stop() or not _is_due(runtime):
            break
    return Swept(said, letters)


def next_moment(runtime: Runtime) -> datetime | None:
    """When there is something to do next: a reminder, a message or a letter."""
    with runtime.looking() as look:
        moments = (
            look.db.execute(select(func.min(reminders.c.next_at)).where(reminders.c.next_at.is_not(None))).scalar(),
            look.db.execute(select(func.min(messages.c.send_at)).where(messages.c.settled_at.is_(None))).scalar(),
            outbox.next_at(look),
        )
    return min((moment for moment in moments if moment is not None), default=None)


def _say(runtime: Runtime, stop: Callable[[], bool]) -> int:
    said, looked = 0, 1
    while looked and not stop():
        with runtime.doing(ACTOR) as do:
            looked, new = say_due(do)
        said += new
    return said


def _write(runtime: Runtime, stop: Callable[[], bool]) -> int:
    letters = 0
    passed_over: set[str] = set()
    while not stop():
        with runtime.doing(ACTOR) as do:
            if _is_due_at(do.db, do.now):  # somebody still looks: the last one writes, so that nobody gets two letters
                break
            written, there_was_somebody = write_letters(do, passed_over)
        letters += written
        if not there_was_somebody:
            break
    return letters


def _is_due(runtime: Runtime) -> bool:
    with runtime.looking() as look:
        return _is_due_at(look.db, look.now)


def _is_due_at(db: Connection, now: datetime) -> bool:
    return bool(db.execute(select(exists().where(reminders.c.next_at <= now))).scalar_one())
