"""The forms of every act that is not an outcome: what each asks for, by the act's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from wtforms import Field
from wtforms.validators import StopValidation

from web.forms.act import About, ActForm, WithReason
from web.forms.base import area, chosen, hidden, needed, pounds_in, radios, text
from web.forms.formalities import PrivateAgainForm, ToldForm, UrgencyForm, UrgentItemForm
from web.words import at_time, in_days
from workflow.key_decisions import names_threshold
from workflow.queries.meetings_to_choose import Choice, meetings_to_choose

#: In which field of a form what an act says is wrong can be put right.
NAMES: Final[Mapping[str, str]] = {"date": "on", "meets_on": "meets_on"}


class ClearForm(ActForm):
    """A clearer's answer on the exact version that the page shows."""

    of = hidden()  # the area
    version = hidden()
    cleared = radios(
        "Do you clear this version?",
        (("yes", "Yes, I clear it"), ("no", "No, I return it")),
        chosen("Choose whether you clear this version"),
    )
    reason = area("Reason", hint="Needed if you return it, so that its author knows what to change")

    def begin(self, about: About) -> None:
        """The area comes with the address, else it is the only one; the version is the one before the forum."""
        super().begin(about)
        areas = about.at.stage.clearances
        asked = about.asked.get("area", "")
        self.of.data = asked if asked in areas else (areas[0] if areas else "")
        self.version.data = str(about.at.version)

    def validate(self, extra_validators: Any = None) -> bool:
        """To return a report without a word helps nobody."""
        fine = bool(super().validate(extra_validators))
        if self.cleared.data == "no" and not (self.reason.data or "").strip():
            self.problem("reason", "Say why you return it, so that its author knows what to change")
            return False
        return fine

    def said(self) -> dict[str, Any]:
        """Area, answer and version."""
        return super().said() | {
            "area": self.of.data,
            "cleared": self.cleared.data == "yes",
            "version": _number(self.version.data),
        }


class BindForm(ActForm):
    """Which meeting."""

    meeting = radios("Which meeting?", (), chosen("Choose a meeting"))

    def fit(self, about: About) -> None:
        """The forum's next meetings."""
        self.choices = meetings_to_choose(about.at)
        self.meeting.choices = [(choice.meeting.id, _meeting(choice)) for choice in self.choices]
        self.hints = [{"hint": {"text": _means(choice)}} for choice in self.choices]

    def begin(self, about: About) -> None:
        """The meeting that the address names, if it is one of them; none is chosen otherwise."""
        super().begin(about)
        asked = about.asked.get("meeting")
        if asked in {choice.meeting.id for choice in self.choices}:
            self.meeting.data = asked

    def said(self) -> dict[str, Any]:
        """The meeting."""
        return super().said() | {"meeting": self.meeting.data}


class SubmitForm(ActForm):
    """Which version goes in."""

    version = radios("Which version goes in?", (), chosen("Choose a version of the report"))

    def fit(self, about: About) -> None:
        """Every version that there is, the newest first."""
        versions = about.hand.reports.versions
        self.version.choices = [
            (str(v.number), f"Version {v.number}{' (the newest)' if v.newest else ''}") for v in versions
        ]

    def begin(self, about: About) -> None:
        """The newest, as everybody expects."""
        super().begin(about)
        self.version.data = str(about.hand.reports.newest.number)

    def said(self) -> dict[str, Any]:
        """The version."""
        return super().said() | {"version": _number(self.version.data)}


class GateForm(ActForm):
    """Where the evidence is."""

    evidence = area("Evidence", hint="What shows that the check was made, and where it can be found")

    def fit(self, about: About) -> None:
        """The evidence says why; nobody has to say it twice. Some checks cannot do without."""
        del self.reason
        if getattr(about.at.stage.gate, "evidence", False):
            self.evidence.validators = [needed("Say what shows that the check was made, and where it can be found")]

    def said(self) -> dict[str, Any]:
        """The evidence."""
        return {"on": self.on.data, "evidence": (self.evidence.data or "").strip()}


