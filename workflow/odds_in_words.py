"""A forecast in sentences: by when an item is done how surely, who adds to the uncertainty, what that rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workflow.chances import Rate, What
from workflow.errors import day
from workflow.facts import Pattern
from workflow.simulation import Simulated

#: What can go otherwise than planned, as a heading of its row.
WHATS: Final[Mapping[What, str]] = {
    "cancelled": "Meeting cancelled",
    "deferred": "Deferred",
    "referred-back": "Referred back",
    "called-in": "Called in",
    "reconsidered": "Reconsidered after a call-in",
}

_COUNTED: Final[Mapping[What, tuple[str, str]]] = {
    "cancelled": ("meeting", "meetings"),
    "deferred": ("decision", "decisions"),
    "referred-back": ("decision", "decisions"),
    "called-in": ("decision that could be called in", "decisions that could be called in"),
    "reconsidered": ("call-in", "call-ins"),
}


def sentences(found: Simulated, names: Mapping[str, str]) -> list[str]:
    """The plan's date beside those of the simulation, and the forum that adds most; none where nothing is uncertain."""
    if found.finish is None or not found.spread:
        return []
    said = [f"The plan says {day(found.finish)}.", _by_when(found)]
    forum = found.spread[0][0]
    said.append(f"{names.get(forum, forum)} adds most to the uncertainty.")
    return said


def _by_when(found: Simulated) -> str:
    courses = f"{found.runs:,} simulated courses"
    if found.p50 is None:
        return f"More than half of {courses} are done later than {day(found.horizon)}, if at all."
    if found.p90 is None:
        later = f"more than one in ten later than {day(found.horizon)}, if at all"
        return f"Half of {courses} are done by {day(found.p50)}, {later}."
    if found.p50 == found.p90:
        return f"Nine in ten of {courses} are done by {day(found.p90)}."
    return f"Half of {courses} are done by {day(found.p50)}, nine in ten by {day(found.p90)}."


def in_a_hundred(share: float) -> str:
    """A share as people say it, such as “about 62 in 100”; never none or all of them where that is not so.

    It comes from courses drawn at random, so it is about that much, whatever the number of courses.
    """
    rounded = round(share * 100)
    if rounded == 0 and share > 0:
        return "fewer than 1 in 100"
    if rounded == 100 and share < 1:
        return "more than 99 in 100"
    return f"about {rounded} in 100" if 0 < rounded < 100 else f"{rounded} in 100"


def seen_of(rate: Rate) -> str:
    """What happened at a forum, such as “2 of 31 decisions”."""
    one, many = _COUNTED[rate.what]
    if rate.of == 0:
        return f"no {one} yet"
    return f"{rate.seen} of {rate.of} {one if rate.of == 1 else many}"


def how_often(meets: Pattern) -> str:
    """Such as “every month”."""
    return f"every {meets.every}"
