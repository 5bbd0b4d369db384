"""Where decisions are: every item that somebody may see, narrowed, sorted, page by page.

Everything comes from the derived tables. A page is a bounded number of queries, whatever is on it: rows that were
planned for an earlier day are planned again, all those of the page at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from models.forecasts import forecasts, readers, timetable
from workflow.ledger import REDACTED
from workflow.listing import here, next_day, placeholder
from workflow.plans import Plan
from workflow.queries.paging import (
    MOST_COUNTED,
    PAGE,
    Counted,
    Cursor,
    Page,
    bounded,
    counted,
    exactly,
    in_order,
    page_of,
)
from workflow.queries.views import View, view
from workflow.runtime import Looking
from workflow.visibility import Reader, visible

State = Literal["open", "any", "draft", "in-progress", "on-hold", "complete", "rejected", "withdrawn"]
SortBy = Literal["finish", "next", "title"]

#: So many items of their own are fetched and sorted; with more, the list is walked in its order instead.
FEW: Final = 2000
#: So many rows are walked to count those of somebody who may see many.
EXAMINED: Final = 1200
ENDED: Final = ("complete", "rejected", "withdrawn")
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
    size: int = PAGE,
) -> Decisions:
    """One page of the items that a reader may see."""
    wanted, order = filters or Filters(), sort or Sort()
    chosen = _chosen(look, reader, wanted)
    found = list(look.db.execute(_rows(chosen, order, cursor, size)))
    page = page_of(found, [(row.place, row.item) for row in found], cursor, size)
    rows = listed(look, reader, page.rows)
    whole = cursor is None and page.later is None
    total, late = _counts(look, chosen, wanted, found, rows, whole)
    return Decisions(Page(tuple(rows), page.earlier, page.later), total, late)


def every_decision(
    look: Looking, reader: Reader, filters: Filters | None = None, sort: Sort | None = None
) -> Iterator[Listed]:
    """The whole list, a chunk at a time."""
    wanted, order = filters or Filters(), sort or Sort()
    chosen = _chosen(look, reader, wanted)
    cursor: Cursor | None = None
    while True:
        found = list(look.db.execute(_rows(chosen, order, cursor, _CHUNK)))
        yield from listed(look, reader, found[:_CHUNK])
        if len(found) <= _CHUNK:
            return
        cursor = Cursor((found[_CHUNK - 1].place, found[_CHUNK - 1].item))


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


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The conditions of a list, in one part or in several that are put together.

    `few`: little is left by one of them; it is fetched first and sorted. Otherwise each part is walked in its order,
    and `theirs` looks each row up, in any list of items: may the reader see it, is it at the forum?
    """

    parts: tuple[tuple[ColumnElement[bool], ...], ...]
    theirs: Callable[[FromClause], list[ColumnElement[bool]]]
    few: bool


def _chosen(look: Looking, reader: Reader, wanted: Filters) -> _Chosen:
    own = own_items(look, reader)
    at_forum, with_words = _at_forum(look, wanted), _with_words(look, wanted)
    narrowed = [found for found in (at_forum, with_words) if found is not None]
    of_column = [
        forecasts.c[n] == v for n in ("organisation", "owner", "type") if (v := getattr(wanted, n)) is not None
    ]
    few = own is not None or any(of_few for of_few, _condition in narrowed)

    def theirs(of: FromClause) -> list[ColumnElement[bool]]:
        allowed = visible(reader, of.c.item, of.c.part) if own is None else own
        return [allowed, *(condition(of) for _few, condition in narrowed)]

    cheap: list[ColumnElement[bool]] = list(of_column)
    if wanted.late:
        cheap.append(forecasts.c.late == True)  # noqa: E712
    if wanted.state not in ("open", "any"):
        cheap.append(forecasts.c.state == wanted.state)
    is_open: ColumnElement[Any] = func.coalesce(forecasts.c.is_open, False) if few else forecasts.c.is_open
    if wanted.state != "any":
        cheap.insert(0, is_open == (wanted.state not in ENDED))
        return _Chosen((tuple(cheap),), theirs, few)
    either = [()] if few else [(is_open == True,), (is_open == False,)]  # noqa: E712
    return _Chosen(tuple((*part, *cheap) for part in either), theirs, few)


def _are_few(look: Looking, query: Select[Any], most: int | None = None) -> bool:
    most = FEW if most is None else most
    return bool(look.db.execute(bounded(query, most)).scalar_one() <= most)


def own_items(look: Looking, reader: Reader) -> ColumnElement[bool] | None:
    """The condition for those who may see few items: theirs are fetched first. None for everybody else."""
    if reader.sees_everything:
        return None
    mine = select(readers.c.item).where(readers.c.reader.in_(sorted(reader.keys)))
    if not _are_few(look, mine, 2 * FEW):  # most of them are theirs in two ways: at a forum, and of an organisation
        return None
    exempt = select(literal(1)).where(
        readers.c.item == forecasts.c.item, readers.c.reader.in_(sorted(reader.exempt_keys))
    )
    return and_(forecasts.c.item.in_(mine), or_(forecasts.c.part == "I", exempt.exists()))


