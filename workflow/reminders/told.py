"""What one message tells one person, with everything that its words need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, select

from models.forecasts import forecasts, timetable
from models.organisations import meetings
from models.steps import steps as rounds
from workflow.known import Known
from workflow.letters import one_line
from workflow.reminders.recipients import Posts


@dataclass(frozen=True, slots=True)
class Told:
    """One message to one person.

    `title` stands for the item in words: of an item in Part II it is neutral. `because` says as what the person is
    told: holder, owner, lead, forum-lead, superior, secretary or chair; `stands_in_for` names the one who is away.
    With an `old_day` the message says that the day has moved from there.
    """

    key: str
    reminder: str
    kind: str
    item: str
    title: str
    step: str
    detail: str
    forum: str | None
    forum_name: str  # "" where there is none
    organisation: str  # the name of the item's organisation
    holder: str  # whose turn it is, such as secretary:<forum>
    holder_names: tuple[str, ...]  # the posts that hold it
    day: date | None
    old_day: date | None
    today: date
    rung: str
    because: str
    stands_in_for: str | None  # the name of who is away
    due_at: datetime
    late: bool
    meets_on: date | None = None  # when the forum is expected to deal with it
    meets_at: str | None = None  # local time, such as 14:00
    place: str | None = None
    meeting: str | None = None
    awaits_report: bool = False  # the report is still to come
    exempt: bool = False
    link: str = ""

    @property
    def moved(self) -> bool:
        """The day was another one when this person was last told."""
        return self.old_day is not None

    @property
    def overdue(self) -> bool:
        """The day is past."""
        return self.day is not None and self.day < self.today


NEUTRAL: Final = "an item in Part II"  # letters and calendars travel: nothing exempt goes into them
AT_ONCE: Final = 500  # ids in one query

_CURRENT: Final = and_(
    rounds.c.item == timetable.c.item, rounds.c.step == timetable.c.step, rounds.c.decision == "open"
)
_AWAITS_REPORT: Final = and_(rounds.c.papers == "none", rounds.c.verbal.is_(False), timetable.c.ask.is_not(None)).label(
    "awaits_report"
)


@dataclass(frozen=True, slots=True)
class OfItem:
    """What messages need to know of an item."""

    title: str
    part: str
    organisation: str
    owner: str


@dataclass(frozen=True, slots=True)
class Expected:
    """Where a step is expected to be dealt with."""

    part: str
    meets_on: date | None
    meeting: str | None
    place: str | None = None
    awaits_report: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """What messages need to know of the items they speak of, read for many at once."""

    known: Known
    today: date
    address: str
    items: Mapping[str, OfItem]
    expected: Mapping[tuple[str, str], Expected]  # by item and step

    def told(self, message: Mapping[str, Any], posts: Posts) -> Told:
        """A row of `post_messages` as it is put into words."""
        row = self.items[message["item"]]
        at = self.expected.get((message["item"], message["step"]))
        meeting = self.known.meetings.get(at.meeting or "") if at else None
        exempt = row.part == "II" or (at is not None and at.part == "II")
        away = self.known.people.get(message["stands_in_for"] or "")
        return Told(
            key=message["key"],
            reminder=message["reminder"],
            kind=message["kind"],
            item=message["item"],
            title=NEUTRAL if row.part == "II" else one_line(row.title),
            step=message["step"],
            detail=message["detail"],
            forum=message["forum"],
            forum_name=one_line(self.known.forum_name(message["forum"])) if message["forum"] else "",
            organisation=self.known.organisations[row.organisation].name,
            holder=message["holder"],
            holder_names=tuple(one_line(person.name) for person in posts.of_holder(message["holder"])),
            day=message["day"],
            old_day=message["old_day"],
            today=self.today,
            rung=message["rung"],
            because=message["because"],
            stands_in_for=one_line(away.name) if away else None,
            due_at=message["due_at"],
            late=message["late"],
            meets_on=at.meets_on if at else None,
            meets_at=meeting.time if meeting else None,
            place=at.place if at else None,
            meeting=meeting.id if meeting else None,
            awaits_report=at is not None and at.awaits_report,
            exempt=exempt,
            link=f"{self.address}/{_page(message, exempt)}",
        )


def _page(message: Mapping[str, Any], exempt: bool) -> str:
    """Where to go. Of an item in Part II not to its own page, since ids tell something too."""
    if exempt:
        return "deadlines"
    return f"forums/{message['forum']}" if message["kind"] == "calendar-ends" else f"items/{message['item']}"


def read_about(db: Connection, known: Known, today: date, address: str, ids: Iterable[str]) -> About:
    """What is to be known of these items, in a fixed number of queries."""
    wanted = sorted(set(ids))
    items: dict[str, OfItem] = {}
    expected: dict[tuple[str, str], Expected] = {}
    for start in range(0, len(wanted), AT_ONCE):
        chunk = wanted[start : start + AT_ONCE]
        of, at = forecasts.c, timetable.c
        for row in db.execute(select(of.item, of.title, of.part, of.organisation, of.owner).where(of.item.in_(chunk))):
            items[row.item] = OfItem(row.title, row.part, row.organisation, row.owner)
        steps = select(at.item, at.step, at.part, at.meets_on, at.meeting, meetings.c.place, _AWAITS_REPORT)
        steps = steps.outerjoin(meetings, meetings.c.id == at.meeting).outerjoin(rounds, _CURRENT)
        steps = steps.where(at.item.in_(chunk))
        for step in db.execute(steps):
            expected[step.item, step.step] = Expected(
                step.part, step.meets_on, step.meeting, step.place, bool(step.awaits_report)
            )
    return About(known, today, address, items, expected)
