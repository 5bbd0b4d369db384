"""Forms as every page uses them: GOV.UK fields from WTForms, with the known defects of the widgets mended once.

The defects (govuk-frontend-wtf 3.2): passing legend classes deletes the legend's text, a date's error link leads
nowhere, and a date that is posted with other than three parts raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovCheckboxInput,
    GovDateInput,
    GovFileInput,
    GovPasswordInput,
    GovRadioInput,
    GovSelect,
    GovTextArea,
    GovTextInput,
)
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    MultipleFileField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import StopValidation

from web.acting import Mistyped
from workflow.errors import WorkflowError
from workflow.key_decision_entries import GREATEST_SUM

Choices = Iterable[tuple[str, str]]


class _Legend:
    """The legend stands, whatever else is passed for it."""

    def map_gov_params(self, field: Field, **kwargs: Any) -> dict[str, Any]:
        params = super().map_gov_params(field, **kwargs)  # type: ignore[misc]
        if "fieldset" in params:
            params["fieldset"].setdefault("legend", {}).setdefault("text", field.label.text)
        if not field.description:
            params.pop("hint", None)
        return dict(params)


class RadioWidget(_Legend, GovRadioInput):
    """Radios in a fieldset; `params={"items": […]}` adds hints or conditional parts by position."""


class CheckboxesWidget(_Legend, GovCheckboxesInput):
    """Checkboxes in a fieldset."""


class DateWidget(_Legend, GovDateInput):
    """Day, month and year, whatever was posted."""

    def map_gov_params(self, field: Field, **kwargs: Any) -> dict[str, Any]:
        whole, field.raw_data = field.raw_data, None if field.raw_data is None else field.parts
        params = super().map_gov_params(field, **kwargs)
        field.raw_data = whole
        if whole is None:  # not typed by anybody: 7, as people write it, and not 07
            for item in params["items"]:
                item["value"] = (item["value"] or "").lstrip("0")
        return params


class DayField(Field):  # type: ignore[misc]
    """A day in three parts. `data` is a date, or None where all three are empty."""

    widget = DateWidget()

    def __init__(self, label: str, validators: Sequence[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.parts: list[str] = ["", "", ""]

    def _value(self) -> str:
        return ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Three parts, or fewer or more from a form that was tampered with."""
        self.data = None
        self.parts = [part.strip()[:10] for part in (*valuelist, "", "", "")[:3]]
        if not any(self.parts):
            return
        if not all(self.parts) or len(valuelist) > 3:
            raise ValueError(f"Write a day, a month and a year at “{self.label.text}”, such as 17 3 2026")
        try:
            day, month, year = (int(part) for part in self.parts)
            self.data = date(year, month, day)
        except (ValueError, OverflowError):  # a year beyond any that fits
            said = " ".join(self.parts)
            raise ValueError(f"{said} is no date. Write one such as 17 3 2026 at “{self.label.text}”") from None


