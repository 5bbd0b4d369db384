"""What is bound to a forum's meetings, or expected there: for one reader, in a bounded number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, not_, select, union_all

from models.forecasts import forecasts, timetable
from workflow.queries.paging import exactly
from workflow.runtime import Looking
from workflow.visibility import Reader, visible

SHOWN: Final = 20  # items of one meeting
MOST: Final = 100  # items of one day without a known meeting
MOST_HIDDEN: Final = 100  # more are not counted
_TRAVELLING: Final = ("in-progress", "on-hold")


@dataclass(frozen=True, slots=True)
class Before:
    """An item that is bound to a meeting, or can be expected there on that day."""

    item: str
    title: str
    step: str
    ask: str | None
    label: str
    bound: bool
    part: str
    late: bool
    on_hold: bool
    on: date
    notice_by: date | None


def _shown(reader: Reader, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Steps of travelling items that the reader may see."""
    return (
        select(timetable, forecasts.c.title, forecasts.c.late, forecasts.c.state)
        .join(forecasts, forecasts.c.item == timetable.c.item)
        .where(*conditions, forecasts.c.state.in_(_TRAVELLING), visible(reader))
    )


def _before(row: Row[Any]) -> Before:
    return Before(
        item=row.item,
        title=row.title,
        step=row.step,
        ask=row.ask,
        label=row.label,
        bound=row.basis == "bound",
        part=row.part,
        late=row.late,
        on_hold=row.state == "on-hold",
        on=row.by_day,
        notice_by=row.notice_by,
    )


def at_meetings(look: Looking, reader: Reader, forum: str, ids: Sequence[str]) -> Mapping[str, list[Before]]:
    """The first items of each meeting, those bound to it before those expected, in one query."""
    found: dict[str, list[Before]] = defaultdict(list)
    each = []
    for name in ids:
        for basis in ("bound", "calendar"):
            here = and_(timetable.c.meeting == name, timetable.c.basis == basis, timetable.c.forum == forum)
            query = _shown(reader, here).order_by(timetable.c.item, timetable.c.step).limit(SHOWN + 1)
            each.append(select(query.subquery()))
    if each:
        for row in look.db.execute(union_all(*each)):
            found[row.meeting].append(_before(row))
    return found


def hidden(look: Looking, reader: Reader, forum: str, ids: Sequence[str]) -> dict[str, int]:
    """How many items of each meeting the reader may not see; beyond a hundred nobody counts."""
    each = []
    for name in ids:
        query = (
            select(literal(1).label("one"))
            .select_from(timetable.join(forecasts, forecasts.c.item == timetable.c.item))
            .where(
                timetable.c.meeting == name,
                timetable.c.basis.in_(("bound", "calendar")),
                timetable.c.forum == forum,
                forecasts.c.state.in_(_TRAVELLING),
                not_(visible(reader)),
            )
            .limit(exactly(MOST_HIDDEN))
        )
        each.append(select(literal(name).label("meeting"), func.count().label("number")).select_from(query.subquery()))
    if not each:
        return {}
    return {row.meeting: row.number for row in look.db.execute(union_all(*each))}


def by_day(look: Looking, reader: Reader, forum: str, first: date, last: date) -> dict[date, list[Before]]:
    """What is expected on days without a known meeting: of each day the first, and one more where there are more."""
    ordered = func.row_number().over(partition_by=timetable.c.by_day, order_by=(timetable.c.item, timetable.c.step))
    expected = _shown(reader, *_without_meeting(forum, first, last)).add_columns(ordered.label("place")).subquery()
    query = select(expected).where(expected.c.place <= MOST + 1)
    found: dict[date, list[Before]] = defaultdict(list)
    for row in look.db.execute(query.order_by(expected.c.by_day, expected.c.place)):
        found[row.by_day].append(_before(row))
    return found


def hidden_by_day(look: Looking, reader: Reader, forum: str, first: date, last: date) -> dict[date, int]:
    """How many items the reader may not see on each day without a known meeting; beyond a hundred nobody counts."""
    query = (
        select(timetable.c.by_day, func.count().label("number"))
        .join(forecasts, forecasts.c.item == timetable.c.item)
        .where(*_without_meeting(forum, first, last), forecasts.c.state.in_(_TRAVELLING), not_(visible(reader)))
        .group_by(timetable.c.by_day)
    )
    return {row.by_day: min(row.number, MOST_HIDDEN) for row in look.db.execute(query)}


def _without_meeting(forum: str, first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    return (
        timetable.c.forum == forum,
        timetable.c.is_now.in_((True, False)),  # the index has it before the day
        timetable.c.by_day.between(first, last),
        timetable.c.meeting.is_(None),
        timetable.c.label.not_in(("fell-short", "called-in")),
    )
