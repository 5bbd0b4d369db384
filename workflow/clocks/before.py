"""The clocks before a decision: notices, report, agenda, and the ways in which one may do without them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from routes.spec import Days
from workflow.clocks.clock import Clock, Kind
from workflow.clocks.occasions import LEAST_LEFT, Deadline, Occasion, ahead_of, judged
from workflow.clocks.words import is_due, length_in_words, shortfall
from workflow.due_dates import (
    GENERAL_EXCEPTION,
    before_meeting,
    earliest_by_exception,
    is_urgent,
    notice_by,
    taken_as_urgent,
    without_notice,
)
from workflow.errors import day as in_words
from workflow.facts import RulePack
from workflow.placing import Spot

#: Of a decision of which it is on record that a rule on notice was knowingly not kept.
DECIDED_ALL_THE_SAME: Final = "It was decided all the same; why is on record."

_ONE_DAY: Final = timedelta(days=1)
_NO_NOTICE: Final = "No notice is on record: either record when it was given, or this decision was taken without it."


def key_decision_notice(at: Occasion) -> Clock | None:
    """The public is told of a key decision before an executive takes it."""
    pack = at.executive
    due = notice_by(pack, at.spot.item.key_decision, at.day, at.calendar)
    if pack is None or due is None or pack.key_decision_notice is None:
        return None
    return _notice(
        at,
        "key-decision-notice",
        pack.key_decision_notice,
        due,
        at.step.notice_given,
        without_notice(at.step, pack, at.day, at.calendar),
    )


def private_meeting_notice(at: Occasion) -> Clock | None:
    """The public is told that an executive means to meet in private, and may object."""
    length, _again = private_notices(at.spot, at.pack)
    return _private(at, "private-meeting-notice", length, at.step.private_notice_on)


def private_meeting_notice_again(at: Occasion) -> Clock | None:
    """It is told again, with what was said against it and the response."""
    _first, length = private_notices(at.spot, at.pack)
    return _private(at, "private-meeting-notice-again", length, at.step.private_notice_again_on)


def private_notices(spot: Spot, pack: RulePack | None) -> tuple[Days | None, Days | None]:
    """How long before a meeting the first and the second notice are given that it is held in private; None: not at all.

    They bind a council's executive that deals with exempt matter at a meeting: SI 2012/2089 regulation 5.
    """
    exempt = "II" in (spot.step.part, spot.item.part)
    if pack is None or not pack.executive or not exempt or spot.stage.kind != "meeting":
        return None, None
    return pack.private_meeting_notice, pack.private_meeting_notice_again


def _private(at: Occasion, kind: Kind, length: Days | None, given_on: date | None) -> Clock | None:
    if length is None:
        return None
    excused: Kind | None = "special-urgency" if _urgent_for_private(at) else None
    return _notice(at, kind, length, at.calendar.back(at.day, length), given_on, excused)


def _urgent_for_private(at: Occasion) -> bool:
    """The chair of scrutiny who agrees that it cannot wait does so for both notices: regulation 5(6)."""
    first, again = private_notices(at.spot, at.pack)
    return is_urgent(at.step, first or again, at.day, at.calendar)


def _notice(at: Occasion, kind: Kind, length: Days, due: date, given_on: date | None, excused: Kind | None) -> Clock:
    of = "the decision" if at.spot.stage.kind == "individual" else "the meeting"
    return judged(
        at,
        Deadline(
            kind=kind,
            due=due,
            length=length,
            rule=ahead_of(length, of),
            source=source_of(at, kind),
            done=given_on is not None,
            done_on=given_on,
            counted_from=at.day,
            by=length.by,
            excused_by=excused,
            after=_too_soon_after(at, kind, due),
            admitted=_admitted(at, kind),
            not_done=_NO_NOTICE,
        ),
    )


def _admitted(at: Occasion, kind: Kind) -> str | None:
    """What is on record of a decision that was taken without the notice, or the agenda, that it needed."""
    if at.step.breach_on is not None:
        return DECIDED_ALL_THE_SAME
    if kind == "key-decision-notice" and at.step.notice_given is None and at.step.general_exception_on is not None:
        return "The general exception was used in its place, but too late."
    return None


def _too_soon_after(at: Occasion, kind: Kind, due: date) -> str | None:
    """How a notice is endangered by an earlier stage that is still to come."""
    if at.waits_for is None:
        return None
    name, day = at.waits_for
    if due <= day:
        return f"{is_due(kind, due)}, not after {name} on {in_words(day)}."
    left = at.calendar.working_days(day + _ONE_DAY, due)
    if left >= LEAST_LEFT:
        return None
    days = "1 working day" if left else "no working day"
    return f"{is_due(kind, due)}, which leaves {days} after {name} on {in_words(day)}."


def report(at: Occasion) -> Clock | None:
    """The report is with the forum's secretary."""
    pack, step = at.pack, at.step
    if pack is None or pack.report_due is None or step.verbal or at.spot.stage.kind != "meeting":
        return None
    due = before_meeting(pack, False, at.day, at.calendar)
    if due.report_due is None:
        return None
    from_agenda = pack.report_due.before == "agenda_day" and due.agenda_by is not None
    after = _not_after(at, "report", due.report_due) if at.spot.stage.papers_after_outcome else None
    return judged(
        at,
        Deadline(
            kind="report",
            due=due.report_due,
            length=pack.report_due,
            rule=ahead_of(pack.report_due, "the agenda day" if from_agenda else "the meeting"),
            source=source_of(at, "report"),
            done=step.papers != "none",
            done_on=step.submitted_on if step.papers != "none" else None,
            counted_from=due.agenda_by if from_agenda else at.day,
            by=pack.report_due.by,
            after=after,
            not_done="No report is on record.",
        ),
    )


