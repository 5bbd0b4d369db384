"""Where decisions are: every item that somebody may see, narrowed, sorted, page by page.

Everything comes from the derived tables. A page is a bounded number of queries, whatever is on it: rows that were
planned for an earlier day are planned again, all those of the page at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, or_, select, union_all

from models.forecasts import forecasts, readers, timetable
from workflow.ledger import REDACTED
from workflow.listing import UNKNOWN_DAY, here, next_day, placeholder
from workflow.plans import Plan
from workflow.queries.paging import PAGE, Counted, Cursor, Page, bounded, counted, in_order, page_of
from workflow.queries.views import View, view
from workflow.runtime import Looking
from workflow.visibility import Reader, visible

State = Literal["open", "any", "draft", "in-progress", "on-hold", "complete", "rejected", "withdrawn"]
SortBy = Literal["finish", "next", "title"]

#: So many items of their own are fetched and sorted; with more, the list is walked in its order instead.
FEW: Final = 2000
SOMETHING_ELSE: Final = "another item"
_CHUNK: Final = 500

_PLACEHOLDER: Final = re.compile("⟦([^⟧]*)⟧")
_KEYS: Final = {"finish": forecasts.c.by_finish, "next": forecasts.c.by_next, "title": forecasts.c.by_title}


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the list is wanted. A forum: on its route and not settled there, or `now_there`."""

    forum: str | None = None
    now_there: bool = False
    organisation: str | None = None
    owner: str | None = None
    type: str | None = None
    state: State = "open"
    late: bool = False
    text: str | None = None  # in the title


@dataclass(frozen=True, slots=True)
class Sort:
    """The order of the list; ties are settled by the items' ids."""

    by: SortBy = "finish"
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """One item as lists show it. `here` are the forums that it is at now, `waiting_for` sentences."""

    item: str
    title: str
    type: str
    state: str
    here: tuple[str, ...]
    waiting_for: tuple[str, ...]
    next_on: date | None
    finish: date | None
    target: date | None
    late: bool
    owner: str
    organisation: str
    part: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """A page of the list, with how many there are of it and how many of those are late."""

    page: Page[Listed]
    total: Counted
    late: Counted


def decisions(
    look: Looking,
    reader: Reader,
    filters: Filters | None = None,
    sort: Sort | None = None,
    cursor: Cursor | None = None,
) -> Decisions:
    """One page of the items that a reader may see."""
    wanted, order = filters or Filters(), sort or Sort()
    conditions = _conditions(look, reader, wanted)
    found = list(look.db.execute(_rows(conditions, order, cursor, PAGE)))
    places = [(row[-1], row.item) for row in found]
    page = page_of(found, places, cursor)
    rows = listed(look, reader, page.rows)
    total, late = _counts(look, conditions, wanted, rows, whole=cursor is None and page.later is None)
    return Decisions(Page(tuple(rows), page.earlier, page.later), total, late)


def every_decision(
    look: Looking, reader: Reader, filters: Filters | None = None, sort: Sort | None = None
) -> Iterator[Listed]:
    """The whole list, a chunk at a time."""
    wanted, order = filters or Filters(), sort or Sort()
    conditions = _conditions(look, reader, wanted)
    cursor: Cursor | None = None
    while True:
        found = list(look.db.execute(_rows(conditions, order, cursor, _CHUNK)))
        yield from listed(look, reader, found[:_CHUNK])
        if len(found) <= _CHUNK:
            return
        cursor = Cursor((found[_CHUNK - 1][-1], found[_CHUNK - 1].item))


def listed(look: Looking, reader: Reader, rows: Sequence[Row[Any]]) -> list[Listed]:
    """Rows of `derived_forecasts` as they are today, with the names that this reader may see."""
    planned = _planned_anew(look, [row.item for row in rows if row.is_open and row.computed_for < look.today])
    found = [planned[row.item] if row.item in planned else _listed(look, row) for row in rows]
    return _with_titles(look, reader, found)


