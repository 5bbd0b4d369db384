"""Why a wanted date cannot be kept, each reason as a sentence that says what stands against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from routes.spec import Days, Stage, WaitsForCheck, WaitsForDate
from routes.words import ASKS
from workflow.errors import BeyondCalendar
from workflow.errors import day as in_words
from workflow.facts import Step
from workflow.latest_days import Limit, is_open_already, last_opening, latest, latest_opening, meetings_before
from workflow.meeting_choice import Sitting, end_of, sittings_from, start_of
from workflow.naming import awaited_forum, awaited_title, gate_closed_sentence
from workflow.placing import Placed, Spot, earliest_meeting, expected, first_free_day, in_time, put_off_until, put_on
from workflow.timetables import Timetable
from workflow.walking_back import Earliest, WalkedBack, too_few, walk_back

_NOT_LATER: Final = Days(0, "working-days")
_DECIDING: Final = 3  # the strength of asks that decide


@dataclass(frozen=True, slots=True)
class Clash:
    """One thing that stands against a wanted date. `step` is None for the whole item."""

    code: str
    step: str | None
    message: str


def clashes(first: Earliest, wanted: Mapping[str, Limit], walked: WalkedBack) -> tuple[Clash, ...]:
    """Everything that stands against it, in the order of the route; nothing if it is possible."""
    timetable = first.timetable
    if timetable.standing.item_state in ("withdrawn", "rejected"):
        state = timetable.standing.item_state
        return (Clash(state, None, f"The item is {state}, so nothing further will be decided on it."),)
    found = {clash.step: clash for clash in _bound_in_breach(first, walked)}
    if walked.short:
        found |= {clash.step: clash for clash in _out_of_time(timetable, wanted)}
        if not found:
            found[None] = _last_resort(timetable)
    order = {step.id: place for place, step in enumerate(timetable.case.steps)}
    return tuple(sorted(found.values(), key=lambda clash: order.get(clash.step or "", -1)))


def _bound_in_breach(first: Earliest, walked: WalkedBack) -> Iterator[Clash]:
    """The meetings that steps are bound to and that break a rule, where they matter."""
    timetable = first.timetable
    for step_id, problem in first.released.items():
        stage = timetable.stage_of(next(step for step in timetable.case.steps if step.id == step_id))
        if step_id in walked.limits and too_few(timetable, stage, walked.limits, walked.placed, but=first.released):
            yield Clash(problem.code, step_id, problem.message)


def _out_of_time(timetable: Timetable, wanted: Mapping[str, Limit]) -> Iterator[Clash]:
    """What is too late, found from the end of the route. Each step is judged as if all others could be in time."""
    reasons: dict[str, Clash] = {}

    def place(step: Step, stage: Stage, limit: Limit) -> Placed | None:
        judged = _Judged(timetable, _alone(timetable.spot(step, stage)), limit)
        if (there := judged.latest()) is not None:
            return there
        reasons[step.id] = judged.why_not()
        return None

    walked = walk_back(timetable, wanted, place)
    for stage in walked.short:
        for step in timetable.standing.steps_of[stage.id]:
            limit = walked.limits.get(step.id)
            if step.id in reasons:
                yield reasons[step.id]
            elif limit is not None and timetable.standing.steps[step.id].decision != "open":
                yield from _of_settled_step(timetable, step, limit)


def _alone(spot: Spot) -> Spot:
    """A step as if nothing were before it; what is before it is judged for itself."""
    runs = spot.stage.kind == "consultation" and is_open_already(spot)
    return spot if runs else replace(spot, floor=None)


def _last_resort(timetable: Timetable) -> Clash:
    finish = timetable.finish()
    if finish is None:
        return Clash("no-date", None, "No date can be given for when it will be done.")
    return Clash("no-time", None, f"What has to be dealt with one after the other takes until {in_words(finish)}.")


def _of_settled_step(timetable: Timetable, step: Step, limit: Limit) -> Iterator[Clash]:
    """A decision that there is already, and that does not take effect in time."""
    who, there = timetable.name_of(step), timetable.placed[step.id]
    decision = timetable.standing.steps[step.id].decision
    if decision == "called-in":
        yield Clash(
            decision,
            step.id,
            f"The decision of {who} has been called in, and nobody can say when it takes effect. Uphold or "
            "reconsider it.",
        )
    elif decision == "fell-short":
        yield Clash(
            decision,
            step.id,
            f"{who} resolved “{step.outcome}”, which is less than it was asked for, and no day is known on which it "
            "is asked again. Ask it again.",
        )
    elif there.effective is not None and limit.effect is not None and there.effective > limit.effect:
        yield _takes_effect_later(step, who, there, limit.effect)


def _takes_effect_later(step: Step, who: str, there: Placed, wanted: date) -> Clash:
    assert there.day is not None
    assert there.effective is not None
    return Clash(
        "takes-effect-later",
        step.id,
        f"The decision of {who} on {in_words(there.day)} takes effect only on {in_words(there.effective)}, after "
        f"{in_words(wanted)}.",
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    """An open step that has to be over by a limit, whatever is before it."""

    timetable: Timetable
    spot: Spot
    limit: Limit

    @property
    def step(self) -> Step:
        return self.spot.step

    @property
    def who(self) -> str:
        return self.timetable.name_of(self.step)

    @property
    def there(self) -> Placed:
        """Where it is planned at the earliest."""
        return self.timetable.placed[self.step.id]

    def latest(self) -> Placed | None:
        """Where it goes at the latest; None if it cannot be in time."""
        if self.spot.stage.kind == "gate":
            return latest_opening(self.there, self.limit)
        if self.there.basis == "bound":
            return self.there if self.limit.holds(self.there) else None
        return latest(self.spot, self.limit)

    def why_not(self) -> Clash:
        """Why it cannot be in time."""
        if self.spot.stage.kind == "gate":
            return self._clash(*self._gate())
        if self.there.basis == "bound":
            return self._bound()
        if self.limit.before <= start_of(self.spot.on):
            by = in_words(self.limit.before[0])
            return self._clash("too-late", f"{self.who} would have had to deal with it before {by}.")
        try:
            if self.spot.stage.kind == "consultation":
                return self._clash("too-late", self._consultation())
            if self.spot.stage.kind == "individual":
                return self._decision()
        except BeyondCalendar as err:
            return self._clash("no-date", str(err))
        return self._meeting()

    def _clash(self, code: str, message: str) -> Clash:
        return Clash(code, self.step.id, message)

    def _bound(self) -> Clash:
        day = self.there.day
        assert day is not None
        unbound = replace(self.spot, step=replace(self.step, meeting=None))
        other = latest(unbound, self.limit)
        advice = "Take it off that meeting"
        if other is not None and other.day is not None:
            advice += f"; the one of {in_words(other.day)} would be in time"
        if self.there.at is not None and self.there.at < self.limit.before and self.there.effective is not None:
            assert self.limit.effect is not None
            too_late = _takes_effect_later(self.step, self.who, self.there, self.limit.effect)
            return replace(too_late, message=f"{too_late.message} {advice}.")
        by = in_words(self.limit.until)
        message = f"{self.who} is to deal with it on {in_words(day)}; it would have to be by {by}. {advice}."
        return self._clash("bound-too-late", message)

    def _gate(self) -> tuple[str, str]:
        gate, case, world = self.spot.stage.gate, self.timetable.case, self.timetable.world
        last = self.limit.until
        if isinstance(gate, WaitsForCheck):
            return "gate-too-late", f"The check “{gate.check}” would have had to be made by {in_words(last)}."
        if self.there.day is None:
            return "gate-closed", gate_closed_sentence(case, world, self.spot.stage)
        opens = in_words(self.there.day)
        if isinstance(gate, WaitsForDate):
            return "gate-too-late", f"What is behind the gate {self.who} waits for {opens}, after {in_words(last)}."
        assert gate is not None
        title, forum = awaited_title(case, world, gate), awaited_forum(case, world, gate)
        return (
            "gate-too-late",
            f"{title} has to be {gate.outcome} by {forum} first. That is expected on {opens}, and would have to be by "
            f"{in_words(last)}.",
        )

    def _consultation(self) -> str:
        day = self.there.day
        if is_open_already(self.spot):
            return f"{self.who} runs until {in_words(day) if day else 'a day that is not known'}, which is too late."
        closes = min(self.limit.last_day, self.spot.calendar.known_until)
        opens = last_opening(self.spot, closes)
        may_open = first_free_day(self.spot, self.spot.on)
        return (
            f"{self.who} would have to open by {in_words(opens)} to be over by {in_words(closes)}, and cannot open "
            f"before {in_words(may_open)}."
        )

    def _decision(self) -> Clash:
        first = first_free_day(self.spot, self.spot.on)
        if end_of(first) >= self.limit.before:
            return self._clash("too-late", f"{self.who} cannot decide before {in_words(first)}.")
        soonest = expected(self.spot)
        if self.limit.effect is not None and soonest.at is not None and soonest.at < self.limit.before:
            return _takes_effect_later(self.step, self.who, soonest, self.limit.effect)
        last = put_on(self.spot, Sitting(self.spot.calendar.back(self.limit.last_day, _NOT_LATER), None, None))
        return self._too_soon(last)

    def _meeting(self) -> Clash:
        there = list(self._placed())
        suits = [placed for placed in there if self._suits(placed)]
        if suits:  # in time for all but taking effect
            assert self.limit.effect is not None
            return _takes_effect_later(self.step, self.who, suits[-1], self.limit.effect)
        wanted = [placed for placed in there if self.limit.holds(placed)] or there
        if wanted:
            return self._too_soon(wanted[-1])
        return self._clash("no-meeting", self._no_meeting())

    def _placed(self) -> Iterator[Placed]:
        """The step at each meeting that begins early enough, whatever is due before it."""
        for sitting in meetings_before(self.spot, self.limit):
            with suppress(BeyondCalendar):
                yield put_on(self.spot, sitting)

    def _suits(self, placed: Placed) -> bool:
        return placed.at is not None and placed.at >= earliest_meeting(self.spot) and in_time(self.spot, placed.due)

    def _too_soon(self, placed: Placed) -> Clash:
        """What is due before a meeting that is early enough, or keeps the step from it, and leaves no time."""
        assert placed.day is not None
        on, step, due = in_words(placed.day), self.step, placed.due
        until = put_off_until(self.spot)
        if until is not None and placed.at is not None and placed.at < until:
            return self._clash("put-off", f"{self.who} put it off until {in_words(until[0])}; {on} is before that.")
        if step.earlier_round_on is not None and placed.day <= step.earlier_round_on:
            earlier = in_words(step.earlier_round_on)
            return self._clash("put-off", f"{self.who} dealt with it on {earlier}; {on} is not after that.")
        without_notice = not in_time(self.spot, replace(due, report_due=None))
        if due.notice_by is not None and without_notice:
            return self._clash("notice-too-late", self._notice(on, due.notice_by))
        by = in_words(due.report_due) if due.report_due else on
        return self._clash(
            "report-due-passed",
            f"The report for {self.who} on {on} would be due on {by}, before {in_words(self.spot.on)}.",
        )

    def _notice(self, on: str, by: date) -> str:
        decides = ASKS.get(self.spot.stage.ask or "", 0) >= _DECIDING
        head = f"To be {'decided' if decides else 'dealt with'} by {self.who} on {on} notice had to be given by "
        given = self.step.notice_given
        if given is not None:
            return f"{head}{in_words(by)}, and it was given on {in_words(given)}."
        return f"{head}{in_words(by)}, which has passed."

    def _no_meeting(self) -> str:
        spot, last = self.spot, self.limit.until
        when = f"between {in_words(spot.on)} and {in_words(last)}" if spot.on < last else f"for {in_words(last)}"
        sentence = f"No meeting of {self.who} is known {when}"
        if spot.forum is None:
            return f"{sentence}."
        later = (s for s in sittings_from(spot.world, spot.forum, spot.on, spot.on, spot.calendar) if s.day >= last)
        following = next(later, None)
        return f"{sentence}; the next is on {in_words(following.day)}." if following else f"{sentence}."
