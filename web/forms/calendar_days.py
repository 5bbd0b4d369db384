"""The form of days on which the calendar is not what was shipped."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any, ClassVar, Final

from wtforms.validators import Length

from web.acting import Mistyped
from web.forms.administration import Entry, EntryForm
from web.forms.base import chosen, day, hidden, needed, pick, radios, text, tick
from web.forms.entry_words import DAYS
from web.words import in_days
from workflow.clear_days import standard_calendar
from workflow.entries import LONGEST_CLOSURE, LONGEST_LABEL, CalendarEntry
from workflow.known import Known
from workflow.queries.administration import id_from
from workflow.shapes import LONGEST_ID

FRIDAY: Final = 4


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
        self.calendar = known.calendar(standard_calendar())
        if before is None:
            del self._fields["withdrawn"]

    def entry(self, taken: Collection[str], before: Entry | None) -> Any:
        """As for every entry; what cannot be is said here at the field that is wrong, in the words of the page."""
        faults = dict(self._faults(before))
        if faults:
            raise Mistyped(faults)
        return super().entry(taken, before)

    def _faults(self, before: Entry | None) -> Iterator[tuple[str, str]]:
        first, last, what = self.first.data, self.last.data or self.first.data, self.what.data
        if last < first:
            yield "last", f"{in_days(last)} is before the first day, {in_days(first)}. Write a later day, or none."
        elif what != "closure" and last > first:
            yield "last", "Leave the last day empty: only a closure lasts several days. Add the other days one by one."
        elif (last - first).days > LONGEST_CLOSURE:
            yield "last", f"Write at most {LONGEST_CLOSURE} days, and the rest as a closure of its own."
        if what == "closure":
            return
        named = "A bank holiday" if what == "bank-holiday" else "A day that is no bank holiday"
        if self.organisation.data:
            yield "organisation", f"{named} concerns everybody: choose “Everybody”, or say that offices are shut."
        if what == "working-day" and first.weekday() > FRIDAY:
            yield "first", f"{in_days(first)} is a {first:%A}, on which nobody works in any case."
        elif what == "bank-holiday" and first.weekday() <= FRIDAY and self._is_one_already(first, before):
            yield "first", f"{in_days(first)} is a bank holiday already, so there is nothing to add."

    def _is_one_already(self, day: date, before: Entry | None) -> bool:
        known = self.calendar.known_from <= day <= self.calendar.known_until
        return known and self.calendar.is_holiday(day) and before is None

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
