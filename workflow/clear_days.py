"""Counting days as notice rules count them: working days, calendar days, and clear days of both.

Clear days exclude both end days (R v Swansea CC ex p Elitestone, 1993). Dates before a meeting that fall
on a day that is no working day go back to the working day before, dates after it forward.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.resources import files

from config.bank_holidays import BANK_HOLIDAYS
from routes.faults import Fault, FileFault, shortened
from routes.spec import Days
from routes.yaml_marks import Marked, read
from workflow.errors import BeyondCalendar, Faulty
from workflow.errors import day as in_words

KNOWN_FROM = date(1975, 1, 1)
KNOWN_UNTIL = date(2028, 12, 31)  # the last year for which the holidays package was checked

_SATURDAY = 5
_SECTIONS = ("add", "remove", "closures")


@dataclass(frozen=True, slots=True)
class Overrides:
    """Days on which the calendar differs from the published bank holidays."""

    add: frozenset[date] = frozenset()
    remove: frozenset[date] = frozenset()
    closures: frozenset[date] = frozenset()


NO_OVERRIDES = Overrides()


class Calendar:
    """The working days between two known ends; asking beyond them is an error, never an empty answer."""

    def __init__(
        self,
        bank_holidays: Collection[date],
        closures: Collection[date] = (),
        known_from: date = KNOWN_FROM,
        known_until: date = KNOWN_UNTIL,
    ) -> None:
        self.known_from = known_from
        self.known_until = known_until
        self.bank_holidays = frozenset(bank_holidays)
        self.closures = frozenset(closures)
        self._as_shipped: Calendar = self
        self._off = self.bank_holidays | self.closures
        self._first, self._last = known_from.toordinal(), known_until.toordinal()
        off = {day.toordinal() for day in self._off}
        self._working = [
            number
            for number in range(self._first, self._last + 1)
            if (number - 1) % 7 < _SATURDAY and number not in off
        ]

    def changed_by(self, overrides: Overrides) -> Calendar:
        """The calendar as it was shipped with these changes to it, and no others."""
        return _changed(self._as_shipped, overrides) if overrides != NO_OVERRIDES else self._as_shipped

    def closed_on(self, days: frozenset[date]) -> Calendar:
        """The same with further closure days, such as those of one organisation."""
        return _closed(self, days) if days else self

    def is_working(self, day: date) -> bool:
        """Monday to Friday, no bank holiday and no closure day."""
        self._number(day)
        return day.weekday() < _SATURDAY and day not in self._off

    def is_holiday(self, day: date) -> bool:
        """A bank holiday or a closure day, whatever the day of the week."""
        self._number(day)
        return day in self._off

    def on_or_after(self, day: date) -> date:
        """The day itself, or the working day after it."""
        return self._after(self._number(day))

    def back(self, day: date, length: Days) -> date:
        """The last day on which something due this long before a day may still be done."""
        number, count = self._number(day), length.days
        if length.unit == "calendar-days":
            return self._before(number - count)
        if length.unit == "clear-calendar-days":
            return self._before(number - count - 1)
        if length.unit == "clear-working-days":
            count += 1
        if count == 0:
            return self._before(number)
        return self._working_day(bisect_left(self._working, number) - count)

    def forward(self, day: date, length: Days) -> date:
        """The first day on which this long has passed since a day."""
        number, count = self._number(day), length.days
        if length.unit == "calendar-days":
            return self._after(number + count)
        if length.unit == "clear-calendar-days":
            return self._after(number + count + 1)
        if length.unit == "clear-working-days":
            count += 1
        if count == 0:
            return self._after(number)
        return self._working_day(bisect_right(self._working, number) + count - 1)

    def working_days(self, first: date, last: date) -> int:
        """How many working days there are from one day to another, both counted."""
        if last < first:
            return 0
        until_last = bisect_right(self._working, self._number(last))
        return until_last - bisect_left(self._working, self._number(first))

    def clear_working_days_between(self, notice: date, meeting: date) -> int:
        """Working days between two days, neither of them counted."""
        return self.working_days(notice + timedelta(days=1), meeting - timedelta(days=1))

    def _number(self, day: date) -> int:
        number = day.toordinal()
        if not self._first <= number <= self._last:
            raise self._beyond(number > self._last)
        return number

    def _before(self, number: int) -> date:
        return self._working_day(bisect_right(self._working, number) - 1)

    def _after(self, number: int) -> date:
        return self._working_day(bisect_left(self._working, number))

    def _working_day(self, index: int) -> date:
        if not 0 <= index < len(self._working):
            raise self._beyond(index > 0)
        return date.fromordinal(self._working[index])

    def _beyond(self, after: bool) -> BeyondCalendar:
        if after:
            return BeyondCalendar(
                f"Bank holidays are known until {in_words(self.known_until)}, so nothing can be counted "
                "after that; choose an earlier day, or bring the calendar up to date."
            )
        return BeyondCalendar(
            f"Bank holidays are known from {in_words(self.known_from)}, so nothing can be counted before "
            "that; choose a later day."
        )


@lru_cache(maxsize=64)  # making a calendar takes milliseconds; the same few are asked for again and again
def _changed(shipped: Calendar, overrides: Overrides) -> Calendar:
    bank_holidays = (shipped.bank_holidays - overrides.remove) | overrides.add
    made = Calendar(bank_holidays, shipped.closures | overrides.closures, shipped.known_from, shipped.known_until)
    made._as_shipped = shipped
    return made


@lru_cache(maxsize=256)
def _closed(calendar: Calendar, days: frozenset[date]) -> Calendar:
    made = Calendar(calendar.bank_holidays, calendar.closures | days, calendar.known_from, calendar.known_until)
    made._as_shipped = calendar._as_shipped
    return made


def clear_calendar_days_between(notice: date, meeting: date) -> int:
    """Days between two days, neither of them counted, whether working days or not."""
    return max(0, (meeting - notice).days - 1)


def clear_working_days_between(notice: date, meeting: date) -> int:
    """Working days of the shipped calendar between two days, neither of them counted."""
    return standard_calendar().clear_working_days_between(notice, meeting)


def england_and_wales(overrides: Overrides | None = None) -> Calendar:
    """The bank holidays of England and Wales with these changes to them."""
    changed = overrides or Overrides()
    return Calendar((BANK_HOLIDAYS - changed.remove) | changed.add, changed.closures)


@cache
def standard_calendar() -> Calendar:
    """The calendar that the product ships: bank holidays and the changes in `config/calendars`."""
    file = files("config") / "calendars" / "england-and-wales.yaml"
    return england_and_wales(read_overrides(file.read_bytes(), file.name))


def read_overrides(data: bytes, name: str) -> Overrides:
    """The changes written in a calendar file, or every fault in it at once."""
    try:
        content = read(data, name)
    except FileFault as fault:
        raise Faulty([str(one) for one in fault.faults]) from fault
    faults = [
        Fault(name, content.lines[key], f"“{key}” is no section of a calendar; use add, remove or closures")
        for key in content
        if key not in _SECTIONS
    ]
    days = {section: _days(content, section, name, faults) for section in _SECTIONS}
    if faults:
        raise Faulty([str(fault) for fault in sorted(faults)])
    return Overrides(**days)


def _days(content: Marked, section: str, name: str, faults: list[Fault]) -> frozenset[date]:
    entries = content.get(section)
    if entries is None:
        return frozenset()
    if not isinstance(entries, Marked):
        told = f"{section}: write one line for each day, as 2022-09-19: the reason"
        faults.append(Fault(name, content.lines[section], told))
        return frozenset()
    found = {entry: _day(entry) for entry in entries}
    faults += [
        Fault(name, entries.lines[entry], f"{section}: “{shortened(entry)}” is no date; write it as 2022-09-19")
        for entry, day in found.items()
        if day is None
    ]
    return frozenset(day for day in found.values() if day is not None)


def _day(written: str) -> date | None:
    """The date that is written year, month and day; None for anything else."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if day.isoformat() == written else None
