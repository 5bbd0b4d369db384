"""Where decisions are: the first page, and the same as CSV."""

from __future__ import annotations

import csv as csv_writer
import io
from collections.abc import Iterator
from typing import Any, Final

from flask import Blueprint, Response, render_template, request, url_for

from web.forms.filters import STATES, address_of, cursor_of, filters_of, href, place_word, sort_of, sort_word
from web.reading import looking, reader, runtime
from web.words import plain, state_words
from workflow.queries.decisions import Filters, Listed, Sort, decisions, every_decision
from workflow.queries.narrowing import Choices, choices
from workflow.queries.paging import Page
from workflow.visibility import Reader

pages = Blueprint("decisions", __name__)

COLUMNS: Final = (
    "Id", "Title", "Type", "State", "Where it is now", "Waiting for", "Next date", "Finish", "Target", "Late",
    "Owner", "Organisation", "Part",
)  # fmt: skip

#: A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_HEADERS: Final = (("title", "Decision"), ("next", "Next date"), ("finish", "Finish"))


@pages.get("/")
def index() -> str:
    """Every item that one may see: where it is, what it waits for, when it will be done."""
    filters, sort = filters_of(request.args), sort_of(request.args)
    cursor = cursor_of(request.args, first_is_day=sort.by != "title", length=2)
    with looking() as look:
        found = decisions(look, reader(), filters, sort, cursor)
        offered = choices(look, reader())
    said = address_of(filters, sort)
    return render_template(
        "decisions/index.html",
        found=found,
        rows=found.page.rows,
        filters=filters,
        fields=_fields(filters, offered),
        is_narrowed=bool({name for name in said if name != "sort"}),
        clear=href(url_for("decisions.index"), {"sort": said["sort"]} if "sort" in said else {}),
        sort=sort,
        sort_value=said.get("sort"),
        headers={by: _header(by, words, filters, sort) for by, words in _HEADERS},
        timetable=href(url_for("timetable.portfolio"), said),
        csv=href(url_for("decisions.csv"), said),
        **_pages(found.page, said),
    )


@pages.get("/decisions.csv")
def csv() -> Response:
    """The same list, whole, for spreadsheets."""
    filters, sort, who = filters_of(request.args), sort_of(request.args), reader()
    lines = _lines(filters, sort, who)
    return Response(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": "attachment; filename=decisions.csv"},
    )


def _lines(filters: Filters, sort: Sort, who: Reader) -> Iterator[bytes]:
    """Line by line, so that the length of the list does not matter; in one look of its own."""
    installation = runtime()

    def told() -> Iterator[bytes]:
        yield "\ufeff".encode() + _line(COLUMNS)  # spreadsheets read the rest as UTF-8 because of it
        with installation.looking() as look:
            for row in every_decision(look, who, filters, sort):
                yield _line(_cells(row))

    return told()


def _cells(row: Listed) -> tuple[Any, ...]:
    days = (day.isoformat() if day else "" for day in (row.next_on, row.finish, row.target))
    return (
        row.item, row.title, plain(row.type), state_words(row.state), "; ".join(row.here), "; ".join(row.waiting_for),
        *days, "Late" if row.late else "", row.owner, row.organisation, row.part,
    )  # fmt: skip


def _line(cells: tuple[Any, ...]) -> bytes:
    told = io.StringIO()
    csv_writer.writer(told).writerow(["'" + cell if cell.startswith(_FORMULA) else cell for cell in cells])
    return told.getvalue().encode()


def _pages(page: Page[Listed], said: dict[str, str]) -> dict[str, str | None]:
    path = url_for("decisions.index")
    return {
        "earlier": href(path, said | {"before": place_word(page.earlier)}) if page.earlier else None,
        "later": href(path, said | {"after": place_word(page.later)}) if page.later else None,
    }


def _header(by: str, words: str, filters: Filters, sort: Sort) -> dict[str, str | None]:
    """A column's heading: sorting by it, or the other way round where the list is sorted by it."""
    is_this = sort.by == by
    turned = Sort(by, is_this and not sort.descending)  # type: ignore[arg-type]
    order = ("descending" if sort.descending else "ascending") if is_this else "none"
    said = address_of(filters, Sort()) | ({"sort": sort_word(turned)} if turned != Sort() else {})
    return {"words": words, "href": href(url_for("decisions.index"), said), "order": order}


def _fields(filters: Filters, offered: Choices) -> list[dict[str, Any]]:
    """The fields of the filter panel that are chosen from a list."""
    types = [(name, plain(name)) for name in offered.types]
    return [
        _field("state", "State", STATES, filters.state, anything=None),
        _field("forum", "Forum", offered.forums, filters.forum, anything="Any forum"),
        _field("organisation", "Organisation", offered.organisations, filters.organisation, "Any organisation"),
        _field("owner", "Owner", offered.owners, filters.owner, "Anybody"),
        _field("type", "Type", types, filters.type, "Any type"),
    ]


def _field(name: str, label: str, offered: Any, chosen: str | None, anything: str | None) -> dict[str, Any]:
    choices = [("", anything)] if anything else []
    choices += offered
    if chosen is not None and all(value != chosen for value, _words in choices):
        choices.append((chosen, plain(chosen)))
    return {"name": name, "label": label, "choices": choices, "chosen": chosen or ""}
