"""The form on which an outcome is recorded or corrected: at a forum, after a consultation, or by somebody alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from wtforms import FieldList, FormField
from wtforms import Form as PlainForm

from web.forms.base import Choices, Form, area, chosen, day, hidden, needed, pick, radios, tick
from web.forms.base import text as line
from web.forms.meetings import CODES
from web.words import at_time
from workflow.queries.at_hand import StepAtHand
from workflow.wording_of_outcomes import statement

MOST_CONDITIONS: Final = 50  # that can be added here; an act takes more, and a correction begins with all of them
MOST_ON_RECORD: Final = 200
NOT_SETTLED: Final = ("deferred", "referred-back", "rejected")

#: In which field of this form what an act says is wrong can be put right.
NAMES: Final[Mapping[str, str]] = {
    "": "outcome",
    "on": "resolved_on",
    "date": "resolved_on",
    "decided": "resolved_on",
    "until": "until_day",
    "call_in_waived": "waived",
    "waiver_agreed_by": "waived_by",
    "published": "published",
    "conditions": "conditions-0-text",
}


class ConditionFields(PlainForm):  # type: ignore[misc]
    """One condition: what, by whom, by when."""

    text = area("What has to be done")
    owner = pick("Who has to do it", validate_choice=False)
    due = day("By when", hint="Leave it empty if no day was named")

    @property
    def is_empty(self) -> bool:
        """Nobody has written anything here."""
        return not (self.text.data or "").strip() and not self.owner.data and not any(self.due.parts)


class OutcomeForm(Form):
    """What was resolved. Fields that do not fit the step are taken out before it is shown."""

    seen = hidden()
    filled_in = hidden()  # what of conditions, publication and deferral was on record when the form was shown
    outcome = radios("What was resolved?", (), chosen("Choose what was resolved"))
    reason_deferred = area("Why was it deferred?")
    code = pick("Kind of reason", CODES, validate_choice=False)
    until_day = day("Until which day?", hint="If a day was named, for example 5 10 2023")
    until_meeting = pick("Or until which meeting?", validate_choice=False)
    reason_returned = area("Why was it referred back?")
    reason_rejected = area("Why was it rejected?")
    resolved_on = day("When was it resolved?", needed("Enter the day on which it was resolved"))
    text = area("The resolution, in the words of the minutes")
    amended = tick("As amended: the forum changed what was recommended")
    decision = area("Decision")
    reasons = area("Reasons for the decision")
    alternatives = area("Alternatives considered and rejected", hint="Write “none” if there were none")
    interests = area(
        "Interests declared",
        hint="Any conflict of interest of whoever was consulted, and any dispensation. Write “none” if there was none",
    )
    conditions = FieldList(FormField(ConditionFields), max_entries=MOST_ON_RECORD)
    waived = area(
        "Why is call-in waived?",
        hint="Only where the resolution says so, with the reason that it gives. Otherwise leave it empty",
    )
    waived_by = line("Who agreed to waive it?", hint="By their office, such as Chair of the scrutiny committee")
    breach = area(
        "Why was it decided all the same?",
        hint="Notice was not given as the rules ask. What you write stays on record beside the outcome",
    )
    published = day("When was the decision published?", hint="Leave it empty if it is not published yet")
    reason = area("Why is it corrected?", needed("Give the reason for the correction"))

    def fit(self, step: StepAtHand, action: str, people: Choices, today: date) -> None:
        """Take out what does not apply to this step, and fill in what can be chosen."""
        kind = step.stage.kind
        out = {"text"} if kind == "individual" else {"decision", "reasons", "alternatives", "interests"}
        if kind == "consultation":
            out |= {"reason_returned", "reason_rejected", "amended", "waived", "waived_by", "conditions", "breach"}
        if kind == "individual":
            out.add("amended")
        if not step.may_be_called_in(today):
            out |= {"waived", "waived_by"}
        if action == "record":
            out.add("reason")
        else:
            out |= {"reason_deferred", "reason_returned", "reason_rejected", "code"}
        for name in out:
            if name in self:
                del self[name]
        self.until_meeting.choices = [("", "No meeting named"), *meeting_choices(step, today)]
        self.owners = [("", "Choose who"), *people]
        self.fit_conditions()

    def fit_conditions(self) -> None:
        """At least one condition can be written, and each can be for anybody."""
        if "conditions" not in self:
            return
        if not self.conditions.entries:
            self.conditions.append_entry()
        for entry in self.conditions:
            entry.form.owner.choices = self.owners

    def validate(self, extra_validators: Any = None) -> bool:
        """Everything that can be seen without knowing the rules; the act has the last word."""
        fine = bool(super().validate(extra_validators))
        for name, outcome, sentence in (
            ("reason_deferred", "deferred", "Give the reason for the deferral"),
            ("reason_returned", "referred-back", "Say why it was referred back, so that its author knows what to do"),
            ("reason_rejected", "rejected", "Give the reason for the rejection"),
        ):
            if name in self and self.outcome.data == outcome and not (self[name].data or "").strip():
                self.problem(name, sentence)
                fine = False
        for name, sentence in (
            ("decision", "Write down the decision"),
            ("reasons", "Give the reasons for the decision"),
        ):
            taken = self.outcome.data and self.outcome.data not in NOT_SETTLED
            if name in self and taken and not (self[name].data or "").strip():
                self.problem(name, sentence)
                fine = False
        if "waived" in self and (self.waived_by.data or "").strip() and not (self.waived.data or "").strip():
            self.problem("waived", "Say why call-in is waived, or leave out who agreed to it")
            fine = False
        if self.outcome.data == "deferred" and self.until_day.data and self.until_meeting.data:
            self.problem("until_day", "Name a day or a meeting, not both")
            fine = False
        return self._conditions_are_whole() and fine

    def _conditions_are_whole(self) -> bool:
        whole = True
        for number, entry in enumerate(self._conditions(), 1):
            if entry.is_empty:
                continue
            if not (entry.text.data or "").strip():
                self.problem(entry.text.name, f"Condition {number}: say what has to be done")
                whole = False
            if entry.owner.data not in {value for value, _words in self.owners if value}:
                self.problem(entry.owner.name, f"Condition {number}: choose who has to do it")
                whole = False
        return whole

    def _conditions(self) -> Sequence[ConditionFields]:
        return [entry.form for entry in self.conditions] if "conditions" in self else []

    def conditions_said(self) -> list[dict[str, Any]]:
        """The conditions that somebody has written."""
        return [
            {"text": c.text.data.strip(), "owner": c.owner.data, **({"due": c.due.data} if c.due.data else {})}
            for c in self._conditions()
            if not c.is_empty
        ]

    def until(self) -> str | None:
        """Until when it is deferred: a day, or the id of a meeting."""
        if self.outcome.data != "deferred":
            return None
        if self.until_day.data:
            return str(self.until_day.data.isoformat())
        return self.until_meeting.data or None

    def emptied(self) -> list[str]:
        """What was filled in from the record and has been emptied since, by the act's own names."""
        now = {"published": self.published.data}
        if "conditions" in self:
            now["conditions"] = self.conditions_said()
        if self._explains():
            now["breach"] = (self.breach.data or "").strip()
        if self.outcome.data == "deferred":
            now["until"] = self.until()
        return [name for name in (self.filled_in.data or "").split() if name in now and not now[name]]

    def _explains(self) -> bool:
        """Whether something was decided, so that it can be without notice due."""
        return "breach" in self and self.outcome.data not in ("deferred", "referred-back")

    def wording(self) -> str:
        """The words of the minutes, or the written statement of whoever decides alone."""
        if "text" in self:
            return (self.text.data or "").strip()
        return statement({name: self[name].data or "" for name in ("decision", "reasons", "alternatives", "interests")})

    def said(self, action: str, item: str, step: str) -> dict[str, Any]:
        """The act that is meant, by the act's own names."""
        outcome = self.outcome.data
        reasons = {"deferred": "reason_deferred", "referred-back": "reason_returned", "rejected": "reason_rejected"}
        reason = "reason" if action == "correct" else reasons.get(outcome)
        return {
            "item": item,
            "step": step,
            "outcome": outcome,
            ("decided" if action == "correct" else "on"): self.resolved_on.data,
            "text": self.wording(),
            "amended": bool("amended" in self and self.amended.data),
            "conditions": self.conditions_said(),
            "until": self.until(),
            "published": self.published.data,
            "call_in_waived": (self.waived.data or "").strip() if "waived" in self else None,
            "waiver_agreed_by": (self.waived_by.data or "").strip() if "waived_by" in self else None,
            "breach": (self.breach.data or "").strip() if self._explains() else None,
            "reason": (self[reason].data or "").strip() if reason and reason in self else None,
            "code": self.code.data if "code" in self and outcome == "deferred" else None,
        }


def meeting_choices(step: StepAtHand, after: date) -> list[tuple[str, str]]:
    """Later meetings of the step's forum."""
    return [
        (m.id, f"{m.date.day} {m.date:%B %Y}{f', {at_time(m.time)}' if m.time else ''}")
        for m in step.later_meetings(after)
    ]
