"""How long an item may really take: its course played many times, each time with what can go otherwise than planned.

Pure, and the same seed gives the same result on every machine. A step goes to the sitting that the planner would give
it, asked again in the round and on the day it then is in; so a simulation in which nothing can happen is the plan.

What can happen: a meeting is cancelled, an item is deferred or referred back, a decision is called in and then upheld
or reconsidered. Each is drawn by itself, for each step and sitting. Nothing is rejected or withdrawn, consultations
and gates keep to their days, and so do the other items that gates look at. A forum whose usual days nobody entered
goes on meeting after its last known meeting about as often as before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from random import Random
from typing import Final

from routes.spec import Stage
from workflow.chances import CERTAIN, Chances, What
from workflow.facts import Step
from workflow.meeting_choice import horizon_of
from workflow.placing import Placed, Spot
from workflow.rhythm import going_on
from workflow.sittings import NEVER, NEVER_DAY, UNIT, Sat, Sittings, number_of, sat_of
from workflow.timetables import Timetable, counting

RUNS: Final = 10_000  # everywhere, so that an item has the same forecast on every page; some 10 to 50 ms


@dataclass(frozen=True, slots=True)
class Simulated:
    """What came of all runs. A day is None where it lies after `horizon`, up to which meetings can be foreseen.

    `unfinished` and `by_target` are shares of the runs: those that are not done by then, those done by the target (None
    without a target). `spread` says how much of the uncertainty each forum adds, the greatest first; together 1.
    """

    seed: int
    runs: int
    finish: date | None  # the plan's
    p50: date | None
    p90: date | None
    horizon: date
    unfinished: float
    by_target: float | None
    spread: tuple[tuple[str, float], ...]


def seed_for(item: str) -> int:
    """The seed of an item where nobody names one: it follows from the item's id and nothing else."""
    return int.from_bytes(sha256(item.encode()).digest()[:4])


def at_risk(timetable: Timetable) -> dict[str, set[What]]:
    """What can go otherwise than planned on an item's way, by forum; nothing once it has ended."""
    found: dict[str, set[What]] = {}
    if timetable.standing.ended:
        return found
    for stage in timetable.standing.order:
        for step in timetable.standing.steps_of.get(stage.id, ()):
            whats = _risks(timetable, stage, step)
            if step.forum and whats:
                found.setdefault(step.forum, set()).update(whats)
    return found


def _risks(timetable: Timetable, stage: Stage, step: Step) -> set[What]:
    placed = timetable.placed[step.id]
    whats: set[What] = set()
    if stage.kind not in ("meeting", "individual") or placed.day is None:
        return whats
    if step.decision == "open":
        whats |= {"deferred", "referred-back"}
        if stage.kind == "meeting":
            whats.add("cancelled")
    if placed.effective is not None and placed.effective > placed.day and _can_be_called_in(timetable, step, placed):
        whats |= {"called-in", "reconsidered"}
    return whats


def _can_be_called_in(timetable: Timetable, step: Step, placed: Placed) -> bool:
    """Whether a call-in may still come: the decision is to be made, or its window has not closed yet."""
    if step.decision == "open":
        return True
    closes = placed.effective or timetable.on
    return step.decision == "passed" and step.upheld_on is None and closes > timetable.on


def simulate(
    timetable: Timetable,
    chances: Mapping[str, Chances],
    seed: int,
    runs: int = RUNS,
    tried: Collection[str] = (),
) -> Simulated:
    """Play an item's course so many times. `tried` are steps that the timetable has on a day somebody wants to try.

    Where the plan gives no finish, such as while a decision is called in, there is nothing to play.
    """
    finish = timetable.finish()
    horizon = _horizon(timetable, finish)
    if finish is None or timetable.standing.ended:
        return Simulated(seed, runs, finish, None, None, horizon, 0.0 if finish else 1.0, None, ())
    played = _Play(timetable, chances, horizon, tried).runs(Random(seed), runs)
    return _summed_up(played, timetable, finish, seed, runs, horizon)


def _horizon(timetable: Timetable, finish: date | None) -> date:
    """The last day that can be foreseen: the end of usual meetings, or the last known one on the route after that."""
    ends = [horizon_of(timetable.on, timetable.calendar), finish or timetable.on]
    for step in timetable.case.steps:
        meetings = timetable.world.meetings.get(step.forum or "")
        ends += [meetings[-1].date] if meetings else []
    return min(max(ends), timetable.calendar.known_until)


@dataclass
class _Played:
    """How often the item was done on each day, and the sums that the spread is worked out from."""

    forums: tuple[str, ...]
    done: Counter[int] = field(default_factory=Counter)
    delays: list[int] = field(default_factory=list)  # by forum: the sum of the days it added
    together: list[int] = field(default_factory=list)  # the sum of those days times the days until done


