"""Drafts of the notices that the rules ask for: on a page, and as plain text to take along."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from web.reading import looking, person
from workflow.notices import TITLES, Draft, pieces
from workflow.queries.notices import drafts_at, notice

pages = Blueprint("notices", __name__)


@pages.get("/items/<item>/steps/<step>/notices/<kind>")
def show(item: str, step: str, kind: str) -> str:
    """A draft, with what is still to be completed marked."""
    draft = _draft(item, step, kind)
    with looking() as look:
        others = [other for other in drafts_at(look, item, step) if other != kind]
    return render_template(
        "notices/show.html", draft=draft, item=item, step=step, others=others, titles=TITLES, pieces=pieces
    )


@pages.get("/items/<item>/steps/<step>/notices/<kind>/text")
def text(item: str, step: str, kind: str) -> Response:
    """The same as a file of plain text."""
    response = make_response(_draft(item, step, kind).text)
    response.content_type = "text/plain; charset=utf-8"
    response.headers["Content-Disposition"] = f"attachment; filename={kind}.txt"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _draft(item: str, step: str, kind: str) -> Draft:
    with looking() as look:
        return notice(look, person().id, item, step, kind)
