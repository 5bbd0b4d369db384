"""Verifying: every chain holds, and the rows are what the events say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, Connection, RowMapping, Table, func, select

from models import metadata
from models.ledger import events
from models.reports import texts
from workflow import ledger
from workflow.errors import Unknown
from workflow.ledger import Rows

CHUNK = 400  # subjects at a time


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not hold; `seq` where one event is to blame."""

    subject: str
    seq: int | None
    message: str


@dataclass
class Verdict:
    """What verifying found."""

    chains: int = 0
    events: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Nothing was altered."""
        return not self.faults


def verify(db: Connection, ids: Sequence[str] | None = None, key: bytes | None = None) -> Verdict:
    """Check the chains of these items, or every chain, and the rows that they speak of."""
    verdict = Verdict()
    keyed_from = db.execute(select(func.min(events.c.position)).where(events.c.method != "sha256")).scalar()
    if key is not None:
        verdict.faults += unsealed(db)
    subjects = sorted(_subjects(db)) if ids is None else [f"item:{item}" for item in ids]
    for start in range(0, len(subjects), CHUNK):
        _check(db, subjects[start : start + CHUNK], key, keyed_from, verdict)
    if ids is not None:
        _must_be_there(db, subjects)
    return verdict


def _must_be_there(db: Connection, subjects: Sequence[str]) -> None:
    for subject in subjects:
        if db.execute(select(events.c.position).where(events.c.subject == subject).limit(1)).first() is None:
            raise Unknown(f"There is no item {subject.removeprefix('item:')}, so there is no chain to verify.")


def _check(db: Connection, chunk: Sequence[str], key: bytes | None, keyed_from: int | None, verdict: Verdict) -> None:
    """Check these chains; where one holds something that cannot even be read, each by itself, to find which."""
    found = Verdict()
    try:
        folded = _check_chains(db, chunk, key, keyed_from, found)
        _check_rows(db, chunk, folded, found)
    except (ValueError, TypeError, AttributeError, LookupError) as err:
        if len(chunk) > 1:
            for subject in chunk:
                _check(db, [subject], key, keyed_from, verdict)
            return
        found = Verdict(1, 0, [Fault(chunk[0], None, f"something in its events or rows cannot be read: {err}")])
    verdict.chains += found.chains
    verdict.events += found.events
    verdict.faults += found.faults


def unsealed(db: Connection) -> Iterator[Fault]:
    """What is wrong with plain events where there is a key: they must be older than the event that introduced it,
    which holds where every chain stood by then."""
    last_plain = db.execute(select(func.max(events.c.position)).where(events.c.method == "sha256")).scalar()
    if last_plain is None:
        return
    query = (
        select(events.c.position, events.c.data)
        .where(events.c.kind == ledger.KEY_INTRODUCED, events.c.position > last_plain, events.c.method != "sha256")
        .order_by(events.c.position)
        .limit(1)
    )
    introduced = db.execute(query).one_or_none()
    if introduced is None:
        yield Fault(
            ledger.INSTALLATION, None, "events are not sealed with the key: run decision-routes init to seal them"
        )
    elif introduced.data.get("act") != heads_before(db, introduced.position):
        yield Fault(
            ledger.INSTALLATION, None, "events that are older than the key are not what they were when it was set"
        )


def heads_before(db: Connection, position: int | None = None) -> dict[str, Any]:
    """Where every chain stood before an event, or stands now: how many there are, and a hash over all their ends."""
    last = select(events.c.subject, func.max(events.c.seq).label("seq")).group_by(events.c.subject)
    if position is not None:
        last = last.where(events.c.position < position)
    ends = last.subquery()
    query = select(events.c.subject, events.c.seq, events.c.hash).join(
        ends, (events.c.subject == ends.c.subject) & (events.c.seq == ends.c.seq)
    )
    lines = sorted(f"{row.subject} {row.seq} {row.hash}" for row in db.execute(query))
    return {"chains": len(lines), "heads": hashlib.sha256("\n".join(lines).encode()).hexdigest()}


def _subjects(db: Connection) -> set[str]:
    """Every subject that has events, and every one that rows belong to, so that rows without events show."""
    found = set(db.execute(select(events.c.subject).distinct()).scalars())
    for name, (prefix, owner) in ledger.CHAINS.items():
        table = metadata.tables[name]
        if owner is None:
            found.add(prefix)
        else:
            found |= {f"{prefix}{of}" for of in db.execute(select(table.c[owner]).distinct()).scalars()}
    return found | set(db.execute(select(texts.c.subject).distinct()).scalars())


def _check_chains(
    db: Connection, chunk: Sequence[str], key: bytes | None, keyed_from: int | None, verdict: Verdict
) -> dict[str, Rows]:
    folded: dict[str, Rows] = {}
    written: dict[str, set[str]] = {}
    redacted: set[str] = set()
    previous, seq, subject, position = "", 0, "", 0
    query = select(events).where(events.c.subject.in_(chunk)).order_by(events.c.subject, events.c.seq)
    for event in db.execute(query).mappings():
        if event["subject"] != subject:
            subject, previous, seq, position = event["subject"], ledger.START, 0, 0
            verdict.chains += 1
            folded[subject] = {}
            written[subject] = set()
        verdict.events += 1
        for message in _event_faults(event, previous, seq + 1, key, keyed_from):
            verdict.faults.append(Fault(subject, event["seq"], message))
        if event["position"] <= position:
            verdict.faults.append(Fault(subject, event["seq"], "stands before the event that it follows"))
        previous, seq, position = event["hash"], event["seq"], event["position"]
        ledger.apply(folded[subject], event["data"])
        _end(folded[subject], subject, seq, previous)
        written[subject] |= set(ledger.digests(event["data"]))
        if event["kind"] == "redacted":
            redacted |= set(event["data"]["act"]["texts"])
    _check_texts(db, chunk, written, redacted, verdict)
    return folded


def _event_faults(
    event: RowMapping, previous: str, seq: int, key: bytes | None, keyed_from: int | None
) -> Iterator[str]:
    if event["seq"] != seq:
        yield f"event {seq} is missing: the next one is {event['seq']}"
    if event["previous"] != previous:
        yield "does not follow from the event before it"
    if event["method"] == "hmac-sha256":
        if key is None:
            yield "is sealed with a key: set DECISION_ROUTES_LEDGER_KEY to verify it"
            return
        sealed_with = key
    else:
        if event["method"] != "sha256":
            yield f"names the unknown hash method {event['method']}"
            return
        if keyed_from is not None and event["position"] > keyed_from:
            yield "is not sealed with the key, although events before it are"
        sealed_with = None
    try:
        sealed = ledger.seal(dict(event), sealed_with)
    except ValueError:
        sealed = None
    if sealed != event["hash"]:
        yield "was altered: its hash does not fit what it says"


def _end(rows: Rows, subject: str, seq: int, head: str) -> None:
    """A chain's end is kept beside its subject, so that cutting events off shows."""
    prefix, _, _name = subject.partition(":")
    table = ledger.HEADS[subject if prefix == ledger.INSTALLATION else f"{prefix}:"]
    key = ledger.INSTALLATION if prefix == ledger.INSTALLATION else ""
    of = rows.get(table, {}).get(key)
    if of is not None:
        of.update(seq=seq, head=head)


