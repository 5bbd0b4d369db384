"""What a list can be narrowed to: only what there is of it, for this reader."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Select, func, literal_column, select

from models.forecasts import forecasts
from workflow.choices import Choice, forums_to_choose, people_to_choose
from workflow.queries.decisions import own_items
from workflow.runtime import Looking
from workflow.visibility import Reader, visible

MOST: Final = 200  # more choices than anybody reads; a page has to stay small


@dataclass(frozen=True, slots=True)
class Choices:
    """Ids with their names, in the order of the names; types are ids only."""

    forums: tuple[Choice, ...]
    organisations: tuple[Choice, ...]
    owners: tuple[Choice, ...]
    types: tuple[str, ...]


def choices(look: Looking, reader: Reader) -> Choices:
    """The forums there are, and the organisations, owners and types of the items that the reader may see."""
    own = own_items(look, reader)
    if own is not None:
        columns = (forecasts.c.organisation, forecasts.c.owner, forecasts.c.type)
        rows = look.db.execute(select(*columns).where(own).distinct()).all()
        organisations, owners, types = ({row[place] for row in rows} for place in range(3))
    else:
        found = [
            set(look.db.execute(_each_of(column, reader)).scalars())
            for column in (forecasts.c.organisation, forecasts.c.owner, forecasts.c.type)
        ]
        organisations, owners, types = found
    known = look.known
    return Choices(
        forums=tuple(forums_to_choose(known, known.world.forums.values())[:MOST]),
        organisations=_named((o, known.organisations[o].name) for o in organisations if o in known.organisations),
        owners=tuple(people_to_choose(known, [known.people[p] for p in owners if p in known.people])[:MOST]),
        types=tuple(sorted(types)[:MOST]),
    )


def _named(pairs: Iterable[Choice]) -> tuple[Choice, ...]:
    return tuple(sorted(pairs, key=lambda pair: (pair[1].casefold(), pair[0])))[:MOST]


def _each_of(column: Column[Any], reader: Reader) -> Select[Any]:
    """The different values of a column that an index begins with, from one to the next: none is read twice."""
    first = select(func.min(column).label("value")).where(visible(reader))
    steps = first.cte("each_value", recursive=True)
    following = (
        select(func.min(column))
        .where(column > literal_column("each_value.value"), visible(reader))
        .correlate(steps)
        .scalar_subquery()
    )
    each = steps.union_all(select(following).select_from(steps).where(steps.c.value.is_not(None)))
    return select(each.c.value).where(each.c.value.is_not(None)).limit(MOST)
