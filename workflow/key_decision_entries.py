"""What makes a key decision, as case files write it: sums, divisions, thresholds, and what was compared."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from routes.schema import unsuitable
from workflow.shapes import Day, Id, Shape, Title

GREATEST_SUM: Final = 10**12  # pounds
MOST_DIVISIONS: Final = 500


def _pounds(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:  # also what is no number
        raise unsuitable("must be a number of pounds, without quotes")
    if value > GREATEST_SUM:
        raise unsuitable(f"is too much: write at most {GREATEST_SUM:,} pounds")
    return value


def _form_of_divisions(value: object) -> str | None:
    if isinstance(value, list):
        return "<names>"
    return "<all>" if value == "all" else None


Pounds = Annotated[Any, AfterValidator(_pounds)]
Divisions = Annotated[
    Annotated[Literal["all"], Tag("<all>")] | Annotated[list[Title], Field(max_length=MOST_DIVISIONS), Tag("<names>")],
    Discriminator(
        _form_of_divisions,
        custom_error_type="sentence",
        custom_error_message="must be the word all, or a list of names such as [North, South]",
    ),
]


class SignificantEntry(Shape):
    """From what value in pounds, or from how many divisions affected, a decision is a key decision."""

    value: Pounds | None = None
    divisions: int | None = Field(default=None, ge=1, le=1000)

    @model_validator(mode="after")
    def says_something(self) -> SignificantEntry:
        """A value, a number of divisions, or both."""
        if self.value is None and self.divisions is None:
            raise unsuitable("needs “value”, “divisions” or both")
        return self


class BecauseEntry(Shape):
    """What was compared when it was worked out whether an item is a key decision; written by a dump, not by people.

    `limit` is the value in pounds or the number of divisions from which a decision is significant by the rules
    `pack` of `forum`, in force since `from`; `on` is the day that counted.
    """

    by: Literal["value", "divisions", "neither"]
    forum: Id
    on: Day | None = None
    pack: Id
    starts: Day | None = None
    limit: Pounds | None = None
    value: Pounds | None = None
    divisions: Literal["all"] | int | None = None

    @model_validator(mode="after")
    def names_what_was_compared(self) -> BecauseEntry:
        """The value or the divisions, and what they were compared with."""
        compared = self.divisions if self.by == "divisions" else self.value
        if self.by == "neither" and self.limit is None:
            compared = self.divisions
        elif self.limit is None:
            raise unsuitable("needs “limit”, with which it was compared")
        if compared is None:
            raise unsuitable("needs the value or the divisions that were compared")
        return self

    @property
    def is_key(self) -> bool:
        """Whether what was compared makes a key decision."""
        return self.by != "neither"

    def kept(self) -> dict[str, Any]:
        """As an item keeps it."""
        return self.model_dump(mode="json")
