"""How often things go otherwise than planned at a forum: its own history, and what is assumed where that is thin.

A forum is taken to have seen, beside its own history, the few made-up cases of the prior: of `seen` of `of` and a
prior of 1 in N counted as M the rate is (seen + M / N) / (of + M). A forum without any history has the prior's rate;
after M cases of its own, both weigh the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from routes.spec import Days

What = Literal["cancelled", "deferred", "referred-back", "called-in", "reconsidered"]


@dataclass(frozen=True, slots=True)
class Prior:
    """One in so many, counted as if so many had been seen. `of` is what is counted, in the plural."""

    one_in: int
    counted_as: int
    of: str
    why: str

    @property
    def in_words(self) -> str:
        """Such as “1 in 12, counted as 12 decisions”."""
        return f"1 in {self.one_in}, counted as {self.counted_as} {self.of}"


#: What is assumed of any forum. No national figures are published for any of these: they are working assumptions,
#: kept small on purpose, so that a year or two of a forum's own meetings outweighs them.
PRIORS: Final[Mapping[What, Prior]] = {
    "cancelled": Prior(
        15, 15, "meetings", "a body that meets monthly is taken to lose a little less than one meeting a year"
    ),
    "deferred": Prior(
        12, 12, "decisions", "a full agenda, a missing appendix or a missing officer puts off an item now and then"
    ),
    "referred-back": Prior(
        30, 15, "decisions", "clearances before a meeting catch most of what a forum would send back"
    ),
    "called-in": Prior(
        40, 40, "decisions that could be called in", "councils keep call-in for exceptional cases; most years see a few"
    ),
    "reconsidered": Prior(
        4, 4, "call-ins", "scrutiny lets most decisions that it calls in stand, and asks for some to be looked at again"
    ),
}

#: From the end of the call-in window until scrutiny has met and said whether the decision stands. Constitutions differ
#: (*local*): Warwickshire writes of 10 working days, Royal Greenwich of at most 20.
CALL_IN_TAKES: Final = Days(10, "working-days")


@dataclass(frozen=True, slots=True)
class History:
    """What has happened at one forum up to a day, as numbers only: of each pair, the first out of the second."""

    cancelled: int = 0
    meetings: int = 0
    deferred: int = 0
    referred_back: int = 0
    decided: int = 0
    called_in: int = 0
    open_to_call_in: int = 0
    reconsidered: int = 0
    call_ins_settled: int = 0

    def seen(self, what: What) -> tuple[int, int]:
        """How often it happened, out of how often it could have."""
        return {
            "cancelled": (self.cancelled, self.meetings),
            "deferred": (self.deferred, self.decided),
            "referred-back": (self.referred_back, self.decided),
            "called-in": (self.called_in, self.open_to_call_in),
            "reconsidered": (self.reconsidered, self.call_ins_settled),
        }[what]


@dataclass(frozen=True, slots=True)
class Rate:
    """How likely one thing is at one forum, from 0 to 1, and what that rests on."""

    forum: str
    what: What
    seen: int
    of: int
    rate: float

    @property
    def prior(self) -> Prior:
        """What was assumed beside the history."""
        return PRIORS[self.what]


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely each thing is whenever an item comes before a forum, from 0 to 1. By default nothing happens."""

    cancelled: float = 0.0
    deferred: float = 0.0
    referred_back: float = 0.0
    called_in: float = 0.0
    reconsidered: float = 0.0


CERTAIN: Final = Chances()


def rates_of(forum: str, history: History, whats: Collection[What]) -> tuple[Rate, ...]:
    """The rates of a forum for these things, in the order of the table above."""
    found = []
    for what, prior in PRIORS.items():
        if what in whats:
            seen, of = history.seen(what)
            rate = (seen + prior.counted_as / prior.one_in) / (of + prior.counted_as)
            found.append(Rate(forum, what, seen, of, rate))
    return tuple(found)


def chances_of(rates: Collection[Rate]) -> dict[str, Chances]:
    """The rates by forum, as the simulation draws by them."""
    by_forum: dict[str, dict[str, float]] = {}
    for one in rates:
        by_forum.setdefault(one.forum, {})[one.what.replace("-", "_")] = one.rate
    return {forum: Chances(**found) for forum, found in by_forum.items()}
