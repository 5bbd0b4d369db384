"""Who waits for whom, so that people who act at the same moment come one after the other and never in a circle.

Whoever changes what everybody knows (a meeting, a case file) locks its revision first, then the items that this
concerns in the order of their ids. Everybody else locks items only (`shelf.hand_over`), and afterwards looks
whether what everybody knows has changed meanwhile. SQLite has one writer at a time, so none of this waits there.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from models.forecasts import gate_links, revision
from models.items import items
from models.steps import steps
from workflow.doing import Doing
from workflow.queries.known import read_known
from workflow.shelf import chunks


def change_the_world(do: Doing) -> None:
    """Keep everybody else from changing what everybody knows until the end of the act, and know it as it is now."""
    number = do.db.execute(select(revision.c.number).with_for_update()).scalar_one()
    if number != do.known.revision:
        do.known = read_known(do.db, number)


def lock_everything(do: Doing) -> None:
    """Lock every item that is planned anew because rules or an organisation changed."""
    going = select(items.c.id).where(items.c.state != "withdrawn")
    do.db.execute(going.order_by(items.c.id).with_for_update())


def lock_open_at(do: Doing, forums: Iterable[str], settled: bool = False) -> None:
    """Lock every item with an open step at these forums: a change of their meetings changes its plan.

    With `settled` those too that were dealt with there: a forum that moves changes who may see them.
    """
    wanted = list(forums)
    if wanted:
        there = select(steps.c.item).where(steps.c.forum.in_(wanted))
        if not settled:
            there = there.where(steps.c.decision == "open")
        lock_in_order(do, do.db.execute(there.distinct()).scalars())


def lock_in_order(do: Doing, ids: Iterable[str]) -> None:
    """Lock these items, as far as they exist, those that wait for them and those they wait for, in order of ids.

    An act on any of them locks what it waits for too (`shelf.hand_over`), so all of it is locked here at once.
    """
    wanted = set(ids)
    wanted |= waiting_for(do, wanted)
    for chunk in chunks(sorted(wanted)):
        query = select(gate_links.c.waits_for).where(gate_links.c.item.in_(chunk))
        wanted |= set(do.db.execute(query).scalars())
    for chunk in chunks(sorted(wanted)):
        do.db.execute(select(items.c.id).where(items.c.id.in_(chunk)).order_by(items.c.id).with_for_update())


def waiting_for(do: Doing, wanted: set[str]) -> set[str]:
    """The items whose gates look at these, and those whose gates look at them, and so on."""
    found: set[str] = set()
    ahead = set(wanted)
    while ahead:
        following: set[str] = set()
        for chunk in chunks(sorted(ahead)):
            query = select(gate_links.c.item).where(gate_links.c.waits_for.in_(chunk))
            following |= set(do.db.execute(query).scalars())
        ahead = following - found - wanted
        found |= following
    return found