def _check_texts(
    db: Connection,
    chunk: Sequence[str],
    written: Mapping[str, set[str]],
    redacted: set[str],
    verdict: Verdict,
) -> None:
    """Free text is what its salted hash says, unless it was redacted; none stands there unannounced."""
    kept: dict[str, set[str]] = {subject: set() for subject in chunk}
    for row in db.execute(select(texts).where(texts.c.subject.in_(chunk))).mappings():
        kept[row["subject"]].add(row["digest"])
        if row["text"] is None:
            if row["digest"] not in redacted:
                verdict.faults.append(Fault(row["subject"], None, "a text was blanked and no redaction is recorded"))
        elif ledger.prose_digest(row["salt"], row["text"]) != row["digest"]:
            verdict.faults.append(Fault(row["subject"], None, "a text was altered: its hash does not fit"))
        if row["digest"] not in written.get(row["subject"], set()):
            verdict.faults.append(Fault(row["subject"], None, "there is a text that no event speaks of"))
    for subject, digests in written.items():
        if digests - kept[subject]:
            verdict.faults.append(Fault(subject, None, "a text that an event speaks of is missing"))


def _check_rows(db: Connection, chunk: Sequence[str], folded: Mapping[str, Rows], verdict: Verdict) -> None:
    for name in ledger.CHAINS:
        table = metadata.tables[name]
        expected: dict[tuple[Any, ...], tuple[str, dict[str, Any]]] = {}
        for subject in chunk:
            if not _owns(name, subject):
                continue
            for key, values in folded.get(subject, {}).get(name, {}).items():
                if values is not None:
                    row = ledger.full_row(name, subject, key, values)
                    expected[_key(table, row)] = (subject, row)
        for found in _rows(db, table, chunk):
            known = expected.pop(_key(table, found), None)
            subject = ledger.subject_of(name, dict(found))
            if known is None or known[0] != subject:
                message = f"no event speaks of the row {_named(table, found)}"
                verdict.faults.append(Fault(subject, None, message))
                continue
            for column, value in known[1].items():
                if not _same(table, column, found[column], value):
                    message = f"{_named(table, found)}: {column} is {found[column]!r}, the events say {value!r}"
                    verdict.faults.append(Fault(subject, None, message))
        for subject, row in expected.values():
            verdict.faults.append(Fault(subject, None, f"the row {_named(table, row)} is missing"))


def _same(table: Table, column: str, found: Any, told: Any) -> bool:
    """Whether a row holds what the events say; in lists and mappings true is not 1."""
    if isinstance(table.c[column].type, JSON):
        return json.dumps(found, sort_keys=True) == json.dumps(told, sort_keys=True)
    return bool(found == told)


def _owns(table: str, subject: str) -> bool:
    prefix, owner = ledger.CHAINS[table]
    return subject == prefix if owner is None else subject.startswith(prefix)


def _rows(db: Connection, table: Table, chunk: Sequence[str]) -> Iterator[RowMapping]:
    prefix, owner = ledger.CHAINS[table.name]
    if owner is None:
        if prefix in chunk:
            yield from db.execute(select(table)).mappings()
        return
    names = [subject.split(":", 1)[1] for subject in chunk if subject.startswith(prefix)]
    if names:
        yield from db.execute(select(table).where(table.c[owner].in_(names))).mappings()


def _key(table: Table, row: Mapping[str, Any] | RowMapping) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)


def _named(table: Table, row: Mapping[str, Any] | RowMapping) -> str:
    return f"{table.name} {'/'.join(str(part) for part in _key(table, row))}"
