"""The latest day that a step can be given, where what comes behind it has a day already.

It is found among the very days that the plan itself would choose from (`placing.py`), so that a step on its latest
day breaks no rule that it would not break on its earliest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile
from typing import Final

from routes.spec import Days
from workflow.errors import BeyondCalendar
from workflow.meeting_choice import Moment, Sitting, moment, sittings_from, start_of
from workflow.placing import (
    Placed,
    Spot,
    at_meeting,
    earliest_meeting,
    expected,
    first_free_day,
    in_time,
    nothing_to_submit,
    put_on,
)

_ONE_DAY: Final = timedelta(days=1)
_A_WORKING_DAY: Final = Days(1, "working-days")
_NOT_LATER: Final = Days(0, "working-days")


@dataclass(frozen=True, slots=True)
class Limit:
    """How late a step may be: over before a moment and, where `effect` is a day, in effect by then."""

    before: Moment
    effect: date | None = None

    @property
    def last_day(self) -> date:
        """The last day that lies before the moment as a whole."""
        return self.before[0] - _ONE_DAY

    @property
    def until(self) -> date:
        """The last day of which at least the beginning lies before the moment."""
        return self.before[0] if start_of(self.before[0]) < self.before else self.last_day

    def holds(self, placed: Placed) -> bool:
        """Whether a step there is early enough."""
        if placed.at is None or placed.at >= self.before:
            return False
        return self.effect is None or (placed.effective is not None and placed.effective <= self.effect)

    def sooner(self, before: Moment) -> Limit:
        """The same, and over before another moment too."""
        return Limit(min(self.before, before), self.effect)


def until_end_of(day: date, effect: date | None = None) -> Limit:
    """The step may still take place on that day."""
    return Limit(start_of(day + _ONE_DAY), effect)


def latest(spot: Spot, limit: Limit) -> Placed | None:
    """Where the step goes if it is left until the last possible day; None if there is no such day."""
    try:
        if spot.stage.kind == "consultation":
            return _latest_consultation(spot, limit)
        if spot.stage.kind == "individual":
            return _latest_decision(spot, limit)
    except BeyondCalendar:
        return None
    return _latest_meeting(spot, limit)


def latest_opening(placed: Placed, limit: Limit) -> Placed | None:
    """The last day on which a gate must open, for one that can be expected to open where it is placed."""
    if placed.at is None or placed.at >= limit.before:
        return None
    return Placed("computed", limit.until, start_of(limit.until))


def must_be_over_before(spot: Spot, placed: Placed) -> Moment:
    """The moment before which all that a step follows has to be over, if the step takes place there.

    Papers that may go in only after an outcome are due after it. A step bound to a meeting for which that is too
    late stays there all the same: the plan warns of it.
    """
    if placed.day is None or placed.at is None:
        raise ValueError(f"Step {spot.step.id} has no day.")
    if spot.stage.kind == "consultation":
        return moment(last_opening(spot, placed.day), None)
    if spot.stage.kind == "individual":
        return moment(placed.day, None)
    due = placed.due.report_due
    if due is None or not spot.stage.papers_after_outcome or nothing_to_submit(spot.step):
        return placed.at
    papers_in = moment(due, None)
    too_late = spot.floor is not None and spot.floor >= papers_in
    return placed.at if too_late else min(placed.at, papers_in)


def is_open_already(spot: Spot) -> bool:
    """Whether a consultation runs, because all before it is over."""
    return spot.ready and spot.floor is not None


def last_opening(spot: Spot, closes: date) -> date:
    """The last working day on which a consultation can open, if it has to be over by a day."""
    calendar, lasts = spot.calendar, spot.stage.lasts
    opens = calendar.back(closes, _NOT_LATER)
    while lasts is not None and _ends(spot, opens, lasts) > closes:
        opens = calendar.back(opens, _A_WORKING_DAY)
    return opens


def _ends(spot: Spot, opens: date, lasts: Days) -> date:
    try:
        return spot.calendar.forward(opens, lasts)
    except BeyondCalendar:
        return date.max


def _latest_meeting(spot: Spot, limit: Limit) -> Placed | None:
    earliest = earliest_meeting(spot)
    for sitting in reversed(meetings_before(spot, limit)):
        try:
            placed = at_meeting(spot, sitting, earliest)
        except BeyondCalendar:
            continue  # nothing can be counted for it
        if placed is not None and limit.holds(placed):
            return placed
    return None


def meetings_before(spot: Spot, limit: Limit) -> list[Sitting]:
    """The meetings of a step's forum from the day of the plan on that begin early enough."""
    if spot.forum is None:
        return []
    coming = sittings_from(spot.world, spot.forum, spot.on, spot.on, spot.calendar)
    return list(takewhile(lambda sitting: moment(sitting.day, sitting.time) < limit.before, coming))


def _latest_decision(spot: Spot, limit: Limit) -> Placed | None:
    first = first_free_day(spot, spot.on)
    day = spot.calendar.back(min(limit.last_day, spot.calendar.known_until), _NOT_LATER)
    while day >= first:
        placed = _counted(spot, day)
        if placed is not None and limit.holds(placed) and in_time(spot, placed.due):
            return placed
        day = spot.calendar.back(day, _A_WORKING_DAY)
    return None


def _counted(spot: Spot, day: date) -> Placed | None:
    """An office-holder's decision on a day; None where its effect lies beyond the known calendar."""
    try:
        return put_on(spot, Sitting(day, None, None))
    except BeyondCalendar:
        return None


def _latest_consultation(spot: Spot, limit: Limit) -> Placed | None:
    if is_open_already(spot):
        ending = expected(spot)
        return ending if limit.holds(ending) else None
    opens = last_opening(spot, min(limit.last_day, spot.calendar.known_until))
    if opens < first_free_day(spot, spot.on):
        return None
    closes = spot.calendar.forward(opens, spot.stage.lasts) if spot.stage.lasts else opens
    placed = put_on(spot, Sitting(closes, None, None))
    return placed if limit.holds(placed) else None
