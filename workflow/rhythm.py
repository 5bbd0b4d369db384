"""How often a forum meets, judged by the meetings that are known of it: for what lies beyond the last of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from workflow.facts import Forum, Meeting, Pattern, World

#: With fewer meetings known than these nothing can be told from them, and a forum is taken to meet every month.
ENOUGH: Final = 4
LOOKED_AT: Final = 24  # the newest meetings count, older habits do not

_A_WEEK_OR_SO: Final = 10  # days between two meetings
_TWO_MONTHS_OR_SO: Final = 65


def going_on(world: World, forum: Forum) -> Pattern | None:
    """The days on which a forum is taken to meet after its last known meeting, where nobody said when it usually does.

    As often as before, on the weekday and at the time of its last meeting. None where its usual days are known, or
    nothing at all is.
    """
    meetings = taking_place(world, forum.id)
    if forum.meets is not None or not meetings:
        return None
    last = meetings[-1]
    between = _days_between(meetings[-LOOKED_AT:])
    if between is not None and between <= _A_WEEK_OR_SO:
        return Pattern("week", last.date.weekday(), None, last.time)
    nth = (last.date.day - 1) // 7 + 1
    every_quarter = between is not None and between > _TWO_MONTHS_OR_SO
    return Pattern("quarter" if every_quarter else "month", last.date.weekday(), nth if nth < 5 else -1, last.time)


def taking_place(world: World, forum: str) -> list[Meeting]:
    """The known meetings of a forum that were or are to be held, by day."""
    return [meeting for meeting in world.meetings.get(forum, ()) if meeting.state != "cancelled"]


def _days_between(meetings: Sequence[Meeting]) -> float | None:
    """The usual number of days from one meeting to the next; None where too few are known."""
    if len(meetings) < ENOUGH:
        return None
    return median((later.date - earlier.date).days for earlier, later in pairwise(meetings))
