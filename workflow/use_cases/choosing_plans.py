"""A plan is chosen after others were tried: steps are put on meetings, or their forums are asked to.

Recorded acts remain the secretary's: who may put a step on a meeting does that here, for the other steps a request is
kept and their secretaries are written to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import Field
from sqlalchemy import Connection

from models.sessions import replacing
from models.slips import requests
from workflow import letters, outbox, planner
from workflow.authority import require
from workflow.doing import Doing
from workflow.dossiers import Dossier
from workflow.errors import AlreadyDecided, Refused, day
from workflow.known import Person
from workflow.ledger import REDACTED
from workflow.letters import Letter
from workflow.plan_choices import Choice, Way, broken_rules, choices_of, days_of, mark_of, way_of
from workflow.queries.requested import requested_of_step
from workflow.shapes import LONGEST_ID
from workflow.shelf import hand_over
from workflow.use_cases.acting import Done, ItemAct, business_day, matter, must_be_open, world_for
from workflow.use_cases.meetings import Bind, bind
from workflow.visibility import may_see, reader_keys_of, reader_of

KIND: Final = "meeting-asked-for"
MOST_STEPS: Final = 500


class ChoosePlan(ItemAct):
    """For each step the meeting or day that was chosen; `mark` stands for the plan as it was shown."""

    choices: dict[str, str] = Field(max_length=MOST_STEPS)
    mark: str = Field(max_length=2 * LONGEST_ID)


@dataclass(frozen=True, slots=True)
class Asked(Done):
    """What was done, of an item in which part, and the forums that nobody could be written to about."""

    part: str = "I"
    unheard: tuple[str, ...] = ()


def choose_plan(do: Doing, form: ChoosePlan) -> Asked:
    """Put the steps on the meetings that were chosen, or ask for it; AlreadyDecided if the plan is no longer that."""
    dossier = hand_over(do, form.item)
    business_day(do, form)
    choices = choices_of(do.known, dossier, form.choices, do.today)
    asked = asked_of(do.db, form.item, choices)
    ways = {step: way_of(do.known, do.by, dossier, choice, asked) for step, choice in choices.items()}
    if "not-allowed" in ways.values():
        require(do, "ask-for-meeting", matter(dossier))
    if not {"bind", "ask"} & set(ways.values()):
        raise Refused(
            "There is nothing to do for this plan: choose a meeting that a step is not on yet and that is not asked "
            "for already, or go back to the item."
        )
    _must_be_as_shown(do, dossier, choices, ways, form.mark)
    said, unheard = [], []
    for step, choice in choices.items():
        if ways[step] == "bind":
            assert choice.meeting is not None
            put = {"item": form.item, "step": step, "meeting": choice.meeting.id, "date": form.on, "by": form.by}
            said.append(bind(do, Bind.model_validate(put)).sentence)
        elif ways[step] == "ask":
            forum = do.known.forum_name(dossier.step(step)["forum"])
            before = requested_of_step(do.db, form.item, step)
            told = _ask(do, dossier, choice)
            said.append(f"{forum} is asked for {in_words(choice)}{_in_place_of(do, before)}.")
            unheard += [] if told else [forum]
    return Asked(" ".join(said), form.item, dossier.item["part"], tuple(unheard))


def _in_place_of(do: Doing, before: Any) -> str:
    """What the forum was asked for until now, and by whom."""
    if before is None:
        return ""
    wanted = f"{'its meeting of' if before.meeting else 'a meeting on'} {day(before.day)}"
    by = do.known.people.get(before.by or "")
    return f", and no longer for {wanted}" + (f", which {by.name} asked for" if by and by.id != do.by else "")


def asked_of(db: Connection, item: str, chosen: Iterable[str]) -> set[tuple[str, str]]:
    """Those of the chosen steps for which a forum is asked already, each with the meeting or day."""
    asked = [row for step in chosen if (row := requested_of_step(db, item, step)) is not None]
    return {(row.step, row.meeting or row.day.isoformat()) for row in asked}


def in_words(choice: Choice) -> str:
    """Such as “its meeting of 2 November 2023”."""
    return f"{'its meeting of' if choice.meeting else 'a meeting on'} {day(choice.on)}"


def _must_be_as_shown(
    do: Doing, dossier: Dossier, choices: Mapping[str, Choice], ways: Mapping[str, Way], mark: str
) -> None:
    facts, world = dossier.case(on=do.today), world_for(do, dossier)
    plan = planner.plan(facts, world, do.calendar, do.today, days_of(choices), critical=False)
    if mark_of(plan, choices, ways) != mark:
        raise AlreadyDecided(
            "This plan has changed since it was shown, so nothing was done. Below is the plan as it is now."
        )
    if broken_rules(plan, planner.plan(facts, world, do.calendar, do.today, critical=False)):
        raise Refused(
            "It cannot be done like this, so nothing was done. Below is what stands against it: choose other meetings "
            "or days."
        )


def _ask(do: Doing, dossier: Dossier, choice: Choice) -> bool:
    """Keep the request and write to the forum's secretaries; whether there was anybody to write to."""
    row = dossier.step(choice.step)
    must_be_open(do, dossier, row, "ask for a meeting")
    asked = {
        "item": dossier.id,
        "step": choice.step,
        "round": row["round"],
        "forum": row["forum"],
        "meeting": choice.meeting.id if choice.meeting else None,
        "day": choice.on,
        "was": row["meeting"],
        "by": do.by,
        "at": do.now,
    }
    do.db.execute(replacing(requests, do.db.dialect), asked)
    told = [person for person in _secretaries(do, dossier, row["forum"]) if person.id != do.by]
    for person in told:
        outbox.enqueue(do, _letter(do, dossier, choice, person))
    return bool(told)


def _secretaries(do: Doing, dossier: Dossier, forum: str) -> list[Person]:
    """Those who keep the forum, have an address, and may see the item."""
    keys, part = reader_keys_of(dossier, do.known), dossier.item["part"]
    return [
        person
        for _id, person in sorted(do.known.people.items())
        if person.email and person.holds("secretary", forum) and may_see(reader_of(do.known, person), part, keys)
    ]


def _letter(do: Doing, dossier: Dossier, choice: Choice, person: Person) -> Letter:
    """Of an item in Part II neither the title nor the id."""
    row, exempt = dossier.step(choice.step), dossier.item["part"] == "II"
    forum = row["forum"]
    asking = do.known.people.get(do.by or "")
    if exempt:
        link = f"{do.address}/forums/{forum}"
    else:
        on_it = f"?meeting={choice.meeting.id}" if choice.meeting else ""
        link = f"{do.address}/items/{dossier.id}/steps/{choice.step}/acts/bind{on_it}"
    assert person.email is not None
    said = letters.worded(
        KIND,
        name=person.name,
        forum=do.known.forum_name(forum),
        title="An item in Part II" if exempt else dossier.title or REDACTED,
        wanted=in_words(choice),
        who=asking.name if asking else "An administrator",
        is_known=choice.meeting is not None,
        link=link,
    )
    return Letter(
        KIND, person.id, person.email, said.subject, said.body, item=dossier.id, step=choice.step, html=said.html
    )
