"""How sentences speak of clocks and of the lengths of time in rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from routes.spec import Days
from workflow.clear_days import Calendar
from workflow.clocks.clock import Clock, Kind
from workflow.errors import day as on_day
from workflow.notice_periods import fell_short, in_words

#: What each clock is about, as the heading of a row and the subject of a sentence.
ABOUT: Final[Mapping[Kind, str]] = {
    "key-decision-notice": "Notice of the key decision",
    "private-meeting-notice": "Notice of the private meeting",
    "private-meeting-notice-again": "Second notice of the private meeting",
    "report": "Report",
    "agenda": "Agenda and reports open to inspection",
    "public-questions": "Questions from the public",
    "general-exception": "General exception",
    "special-urgency": "Special urgency",
    "urgent-item": "Urgent item",
    "decision-published": "Publication of the decision",
    "call-in": "Call-in",
    "documents-to-members": "Documents to members",
    "minutes": "Minutes",
    "consultation": "Consultation",
    "inspection": "Inspection of agenda, reports and minutes",
    "inspection-of-background-papers": "Inspection of background papers",
}

#: Those of which sentences speak in the plural.
_SEVERAL: Final[tuple[Kind, ...]] = ("agenda", "minutes", "documents-to-members", "public-questions")

#: How each clock stands.
STATES: Final[Mapping[str, str]] = {
    "running": "In time",
    "at-risk": "At risk",
    "kept": "Kept",
    "excused": "Excused",
    "broken": "Not kept",
    "unknown": "Not on record",
    "open": "Open",
    "called-in": "Called in",
    "over": "Over",
    "waived": "Waived",
}


def length_in_words(length: Days) -> str:
    """A length of time as a rule has it: 5 clear working days."""
    return in_words(length.days, length)


def is_due(kind: Kind, due: date) -> str:
    """The beginning of a sentence: They are due by 12 October 2023."""
    return f"{'They are' if kind in _SEVERAL else 'It is'} due by {on_day(due)}"


def was(kind: Kind) -> str:
    """The verb after what a clock is about: Minutes were, a notice was."""
    return "were" if kind in _SEVERAL else "was"


def was_due(kind: Kind, due: date) -> str:
    """The beginning of a sentence: They were due by 12 October 2023."""
    return f"{'They' if kind in _SEVERAL else 'It'} {was(kind)} due by {on_day(due)}"


def shortfall(done_on: date, day: date, length: Days, calendar: Calendar) -> str:
    """By how much something that was done too late fell short: 21 clear days instead of 28."""
    if done_on >= day:
        return f"not before {on_day(day)}"
    return fell_short(done_on, day, length, calendar) or "not on a working day"


_EXCUSED: Final[Mapping[str, str]] = {
    "general-exception": "the general exception was used",
    "special-urgency": "it was agreed to be urgent",
    "urgent-item": "the chair took it as urgent",
}


def standing_in_words(clock: Clock) -> str:
    """How a clock stands, without its end: Kept, done on 6 September 2023; Not kept: 21 clear days instead of 28."""
    words, more = STATES[clock.state], ""
    if clock.kind in ("call-in", "consultation") and clock.state == "running":
        words = "To come"
    if clock.state == "unknown" and clock.done:
        words = "Day not on record"
    if clock.state in ("kept", "broken", "excused") and clock.done_on is not None:
        words = f"{words}, done on {on_day(clock.done_on)}"
    if clock.state == "excused":
        more = _EXCUSED.get(clock.excused_by or "", "")
    elif clock.state == "broken":
        more = clock.fell_short or ""
    return f"{words}: {more}" if more else words


def when_in_words(clock: Clock) -> str:
    """By when it has to be kept, or from when until when a window is open."""
    if clock.due is None:
        return ""
    hour = f", {clock.by}" if clock.by else ""
    if clock.kind == "general-exception":
        return f"decided from {on_day(clock.starts)} on" if clock.starts else ""
    if clock.starts is not None:
        return f"{on_day(clock.starts)} to {on_day(clock.due)}{hour}"
    return f"by {on_day(clock.due)}{hour}"
