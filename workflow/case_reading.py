"""Case files read: every entry understood, every fault noted with its line, nothing taken in yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from routes.explain import explained
from routes.faults import Fault, FileFault
from routes.yaml_marks import Marked, MarkedList, line_of, read
from workflow.actions import ACTIONS
from workflow.entries import SECTIONS
from workflow.loaded import EntryKey, entry_key
from workflow.shapes import Shape

VERSION = 1
UPDATED = tuple(section for section in SECTIONS if section != "outcomes")
KNOWN_KEYS = ("decision_routes", "routes", "events", *SECTIONS)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Written:
    """An entry of a file, as it was written and as it was understood."""

    place: Place
    raw: Marked
    entry: Any  # the section's Shape, or the form of an act


@dataclass(frozen=True, slots=True)
class Partial:
    """An entry that names only some keys; what is wrong with it unless the others are known from elsewhere."""

    place: Place
    section: str
    raw: Marked
    faults: list[Fault]

    @property
    def key(self) -> EntryKey:
        """What it is known by."""
        return entry_key(self.section, self.raw)

    def completed(self, known: Mapping[str, Any]) -> Any:
        """The whole entry, with the keys that are not named as they are known; None if that makes no entry."""
        try:
            return SECTIONS[self.section].model_validate({**unsaid(known, self.raw), **self.raw})
        except ValidationError:
            return None


#: Keys that cannot stand beside each other: who names one of them takes the others back.
_INSTEAD_OF = {
    "forum": ("forums",),
    "forums": ("forum",),
    "date": ("from", "until"),
    "from": ("date",),
    "until": ("date",),
    "key_decision": ("key_decision_because",),
}


def unsaid(known: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of an entry, without the keys in whose place others are named now."""
    dropped = {name for named in said for name in _INSTEAD_OF.get(named, ())}
    return {name: value for name, value in known.items() if name not in dropped}


@dataclass
class Reading:
    """Everything that the files say, before any of it is taken in."""

    routes: list[tuple[Place, Marked]] = field(default_factory=list)
    entries: dict[str, dict[EntryKey, Written]] = field(default_factory=lambda: defaultdict(dict))
    outcomes: list[Written] = field(default_factory=list)
    events: list[Written] = field(default_factory=list)
    partial: list[Partial] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unread: bool = False  # a file could not be read at all, so nothing can be said about the others
    broken: set[str] = field(default_factory=set)  # ids whose entries are faulty: what names them is not judged
    said: dict[str, str] = field(default_factory=dict)  # outcomes and events, with the file that said them first

    def fault(self, place: Place, message: str) -> None:
        """Note what is wrong; reading goes on, so that every fault is told at once."""
        self.faults.append(Fault(place.file, place.line, message))


def read_files(files: Sequence[tuple[str, bytes]]) -> Reading:
    """Read case files without taking anything in; every fault is in `faults`."""
    reading = Reading()
    for name, data in files:
        try:
            document = read(data, name)
        except FileFault as fault:
            reading.faults += fault.faults
            reading.unread = True
            continue
        _read_document(reading, name, document)
    _complete_from_each_other(reading)
    return reading


def _read_document(reading: Reading, name: str, document: Marked) -> None:
    for key in document:
        if key not in KNOWN_KEYS:
            reading.fault(Place(name, document.lines[key]), f"“{key[:60]}” is not a section of a case file")
    version = document.get("decision_routes")
    if type(version) is not int or version != VERSION:
        line = line_of(document, ("decision_routes",))
        reading.fault(Place(name, line), "a case file begins with “decision_routes: 1”")
    for section in ("routes", *SECTIONS, "events"):
        listed = document.get(section)
        if listed is None:
            continue
        if not isinstance(listed, MarkedList):
            reading.fault(Place(name, document.lines[section]), f"“{section}” must be a list")
            continue
        for number, raw in enumerate(listed):
            place = Place(name, listed.lines[number])
            if not isinstance(raw, Marked):
                reading.fault(place, f"each entry of “{section}” must be a mapping of keys to values")
            else:
                _read_entry(reading, section, place, raw)


