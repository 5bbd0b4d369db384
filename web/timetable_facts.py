"""What a timetable says: each date once, for the picture in few words and for the table in full.

Whatever stands in a row of the picture is a fact of the same row of the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from web.timetable_layout import Bar, BarKind, Kind, Mark, Row, Upright
from web.words import at_time, in_days, plain, short_day, state_words
from workflow.dated_steps import DatedStep

Columns = tuple[tuple[str, str], ...]  # of a table: what facts name, and the heading


@dataclass(frozen=True, slots=True)
class Fact:
    """One date or period. {} stands for the day: in `said`, for a cell of the table, in full, in `drawn` short.

    Without `drawn` it stands in the table only. A period has a `first` day, and its `day` is the last one; where
    `said` speaks of the first one too, that is {first}.
    """

    column: str
    day: date
    said: str
    drawn: str | None = None
    kind: Kind = "booked"
    bar: BarKind | None = None
    first: date | None = None
    drawn_to: date | None = None  # the last day of a bar that goes on beyond `day`
    main: bool = False
    late: bool = False

    @property
    def in_full(self) -> str:
        """As a cell of the table says it."""
        return self.said.format(short_day(self.day), first=short_day(self.first))


@dataclass(frozen=True, slots=True)
class Line:
    """One row of picture and table: its name, what else is said of it, its facts. `note`: what is said instead."""

    name: str
    facts: tuple[Fact, ...]
    below: tuple[str, ...] = ()
    note: str | None = None
    href: str | None = None
    late: bool = False
    told: str = ""  # what is said of it in the table, where that is not what stands below its name

    def cell(self, column: str) -> list[Fact]:
        """What stands in a column of the table."""
        return [fact for fact in self.facts if fact.column == column]


@dataclass(frozen=True, slots=True)
class Likely:
    """The days by which an item is done with a probability of one in two, and of nine in ten."""

    half: date
    most: date


_DRAWN_KINDS: Final[Mapping[str, Kind]] = {
    "bound": "booked",
    "calendar": "expected",
    "pattern": "usual",
    "computed": "expected",
    "actual": "decided",
}
#: How the day of a step is said, by where the plan has it from: in the table and in the picture.
_DAYS: Final = {
    "bound": ("{}, booked", "Booked {}"),
    "calendar": ("{}, the next meeting", "Next meeting {}"),
    "pattern": ("{}, a usual meeting day", "Usual day {}"),
    "computed": ("{}, expected", "Expected {}"),
}


def rows_of(lines: Sequence[Line]) -> list[Row]:
    """The rows of the picture. The year is written out for days that are not of the first one of it."""
    drawn = [fact for line in lines for fact in line.facts if fact.drawn is not None]
    first_year = min((fact.first or fact.day for fact in drawn), default=date.min).year
    return [_row(line, first_year) for line in lines]


def with_something(columns: Sequence[tuple[str, str]], lines: Sequence[Line], always: Sequence[str]) -> Columns:
    """The columns of the table in which anything stands."""
    return tuple(column for column in columns if column[0] in always or any(line.cell(column[0]) for line in lines))


def _row(line: Line, year: int) -> Row:
    drawn = [fact for fact in line.facts if fact.drawn is not None]
    marks = tuple(
        Mark(fact.kind, fact.day, short(fact.drawn or "", fact.day, year), fact.main, fact.late)
        for fact in drawn
        if fact.bar is None
    )
    bars = tuple(
        Bar(fact.bar, fact.first or fact.day, fact.drawn_to or fact.day, short(fact.drawn or "", fact.day, year))
        for fact in drawn
        if fact.bar is not None
    )
    return Row(line.name, line.below, marks, bars, line.note)


def short(words: str, day: date, year: int) -> str:
    """Words of the picture with their day: Booked 5 Oct; its year is named unless it is this one."""
    return words.format(f"{day.day} {day:%b}{f' {day.year}' if day.year != year else ''}")


def uprights(
    today: date,
    target: date | None,
    finish: date | None,
    likely: Likely | None = None,
    ended: date | None = None,
    ended_word: str = "Done",
) -> list[Upright]:
    """The lines through all rows of one item. Once it is over, today is of no interest any more."""
    found = []
    if ended is None:
        found.append(Upright("today", today, f"Today {_day(today)}"))
    if target is not None:
        found.append(Upright("target", target, f"Wanted by {_day(target)}"))
    if ended is not None:
        found.append(Upright("finish", ended, f"{ended_word} {_day(ended)}"))
    elif finish is not None:
        found.append(Upright("finish", finish, f"Finish {_day(finish)}"))
    if likely is not None and ended is None:
        words = f"Half by {likely.half.day} {likely.half:%b}, 9 in 10 by {_day(likely.most)}"
        found.append(Upright("range", likely.half, words, likely.most))
    return found


def likely_in_words(likely: Likely) -> str:
    """The range in a sentence that follows from the simulation's runs."""
    if likely.half == likely.most:
        return f"Simulated: nine in ten by {in_days(likely.most)}"
    return f"Simulated: half by {in_days(likely.half)}, nine in ten by {in_days(likely.most)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def lines_of_item(steps: Sequence[DatedStep], today: date, hrefs: Mapping[str, str]) -> list[Line]:
    """A line for each step of an item, in the route's order."""
    return [_line_of_step(step, today, hrefs.get(step.step)) for step in steps]


