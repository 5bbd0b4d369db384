"""What an installation is set up with: organisations, rules, people and their roles, forums, routes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from models.organisations import forums, organisations, people, roles, routes, rule_packs
from routes.loader import canonical_text, version
from workflow.doing import Doing
from workflow.entries import ForumEntry, OrganisationEntry, PersonEntry, RulesEntry
from workflow.errors import Unknown
from workflow.known import ALWAYS
from workflow.ledger import INSTALLATION, Change
from workflow.shapes import Shape


def told(entry: Shape) -> dict[str, Any]:
    """An entry as the ledger keeps it: what its file said, and no defaults."""
    return entry.model_dump(mode="json", by_alias=True, exclude_unset=True)


def organisation(do: Doing, entry: OrganisationEntry, new: bool) -> None:
    """An organisation is added, or changed."""
    values = {"name": entry.name, "kind": entry.kind, "rules": entry.rules}
    _note(do, "organisation", entry, [Change(organisations, (entry.id,), values, new)], new)


def rules(do: Doing, entry: RulesEntry, new: bool) -> None:
    """A rule pack is added, or changed, from a day on."""
    content = entry.model_dump(mode="json", exclude={"id", "starts"}, exclude_unset=True)
    change = Change(rule_packs, (entry.id, entry.starts or ALWAYS), {"rules": content}, new)
    _note(do, "rules", entry, [change], new)


def person(do: Doing, entry: PersonEntry, new: bool) -> None:
    """Somebody is added, or changed; the roles named are all the roles that the post has."""
    changes = [Change(people, (entry.id,), {"name": entry.name, "email": entry.email}, new)]
    held = set() if new else set(do.known.people[entry.id].roles)
    wanted = {(role.role, role.scope) for role in entry.roles}
    for role in entry.roles:
        _must_be_known(do, role.forum, role.organisation)
    changes += [Change(roles, (entry.id, *gone), None) for gone in sorted(held - wanted)]
    changes += [Change(roles, (entry.id, *fresh), {}, new=True) for fresh in sorted(wanted - held)]
    _note(do, "person", entry, changes, new)


def forum(do: Doing, entry: ForumEntry, new: bool) -> None:
    """A forum is added, or changed; it has a chain of its own."""
    _must_be_known(do, None, entry.organisation)
    dumped = entry.model_dump(mode="json", by_alias=True, exclude_unset=True)
    values = {
        "organisation": entry.organisation,
        "name": entry.name,
        "form": entry.form,
        "rules": entry.rules,
        "quorum": dumped.get("quorum"),
        "meets": dumped.get("meets"),
    }
    kind = "forum-added" if new else "forum-changed"
    act = {"entry": told(entry)}
    do.append(f"forum:{entry.id}", kind, on=None, act=act, changes=[Change(forums, (), values, new)])
    do.world_changed = True
    if not new:
        do.touched_forums.add(entry.id)


def route(do: Doing, definition: Mapping[str, Any], shipped: bool = False) -> str:
    """Keep a route; content that is known already is no new version. Its version is returned."""
    name = version(definition)
    text = canonical_text(definition)
    if name in route_versions(do):
        return name
    numbers = do.route_numbers
    number = numbers.get(definition["route"], 0) + 1
    values = {"id": definition["route"], "number": number, "definition": text, "shipped": shipped}
    act = {"route": definition["route"], "number": number}
    do.append(INSTALLATION, "route-added", on=None, act=act, changes=[Change(routes, (name,), values, new=True)])
    numbers[definition["route"]] = number
    do.route_texts[name] = text
    do.newest_routes[definition["route"]] = name
    return name


def route_versions(do: Doing) -> Mapping[str, str]:
    """Every known route version with its exact text; read once in an act."""
    if not do.routes_read:
        do.flush()
        query = select(routes.c.id, routes.c.version, routes.c.definition, routes.c.number).order_by(routes.c.number)
        for row in do.db.execute(query):
            do.route_texts[row.version] = row.definition
            do.route_numbers[row.id] = row.number
            do.newest_routes[row.id] = row.version
        do.routes_read = True
    return do.route_texts


def _note(do: Doing, what: str, entry: Shape, changes: list[Change], new: bool) -> None:
    kind = f"{what}-added" if new else f"{what}-changed"
    do.append(INSTALLATION, kind, on=None, act={"entry": told(entry)}, changes=changes)
    do.world_changed = True


def _must_be_known(do: Doing, forum_id: str | None, organisation_id: str | None) -> None:
    if forum_id is not None and forum_id not in do.known.world.forums:
        raise Unknown(f"there is no forum {forum_id}")
    if organisation_id is not None and organisation_id not in do.known.organisations:
        raise Unknown(f"there is no organisation {organisation_id}")
