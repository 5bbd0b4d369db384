"""Looking changes nothing: every page is asked for, and the database is as it was."""

from __future__ import annotations

from hashlib import sha256

import pytest
from sqlalchemy import MetaData, select
from werkzeug.datastructures import MultiDict

from tests.web.endpoints import endpoints
from tests.web.scene import EXEMPT, OWN, STRANGERS, set_the_scene
from tests.web.site import Site

MAY_MOVE = {"post_sessions"}  # when somebody was last here


@pytest.mark.parametrize("person", ["cabinet-secretary", "head-of-place", "system-administrator", None])
def test_no_page_that_is_only_asked_for_changes_anything(site: Site, person: str | None) -> None:
    set_the_scene(site.office)
    browser = site.as_(person) if person else site.anonymous
    browser.inspects = False
    before = contents(site)
    addresses = [
        endpoint.address(site.app, item)
        for endpoint in endpoints(site.app)
        for item in ((OWN, STRANGERS, EXEMPT) if endpoint.is_of_somebody and person != "head-of-place" else (OWN,))
        if "GET" in endpoint.methods
    ]

    for address in addresses:
        browser.open(address, "GET", None, follow=False)
    browser.open("/", "HEAD", None, follow=False)

    if changed(before, contents(site)):  # once more, one by one, to say which it was
        for address in addresses:
            before = contents(site)
            browser.open(address, "GET", None, follow=False)
            assert changed(before, contents(site)) == {}, f"GET {address} as {person} wrote"
        raise AssertionError("a page wrote when it was asked for the first time")


def test_what_is_asked_of_a_page_changes_nothing_either(site: Site) -> None:
    """Forms send their fields in the address too, if somebody makes them."""
    set_the_scene(site.office)
    browser = site.as_("cabinet-secretary")
    browser.inspects = False
    before = contents(site)
    said = {"outcome": "endorsed", "on": "2023-07-18", "reason": "x", "_method": "DELETE", "confirm": "yes"}

    for endpoint in endpoints(site.app):
        browser.open(endpoint.address(site.app), "GET", None, follow=False, query_string=MultiDict(said))

    assert changed(before, contents(site)) == {}


def contents(site: Site) -> dict[str, str]:
    """A checksum of every table there is, whether the application knows it or not."""
    found = {}
    with site.office.runtime.inspecting() as db:
        there = MetaData()
        there.reflect(db)
        for table in there.sorted_tables:
            rows = sorted(repr(tuple(row)) for row in db.execute(select(table)))
            found[table.name] = f"{len(rows)} rows, {sha256(chr(10).join(rows).encode()).hexdigest()}"
    return found


def changed(before: dict[str, str], after: dict[str, str]) -> dict[str, tuple[str | None, str | None]]:
    """What is no longer as it was."""
    both = set(before) | set(after)
    return {n: (before.get(n), after.get(n)) for n in both - MAY_MOVE if before.get(n) != after.get(n)}
