"""What could be, before anything is: the first feasible dates of an item that does not exist yet.

For pages: `first_feasible(look, entry)` gives the plan as if the item started today, with the names to show beside
it. Nothing is written; what is wrong with the entry comes as Refused, as it would when the item is created.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from routes.spec import Route
from workflow import planner
from workflow.doing import Doing
from workflow.entries import ItemEntry
from workflow.errors import Refused, Unknown
from workflow.facts import Case
from workflow.listing import placeholder
from workflow.naming import step_name
from workflow.plans import Plan, PlannedStep
from workflow.queries.decisions import filled_in
from workflow.queries.setting_out import in_names, titles_of
from workflow.runtime import Looking
from workflow.shelf import cases_for
from workflow.use_cases import items
from workflow.use_cases.creating import must_open_some_day
from workflow.visibility import NOBODY, Reader


@dataclass(frozen=True, slots=True)
class FeasibleStep:
    """One step with the dates that it would have: `name` is who deals with it, `title` what for."""

    name: str
    title: str | None
    kind: str
    planned: PlannedStep


@dataclass(frozen=True, slots=True)
class Feasible:
    """An item that does not exist yet, as if it started today. `route` has its forums by name, for drawing."""

    plan: Plan
    route: Route
    steps: tuple[FeasibleStep, ...]


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
    names = {step.id: step_name(case, world, step) for step in case.steps}
    forums = {step.stage: step.forum for step in case.steps if step.forum}
    route = in_names(look, reader, dossier.route, forums, entry.forums)
    return Feasible(replace(made, problems=said), route, _steps(made, case, names))


def _steps(made: Plan, case: Case, names: dict[str, str]) -> tuple[FeasibleStep, ...]:
    stages = {step.id: case.route.stage(step.stage) for step in case.steps}
    return tuple(
        FeasibleStep(names[planned.step], stages[planned.step].title, stages[planned.step].kind, planned)
        for planned in made.steps
    )
