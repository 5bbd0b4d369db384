"""What is said when a decision is recorded without the notice or the agenda that the rules ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from workflow.clear_days import Calendar
from workflow.clocks import before
from workflow.clocks.clock import Clock, Kind
from workflow.clocks.computing import Makers, made
from workflow.clocks.occasions import Occasion
from workflow.clocks.words import ABOUT, was
from workflow.due_dates import calendar_at, pack_in_force
from workflow.errors import day as in_words
from workflow.facts import Case, Step, World
from workflow.placing import Spot, actual

ASKED_FOR: Final[tuple[Kind, ...]] = (
    "key-decision-notice",
    "private-meeting-notice",
    "private-meeting-notice-again",
    "agenda",
)
_MAKERS: Final[Makers] = {kind: before.MAKERS[kind] for kind in ASKED_FOR}

#: What may have been used in place of it, as it is to be recorded.
_INSTEAD: Final[Mapping[Kind, str]] = {
    "key-decision-notice": "the general exception or special urgency, if that was used",
    "private-meeting-notice": "the agreement that it was urgent, if there was one",
    "private-meeting-notice-again": "the agreement that it was urgent, if there was one",
    "agenda": "that the chair took it as urgent, if so",
}


def rules_not_kept(case: Case, step: Step, world: World, calendar: Calendar, on: date) -> str:
    """Which rules were not kept, as far as is on record, by a step that was just decided; "" if none.

    Each with what remains to be done: to record when a notice was given, or what was used in its place.
    """
    at = _decided(case, step, world, calendar, on)
    return " ".join(_sentences(at)) if at else ""


def decided_without_notice(case: Case, step: Step, world: World, calendar: Calendar, on: date) -> bool:
    """Whether a step was decided without a notice that its rules ask for, of a key decision or a private meeting."""
    at = _decided(case, step, world, calendar, on)
    return at is not None and any(one.kind != "agenda" for one in made(at, _MAKERS) if one.needs_somebody)


def _decided(case: Case, step: Step, world: World, calendar: Calendar, on: date) -> Occasion | None:
    """The occasion on which a step was decided; None if it was not, or by nobody who has rules."""
    stage = case.route.stage(step.stage)
    forum = world.forums.get(step.forum or "")
    if forum is None or step.outcome is None or step.decision == "open":
        return None
    counted_by = calendar_at(world, forum, calendar)
    spot = Spot(step, stage, case.item, forum, None, False, True, world, counted_by, on)
    placed = actual(spot)
    if placed.day is None:
        return None
    return Occasion(spot, placed, placed.day, pack_in_force(world, forum, placed.day), decided=True)


def _sentences(at: Occasion) -> Iterator[str]:
    missed = [_missed(one, one.due) for one in made(at, _MAKERS) if one.needs_somebody and one.due is not None]
    for sentence, instead in missed:
        yield sentence
        if at.step.breach_on is None:
            yield instead
    if missed and at.step.breach_on is None:
        yield "If it was decided without, say why (correct --breach)."
    elif missed:
        yield "Why it was decided all the same is on record."


def _missed(clock: Clock, due: date) -> tuple[str, str]:
    """What was missed, and what there may be to record instead."""
    about, instead = ABOUT[clock.kind], _INSTEAD[clock.kind]
    if clock.done_on is not None:
        short = f": {in_words(clock.done_on)}, {clock.fell_short}" if clock.fell_short else ""
        return f"{about} {was(clock.kind)} late{short}.", f"Record {instead}."
    if clock.kind == "agenda":
        missing = f"Nothing says that it was on the agenda, which had to be open by {in_words(due)}."
        return missing, f"Record {instead}."
    was_due = f"{about} was due by {in_words(due)} and none is on record."
    return was_due, f"Record the day if it was given; or record {instead}."
