"""What the rules on notice, urgency and publication ask for, recorded as it was done: by whom agreed, when, and why.

Each act says what happened. One that came too late is recorded all the same, with by how much it fell short: what
happened is not made better by leaving it out. The same act again corrects the entry before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from models.steps import formalities
from routes.spec import Days
from workflow.authority import require
from workflow.clear_days import Calendar
from workflow.doing import Doing
from workflow.dossiers import Dossier, Row
from workflow.due_dates import GENERAL_EXCEPTION, before_meeting, calendar_at, earliest_by_exception, pack_in_force
from workflow.errors import BeyondCalendar, Refused, day
from workflow.facts import Meeting, RulePack
from workflow.ledger import Change
from workflow.notice_periods import in_words, serves, too_late
from workflow.shapes import Text, Title
from workflow.shelf import also, hand_over
from workflow.standing import takes_effect
from workflow.use_cases.acting import (
    Act,
    Done,
    StepAct,
    business_day,
    matter,
    must_be_open,
    name_of,
    reason_for,
    step_change,
)

#: Which date of a step's round each formality is kept in.
COLUMN_OF: Final = {
    "private-notice": "private_notice_on",
    "private-notice-again": "private_notice_again_on",
    "general-exception": "general_exception_on",
    "special-urgency": "special_urgency_on",
    "urgent-item": "urgent_item_on",
    "documents-given": "documents_given_on",
}

_TEXTS: Final = ("agreed_by", "reason", "representations", "response")

_KEY_TOO_LATE: Final = (
    "put it on a later meeting, or record a general exception (exception) or that special urgency was agreed (urgency)"
)
_PRIVATE_TOO_LATE: Final = (
    "put it on a later meeting, or have the chair of scrutiny agree that it is urgent and cannot reasonably be "
    "deferred (urgency)"
)
#: What remains to be said of what came too late for a decision that was taken.
_IF_DECIDED: Final = (
    "record that it was agreed to be urgent, if it was (urgency), or say why it was decided all the same (correct)"
)


class Formality(StepAct):
    """Something that the rules ask for was done on this day; the reason may be given."""


class PrivateNoticeAgain(StepAct):
    """The second notice, with what was said against meeting in private and what was answered."""

    representations: Text | None = None
    response: Text | None = None


class Agreed(StepAct):
    """Somebody agreed, or was told: named by their office, such as “Chair of scrutiny”."""

    agreed_by: Title | None = None


@dataclass(frozen=True, slots=True)
class _Matter:
    """A round of a step in hand, with the rules and the meeting that the formality is judged by."""

    dossier: Dossier
    row: Row
    on: date
    name: str
    meeting: Meeting | None
    meetings: Sequence[Meeting]  # of its forum, by date
    pack: RulePack | None
    calendar: Calendar

    @property
    def is_private(self) -> bool:
        return "II" in (self.row["part"], self.dossier.item["part"])

    @property
    def is_key(self) -> bool:
        return bool(self.dossier.item["key_decision"])


def private_notice(do: Doing, form: Formality) -> Done:
    """Notice that the meeting is to be held in private was given on this day (SI 2012/2089 regulation 5(2))."""
    at = _beforehand(do, form, "private-notice", "give notice of a private meeting")
    _must_meet_in_private(at)
    second = at.row["private_notice_again_on"]
    if second is not None and at.on > second:
        raise Refused(f"The second notice was given on {day(second)}: the first one cannot have come after it.")
    said = _kept(do, at, "private-notice", "private-notice-given", {"reason": form.reason})
    length = at.pack.private_meeting_notice if at.pack else None
    return _done(form, f"Notice that {at.name} is to deal with it in private was given on {day(at.on)}{said}.",
                 _too_late(at, length, _PRIVATE_TOO_LATE))  # fmt: skip


def private_notice_again(do: Doing, form: PrivateNoticeAgain) -> Done:
    """The second notice, with representations and the response to them (SI 2012/2089 regulation 5(4))."""
    at = _beforehand(do, form, "private-notice-again", "give notice of a private meeting again")
    _must_meet_in_private(at)
    if form.representations and not form.response:
        raise Refused("Say also what was answered to the representations (--response): the notice has to state it.")
    if form.response and not form.representations:
        raise Refused("Say also which representations were answered (--representations), or leave the response out.")
    first = at.row["private_notice_on"]
    if first is not None and at.on < first:
        raise Refused(f"The first notice was given only on {day(first)}: the second one cannot have come before it.")
    texts = {"reason": form.reason, "representations": form.representations, "response": form.response}
    said = _kept(do, at, "private-notice-again", "private-notice-given-again", texts)
    length = at.pack.private_meeting_notice_again if at.pack else None
    missing = None if first else "No first notice is on record: record it (private-notice) if it was given."
    return _done(form, f"Notice that {at.name} is to deal with it in private was given again on {day(at.on)}{said}.",
                 _too_late(at, length, _PRIVATE_TOO_LATE), missing)  # fmt: skip


def exception(do: Doing, form: Agreed) -> Done:
    """General exception: the chair of scrutiny was given notice on this day (SI 2012/2089 regulation 10).

    The decision may be made once the clear days after it have passed.
    """
    at = _beforehand(do, form, "exception", "give notice of a general exception")
    _must_be_executive(at, "The general exception")
    if not at.is_key:
        raise Refused("It is not a key decision, so it needs no general exception. Nothing has to be recorded here.")
    reason_for(form, "use the general exception")
    texts = {"agreed_by": form.agreed_by, "reason": form.reason}
    said = _kept(do, at, "general-exception", "general-exception-noted", texts)
    assert at.pack is not None  # that of an executive
    length = at.pack.general_exception or GENERAL_EXCEPTION
    earliest = earliest_by_exception(at.pack, at.on, at.calendar)
    return _done(
        form,
        f"General exception: notice to {form.agreed_by or 'the chair of scrutiny'} was given on {day(at.on)}{said}.",
        None
        if _is_decided(at)
        else f"{at.name} may decide it from {day(earliest)} on, once {in_words(length.days, length)} have passed.",
        _too_late(at, length, "put it on a later meeting, or have special urgency agreed (urgency)"),
        "Publish the notice with its reasons.",
    )


def urgency(do: Doing, form: Agreed) -> Done:
    """Special urgency: the chair of scrutiny agreed that the decision cannot reasonably wait (regulation 11).

    Where there is no such chair, or they cannot act, the council's chair or vice-chair. The same agreement lets a
    meeting be held in private without its notices (regulation 5(6)).
    """
    at = _beforehand(do, form, "urgency", "agree special urgency")
    _must_be_executive(at, "Special urgency")
    if not at.is_key and not at.is_private:
        raise Refused("It is neither a key decision nor private, so nobody has to agree that it is urgent.")
    agreed_by = _who(form, "agreed that it is urgent", "Chair of scrutiny")
    reason_for(form, "record special urgency")
    texts = {"agreed_by": agreed_by, "reason": form.reason}
    said = _kept(do, at, "special-urgency", "special-urgency-agreed", texts)
    return _done(
        form,
        f"Special urgency: {agreed_by} agreed on {day(at.on)}{said} that {at.name} may decide it without waiting.",
        "Publish the notice with its reasons as soon as you can.",
    )


def urgent_item(do: Doing, form: Agreed) -> Done:
    """The chair was of the opinion that it should be considered as a matter of urgency (LGA 1972 s.100B(4)(b)).

    For what was not on the agenda that was open to inspection; the special circumstances go into the minutes.
    """
    at = _beforehand(do, form, "urgent-item", "take it as an urgent item")
    _must_sit(at, "taken as an urgent item")
    agreed_by = _who(form, "took it as urgent", "Chair")
    reason_for(form, "take it as an urgent item: the special circumstances, as the minutes say them")
    _must_not_be_on_the_agenda(at)
    texts = {"agreed_by": agreed_by, "reason": form.reason}
    said = _kept(do, at, "urgent-item", "urgent-item-taken", texts)
    return _done(
        form,
        f"{agreed_by} took it as an urgent item of {at.name} on {day(at.on)}{said}.",
        "The minutes have to state the special circumstances.",
    )


def publish(do: Doing, form: Formality) -> Done:
    """The decision was published on this day; from it the time for a call-in is counted."""
    at = _afterwards(do, form, "publish", "publish")
    if (before := at.row["published_on"]) is not None:
        raise Refused(
            f"The decision of {at.name} is on record as published on {day(before)}. If that day is wrong, correct the "
            "outcome (correct) with the right day and the reason."
        )
    act = {"reason": do.prose(at.dossier.subject, form.reason)} if form.reason else {}
    change = step_change(at.row, published_on=at.on)
    do.append(at.dossier.subject, "decision-published", on=at.on, step=form.step, act=act, changes=[change])
    do.touched.add(form.item)
    due = at.pack.decision_published if at.pack else None
    due_on = at.calendar.forward(at.row["outcome_on"], due) if due else None
    late = f"It was due by {day(due_on)}." if due_on and at.on > due_on else None
    return _done(form, f"The decision of {at.name} was published on {day(at.on)}.", late,
                 _may_be_called_in(do, at))  # fmt: skip


def documents(do: Doing, form: Formality) -> Done:
    """The documents of a private or individual decision were given to members on this day (regulation 16)."""
    at = _afterwards(do, form, "documents", "give documents to members")
    _must_be_executive(at, "The duty to give members the documents of a decision")
    alone = at.dossier.stage_of(at.row).kind == "individual"
    if not at.is_private and not alone:
        raise Refused(f"{at.name} decided it in public: its documents need not be given to members separately.")
    said = _kept(do, at, "documents-given", "documents-given", {"reason": form.reason})
    hours = at.pack.documents_to_members if at.pack else None
    late = None
    if hours is not None and at.on > at.row["outcome_on"] + timedelta(days=-(-hours // 24)):
        late = f"That is later than {hours} hours after the decision of {day(at.row['outcome_on'])}, so it is not kept."
    return _done(form, f"The documents of the decision of {at.name} were given to members on {day(at.on)}{said}.", late)


def said_of_notice(do: Doing, dossier: Dossier, row: Row, on: date) -> str:
    """What is to be added to the notice of a key decision that comes too late before its meeting; "" if nothing is."""
    at = _at(do, dossier, row, on)
    if not at.is_key or at.pack is None or not at.pack.executive:
        return ""
    told = _too_late(at, at.pack.key_decision_notice, _KEY_TOO_LATE)
    return f" {told}" if told else ""


def _beforehand(do: Doing, form: Act, action: str, what: str) -> _Matter:
    """The current round of a step about which this was done before it was decided; entered late, it says when."""
    at = _in_hand(do, form, action, what, decided=False)
    if at.row["outcome"] is None:
        must_be_open(do, at.dossier, at.row, what)
    elif at.on > at.row["outcome_on"]:
        raise Refused(
            f"{at.name} has already resolved “{at.row['outcome']}” on {day(at.row['outcome_on'])}; it is too late to "
            f"{what}. If it was done before that, say on which day (--on)."
        )
    if at.meeting is not None and at.on > at.meeting.date:
        raise Refused(
            f"{at.name} met on {day(at.meeting.date)}, before {day(at.on)}; it is too late to {what}. If it was done "
            "before the meeting, say on which day (--on)."
        )
    return at


def _afterwards(do: Doing, form: Act, action: str, what: str) -> _Matter:
    """The newest round of a step that was decided, about which this was done since."""
    at = _in_hand(do, form, action, what, decided=True)
    if at.row["outcome"] is None:
        raise Refused(f"Nothing has been recorded for {at.name} yet: record what it resolved, then {what}.")
    if at.on < at.row["outcome_on"]:
        raise Refused(
            f"{at.name} decided only on {day(at.row['outcome_on'])}: to {what} on {day(at.on)} was not possible yet."
        )
    return at


def _in_hand(do: Doing, form: Any, action: str, what: str, decided: bool) -> _Matter:
    dossier = hand_over(do, form.item)
    row = dossier.step(form.step)
    on = business_day(do, form)
    require(do, action, matter(dossier, row))
    if row["forum"] is None:
        raise Refused(f"{form.step} has no forum, so there is nothing to {what} for it.")
    if decided:
        number = dossier.decided_round(form.step)
        row = row if number is None else dossier.table("steps")[(form.step, number)]
    return _at(do, dossier, row, on)


def _at(do: Doing, dossier: Dossier, row: Row, on: date) -> _Matter:
    meeting = do.known.meetings.get(row["meeting"] or "")
    if meeting is not None and meeting.state == "cancelled":
        meeting = None
    world = do.known.world
    forum = world.forums.get(row["forum"] or "")
    judged_on = row["outcome_on"] or (meeting.date if meeting else on)
    return _Matter(
        dossier,
        row,
        on,
        name_of(do, dossier, row),
        meeting,
        world.meetings.get(row["forum"] or "", ()),
        pack_in_force(world, forum, judged_on),
        calendar_at(world, forum, do.calendar),
    )


def _must_be_executive(at: _Matter, what: str) -> None:
    if at.pack is None or not at.pack.executive:
        raise Refused(f"{what} belongs to the rules of executives, and {at.name} has no such rules.")


def _must_sit(at: _Matter, what: str) -> None:
    if at.dossier.stage_of(at.row).kind != "meeting":
        raise Refused(f"{at.name} decides outside a meeting, so nothing can be {what}.")


def _must_meet_in_private(at: _Matter) -> None:
    _must_sit(at, "announced as a private meeting")
    _must_be_executive(at, "Notice of a private meeting")
    if not at.is_private:
        raise Refused(
            f"{at.name} deals with it in public (Part I), so no notice of a private meeting is due. Only what is in "
            "Part II needs one."
        )


def _must_not_be_on_the_agenda(at: _Matter) -> None:
    if at.row["papers"] != "on-agenda" or at.meeting is None:
        return
    due = before_meeting(at.pack, at.is_key, at.meeting.date, at.calendar).agenda_by
    put_on = at.row["agenda_on"]
    if put_on is None or due is None or put_on <= due:
        since = f" since {day(put_on)}" if put_on else ""
        raise Refused(f"It is on the agenda of {at.name}{since}, which was published in time: it is no urgent item.")


def _who(form: Agreed, did_what: str, example: str) -> str:
    if not form.agreed_by:
        raise Refused(f"Say who {did_what}, by their office: add --agreed-by, such as --agreed-by “{example}”.")
    return form.agreed_by


def _kept(do: Doing, at: _Matter, kind: str, event: str, texts: dict[str, str | None]) -> str:
    """Write it down, in place of what was recorded before; which day that was is returned, for the sentence."""
    row, subject = at.row, at.dossier.subject
    act = {name: do.prose(subject, text) for name, text in texts.items() if text}
    key = (row["step"], row["round"], kind)
    known = key in also(do, at.dossier, "formalities")
    column = COLUMN_OF[kind]
    before = row[column]
    changes = [
        step_change(row, **{column: at.on}),
        Change(formalities, key, dict.fromkeys(_TEXTS) | {"on": at.on} | act, new=not known),
    ]
    do.append(subject, event, on=at.on, step=row["step"], act=act, changes=changes)
    do.touched.add(at.dossier.id)
    return _instead(before, at.on)


def _instead(before: date | None, on: date) -> str:
    return f", and not on {day(before)} as was recorded before" if before and before != on else ""


def _too_late(at: _Matter, length: Days | None, instead: str) -> str | None:
    """By how much it falls short of the rule on the day of the decision, and what can be done.

    Before the step is on a meeting: which one it is in time for.
    """
    if length is None:
        return None
    decided_on = at.row["outcome_on"] or (at.meeting.date if at.meeting else None)
    try:
        if decided_on is None:
            meetings = None if at.dossier.stage_of(at.row).kind == "individual" else at.meetings
            return serves(at.on, meetings, length, at.calendar)
        short = too_late(at.on, decided_on, length, at.calendar)
    except BeyondCalendar:
        return None  # its clock says so
    return f"{short}, so it does not count as kept: {_IF_DECIDED if _is_decided(at) else instead}." if short else None


def _is_decided(at: _Matter) -> bool:
    return at.row["outcome"] not in (None, "deferred", "referred-back")


def _may_be_called_in(do: Doing, at: _Matter) -> str | None:
    row, dossier = at.dossier.step(at.row["step"]), at.dossier
    if row["round"] != at.row["round"] or row["decision"] != "passed":
        return None
    step = next(step for step in dossier.case().steps if step.id == row["step"])
    effective = takes_effect(step, dossier.stage_of(row), do.known.world, do.calendar)
    if effective <= row["outcome_on"] or row["upheld_on"]:
        return None
    return f"It can be called in before {day(effective)}, when it takes effect."


def _done(form: StepAct, *sentences: str | None) -> Done:
    return Done(" ".join(sentence for sentence in sentences if sentence), form.item)
