"""A route in words: the same facts of its stages and reminders for the outline, the flowchart and the pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from routes.ladders import Ladder, Ladders, Rung
from routes.spec import Condition, Days, Gate, Route, Stage, WaitsForCheck, WaitsForDate, WaitsForStep

_TOLD: Final = {
    "holder": "whoever has to act",
    "owner": "the owner",
    "lead": "the lead",
    "forum-lead": "the forum’s lead",
    "superior": "the superior",
    "secretary": "the secretary",
    "chair": "the chair",
}


def one_line(text: str) -> str:
    """Text of a definition without its line breaks."""
    return " ".join(text.split())


def who(stage: Stage) -> str:
    """Who has the item at this stage: the forum, every party, those consulted; for a gate, nobody."""
    if stage.kind == "gate":
        return "Gate"
    if stage.kind == "consultation":
        return "Consultation"
    return "Every party" if stage.each_party else stage.forum or "?"


def what(stage: Stage) -> str:
    """The kind of stage and what happens there: “Meeting: lcc-cabinet asked to agree”."""
    if stage.gate is not None:
        return f"Gate: opens {_opening(stage.gate)}"
    if stage.lasts is not None:
        return f"Consultation: {length(stage.lasts)} for {one_line(stage.body or '')}"
    kind = "Individual decision" if stage.kind == "individual" else "Meeting"
    return f"{kind}: {who(stage)} asked to {stage.ask}"


def length(days: Days) -> str:
    """A length of time as people write it: 5 clear working days."""
    unit = days.unit.replace("-", " ")
    return f"{days.days} {unit if days.days != 1 else unit.removesuffix('s')}"


def time_of_day(at: str) -> str:
    """A time of day as people say it: noon, midnight, 9am, 5:30pm."""
    hour, minute = (int(part) for part in at.split(":"))
    if minute == 0 and hour in (0, 12):
        return "noon" if hour else "midnight"
    half = "pm" if hour >= 12 else "am"
    return f"{hour % 12 or 12}{f':{minute:02}' if minute else ''}{half}"


def particulars(stage: Stage) -> Iterator[str]:
    """Everything else that holds for a stage, one short sentence each, in a fixed order."""
    if stage.decisive:
        yield "Decisive"
    if stage.each_party:
        yield _join(stage)
    if stage.when:
        yield "Only when " + " and ".join(_condition(one) for one in stage.when)
    if stage.recommendations is not None:
        numbers = ", ".join(str(number) for number in stage.recommendations)
        yield f"Recommendation{'s' if len(stage.recommendations) > 1 else ''} {numbers} only"
    if stage.clearances:
        yield "Clearances: " + ", ".join(stage.clearances)
    if stage.papers_after_outcome:
        yield "Papers go in after the stages before it"
    if stage.refer_back_to is not None:
        yield f"Refers back to {stage.refer_back_to}"


def ladders(told: Ladders) -> Iterator[tuple[str, str]]:
    """Ladders of reminders as people read them: the kind, and when who is told."""
    for kind, ladder in told:
        yield kind.replace("-", " ").capitalize(), _ladder(ladder)


def _ladder(ladder: Ladder) -> str:
    if not ladder.rungs:
        return "never"
    return f"{'; '.join(_rung(rung) for rung in ladder.rungs)}; each at {ladder.at}"


def _rung(rung: Rung) -> str:
    *most, last = (_TOLD[one] for one in rung.to)
    everybody = f"{', '.join(most)} and {last}" if most else last
    if rung.days == 0:
        return f"{'at once' if rung.when == 'waiting' else 'on the day'}, to {everybody}"
    days = length(Days(rung.days, "working-days"))
    return f"{f'after {days} of waiting' if rung.when == 'waiting' else f'{days} {rung.when}'}, to {everybody}"


def columns(route: Route) -> dict[str, int]:
    """How many stages lie on the longest way from the start to each stage."""
    found: dict[str, int] = {}
    waiting = list(route.stages)
    while waiting:
        stage = next(one for one in waiting if all(other in found for other in one.after))
        found[stage.id] = 1 + max((found[other] for other in stage.after), default=-1)
        waiting.remove(stage)
    return found


def in_order(route: Route) -> list[Stage]:
    """The stages from start to end; those that run side by side in the order written."""
    column = columns(route)
    return sorted(route.stages, key=lambda stage: column[stage.id])


def _opening(gate: Gate) -> str:
    match gate:
        case WaitsForStep():
            return f"when {gate.stage} of {gate.item} is {gate.outcome} or stronger"
        case WaitsForCheck():
            evidence = ", with evidence" if gate.evidence else ""
            return f"when {gate.by} confirms{evidence}: {one_line(gate.check)}"
        case WaitsForDate():
            return f"on {gate.date.day} {gate.date:%B %Y}"


def _join(stage: Stage) -> str:
    if stage.join.least is None:
        return "All parties are needed"
    if stage.join.least == 1:
        return "Any one party is enough"
    return f"At least {stage.join.least} parties are needed"


def _condition(condition: Condition) -> str:
    field = condition.field.replace("_", " ")
    if isinstance(condition.value, tuple):
        return f"{field} is one of {', '.join(_value(one) for one in condition.value)}"
    return f"{field} is {'over ' if condition.test == 'over' else ''}{_value(condition.value)}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:,}" if isinstance(value, int) else one_line(str(value))
