"""What may happen to a step or an item next, as state machines of `transitions`.

One machine per kind of thing, shared by every item and every thread: it holds definitions, never rows. What
is fired is a small mover that carries a state in and the new state out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from transitions import Machine

from workflow.errors import Refused

Kind = Literal["forum", "gate", "papers", "item"]

#: action, the states it starts from, the state it ends in
TRANSITIONS: Final[dict[Kind, tuple[tuple[str, tuple[str, ...], str], ...]]] = {
    "forum": (  # a step before a meeting, an office-holder or a consultation
        ("pass", ("open",), "passed"),
        ("fall-short", ("open",), "fell-short"),
        ("reject", ("open",), "fell-short"),
        ("defer", ("open",), "over"),
        ("refer-back", ("open",), "over"),
        ("accept", ("fell-short",), "passed"),
        ("send-back", ("fell-short",), "over"),
        ("ask-again", ("passed", "fell-short", "called-in"), "over"),  # the report changed materially
        ("call-in", ("passed",), "called-in"),
        ("uphold", ("called-in",), "passed"),
        ("reconsider", ("called-in",), "over"),
        ("undo", ("passed", "fell-short", "called-in", "over"), "open"),  # first half of a correction
    ),
    "gate": (("open-gate", ("open",), "passed"),),
    "papers": (
        ("submit", ("none", "submitted", "on-agenda"), "submitted"),
        ("agenda", ("submitted",), "on-agenda"),
        ("take-off", ("on-agenda",), "submitted"),
    ),
    "item": (
        ("start", ("draft",), "in-progress"),
        ("hold", ("in-progress",), "on-hold"),
        ("resume", ("on-hold",), "in-progress"),
        ("withdraw", ("draft", "in-progress", "on-hold"), "withdrawn"),
    ),
}


@dataclass(slots=True)
class _Mover:
    state: str


@cache
def machine_for(kind: Kind) -> Machine:
    """The shared machine of one kind of thing."""
    states = sorted({s for _a, sources, end in TRANSITIONS[kind] for s in (*sources, end)})
    built = Machine(model=None, states=states, initial=None, auto_transitions=False, queued=False, send_event=True)
    for action, sources, end in TRANSITIONS[kind]:
        built.add_transition(action, list(sources), end)
    return built


def may(kind: Kind, state: str, action: str) -> bool:
    """Whether this can happen in this state."""
    return any(action == name and state in sources for name, sources, _end in TRANSITIONS[kind])


def fire(kind: Kind, state: str, action: str, why_not: str) -> str:
    """The state after an action; Refused with `why_not` where it cannot happen now."""
    if not may(kind, state, action):
        raise Refused(why_not)
    mover = _Mover(state)
    moved: Any = machine_for(kind).events[action].trigger(mover)
    if not moved:  # a guard said no without a reason: ours have none, so this is a defect
        raise AssertionError(f"{action} from {state} was refused by the machine")
    return mover.state
