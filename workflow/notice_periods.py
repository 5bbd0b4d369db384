"""How much notice was given, in the days that a rule counts, and by how much it falls short."""

from __future__ import annotations

from datetime import date, timedelta

from routes.spec import Days
from workflow.clear_days import Calendar, clear_calendar_days_between

_UNITS = {
    "clear-calendar-days": "clear day",
    "clear-working-days": "clear working day",
    "calendar-days": "day",
    "working-days": "working day",
}


def days_given(given: date, meets_on: date, length: Days, calendar: Calendar) -> int:
    """How many days of the rule's own unit a notice that was given on one day leaves before the meeting."""
    if length.unit == "clear-calendar-days":
        return clear_calendar_days_between(given, meets_on)
    if length.unit == "clear-working-days":
        return calendar.clear_working_days_between(given, meets_on)
    if length.unit == "calendar-days":
        return max(0, (meets_on - given).days)
    return calendar.working_days(given, meets_on - timedelta(days=1))


def fell_short(given: date, meets_on: date, length: Days, calendar: Calendar) -> str | None:
    """“21 clear days instead of 28”; None where the notice was long enough."""
    found = days_given(given, meets_on, length, calendar)
    if found >= length.days:
        return None
    return f"{in_words(found, length)} instead of {length.days}"


def in_words(count: int, length: Days) -> str:
    """So many days of a rule's unit: “5 clear working days”."""
    return f"{count} {_UNITS[length.unit]}{'' if count == 1 else 's'}"
