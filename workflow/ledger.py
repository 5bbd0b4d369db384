"""The ledger: what an event looks like, how it is sealed, and how rows follow from events.

An event's `data` holds `act` (what was asked, in the words of case files and the command line) and `rows`
(the values afterwards of every row it changed). Rows are written from the same values, so a fold of the
events gives the rows; `workflow/queries/verify.py` compares the two.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import rfc8785
from sqlalchemy import Table

from models import metadata
from routes.yaml_words import LARGEST_EXACT

START: Final = ""  # the `previous` of a chain's first event
INSTALLATION: Final = "installation"
REDACTED: Final = "(redacted)"  # what is shown and dumped in place of a text that was blanked
KEY_INTRODUCED: Final = "key-introduced"  # the keyed event that holds where every plain chain stood

#: Which chain each table's rows belong to: the subject's prefix and the column that names the subject.
CHAINS: Final[dict[str, tuple[str, str | None]]] = {
    "installation": (INSTALLATION, None),
    "organisations": (INSTALLATION, None),
    "rule_packs": (INSTALLATION, None),
    "calendar_days": (INSTALLATION, None),
    "people": (INSTALLATION, None),
    "roles": (INSTALLATION, None),
    "routes": (INSTALLATION, None),
    "forums": ("forum:", "id"),
    "meetings": ("forum:", "forum"),
    "meeting_forums": ("forum:", "owner"),
    "items": ("item:", "id"),
    "reports": ("item:", "item"),
    "attachments": ("item:", "item"),
    "clearances": ("item:", "item"),
    "conditions": ("item:", "item"),
    "steps": ("item:", "item"),
    "formalities": ("item:", "item"),
}

#: Where a chain's newest `seq` and `hash` are kept, so that cutting its end off shows.
HEADS: Final = {INSTALLATION: "installation", "item:": "items", "forum:": "forums"}
HEAD_COLUMNS: Final = ("seq", "head")

KEYS: Final[dict[str, tuple[str, ...]]] = {
    name: tuple(c.name for c in metadata.tables[name].primary_key if c.name != owner)
    for name, (_prefix, owner) in CHAINS.items()
}

_DIGEST: Final = re.compile("sha256:[0-9a-f]{64}")

Rows = dict[str, dict[str, dict[str, Any] | None]]  # table, key, columns; None: the row is gone


@dataclass(frozen=True, slots=True)
class Change:
    """A row as it is after an event: the columns that changed, all of a new row's, or None where it is gone."""

    table: Table
    key: tuple[str | int | date, ...]
    values: Mapping[str, Any] | None
    new: bool = False


def subject_of(table: str, row: Mapping[str, Any]) -> str:
    """The chain that speaks of this row."""
    prefix, owner = CHAINS[table]
    return prefix if owner is None else f"{prefix}{row[owner]}"


def key_text(key: Iterable[object]) -> str:
    """A row's key within its chain, as it stands in an event: `cabinet/1`."""
    return "/".join(part.isoformat() if isinstance(part, date) else str(part) for part in key)


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return value


def data_of(act: Mapping[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """The `data` of an event."""
    rows: Rows = {}
    for change in changes:
        keyed, key = rows.setdefault(change.table.name, {}), key_text(change.key)
        if change.values is None:
            keyed[key] = None
        elif change.new and key in keyed:  # taken back and begun anew: nothing of the row before may remain
            keyed[key] = {name: plain(change.values.get(name)) for name in _value_columns(change.table)}
        else:
            told = {k: plain(v) for k, v in change.values.items() if v is not None or not change.new}
            keyed[key] = {**(keyed.get(key) or {}), **told}
    data: dict[str, Any] = {"rows": rows} if rows else {}
    if act:
        data["act"] = dict(act)
    return data


def _value_columns(table: Table) -> list[str]:
    _prefix, owner = CHAINS[table.name]
    return [c.name for c in table.columns if c.name not in (*KEYS[table.name], owner, *HEAD_COLUMNS)]


def moment(at: datetime) -> str:
    """A moment as it is hashed and shown: UTC, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def method_for(key: bytes | None) -> str:
    """How events are sealed: plain SHA-256, or HMAC-SHA-256 where the installation has a key."""
    return "hmac-sha256" if key else "sha256"


def canonical(value: Mapping[str, Any]) -> bytes:
    """Canonical JSON (RFC 8785). Sealing is most of the work of a large load, so what Python's own writer spells
    the same, which is everything but fractions and unusual keys, does not go through the slower library."""
    if _is_plain(value):
        return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    return rfc8785.dumps(dict(value))


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(name, str) and name.isascii() for name in value) and all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or type(value) in (str, bool) or (type(value) is int and abs(value) <= LARGEST_EXACT)


def seal(event: Mapping[str, Any], key: bytes | None) -> str:
    """The hash of an event, over the RFC 8785 canonical JSON of everything that it says."""
    day = event["date"]
    body = canonical(
        {
            "subject": event["subject"],
            "seq": event["seq"],
            "at": moment(event["at"]),
            "date": day.isoformat() if day else None,
            "actor": event["actor"],
            "on_behalf_of": event["on_behalf_of"],
            "kind": event["kind"],
            "step": event["step"],
            "data": event["data"],
            "previous": event["previous"],
        }
    )
    if key:
        return hmac.new(key, body, hashlib.sha256).hexdigest()
    return hashlib.sha256(body).hexdigest()


def new_salt() -> str:
    """Fresh salt for one text, so that short texts cannot be guessed from their hash."""
    return secrets.token_hex(16)


def prose_digest(salt: str, text: str) -> str:
    """What stands for a free text in rows and events."""
    return "sha256:" + hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def digests(data: Any) -> Iterator[str]:
    """What stands for free text in an event's data."""
    if isinstance(data, str):
        if _DIGEST.fullmatch(data):
            yield data
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from digests(value)
    elif isinstance(data, list):
        for value in data:
            yield from digests(value)


def apply(rows: Rows, data: Mapping[str, Any]) -> None:
    """Fold one event's rows into those before it."""
    for table, changed in data.get("rows", {}).items():
        known = rows.setdefault(table, {})
        for key, values in changed.items():
            if values is None:
                known.pop(key, None)
            else:
                known[key] = {**(known.get(key) or {}), **values}


def full_row(table: str, subject: str, key: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A folded row with its key columns and owner put back, dates and numbers as the database has them."""
    columns = metadata.tables[table].columns
    parts = key.split("/") if key else []
    row: dict[str, Any] = {name: values.get(name) for name in columns.keys()}  # noqa: SIM118
    row.update(zip(KEYS[table], parts, strict=True))
    _prefix, owner = CHAINS[table]
    if owner is not None:
        row[owner] = subject.split(":", 1)[1]
    for column in columns:
        value = row[column.name]
        if isinstance(value, str) and column.type.python_type is date:
            row[column.name] = date.fromisoformat(value)
        elif isinstance(value, str) and column.type.python_type is int:
            row[column.name] = int(value)
    return row
