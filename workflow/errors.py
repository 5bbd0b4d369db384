"""What can go wrong, each as the sentence that the person will read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date


def day(value: date) -> str:
    """A date as people write it: 5 October 2023."""
    return f"{value.day} {value:%B %Y}"


class WorkflowError(Exception):
    """Anything a person can be told in one sentence. `status` is the HTTP status that fits."""

    status = 400


class Refused(WorkflowError):
    """The act is not possible now; the sentence says why and what would help."""

    status = 422


class Unknown(WorkflowError):
    """Something was named that is not there."""

    status = 404


class NotPermitted(WorkflowError):
    """The person may not do this."""

    status = 403


class AlreadyDecided(WorkflowError):
    """Somebody else was first."""

    status = 409


class BeyondCalendar(WorkflowError):
    """A day lies beyond the end of the known bank-holiday calendar, so nothing can be counted there."""

    status = 422


class Faulty(WorkflowError):
    """A file, or several, with every fault as `file:line: message`. Nothing of them was taken in."""

    status = 422

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class Unavailable(WorkflowError):
    """The database or a file cannot be used at all: unreachable, locked, full, newer, not initialised."""

    status = 503
