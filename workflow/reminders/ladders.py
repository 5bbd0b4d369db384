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


def reached(moments: Sequence[Moment], now: datetime) -> list[Moment]:
    """Those whose time has come."""
    return [moment for moment in moments if moment.at <= now]


def next_after(moments: Sequence[Moment], now: datetime) -> datetime | None:
    """When the next rung comes, if there is one."""
    return min((moment.at for moment in moments if moment.at > now), default=None)


def _moment(ladder: Ladder, rung: Rung, day: date | None, since: datetime, calendar: Calendar) -> datetime | None:
    length = Days(rung.days, "working-days")
    if rung.when == "waiting":
        if rung.days == 0:
            return since
        return local(calendar.forward(business_date(since), length), ladder.at) if day is None else None
    if day is None:
        return None
    if rung.when == "before":
        return local(calendar.back(day, length), ladder.at)
    return local(calendar.forward(max(day, business_date(since)), length), ladder.at)


def countable(ladder: Ladder, day: date | None, since: datetime, calendar: Calendar) -> list[Moment] | None:
    """The same as `climbed`; None where the calendar is not known that far."""
    try:
        return climbed(ladder, day, since, calendar)
    except BeyondCalendar:
        return None
