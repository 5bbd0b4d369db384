"""Letters and webhooks as administrators narrow, add and read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from wtforms import Field
from wtforms.validators import Length, StopValidation

from web.forms.base import Form, chosen, needed, pick, text
from web.words import plain
from workflow.choices import forums_to_choose
from workflow.known import Known
from workflow.queries.paging import Cursor
from workflow.queries.post import STATES
from workflow.reminders.kinds import KINDS as REMINDERS
from workflow.use_cases.post import LONGEST_NAME, address_fault

STATE_WORDS: Final = {"waiting": "Waiting", "sent": "Sent", "shown": "Shown only (test mode)", "given-up": "Given up"}

#: Kinds of letters whose ids alone say too little.
KIND_WORDS: Final = {
    "outcome": "Outcome recorded",
    "invitation": "Invitation to sign in",
    "reset": "Link for a new password",
    "reminder": "Reminder",
    "reminders": "Several reminders",
    "webhook-test": "Test of a webhook",
}

WAYS: Final = {
    "folder": "into the folder for letters",
    "smtp": "through the mail server",
    "notify": "through GOV.UK Notify",
    "webhook": "to the webhook",
}

#: As what somebody is told.
BECAUSE: Final = {
    "holder": "It is their turn",
    "owner": "They own the item",
    "lead": "They lead for the organisation of the item",
    "forum-lead": "They lead for the organisation of the forum",
    "superior": "Those told before have not acted",
    "secretary": "They are secretary of the forum",
    "chair": "They chair the forum",
}

_LONGEST_WORDS: Final = 100
_BETWEEN: Final = "~"


class HookForm(Form):
    """A webhook to be added."""

    name = text(
        "Name",
        needed("Enter a name, such as the channel that is told"),
        Length(max=LONGEST_NAME, message=f"The name may have at most {LONGEST_NAME} characters"),
        hint="By it administrators know the webhook, for example “Governance team channel”",
    )
    url = text(
        "Address",
        needed("Enter the address that the other tool gave you"),
        hint="It begins with https:// and comes from the tool that is to be told",
    )
    forum = pick("Which forum", (), chosen("Choose a forum or every forum"), validate_choice=False)

    def offer(self, known: Known) -> None:
        """Fill in the forums that can be chosen."""
        self.forum.choices = [("", "Every forum"), *forums_to_choose(known, known.world.forums.values())]

    def validate_url(self, field: Field) -> None:
        """An address that letters can be sent to."""
        if (fault := address_fault(field.data.strip())) is not None:
            raise StopValidation(fault)


def narrowed(said: Mapping[str, str]) -> dict[str, str]:
    """What the address of the list says, without what makes no sense: state, kind and words."""
    found = {
        "state": said.get("state", "") if said.get("state") in STATES else "",
        "kind": _line(said.get("kind", "")),
        "words": _line(said.get("words", "")),
    }
    return {name: value for name, value in found.items() if value}


def place_of(said: Mapping[str, str]) -> Cursor | None:
    """The place in the list that an address names; None for the beginning, or where it names none."""
    for name, backward in (("after", False), ("before", True)):
        moment, between, last = said.get(name, "").partition(_BETWEEN)
        if not between or not last.isalnum() or not last.isascii():
            continue
        try:
            at = datetime.fromisoformat(moment)
        except ValueError:
            continue
        if at.tzinfo is not None:
            return Cursor((at, last), backward)
    return None


def place_word(place: tuple[Any, ...]) -> str:
    """A place as it stands in an address."""
    at, last = place
    return f"{at.isoformat()}{_BETWEEN}{last}"


def kind_words(kind: str) -> str:
    """A kind of letter, or of reminder, as people say it."""
    return KIND_WORDS.get(kind) or (REMINDERS[kind].name if kind in REMINDERS else plain(kind))


def because_words(because: str) -> str:
    """Why somebody is told."""
    return BECAUSE.get(because) or plain(because)


def rung_words(rung: str) -> str:
    """When somebody was told, counted from the day that was spoken of: before-3 is 3 working days before."""
    when, _, number = rung.rpartition("-")
    if when == "moved":
        return "The day has moved"
    if not number.isdigit():
        return plain(rung)
    if number == "0":
        return "As soon as it came up" if when == "waiting" else "On the day"
    days = "1 working day" if number == "1" else f"{number} working days"
    return f"After waiting {days}" if when == "waiting" else f"{days} {when} the day"


def _line(said: str) -> str:
    return " ".join(said.replace("\x00", "").split())[:_LONGEST_WORDS]