class MeetForm(GateForm):
    """Which condition, and the evidence."""

    number = radios("Which condition is met?", (), chosen("Choose the condition that is met"))
    evidence = area("Evidence", hint="What shows that it is met, and where it can be found. You can leave it empty")

    def fit(self, about: About) -> None:
        """The conditions that are still open."""
        super().fit(about)
        row = about.at.recorded
        found = about.at.conditions(row) if row else []
        self.number.choices = [(str(c.number), f"{c.number}. {c.text}") for c in found if c.met_on is None]

    def begin(self, about: About) -> None:
        """The one that the address names, or the only one."""
        super().begin(about)
        numbers = [number for number, _text in self.number.choices]
        asked = about.asked.get("number")
        if asked in numbers or len(numbers) == 1:
            self.number.data = asked if asked in numbers else numbers[0]

    def said(self) -> dict[str, Any]:
        """Number and evidence."""
        return super().said() | {"number": _number(self.number.data)}


class MaterialForm(WithReason):
    """Must others be asked again because the report has changed?"""

    material = radios(
        "Does the change matter to those who agreed to an earlier version?",
        (("yes", "Yes, it is material: they are asked again"), ("no", "No, what they agreed to stands")),
        chosen("Choose whether the change is material"),
    )

    def said(self) -> dict[str, Any]:
        """Yes or no."""
        return super().said() | {"material": self.material.data == "yes"}


class KeyDecisionForm(WithReason):
    """Is it a key decision, and what is that worked out from?"""

    answer = radios(
        "Is it a key decision?",
        (
            ("work-out", "Work it out from its value and the divisions that it affects"),
            ("yes", "Yes, whatever it is worth"),
            ("no", "No, whatever it is worth"),
        ),
        chosen("Choose whether it is a key decision"),
    )
    value = text("What is it worth, in pounds?", hint="For example, 2,500,000. Leave it empty if nobody knows")
    divisions = area("Which divisions does it affect?", hint="One on each line, or the word all")

    def fit(self, about: About) -> None:
        """It can only be worked out where the rules of a forum say what makes a key decision."""
        super().fit(about)
        dossier = about.hand.dossier
        self.named_divisions = bool(dossier.item["divisions"])
        if not names_threshold(about.hand.look.known.world, (row["forum"] for row in dossier.current())):
            self.answer.choices = [choice for choice in self.answer.choices if choice[0] != "work-out"]

    def begin(self, about: About) -> None:
        """What is known of it now."""
        super().begin(about)
        item = about.hand.dossier.item
        self.value.data = "" if item["value"] is None else f"{item['value']:,}"
        divisions = item["divisions"]
        self.divisions.data = "all" if divisions == "all" else "\n".join(divisions or ())

    def validate_value(self, field: Field) -> None:
        """A sum that can be kept."""
        if (field.data or "").strip() and pounds_in(field.data) is None:
            raise StopValidation("Write what it is worth as a number of pounds, such as 2,500,000")

    def validate(self, extra_validators: Any = None) -> bool:
        """Nothing follows from nothing."""
        fine = bool(super().validate(extra_validators))
        said = f"{self.value.data or ''}{self.divisions.data or ''}"
        if self.answer.data == "work-out" and not said.strip():
            self.problem("value", "Write what it is worth, or which divisions it affects, to have it worked out from")
            return False
        return fine

    def said(self) -> dict[str, Any]:
        """The answer, or what it is worked out from."""
        lines = [line.strip() for line in (self.divisions.data or "").splitlines() if line.strip()]
        told: dict[str, Any] = {}
        if lines or self.named_divisions:  # left empty, nobody has said which
            told["divisions"] = "all" if [line.lower() for line in lines] == ["all"] else list(dict.fromkeys(lines))
        if (value := pounds_in(self.value.data or "")) is not None:
            told["value"] = value
        if self.answer.data != "work-out":
            told["key_decision"] = self.answer.data == "yes"
        return super().said() | told


