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
MOST: Final = 100  # of what is expected on days without a known meeting
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
    """What is expected on days without a known meeting."""
    each = []
    for now in (True, False):
        query = _shown(
            reader,
            timetable.c.forum == forum,
            timetable.c.is_now == now,
            timetable.c.by_day.between(first, last),
            timetable.c.meeting.is_(None),
        )
        order = (timetable.c.by_day, timetable.c.item, timetable.c.step)
        each.append(select(query.order_by(*order).limit(MOST).subquery()))
    found: dict[date, list[Before]] = defaultdict(list)
    for row in sorted(look.db.execute(union_all(*each)), key=lambda row: (row.by_day, row.item, row.step)):
        if row.label not in ("fell-short", "called-in"):
            found[row.by_day].append(_before(row))
    return found
