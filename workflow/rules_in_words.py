"""The rules of a pack as people read them: what is due, and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from routes.phrases import length, time_of_day
from routes.spec import Days
from workflow.facts import RulePack

_THE_MEETING: Final = "the meeting"


def _before(days: Days | None, what: str = _THE_MEETING) -> str | None:
    if days is None:
        return None
    if days.before == "agenda_day":
        what = "the day of the agenda"
    words = f"{length(days)} before {what}" if days.days else f"on the day of {what.removeprefix('the day of ')}"
    return _until(days, words)


def _after(days: Days | None, what: str = _THE_MEETING) -> str | None:
    if days is None:
        return None
    return _until(days, f"{length(days)} after {what}" if days.days else f"on the day of {what}")


def _until(days: Days, words: str) -> str:
    """A time of day until which a thing is in time stands first: by noon 3 working days before the meeting."""
    return f"by {time_of_day(days.by)} {words}" if days.by else words


def _key_decision(pack: RulePack) -> str | None:
    said = []
    if pack.significant_value is not None:
        said.append(f"a value of £{pack.significant_value:,.0f} or more")
    if pack.significant_divisions is not None:
        number = pack.significant_divisions
        said.append(f"{number} or more divisions affected" if number > 1 else "any division affected")
    return ", or ".join(said) or None


def _general_exception(pack: RulePack) -> str | None:
    days = pack.general_exception
    return _until(days, f"{length(days)} between the notice and the decision") if days else None


def _call_in(pack: RulePack) -> str | None:
    return _after(pack.call_in, "the decision is published") if pack.call_in else None


def _hours(pack: RulePack) -> str | None:
    number = pack.documents_to_members
    return f"within {number} hour{'s' if number != 1 else ''} of the decision" if number else None


def _years(number: int | None) -> str | None:
    return f"for {number} year{'s' if number != 1 else ''}" if number else None


#: Every rule by its name in files, with its heading and its words in the order in which a decision meets them.
RULES: Final[tuple[tuple[str, str, Callable[[RulePack], str | None]], ...]] = (
    ("key_decision", "What makes a key decision", _key_decision),
    ("key_decision_notice", "Notice of a key decision", lambda pack: _before(pack.key_decision_notice)),
    ("private_meeting_notice", "Notice of a private meeting", lambda pack: _before(pack.private_meeting_notice)),
    (
        "private_meeting_notice_again",
        "Second notice of a private meeting",
        lambda pack: _before(pack.private_meeting_notice_again),
    ),
    ("general_exception", "General exception", _general_exception),
    ("report_due", "Report due", lambda pack: _before(pack.report_due)),
    ("agenda_day", "Agenda and reports open to inspection", lambda pack: _before(pack.agenda_day)),
    ("public_questions", "Questions from the public", lambda pack: _before(pack.public_questions)),
    ("decision_published", "Decision published", lambda pack: _after(pack.decision_published)),
    ("call_in", "Call-in", _call_in),
    ("documents_to_members", "Documents of private decisions to members", _hours),
    ("minutes_due", "Minutes due", lambda pack: _after(pack.minutes_due)),
    ("inspection", "Agenda, reports and minutes open to inspection", lambda pack: _years(pack.inspection)),
    (
        "inspection_of_background_papers",
        "Background papers open to inspection",
        lambda pack: _years(pack.inspection_of_background_papers),
    ),
)
