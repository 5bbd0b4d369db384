"""Reminders of one item of Lancashire, as they are told: Cabinet deals with it on 5 October 2023 at 2pm.

By the council's rules notice of a key decision is due by 6 September, the report by 22 September and the agenda by 27
September; the decision is published the same day, can be called in until 10 October, and is minuted by 12 October.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from workflow.known import Person
from workflow.letters import Letter
from workflow.reminders.told import NEUTRAL, Told
from workflow.reminders.writing import letter_of

ADDRESS = "https://decisions.example.org"
NOW = datetime(2023, 10, 5, 7, 30, tzinfo=UTC)
TITLE = "Lancashire Place governance options appraisal"
CHECK = "Readiness to take on the functions assessed"
OWNER = Person("head-of-place", "Head of Lancashire Place", "head.of.place@example.org", frozenset())
SECRETARY = Person("cabinet-secretary", "Cabinet secretary", "cabinet.secretary@example.org", frozenset())
LEAD = Person("lcc-governance-lead", "County council governance lead", "governance@example.org", frozenset())

_OWNERS = {"holder": "person:head-of-place", "holder_names": ("Head of Lancashire Place",)}
_SECRETARYS = {"holder": "secretary:lcc-cabinet", "holder_names": ("Cabinet secretary",)}
_CLEARERS = {"holder": "clearer:finance", "holder_names": ("Chief finance officer",)}
_DIRECTORS = {"holder": "person:director-hci", "holder_names": ("Director of Health and Care Integration",)}
_LEADS = {"holder": "lead:lcc", "holder_names": ("County council governance lead",)}
_DECIDED: dict[str, Any] = {"meets_on": None, "meets_at": None, "place": None, "meeting": None}
_NO_FORUM: dict[str, Any] = {"forum": None, "forum_name": "", **_DECIDED}

#: What each kind is about, on a day on which it is told in time.
KINDS_TOLD: dict[str, dict[str, Any]] = {
    "report-due": {**_OWNERS, "day": "2023-09-22", "today": "2023-09-08", "rung": "before-10"},
    "clearance": {**_CLEARERS, "day": "2023-09-27", "today": "2023-09-18", "detail": "finance/1", "rung": "waiting-0"},
    "notice-due": {**_SECRETARYS, "day": "2023-09-06", "today": "2023-09-01", "rung": "before-3"},
    "private-notice-due": {**_SECRETARYS, "day": "2023-09-06", "today": "2023-09-01", "rung": "before-3"},
    "private-notice-again-due": {**_SECRETARYS, "day": "2023-09-27", "today": "2023-09-22", "rung": "before-3"},
    "agenda-due": {**_SECRETARYS, "day": "2023-09-27", "today": "2023-09-25", "rung": "before-2"},
    "meeting-tomorrow": {**_SECRETARYS, "day": "2023-10-05", "today": "2023-10-04", "rung": "before-1"},
    "outcome-missing": {**_SECRETARYS, "day": "2023-10-05", "today": "2023-10-06", "rung": "after-1"},
    "minutes-due": {**_SECRETARYS, **_DECIDED, "day": "2023-10-12", "today": "2023-10-11", "rung": "before-1"},
    "decision-to-publish": {**_SECRETARYS, **_DECIDED, "day": "2023-10-05", "today": "2023-10-05", "rung": "before-0"},
    "call-in-ending": {**_SECRETARYS, **_DECIDED, "day": "2023-10-10", "today": "2023-10-10", "rung": "before-0"},
    "condition-due": {
        **_DIRECTORS, **_DECIDED, "day": "2023-11-30", "today": "2023-11-16", "detail": "1", "rung": "before-10",
    },
    "evidence-due": {
        **_LEADS, **_NO_FORUM, "day": None, "today": "2023-08-22", "rung": "waiting-0", "detail": CHECK,
    },
    "consultation-closing": {**_LEADS, **_NO_FORUM, "day": "2023-09-15", "today": "2023-09-08", "rung": "before-5"},
    "calendar-ends": {**_SECRETARYS, **_DECIDED, "day": None, "today": "2023-08-22", "rung": "waiting-0"},
    "your-turn": {**_SECRETARYS, "day": None, "today": "2023-09-05", "detail": "bind", "rung": "waiting-0"},
    "idle": {**_OWNERS, **_NO_FORUM, "day": "2023-07-18", "today": "2023-08-15", "rung": "after-20"},
}  # fmt: skip

IN_NOVEMBER = {"meets_on": "2023-11-02", "meets_at": None, "place": None, "meeting": None}


def told(kind: str, **other: Any) -> Told:
    """One message of this kind to whoever has to act, in time unless told otherwise. Days may be written as text."""
    said: dict[str, Any] = {
        "item": "options-appraisal-2023",
        "title": TITLE,
        "step": "cabinet",
        "detail": "",
        "forum": "lcc-cabinet",
        "forum_name": "Cabinet",
        "organisation": "Lancashire County Council",
        "old_day": None,
        "because": "holder",
        "stands_in_for": None,
        "late": False,
        "meets_on": "2023-10-05",
        "meets_at": "14:00",
        "place": "County Hall",
        "meeting": "cabinet-2023-10-05",
        **KINDS_TOLD[kind],
        **other,
    }
    for name in ("day", "old_day", "today", "meets_on"):
        said[name] = date.fromisoformat(said[name]) if said[name] else None
    came = datetime.combine(said["today"], datetime.min.time(), UTC).replace(hour=8)
    page = f"forums/{said['forum']}" if kind == "calendar-ends" else f"items/{said['item']}"
    said = {"due_at": came, "link": f"{ADDRESS}/{page}", "reminder": kind, **said}
    return Told(kind=kind, key=f"{kind}-{said['item']}-{said['because']}", **said)


def overdue(kind: str, **other: Any) -> Told | None:
    """The same after its day; nothing if it has none."""
    day = other.get("day", KINDS_TOLD[kind]["day"])
    if day is None:
        return None
    after = {"idle": "2023-09-12"}.get(kind) or date.fromordinal(date.fromisoformat(day).toordinal() + 4).isoformat()
    return told(kind, **{"today": after, "rung": "after-1", **other})


def moved(kind: str) -> Told:
    """The same when Cabinet moves to 2 November: four weeks later."""
    old = KINDS_TOLD[kind]["day"] or "2023-10-05"
    new = date.fromordinal(date.fromisoformat(old).toordinal() + 28).isoformat()
    meets_on = told(kind).meets_on and "2023-11-02"
    return told(kind, old_day=old, day=new, meets_on=meets_on, rung="moved-1")


def off(kind: str) -> Told:
    """The same when it is off the meeting, and no other is known."""
    return replace(moved(kind), day=None, meets_on=None, meets_at=None, place=None, meeting=None)


def exempt(kind: str, number: int = 1) -> Told:
    """The same of an item in Part II."""
    return told(kind, title=NEUTRAL, exempt=True, item=f"ITM-2023-{number:04}", link=f"{ADDRESS}/deadlines")


def written(person: Person, *messages: Told, **more: Any) -> Letter:
    """The letter of one person, on the morning of 5 October 2023."""
    return letter_of(person, messages, installation="Lancashire decisions", address=ADDRESS, now=NOW, **more)


def across(kind: str, count: int, **other: Any) -> list[Told]:
    """Messages of one kind on several items."""
    titles = ("Place Integration Deal", "Section 75 agreement for intermediate care", "Refresh of the Better Care Fund")
    return [
        told(kind, item=f"item-{number + 1:02}", title=f"{titles[number % 3]}, part {number // 3 + 1}", **other)
        for number in range(count)
    ]


def late(*messages: Told) -> list[Told]:
    """As if nobody had looked over Easter: due on 7, 11 and 17 April 2023 in turn, told on the 18th."""
    due = [datetime(2023, 4, day, 8, tzinfo=UTC) for day in (7, 11, 17)]
    return [replace(one, late=True, due_at=due[number % 3]) for number, one in enumerate(messages)]


def after_easter() -> list[Told]:
    """What the owner was not told over Easter."""
    at = {"today": "2023-04-18", "meets_on": "2023-05-04"}
    return late(
        told("report-due", day="2023-04-21", **at),
        told("report-due", day="2023-04-14", title="Place Integration Deal", item="place-deal", **at),
        told("idle", day="2023-03-07", today="2023-04-18", title="Mental health strategy", item="strategy"),
    )


def new_one() -> Told:
    """What came up on the day after Easter."""
    return told(
        "report-due", item="bcf", title="Better Care Fund", day="2023-05-02", today="2023-04-18", meets_on="2023-05-15"
    )


def of_one_morning() -> list[Told]:
    """What the secretary is told on 4 October: of tomorrow's meeting, of the last one, and of that in November."""
    day = {"today": "2023-10-04", **IN_NOVEMBER}
    return [
        *across("meeting-tomorrow", 12),
        told("minutes-due", title="Place Integration Deal", item="place-deal", day="2023-09-21", today="2023-10-04"),
        told("your-turn", **day),
        replace(exempt("agenda-due", 1), day=date(2023, 10, 25), today=date(2023, 10, 4), meets_on=date(2023, 11, 2)),
        replace(exempt("agenda-due", 2), day=date(2023, 10, 25), today=date(2023, 10, 4), meets_on=date(2023, 11, 2)),
        told(
            "notice-due",
            item="strategy",
            title="Mental health strategy",
            old_day="2023-10-11",
            **day
            | {
                "day": "2023-10-04",
            },
        ),
    ]
