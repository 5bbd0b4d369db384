"""What is known about an item and the world around it: the input of every pure computation.

`workflow/dossiers.py` makes an item's part of its rows and `workflow/known.py` the world around it: of the rows
as they are now or, for another day, as the ledger has them.
Nothing in here is derived: whether a step is ready, skipped or late follows from these in
`standing.py` and `planner.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from routes.ladders import Ladders
from routes.spec import Days, Route

Decision = Literal["open", "fell-short", "called-in", "passed"]
Papers = Literal["none", "submitted", "on-agenda"]
ItemState = Literal["draft", "in-progress", "on-hold", "withdrawn"]  # what is stored; complete and rejected follow


@dataclass(frozen=True, slots=True)
class RulePack:
    """The notice rules of an organisation or forum that hold from a day on. None: no such rule."""

    id: str
    starts: date | None = None  # `from` in files; None: always
    executive: bool = False
    key_decision_notice: Days | None = None
    agenda_day: Days | None = None
    report_due: Days | None = None
    decision_published: Days | None = None
    call_in: Days | None = None
    minutes_due: Days | None = None
    private_meeting_notice: Days | None = None
    private_meeting_notice_again: Days | None = None
    general_exception: Days | None = None
    public_questions: Days | None = None
    documents_to_members: int | None = None  # hours after a private or individual decision
    inspection: int | None = None  # years for which agenda, reports and minutes stay open to inspection
    inspection_of_background_papers: int | None = None  # years
    significant_value: float | None = None  # pounds from which a decision is a key decision
    significant_divisions: int | None = None  # so many divisions, or more, make it one
    sources: Mapping[str, str] = field(default_factory=dict)  # rule, as above: where it stands written


@dataclass(frozen=True, slots=True)
class Pattern:
    """When a forum usually meets: `every` week, month or quarter, on `nth` weekday, at `time`."""

    every: Literal["week", "month", "quarter"]
    weekday: int  # Monday is 0
    nth: int | None  # 1 to 4, -1 for last; None with every week
    time: str | None = None  # "14:00", local
    excepted: frozenset[int] = frozenset()  # months, 1 to 12


@dataclass(frozen=True, slots=True)
class Forum:
    """A body or office-holder that considers items."""

    id: str
    organisation: str
    name: str
    form: str
    rules: str | None = None  # the pack that holds here: its own or its organisation's
    meets: Pattern | None = None
    reminders: Ladders = ()  # in place of the usual ladders and of those of a route


@dataclass(frozen=True, slots=True)
class Meeting:
    """One sitting of one forum, or of several together, at local time."""

    id: str
    forums: tuple[str, ...]
    date: date
    time: str | None
    state: Literal["planned", "held", "cancelled"] = "planned"


@dataclass(frozen=True, slots=True)
class Item:
    """The matter that travels."""

    id: str
    title: str
    type: str
    organisation: str
    owner: str
    state: ItemState
    part: str = "I"
    key_decision: bool = False
    key_reason: Mapping[str, object] | None = None
    value: int | float | None = None
    divisions: str | tuple[str, ...] | None = None  # "all" or names
    fields: Mapping[str, object] = field(default_factory=dict)
    target: date | None = None
    report_version: int = 1  # the newest
    bindings: Mapping[str, str] = field(default_factory=dict)  # $name to forum or item id
    withdrawn_on: date | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One item's instance of a stage, in its current round."""

    id: str  # the stage's id, or `<stage>:<organisation>` for each party
    stage: str
    forum: str | None
    round: int = 1
    decision: Decision = "open"
    outcome: str | None = None
    outcome_on: date | None = None  # the business date of the outcome
    version: int | None = None  # the report version that was submitted here or decided on
    published_on: date | None = None  # the decision's publication, if known
    call_in_waived: bool = False
    no_call_in: bool = False  # decided again after a call-in: no second window
    upheld_on: date | None = None
    accepted: bool = False  # fell short and accepted by the lead
    meeting: str | None = None  # the meeting it is bound to
    papers: Papers = "none"
    verbal: bool = False  # nothing is due: the item is introduced by word of mouth
    part: str = "I"
    submitted_on: date | None = None  # None with papers in: the day is not on record
    agenda_on: date | None = None
    notice_given: date | None = None
    noticed_as_key: bool | None = None  # whether the item was a key decision then; None: not on record
    private_notice_on: date | None = None
    private_notice_again_on: date | None = None
    general_exception_on: date | None = None
    special_urgency_on: date | None = None
    urgent_item_on: date | None = None
    documents_given_on: date | None = None
    breach_on: date | None = None  # decided although notice was not given as the rules ask, with the reason on record
    minuted: bool = False  # the words of the resolution are on record
    called_in_on: date | None = None
    applies: bool | None = None  # `when`, once fixed; None: judged live
    opened_on: date | None = None  # a check gate
    not_before: date | None = None  # deferred until
    not_before_meeting: str | None = None
    awaits_author: bool = False  # referred back to the author: this round waits for the report to come again
    also_after: str | None = None  # referred back: a STAGE id; this round also waits for that stage
    earlier_round_on: date | None = None  # the day of its latest earlier round that had an outcome


@dataclass(frozen=True, slots=True)
class OpenCondition:
    """A condition of an outcome ("approved subject to") that nobody has met yet."""

    step: str
    number: int
    owner: str
    due: date | None


@dataclass(frozen=True, slots=True)
class Case:
    """One item with its route, the current round of each step (in the route's order), open conditions."""

    item: Item
    route: Route
    steps: tuple[Step, ...]
    conditions: tuple[OpenCondition, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """Everything around the items that a plan needs.

    `meetings` are those of each forum, joint ones under every forum that sits, ordered by date and time,
    cancelled ones included (they are known, and nobody can be planned there).
    `cases` holds the items that gates look at, and theirs in turn.
    """

    forums: Mapping[str, Forum]
    packs: Mapping[str, tuple[RulePack, ...]]  # by id, ordered by start
    meetings: Mapping[str, tuple[Meeting, ...]]  # by forum
    cases: Mapping[str, Case] = field(default_factory=dict)
    organisations: Mapping[str, str] = field(default_factory=dict)  # names by id
    closures: Mapping[str, frozenset[date]] = field(default_factory=dict)  # days off, by organisation
