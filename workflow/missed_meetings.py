"""The next meeting to which a step could go, were its report or its notice not too late for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from workflow.due_dates import GENERAL_EXCEPTION, pack_in_force
from workflow.errors import BeyondCalendar
from workflow.errors import day as in_words
from workflow.meeting_choice import known_sittings, moment
from workflow.placing import Placed, Spot, earliest_meeting, nothing_to_submit, put_on


def next_in_order(spot: Spot) -> Placed | None:
    """An open step at its forum's next known meeting after all that is before it, in time for that or not.

    None where no such meeting is known, or no day can be named for what is before it.
    """
    if spot.forum is None or spot.undated or spot.stage.kind != "meeting":
        return None
    earliest = earliest_meeting(spot)
    for sitting in known_sittings(spot.world, spot.forum.id, spot.on, spot.calendar):
        at = moment(sitting.day, sitting.time)
        if at >= earliest and (spot.floor is None or at > spot.floor):
            try:
                return put_on(spot, sitting)
            except BeyondCalendar:
                return None
    return None


def too_late_for(spot: Spot, placed: Placed) -> str | None:
    """What comes too late for a meeting, and what can be done, as the end of a sentence; None if nothing does."""
    if placed.day is None:
        return None
    late = [*_notice(spot, placed), *_report(spot, placed)]
    if not late:
        return None
    advice = list(_advice(spot, placed, placed.day))
    return f"{in_words(placed.day)} is too late for {' and for '.join(late)}: {', or '.join(advice)}."


def _notice(spot: Spot, placed: Placed) -> Iterator[str]:
    due, given = placed.due, spot.step.notice_given
    if due.notice_by is None or due.notice_excused or due.notice_by >= (given or spot.on):
        return
    was_given = f" and was given on {in_words(given)}" if given else ""
    yield f"ordinary notice, which had to be given by {in_words(due.notice_by)}{was_given}"


def _report(spot: Spot, placed: Placed) -> Iterator[str]:
    due = placed.due.report_due
    if due is None or nothing_to_submit(spot.step):
        return
    if due < spot.on:
        yield f"the report, which had to be submitted by {in_words(due)}"
    elif spot.stage.papers_after_outcome and spot.floor and due <= spot.floor[0]:
        yield f"the report, which has to be submitted by {in_words(due)} and waits for what comes first"


def _advice(spot: Spot, placed: Placed, day: date) -> Iterator[str]:
    if any(_notice(spot, placed)):
        by = _exception_by(spot, day)
        exception = f"the general exception by {in_words(by)} or " if by is not None else ""
        yield f"use {exception}special urgency"
    elif any(_report(spot, placed)):
        yield "put it on that meeting if the report is still accepted"
    yield "add a later meeting"


def _exception_by(spot: Spot, day: date) -> date | None:
    """The last day for a general exception; None where it has passed."""
    pack = pack_in_force(spot.world, spot.forum, day)
    by = spot.calendar.back(day, (pack.general_exception if pack else None) or GENERAL_EXCEPTION)
    return by if by >= spot.on else None
