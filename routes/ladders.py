"""Ladders of reminders: when somebody is told of a thing, and whom after that. Data, in routes and in forums alike.

    reminders:
      report-due:
        at: "09:00"
        ladder: [{before: 10}, {before: 3}, {after: 1, to: [holder, lead]}, {after: 5, to: superior}]
      idle: {ladder: []}                    # never

`before` and `after` count working days from the day that is spoken of, `waiting` counts them from when it came up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from routes.explain import explained
from routes.faults import FileFault
from routes.yaml_marks import read

When = Literal["before", "after", "waiting"]
To = Literal["holder", "owner", "lead", "forum-lead", "superior", "secretary", "chair"]

RECIPIENTS: Final[tuple[str, ...]] = get_args(To)
FURTHEST: Final = 260  # working days: a year
EARLIEST, LATEST = "06:00", "22:00"  # the clocks change between 01:00 and 03:00

WRITTEN: Final = "reminders"  # what ladders that stand by themselves are called where they are at fault

#: What is reminded of. `workflow/reminders/kinds.py` has one entry for each.
KINDS: Final = (
    "report-due",
    "clearance",
    "notice-due",
    "private-notice-due",
    "private-notice-again-due",
    "agenda-due",
    "meeting-tomorrow",
    "outcome-missing",
    "minutes-due",
    "decision-to-publish",
    "call-in-ending",
    "condition-due",
    "evidence-due",
    "consultation-closing",
    "calendar-ends",
    "your-turn",
    "idle",
)


#: Kinds that are spoken of by a day, and those that never have one. The others may have one or not.
WITH_A_DAY: Final = (
    "report-due", "notice-due", "private-notice-due", "private-notice-again-due", "agenda-due", "meeting-tomorrow",
    "outcome-missing", "minutes-due", "decision-to-publish", "call-in-ending", "consultation-closing", "idle",
)  # fmt: skip
WITHOUT_A_DAY: Final = ("evidence-due", "calendar-ends", "your-turn")


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: so many working days before or after the day, or since it came up, and who is told then."""

    when: When
    days: int
    to: tuple[str, ...] = ("holder",)

    @property
    def name(self) -> str:
        """Such as before-3."""
        return f"{self.when}-{self.days}"


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs in the order in which they come, and the local time of day at which each is due."""

    rungs: tuple[Rung, ...]
    at: str = "09:00"


Ladders = tuple[tuple[str, Ladder], ...]  # by kind; a tuple, so that routes can be compared and hashed


def _fault(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("sentence", "{sentence}", {"sentence": sentence})


def _time_of_day(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value) or not EARLIEST <= value <= LATEST:
        raise _fault(f'must be a time of day between {EARLIEST} and {LATEST}, such as "09:00" in quotes')
    return value


def _kind(value: str) -> str:
    if value not in KINDS:
        raise _fault(f"is no kind of reminder; the kinds are {', '.join(KINDS)}")
    return value


def _is_list(value: object) -> str:
    return "<several>" if isinstance(value, list | tuple) else "<one>"


_Days = Annotated[int, Field(ge=0, le=FURTHEST)]
_Several = Annotated[list[To], Field(min_length=1, max_length=len(RECIPIENTS))]
_Recipients = Annotated[
    Annotated[To, Tag("<one>")] | Annotated[_Several, Tag("<several>")],
    Discriminator(_is_list),
]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class RungShape(_Shape):
    """One entry of `ladder:`."""

    before: _Days | None = None
    after: _Days | None = None
    waiting: _Days | None = None
    to: _Recipients = "holder"

    @model_validator(mode="after")
    def one_count(self) -> RungShape:
        """A rung counts from one thing."""
        if sum(count is not None for count in (self.before, self.after, self.waiting)) != 1:
            raise _fault("needs one of “before”, “after” and “waiting”, with a number of working days")
        return self

    @property
    def rung(self) -> Rung:
        """The rung that it describes, which tells nobody twice."""
        to = (self.to,) if isinstance(self.to, str) else tuple(dict.fromkeys(self.to))
        if self.before is not None:
            return Rung("before", self.before, to)
        if self.after is not None:
            return Rung("after", self.after, to)
        return Rung("waiting", self.waiting or 0, to)


class LadderShape(_Shape):
    """The value of one kind under `reminders:`."""

    at: Annotated[str, AfterValidator(_time_of_day)] = "09:00"
    ladder: Annotated[list[RungShape], Field(max_length=20)]

    @model_validator(mode="after")
    def no_moment_twice(self) -> LadderShape:
        """Each rung has a moment of its own."""
        names = [shape.rung.name for shape in self.ladder]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise _fault(f"has “{twice.replace('-', ': ')}” twice; write one rung with everybody who is told then")
        return self


def _can_be_climbed(ladders: dict[str, LadderShape]) -> dict[str, LadderShape]:
    """A rung that never comes would silence a kind without anybody noticing."""
    for kind, ladder in ladders.items():
        whens = {(rung.when, rung.days > 0) for rung in map(_rung_of, ladder.ladder)}
        if kind in WITH_A_DAY and ("waiting", True) in whens:
            raise _fault(f"{kind} always has a day: count from it with “before” and “after”, not with “waiting”")
        if kind in WITHOUT_A_DAY and whens - {("waiting", True), ("waiting", False)}:
            raise _fault(f"{kind} has no day: count with “waiting” from when it came up")
    return ladders


def _rung_of(shape: RungShape) -> Rung:
    return shape.rung


LaddersShape = Annotated[
    dict[Annotated[str, AfterValidator(_kind)], LadderShape], Field(min_length=1), AfterValidator(_can_be_climbed)
]

LADDER_KEYS: Final = frozenset((*LadderShape.model_fields, *RungShape.model_fields))

_checked: TypeAdapter[dict[str, LadderShape]] = TypeAdapter(LaddersShape)


def ladders_of(told: Mapping[str, Any] | None) -> Ladders:
    """The ladders of a `reminders:` that was checked before, whether as shapes or as plain data."""
    if not told:
        return ()
    shapes = {kind: LadderShape.model_validate(told[kind]) for kind in KINDS if kind in told}
    return tuple((kind, Ladder(_in_order(shape.ladder), shape.at)) for kind, shape in shapes.items())


def _in_order(shapes: Iterable[RungShape]) -> tuple[Rung, ...]:
    """However they were written: first those before the day, then those after it, then those that count the waiting."""
    rungs = (shape.rung for shape in shapes)
    return tuple(sorted(rungs, key=lambda r: (r.when == "waiting", -r.days if r.when == "before" else r.days)))


def read_ladders(written: str) -> dict[str, Any]:
    """What stands under `reminders:`, written by itself, as plain data; FileFault says everything that is wrong."""
    document = read(written.encode(), WRITTEN)
    inner = document["reminders"] if document.keys() == {"reminders"} else document
    try:
        checked = _checked.validate_python(inner)
    except ValidationError as error:
        raise FileFault(list(explained(error, inner, WRITTEN, LADDER_KEYS))) from None
    plain: dict[str, Any] = _checked.dump_python(checked, mode="json", exclude_unset=True)
    return plain


def written_ladders(told: Mapping[str, Any]) -> str:
    """The ladders of a `reminders:` that was checked before, as people write them."""
    lines = []
    for kind, ladder in told.items():
        lines.append(f"{kind}:")
        lines += [f'  at: "{ladder["at"]}"'] if "at" in ladder else []
        lines.append("  ladder:" if ladder["ladder"] else "  ladder: []")
        for rung in ladder["ladder"]:
            said = ((name, value) for name, value in rung.items() if value is not None)
            lines.append(f"    - {{{', '.join(f'{name}: {_written(value)}' for name, value in said)}}}")
    return "\n".join(lines)


def _written(value: Any) -> str:
    return f"[{', '.join(value)}]" if isinstance(value, list) else str(value)
