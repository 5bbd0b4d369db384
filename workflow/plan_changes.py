"""How the plan of an item would change, or has changed: two plans of it, one beside the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from workflow.dossiers import Dossier
from workflow.errors import day
from workflow.facts import Case
from workflow.known import Known
from workflow.naming import step_name
from workflow.plans import Plan, PlannedStep, Problem
from workflow.reminders.wording import at_time
from workflow.turned_round import Turn, turned_round
from workflow.whom_to_tell import Changed

_DUE: Final = (
    ("report_due", "report due by"),
    ("notice_by", "notice by"),
    ("agenda_by", "agenda and reports by"),
    ("effective", "takes effect on"),
)


@dataclass(frozen=True, slots=True)
class StepDates:
    """Where a step stands and the days that people go by; None where there is none."""

    state: str
    meeting: date | None = None
    meeting_id: str | None = None
    time: str | None = None
    notice_by: date | None = None
    report_due: date | None = None
    agenda_by: date | None = None
    effective: date | None = None


@dataclass(frozen=True, slots=True)
class StepEffect:
    """One step that would have other days, or be in another state. `name` is who deals with it."""

    step: str
    name: str
    forum: str | None
    was: StepDates
    becomes: StepDates


@dataclass(frozen=True, slots=True)
class ItemEffect:
    """One item whose plan would be another one: `new` and `gone` are problems, `order` the steps that change places.

    Titles of other items in its sentences are filled in as the reader may see them.
    """

    item: str
    title: str
    was_state: str
    state: str
    was_finish: date | None
    finish: date | None
    was_late: bool
    late: bool
    target: date | None
    steps: tuple[StepEffect, ...]
    new: tuple[Problem, ...]
    gone: tuple[Problem, ...]
    order: tuple[Turn, ...]

    @property
    def gets_worse(self) -> bool:
        """It would become late, or finish later or on a day that nobody knows."""
        if self.late and not self.was_late:
            return True
        later = self.finish is None or (self.was_finish is not None and self.finish > self.was_finish)
        return self.finish != self.was_finish and later


def dates_of(step: PlannedStep) -> StepDates:
    """A planned step as people go by it."""
    return StepDates(
        step.state,
        step.meeting,
        step.meeting_id,
        step.time,
        step.notice_by,
        step.report_due,
        step.agenda_by,
        step.effective,
    )


def item_effect(known: Known, case: Case, old: Plan, new: Plan) -> ItemEffect | None:
    """What would be otherwise with one item; None if nothing that people go by."""
    was = {step.step: step for step in old.steps}
    names = {step.id: step_name(case, known.world, step) for step in case.steps}
    steps = tuple(
        StepEffect(step.step, names[step.step], step.forum, dates_of(was[step.step]), dates_of(step))
        for step in new.steps
        if step.step in was and dates_of(was[step.step]) != dates_of(step)
    )
    known_before = {(problem.code, problem.step) for problem in old.problems}
    known_after = {(problem.code, problem.step) for problem in new.problems}
    arisen = tuple(problem for problem in new.problems if (problem.code, problem.step) not in known_before)
    gone = tuple(problem for problem in old.problems if (problem.code, problem.step) not in known_after)
    same = (old.item_state, old.finish, old.late) == (new.item_state, new.finish, new.late)
    if same and not (steps or arisen or gone):
        return None
    return ItemEffect(
        item=new.item,
        title="",
        was_state=old.item_state,
        state=new.item_state,
        was_finish=old.finish,
        finish=new.finish,
        was_late=old.late,
        late=new.late,
        target=new.target,
        steps=steps,
        new=arisen,
        gone=gone,
        order=turned_round(case, names, old, new),
    )


def changed_of(dossier: Dossier, case: Case, effect: ItemEffect) -> Changed:
    """What decides whom it concerns; the title is filled in for whoever reads it."""
    finish = (effect.was_state, effect.was_finish, effect.was_late) != (effect.state, effect.finish, effect.late)
    steps = tuple(step.step for step in effect.steps)
    in_order = tuple({step: None for turn in effect.order for step in (turn.first, turn.second) if step not in steps})
    return Changed(dossier, case, "", steps, in_order, finish)


def step_in_words(step: StepEffect) -> str | None:
    """The new days of a step, each with the one that it had, in one sentence; None where only its state is another."""
    was, becomes = step.was, step.becomes
    said = []
    if (was.meeting, was.time) != (becomes.meeting, becomes.time):
        said.append(instead(becomes.meeting, was.meeting, *_times(becomes, was)))
    for name, words in _DUE:
        if (then := getattr(becomes, name)) != (before := getattr(was, name)) and then is not None:
            said.append(f"{words} {instead(then, before)}")
    return f"{step.name}: {'; '.join(said)}." if said else None


def _times(becomes: StepDates, was: StepDates) -> tuple[str, str]:
    """The times of day, where they are not the same."""
    if becomes.time == was.time or not (becomes.time and was.time):
        return "", ""
    return f" at {at_time(becomes.time)}", f" at {at_time(was.time)}"


def instead(becomes: date | None, was: date | None, at: str = "", was_at: str = "") -> str:
    """A new day with the one that was, as part of a sentence."""
    if becomes is None:
        return f"no day is known now; it was {day(was)}" if was else "no day is known"
    return f"{day(becomes)}{at} instead of {day(was)}{was_at}" if was else f"{day(becomes)}{at}"
