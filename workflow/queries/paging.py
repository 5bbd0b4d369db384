"""Lists by key: the rows after or before one, in any number of items, never by counting from the beginning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, asc, desc, func, literal_column, select, tuple_

PAGE: Final = 50
MOST_COUNTED: Final = 1000

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list: the values by which it is sorted, of the row that the page comes after (or before)."""

    values: tuple[Any, ...]
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, with the values of the first and the last one where there are more in that direction."""

    rows: tuple[Row, ...]
    earlier: tuple[Any, ...] | None
    later: tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class Counted:
    """A number that is not counted beyond all measure."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"more than {self.number:,}" if self.more else f"{self.number:,}"


def in_order(
    query: Select[Any],
    keys: Sequence[ColumnElement[Any]],
    *,
    descending: bool = False,
    cursor: Cursor | None = None,
    size: int = PAGE,
) -> Select[Any]:
    """The query's rows after a place in their order, and one more than fit, which says whether there are others.

    Before a place they come in the opposite order, the nearest first.
    """
    backward = cursor is not None and cursor.backward
    downward = descending != backward
    if cursor is not None:
        place = tuple_(*cursor.values)
        query = query.where(tuple_(*keys) < place if downward else tuple_(*keys) > place)
    return query.order_by(*(desc(key) if downward else asc(key) for key in keys)).limit(exactly(size + 1))


def exactly(number: int) -> ColumnElement[int]:
    """A limit that the planner of a database sees: it plans otherwise where it has to guess it."""
    return literal_column(str(number))


def page_of(
    found: Sequence[Row], places: Sequence[tuple[Any, ...]], cursor: Cursor | None, size: int = PAGE
) -> Page[Row]:
    """A page out of the rows that `in_order` found and their places."""
    more = len(found) > size
    rows, at = list(found[:size]), list(places[:size])
    backward = cursor is not None and cursor.backward
    if backward:
        rows.reverse()
        at.reverse()
    if not rows:
        return Page((), None, None)
    has_earlier = more if backward else cursor is not None
    has_later = backward or more
    return Page(tuple(rows), at[0] if has_earlier else None, at[-1] if has_later else None)


def bounded(query: Select[Any], most: int = MOST_COUNTED) -> Select[Any]:
    """A query that counts the rows of another, and stops when there are too many to be worth it."""
    return select(func.count()).select_from(query.limit(exactly(most + 1)).subquery())


def counted(number: int, most: int = MOST_COUNTED) -> Counted:
    """What such a count says."""
    return Counted(min(number, most), number > most)
