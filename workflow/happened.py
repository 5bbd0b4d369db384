"""What an act did, as far as plans may change by it: to one step, one item or one meeting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflow.ledger import Change
from workflow.slip_reasons import CAUSE_OF_EVENT, CAUSE_OF_OUTCOME

WHOLE = ""  # in the place of a step: the whole item


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened, on which business date, the step or the meeting that it comes from, and the reason chosen."""

    cause: str
    on: date
    because: str | None = None
    code: str | None = None


#: By the chain and the step, or the meeting, that it was done to.
Key = tuple[str, str]


def happened(
    subject: str, kind: str, step: str | None, on: date, act: Mapping[str, Any], changes: Sequence[Change]
) -> Iterator[tuple[Key, Happened]]:
    """What one event says of each thing that it was done to; nothing where no plan can change by it."""
    cause = CAUSE_OF_EVENT.get(kind)
    if cause is None:
        return
    code = act.get("code")
    if subject.startswith("forum:"):
        meeting = str(act.get("meeting") or act.get("entry", {}).get("id") or "")
        yield of_meeting(meeting), Happened(cause, on, meeting, code)
        return
    cause = CAUSE_OF_OUTCOME.get(act.get("outcome", ""), cause) if kind == "recorded" else cause
    for change in changes:
        if change.table.name == "steps" and change.key[0] != step:
            yield (subject, str(change.key[0])), Happened(cause, on, step, code)
    yield (subject, step or WHOLE), Happened(cause, on, act.get("meeting"), code)


def of_meeting(meeting: str) -> Key:
    """The place of what was done to a meeting, whichever of its forums' chains speaks of it."""
    return ("meeting", meeting)
