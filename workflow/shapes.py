"""Kinds of values that files and forms share: ids, days, times of day, texts."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from routes.schema import unsuitable
from routes.yaml_words import NOT_TEXT

LONGEST_ID: Final = 100
LONGEST_TITLE: Final = 500
LONGEST_TEXT: Final = 20_000
GREATEST_NUMBER: Final = 2**31 - 1  # what both databases can hold

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
EARLIEST: Final = date(1975, 1, 1)
LATEST: Final = date(2100, 1, 1)


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise unsuitable(f"“{value[:60]}” is no id: ids are lower-case words joined by “-”")
    return value


def _day(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        found = date.fromisoformat(value)
    except ValueError:
        found = None
    if found is None or found.isoformat() != value:
        raise unsuitable(f"“{value[:60]}” is no date; write year, month and day, such as 2024-04-01")
    return found


def too_far(value: date | datetime) -> str | None:
    """A sentence where a day or moment lies too far ahead or back to be one of a decision's."""
    found = value.date() if isinstance(value, datetime) else value
    if EARLIEST <= found <= LATEST:
        return None
    return f"{found.isoformat()} is too far away to be a date of a decision"


def _in_range(value: date) -> date:
    if sentence := too_far(value):
        raise unsuitable(sentence)
    return value


def _moment(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise unsuitable(f"“{value[:60]}” is no moment; write 2024-04-01T09:30:00Z") from None
    return _in_range(found)


def _time(value: str) -> str:
    if not _TIME.fullmatch(value):
        raise unsuitable(f'“{value[:60]}” is no time of day; write it in quotes, such as "14:00"')
    return value


def _text(value: str) -> str:
    if not value.strip():
        raise unsuitable("is empty; write some text or leave the key out")
    if found := NOT_TEXT.search(value):
        raise unsuitable(f"contains the invisible character U+{ord(found.group()):04X}; remove it")
    return value


Id = Annotated[str, Field(max_length=LONGEST_ID), AfterValidator(_id)]
Day = Annotated[date, BeforeValidator(_day), AfterValidator(_in_range)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Time = Annotated[str, AfterValidator(_time)]
Number = Annotated[int, Field(ge=1, le=GREATEST_NUMBER)]
Title = Annotated[str, Field(max_length=LONGEST_TITLE), AfterValidator(_text)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_text)]


class Shape(BaseModel):
    """Strict: "3" is no number and 3 is no text; a key that is not named is a fault."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)
