"""The clocks of one item, with what can be done about those that are broken or at risk."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select

from models.reports import texts
from workflow.clocks.before import DECIDED_ALL_THE_SAME
from workflow.clocks.clock import Clock, Kind
from workflow.clocks.computing import clocks_of
from workflow.clocks.ways_out import WayOut, WaysOut
from workflow.dossiers import Dossier, Row
from workflow.errors import day as in_words
from workflow.queries.views import View, view
from workflow.runtime import Looking
from workflow.shelf import cases_for, fetch_also, gates_of
from workflow.timetables import Timetable, Timetabling

MOST_WITH_WAYS: Final = 12  # on a page: a later meeting means that the item is laid out anew

#: Which notice can be drafted while a clock waits for it.
_DRAFTS: Final[Mapping[Kind, str]] = {
    "key-decision-notice": "key-decision-notice",
    "private-meeting-notice": "private-notice",
    "private-meeting-notice-again": "private-notice-again",
}


@dataclass(frozen=True, slots=True)
class ClockTold:
    """One clock, with who deals with its step and what can be done about it.

    `draft` is the notice that is still to be given, for those who may have it drafted.
    """

    clock: Clock
    name: str
    ways: tuple[WayOut, ...] = ()
    draft: str | None = None


def clocks_told(
    timetable: Timetable, now: datetime, most: int | None = None, drafting: Collection[str] = ()
) -> tuple[ClockTold, ...]:
    """Every clock of an item; with ways out of those that need somebody, of so many at most.

    `drafting`: the steps whose notices the reader may have drafted.
    """
    names = {step.id: timetable.name_of(step) for step in timetable.case.steps}
    still_open = {step.id for step in timetable.case.steps if step.decision == "open"} & set(drafting)
    ways = WaysOut(timetable)
    found: list[ClockTold] = []
    for clock in clocks_of(timetable, now):
        wanted = clock.needs_somebody and (most is None or sum(bool(one.ways) for one in found) < most)
        draft = _DRAFTS.get(clock.kind) if clock.step in still_open and not clock.done else None
        found.append(ClockTold(clock, _name(names[clock.step], clock), ways.of(clock) if wanted else (), draft))
    return tuple(found)


def _name(who: str, clock: Clock) -> str:
    return f"{who} (if it were on {in_words(clock.as_if_on)}; it is on no meeting)" if clock.as_if_on else who


def clocks_of_item(
    look: Looking, item: str, on: date | None = None, known_at: datetime | None = None
) -> tuple[tuple[ClockTold, ...], View]:
    """The clocks of an item as of a day, and what they were worked out from. Unknown if there is no such item."""
    seen = view(look, [item], on, known_at)
    told, dossier = clocks_told(timetable_of(seen, item), look.now), seen.dossiers[item]
    if not any(row["breach_on"] for row in dossier.current()):
        return told, seen
    fetch_also(look.db, "formalities", [dossier])
    wanted = [row["reason"] for row in dossier.table("formalities").values() if row["kind"] == "breach"]
    query = select(texts.c.digest, texts.c.text).where(texts.c.subject == dossier.subject, texts.c.digest.in_(wanted))
    spelt = {row.digest: row.text for row in look.db.execute(query)}
    return with_reasons(told, dossier, lambda _row, digest: spelt.get(digest or "")), seen


def with_reasons(
    told: tuple[ClockTold, ...], dossier: Dossier, text: Callable[[Row, str | None], str | None]
) -> tuple[ClockTold, ...]:
    """The same with why it was decided all the same, where a rule was knowingly not kept and the reader may read it."""
    reasons = {}
    for row in dossier.current():
        kept = dossier.table("formalities").get((row["step"], row["round"], "breach")) if row["breach_on"] else None
        reasons[row["step"]] = text(row, kept["reason"]) if kept else None
    return tuple(_with_reason(one, reasons.get(one.clock.step)) for one in told)


def _with_reason(told: ClockTold, reason: str | None) -> ClockTold:
    because = told.clock.because
    if reason is None or because is None or not because.endswith(DECIDED_ALL_THE_SAME):
        return told
    return replace(told, clock=replace(told.clock, because=f"{because.removesuffix('.')}: {reason}"))


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
        "done": clock.done,
        "as_if_on": _iso(clock.as_if_on),
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
