"""Two plans side by side in words: each fact of both, and how they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from web.words import at_time
from workflow import odds_in_words as odds
from workflow.errors import day
from workflow.plan_choices import Way
from workflow.plans import PlannedStep, Problem
from workflow.queries.what_if import Compared, WhatIf

_NO_DAY: Final = "No date"
_IN_TIME: Final = "In time"

_FACTS: Final = (
    ("Notice by", "notice_by"),
    ("Report due", "report_due"),
    ("Agenda by", "agenda_by"),
    ("Takes effect", "effective"),
)

#: What choosing a plan does at one step; `day` is the chosen one.
_WAYS: Final[dict[Way, str]] = {
    "bind": "{name}: you put it on the meeting of {day}.",
    "ask": "{name}: its secretary is asked for {day}, and written to.",
    "asked": "{name}: its secretary has been asked for {day} already.",
    "already": "{name}: it is on the meeting of {day} already.",
    "follows": "{name}: it needs no meeting, so nothing is asked for {day}.",
    "not-allowed": "{name}: you may not ask for {day}.",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: what it is, in both plans, and in words how the second differs; "" where it does not."""

    what: str
    first: str
    second: str
    difference: str


@dataclass(frozen=True, slots=True)
class StepCompared:
    """One step in both plans."""

    name: str
    facts: tuple[Fact, ...]

    @property
    def differs(self) -> bool:
        """Whether anything of it is different."""
        return bool(self.differing)

    @property
    def differing(self) -> tuple[Fact, ...]:
        """What of it is different."""
        return tuple(fact for fact in self.facts if fact.difference)


def whole(found: WhatIf) -> list[Fact]:
    """The item as a whole in both plans; nothing where one of them cannot be tried."""
    one, other = found.first, found.second
    if one.plan is None or other.plan is None:
        return []
    if one.broken or other.broken:
        only = "Only plan A can be done" if not one.broken else "Only plan B can be done" if not other.broken else ""
        return [Fact("Done", _done(one), _done(other), only)]
    facts = [_days("Done", one.plan.finish, other.plan.finish)]
    if found.target or one.why_late or other.why_late:
        facts.append(_words("Late", one.why_late or _IN_TIME, other.why_late or _IN_TIME))
    if one.uncertainty and other.uncertainty:
        here, there = one.uncertainty.simulated, other.uncertainty.simulated
        later = f"Later than {day(here.horizon)}"
        facts.append(_days("Half of simulated courses done by", here.p50, there.p50, later))
        facts.append(_days("Nine in ten of them done by", here.p90, there.p90, later))
        if here.by_target is not None and there.by_target is not None:
            met = odds.in_a_hundred(here.by_target), odds.in_a_hundred(there.by_target)
            facts.append(_words("Target met by", *met))
    return facts


def step_by_step(found: WhatIf) -> list[StepCompared]:
    """Every step that has a day in one of the plans."""
    one, other = found.first.plan, found.second.plan
    if one is None or other is None:
        return []
    both = zip(one.steps, other.steps, strict=True)
    compared = [StepCompared(found.names[here.step], tuple(_facts(here, there))) for here, there in both]
    return [step for step in compared if step.facts]


def only_in(of: Compared, other: Compared) -> tuple[list[Problem], list[Problem]]:
    """What threatens a plan: what does not threaten the other one as well, then the rest."""
    theirs = {(one.code, one.step, one.message) for one in other.problems}
    threats = [one for one in of.problems if one not in of.broken]
    own = [one for one in threats if (one.code, one.step, one.message) not in theirs]
    return own, [one for one in threats if one not in own]


def what_choosing_does(found: WhatIf) -> list[str]:
    """A sentence for each step that was chosen in the second plan; nothing where it cannot be done like that."""
    if found.second.broken:
        return []
    return [
        _WAYS[way].format(name=found.names[step], day=_chosen(found, step))
        for step, way in (found.second.ways or {}).items()
    ]


def _chosen(found: WhatIf, step: str) -> str:
    choice = found.second.choices[step]
    known = choice.meeting is not None or (found.second.ways or {}).get(step) not in ("ask", "asked")
    return day(choice.on) if known else f"a meeting on {day(choice.on)}, of which none is known"


def _facts(here: PlannedStep, there: PlannedStep) -> Iterator[Fact]:
    if here.meeting or there.meeting:
        differs = _difference(here.meeting, there.meeting)
        if not differs and here.time != there.time:
            differs = "Another time"
        yield Fact("Day", _meets(here), _meets(there), differs)
    for what, name in _FACTS:
        one, other = getattr(here, name), getattr(there, name)
        if one or other:
            yield _days(what, one, other)


def _meets(step: PlannedStep) -> str:
    if step.meeting is None:
        return _NO_DAY
    said = f"{day(step.meeting)}, {at_time(step.time)}" if step.time else day(step.meeting)
    return f"{said} (no meeting known)" if step.basis == "pattern" else said


def _days(what: str, one: date | None, other: date | None, missing: str = _NO_DAY) -> Fact:
    in_words: Callable[[date | None], str] = lambda on: day(on) if on else missing  # noqa: E731
    return Fact(what, in_words(one), in_words(other), _difference(one, other))


def _words(what: str, one: str, other: str) -> Fact:
    return Fact(what, one, other, "" if one == other else "Different")


def _difference(one: date | None, other: date | None) -> str:
    if one == other:
        return ""
    if one is None or other is None:
        return "Only plan B has a date" if one is None else "Plan B has no date"
    days = (other - one).days
    return f"{abs(days)} day{'' if abs(days) == 1 else 's'} {'later' if days > 0 else 'earlier'}"


def _done(plan: Compared) -> str:
    if plan.broken:
        return "It cannot be done like this"
    return day(plan.plan.finish) if plan.plan and plan.plan.finish else _NO_DAY
