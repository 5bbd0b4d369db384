"""My work: each thing to do is due, says why, and leads to where it is done."""

from __future__ import annotations

from tests.web.site import Site
from web.views.work import act_address


def test_a_secretary_is_led_from_the_list_to_each_act(site: Site) -> None:
    page = site.as_("democratic-services").get("/work")
    todo = {row["What to do"]: row for row in page.rows}
    assert any(what.startswith("Put it on a meeting") for what in todo)
    uphold = next(row for what, row in todo.items() if what.startswith("Uphold the decision"))
    assert uphold["Why"] == "The decision of Westmere Cabinet is called in."
    assert uphold["Decision"].startswith("Award of the home care contract")
    assert "/items/home-care-contract/steps/decision/acts/uphold" in [address for _words, address in page.links]
    assert "Secretary of Westmere Cabinet" in uphold["What to do"]


def test_what_is_overdue_comes_first_and_says_so(site: Site) -> None:
    page = site.as_("head-of-partnerships").get("/work")
    assert "Overdue" in page.rows[0]["Due"]
    assert page.rows[0]["Why"] == "Harbour Trust Board meets on 27 July 2023."
    assert page.says("2 to do, 1 overdue.")


def test_an_office_holder_decides(site: Site) -> None:
    page = site.as_("director-of-adult-services").get("/work")
    (row,) = page.rows
    assert row["What to do"].startswith("Decide")
    assert row["Why"] == "Version 1 is before you."


def test_whoever_has_nothing_to_do_is_told_so(site: Site) -> None:
    assert site.as_("internal-auditor").get("/work").says("There is nothing for you to do at the moment.")


def test_every_address_is_of_the_item_or_the_step() -> None:
    assert act_address("plan", "partners:lcc", "submit") == "/items/plan/steps/partners:lcc/acts/submit"
    assert act_address("plan", "cabinet", "record") == "/items/plan/steps/cabinet/record"
    assert act_address("plan", "cabinet", "clear", "finance") == "/items/plan/steps/cabinet/acts/clear?area=finance"
    assert act_address("plan", "cabinet", "meet", "2") == "/items/plan/steps/cabinet/acts/meet?number=2"
    assert act_address("plan", "cabinet", "revise", "finance") == "/items/plan/reports/new"
    assert act_address("plan", "", "start") == "/items/plan/acts/start"
