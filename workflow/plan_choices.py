"""What somebody chooses between plans: for some open steps a meeting of their forum, or a day.

Read the same way for the page that shows a plan and for the act that chooses it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

from workflow import authority
from workflow.authority import Matter
from workflow.dossiers import Dossier, Row
from workflow.errors import Refused, Unknown
from workflow.errors import day as in_words
from workflow.facts import Meeting
from workflow.known import Known
from workflow.plans import Plan, Problem

#: What choosing does with one step: the person puts it on the meeting, its forum is asked (or was, for just that), or
#: nothing can be done.
Way = Literal["bind", "ask", "asked", "already", "follows", "not-allowed"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One step on a day. `meeting` is None where no meeting of its forum is known on that day."""

    step: str
    on: date
    meeting: Meeting | None

    @property
    def value(self) -> str:
        """The id of the meeting or the day, as an address has it."""
        return self.meeting.id if self.meeting else self.on.isoformat()


def choices_of(known: Known, dossier: Dossier, said: Mapping[str, str], today: date) -> dict[str, Choice]:
    """The choices that were said, as ids of meetings or days such as 2023-11-02, by step; Refused as `choice_of` is."""
    return {step: choice_of(known, dossier, step, value, today) for step, value in said.items() if value}


def choice_of(known: Known, dossier: Dossier, step: str, value: str, today: date) -> Choice:
    """The choice for one step. Refused where such a meeting does not take place any more, or the day has passed."""
    row = _row(dossier, step)
    found = _choice(known, row, value)
    if found.meeting is not None and found.meeting.state == "held":
        forum = known.forum_name(row["forum"])
        raise Refused(f"{forum} has held its meeting of {in_words(found.on)}. Choose a later one.")
    if found.on < today:
        raise Refused(f"{in_words(found.on)} has passed. Choose a day from {in_words(today)} on.")
    return found


def _row(dossier: Dossier, step: str) -> Row:
    if not dossier.rounds(step):
        raise Unknown("This item has no such step. Go to the item, and begin again from there.")
    return dossier.step(step)


def _choice(known: Known, row: Row, value: str) -> Choice:
    forum = row["forum"]
    try:
        on = date.fromisoformat(value)
    except ValueError:
        meeting = known.meetings.get(value)
        if meeting is None or forum not in meeting.forums:
            raise Refused(
                f"{known.forum_name(forum) or row['step']} has no such meeting. Choose one from the list."
            ) from None
        if meeting.state == "cancelled":
            raise Refused(
                f"{known.forum_name(forum)} does not meet on {in_words(meeting.date)} any more: the meeting was "
                "cancelled. Choose another one."
            ) from None
        return Choice(row["step"], meeting.date, meeting)
    planned = (one for one in known.world.meetings.get(forum or "", ()) if one.state == "planned" and one.date == on)
    return Choice(row["step"], on, next(planned, None))


def days_of(choices: Mapping[str, Choice]) -> dict[str, date]:
    """The choices as the planner tries them."""
    return {step: choice.on for step, choice in choices.items()}


def broken_rules(plan: Plan, as_it_stands: Plan) -> tuple[Problem, ...]:
    """What makes a plan impossible: the errors that the plan as it stands has not at the same step."""
    there = {(one.code, one.step) for one in as_it_stands.problems}
    return tuple(one for one in plan.problems if one.severity == "error" and (one.code, one.step) not in there)


def way_of(
    known: Known, person: str | None, dossier: Dossier, choice: Choice, asked: Collection[tuple[str, str]]
) -> Way:
    """What choosing it does for this person; nobody is the operator at the command line, who may do everything.

    `asked` are the steps for which a forum has been asked, each with the meeting or day, and has not acted.
    """
    row = dossier.step(choice.step)
    stage = dossier.stage_of(row)
    if stage.kind != "meeting":
        return "follows"
    if choice.meeting is not None and row["meeting"] == choice.meeting.id:
        return "already"
    at_the_forum = Matter(item=dossier.item, stage=stage, forums=(row["forum"],))
    if choice.meeting is not None and _may(known, person, "bind", at_the_forum):
        return "bind"
    if (choice.step, choice.value) in asked:
        return "asked"
    return "ask" if _may(known, person, "ask-for-meeting", Matter(item=dossier.item)) else "not-allowed"


def _may(known: Known, person: str | None, action: str, matter: Matter) -> bool:
    return person is None or authority.why_not(known, person, action, matter) is None


def mark_of(plan: Plan, choices: Mapping[str, Choice], ways: Mapping[str, Way]) -> str:
    """What stands for a plan as it was shown: its days and times, what is wrong with it, what choosing it does."""
    chosen = [[step, one.on, one.meeting.id if one.meeting else None, ways[step]] for step, one in choices.items()]
    wrong = [[one.code, one.severity, one.step] for one in plan.problems]
    shown = [plan.finish, plan.target, plan.late, [asdict(step) for step in plan.steps], sorted(wrong, key=str)]
    told = json.dumps([shown, sorted(chosen, key=str)], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()