def _listed(look: Looking, row: Row[Any]) -> Listed:
    owner = look.known.people.get(row.owner)
    organisation = look.known.organisations.get(row.organisation)
    return Listed(
        item=row.item,
        title=row.title,
        type=row.type,
        state=row.state,
        here=tuple(row.here),
        waiting_for=tuple(row.waiting_for),
        next_on=row.next_on,
        finish=row.finish,
        target=row.target,
        late=row.late,
        owner=owner.name if owner else row.owner,
        organisation=organisation.name if organisation else row.organisation,
        part=row.part,
    )


def _planned_anew(look: Looking, ids: Sequence[str]) -> dict[str, Listed]:
    """Items as they are today that were last planned on an earlier day."""
    if not ids:
        return {}
    seen = view(look, ids)
    named = dict(seen.titles)
    unnamed = replace(seen, titles={item: placeholder(item) for item in seen.dossiers})
    return {item: _as_of_today(look, unnamed, item, named.get(item, REDACTED)) for item in seen.wanted}


def _as_of_today(look: Looking, seen: View, item: str, title: str) -> Listed:
    plan: Plan = seen.plan(item)
    row, case = seen.dossiers[item].item, seen.dossiers[item].case()
    owner, organisation = look.known.people.get(row["owner"]), look.known.organisations.get(row["organisation"])
    return Listed(
        item=item,
        title=title,
        type=row["type"],
        state=plan.item_state,
        here=tuple(here(case, look.known.world, plan)),
        waiting_for=tuple(seen.waiting(item, plan)),
        next_on=next_day(plan),
        finish=plan.finish,
        target=row["target"],
        late=plan.late,
        owner=owner.name if owner else row["owner"],
        organisation=organisation.name if organisation else row["organisation"],
        part=row["part"],
    )


def _with_titles(look: Looking, reader: Reader, rows: Sequence[Listed]) -> list[Listed]:
    """Sentences with the titles of other items that this reader may see."""
    ids = {item for row in rows for sentence in row.waiting_for for item in _PLACEHOLDER.findall(sentence)}
    if not ids:
        return list(rows)
    query = select(forecasts.c.item, forecasts.c.title).where(forecasts.c.item.in_(sorted(ids)), visible(reader))
    titles = {row.item: row.title for row in look.db.execute(query)}
    return [
        replace(row, waiting_for=tuple(filled_in(sentence, titles) for sentence in row.waiting_for)) for row in rows
    ]


def filled_in(sentence: str, titles: Mapping[str, str]) -> str:
    """A stored sentence with the titles of the items that it speaks of; one not among them is another item."""
    said = _PLACEHOLDER.sub(lambda found: titles.get(found[1], SOMETHING_ELSE), sentence)
    return said[:1].upper() + said[1:] if sentence.startswith("⟦") else said


def _conditions(look: Looking, reader: Reader, wanted: Filters) -> list[list[ColumnElement[bool]]]:
    """What the rows must fulfil: several lists where the list is put together of several parts."""
    own = own_items(look, reader)
    there = _items_at_forum(look, wanted)
    few = own is not None or (there is not None and there[0])
    common: list[ColumnElement[bool]] = [visible(reader) if own is None else own]
    if there is not None:
        common.append(there[1])
    for name in ("organisation", "owner", "type"):
        if (value := getattr(wanted, name)) is not None:
            common.append(forecasts.c[name] == value)
    if wanted.late:
        common.append(forecasts.c.late == True)  # noqa: E712
    if wanted.text and wanted.text.strip():
        said = " ".join(wanted.text.split()).casefold()
        common.append(forecasts.c.by_title.contains(said, autoescape=True))
    is_open: ColumnElement[Any] = func.coalesce(forecasts.c.is_open, False) if few else forecasts.c.is_open
    if wanted.state == "any":
        return [common] if few else [[is_open == True, *common], [is_open == False, *common]]  # noqa: E712
    of_that_state = [] if wanted.state == "open" else [forecasts.c.state == wanted.state]
    open_now = wanted.state not in ("complete", "rejected", "withdrawn")
    return [[is_open == open_now, *of_that_state, *common]]


