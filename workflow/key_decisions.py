"""Whether a matter is a key decision: worked out from its value, the divisions it affects and the dated threshold.

A key decision is an executive's that spends or saves significantly against the budget of the service, or has a
significant effect on two or more divisions (SI 2012/2089 regulation 8). What is significant is local and dated: it
stands in the rule pack of the forum, and the pack in force on the day of the meeting counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from routes.words import ASKS
from workflow.due_dates import pack_in_force
from workflow.errors import day as in_words
from workflow.facts import Forum, RulePack, World
from workflow.known import Known
from workflow.placing import Placed, Spot
from workflow.plans import Problem, warning

Ground = Literal["value", "divisions", "neither"]

SAID: Final = "said"  # somebody said whether it is one; otherwise it was worked out


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules of one forum say of a matter on one day, and which of its facts decides."""

    is_key: bool
    ground: Ground
    forum: str
    on: date
    pack: RulePack
    value: float | None
    divisions: Literal["all"] | int | None  # how many it affects; None: nobody knows

    def kept(self) -> dict[str, Any]:
        """The judgement as an item keeps it."""
        limit = self.pack.significant_divisions if self.ground == "divisions" else self.pack.significant_value
        return {
            "by": self.ground,
            "forum": self.forum,
            "on": self.on.isoformat(),
            "pack": self.pack.id,
            "starts": self.pack.starts.isoformat() if self.pack.starts else None,
            "limit": limit,
            "value": self.value,
            "divisions": self.divisions,
        }


def judged(
    value: float | None, divisions: str | Iterable[str] | None, forum: Forum, pack: RulePack | None, on: date
) -> Judgement | None:
    """Whether a matter of this value, affecting these divisions, is a key decision of a forum that meets on a day.

    None where the rules name no threshold there, or what would have to be compared is not known: the value where they
    name one, else the divisions. What is worth exactly the threshold is significant.
    """
    if pack is None or not pack.executive:
        return None
    limit, least = pack.significant_value, pack.significant_divisions
    if limit is None and least is None:
        return None
    count = _count(divisions)
    if limit is not None and value is not None and value >= limit:
        return Judgement(True, "value", forum.id, on, pack, value, count)
    if least is not None and count is not None and (count == "all" or count >= least):
        return Judgement(True, "divisions", forum.id, on, pack, value, count)
    if (value if limit is not None else count) is None:
        return None
    return Judgement(False, "neither", forum.id, on, pack, value, count)


def _count(divisions: str | Iterable[str] | None) -> Literal["all"] | int | None:
    """How many divisions are named, each once; None where nobody said."""
    if divisions is None:
        return None
    return "all" if divisions == "all" else len(set(divisions))


def names_threshold(world: World, forums: Iterable[str | None]) -> bool:
    """Whether the rules of any of these forums say, on whatever day, what makes a key decision."""
    found = (world.forums.get(forum or "") for forum in forums)
    packs = (pack for forum in found if forum for pack in world.packs.get(forum.rules or "", ()))
    return any(
        pack.executive and (pack.significant_value is not None or pack.significant_divisions is not None)
        for pack in packs
    )


def of_route(
    world: World, asked: Iterable[tuple[str | None, str | None, date]], value: float | None, divisions: Any
) -> Judgement | None:
    """The judgement of all forums that an item goes to, each with what it is asked and the day that counts for it.

    One forum that finds a key decision prevails. None if none of them can say.
    """
    found: Judgement | None = None
    for forum_id, ask, on in asked:
        forum = world.forums.get(forum_id or "")
        if forum is None or ASKS.get(ask or "", 0) == 0:
            continue
        judgement = judged(value, divisions, forum, pack_in_force(world, forum, on), on)
        if judgement is not None and (found is None or (judgement.is_key and not found.is_key)):
            found = judgement
    return found


def problems_of(spot: Spot, placed: Placed, who: str) -> Iterator[Problem]:
    """What is doubtful about the answer that an item keeps, at one executive forum on the day it is planned for."""
    item, reason = spot.item, spot.item.key_reason or {}
    if placed.day is None or spot.forum is None:
        return
    pack = pack_in_force(spot.world, spot.forum, placed.day)
    if pack is None or not pack.executive:
        return
    notice, noticed_as_key = spot.step.notice_given, spot.step.noticed_as_key
    if notice is not None and noticed_as_key not in (None, item.key_decision):
        then, now = ("no key decision", "one") if item.key_decision else ("a key decision", "none")
        yield warning(
            "key-decision-changed",
            spot.step.id,
            f"Notice for {who} was given on {in_words(notice)}, when the item was {then}; it is {now} now. Check "
            "whether notice has to be given again.",
        )
    if reason.get("by") == SAID and reason.get("reason"):
        return  # somebody looked at it and said why
    if ASKS.get(spot.stage.ask or "", 0) == 0:
        return
    judgement = judged(item.value, item.divisions, spot.forum, pack, placed.day)
    if judgement is not None and judgement.is_key != item.key_decision:
        yield warning("key-decision-doubtful", spot.step.id, _doubt(judgement, who, placed.day, notice))


def _doubt(judgement: Judgement, who: str, on: date, notice: date | None) -> str:
    ground = reason_in_words(judgement.kept(), who)
    if judgement.is_key:
        return (
            f"For {who} on {in_words(on)} it would be a key decision, because {ground}, but it is down as none. "
            "Say that it is one and give notice, or say why it is none."
        )
    given = f" Notice was given on {in_words(notice)}." if notice else ""
    return (
        f"For {who} on {in_words(on)} it would be no key decision, because {ground}, but it is down as one.{given} "
        "Let it stand, or say that it is none."
    )


def reason_in_words(reason: Mapping[str, Any], who: str) -> str:
    """Why an item is a key decision or none, as part of a sentence; `who` is the forum whose rules were used."""
    since = f" in force from {in_words(date.fromisoformat(reason['starts']))}" if reason.get("starts") else ""
    if reason.get("by") == "divisions":
        many = f"{reason['divisions']} division{'' if reason['divisions'] == 1 else 's'}"
        many = "all divisions" if reason["divisions"] == "all" else many
        return f"it affects {many}, and by the rules of {who}{since} {reason['limit']} or more are significant"
    if reason["limit"] is None:
        return f"it affects fewer divisions than are significant by the rules of {who}{since}"
    value, limit = _pounds(reason["value"]), _pounds(reason["limit"])
    side = "at or over" if reason["by"] == "value" else "under"
    return f"its value of {value} is {side} the {limit} that the rules of {who}{since} take for significant"


def compared_in_words(known: Known, reason: Mapping[str, Any] | None) -> str | None:
    """Why an item is a key decision or none, where that was worked out."""
    if reason is None or reason["by"] == SAID:
        return None
    return reason_in_words(reason, known.forum_name(reason["forum"]))


def _pounds(value: float) -> str:
    return f"£{value:,.2f}" if value % 1 else f"£{value:,.0f}"


def as_entry(item: Mapping[str, Any]) -> dict[str, Any]:
    """The answer that an item keeps, as a case file says it; with what was compared where it was worked out."""
    is_key, reason = item["key_decision"], item["key_reason"]
    if is_key if reason is None else reason["by"] == SAID:
        return {"key_decision": is_key}
    return {"key_decision": is_key, "key_decision_because": reason}
