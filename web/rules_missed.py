"""What somebody is told before an act: the rules on notice and agenda that are not kept at a step, and the ways out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workflow.clocks.clock import Kind
from workflow.clocks.recording import ASKED_FOR
from workflow.queries.at_hand import StepAtHand
from workflow.queries.clocks import ClockTold, not_kept

#: Which rules matter for each act.
_KINDS: Final[Mapping[str, tuple[Kind, ...]]] = {
    "record": ASKED_FOR,
    "agenda": ASKED_FOR,
    "notice": ("key-decision-notice",),
    "private-notice": ("private-meeting-notice",),
    "private-notice-again": ("private-meeting-notice-again",),
}


def missed_before(step: StepAtHand | None, act: str) -> tuple[ClockTold, ...]:
    """The rules that matter for an act and are missed at its step already."""
    if step is None or act not in _KINDS:
        return ()
    found = not_kept(step.hand.seen, step.hand.id, step.id, _KINDS[act])
    return tuple(told for told in found if told.clock.state != "at-risk")
