"""How much notice was given, in the days that a rule counts, and by how much it falls short."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from routes.spec import Days
from workflow.clear_days import Calendar, clear_calendar_days_between
from workflow.errors import day
from workflow.facts import Meeting

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


def too_late(given: date, meets_on: date, length: Days, calendar: Calendar) -> str | None:
    """In how far a notice came too late, as the beginning of a sentence; None where it was in time.

    It is in time until the last day that the calendar counts back to, which is always a working day.
    """
    due = calendar.back(meets_on, length)
    if given <= due:
        return None
    short = fell_short(given, meets_on, length, calendar)
    if short is None:
        return f"{day(given)} is no working day and it was due by {day(due)}"
    return f"That leaves {short} before {day(meets_on)}"


def serves(given: date, meetings: Sequence[Meeting] | None, length: Days, calendar: Calendar) -> str:
    """The first of a forum's meetings for which a notice is in time; `meetings` None: it decides outside meetings."""
    first = calendar.forward(calendar.on_or_after(given), length)
    if meetings is None:
        return f"It is in time for a decision on {day(first)} or later."
    following = next((one.date for one in meetings if one.date >= first and one.state == "planned"), None)
    if following is None:
        return f"It is in time for a meeting on {day(first)} or later."
    return f"It is in time for the meeting on {day(following)} or a later one."


def fell_short(given: date, meets_on: date, length: Days, calendar: Calendar) -> str | None:
    """“21 clear days instead of 28”; None where the notice was long enough."""
    found = days_given(given, meets_on, length, calendar)
    if found >= length.days:
        return None
    return f"{in_words(found, length)} instead of {length.days}"


def in_words(count: int, length: Days) -> str:
    """So many days of a rule's unit: “5 clear working days”."""
    return f"{count} {_UNITS[length.unit]}{'' if count == 1 else 's'}"
