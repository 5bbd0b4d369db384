"""Keeping reminders in step with the facts, in the transaction that changes them.

What has come up is added, what has another day is moved, what is no longer wanted ends with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Insert, Row, Select, Update, bindparam, insert, select, update

from models.items import items
from models.ledger import events
from models.reminders import reminders
from routes.ladders import Ladder
from routes.spec import Route
from workflow.clock import business_date
from workflow.doing import Doing
from workflow.dossiers import Dossier
from workflow.known import Known
from workflow.listing import UNKNOWN_DAY
from workflow.plans import Plan
from workflow.reminders.kinds import KINDS
from workflow.reminders.ladders import Moment, climbed, next_look
from workflow.reminders.matters import Matter
from workflow.reminders.rules import Facts
from workflow.tasks import Task

#: What may still have to be done when a route is complete.
_AFTER_THE_END: Final = ("condition-due", "minutes-due", "decision-to-publish", "call-in-ending")

#: The day on which each notice was given.
_NOTICES: Final = {
    "notice-due": "notice_given",
    "private-notice-due": "private_notice_on",
    "private-notice-again-due": "private_notice_again_on",
}

#: What is spoken of by a day that can be lost without anything being done.
_LOSE_THEIR_DAY: Final = ("report-due", *_NOTICES, "meeting-tomorrow")

_OVER: Final = {
    "withdrawn": "The item was withdrawn.",
    "rejected": "The item was rejected.",
    "complete": "The route is complete.",
    "on-hold": "The item is on hold.",
    "draft": "The item is a draft again.",
}


@dataclass(frozen=True, slots=True)
class Watched:
    """One item in hand, planned as of today."""

    dossier: Dossier
    plan: Plan
    tasks: Sequence[Task]


def matters_of(facts: Facts) -> dict[str, Matter]:
    """Everything that somebody is to be reminded of on an item, by its id."""
    found: dict[str, Matter] = {}
    for kind in KINDS.values():
        for matter in kind.rule(facts):
            found.setdefault(matter.id, matter)
    return found


def ladder_for(known: Known, route: Route, kind: str, forum: str | None) -> Ladder:
    """The ladder that holds for a kind: the forum's own, else the route's, else the one that is shipped."""
    there = known.world.forums.get(forum or "")
    for of, ladder in (*(there.reminders if there else ()), *route.reminders):
        if of == kind:
            return ladder
    return KINDS[kind].ladder


def watch(do: Doing, watched: Sequence[Watched], new: bool = False) -> set[str]:
    """Bring the reminders of these items in step with their plans; the items of which somebody is to be reminded.

    `new`: nothing was known of any of them before.
    """
    ids = [of.dossier.id for of in watched]
    kept: dict[str, dict[str, Row[Any]]] = {item: {} for item in ids}
    if not new:
        for row in do.db.execute(_kept(), {"ids": ids}):
            kept[row.item][row.id] = row
    moved_on = last_moved(do, ids)
    added: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    ended: list[dict[str, Any]] = []
    reminded: set[str] = set()
    for of in watched:
        known = kept[of.dossier.id]
        wanted = matters_of(_facts(do, of, known, moved_on.get(of.dossier.id)))
        if wanted:
            reminded.add(of.dossier.id)
        for name, matter in wanted.items():
            if name not in known:
                added.append(_added(do, of.dossier.route, matter))
            elif _differs(do, known[name], matter):
                changed.append(_changed(do, of.dossier.route, matter, known[name]))
        for row in (row for name, row in known.items() if name not in wanted and row.ended_at is None):
            if not _has_lost_its_day(of, row):
                ended.append(_ended(do, of, row))
            elif row.day is not None:
                changed.append(_changed(do, of.dossier.route, _without_a_day(row), row))
    if added:
        do.db.execute(_add(), added)
    if changed:
        do.db.execute(_change(), sorted(changed, key=lambda row: str(row["key"])))
    if ended:
        do.db.execute(_end(), sorted(ended, key=lambda row: str(row["key"])))
    return reminded


def _facts(do: Doing, of: Watched, known: Mapping[str, Row[Any]], moved_on: date | None) -> Facts:
    kept_day = {name: row.day for name, row in known.items()}
    return Facts(of.dossier, of.plan, of.tasks, do.known, do.calendar, moved_on, kept_day)


def _has_lost_its_day(of: Watched, row: Row[Any]) -> bool:
    """A report, a notice or a meeting that is still to come, only that nobody knows when: who was told hears of it."""
    if row.kind not in _LOSE_THEIR_DAY or of.plan.item_state != "in-progress" or not row.step:
        return False
    step, current = of.plan.step(row.step), of.dossier.step(row.step)
    is_open = step.state in ("waiting", "ready") and current["round"] == row.round
    if row.kind == "meeting-tomorrow":
        return is_open and step.basis != "bound"
    still = current["papers"] == "none" and not current["verbal"]
    if row.kind in _NOTICES:
        still = current[_NOTICES[row.kind]] is None
    return is_open and still and step.basis == "none"


def _without_a_day(row: Row[Any]) -> Matter:
    return Matter(row.kind, row.item, row.holder, row.step, row.round, row.detail, row.forum, None)


def last_moved(do: Doing, ids: Sequence[str]) -> dict[str, date]:
    """The business date of the last thing that happened to each item."""
    found = {item: do.moved_on[item] for item in ids if item in do.moved_on}
    missing = [item for item in ids if item not in found]
    if missing:
        for row in do.db.execute(_last_events(), {"ids": missing}):
            found[row.id] = row.date or business_date(row.at)
    return found


def _differs(do: Doing, row: Row[Any], matter: Matter) -> bool:
    return row.ended_at is not None or row.day != matter.day or row.forum in do.reminded_anew or do.counted_anew


def _added(do: Doing, route: Route, matter: Matter) -> dict[str, Any]:
    ladder = ladder_for(do.known, route, matter.kind, matter.forum)
    moments = climbed(ladder, matter.day, do.now, do.calendar)
    return {
        "id": matter.id,
        "kind": matter.kind,
        "item": matter.item,
        "step": matter.step,
        "round": matter.round,
        "detail": matter.detail,
        "holder": matter.holder,
        "forum": matter.forum,
        "day": matter.day,
        "by_day": matter.day or UNKNOWN_DAY,
        "since": do.now,
        "next_at": _first_look(do, ladder, matter, do.now, moments),
        "ended_at": None,
        "ended_because": None,
        "sequence": 0,
        "reopened": 0,
        "changed_at": do.now,
        "failures": 0,
        "last_failure": None,
    }


def _changed(do: Doing, route: Route, matter: Matter, row: Row[Any]) -> dict[str, Any]:
    """Another day, other ladders, or wanted again after it had ended. Whoever was told the old day is told at once."""
    reopens, moves = row.ended_at is not None, row.day != matter.day
    since = do.now if reopens else row.since
    ladder = ladder_for(do.known, route, matter.kind, matter.forum)
    moments = climbed(ladder, matter.day, since, do.calendar)
    next_at: datetime | None = do.now
    if moves and KINDS[matter.kind].moved is not None:
        pass  # whoever was told the old day is told at once
    elif moves or reopens:
        next_at = _first_look(do, ladder, matter, since, moments)
    elif row.next_at is None or row.next_at > do.now:  # only the ladder: what has passed by it is not said again
        next_at = next_look(ladder, matter.day, since, do.now, do.calendar, moments)
    return {
        "key": row.id,
        "to_day": matter.day,
        "to_by_day": matter.day or UNKNOWN_DAY,
        "to_since": since,
        "to_next_at": next_at,
        "to_sequence": row.sequence + (moves or reopens),
        "to_reopened": row.reopened + reopens,
        "to_changed_at": do.now,
    }


def _first_look(
    do: Doing, ladder: Ladder, matter: Matter, since: datetime, moments: Sequence[Moment]
) -> datetime | None:
    """When somebody is to be told first: now, if a rung has come."""
    if any(moment.at <= do.now for moment in moments):
        return do.now
    return next_look(ladder, matter.day, since, do.now, do.calendar, moments)


def _ended(do: Doing, of: Watched, row: Row[Any]) -> dict[str, Any]:
    return {"key": row.id, "to_ended_at": do.now, "to_because": _because(of, row), "to_sequence": row.sequence + 1}


def _because(of: Watched, row: Row[Any]) -> str:
    """Why a reminder is no longer wanted."""
    if of.plan.item_state in _OVER and not (of.plan.item_state == "complete" and row.kind in _AFTER_THE_END):
        return _OVER[of.plan.item_state]
    if row.step:
        step = of.plan.step(row.step)
        if step.state == "skipped":
            return "The step does not apply."
        if row.kind != "condition-due" and of.dossier.step(row.step)["round"] > row.round:
            return "The step is asked again, in a new round."
    kind = KINDS.get(row.kind)
    return kind.done if kind else "Nobody is reminded of this any more."


@cache
def _kept() -> Select[Any]:
    """In the order of their ids and locked: a letter that speaks of one of them is written before or after."""
    columns = (
        reminders.c.id,
        reminders.c.item,
        reminders.c.kind,
        reminders.c.step,
        reminders.c.round,
        reminders.c.forum,
        reminders.c.detail,
        reminders.c.holder,
        reminders.c.day,
        reminders.c.since,
        reminders.c.next_at,
        reminders.c.ended_at,
        reminders.c.sequence,
        reminders.c.reopened,
    )
    query = select(*columns).where(reminders.c.item.in_(bindparam("ids", expanding=True)))
    return query.order_by(reminders.c.id).with_for_update()


@cache
def _last_events() -> Select[Any]:
    newest = (events.c.subject == "item:" + items.c.id) & (events.c.seq == items.c.seq)
    query = select(items.c.id, events.c.date, events.c.at).join(events, newest)
    return query.where(items.c.id.in_(bindparam("ids", expanding=True)))


@cache
def _add() -> Insert:
    return insert(reminders).inline()


@cache
def _change() -> Update:
    columns = ("day", "by_day", "since", "next_at", "sequence", "reopened", "changed_at")
    values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in columns}
    values |= {"ended_at": None, "ended_because": None, "failures": 0, "last_failure": None}
    return update(reminders).where(reminders.c.id == bindparam("key")).values(values)


@cache
def _end() -> Update:
    values: dict[str, Any] = {
        "ended_at": bindparam("to_ended_at"),
        "changed_at": bindparam("to_ended_at"),
        "ended_because": bindparam("to_because"),
        "sequence": bindparam("to_sequence"),
        "next_at": None,
    }
    return update(reminders).where(reminders.c.id == bindparam("key")).values(values)
