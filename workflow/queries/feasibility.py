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
from workflow.naming import step_name
from workflow.plans import Plan, PlannedStep
from workflow.runtime import Looking
from workflow.use_cases import items
from workflow.use_cases.acting import world_for


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


def first_feasible(look: Looking, entry: ItemEntry) -> Feasible:
    """When an item could be done that set out today, and by when each of its reports would be due."""
    do = Doing(look.db, "nobody", look.now, look.today, look.calendar, look.known)  # for trying: it is never written
    trial = entry.model_copy(update={"state": "in-progress"})
    try:
        items.create(do, trial, {})
        faults = [fault for _item, fault in items.check_gates(do, [trial.id])]
    except Unknown as err:
        raise Refused(str(err)) from err
    if faults:
        raise Refused(" ".join(faults))
    dossier = do.dossiers[trial.id]
    case = dossier.case(entry.title)
    world = world_for(do, dossier)
    made = planner.plan(case, world, look.calendar, look.today, critical=False)
    names = {step.id: step_name(case, world, step) for step in case.steps}
    return Feasible(made, drawn(look, dossier.route, case), _steps(made, case, names))


def drawn(look: Looking, route: Route, case: Case) -> Route:
    """The route with its $names as the forums that an item has chosen, by name."""
    forums = {step.stage: look.known.forum_name(step.forum) for step in case.steps if step.forum}
    named = [replace(s, forum=forums.get(s.id, s.forum)) if not s.each_party else s for s in route.stages]
    return replace(route, stages=tuple(named))


def _steps(made: Plan, case: Case, names: dict[str, str]) -> tuple[FeasibleStep, ...]:
    stages = {step.id: case.route.stage(step.stage) for step in case.steps}
    return tuple(
        FeasibleStep(names[planned.step], stages[planned.step].title, stages[planned.step].kind, planned)
        for planned in made.steps
    )