def _summed_up(played: _Played, timetable: Timetable, finish: date, seed: int, runs: int, horizon: date) -> Simulated:
    target = timetable.case.item.target
    in_time = sum(n for day, n in played.done.items() if target and day <= target.toordinal())
    return Simulated(
        seed=seed,
        runs=runs,
        finish=finish,
        p50=_by_then(played.done, runs, 50),
        p90=_by_then(played.done, runs, 90),
        horizon=horizon,
        unfinished=played.done[NEVER_DAY] / runs,
        by_target=in_time / runs if target else None,
        spread=_spread(played, runs, horizon, timetable.on),
    )


def _by_then(done: Counter[int], runs: int, percent: int) -> date | None:
    """The first day by which so many of a hundred runs are done."""
    so_far = 0
    for day in sorted(done):
        so_far += done[day]
        if so_far * 100 >= runs * percent:
            return date.fromordinal(day) if day != NEVER_DAY else None
    return None


def _spread(played: _Played, runs: int, horizon: date, on: date) -> tuple[tuple[str, float], ...]:
    """Each forum's share: the covariance of the days it adds with the days until the item is done."""
    start = on.toordinal()
    total = sum((min(day, horizon.toordinal()) - start) * n for day, n in played.done.items())
    covariances = [
        runs * together - delay * total for together, delay in zip(played.together, played.delays, strict=True)
    ]
    whole = sum(found for found in covariances if found > 0)
    shares = [
        (forum, round(found / whole, 4)) for forum, found in zip(played.forums, covariances, strict=True) if found > 0
    ]
    return tuple(sorted(shares, key=lambda share: (-share[1], share[0])))


@dataclass(frozen=True, slots=True)
class _Course:
    """One step that something can happen to. Each limit is the chance of that or of anything before it."""

    number: int
    forum: int
    sittings: Sittings
    made: bool  # decided already: it can only be called in
    back: str | None  # the stage that it is referred back to; None: to its author
    cancelled: float
    deferred: float
    referred_back: float
    any: float
    called_in: float
    reconsidered: float


