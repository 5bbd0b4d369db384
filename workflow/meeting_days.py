"""What is unusual about the day of a meeting, in sentences; none of it keeps a meeting from being on that day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from workflow.clear_days import Calendar
from workflow.due_dates import calendar_at
from workflow.errors import day
from workflow.facts import World

_SATURDAY: Final = 5


def unusual(
    world: World, forums: Sequence[str], calendar: Calendar, meets_on: date, on: date, today: date
) -> Iterator[str]:
    """It is over already on the business date `on`, or nobody works on it."""
    if meets_on < on:
        yield f"{day(meets_on)} is before {'today' if on == today else day(on)}."
    calendars = [calendar_at(world, world.forums.get(forum), calendar) for forum in forums]
    if meets_on in calendar.bank_holidays:
        yield f"{day(meets_on)} is a bank holiday."
    elif any(meets_on in of.closures for of in calendars):
        yield f"{day(meets_on)} is a day on which offices are closed."
    elif meets_on.weekday() >= _SATURDAY:
        yield f"{day(meets_on)} is a {meets_on:%A}."
