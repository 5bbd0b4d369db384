"""What can be done about a clock that is broken or at risk, with what each way would mean.

Nobody is spared the rule: each way is one that the rules themselves leave open, with who must agree to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final, Literal

from workflow.clocks.before import private_notices
from workflow.clocks.clock import Clock, Kind
from workflow.clocks.words import length_in_words
from workflow.due_dates import (
    GENERAL_EXCEPTION,
    DueDates,
    before_meeting,
    earliest_by_exception,
    notice_by,
    pack_in_force,
)
from workflow.errors import BeyondCalendar
from workflow.errors import day as in_words
from workflow.facts import RulePack, Step
from workflow.meeting_choice import Sitting, sittings_from
from workflow.placing import Spot, at_meeting, earliest_meeting, first_free_day, nothing_to_submit
from workflow.timetables import Timetable, Timetabling

Way = Literal[
    "do-it-now",
    "record-it",
    "general-exception",
    "special-urgency",
    "private-urgency",
    "hold-in-public",
    "urgent-item",
    "later-meeting",
]

_ONE_DAY: Final = timedelta(days=1)
_FURTHEST: Final = timedelta(days=400)  # as far as a later day for one decision is looked for


@dataclass(frozen=True, slots=True)
class WayOut:
    """One way to keep a rule after all, or to do without it lawfully.

    `consequence`: who must agree, what is published, what it would lead to. `earliest`: the first day that it would
    allow; `finish`: when the item would then be done. `act` records it; `meeting` is the one it would be put on.
    """

    way: Way
    what: str
    consequence: str
    possible: bool = True
    why_not: str | None = None
    earliest: date | None = None
    finish: date | None = None
    act: str | None = None
    meeting: str | None = None


class WaysOut:
    """Works out ways for the clocks of one item, and each later meeting only once."""

    def __init__(self, timetable: Timetable) -> None:
        self.timetable = timetable
        self._steps = {step.id: step for step in timetable.case.steps}
        self._later: dict[str, WayOut] = {}

    @cached_property
    def _timetabling(self) -> Timetabling:
        return Timetabling(self.timetable.world, self.timetable.calendar, self.timetable.on)

    def of(self, clock: Clock) -> tuple[WayOut, ...]:
        """The ways out of one clock, the least drastic first; none where it is in order."""
        if not clock.needs_somebody:
            return ()
        step = self._steps[clock.step]
        day = self.timetable.placed[step.id].day or clock.as_if_on
        if day is None or clock.kind not in _WAYS:
            return ()
        at = _At(self, clock, self.timetable.spot(step, self.timetable.stage_of(step)), day)
        return tuple(_WAYS[clock.kind](at))

    def later_meeting(self, spot: Spot, day: date) -> WayOut:
        """The step at the forum's next meeting at which everything can still be done in time."""
        if spot.step.id not in self._later:
            try:
                self._later[spot.step.id] = self._find_later_meeting(spot, day)
            except BeyondCalendar as err:
                self._later[spot.step.id] = _no_later(str(err))
        return self._later[spot.step.id]

    def _find_later_meeting(self, spot: Spot, day: date) -> WayOut:
        sitting = next((one for one in _sittings_after(spot, day) if _everything_in_time(spot, one.day)), None)
        who = self.timetable.name_of(spot.step)
        if sitting is None:
            return _no_later(f"No later meeting of {who} is known at which all could be done in time. Add one.")
        finish = self._timetabling.timetable(self.timetable.case, {spot.step.id: sitting}).finish()
        alone = spot.stage.kind == "individual"
        if alone:
            means = f"{who} may decide from {in_words(sitting.day)} on"
        else:
            means = f"{who} meets on {in_words(sitting.day)}, and all could be done in time for that"
        return WayOut(
            "later-meeting",
            "Decide on a later day" if alone else "Take it to a later meeting",
            f"{means}{_dates(spot, sitting.day)}. {_finish(self.timetable.finish(), finish)}".rstrip(),
            earliest=sitting.day,
            finish=finish,
            act=None if alone else "bind",
            meeting=sitting.meeting_id,
        )


def ways_out(clock: Clock, timetable: Timetable) -> tuple[WayOut, ...]:
    """What can be done about one clock."""
    return WaysOut(timetable).of(clock)


@dataclass(frozen=True, slots=True)
class _At:
    """A clock at its step, on the day for which it was missed."""

    ways: WaysOut
    clock: Clock
    spot: Spot
    day: date

    @property
    def step(self) -> Step:
        return self.spot.step

    @property
    def decided(self) -> bool:
        return self.step.decision != "open"

    @property
    def pack(self) -> RulePack | None:
        return pack_in_force(self.spot.world, self.spot.forum, self.day)

    def later(self) -> Iterator[WayOut]:
        """A later meeting, as long as nothing is decided."""
        if not self.decided:
            yield self.ways.later_meeting(self.spot, self.day)


