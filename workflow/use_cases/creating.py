"""Items created and changed by people, one at a time: what a page asks for, in one act each.

For pages: `runtime().do(create_item, CreateItem(by=…, entry=…), person.id)`; `Done.item` is the new item's id.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from sqlalchemy import or_, select

from models.items import items as item_table
from workflow.authority import Matter, require
from workflow.doing import Doing
from workflow.entries import ItemEntry
from workflow.errors import NotPermitted, Refused, Unknown, WorkflowError
from workflow.locking import change_the_world, lock_in_order
from workflow.shapes import LONGEST_ID, Id, Shape
from workflow.shelf import hand_over
from workflow.use_cases import items
from workflow.use_cases.acting import Done

#: The id of an entry that has none yet: a new item's is made when it is created.
UNNAMED: Final = "new"


class CreateItem(Shape):
    """A new item, as a draft. The id of its entry does not count: one is made of its title."""

    by: Id | None = None
    entry: ItemEntry


class ChangeItem(Shape):
    """A draft as it reads now."""

    by: Id | None = None
    entry: ItemEntry

    @property
    def item(self) -> str:
        """The item that is changed."""
        return self.entry.id


def create_item(do: Doing, form: CreateItem) -> Done:
    """Somebody begins an item: an author their own, the lead of an organisation any of its items.

    It is a draft until its owner starts it. Who began it is the actor of the event; nobody acts on behalf of anybody.
    """
    entry = form.entry
    require(do, "create", Matter(item={"organisation": entry.organisation, "owner": entry.owner}))
    _must_be_theirs(do, entry)
    change_the_world(do)  # two items of one title come one after the other, each with an id of its own
    lock_in_order(do, entry.forums.values())
    named = entry.model_copy(update={"id": new_id(do, entry), "state": "draft"})
    do.by = None
    _set_out(do, named, new=True)
    return Done(f"{named.title} is a draft. Start it when it is ready to set out.", named.id)


def change_item(do: Doing, form: ChangeItem) -> Done:
    """The owner of a draft, or the lead of its organisation, rewrites it."""
    change_the_world(do)
    lock_in_order(do, {form.item, *form.entry.forums.values()})
    dossier = hand_over(do, form.item)
    before = dict(dossier.item)
    require(do, "change", Matter(item=before))
    if (form.entry.owner, form.entry.organisation) != (before["owner"], before["organisation"]):
        _must_lead(do, form.entry)
    do.by = None
    _set_out(do, form.entry.model_copy(update={"state": "draft"}), new=False)
    return Done(f"{form.entry.title} is changed.", form.item)


def new_id(do: Doing, entry: ItemEntry) -> str:
    """An id that is free: the words of the title, and for an item in Part II, whose title tells too much, its type."""
    exempt = entry.part == "II"
    base = entry.type if exempt else (_words(entry.title) or entry.type)
    base = base[: LONGEST_ID - 7].strip("-")
    do.flush()
    alike = select(item_table.c.id).where(or_(item_table.c.id == base, item_table.c.id.like(f"{base}-%")))
    taken = set(do.db.execute(alike).scalars())
    if not exempt and base not in taken and base != UNNAMED:
        return base
    number = 1 if exempt else 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def _words(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title.lower().replace("’", "").replace("'", ""))
    words = re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))
    found = "-".join(words)
    if len(found) <= LONGEST_ID - 7:
        return found
    return found[: LONGEST_ID - 6].rpartition("-")[0] or found[: LONGEST_ID - 7]


def _set_out(do: Doing, entry: ItemEntry, new: bool) -> None:
    """The item with its steps, its gates checked and linked; a fault is a sentence for a person."""
    try:
        (items.create if new else items.change)(do, entry, {})
    except (Refused, Unknown) as err:
        raise Refused(_sentence(err)) from err
    must_open_some_day(do, entry.id)
    items.link_gates(do, [entry.id])


def must_open_some_day(do: Doing, item: str) -> None:
    """Refused where a gate of the item in hand waits for what is not there, or for the item itself.

    The items between are not named: whoever begins one that waits for another may not see all of them.
    """
    if faults := list(items.gate_faults(do, item)):
        raise Refused(" ".join(_sentence(fault) for fault in faults))
    if any(items.circles(do, [item])):
        raise Refused(
            "The item that it waits for waits, by its own gates, for this one: they would wait for each other in a "
            "circle. Choose another item to wait for."
        )


def _must_be_theirs(do: Doing, entry: ItemEntry) -> None:
    """An author begins items of their own; only the lead gives one to somebody else."""
    if do.by is not None and entry.owner != do.by:
        _must_lead(do, entry)


def _must_lead(do: Doing, entry: ItemEntry) -> None:
    person = do.known.people.get(do.by or "")
    if do.by is None or (person is not None and person.holds("lead", entry.organisation)):
        return
    organisation = do.known.organisations.get(entry.organisation)
    name = organisation.name if organisation else entry.organisation
    raise NotPermitted(f"Only the lead of {name} may say that somebody else owns an item, or move it to {name}.")


def _sentence(said: WorkflowError | str) -> str:
    text = str(said)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"
