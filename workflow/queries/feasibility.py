"""What could be, before anything is: the first feasible dates of an item that does not exist yet.

For pages: `first_feasible(look, entry)` gives the plan as if the item started today, with the names to show beside
it. Nothing is written; what is wrong with the entry comes as Refused, as it would when the item is created.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from routes.spec import Kind
from workflow import planner
from workflow.backwards import Backwards, last_safe_dates
from workflow.doing import Doing
from workflow.ending import where_it_ends
from workflow.entries import ItemEntry
from workflow.errors import Refused, Unknown
from workflow.facts import Case, Step, World
from workflow.key_decisions import compared_in_words
from workflow.listing import placeholder
from workflow.naming import gate_name, joined, step_name
from workflow.plans import Plan, PlannedStep
from workflow.queries.decisions import filled_in
from workflow.queries.ready_by import in_titles
from workflow.queries.setting_out import titles_of
from workflow.runtime import Looking
from workflow.shelf import cases_for
from workflow.use_cases import items
from workflow.use_cases.creating import must_open_some_day
from workflow.visibility import NOBODY, Reader


@dataclass(frozen=True, slots=True)
class FeasibleStep:
    """One step with the dates that it would have: `name` is who deals with it, `title` what for, `lane` whose it is."""

    name: str
    title: str | None
    kind: Kind
    planned: PlannedStep
    lane: str
    after: tuple[str, ...]
    decisive: bool
    join: str | None


@dataclass(frozen=True, slots=True)
class Feasible:
    """An item that does not exist yet, as if it started today. `ends`: the step that comes after the decision.

    `backwards` are the last safe dates for its target, where it has one that is still ahead.
    """

    plan: Plan
    ends: str | None
    steps: tuple[FeasibleStep, ...]
    backwards: Backwards | None = None
    key_decision: bool = False
    key_because: str | None = None  # what was compared; None where nothing was


def first_feasible(look: Looking, entry: ItemEntry, reader: Reader = NOBODY) -> Feasible:
    """When an item could be done that set out today, and by when each of its reports would be due.

    What is said of other items names only those that the reader may see.
    """
    do = Doing(look.db, "nobody", look.now, look.today, look.calendar, look.known)  # for trying: it is never written
    trial = entry.model_copy(update={"state": "in-progress"})
    try:
        items.create(do, trial, {})
    except Unknown as err:
        raise Refused(str(err)) from err
    must_open_some_day(do, trial.id)
    dossier = do.dossiers[trial.id]
    case = dossier.case(entry.title)
    cases = cases_for(dossier, do.dossiers, {item: placeholder(item) for item in do.dossiers})
    world = replace(look.known.world, cases=cases)
    made = planner.plan(case, world, look.calendar, look.today, critical=False)
    titles = titles_of(look, reader, cases)
    said = tuple(replace(one, message=filled_in(one.message, titles)) for one in made.problems)
    ends = where_it_ends(case, world, made)
    steps = tuple(_step(case, world, step, made.step(step.id), titles) for step in case.steps)
    backwards = _backwards(look, case, world, titles)
    because = compared_in_words(look.known, case.item.key_reason)
    return Feasible(replace(made, problems=said), ends, steps, backwards, case.item.key_decision, because)


def _backwards(look: Looking, case: Case, world: World, titles: Mapping[str, str]) -> Backwards | None:
    """By when everything has to be ready for the target; None without one that can be reasoned from."""
    target = case.item.target
    if target is None or not look.today <= target <= look.calendar.known_until:
        return None
    return in_titles(last_safe_dates(case, world, look.calendar, look.today, target), titles)


def _step(case: Case, world: World, step: Step, planned: PlannedStep, titles: Mapping[str, str]) -> FeasibleStep:
    stage = case.route.stage(step.stage)
    name = step_name(case, world, step)
    if stage.kind == "gate":
        waits_for = filled_in(gate_name(case, world, stage), titles)
        name = waits_for[:1].upper() + waits_for[1:]
    return FeasibleStep(
        name=name,
        title=stage.title,
        kind=stage.kind,
        planned=planned,
        lane=_lane(case, world, step),
        after=(*stage.after, *([step.also_after] if step.also_after else [])),
        decisive=stage.decisive,
        join=joined(stage, sum(one.stage == stage.id for one in case.steps)),
    )


def _lane(case: Case, world: World, step: Step) -> str:
    forum = world.forums.get(step.forum or "")
    organisation = forum.organisation if forum else case.item.organisation
    return world.organisations.get(organisation, organisation)
