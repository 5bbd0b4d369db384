"""A route as its author wrote it: frozen, compared by content, with nothing of any item in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from routes.ladders import Ladders
from routes.words import CHECKED_BY

Kind = Literal["meeting", "individual", "consultation", "gate"]
Unit = Literal["working-days", "clear-working-days", "calendar-days", "clear-calendar-days"]


@dataclass(frozen=True, slots=True)
class Days:
    """A length of time in a rule, such as 5 clear working days.

    `before` names another due day of the same pack ("agenda_day") from which this one is counted back; `by` is the
    local time of day ("12:00") until which a thing is in time on its due day, the end of the day where there is none.
    """

    days: int
    unit: Unit
    before: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class WaitsForStep:
    """A gate that opens on the business date on which another item's stage passed with this strength."""

    item: str  # an item id, or $name filled by the item's `forums:`
    stage: str
    outcome: str

    def item_for(self, bindings: Mapping[str, str]) -> str:
        """The id of the item that is looked at, once `forums:` of the waiting item have filled in a $name."""
        return bindings.get(self.item[1:], self.item) if self.item.startswith("$") else self.item


@dataclass(frozen=True, slots=True)
class WaitsForCheck:
    """A gate that a person opens, such as an assessment of readiness."""

    check: str
    by: str  # "lead", "owner" or a person's id
    evidence: bool

    @property
    def person(self) -> str | None:
        """The id of the person who makes it; None where the lead or the owner does."""
        return None if self.by in CHECKED_BY else self.by


@dataclass(frozen=True, slots=True)
class WaitsForDate:
    """A gate that opens by itself on a day."""

    date: date


Gate = WaitsForStep | WaitsForCheck | WaitsForDate


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of `when`: a fact of the item equals a value, is over a number, or is in a list."""

    field: str
    test: Literal["is", "over", "in"]
    value: object  # a scalar, a number, or a tuple of scalars


@dataclass(frozen=True, slots=True)
class Join:
    """How many of a stage's parallel steps must pass before the stage is met."""

    least: int | None = None  # None: all of them

    def needed(self, steps: int) -> int:
        """The number of passed steps that meet the stage, out of this many."""
        return steps if self.least is None else min(self.least, steps)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stop of a route: who is asked for what, after which other stages."""

    id: str
    kind: Kind = "meeting"
    forum: str | None = None  # a forum id or $name; None for gates, consultations and `each: parties`
    ask: str | None = None  # None for gates and consultations
    title: str | None = None
    recommendations: tuple[int, ...] | None = None  # None: all of them
    clearances: tuple[str, ...] = ()
    gate: Gate | None = None  # for kind gate
    body: str | None = None  # for kind consultation: who is consulted
    lasts: Days | None = None  # for kind consultation
    after: tuple[str, ...] = ()  # always filled in: the default of the file is resolved by the loader
    papers_after_outcome: bool = False
    when: tuple[Condition, ...] = ()
    decisive: bool = False
    refer_back_to: str | None = None  # None: the report returns to its author
    each_party: bool = False  # one step per party, `<stage>:<organisation>`
    join: Join = Join()


@dataclass(frozen=True, slots=True)
class Route:
    """The definition that items follow. Two routes with the same content are the same version."""

    id: str
    title: str
    types: tuple[str, ...]  # item types that may use it; none: any
    stages: tuple[Stage, ...]  # in the order written
    use_when: str | None = None  # for the shipped ones: when to choose this route
    reminders: Ladders = ()  # where its items are reminded of otherwise than usual

    def stage(self, stage_id: str) -> Stage:
        """The stage of that id; KeyError if the route has none."""
        for stage in self.stages:
            if stage.id == stage_id:
                return stage
        raise KeyError(stage_id)
