"""Who may see which item. Pure, and the same rule everywhere: for one item in hand and for lists.

Somebody is known by keys (posts, forums, organisations, areas), an item by those that may see it. One in common opens
an item in Part I. An item in Part II, its title included, opens only for those on its route: neither belonging
to one of its organisations nor an auditor's or administrator's general sight is enough.
Whoever is told when a lead does not act, their superior, sees of Part I what the lead sees as such, and nothing of
Part II.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, false, literal, or_, select

from models.forecasts import forecasts, readers
from routes.spec import WaitsForCheck
from workflow.dossiers import Dossier
from workflow.known import Known, Person

EVERYTHING: Final = "everything"
_FOR_PART_I_ONLY: Final = "organisation:"

_AT_A_FORUM: Final = ("secretary", "chair", "member")


@dataclass(frozen=True, slots=True)
class Reader:
    """What somebody may see: `keys` open what is in Part I, `exempt_keys` what is in Part II."""

    person: str
    keys: frozenset[str]
    exempt_keys: frozenset[str]

    @property
    def sees_everything(self) -> bool:
        """An auditor or administrator: everything in Part I."""
        return EVERYTHING in self.keys


NOBODY: Final = Reader("", frozenset(), frozenset())


def reader_of(known: Known, person: Person | str) -> Reader:
    """What somebody may see by the roles they hold; nothing if nobody of that id is known."""
    found = known.people.get(person) if isinstance(person, str) else person
    if found is None:
        return NOBODY
    keys = {f"person:{found.id}"}
    for role, scope in found.roles:
        if role in _AT_A_FORUM:
            keys.add(f"forum:{scope}")
            forum = known.world.forums.get(scope)
            if forum is not None:
                keys.add(f"organisation:{forum.organisation}")
        elif role == "lead":
            keys |= {f"lead:{scope}", f"organisation:{scope}"}
        elif role == "clearer":
            keys.add(f"area:{scope}")
        elif role in ("auditor", "admin"):
            keys.add(EVERYTHING)
    lent = {f"{what}:{led}" for led in known.led_below.get(found.id, ()) for what in ("lead", "organisation")}
    return Reader(found.id, frozenset(keys | lent), frozenset(key for key in keys if _opens_part_ii(key)))


def reader_keys_of(dossier: Dossier, known: Known) -> set[str]:
    """The keys that open an item: those of its owner and lead, of everybody on its route, of its organisations.

    Those who owe something for a condition are among them where the dossier holds the item's conditions.
    """
    item = dossier.item
    keys = {f"person:{item['owner']}", f"lead:{item['organisation']}", f"organisation:{item['organisation']}"}
    for party in item["parties"] or ():
        keys |= _organisation_on_the_route(party["organisation"])
    for row in dossier.rows["steps"].values():
        if row["party"]:
            keys |= _organisation_on_the_route(row["party"])
        if row["forum"]:
            keys.add(f"forum:{row['forum']}")
            forum = known.world.forums.get(row["forum"])
            if forum is not None:
                keys.add(f"organisation:{forum.organisation}")
    for stage in dossier.route.stages:
        keys |= {f"area:{area}" for area in stage.clearances}
        if isinstance(stage.gate, WaitsForCheck) and stage.gate.person:
            keys.add(f"person:{stage.gate.person}")
    return keys | {f"person:{row['owner']}" for row in dossier.rows.get("conditions", {}).values()}


def _organisation_on_the_route(organisation: str) -> set[str]:
    return {f"lead:{organisation}", f"organisation:{organisation}"}


def may_see(reader: Reader, part: str, keys: Collection[str]) -> bool:
    """Whether somebody may see an item, its title included; `keys` are those that open it."""
    if part == "II":
        return not reader.exempt_keys.isdisjoint(keys)
    return reader.sees_everything or not reader.keys.isdisjoint(keys)


def may_see_texts_of_step(reader: Reader, part: str, step_part: str, keys: Collection[str]) -> bool:
    """Whether somebody may read what a forum resolved on a step: a step in Part II is like an item in Part II."""
    return may_see(reader, "II" if step_part == "II" else part, keys)


def _opens_part_ii(key: str) -> bool:
    return key != EVERYTHING and not key.startswith(_FOR_PART_I_ONLY)


def visible(
    reader: Reader, item: ColumnElement[Any] = forecasts.c.item, part: ColumnElement[Any] = forecasts.c.part
) -> ColumnElement[bool]:
    """The rule as a condition for lists: `item` and `part` are the columns of the list that name them.

    Each row is looked up by its key, so that a list can be walked in its own order. The look-up is a value and
    not an EXISTS, which PostgreSQL would turn into a join of everything that somebody may see.
    """
    exempt = _has_key(reader.exempt_keys, item)
    if reader.sees_everything:
        return or_(part == "I", exempt)
    return and_(_has_key(reader.keys, item), or_(part == "I", exempt))


def _has_key(keys: Iterable[str], item: ColumnElement[Any]) -> ColumnElement[bool]:
    wanted = sorted(keys)
    if not wanted:
        return false()
    found = select(literal(1)).where(readers.c.item == item, readers.c.reader.in_(wanted)).limit(1)
    return found.scalar_subquery().is_not(None)
