"""For auditors: what happened to the installation and its forums, in words, and what verifying found."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select

from models.ledger import events
from models.reports import texts
from routes.ladders import KINDS, ladders_of
from routes.phrases import ladders
from workflow.actions import BY_KIND
from workflow.errors import Unknown, day
from workflow.known import KINDS_OF_DAYS
from workflow.ledger import INSTALLATION, KEY_INTRODUCED
from workflow.loaded import SECTION_OF, spelt_out
from workflow.queries.administration import seen_among
from workflow.queries.verify import Fault, Verdict
from workflow.runtime import Looking
from workflow.visibility import Reader

PAGE: Final = 50
_DAY: Final = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])-([0-2]\d|3[01])")
NOT_FOR_YOU: Final = "an item that is not for you to see"

Act = Mapping[str, Any]


def _entry(word: str, done: str) -> Callable[[Act], str]:
    def say(act: Act) -> str:
        if "entry" not in act:
            return f"{word} {done}: {act.get('meeting', '')}"
        entry = act["entry"]
        since = f", from {entry['from']}" if entry.get("from") else ""
        name = f"{entry['name']} ({entry['id']})" if entry.get("name") else str(entry["id"])
        return f"{word} {done}: {name}{since}"

    return say


def _days(entry: Act) -> str:
    """An entry of the calendar, such as State Funeral, a bank holiday on 19 September 2022."""
    first, last = entry.get("date") or entry.get("from"), entry.get("date") or entry.get("until")
    when = f"on {in_words(first)}" if first == last else f"from {in_words(first)} until {in_words(last)}"
    what = f"{entry['reason']}, {KINDS_OF_DAYS[entry['what']]} {when}"
    return f"withdrawn: {what}" if entry.get("withdrawn") else what


#: A sentence for every kind of event of the installation and of forums.
WORDS: Final[dict[str, Callable[[Act], str]]] = {
    "initialised": lambda _act: "The installation was set up",
    KEY_INTRODUCED: lambda act: (
        f"From here on events are sealed with a key; {act.get('chains', 0)} chains stood by then"
    ),
    "organisation-added": _entry("Organisation", "added"),
    "organisation-changed": _entry("Organisation", "changed"),
    "rules-added": _entry("Rules", "added"),
    "rules-changed": _entry("Rules", "changed"),
    "rules-removed": lambda act: f"Rules removed: {act['rules']}{', from ' + act['from'] if 'from' in act else ''}",
    "calendar-added": lambda act: f"Calendar: {_days(act['entry'])}",
    "calendar-changed": lambda act: f"Calendar changed: {_days(act['entry'])}",
    "person-added": _entry("Person", "added"),
    "person-changed": _entry("Person", "changed"),
    "forum-added": _entry("Forum", "added"),
    "forum-changed": _entry("Forum", "changed"),
    "meeting-added": _entry("Meeting", "added"),
    "meeting-changed": _entry("Meeting", "changed"),
    "meeting-moved": _entry("Meeting", "moved"),
    "meeting-cancelled": _entry("Meeting", "cancelled"),
    "meeting-held": _entry("Meeting", "held"),
    "route-added": lambda act: f"Route added: {act['route']}, version {act['number']}",
}

_NEEDED = {kind for kind, section in SECTION_OF.items() if section != "items"}
_NEEDED |= {kind for kind, action in BY_KIND.items() if action.name.startswith("meeting ")}
if _unspoken := _NEEDED - set(WORDS):
    raise RuntimeError(f"no sentence for events of the kinds {sorted(_unspoken)}")

#: What an event says besides its sentence, where that is worth reading.
_UNTOLD: Final = ("id", "name", "from")


@dataclass(frozen=True, slots=True)
class Told:
    """One event in words. `facts` are the values that it put down."""

    seq: int
    at: datetime
    on: date | None
    who: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    hash: str


@dataclass(frozen=True, slots=True)
class Chain:
    """One page of a chain's events, the newest first; `before` leads to earlier ones, `after` to later ones."""

    subject: str
    name: str
    events: tuple[Told, ...]
    total: int
    before: int | None
    after: int | None


