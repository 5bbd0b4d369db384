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
from tests.web.scene import EXEMPT, KINDS, NOT_FOR, Kind, set_the_scene
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
| sign in | they are sent to the sign-in page, or asked to sign in before the form goes on |
| no | they are told that it is not for them |
| not found | they are told that there is no such page |
"""


@pytest.fixture(scope="module")
def site(loaded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site for all the asking: what is sent is empty forms, which change nothing."""
    with sqlite_site(loaded_sqlite, tmp_path_factory.mktemp("access")) as site:
        set_the_scene(site.office)
        yield site


@pytest.mark.skipif(not os.environ.get(WRITE), reason="writes the table anew, when asked to")
def test_write_the_table(site: Site) -> None:
    columns = [[kind.name, *Asker(site, kind).column()] for kind in KINDS]
    TABLE.write_text("\n".join([INTRODUCTION, *_lines(site, columns)]) + "\n", encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_page_answers_a_kind_of_user_as_the_table_says(site: Site, kind: Kind) -> None:
    written = {page: dict(zip(_HEADS[2:], cells, strict=True)) for page, cells in _written().items()}

    answers = dict(zip(_pages(site), Asker(site, kind).column(), strict=True))

    differ = {page: (answer, written[page][kind.name]) for page, answer in answers.items() if page in written
              and answer != written[page][kind.name]}  # fmt: skip
    assert differ == {}, "what the application answers, and what web/ACCESS.md says"


def test_the_table_names_every_page_and_no_other(site: Site) -> None:
    assert list(_written()) == _pages(site)
    assert TABLE.read_text(encoding="utf-8").startswith(INTRODUCTION)


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind.name in ("nobody", "lead", "stranger")], ids=lambda kind: kind.name
)
def test_whoever_may_not_look_at_a_page_may_not_send_it_either(site: Site, kind: Kind) -> None:
    asker = Asker(site, kind)
    for endpoint in endpoints(site.app):
        if endpoint.methods == ["GET", "POST"]:
            looked, sent = asker.cell(endpoint, "GET"), asker.cell(endpoint, "POST")
            assert sent == looked or sent in ("no", "not found", "sign in"), (
                f"POST {endpoint.shown}: {sent}, not {looked}"
            )


def test_every_page_has_a_rule_and_every_rule_a_page(site: Site) -> None:
    assert {rule.endpoint for rule in site.app.url_map.iter_rules()} == set(ACCESS)


def test_an_item_that_is_not_for_somebody_answers_exactly_like_one_that_is_not_there(site: Site) -> None:
    for person in ("icb-governance-lead", "system-administrator"):
        browser = site.as_(person)
        token = browser.csrf_token()
        browser.inspects = False
        for endpoint in endpoints(site.app):
            if not endpoint.is_of_an_item:
                continue
            hidden = endpoint.address(site.app, EXEMPT)
            missing = hidden.replace(EXEMPT, "no-such-item")
            for method in endpoint.methods:
                said = _asked(browser, method, hidden, token), _asked(browser, method, missing, token)
                assert said[0] == said[1], f"{method} {hidden} as {person} tells that there is such an item"
                assert said[0][0] == 404


_HEADS = ["page", "address", *(kind.name for kind in KINDS)]


def _pages(site: Site) -> list[str]:
    """Each page, as the first two columns name it."""
    return [f"{page.name} | {' '.join(page.methods)} {page.shown}" for page in endpoints(site.app)]


def _lines(site: Site, columns: list[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(_HEADS)} |"
    yield "|---" * len(_HEADS) + "|"
    for number, page in enumerate(_pages(site), 1):
        yield f"| {page} | {' | '.join(column[number] for column in columns)} |"


def _written() -> dict[str, list[str]]:
    """The table as it stands in the file: the cells of each page."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    start = lines.index(f"| {' | '.join(_HEADS)} |") + 2
    rows = [line.strip("| ").split(" | ") for line in lines[start:] if line.startswith("|")]
    return {f"{row[0]} | {row[1]}": row[2:] for row in rows}


class Asker:
    """One kind of user, who asks for everything, each time in a browser that has just signed in."""

    def __init__(self, site: Site, kind: Kind) -> None:
        self.site, self.kind = site, kind
        self.browser = site.as_(kind.person) if kind.person else site.anonymous
        self.token = self.browser.csrf_token()
        self.browser.inspects = False
        self.known: dict[tuple[str, str, str, str | None], str] = {}
        with self.browser.flask.session_transaction(base_url=ADDRESS) as session:
            self.kept = dict(session)

    def column(self) -> list[str]:
        """What the table says of this kind of user, from top to bottom."""
        return [self.cell(endpoint) for endpoint in endpoints(self.site.app)]

    def cell(self, endpoint: Endpoint, method: str | None = None) -> str:
        """What the table says; pages that can be looked at are looked at."""
        method = method or endpoint.methods[0]
        own = self._answer(method, endpoint.address(self.site.app, self.kind.own))
        if not endpoint.is_of_somebody:
            return own
        others = self._elsewhere(endpoint, method, self.kind.others)
        exempt = self._elsewhere(endpoint, method, EXEMPT) if endpoint.is_of_an_item else others
        if own == others == exempt:
            return own
        opened = tuple(answer == "yes" for answer in (own, others, exempt))
        return own if not any(opened) else _IN_WORDS[opened]

    def _elsewhere(self, endpoint: Endpoint, method: str, item: str) -> str:
        """Asked for once for all acts where it is the item that is not for somebody, and not the act."""
        asked = (endpoint.name, method, item, endpoint.action if self._is_on_its_route(item) else None)
        if asked not in self.known:
            self.known[asked] = self._answer(method, endpoint.address(self.site.app, item))
        return self.known[asked]

    def _is_on_its_route(self, item: str) -> bool:
        return item == EXEMPT and self.kind.name not in NOT_FOR

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
        if not self.kind.person and (location.removeprefix(ADDRESS).startswith("/sign-in") or page.status == 401):
            return "sign in"
        return {403: "no", 404: "not found"}.get(page.status) or _opened(page.status, method, address)


_FORGED = "That could not be understood"
#: By whether it opens: for one's own item, for others’, for an exempt one.
_IN_WORDS = {
    (True, False, False): "own",
    (True, False, True): "own, Part II",
    (True, True, False): "Part I",
    (False, False, True): "Part II",
}


def _opened(status: int, method: str, address: str) -> str:
    assert status in (200, 204, 302, 303, 400, 401, 409, 410, 422, 503), f"{method} {address} answered {status}"
    return "yes"


def _asked(browser: Client, method: str, address: str, token: str) -> tuple[int, str]:
    data = {"csrf_token": token} if method == "POST" else None
    page = browser.open(address, method, None, follow=False, data=data)
    return page.status, page.main.text
