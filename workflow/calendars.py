"""Deadlines and meetings as calendar programs read them (RFC 5545): feeds to follow, and invitations to one meeting.

The same entry has the same UID wherever it turns up, and a SEQUENCE that only grows, so that calendars put what moved
in place of what was there. Entries in Part II come with neutral words: calendars travel to telephones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final, Literal

from icalendar import (
    Alarm,
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vDuration,
    vText,
)

from workflow.clock import LONDON
from workflow.errors import day
from workflow.letters import one_line

PRODUCT: Final = "-//Decision Routes//Decision Routes//EN"
HOME: Final = "decision-routes"  # what stands after the @ of every UID
USUAL_LENGTH: Final = timedelta(hours=2)  # of meetings, which have no end
READ_AGAIN: Final = timedelta(hours=1)  # how often programs are asked to look
WARNED_AT: Final = time(9)


@dataclass(frozen=True, slots=True)
class Sitting:
    """A meeting as calendars show it. `forum` is the one in whose ledger it is kept, `name` says who sits.

    `sequence` and `changed_at` are those of the last thing that happened to the meeting. `about` is the item whose
    calendar it is; `bound` and `expected` are the items on it and those that may come to it.
    """

    id: str
    forum: str
    name: str
    on: date
    time: str | None  # local, such as 14:00
    place: str | None
    state: str  # planned, held or cancelled
    sequence: int
    changed_at: datetime
    link: str = ""
    why: str = ""
    about: str = ""
    is_certain: bool = True
    bound: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    more: bool = False

    @property
    def uid(self) -> str:
        """The same for as long as there is the meeting."""
        return f"meeting-{self.id}-{self.forum}@{HOME}"


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something that has to be done by a day. `warn_on` is the day on which calendars say so, at nine.

    `title` stands for the item in words; `forum` is "" where there is none.
    `over` says why it need not be done any more: it is done, or not asked for.
    """

    reminder: str
    heading: str
    asks: str
    title: str
    forum: str
    day: date
    warn_on: date | None
    over: str
    sequence: int
    changed_at: datetime
    link: str = ""
    why: str = ""

    @property
    def uid(self) -> str:
        """The same whichever day it has."""
        return f"{self.reminder}@{HOME}"


def feed(name: str, sittings: Iterable[Sitting], deadlines: Iterable[Deadline]) -> str:
    """A calendar to follow. The same entries make the same text, to the byte."""
    made = _calendar()
    for heading in ("NAME", "X-WR-CALNAME"):
        made.add(heading, vText(one_line(name)))
    made.add("X-WR-TIMEZONE", vText(str(LONDON)))
    made.add("REFRESH-INTERVAL", vDuration(READ_AGAIN), parameters={"VALUE": "DURATION"})
    made.add("X-PUBLISHED-TTL", vDuration(READ_AGAIN))
    made.add_component(_london())
    for sitting in sittings:
        made.add_component(_meeting(sitting))
    for deadline in deadlines:
        made.add_component(_due(deadline))
    return _text(made)


def invitation(sitting: Sitting, organiser: str, attendee: str) -> str:
    """What puts one meeting into somebody's calendar, or takes a cancelled one out; both are e-mail addresses.

    The method (REQUEST or CANCEL) is also to stand in the head of the letter part that carries it: `method_of`.
    """
    made = _calendar()
    made.add("METHOD", method_of(sitting))
    made.add_component(_london())
    event = _meeting(sitting)
    event.add("ORGANIZER", vCalAddress(f"mailto:{one_line(organiser)}"))
    invited = vCalAddress(f"mailto:{one_line(attendee)}")
    invited.params.update({"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION"})
    invited.params["RSVP"] = "FALSE"  # nobody reads the answers
    event.add("ATTENDEE", invited)
    made.add_component(event)
    return _text(made)


def method_of(sitting: Sitting) -> Literal["REQUEST", "CANCEL"]:
    """What an invitation to this meeting asks of a calendar."""
    return "CANCEL" if sitting.state == "cancelled" else "REQUEST"


def _calendar() -> Calendar:
    made = Calendar()
    made.add("VERSION", "2.0")
    made.add("PRODID", PRODUCT)
    made.add("CALSCALE", "GREGORIAN")
    return made


def _text(made: Calendar) -> str:
    return str(made.to_ical(), "utf-8")


@cache
def _london() -> Timezone:
    """The clock changes of the United Kingdom as a rule, which has held since 1996."""
    zone = Timezone()
    zone.add("TZID", str(LONDON))
    summer, winter = TimezoneDaylight(), TimezoneStandard()
    hour, none = timedelta(hours=1), timedelta(0)
    for part, starts, before, after, called, month in (
        (summer, datetime(1996, 3, 31, 1), none, hour, "BST", 3),  # noqa: DTZ001  (RFC 5545 wants local times here)
        (winter, datetime(1996, 10, 27, 2), hour, none, "GMT", 10),  # noqa: DTZ001
    ):
        part.add("DTSTART", starts)
        part.add("TZOFFSETFROM", before)
        part.add("TZOFFSETTO", after)
        part.add("TZNAME", called)
        part.add("RRULE", {"FREQ": "YEARLY", "BYMONTH": month, "BYDAY": "-1SU"})
        zone.add_component(part)
    return zone


