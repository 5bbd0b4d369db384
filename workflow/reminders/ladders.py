"""When the rungs of a ladder come: working days, at a local time of day. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from routes.ladders import Ladder, Rung
from routes.spec import Days
from workflow.clear_days import Calendar
from workflow.clock import LONDON, business_date
from workflow.errors import BeyondCalendar

#: Beyond the known end of the calendar nothing can be counted; it is looked at again after so long.
LOOK_AGAIN: Final = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Moment:
    """A rung and the moment at which it comes."""

    at: datetime
    rung: Rung


def local(day: date, at: str) -> datetime:
    """A local time of day in England as a moment; between 06:00 and 22:00 there is exactly one."""
    return datetime.combine(day, time.fromisoformat(at), LONDON).astimezone(UTC)


def climbed(ladder: Ladder, day: date | None, since: datetime, calendar: Calendar) -> list[Moment]:
    """The moments of a ladder in order, for something that came up at `since` and is to be done by `day`.

    Of the rungs before the day that had passed when it came up only the last counts: it comes at once, unless another
    follows within a day. Rungs after the day count from when it came up if it was overdue then, so that nobody's
    superior is told before they are.
    `waiting` counts from when it came up where no day is known; `waiting: 0` is at once in any case.
    Rungs beyond the known end of the calendar are left out (`reaches_beyond`).
    """
    found: list[Moment] = []
    missed: Moment | None = None
    for rung in ladder.rungs:
        at = _moment(ladder, rung, day, since, calendar)
        if at is None:
            continue
        if rung.when == "before" and at < since:
            missed = Moment(since, rung) if missed is None or rung.days <= missed.rung.days else missed
        else:
            found.append(Moment(at, rung))
    if missed is not None and all(moment.at - since >= timedelta(days=1) for moment in found):
        found.append(missed)
    return sorted(found, key=lambda moment: moment.at)


def reaches_beyond(ladder: Ladder, day: date | None, since: datetime, calendar: Calendar) -> bool:
    """Whether the calendar is not known as far as this ladder goes: it is to be looked at again."""
    furthest = max((rung.days for rung in ladder.rungs), default=0)
    last = max(day or business_date(since), business_date(since))
    return last + timedelta(days=2 * furthest + 14) > calendar.known_until


def next_look(
    ladder: Ladder, day: date | None, since: datetime, now: datetime, calendar: Calendar, moments: Sequence[Moment]
) -> datetime | None:
    """When to look at it next: at its next rung, or once the calendar may be known further."""
    coming = min((moment.at for moment in moments if moment.at > now), default=None)
    if coming is None and reaches_beyond(ladder, day, since, calendar):
        return now + LOOK_AGAIN
    return coming


def reached(moments: Sequence[Moment], now: datetime) -> list[Moment]:
    """Those whose time has come."""
    return [moment for moment in moments if moment.at <= now]


def _moment(ladder: Ladder, rung: Rung, day: date | None, since: datetime, calendar: Calendar) -> datetime | None:
    """When a rung comes; None where it does not, or cannot be counted."""
    try:
        on = _day(rung, day, since, calendar)
    except BeyondCalendar:
        return None
    if rung.when == "waiting" and rung.days == 0:
        return since
    return None if on is None else local(on, ladder.at)


def _day(rung: Rung, day: date | None, since: datetime, calendar: Calendar) -> date | None:
    length, known_on = Days(rung.days, "working-days"), business_date(since)
    if rung.when == "waiting":
        return calendar.forward(known_on, length) if day is None else None
    if day is None:
        return None
    return calendar.back(day, length) if rung.when == "before" else calendar.forward(max(day, known_on), length)