def _key_decision(at: _At) -> Iterator[WayOut]:
    if not at.decided and at.clock.state == "at-risk":
        yield WayOut("do-it-now", "Give the notice now", _still_in_time(at), act="notice")
    if at.decided and at.step.notice_given is None:
        yield WayOut(
            "record-it",
            "Record when the notice was given",
            "If it was given in time, the rule is kept; if it was late, that stands on record.",
            act="notice",
        )
    yield _general_exception(at)
    yield _special_urgency(at)
    yield from at.later()


def _still_in_time(at: _At) -> str:
    return f"It is in time until {in_words(at.clock.due)}." if at.clock.due else ""


def _general_exception(at: _At) -> WayOut:
    length = (at.pack.general_exception if at.pack else None) or GENERAL_EXCEPTION
    days = length_in_words(length)
    means = (
        "The chair of scrutiny is told in writing (each member of the committee where it has no chair), and the notice "
        "is published with the reason why it cannot wait."
    )
    if at.decided:
        means = f"It counts if the chair of scrutiny was told at least {days} before the decision. {means}"
        return WayOut("general-exception", "Record that the general exception was used", means, act="exception")
    pack = at.pack or RulePack("")
    earliest = earliest_by_exception(pack, at.spot.on, at.spot.calendar)
    what = "Use the general exception"
    means = f"{means} Given today, it may be decided from {in_words(earliest)} on, after {days}."
    if earliest <= at.day:
        return WayOut("general-exception", what, means, earliest=earliest, act="exception")
    why_not = f"Its {days} would not be over by {in_words(at.day)}: it allows a decision from {in_words(earliest)} on."
    return WayOut("general-exception", what, means, False, why_not, earliest, act="exception")


def _special_urgency(at: _At) -> WayOut:
    who = (
        "The chair of scrutiny agrees that the decision is urgent and cannot reasonably wait; where there is none or "
        "they cannot act, the chair or else the vice-chair of the council."
    )
    after = "The agreement is published with its reasons, and the leader reports it to the full council."
    if at.decided:
        means = f"It counts if it was agreed by {in_words(at.day)}. {who} {after}"
        return WayOut("special-urgency", "Record that special urgency was agreed", means, act="urgency")
    means = f"{who} {after} No days have to pass."
    return WayOut("special-urgency", "Ask for special urgency", means, earliest=at.spot.on, act="urgency")


def _private(at: _At, act: str) -> Iterator[WayOut]:
    if at.decided and at.clock.done_on is None:
        means = "If it was given in time, the rule is kept; if it was late, that stands on record."
        yield WayOut("record-it", "Record when the notice was given", means, act=act)
    elif at.clock.state == "at-risk":
        yield WayOut("do-it-now", "Give the notice now", _still_in_time(at), act=act)
    who = (
        "The chair of scrutiny agrees that the meeting is urgent and cannot reasonably be put off; where there is "
        "none, the chair or else the vice-chair of the council. A notice says why, and is published."
    )
    what = "Record that it was agreed to be urgent" if at.decided else "Have it agreed that it is urgent"
    yield WayOut("private-urgency", what, who, act="urgency")
    if not at.decided:
        means = "The item moves to Part I. What is exempt is left out of its report, or dealt with another time."
        yield WayOut("hold-in-public", "Deal with it in public", means, earliest=at.day)
    yield from at.later()


def _private_first(at: _At) -> Iterator[WayOut]:
    return _private(at, "private-notice")


def _private_again(at: _At) -> Iterator[WayOut]:
    return _private(at, "private-notice-again")


def _agenda(at: _At) -> Iterator[WayOut]:
    if not at.decided and at.clock.state == "at-risk":
        yield WayOut("do-it-now", "Put it on the agenda now", _still_in_time(at), act="agenda")
    means = (
        "The chair must be of the opinion that special circumstances make it urgent; the opinion and its reason are "
        "minuted."
    )
    what = "Record that the chair took it as urgent" if at.decided else "Have the chair take it as urgent"
    yield WayOut("urgent-item", what, means, earliest=None if at.decided else at.spot.on, act="urgent-item")
    yield from at.later()


def _report(at: _At) -> Iterator[WayOut]:
    if at.decided:
        return
    if not at.clock.done:
        in_time = at.clock.state == "at-risk"
        means = _still_in_time(at) if in_time else "It is late: whether it is still taken is for the forum's secretary."
        yield WayOut("do-it-now", "Submit the report now", means, act="submit")
    yield from at.later()