def agenda(at: Occasion) -> Clock | None:
    """Agenda and reports are open to inspection."""
    pack, step = at.pack, at.step
    if pack is None or pack.agenda_day is None or step.verbal or at.spot.stage.kind != "meeting":
        return None
    due = at.calendar.back(at.day, pack.agenda_day)
    return judged(
        at,
        Deadline(
            kind="agenda",
            due=due,
            length=pack.agenda_day,
            rule=ahead_of(pack.agenda_day, "the meeting"),
            source=source_of(at, "agenda"),
            done=step.papers == "on-agenda",
            done_on=step.agenda_on if step.papers == "on-agenda" else None,
            counted_from=at.day,
            by=pack.agenda_day.by,
            excused_by="urgent-item" if taken_as_urgent(step, at.day) else None,
            admitted=_admitted(at, "agenda") if at.has_dated_papers else None,
            after=_not_after(at, "agenda", due),
            not_done="Nothing on record says that it was on the agenda.",
        ),
    )


def _not_after(at: Occasion, kind: Kind, due: date) -> str | None:
    """How papers are endangered by an earlier stage that is still to come."""
    if at.waits_for is None or due > at.waits_for[1]:
        return None
    name, day = at.waits_for
    return f"{is_due(kind, due)}, not after {name} on {in_words(day)}."


def public_questions(at: Occasion) -> Clock | None:
    """Until when the public may hand in questions."""
    length = at.pack.public_questions if at.pack else None
    if length is None or at.exempt or at.spot.stage.kind != "meeting":
        return None
    due = at.calendar.back(at.day, length)
    ended = at.decided or at.is_past(due, length.by)
    return at.clock(
        "public-questions",
        "over" if ended else "open",
        due,
        by=length.by,
        length=length,
        rule=ahead_of(length, "the meeting"),
        source=source_of(at, "public-questions"),
    )


