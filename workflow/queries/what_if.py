"""Two plans of one item side by side: as planned, or with some of its open steps on other meetings or days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Final

from routes.spec import Kind
from workflow import planner
from workflow.clear_days import Calendar
from workflow.dossiers import Dossier
from workflow.due_dates import calendar_at
from workflow.ending import why_late
from workflow.errors import WorkflowError
from workflow.errors import day as in_words
from workflow.facts import Case, Forum, World
from workflow.known import Person
from workflow.listing import placeholder
from workflow.meeting_choice import usual_sittings
from workflow.plan_choices import Choice, Way, broken_rules, choice_of, days_of, mark_of, way_of
from workflow.plans import Plan, PlannedStep, Problem, warning
from workflow.queries.decisions import filled_in
from workflow.queries.ready_by import FINISHED, SETTLED, name_of
from workflow.queries.requested import Requested, requested_of_item
from workflow.queries.setting_out import titles_of
from workflow.queries.uncertainty import Uncertainty, of_case
from workflow.queries.views import view
from workflow.runtime import Looking
from workflow.shelf import cases_for
from workflow.use_cases.choosing_plans import asked_of
from workflow.visibility import Reader

KNOWN_MEETINGS: Final = 12  # of each forum, to choose from
USUAL_DAYS: Final = 6  # after the last known meeting


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
    """One plan. Without it, `why_not` says why the choices cannot be tried, or `wrong` which of them, by step.

    `broken`: it breaks rules that the plan as it stands does not, so it cannot be done like this: it has no forecast
    and cannot be chosen. `ways` is what choosing it does.
    """

    choices: Mapping[str, Choice]
    plan: Plan | None = None
    uncertainty: Uncertainty | None = None
    problems: tuple[Problem, ...] = ()
    broken: tuple[Problem, ...] = ()
    why_late: str | None = None
    ways: Mapping[str, Way] | None = None
    mark: str = ""
    why_not: str | None = None
    wrong: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Matter:
    """What every plan of one item is made of, and what it can become."""

    look: Looking
    person: Person
    dossier: Dossier
    case: Case
    world: World
    calendar: Calendar
    titles: Mapping[str, str]
    as_it_stands: Plan


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
    requested: tuple[Requested, ...]
    matter: _Matter = field(repr=False)
    first: Compared
    second: Compared

    def compared(self, first: Mapping[str, str], second: Mapping[str, str]) -> WhatIf:
        """The same with both plans worked out and simulated, by what was chosen for each: meetings or days, by step."""
        return replace(self, first=_compared(self.matter, first), second=_compared(self.matter, second))


def what_if(
    look: Looking, reader: Reader, person: Person, item: str, first: Mapping[str, str], second: Mapping[str, str]
) -> WhatIf:
    """Both plans of an item that the reader may see; of other items it names only those that they may see too."""
    return item_to_try(look, reader, person, item).compared(first, second)


def item_to_try(look: Looking, reader: Reader, person: Person, item: str) -> WhatIf:
    """An item that the reader may see, with the meetings to choose from and neither of the plans yet."""
    seen = view(look, [item])
    dossier = seen.dossiers[item]
    named = {name: placeholder(name) for name in seen.dossiers if name != item}
    cases = cases_for(dossier, seen.dossiers, named)
    world = replace(seen.known.world, cases=cases) if cases else seen.known.world
    facts = dossier.case(seen.titles[item], seen.on)
    planned = planner.plan(facts, world, seen.calendar, look.today, critical=False)
    titles = titles_of(look, reader, named)
    matter = _Matter(look, person, dossier, facts, world, seen.calendar, titles, planned)
    nothing = Compared({})
    return WhatIf(
        item=item,
        title=seen.titles[item],
        state=planned.item_state,
        seq=dossier.item["seq"],
        part=dossier.item["part"],
        target=planned.target,
        names={step.id: name_of(facts, world, step, titles) for step in facts.steps},
        steps=tuple(_to_try(matter, step) for step in planned.steps if _is_open(step, matter)),
        requested=tuple(requested_of_item(look, item, person)),
        matter=matter,
        first=nothing,
        second=nothing,
    )


def _compared(matter: _Matter, said: Mapping[str, str]) -> Compared:
    choices, wrong = _choices(matter, said)
    if wrong:
        return Compared(choices, wrong=wrong)
    plan = matter.as_it_stands
    try:
        if choices:
            plan = _plan(matter, choices)
        days_off = tuple(_days_off(matter, choices))
    except WorkflowError as err:
        return Compared(choices, why_not=filled_in(str(err), matter.titles))
    known, person = matter.look.known, matter.person.id
    asked = asked_of(matter.look.db, matter.dossier.id, choices)
    ways = {step: way_of(known, person, matter.dossier, choice, asked) for step, choice in choices.items()}
    broken = broken_rules(plan, matter.as_it_stands)
    return Compared(
        choices=choices,
        plan=plan,
        uncertainty=None if broken else _uncertainty(matter, plan, choices),
        problems=_named(matter, (*plan.problems, *days_off)),
        broken=_named(matter, broken),
        why_late=why_late(matter.case, matter.world, plan),
        ways=ways,
        mark=mark_of(plan, choices, ways),
    )


def _choices(matter: _Matter, said: Mapping[str, str]) -> tuple[dict[str, Choice], dict[str, str]]:
    """What was chosen, and a sentence for each choice that cannot be."""
    choices, wrong = {}, {}
    for step, value in said.items():
        try:
            choices[step] = choice_of(matter.look.known, matter.dossier, step, value, matter.look.today)
        except WorkflowError as err:
            wrong[step] = str(err)
    return choices, wrong


def _plan(matter: _Matter, choices: Mapping[str, Choice]) -> Plan:
    return planner.plan(matter.case, matter.world, matter.calendar, matter.look.today, days_of(choices), critical=False)


def _uncertainty(matter: _Matter, plan: Plan, choices: Mapping[str, Choice]) -> Uncertainty | None:
    if plan.finish is None or plan.item_state in FINISHED:
        return None
    look = matter.look
    return of_case(look, matter.case, matter.world, matter.calendar, look.today, ifs=days_of(choices))


def _days_off(matter: _Matter, choices: Mapping[str, Choice]) -> Iterator[Problem]:
    """Days that were chosen, without a meeting that is known, on which nobody works where that is dealt with."""
    for step, choice in choices.items():
        forum = matter.world.forums.get(matter.dossier.step(step)["forum"] or "")
        counted_by = calendar_at(matter.world, forum, matter.calendar)
        if choice.meeting is None and not counted_by.is_working(choice.on):
            why = "a bank holiday or another day off" if counted_by.is_holiday(choice.on) else f"a {choice.on:%A}"
            yield warning("no-working-day", step, f"{in_words(choice.on)} is {why}. Make sure that this day is meant.")


def _named(matter: _Matter, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(replace(one, message=filled_in(one.message, matter.titles)) for one in problems)


def _is_open(step: PlannedStep, matter: _Matter) -> bool:
    return step.state not in SETTLED and matter.dossier.stage_of(matter.dossier.step(step.step)).kind != "consultation"


def _to_try(matter: _Matter, planned: PlannedStep) -> StepToTry:
    stage = matter.dossier.stage_of(matter.dossier.step(planned.step))
    forum = matter.world.forums.get(planned.forum or "")
    options = _options(matter, forum) if forum is not None and stage.kind == "meeting" else []
    facts = next(one for one in matter.case.steps if one.id == planned.step)
    name = name_of(matter.case, matter.world, facts, matter.titles)
    return StepToTry(planned.step, name, stage.title, stage.kind, planned, tuple(options))


def _options(matter: _Matter, forum: Forum) -> list[Option]:
    today = matter.look.today
    known = [one for one in matter.world.meetings.get(forum.id, ()) if one.state == "planned" and one.date >= today]
    found = [Option(one.id, one.date, one.time, known=True) for one in known[:KNOWN_MEETINGS]]
    if len(known) <= KNOWN_MEETINGS:
        counted_by = calendar_at(matter.world, forum, matter.calendar)
        usual = islice(usual_sittings(matter.world, forum, today, today, counted_by), USUAL_DAYS)
        found += [Option(one.day.isoformat(), one.day, one.time, known=False) for one in usual]
    return found
