"""What a clock says: which rule binds which step, by when, what satisfies it, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from routes.spec import Days

Kind = Literal[
    "key-decision-notice",  # SI 2012/2089 regulation 9
    "private-meeting-notice",  # regulation 5: the first notice
    "private-meeting-notice-again",  # and the second, with representations and the response
    "report",  # to the forum's secretary: local
    "agenda",  # agenda and reports open to inspection: regulation 7, Local Government Act 1972 section 100B
    "public-questions",  # local
    "general-exception",  # regulation 10: decide only after so many clear days
    "special-urgency",  # regulation 11
    "urgent-item",  # section 100B(4)(b)
    "decision-published",  # regulations 12 and 13; the number of days is local
    "call-in",  # local
    "documents-to-members",  # regulation 16: within 24 hours
    "minutes",  # local
    "consultation",
    "inspection",  # agenda, reports and minutes
    "inspection-of-background-papers",
]

State = Literal[
    "running",  # there is still time
    "at-risk",  # there is hardly any, or what it waits for comes too late
    "kept",  # done in time
    "excused",  # not done in time, and a way out was used: `excused_by`
    "broken",  # not done in time, and no way out was used
    "unknown",  # nothing on record says whether it was kept: `because` says what to record
    "open",  # a window or period that is running
    "called-in",
    "over",  # a window or period that has ended
    "waived",
]

#: What somebody has to see to where nothing says that it was done: the notices that the law asks for before a
#: decision, and what has to follow it.
SEEN_TO: Final[tuple[Kind, ...]] = (
    "key-decision-notice",
    "private-meeting-notice",
    "private-meeting-notice-again",
    "decision-published",
    "documents-to-members",
    "minutes",
)


@dataclass(frozen=True, slots=True)
class Clock:
    """One rule at one step. `due` is the last day on which it can be kept, inclusive; of a window its last day.

    `starts` is the first day of a window or period, for the general exception the first on which it may be decided;
    `by` the local time on the due day, "12:00"; `done_on` the day on which it was done, None where none is on record;
    `fell_short` says by how much it was missed ("21 clear days instead of 28"). `length`, `rule` (the same in words)
    and `source` are the rule's own. `because` says in a sentence why it stands as it does. `done`: it was done, even
    where the day is not on record. `as_if_on`: its step is on no meeting, and it says what would hold on the day of
    the next one.
    """

    kind: Kind
    step: str
    forum: str | None
    state: State
    due: date | None
    starts: date | None = None
    by: str | None = None
    done_on: date | None = None
    length: Days | None = None
    rule: str = ""
    source: str | None = None
    excused_by: Kind | Literal["call-in-waiver"] | None = None
    fell_short: str | None = None
    because: str | None = None
    done: bool = False
    as_if_on: date | None = None

    @property
    def needs_somebody(self) -> bool:
        """It is missed or about to be; or nothing says that it was done, and somebody has to see to that."""
        if self.state == "unknown":
            return self.kind in SEEN_TO and self.due is not None and not self.done
        return self.state in ("broken", "at-risk")
