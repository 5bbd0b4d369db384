"""The entries of a case file, as CONTRACT section 3 has them: their keys and the kinds of their values.

What they mean together (an unknown forum, an ask beyond powers) is judged where they are taken in.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from routes.ladders import LaddersShape
from routes.schema import unsuitable
from routes.spec import Unit
from routes.words import Form, Role
from workflow.known import MONTHS, NTH, WEEKDAYS
from workflow.shapes import LONGEST_ID, Day, Id, Shape, Text, Time, Title
from workflow.use_cases.outcomes import ConditionForm, Outcome

Scalar = str | int | float | bool
StepId = Field(max_length=2 * LONGEST_ID + 1)
LONGEST_LABEL = 200


def _label(value: str) -> str:
    if len(value) > LONGEST_LABEL:
        raise unsuitable(f"is too long for a label: write at most {LONGEST_LABEL} characters, such as “County Hall”")
    return value


Place = Annotated[Title, AfterValidator(_label)]


class OrganisationEntry(Shape):
    """A legal body, or a partnership without legal personality."""

    id: Id
    name: Title
    kind: Id
    rules: Id | None = None


class DaysEntry(Shape):
    """A length of time in a rule."""

    days: int = Field(ge=0, le=400)
    unit: Unit
    before: Literal["agenda_day"] | None = None


class RulesEntry(Shape):
    """A rule pack, from a day on."""

    id: Id
    starts: Day | None = Field(default=None, alias="from")
    executive: bool = False
    key_decision_notice: DaysEntry | None = None
    agenda_day: DaysEntry | None = None
    report_due: DaysEntry | None = None
    decision_published: DaysEntry | None = None
    call_in: DaysEntry | None = None
    minutes_due: DaysEntry | None = None


class MeetsEntry(Shape):
    """When a forum usually meets."""

    every: Literal["week", "month", "quarter"]
    day: str
    time: Time | None = None
    excepted: list[str] = Field(default_factory=list, alias="except")

    @model_validator(mode="after")
    def day_fits(self) -> MeetsEntry:
        """A weekday every week, or the first to fourth or last weekday of a month or quarter."""
        words = self.day.split()
        ordinal = len(words) == 2 and words[0] in NTH
        if not words or words[-1] not in WEEKDAYS or not (ordinal or len(words) == 1):
            raise unsuitable(f"“{self.day}” is no meeting day; write “thursday” or “first thursday”")
        if self.every == "week" and ordinal:
            raise unsuitable("a forum that meets every week meets on a weekday, such as “thursday”")
        if unknown := [month for month in self.excepted if month not in MONTHS]:
            raise unsuitable(f"“{unknown[0]}” is no month; write it like “august”")
        return self


class FractionEntry(Shape):
    """A quorum that is a part of all seats."""

    fraction: str = Field(pattern=r"^[1-9]\d{0,2}/[1-9]\d{0,2}$")


class ForumEntry(Shape):
    """A body or office-holder that considers items."""

    id: Id
    organisation: Id
    name: Title
    form: Form
    rules: Id | None = None
    quorum: int | FractionEntry | None = None
    meets: MeetsEntry | None = None
    reminders: LaddersShape | None = None


class RoleEntry(Shape):
    """A role of a person, for a forum, an organisation or an area where the role has one."""

    role: Role
    forum: Id | None = None
    organisation: Id | None = None
    area: Id | None = None

    @model_validator(mode="after")
    def scope_fits(self) -> RoleEntry:
        """Each role has its own kind of scope, or none."""
        for name in ("forum", "organisation", "area"):
            if (getattr(self, name) is not None) != (self.scope_name == name):
                needed = f"needs “{name}”" if self.scope_name == name else f"takes no “{name}”"
                raise unsuitable(f"the role {self.role} {needed}")
        return self

    @property
    def scope_name(self) -> str | None:
        """The key that says for what the role is held."""
        if self.role in ("secretary", "member", "chair"):
            return "forum"
        return {"lead": "organisation", "clearer": "area"}.get(self.role)

    @property
    def scope(self) -> str:
        """For what the role is held; "" where that needs no saying."""
        return self.forum or self.organisation or self.area or ""


class PersonEntry(Shape):
    """Somebody, by post, with the roles that the post has."""

    id: Id
    name: Title
    email: str | None = Field(default=None, max_length=320, pattern=r"^[^@\s<>\"]+@[^@\s<>\"]+$")
    superior: Id | None = None
    roles: list[RoleEntry] = Field(default_factory=list, max_length=1000)


class MeetingEntry(Shape):
    """One sitting of one forum, or of several together.

    `place` is a label such as “County Hall, room 3”, not prose: it is kept in the clear and cannot be redacted.
    """

    id: Id
    forum: Id | None = None
    forums: list[Id] = Field(default_factory=list, max_length=50)
    date: Day
    time: Time | None = None
    place: Place | None = None
    state: Literal["planned", "held", "cancelled"] = "planned"

    @model_validator(mode="after")
    def one_or_several(self) -> MeetingEntry:
        """Either `forum` or `forums`, each named once."""
        if (self.forum is None) == (not self.forums):
            raise unsuitable("a meeting needs either “forum” or “forums”")
        if len(set(self.forums)) != len(self.forums):
            raise unsuitable("the same forum is named twice")
        return self

    @property
    def sitting(self) -> list[str]:
        """The forums that sit, the one whose chain the meeting is kept in first."""
        return [self.forum] if self.forum else self.forums


class PartyEntry(Shape):
    """A party to an agreement, and the forum that answers for it."""

    organisation: Id
    forum: Id | None = None


class ExemptionEntry(Shape):
    """Why an item is not open to the public (Local Government Act 1972, Schedule 12A)."""

    basis: Text
    paragraphs: list[int] = Field(default_factory=list, max_length=20)
    reason: Text


class StepFactsEntry(Shape):
    """Bindings and facts of a step that are known from the start."""

    meeting: Id | None = None
    part: Literal["I", "II"] | None = None
    papers: Literal["none", "verbal", "submitted", "on-agenda"] | None = None
    notice_given: Day | None = None


def _pounds(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise unsuitable("must be a number of pounds, without quotes")
    return value


Pounds = Annotated[Any, AfterValidator(_pounds)]


class ItemEntry(Shape):
    """An item as it sets out on its route."""

    id: Id
    title: Title
    type: Id
    route: str = Field(max_length=200)
    organisation: Id
    owner: Id
    forums: dict[str, Id] = Field(default_factory=dict)
    part: Literal["I", "II"] = "I"
    exemption: ExemptionEntry | None = None
    key_decision: bool = False
    value: Pounds | None = None
    divisions: Literal["all"] | list[Title] | None = None
    fields: dict[str, Any] = Field(default_factory=dict)
    parties: list[Id | PartyEntry] = Field(default_factory=list, max_length=500)
    target: Day | None = None
    state: Literal["draft", "in-progress"] = "in-progress"
    recommendations: list[Text] = Field(default_factory=list, max_length=500)
    steps: dict[str, StepFactsEntry] = Field(default_factory=dict)

    @model_validator(mode="after")
    def part_two_has_its_reason(self) -> ItemEntry:
        """A private item says on what ground it is private."""
        if self.part == "II" and self.exemption is None:
            raise unsuitable("an item in Part II needs “exemption” with its basis and reason")
        return self

    def party_list(self) -> list[PartyEntry]:
        """The parties, all in the long form."""
        return [PartyEntry(organisation=p) if isinstance(p, str) else p for p in self.parties]


class OutcomeEntry(Shape):
    """An outcome that is on record already."""

    item: Id
    step: str = StepId
    outcome: Outcome
    date: Day
    by: Id | None = None
    text: Text | None = None
    amended: bool = False
    conditions: list[ConditionForm] = Field(default_factory=list, max_length=200)
    call_in_waived: Text | None = None
    published: Day | None = None
    until: str | None = None
    reason: Text | None = None


SECTIONS: dict[str, type[Shape]] = {
    "organisations": OrganisationEntry,
    "rules": RulesEntry,
    "forums": ForumEntry,
    "people": PersonEntry,
    "meetings": MeetingEntry,
    "items": ItemEntry,
    "outcomes": OutcomeEntry,
}
