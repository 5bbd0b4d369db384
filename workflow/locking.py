"""Who waits for whom, so that people who act at the same moment come one after the other and never in a circle.

Whoever changes what everybody knows (a meeting, a case file) locks its revision first, then the items that this
concerns in the order of their ids. Everybody else locks items only (`shelf.hand_over`), and afterwards looks
whether what everybody knows has changed meanwhile. SQLite has one writer at a time, so none of this waits there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Final

from sqlalchemy import exists, or_, select

from models.forecasts import forecasts, gate_links, revision
from models.items import items
from models.organisations import forums as forums_table
from models.steps import steps
from workflow.doing import Doing
from workflow.known import CalendarDay, Known
from workflow.listing import UNKNOWN_DAY
from workflow.queries.known import read_known
from workflow.shelf import chunks

#: A joined stage finishes with the last decision that it needs; the windows of the others end this much later at most.
_LATER_WINDOWS: Final = timedelta(days=60)


def change_the_world(do: Doing) -> None:
    """Keep everybody else from changing what everybody knows until the end of the act, and know it as it is now."""
    number = do.db.execute(select(revision.c.number).with_for_update()).scalar_one()
    if number != do.known.revision:
        do.known = read_known(do.db, number)


def know_again(do: Doing) -> None:
    """Know what everybody knows as the act has set it up so far, and note what has to be planned anew for it.

    Plans follow from the rules that hold at a forum; sentences in lists name forums and organisations.
    """
    do.flush()
    before, now = do.known, read_known(do.db, do.known.revision)
    for forum in before.world.forums:
        if _rules_at(before, forum) != _rules_at(now, forum) or _is_shut_otherwise(before, now, forum):
            do.ruled_anew.add(forum)
        if before.forum_name(forum) != now.forum_name(forum):
            do.named_anew.add(forum)
    do.renamed |= {name for name, of in before.organisations.items() if now.organisations[name].name != of.name}
    do.known = now
    if others := set(before.days.values()) ^ set(now.days.values()):
        do.counted_anew = True
        do.touched |= counted_over(do, others)


def _rules_at(known: Known, forum: str) -> object:
    return known.world.packs.get(known.world.forums[forum].rules or "", ())


def _is_shut_otherwise(before: Known, now: Known, forum: str) -> bool:
    """Whether a forum belongs to another organisation now, which is shut on other days."""
    was, belongs_to = before.world.forums[forum].organisation, now.world.forums[forum].organisation
    return was != belongs_to and now.world.closures.get(was) != now.world.closures.get(belongs_to)


def lock_open_at(do: Doing, forums: Iterable[str]) -> None:
    """Lock every item with an open step at these forums: a change of their meetings changes its plan."""
    lock_in_order(do, open_at(do, forums))


def open_at(do: Doing, forums: Iterable[str]) -> set[str]:
    """The items with an open step at these forums."""
    wanted = sorted(set(forums))
    if not wanted:
        return set()
    there = select(steps.c.item).where(steps.c.forum.in_(wanted), steps.c.decision == "open")
    return set(do.db.execute(there.distinct()).scalars())


def depending_on(
    do: Doing,
    organisations: Iterable[str] = (),
    forums: Iterable[str] = (),
    packs: Iterable[str] = (),
    names: Iterable[str] = (),
) -> set[str]:
    """The items that may have to be planned anew, or be seen by others, once these are set up otherwise.

    `names` are those that forums have or are given: forums that share one are called otherwise than those that do not.
    """
    whose, which, rules = set(organisations), set(forums), set(packs)
    known = do.known.world.forums.values()
    there = {f.id for f in known if f.id in which or f.organisation in whose or f.rules in rules}
    called = select(forums_table.c.name).where(forums_table.c.id.in_(which))
    alike = or_(forums_table.c.name.in_(sorted(set(names))), forums_table.c.name.in_(called))
    there |= set(do.db.execute(select(forums_table.c.id).where(alike)).scalars())
    at_them = select(steps.c.item).where(steps.c.forum.in_(sorted(there)))
    own = select(items.c.id).where(items.c.organisation.in_(sorted(whose)))
    return set(do.db.execute(at_them.union(own)).scalars())


def counted_over(do: Doing, days: Collection[CalendarDay]) -> set[str]:
    """The items of which something may be counted over these days: all that can still move, and of those that are
    over the ones whose decisions were still waiting to take effect then."""
    found: set[str] = set()
    for organisation in {one.organisation for one in days}:
        mine = [one for one in days if one.organisation == organisation]
        found |= _counted_over(do, organisation, min(one.starts for one in mine), max(one.ends for one in mine))
    return found


def _counted_over(do: Doing, organisation: str | None, first: date, last: date) -> set[str]:
    moves = forecasts.c.computed_for != UNKNOWN_DAY
    decided = exists().where(steps.c.item == forecasts.c.item, steps.c.outcome_on <= last)
    waited = (forecasts.c.state == "complete") & (forecasts.c.by_finish >= first - _LATER_WINDOWS) & decided
    query = select(forecasts.c.item).where(or_(moves, waited))
    if organisation is not None:
        there = [forum.id for forum in do.known.world.forums.values() if forum.organisation == organisation]
        query = query.where(exists().where(steps.c.item == forecasts.c.item, steps.c.forum.in_(there)))
    return set(do.db.execute(query).scalars())


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
