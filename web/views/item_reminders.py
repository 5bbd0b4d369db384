"""The reminders of one item: what is to come, what was said to whom, and what ended."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, render_template, request, url_for

from web.forms.filters import cursor_of, href
from web.forms.filters import place_word as day_word
from web.forms.post import place_of, rung_words
from web.forms.post import place_word as moment_word
from web.reading import looking
from workflow.queries import item_reminders
from workflow.queries.item_reminders import Said
from workflow.queries.paging import Page

pages = Blueprint("item_reminders", __name__)

#: The three lists of the page; the first one is shown where the address names none.
LISTS: Final = {"coming": "To come", "said": "Sent and waiting", "ended": "Ended"}

#: As what somebody is told.
BECAUSE: Final = {
    "holder": "It is their turn",
    "owner": "Owner of the item",
    "lead": "Governance lead of the item’s organisation",
    "forum-lead": "Governance lead of the forum’s organisation",
    "superior": "Superior of the governance lead",
    "secretary": "Secretary of the forum",
    "chair": "Chair of the forum",
}


@pages.get("/items/<item>/reminders")
def show(item: str) -> str:
    """One of the three lists, a page at a time."""
    wanted = request.args.get("list", "")
    which = wanted if wanted in LISTS else "coming"
    path = url_for("item_reminders.show", item=item)
    with looking() as look:
        title = item_reminders.title_of(look, item)
        page: Page[Any]
        if which == "coming":
            page = item_reminders.coming(look, item, cursor_of(request.args, first_is_day=True, length=2))
        elif which == "said":
            page = item_reminders.said(look, item, place_of(request.args))
        else:
            page = item_reminders.ended(look, item, place_of(request.args))
    word = day_word if which == "coming" else moment_word
    said = {} if which == "coming" else {"list": which}
    return render_template(
        "deadlines/of_item.html",
        item=item,
        title=title,
        which=which,
        rows=page.rows,
        lists=[
            {"href": href(path, {} if name == "coming" else {"list": name}), "text": words, "current": name == which}
            for name, words in LISTS.items()
        ],
        because=BECAUSE,
        why_then=_why_then,
        earlier=href(path, {**said, "before": word(page.earlier)}) if page.earlier else None,
        later=href(path, {**said, "after": word(page.later)}) if page.later else None,
    )


def _why_then(row: Said) -> str:
    """When somebody was told, counted from the day that was spoken of or from when it came up."""
    words = rung_words(row.rung)
    if row.known_late:
        words = "As soon as it was known"
        if row.rung.startswith("after") and not row.rung.endswith("-0"):
            words = rung_words(row.rung).replace("after the day", "after it was known")
    return f"Was to be said {words[:1].lower()}{words[1:]}; it came late" if row.late else words