class _Play:
    """One item's route, ready to be played; `_now` and `_met` are where the present run has come to."""

    def __init__(
        self, timetable: Timetable, chances: Mapping[str, Chances], horizon: date, tried: Collection[str]
    ) -> None:
        standing = timetable.standing
        self._timetable, self._horizon, self._tried = timetable, horizon, tried
        self._on, self._last = timetable.on.toordinal(), horizon.toordinal()
        self._places = {step.id: number for number, step in enumerate(timetable.case.steps)}
        self._stages = {stage.id: stage for stage in standing.order if stage.id in standing.steps_of}
        self._forums = tuple(sorted({step.forum for step in timetable.case.steps if step.forum}))
        self._planned = [sat_of(timetable.placed[step.id]) for step in timetable.case.steps]
        self._planned_met = {name: number_of(timetable.moments[name], NEVER_DAY) for name in self._stages}
        self._counted = {name: self._counting(stage) for name, stage in self._stages.items()}
        self._courses: dict[str, list[_Course]] = {}
        for name, stage in self._stages.items():
            found = [self._course(stage, step, chances) for step in standing.steps_of[name]]
            self._courses[name] = [course for course in found if course is not None]
        self._decisive = [
            (
                [self._places[step.id] for step in standing.steps_of[name]],
                stage.join.needed(len(standing.steps_of[name])),
            )
            for name, stage in self._stages.items()
            if stage.decisive
        ]
        self._draw: Callable[[], float] = Random(0).random  # each set of runs brings its own
        self._now: list[Sat] = []
        self._met: dict[str, int] = {}

    def _counting(self, stage: Stage) -> tuple[list[int], int]:
        """Which steps can meet a stage, and how many of them it takes."""
        standing = self._timetable.standing
        counted, needed = counting(stage, standing.steps_of[stage.id], standing)
        return [self._places[step.id] for step in counted], needed

    def _course(self, stage: Stage, step: Step, chances: Mapping[str, Chances]) -> _Course | None:
        """A step that has a day still to come, or could be asked again; None for a gate."""
        placed, standing = self._timetable.placed[step.id], self._timetable.standing
        if stage.kind == "gate" or standing.steps[step.id].decision == "ended":
            return None
        risky = stage.kind in ("meeting", "individual")
        chance = chances.get(step.forum or "", CERTAIN) if risky else CERTAIN
        cancelled = chance.cancelled if stage.kind == "meeting" else 0.0
        deferred = cancelled + (1 - cancelled) * chance.deferred
        referred = min(1.0, deferred + (1 - cancelled) * chance.referred_back)
        fixed = step.id in self._tried or placed.basis in ("bound", "actual")
        back = stage.refer_back_to if stage.refer_back_to in self._stages else None
        return _Course(
            number=self._places[step.id],
            forum=self._forums.index(step.forum) if step.forum else -1,
            sittings=Sittings(self._spot(stage, step, placed), placed, fixed, self._horizon),
            made=step.decision != "open",
            back=back,
            cancelled=cancelled,
            deferred=deferred,
            referred_back=referred,
            any=referred + (1 - referred) * chance.called_in,
            called_in=chance.called_in if _can_be_called_in(self._timetable, step, placed) else 0.0,
            reconsidered=chance.reconsidered,
        )

    def _spot(self, stage: Stage, step: Step, placed: Placed) -> Spot:
        """The step as the planner knows it; its forum goes on meeting after its last known meeting.

        One that the plan finds no meeting for has none in any run, so that without any risk each run is the plan.
        """
        spot = self._timetable.spot(step, stage)
        if spot.forum is None or placed.day is None:
            return spot
        meets = spot.forum.meets or going_on(spot.world, spot.forum)
        return replace(spot, forum=replace(spot.forum, meets=meets))

    def runs(self, random: Random, runs: int) -> _Played:
        """Play it so often."""
        self._draw = draw = random.random
        played = _Played(self._forums, delays=[0] * len(self._forums), together=[0] * len(self._forums))
        program = self._program()
        decisive, start, last = self._decisive, self._on, self._last
        late: list[tuple[int, int]] = []
        for _ in range(runs):
            self._now = now = self._planned[:]
            self._met = met = self._planned_met.copy()
            for course, number, before, first, risk, stage, alone in program:
                floor = 0
                for name in before:
                    if met[name] > floor:
                        floor = met[name]
                sat = first.get(floor) or course.sittings.after(floor)
                if (drawn := draw()) < risk and sat is not NEVER:
                    planned, sat = sat, self._otherwise(course, sat, drawn, course.made)
                    late.append((course.forum, min(sat[1], last) - planned[1]))
                now[number] = sat
                met[stage] = sat[0] if alone else self._met_at(stage)
            done = 0
            for numbers, needed in decisive:
                found = now[numbers[0]][1] if len(numbers) == 1 else sorted(now[n][1] for n in numbers)[needed - 1]
                if found > done:
                    done = found
            played.done[done] += 1
            if late:
                length = min(done, last) - start
                for forum, days in late:
                    played.delays[forum] += days
                    played.together[forum] += days * length
                late.clear()
        return played

    def _program(self) -> list[tuple[_Course, int, tuple[str, ...], dict[int, Sat], float, str, bool]]:
        """The steps of a run in their order, with what each of them needs at hand.

        What is before a step is met at no moment where it never is; a step that was decided waits for nothing.
        """
        standing = self._timetable.standing
        program = []
        steps = {self._places[step.id]: step for step in self._timetable.case.steps}
        for stage, courses in self._courses.items():
            alone = len(standing.steps_of[stage]) == 1
            for course in courses:
                if course.made and not course.called_in:
                    continue
                before = () if course.made else standing.steps[steps[course.number].id].before
                if course.made:
                    course.sittings.first[0] = self._planned[course.number]
                risk = course.called_in if course.made else course.any
                program.append((course, course.number, before, course.sittings.first, risk, stage, alone))
        return program

    def _met_at(self, stage: str) -> int:
        """The moment at which enough steps of a stage have passed."""
        numbers, needed = self._counted[stage]
        moments = sorted(self._now[number][0] for number in numbers)
        return moments[needed - 1] if len(moments) >= needed else NEVER_DAY

    def _otherwise(self, course: _Course, sat: Sat, drawn: float, only_called_in: bool) -> Sat:
        """Where a step at which something happens ends up; what was drawn says what it is."""
        final = False
        while sat is not NEVER:
            _at, takes_effect, day = sat
            if drawn < course.cancelled and not only_called_in:
                sat = course.sittings.moved(day)
            elif drawn < course.deferred and not only_called_in:
                sat = course.sittings.again(day, final)
            elif drawn < course.referred_back and not only_called_in:
                sat = self._referred_back(course, day, final)
            elif final or not day < takes_effect < NEVER_DAY:
                return sat  # this one cannot be called in
            else:
                settled = course.sittings.settled(takes_effect)
                if settled == NEVER_DAY:
                    return NEVER
                if self._draw() >= course.reconsidered:
                    return settled * UNIT + UNIT - 1, settled, settled  # upheld
                final, only_called_in = True, False
                sat = course.sittings.again(settled, True)
            drawn = self._draw()
            if drawn >= course.any:
                return sat
        return sat

    def _referred_back(self, course: _Course, day: int, final: bool) -> Sat:
        """After the report has come again, from its author or from the stage that it went back to."""
        if course.back is None or not self._courses[course.back]:
            return course.sittings.again(day, final)
        for earlier in self._courses[course.back]:
            sat = self._now[earlier.number]
            if sat[2] <= day:
                sat = earlier.sittings.again(day, False)
                drawn = self._draw()
                if drawn < earlier.any:
                    sat = self._otherwise(earlier, sat, drawn, False)
                self._now[earlier.number] = sat
        self._met[course.back] = self._met_at(course.back)
        return course.sittings.again(day, final, self._met[course.back])
