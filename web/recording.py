"""Recording an outcome from a form: filled in, checked, recorded. Used for one step and for a whole meeting.

Nothing is kept between the pages but in the form itself, so that going back, and two windows at once, do no harm.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from flask import Response, request

from web import foreseeing
from web.acting import perform, read
from web.forms.base import number_seen
from web.forms.outcomes import MOST_CONDITIONS, NAMES, NOT_SETTLED, OutcomeForm
from web.noting import UNEXPLAINED, Unexplained, noting, trying
from web.reading import looking, person, reader, runtime, stop_looking
from web.signing_in import fresh_password_or_page
from web.words import in_days
from workflow.actions import ACTIONS
from workflow.choices import people_to_choose
from workflow.effects import Effect, Otherwise
from workflow.errors import AlreadyDecided, NotPermitted, Refused, WorkflowError
from workflow.ledger import REDACTED
from workflow.plans import Plan
from workflow.queries.at_hand import StepAtHand, step_at_hand
from workflow.use_cases.seen import as_seen
from workflow.wording_of_outcomes import (
    OUTCOME_OF,
    Group,
    choices,
    is_deferral_draft,
    parts_of_statement,
    wording_for,
)

FORM, CHECK, DONE = "form", "check", "done"

#: What the buttons of the form are called when they are sent.
DO: Final = "do"
ADD, CHANGE, GO_BACK = "add-condition", "change", "back"
TO_CHECK, TO_RECORD = "check", "record"


@dataclass
class Sheet:
    """One outcome on its way to the record: the step, the form, and what can be chosen."""

    action: str  # record or correct
    step: StepAtHand
    form: OutcomeForm
    groups: list[Group]

    @property
    def draft(self) -> str:
        """The resolution if everything was carried."""
        return self.wording(OUTCOME_OF[self.step.stage.ask or "consult"])

    def wording(self, outcome: str, until: str | None = None) -> str:
        """A draft of the resolution for an outcome."""
        if self.step.stage.kind == "consultation":
            return "" if outcome == "consulted" else wording_for(outcome, None, [], until)
        return wording_for(outcome, self.step.stage.ask, self.step.recommendations(), until)

    @property
    def not_as_recommended(self) -> bool:
        """The recommendation was carried in other words, and nobody said that it was amended."""
        form = self.form
        carried = form.outcome.data in {choice.outcome for choice in self.groups[0].choices}
        if not carried or "amended" not in form or form.amended.data:
            return False
        return (form.text.data or "").strip() not in ("", self.draft.strip())

    def in_words(self, draft: str) -> str:
        """A draft as it stands in the form: what somebody decides alone, no meeting has resolved."""
        return draft if "text" in self.form else draft.removeprefix("RESOLVED: ")


@dataclass
class Turn:
    """What comes after a request: the form again, the page on which it is checked, or it is recorded."""

    page: str
    sheet: Sheet
    status: int = 200
    conflict: str | None = None  # somebody was first
    plan: Plan | None = None  # as it would be
    sentence: str = ""
    seq: int = 0  # of the event
    at: datetime | None = None  # when it was recorded
    explains: bool = False  # it was decided without notice due, and the page asks why
    effect: Effect | None = None  # of a deferral, which is shown before it is recorded
    words: dict[str, Any] = field(default_factory=foreseeing.words)


def sheet(action: str, item: str, step: str) -> Sheet:
    """The form for one step, with what has been filled in so far. NotPermitted if it is not for this person."""
    with looking() as look:
        at_hand = step_at_hand(look, reader(), item, step)
        why_not = at_hand.hand.why_not(person().id, action, at_hand.row)
        if why_not:
            raise NotPermitted(why_not)
        _must_resolve(at_hand)
        row = at_hand.recorded
        if action == "correct" and row is None:
            raise Refused(f"Nothing has been recorded for {at_hand.who} yet, so there is nothing to correct.")
        groups = choices(
            at_hand.stage.kind,
            at_hand.stage.ask,
            at_hand.form,
            at_hand.back_to,
            row["outcome"] if row and action == "correct" else None,
        )
        made = Sheet(action, at_hand, OutcomeForm(), groups)
        form = made.form
        form.outcome.choices = [(c.outcome, c.outcome) for group in groups for c in group.choices]
        people = people_to_choose(look.known, at_hand.hand.people())
        form.fit(at_hand, action, people, look.today)
        if request.method == "GET":
            _fill_in(made, look.today)
    return made


def turn(made: Sheet) -> Turn | Response:
    """What a request for a sheet leads to; a Response where the password has to be given first."""
    if request.method == "GET":
        return Turn(FORM, made)
    form, wanted = made.form, request.form.get(DO, TO_CHECK)
    if wanted == ADD and "conditions" in form:
        if len(form.conditions) < MOST_CONDITIONS:
            form.conditions.append_entry()
            form.fit_conditions()
        return Turn(FORM, made)
    if wanted in (CHANGE, GO_BACK):
        return Turn(FORM, made)
    if not form.validate():
        return Turn(FORM, made, status=Refused.status)
    _draft_that_fits(made)
    if wanted == TO_RECORD and (page := fresh_password_or_page()) is not None:
        return page
    return _tried(made, wanted == TO_RECORD)


def _tried(made: Sheet, for_good: bool) -> Turn:
    """Do it, or see what it would lead to; a refusal comes back to the form with everything kept."""
    item, step, form = made.step.hand.id, made.step.id, made.form
    seen = number_seen(form.seen.data)
    try:
        said = form.said(made.action, item, step)
        if made.action == "correct":
            said["cleared"] = _taken_away(made)
        act = read(ACTIONS[made.action].form, said)
        defers = made.action == "record" and form.outcome.data == "deferred"
        if for_good:
            run = noting(made.action)
            noted = foreseeing.do_as_shown(made.action, act, run, seen) if defers else perform(run, act, seen)[0]
            return Turn(DONE, made, sentence=noted.sentence, seq=noted.seq, at=noted.at)
        if defers:
            effect = foreseeing.foreseen(made.action, act, seen)
            return Turn(CHECK, made, sentence=effect.done, effect=effect)
        stop_looking()
        (done, lacks), plans = runtime().rehearse(as_seen(trying(made.action), seen), act, person().id)
    except Otherwise as err:
        return Turn(CHECK, made, err.status, str(err), sentence=err.effect.done, effect=err.effect)
    except Unexplained:
        turn = _tried(made, for_good=False)
        form.problem("breach", UNEXPLAINED)
        return replace(turn, status=Refused.status)
    except AlreadyDecided as err:
        return _somebody_was_first(made, str(err))
    except WorkflowError as err:
        form.refused(err, NAMES)
        return Turn(FORM, made, status=err.status)
    explains = lacks or bool("breach" in form and form.breach.data)
    return Turn(CHECK, made, plan=plans.get(item), sentence=done.sentence, explains=explains)


def _somebody_was_first(made: Sheet, sentence: str) -> Turn:
    """The same form with everything kept; sent again, it is sent by somebody who knows what has happened."""
    stop_looking()
    with looking() as look:
        made.step = step_at_hand(look, reader(), made.step.hand.id, made.step.id)
    made.form.seen.data = str(made.step.hand.seq)
    return Turn(FORM, made, status=AlreadyDecided.status, conflict=sentence)


def _must_resolve(at_hand: StepAtHand) -> None:
    if at_hand.stage.kind == "gate":
        raise Refused(f"{at_hand.who} is a gate: nobody resolves anything there, so no outcome is recorded for it.")


def _fill_in(made: Sheet, today: date) -> None:
    """What is known beforehand: the day, the draft, or everything that is on record."""
    form, step = made.form, made.step
    form.seen.data = str(step.hand.seq)
    row = step.recorded if made.action == "correct" else None
    if row is None:
        meeting = step.meeting
        form.resolved_on.data = meeting.date if meeting and meeting.date <= today else today
        form["text" if "text" in form else "decision"].data = made.in_words(made.draft)
        return
    form.outcome.data = row["outcome"]
    form.resolved_on.data = row["outcome_on"]
    form.published.data = row["published_on"]
    wording = _readable(step.hand.text(row, row["wording"]))
    if "text" in form:
        form.text.data = wording
    else:
        for name, said in parts_of_statement(wording).items():
            form[name].data = said
    if "amended" in form:
        form.amended.data = row["amended"]
    if "waived" in form:
        form.waived.data = _readable(step.hand.text(row, row["call_in_waived"]))
        form.waived_by.data = _readable(step.waiver_agreed_by(row))
    if "breach" in form and row["breach_on"]:
        form.breach.data = _readable((step.formality("breach", row) or {}).get("reason", ""))
    _fill_in_what_followed(made, row)
    there = {
        "breach": "breach" in form and form.breach.data,
        "published": form.published.data,
        "until": form.until_day.data or form.until_meeting.data in dict(form.until_meeting.choices[1:]),
        "conditions": "conditions" in form and step.conditions(row),
    }
    form.filled_in.data = " ".join(name for name, filled in there.items() if filled)


def _readable(text: str) -> str:
    """What was redacted is not written down again as if somebody had said it."""
    return "" if text == REDACTED else text


def _fill_in_what_followed(made: Sheet, row: dict[str, Any]) -> None:
    form, step = made.form, made.step
    form.until_day.data, meeting = _put_off(made, row)
    form.until_meeting.data = meeting or ""
    if "conditions" not in form:
        return
    conditions = step.conditions(row)
    while len(form.conditions) < len(conditions):
        form.conditions.append_entry()
    form.fit_conditions()
    for entry, condition in zip(form.conditions, conditions, strict=False):
        entry.form.text.data, entry.form.owner.data = _readable(condition.text), condition.owner
        entry.form.due.data = condition.due


def _put_off(made: Sheet, row: dict[str, Any]) -> tuple[date | None, str | None]:
    """Until which day, or which meeting, the outcome of a round deferred it."""
    rounds = made.step.hand.dossier.rounds(made.step.id)
    following = [later for later in rounds if later["round"] == row["round"] + 1]
    if not following or row["outcome"] != "deferred":
        return None, None
    return following[0]["not_before"], following[0]["not_before_meeting"]


def _taken_away(made: Sheet) -> list[str]:
    """What is on record, was filled in from there, and has been emptied: a correction takes it away."""
    row = made.step.recorded
    if made.action != "correct" or row is None:
        return []
    there = {
        "breach": row["breach_on"],
        "published": row["published_on"],
        "until": any(_put_off(made, row)),
        "conditions": made.step.conditions(row),
    }
    return [name for name in made.form.emptied() if there[name]]


def _draft_that_fits(made: Sheet) -> None:
    """A draft that nobody has touched follows what was chosen: minutes must not say agreed of what was deferred."""
    if made.action == "correct":
        return
    field = made.form["text" if "text" in made.form else "decision"]
    said = (field.data or "").strip()
    if said in {made.in_words(draft) for draft in _drafts(made)} or is_deferral_draft(
        f"RESOLVED: {said.removeprefix('RESOLVED: ')}"
    ):
        field.data = made.in_words(made.wording(made.form.outcome.data, _until_in_words(made)))


def _drafts(made: Sheet) -> Iterable[str]:
    """Every draft that this form may have offered."""
    yield made.draft
    for group in made.groups:
        for choice in group.choices:
            yield made.wording(choice.outcome)
            yield made.wording(choice.outcome, _until_in_words(made))


def _until_in_words(made: Sheet) -> str | None:
    form = made.form
    if form.outcome.data != "deferred":
        return None
    return _day_or_meeting(made, form.until_day.data, form.until_meeting.data)


def _day_or_meeting(made: Sheet, day: date | None, meeting: str | None) -> str | None:
    if day:
        return in_days(day)
    found = made.step.hand.look.known.meetings.get(meeting or "")
    return f"the meeting on {in_days(found.date)}" if found else None


def answers(made: Sheet) -> list[tuple[str, str, str]]:
    """What was filled in, for the page on which it is checked: words, answer, the field in which it is changed."""
    form = made.form
    found = [("Outcome", _outcome_in_words(form.outcome.data), "outcome")]
    if form.outcome.data == "deferred":
        found.append(("Deferred until", _deferred_until(made), "until_day-day"))
    for name in ("reason_deferred", "reason_returned", "reason_rejected"):
        if name in form and NOT_SETTLED[_REASONS.index(name)] == form.outcome.data:
            found.append(("Reason", form[name].data, name))
    if "code" in form and form.outcome.data == "deferred":
        found.append(("Kind of reason", dict(form.code.choices).get(form.code.data or "", "Not said"), "code"))
    found.append(("Resolved on", in_days(form.resolved_on.data), "resolved_on-day"))
    if "text" in form:
        found.append(("Resolution", form.text.data or "No words recorded", "text"))
    else:
        found += [(form[name].label.text, form[name].data or "–", name) for name in _STATEMENT]
    if "amended" in form:
        found.append(("As amended", "Yes" if form.amended.data else "No", "amended"))
    if "conditions" in form:
        found.append(("Conditions", _conditions_in_words(made), "conditions-0-text"))
    if "waived" in form:
        found.append(("Call-in", _waived(form), "waived"))
    found.append(("Published", _published(made), "published-day"))
    if "reason" in form:
        found.append(("Why it is corrected", form.reason.data, "reason"))
    return found


_REASONS: Final = ("reason_deferred", "reason_returned", "reason_rejected")
_STATEMENT: Final = ("decision", "reasons", "alternatives", "interests")


def _outcome_in_words(outcome: str) -> str:
    return outcome.replace("-", " ").capitalize()


def _waived(form: OutcomeForm) -> str:
    if not (form.waived.data or "").strip():
        return "Not waived"
    by = (form.waived_by.data or "").strip()
    return f"Waived{f', agreed by {by}' if by else ''}: {form.waived.data}"


def _deferred_until(made: Sheet) -> str:
    row = made.step.recorded if made.action == "correct" else None
    recorded = _day_or_meeting(made, *_put_off(made, row)) if row else None
    if said := _until_in_words(made):
        return said
    if recorded and "until" not in _taken_away(made):
        return f"As on record: {recorded}"
    gone = f". What is on record, {recorded}, is taken away" if recorded else ""
    return f"The next meeting that suits{gone}"


def _published(made: Sheet) -> str:
    recorded = made.step.recorded["published_on"] if made.action == "correct" and made.step.recorded else None
    if recorded is None or made.form.published.data:
        return in_days(made.form.published.data, "Not yet")
    if "published" in _taken_away(made):
        return f"Not yet. The day on record, {in_days(recorded)}, is taken away"
    return f"As on record: {in_days(recorded)}"


def _conditions_in_words(made: Sheet) -> str:
    hand = made.step.hand
    said = []
    for number, condition in enumerate(made.form.conditions_said(), 1):
        by = f", by {in_days(condition['due'])}" if condition.get("due") else ""
        said.append(f"{number}. {condition['text']} – {hand.person_name(condition['owner'])}{by}")
    if said or made.action != "correct" or made.step.recorded is None:
        return "\n".join(said) or "No conditions"
    count = len(made.step.conditions(made.step.recorded))
    if "conditions" in _taken_away(made):
        return f"The {'condition on record is' if count == 1 else f'{count} conditions on record are'} taken away"
    same = made.form.outcome.data == made.step.recorded["outcome"]
    return "As they are on record" if count and same else "No conditions"


def to_send(found: Turn) -> list[tuple[str, str]]:
    """What was filled in, for a page that sends it on: with the draft as it was made to fit."""
    form = found.sheet.form
    field = "text" if "text" in form else "decision"
    sent = [(name, value) for name, value in foreseeing.carried() if name != "breach" or not found.explains]
    return [(name, form[field].data if name == field else value) for name, value in sent]
