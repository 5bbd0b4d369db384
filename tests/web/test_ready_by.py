"""The page on which people ask when what must be ready for a date that is wanted."""

from __future__ import annotations

import pytest

from tests.web.scene import EXEMPT_WORDS, set_the_scene
from tests.web.site import Site
from tests.web.test_creating import begun

APPRAISAL = "/items/options-appraisal-2023"
BY = f"{APPRAISAL}/by"
LEAD = "lcc-governance-lead"


def asked(day: str, step: str = "") -> str:
    """The address that asks for a day, written 10 10 2023."""
    parts = "&".join(f"by={part}" for part in day.split())
    return f"{BY}?{parts}&step={step}"


def test_the_page_of_an_item_leads_to_the_question_and_begins_with_its_target(site: Site) -> None:
    browser = site.as_(LEAD)
    assert browser.get(APPRAISAL).link("When must what be ready?") == BY
    page = browser.get(BY)
    assert page.h1 == "When must what be ready?"
    assert [field.get("value") for field in page.main.all("input") if field.get("name") == "by"] == ["31", "10", "2023"]
    assert page.says("It can be done by 31 October 2023.")
    rows = {row["Who deals with it"].partition("Endorse")[0].strip(): row for row in page.table("The last safe dates")}
    cabinet = rows[
        "Cabinet of Lancashire County Council" if "Cabinet of Lancashire County Council" in rows else "Cabinet"
    ]
    assert "Notice by 6 September 2023" in cabinet["Ready before that"]
    assert "Clearances by 27 September 2023" in cabinet["Ready before that"]
    assert cabinet["Takes effect"] == "11 October 2023"


def test_by_when_the_first_report_is_needed_for_a_decision_of_the_icb_on_10_october(site: Site) -> None:
    page = site.as_(LEAD).get(asked("10 10 2023", "icb-executives"))
    assert page.says("Integrated Care Board Executives by 10 October 2023", "Report by 10 August 2023")
    assert page.says("Not needed for this: Integrated Care Board Executives does not wait for it")


def test_an_impossible_day_is_answered_with_the_reason_and_the_nearest_day(site: Site) -> None:
    page = site.as_(LEAD).get(asked("10 10 2023"))
    assert page.says(
        "It cannot be done by 10 October 2023. The nearest date is 11 October 2023",
        "takes effect only on 11 October 2023, after 10 October 2023",
        "The last safe dates for 11 October 2023",
    )


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (asked("31 2 2023"), "31 2 2023 is no date"),
        (asked("1 1 2023"), "1 January 2023 is before 18 July 2023"),
        (asked("1 1 2031"), "Bank holidays are known until 31 December 2028"),
        (asked("10 10 2023", "nowhere"), "There is no such step of this item"),
        (asked("10 10 2023", "form-before-function"), "is settled already"),
        (f"{BY}?by=&by=&by=&step=", "Write the day by which it is wanted"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(site: Site, address: str, sentence: str) -> None:
    page = site.as_(LEAD).get(address, status=422)
    assert page.title.startswith("Error: ")
    assert page.says(sentence)


def test_a_draft_is_reasoned_as_if_it_started_today(site: Site) -> None:
    draft = site.as_("head-of-commissioning").get("/items/dementia-strategy/by?by=1&by=3&by=2024&step=")
    assert draft.says("if it is started on 18 July 2023")


def test_whoever_begins_an_item_sees_by_when_everything_has_to_be_ready_for_its_date(site: Site) -> None:
    page = begun(site.as_("head-of-place"))
    assert page.says("Backwards from 31 March 2024", "It can be done by 31 March 2024.")
    said = [row["Ready before that"] for row in page.table("The last safe dates for 31 March 2024")]
    assert all("Report by" in ready for ready in said if "Agenda by" in ready)
    assert any("Report by 10 August 2023" in ready for ready in said)


def test_nothing_has_to_be_ready_for_an_item_that_is_withdrawn(site: Site) -> None:
    site.office.does("withdraw", "head-of-place", item="options-appraisal-2023", reason="Not needed")
    browser = site.as_(LEAD)
    assert browser.get(BY).says("This item is withdrawn. Nothing more has to be ready for it.")
    assert BY not in [href for _words, href in browser.get(APPRAISAL).links]


def test_an_exempt_item_that_a_gate_waits_for_is_not_named(site: Site) -> None:
    set_the_scene(site.office)
    page = site.as_("internal-auditor").get("/items/plan-for-the-proceeds/by?by=1&by=9&by=2023&step=")
    assert page.says("Another item has to be decided by Cabinet", "It cannot be done by 1 September 2023")
    assert not any(word in page.html.lower() for word in EXEMPT_WORDS)
