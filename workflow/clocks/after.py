"""The clocks that a decision sets running: publication, call-in, documents, minutes, inspection; and consultations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from routes.spec import Days
from workflow.clock import LONDON
from workflow.clocks.before import source_of
from workflow.clocks.clock import Clock, Kind, State
from workflow.clocks.occasions import Deadline, Occasion, judged
from workflow.clocks.words import length_in_words
from workflow.due_dates import may_be_called_in
from workflow.errors import day as in_words
from workflow.placing import consultation_period

_ONE_WORKING_DAY: Final = Days(1, "working-days")


def decision_published(at: Occasion) -> Clock | None:
    """The record of a decision is published."""
    length = at.pack.decision_published if at.pack else None
    if length is None or not _settled(at):
        return None
    return judged(
        at,
        Deadline(
            kind="decision-published",
            due=at.calendar.forward(at.day, length),
            length=length,
            rule=f"within {length_in_words(length)} of the decision" if length.days else "on the day of the decision",
            source=source_of(at, "decision-published"),
            done=at.step.published_on is not None,
            done_on=at.step.published_on,
            by=length.by,
            not_done="No publication is on record: publish it, and record the day.",
        ),
    )


def minutes(at: Occasion) -> Clock | None:
    """The words of what was resolved are on record."""
    length = at.pack.minutes_due if at.pack else None
    if length is None or not _settled(at) or at.spot.stage.kind != "meeting":
        return None
    return judged(
        at,
        Deadline(
            kind="minutes",
            due=at.calendar.forward(at.day, length),
            length=length,
            rule=f"within {length_in_words(length)} of the meeting",
            source=source_of(at, "minutes"),
            done=at.step.minuted,
            by=length.by,
            not_done="The words of the resolution are not on record.",
            undated="The words are on record; since when is not.",
        ),
    )


def documents_to_members(at: Occasion) -> Clock | None:
    """Members may see the documents of a decision that was taken in private, or by one member or officer alone."""
    hours = at.executive.documents_to_members if at.executive else None
    alone = at.spot.stage.kind == "individual"
    if hours is None or not _settled(at) or not (at.exempt or alone):
        return None
    due, by = _hours_later(at.day, at.placed.time, hours)
    return judged(
        at,
        Deadline(
            kind="documents-to-members",
            due=due,
            length=None,
            rule=f"within {hours} hours of the {'decision' if alone else 'meeting'}",
            source=source_of(at, "documents-to-members"),
            done=at.step.documents_given_on is not None,
            done_on=at.step.documents_given_on,
            by=by,
            not_done="Nothing on record says that members were given the documents: record the day.",
        ),
    )


def _hours_later(day: date, at_time: str | None, hours: int) -> tuple[date, str | None]:
    """The day and local time so many hours after a meeting began; without a time of day, the end of that day.

    Hours run through nights, weekends and clock changes.
    """
    if at_time is None:
        return day + timedelta(days=-(-hours // 24)), None
    began = datetime.combine(day, time.fromisoformat(at_time.zfill(5)), LONDON).astimezone(UTC)
    ends = (began + timedelta(hours=hours)).astimezone(LONDON)
    return ends.date(), f"{ends:%H:%M}"


def call_in(at: Occasion) -> Clock | None:
    """The window in which a decision can be called in: from its publication until the day before it takes effect."""
    step, pack = at.step, at.executive
    length = pack.call_in if pack else None
    if length is None or step.decision == "fell-short" or step.no_call_in:
        return None
    if not may_be_called_in(step.outcome or at.spot.stage.ask):
        return None
    told = {
        "rule": f"{length_in_words(length)} after publication",
        "length": length,
        "source": source_of(at, "call-in"),
    }
    if step.call_in_waived:
        return at.clock("call-in", "waived", None, excused_by="call-in-waiver", **told)
    published = step.published_on or at.day
    if step.published_on is None and pack is not None and pack.decision_published:
        published = at.calendar.forward(at.day, pack.decision_published)
    last = at.calendar.back(at.calendar.forward(published, length), _ONE_WORKING_DAY)
    state, because = _window(at, published, last)
    return at.clock("call-in", state, last, starts=published, by=length.by, because=because, **told)


def _window(at: Occasion, published: date, last: date) -> tuple[State, str | None]:
    step = at.step
    if step.decision == "called-in":
        return "called-in", f"It was called in on {in_words(step.called_in_on)}." if step.called_in_on else None
    if step.upheld_on is not None:
        return "over", f"The decision was upheld on {in_words(step.upheld_on)}."
    if not at.decided or at.spot.on < published:
        return "running", None
    supposed = f"It is counted from {in_words(published)}, as if published then; publication is not on record."
    return "over" if at.is_past(last, _by(at)) else "open", None if step.published_on else supposed


def _by(at: Occasion) -> str | None:
    return at.pack.call_in.by if at.pack and at.pack.call_in else None


def consultation(at: Occasion) -> Clock | None:
    """When a consultation opens and closes."""
    if at.spot.stage.kind != "consultation":
        return None
    lasts = at.spot.stage.lasts
    told = {"rule": length_in_words(lasts) if lasts else "", "length": lasts}
    if at.decided:
        return at.clock("consultation", "over", at.day, done_on=at.step.outcome_on, **told)
    opens, closes = consultation_period(at.spot)
    opens = min(opens, at.day) if closes != at.day else opens
    if at.spot.on < opens:
        return at.clock("consultation", "running", at.day, starts=opens, **told)
    if at.is_past(at.day):
        because = "It has ended and nothing is recorded. Record what came of it."
        return at.clock("consultation", "over", at.day, starts=opens, because=because, **told)
    return at.clock("consultation", "open", at.day, starts=opens, **told)


def inspection(at: Occasion) -> Clock | None:
    """How long agenda, reports and minutes stay open to inspection."""
    return _inspection(at, "inspection", at.pack.inspection if at.pack else None)


def inspection_of_background_papers(at: Occasion) -> Clock | None:
    """How long the background papers do."""
    years = at.pack.inspection_of_background_papers if at.pack else None
    return _inspection(at, "inspection-of-background-papers", years)


def _inspection(at: Occasion, kind: Kind, years: int | None) -> Clock | None:
    if years is None or not _settled(at) or at.exempt:
        return None
    last = last_day_of(at.day, years)
    state: State = "over" if at.is_past(last) else "open"
    rule = (
        f"{years} years, beginning with the day of the {'meeting' if at.spot.stage.kind == 'meeting' else 'decision'}"
    )
    return at.clock(kind, state, last, starts=at.day, rule=rule, source=source_of(at, kind))


def last_day_of(day: date, years: int) -> date:
    """The last day of a number of years that begin with a day: of six years from 29 February 2024, 28 February 2030."""
    try:
        return day.replace(year=day.year + years) - timedelta(days=1)
    except ValueError:  # 29 February, in a year without one
        return date(day.year + years, 2, 28)


def _settled(at: Occasion) -> bool:
    """Whether a forum or an office-holder has decided."""
    return at.decided and at.spot.stage.kind in ("meeting", "individual")


MAKERS: Final[Mapping[Kind, Callable[[Occasion], Clock | None]]] = {
    "decision-published": decision_published,
    "call-in": call_in,
    "documents-to-members": documents_to_members,
    "minutes": minutes,
    "consultation": consultation,
    "inspection": inspection,
    "inspection-of-background-papers": inspection_of_background_papers,
}
