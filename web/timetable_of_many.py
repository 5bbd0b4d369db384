"""The rows of timetables of many things: items of a portfolio, meetings of a forum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from web.timetable_facts import Fact, Line, facts_after, facts_before, facts_of_the_day
from web.timetable_layout import Kind
from web.words import at_time, in_days, state_words
from workflow.dated_steps import DatedStep
from workflow.meeting_dates import MeetingDates
from workflow.queries.coming import ComingMeeting
from workflow.queries.portfolio import InTime

#: The columns of the portfolio's table.
COLUMNS: Final = (
    ("below", "State"),
    ("due", "Next due"),
    ("meeting", "Coming meetings"),
    ("effective", "Call-in"),
    ("finish", "Finish"),
    ("target", "Wanted by"),
)


def line_of_item(one: InTime, today: date, names: Mapping[str, str], href: str) -> Line:
    """An item with what is due next, its coming meetings, the windows for call-in, its finish and target."""
    ahead = sorted((*_due(one, today), *_ahead(one, names)), key=lambda fact: fact.day)
    facts = (*ahead, *_ends(one))
    below = (state_words(one.state), *(["Late"] if one.late else []), *(["Part II"] if one.part == "II" else []))
    return Line(one.title, facts, below, None if one.finish else "No date can be given", href, one.late)


def _due(one: InTime, today: date) -> Iterator[Fact]:
    """Notices that have to be given, and the papers for the next meeting: in the table only, or rows grow too tall."""
    ahead = [step for step in one.steps if not step.is_settled and step.day is not None]
    following = min(ahead, key=lambda step: step.day or date.max, default=None)
    for step in ahead:
        for fact in facts_before(step, today):
            is_open = fact.drawn is not None and (fact.late or fact.day >= today)
            if is_open and (fact.column == "notice" or step is following):
                yield replace(fact, column="due", said=fact.drawn or "", drawn=None)


def _ahead(one: InTime, names: Mapping[str, str]) -> Iterator[Fact]:
    for step in one.steps:
        yield from _ahead_of_step(step, names.get(step.forum or "", step.name))


def _ahead_of_step(step: DatedStep, name: str) -> Iterator[Fact]:
    safe = name.replace("{", "{{").replace("}", "}}")
    for fact in facts_of_the_day(step):
        if fact.bar == "consultation":
            yield replace(fact, said=f"consultation {fact.said}", drawn="Consultation to {}")
        elif fact.column == "meeting":
            yield replace(fact, said=f"{fact.said}: {safe}", drawn=f"{fact.drawn}: {safe}")
        else:
            yield replace(fact, said=f"{safe} {fact.said}", drawn=f"{safe}: {(fact.drawn or '').lower()}")
    for fact in facts_after(step):
        if fact.bar is not None:
            yield replace(fact, said=f"{safe} {{first}} to {{}}")


def _ends(one: InTime) -> Iterator[Fact]:
    if one.finish is not None:
        if any(step.day is not None and step.day > one.finish for step in one.steps):
            yield Fact("finish", one.finish, "{}; its route goes on after that", "In effect {}", "finish")
        else:
            yield Fact("finish", one.finish, "{}", "Finish {}", "finish")
    if one.target is not None:
        missed = one.finish is not None and one.finish > one.target
        words = "{}, before the finish" if missed else "{}"
        yield Fact("target", one.target, words, "Wanted by {}", "target", late=missed)
    if one.half_by is not None and one.most_by is not None:
        said = "simulated: half by {first}, nine in ten by {}"
        drawn = f"Half by {one.half_by.day} {one.half_by:%b}, 9 in 10 by {{}}"
        yield Fact("finish", one.most_by, said, drawn, bar="range", first=one.half_by)


#: The columns of the table of a forum's meetings.
MEETING_COLUMNS: Final = (
    ("notice", "Notices by"),
    ("report", "Reports due"),
    ("agenda", "Agenda by"),
    ("questions", "Public questions by"),
    ("meeting", "On"),
    ("after", "Decisions"),
    ("minutes", "Minutes due"),
)
_KINDS: Final[Mapping[str, Kind]] = {
    "known": "booked",
    "held": "decided",
    "usual": "usual",
    "individual": "expected",
}
_SAID: Final = {"known": "{}", "held": "{}, held", "usual": "{}, a usual day", "individual": "{}, expected"}
_DRAWN: Final = {"known": "Meeting {}", "held": "Held {}", "usual": "Usual day {}", "individual": "Expected {}"}


def line_of_meeting(one: ComingMeeting, today: date, href: str | None) -> Line:
    """A meeting with the days before and after it."""
    time = f" at {at_time(one.time)}" if one.time else ""
    meeting = Fact(
        "meeting",
        one.on,
        _SAID[one.known].replace("{}", f"{{}}{time}"),
        _DRAWN[one.known],
        _KINDS[one.known],
        main=True,
    )
    facts = (*_days_before(one.dates, today), meeting, *_days_after(one))
    return Line(in_days(one.on), facts, tuple(_about(one)), None, href)


def _about(one: ComingMeeting) -> Iterator[str]:
    if one.time:
        yield at_time(one.time)
    if one.known == "usual":
        yield "usual day, not arranged"
    if one.with_forums:
        yield f"with {' and '.join(one.with_forums)}"
    number = len(one.items) + one.hidden
    yield (
        "nothing on it"
        if not number
        else f"{number}{' or more' if one.more else ''} decision{'s' if number > 1 else ''}"
    )


def _days_before(dates: MeetingDates, today: date) -> Iterator[Fact]:
    """Last days: those that have passed stand in the table only."""

    def fact(
        column: str, kind: Kind, day: date | None, said: str, drawn: str, time: str | None = None
    ) -> Iterator[Fact]:
        if day is not None:
            until = f" at {at_time(time)}" if time else ""
            yield Fact(column, day, f"{said}{{}}{until}", f"{drawn} {{}}" if day >= today else None, kind)

    yield from fact("notice", "notice", dates.notice_by, "key decisions ", "Key decision notice by")
    yield from fact("notice", "notice", dates.private_notice_by, "private meeting ", "Private notice by")
    yield from fact(
        "notice", "notice", dates.private_notice_again_by, "private meeting again ", "Second private notice by"
    )
    yield from fact("report", "report", dates.report_due, "", "Reports due", dates.report_time)
    yield from fact("agenda", "agenda", dates.agenda_by, "", "Agenda by")
    yield from fact("questions", "questions", dates.questions_by, "", "Questions by", dates.questions_time)


def _days_after(one: ComingMeeting) -> Iterator[Fact]:
    dates = one.dates
    published = dates.published_by or one.on
    if dates.published_by is not None and dates.published_by > one.on:
        yield Fact("after", dates.published_by, "published by {}", "Published by {}", "publication")
    if dates.effective is not None:
        yield Fact(
            "after",
            dates.effective,
            "in effect {} unless called in",
            "In effect {}",
            "effective",
            "call-in",
            published,
            max(published, dates.effective - timedelta(days=1)),
        )
    if dates.minutes_due is not None:
        yield Fact("minutes", dates.minutes_due, "{}", "Minutes due {}", "minutes")