def chain(look: Looking, subject: str, before: int | None = None, after: int | None = None) -> Chain:
    """The events of the installation or of a forum."""
    name = _name(look, subject)
    mine = events.c.subject == subject
    total = look.db.execute(select(events.c.seq).where(mine).order_by(events.c.seq.desc()).limit(1)).scalar() or 0
    top = min(total, before - 1 if before else total)
    if after is not None:
        top = min(total, after + PAGE)
    query = select(events).where(mine, events.c.seq <= top, events.c.seq > top - PAGE).order_by(events.c.seq.desc())
    rows = look.db.execute(query).mappings().all()
    spelt = {
        (subject, row.digest): row.text
        for row in look.db.execute(select(texts.c.digest, texts.c.text).where(texts.c.subject == subject))
    }
    told = tuple(_told(look, dict(row), spelt_out(row["data"].get("act", {}), subject, spelt)) for row in rows)
    earlier = told[-1].seq if told and told[-1].seq > 1 else None
    later = told[0].seq if told and told[0].seq < total else None
    return Chain(subject, name, told, total, earlier, later)


def as_readable(look: Looking, reader: Reader, verdict: Verdict) -> list[Fault]:
    """What verifying found, without naming items that the person may not see: their ids tell what they are about."""
    named = {fault.subject.removeprefix("item:") for fault in verdict.faults if fault.subject.startswith("item:")}
    seen = seen_among(look.db, reader, named)
    found = []
    for fault in verdict.faults:
        if fault.subject.startswith("item:") and not seen.get(fault.subject.removeprefix("item:")):
            message = "something does not hold; whoever may use the command line sees what: decision-routes verify"
            found.append(Fault(NOT_FOR_YOU, fault.seq, message))
        else:
            found.append(fault)
    return found


def _name(look: Looking, subject: str) -> str:
    if subject == INSTALLATION:
        return "the installation"
    forum = look.known.world.forums.get(subject.removeprefix("forum:"))
    if forum is None or not subject.startswith("forum:"):
        raise Unknown("There is no such chain. Choose the installation or one of its forums.")
    return forum.name


def _told(look: Looking, row: Mapping[str, Any], act: Act) -> Told:
    say = WORDS.get(row["kind"])
    sentence = say(act) if say else str(row["kind"])
    told = dict(act.get("entry", {})) or {k: v for k, v in act.items() if k not in ("route", "number", "heads")}
    facts = tuple((str(k), in_words(v)) for k, v in told.items() if k not in _UNTOLD and v not in (None, "", []))
    return Told(row["seq"], row["at"], row["date"], _who(look, row), sentence, facts, row["hash"])


def _who(look: Looking, row: Mapping[str, Any]) -> str:
    people = look.known.people
    actor = people[row["actor"]].name if row["actor"] in people else str(row["actor"])
    other = row["on_behalf_of"]
    if other is None or other == row["actor"]:
        return actor
    return f"{actor} for {people[other].name if other in people else other}"


def in_words(value: Any) -> str:
    """A value of an entry on one line: lists and mappings written out."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping) and {"days", "unit"} <= value.keys():
        before = f" before the {value['before'].replace('_', ' ')}" if value.get("before") else ""
        by = f"by {value['by']}, " if value.get("by") else ""
        return f"{by}{value['days']} {value['unit'].replace('-', ' ')}{before}"
    if isinstance(value, Mapping) and value and value.keys() <= set(KINDS):
        return ". ".join(f"{kind}: {words}" for kind, words in ladders(ladders_of(value)))
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {in_words(of)}" for name, of in value.items() if of is not None)
    if isinstance(value, list | tuple):
        return "; ".join(in_words(of) for of in value) or "none"
    if isinstance(value, str) and _DAY.fullmatch(value):
        with suppress(ValueError):  # 30 February
            return day(date.fromisoformat(value))
    return "none" if value is None else str(value)
