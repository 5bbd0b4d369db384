"""Forms about meetings: a new one, moved, cancelled, held."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from web.forms.base import Form, area, day, needed, pick, text, ticks
from web.words import at_time
from workflow.errors import Refused
from workflow.slip_reasons import REASONS

#: In which field of a form what an act says is wrong can be put right.
NAMES: Final[Mapping[str, str]] = {"date": "meets_on", "forums": "others", "": "meets_on"}

#: What people choose from where something slips; it is counted, and the sentence beside it says the rest.
CODES: Final = (("", "Not said"), *REASONS.items())

_TIME: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*([ap])?\.?(?:m\.?)?", re.IGNORECASE)
_WORDS: Final = {"noon": "12:00", "midday": "12:00"}


def time_of_day(said: str) -> str:
    """14:00 however somebody writes it: 2pm, 2.30 pm, 14:00, midday. What is no time stays as it is."""
    plain = said.strip().lower()
    found = _TIME.fullmatch(plain)
    if plain in _WORDS or found is None:
        return _WORDS.get(plain, said.strip())
    hours, minutes, half = int(found[1]), int(found[2] or 0), found[3]
    if half and not 1 <= hours <= 12:
        return said.strip()
    if half:
        hours = hours % 12 + (12 if half == "p" else 0)
    elif found[2] is None:
        return said.strip()  # a bare number could be anything
    return f"{hours:02}:{minutes:02}"


class _When(Form):
    """Day, time and place."""

    time = text("At what time does it begin?", hint="For example, 10am or 14:30")
    place = text("Where?", hint="A label such as County Hall, room 3")
    reason = area("Reason", hint="It goes on record. You can leave it empty")

    def when(self) -> dict[str, Any]:
        """Time, place and reason as the act names them."""
        return {
            "time": time_of_day(self.time.data or ""),
            "place": (self.place.data or "").strip(),
            "reason": (self.reason.data or "").strip(),
        }


class NewMeeting(_When):
    """A new meeting of a forum, or of several together."""

    meets_on = day("On which day?", needed("Enter the day of the meeting"))
    others = ticks("Which other forums sit with it?", hint="For a joint meeting only")

    def said(self, meeting: str, forum: str) -> dict[str, Any]:
        """The act that is meant."""
        return self.when() | {
            "meeting": meeting,
            "forums": [forum, *(self.others.data or [] if "others" in self else [])],
            "meets_on": self.meets_on.data,
        }


class MoveMeeting(_When):
    """The same meeting on another day, at another time or place."""

    meets_on = day("On which day?", needed("Enter the day of the meeting"))
    code = pick("Kind of reason", CODES, validate_choice=False)

    def begin(self, on: date, time: str | None, place: str | None) -> None:
        """As it is now."""
        self.meets_on.data, self.place.data = on, place or ""
        self.time.data = at_time(time)
        self.time.description = "For example, 10am or 14:30"

    def said(self, meeting: str, on: date, time: str | None, place: str | None) -> dict[str, Any]:
        """What changes, and nothing else. Refused where nothing does."""
        wanted = self.when() | {"meets_on": self.meets_on.data}
        now = {"meets_on": on, "time": time or "", "place": place or ""}
        changed = {name: value for name, value in wanted.items() if value != now.get(name)}
        if not set(changed).intersection(now):
            raise Refused("Nothing changes: give another day, time or place.")
        return {"meeting": meeting, "code": self.code.data} | changed


class EndMeeting(Form):
    """A meeting took place."""

    reason = area("Reason", hint="It goes on record. You can leave it empty")

    def said(self, meeting: str) -> dict[str, Any]:
        """The act that is meant."""
        return {"meeting": meeting, "reason": (self.reason.data or "").strip()}


class CancelMeeting(EndMeeting):
    """A meeting does not take place."""

    code = pick("Kind of reason", CODES, validate_choice=False)

    def said(self, meeting: str) -> dict[str, Any]:
        """The act that is meant."""
        return super().said(meeting) | {"code": self.code.data}
