"""Where one step of a simulated course goes: the planner's answers, each asked for once and kept as numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from workflow.chances import CALL_IN_TAKES
from workflow.errors import BeyondCalendar
from workflow.facts import Step
from workflow.meeting_choice import Moment, start_of
from workflow.placing import Placed, Spot, expected, nothing_to_submit

NEVER_DAY: Final = 1 << 40
UNIT: Final = 1442  # moments of a day as numbers: its start, its minutes, its end

#: One sitting: its moment, the day from which its decision may be acted on, its day. Days as `date.toordinal`.
Sat = tuple[int, int, int]
NEVER: Final[Sat] = (NEVER_DAY, NEVER_DAY, NEVER_DAY)


class Sittings:
    """Where one step goes, as the planner says; each question is asked of it once."""

    def __init__(self, spot: Spot, placed: Placed, fixed: bool, horizon: date) -> None:
        self._spot, self._horizon = spot, horizon.toordinal()
        self._unbound = replace(spot.step, meeting=None) if fixed else spot.step
        self._start = sat_of(placed) if fixed else None
        self._latest_floor = self._latest(placed) if fixed else 0
        self.first: dict[int, Sat] = {}  # by the moment after which it may take place
        self._moved: dict[int, Sat] = {}
        self._again: dict[tuple[int, int, bool], Sat] = {}
        self._settled: dict[int, int] = {}

    def _latest(self, placed: Placed) -> int:
        """The latest moment of what is before a step at which it can still be on the day it is fixed to."""
        floor = number_of(self._spot.floor) if not self._spot.undated else NEVER_DAY
        if placed.at is None:
            return floor
        latest = number_of(placed.at) - 1
        due = placed.due.report_due
        if self._spot.stage.papers_after_outcome and due is not None and not nothing_to_submit(self._spot.step):
            latest = min(latest, number_of(start_of(due)))
        return max(latest, floor)  # where the plan breaks the order already, so does every run

    def after(self, floor: int) -> Sat:
        """The first sitting of the present round after a moment; 0: nothing is before it."""
        if self._start is not None and floor <= self._latest_floor:
            found = self._start
        elif floor >= NEVER_DAY:
            found = NEVER
        else:
            ready = self._spot.ready and floor == number_of(self._spot.floor)
            found = self._expected(
                replace(self._spot, step=self._unbound, floor=moment_of(floor), undated=False, ready=ready)
            )
        self.first[floor] = found
        return found

    def moved(self, day: int) -> Sat:
        """The next sitting after a meeting that was cancelled: the report and notices given still count."""
        found = self._moved.get(day)
        if found is None:
            not_before = date.fromordinal(day) + timedelta(days=1)
            step = replace(self._unbound, not_before=max(not_before, self._unbound.not_before or not_before))
            found = self._moved[day] = self._expected(replace(self._spot, step=step, floor=None, undated=False))
        return found

    def again(self, day: int, final: bool, floor: int = 0) -> Sat:
        """The first sitting of a new round that began on a day; `final` where it cannot be called in once more."""
        found = self._again.get((day, floor, final))
        if found is None:
            found = NEVER
            if floor < NEVER_DAY:
                on = date.fromordinal(day)
                step = _next_round(self._spot.step, on, final)
                spot = replace(self._spot, step=step, floor=moment_of(floor), undated=False, ready=False)
                found = self._expected(replace(spot, on=max(on, spot.on)))
            self._again[day, floor, final] = found
        return found

    def settled(self, window_ends: int) -> int:
        """The day on which it is known whether a decision that was called in stands."""
        found = self._settled.get(window_ends)
        if found is None:
            try:
                on = self._spot.calendar.forward(date.fromordinal(window_ends), CALL_IN_TAKES)
                found = on.toordinal()
            except BeyondCalendar:
                found = NEVER_DAY
            self._settled[window_ends] = found = found if found <= self._horizon else NEVER_DAY
        return found

    def _expected(self, spot: Spot) -> Sat:
        found = sat_of(expected(spot))
        return found if found[2] <= self._horizon else NEVER


def _next_round(step: Step, on: date, final: bool) -> Step:
    """The same question to the same forum, with nothing given yet: as an outcome that asks again makes it."""
    return Step(
        id=step.id,
        stage=step.stage,
        forum=step.forum,
        round=step.round + 1,
        no_call_in=step.no_call_in or final,
        verbal=step.verbal,
        part=step.part,
        applies=step.applies,
        also_after=step.also_after,
        earlier_round_on=on,
    )


def sat_of(placed: Placed) -> Sat:
    """A step's day as the runs compare it."""
    if placed.day is None or placed.at is None:
        return NEVER
    takes_effect = placed.effective.toordinal() if placed.effective else NEVER_DAY
    return number_of(placed.at), takes_effect, placed.day.toordinal()


def number_of(moment: Moment | None, none: int = 0) -> int:
    """A moment as a number that is compared as it is."""
    if moment is None:
        return none
    day, time = moment
    if not time:
        return day.toordinal() * UNIT
    hours, _, minutes = time.partition(":")
    return day.toordinal() * UNIT + 1 + int(hours) * 60 + int(minutes)


def moment_of(number: int) -> Moment | None:
    """The moment of a number; None for 0."""
    if number == 0:
        return None
    day, left = divmod(number, UNIT)
    return date.fromordinal(day), f"{(left - 1) // 60:02}:{(left - 1) % 60:02}" if left else ""
