"""What everybody knows: organisations, people and their roles, rules, forums and meetings.

It changes seldom and is needed by every act, so it is read whole and kept until `derived_revision` says
that something in it has changed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from routes.ladders import ladders_of
from routes.spec import Days
from workflow.clear_days import NO_OVERRIDES, Calendar, Overrides
from workflow.facts import Forum, Meeting, Pattern, RulePack, World

ALWAYS = date(1, 1, 1)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}

DAYS_FIELDS = (
    "key_decision_notice",
    "agenda_day",
    "report_due",
    "decision_published",
    "call_in",
    "minutes_due",
    "private_meeting_notice",
    "private_meeting_notice_again",
    "general_exception",
    "public_questions",
)
_days = TypeAdapter(Days | None)


@dataclass(frozen=True, slots=True)
class Organisation:
    """A legal body or a partnership without legal personality."""

    id: str
    name: str
    kind: str
    rules: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with roles: (role, scope), where the scope is a forum, an organisation, an area or ""."""

    id: str
    name: str
    email: str | None
    roles: frozenset[tuple[str, str]]
    superior: str | None = None  # who is told when this person does not act

    def holds(self, role: str, scope: str = "") -> bool:
        """Whether the person has this role for this forum, organisation or area."""
        return (role, scope) in self.roles


#: What the days of the calendar that are added here can be.
KINDS_OF_DAYS: Final = {"bank-holiday": "a bank holiday", "working-day": "a working day", "closure": "closed"}


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day, or days from one to another, on which the calendar is not what was shipped: for all, or for one
    organisation."""

    id: str
    what: Literal["bank-holiday", "working-day", "closure"]
    organisation: str | None  # None: everybody
    starts: date
    ends: date
    reason: str

    def days(self) -> list[date]:
        """Every day of it, both ends counted."""
        return [self.starts + timedelta(days=n) for n in range((self.ends - self.starts).days + 1)]


@dataclass(frozen=True, slots=True)
class Known:
    """Organisations, people and the world of forums and meetings, as of one revision."""

    revision: int
    organisations: Mapping[str, Organisation]
    people: Mapping[str, Person]
    world: World
    meetings: Mapping[str, Meeting] = field(default_factory=dict)  # by id
    led_below: Mapping[str, frozenset[str]] = field(default_factory=dict)  # organisations, by the superior of a lead
    days: Mapping[str, CalendarDay] = field(default_factory=dict)  # by id
    overrides: Overrides = NO_OVERRIDES  # those of the days that are everybody's

    def calendar(self, shipped: Calendar) -> Calendar:
        """Everybody's calendar: the shipped one with the days that were added here."""
        return shipped.changed_by(self.overrides)

    def with_meetings(self, changed: Iterable[Meeting]) -> Known:
        """The same, with these meetings added or in place of those of the same id."""
        meetings = {**self.meetings, **{meeting.id: meeting for meeting in changed}}
        return replace(self, meetings=meetings, world=replace(self.world, meetings=by_forum(meetings.values())))

    def forum_name(self, forum: str | None) -> str:
        """A forum as a sentence names it."""
        found = self.world.forums.get(forum or "")
        return found.name if found else (forum or "")