def own_items(look: Looking, reader: Reader) -> ColumnElement[bool] | None:
    """The condition for those who may see few items: theirs are fetched first. None for everybody else."""
    if reader.sees_everything:
        return None
    mine = select(readers.c.item).where(readers.c.reader.in_(sorted(reader.keys)))
    if look.db.execute(bounded(mine, FEW)).scalar_one() > FEW:
        return None
    exempt = select(literal(1)).where(
        readers.c.item == forecasts.c.item, readers.c.reader.in_(sorted(reader.exempt_keys))
    )
    return and_(forecasts.c.item.in_(mine), or_(forecasts.c.part == "I", exempt.exists()))


def _items_at_forum(look: Looking, wanted: Filters) -> tuple[bool, ColumnElement[bool]] | None:
    """Whether few items are at the forum that is wanted, and the condition that they are."""
    if wanted.forum is None:
        return None
    if wanted.state in ("complete", "rejected", "withdrawn"):  # settled there: who was on the route is known
        at, of = readers, readers.c.reader == f"forum:{wanted.forum}"
    else:
        at, of = timetable, timetable.c.forum == wanted.forum
        if wanted.now_there:
            of = and_(of, timetable.c.is_now == True)  # noqa: E712
    there = select(at.c.item).where(of)
    if look.db.execute(bounded(there, FEW)).scalar_one() <= FEW:
        return True, forecasts.c.item.in_(there)
    found = select(literal(1)).where(at.c.item == forecasts.c.item, of).limit(1)
    return False, found.scalar_subquery().is_not(None)


def _rows(parts: Sequence[Sequence[ColumnElement[bool]]], sort: Sort, cursor: Cursor | None, size: int) -> Select[Any]:
    """The rows of a page and one more, with the value that they are sorted by at the end."""
    key = _KEYS[sort.by]
    kind = {"descending": sort.descending, "cursor": cursor, "size": size}
    if len(parts) == 1:
        query = select(forecasts, key.label("place")).where(*parts[0])
        return in_order(query, (key, forecasts.c.item), **kind)  # type: ignore[arg-type]
    each = []
    for part in parts:
        query = select(forecasts.c.item, key.label("place")).where(*part)
        ordered = in_order(query, (key, forecasts.c.item), **kind)  # type: ignore[arg-type]
        each.append(select(ordered.subquery()))
    either = union_all(*each).subquery()
    query = select(forecasts, either.c.place).join(either, either.c.item == forecasts.c.item)
    return in_order(query, (either.c.place, either.c.item), descending=sort.descending != _back(cursor), size=size)


def _back(cursor: Cursor | None) -> bool:
    return cursor is not None and cursor.backward


def _counts(
    look: Looking,
    parts: Sequence[Sequence[ColumnElement[bool]]],
    wanted: Filters,
    rows: Sequence[Listed],
    whole: bool,
) -> tuple[Counted, Counted]:
    if whole:
        return Counted(len(rows)), Counted(sum(row.late for row in rows))
    total = _count(look, parts)
    if wanted.late:
        return total, total
    return total, _count(look, [[*part, forecasts.c.late == True] for part in parts])  # noqa: E712


def _count(look: Looking, parts: Sequence[Sequence[ColumnElement[bool]]]) -> Counted:
    number = sum(look.db.execute(bounded(select(forecasts.c.item).where(*part))).scalar_one() for part in parts)
    return counted(number)


__all__ = [
    "UNKNOWN_DAY",
    "Counted",
    "Cursor",
    "Decisions",
    "Filters",
    "Listed",
    "Sort",
    "decisions",
    "every_decision",
    "filled_in",
]
