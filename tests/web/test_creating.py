"""Pages on which people begin items and change drafts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.pages import Page
from tests.web.scene import EXEMPT, set_the_scene
from tests.web.site import Client, Site
from workflow.queries.reports import reports_of

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
    page = answered(browser, page, {"route": "Options appraisal – standard, you choose the forums"})
    page = answered(browser, page, {
        "name-1": "lancashire-place-partnership", "name-2": "lancashire-hwb",
        "name-3": "lcc-cabinet", "name-4": "icb-executives",
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
    assert page.says("If it starts today, 18 July 2023, the decision could take effect on")
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


def test_what_is_wrong_is_said_at_its_field_and_everything_is_kept(site: Site) -> None:
    browser = site.as_(AUTHOR)
    first = browser.get("/items/new")
    page = browser.submit(first, {"title": "x" * 10_000, "kind": "plan"}, button="Continue", status=422)
    assert page.error_summary == ["Title: write at most 500 characters"]
    assert page.value("kind") == "plan"
    page = browser.submit(page, {"title": "Roads"}, button="Continue")
    page = browser.submit(page, {"organisation": ""}, status=422)
    assert page.error_summary == ["Choose the organisation"]
    page = browser.submit(page, {"organisation": "lcc"})
    page = browser.submit(page, status=422)
    assert page.error_summary == ["Choose a route"]
    page = browser.submit(page, {"route": "Approval of a plan or strategy"})
    page = browser.submit(page, {"name-2": "lancashire-hwb"}, status=422)
    assert len(page.error_summary) == 2
    assert page.value("name-2") == "lancashire-hwb"
    page = browser.submit(page, {"name-1": "lancashire-place-partnership", "name-3": "lcc-cabinet"})
    page = browser.submit(page, {"part": "II", "paragraphs": "three"}, status=422)
    assert page.error_summary == [
        "Say on what ground it is exempt",
        "Write the paragraphs as numbers with commas between them, such as 1, 3",
        "Say why the public interest lies in keeping it private",
    ]
    page = browser.submit(page, {"part": "I"})
    page = browser.submit(
        page, {"key_decision": "no", "where": "some", "value": "much", "target": "2024-02-28"}, status=422
    )
    assert page.error_summary == [
        "Write what it is worth as a number of pounds, such as 2,500,000",
        "Name the divisions or wards that it affects, one on each line",
        "Public consultation? Say yes or no",
    ]
    assert page.value("target") == ["28", "2", "2024"]


def test_a_form_is_gone_on_with_later(site: Site) -> None:
    browser = site.as_(AUTHOR)
    page = browser.submit(browser.get("/items/new"), {"title": "Roads <b>&", "kind": "plan"})
    later = site.as_(AUTHOR)
    begun_before = later.get("/items/new")
    assert [row["Title"] for row in begun_before.table("Items that you have begun")] == ["Roads <b>&"]
    page = later.follow(begun_before, "Roads <b>&")
    assert page.h1 == "Whose item is it?"
    draft = page.path.split("/")[3]
    assert site.as_(LEAD).get(f"/items/new/{draft}", status=404)
    assert site.as_(LEAD).post(f"/items/new/{draft}/whose", {"organisation": "lcc"}, status=404)
    site.as_(LEAD).post(f"/items/new/{draft}/discard")
    assert later.get(f"/items/new/{draft}/whose").h1 == "Whose item is it?"
    gone = later.submit(later.get("/items/new"), form="/discard")
    assert gone.flashed == ["What you had begun is discarded."]
    later.get(f"/items/new/{draft}", status=404)


def test_the_list_of_answers_changes_one_of_them(site: Site) -> None:
    browser = site.as_(AUTHOR)
    page = begun(browser)
    page = browser.follow(page, "Change title")
    page = browser.submit(page, {"title": "Paths"})
    assert page.facts["Title"].startswith("Paths")
    page = browser.follow(page, "Change route")
    assert page.h1 == "Which route does it take?"
    page = browser.follow(browser.submit(page), "Change kind")
    page = browser.submit(page, {"kind": "plan"})
    assert page.h1 == "Which route does it take?"


def test_an_exempt_item_has_an_id_that_tells_nothing(site: Site) -> None:
    browser = site.as_(AUTHOR)
    page = browser.follow(begun(browser, title="Closing Alder House"), "Change open to the public")
    page = browser.submit(page, {"part": "II", "basis": "Schedule 12A", "paragraphs": "1, 3", "reason": "Prices"})
    assert page.facts["Ground"].startswith("Schedule 12A, paragraphs 1, 3")
    made = browser.submit(page, form="Create the draft")
    assert made.path == "/items/options-appraisal-1"
    site.as_("internal-auditor").get(made.path, status=404)


def test_parties_answer_by_one_forum_each(site: Site) -> None:
    browser = site.as_(AUTHOR)
    page = browser.submit(browser.get("/items/new"), {"title": "Our memorandum", "kind": "mou"})
    page = browser.submit(page, {"organisation": "lcc"})
    page = browser.submit(page, {"route": "Memorandum of understanding between partners"})
    said = {"name-1": "lancashire-place-partnership", "parties": ["icb-board", "icb-executives", "lcc-cabinet"]}
    page = browser.submit(page, said, status=422)
    assert "not several" in page.error_summary[0]
    page = browser.submit(page, {"parties": ["icb-board", "lcc-cabinet"]})
    page = browser.submit(page, {"part": "I"})
    page = browser.submit(page, {"key_decision": "no", "where": "none"})
    page = browser.submit(page, {"recommendation-1": "Sign it"})
    made = browser.submit(page, form="Create the draft")
    assert made.path == "/items/our-memorandum"
    steps = [step["step"] for step in site.where("our-memorandum")["steps"]]
    assert [step for step in steps if step.startswith("partners:")] == ["partners:icb", "partners:lcc"]


def test_recommendations_are_added_one_by_one(site: Site) -> None:
    browser = site.as_(AUTHOR)
    page = browser.follow(begun(browser), "Change the recommendations")
    page = browser.submit(page, {"recommendation-1": "First\nof all"}, button="Add another recommendation")
    page = browser.submit(page, {"recommendation-2": "Second"}, button="Continue")
    made = browser.submit(page, form="Create the draft")
    with site.office.runtime.looking() as look:
        report = reports_of(look, made.path.rpartition("/")[2], exempt=True)
    assert report.newest.recommendations == ("First\nof all", "Second")


def test_who_may_begin_an_item(site: Site) -> None:
    refused = site.as_("cabinet-secretary").get("/items/new", status=403)
    assert "authors and governance leads" in refused.text
    assert site.anonymous.get("/items/new").path.startswith("/sign-in")
    lead = site.as_(LEAD)
    page = lead.submit(lead.get("/items/new"), {"title": "Theirs", "kind": "plan"})
    page = lead.submit(page, {"organisation": "icb", "owner": AUTHOR}, status=422)
    assert "Only the lead of" in page.error_summary[0]
    page = lead.submit(page, {"organisation": "lcc", "owner": AUTHOR})
    assert page.h1 == "Which route does it take?"


def test_an_author_cannot_slip_in_what_no_page_asks(site: Site) -> None:
    browser = site.as_(AUTHOR)
    page = begun(browser)
    whose = browser.follow(page, "Change organisation")
    browser.post(
        whose.path, {"organisation": "lcc", "owner": "cabinet-secretary", "state": "in-progress", "steps": "x"}
    )
    made = browser.submit(browser.get(page.path), form="Create the draft")
    item = site.where(made.path.rpartition("/")[2])
    assert (item["owner"], item["state"]) == (AUTHOR, "draft")


def test_a_draft_is_changed_on_the_same_pages(site_on_both: Site) -> None:
    site = site_on_both
    browser = site.as_(AUTHOR)
    name = browser.submit(begun(browser), form="Create the draft").path.rpartition("/")[2]
    page = browser.get(f"/items/{name}/edit")
    assert page.h1 == "Check the draft"
    page = browser.submit(browser.follow(page, "Change title"), {"title": "Roads only"})
    assert page.h1 == "Check the draft"
    assert site.where(name)["title"] == "Roads and paths"
    browser.submit(page, form="Keep these changes")
    assert site.where(name)["title"] == "Roads only"
    page = site.as_(LEAD).get(f"/items/{name}/edit")
    assert page.facts["Divisions or wards"].startswith("North, South")
    site.as_("cabinet-secretary").get(f"/items/{name}/edit", status=403)
    site.as_("westmere-lead").get(f"/items/{name}/edit", status=404)
    site.office.does("start", AUTHOR, item=name)
    assert "has started" in browser.get(f"/items/{name}/edit", status=422).text


def test_two_people_change_one_draft(site: Site) -> None:
    browser, lead = site.as_(AUTHOR), site.as_(LEAD)
    name = browser.submit(begun(browser), form="Create the draft").path.rpartition("/")[2]
    edit = f"/items/{name}/edit"
    mine = browser.submit(browser.follow(browser.get(edit), "Change title"), {"title": "Mine"})
    theirs = lead.submit(lead.follow(lead.get(edit), "Change title"), {"title": "Theirs"})
    lead.submit(theirs, form="Keep these changes")
    second = browser.submit(mine, form="Keep these changes", status=409)
    assert "LCC governance lead" in second.text or "was first" in second.text
    assert second.facts["Title"].startswith("Mine")
    assert site.where(name)["title"] == "Theirs"
    again = browser.submit(second, form="Go on with my answers all the same")
    browser.submit(again, form="Keep these changes")
    assert site.where(name)["title"] == "Mine"


def test_changes_that_are_discarded_leave_the_draft(site: Site) -> None:
    browser = site.as_(AUTHOR)
    name = browser.submit(begun(browser), form="Create the draft").path.rpartition("/")[2]
    page = browser.submit(browser.follow(browser.get(f"/items/{name}/edit"), "Change title"), {"title": "Other"})
    browser.submit(page, form="/discard")
    assert browser.get(f"/items/{name}/edit").facts["Title"].startswith("Roads and paths")


def test_html_and_odd_text_stay_text(site: Site) -> None:
    browser = site.as_(AUTHOR)
    title = "<script>alert(1)</script> & “quotes” 'and' \"more\""
    page = begun(browser, title=title)
    assert "<script>alert" not in page.html
    made = browser.submit(page, form="Create the draft")
    assert made.h1.startswith("<script>alert(1)</script>")
    page = browser.submit(browser.get("/items/new"), {"title": "a\u202eb\x07c", "kind": "plan"}, status=422)
    assert "invisible character" in page.error_summary[0]


@pytest.mark.parametrize("path", ["/items/new/nothing", "/items/new/nothing/what", "/items/nothing/edit"])
def test_what_is_not_there_is_not_found(site: Site, path: str) -> None:
    site.as_(LEAD).get(path, status=404)


def test_only_items_that_one_may_see_can_be_waited_for(site: Site) -> None:
    set_the_scene(site.office)
    for who, knows in (("elsewhere-author", False), (AUTHOR, True)):
        browser = site.as_(who)
        page = browser.submit(browser.get("/items/new"), {"title": "Theirs", "kind": "plan"})
        page = browser.submit(page, {"organisation": "elsewhere"})
        assert EXEMPT not in page.html
        page = browser.submit(page, {"route": "After the sale"})
        assert (EXEMPT in page.form().choices("name-1")) is knows
        assert ("Zinnia" in page.html) is knows
        browser.post(page.path, {"name-1": EXEMPT}, status=200 if knows else 422)
    page = browser.submit(browser.get(page.path.replace("forums", "openness")), {"part": "I"})
    page = browser.submit(page, {"key_decision": "no", "where": "none"})
    page = browser.submit(page, {"recommendation-1": "Agree it"})
    assert page.facts["Sale"].startswith("Sale of Zinnia Farm")
    made = browser.submit(page, form="Create the draft").path.rpartition("/")[2]
    assert site.where(made)["state"] == "draft"


def test_routes_on_offer_are_told_in_words(site: Site) -> None:
    browser = site.as_(AUTHOR)
    page = browser.submit(browser.get("/items/new"), {"title": "Roads", "kind": "options-appraisal"})
    page = browser.submit(page, {"organisation": "lcc"})
    assert page.h1 == "Which route does it take?"
    assert page.says(
        "Options appraisal – by way of Interim Lancashire Place Partnership",
        "Options appraisal – standard, you choose the forums",
        "Partnership forum (you choose) is asked to endorse it",
        "It waits for: Another item to be decided by Integrated Care Board",
        "Choose the plan route if only one body decides.",
    )
    assert "$" not in page.html
    assert page.html.count("<svg") == 2
    assert not [words for words in ("Gate: opens", "Asked to", "lcc-cabinet asked") if words in page.main.text]


def test_the_answers_show_the_map_of_the_route_with_the_forums_that_were_chosen(site: Site) -> None:
    browser = site.as_(AUTHOR)
    page = begun(browser)
    region = next(one for one in page.main.of_class("app-scroll") if one.get("aria-label") == "Map of the route")
    assert region.get("tabindex") == "0"
    assert "journey-map" in page.html and "Here now" not in page.html
    assert "Not started" in region.text and "Ready" not in region.text
    assert page.says(
        "The route in words", "Cabinet of Lancashire County Council, Lancashire County Council: asked to agree"
    )
    assert "$" not in page.html
    made = browser.submit(page, form="Create the draft")
    edit = browser.get(f"{made.path}/edit")
    assert "journey-map" in edit.html and "$" not in edit.html
