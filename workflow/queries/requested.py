"""Meetings that were asked for and that no secretary has dealt with yet, as a reader may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, select

from models.forecasts import forecasts
from models.slips import requests
from models.steps import steps
from workflow.clock import business_date
from workflow.runtime import Looking
from workflow.visibility import Reader, visible

MOST: Final = 50
_TRAVELLING: Final = ("in-progress", "on-hold")


@dataclass(frozen=True, slots=True)
class Requested:
    """One step for which a meeting of its forum is asked. Without `meeting`, on a day for which none is known.

    `moved_from`: the meeting was on this day when it was asked for; `cancelled`: it does not take place any more.
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


def requested_of_item(look: Looking, item: str) -> list[Requested]:
    """What is asked for one item, which the reader may see."""
    return [_requested(look, row) for row in look.db.execute(_pending(requests.c.item == item))]


def requested_at(look: Looking, reader: Reader, forum: str) -> list[Requested]:
    """What a forum is asked for, as far as the reader may see the items."""
    here = _pending(and_(requests.c.forum == forum, forecasts.c.state.in_(_TRAVELLING), visible(reader)))
    return [_requested(look, row) for row in look.db.execute(here.limit(MOST))]


def _pending(condition: ColumnElement[bool]) -> Select[Any]:
    """Requests whose step is still in that round, open, and where it was when they were made."""
    still = and_(
        steps.c.item == requests.c.item,
        steps.c.step == requests.c.step,
        steps.c.round == requests.c.round,
        steps.c.decision == "open",
        steps.c.meeting.is_not_distinct_from(requests.c.was),
    )
    return (
        select(*requests.c, forecasts.c.title)
        .join(steps, still)
        .join(forecasts, forecasts.c.item == requests.c.item)
        .where(condition)
        .order_by(requests.c.day, requests.c.item, requests.c.step)
    )


def _requested(look: Looking, row: Row[Any]) -> Requested:
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
    )