def _published(at: _At) -> Iterator[WayOut]:
    if at.clock.done:
        return
    means = "It is published with its date and reasons; the time for a call-in is counted from that day."
    yield WayOut("do-it-now", "Publish the decision now, and record the day", means, earliest=at.spot.on, act="publish")


def _minutes(at: _At) -> Iterator[WayOut]:
    if at.clock.done:
        return
    means = "The words of the resolution go on record; the outcome stays as it is."
    yield WayOut("do-it-now", "Record the words of the minutes now", means, earliest=at.spot.on, act="correct")


def _documents(at: _At) -> Iterator[WayOut]:
    if at.clock.done:
        return
    means = "Every member of the council may then see them, but for what is exempt or confidential."
    yield WayOut(
        "do-it-now",
        "Give the documents to members now, and record the day",
        means,
        earliest=at.spot.on,
        act="documents",
    )


def _exception_too_late(at: _At) -> Iterator[WayOut]:
    yield _special_urgency(at)
    yield from at.later()


_WAYS: Final[Mapping[Kind, Callable[[_At], Iterator[WayOut]]]] = {
    "key-decision-notice": _key_decision,
    "private-meeting-notice": _private_first,
    "private-meeting-notice-again": _private_again,
    "general-exception": _exception_too_late,
    "agenda": _agenda,
    "report": _report,
    "decision-published": _published,
    "minutes": _minutes,
    "documents-to-members": _documents,
}


def _no_later(why_not: str) -> WayOut:
    return WayOut("later-meeting", "Take it to a later meeting", "", False, why_not)


def _sittings_after(spot: Spot, day: date) -> Iterator[Sitting]:
    """The later days to which a step can go by what stands before it, its report and the notice of a key decision."""
    first = max(day + _ONE_DAY, spot.on)
    if spot.stage.kind == "meeting":
        if spot.forum is not None and first <= spot.calendar.known_until:
            for sitting in sittings_from(spot.world, spot.forum, first, spot.on, spot.calendar):
                if at_meeting(spot, sitting, earliest_meeting(spot)) is not None:
                    yield sitting
        return
    following = first_free_day(spot, first)
    while following <= day + _FURTHEST:
        yield Sitting(following, None, None)
        following = spot.calendar.on_or_after(following + _ONE_DAY)


def _everything_in_time(spot: Spot, day: date) -> bool:
    """Whether notices, report and agenda of an open step can all still be given in time for another day."""
    step, due = spot.step, _due(spot, day)
    first, again = _private_notices(spot, day)
    todo = (
        (due.notice_by, step.notice_given or spot.on),
        (due.report_due, date.min if nothing_to_submit(step) else spot.on),
        (due.agenda_by, date.min if step.verbal else spot.on),
        (first, step.private_notice_on or spot.on),
        (again, spot.on),
    )
    return all(by is None or done <= by for by, done in todo)


def _due(spot: Spot, day: date) -> DueDates:
    pack, key_decision = pack_in_force(spot.world, spot.forum, day), spot.item.key_decision
    if spot.stage.kind == "individual":
        return DueDates(notice_by=notice_by(pack, key_decision, day, spot.calendar))
    return before_meeting(pack, key_decision, day, spot.calendar)


def _private_notices(spot: Spot, day: date) -> tuple[date | None, date | None]:
    lengths = private_notices(spot, pack_in_force(spot.world, spot.forum, day))
    first, again = (spot.calendar.back(day, length) if length else None for length in lengths)
    return first, again


def _dates(spot: Spot, day: date) -> str:
    """The last days before another meeting, as the end of a sentence."""
    due, step = _due(spot, day), spot.step
    first, again = _private_notices(spot, day)
    every = (
        ("notice", None if step.notice_given else due.notice_by),
        ("notice of the private meeting", None if step.private_notice_on else first),
        ("the second notice of it", again),
        ("report", None if nothing_to_submit(step) else due.report_due),
        ("agenda", None if step.verbal else due.agenda_by),
    )
    said = [f"{what} by {in_words(by)}" for what, by in every if by is not None]
    return f": {', '.join(said)}" if said else ""


def _finish(before: date | None, then: date | None) -> str:
    if then is None:
        return "No date can then be given for when the item is done." if before else ""
    if before is None or before == then:
        return f"The item is then done on {in_words(then)}{', as it would be now' if before else ''}."
    return f"The item is then done on {in_words(then)} instead of {in_words(before)}."
