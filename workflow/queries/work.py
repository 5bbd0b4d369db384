"""My work: what somebody has to do by the roles they hold, what is overdue first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, select, union_all

from models.forecasts import forecasts, tasks, timetable
from models.steps import steps
from workflow.errors import day
from workflow.known import Person
from workflow.queries.paging import Counted, Cursor, Page, bounded, counted, in_order, page_of
from workflow.queries.reasons import Place, reasons_of
from workflow.queries.requested import asked_of
from workflow.runtime import Looking
from workflow.tasks import AGAIN, NEWER, WORDS, holders_of
from workflow.visibility import reader_of

#: How tasks are sorted: by the day they are due, and then so that no two are alike.
KEYS: Final = (
    tasks.c.by_due,
    tasks.c.item,
    tasks.c.step,
    tasks.c.act,
    tasks.c.detail,
    tasks.c.holder,
)


@dataclass(frozen=True, slots=True)
class ToDo:
    """One thing to do: the act, where it is done, why and by when. `role` and `scope` say as what."""

    item: str
    title: str
    act: str
    step: str
    detail: str
    role: str
    scope: str
    forum: str | None
    due: date | None
    overdue: bool
    why: str
    said: str | None = None  # in people's own words, as far as whoever has to do it may read them


@dataclass(frozen=True, slots=True)
class Work:
    """A page of what somebody has to do, with how much there is of it and how much is overdue."""

    page: Page[ToDo]
    total: Counted
    overdue: Counted
    asked: tuple[tuple[str, str, int], ...]  # forums that meetings are asked of: id, name, how many


def my_work(look: Looking, person: Person, cursor: Cursor | None = None) -> Work:
    """One page of somebody's tasks."""
    holders = holders_of(person)
    found = list(look.db.execute(_rows(look.today, holders, cursor)))
    places = [tuple(getattr(row, key.name) for key in KEYS) for row in found]
    page = page_of(found, places, cursor)
    reasons = reasons_of(look, reader_of(look.known, person), page.rows)
    rows: dict[tuple[str, str, str, str], ToDo] = {}
    for row in page.rows:  # a secretary who is the chair too has to do it once
        rows.setdefault((row.item, row.step, row.act, row.detail), _told(look, row, reasons))
    total, overdue = _counts(look, holders, list(rows.values()), whole=cursor is None and page.later is None)
    asked = tuple(asked_of(look, person)) if cursor is None else ()
    return Work(Page(tuple(rows.values()), page.earlier, page.later), total, overdue, asked)


