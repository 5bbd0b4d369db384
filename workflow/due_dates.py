"""What falls due before a meeting, and when its decision takes effect, under the rules of that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from routes.spec import Days
from routes.words import ASKS, OUTCOMES
from workflow.clear_days import Calendar
from workflow.facts import Forum, RulePack, Step, World

_NEVER_CALLED_IN = ("recommend", "recommended")

#: SI 2012/2089 regulation 10, where an executive's own rules say nothing of it.
GENERAL_EXCEPTION: Final = Days(5, "clear-working-days")


@dataclass(frozen=True, slots=True)
class DueDates:
    """The last days for notice, report and agenda of one item at one meeting. None: no such rule here.

    `notice_excused`: the decision may be taken there without that notice; `agenda_excused`: the chair takes the item
    as urgent. The notices of a private meeting are not due where special urgency was agreed.
    """

    notice_by: date | None = None
    report_due: date | None = None
    agenda_by: date | None = None
    notice_excused: bool = False
    agenda_excused: bool = False
    private_notice_by: date | None = None
    private_notice_again_by: date | None = None


@dataclass(frozen=True, slots=True)
class DueAfter:
    """The last days for what a decision asks for. None: it is on record, no rule asks for it, or it is long ago."""

    publish_by: date | None = None
    minutes_by: date | None = None
    documents_by: date | None = None


NOTHING_LEFT: Final = DueAfter()

#: How long after a decision its publication, its minutes and its documents are asked for: what is older was taken in
#: from the past.
RECENTLY: Final = timedelta(days=28)


NOTHING_DUE = DueDates()


def pack_in_force(world: World, forum: Forum | None, on: date) -> RulePack | None:
    """The rules that hold at a forum on the day it meets; None if it has none or none is in force yet."""
    if forum is None or forum.rules is None:
        return None
    in_force = None
    for pack in world.packs.get(forum.rules, ()):
        if pack.starts is None or pack.starts <= on:
            in_force = pack
    return in_force


def calendar_at(world: World, forum: Forum | None, calendar: Calendar) -> Calendar:
    """The calendar by which a forum's days are counted: everybody's, without the closure days of its organisation."""
    closed = world.closures.get(forum.organisation) if forum is not None and world.closures else None
    return calendar.closed_on(closed) if closed else calendar


def before_meeting(pack: RulePack | None, key_decision: bool, meets_on: date, calendar: Calendar) -> DueDates:
    """What falls due before a meeting. Only a key decision of an executive needs its own notice."""
    if pack is None:
        return NOTHING_DUE
    agenda_by = calendar.back(meets_on, pack.agenda_day) if pack.agenda_day else None
    report_due = None
    if pack.report_due:
        counted_from = agenda_by if pack.report_due.before == "agenda_day" else None
        report_due = calendar.back(counted_from or meets_on, pack.report_due)
    return DueDates(notice_by(pack, key_decision, meets_on, calendar), report_due, agenda_by)


def notice_by(pack: RulePack | None, key_decision: bool, meets_on: date, calendar: Calendar) -> date | None:
    """The last day for the notice of a key decision; None where no such notice is needed."""
    if pack is None or not (key_decision and pack.executive and pack.key_decision_notice):
        return None
    return calendar.back(meets_on, pack.key_decision_notice)


def private_notices_by(
    step: Step, pack: RulePack, meets_on: date, calendar: Calendar
) -> tuple[date | None, date | None]:
    """The last days for both notices that an executive is to meet in private: SI 2012/2089 regulation 5.

    The chair of scrutiny who agrees that it cannot wait does so for these too: regulation 5(6).
    """
    first, again = pack.private_meeting_notice, pack.private_meeting_notice_again
    if not pack.executive or is_urgent(step, first or again, meets_on, calendar):
        return None, None
    return (calendar.back(meets_on, first) if first else None), (calendar.back(meets_on, again) if again else None)


def after_decision(
    step: Step, pack: RulePack | None, decided_on: date, calendar: Calendar, alone: bool, exempt: bool, on: date
) -> DueAfter:
    """What a decision of the last weeks still asks for. `alone`: one member or officer took it, outside a meeting."""
    lately = step.outcome_on is not None and step.decision in ("passed", "fell-short") and decided_on + RECENTLY >= on
    if pack is None or not lately:
        return NOTHING_LEFT
    publish, minutes, hours = pack.decision_published, pack.minutes_due, pack.documents_to_members
    given = step.documents_given_on is not None or not (pack.executive and (exempt or alone))
    return DueAfter(
        publish_by=calendar.forward(decided_on, publish) if publish and step.published_on is None else None,
        minutes_by=calendar.forward(decided_on, minutes) if minutes and not (step.minuted or alone) else None,
        documents_by=None if given or hours is None else decided_on + timedelta(days=-(-hours // 24)),
    )


def earliest_by_exception(pack: RulePack, noticed_on: date, calendar: Calendar) -> date:
    """The first day for a key decision of which the chair of scrutiny was told on a day: the general exception."""
    return calendar.forward(noticed_on, pack.general_exception or GENERAL_EXCEPTION)


def without_notice(
    step: Step, pack: RulePack, meets_on: date, calendar: Calendar
) -> Literal["general-exception", "special-urgency"] | None:
    """What lets an executive take a key decision on a day without full notice; None if nothing on record does."""
    exception = step.general_exception_on
    if exception is not None and earliest_by_exception(pack, exception, calendar) <= meets_on:
        return "general-exception"
    return "special-urgency" if is_urgent(step, pack.key_decision_notice, meets_on, calendar) else None


def is_urgent(step: Step, notice: Days | None, meets_on: date, calendar: Calendar) -> bool:
    """Whether special urgency was agreed for a day: not for one for which there was time to give notice after it.

    SI 2012/2089 regulations 5(6) and 11: only where the ordinary notice has become impracticable.
    """
    agreed_on = step.special_urgency_on
    if agreed_on is None or agreed_on > meets_on:
        return False
    return notice is None or calendar.back(meets_on, notice) < agreed_on


def taken_as_urgent(step: Step, meets_on: date) -> bool:
    """Whether the chair took the item as urgent, so that it may be dealt with although its agenda was late."""
    return step.urgent_item_on is not None and step.urgent_item_on <= meets_on


def effective(step: Step, ask: str | None, pack: RulePack | None, decided_on: date, calendar: Calendar) -> date | None:
    """The first day on which a decision may be acted on, judged by the outcome or, while open, the ask.

    At an executive with call-in that is the first working day after the clear days that follow the
    publication of the decision; what is only noted or recommended, or for which call-in is waived, may be
    acted on at once. A decision upheld after a call-in takes effect on the day it was upheld. None for one
    that fell short or is called in.
    """
    if step.decision in ("fell-short", "called-in"):
        return None
    if step.upheld_on is not None:
        return step.upheld_on
    verb = step.outcome or ask
    if pack is None or not pack.executive or pack.call_in is None or not may_be_called_in(verb):
        return decided_on
    if step.call_in_waived or step.no_call_in:
        return decided_on
    published = step.published_on or decided_on
    if step.published_on is None and pack.decision_published:
        published = calendar.forward(decided_on, pack.decision_published)
    return calendar.forward(published, pack.call_in)


def may_be_called_in(verb: str | None) -> bool:
    """Whether a decision in this word (an ask or an outcome) can be called in at all."""
    if verb is None or verb in _NEVER_CALLED_IN:
        return False
    return max(ASKS.get(verb, 0), OUTCOMES.get(verb, 0)) > 0