def assemble(revision: int, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> Known:
    """Put the rows of the installation's and the forums' tables together."""
    organisations = {
        r["id"]: Organisation(r["id"], r["name"], r["kind"], r["rules"]) for r in rows.get("organisations", ())
    }
    held: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for r in rows.get("roles", ()):
        held[r["person"]].add((r["role"], r["scope"]))
    people = {
        r["id"]: Person(r["id"], r["name"], r["email"], frozenset(held[r["id"]]), r.get("superior"))
        for r in rows.get("people", ())
    }
    shared = Counter(r["name"] for r in rows.get("forums", ()))
    forums = {r["id"]: _forum(r, organisations, shared[r["name"]] > 1) for r in rows.get("forums", ())}
    meetings = _meetings(rows.get("meetings", ()), rows.get("meeting_forums", ()))
    names = {organisation.id: organisation.name for organisation in organisations.values()}
    packs = _packs(rows.get("rule_packs", ()))
    days = {row["id"]: CalendarDay(**row) for row in sorted(rows.get("calendar_days", ()), key=lambda r: r["id"])}
    world = World(forums, packs, by_forum(meetings.values()), organisations=names, closures=_closures(days.values()))
    led = _led_below(people.values())
    return Known(revision, organisations, people, world, meetings, led, days, _everybodys(days.values()))


def _closures(days: Iterable[CalendarDay]) -> dict[str, frozenset[date]]:
    """The days on which single organisations are shut."""
    found: dict[str, set[date]] = defaultdict(set)
    for entry in days:
        if entry.organisation is not None:
            found[entry.organisation].update(entry.days())
    return {organisation: frozenset(of) for organisation, of in found.items()}


def _everybodys(days: Iterable[CalendarDay]) -> Overrides:
    found: dict[str, set[date]] = defaultdict(set)
    for entry in days:
        if entry.organisation is None:
            found[entry.what].update(entry.days())
    named = ("bank-holiday", "working-day", "closure")
    return Overrides(*(frozenset(found[what]) for what in named)) if found else NO_OVERRIDES


def _led_below(people: Iterable[Person]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for person in people:
        if person.superior:
            found[person.superior] |= {scope for role, scope in person.roles if role == "lead"}
    return {superior: frozenset(led) for superior, led in found.items() if led}


def by_forum(meetings: Iterable[Meeting]) -> dict[str, tuple[Meeting, ...]]:
    """Each forum's meetings in order of date and time, joint ones under every forum that sits."""
    found: dict[str, list[Meeting]] = defaultdict(list)
    for meeting in sorted(meetings, key=lambda m: (m.date, m.time or "", m.id)):
        for forum in meeting.forums:
            found[forum].append(meeting)
    return {forum: tuple(of) for forum, of in found.items()}


def _forum(row: Mapping[str, Any], organisations: Mapping[str, Organisation], shares_name: bool) -> Forum:
    """A forum as sentences speak of it: several are called Cabinet or Board, so those say whose they are."""
    organisation = organisations[row["organisation"]]
    name = f"{row['name']} of {organisation.name}" if shares_name else row["name"]
    rules = row["rules"] or organisation.rules
    ladders = ladders_of(row.get("reminders"))
    return Forum(row["id"], row["organisation"], name, row["form"], rules, pattern(row["meets"]), ladders)


def pattern(meets: Mapping[str, Any] | None) -> Pattern | None:
    """The `meets:` of a forum, such as every month on the first thursday, at 14:00, except in august."""
    if meets is None:
        return None
    words = str(meets["day"]).split()
    return Pattern(
        every=meets["every"],
        weekday=WEEKDAYS.index(words[-1]),
        nth=NTH[words[0]] if len(words) == 2 else (None if meets["every"] == "week" else 1),
        time=meets.get("time"),
        excepted=frozenset(MONTHS.index(month) + 1 for month in meets.get("except") or ()),
    )


def _packs(rows: Iterable[Mapping[str, Any]]) -> dict[str, tuple[RulePack, ...]]:
    found: dict[str, list[RulePack]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: (r["id"], r["starts"])):
        rules = row["rules"]
        starts = None if row["starts"] == ALWAYS else row["starts"]
        found[row["id"]].append(_pack(row["id"], starts, rules))
    return {name: tuple(of) for name, of in found.items()}


def _pack(name: str, starts: date | None, rules: Mapping[str, Any]) -> RulePack:
    days: dict[str, Any] = {field: _days.validate_python(rules.get(field)) for field in DAYS_FIELDS}
    significant = rules.get("key_decision") or {}
    return RulePack(
        id=name,
        starts=starts,
        executive=bool(rules.get("executive", False)),
        documents_to_members=(rules.get("documents_to_members") or {}).get("hours"),
        inspection=(rules.get("inspection") or {}).get("years"),
        inspection_of_background_papers=(rules.get("inspection_of_background_papers") or {}).get("years"),
        significant_value=significant.get("value"),
        significant_divisions=significant.get("divisions"),
        sources=rules.get("sources") or {},
        **days,
    )


def _meetings(rows: Iterable[Mapping[str, Any]], sittings: Iterable[Mapping[str, Any]]) -> dict[str, Meeting]:
    forums: dict[str, list[str]] = defaultdict(list)
    for r in sorted(sittings, key=lambda r: (r["meeting"], r["place_in_order"])):
        forums[r["meeting"]].append(r["forum"])
    return {r["id"]: Meeting(r["id"], tuple(forums[r["id"]]), r["date"], r["time"], r["state"]) for r in rows}