class RedactForm(WithReason):
    """Which event's texts are blanked."""

    number = text(
        "Number of the entry in the history", needed("Enter the number of the entry whose texts are to be blanked")
    )

    def begin(self, about: About) -> None:
        """The one that the address names."""
        super().begin(about)
        self.number.data = about.asked.get("number", "")

    def said(self) -> dict[str, Any]:
        """The number."""
        return super().said() | {"number": _number(self.number.data) or self.number.data}


@dataclass(frozen=True, slots=True)
class ActPage:
    """An act as its page has it: its form and its button. `warns`: it is not easily undone."""

    form: type[ActForm]
    button: str
    on_step: bool = True
    warns: bool = False
    signs: bool = False  # the password may have to be given again


PAGES: Final[Mapping[str, ActPage]] = {
    "accept": ActPage(WithReason, "Accept it", signs=True),
    "send-back": ActPage(WithReason, "Ask again", signs=True),
    "bind": ActPage(BindForm, "Put it on this meeting"),
    "unbind": ActPage(ActForm, "Take it off the meeting"),
    "agenda": ActPage(ActForm, "Put it on the agenda"),
    "notice": ActPage(ActForm, "Record the notice"),
    "private-notice": ActPage(ActForm, "Record the notice"),
    "private-notice-again": ActPage(PrivateAgainForm, "Record the notice"),
    "exception": ActPage(ToldForm, "Record the exception"),
    "urgency": ActPage(UrgencyForm, "Record the urgency"),
    "urgent-item": ActPage(UrgentItemForm, "Record it"),
    "publish": ActPage(ActForm, "Record the publication"),
    "documents": ActPage(ActForm, "Record it"),
    "submit": ActPage(SubmitForm, "Submit the report"),
    "clear": ActPage(ClearForm, "Send the answer", signs=True),
    "open-gate": ActPage(GateForm, "Record the check", signs=True),
    "call-in": ActPage(ActForm, "Record the call-in"),
    "uphold": ActPage(ActForm, "Uphold the decision", signs=True),
    "reconsider": ActPage(ActForm, "Have it decided again", signs=True),
    "meet": ActPage(MeetForm, "Record that it is met"),
    "start": ActPage(ActForm, "Start the item", on_step=False),
    "withdraw": ActPage(ActForm, "Withdraw the item", on_step=False, warns=True, signs=True),
    "hold": ActPage(WithReason, "Put it on hold", on_step=False, warns=True),
    "resume": ActPage(WithReason, "Resume it", on_step=False),
    "key-decision": ActPage(KeyDecisionForm, "Record the answer", on_step=False),
    "material": ActPage(MaterialForm, "Record the answer", on_step=False),
    "redact": ActPage(RedactForm, "Blank the texts", on_step=False, warns=True, signs=True),
}


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else None


def _meeting(choice: Choice) -> str:
    meeting = choice.meeting
    time = f" at {at_time(meeting.time)}" if meeting.time else ""
    now = " (it is on this one now)" if choice.is_bound else ""
    return f"{in_days(meeting.date)}{time}{now}"


def _means(choice: Choice) -> str:
    """What a meeting would mean: the last days before it, and the end of the item."""
    said = []
    for name, by in (("Notice", choice.notice_by), ("report", choice.report_due), ("agenda", choice.agenda_by)):
        if by is not None:
            said.append(f"{name} by {in_days(by)}")
    means = f"{', '.join(said)}. " if said else ""
    means = means[:1].upper() + means[1:]
    effect = f"The decision takes effect on {in_days(choice.finish)}."
    means += effect if choice.finish else "No date for the end can be given."
    if choice.late:
        means += f" Too late for: {', '.join(choice.late)}."
    return means
