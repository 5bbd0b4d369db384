"""How dates have moved, as people see it: on the page of an item, and why decisions slip altogether."""

from __future__ import annotations

from tests.web.scene import set_the_scene
from tests.web.site import Site

CABINET = "Cabinet of Lancashire County Council"
APPRAISAL = "/items/options-appraisal-2023"


def moved(site: Site) -> None:
    site.office.cabinet_secretary.does(
        "meeting move", meeting="cabinet-2023-10-05", meets_on="2023-11-02", code="clash-of-dates"
    )


def test_an_item_whose_dates_have_not_moved_says_nothing_of_it(site: Site) -> None:
    browser = site.as_("director-hci")
    assert not browser.get(APPRAISAL).says("How the dates have moved")
    assert browser.get(f"{APPRAISAL}/dates").says("No planned day of it has changed.")


def test_what_was_first_planned_stands_beside_what_is_planned_now(site: Site) -> None:
    moved(site)
    browser = site.as_("director-hci")
    page = browser.get(APPRAISAL)
    assert page.says("How the dates have moved")
    assert page.says(f"{CABINET}: from 5 Oct 2023 to 2 Nov 2023, 28 days later. The meeting was moved")
    assert page.says("Clash with another date.")
    assert page.says("The whole item: from 11 Oct 2023 to 8 Nov 2023, 28 days later.")
    rows = browser.get(f"{APPRAISAL}/dates").rows
    assert {
        "Step": CABINET,
        "First planned": "5 Oct 2023",
        "Planned now": "2 Nov 2023",
        "Took place": "Not yet",
        "Difference": "28 days later",
    } in rows


def test_what_was_dealt_with_before_anybody_planned_it_has_its_day(site: Site) -> None:
    browser = site.as_("democratic-services")
    page = browser.follow(browser.get("/items/home-care-contract"), "Planned and actual dates")
    row = next(row for row in page.rows if row["Step"] == "Westmere Cabinet")
    assert row["Took place"] not in ("Not yet", "–")
    assert row["First planned"] == row["Planned now"] == "–"
    assert site.as_("director-hci").get(APPRAISAL).link("Planned and actual dates") == f"{APPRAISAL}/dates"


def test_changes_of_one_item_are_paged_from_any_place(site: Site) -> None:
    moved(site)
    browser = site.as_("director-hci")
    assert browser.get(f"{APPRAISAL}/dates?after=nowhere~~x&before=2023~a~b").says("The meeting was moved")


def test_why_decisions_slip_counts_what_one_may_see(site: Site) -> None:
    assert site.as_("internal-auditor").get("/slips").says("no planned day has changed")
    set_the_scene(site.office)
    moved(site)
    browser = site.as_("cabinet-secretary")
    page = browser.follow(browser.get("/"), "Why decisions slip")
    cabinet = next(row for row in page.rows if row.get("Forum") == CABINET)
    assert (cabinet["What happened most"], cabinet["Reason given most"]) == (
        "The meeting was moved",
        "Clash with another date",
    )
    assert int(cabinet["Times later"]) >= 1
    assert int(cabinet["Days later, in sum"]) >= 28
    assert page.says("days in sum")
    assert page.link("Lancashire Place governance options appraisal") == APPRAISAL, "no count is a dead end"
    page = browser.follow(page, CABINET)
    assert page.says("Changes at this forum, the newest first")
    assert page.says("from 5 Oct 2023 to 2 Nov 2023")
    assert browser.get("/slips?time=30&forum=nowhere&after=2023-07-18~a~b~c").says("no planned day has changed")
    assert not site.as_("elsewhere-author").get("/slips?forum=lcc-cabinet").says("from 5 Oct 2023")
