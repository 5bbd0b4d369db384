"""The forms of notices, exceptions and urgency: who agreed, why, and what was said."""

from __future__ import annotations

from typing import Any

from web.forms.act import About, ActForm, WithReason
from web.forms.base import area, needed, text
from workflow.ledger import REDACTED


def _as_on_record(form: ActForm, about: About, kind: str) -> None:
    """Fill in what is on record of a formality, so that what is wrong in it can be put right."""
    texts = about.at.formality(kind)
    if texts is None:
        return
    for name, said in texts.items():
        if name in form and said != REDACTED:
            form[name].data = said


class AgreedForm(WithReason):
    """Who agreed, and why."""

    kind = ""
    agreed_by = text(
        "Who agreed?",
        needed("Enter who agreed, by their office"),
        hint="By their office, such as Chair of the scrutiny committee",
    )

    def begin(self, about: About) -> None:
        """What is on record, if it was recorded before."""
        super().begin(about)
        _as_on_record(self, about, self.kind)

    def said(self) -> dict[str, Any]:
        """Who it was."""
        return super().said() | {"agreed_by": (self.agreed_by.data or "").strip()}


class UrgencyForm(AgreedForm):
    """Who agreed that it is urgent, and why."""

    kind = "special-urgency"


class UrgentItemForm(AgreedForm):
    """Who took it as an urgent item, and why."""

    kind = "urgent-item"
    agreed_by = text(
        "Who took it as urgent?",
        needed("Enter who took it as urgent, by their office"),
        hint="By their office: whoever chairs the meeting, such as Chair of the Health and Wellbeing Board",
    )


class ToldForm(AgreedForm):
    """Who was given notice, and why so late."""

    kind = "general-exception"
    agreed_by = text("To whom was notice given?", hint="By their office, such as Chair of the scrutiny committee")


class PrivateAgainForm(ActForm):
    """What was said against meeting in private, and what was answered."""

    representations = area("Representations received", hint="Leave it empty if there were none")
    response = area("Response to them", hint="The notice has to state it where there were representations")

    def begin(self, about: About) -> None:
        """What is on record, if it was recorded before."""
        super().begin(about)
        _as_on_record(self, about, "private-notice-again")

    def validate(self, extra_validators: Any = None) -> bool:
        """The one does not go without the other."""
        fine = bool(super().validate(extra_validators))
        said = {name: bool((self[name].data or "").strip()) for name in ("representations", "response")}
        if said["representations"] and not said["response"]:
            self.problem("response", "Say what was answered to the representations")
        if said["response"] and not said["representations"]:
            self.problem("representations", "Say which representations were answered, or leave the response empty")
        return fine and said["representations"] == said["response"]

    def said(self) -> dict[str, Any]:
        """Both, where there were any."""
        return super().said() | {name: (self[name].data or "").strip() for name in ("representations", "response")}
