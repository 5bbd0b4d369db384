"""By when everything has to be ready for a wanted date: what `plan --target` and the page of an item tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from routes.spec import Kind
from workflow.backwards import Backwards, LastSafe, last_safe_dates
from workflow.clear_days import Calendar
from workflow.errors import Unknown
from workflow.errors import day as in_words
from workflow.facts import Case, Step, World
from workflow.listing import placeholder
from workflow.naming import gate_name, step_name
from workflow.plans import Plan
from workflow.queries.decisions import filled_in
from workflow.queries.setting_out import titles_of
from workflow.queries.views import View, view
from workflow.queries.where import plan_step_json
from workflow.runtime import Looking
from workflow.shelf import cases_for
from workflow.visibility import Reader

SETTLED = ("passed", "fell-short", "called-in", "skipped", "ended")
FINISHED = ("complete", "rejected", "withdrawn")


@dataclass(frozen=True, slots=True)
class Named:
    """One step by the name of who deals with it, and what for."""

    id: str
    name: str
    title: str | None
    kind: Kind
    is_open: bool


@dataclass(frozen=True, slots=True)
class ReadyBy:
    """An item that something is wanted of by some day, its steps by name, and what its plan says now.

    `titles` are those of the other items that the reader may see.
    """

    item: str
    title: str
    plan: Plan
    steps: tuple[Named, ...]
    case: Case
    world: World
    calendar: Calendar
    titles: Mapping[str, str]

    @property
    def is_finished(self) -> bool:
        """Nothing more has to be ready for it."""
        return self.plan.item_state in FINISHED

    def last_safe_dates(self, target: date, step: str | None) -> Backwards:
        """For a wanted date, of the whole item or of one step. Unknown for a step that the item has not."""
        if step is not None and all(one.id != step for one in self.steps):
            raise Unknown("There is no such step of this item. Choose one from the list.")
        found = last_safe_dates(self.case, self.world, self.calendar, self.plan.on, target, step)
        return in_titles(found, self.titles)


def ready_by(
    look: Looking,
    item: str,
    target: date,
    step: str | None = None,
    *,
    on: date | None = None,
    known_at: datetime | None = None,
) -> tuple[Backwards, View]:
    """By when everything has to be ready for an item to be done by a date, or one step of it decided."""
    seen = view(look, [item], on, known_at)
    case, world = _facts(seen, item, dict(seen.titles))
    return last_safe_dates(case, world, seen.calendar, seen.on, target, step), seen


def item_ready_by(look: Looking, reader: Reader, item: str) -> ReadyBy:
    """An item for a page on which somebody asks this; of other items it names only those that the reader may see."""
    seen = view(look, [item])
    plan = seen.plan(item)
    titles = titles_of(look, reader, [name for name in seen.dossiers if name != item])
    case, world = _facts(seen, item, {name: placeholder(name) for name in seen.dossiers})
    steps = tuple(_named(case, world, plan, titles))
    return ReadyBy(item, seen.titles[item], plan, steps, case, world, seen.calendar, titles)


def answer(found: Backwards, name: str | None = None) -> str:
    """Whether what is wanted is possible, and for which date the last safe dates are; `name` is that of its step."""
    on = in_words(found.target)
    wanted = f"dealt with by {name} by {on}" if name else f"done by {on}"
    supposed = {"draft": f"if it is started on {in_words(found.on)}", "on-hold": "if it is resumed"}
    if found.possible:
        sentence = f"It can be {wanted}"
    elif found.nearest is None:
        sentence = f"It cannot be {wanted}, and no other date can be given"
    elif found.nearest == found.target:
        sentence = f"It cannot be {wanted} as things stand. The last safe dates below hold once that is put right"
    else:
        nearest = in_words(found.nearest)
        sentence = f"It cannot be {wanted}. The nearest date is {nearest}, and the last safe dates are those for it"
    condition = supposed.get(found.item_state)
    return f"{sentence}, {condition}." if condition else f"{sentence}."


def in_titles(found: Backwards, titles: Mapping[str, str]) -> Backwards:
    """The same with other items by their titles, as far as these are given; others are “another item”."""
    return replace(
        found,
        clashes=tuple(replace(one, message=filled_in(one.message, titles)) for one in found.clashes),
        problems=tuple(replace(one, message=filled_in(one.message, titles)) for one in found.problems),
    )


def ready_by_json(found: Backwards) -> dict[str, Any]:
    """Last safe dates as `plan --target --json` prints them: a plan whose days are the last safe ones, and more."""
    return {
        "item": found.item,
        "on": found.on.isoformat(),
        "finish": _iso(found.finish),
        "target": found.target.isoformat(),
        "target_step": found.target_step,
        "late": found.late,
        "possible": found.possible,
        "nearest": _iso(found.nearest),
        "clashes": [{"code": one.code, "step": one.step, "message": one.message} for one in found.clashes],
        "problems": [
            {"code": one.code, "severity": one.severity, "step": one.step, "message": one.message}
            for one in found.problems
        ],
        "steps": [_step_json(step) for step in found.steps],
    }


def _step_json(step: LastSafe) -> dict[str, Any]:
    return plan_step_json(step.last) | {
        "needed": step.needed,
        "planned": _iso(step.planned),
        "slack": step.slack,
        "clear_by": _iso(step.clear_by),
        "opens_by": _iso(step.opens_by),
    }


def _facts(seen: View, item: str, titles: dict[str, str]) -> tuple[Case, World]:
    dossier = seen.dossiers[item]
    cases = cases_for(dossier, seen.dossiers, titles)
    world = replace(seen.known.world, cases=cases) if cases else seen.known.world
    return dossier.case(titles.get(item), seen.on), world


def _named(case: Case, world: World, plan: Plan, titles: Mapping[str, str]) -> list[Named]:
    found = []
    for step in case.steps:
        stage = case.route.stage(step.stage)
        name = name_of(case, world, step, titles)
        found.append(Named(step.id, name, stage.title, stage.kind, plan.step(step.id).state not in SETTLED))
    return found


def name_of(case: Case, world: World, step: Step, titles: Mapping[str, str]) -> str:
    """A step by who deals with it, a gate by what it waits for: other items by these titles, else “another item”."""
    stage = case.route.stage(step.stage)
    if stage.kind != "gate":
        return step_name(case, world, step)
    waits_for = filled_in(gate_name(case, world, stage), titles)
    return waits_for[:1].upper() + waits_for[1:]


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None