def _line_of_step(step: DatedStep, today: date, href: str | None) -> Line:
    facts = tuple(_facts_of_step(step, today))
    note = None
    if step.state == "skipped":
        note = "Does not apply"
    elif step.state == "ended":
        note = "Ended"
    elif step.day is None:
        note = "No date yet"
    asked = tuple(_asked(step))
    told = ", ".join(asked).removeprefix("asked to ")
    return Line(step.name, facts, asked, note, href, any(fact.late for fact in facts), f"{told[:1].upper()}{told[1:]}")


def _asked(step: DatedStep) -> Iterator[str]:
    if step.kind == "gate":
        yield "gate"
    elif step.kind == "consultation":
        yield "consultation"
    elif step.ask:
        yield f"asked to {step.ask}"
    if step.decisive:
        yield "decisive step"


def _facts_of_step(step: DatedStep, today: date) -> Iterator[Fact]:
    if step.state in ("skipped", "ended"):
        return
    yield from facts_before(step, today)
    yield from facts_of_the_day(step)
    yield from facts_after(step)


def facts_before(step: DatedStep, today: date) -> Iterator[Fact]:
    """Notices and papers: by when, and when they were there."""
    notices = (
        ("Notice", step.notice_by, step.notice_given, step.notice_excused),
        ("Private meeting notice", step.private_notice_by, step.private_notice_on, False),
        ("Second private notice", step.private_notice_again_by, step.private_notice_again_on, False),
    )
    for number, (name, by, given, excused) in enumerate(notices):
        said = "" if number == 0 else f"{name} "
        open_still = given is None and not excused and not step.is_settled
        if by is not None:
            yield _due("notice", "notice", f"{said}{{}}", name, by, today, open_still)
        if given is not None:
            yield Fact("notice", given, f"{said}given {{}}", f"{name} given {{}}", "notice")
    in_time = step.verbal or step.report_in or step.is_settled
    if step.report_due is not None and not step.verbal:
        yield _due("report", "report", "{}", "Report", step.report_due, today, not in_time)
    if step.report_on is not None:
        yield Fact("report", step.report_on, "in on {}", "Report in {}", "report")
    if step.agenda_by is not None and not step.verbal:
        open_still = not (step.on_agenda or step.agenda_excused or step.is_settled)
        yield _due("agenda", "agenda", "{}", "Agenda", step.agenda_by, today, open_still)
    if step.agenda_on is not None:
        yield Fact("agenda", step.agenda_on, "on the agenda {}", "On the agenda {}", "agenda")


def _due(column: str, kind: Kind, said: str, name: str, day: date, today: date, open_still: bool) -> Fact:
    """The last day for something; drawn only as long as it is still to be done."""
    late = open_still and day < today
    verb = "was due" if late else "due" if column == "report" else "by"
    return Fact(
        column, day, f"{said}, passed" if late else said, f"{name} {verb} {{}}" if open_still else None, kind, late=late
    )


def facts_of_the_day(step: DatedStep) -> Iterator[Fact]:
    """When a step is dealt with, or was."""
    day = step.day
    if step.called_in_on is not None and step.state == "called-in":
        yield Fact("effective", step.called_in_on, "called in {}", "Called in {}", "short", late=True)
    if day is None:
        return
    if step.kind == "consultation":
        verb = "Closed" if step.is_settled else "Closes"
        said = "{first} to {}" if step.opens else "{}"
        yield Fact("meeting", day, said, f"{verb} {{}}", "expected", "consultation", step.opens or day)
        return
    if step.kind == "gate":
        verb = "Opened" if step.is_settled else "Opens"
        yield Fact("meeting", day, f"{verb.lower()} {{}}", f"{verb} {{}}", "gate", main=True)
        return
    time = f" at {at_time(step.time)}" if step.time else ""
    if step.basis == "actual":
        came = plain(step.outcome) if step.outcome else state_words(step.state)
        fell_short = step.state in ("fell-short", "called-in")
        kind: Kind = "short" if fell_short else "decided"
        yield Fact(
            "meeting", day, f"{{}}, {came.lower()}", f"{came} {{}}", kind, main=True, late=step.state == "fell-short"
        )
        return
    said, drawn = _DAYS.get(step.basis, ("{}", "{}"))
    yield Fact(
        "meeting", day, said.replace("{}", f"{{}}{time}"), drawn, _DRAWN_KINDS.get(step.basis, "expected"), main=True
    )


def facts_after(step: DatedStep) -> Iterator[Fact]:
    """The call-in window, and when the decision takes effect."""
    if step.effective is None:
        return
    if step.call_in_opens is not None and step.call_in_ends is not None:
        yield Fact(
            "effective",
            step.call_in_ends,
            "call-in {first} to {}",
            f"Call-in to {{}}, effective {step.effective.day} {step.effective:%b}",
            "effective",
            "call-in",
            step.call_in_opens,
            step.effective - timedelta(days=1),
        )
        yield Fact("effective", step.effective, "takes effect {}")
    elif step.effective != step.day:
        yield Fact("effective", step.effective, "takes effect {}", "Effective {}", "effective")
    elif step.kind in ("meeting", "individual"):
        yield Fact("effective", step.effective, "{}")
