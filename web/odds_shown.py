"""A forecast as pages show it: sentences, and a table of what they rest on."""

from __future__ import annotations

from dataclasses import dataclass

from workflow import odds_in_words as odds
from workflow.errors import day
from workflow.known import Known
from workflow.queries.uncertainty import Uncertainty


@dataclass(frozen=True, slots=True)
class RateShown:
    """One row: what may happen at which forum, how often it did, and what is assumed beside that."""

    forum: str
    what: str
    seen: str
    chance: str
    assumed: str


@dataclass(frozen=True, slots=True)
class OddsShown:
    """What a page says of one forecast."""

    sentences: tuple[str, ...]
    target: str | None
    shares: tuple[str, ...]
    rates: tuple[RateShown, ...]
    going_on: tuple[str, ...]


def odds_shown(made: Uncertainty | None, known: Known) -> OddsShown | None:
    """None where nothing is uncertain, or nothing can be said."""
    if made is None:
        return None
    names = {name: forum.name for name, forum in known.world.forums.items()}
    said = odds.sentences(made.simulated, names)
    if not said:
        return None
    by_target = made.simulated.by_target
    target = f"The target of {day(made.target)} is met by {odds.in_a_hundred(by_target)}." if made.target else None
    return OddsShown(
        sentences=tuple(said),
        target=target if by_target is not None else None,
        shares=tuple(f"{names.get(forum, forum)}: {share:.0%}" for forum, share in made.simulated.spread),
        rates=tuple(
            RateShown(
                names.get(rate.forum, rate.forum),
                odds.WHATS[rate.what],
                odds.seen_of(rate),
                f"{rate.rate:.1%}",
                rate.prior.in_words,
            )
            for rate in made.rates
        ),
        going_on=tuple(
            f"No meeting of {names.get(one.forum, one.forum)} is known after {day(one.last_known)}; from then on it is "
            f"taken to meet {odds.how_often(one.meets)}."
            for one in made.going_on
        ),
    )