def _read_entry(reading: Reading, section: str, place: Place, raw: Marked) -> None:
    if section == "routes":
        reading.routes.append((place, raw))
        return
    if section == "events":
        _read_event(reading, place, raw)
        return
    try:
        entry: Any = SECTIONS[section].model_validate(raw)
    except ValidationError as error:
        _note_fault(reading, section, place, raw, error)
        return
    written = Written(place, raw, entry)
    if section == "outcomes":
        if not _said_elsewhere(reading, place, "outcome", entry):
            reading.outcomes.append(written)
        return
    key = entry_key(section, raw)
    known = reading.entries[section].get(key)
    if known is None:
        reading.entries[section][key] = written
    elif known.entry != entry:
        other = known.place
        reading.fault(place, f"{raw['id']} is described differently in {other.file}, line {other.line}")


def _note_fault(reading: Reading, section: str, place: Place, raw: Marked, error: ValidationError) -> None:
    """What is wrong with an entry, or that it names only some keys of something known from elsewhere."""
    shape = SECTIONS[section]
    faults = list(explained(error, raw, place.file, [str(f.alias or name) for name, f in shape.model_fields.items()]))
    named = isinstance(raw.get("id"), str)
    if section != "outcomes" and named and all(one["type"] in ("missing", "sentence") for one in error.errors()):
        reading.partial.append(Partial(place, section, raw, faults))
        return
    reading.faults += faults
    if named:
        reading.broken.add(raw["id"])


def _complete_from_each_other(reading: Reading) -> None:
    """Entries that name some keys of what another entry describes whole: one with it, or a fault."""
    apart = []
    for partial in reading.partial:
        whole = reading.entries[partial.section].get(partial.key)
        if whole is None:
            apart.append(partial)
        elif partial.completed(whole.raw) != whole.entry:
            other = whole.place
            reading.fault(
                partial.place, f"{partial.key[1]} is described differently in {other.file}, line {other.line}"
            )
    reading.partial = apart


def _read_event(reading: Reading, place: Place, raw: Marked) -> None:
    name = raw.get("action")
    if name == "update":
        _read_update(reading, place, raw)
        return
    action = ACTIONS.get(name) if isinstance(name, str) else None
    if action is None:
        reading.fault(place, f"“action” must be one of {', '.join(ACTIONS)}")
        return
    body = _without(raw, "action")
    form = _understood(reading, place, body, action.form)
    if form is not None and not _said_elsewhere(reading, place, action.name, form):
        reading.events.append(Written(place, raw, form))


def _said_elsewhere(reading: Reading, place: Place, what: str, entry: Shape) -> bool:
    """Whether another file has the identical outcome or event: then the two are one."""
    first = reading.said.setdefault(f"{what} {entry.model_dump_json()}", place.file)
    return first != place.file


def _read_update(reading: Reading, place: Place, raw: Marked) -> None:
    """A later state of an entry, as a dump has it: `{action: update, section: people, entry: {…}}`."""
    section, entry = raw.get("section"), raw.get("entry")
    if not isinstance(section, str) or section not in UPDATED or not isinstance(entry, Marked):
        reading.fault(place, "an update names its “section” and its “entry”")
        return
    understood = _understood(reading, place, entry, SECTIONS[section])
    if understood is not None and not _said_elsewhere(reading, place, f"update {section}", understood):
        reading.events.append(Written(place, raw, understood))


def _understood(reading: Reading, place: Place, raw: Marked, shape: type[Shape]) -> Any:
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        known = [str(f.alias or name) for name, f in shape.model_fields.items()]
        reading.faults += explained(error, raw, place.file, known)
        return None


def _without(raw: Marked, key: str) -> Marked:
    body = Marked(raw.line)
    body.lines = raw.lines
    body.update({name: value for name, value in raw.items() if name != key})
    return body
