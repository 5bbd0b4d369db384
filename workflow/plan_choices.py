"""What somebody chooses between plans: for some open steps a meeting of their forum, or a day.

Read the same way for the page that shows a plan and for the act that chooses it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from workflow import authority
from workflow.authority import Matter
from workflow.dossiers import Dossier, Row
from workflow.errors import Refused, Unknown
from workflow.errors import day as in_words
from workflow.facts import Meeting
from workflow.known import Known
from workflow.plans import Plan

#: What choosing does with one step: the person puts it on the meeting, its forum is asked, or nothing can be done.
Way = Literal["bind", "ask", "already", "follows", "not-allowed"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One step on a day. `meeting` is None where no meeting of its forum is known on that day."""

    step: str
    on: date
    meeting: Meeting | None


def choices_of(known: Known, dossier: Dossier, said: Mapping[str, str]) -> dict[str, Choice]:
    """The choices that were said, as ids of meetings or days such as 2023-11-02, by step.

    Refused, with what has changed, where such a meeting does not take place any more.
    """
    return {step: _choice(known, _row(dossier, step), value) for step, value in said.items() if value}


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


def way_of(known: Known, person: str | None, dossier: Dossier, choice: Choice) -> Way:
    """What choosing it does for this person; nobody is the operator at the command line, who may do everything."""
    row = dossier.step(choice.step)
    stage = dossier.stage_of(row)
    if stage.kind != "meeting":
        return "follows"
    if choice.meeting is not None and row["meeting"] == choice.meeting.id:
        return "already"
    at_the_forum = Matter(item=dossier.item, stage=stage, forums=(row["forum"],))
    if choice.meeting is not None and _may(known, person, "bind", at_the_forum):
        return "bind"
    return "ask" if _may(known, person, "ask-for-meeting", Matter(item=dossier.item)) else "not-allowed"


def _may(known: Known, person: str | None, action: str, matter: Matter) -> bool:
    return person is None or authority.why_not(known, person, action, matter) is None


def mark_of(plan: Plan, choices: Mapping[str, Choice]) -> str:
    """What stands for a plan as it was shown: its days, and the meetings that were chosen."""
    days = [
        [one.step, one.meeting_id, *(_iso(day) for day in (one.meeting, one.notice_by, one.agenda_by, one.effective))]
        for one in plan.steps
    ]
    chosen = sorted([step, _iso(one.on), one.meeting.id if one.meeting else None] for step, one in choices.items())
    told = json.dumps([_iso(plan.finish), days, chosen], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
