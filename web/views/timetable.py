"""The timetable of many items: every open one that one may see, by its finish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, render_template, request, url_for

from web.forms.filters import address_of, cursor_of, filters_of, href, place_word
from web.reading import looking, reader
from web.timetable_drawing import timetable_picture
from web.timetable_facts import rows_of, uprights, with_something
from web.timetable_of_many import COLUMNS, line_of_item
from web.words import plain
from workflow.queries.decisions import Filters, Sort
from workflow.queries.narrowing import Choices, choices
from workflow.queries.portfolio import portfolio as portfolio_of

pages = Blueprint("timetable", __name__)

_TAKEN: Final = ("forum", "organisation", "owner", "late")


@pages.get("/timetable")
def portfolio() -> str:
    """Twenty open items at a time: coming meetings, call-in windows, finish and target of each."""
    filters = _filters(request.args)
    with looking() as look:
        found = portfolio_of(look, reader(), filters, cursor_of(request.args, first_is_day=True, length=2))
        offered = choices(look, reader())
        names = {forum.id: forum.name for forum in look.known.world.forums.values()}
    lines = [line_of_item(one, found.today, names, url_for("items.show", item=one.item)) for one in found.items]
    through = uprights(found.today, None, None)
    said, path = address_of(filters, Sort()), url_for("timetable.portfolio")
    return render_template(
        "timetable/portfolio.html",
        found=found,
        lines=lines,
        columns=with_something(COLUMNS, lines, ("below", "meeting", "finish")),
        picture=timetable_picture(rows_of(lines), through, "The timetable of these decisions"),
        filters=filters,
        fields=_fields(filters, offered),
        is_narrowed=bool(said),
        clear=path,
        list_href=href(url_for("decisions.index"), said),
        earlier=href(path, said | {"before": place_word(found.earlier)}) if found.earlier else None,
        later=href(path, said | {"after": place_word(found.later)}) if found.later else None,
    )


def _filters(said: Mapping[str, str]) -> Filters:
    return filters_of({name: value for name, value in said.items() if name in _TAKEN})


def _fields(filters: Filters, offered: Choices) -> list[dict[str, Any]]:
    """The fields of the filter panel that are chosen from a list."""
    return [
        _field("forum", "Forum", offered.forums, filters.forum, "Any forum"),
        _field("organisation", "Organisation", offered.organisations, filters.organisation, "Any organisation"),
        _field("owner", "Owner", offered.owners, filters.owner, "Anybody"),
    ]


def _field(name: str, label: str, offered: Any, chosen: str | None, anything: str) -> dict[str, Any]:
    found = [("", anything), *offered]
    if chosen is not None and all(value != chosen for value, _words in found):
        found.append((chosen, plain(chosen)))
    return {"name": name, "label": label, "choices": found, "chosen": chosen or ""}
