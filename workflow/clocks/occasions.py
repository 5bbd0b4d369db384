"""One step on the day on which it is, was or is to be dealt with: what every clock at it is computed from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from routes.spec import Days
from workflow.clear_days import Calendar
from workflow.clock import LONDON
from workflow.clocks.clock import Clock, Kind, State
from workflow.clocks.words import is_due, length_in_words, shortfall, was_due
from workflow.due_dates import pack_in_force
from workflow.errors import day as in_words
from workflow.facts import RulePack, Step
from workflow.missed_meetings import next_in_order
from workflow.placing import Placed, Spot
from workflow.timetables import Timetable

LEAST_LEFT: Final = 2  # working days after today; with fewer a clock is at risk
DECIDED: Final = ("passed", "fell-short", "called-in")


@dataclass(frozen=True, slots=True)
class Occasion:
    """`pack` holds the rules of the day. `time_now`: the local time, where the day that is reasoned from is today.

    `waits_for`: the name and day of the latest stage before the step that is still to come. `supposed`: the step is on
    no meeting, and this is the next one, for which something is too late.
    """

    spot: Spot
    placed: Placed
    day: date
    pack: RulePack | None
    decided: bool
    time_now: time | None = None
    waits_for: tuple[str, date] | None = None
    supposed: bool = False

    @property
    def step(self) -> Step:
        """The step's facts."""
        return self.spot.step

    @property
    def calendar(self) -> Calendar:
        """By which the forum's days are counted."""
        return self.spot.calendar

    @property
    def executive(self) -> RulePack | None:
        """The rules, where they are those of a council's executive."""
        return self.pack if self.pack is not None and self.pack.executive else None

    @property
    def exempt(self) -> bool:
        """Whether it is dealt with in private: the item or the step is in Part II."""
        return "II" in (self.step.part, self.spot.item.part)

    @property
    def has_dated_papers(self) -> bool:
        """Whether its papers were followed here as they came and went, so that what is not on record did not happen."""
        return self.step.submitted_on is not None or self.step.agenda_on is not None

    def is_past(self, due: date, by: str | None = None) -> bool:
        """Whether it is too late to keep a rule that is due on a day, by a local time of that day."""
        if self.spot.on != due:
            return self.spot.on > due
        return by is not None and self.time_now is not None and self.time_now > time.fromisoformat(by)

    def clock(self, kind: Kind, state: State, due: date | None, **more: object) -> Clock:
        """A clock of this step."""
        as_if_on = self.day if self.supposed else None
        return Clock(kind, self.step.id, self.step.forum, state, due, as_if_on=as_if_on, **more)  # type: ignore[arg-type]


def occasions(timetable: Timetable, now: datetime) -> Iterator[Occasion]:
    """Every step of an item that applies and has a day, in the route's order.

    An open step to which no known meeting can be given is looked at as if it were on the next one.
    """
    local = now.astimezone(LONDON)
    time_now = local.time() if local.date() == timetable.on else None
    for step in timetable.case.steps:
        standing, placed = timetable.standing.steps[step.id], timetable.placed[step.id]
        if standing.decision in ("skipped", "ended"):
            continue
        spot, supposed = timetable.spot(step, timetable.stage_of(step)), placed.day is None
        if supposed and step.decision == "open":
            placed = next_in_order(spot) or placed
        if placed.day is None:
            continue
        pack = pack_in_force(timetable.world, spot.forum, placed.day)
        decided = standing.decision in DECIDED
        waits_for = None if decided else _still_to_come(timetable, step)
        yield Occasion(spot, placed, placed.day, pack, decided, time_now, waits_for, supposed)


