"""What a plan that was chosen asks of a forum: who sees it, when it is met, and how it ends."""

from __future__ import annotations

import pytest

from tests.web.site import Site
from tests.web.test_what_if import APPRAISAL, CABINET, NOVEMBER, asked, november_is_added

TITLE = "Lancashire Place governance options appraisal"
ITEM = "options-appraisal-2023"
END = f"{APPRAISAL}/what-if/asked/cabinet/end"
SECRETARY, LEAD = "cabinet-secretary", "lcc-governance-lead"


def ended(site: Site) -> list[tuple[str, str]]:
    return [(one["person"], one["subject"]) for one in site.outbox() if one["kind"] == "meeting-not-asked-for"]


def test_it_stands_in_the_secretarys_work_and_on_the_page_of_the_meeting(site_on_both: Site) -> None:
    site = site_on_both
    november_is_added(site)
    asked(site, cabinet=NOVEMBER)
    secretary = site.as_(SECRETARY)
    forum = secretary.follow(secretary.get("/work"), f"{CABINET} is asked for a meeting")
    assert forum.says("Meetings that are asked for")
    meeting = secretary.get(f"/meetings/{NOVEMBER}")
    assert meeting.says("Asked for, not yet put on it")
    done = secretary.submit(
        secretary.follow(meeting, f"Put it on a meeting – {TITLE}"), button="Put it on this meeting"
    )
    assert not done.says("Asked for, not yet put on it")
    assert not secretary.get("/work").says("is asked for a meeting")


def test_a_day_that_was_asked_for_is_met_by_the_meeting_that_moves_there(site_on_both: Site) -> None:
    site = site_on_both
    site.office.cabinet_secretary.does("bind", item=ITEM, step="cabinet", meeting="cabinet-2023-10-05")
    asked(site, "head-of-place", cabinet="2023-11-02")
    assert site.as_(LEAD).get(APPRAISAL).says("is asked for a meeting on 2 November 2023")
    site.office.cabinet_secretary.does("meeting move", meeting="cabinet-2023-10-05", meets_on="2023-11-02")
    assert not site.as_(LEAD).get(APPRAISAL).says("is asked for")
    secretary = site.as_(SECRETARY)
    assert not secretary.get("/forums/lcc-cabinet").says("Meetings that are asked for")
    assert not secretary.get("/work").says("is asked for")


def test_a_new_wish_says_what_it_takes_the_place_of(site: Site) -> None:
    november_is_added(site)
    asked(site, "head-of-place", cabinet="2023-11-09")
    page = asked(site, LEAD, cabinet=NOVEMBER)
    assert page.says(
        f"{CABINET} is asked for its meeting of 2 November 2023, and no longer for a meeting on 9 November 2023, "
        "which Head of Lancashire Place asked for."
    )


def test_the_secretary_declines_and_who_asked_is_written_to(site_on_both: Site) -> None:
    site = site_on_both
    november_is_added(site)
    asked(site, cabinet=NOVEMBER)
    secretary = site.as_(SECRETARY)
    page = secretary.submit(secretary.get("/forums/lcc-cabinet"), form=f"Decline it – {CABINET}, {TITLE}")
    assert page.says(f"{CABINET} is not asked for its meeting of 2 November 2023 any more.")
    assert not page.says("has not put it on a meeting since")
    assert ended(site) == [(LEAD, f"{CABINET} declines its meeting of 2 November 2023: {TITLE}")]
    again = secretary.post(END)
    assert again.says("is not asked for a meeting any more")


def test_who_asked_withdraws_it_and_the_secretary_is_written_to(site: Site) -> None:
    november_is_added(site)
    asked(site, cabinet=NOVEMBER)
    owner = site.as_("head-of-place")
    page = owner.submit(owner.get(APPRAISAL), form=f"Ask for it no longer – {CABINET}, {TITLE}")
    assert not page.says("has not put it on a meeting since")
    assert ended(site) == [(SECRETARY, f"{CABINET} is no longer asked for its meeting of 2 November 2023: {TITLE}")]


@pytest.mark.parametrize("person", ["hwb-secretary", "icb-governance-lead"])
def test_nobody_else_ends_it(site: Site, person: str) -> None:
    november_is_added(site)
    asked(site, cabinet=NOVEMBER)
    other = site.as_(person)
    page = other.get(APPRAISAL)
    assert page.says("is asked for its meeting of 2 November 2023")
    assert "Ask for it no longer" not in page.html
    assert other.post(END, status=403).says("ask-for-meeting")
    assert site.as_(LEAD).get(APPRAISAL).says("is asked for its meeting of 2 November 2023")
