"""By when an item may really be done, under its planned date, with what that rests on."""

from __future__ import annotations

from tests.web.site import Site
from workflow.queries.uncertainty import forecast

APPRAISAL = "/items/options-appraisal-2023"


def test_the_forecast_stands_under_the_planned_date(site: Site) -> None:
    page = site.as_("head-of-place").get(APPRAISAL)
    assert page.says("The plan says 11 October 2023. Half of 10,000 simulated courses are done by 11 October 2023,")
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


def test_every_page_says_the_same_of_one_item(site: Site) -> None:
    client = site.as_("head-of-place")
    with site.office.runtime.looking() as look:
        made = forecast(look, "options-appraisal-2023").simulated
    assert made.p90 is not None
    client.get("/timetable")
    row = client.get("/timetable").table("Open decisions with")[0]
    half, most = (f"{day.day} {day:%b %Y}" for day in (made.p50 or made.p90, made.p90))
    assert f"half by {half}, nine in ten by {most}" in row["Finish"]
    assert client.get(APPRAISAL).says(f"nine in ten by {made.p90.day} {made.p90:%B %Y}")
    site.office.cabinet_secretary.does("meeting move", meeting="cabinet-2023-10-05", meets_on="2023-10-12")
    with site.office.runtime.looking() as look:
        made = forecast(look, "options-appraisal-2023").simulated
    assert made.p90 is not None
    rows = client.get("/timetable").table("Open decisions with")
    row = next(row for row in rows if row["Decision"].startswith("Lancashire Place governance"))
    assert f"nine in ten by {made.p90.day} {made.p90:%b %Y}" in row["Finish"], "what is kept is not kept for too long"
