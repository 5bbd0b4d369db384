"""Calendars as people make them in a browser, and as their programs read them: without sign-in and cookies."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from models.reminders import feeds
from tests.ics import entries
from tests.web.pages import Page
from tests.web.scene import EXEMPT, OWN, STRANGERS, set_the_scene
from tests.web.site import ADDRESS, PASSWORD, Site
from workflow.links import digest
from workflow.use_cases.feeds import MOST

MEETING = "meeting-cabinet-2023-10-05-lcc-cabinet@decision-routes"


def address_on(page: Page) -> str:
    """The new address, as a path."""
    assert page.h1 == "Your calendar is ready"
    found = next(node.text for node in page.tree.all("p") if node.get("id") == "address")
    assert re.fullmatch(rf"{re.escape(ADDRESS)}/calendar/[\w-]{{43}}\.ics", found)
    return found.removeprefix(ADDRESS)


def program(site: Site, path: str, **headers: str) -> TestResponse:
    """A calendar program: it keeps no cookies and cannot sign in."""
    return site.app.test_client().get(path, base_url=ADDRESS, headers=headers)


def made(site: Site, person: str, path: str = "/account/calendars", **said: Any) -> str:
    browser = site.as_(person)
    page = browser.get(path)
    if path == "/account/calendars":
        said.setdefault("scope", "mine")
    return address_on(browser.submit(page, said, form="Make the calendar"))


def test_somebody_makes_a_calendar_and_their_program_reads_it(site_on_both: Site) -> None:
    site = site_on_both
    browser = site.as_("cabinet-secretary")
    page = browser.follow(browser.get("/account"), "Calendars")
    assert page.h1 == "Calendars" and "You have no calendar yet." in page.text
    assert page.form("Make the calendar").value("scope") is None, "nothing is chosen beforehand"

    page = browser.submit(page, form="Make the calendar", scope="My deadlines and meetings")
    path = address_on(page)
    for words in ("Outlook", "Google Calendar", "iPhone", "not shown again", "Keep it like a password"):
        assert words in page.text
    answer = program(site, path)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Set-Cookie" not in answer.headers and "Last-Modified" not in answer.headers
    read = {entry.uid: entry for entry in entries(answer.get_data(as_text=True))}
    assert read[MEETING].url == f"{ADDRESS}/meetings/cabinet-2023-10-05"
    listed = browser.get("/account/calendars").table("Your calendars")
    assert [(row["Calendar"], row["Last read by a program"]) for row in listed] == [
        ("My deadlines and meetings", "18 July 2023 at 9am")
    ]
    assert path.split("/")[-1].removesuffix(".ics") not in browser.get("/account/calendars").html


def test_what_has_not_changed_is_not_sent_again(site: Site) -> None:
    path = made(site, "cabinet-secretary")
    first = program(site, path)
    again = program(site, path, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == "private, no-cache"

    site.office.does("meeting cancel", "cabinet-secretary", meeting="cabinet-2023-10-05")

    changed = program(site, path, **{"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert {e.uid: e.status for e in entries(changed.get_data(as_text=True))}[MEETING] == "CANCELLED"


def test_a_calendar_that_is_removed_is_as_if_it_had_never_been(site: Site) -> None:
    path = made(site, "cabinet-secretary")
    browser = site.as_("cabinet-secretary")
    never = program(site, f"/calendar/{'x' * 43}.ics")
    assert (never.status_code, never.mimetype) == (404, "text/plain")

    page = browser.submit(browser.get("/account/calendars"), form="remove")
    assert page.flashed == ["The calendar is removed. Its address does not work any more."]
    assert "You have no calendar yet." in page.text

    gone = program(site, path)
    assert (gone.status_code, gone.data) == (404, never.data)
    assert {n: v for n, v in gone.headers if n != "Content-Security-Policy"} == {
        n: v for n, v in never.headers if n != "Content-Security-Policy"
    }


def test_nobody_removes_somebody_elses_calendar(site: Site) -> None:
    path = made(site, "cabinet-secretary")
    name = digest(path.removeprefix("/calendar/").removesuffix(".ics"))

    site.as_("lcc-governance-lead").post(f"/account/calendars/{name}/remove", status=404)
    site.anonymous.post(f"/account/calendars/{name}/remove", status=401)

    assert program(site, path).status_code == 200


def test_an_account_that_is_disabled_takes_its_calendars_with_it(site: Site) -> None:
    path = made(site, "cabinet-secretary")
    administrator = site.as_("system-administrator")
    page = administrator.get("/administration/people/cabinet-secretary")
    administrator.submit(page, form="Disable the account")
    assert program(site, path).status_code == 404


def test_an_item_is_followed_from_its_page(site: Site) -> None:
    browser = site.as_("head-of-place")
    page = browser.follow(browser.get(f"/items/{OWN}"), "Follow in your calendar")
    assert page.h1 == "Follow in your calendar"
    assert "the end of a call-in period" in page.text and "an item in Part II" in page.text
    path = address_on(browser.submit(page, form="Make the calendar"))

    read = entries(program(site, path).get_data(as_text=True))

    assert all("Lancashire Place" in entry.summary for entry in read)
    assert MEETING in {entry.uid for entry in read}
    assert {entry.url for entry in read} == {f"{ADDRESS}/items/{OWN}"}
    assert "Lancashire Place" in browser.get("/account/calendars").table("Your calendars")[0]["Calendar"]


def test_a_forum_is_followed_from_its_page(site: Site) -> None:
    browser = site.as_("head-of-place")
    page = browser.follow(browser.get("/forums/lcc-cabinet"), "Follow in your calendar")
    path = address_on(browser.submit(page, form="Make the calendar"))

    read = {entry.uid: entry for entry in entries(program(site, path).get_data(as_text=True))}

    assert "Lancashire Place governance options appraisal" in read[MEETING].description
    browser.get("/forums/there-is-none/calendar", status=404)
    browser.post("/forums/there-is-none/calendar", status=404)


def test_an_item_that_is_not_theirs_to_see_is_not_there_to_follow(site: Site) -> None:
    set_the_scene(site.office)
    for person, item in (("cabinet-secretary", STRANGERS), ("system-administrator", EXEMPT)):
        browser = site.as_(person)
        browser.get(f"/items/{item}/calendar", status=404)
        browser.post(f"/items/{item}/calendar", status=404)
    assert kept(site) == []


def test_an_exempt_item_is_followed_in_neutral_words(site: Site) -> None:
    set_the_scene(site.office)
    path = made(site, "head-of-place", f"/items/{EXEMPT}/calendar")

    text = program(site, path).get_data(as_text=True)

    assert {e.summary.split(": ")[1].split(" (")[0] for e in entries(text)} == {"an item in Part II"}
    assert "zinnia" not in text.replace("\r\n ", "").lower()
    site.clock.at += timedelta(hours=13)
    assert "Zinnia" in site.as_("head-of-place").get("/account/calendars").text, "here they may read what it is"


def test_whoever_asks_for_nothing_or_too_much_is_told(site: Site) -> None:
    browser = site.as_("cabinet-secretary")
    page = browser.submit(browser.get("/account/calendars"), form="Make the calendar", status=422)
    assert page.error_summary == ["Choose what is to be in the calendar."]
    for wrong in ("forum:elsewhere-committee", f"item:{STRANGERS}", "everything", "mine\x00"):
        page = browser.post("/account/calendars", {"scope": wrong}, status=422)
        assert page.error_summary == ["Choose what is to be in the calendar."]
    for _number in range(MOST):
        browser.post("/account/calendars", {"scope": "mine"})
    page = browser.post("/account/calendars", {"scope": "mine"}, status=422)
    assert page.error_summary[0].startswith(f"You have {MOST} calendars already.")
    page = browser.post(f"/items/{OWN}/calendar", status=422)
    assert page.h1 == "Calendars" and len(kept(site)) == MOST


def test_after_a_pause_the_password_is_needed_to_make_one(site: Site) -> None:
    browser = site.as_("cabinet-secretary")
    page = browser.get("/account/calendars")
    site.clock.at += timedelta(minutes=45)
    page = browser.submit(page, form="Make the calendar", scope="mine")
    assert page.h1 == "Enter your password again" and kept(site) == []
    assert address_on(browser.submit(page, _password=PASSWORD))


def test_a_browser_that_is_signed_in_reads_the_same_as_a_program(site: Site) -> None:
    path = made(site, "cabinet-secretary")
    seen = site.as_("head-of-place").get(path)
    assert seen.bytes == program(site, path).data
    assert "Set-Cookie" not in seen.response.headers


def test_the_address_is_in_no_log(site: Site, capfd: pytest.CaptureFixture[str]) -> None:
    path = made(site, "cabinet-secretary")
    program(site, path)
    program(site, path.replace(".ics", "x.ics"))
    said = "".join(capfd.readouterr())
    assert "calendars.feed" in said
    assert path.removeprefix("/calendar/").removesuffix(".ics") not in said


def kept(site: Site) -> list[Any]:
    with site.office.runtime.looking() as look:
        return list(look.db.execute(select(feeds.c.token_hash)))
