"""All the clocks of one item: a pure function of its timetable and the moment that is looked from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import chain

from workflow.clocks import after, before
from workflow.clocks.clock import Clock, Kind
from workflow.clocks.occasions import Occasion, occasions
from workflow.errors import BeyondCalendar
from workflow.timetables import Timetable

Makers = Mapping[Kind, Callable[[Occasion], Clock | None]]


def clocks_of(timetable: Timetable, now: datetime) -> tuple[Clock, ...]:
    """Every clock of an item: of every step that applies and has a day, in the route's order.

    A step for which every known meeting is too late has those of the next one, as if it were on it. Each is judged by
    the rules in force on the step's day. Where the timetable reasons from today, `now` decides
    whether a cut-off time has passed; of another day the whole day still counts.
    """
    return tuple(chain.from_iterable(clocks_at(at) for at in occasions(timetable, now)))


def clocks_at(at: Occasion) -> Iterator[Clock]:
    """The clocks of one step, in the order in which they run out."""
    yield from made(at, before.MAKERS)
    if not at.supposed:
        yield from made(at, after.MAKERS)


def made(at: Occasion, makers: Makers) -> Iterator[Clock]:
    """The clocks of some kinds, as far as rules ask for them; one that cannot be counted says so."""
    for kind, make in makers.items():
        try:
            clock = make(at)
        except BeyondCalendar as err:
            clock = at.clock(kind, "unknown", None, because=str(err))
        if clock is not None:
            yield clock
