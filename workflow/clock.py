"""What time it is: asked once, at the edge, and passed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")


class Clock(Protocol):
    """Tells the time, aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class StoppedClock:
    """Stands still until told: for stories and for playing a timetable through."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def to(self, london: str) -> None:
        """Set it to a local time such as "2023-10-05 14:00"."""
        self.at = datetime.fromisoformat(london).replace(tzinfo=LONDON).astimezone(UTC)


@dataclass(frozen=True)
class ShiftedClock:
    """A demonstration's clock: it read `reads` at the real moment `set_at`, and runs on from there."""

    reads: datetime
    set_at: datetime
    real: Clock

    def now(self) -> datetime:
        return self.reads + (self.real.now() - self.set_at)


def business_date(moment: datetime) -> date:
    """The day it is in England at this moment."""
    return moment.astimezone(LONDON).date()
