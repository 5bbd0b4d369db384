"""Forms sent empty: every page says what is wrong, and every one of its links lands in its field."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.looking import Reader
from tests.browser.serving import Served
from tests.web.crawling import crawl, kind_of
from tests.web.scene import set_the_scene

pytestmark = pytest.mark.xdist_group("browser")

PEOPLE = ("head-of-place", "cabinet-secretary", "lcc-governance-lead", "finance-officer", "system-administrator")

_BUTTONS = "main form[method=post] button.govuk-button:not(.govuk-button--secondary)"
_FOCUSED = "document.activeElement ? document.activeElement.id : ''"


def test_every_error_link_lands_in_its_field(chromium: Browser, served: Served) -> None:
    set_the_scene(served.site.office)
    faults, tried = [], 0
    for person, paths in forms_found(served).items():
        reader = Reader(chromium, served, person)
        reader.expected = 422
        for path in paths:
            tried += sends_it_empty(reader, path)
        reader.close()
        faults += reader.faults

    assert not faults, "\n".join(faults)
    assert tried > 20, "hardly any form had anything to complain about"


def sends_it_empty(reader: Reader, path: str) -> int:
    """Empty a form, send it, and click on every error; how many there were."""
    reader.open(path)
    button = reader.page.locator(_BUTTONS)
    if not button.count():
        return 0
    for field in reader.page.locator("main input[type=text], main textarea").all():
        if field.is_visible() and field.is_editable():
            field.fill("")
    button.first.click()
    reader.page.wait_for_load_state("load")
    links = reader.page.locator(".govuk-error-summary a").all()
    for link in links:
        target = (link.get_attribute("href") or "").removeprefix("#")
        link.click()
        focused = reader.page.evaluate(_FOCUSED)
        if focused != target:
            reader.faults.append(f"{reader.at}: “{link.inner_text()}” lands in {focused!r}, not {target!r}")
    if links:
        reader.axe()
        reader.narrow()
        reader.wide()
    return len(links)


def forms_found(served: Served) -> dict[str, list[str]]:
    """Where there is a form to send, one of each kind, by a person who finds it by following links."""
    found: dict[str, list[str]] = {}
    seen: set[str] = set()
    for person in PEOPLE:
        client = served.site.as_(person)
        client.inspects = False
        for page in crawl(client, of_each=1):
            kind = kind_of(served.site.app, page.path)
            if page.is_html and kind not in seen and any(form.method == "post" for form in page.forms):
                seen.add(kind)
                found.setdefault(person, []).append(page.path)
    return found
