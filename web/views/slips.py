"""How dates have moved: of one item, and why decisions slip altogether."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from flask import Blueprint, render_template, request, url_for

from web.forms.filters import cursor_of, href, place_word
from web.reading import looking, reader
from workflow.queries import slips as queries
from workflow.queries.item_reminders import title_of
from workflow.queries.narrowing import choices
from workflow.queries.paging import PAGE, Cursor
from workflow.queries.slip_acts import hidden_from
from workflow.queries.slips import Wanted

pages = Blueprint("slips", __name__)

#: The times that can be asked for, in days; the first one where the address names none.
TIMES: Final = {"90": "The last 3 months", "30": "The last 30 days", "365": "The last 12 months"}


@pages.get("/items/<item>/dates")
def of_item(item: str) -> str:
    """Every change of an item's dates, the newest first."""
    path = url_for("slips.of_item", item=item)
    with looking() as look:
        title = title_of(look, item)
        names, dealt_with = queries.names_of(look, item), queries.dealt_with(look, item)
        hidden = hidden_from(look, reader(), item)
        dates = queries.dates_of(look, item, names, _place(), PAGE, dealt_with, hidden)
    return render_template("slips/of_item.html", item=item, title=title, dates=dates, **_pages(path, {}, dates.changes))


@pages.get("/slips")
def why() -> str:
    """How often decisions slipped in a time, by forum, by cause and by the reason that was chosen."""
    said = {name: request.args.get(name, "").replace("\x00", "") for name in ("time", "forum", "organisation")}
    time = said["time"] if said["time"] in TIMES else next(iter(TIMES))
    with looking() as look:
        since = look.today - timedelta(days=int(time))
        wanted = Wanted(since, said["forum"] or None, said["organisation"] or None)
        found = queries.why(look, reader(), wanted)
        changes = queries.changes_at(look, reader(), wanted, _by_day())
        offered = choices(look, reader())
    chosen = {"time": time, "forum": wanted.forum or "", "organisation": wanted.organisation or ""}
    return render_template(
        "slips/why.html",
        found=found,
        since=since,
        changes=changes,
        forum=wanted.forum,
        fields=[
            ("time", "Time", list(TIMES.items())),
            ("forum", "Forum", [("", "Any forum"), *offered.forums]),
            ("organisation", "Organisation", [("", "Any organisation"), *offered.organisations]),
        ],
        chosen=chosen,
        href_of=lambda forum: href(url_for("slips.why"), _said(chosen | {"forum": forum})),
        **_pages(url_for("slips.why"), _said(chosen), changes),
    )


def _said(chosen: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in chosen.items() if value}


def _pages(path: str, said: dict[str, str], page: Any) -> dict[str, str | None]:
    return {
        "earlier": href(path, said | {"before": place_word(page.earlier)}) if page.earlier else None,
        "later": href(path, said | {"after": place_word(page.later)}) if page.later else None,
    }


def _by_day() -> Cursor | None:
    """The place among the changes at a forum: the day, the item, the step and the change's number."""
    found = cursor_of(request.args, first_is_day=True, length=4)
    return _numbered(found)


def _place() -> Cursor | None:
    """The place among the changes of an item: the moment, the step and the change's number."""
    found = _numbered(cursor_of(request.args, first_is_day=False, length=3))
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(found.values[0])
    except ValueError:
        return None
    return Cursor((at, *found.values[1:]), found.backward) if at.tzinfo else None


def _numbered(found: Cursor | None) -> Cursor | None:
    """A place whose last value is a number; None where the address says something else."""
    if found is None or not (number := str(found.values[-1])).isascii() or not number.isdigit() or len(number) > 9:
        return None
    return Cursor((*found.values[:-1], int(number)), found.backward)
