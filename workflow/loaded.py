"""What case files and acts have put into this installation so far, in the words of case files.

Loading compares a file with it, dumping writes it out; both read it from the ledger.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, select

from models.ledger import events
from models.reports import texts
from workflow import ledger
from workflow.actions import BY_KIND
from workflow.entries import in_order as item_in_order
from workflow.shelf import chunks

#: Which section of a case file an event's entry belongs to.
SECTION_OF: Final = {
    "organisation-added": "organisations", "organisation-changed": "organisations",
    "rules-added": "rules", "rules-changed": "rules",
    "calendar-added": "calendar", "calendar-changed": "calendar",
    "person-added": "people", "person-changed": "people",
    "forum-added": "forums", "forum-changed": "forums",
    "meeting-added": "meetings", "meeting-changed": "meetings",
    "created": "items", "changed": "items",
}  # fmt: skip

REDACTED: Final = ledger.REDACTED

Entry = dict[str, Any]
EntryKey = tuple[str, str, str]  # section, id, and for rules the day from which they hold


@dataclass(frozen=True, slots=True)
class PastAct:
    """An act on record, as `events:` would name it."""

    position: int
    told: Entry


@dataclass
class Loaded:
    """Entries by section and id, each with every state it was loaded in, and acts by what they were about."""

    entries: dict[EntryKey, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    positions: dict[EntryKey, list[int]] = field(default_factory=lambda: defaultdict(list))
    acts: dict[str, list[PastAct]] = field(default_factory=lambda: defaultdict(list))  # by item or meeting

    @cached_property
    def first_act(self) -> float:
        """The position of the first act; infinity where there is none."""
        return min((act.position for of in self.acts.values() for act in of), default=math.inf)


def entry_key(section: str, entry: Mapping[str, Any]) -> EntryKey:
    """What an entry is known by: its id, and for rules also the day from which they hold."""
    return (section, str(entry["id"]), str(entry.get("from") or "") if section == "rules" else "")


def read_loaded(db: Connection, subjects: Sequence[str] | None = None) -> Loaded:
    """What the chains of these subjects say was loaded and done; every chain without subjects."""
    loaded = Loaded()
    for rows, spelt in _events(db, subjects):
        for row in rows:
            _take(loaded, row, spelt)
    return loaded


def _events(
    db: Connection, subjects: Sequence[str] | None
) -> Iterator[tuple[Sequence[RowMapping], Mapping[tuple[str, str], str | None]]]:
    columns = select(
        events.c.position, events.c.subject, events.c.at, events.c.date, events.c.on_behalf_of,
        events.c.kind, events.c.step, events.c.data,
    ).order_by(events.c.position)  # fmt: skip
    prose = select(texts.c.subject, texts.c.digest, texts.c.text)
    for chunk in [None] if subjects is None else chunks(subjects):
        wanted, spoken = columns, prose
        if chunk is not None:
            wanted = wanted.where(events.c.subject.in_(chunk))
            spoken = spoken.where(texts.c.subject.in_(chunk))
        spelt = {(row.subject, row.digest): row.text for row in db.execute(spoken)}
        yield db.execute(wanted).mappings().all(), spelt


def _take(loaded: Loaded, row: RowMapping, spelt: Mapping[tuple[str, str], str | None]) -> None:
    act = spelt_out(row["data"].get("act", {}), row["subject"], spelt)
    kind = row["kind"]
    if "entry" in act and kind in SECTION_OF:
        key = entry_key(SECTION_OF[kind], act["entry"])
        if key[0] == "items":
            act["entry"] = item_in_order({"key_decision": False, **act["entry"]})  # older versions left it out if not
        loaded.entries[key].append(act["entry"])
        loaded.positions[key].append(row["position"])
    elif kind in BY_KIND:
        about = act.get("meeting") if BY_KIND[kind].name.startswith("meeting ") else None
        item = row["subject"].removeprefix("item:")
        loaded.acts[str(about or item)].append(PastAct(row["position"], _named(row, act)))
        if kind == "meeting-added":
            _take_added_meeting(loaded, act)


def _take_added_meeting(loaded: Loaded, act: Entry) -> None:
    entry = {"id": act["meeting"], "forums": act["forums"], "date": act["meets_on"]}
    entry |= {name: act[name] for name in ("time", "place") if name in act}
    loaded.entries[("meetings", act["meeting"], "")].append(entry)


def _named(row: RowMapping, act: Entry) -> Entry:
    """An event as an entry of `events:`."""
    told: Entry = {"action": BY_KIND[row["kind"]].name}
    if row["subject"].startswith("item:"):
        told["item"] = row["subject"].removeprefix("item:")
    if row["step"] is not None:
        told["step"] = row["step"]
    told |= {name: value for name, value in act.items() if name != "texts"}
    if row["date"] is not None:
        told["date"] = row["date"].isoformat() if isinstance(row["date"], date) else row["date"]
    if row["on_behalf_of"] is not None:
        told["by"] = row["on_behalf_of"]
    at: datetime = row["at"]
    told["recorded_at"] = ledger.moment(at)
    return told


def spelt_out(value: Any, subject: str, spelt: Mapping[tuple[str, str], str | None]) -> Any:
    """Digests replaced by the subject's texts that they stand for; what was redacted says so."""
    if isinstance(value, str):
        if value.startswith("sha256:") and (subject, value) in spelt:
            text = spelt[(subject, value)]
            return text if text is not None else REDACTED
        return value
    if isinstance(value, Mapping):
        return {name: spelt_out(of, subject, spelt) for name, of in value.items()}
    if isinstance(value, list):
        return [spelt_out(of, subject, spelt) for of in value]
    return value


def in_order(acts: Iterable[Sequence[PastAct]]) -> list[PastAct]:
    """Acts on everything, in the order in which they were written down."""
    return sorted((act for of in acts for act in of), key=lambda act: act.position)
