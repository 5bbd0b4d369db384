"""Which meetings to try: for each open step one of its forum's, or another day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from web.forms.base import Form, day, pick
from web.words import at_time, in_days
from workflow.queries.what_if import Option, StepToTry

AS_PLANNED = "As planned"


class WhatIfForm(Form):
    """Asked in the address of a page, so that it can be sent to others; it changes nothing."""

    class Meta:
        csrf = False

    def said(self, plan: str) -> dict[str, str]:
        """What is tried in plan a or b, by step; another day counts before a meeting that is chosen."""
        found: dict[str, str] = {}
        for name, field in self._fields.items():
            if name.startswith(f"{plan}-") and field.data:
                found[name.removeprefix(f"{plan}-")] = field.data
        for name, field in self._fields.items():
            if name.startswith(f"{plan}on-") and isinstance(field.data, date):
                found[name.removeprefix(f"{plan}on-")] = field.data.isoformat()
        return found

    def cannot_be(self, plan: str, wrong: Mapping[str, str]) -> None:
        """Say at the field of each step why it cannot be on the meeting or day that was chosen in plan a or b."""
        for step, sentence in wrong.items():
            other = self._fields.get(f"{plan}on-{step}")
            self.problem(other.name if other is not None and other.data else f"{plan}-{step}", sentence)


def what_if_form(steps: Sequence[StepToTry]) -> type[WhatIfForm]:
    """A form for these open steps."""
    fields = {}
    for step in steps:
        if step.options:
            choices = [("", _planned(step)), *((option.value, _in_words(option)) for option in step.options)]
            fields[f"b-{step.id}"] = pick(f"Meeting of {step.name}", choices, validate_choice=False)
            fields[f"a-{step.id}"] = pick(f"Meeting of {step.name}", choices, validate_choice=False)
        label = f"{'Or another' if step.options else 'Another'} day for {step.name}"
        fields[f"bon-{step.id}"] = day(label)
    return type("WhatIfForm", (WhatIfForm,), fields)


def sent_on(choices: Mapping[str, str]) -> dict[str, str]:
    """The choices of the second plan as fields of the form that chooses it."""
    return {f"b-{step}": value for step, value in choices.items()}


def _planned(step: StepToTry) -> str:
    return f"{AS_PLANNED}: {in_days(step.planned.meeting)}" if step.planned.meeting else f"{AS_PLANNED}: no date"


def _in_words(option: Option) -> str:
    said = in_days(option.on) + (f", {at_time(option.time)}" if option.time else "")
    return said if option.known else f"{said} (usual day, no meeting known)"