def _still_to_come(timetable: Timetable, step: Step) -> tuple[str, date] | None:
    ahead = [
        (timetable.name_of_stage(stage), at[0])
        for stage, at in timetable.before(step)
        if at is not None and stage.kind != "gate" and not timetable.standing.met[stage.id] and at[0] >= timetable.on
    ]
    return max(ahead, key=lambda found: found[1], default=None)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something that a rule asks for by a day. `done`: it was done, on `done_on` if the day is on record.

    `counted_from` is the day from which the rule counts back. `after`: how the stage before it that is still to come
    endangers it, in a sentence. `not_done` and `undated` are said once it is overdue: of what is not on record, and of
    what is there without its day. `admitted`: the record itself says that it was decided without it, in a sentence.
    """

    kind: Kind
    due: date
    length: Days | None
    rule: str
    source: str | None
    done: bool
    done_on: date | None = None
    counted_from: date | None = None
    by: str | None = None
    excused_by: Kind | None = None
    after: str | None = None
    admitted: str | None = None
    not_done: str = "Nothing is on record."
    undated: str = "It is there; the day is not on record."


def judged(at: Occasion, deadline: Deadline) -> Clock:
    """How a deadline stands: kept, broken, excused, unknown, at risk, or still running."""
    state, fell_short, because = _state(at, deadline)
    excused_by = None
    if state in ("broken", "unknown", "at-risk") and deadline.excused_by is not None:
        state, excused_by, because = "excused", deadline.excused_by, None
    return at.clock(
        deadline.kind,
        state,
        deadline.due,
        by=deadline.by,
        done_on=deadline.done_on,
        length=deadline.length,
        rule=deadline.rule,
        source=deadline.source,
        excused_by=excused_by,
        fell_short=fell_short,
        because=because,
        done=deadline.done,
    )


def _state(at: Occasion, deadline: Deadline) -> tuple[State, str | None, str | None]:
    due, done_on = deadline.due, deadline.done_on
    if done_on is not None and done_on > due:
        return "broken", _shortfall(at, deadline, done_on), deadline.admitted
    overdue = at.is_past(due, deadline.by)
    if deadline.done:
        in_time = done_on is not None or not overdue
        return ("kept", None, None) if in_time else ("unknown", None, deadline.undated)
    missed = was_due(deadline.kind, due)
    if at.decided and overdue and deadline.admitted is not None:
        return "broken", None, f"{missed}. {deadline.admitted}"
    if at.decided and overdue:
        known = at.has_dated_papers
        return "broken" if known else "unknown", None, f"{missed}. {deadline.not_done}"
    if overdue:
        left = _shortfall(at, deadline, at.spot.on) if at.spot.on < at.day and at.spot.on > due else None
        return "broken", left and f"{left}, if it were done today", f"{missed} and nothing is on record."
    if deadline.after is not None:
        return "at-risk", None, deadline.after
    if not _much_left(at, due):
        return "at-risk", None, f"{is_due(deadline.kind, due)}{_hour(deadline.by)}: {_left(at, due)}."
    return "running", None, None


def _shortfall(at: Occasion, deadline: Deadline, done_on: date) -> str | None:
    counted_from = deadline.counted_from
    if counted_from is None or deadline.length is None or at.day > done_on >= counted_from:
        return f"not by {in_words(deadline.due)}"
    return shortfall(done_on, counted_from, deadline.length, at.calendar)


def _working_days_left(at: Occasion, due: date) -> int:
    return at.calendar.working_days(at.spot.on, due) - at.calendar.is_working(at.spot.on)


def _much_left(at: Occasion, due: date) -> bool:
    return _working_days_left(at, due) >= LEAST_LEFT


def _left(at: Occasion, due: date) -> str:
    if due == at.spot.on:
        return "that is today"
    left = _working_days_left(at, due)
    return f"{left or 'no'} working day{'' if left == 1 else 's'} left after today"


def _hour(by: str | None) -> str:
    return f", {by}" if by else ""


def ahead_of(length: Days, of: str) -> str:
    """A rule that counts back, in words: 28 clear days before the meeting."""
    by = f", by {length.by}" if length.by else ""
    return f"{length_in_words(length)} before {of}{by}"
