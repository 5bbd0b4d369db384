"""What somebody who sets out an item can choose from: types, routes, and what each route needs to be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from sqlalchemy import func, select

from models.forecasts import forecasts
from models.items import items
from models.organisations import routes
from routes.spec import Route, Stage, WaitsForStep
from routes.words import ASKS, power_of
from workflow.applicability import OF_THE_ITEM
from workflow.errors import Refused
from workflow.facts import Forum
from workflow.key_decisions import as_entry
from workflow.loaded import read_loaded
from workflow.queries.decisions import SOMETHING_ELSE
from workflow.queries.reports import reports_of
from workflow.runtime import Looking
from workflow.shelf import route_of
from workflow.use_cases.items import PIN
from workflow.visibility import Reader, visible

MOST_ITEMS: Final = 200  # in one list to choose from


@dataclass(frozen=True, slots=True)
class RouteChoice:
    """A route in one version: `name` pins it, as `id@<beginning of its SHA-256>`."""

    name: str
    route: Route


@dataclass(frozen=True, slots=True)
class Gap:
    """A $name of a route that an item fills with a forum, or with another item that it waits for."""

    name: str
    kind: Literal["forum", "item"]
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A fact of the item on which a route's `when` depends, and what it can be."""

    name: str
    kind: Literal["yes-no", "number", "choice"]
    choices: tuple[str | int | float, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemAtHand:
    """An item that somebody may want to change; `told` is its entry in the words of a case file."""

    id: str
    title: str
    owner: str
    organisation: str
    state: str
    seq: int
    told: Mapping[str, Any]


def newest_routes(look: Looking) -> list[RouteChoice]:
    """Every route in its newest version, by title."""
    newest = select(routes.c.id, func.max(routes.c.number).label("number")).group_by(routes.c.id).subquery()
    query = select(routes.c.version, routes.c.definition).join(
        newest, (newest.c.id == routes.c.id) & (newest.c.number == routes.c.number)
    )
    found = [_choice(row.version, row.definition) for row in look.db.execute(query)]
    return sorted(found, key=lambda choice: (choice.route.title, choice.name))


def route_named(look: Looking, name: str) -> RouteChoice:
    """The route that `id@version` pins; Refused if there is none any more."""
    route, _, prefix = name.partition("@")
    query = select(routes.c.version, routes.c.definition).where(routes.c.id == route)
    found = [row for row in look.db.execute(query) if row.version.startswith(prefix)]
    if not prefix or len(found) != 1:
        raise Refused("The route that was chosen is not there. Choose a route again.")
    return _choice(found[0].version, found[0].definition)


def types(choices: Iterable[RouteChoice]) -> list[str]:
    """The types of item that routes are meant for."""
    return sorted({of for choice in choices for of in choice.route.types})


def suited(choices: Iterable[RouteChoice], kind: str) -> list[RouteChoice]:
    """The routes that items of a type may use."""
    return [choice for choice in choices if not choice.route.types or kind in choice.route.types]


def gaps(route: Route) -> list[Gap]:
    """What an item has to fill, in the route's order."""
    found: dict[tuple[str, Literal["forum", "item"]], list[Stage]] = {}
    for stage in route.stages:
        if stage.forum and stage.forum.startswith("$"):
            found.setdefault((stage.forum[1:], "forum"), []).append(stage)
        if isinstance(stage.gate, WaitsForStep) and stage.gate.item.startswith("$"):
            found.setdefault((stage.gate.item[1:], "item"), []).append(stage)
    return [Gap(name, kind, tuple(stages)) for (name, kind), stages in found.items()]


def asks_parties(route: Route) -> tuple[Stage, ...]:
    """The stages at which every party is asked."""
    return tuple(stage for stage in route.stages if stage.each_party)


def able_forums(look: Looking, stages: Iterable[Stage]) -> list[Forum]:
    """The forums whose powers reach everything that these stages ask, by organisation and name."""
    needed = max((ASKS[stage.ask] for stage in stages if stage.ask), default=0)
    able = [forum for forum in look.known.world.forums.values() if power_of(forum.form) >= needed]
    names = look.known.organisations
    return sorted(able, key=lambda forum: (names[forum.organisation].name, forum.name))


def items_with(look: Looking, reader: Reader, stages: Sequence[str], but: str | None) -> list[tuple[str, str]]:
    """Items that this reader may see and whose routes have these stages, with their titles; the first of them."""
    having = [
        row.version
        for row in look.db.execute(select(routes.c.version, routes.c.definition))
        if set(stages) <= {stage.id for stage in route_of(row.definition).stages}
    ]
    query = (
        select(forecasts.c.item, forecasts.c.title)
        .join(items, items.c.id == forecasts.c.item)
        .where(items.c.route_version.in_(having), forecasts.c.state != "withdrawn", visible(reader))
        .order_by(forecasts.c.by_title, forecasts.c.item)
        .limit(MOST_ITEMS)
    )
    return [(row.item, row.title) for row in look.db.execute(query) if row.item != but]


def titles_of(look: Looking, reader: Reader, ids: Iterable[str]) -> dict[str, str]:
    """The titles of those of these items that the reader may see."""
    wanted = sorted(set(ids))
    query = select(forecasts.c.item, forecasts.c.title).where(forecasts.c.item.in_(wanted), visible(reader))
    return {row.item: row.title for row in look.db.execute(query)} if wanted else {}


def in_names(
    look: Looking,
    reader: Reader,
    route: Route,
    forums: Mapping[str, str] | None = None,
    bindings: Mapping[str, str] | None = None,
) -> Route:
    """A route for drawing: forums by their names, awaited items by their titles, as far as the reader may see them.

    `forums` are those of an item's steps by stage, `bindings` what fills its $names.
    """
    bound = bindings or {}
    gates = {stage.id: stage.gate for stage in route.stages if isinstance(stage.gate, WaitsForStep)}
    titles = titles_of(look, reader, [gate.item_for(bound) for gate in gates.values()])
    stages = []
    for stage in route.stages:
        forum = (forums or {}).get(stage.id, stage.forum)
        if forum and not stage.each_party and not forum.startswith("$"):
            stage = replace(stage, forum=look.known.forum_name(forum))
        if (gate := gates.get(stage.id)) is not None:
            awaited = gate.item_for(bound)
            named = (
                awaited if awaited.startswith("$") else f"“{titles[awaited]}”" if awaited in titles else SOMETHING_ELSE
            )
            stage = replace(stage, gate=replace(gate, item=named))
        stages.append(stage)
    return replace(route, stages=tuple(stages))


def questions(route: Route) -> list[Question]:
    """The facts that the route's conditions ask for, beyond those that every item has."""
    asked: dict[str, list[Any]] = {}
    tests: dict[str, set[str]] = {}
    for stage in route.stages:
        for condition in stage.when:
            if condition.field not in OF_THE_ITEM:
                values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
                asked.setdefault(condition.field, []).extend(values)
                tests.setdefault(condition.field, set()).add(condition.test)
    return [_question(name, values, tests[name]) for name, values in asked.items()]


def _question(name: str, values: Sequence[Any], test: set[str]) -> Question:
    if "over" in test or all(_is_number(value) for value in values):
        return Question(name, "number")
    if all(isinstance(value, bool) for value in values):
        return Question(name, "yes-no")
    return Question(name, "choice", tuple(dict.fromkeys(values)))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def at_hand(look: Looking, item: str) -> ItemAtHand:
    """An item as it was last set down, with its report as it reads now; Unknown if there is none."""
    report = reports_of(look, item, exempt=True)
    states = read_loaded(look.db, [f"item:{item}"]).entries[("items", item, "")]
    told = {**states[-1], **_as_answered(look, item), "recommendations": list(report.newest.recommendations)}
    for name in ("key_decision_because", "stands"):
        told.pop(name, None)
    return ItemAtHand(item, report.title, report.owner, told["organisation"], report.state, report.seq, told)


def _as_answered(look: Looking, item: str) -> dict[str, Any]:
    """Whether it is a key decision, its value and divisions as they are by now; None: to be worked out."""
    query = select(items.c.key_decision, items.c.key_reason, items.c.value, items.c.divisions)
    now = look.db.execute(query.where(items.c.id == item)).mappings().one()
    said = None if "key_decision_because" in as_entry(dict(now)) else now["key_decision"]
    return {"key_decision": said, "value": now["value"], "divisions": now["divisions"]}


def _choice(version: str, definition: str) -> RouteChoice:
    route = route_of(definition)
    return RouteChoice(f"{route.id}@{version[:PIN]}", route)