#: Whether few items fulfil a condition, and the condition on a list of items.
_Narrowed = tuple[bool, Callable[[FromClause], ColumnElement[bool]]]


def _at_forum(look: Looking, wanted: Filters) -> _Narrowed | None:
    """Items at the forum that is wanted."""
    if wanted.forum is None:
        return None
    if wanted.state in ENDED:  # settled there: who was on the route is known
        at, is_there = readers, readers.c.reader == f"forum:{wanted.forum}"
    else:
        at, is_there = timetable, timetable.c.forum == wanted.forum
        if wanted.now_there:
            is_there = and_(is_there, timetable.c.is_now == True)  # noqa: E712
    there = select(at.c.item).where(is_there)
    if _are_few(look, there):
        return True, lambda of: of.c.item.in_(there)
    found = select(literal(1)).where(is_there).limit(1)
    return False, lambda of: found.where(at.c.item == of.c.item).scalar_subquery().is_not(None)


def _with_words(look: Looking, wanted: Filters) -> _Narrowed | None:
    """Items whose titles hold the words that are wanted; an index has the titles."""
    if not wanted.text or not wanted.text.strip():
        return None
    said = " ".join(wanted.text.split()).casefold()
    titled = forecasts.alias("titled")
    states = (True, False) if wanted.state == "any" else (wanted.state not in ENDED,)
    named = select(titled.c.item).where(titled.c.is_open.in_(states), titled.c.by_title.contains(said, autoescape=True))
    if _are_few(look, named):
        return True, lambda of: of.c.item.in_(named)
    return False, lambda of: of.c.by_title.contains(said, autoescape=True)


def _rows(chosen: _Chosen, sort: Sort, cursor: Cursor | None, size: int) -> Select[Any]:
    """The rows of a page and one more; `place` is what they are sorted by.

    Where few are left `total` and `late_ones` come with each row; nothing is counted where there are many.
    """
    key, backward = _KEYS[sort.by], cursor is not None and cursor.backward
    if chosen.few:
        number, late = func.count().over(), func.sum(case((forecasts.c.late, 1), else_=0)).over()
        columns = (forecasts.c.item, key.label("place"), number.label("total"), late.label("late_ones"))
        left = select(*columns).where(*chosen.parts[0], *chosen.theirs(forecasts)).subquery()
        wanted = in_order(
            select(left), (left.c.place, left.c.item), descending=sort.descending, cursor=cursor, size=size
        ).subquery()
        query = select(forecasts, wanted.c.place, wanted.c.total, wanted.c.late_ones)
        query = query.join(wanted, wanted.c.item == forecasts.c.item)
        return in_order(query, (wanted.c.place, wanted.c.item), descending=sort.descending != backward, size=size)
    each = []
    for part in chosen.parts:
        query = select(forecasts, key.label("place")).where(*part, *chosen.theirs(forecasts))
        each.append(in_order(query, (key, forecasts.c.item), descending=sort.descending, cursor=cursor, size=size))
    if len(each) == 1:
        return each[0]
    either = union_all(*(select(ordered.subquery()) for ordered in each)).subquery()
    return in_order(select(either), (either.c.place, either.c.item), descending=sort.descending != backward, size=size)


def _counts(
    look: Looking,
    chosen: _Chosen,
    wanted: Filters,
    found: Sequence[Row[Any]],
    rows: Sequence[Listed],
    whole: bool,
) -> tuple[Counted, Counted]:
    if whole or not found:
        return Counted(len(rows)), Counted(sum(row.late for row in rows))
    if chosen.few:
        return counted(found[0].total), counted(found[0].late_ones)
    total = _count(look, chosen, wanted, chosen.parts)
    if wanted.late:
        return total, total
    return total, _count(look, chosen, wanted, [(*part, forecasts.c.late == True) for part in chosen.parts])  # noqa: E712


def _count(look: Looking, chosen: _Chosen, wanted: Filters, parts: Sequence[Sequence[ColumnElement[bool]]]) -> Counted:
    """How many there are, as far as can be seen from so many rows: walking them all would take too long."""
    number, whole = 0, True
    for part in parts:
        columns = [forecasts.c.item, forecasts.c.part, *([forecasts.c.by_title] if wanted.text else [])]
        walked = select(*columns).where(*part).limit(exactly(EXAMINED)).subquery()  # an index holds what it needs
        theirs = func.sum(case((and_(*chosen.theirs(walked)), 1), else_=0))
        row = look.db.execute(select(func.count().label("walked"), theirs.label("theirs")).select_from(walked)).one()
        number += row.theirs or 0
        whole = whole and row.walked < EXAMINED
    return Counted(min(number, MOST_COUNTED), not whole or number > MOST_COUNTED)
