"""My work: what the person who is signed in has to do."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlencode

from flask import Blueprint, render_template, request, url_for

from web.forms.filters import cursor_of, href, place_word
from web.reading import looking, person
from web.words import ACTS, ROLES, plain
from workflow.known import Known
from workflow.queries.work import KEYS, ToDo, my_work
from workflow.tasks import WORDS

pages = Blueprint("work", __name__)

#: What an act is called where the list knows more about it than its button does.
_WORDS: Final = {
    "accept": "Accept the weaker outcome, or ask again",
    "uphold": "Uphold the decision, or have it decided again",
    "start": "Start the item",
    "resume": "Resume the item",
    "bind": "Put it on a meeting",
    "notice": "Give notice",
    "agenda": "Put it on the agenda",
}

#: What the detail of a task is called in the address of its act.
_DETAILS: Final = {"clear": "area", "meet": "number"}

#: Acts on the whole item, whichever step they were asked for at.
_OF_THE_ITEM: Final = ("start", "resume", "material", "revise")


@pages.get("/work")
def index() -> str:
    """What one has to do, overdue first, each with its next act."""
    cursor = cursor_of(request.args, first_is_day=True, length=len(KEYS))
    with looking() as look:
        work = my_work(look, person(), cursor)
        known = look.known
    path = url_for("work.index")
    return render_template(
        "work/index.html",
        work=work,
        rows=[_told(known, row) for row in work.page.rows],
        earlier=href(path, {"before": place_word(work.page.earlier)}) if work.page.earlier else None,
        later=href(path, {"after": place_word(work.page.later)}) if work.page.later else None,
    )


def act_address(item: str, step: str, act: str, detail: str = "") -> str:
    """Where an act is done."""
    if act == "revise":
        return f"/items/{quote(item)}/reports/new"
    if not step or act in _OF_THE_ITEM:
        return f"/items/{quote(item)}/acts/{act}"
    at = f"/items/{quote(item)}/steps/{quote(step, safe=':')}"
    if act in ("record", WORDS):
        return f"{at}/{'record' if act == 'record' else 'correct'}"
    said = {_DETAILS[act]: detail} if detail and act in _DETAILS else {}
    return f"{at}/acts/{act}" + (f"?{urlencode(said)}" if said else "")


def _told(known: Known, row: ToDo) -> dict[str, object]:
    return {
        "row": row,
        "words": _in_words(row),
        "href": act_address(row.item, row.step, row.act, row.detail),
        "role": _role(known, row),
    }


def _in_words(row: ToDo) -> str:
    if row.act == "clear":
        return f"Clear the report for {plain(row.detail).lower()}, or return it"
    if row.act == "record" and row.role == "member":
        return "Decide"
    return _WORDS.get(row.act) or ACTS.get(row.act) or plain(row.act)


def _role(known: Known, row: ToDo) -> str:
    """As what somebody has to do it."""
    if row.role == "person":
        return (
            "Owner of the condition"
            if row.act == "meet"
            else "Owner"
            if row.act != "open-gate"
            else "Named in the route"
        )
    if row.role == "lead":
        organisation = known.organisations.get(row.scope)
        return f"{ROLES[row.role]} of {organisation.name if organisation else row.scope}"
    if row.role == "clearer":
        return f"{ROLES[row.role]} for {plain(row.scope).lower()}"
    return f"{ROLES[row.role]} of {known.forum_name(row.scope)}"
