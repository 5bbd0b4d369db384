"""Forms sent empty: every page says what is wrong, and every one of its links lands in its field."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.looking import Reader
from tests.browser.serving import Served
from tests.web.crawling import crawl, kind_of
from tests.web.pages import Page
from tests.web.scene import KINDS, Kind, set_the_scene
from tests.web.site import Site

pytestmark = pytest.mark.xdist_group("browser")

_FOCUSED = "document.activeElement ? document.activeElement.id : ''"


@pytest.mark.parametrize(
    "kind", [k for k in KINDS if k.name in ("lead", "secretary", "manager", "clearer", "administrator")],
    ids=lambda kind: kind.name,
)  # fmt: skip
def test_every_error_link_lands_in_its_field(chromium: Browser, served: Served, kind: Kind) -> None:
    set_the_scene(served.site.office)
    reader = Reader(chromium, served, kind.person)
    reader.expected = 422
    tried = 0
    for page in forms_found(served.site, kind):
        reader.open(page.path)
        buttons = reader.page.locator("main form[method=post] button.govuk-button:not(.govuk-button--secondary)")
        if not buttons.count():
            continue
        for field in reader.page.locator("main input[type=text], main textarea").all():
            if field.is_visible() and field.is_editable():
                field.fill("")
        buttons.first.click()
        reader.page.wait_for_load_state("load")
        links = reader.page.locator(".govuk-error-summary a")
        for place in range(links.count()):
            target = (links.nth(place).get_attribute("href") or "").removeprefix("#")
            links.nth(place).click()
            focused = reader.page.evaluate(_FOCUSED)
            if focused != target:
                reader.faults.append(
                    f"{reader.at}: “{links.nth(place).inner_text()}” lands in {focused!r}, not {target!r}"
                )
            tried += 1
        if links.count():
            reader.axe()
            reader.narrow()
            reader.wide()
    reader.close()

    assert not reader.faults, "\n".join(reader.faults)
    assert tried, "no form had anything to complain about"


def forms_found(site: Site, kind: Kind) -> list[Page]:
    """Pages with a form to send, one of each kind, as a crawler finds them."""
    client = site.as_(str(kind.person))
    client.inspects = False
    found: dict[str, Page] = {}
    for page in crawl(client):
        if page.is_html and any(form.method == "post" for form in page.forms):
            found.setdefault(kind_of(site.app, page.path).split("?")[0], page)
    return list(found.values())
