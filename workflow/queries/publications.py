"""What anybody may read without signing in: the forward plans of forums and organisations. Part I only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, Select, and_, select, union_all

from models.forecasts import forecasts, timetable
from models.items import items
from models.steps import steps
from workflow.errors import Unknown
from workflow.listing import UNKNOWN_DAY
from workflow.queries.forums import months_after
from workflow.runtime import Looking
from workflow.shelf import chunks

MONTHS: Final = 12
MOST: Final = 150
_AT_ONCE: Final = 25  # forums in one query


@dataclass(frozen=True, slots=True)
class Coming:
    """A decision that is coming: when, by whom, what is asked, who is responsible. `private`: in Part II there."""

    title: str
    forum: str
    ask: str | None
    meets_on: date | None
    is_certain: bool
    notice_by: date | None
    notice_given: date | None
    key_decision: bool
    responsible: str
    organisation: str
    private: bool


@dataclass(frozen=True, slots=True)
class ForwardPlan:
    """What a forum, or an organisation's forums, can be expected to decide, month by month and then without a day."""

    name: str
    on: date
    until: date
    months: tuple[tuple[date, tuple[Coming, ...]], ...]
    undated: tuple[Coming, ...]
    more: bool


def forum_plan(look: Looking, forum: str, months: int = MONTHS) -> ForwardPlan:
    """The forward plan of one forum."""
    known = look.known.world.forums.get(forum)
    if known is None:
        raise Unknown(f"There is no forum {forum}. Check the address.")
    return _plan(look, known.name, [forum], months)


def organisation_plan(look: Looking, organisation: str, months: int = MONTHS) -> ForwardPlan:
    """The forward plan of all forums of an organisation."""
    known = look.known.organisations.get(organisation)
    if known is None:
        raise Unknown(f"There is no organisation {organisation}. Check the address.")
    own = sorted(forum.id for forum in look.known.world.forums.values() if forum.organisation == organisation)
    return _plan(look, known.name, own, months)


def _plan(look: Looking, name: str, forums: Sequence[str], months: int) -> ForwardPlan:
    until = months_after(look.today, months - 1)
    rows: list[Row[Any]] = []
    for chunk in chunks(forums, _AT_ONCE):
        rows += look.db.execute(_coming(look.today, until, chunk))
    rows.sort(key=lambda row: (row.by_day, row.title.casefold(), row.item, row.step))
    by_month: dict[date, list[Coming]] = {}
    undated = []
    for row in rows[:MOST]:
        told = _told(look, row)
        if told.meets_on is None:
            undated.append(told)
        else:
            by_month.setdefault(told.meets_on.replace(day=1), []).append(told)
    listed = tuple((month, tuple(of)) for month, of in by_month.items())
    return ForwardPlan(name, look.today, until, listed, tuple(undated), len(rows) > MOST)


def _coming(today: date, until: date, forums: Sequence[str]) -> Select[Any]:
    """Open steps of items in Part I that are under way: dated ones within the time, undated ones that are due now.

    A step that was due before today is no longer coming.
    """
    each = []
    for forum in forums:
        for now in (True, False):
            at = and_(timetable.c.forum == forum, timetable.c.is_now == now)
            dated = timetable.c.by_day.between(today, until)
            each.append(_first(and_(at, dated)))
        ready = and_(timetable.c.forum == forum, timetable.c.is_now == True)  # noqa: E712
        each.append(_first(and_(ready, timetable.c.by_day == UNKNOWN_DAY)))
    either = union_all(*each).subquery()
    current = and_(steps.c.item == either.c.item, steps.c.step == either.c.step, steps.c.decision == "open")
    return (
        select(either, items.c.key_decision, steps.c.notice_given)
        .join(items, items.c.id == either.c.item)
        .join(steps, current)
    )


def _first(condition: Any) -> Select[Any]:
    query = (
        select(timetable, forecasts.c.title, forecasts.c.owner, forecasts.c.organisation)
        .join(forecasts, forecasts.c.item == timetable.c.item)
        .where(condition, forecasts.c.state == "in-progress", forecasts.c.part == "I")
        .order_by(timetable.c.by_day, timetable.c.item, timetable.c.step)
        .limit(MOST + 1)
    )
    return select(query.subquery())


def _told(look: Looking, row: Row[Any]) -> Coming:
    owner = look.known.people.get(row.owner)
    return Coming(
        title=row.title,
        forum=look.known.forum_name(row.forum),
        ask=row.ask,
        meets_on=row.meets_on,
        is_certain=row.basis == "bound",
        notice_by=row.notice_by,
        notice_given=row.notice_given,
        key_decision=row.key_decision,
        responsible=owner.name if owner else row.owner,
        organisation=look.known.organisations[row.organisation].name,
        private=row.part == "II",
    )
