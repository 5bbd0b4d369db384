"""Routes for people who choose among them: stops of a map and sentences, with what is still to be chosen named so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from routes.phrases import in_order, length
from routes.spec import Condition, Route, Stage, WaitsForCheck, WaitsForDate, WaitsForStep
from web.journey_map import Stop, journey_map
from web.journey_stops import UNBOUND
from web.words import in_days, plain
from workflow.known import Known
from workflow.queries.setting_out import RouteChoice

TO_CHOOSE: Final = "(you choose)"
CHOSEN_LATER: Final = "Forums that you choose"
_WHOSE_ITEM: Final = "The organisation whose item it is"
_EVERY_PARTNER: Final = f"Forum of every partner {TO_CHOOSE}"


def shown(known: Known, offered: Sequence[RouteChoice], named: Sequence[Route]) -> list[dict[str, Any]]:
    """The routes on offer with their drawings and the same facts in sentences.

    `named` are the same routes with the titles of the items that they wait for, as far as the reader may see them.
    """
    titles = _titles(known, offered)
    found = []
    for number, (choice, route) in enumerate(zip(offered, named, strict=True), 1):
        stages = in_order(choice.route)
        gates = {stage.id: _gate(known, stage) for stage in route.stages if stage.gate is not None}
        stops = [_stop(known, stage, gates) for stage in stages]
        drawing = journey_map(stops, f"The route {titles[number - 1]}", prefix=f"route-{number}-map")
        sentences = _sentences(known, stages, gates)
        found.append({
            "name": choice.name,
            "title": titles[number - 1],
            "route": choice.route,
            "stages": sentences,
            "drawing": Markup(drawing),
        })  # fmt: skip
    return found


def _titles(known: Known, offered: Sequence[RouteChoice]) -> list[str]:
    """What the routes are called; those of one title are told apart by their forums, or by which version they are."""
    titles = [choice.route.title for choice in offered]
    for tell_apart in (lambda choice: _by_way_of(known, choice.route), lambda choice: _which_version(choice, offered)):
        twice = {title for title in titles if titles.count(title) > 1}
        titles = [
            f"{title} – {tell_apart(choice)}" if title in twice else title
            for title, choice in zip(titles, offered, strict=True)
        ]
    return titles


def _by_way_of(known: Known, route: Route) -> str:
    forums = dict.fromkeys(stage.forum for stage in in_order(route) if stage.forum)
    names = [known.forum_name(forum) for forum in forums if not forum.startswith("$")]
    if not names:
        return "standard, you choose the forums" if route.id.startswith("standard-") else "you choose the forums"
    return f"by way of {_listed(names)}"


def _which_version(choice: RouteChoice, offered: Sequence[RouteChoice]) -> str:
    versions = [one for one in offered if one.route.id == choice.route.id]
    if len(versions) == 1:
        return f"kept as {choice.route.id}"
    return "the version that this draft has" if versions[0] is choice else "the newest version"


def _stop(known: Known, stage: Stage, gates: Mapping[str, str]) -> Stop:
    return Stop(
        id=stage.id,
        name=gates.get(stage.id) or _who(known, stage),
        ask=stage.ask,
        state=UNBOUND,
        after=stage.after,
        lane=_lane(known, stage),
        kind=stage.kind,
        decisive=stage.decisive,
        join=_join(stage),
    )


def _lane(known: Known, stage: Stage) -> str:
    if stage.forum is None and not stage.each_party:
        return _WHOSE_ITEM
    forum = known.world.forums.get(stage.forum or "")
    return known.world.organisations.get(forum.organisation, forum.organisation) if forum else CHOSEN_LATER


def _who(known: Known, stage: Stage) -> str:
    if stage.kind == "consultation":
        return f"Consultation of {stage.body}" if stage.body else "Consultation"
    if stage.each_party:
        return _EVERY_PARTNER
    forum = stage.forum or ""
    if not forum.startswith("$"):
        return known.forum_name(forum)
    name = plain(forum[1:])
    return f"{name if 'forum' in name.lower() else f'{name} forum'} {TO_CHOOSE}"


def _gate(known: Known, stage: Stage) -> str:
    """What a gate waits for; its item goes by its title already where there is one."""
    gate = stage.gate
    if isinstance(gate, WaitsForStep):
        other = f"Another item {TO_CHOOSE}" if gate.item.startswith("$") else gate.item
        there = known.world.forums.get(gate.stage)
        where = f"by {there.name}" if there else f"at “{plain(gate.stage)}”"
        return f"{other[:1].upper()}{other[1:]} to be {gate.outcome} {where}"
    if isinstance(gate, WaitsForCheck):
        found = known.people.get(gate.person or "")
        return f"The check “{gate.check}” by {found.name if found else f'the {gate.by}'}"
    return in_days(gate.date) if isinstance(gate, WaitsForDate) else stage.title or plain(stage.id)


def _sentences(known: Known, stages: Sequence[Stage], gates: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """Of every stage what happens there, and what else holds for it; others are named by their numbers."""
    numbers = {stage.id: number for number, stage in enumerate(stages, 1)}
    return [(_what(known, stage, gates), list(_more(stage, numbers))) for stage in stages]


def _what(known: Known, stage: Stage, gates: Mapping[str, str]) -> str:
    if stage.id in gates:
        return f"It waits for: {gates[stage.id]}"
    if stage.kind == "consultation":
        return f"{_who(known, stage)}{f', {length(stage.lasts)}' if stage.lasts else ''}"
    alone = ", outside a meeting" if stage.kind == "individual" else ""
    return f"{_who(known, stage)} is asked to {stage.ask} it{alone}"


def _more(stage: Stage, numbers: Mapping[str, int]) -> Iterable[str]:
    if stage.title:
        yield stage.title
    before = sorted(numbers[other] for other in stage.after if other in numbers)
    if before and before != [numbers[stage.id] - 1]:
        yield f"after {'step' if len(before) == 1 else 'steps'} {_listed([str(number) for number in before])}"
    elif not before and numbers[stage.id] > 1:
        yield "from the start"
    if stage.decisive:
        yield "a decisive step"
    if join := _join(stage):
        yield join[:1].lower() + join[1:]
    if stage.when:
        yield f"only when {' and '.join(_condition(one) for one in stage.when)}"
    if stage.recommendations:
        many = "s" if len(stage.recommendations) > 1 else ""
        yield f"recommendation{many} {_listed([str(number) for number in stage.recommendations])} only"
    if stage.clearances:
        yield f"cleared first by {_listed([plain(area).lower() for area in stage.clearances])}"
    if stage.refer_back_to in numbers:
        yield f"what it refers back goes to step {numbers[stage.refer_back_to or '']}"


def _join(stage: Stage) -> str | None:
    if not stage.each_party:
        return None
    return "All partners are needed" if stage.join.least is None else f"{stage.join.least} of the partners are enough"


def _condition(condition: Condition) -> str:
    """One fact on which a stage depends: it is a key decision; value is over 500,000."""
    field = plain(condition.field.replace("_", "-"))
    field = field[:1].lower() + field[1:]
    if isinstance(condition.value, bool):
        return f"“{field}” is answered with {'yes' if condition.value else 'no'}"
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    said = " or ".join(f"{value:,}" if isinstance(value, int) else str(value) for value in values)
    return f"{field} is {'over ' if condition.test == 'over' else ''}{said}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
