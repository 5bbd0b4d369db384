"""What an installation is set up with: organisations, rules, people and their roles, forums, routes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import select

from models.organisations import calendar_days, forums, organisations, people, roles, routes, rule_packs
from models.reminders import reminders
from routes.ladders import ladders_of
from routes.loader import canonical_text, version
from workflow.doing import Doing
from workflow.entries import CalendarEntry, ForumEntry, OrganisationEntry, PersonEntry, RulesEntry
from workflow.errors import Unknown, day
from workflow.known import ALWAYS, Known
from workflow.ledger import INSTALLATION, Change
from workflow.shapes import Shape

MOST_NAMED: Final = 8  # of those who stand in a circle


def told(entry: Shape) -> dict[str, Any]:
    """An entry as the ledger keeps it: what its file said, and no defaults."""
    return entry.model_dump(mode="json", by_alias=True, exclude_unset=True)


def organisation(do: Doing, entry: OrganisationEntry, new: bool) -> None:
    """An organisation is added, or changed."""
    values = {"name": entry.name, "kind": entry.kind, "rules": entry.rules}
    _note(do, "organisation", entry, [Change(organisations, (entry.id,), values, new)], new)


def rules(do: Doing, entry: RulesEntry, new: bool) -> None:
    """A rule pack is added, or changed, from a day on."""
    change = Change(rule_packs, (entry.id, entry.starts or ALWAYS), {"rules": content_of(entry)}, new)
    _note(do, "rules", entry, [change], new)


def content_of(entry: RulesEntry) -> dict[str, Any]:
    """What a rule pack's row holds of it: everything that its file said."""
    return entry.model_dump(mode="json", exclude={"id", "starts"}, exclude_unset=True)


def rules_end(do: Doing, name: str, starts: date | None) -> None:
    """The part of a rule pack that held from a day on is taken out: what held before it holds on."""
    act = {"rules": name, **({"from": starts.isoformat()} if starts else {})}
    gone = Change(rule_packs, (name, starts or ALWAYS), None)
    do.append(INSTALLATION, "rules-removed", on=None, act=act, changes=[gone])
    do.world_changed = True


def calendar_day(do: Doing, entry: CalendarEntry, new: bool) -> None:
    """Days are bank holidays, working days or closure days from now on, or are no longer where the entry is withdrawn.

    What depends on them is planned anew once they are known (`locking.know_again`).
    """
    _must_be_known(do, None, entry.organisation)
    for one in (entry.first, entry.last):
        do.shipped_calendar.is_working(one)  # nothing can be counted beyond its ends, so nothing can be changed there
    is_there = entry.id in do.known.days
    changes = []
    if not entry.withdrawn:
        values: dict[str, Any] = {"what": entry.what, "organisation": entry.organisation, "reason": entry.reason}
        values |= {"starts": entry.first, "ends": entry.last}
        changes.append(Change(calendar_days, (entry.id,), values, new=not is_there))
    elif is_there:
        changes.append(Change(calendar_days, (entry.id,), None))
    _note(do, "calendar", entry, changes, new)


def days_at_fault(known: Known, wanted: Collection[str]) -> Iterator[tuple[str, str]]:
    """Which of these entries says of a day that it is a bank holiday and another that it is none."""
    opposites = {"bank-holiday": "working-day", "working-day": "bank-holiday"}
    said = {(str(one.what), one.starts): one.id for one in known.days.values()}
    for name in wanted:
        of = known.days.get(name)
        opposite = opposites.get(of.what, "") if of else ""
        if of is not None and (other := said.get((opposite, of.starts))):
            told = f"{other} says that {day(of.starts)} is a {opposite}, {name} that it is a {of.what}"
            yield name, f"{told}; withdraw one of them"


def person(do: Doing, entry: PersonEntry, new: bool) -> None:
    """Somebody is added, or changed; the roles named are all the roles that the post has."""
    values = {"name": entry.name, "email": entry.email, "superior": entry.superior}
    changes = [Change(people, (entry.id,), values, new)]
    held = set() if new else set(do.known.people[entry.id].roles)
    wanted = {(role.role, role.scope) for role in entry.roles}
    for role in entry.roles:
        _must_be_known(do, role.forum, role.organisation)
    changes += [Change(roles, (entry.id, *gone), None) for gone in sorted(held - wanted)]
    changes += [Change(roles, (entry.id, *fresh), {}, new=True) for fresh in sorted(wanted - held)]
    _note(do, "person", entry, changes, new)


def superiors_at_fault(known: Known, wanted: Collection[str]) -> Iterator[tuple[str, str]]:
    """Who of these people has a superior that cannot be: nobody who is known, themselves, or one of a circle."""
    looked_at: set[str] = set()
    for person in wanted:
        above: list[str] = []
        walked: set[str] = set()
        at: str | None = person
        while at is not None and at in known.people and at not in looked_at and at not in walked:
            above.append(at)
            walked.add(at)
            at = known.people[at].superior
        looked_at |= walked
        if at is not None and at not in known.people and len(above) == 1:
            yield person, f"there is no person {at} who could be the superior of {person}"
        elif at is not None and at in walked:
            circle = above[above.index(at) :]
            told = next(one for one in circle if one in wanted or one == circle[-1])
            yield told, _circle(circle)


def _circle(people: Sequence[str]) -> str:
    if len(people) == 1:
        return f"{people[0]} cannot be their own superior: leave “superior” out or name somebody else"
    shown = people if len(people) <= MOST_NAMED else [*people[: MOST_NAMED - 1], "…"]
    return f"superiors go in a circle: {' → '.join([*shown, people[0]])}; leave “superior” out for one of them"


def forum(do: Doing, entry: ForumEntry, new: bool) -> None:
    """A forum is added, or changed; it has a chain of its own."""
    _must_be_known(do, None, entry.organisation)
    dumped = entry.model_dump(mode="json", by_alias=True, exclude_unset=True)
    values: dict[str, Any] = {
        "organisation": entry.organisation,
        "name": entry.name,
        "form": entry.form,
        "rules": entry.rules,
        "quorum": dumped.get("quorum"),
        "meets": dumped.get("meets"),
        "reminders": dumped.get("reminders"),
    }
    kind = "forum-added" if new else "forum-changed"
    act = {"entry": told(entry)}
    do.append(f"forum:{entry.id}", kind, on=None, act=act, changes=[Change(forums, (), values, new)])
    do.world_changed = True
    if not new:
        do.touched_forums.add(entry.id)
        if do.known.world.forums[entry.id].reminders != ladders_of(values["reminders"]):
            do.reminded_anew.add(entry.id)
            do.touched |= _reminded_of_at(do, entry.id)


def _reminded_of_at(do: Doing, forum_id: str) -> set[str]:
    """The items of which somebody is reminded at a forum: of minutes, for example, also once they are decided there."""
    do.flush()
    there = select(reminders.c.item).where(reminders.c.forum == forum_id, reminders.c.ended_at.is_(None))
    return set(do.db.execute(there.distinct()).scalars())


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
