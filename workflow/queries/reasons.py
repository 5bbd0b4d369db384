"""The words of people that say why something is to be done: why an item rests, why a report was returned, what a
condition asks. As far as a reader may read them, in a fixed number of queries for however many tasks.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, case, func, literal, or_, select, tuple_

from models.forecasts import forecasts
from models.ledger import events
from models.reports import clearances, conditions, texts
from models.steps import steps
from workflow.ledger import digests
from workflow.runtime import Looking
from workflow.visibility import Reader, visible

HELD: Final = "put-on-hold"

Place = tuple[str, str, str, str]  # item, step, act and detail of a task


def reasons_of(look: Looking, reader: Reader, rows: Sequence[Row[Any]]) -> dict[Place, str]:
    """By task, the words behind it that this reader may read; `rows` are the tasks of one page."""
    found: dict[Place, tuple[str, str]] = {}
    if resting := sorted({row.item for row in rows if row.act == "resume"}):
        for item, digest in held_because(look, _readable(look, reader, resting)).items():
            found[(item, "", "resume", "")] = (item, digest)
    if returned := {(row.item, row.step, row.detail, row.version) for row in rows if row.act == "revise"}:
        found |= _returned(look, reader, returned)
    if owed := {(row.item, row.step, int(row.detail)) for row in rows if row.act == "meet"}:
        found |= _owed(look, reader, owed)
    if not found:
        return {}
    subjects = sorted({f"item:{item}" for item, _digest in found.values()})
    query = select(texts.c.subject, texts.c.digest, texts.c.text).where(
        texts.c.subject.in_(subjects),
        texts.c.digest.in_(sorted({digest for _item, digest in found.values()})),
        texts.c.text.is_not(None),
    )
    spelt = {(row.subject, row.digest): row.text for row in look.db.execute(query)}
    said = {place: spelt.get((f"item:{item}", digest)) for place, (item, digest) in found.items()}
    return {place: text for place, text in said.items() if text}


def held_because(look: Looking, items: Collection[str]) -> dict[str, str]:
    """By item, what stands for the reason for which it was last put on hold."""
    if not items:
        return {}
    newest = (
        select(events.c.subject, func.max(events.c.seq).label("seq"))
        .where(events.c.subject.in_([f"item:{item}" for item in items]), events.c.kind == HELD)
        .group_by(events.c.subject)
        .subquery()
    )
    query = select(events.c.subject, events.c.data).join(
        newest, and_(events.c.subject == newest.c.subject, events.c.seq == newest.c.seq)
    )
    found = {}
    for subject, data in look.db.execute(query):
        if digest := next(digests(data.get("act", {}).get("reason")), None):
            found[subject.removeprefix("item:")] = digest
    return found


def _readable(look: Looking, reader: Reader, items: Sequence[str]) -> list[str]:
    query = select(forecasts.c.item).where(forecasts.c.item.in_(items), visible(reader))
    return list(look.db.execute(query).scalars())


def _may_read(reader: Reader) -> ColumnElement[bool]:
    """Texts of a step in Part II are as exempt as those of an item in Part II."""
    exempt = or_(steps.c.part == "II", forecasts.c.part == "II")
    return visible(reader, part=case((exempt, literal("II")), else_=literal("I")))


def _returned(
    look: Looking, reader: Reader, places: Collection[tuple[str, str, str, int]]
) -> dict[Place, tuple[str, str]]:
    newest = and_(steps.c.item == clearances.c.item, steps.c.step == clearances.c.step, steps.c.decision == "open")
    key = tuple_(clearances.c.item, clearances.c.step, clearances.c.area, clearances.c.version)
    query = (
        select(clearances.c.item, clearances.c.step, clearances.c.area, clearances.c.reason)
        .join(steps, newest)
        .join(forecasts, forecasts.c.item == clearances.c.item)
        .where(key.in_(sorted(places)), clearances.c.reason.is_not(None), _may_read(reader))
    )
    return {(row.item, row.step, "revise", row.area): (row.item, row.reason) for row in look.db.execute(query)}


def _owed(look: Looking, reader: Reader, places: Collection[tuple[str, str, int]]) -> dict[Place, tuple[str, str]]:
    """Of each condition that of the newest round: an earlier one counts no more."""
    of = and_(
        steps.c.item == conditions.c.item,
        steps.c.step == conditions.c.step,
        steps.c.round == conditions.c.round,
    )
    query = (
        select(conditions.c.item, conditions.c.step, conditions.c.number, conditions.c.text)
        .join(steps, of)
        .join(forecasts, forecasts.c.item == conditions.c.item)
        .where(
            tuple_(conditions.c.item, conditions.c.step, conditions.c.number).in_(sorted(places)),
            conditions.c.met_on.is_(None),
            _may_read(reader),
        )
        .order_by(conditions.c.round)
    )
    return {(row.item, row.step, "meet", str(row.number)): (row.item, row.text) for row in look.db.execute(query)}
