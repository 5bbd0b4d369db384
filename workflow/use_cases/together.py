"""Several outcomes of one meeting recorded together: all of them, or none."""

from __future__ import annotations

from dataclasses import dataclass

from workflow.doing import Doing
from workflow.locking import lock_in_order
from workflow.use_cases.acting import Done
from workflow.use_cases.outcomes import RecordOutcome, record
from workflow.use_cases.seen import must_be_as_seen


@dataclass(frozen=True, slots=True)
class Together:
    """What was resolved on several items, each with the number of its newest event when the page was shown."""

    by: str
    outcomes: tuple[tuple[RecordOutcome, int], ...]


def record_together(do: Doing, form: Together) -> list[Done]:
    """Record every one of them; where one is refused or somebody was first, nothing is recorded."""
    lock_in_order(do, sorted({outcome.item for outcome, _seen in form.outcomes}))
    for outcome, seen in form.outcomes:
        must_be_as_seen(do, outcome.item, outcome.step, seen)
    return [record(do, outcome) for outcome, _seen in form.outcomes]
