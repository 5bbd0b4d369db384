"""How somebody wants to be reminded, and when a message may therefore be sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select

from models.reminders import choices
from workflow.clear_days import Calendar
from workflow.clock import LONDON, business_date
from workflow.reminders.ladders import local

#: Messages at once go out between these local times; what comes up at night waits for the morning.
OPENS, CLOSES = "08:00", "20:00"
MORNING: Final = "09:00"

#: Letters go out between these at all: a daily one may be wished for from 06:00 to 22:00.
FIRST, LAST = "06:00", "22:30"


@dataclass(frozen=True, slots=True)
class Choices:
    """One person's choices. Who has made none is told at once, on working days."""

    delivery: str = "at-once"
    daily_at: str = "09:30"  # after the usual hour of reminders, so that those of the day are in it
    working_days_only: bool = True
    unwanted: frozenset[str] = frozenset()
    away_from: date | None = None
    away_until: date | None = None
    deputy: str | None = None

    def away_on(self, day: date) -> bool:
        """Whether somebody stands in for them on a day."""
        if self.deputy is None or self.away_from is None:
            return False
        return self.away_from <= day and (self.away_until is None or day <= self.away_until)


NONE_MADE: Final = Choices()


def choices_of(db: Connection, people: Iterable[str]) -> dict[str, Choices]:
    """The choices of these few people; who has made none has the usual ones."""
    wanted = sorted(set(people))
    found = dict.fromkeys(wanted, NONE_MADE)
    if wanted:
        found |= {row.person: _of(row) for row in db.execute(select(choices).where(choices.c.person.in_(wanted)))}
    return found


def choices_made(db: Connection) -> dict[str, Choices]:
    """The choices of everybody who has made any."""
    return {row.person: _of(row) for row in db.execute(select(choices))}


def _of(row: Any) -> Choices:
    return Choices(
        row.delivery,
        row.daily_at,
        row.working_days_only,
        frozenset(row.unwanted),
        row.away_from,
        row.away_until,
        row.deputy,
    )


def send_at(chosen: Choices, now: datetime, calendar: Calendar, snoozed_until: date | None = None) -> datetime:
    """The first moment from now on at which something may be said to somebody."""
    day = business_date(now)
    if snoozed_until is not None and snoozed_until > day:
        now, day = local(snoozed_until, MORNING), snoozed_until
    if chosen.delivery == "daily":
        at = local(day, chosen.daily_at)
        if now > at or not _fits(chosen, day, calendar):
            at = local(_next_day(chosen, day, calendar), chosen.daily_at)
        return at
    clock = now.astimezone(LONDON).time()
    if not _fits(chosen, day, calendar) or clock >= time.fromisoformat(CLOSES):
        return local(_next_day(chosen, day, calendar), MORNING)
    return max(now, local(day, OPENS))


def in_time_at(
    chosen: Choices, now: datetime, calendar: Calendar, before: date | None, snoozed_until: date | None = None
) -> datetime:
    """The same for what is said before a day: what the next daily letter would bring too late goes at once."""
    at, today = send_at(chosen, now, calendar, snoozed_until), business_date(now)
    too_late = before is not None and today <= before and today < business_date(at) >= before
    if too_late and chosen.delivery == "daily" and snoozed_until is None:
        return send_at(replace(chosen, delivery="at-once"), now, calendar)
    return at


def may_be_sent(chosen: Choices, now: datetime, calendar: Calendar) -> bool:
    """Whether this is a moment at which somebody may be told something that has waited for its time."""
    clock = now.astimezone(LONDON).time()
    open_now = time.fromisoformat(FIRST) <= clock < time.fromisoformat(LAST)
    return open_now and _fits(chosen, business_date(now), calendar)


def _fits(chosen: Choices, day: date, calendar: Calendar) -> bool:
    if not chosen.working_days_only or not calendar.known_from <= day <= calendar.known_until:
        return True
    return calendar.is_working(day)


def _next_day(chosen: Choices, day: date, calendar: Calendar) -> date:
    day += timedelta(days=1)
    while not _fits(chosen, day, calendar):
        day += timedelta(days=1)
    return day
