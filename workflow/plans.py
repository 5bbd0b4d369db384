"""What a plan says: the timetable of one item, step by step, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from workflow.standing import ItemStanding, Label

Basis = Literal["actual", "bound", "calendar", "pattern", "computed", "none"]
Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that breaks a rule (error) or is unwise (warning). `step` is None for the whole item."""

    code: str
    severity: Severity
    step: str | None
    message: str


def error(code: str, step: str, message: str) -> Problem:
    """A problem at a step that breaks a rule."""
    return Problem(code, "error", step, message)


def warning(code: str, step: str, message: str) -> Problem:
    """A problem at a step that is unwise, or that somebody has to look at."""
    return Problem(code, "warning", step, message)


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """When one step is expected or was dealt with, and what falls due before and after.

    `meeting` is the day itself, also of an individual decision, a gate or the end of a consultation;
    `basis` says where that day comes from. From `effective` on the decision may be acted on.
    """

    step: str
    forum: str | None
    ask: str | None
    state: Label
    basis: Basis
    meeting: date | None
    meeting_id: str | None
    time: str | None
    notice_by: date | None
    report_due: date | None
    agenda_by: date | None
    effective: date | None
    critical: bool = False
    notice_excused: bool = False  # it may be decided there without full notice
    agenda_excused: bool = False  # the chair takes it as urgent
    private_notice_by: date | None = None  # that it is to be dealt with in private, and again
    private_notice_again_by: date | None = None
    publish_by: date | None = None  # what a decision of the last weeks asks for, while it is not on record
    minutes_by: date | None = None
    documents_by: date | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The timetable of one item as reasoned from a business date; steps in the route's order.

    `now` are the steps that somebody has to act on: open with all before them done, fell short, called in.
    """

    item: str
    on: date
    item_state: ItemStanding
    completed_on: date | None
    finish: date | None
    target: date | None
    late: bool
    problems: tuple[Problem, ...]
    steps: tuple[PlannedStep, ...]
    now: tuple[str, ...]

    def step(self, step_id: str) -> PlannedStep:
        """The planned step of that id; KeyError if the item has none."""
        for step in self.steps:
            if step.step == step_id:
                return step
        raise KeyError(step_id)
