"""Every page that a crawler finds as each kind of user, in Chromium: each layout once."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.looking import Reader
from tests.browser.serving import Served
from tests.web.crawling import crawl, kind_of, skeleton
from tests.web.scene import KINDS

pytestmark = pytest.mark.xdist_group("browser")

Found = dict[str, list[tuple[str, bool]]]  # by person: addresses, and whether it is the first of its kind


@pytest.fixture(scope="module")
def layouts(served_scene: Served) -> Found:
    """Where each layout is found, and by whom: the crawler itself asks without a browser, which is quick."""
    seen: set[str] = set()
    tabbed: set[str] = set()
    found: Found = {}
    for kind in KINDS:
        site = served_scene.site
        client = site.as_(kind.person) if kind.person else site.anonymous
        client.inspects = False
        for page in crawl(client, of_each=2):
            bones, endpoint = skeleton(page), kind_of(site.app, page.path).split()[0]
            if page.is_html and bones not in seen:
                found.setdefault(kind.name, []).append((page.path, endpoint not in tabbed))
                seen.add(bones)
                tabbed.add(endpoint)
    return found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_pages_are_sound_in_a_browser(chromium: Browser, served_scene: Served, layouts: Found, kind: object) -> None:
    name, person = kind.name, kind.person  # type: ignore[attr-defined]
    reader = Reader(chromium, served_scene, person)
    for path, first in layouts.get(name, []):
        reader.expected = 0
        reader.open(path)
        reader.axe()
        if first:
            reader.tab_through()
        reader.narrow()
        if first:
            reader.screenshot(f"{name}{path.split('?')[0]}")
        reader.wide()
    reader.close()

    assert not reader.faults, "\n".join(reader.faults)