class _Pairs:
    """Choices are pairs of a value and its words, also where they are given at once."""

    def __init__(self, *args: Any, choices: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = list(choices)


class RadiosField(_Pairs, RadioField):  # type: ignore[misc]
    """One of a few."""


class PickField(_Pairs, SelectField):  # type: ignore[misc]
    """One of many."""


class TicksField(_Pairs, SelectMultipleField):  # type: ignore[misc]
    """Any of several."""


def needed(sentence: str) -> Callable[[Any, Field], None]:
    """Something must be there; the sentence says what."""

    def check(_form: Any, field: Field) -> None:
        if isinstance(field.data, str) and not field.data.strip():
            field.data = ""
        if field.data in (None, "", [], False) and not field.errors:
            raise StopValidation(sentence)

    return check


def with_plain_line_ends(value: Any) -> Any:
    """Lines as everybody but forms ends them, so that what was not touched is found to be the same."""
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def text(label: str, *validators: Any, hint: str = "", **kwargs: Any) -> StringField:
    """A line of text."""
    return StringField(label, validators, description=hint, widget=GovTextInput(), **kwargs)


def area(label: str, *validators: Any, hint: str = "", **kwargs: Any) -> TextAreaField:
    """Several lines of text."""
    kwargs.setdefault("filters", (with_plain_line_ends,))
    return TextAreaField(label, validators, description=hint, widget=GovTextArea(), **kwargs)


def password(label: str, *validators: Any, hint: str = "", **kwargs: Any) -> PasswordField:
    """A password, with the button that shows it."""
    return PasswordField(label, validators, description=hint, widget=GovPasswordInput(), **kwargs)


def day(label: str, *validators: Any, hint: str = "For example, 17 3 2026", **kwargs: Any) -> DayField:
    """A day in three parts."""
    return DayField(label, validators, description=hint, **kwargs)


def radios(label: str, choices: Choices = (), *validators: Any, hint: str = "", **kwargs: Any) -> RadioField:
    """One of a few, none chosen beforehand."""
    kwargs.setdefault("validate_choice", False)
    return RadiosField(label, validators, choices=list(choices), description=hint, widget=RadioWidget(), **kwargs)


def pick(label: str, choices: Choices = (), *validators: Any, hint: str = "", **kwargs: Any) -> SelectField:
    """One of many."""
    return PickField(label, validators, choices=list(choices), description=hint, widget=GovSelect(), **kwargs)


def ticks(label: str, choices: Choices = (), *validators: Any, hint: str = "", **kwargs: Any) -> SelectMultipleField:
    """Any of several."""
    return TicksField(label, validators, choices=list(choices), description=hint, widget=CheckboxesWidget(), **kwargs)


def tick(label: str, *validators: Any, hint: str = "", **kwargs: Any) -> BooleanField:
    """Yes, or left empty."""
    return BooleanField(label, validators, description=hint, widget=GovCheckboxInput(), **kwargs)


def uploads(label: str, *validators: Any, hint: str = "", **kwargs: Any) -> MultipleFileField:
    """Files, several at once."""
    widget = GovFileInput()
    widget.multiple = True
    return MultipleFileField(label, validators, description=hint, widget=widget, **kwargs)


def hidden(**kwargs: Any) -> HiddenField:
    """What the page knew when it was shown."""
    return HiddenField(**kwargs)


def chosen(sentence: str) -> Callable[[Any, Field], None]:
    """One of the choices must be taken; the sentence says of what."""

    def check(_form: Any, field: Field) -> None:
        if field.data not in {str(choice[0]) for choice in field.choices}:
            raise StopValidation(sentence)

    return check


def pounds_in(written: str) -> int | float | None:
    """A sum as somebody writes it, such as £2,500,000; None if it is none."""
    bare = re.sub(r"[£,\s]", "", written)
    if not re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,2})?", bare):
        return None
    found = float(bare) if "." in bare else int(bare)
    return found if found <= GREATEST_SUM else None


def number_seen(said: str | None) -> int:
    """The number of the newest event when the page was shown; 0 if somebody has tampered with it."""
    return int(said) if said and said.isascii() and said.isdigit() and len(said) < 10 else 0


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose problems are listed at the top of the page, each with a link into its field."""

    def problem(self, field: str | None, sentence: str) -> None:
        """Something is wrong that no single check could see; at the first field where none is named."""
        wrong = next((found for found in self.parts() if found.name == field), None) or self._first()
        wrong.errors = [*wrong.errors, sentence]

    def refused(self, err: WorkflowError, names: Mapping[str, str] | None = None) -> None:
        """Show what an act answered; `names` lead from the act's own names to this form's fields."""
        if isinstance(err, Mistyped):
            for where, sentence in err.faults.items():
                self.problem((names or {}).get(where, where), sentence)
            return
        self.form_errors.append(str(err))

    def parts(self) -> Iterator[Field]:
        """Every field that is shown or sent, those within others included."""
        yield from _parts_of(self)

    @property
    def problems(self) -> list[dict[str, str]]:
        """For the error summary: the sentence, and where to put it right."""
        found = [{"text": str(part.errors[0]), "href": f"#{_target(part)}"} for part in self.parts() if part.errors]
        first = f"#{_target(self._first())}"
        return [{"text": str(sentence), "href": first} for sentence in self.form_errors] + found

    def _first(self) -> Field:
        every = list(self.parts())
        return next((part for part in every if not isinstance(part, HiddenField)), every[0])


def _parts_of(within: Iterable[Field]) -> Iterator[Field]:
    for part in within:
        if isinstance(part, FormField | FieldList):
            yield from _parts_of(part)
        else:
            yield part


def _target(part: Field) -> str:
    """The id of what is typed in: a day begins with its day."""
    return f"{part.name}-day" if isinstance(part, DayField) else str(part.id)
