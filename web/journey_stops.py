"""The stops of one item's journey, and what is said about each: the same facts for the picture and the list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from web.words import in_days, plain, state_words

Kind = Literal["meeting", "individual", "consultation", "gate"]

#: What kind of day it is, by where the plan has it from; {} is the day. What has none is the day itself.
_DAY: Final = {
    "bound": "booked for {}",
    "calendar": "next meeting {}",
    "pattern": "expected {}",
    "computed": "expected {}",
}

REACHED: Final = frozenset({"passed", "fell-short", "called-in"})
UNBOUND: Final = "unbound"  # of a route that no item takes yet: neither state nor day
NOT_STARTED: Final = "not-started"
OVER: Final = frozenset({"skipped", "ended"})


@dataclass(frozen=True, slots=True)
class Stop:
    """One step of an item as the map shows it.

    `after` names steps, or stages that were split among parties. `day` is when it was decided or is planned, `basis`
    where that day comes from, as in a plan. `join` says how many of parallel steps are needed, on each of them.
    """

    id: str
    name: str  # the forum, the body consulted, or what a gate waits for
    ask: str | None
    state: str  # a step's label
    after: tuple[str, ...]
    lane: str  # whose organisation or forum it is
    kind: Kind = "meeting"
    day: date | None = None
    basis: str = "none"
    outcome: str | None = None
    here: bool = False
    decisive: bool = False
    join: str | None = None
    href: str | None = None

    @property
    def stage(self) -> str:
        """The stage that this is a step of: partners, of partners:lcc."""
        return self.id.partition(":")[0]

    @property
    def done(self) -> bool:
        """It passed, and the item has gone on from here."""
        return self.state == "passed"


def not_begun(state: str) -> str:
    """A step's label while its item has not started: nothing is ready yet, but what does not apply is known."""
    return state if state in REACHED or state in OVER else NOT_STARTED


def what_is_asked(stop: Stop) -> str:
    """What happens at this stop, in few words: asked to endorse."""
    if stop.kind == "gate":
        return "gate"
    if stop.kind == "consultation":
        return "consultation"
    alone = ", outside a meeting" if stop.kind == "individual" else ""
    return f"asked to {stop.ask}{alone}" if stop.ask else f"decision{alone}"


def what_came_of_it(stop: Stop) -> str:
    """The outcome, or else the state: Endorsed; On the agenda."""
    if stop.state == UNBOUND:
        return ""
    words = state_words(stop.state)
    if not stop.outcome:
        return words
    return plain(stop.outcome) if stop.done else f"{plain(stop.outcome)} – {words.lower()}"


def when(stop: Stop, today: date | None = None) -> str | None:
    """The day with what kind of day it is; None where a day would say nothing."""
    if stop.state in OVER or stop.state == UNBOUND:
        return None
    if stop.day is None:
        return None if stop.state in REACHED else "no date yet"
    day = in_days(stop.day)
    if stop.state in REACHED or stop.basis == "actual":
        return day
    if today is not None and stop.day < today:
        return f"was planned for {day}"
    return _DAY.get(stop.basis, "{}").format(day)


def as_sentences(stops: Sequence[Stop], today: date | None = None) -> list[str]:
    """The facts of the map in words, a line for each stop in the same order."""
    often = Counter(stop.name for stop in stops)
    names = {stop.id: stop.name if often[stop.name] == 1 else f"{stop.name} of {stop.lane}" for stop in stops}
    of_stage: dict[str, list[str]] = {}
    for stop in stops:
        of_stage.setdefault(stop.stage, []).append(names[stop.id])
    return [_sentence(stop, names, of_stage, today) for stop in stops]


def _sentence(stop: Stop, names: dict[str, str], of_stage: dict[str, list[str]], today: date | None) -> str:
    lane = f", {stop.lane}" if stop.lane and stop.lane != stop.name else ""
    decisive = ", a decisive step" if stop.decisive else ""
    before: dict[str, None] = {}
    for name in stop.after:
        if name in names:
            before[names[name]] = None
        else:
            before.update(dict.fromkeys(of_stage.get(name, ())))
    parts = [
        f"{stop.name}{lane}: {what_is_asked(stop)}{decisive}",
        "Here now" if stop.here else "",
        ", ".join(part for part in (what_came_of_it(stop), when(stop, today)) if part),
        f"After {_listed(list(before))}" if before else "",
        stop.join or "",
    ]
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
