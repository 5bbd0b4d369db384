"""Two plans of one item side by side: as planned, or with some of its open steps on other meetings or days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Final

from routes.spec import Kind
from workflow import planner
from workflow.clear_days import Calendar
from workflow.dossiers import Dossier
from workflow.due_dates import calendar_at
from workflow.errors import WorkflowError
from workflow.facts import Case, Forum, World
from workflow.known import Person
from workflow.listing import placeholder
from workflow.meeting_choice import usual_sittings
from workflow.naming import gate_name, step_name
from workflow.plan_choices import Choice, Way, choices_of, days_of, mark_of, way_of
from workflow.plans import Plan, PlannedStep, Problem
from workflow.queries.decisions import filled_in
from workflow.queries.requested import Requested, requested_of_item
from workflow.queries.setting_out import titles_of
from workflow.queries.uncertainty import RUNS_ON_A_PAGE, Uncertainty, of_case
from workflow.queries.views import view
from workflow.runtime import Looking
from workflow.shelf import cases_for
from workflow.visibility import Reader

KNOWN_MEETINGS: Final = 12  # of each forum, to choose from
USUAL_DAYS: Final = 6  # after the last known meeting

_SETTLED: Final = ("passed", "fell-short", "called-in", "skipped", "ended")


@dataclass(frozen=True, slots=True)
class Option:
    """A meeting to choose, or a day on which the forum usually meets; `value` is how an address names it."""

    value: str
    on: date
    time: str | None
    known: bool


@dataclass(frozen=True, slots=True)
class StepToTry:
    """One open step with where it is planned, and what it could be put on instead."""

    id: str
    name: str
    title: str | None
    kind: Kind
    planned: PlannedStep
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """One plan. Without it, `why_not` says why the choices cannot be tried; `ways` is what choosing them does."""

    choices: Mapping[str, Choice]
    plan: Plan | None = None
    uncertainty: Uncertainty | None = None
    problems: tuple[Problem, ...] = ()
    ways: Mapping[str, Way] | None = None
    mark: str = ""
    why_not: str | None = None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """An item with two plans. `steps` are those still open, `names` of all its steps."""

    item: str
    title: str
    state: str
    seq: int
    part: str
    target: date | None
    names: Mapping[str, str]
    steps: tuple[StepToTry, ...]
    first: Compared
    second: Compared
    requested: tuple[Requested, ...]


@dataclass(frozen=True, slots=True)
class _Matter:
    """What both plans are made of."""

    look: Looking
    person: Person
    dossier: Dossier
    case: Case
    world: World
    calendar: Calendar
    titles: Mapping[str, str]

    def plan(self, ifs: Mapping[str, date]) -> Plan:
        return planner.plan(self.case, self.world, self.calendar, self.look.today, ifs, critical=False)


def what_if(
    look: Looking, reader: Reader, person: Person, item: str, first: Mapping[str, str], second: Mapping[str, str]
) -> WhatIf:
    """Both plans of an item that the reader may see; of other items it names only those that they may see too."""
    seen = view(look, [item])
    dossier = seen.dossiers[item]
    named = {name: placeholder(name) for name in seen.dossiers if name != item}
    cases = cases_for(dossier, seen.dossiers, named)
    world = replace(seen.known.world, cases=cases) if cases else seen.known.world
    facts = dossier.case(seen.titles[item], seen.on)
    matter = _Matter(look, person, dossier, facts, world, seen.calendar, titles_of(look, reader, named))
    planned = matter.plan({})
    return WhatIf(
        item=item,
        title=seen.titles[item],
        state=planned.item_state,
        seq=dossier.item["seq"],
        part=dossier.item["part"],
        target=planned.target,
        names={step.id: _name(matter, step.id) for step in facts.steps},
        steps=tuple(_to_try(matter, step) for step in planned.steps if _is_open(step, matter)),
        first=_compared(matter, first),
        second=_compared(matter, second),
        requested=tuple(requested_of_item(look, item)),
    )


def _compared(matter: _Matter, said: Mapping[str, str]) -> Compared:
    choices: dict[str, Choice] = {}
    try:
        choices = choices_of(matter.look.known, matter.dossier, said)
        ifs = days_of(choices)
        plan = matter.plan(ifs)
    except WorkflowError as err:
        return Compared(choices, why_not=filled_in(str(err), matter.titles))
    unsure = None
    if plan.finish is not None and plan.item_state not in ("complete", "rejected", "withdrawn"):
        unsure = of_case(
            matter.look, matter.case, matter.world, matter.calendar, matter.look.today, runs=RUNS_ON_A_PAGE, ifs=ifs
        )
    problems = tuple(replace(one, message=filled_in(one.message, matter.titles)) for one in plan.problems)
    known, person = matter.look.known, matter.person.id
    ways = {step: way_of(known, person, matter.dossier, choice) for step, choice in choices.items()}
    return Compared(choices, plan, unsure, problems, ways, mark_of(plan, choices))


def _is_open(step: PlannedStep, matter: _Matter) -> bool:
    return step.state not in _SETTLED and matter.dossier.stage_of(matter.dossier.step(step.step)).kind != "consultation"


def _to_try(matter: _Matter, planned: PlannedStep) -> StepToTry:
    stage = matter.dossier.stage_of(matter.dossier.step(planned.step))
    forum = matter.world.forums.get(planned.forum or "")
    options = _options(matter, forum) if forum is not None and stage.kind == "meeting" else []
    return StepToTry(planned.step, _name(matter, planned.step), stage.title, stage.kind, planned, tuple(options))


def _options(matter: _Matter, forum: Forum) -> list[Option]:
    today = matter.look.today
    known = [one for one in matter.world.meetings.get(forum.id, ()) if one.state == "planned" and one.date >= today]
    found = [Option(one.id, one.date, one.time, known=True) for one in known[:KNOWN_MEETINGS]]
    if len(known) <= KNOWN_MEETINGS:
        counted_by = calendar_at(matter.world, forum, matter.calendar)
        usual = islice(usual_sittings(matter.world, forum, today, today, counted_by), USUAL_DAYS)
        found += [Option(one.day.isoformat(), one.day, one.time, known=False) for one in usual]
    return found


def _name(matter: _Matter, step: str) -> str:
    facts = next(one for one in matter.case.steps if one.id == step)
    stage = matter.case.route.stage(facts.stage)
    if stage.kind != "gate":
        return step_name(matter.case, matter.world, facts)
    waits_for = filled_in(gate_name(matter.case, matter.world, stage), matter.titles)
    return waits_for[:1].upper() + waits_for[1:]
