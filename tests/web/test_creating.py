"""Pages on which people begin items and change drafts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.pages import Page
from tests.web.site import Client, Site

AUTHOR = "head-of-place"
LEAD = "lcc-governance-lead"


def answered(browser: Client, page: Page, said: dict[str, Any]) -> Page:
    """The page after this one, once these answers are sent."""
    return browser.submit(page, said, button="Continue")


def begun(browser: Client, **said: Any) -> Page:
    """An options appraisal of the county council, answered up to the list of answers."""
    page = answered(
        browser, browser.get("/items/new"), {"title": "Roads and paths", "kind": "options-appraisal", **said}
    )
    page = answered(browser, page, {"organisation": "lcc"})
    page = answered(browser, page, {"route": "Options appraisal"})
    page = answered(browser, page, {
        "name-1": "place-partnership", "name-2": "lancashire-hwb", "name-3": "lcc-cabinet", "name-4": "icb-executives",
    })  # fmt: skip
    page = answered(browser, page, {"part": "I"})
    page = answered(browser, page, {"key_decision": "yes", "where": "some", "divisions": "North\nSouth",
                                    "value": "£2,500,000", "target": "2024-03-31"})  # fmt: skip
    return answered(browser, page, {"recommendation-1": "Endorse the appraisal"})


def test_an_item_is_described_page_by_page_and_begun(site_on_both: Site) -> None:
    browser = site_on_both.as_(AUTHOR)
    page = begun(browser)
    assert page.h1 == "Check your answers"
    assert page.facts["Title"].startswith("Roads and paths")
    assert page.facts["Divisions or wards"].startswith("North, South")
    assert page.facts["Worth"].startswith("£2,500,000")
    assert page.says("If it starts today, 18 July 2023, it could be done by")
    assert [row["Who deals with it"] for row in page.table("The first feasible dates")][2].startswith("Cabinet")
    assert site_on_both.office.where("options-appraisal-2023")
    made = browser.submit(page, form="Create the draft")
    assert made.h1.startswith("Roads and paths")
    item = site_on_both.where("roads-and-paths")
    assert (item["state"], item["owner"], item["organisation"], item["target"]) == (
        "draft",
        AUTHOR,
        "lcc",
        "2024-03-31",
    )
    assert browser.get("/items/new").text.count("What you have begun") == 0
    assert site_on_both.office.verify().ok