def general_exception(at: Occasion) -> Clock | None:
    """Notice went to the chair of scrutiny: it may be decided only after its clear days, unless it became urgent."""
    pack, given_on = at.executive, at.step.general_exception_on
    if pack is None or given_on is None:
        return None
    length = pack.general_exception or GENERAL_EXCEPTION
    earliest = earliest_by_exception(pack, given_on, at.calendar)
    in_time = earliest <= at.day
    urgent = not in_time and is_urgent(at.step, pack.key_decision_notice, at.day, at.calendar)
    because = f"It may be decided from {in_words(earliest)}, and {'was' if at.decided else 'is'} on {in_words(at.day)}."
    return at.clock(
        "general-exception",
        "kept" if in_time else "excused" if urgent else "broken",
        at.calendar.back(at.day, length),
        starts=earliest,
        done_on=given_on,
        length=length,
        rule=f"{length_in_words(length)} between the notice to the chair of scrutiny and the decision",
        source=source_of(at, "general-exception"),
        fell_short=None if in_time else shortfall(given_on, at.day, length, at.calendar),
        excused_by="special-urgency" if urgent else None,
        because=None if in_time or urgent else because,
        done=True,
    )


def special_urgency(at: Occasion) -> Clock | None:
    """The chair of scrutiny agreed that the decision cannot reasonably wait; of use only where notice came too late."""
    agreed_on = at.step.special_urgency_on
    if at.executive is None or agreed_on is None:
        return None
    clock = _agreed(at, "special-urgency", agreed_on, "agreed by the chair of scrutiny beforehand")
    if clock.state == "kept" and not _of_use(at, at.executive):
        spared = f"It was agreed on {in_words(agreed_on)}, when there was time to give notice for {in_words(at.day)}"
        return replace(clock, state="over", because=f"{spared}: it excuses nothing on that day.")
    return clock


def _of_use(at: Occasion, pack: RulePack) -> bool:
    """Whether urgency stands in for a notice on the step's day; also where no notice is asked for at all."""
    private = any(private_notices(at.spot, at.pack))
    if at.spot.item.key_decision and is_urgent(at.step, pack.key_decision_notice, at.day, at.calendar):
        return True
    return _urgent_for_private(at) if private else not at.spot.item.key_decision


def urgent_item(at: Occasion) -> Clock | None:
    """The chair of the meeting took the item as urgent, with a reason that is minuted."""
    if at.step.urgent_item_on is None:
        return None
    return _agreed(at, "urgent-item", at.step.urgent_item_on, "the chair's opinion, with the reason minuted")


def _agreed(at: Occasion, kind: Kind, agreed_on: date, rule: str) -> Clock:
    in_time = agreed_on <= at.day
    return at.clock(
        kind,
        "kept" if in_time else "broken",
        at.day,
        done_on=agreed_on,
        rule=rule,
        source=source_of(at, kind),
        fell_short=None if in_time else f"after {in_words(at.day)}",
        done=True,
    )


#: Where a rule stands written in a pack's `sources`.
_RULES: Final[Mapping[Kind, str]] = {
    "key-decision-notice": "key_decision_notice",
    "private-meeting-notice": "private_meeting_notice",
    "private-meeting-notice-again": "private_meeting_notice_again",
    "report": "report_due",
    "agenda": "agenda_day",
    "public-questions": "public_questions",
    "general-exception": "general_exception",
    "special-urgency": "special_urgency",
    "urgent-item": "urgent_item",
    "decision-published": "decision_published",
    "call-in": "call_in",
    "documents-to-members": "documents_to_members",
    "minutes": "minutes_due",
    "inspection": "inspection",
    "inspection-of-background-papers": "inspection_of_background_papers",
}
#: The law on what packs need not speak of.
_LAW: Final[Mapping[Kind, str]] = {
    "general-exception": "SI 2012/2089 regulation 10",
    "special-urgency": "SI 2012/2089 regulation 11",
    "urgent-item": "Local Government Act 1972 section 100B(4)(b)",
}


def source_of(at: Occasion, kind: Kind) -> str | None:
    """Where the rule of a clock stands written, as the rules in force say."""
    told = at.pack.sources.get(_RULES.get(kind, "")) if at.pack else None
    return told or _LAW.get(kind)


MAKERS: Final[Mapping[Kind, Callable[[Occasion], Clock | None]]] = {
    "key-decision-notice": key_decision_notice,
    "private-meeting-notice": private_meeting_notice,
    "private-meeting-notice-again": private_meeting_notice_again,
    "general-exception": general_exception,
    "special-urgency": special_urgency,
    "report": report,
    "agenda": agenda,
    "urgent-item": urgent_item,
    "public-questions": public_questions,
}
