"""Forum and meeting pages: what is coming, what is ready, what is not recorded."""

from __future__ import annotations

import pytest

from tests.web.site import Site


def test_ones_own_forums_come_first(site: Site) -> None:
    page = site.as_("democratic-services").get("/forums")
    own = {row["Forum"] for row in page.table("Your forums")}
    assert own == {"Health Scrutiny Committee", "Westmere Cabinet", "Westmere Full Council",
                   "Westmere Health and Wellbeing Board"}  # fmt: skip
    assert own.isdisjoint(row["Forum"] for row in page.table("Other forums"))
    others = {row["Forum"]: row["Next known meeting"] for row in page.table("Other forums")}
    assert others["Cabinet of Lancashire County Council"] == "5 October 2023"
    assert others["Director of Adult Services"] == "Decides outside meetings"


def test_a_forum_shows_its_meetings_with_what_is_on_them_and_what_is_ready(site: Site) -> None:
    page = site.as_("democratic-services").get("/forums/westmere-hwb")
    assert page.says("Agenda and reports open to inspection by")
    ready = page.table("Decisions that are ready for")
    assert {row["Decision"] for row in ready} == {"Winter plan", "Extra care housing options appraisal"}
    assert any(words == "Add a meeting" for words, _address in page.links)
    assert not any(words == "Add a meeting" for words, _ in site.as_("westmere-lead").get("/forums/westmere-hwb").links)


def test_an_office_holder_has_no_meetings(site: Site) -> None:
    page = site.as_("director-of-adult-services").get("/forums/westmere-director")
    assert page.says("Waiting for a decision") and not page.says("Coming meetings")


def test_a_meeting_that_is_over_is_recorded_from_its_page(site: Site) -> None:
    meeting = next(m for m in site.office.known().meetings.values() if "lancashire-hwb" in m.forums)
    at = f"/meetings/{meeting.id}"
    client = site.as_("hwb-secretary")
    page = client.get(at)  # it is the 18th of July: the board meets today
    assert [row["Outcome"].split(" of ")[0] for row in page.rows] == ["Record the outcome"]
    assert "/items/place-integration-deal-2023/steps/hwb/record" in {address for _words, address in page.links}
    assert "Not recorded" in {row["Outcome"] for row in site.as_("internal-auditor").get(at).rows}
    site.clock.to("2023-07-19 09:00")
    site.office.hwb_secretary.records("place-integration-deal-2023", "hwb", "endorsed", on=meeting.date.isoformat())
    page = site.as_("hwb-secretary").get(at)
    assert page.says("Everything on this meeting is recorded.")
    assert page.table("What was resolved")[0]["Outcome"] == "Endorsed"


@pytest.mark.parametrize("address", ["/forums/nowhere", "/meetings/nowhen", "/forums/%00", "/meetings/a%27b"])
def test_what_is_not_there_is_said_to_be_not_there(site: Site, address: str) -> None:
    site.as_("internal-auditor").get(address, status=404)


def test_a_cancelled_meeting_says_so(site: Site) -> None:
    meeting = next(
        m for m in site.office.known().meetings.values() if "westmere-cabinet" in m.forums and m.date.month == 9
    )
    site.office.democratic_services.does("meeting cancel", meeting=meeting.id)
    page = site.as_("democratic-services").get(f"/meetings/{meeting.id}")
    assert page.facts["State"] == "Cancelled" and page.says("This meeting does not take place.")


def test_a_secretary_builds_an_agenda_from_the_forums_page_and_comes_back_to_it(site: Site) -> None:
    client = site.as_("democratic-services")
    at = "/forums/westmere-hwb"
    page = client.follow(client.get(at), "Put it on a meeting – Winter plan")
    assert page.value("meeting", "meeting"), "the meeting for which it is planned is chosen already"
    page = client.submit(page, form="meeting")
    assert page.path == at and page.flashed[0].startswith("Winter plan: Westmere Health and Wellbeing Board is to deal")
    assert "Winter plan" not in {row["Decision"] for row in page.table("Decisions that are ready for")}
    page = client.follow(page, "Take off the meeting – Winter plan")
    assert page.link("Cancel") == at
    page = client.submit(page, form="reason", reason="Too full")
    assert page.path == at and "Winter plan" in {row["Decision"] for row in page.table("Decisions that are ready for")}


def test_only_its_own_secretary_is_offered_to_arrange_a_meeting(site: Site) -> None:
    for person in ("westmere-lead", "internal-auditor", "hwb-secretary"):
        page = site.as_(person).get("/forums/westmere-hwb")
        assert not any("/acts/" in address for _words, address in page.links)
