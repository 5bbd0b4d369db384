"""By when an item may really be done, under its planned date, with what that rests on."""

from __future__ import annotations

from tests.web.site import Site

APPRAISAL = "/items/options-appraisal-2023"


def test_the_forecast_stands_under_the_planned_date(site: Site) -> None:
    page = site.as_("head-of-place").get(APPRAISAL)
    assert page.says("The plan says 11 October 2023. Half of 1,000 simulated courses are done by 11 October 2023,")
    assert page.says("nine in ten by")
    assert page.says("adds most to the uncertainty.")
    assert page.says("The target of 31 October 2023 is met by")
    rates = page.table("What may happen, each time an item comes before a forum")
    deferred = next(row for row in rates if row["What"] == "Deferred" and "Wellbeing" in row["Forum"])
    assert deferred["Seen so far"] == "no decision yet"
    assert deferred["Assumed besides"] == "1 in 12, counted as 12 decisions"
    assert deferred["Chance"] == "8.3%"


def test_the_same_page_says_the_same_to_everybody(site: Site) -> None:
    def said(person: str) -> str:
        return next(p.text for p in site.as_(person).get(APPRAISAL).tree.all("p") if "simulated courses" in p.text)

    assert said("head-of-place") == said("hwb-secretary") == said("head-of-place")


def test_what_has_ended_has_no_forecast(site: Site) -> None:
    site.office.head_of_place.does("withdraw", item="options-appraisal-2023", reason="No money.")
    assert not site.as_("head-of-place").get(APPRAISAL).says("simulated")