def _mine(today: date, holders: list[str]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return tasks.c.holder.in_(holders), tasks.c.starts <= today


def _rows(today: date, holders: list[str], cursor: Cursor | None) -> Select[Any]:
    """Each role's own tasks in their order, put together: no role's whole list is ever sorted."""
    each = []
    for holder in holders:
        query = select(*KEYS, tasks.c.forum, tasks.c.due).where(tasks.c.holder == holder, tasks.c.starts <= today)
        each.append(select(in_order(query, KEYS, cursor=cursor).subquery()))
    either = union_all(*each).subquery() if len(each) > 1 else each[0].subquery()
    here = and_(timetable.c.item == either.c.item, timetable.c.step == either.c.step)
    current = and_(
        steps.c.item == either.c.item,
        steps.c.step == either.c.step,
        steps.c.decision.in_(("open", "fell-short", "called-in")),
    )
    query = (
        select(
            either,
            forecasts.c.title,
            timetable.c.meets_on,
            timetable.c.ask,
            steps.c.version,
            steps.c.verbal,
            steps.c.outcome,
        )
        .join(forecasts, forecasts.c.item == either.c.item)
        .outerjoin(timetable, here)
        .outerjoin(steps, current)
    )
    backward = cursor is not None and cursor.backward
    return in_order(query, [either.c[key.name] for key in KEYS], descending=backward)


def _counts(look: Looking, holders: list[str], rows: list[ToDo], whole: bool) -> tuple[Counted, Counted]:
    if whole:
        return Counted(len(rows)), Counted(sum(row.overdue for row in rows))
    mine = select(tasks.c.item).where(*_mine(look.today, holders))
    total = counted(look.db.execute(bounded(mine)).scalar_one())
    overdue = counted(look.db.execute(bounded(mine.where(tasks.c.by_due < look.today))).scalar_one())
    return total, overdue


def _told(look: Looking, row: Row[Any], reasons: Mapping[Place, str]) -> ToDo:
    role, _, scope = row.holder.partition(":")
    return ToDo(
        item=row.item,
        title=row.title,
        act=row.act,
        step=row.step,
        detail=row.detail,
        role=role,
        scope=scope,
        forum=look.known.forum_name(row.forum) if row.forum else None,
        due=row.due,
        overdue=row.due is not None and row.due < look.today,
        why=_why(look, row),
        said=reasons.get((row.item, row.step, row.act, row.detail)),
    )


def _why(look: Looking, row: Row[Any]) -> str:
    """Why it is to be done, in one sentence."""
    forum = look.known.forum_name(row.forum) if row.forum else ""
    meets = _meets(look, row, forum)
    if row.act == "record":
        return _why_record(look, row, forum)
    if row.act == "submit":
        return _why_submit(row, forum, meets)
    said = {
        "start": "It is a draft and has not set out.",
        "resume": "It is on hold.",
        "revise": f"{_area(row.detail)} did not clear version {row.version} for {forum}.",
        "clear": f"Version {row.version} of the report is with {forum}. {meets}".strip(),
        "meet": f"Condition {row.detail} of {forum or 'what was resolved'} is not met yet.",
        "notice": f"Notice of the key decision has to be given. {meets}".strip(),
        "private-notice": f"Notice has to be given that it is to be dealt with in private. {meets}".strip(),
        "private-notice-again": f"Notice that it is private has to be given again, with what was said. {meets}".strip(),
        "publish": f"{forum} decided, and no publication is recorded.",
        "documents": f"{forum} decided, and nothing says that members have the documents.",
        WORDS: f"{forum} decided, and the words of its resolution are not recorded.",
        "bind": f"It is ready for {forum} and on no meeting yet.",
        "agenda": f"{'It is introduced by word of mouth' if row.verbal else 'The report is in and cleared'}. {meets}",
        "uphold": f"The decision of {forum} is called in.",
        "accept": f"{forum} resolved “{row.outcome}”, which is less than was asked.",
        "send-back": f"{forum} resolved “{row.outcome}”, which is less than was asked and cannot stand.",
        "open-gate": "The route waits for this check.",
        "material": "The report has changed since others agreed to it.",
    }
    return said.get(row.act, meets)


def _why_record(look: Looking, row: Row[Any], forum: str) -> str:
    if row.holder.startswith("lead:"):
        return f"The consultation ended on {day(row.due)}." if row.due else "The consultation is over."
    if row.holder.startswith("member:"):
        return "It is introduced by word of mouth." if row.verbal else f"Version {row.version} is before you."
    meets = "meets today" if row.due == look.today else f"met on {day(row.due)}"
    return f"{forum} {meets} and nothing is recorded."


def _why_submit(row: Row[Any], forum: str, meets: str) -> str:
    if row.detail == AGAIN:
        return f"It was referred back: the report has to come to {forum} again."
    if row.detail == NEWER:
        return f"{forum} has version {row.version}, and there is a newer one."
    return meets or f"{forum} waits for the report."


def _meets(look: Looking, row: Row[Any], forum: str) -> str:
    if row.meets_on is None or not forum:
        return ""
    return f"{forum} {'meets' if row.meets_on >= look.today else 'met'} on {day(row.meets_on)}."


def _area(area: str) -> str:
    return area[:1].upper() + area[1:].replace("-", " ")
