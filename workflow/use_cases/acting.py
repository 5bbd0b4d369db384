"""What every act on an item has in common: its form, the item in hand, its place in the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pydantic import Field

from models.items import items
from models.steps import steps
from workflow import standing
from workflow.authority import Matter
from workflow.doing import Doing
from workflow.dossiers import Dossier, Row
from workflow.errors import Refused, Unknown, day
from workflow.facts import World
from workflow.ledger import Change
from workflow.shapes import LONGEST_ID, Day, Id, Moment, Shape, Text
from workflow.shelf import cases_for, fetch_around, gates_of
from workflow.standing import Standing


class Act(Shape):
    """What every act says: on which business date, on whose behalf, and why."""

    on: Day | None = Field(default=None, alias="date")
    by: Id | None = None
    reason: Text | None = None
    recorded_at: Moment | None = None


class ItemAct(Act):
    """An act on an item."""

    item: Id


class StepAct(ItemAct):
    """An act on one step of an item."""

    step: str = Field(max_length=2 * LONGEST_ID + 1)


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, as the sentence that is shown; `item` where one was touched."""

    sentence: str
    item: str | None = None


def business_day(do: Doing, act: Act) -> date:
    """The day on which it happened: as given, else today; Refused if it lies ahead."""
    on = act.on or do.today
    if on > do.today:
        raise Refused(f"{day(on)} lies ahead: today is {day(do.today)}. Record it once it has happened.")
    return on


def reason_for(act: Act, what: str) -> str:
    """The reason, which this act cannot do without."""
    if not act.reason:
        raise Refused(f"A reason is needed to {what}. Add --reason with a sentence for the record.")
    return act.reason


def reason_told(do: Doing, subject: str, act: Act) -> dict[str, str]:
    """The reason as the ledger keeps it, if one was given; every act may have one."""
    return {"reason": do.prose(subject, act.reason)} if act.reason else {}


def code_told(act: Act) -> dict[str, str]:
    """The reason that was chosen from the list, if one was, as the ledger keeps it."""
    code = getattr(act, "code", None)
    return {"code": code} if code else {}


def matter(dossier: Dossier, row: Row | None = None, **more: Any) -> Matter:
    """What permission depends on, for an act on an item or one of its steps."""
    if row is None:
        return Matter(item=dossier.item, **more)
    forums = (row["forum"],) if row["forum"] else ()
    return Matter(item=dossier.item, stage=dossier.stage_of(row), forums=forums, **more)


def standing_of(do: Doing, dossier: Dossier, on: date) -> Standing:
    """Where the item stands, with the act so far."""
    return do.worked_out((dossier.id, on), lambda: standing.of(dossier.case(), world_for(do, dossier), do.calendar, on))


def world_for(do: Doing, dossier: Dossier) -> World:
    """The world with the items that this one's gates look at."""
    if not gates_of(dossier):
        return do.known.world
    fetch_around(do.db, gates_of(dossier), do.dossiers)
    return replace(do.known.world, cases=cases_for(dossier, do.dossiers))


def must_run(dossier: Dossier, what: str) -> None:
    """Refused while an item has not started, is on hold or was withdrawn."""
    state = dossier.item["state"]
    if state == "draft":
        raise Refused(f"The item is a draft: start it first, then {what}.")
    if state == "on-hold":
        raise Refused(f"The item is on hold: resume it first, then {what}.")
    if state == "withdrawn":
        raise Refused(f"The item was withdrawn on {day(dossier.item['withdrawn_on'])}; nothing more can be done.")


def must_not_have_ended(do: Doing, dossier: Dossier, what: str) -> None:
    """Refused once an item is complete or rejected: only a correction or a call-in made in time reopens it."""
    state = standing_of(do, dossier, do.today).item_state
    if state in ("complete", "rejected"):
        raise Refused(f"The item is {state}; it is too late to {what}. If an outcome is wrong, correct it.")


def must_be_open(do: Doing, dossier: Dossier, row: Row, what: str) -> None:
    """Refused unless the step is still to be dealt with in its current round."""
    must_run(dossier, what)
    if row["decision"] != "open":
        raise Refused(f"{name_of(do, dossier, row)} has already resolved “{row['outcome']}”; it is too late to {what}.")
    label = standing_of(do, dossier, do.today).steps[row["step"]].label
    if label == "skipped":
        raise Refused(f"The step of {name_of(do, dossier, row)} does not apply to this item, so nobody can {what}.")
    if label == "ended":
        raise Refused(f"The item is closed, and {name_of(do, dossier, row)} deals with it no more: too late to {what}.")


def name_of(do: Doing, dossier: Dossier, row: Mapping[str, Any]) -> str:
    """A step as a sentence names it: its forum, the body consulted, or the step's id."""
    stage = dossier.stage_of(row)
    if row["forum"]:
        return do.known.forum_name(row["forum"])
    return stage.body or stage.title or str(row["step"])


def step_change(row: Mapping[str, Any], **values: Any) -> Change:
    """A step's round with these columns changed."""
    return Change(steps, (row["step"], row["round"]), values)


def item_change(**values: Any) -> Change:
    """The item's own row with these columns changed."""
    return Change(items, (), values)


#: What a round starts with.
FRESH_ROUND: Mapping[str, Any] = {
    "decision": "open",
    "amended": False,
    "no_call_in": False,
    "accepted": False,
    "awaits_author": False,
    "papers": "none",
    "verbal": False,
    "part": "I",
}


SAME_IN_EVERY_ROUND = ("stage", "party", "forum", "verbal", "part", "applies", "also_after", "no_call_in")


def next_round(row: Mapping[str, Any], **values: Any) -> Change:
    """A new round of a step: the same question to the same forum, nothing answered yet."""
    same = {name: row[name] for name in SAME_IN_EVERY_ROUND}
    return Change(
        steps,
        (row["step"], row["round"] + 1),
        {**FRESH_ROUND, **{k: v for k, v in same.items() if v is not None}, **values},
        new=True,
    )


def known_meeting(do: Doing, meeting: str) -> str:
    """The id of a meeting, if there is one."""
    if meeting not in do.known.meetings:
        raise Unknown(f"There is no meeting {meeting}. Add it first: decision-routes meeting add {meeting}.")
    return meeting
