"""The password that is asked for again after a pause, before a decision is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Blueprint, Response, make_response, render_template_string, request

import web.app
from tests.web.site import PASSWORD, Site
from tests.web.test_account import CLERK, moves_on
from web.access import ACCESS, Access
from web.signing_in import fresh_password_or_page


@dataclass
class Recording:
    """A page that records decisions, as far as this is about passwords."""

    site: Site
    recorded: list[dict[str, list[str]]]


PLAIN = '{% extends "base.html" %}{% block title %}Record{% endblock %}{% block content %}<h1>Record</h1>{% endblock %}'
SAID = {
    "outcome": "agreed",
    "wording": 'It was "agreed" & <b>resolved</b>\r\n\r\n  that…',
    "conditions": ["first", "second", ""],
    "<odd name>": "x",
}


@pytest.fixture
def recording(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recording:
    """The same installation with one page more, which keeps what it was sent."""
    kept: list[dict[str, list[str]]] = []
    pages = Blueprint("trial", __name__)

    @pages.route("/trial/<step>", methods=["GET", "POST"])
    def record(step: str) -> Response:
        if request.method == "POST":
            page = fresh_password_or_page()
            if page is not None:
                return page
            kept.append({**request.form.to_dict(flat=False), "step": [step], "seen": [request.args["seen"]]})
        return make_response(render_template_string(PLAIN))

    monkeypatch.setitem(ACCESS, "trial.record", Access.SIGNED_IN)
    monkeypatch.setattr(web.app, "VIEWS", (*web.app.VIEWS, SimpleNamespace(pages=pages)))
    return Recording(Site(site.office, tmp_path), kept)


def test_who_works_on_is_not_asked_again(recording: Recording) -> None:
    browser = recording.site.as_(CLERK)
    moves_on(recording.site, minutes=29)
    browser.get("/account")
    moves_on(recording.site, minutes=29)
    assert browser.post("/trial/cabinet?seen=7", SAID).h1 == "Record"
    assert len(recording.recorded) == 1


def test_after_a_pause_the_password_comes_first_and_nothing_typed_is_lost(recording: Recording) -> None:
    browser = recording.site.as_(CLERK)
    browser.get("/account")
    token = browser.csrf_token()
    moves_on(recording.site, minutes=31)

    page = browser.post("/trial/partners:lcc?seen=7", [*_pairs(SAID), ("csrf_token", token)])
    assert page.h1 == "Enter your password again"
    assert recording.recorded == []
    form = page.form("/trial/partners:lcc?seen=7")
    assert form.action == "/trial/partners:lcc?seen=7"

    page = browser.submit(page, form=form.action, _password="wrong, wrong, wrong", status=422)
    assert page.error_summary == ["That is not your password. Try again."]
    assert recording.recorded == []

    assert browser.submit(page, form=form.action, _password=PASSWORD).h1 == "Record"
    (got,) = recording.recorded
    assert got.pop("step") == ["partners:lcc"] and got.pop("seen") == ["7"]
    assert {name for name in got if name not in SAID} <= {"csrf_token", "_password"}
    assert {name: got[name] for name in SAID} == {
        name: value if isinstance(value, list) else [value] for name, value in SAID.items()
    }
    assert browser.post("/trial/partners:lcc?seen=8", SAID).h1 == "Record", "and is not asked for again"


def test_guessing_the_password_of_an_open_browser_is_stopped(recording: Recording) -> None:
    browser = recording.site.as_(CLERK)
    moves_on(recording.site, minutes=31)
    page = browser.post("/trial/cabinet?seen=7", SAID)
    for _guess in range(5):
        page = browser.submit(page, form="/trial/cabinet?seen=7", _password="wrong, wrong, wrong", status=422)
    page = browser.submit(page, form="/trial/cabinet?seen=7", _password=PASSWORD, status=422)
    assert page.error_summary == ["Too many attempts. Wait 1 minute, then try again."]
    assert recording.recorded == []


def test_only_looking_after_a_pause_asks_for_nothing(recording: Recording) -> None:
    browser = recording.site.as_(CLERK)
    moves_on(recording.site, hours=2)
    assert browser.get("/trial/cabinet?seen=7").h1 == "Record"


def _pairs(said: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, v) for name, value in said.items() for v in (value if isinstance(value, list) else [value])]
