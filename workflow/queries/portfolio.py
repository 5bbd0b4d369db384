"""Many items in time: the open ones that a reader may see, each with its coming meetings and when it will be done.

A page is a bounded number of queries: the items of the page are read together, and planned one by one in memory.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from workflow.chances import Rate, chances_of, rates_of
from workflow.dated_steps import DatedStep, dated_steps
from workflow.known import Known
from workflow.naming import forum_name
from workflow.plans import Plan
from workflow.queries.decisions import Filters, Listed, Sort, decisions
from workflow.queries.paging import Counted, Cursor
from workflow.queries.uncertainty import histories
from workflow.queries.views import View, view
from workflow.runtime import Looking
from workflow.shelf import cases_for, gates_of
from workflow.simulation import at_risk, seed_for, simulate
from workflow.timetables import Timetable, Timetabling
from workflow.visibility import Reader

SHOWN: Final = 20  # items on a page
_MOST_KEPT: Final = 2_000  # ranges

_Range = tuple[date, date] | None


@dataclass(frozen=True, slots=True)
class InTime:
    """One item with the steps that lie ahead of it: those with a forum, and consultations."""

    item: str
    title: str
    part: str
    state: str
    owner: str
    organisation: str
    steps: tuple[DatedStep, ...]
    finish: date | None
    target: date | None
    late: bool
    half_by: date | None = None  # done by then in half of the simulated courses
    most_by: date | None = None  # in nine of ten


@dataclass(frozen=True, slots=True)
class Portfolio:
    """A page of items by their finish, with how many there are and how many of those are late."""

    today: date
    items: tuple[InTime, ...]
    total: Counted
    late: Counted
    earlier: tuple[date | str, ...] | None
    later: tuple[date | str, ...] | None


def portfolio(look: Looking, reader: Reader, filters: Filters | None = None, cursor: Cursor | None = None) -> Portfolio:
    """One page of the open items that a reader may see, in time."""
    found = decisions(look, reader, filters, Sort("finish"), cursor, size=SHOWN)
    rows = found.page.rows
    seen = view(look, [row.item for row in rows]) if rows else None
    ranges = _ranges(look, seen) if seen else {}
    items = tuple(_in_time(look, seen, row, ranges.get(row.item)) for row in rows) if seen else ()
    return Portfolio(look.today, items, found.total, found.late, found.page.earlier, found.page.later)


def _in_time(look: Looking, seen: View, row: Listed, likely: tuple[date, date] | None) -> InTime:
    plan = seen.plan(row.item)
    return InTime(
        item=row.item,
        title=row.title,
        part=row.part,
        state=row.state,
        owner=row.owner,
        organisation=row.organisation,
        steps=_ahead(look, seen, row.item, plan),
        finish=plan.finish,
        target=plan.target,
        late=plan.late,
        half_by=likely[0] if likely else None,
        most_by=likely[1] if likely else None,
    )


def _ahead(look: Looking, seen: View, item: str, plan: Plan) -> tuple[DatedStep, ...]:
    """What is still to come: gates stay out, because what they wait for may be an item that is not for the reader."""
    case, world = seen.dossiers[item].case(), look.known.world
    steps = dated_steps(case, world, plan, look.calendar, lambda step: forum_name(world, step.forum) or "Consultation")
    return tuple(
        step
        for step in steps
        if step.kind != "gate"
        and step.state not in ("skipped", "ended")
        and (not step.is_settled or (step.call_in_ends is not None and step.call_in_ends >= look.today))
    )


def _ranges(look: Looking, seen: View) -> dict[str, tuple[date, date]]:
    """The days by which each item is done in half of its simulated courses, and in nine of ten, where anything can
    go otherwise than planned. The history of all forums is one query."""
    timetables = {item: _timetable(seen, item) for item in seen.wanted}
    risks = {item: at_risk(timetable) for item, timetable in timetables.items()}
    forums = {forum for at in risks.values() for forum in at}
    known = histories(look, look.known.world, sorted(forums), seen.on) if forums else {}
    kept, found = _kept_for(look.known), {}
    for item, at in risks.items():
        if timetables[item].finish() is None or not at:
            continue
        rates = tuple(rate for forum in sorted(at) for rate in rates_of(forum, known[forum], at[forum]))
        same = (seen.on, rates, item, *((name, seen.dossiers[name].item["seq"]) for name in _rests_on(seen, item)))
        if same not in kept:
            kept[same] = _range(timetables[item], rates)
        if (likely := kept[same]) is not None:
            found[item] = likely
    return found


def _range(timetable: Timetable, rates: tuple[Rate, ...]) -> _Range:
    made = simulate(timetable, chances_of(rates), seed_for(timetable.case.item.id))
    return (made.p50, made.p90) if made.p50 is not None and made.p90 is not None and made.spread else None


class _Kept:
    """Ranges of one state of what everybody knows: twenty simulations are worth not doing for every page."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.ranges: dict[Hashable, _Range] = {}


_kept: _Kept | None = None


def _kept_for(known: Known) -> dict[Hashable, _Range]:
    """The ranges that this process knows already; none once a meeting, a forum or a rule has changed."""
    global _kept
    found = _kept
    if found is None or found.known is not known or len(found.ranges) > _MOST_KEPT:
        found = _kept = _Kept(known)
    return found.ranges


def _rests_on(seen: View, item: str) -> list[str]:
    """The item itself, and those that its gates look at, with theirs."""
    dossier = seen.dossiers[item]
    return sorted({item, *(cases_for(dossier, seen.dossiers) if gates_of(dossier) else ())})


def _timetable(seen: View, item: str) -> Timetable:
    dossier, world = seen.dossiers[item], seen.known.world
    if gates_of(dossier):
        world = replace(world, cases=cases_for(dossier, seen.dossiers))
    return Timetabling(world, seen.calendar, seen.on).timetable(dossier.case(on=seen.on))
