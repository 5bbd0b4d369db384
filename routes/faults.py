"""What is wrong with a file, said as `file:line: message` in words that its author can act on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

LONGEST_QUOTED = 60


def shortened(text: str, longest: int = LONGEST_QUOTED) -> str:
    """A word of a file as it may stand in a sentence: its beginning, if it is very long."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


class Fault(NamedTuple):
    """One thing that is wrong with a file, and where."""

    file: str
    line: int  # counted from 1; 1 also where no line is known
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class FileFault(Exception):
    """A file cannot be used; it carries every fault that was found, in the order of the lines."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))
