"""When an item may really be done, from how its forums have dealt with items so far.

Of the forums' history only numbers are read, so that nothing is told of items that a reader may not see. As of a day
only what had happened by then counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    or_,
    select,
    union_all,
)

from models.steps import steps
from routes.words import OUTCOMES
from workflow.chances import History, Rate, chances_of, rates_of
from workflow.clear_days import Calendar
from workflow.due_dates import may_be_called_in
from workflow.facts import Case, Pattern, World
from workflow.planner import tried_on
from workflow.queries.views import view
from workflow.rhythm import going_on, taking_place
from workflow.runtime import Looking
from workflow.shelf import cases_for, gates_of
from workflow.simulation import RUNS, Simulated, at_risk, seed_for, simulate
from workflow.timetables import Timetable, Timetabling

NEWEST: Final = 500  # decisions, and meetings, of each forum that count

_READ: Final = (
    "item", "step", "round", "decision", "outcome", "outcome_on",
    "call_in_waived", "no_call_in", "called_in_on", "upheld_on",
)  # fmt: skip
_CAN_BE_CALLED_IN: Final = tuple(sorted(outcome for outcome in OUTCOMES if may_be_called_in(outcome)))


@dataclass(frozen=True, slots=True)
class GoesOn:
    """A forum of which no usual days are known: after its last known meeting it is taken to meet like this."""

    forum: str
    last_known: date
    meets: Pattern


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """What the simulation says of one item on a day, and what it rests on. Without rates nothing is uncertain."""

    item: str
    state: str
    on: date
    target: date | None
    simulated: Simulated
    rates: tuple[Rate, ...]
    going_on: tuple[GoesOn, ...]


def forecast(
    look: Looking,
    item: str,
    *,
    on: date | None = None,
    seed: int | None = None,
    runs: int = RUNS,
    ifs: Mapping[str, date] | None = None,
) -> Uncertainty:
    """One item's forecast as of a day, with steps tried on other days if wanted. Unknown if there is no such item."""
    seen = view(look, [item], on)
    dossier = seen.dossiers[item]
    world = seen.known.world
    if gates_of(dossier):
        world = replace(world, cases=cases_for(dossier, seen.dossiers))
    return of_case(look, dossier.case(on=seen.on), world, seen.calendar, seen.on, seed=seed, runs=runs, ifs=ifs)


def of_case(
    look: Looking,
    facts: Case,
    world: World,
    calendar: Calendar,
    on: date,
    *,
    seed: int | None = None,
    runs: int = RUNS,
    ifs: Mapping[str, date] | None = None,
) -> Uncertainty:
    """The forecast of an item whose facts are in hand; one query for the history of all its forums."""
    timetabling = Timetabling(world, calendar, on)
    timetable = timetabling.timetable(facts)
    if ifs:
        tried = {step: tried_on(timetable, step, day) for step, day in ifs.items()}
        timetable = timetabling.timetable(facts, tried, timetable.standing)
    risks = at_risk(timetable)
    known = histories(look, world, risks, on)
    rates = tuple(rate for forum in sorted(risks) for rate in rates_of(forum, known[forum], risks[forum]))
    seed = seed_for(facts.item.id) if seed is None else seed
    return Uncertainty(
        item=facts.item.id,
        state=timetable.standing.item_state,
        on=on,
        target=facts.item.target,
        simulated=simulate(timetable, chances_of(rates), seed, runs, ifs or ()),
        rates=rates,
        going_on=_going_on(timetable, risks),
    )


def histories(look: Looking, world: World, forums: Collection[str], on: date) -> dict[str, History]:
    """What has happened at these forums up to a day."""
    found = {forum: _of_meetings(world, forum, on) for forum in forums}
    if not found:
        return {}
    said: dict[str, Any] = {"on": on}
    for number, forum in enumerate(found):
        said |= {f"forum_{number}": forum, f"since_{number}": _call_in_since(world, forum, on)}
    for row in look.db.execute(_decisions_of(len(found)), said).mappings():
        numbers = {name: int(value or 0) for name, value in row.items() if name != "forum"}
        found[row["forum"]] = replace(found[row["forum"]], **numbers)
    return found


def _of_meetings(world: World, forum: str, on: date) -> History:
    past = [meeting.state for meeting in world.meetings.get(forum, ()) if meeting.date < on][-NEWEST:]
    return History(cancelled=past.count("cancelled"), meetings=len(past))


