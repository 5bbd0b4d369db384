"""Administrators at the calendar: days added, looked at before they are kept, changed and taken back."""

from __future__ import annotations

from datetime import date

import pytest

from tests.web.site import Client, Site

ITEM = "options-appraisal-2023"
SHUT = {"what": "closure", "organisation": "lcc", "reason": "County Hall flooded"}
CALENDAR = "/administration/calendar"


@pytest.fixture
def admin(site: Site) -> Client:
    return site.as_("system-administrator")


def days(first: str, last: str = "") -> dict[str, list[str]]:
    """The parts of two days, as the form sends them."""
    return {"first": first.split(), "last": last.split() if last else ["", "", ""]}


def agenda_by(site: Site) -> date | None:
    return site.office.plan(ITEM).step("cabinet").agenda_by


def test_offices_are_shut_and_what_that_means_is_seen_before_it_is_kept(site: Site, admin: Client) -> None:
    assert agenda_by(site) == date(2023, 9, 27)
    page = admin.submit(admin.get(f"{CALENDAR}/new"), {**SHUT, **days("27 9 2023", "29 9 2023")})
    assert page.h1 == "Check before County Hall flooded is added"
    assert page.facts["Days"] == "27 September 2023 to 29 September 2023"
    assert page.facts["For"] == "Lancashire County Council"
    assert any("options appraisal" in row["Item"] for row in page.table("Running items"))
    assert agenda_by(site) == date(2023, 9, 27), "looking changes nothing"
    page = admin.submit(page, button="Go back and change it")
    page = admin.submit(page, days("28 9 2023", "29 9 2023"), button="Continue")
    page = admin.submit(page, button="Add")
    assert page.flashed == ["County Hall flooded is added."]
    row = page.table("Days on which")[0]
    assert row == {
        "Reason": "County Hall flooded", "Days": "28 September 2023 to 29 September 2023",
        "What": "Closed", "For": "Lancashire County Council",
    }  # fmt: skip
    assert agenda_by(site) == date(2023, 9, 25)
    assert site.office.verify().ok


def test_days_are_changed_and_taken_back(site: Site, admin: Client) -> None:
    page = admin.submit(admin.get(f"{CALENDAR}/new"), {**SHUT, **days("28 9 2023")})
    admin.submit(page, button="Add")
    page = admin.get(f"{CALENDAR}/county-hall-flooded-2023")
    page = admin.submit(page, reason="County Hall shut")
    assert page.facts["Reason"] == "County Hall shut Before: County Hall flooded"
    admin.submit(page, button="Save")
    assert agenda_by(site) == date(2023, 9, 26)
    page = admin.submit(admin.get(f"{CALENDAR}/county-hall-flooded-2023"), withdrawn="y")
    page = admin.submit(page, button="Save")
    assert page.flashed == ["County Hall shut is taken back."]
    assert "the calendar is the one that was shipped" in page.text
    assert agenda_by(site) == date(2023, 9, 27)
    told = admin.get("/audit/installation").text
    assert "Calendar changed: withdrawn: County Hall shut, closed on 28 September 2023" in told
    assert site.office.verify().ok


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({**SHUT, **days("27 12 2023", "22 12 2023")}, "22 December 2023 is before the first day, 27 December 2023."),
        ({**SHUT, "what": "bank-holiday", **days("27 12 2023")}, "concerns everybody: choose “Everybody”"),
        (
            {**SHUT, "what": "bank-holiday", "organisation": "", **days("27 12 2023", "28 12 2023")},
            "only a closure lasts several days",
        ),
        ({**SHUT, "what": "bank-holiday", "organisation": "", **days("25 12 2023")}, "is a bank holiday already"),
        ({**SHUT, "what": "working-day", "organisation": "", **days("23 12 2023")}, "is a Saturday"),
        ({**SHUT, **days("1 1 2023", "1 3 2024")}, "at most 366 days"),
        ({**SHUT, **days("27 12 2033")}, "Bank holidays are known until 31 December 2028"),
        ({**SHUT, **days("31 2 2023")}, "is no date"),
        ({**SHUT, "reason": "", **days("27 12 2023")}, "Enter the reason"),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_is_lost(admin: Client, said: dict[str, str], sentence: str) -> None:
    page = admin.submit(admin.get(f"{CALENDAR}/new"), said, status=422)
    assert sentence in " ".join(page.error_summary)
    assert page.form().value("reason") == said["reason"]


def test_somebody_else_changed_the_days_meanwhile(site: Site, admin: Client) -> None:
    admin.submit(admin.submit(admin.get(f"{CALENDAR}/new"), {**SHUT, **days("28 9 2023")}), button="Add")
    mine = admin.submit(admin.get(f"{CALENDAR}/county-hall-flooded-2023"), reason="Mine")
    site.office.load("calendar:\n  - {id: county-hall-flooded-2023, reason: Theirs}\n", update=True)
    page = admin.submit(mine, button="Save", status=409)
    assert "changed this" in page.text


def test_a_rule_pack_shows_its_dated_versions_side_by_side_with_their_sources(admin: Client) -> None:
    page = admin.get("/rules/standard-lancashire-county-council")
    rows = {row["Rule"]: row for row in page.table("What is due")}
    assert rows["What makes a key decision"] == {
        "Rule": "What makes a key decision",
        "From 10 September 2012": "2 or more divisions affected",
        "From 1 January 2019": "a value of £1,600,000 or more, or 2 or more divisions affected",
        "From 1 January 2020": "a value of £1,700,000 or more, or 2 or more divisions affected",
        "From 1 April 2024": "a value of £2,200,000 or more, or 2 or more divisions affected",
        "Source": "SI 2012/2089 regulation 8 / SI 2012/2089 regulation 8; the value: local",
    }
    assert rows["Second notice of a private meeting"]["From 1 April 2024"] == "5 clear working days before the meeting"
    assert rows["Documents of private decisions to members"]["Source"] == "SI 2012/2089 regulation 16"


def test_a_cut_off_time_of_day_is_said_in_words(site: Site, admin: Client) -> None:
    site.office.load(
        'rules:\n  - {id: evening, public_questions: {days: 3, unit: working-days, by: "12:00"},\n'
        '     report_due: {days: 0, unit: working-days, by: "17:30"}}\n'
    )
    rows = {row["Rule"]: row for row in admin.get("/rules/evening").table("What is due")}
    assert rows["Questions from the public"]["Always"] == "by noon 3 working days before the meeting"
    assert rows["Report due"] == {
        "Rule": "Report due", "Always": "by 5:30pm on the day of the meeting", "Source": "Not said",
    }  # fmt: skip
