"""Heartbeats: each scheduler says from time to time that it runs, so that its silence can be told."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from sqlalchemy import delete, func, insert, not_, select, update

from models.reminders import heartbeats
from workflow.runtime import Looking, Runtime

ACTOR: Final = "decision-routes"
AT_MOST_EVERY: Final = 10.0  # seconds
SILENT_AFTER: Final = timedelta(minutes=5)  # longer than it takes to bring lists forward or to hand a letter over
FORGOTTEN_AFTER: Final = timedelta(days=1)
LONGEST_REASON: Final = 500


def _place() -> str:
    return f"{socket.gethostname()} {os.getpid()}"


@dataclass
class Heart:
    """The heartbeat of one scheduler, from its start until it stops."""

    runtime: Runtime
    every: float = AT_MOST_EVERY
    timer: Callable[[], float] = monotonic
    process: str = field(default_factory=lambda: secrets.token_hex(16))
    place: str = field(default_factory=_place)
    _last: float | None = None

    def beat(
        self, swept_at: datetime | None = None, *, wakes_within: float | None = None, failure: str | None = None
    ) -> None:
        """Say that this scheduler runs, unless it has just said so; `wakes_within` seconds it looks again."""
        if self._last is not None and self.timer() - self._last < self.every:
            return
        with self.runtime.doing(ACTOR) as do:
            said = {
                "beat_at": do.now,
                "swept_at": swept_at,
                "wakes_at": None if wakes_within is None else do.now + timedelta(seconds=wakes_within),
                "last_failure": failure and failure[:LONGEST_REASON],
            }
            mine = heartbeats.c.process == self.process
            if do.db.execute(update(heartbeats).where(mine).values(said)).rowcount == 0:
                row = {"process": self.process, "place": self.place, "started_at": do.now, **said}
                do.db.execute(insert(heartbeats).values(row))
            old = not_(heartbeats.c.beat_at.between(do.now - FORGOTTEN_AFTER, do.now + FORGOTTEN_AFTER))
            do.db.execute(delete(heartbeats).where(old))
        self._last = self.timer()

    def stop(self) -> None:
        """Say that this scheduler has ended as it should: nobody need miss it."""
        with self.runtime.doing(ACTOR) as do:
            do.db.execute(delete(heartbeats).where(heartbeats.c.process == self.process))
        self._last = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What is heard of the schedulers of this installation, whichever machines they run on."""

    now: datetime
    schedulers: int  # those that were heard lately
    last_beat: datetime | None

    @property
    def is_running(self) -> bool:
        """Reminders and letters are seen to."""
        return self.schedulers > 0

    @property
    def age(self) -> timedelta | None:
        """How long ago one was last heard."""
        return None if self.last_beat is None else max(self.now - self.last_beat, timedelta(0))


def heard(look: Looking) -> Heard:
    """Whether any scheduler runs, and when one was last heard. What a wrong clock wrote ahead of time is not heard."""
    beat_at = heartbeats.c.beat_at
    lately = beat_at.between(look.now - SILENT_AFTER, look.now + SILENT_AFTER)
    running = select(func.count()).select_from(heartbeats).where(lately).scalar_subquery()
    last = select(func.max(beat_at)).where(beat_at <= look.now + SILENT_AFTER).scalar_subquery()
    row = look.db.execute(select(running.label("schedulers"), last.label("last_beat"))).one()
    return Heard(look.now, row.schedulers, row.last_beat)
