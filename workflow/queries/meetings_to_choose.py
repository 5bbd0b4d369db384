"""The meetings that an open step could be put on, with what each would mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from workflow.due_dates import before_meeting, calendar_at, pack_in_force
from workflow.errors import BeyondCalendar
from workflow.facts import Meeting
from workflow.queries.at_hand import StepAtHand

MOST: Final = 8  # each is planned anew


@dataclass(frozen=True, slots=True)
class Choice:
    """One meeting, with the last days for notice, report and agenda, and when the item would then be done.

    `late` names what could no longer be done in time.
    """

    meeting: Meeting
    notice_by: date | None
    report_due: date | None
    agenda_by: date | None
    finish: date | None
    late: tuple[str, ...]
    is_bound: bool


def meetings_to_choose(step: StepAtHand) -> list[Choice]:
    """The next meetings of a step's forum, today's included."""
    hand = step.hand
    world, today = hand.look.known.world, hand.look.today
    known = world.meetings.get(step.row["forum"] or "", ())
    ahead = [meeting for meeting in known if meeting.date >= today and meeting.state == "planned"]
    found = []
    for meeting in ahead[:MOST]:
        try:
            found.append(_choice(step, meeting))
        except BeyondCalendar:
            break
    return found


def _choice(step: StepAtHand, meeting: Meeting) -> Choice:
    hand, row = step.hand, step.row
    world, today = hand.look.known.world, hand.look.today
    forum = world.forums.get(row["forum"] or "")
    counted_by = calendar_at(world, forum, hand.look.calendar)
    key_decision = hand.dossier.item["key_decision"]
    due = before_meeting(pack_in_force(world, forum, meeting.date), key_decision, meeting.date, counted_by)
    plan = hand.plan_if(step.id, meeting.date)
    late = [
        name
        for name, by, done in (
            ("notice", due.notice_by, row["notice_given"] is not None),
            ("report", due.report_due, row["verbal"] or row["papers"] != "none"),
            ("agenda", due.agenda_by, row["papers"] == "on-agenda"),
        )
        if by is not None and by < today and not done
    ]
    return Choice(
        meeting=meeting,
        notice_by=due.notice_by,
        report_due=None if row["verbal"] else due.report_due,
        agenda_by=due.agenda_by,
        finish=plan.finish if plan else None,
        late=tuple(late),
        is_bound=row["meeting"] == meeting.id,
    )
