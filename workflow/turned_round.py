"""Which steps of an item would change places in time, as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from workflow.errors import day as in_words
from workflow.facts import Case
from workflow.meeting_choice import Moment, moment
from workflow.plans import Plan, PlannedStep


@dataclass(frozen=True, slots=True)
class Turn:
    """Two steps that change places: `first` now comes before `second`. `both_decide`: the route ends in both."""

    first: str
    second: str
    both_decide: bool
    sentence: str


def turned_round(case: Case, names: Mapping[str, str], old: Plan, new: Plan) -> tuple[Turn, ...]:
    """Each pair of steps of which now the other one comes first; pairs that both decide stand in front.

    Only of those that are both still to come can one now come first.
    """
    was = {step.step: at for step in old.steps if (at := _at(step)) is not None}
    ahead = [step for step in new.steps if step.basis != "actual" and step.meeting and step.meeting >= new.on]
    becomes = {step.step: at for step in ahead if (at := _at(step)) is not None}
    stages = {step.id: case.route.stage(step.stage) for step in case.steps}
    timed = [name for name in becomes if name in was and stages[name].kind != "gate"]
    found: list[Turn] = []
    for one, other in combinations(timed, 2):
        if was[one] > was[other] and becomes[one] < becomes[other]:
            first, second = one, other
        elif was[one] < was[other] and becomes[one] > becomes[other]:
            first, second = other, one
        else:
            continue
        both_decide = stages[first].decisive and stages[second].decisive
        does = "decides" if both_decide else "comes"
        day, then = becomes[first][0], becomes[second][0]
        on = "later that day" if day == then else f"on {in_words(then)}"
        sentence = f"{names[first]} now {does} first, on {in_words(day)}, before {_inside(names[second])} {on}"
        found.append(Turn(first, second, both_decide, sentence))
    return tuple(sorted(found, key=lambda turn: not turn.both_decide))


def _at(step: PlannedStep) -> Moment | None:
    if step.meeting is None or step.state in ("skipped", "ended"):
        return None
    return moment(step.meeting, step.time)


def _inside(name: str) -> str:
    """A name within a sentence: only that of a consultation begins with an article."""
    return f"t{name[1:]}" if name.startswith("The consultation") else name
