"""How somebody is reminded, who stands in for them, and what they do not want to hear of for a while."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from wtforms import Field

from routes.spec import Days
from web.forms.base import Choices as Offered
from web.forms.base import Form, chosen, day, needed, pick, radios, text, tick, ticks
from web.forms.meetings import time_of_day
from web.words import at_time, in_days
from workflow.clear_days import Calendar
from workflow.errors import BeyondCalendar
from workflow.reminders.choices import Choices
from workflow.reminders.kinds import KINDS
from workflow.use_cases.choosing import Absence, Snooze, Wish

MOST_PEOPLE: Final = 300  # in one list to choose from; in larger installations an e-mail address is typed
OTHER: Final = "other"

#: Kinds of reminders as they are chosen: what has to do with the same thing stands together.
GROUPS: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("unwanted_papers", "Reports and papers", (
        "report-due", "clearance", "notice-due", "private-notice-due", "private-notice-again-due", "agenda-due",
    )),
    ("unwanted_meetings", "Meetings and what they resolve", (
        "meeting-tomorrow", "outcome-missing", "minutes-due", "calendar-ends",
    )),
    ("unwanted_after", "After a decision", ("decision-to-publish", "call-in-ending", "condition-due")),
    ("unwanted_others", "Everything else", ("your-turn", "evidence-due", "consultation-closing", "idle")),
)  # fmt: skip

if sorted(kind for _field, _words, kinds in GROUPS for kind in kinds) != sorted(KINDS):
    raise RuntimeError("A kind of reminder stands in no group, or in two.")


def kinds_by_group(without: Collection[str] = ()) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Every kind with its name, under the heading of its group; some can be left out."""
    for _field, words, kinds in GROUPS:
        yield words, [(kind, KINDS[kind].name) for kind in kinds if kind not in without]


def _group(field: str) -> Any:
    words, kinds = next((words, kinds) for name, words, kinds in GROUPS if name == field)
    return ticks(words, [(kind, KINDS[kind].name) for kind in kinds], validate_choice=False)


class ChoicesForm(Form):
    """At once or in one letter a day, on which days, and which kinds not at all."""

    delivery = radios(
        "When do you want to be told?",
        (("at-once", "At once, between 8am and 8pm"), ("daily", "In one letter a day")),
        chosen("Choose whether you want to be told at once or in one letter a day"),
    )
    daily_at = text(
        "At what time?",
        hint="Between 6am and 10pm, for example 9:30am. Most reminders come up at 9am: a letter after that has all "
        "of the day, an earlier one has those of the day before",
    )
    working_days_only = tick("On working days only: what comes up at a weekend or on a bank holiday waits")
    unwanted_papers = _group("unwanted_papers")
    unwanted_meetings = _group("unwanted_meetings")
    unwanted_after = _group("unwanted_after")
    unwanted_others = _group("unwanted_others")

    @property
    def groups(self) -> list[Field]:
        """The kinds that can be left, a field for each group."""
        return [self[name] for name, _words, _kinds in GROUPS]

    def fill(self, now: Choices) -> None:
        """As it is chosen now."""
        self.delivery.data = now.delivery
        self.daily_at.data = at_time(now.daily_at)
        self.working_days_only.data = now.working_days_only
        for group in self.groups:
            group.data = [kind for kind, _words in group.choices if kind in now.unwanted]

    def said(self) -> Wish:
        """What is meant."""
        unwanted = frozenset(kind for group in self.groups for kind in group.data or ())
        at = time_of_day(self.daily_at.data or "")
        if len(at) == len("8:30"):
            at = f"0{at}"
        return Wish(self.delivery.data, at, bool(self.working_days_only.data), unwanted)

    def field_of(self, fault: str) -> str:
        """In which field a fault can be put right."""
        return "unwanted_papers" if fault == "unwanted" else fault


class AwayForm(Form):
    """From when to when one is away, and who stands in."""

    away_from = day("First day away", needed("Enter the first day away"))
    away_until = day("Last day away", needed("Enter the last day away"))
    deputy = pick(
        "Who stands in for you?",
        hint="Those with a post at your organisations come first",
        validate_choice=False,
    )
    deputy_address = text(
        "Who stands in for you?",
        hint="The e-mail address of somebody with a post here, for example name@example.org",
    )

    def offer(self, near: Offered, others: Offered, many: bool) -> None:
        """Fill in who can be chosen, those nearby first; among very many people an address is typed instead."""
        if many:
            del self.deputy
        else:
            del self.deputy_address
            self.deputy.choices = [("", "Choose somebody"), *near, *others]
            self.deputy.description = self.deputy.description if list(near) else ""

    def said(self, by_address: Mapping[str, str]) -> Absence:
        """What is meant; `by_address` leads from e-mail addresses to people."""
        if "deputy" in self:
            who = self.deputy.data or ""
        else:
            who = by_address.get((self.deputy_address.data or "").strip().lower(), "")
        return Absence(self.away_from.data, self.away_until.data, who)

    def field_of(self, fault: str) -> str:
        """In which field a fault can be put right."""
        return fault if fault != "deputy" or "deputy" in self else "deputy_address"


class SnoozeForm(Form):
    """Until when one does not want to hear of something."""

    until = radios("Until when?", (), chosen("Choose until when"))
    other = day("Which day?")
    beyond = tick("Even if that is after the day itself")

    def offer(self, days: Sequence[tuple[str, date]], due: date | None, comes_on: date) -> None:
        """Fill in the days that are offered.

        Where one would hear of it before it is due, whether it may be later than that is asked.
        """
        self.until.choices = [
            *((on.isoformat(), f"{words[:1].upper()}{words[1:]}: {on:%A} {in_days(on)}") for words, on in days),
            (OTHER, "Another day"),
        ]
        if due is None or due < comes_on:
            del self.beyond
        else:
            self.beyond.label.text = f"Even if that is after {in_days(due)}, the day itself"

    def validate(self, extra_validators: Any = None) -> bool:
        """Another day has to be written down."""
        fine = bool(super().validate(extra_validators))
        if self.until.data == OTHER and self.other.data is None and not self.other.errors:
            self.problem("other", "Enter the day from which you want to hear of it again")
            return False
        return fine

    def said(self, reminder: str) -> Snooze:
        """What is meant."""
        until = self.other.data if self.until.data == OTHER else date.fromisoformat(self.until.data)
        return Snooze(reminder, until, "beyond" in self and bool(self.beyond.data))

    def field_of(self, fault: str) -> str:
        """In which field a fault can be put right."""
        if fault == "until" and self.until.data == OTHER:
            return "other"
        return fault


def days_offered(calendar: Calendar, today: date, comes_on: date) -> list[tuple[str, date]]:
    """Until when something can be snoozed without writing a date, counted from when one hears of it next."""
    is_now = comes_on <= today
    a_day = ("until tomorrow" if is_now else "until the day after", comes_on + timedelta(days=1))
    next_week = comes_on + timedelta(days=7 - comes_on.weekday())
    try:
        offered = [
            a_day,
            ("for 3 working days", calendar.forward(comes_on, Days(3, "working-days"))),
            ("until next week" if is_now else "until the week after", calendar.on_or_after(next_week)),
        ]
    except BeyondCalendar:
        return [a_day]
    by_day = {on: words for words, on in reversed(offered)}
    return [(by_day[on], on) for on in sorted(by_day)]
