"""Why plans slip: what somebody chose as the reason, and what happened as the system saw it.

Both are closed lists, so that reasons can be counted: a sentence beside them says the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator

from routes.schema import unsuitable

#: What a secretary chooses from when a meeting is moved or cancelled, or an item deferred; the last fits always.
REASONS: Final[Mapping[str, str]] = {
    "not-quorate": "Not enough members: the meeting was not quorate",
    "report-late": "The report came too late",
    "report-incomplete": "The report was incomplete",
    "clearance-missing": "A clearance was missing (legal, finance or another)",
    "notice-missed": "Notice could not be given in time",
    "more-information": "Members asked for more information",
    "awaiting-another-body": "Another body has to decide first",
    "consultation": "Consultation or engagement was not finished",
    "legal-advice": "Legal advice or a legal challenge",
    "funding": "Funding was not settled",
    "election-period": "Pre-election period",
    "no-time": "The meeting ran out of time",
    "no-business": "Too little business for a meeting",
    "clash-of-dates": "Clash with another date",
    "absence": "Somebody who was needed could not be there",
    "venue": "The place or the technology was not available",
    "emergency": "Emergency or bad weather",
    "mourning": "Period of mourning",
    "at-members-request": "At the request of members",
    "at-officers-request": "At the request of officers",
    "other": "Another reason",
}

#: What happened, as part of a sentence after “It was planned for 5 October and is now planned for 2 November:”.
CAUSES: Final[Mapping[str, str]] = {
    "meeting-moved": "The meeting was moved",
    "meeting-cancelled": "The meeting was cancelled",
    "meeting-added": "A meeting was added",
    "meeting-changed": "The meeting was changed by a file",
    "put-on-meeting": "It was put on another meeting",
    "taken-off-meeting": "It was taken off its meeting",
    "deferred": "It was deferred",
    "referred-back": "It was referred back",
    "sent-back": "It was sent back to be asked again",
    "called-in": "The decision was called in",
    "reconsidered": "It is to be decided again after a call-in",
    "upheld": "The decision was upheld after a call-in",
    "another-day": "It was dealt with on another day than planned",
    "published": "The decision was published on another day than planned",
    "report-not-in": "The report was not handed in by the day it was due",
    "notice-not-given": "Notice was not given in time",
    "outcome-missing": "The day passed and no outcome was recorded",
    "earlier-step-open": "An earlier step is still open",
    "consultation-not-open": "The consultation has not opened",
    "gate": "What it waits for has another day",
    "material-change": "The report was changed materially",
    "rules-changed": "Other rules hold",
    "calendar-changed": "The calendar was changed",
    "route-changed": "What is on record of the item was changed",
    "resumed": "It was on hold",
    "corrected": "A record was corrected",
    "knock-on": "An earlier step has another day",
    "earlier": "An earlier day has become possible",
    "worked-out-anew": "The day was worked out anew",
}

#: What kinds of events say of the step, the item or the meeting that they are about.
CAUSE_OF_EVENT: Final[Mapping[str, str]] = {
    "recorded": "another-day",
    "corrected": "corrected",
    "sent-back": "sent-back",
    "bound": "put-on-meeting",
    "unbound": "taken-off-meeting",
    "gate-opened": "gate",
    "called-in": "called-in",
    "upheld": "upheld",
    "reconsidered": "reconsidered",
    "resumed": "resumed",
    "changed": "route-changed",
    "material-declared": "material-change",
    "meeting-added": "meeting-added",
    "meeting-moved": "meeting-moved",
    "meeting-cancelled": "meeting-cancelled",
    "meeting-changed": "meeting-changed",
}

#: Causes whose `because` is a meeting; that of all others is a step of the item.
OF_MEETINGS: Final = frozenset(
    ("meeting-moved", "meeting-cancelled", "meeting-added", "meeting-changed", "put-on-meeting")
)

#: Outcomes after which the same forum is asked again.
CAUSE_OF_OUTCOME: Final[Mapping[str, str]] = {"deferred": "deferred", "referred-back": "referred-back"}


def _known_code(code: str) -> str:
    if code not in REASONS:
        raise unsuitable(f"“{code}” is no reason that can be chosen; those are {', '.join(REASONS)}")
    return code


#: The reason that was chosen, as forms of acts take it.
Code = Annotated[str, AfterValidator(_known_code)]


def cause_in_words(cause: str) -> str:
    """What happened; a cause of a later version by its own name."""
    return CAUSES.get(cause, cause.replace("-", " ").capitalize())


def reason_in_words(code: str) -> str:
    """The reason that was chosen; one of a later version by its own name."""
    return REASONS.get(code, code.replace("-", " ").capitalize())
