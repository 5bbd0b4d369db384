"""Everything written out as one case file, from the ledger: what was loaded, and every later act in order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import yaml
from sqlalchemy import Connection, select

from models.organisations import routes
from routes.loader import shipped
from routes.yaml_words import NotExact, plain_value
from workflow.loaded import Entry, EntryKey, Loaded, in_order, read_loaded

SECTIONS = ("organisations", "rules", "calendar", "forums", "people", "meetings", "items")
OURS: Final = "standard-"


def dump(db: Connection) -> str:
    """The installation as a case file. Loaded into an empty database it gives the same plans and history."""
    loaded = read_loaded(db)
    document: dict[str, Any] = {"decision_routes": 1}
    for section in SECTIONS:
        known = sorted(loaded.entries) if section == "items" else list(loaded.entries)
        entries = [loaded.entries[key][0] for key in known if _is_dumped(loaded, key, section)]
        if entries:
            document[section] = entries
        if section == "rules" and (definitions := _routes(db)):
            document["routes"] = definitions
    if events := list(_events(loaded)):
        document["events"] = events
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def _is_dumped(loaded: Loaded, key: EntryKey, section: str) -> bool:
    """Everything that a file brought; what the product ships and what an act added come back by themselves."""
    if key[0] != section or _is_ours(key) or _came_later(loaded, key):
        return False
    return len(loaded.positions.get(key, ())) == len(loaded.entries[key])


def _is_ours(key: EntryKey) -> bool:
    return key[0] == "rules" and key[1].startswith(OURS)


def _came_later(loaded: Loaded, key: EntryKey) -> bool:
    """Whether days of the calendar were told after the first act, which was judged without them."""
    return key[0] == "calendar" and loaded.positions[key][0] > loaded.first_act


def _routes(db: Connection) -> list[Entry]:
    """Every version of every route, but those that this version of the product ships."""
    ships = {definition.version for definition in shipped().values()}
    query = select(routes.c.version, routes.c.definition).order_by(routes.c.id, routes.c.number)
    return [json.loads(row.definition) for row in db.execute(query) if row.version not in ships]


def _events(loaded: Loaded) -> Iterator[Entry]:
    """Acts, and later states of entries, in the order in which they were written down."""
    told = [(act.position, act.told) for act in in_order(loaded.acts.values())]
    for key, states in loaded.entries.items():
        if _is_ours(key):
            continue
        positions = loaded.positions.get(key, [])
        since = 0 if len(states) > len(positions) or _came_later(loaded, key) else 1  # what no section begins with
        for position, state in zip(positions[since:], states[len(states) - len(positions) + since :], strict=True):
            told.append((position, {"action": "update", "section": key[0], "entry": state}))
    for _position, entry in sorted(told, key=lambda pair: pair[0]):
        yield entry


class _Dumper(yaml.CSafeDumper):
    """Writes text so that it is read back as text by the rules of YAML 1.2, and nothing by reference."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: yaml.CSafeDumper, value: str) -> yaml.ScalarNode:
    try:
        safe = isinstance(plain_value(value), str) and value.isprintable()
    except NotExact:
        safe = False
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if safe else '"')


_Dumper.add_representer(str, _text)
