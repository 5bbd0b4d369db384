"""The clocks of one item, with what can be done about those that are broken or at risk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from workflow.clocks.clock import Clock
from workflow.clocks.computing import clocks_of
from workflow.clocks.ways_out import WayOut, WaysOut
from workflow.queries.views import View, view
from workflow.runtime import Looking
from workflow.shelf import cases_for, gates_of
from workflow.timetables import Timetable, Timetabling

MOST_WITH_WAYS: Final = 12  # on a page: a later meeting means that the item is laid out anew


@dataclass(frozen=True, slots=True)
class ClockTold:
    """One clock, with who deals with its step and what can be done about it."""

    clock: Clock
    name: str
    ways: tuple[WayOut, ...] = ()


def clocks_told(timetable: Timetable, now: datetime, most: int | None = None) -> tuple[ClockTold, ...]:
    """Every clock of an item; with ways out of those that need somebody, of so many at most."""
    names = {step.id: timetable.name_of(step) for step in timetable.case.steps}
    ways = WaysOut(timetable)
    found: list[ClockTold] = []
    for clock in clocks_of(timetable, now):
        wanted = clock.needs_somebody and (most is None or sum(bool(one.ways) for one in found) < most)
        found.append(ClockTold(clock, names[clock.step], ways.of(clock) if wanted else ()))
    return tuple(found)


def clocks_of_item(
    look: Looking, item: str, on: date | None = None, known_at: datetime | None = None
) -> tuple[tuple[ClockTold, ...], View]:
    """The clocks of an item as of a day, and what they were worked out from. Unknown if there is no such item."""
    seen = view(look, [item], on, known_at)
    return clocks_told(timetable_of(seen, item), look.now), seen


def timetable_of(seen: View, item: str) -> Timetable:
    """The timetable of an item in hand."""
    dossier, world = seen.dossiers[item], seen.known.world
    if gates_of(dossier):
        world = replace(world, cases=cases_for(dossier, seen.dossiers, dict(seen.titles)))
    case = dossier.case(seen.titles.get(item), seen.on)
    return Timetabling(world, seen.calendar, seen.on).timetable(case)


def not_kept(seen: View, item: str, step: str, kinds: Collection[str]) -> tuple[ClockTold, ...]:
    """The clocks of some kinds at one step that are broken, at risk or nowhere on record."""
    told = clocks_told(timetable_of(seen, item), seen.look.now)
    return tuple(one for one in told if one.clock.step == step and one.clock.kind in kinds and one.clock.needs_somebody)


def clock_json(told: ClockTold) -> dict[str, Any]:
    """A clock as `clocks --json` prints it."""
    clock = told.clock
    return {
        "kind": clock.kind,
        "step": clock.step,
        "forum": clock.forum,
        "state": clock.state,
        "due": _iso(clock.due),
        "starts": _iso(clock.starts),
        "by": clock.by,
        "done_on": _iso(clock.done_on),
        "rule": clock.rule,
        "source": clock.source,
        "excused_by": clock.excused_by,
        "fell_short": clock.fell_short,
        "because": clock.because,
        "ways_out": [_way_json(way) for way in told.ways],
    }


def _way_json(way: WayOut) -> dict[str, Any]:
    return {
        "way": way.way,
        "what": way.what,
        "consequence": way.consequence,
        "possible": way.possible,
        "why_not": way.why_not,
        "earliest": _iso(way.earliest),
        "finish": _iso(way.finish),
        "act": way.act,
        "meeting": way.meeting,
    }


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None
