"""How pages say things: days, times, states, outcomes, acts."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from workflow.clock import LONDON
from workflow.clocks.words import ABOUT, standing_in_words, when_in_words
from workflow.errors import day
from workflow.known import Known, Person

if TYPE_CHECKING:  # the command line has words too, and does without the web
    from flask import Flask

STATES: Final = {
    "draft": "Draft",
    "in-progress": "In progress",
    "on-hold": "On hold",
    "complete": "Complete",
    "rejected": "Rejected",
    "withdrawn": "Withdrawn",
}

LABELS: Final = {
    "passed": "Passed",
    "fell-short": "Fell short",
    "called-in": "Called in",
    "skipped": "Does not apply",
    "ended": "Ended",
    "on-agenda": "On the agenda",
    "submitted": "Report in",
    "scheduled": "Scheduled",
    "ready": "Ready",
    "waiting": "Waiting",
}

#: Kinds of matter that are written short in definitions.
IN_FULL: Final = {"mou": "memorandum of understanding"}

#: Headings of what happened, where the kind of event alone would mislead or say nothing.
HAPPENED: Final = {
    "cleared": "Clearance answered",
    "bound": "Put on a meeting",
    "unbound": "Taken off its meeting",
    "gate-opened": "Check made",
    "private-notice-given": "Notice of a private meeting given",
    "private-notice-given-again": "Second notice of a private meeting given",
    "general-exception-noted": "General exception",
    "urgent-item-taken": "Taken as an urgent item",
    "documents-given": "Documents given to members",
}

#: What each act is called on a button or link.
ACTS: Final = {
    "record": "Record the outcome",
    "correct": "Correct the outcome",
    "accept": "Accept the weaker outcome",
    "send-back": "Ask again",
    "bind": "Put on a meeting",
    "unbind": "Take off the meeting",
    "agenda": "Put on the agenda",
    "notice": "Record that notice was given",
    "private-notice": "Record the notice of a private meeting",
    "private-notice-again": "Record the second notice of a private meeting",
    "exception": "Record a general exception",
    "urgency": "Record special urgency",
    "urgent-item": "Record that it is an urgent item",
    "publish": "Record that the decision was published",
    "documents": "Record that members were given the documents",
    "minutes": "Add the words of the resolution",
    "submit": "Submit the report",
    "start": "Start",
    "withdraw": "Withdraw",
    "clear": "Clear the report, or return it",
    "open-gate": "Record that the check is made",
    "call-in": "Record a call-in",
    "uphold": "Uphold the decision",
    "reconsider": "Have it decided again",
    "meet": "Record that the condition is met",
    "hold": "Put on hold",
    "resume": "Resume",
    "material": "Say whether the change is material",
    "key-decision": "Say whether it is a key decision",
    "revise": "Revise the report",
    "redact": "Redact a text of the history",
    "meeting add": "Add a meeting",
    "meeting move": "Move the meeting",
    "meeting cancel": "Cancel the meeting",
    "meeting held": "Record that the meeting was held",
}

ROLES: Final = {
    "secretary": "Secretary",
    "member": "Member",
    "chair": "Chair",
    "lead": "Governance lead",
    "clearer": "Clearer",
    "author": "Author",
    "auditor": "Auditor",
    "admin": "Administrator",
}


def in_days(value: date | datetime | None, missing: str = "–") -> str:
    """17 March 2026; a moment by its London day."""
    if value is None:
        return missing
    return day(value.astimezone(LONDON).date() if isinstance(value, datetime) else value)


def short_day(value: date | None, missing: str = "–") -> str:
    """17 Mar 2026, for tables."""
    return f"{value.day} {value:%b %Y}" if value else missing


def month(value: date) -> str:
    """March 2026."""
    return f"{value:%B %Y}"


def at_time(value: str | None) -> str:
    """10am, 2:30pm, from a local time of day such as 14:30."""
    if not value:
        return ""
    hours, minutes = (int(part) for part in value.split(":"))
    if (hours, minutes) == (12, 0):
        return "midday"
    if (hours, minutes) == (0, 0):
        return "midnight"
    past = f":{minutes:02}" if minutes else ""
    return f"{hours % 12 or 12}{past}{'am' if hours < 12 else 'pm'}"


def moment(value: datetime | None, missing: str = "–") -> str:
    """17 March 2026 at 2:30pm, London time."""
    if value is None:
        return missing
    local = value.astimezone(LONDON)
    return f"{day(local.date())} at {at_time(f'{local:%H:%M}')}"


def state_words(state: str) -> str:
    """An item's state or a step's label as people say it."""
    return STATES.get(state) or LABELS.get(state) or plain(state)


def plain(word: str) -> str:
    """An id that is a word: options-appraisal is Options appraisal."""
    words = IN_FULL.get(word) or word.replace("-", " ")
    return words[:1].upper() + words[1:]


def happened(kind: str) -> str:
    """The heading of something that happened."""
    return HAPPENED.get(kind) or plain(kind)


def pounds(value: float | None) -> str:
    """£2,500,000."""
    if value is None:
        return "–"
    return f"£{value:,.2f}".removesuffix(".00")


def file_size(size: int) -> str:
    """Bytes as people say them: 1.2 MB."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    return f"{size / 1_000_000:.1f} MB"


def roles_in_words(known: Known, person: Person) -> list[str]:
    """What somebody is here: Secretary of Cabinet, Clearer for finance, Administrator."""
    order = list(ROLES)
    held = sorted(person.roles, key=lambda role: (order.index(role[0]), role[1]))
    return [_role_in_words(known, role, scope) for role, scope in held]


def _role_in_words(known: Known, role: str, scope: str) -> str:
    if role == "lead":
        organisation = known.organisations.get(scope)
        return f"{ROLES[role]} of {organisation.name if organisation else scope}"
    if role == "clearer":
        return f"{ROLES[role]} for {plain(scope).lower()}"
    return f"{ROLES[role]} of {known.forum_name(scope)}" if scope else ROLES[role]


def install(app: Flask) -> None:
    """Make these known to every template."""
    app.jinja_env.filters.update(
        day=in_days,
        short_day=short_day,
        month=month,
        at_time=at_time,
        moment=moment,
        state=state_words,
        plain=plain,
        happened=happened,
        pounds=pounds,
        file_size=file_size,
        clock_about=ABOUT.__getitem__,
        clock_standing=standing_in_words,
        clock_when=when_in_words,
    )
    app.jinja_env.globals.update(ACT_WORDS=ACTS, ROLE_WORDS=ROLES)
