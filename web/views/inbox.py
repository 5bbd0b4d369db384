"""What somebody has to decide alone."""

from __future__ import annotations

from flask import Blueprint, render_template

from web.reading import looking, person
from workflow.queries.to_take import decisions_to_take

pages = Blueprint("inbox", __name__)


@pages.get("/decisions-to-take")
def index() -> str:
    """The decisions that wait for the person who is signed in."""
    with looking() as look:
        return render_template("acts/to_take.html", decisions=decisions_to_take(look, person()))
