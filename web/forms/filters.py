"""What the address of a list says: filters, order and place. Whatever makes no sense is as if it were not there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, get_args
from urllib.parse import urlencode

from workflow.queries.decisions import Filters, Sort, SortBy, State
from workflow.queries.paging import Cursor

STATES: Final[tuple[tuple[State, str], ...]] = (
    ("open", "Open"),
    ("draft", "Draft"),
    ("in-progress", "In progress"),
    ("on-hold", "On hold"),
    ("complete", "Complete"),
    ("rejected", "Rejected"),
    ("withdrawn", "Withdrawn"),
    ("any", "Any"),
)

#: In an address a place is the values by which the list is sorted; no id holds this character.
_BETWEEN: Final = "~"
_LONGEST_TEXT: Final = 200


def filters_of(said: Mapping[str, str]) -> Filters:
    """The filters of an address."""
    state = said.get("state")
    return Filters(
        forum=_word(said, "forum"),
        now_there=said.get("at") == "now",
        organisation=_word(said, "organisation"),
        owner=_word(said, "owner"),
        type=_word(said, "type"),
        state=state if state in get_args(State) else "open",  # type: ignore[arg-type]
        late=said.get("late") == "yes",
        text=_word(said, "text"),
    )


def sort_of(said: Mapping[str, str]) -> Sort:
    """The order of an address: `finish`, or `-finish` for the latest first."""
    wanted = said.get("sort", "")
    by = wanted.removeprefix("-")
    if by not in get_args(SortBy):
        return Sort()
    return Sort(by, wanted.startswith("-"))  # type: ignore[arg-type]


def address_of(filters: Filters, sort: Sort) -> dict[str, str]:
    """Filters and order as they stand in an address; nothing that goes without saying."""
    said = {
        "text": filters.text,
        "state": filters.state if filters.state != "open" else None,
        "forum": filters.forum,
        "at": "now" if filters.now_there else None,
        "organisation": filters.organisation,
        "owner": filters.owner,
        "type": filters.type,
        "late": "yes" if filters.late else None,
        "sort": sort_word(sort) if sort != Sort() else None,
    }
    return {name: value for name, value in said.items() if value}


def sort_word(sort: Sort) -> str:
    """An order as it stands in an address."""
    return f"-{sort.by}" if sort.descending else sort.by


def cursor_of(said: Mapping[str, str], first_is_day: bool, length: int) -> Cursor | None:
    """The place in a list that an address names; None for the beginning, or where it names none."""
    for name, backward in (("after", False), ("before", True)):
        if place := said.get(name):
            parts: list[Any] = place.rsplit(_BETWEEN, length - 1)
            if len(parts) != length or "\x00" in place:
                return None
            if first_is_day:
                try:
                    parts[0] = date.fromisoformat(parts[0])
                except ValueError:
                    return None
            return Cursor(tuple(parts), backward)
    return None


def place_word(values: tuple[Any, ...]) -> str:
    """A place as it stands in an address."""
    return _BETWEEN.join(value.isoformat() if isinstance(value, date) else str(value) for value in values)


def href(path: str, said: Mapping[str, str]) -> str:
    """An address with what it says."""
    return f"{path}?{urlencode(said)}" if said else path


def _word(said: Mapping[str, str], name: str) -> str | None:
    word = said.get(name, "").replace("\x00", "").strip()[:_LONGEST_TEXT]
    return word or None
