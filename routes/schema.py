"""The shape of a route definition as it is written: which keys there are and what kind of value each takes.

What the values mean together (unknown stages, circles, missing asks) is judged in `checks.py`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from routes.faults import shortened
from routes.ladders import LaddersShape
from routes.spec import Kind, Unit

MOST_STAGES: Final = 200
MOST_ENTRIES: Final = 200


def unsuitable(sentence: str) -> PydanticCustomError:
    """A fault with our own sentence, which the reader of the file sees as it stands."""
    return PydanticCustomError("sentence", "{sentence}", {"sentence": sentence})


def _written(value: str) -> str:
    if not value.strip():
        raise unsuitable("is empty; write some text or leave the key out")
    return value


def _calendar_date(value: str) -> str:
    try:
        if date.fromisoformat(value).isoformat() == value:
            return value
    except ValueError:
        pass
    raise unsuitable(f"must be a date that exists, such as 2024-04-01, not “{shortened(value)}”")


def _scalar(value: object) -> object:
    if isinstance(value, str | int | float):
        return value
    raise unsuitable("must be text, a number, true or false")


def _number(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise unsuitable("must be a number, without quotes")


Text = Annotated[str, Field(max_length=2000), AfterValidator(_written)]
Word = Annotated[str, Field(max_length=100), AfterValidator(_written)]
DateText = Annotated[str, AfterValidator(_calendar_date)]
Words = Annotated[list[Word], Field(max_length=MOST_ENTRIES)]
Scalar = Annotated[Any, AfterValidator(_scalar)]
Number = Annotated[Any, AfterValidator(_number)]


class Shape(BaseModel):
    """Strict: "3" is no number and 3 is no text; a key that is not named here is a fault."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class StepGate(Shape):
    item: Word
    stage: Word
    outcome: Word


class CheckGate(Shape):
    check: Text
    by: Word = "lead"
    evidence: Literal["required", "optional"] = "optional"


class DateGate(Shape):
    date: DateText


class Lasting(Shape):
    days: Annotated[int, Field(ge=1, le=3660)]
    unit: Unit


class AtLeast(Shape):
    at_least: Annotated[int, Field(ge=1)]


class Over(Shape):
    over: Number


class OneOf(Shape):
    among: Annotated[list[Scalar], Field(alias="in", min_length=1, max_length=MOST_ENTRIES)]


def _kind_of_gate(value: object) -> str | None:
    if not isinstance(value, dict):
        return None
    if value.keys() & {"item", "stage", "outcome"}:
        return "<step>"
    return next((f"<{key}>" for key in ("check", "date") if key in value), None)


def _kind_of_condition(value: object) -> str:
    if not isinstance(value, dict):
        return "<is>"
    return "<in>" if "in" in value else "<over>"


def _kind_of_join(value: object) -> str:
    return "<at_least>" if isinstance(value, dict) else "<word>"


WaitsFor = Annotated[
    Annotated[StepGate, Tag("<step>")] | Annotated[CheckGate, Tag("<check>")] | Annotated[DateGate, Tag("<date>")],
    Discriminator(
        _kind_of_gate,
        custom_error_type="sentence",
        custom_error_message="must name an item with its stage and outcome, or a check, or a date",
    ),
]
Test = Annotated[
    Annotated[Scalar, Tag("<is>")] | Annotated[Over, Tag("<over>")] | Annotated[OneOf, Tag("<in>")],
    Discriminator(_kind_of_condition),
]
Joining = Annotated[
    Annotated[Literal["all", "any"], Tag("<word>")] | Annotated[AtLeast, Tag("<at_least>")],
    Discriminator(_kind_of_join),
]


class StageShape(Shape):
    """One entry of `stages:`."""

    id: Word
    kind: Kind = "meeting"
    title: Text | None = None
    forum: Word | None = None
    each: Literal["parties"] | None = None
    ask: Word | None = None
    waits_for: WaitsFor | None = None
    body: Text | None = None
    lasts: Lasting | None = None
    recommendations: (
        Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1, max_length=MOST_ENTRIES)] | None
    ) = None
    clearances: Words = []
    after: Words | None = None
    papers: Literal["after-outcome"] | None = None
    when: Annotated[dict[str, Test], Field(min_length=1, max_length=MOST_ENTRIES)] | None = None
    decisive: bool = False
    refer_back_to: Word | None = None
    join: Joining | None = None


class RouteShape(Shape):
    """A definition without the inside of its stages, which are read one by one."""

    route: Word
    title: Text | None = None
    types: Annotated[list[Word], Field(alias="for", min_length=1, max_length=MOST_ENTRIES)] = Field(
        default_factory=list
    )
    use_when: Text | None = None
    reminders: LaddersShape | None = None
    stages: Annotated[list[Any], Field(min_length=1, max_length=MOST_STAGES)]


KNOWN_KEYS = frozenset(
    field.alias or name
    for shape in (RouteShape, StageShape, StepGate, CheckGate, DateGate, Lasting, AtLeast, Over, OneOf)
    for name, field in shape.model_fields.items()
)
