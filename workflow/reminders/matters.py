"""What somebody is to be reminded of: one thing on one item that is somebody's turn, until it is done."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to be reminded of. `holder` is whose turn it is, by role; `day` by when or on which day, if known.

    `step` is "" and `round` 0 for the whole item; `detail` tells apart what the step does not: an area with the
    report version, the number of a condition.
    """

    kind: str
    item: str
    holder: str
    step: str = ""
    round: int = 0
    detail: str = ""
    forum: str | None = None
    day: date | None = None

    @property
    def id(self) -> str:
        """The same for the same thing, however often it is computed and whichever day it has."""
        return _digest(self.kind, self.item, self.step, str(self.round), self.detail, self.holder)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A matter as it is kept: since when it is known, how often its day has changed and how often it came up again."""

    id: str
    kind: str
    item: str
    step: str
    detail: str
    holder: str
    forum: str | None
    day: date | None
    since: datetime
    changed_at: datetime
    sequence: int = 0
    reopened: int = 0
    failures: int = 0

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Reminder:
        """The reminder in this row of `post_reminders`."""
        return cls(**{field.name: row[field.name] for field in fields(cls)})


def message_key(reminder: str, day: date | None, rung: str, person: str, reopened: int = 0) -> str:
    """The same for the same message to the same person, so that it is written once whoever computes it.

    `reopened`: how often the reminder came up again after it had ended. What has a day is told apart by that alone:
    whoever knows the day need not hear it again.
    """
    again = (str(reopened),) if reopened and day is None else ()
    return _digest(reminder, day.isoformat() if day else "", rung, person, *again)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
