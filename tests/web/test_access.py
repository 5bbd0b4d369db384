"""Who may ask for what: every page, asked for by every kind of user, must answer as web/ACCESS.md says.

After a change of rules: DECISION_ROUTES_WRITE_ACCESS=1 pytest tests/web/test_access.py, then read what has changed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import web
from tests.web.conftest import sqlite_site
from tests.web.endpoints import Endpoint, endpoints
from tests.web.scene import EXEMPT, KINDS, Kind, set_the_scene
from tests.web.site import ADDRESS, Client, Site
from web.access import ACCESS

TABLE = Path(next(iter(web.__path__))) / "ACCESS.md"
WRITE = "DECISION_ROUTES_WRITE_ACCESS"

INTRODUCTION = """# Who may ask for what

Every page of the web application, asked for by every kind of user. This table is written by `tests/web/test_access.py`
from what the application answers, and the test fails where the two differ. What somebody may *do* on a page
that they may open is decided by `workflow/authority.py`, and which items they may see by `workflow/visibility.py`.

The users are those of a county council's decision: its governance **lead**, the Cabinet's **secretary**, the
**manager** who owns the item, the finance **clearer**, a **member** of the Cabinet, the lead of a **partner** on the
item's route, an **auditor**, an **administrator**, and as **stranger** the governance lead of a council that has
nothing to do with it.

| in a cell | it means |
|---|---|
| yes | the page opens |
| own | it opens for an item on whose route they stand; any other is “not found”, as if it did not exist |
| own, Part II | the same, for an exempt item too, its title included |
| Part I | it opens for every item but exempt ones |
| sign in | they are sent to the sign-in page |
| no | they are told that it is not for them |
| not found | they are told that there is no such page |
"""

_OWN, _OTHERS, _EXEMPT = "own", "others", "exempt"


@pytest.fixture(scope="module")
def scene(loaded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, dict[str, str]]]:
    """One site for all the asking: what is sent is empty forms, which change nothing."""
    with sqlite_site(loaded_sqlite, tmp_path_factory.mktemp("access")) as site:
        yield site, set_the_scene(site.office)


def test_every_page_answers_each_kind_of_user_as_the_table_says(scene: tuple[Site, dict[str, str]]) -> None:
    site, files = scene
    written = "\n".join([INTRODUCTION, *table(site, files)]) + "\n"
    if os.environ.get(WRITE):
        TABLE.write_text(written, encoding="utf-8")

    assert TABLE.read_text(encoding="utf-8") == written


def test_every_page_has_a_rule_and_every_rule_a_page(scene: tuple[Site, dict[str, str]]) -> None:
    site, _files = scene
    assert {rule.endpoint for rule in site.app.url_map.iter_rules()} == set(ACCESS)


def test_an_item_that_is_not_for_somebody_answers_exactly_like_one_that_is_not_there(
    scene: tuple[Site, dict[str, str]],
) -> None:
    site, files = scene
    for person in ("icb-governance-lead", "internal-auditor", "system-administrator", "elsewhere-lead"):
        browser = site.as_(person)
        for endpoint in endpoints(site.app):
            if not endpoint.is_of_an_item:
                continue
            hidden = endpoint.address(site.app, EXEMPT, files[EXEMPT])
            missing = hidden.replace(EXEMPT, "no-such-item")
            for method in endpoint.methods:
                said = _asked(browser, method, hidden), _asked(browser, method, missing)
                assert said[0] == said[1], f"{method} {hidden} as {person} tells that there is such an item"
                assert said[0][0] == 404


def table(site: Site, files: dict[str, str]) -> Iterator[str]:
    """The table's lines: a line for each page and method, a column for each kind of user."""
    yield "| page | address | " + " | ".join(kind.name for kind in KINDS) + " |"
    yield "|---|---|" + "---|" * len(KINDS)
    askers = [Asker(site, kind, files) for kind in KINDS]
    for endpoint in endpoints(site.app):
        for method in endpoint.methods:
            cells = [asker.cell(endpoint, method) for asker in askers]
            yield f"| {endpoint.name} | {method} {endpoint.shown} | {' | '.join(cells)} |"


class Asker:
    """One kind of user, who asks for everything, each time in a browser that has just signed in."""

    def __init__(self, site: Site, kind: Kind, files: dict[str, str]) -> None:
        self.site, self.kind, self.files = site, kind, files
        self.browser = site.as_(kind.person) if kind.person else site.anonymous
        self.token = self.browser.csrf_token()
        self.browser.inspects = False
        with self.browser.flask.session_transaction(base_url=ADDRESS) as session:
            self.kept = dict(session)

    def cell(self, endpoint: Endpoint, method: str) -> str:
        """What the table says."""
        whose = {_OWN: self.kind.own}
        if endpoint.is_of_somebody:
            whose |= {_OTHERS: self.kind.others, _EXEMPT: EXEMPT}
        answers = {
            which: self._answer(method, endpoint.address(self.site.app, item, self.files[item]))
            for which, item in whose.items()
        }
        if len(set(answers.values())) == 1:
            return answers[_OWN]
        opened = frozenset(which for which, answer in answers.items() if answer == "yes")
        return _IN_WORDS.get(opened) or ", ".join(f"{which}: {answer}" for which, answer in answers.items())

    def _answer(self, method: str, address: str) -> str:
        with self.browser.flask.session_transaction(base_url=ADDRESS) as session:
            session.clear()
            session.update(self.kept)
        if self.kind.person:
            self.browser.holds(self.site.new_session(self.kind.person))
        data = {"csrf_token": self.token} if method == "POST" else None
        page = self.browser.open(address, method, None, follow=False, data=data)
        assert page.h1 != _FORGED, f"{method} {address}: the CSRF token was not taken"
        location = page.response.headers.get("Location", "")
        if page.status in (301, 302, 303) and location.removeprefix(ADDRESS).startswith("/sign-in?"):
            return "sign in"
        return {403: "no", 404: "not found"}.get(page.status) or _opened(page.status, method, address)


_FORGED = "That could not be understood"
_IN_WORDS = {
    frozenset({_OWN}): "own",
    frozenset({_OWN, _EXEMPT}): "own, Part II",
    frozenset({_OWN, _OTHERS}): "Part I",
    frozenset({_OTHERS}): "others’ only",
}


def _opened(status: int, method: str, address: str) -> str:
    assert status in (200, 204, 302, 303, 400, 401, 409, 410, 422, 503), f"{method} {address} answered {status}"
    return "yes"


def _asked(browser: Client, method: str, address: str) -> tuple[int, str]:
    page = browser.post(address, status=None) if method == "POST" else browser.get(address, status=None)
    return page.status, page.main.text
