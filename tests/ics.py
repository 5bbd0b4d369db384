"""Calendar texts as others read them: checked against RFC 5545 line by line, then read by two other libraries."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import vobject
from ical.calendar_stream import IcsCalendarStream

LONGEST_LINE = 75  # octets
_LINE = re.compile(r'(?P<name>[A-Z0-9-]+)(?P<params>(?:;[A-Z0-9-]+=(?:"[^"]*"|[^";:,]*))*):(?P<value>.*)', re.DOTALL)
_TEXTS = ("SUMMARY", "DESCRIPTION", "LOCATION", "NAME", "X-WR-CALNAME")
_ESCAPED = re.compile(r"(?:\\[\\;,nN]|[^\\;,])*", re.DOTALL)
_ONCE = {
    "VCALENDAR": ("PRODID", "VERSION"),
    "VEVENT": ("UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE", "STATUS"),
    "VALARM": ("ACTION", "TRIGGER", "DESCRIPTION"),
    "VTIMEZONE": ("TZID",),
    "STANDARD": ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"),
    "DAYLIGHT": ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"),
}
_AT_MOST_ONCE = (
    "DTEND",
    "LOCATION",
    "URL",
    "CLASS",
    "TRANSP",
    "ORGANIZER",
    "LAST-MODIFIED",
    "METHOD",
    "CALSCALE",
    "NAME",
)


@dataclass(frozen=True)
class Entry:
    """One entry as vobject reads it."""

    uid: str
    summary: str
    start: date | datetime
    end: date | datetime
    status: str
    sequence: int
    description: str
    location: str
    url: str
    alarm: Any  # how long before, if there is one


@dataclass
class Part:
    """A component with its lines, unfolded: name, parameters, value."""

    kind: str
    lines: list[tuple[str, str, str]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        return [value for found, _params, value in self.lines if found == name]

    def walk(self) -> Iterator[Part]:
        yield self
        for part in self.parts:
            yield from part.walk()


def entries(text: str) -> list[Entry]:
    """The entries of a calendar, in order; AssertionError if it is not sound."""
    calendar = sound(text)
    found = [_entry(event) for event in getattr(calendar, "vevent_list", [])]
    strict = IcsCalendarStream.calendar_from_ics(text)  # raises for values that are none
    assert [(e.uid, e.summary, e.description, e.sequence) for e in strict.events] == [
        (e.uid, e.summary, e.description, e.sequence) for e in found
    ]
    return found


def sound(text: str) -> Any:
    """The calendar as vobject has it, if it holds to RFC 5545."""
    lines = text.split("\r\n")
    assert lines.pop() == "", "it ends with the end of a line"
    for line in lines:
        assert "\r" not in line and "\n" not in line, line
        assert len(line.encode()) <= LONGEST_LINE, line
        assert all(sign >= " " and sign != "\x7f" for sign in line), f"control characters: {line!r}"
    root = _tree(text)
    assert root.kind == "VCALENDAR" and root.values("VERSION") == ["2.0"] and root.parts
    for part in root.walk():
        _check(part)
    uids = Counter(uid for part in root.walk() for uid in part.values("UID"))
    assert not [uid for uid, times in uids.items() if times > 1]
    zones = {tzid for part in root.parts if part.kind == "VTIMEZONE" for tzid in part.values("TZID")}
    assert set(re.findall(r"TZID=([^;:]+)", text)) <= zones
    return vobject.readOne(text)


def method(text: str) -> str | None:
    """What an invitation asks for, if it is one."""
    return next(iter(_tree(text).values("METHOD")), None)


def lines_of(text: str, name: str) -> list[str]:
    """Every line of a name, unfolded, without the name."""
    return [line[len(name) :] for line in text.replace("\r\n ", "").split("\r\n") if re.match(rf"{name}[;:]", line)]


def _tree(text: str) -> Part:
    stack = [Part("")]
    for line in text.replace("\r\n ", "").split("\r\n")[:-1]:
        found = _LINE.fullmatch(line)
        assert found, f"no content line: {line!r}"
        name, params, value = found["name"], found["params"], found["value"]
        if name == "BEGIN":
            stack.append(Part(value))
        elif name == "END":
            done = stack.pop()
            assert done.kind == value, "components are nested"
            stack[-1].parts.append(done)
        else:
            stack[-1].lines.append((name, params, value))
    assert len(stack) == 1 and len(stack[0].parts) == 1, "one calendar, and all components end"
    return stack[0].parts[0]


def _check(part: Part) -> None:
    names = Counter(name for name, _params, _value in part.lines)
    for name in _ONCE[part.kind]:
        assert names[name] == 1, f"{part.kind} has {names[name]} of {name}"
    for name in _AT_MOST_ONCE:
        assert names[name] <= 1, f"{part.kind} has {names[name]} of {name}"
    for name, _params, value in part.lines:
        if name in _TEXTS:
            assert _ESCAPED.fullmatch(value), f"{name} is not escaped: {value!r}"
    if part.kind == "VEVENT":
        kinds = {"DATE" if "VALUE=DATE" in p else "TIME" for n, p, _v in part.lines if n in ("DTSTART", "DTEND")}
        assert len(kinds) == 1, "start and end are of one kind"
        assert part.values("STATUS")[0] in ("CONFIRMED", "TENTATIVE", "CANCELLED")
        assert re.fullmatch(r"\d{8}T\d{6}Z", part.values("DTSTAMP")[0])


def _entry(event: Any) -> Entry:
    def said(name: str) -> Any:
        found = event.contents.get(name)
        return found[0].value if found else ""

    start, end = said("dtstart"), said("dtend")
    assert start < end
    alarm = event.valarm.trigger.value if "valarm" in event.contents else None
    return Entry(
        said("uid"), said("summary"), start, end, said("status"), int(said("sequence")), said("description"),
        said("location"), said("url"), alarm,
    )  # fmt: skip
