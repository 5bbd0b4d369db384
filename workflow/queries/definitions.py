"""Rule packs and routes as pages show them: in words, with their versions and how much depends on each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import func, select

from models.forecasts import forecasts
from models.items import items
from models.organisations import routes
from routes.phrases import in_order, ladders, particulars, what
from routes.spec import Route, Stage, WaitsForStep
from workflow.errors import Unknown
from workflow.facts import RulePack
from workflow.queries.administration import seen_among
from workflow.rules_in_words import RULES
from workflow.runtime import Looking
from workflow.shelf import route_of
from workflow.visibility import Reader

PAGE: Final = 50
OURS: Final = "standard-"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule in words, and where it stands written: a statute, or what is local."""

    name: str
    words: str
    source: str | None


@dataclass(frozen=True, slots=True)
class Dated:
    """A rule pack as it holds from a day on, in words."""

    starts: date | None
    executive: bool
    rules: tuple[Rule, ...]

    def rule(self, name: str) -> Rule | None:
        """The rule of this name; None where there is no such rule."""
        return next((rule for rule in self.rules if rule.name == name), None)


@dataclass(frozen=True, slots=True)
class SideBySide:
    """One rule in every dated part of a pack (None: no such rule then), with all sources that are named for it."""

    name: str
    versions: tuple[Rule | None, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackShown:
    """A rule pack with every day from which it changes, and who goes by it."""

    id: str
    shipped: bool
    dated: tuple[Dated, ...]
    organisations: tuple[str, ...]
    forums: tuple[str, ...]

    @property
    def side_by_side(self) -> tuple[SideBySide, ...]:
        """Every rule that it has or had, in the order in which a decision meets them."""
        found = []
        for _rule, name, _words in RULES:
            versions = tuple(dated.rule(name) for dated in self.dated)
            sources = dict.fromkeys(one.source for one in versions if one is not None and one.source)
            if any(versions):
                found.append(SideBySide(name, versions, tuple(sources)))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a route, with how many items follow it; None where that is not for everybody to know."""

    number: int
    version: str
    newest: bool
    items: int | None
    running: int | None


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A route in the list, as its newest version describes it."""

    id: str
    title: str
    types: tuple[str, ...]
    use_when: str | None
    shipped: bool
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class StageShown:
    """One stage in words."""

    number: int
    id: str
    title: str | None
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RouteShown:
    """One version of a route, to be drawn and read."""

    route: Route
    version: Version
    versions: tuple[Version, ...]
    stages: tuple[StageShown, ...]
    shipped: bool
    forums: Mapping[str, str]  # the names of those that it names by id
    reminders: tuple[tuple[str, str], ...] = ()  # (kind, when who is told) where they are not the usual ones


@dataclass(frozen=True, slots=True)
class RoutesPage:
    """One page of routes by id."""

    rows: tuple[RouteRow, ...]
    total: int
    before: str | None
    after: str | None


def packs(look: Looking) -> list[PackShown]:
    """Every rule pack by id, those that are the installation's own first."""
    known = look.known
    by_organisation: dict[str, list[str]] = defaultdict(list)
    by_forum: dict[str, list[str]] = defaultdict(list)
    for organisation in sorted(known.organisations.values(), key=lambda o: o.name):
        if organisation.rules:
            by_organisation[organisation.rules].append(organisation.name)
    for forum in sorted(known.world.forums.values(), key=lambda f: f.name):
        if forum.rules:
            by_forum[forum.rules].append(forum.name)
    found = [
        PackShown(
            name,
            name.startswith(OURS),
            tuple(_dated(pack) for pack in of),
            tuple(by_organisation[name]),
            tuple(by_forum[name]),
        )
        for name, of in known.world.packs.items()
    ]
    return sorted(found, key=lambda pack: (pack.shipped, pack.id))


def pack(look: Looking, name: str) -> PackShown:
    """One rule pack; Unknown if there is none of that id."""
    for found in packs(look):
        if found.id == name:
            return found
    raise Unknown("There is no such rule pack. Check the address, or look in the list of rules.")


def route_list(look: Looking, counted: bool, after: str | None = None, before: str | None = None) -> RoutesPage:
    """Routes by id, each with its versions; how many items follow them only where that is `counted`."""
    ids = sorted(look.db.execute(select(routes.c.id).distinct()).scalars())
    start = sum(name <= after for name in ids) if after else 0
    if before:
        start = max(0, sum(name < before for name in ids) - PAGE)
    shown = ids[start : start + PAGE]
    columns = select(routes.c.id, routes.c.version, routes.c.number, routes.c.shipped)
    rows = look.db.execute(columns.where(routes.c.id.in_(shown)).order_by(routes.c.id, routes.c.number)).all()
    newest = {row.id: row for row in rows}
    texts = select(routes.c.id, routes.c.definition).where(routes.c.version.in_([r.version for r in newest.values()]))
    definitions = {row.id: route_of(row.definition) for row in look.db.execute(texts)}
    following = _following(look, [row.version for row in rows]) if counted else {}
    found = []
    for name in shown:
        mine = [row for row in rows if row.id == name]
        route = definitions[name]
        versions = tuple(_version(row, newest[name].version, following, counted) for row in reversed(mine))
        found.append(RouteRow(name, route.title, route.types, route.use_when, newest[name].shipped, versions))
    more = start + PAGE < len(ids)
    return RoutesPage(tuple(found), len(ids), shown[0] if shown and start else None, shown[-1] if more else None)


def route_shown(look: Looking, reader: Reader, name: str, number: int | None = None) -> RouteShown:
    """One version of a route, the newest unless another is asked for; Unknown if there is none.

    A gate may name another item by its id, which says what that item is about: only those who may see it read it.
    """
    counted = reader.sees_everything
    columns = select(routes.c.version, routes.c.number, routes.c.shipped).where(routes.c.id == name)
    rows = look.db.execute(columns.order_by(routes.c.number.desc())).all()
    wanted = next((row for row in rows if number is None or row.number == number), None)
    if wanted is None:
        raise Unknown("There is no such route, or no such version of it. Look in the list of routes.")
    text = look.db.execute(select(routes.c.definition).where(routes.c.version == wanted.version)).scalar_one()
    route = _without_hidden_items(look, reader, route_of(text))
    following = _following(look, [row.version for row in rows]) if counted else {}
    versions = tuple(_version(row, rows[0].version, following, counted) for row in rows)
    this = next(version for version in versions if version.version == wanted.version)
    named = {stage.forum for stage in route.stages if stage.forum}
    forums = {f.id: f.name for f in look.known.world.forums.values() if f.id in named}
    stages = tuple(_stage(number, stage) for number, stage in enumerate(in_order(route), 1))
    return RouteShown(route, this, versions, stages, wanted.shipped, forums, tuple(ladders(route.reminders)))


def _without_hidden_items(look: Looking, reader: Reader, route: Route) -> Route:
    gates = {stage.gate.item for stage in route.stages if isinstance(stage.gate, WaitsForStep)}
    hidden = {item for item, may_see in seen_among(look.db, reader, gates).items() if not may_see}
    if not hidden:
        return route
    stages = tuple(
        replace(stage, gate=replace(stage.gate, item="another item"))
        if isinstance(stage.gate, WaitsForStep) and stage.gate.item in hidden
        else stage
        for stage in route.stages
    )
    return replace(route, stages=stages)


def _stage(number: int, stage: Stage) -> StageShown:
    after = f"After {', '.join(stage.after)}" if stage.after else "May start at once"
    return StageShown(number, stage.id, stage.title, (what(stage), after, *particulars(stage)))


def _version(row: Any, newest: str, following: Mapping[str, tuple[int, int]], counted: bool) -> Version:
    all_of, running = following.get(row.version, (0, 0))
    return Version(
        row.number, row.version, row.version == newest, all_of if counted else None, running if counted else None
    )


def _following(look: Looking, versions: Sequence[str]) -> dict[str, tuple[int, int]]:
    """How many items follow each version, and how many of them are under way."""
    query = (
        select(items.c.route_version, forecasts.c.is_open, func.count())
        .join(forecasts, forecasts.c.item == items.c.id)
        .where(items.c.route_version.in_(versions))
        .group_by(items.c.route_version, forecasts.c.is_open)
    )
    every: Counter[str] = Counter()
    running: Counter[str] = Counter()
    for version, is_open, count in look.db.execute(query):
        every[version] += count
        running[version] += count if is_open else 0
    return {version: (every[version], running[version]) for version in every}


def _dated(pack: RulePack) -> Dated:
    said = [
        Rule(name, words, pack.sources.get(rule))
        for rule, name, in_words in RULES
        if (words := in_words(pack)) is not None
    ]
    return Dated(pack.starts, pack.executive, tuple(said))