def _call_in_since(world: World, forum: str, on: date) -> date:
    """The day from which the forum's decisions can be called in, under the rules that hold; never if they cannot."""
    known = world.forums.get(forum)
    since = date.max
    for pack in world.packs.get(known.rules or "", ()) if known else ():
        if pack.starts is not None and pack.starts > on:
            break
        if not (pack.executive and pack.call_in is not None):
            since = date.max
        elif since == date.max:
            since = pack.starts or date.min
    return since


@cache  # building the statement costs more than running it
def _decisions_of(forums: int) -> CompoundSelect[Any]:
    """The numbers of the newest decided rounds of so many forums, a row each."""
    return union_all(*(_of_decisions(number) for number in range(forums)))


def _of_decisions(number: int) -> Select[Any]:
    forum: BindParameter[str] = bindparam(f"forum_{number}", type_=steps.c.forum.type)
    since, on = bindparam(f"since_{number}", type_=Date), bindparam("on", type_=Date)
    decided = (
        select(*(steps.c[name] for name in _READ))
        .where(steps.c.forum == forum, steps.c.outcome.is_not(None), steps.c.outcome_on <= on)
        .order_by(steps.c.outcome_on.desc())
        .limit(NEWEST)
        .subquery()
    )
    one, following = decided.c, steps.alias()
    called_in = one.called_in_on.is_not(None) & (one.called_in_on <= on)
    could_be = and_(
        one.outcome.in_(_CAN_BE_CALLED_IN), one.outcome_on >= since, one.call_in_waived.is_(None), ~one.no_call_in
    )
    asked_again = exists().where(
        following.c.item == one.item,
        following.c.step == one.step,
        following.c.round == one.round + 1,
        following.c.no_call_in,
        following.c.not_before <= on,
    )
    reconsidered = called_in & one.upheld_on.is_(None) & (one.decision == "over") & asked_again
    upheld = called_in & one.upheld_on.is_not(None) & (one.upheld_on <= on)
    numbers: list[ColumnElement[Any]] = [
        cast(forum, String).label("forum"),
        func.count().label("decided"),
        _times(one.outcome == "deferred").label("deferred"),
        _times(one.outcome == "referred-back").label("referred_back"),
        _times(called_in).label("called_in"),
        _times(or_(called_in, could_be)).label("open_to_call_in"),
        _times(reconsidered).label("reconsidered"),
        _times(or_(upheld, reconsidered)).label("call_ins_settled"),
    ]
    return select(*numbers).select_from(decided)


def _times(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _going_on(timetable: Timetable, forums: Iterable[str]) -> tuple[GoesOn, ...]:
    found = []
    for forum in sorted(forums):
        known = timetable.world.forums[forum]
        meets = going_on(timetable.world, known)
        if meets is not None and any(
            step.forum == forum and _meets(timetable, step.stage) for step in timetable.case.steps
        ):
            found.append(GoesOn(forum, taking_place(timetable.world, forum)[-1].date, meets))
    return tuple(found)


def _meets(timetable: Timetable, stage: str) -> bool:
    return timetable.standing.stages[stage].kind == "meeting"


def forecast_json(made: Uncertainty) -> dict[str, Any]:
    """A forecast as `forecast --json` prints it."""
    found = made.simulated
    return {
        "item": made.item,
        "state": made.state,
        "on": made.on.isoformat(),
        "seed": found.seed,
        "runs": found.runs,
        "finish": _iso(found.finish),
        "p50": _iso(found.p50),
        "p90": _iso(found.p90),
        "target": _iso(made.target),
        "chance_of_target": found.by_target,
        "horizon": _iso(found.horizon),
        "unfinished": found.unfinished,
        "spread": [{"forum": forum, "share": share} for forum, share in found.spread],
        "rates": [
            {
                "forum": rate.forum,
                "what": rate.what,
                "seen": rate.seen,
                "of": rate.of,
                "rate": round(rate.rate, 4),
                "prior": rate.prior.in_words,
            }
            for rate in made.rates
        ],
        "goes_on": [
            {"forum": one.forum, "last_known": _iso(one.last_known), "every": one.meets.every} for one in made.going_on
        ],
    }


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None
