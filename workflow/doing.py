"""One act, or a file of them, in progress: who does it, when, and the rows that will be written at its end.

Rows and ledger events are collected here from the same values and written together, in few statements, so
that neither can be without the other. Whatever reads the database during an act calls `flush` first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Insert, Table, Update, and_, bindparam, delete, insert, select, update

from models import metadata
from models.ledger import events
from models.organisations import forums, installation
from models.reports import texts
from workflow import happened as happenings
from workflow import ledger
from workflow.clear_days import Calendar
from workflow.clock import business_date
from workflow.dossiers import Dossier
from workflow.errors import AlreadyDecided, Refused
from workflow.facts import Meeting
from workflow.happened import Happened
from workflow.known import Known
from workflow.ledger import Change
from workflow.letters import INSTALLATION, SENDER
from workflow.plan_changes import ItemEffect
from workflow.whom_to_tell import Changed

#: The order in which new rows go in, so that what they refer to is already there.
ORDER = [table.name for table in metadata.sorted_tables]

_Key = tuple[Any, ...]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Resolved:
    """An outcome that was recorded, or corrected, at one step."""

    item: str
    step: str
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Rearranged:
    """A meeting that was added, moved or cancelled; `was` is None for a new one. `place` is a new one."""

    was: Meeting | None
    becomes: Meeting
    reason: str | None = None
    code: str | None = None
    place: str | None = None


@dataclass
class Doing:
    """What every use case is handed. `actor` ran the command or signed in; `by` is for whom it is recorded."""

    db: Connection
    actor: str
    now: datetime
    today: date
    shipped_calendar: Calendar
    known: Known
    by: str | None = None
    recorded_at: datetime | None = None  # an act of an earlier ledger, taken in with its own time
    ledger_key: bytes | None = None
    address: str = ""  # where people reach this installation
    name: str = INSTALLATION
    sender: str = SENDER  # whom its letters come from
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    dossiers: dict[str, Dossier] = field(default_factory=dict)  # items in hand, locked where they are acted on
    touched: set[str] = field(default_factory=set)  # items whose forecast has to be made anew
    created: set[str] = field(default_factory=set)  # those that nothing was known of before
    readers_touched: set[str] = field(default_factory=set)  # those that others may have to see from now on
    moved_forums: set[str] = field(default_factory=set)  # forums that belong to another organisation now
    touched_forums: set[str] = field(default_factory=set)  # and those with open steps at these forums
    reminded_anew: set[str] = field(default_factory=set)  # forums that have other ladders of reminders now
    ruled_anew: set[str] = field(default_factory=set)  # and all that were ever at these, which have other rules now
    named_anew: set[str] = field(default_factory=set)  # and open ones that were at these, which are called otherwise
    renamed: set[str] = field(default_factory=set)  # and the open items of these organisations
    counted_anew: bool = False  # working days are others now, so reminders may come on other days
    world_changed: bool = False  # organisations, rules, people, forums or meetings did
    moved_on: dict[str, date] = field(default_factory=dict)  # item: the business date of the last thing that happened
    happened: dict[happenings.Key, Happened] = field(default_factory=dict)  # what plans may have changed by
    resolved: list[Resolved] = field(default_factory=list)  # outcomes that people are to be told of
    rearranged: list[Rearranged] = field(default_factory=list)  # meetings that people are to be told of
    replanned: list[tuple[ItemEffect, Changed]] = field(default_factory=list)  # and what it changed
    routes_read: bool = False
    route_texts: dict[str, str] = field(default_factory=dict)  # version: exact text
    route_numbers: dict[str, int] = field(default_factory=dict)  # route: how many versions there are
    newest_routes: dict[str, str] = field(default_factory=dict)  # route: its newest version
    _new: dict[str, dict[_Key, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    _changed: dict[str, dict[_Key, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    _gone: dict[str, list[_Key]] = field(default_factory=lambda: defaultdict(list))
    _events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def calendar(self) -> Calendar:
        """Everybody's calendar, with the days that are known so far."""
        return self.known.calendar(self.shipped_calendar)

    def append(
        self,
        subject: str,
        kind: str,
        *,
        on: date | None,
        changes: Sequence[Change] = (),
        act: Mapping[str, Any] | None = None,
        step: str | None = None,
    ) -> None:
        """Write down that this happened: one event in the subject's chain, and the rows it changed."""
        if self.recorded_at is not None and self.recorded_at > self.now:
            raise Refused("An act cannot have been recorded at a moment that lies ahead: correct its recorded_at.")
        self.lock(subject)
        seq, head = self.heads[subject]
        event: dict[str, Any] = {
            "subject": subject,
            "seq": seq + 1,
            "at": self.recorded_at or self.now,
            "date": on,
            "actor": self.actor,
            "on_behalf_of": self.by,
            "kind": kind,
            "step": step,
            "data": ledger.data_of(act or {}, changes),
            "previous": head,
        }
        event["hash"] = ledger.seal(event, self.ledger_key)
        event["method"] = ledger.method_for(self.ledger_key)
        self._events.append(event)
        self.heads[subject] = (event["seq"], event["hash"])
        if subject.startswith("item:"):
            self.moved_on[subject.removeprefix("item:")] = on or business_date(event["at"])
        self.happened.update(
            happenings.happened(subject, kind, step, on or business_date(event["at"]), act or {}, changes)
        )
        dossier = self.dossiers.get(subject.removeprefix("item:"))
        for change in changes:
            self._collect(subject, change)
            self._note_readers(subject, change, dossier)
            if dossier is not None:
                dossier.change(change)
        self._move_head(subject)

    def lock(self, subject: str) -> None:
        """Keep everybody else from adding to this chain until the end of the act."""
        if subject not in self.heads:
            self.heads[subject] = self._head(subject)

    def prose(self, subject: str, text: str) -> str:
        """Put free text into its own row; what stands for it elsewhere is returned."""
        salt = ledger.new_salt()
        digest = ledger.prose_digest(salt, text)
        self._new["texts"][(subject, digest)] = {
            "subject": subject,
            "digest": digest,
            "salt": salt,
            "text": text,
        }
        return digest

    def keep(self, table: Table, row: dict[str, Any]) -> None:
        """A new row of a table that no ledger speaks of."""
        self._new[table.name][tuple(row[c.name] for c in table.primary_key)] = row

    def text(self, subject: str, digest: str) -> str | None:
        """The free text that a digest stands for; None if it was redacted."""
        waiting = self._new["texts"].get((subject, digest))
        if waiting is not None:
            return str(waiting["text"])
        where = and_(texts.c.subject == subject, texts.c.digest == digest)
        return self.db.execute(select(texts.c.text).where(where)).scalar_one_or_none()

    def worked_out(self, key: _Key, work: Callable[[], Result]) -> Result:
        """What follows from the rows as they are at this moment of the act; `key` says of what."""
        return work()

    def recorded_by(self, subject: str, step: str) -> str | None:
        """The person, or else the actor, who recorded or corrected the newest outcome of a step."""
        self.flush()
        query = select(events.c.on_behalf_of, events.c.actor).where(
            events.c.subject == subject, events.c.step == step, events.c.kind.in_(("recorded", "corrected"))
        )
        first = self.db.execute(query.order_by(events.c.seq.desc()).limit(1)).one_or_none()
        return (first.on_behalf_of or first.actor) if first else None

    def flush(self) -> None:
        """Write what has been collected: new rows, changed rows, rows that are gone, events."""
        for name in ORDER:
            if rows := self._new.pop(name, None):
                self.db.execute(_insert_into(name), list(rows.values()))
        for name in ORDER:
            if changed := self._changed.pop(name, None):
                self._update(metadata.tables[name], changed)
        for name in reversed(ORDER):
            if gone := self._gone.pop(name, None):
                self._delete(metadata.tables[name], gone)
        if self._events:
            self.db.execute(_insert_into(events.name), self._events)
            self._events = []

    def _head(self, subject: str) -> tuple[int, str]:
        prefix, _, name = subject.partition(":")
        if prefix == ledger.INSTALLATION:
            table, name = installation, ledger.INSTALLATION
        else:
            table = forums if prefix == "forum" else metadata.tables["items"]
        query = select(table.c.seq, table.c.head).where(table.c.id == name).with_for_update()
        row = self.db.execute(query).one_or_none()
        return (row.seq, row.head) if row else (0, ledger.START)

    def _move_head(self, subject: str) -> None:
        prefix, _, name = subject.partition(":")
        table = ledger.HEADS[subject if prefix == ledger.INSTALLATION else f"{prefix}:"]
        key = (name or ledger.INSTALLATION,)
        seq, head = self.heads[subject]
        into = self._new[table].get(key)
        if into is None:
            into = self._changed[table].setdefault(key, {})
        into.update(seq=seq, head=head)

    def _collect(self, subject: str, change: Change) -> None:
        name = change.table.name
        key = _database_key(subject, change)
        if change.values is None:
            if self._new[name].pop(key, None) is None:
                self._changed[name].pop(key, None)
                self._gone[name].append(key)
            return
        if change.new and key in self._gone[name]:  # taken back and begun anew: the row is written over
            self._gone[name].remove(key)
            self._changed[name][key] = _whole_row(change.table, key, change.values)
        elif change.new:
            self._new[name][key] = _whole_row(change.table, key, change.values)
        elif key in self._new[name]:
            self._new[name][key].update(change.values)
        else:
            self._changed[name].setdefault(key, {}).update(change.values)

    def _note_readers(self, subject: str, change: Change, dossier: Dossier | None) -> None:
        """Who may see an item depends on few of its rows; later rounds of a step change nothing in that."""
        name, values = change.table.name, change.values or {}
        if name == "forums" and not change.new and "organisation" in values:
            self.moved_forums.add(subject.removeprefix("forum:"))
        if dossier is None:
            return
        if name == "items" and change.new:
            self.created.add(dossier.id)
        owned = name == "items" and not values.keys().isdisjoint(("owner", "organisation", "parties"))
        asked = name == "steps" and change.key[1] == 1 and (change.new or change.values is None)
        obliged = name == "conditions" and (change.new or change.values is None)
        if owned or asked or obliged:
            self.readers_touched.add(dossier.id)

    def _update(self, table: Table, changed: Mapping[_Key, dict[str, Any]]) -> None:
        keys = [c.name for c in table.primary_key]
        alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        for key, values in changed.items():
            bound = {f"key_{name}": part for name, part in zip(keys, key, strict=True)}
            alike[tuple(sorted(values))].append(bound | {f"to_{name}": v for name, v in values.items()})
        for columns, rows in alike.items():
            done = self.db.execute(_update_of(table.name, columns), rows[0] if len(rows) == 1 else rows)
            if len(rows) == 1 and done.rowcount != 1:
                raise AlreadyDecided("Somebody else changed this at the same moment. Look at it again, then repeat.")

    def _delete(self, table: Table, gone: Iterable[_Key]) -> None:
        keys = [c.name for c in table.primary_key]
        for key in gone:
            where = and_(*(table.c[name] == part for name, part in zip(keys, key, strict=True)))
            self.db.execute(delete(table).where(where))


@cache  # building a statement costs more than running it
def _insert_into(table: str) -> Insert:
    return insert(metadata.tables[table]).inline()  # nobody asks for the numbers that the database gives


@cache
def _update_of(name: str, columns: tuple[str, ...]) -> Update:
    table = metadata.tables[name]
    where = and_(*(column == bindparam(f"key_{column.name}") for column in table.primary_key))
    return update(table).where(where).values({column: bindparam(f"to_{column}") for column in columns})


def _database_key(subject: str, change: Change) -> _Key:
    """The whole primary key: the owner where it is part of it, and the key within the chain."""
    _prefix, owner = ledger.CHAINS[change.table.name]
    rest = iter(change.key)
    return tuple(
        subject.split(":", 1)[1] if column.name == owner else next(rest) for column in change.table.primary_key
    )


def _whole_row(table: Table, key: _Key, values: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(table.columns.keys())
    row.update(zip((c.name for c in table.primary_key), key, strict=True))
    row.update(values)
    return row