def _meeting(sitting: Sitting) -> Event:
    cancelled = sitting.state == "cancelled"
    name = ": ".join(one_line(words) for words in (sitting.name, sitting.about) if words)
    event = _entry(sitting.uid, sitting.sequence, sitting.changed_at, sitting.link)
    event.add("SUMMARY", f"Cancelled: {name}" if cancelled else name)
    if sitting.time is None:
        _whole_day(event, sitting.on)
    else:
        hours, minutes = (int(part) for part in sitting.time.split(":"))
        begins = datetime.combine(sitting.on, time(hours, minutes), LONDON).astimezone(UTC)  # two real hours, and
        event.add("DTSTART", begins.astimezone(LONDON))  # never a time that the clocks leave out
        event.add("DTEND", (begins + USUAL_LENGTH).astimezone(LONDON))
    if sitting.place:
        event.add("LOCATION", one_line(sitting.place))
    event.add("DESCRIPTION", "\n".join(_about_meeting(sitting)))
    event.add("STATUS", "CANCELLED" if cancelled else "CONFIRMED" if sitting.is_certain else "TENTATIVE")
    event.add("TRANSP", "TRANSPARENT" if cancelled or not sitting.is_certain else "OPAQUE")
    return event


def _about_meeting(sitting: Sitting) -> Iterable[str]:
    verb = "does not meet" if sitting.state == "cancelled" else "met" if sitting.state == "held" else "meets"
    yield f"{one_line(sitting.name)} {verb} on {day(sitting.on)}."
    if sitting.about:
        expected = "" if sitting.is_certain else "Expected there, not yet put on it: "
        yield f"{expected}{one_line(sitting.about)}"
    for heading, titles in (("To be dealt with:", sitting.bound), ("Expected, not yet put on it:", sitting.expected)):
        if titles:
            yield heading
            yield from (f"- {one_line(title)}" for title in titles)
    if sitting.more:
        yield "There are more on the page of the meeting."
    if sitting.why:
        yield f"In your calendar because {one_line(sitting.why)}."
    if sitting.link:
        yield sitting.link


def _due(deadline: Deadline) -> Event:
    where = f" ({one_line(deadline.forum)})" if deadline.forum else ""
    what = f"{deadline.heading}: {one_line(deadline.title)}{where}"
    event = _entry(deadline.uid, deadline.sequence, deadline.changed_at, deadline.link)
    event.add("SUMMARY", f"No longer due: {what}" if deadline.over else what)
    _whole_day(event, deadline.day)
    event.add("DESCRIPTION", "\n".join(_about_deadline(deadline)))
    event.add("STATUS", "CANCELLED" if deadline.over else "CONFIRMED")
    event.add("CLASS", "PRIVATE")
    event.add("TRANSP", "TRANSPARENT")  # whoever has a deadline is not busy all day
    if deadline.warn_on is not None and not deadline.over:
        alarm = Alarm()
        alarm.add("ACTION", "DISPLAY")
        alarm.add("DESCRIPTION", f"{what}, {day(deadline.day)}")
        alarm.add("TRIGGER", _before(deadline.day, deadline.warn_on))
        event.add_component(alarm)
    return event


def _about_deadline(deadline: Deadline) -> Iterable[str]:
    if deadline.over:
        yield one_line(deadline.over)
    yield f"{one_line(deadline.asks)}, by {day(deadline.day)}."
    yield f"Item: {one_line(deadline.title)}"
    if deadline.forum:
        yield f"Forum: {one_line(deadline.forum)}"
    if deadline.why:
        yield f"In your calendar because {one_line(deadline.why)}."
    if deadline.link:
        yield deadline.link


def _entry(uid: str, sequence: int, changed_at: datetime, link: str) -> Event:
    event = Event()
    event.add("UID", uid)
    event.add("SEQUENCE", sequence)
    event.add("DTSTAMP", changed_at)
    event.add("LAST-MODIFIED", changed_at)
    if link:
        event.add("URL", link)
    return event


def _whole_day(event: Event, on: date) -> None:
    event.add("DTSTART", on)
    event.add("DTEND", on + timedelta(days=1))


def _before(due: date, warn_on: date) -> timedelta:
    """From the midnight with which a day begins back to nine o’clock on an earlier day."""
    return datetime.combine(warn_on, WARNED_AT) - datetime.combine(due, time())
