"""The form of days on which the calendar is not what was shipped."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from wtforms.validators import Length

from web.forms.administration import Entry, EntryForm
from web.forms.base import chosen, day, hidden, needed, pick, radios, text, tick
from web.forms.entry_words import DAYS
from workflow.entries import LONGEST_LABEL, CalendarEntry
from workflow.known import Known
from workflow.queries.administration import id_from
from workflow.shapes import LONGEST_ID


class CalendarDayForm(EntryForm):
    """Days on which the calendar is not what was shipped."""

    shape = CalendarEntry
    layout = ((None, ("what", "organisation", "first", "last", "reason", "withdrawn", "id")),)
    where: ClassVar = {"date": "first", "from": "first", "until": "last", "starts": "first", "ends": "last"}

    what = radios("What it is", DAYS.items(), chosen("Choose what it is"))
    organisation = pick("For whom", (), chosen("Choose for whom"), validate_choice=False,
                        hint="A bank holiday, or a day that is none, is for everybody")  # fmt: skip
    first = day("First day", needed("Enter the day"), hint="For example, 27 12 2026")
    last = day("Last day", hint="Of a closure of several days. Leave it empty for one day.")
    reason = text(
        "Reason",
        needed("Enter the reason, such as State Funeral"),
        Length(max=LONGEST_LABEL, message=f"The reason may have at most {LONGEST_LABEL} characters"),
        hint="A label such as State Funeral or Offices shut",
    )
    withdrawn = tick("Take these days back", hint="They count no longer; the ledger keeps that they did")
    id = text(
        "Id",
        Length(max=LONGEST_ID),
        hint="Lower-case words joined by “-”. Leave it empty to have it made from the reason. It never changes later.",
    )
    seen = hidden()

    def offer(self, known: Known, before: Entry | None) -> None:
        super().offer(known, before)
        by_name = sorted(known.organisations.values(), key=lambda o: (o.name.casefold(), o.id))
        self.organisation.choices = [("", "Everybody"), *((o.id, o.name) for o in by_name)]
        if before is None:
            del self._fields["withdrawn"]

    def _id(self, taken: Collection[str]) -> str:
        said = str(self._fields["id"].data or "").strip()
        return said or id_from(f"{self.reason.data} {self.first.data:%Y}", taken, "days")

    def _said(self) -> dict[str, Any]:
        several = self.last.data is not None and self.last.data != self.first.data
        return {
            "what": self.what.data,
            "organisation": self.organisation.data or None,
            "date": None if several else self.first.data,
            "from": self.first.data if several else None,
            "until": self.last.data if several else None,
            "reason": self.reason.data.strip(),
            "withdrawn": True if "withdrawn" in self._fields and self.withdrawn.data else None,
        }
