"""Meetings that were asked for and that no secretary has dealt with yet, as a reader may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, false, func, not_, or_, select

from models.forecasts import forecasts, timetable
from models.slips import requests
from models.steps import steps
from workflow.clock import business_date
from workflow.facts import Meeting
from workflow.known import Person
from workflow.runtime import Looking
from workflow.visibility import Reader, reader_of, visible

MOST: Final = 50
_TRAVELLING: Final = ("in-progress", "on-hold")


@dataclass(frozen=True, slots=True)
class Requested:
    """One step for which a meeting of its forum is asked. Without `meeting`, on a day for which none is known.

    `moved_from`: the meeting was on this day when it was asked for; `cancelled`: it does not take place any more.
    `ends_as`: how the reader may end it: who keeps the forum declines it, who could have asked withdraws it.
    """

    item: str
    title: str
    step: str
    forum: str
    forum_name: str
    on: date
    meeting: str | None
    moved_from: date | None
    cancelled: bool
    by: str | None
    asked_on: date
    ends_as: Literal["decline", "withdraw"] | None = None


def requested_of_item(look: Looking, item: str, person: Person) -> list[Requested]:
    """What is asked for one item, which the reader may see."""
    return [_requested(look, row, person) for row in look.db.execute(_pending(requests.c.item == item))]


def requested_of_step(db: Connection, item: str, step: str) -> Row[Any] | None:
    """The row of what is asked for one step, if it still counts."""
    return db.execute(_pending(and_(requests.c.item == item, requests.c.step == step))).one_or_none()


def requested_at(look: Looking, reader: Reader, forum: str) -> list[Requested]:
    """What a forum is asked for, as far as the reader may see the items."""
    return _requested_where(look, reader, requests.c.forum == forum)


def requested_for(look: Looking, reader: Reader, meeting: Meeting) -> list[Requested]:
    """What a meeting is asked for: itself, or one on its day, by forums that sit there."""
    same_day = and_(requests.c.meeting.is_(None), requests.c.day == meeting.date)
    this = or_(requests.c.meeting == meeting.id, same_day)
    return _requested_where(look, reader, and_(requests.c.forum.in_(meeting.forums), this))


def asked_of(look: Looking, person: Person) -> list[tuple[str, str, int]]:
    """How many meetings each forum that somebody keeps is asked for: its id, its name and the number."""
    kept = sorted(scope for role, scope in person.roles if role == "secretary")
    if not kept:
        return []
    pending = _of_travelling(reader_of(look.known, person), requests.c.forum.in_(kept)).subquery()
    query = select(pending.c.forum, func.count()).group_by(pending.c.forum)
    found = [(forum, look.known.forum_name(forum), number) for forum, number in look.db.execute(query)]
    return sorted(found, key=lambda one: one[1])


def _requested_where(look: Looking, reader: Reader, condition: ColumnElement[bool]) -> list[Requested]:
    person = look.known.people.get(reader.person)
    return [_requested(look, row, person) for row in look.db.execute(_of_travelling(reader, condition).limit(MOST))]


def _of_travelling(reader: Reader, condition: ColumnElement[bool]) -> Select[Any]:
    return _pending(and_(condition, forecasts.c.state.in_(_TRAVELLING), visible(reader)))


def _pending(condition: ColumnElement[bool]) -> Select[Any]:
    """Requests whose step is still in that round, open, and where it was when they were made.

    One is met as well when the meeting that the step is on moves to the day, or where one comes to be known on it.
    """
    still = and_(
        steps.c.item == requests.c.item,
        steps.c.step == requests.c.step,
        steps.c.round == requests.c.round,
        steps.c.decision == "open",
        steps.c.meeting.is_not_distinct_from(requests.c.was),
    )
    there = and_(timetable.c.item == requests.c.item, timetable.c.step == requests.c.step)
    met = and_(
        timetable.c.meets_on == requests.c.day,
        timetable.c.meeting.is_not(None),
        or_(requests.c.meeting.is_(None), timetable.c.basis == "bound"),
    )
    return (
        select(*requests.c, forecasts.c.title, forecasts.c.organisation, forecasts.c.owner)
        .join(steps, still)
        .join(forecasts, forecasts.c.item == requests.c.item)
        .outerjoin(timetable, there)
        .where(condition, not_(func.coalesce(met, false())))
        .order_by(requests.c.day, requests.c.item, requests.c.step)
    )


def _ends_as(row: Row[Any], person: Person | None) -> Literal["decline", "withdraw"] | None:
    if person is None:
        return None
    if person.holds("secretary", row.forum):
        return "decline"
    return "withdraw" if person.id == row.owner or person.holds("lead", row.organisation) else None


def _requested(look: Looking, row: Row[Any], person: Person | None) -> Requested:
    meeting = look.known.meetings.get(row.meeting or "")
    now = meeting.date if meeting else row.day
    by = look.known.people.get(row.by or "")
    return Requested(
        item=row.item,
        title=row.title,
        step=row.step,
        forum=row.forum,
        forum_name=look.known.forum_name(row.forum),
        on=now,
        meeting=row.meeting,
        moved_from=row.day if row.day != now else None,
        cancelled=meeting is not None and meeting.state == "cancelled",
        by=by.name if by else None,
        asked_on=business_date(row.at),
        ends_as=_ends_as(row, person),
    )
