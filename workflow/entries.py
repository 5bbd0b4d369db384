"""The entries of a case file, as CONTRACT section 3 has them: their keys and the kinds of their values.

What they mean together (an unknown forum, an ask beyond powers) is judged where they are taken in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, Field, model_validator

from routes.ladders import LaddersShape
from routes.schema import unsuitable
from routes.spec import Unit
from routes.words import Form, Role
from workflow.key_decision_entries import BecauseEntry, Divisions, Pounds, SignificantEntry
from workflow.known import MONTHS, NTH, WEEKDAYS
from workflow.shapes import LONGEST_ID, Day, Id, Shape, Text, Time, Title
from workflow.use_cases.outcomes import ConditionForm, Outcome

Scalar = str | int | float | bool
StepId = Field(max_length=2 * LONGEST_ID + 1)
LONGEST_LABEL = 200
LONGEST_CLOSURE = 366  # days


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
    by: Time | None = None


class HoursEntry(Shape):
    """A number of hours in a rule."""

    hours: int = Field(ge=1, le=1000)


class YearsEntry(Shape):
    """A number of years in a rule."""

    years: int = Field(ge=1, le=100)


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
    private_meeting_notice: DaysEntry | None = None
    private_meeting_notice_again: DaysEntry | None = None
    general_exception: DaysEntry | None = None
    public_questions: DaysEntry | None = None
    documents_to_members: HoursEntry | None = None
    inspection: YearsEntry | None = None
    inspection_of_background_papers: YearsEntry | None = None
    key_decision: SignificantEntry | None = None
    sources: dict[str, Title] = Field(default_factory=dict)

    @model_validator(mode="after")
    def sources_are_of_rules(self) -> RulesEntry:
        """Where a rule stands written is said of rules that a pack can have."""
        rules = [name for name in type(self).model_fields if name not in ("id", "starts", "executive", "sources")]
        if unknown := [name for name in self.sources if name not in rules]:
            raise unsuitable(f"“{unknown[0][:60]}” under “sources” is no rule; rules are {', '.join(rules)}")
        return self


class CalendarEntry(Shape):
    """Days on which the calendar differs from the bank holidays that the product knows.

    A bank holiday announced late, or a day that is none after all, concerns everybody; offices may be shut for one
    organisation or for all. `reason` is a label, kept in the clear. `withdrawn` takes the entry back.
    """

    id: Id
    what: Literal["bank-holiday", "working-day", "closure"]
    organisation: Id | None = None
    date: Day | None = None
    starts: Day | None = Field(default=None, alias="from")
    ends: Day | None = Field(default=None, alias="until")
    reason: Place
    withdrawn: bool = False

    @model_validator(mode="after")
    def days_fit(self) -> CalendarEntry:
        """One day, or for a closure days from one to another."""
        if (self.date is None) == (self.starts is None and self.ends is None):
            raise unsuitable("needs either “date”, or “from” and “until”")
        if self.date is None and (self.starts is None or self.ends is None):
            raise unsuitable("needs both “from” and “until”, or one “date”")
        if self.what != "closure":
            self._must_be_one_day_for_all()
        elif self.last < self.first:
            raise unsuitable(f"ends on {self.last.isoformat()}, before it begins on {self.first.isoformat()}")
        elif (self.last - self.first).days > LONGEST_CLOSURE:
            raise unsuitable(f"is longer than a year: write at most {LONGEST_CLOSURE} days in one entry")
        return self

    def _must_be_one_day_for_all(self) -> None:
        if self.organisation is not None:
            raise unsuitable(f"a {self.what} concerns everybody: leave “organisation” out, or make it a closure")
        if self.date is None:
            raise unsuitable(f"a {self.what} is one day: write “date”, one entry for each")
        if self.what == "working-day" and self.date.weekday() > 4:
            raise unsuitable(f"{self.date.isoformat()} is a {self.date:%A}, on which nobody works in any case")

    @property
    def name(self) -> str:
        """What people call these days."""
        return self.reason

    @property
    def first(self) -> Day:
        """The first day."""
        return cast(Day, self.date or self.starts)

    @property
    def last(self) -> Day:
        """The last day."""
        return cast(Day, self.date or self.ends)


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
    key_decision: bool | None = None  # None: worked out from value and divisions
    key_decision_because: BecauseEntry | None = None  # as it was worked out; None: nothing could be compared
    value: Pounds | None = None
    divisions: Divisions | None = None
    stands: list[Literal["value", "divisions", "key_decision"]] = Field(default_factory=list)  # as the lead has put it
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

    @model_validator(mode="after")
    def answer_fits_its_reason(self) -> ItemEntry:
        """What was worked out stands beside the answer that it gave."""
        because = self.key_decision_because
        if "key_decision_because" in self.model_fields_set and self.key_decision is not (
            because is not None and because.is_key
        ):
            raise unsuitable("“key_decision_because” gives another answer than “key_decision”: leave it out")
        return self

    def party_list(self) -> list[PartyEntry]:
        """The parties, all in the long form."""
        return [PartyEntry(organisation=p) if isinstance(p, str) else p for p in self.parties]


def in_order(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a file says of an item, its keys in the order in which they are dumped."""
    return {name: said[name] for name in ItemEntry.model_fields if name in said}


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
    waiver_agreed_by: Title | None = None
    breach: Text | None = None
    published: Day | None = None
    until: str | None = None
    reason: Text | None = None


SECTIONS: dict[str, type[Shape]] = {
    "organisations": OrganisationEntry,
    "rules": RulesEntry,
    "calendar": CalendarEntry,
    "forums": ForumEntry,
    "people": PersonEntry,
    "meetings": MeetingEntry,
    "items": ItemEntry,
    "outcomes": OutcomeEntry,
}
