"""A secretary records a whole meeting from one page, and keeps the calendar of the forum."""

from __future__ import annotations

import pytest

from tests.web.site import Site

MEETING = "/meetings/westmere-icb-board-2023-07-26"
FUND, MEMORANDUM = "better-care-fund-agreement", "community-equipment-memorandum"
STEP = "partners:westmere-icb"


@pytest.fixture
def after_the_board(site: Site) -> Site:
    """26 July 2023, when the ICB Board of Westmere has just met on two agreements."""
    site.clock.to("2023-07-26 16:00")
    return site


def test_a_meeting_is_recorded_item_after_item_without_leaving_its_page(after_the_board: Site) -> None:
    site = after_the_board
    client = site.as_("westmere-icb-lead")
    page = client.get(f"{MEETING}/record")
    assert page.says("0 recorded, 2 still to be recorded by you")
    assert page.value("resolved_on", "outcome") == ["26", "7", "2023"]
    check = client.submit(page, form="outcome", outcome="approved")
    assert check.path == f"{MEETING}/record" and check.says("Check your answers: Better Care Fund section 75 agreement")
    page = client.submit(check, form="Record it and go on", button="Record it and go on")
    assert page.path == f"{MEETING}/record"
    done, told = page.flashed
    assert done == "Better Care Fund section 75 agreement: Westmere ICB Board: “approved” on 26 July 2023."
    assert told.startswith("Who has been told: ")
    assert page.link("Better Care Fund section 75 agreement") == f"/items/{FUND}"
    assert not any(address.endswith("/held") for _words, address in page.links), "one is still to be recorded"
    assert page.says("1 recorded, 1 still to be recorded by you")
    assert "Memorandum on community equipment" in page.headings, "the next one is open"
    page = client.submit(page, form="outcome", outcome="deferred", reason_deferred="Costs")
    page = client.submit(page, form="Record it and go on", button="Record it and go on")
    assert page.says("2 recorded, 0 still to be recorded by you", "Nothing is left to be recorded here.")
    assert [row["State"] for row in page.rows] == ["Recorded: approved", "Recorded: deferred"]
    assert client.follow(page, "Record that the meeting was held").path == f"{MEETING}/held"
    assert site.office.step(MEMORANDUM, STEP)["round"] == 2
    assert site.office.verify().ok


def test_any_item_of_the_meeting_can_be_opened_first(after_the_board: Site) -> None:
    client = after_the_board.as_("westmere-icb-lead")
    page = client.follow(client.get(f"{MEETING}/record"), "Record Memorandum on community equipment")
    page = client.submit(page, form="outcome", outcome="approved")
    client.submit(page, form="Record it and go on", button="Record it and go on")
    assert after_the_board.office.step(MEMORANDUM, STEP)["outcome"] == "approved"
    assert after_the_board.office.step(FUND, STEP)["outcome"] is None


def test_what_is_missing_keeps_the_item_open(after_the_board: Site) -> None:
    client = after_the_board.as_("westmere-icb-lead")
    page = client.submit(client.get(f"{MEETING}/record"), form="outcome", text="Kept", status=422)
    assert page.error_summary == ["Choose what was resolved"]
    assert page.value("text", "outcome") == "Kept"


def test_items_that_went_through_as_recommended_are_recorded_together(after_the_board: Site) -> None:
    site = after_the_board
    client = site.as_("westmere-icb-lead")
    page = client.get(f"{MEETING}/record")
    page = client.submit(page, form="together", together=[f"{FUND} {STEP}", f"{MEMORANDUM} {STEP}"])
    assert page.says("That the memorandum on community equipment be approved.")
    assert site.office.step(FUND, STEP)["outcome"] is None
    page = client.submit(page, button="record")
    assert len(page.flashed) == 3 and page.flashed[-1].startswith("Who has been told: ")
    assert site.office.step(FUND, STEP)["outcome"] == site.office.step(MEMORANDUM, STEP)["outcome"] == "approved"
    assert "RESOLVED" in site.office.story(FUND)[-1]
    assert site.office.verify().ok


def test_nothing_is_recorded_together_where_somebody_was_first(after_the_board: Site) -> None:
    site = after_the_board
    client = site.as_("westmere-icb-lead")
    page = client.get(f"{MEETING}/record")
    page = client.submit(page, form="together", together=[f"{FUND} {STEP}", f"{MEMORANDUM} {STEP}"])
    site.office.westmere_icb_lead.does("unbind", item=MEMORANDUM, step=STEP)
    site.office.westmere_icb_lead.does("bind", item=MEMORANDUM, step=STEP, meeting="westmere-icb-board-2023-07-26")
    page = client.submit(page, button="record", status=409)
    assert "took it off its meeting" in page.error_summary[0]
    assert site.office.step(FUND, STEP)["outcome"] is None


def test_nothing_ticked_is_said(after_the_board: Site) -> None:
    client = after_the_board.as_("westmere-icb-lead")
    page = client.submit(client.get(f"{MEETING}/record"), form="together", status=422)
    assert page.error_summary == ["Tick at least one item that went through as recommended."]


def test_the_second_of_two_at_one_meeting_keeps_their_text(after_the_board: Site) -> None:
    site = after_the_board
    client = site.as_("westmere-icb-lead")
    page = client.get(f"{MEETING}/record")
    site.office.westmere_icb_lead.records(FUND, STEP, "approved", on="2023-07-26")
    page = client.submit(page, form="outcome", outcome="noted", text="What I typed", status=409)
    assert page.says("Already done", "recorded “approved” on 26 July 2023")
    assert page.value("text", "outcome") == "What I typed"


def test_a_meeting_that_is_to_come_cannot_be_recorded_yet(site: Site) -> None:
    page = site.as_("westmere-icb-lead").get(f"{MEETING}/record")
    assert page.says("The meeting is still to come.")
    assert not page.main.all("textarea")


def test_an_item_that_is_not_on_the_meeting_is_not_recorded_there(after_the_board: Site) -> None:
    """Not by an address that somebody made up, and whatever else they may see or not see."""
    site = after_the_board
    client = site.as_("westmere-icb-lead")
    client.get(f"{MEETING}/record?item=leisure-centre-site&step=decision")
    sent = {"item": "leisure-centre-site", "step": "decision", "outcome": "agreed", "do": "record", "seen": "1"}
    client.post(f"{MEETING}/record", sent, status=404)
    client.post(f"{MEETING}/record-together", {"together": "leisure-centre-site decision", "do": "record"}, status=422)
    assert site.office.step("leisure-centre-site", "decision")["outcome"] is None


def test_only_who_keeps_the_forum_records_its_meeting(after_the_board: Site) -> None:
    page = after_the_board.as_("hwb-secretary").get(f"{MEETING}/record", status=403)
    assert page.says("secretary")
    after_the_board.as_("westmere-icb-lead").get("/meetings/nowhere/record", status=404)


@pytest.mark.parametrize(
    ("said", "stored"), [("2pm", "14:00"), ("10.30 a.m.", "10:30"), ("14:15", "14:15"), ("midday", "12:00")]
)
def test_a_meeting_is_added_however_its_time_is_written(site: Site, said: str, stored: str) -> None:
    client = site.as_("hwb-secretary")
    page = client.get("/forums/lancashire-hwb/meetings/new")
    page = client.submit(page, form="meets_on", meets_on="2023-11-07", time=said, place="County Hall, room 3")
    page = client.submit(page, button="Add the meeting")
    assert page.flashed == ["Lancashire Health and Wellbeing Board meets on 7 November 2023."]
    added = site.office.known().meetings["lancashire-hwb-2023-11-07"]
    assert (added.forums, added.time) == (("lancashire-hwb",), stored)


def test_two_meetings_on_one_day_are_told_apart_and_forums_sit_together(site: Site) -> None:
    client = site.as_("hwb-secretary")
    for _time in range(2):
        page = client.get("/forums/lancashire-hwb/meetings/new")
        page = client.submit(page, form="meets_on", meets_on="2023-11-07", others=["lcc-cabinet"])
        client.submit(page, button="Add the meeting")
    known = site.office.known().meetings
    assert known["lancashire-hwb-2023-11-07-2"].forums == ("lancashire-hwb", "lcc-cabinet")


@pytest.mark.parametrize(
    ("said", "fault"), [("25:00", "no time of day"), ("tea time", "no time of day"), ("9", "no time of day")]
)
def test_what_is_no_time_comes_back(site: Site, said: str, fault: str) -> None:
    client = site.as_("hwb-secretary")
    page = client.get("/forums/lancashire-hwb/meetings/new")
    page = client.submit(page, form="meets_on", meets_on="2023-11-07", time=said, place="Kept", status=422)
    assert fault in page.error_summary[0]
    assert (page.value("time", "meets_on"), page.value("place", "meets_on")) == (said, "Kept")


def test_a_meeting_is_moved_with_what_is_on_it(site: Site) -> None:
    client = site.as_("westmere-icb-lead")
    page = client.get(f"{MEETING}/move")
    assert page.says("What moves with it", "Better Care Fund section 75 agreement")
    page = client.submit(page, form="meets_on", meets_on="2023-08-02", reason="No quorum")
    page = client.submit(page, button="Move the meeting")
    assert page.flashed[0] == "Westmere ICB Board meets on 2 August 2023 instead of 26 July 2023."
    assert page.flashed[1].startswith("Who has been told: Borough governance lead, ")
    assert site.office.step(FUND, STEP)["meeting"] == "2023-08-02"
    moved = site.office.known().meetings["westmere-icb-board-2023-07-26"]
    assert moved.time == "13:00" or moved.time, "what was not changed stays"


def test_a_move_that_changes_nothing_is_refused_in_words_of_the_page(site: Site) -> None:
    client = site.as_("westmere-icb-lead")
    page = client.submit(client.get(f"{MEETING}/move"), form="meets_on", status=422)
    assert page.error_summary == ["Nothing changes: give another day, time or place."]


def test_a_cancelled_meeting_releases_what_is_on_it(site: Site) -> None:
    client = site.as_("westmere-icb-lead")
    page = client.get(f"{MEETING}/cancel")
    assert page.says("What is released", "Memorandum on community equipment")
    page = client.submit(page, form="reason", reason="No quorum")
    page = client.submit(page, button="Cancel the meeting")
    assert "does not meet on 26 July 2023" in page.flashed[0]
    assert site.office.step(FUND, STEP)["meeting_id"] != "westmere-icb-board-2023-07-26"


def test_a_meeting_with_outcomes_is_not_cancelled(after_the_board: Site) -> None:
    site = after_the_board
    site.office.westmere_icb_lead.records(FUND, STEP, "approved", on="2023-07-26")
    client = site.as_("westmere-icb-lead")
    page = client.get(f"{MEETING}/cancel")
    assert page.says("Outcomes are on record")
    assert "an outcome is on record" in client.submit(page, form="reason", status=422).error_summary[0]


def test_a_meeting_was_held(after_the_board: Site) -> None:
    client = after_the_board.as_("westmere-icb-lead")
    page = client.submit(client.get(f"{MEETING}/held"), form="reason")
    assert page.flashed == ["Westmere ICB Board met on 26 July 2023."]
    assert after_the_board.office.known().meetings["westmere-icb-board-2023-07-26"].state == "held"


@pytest.mark.parametrize(
    "page", [f"{MEETING}/move", f"{MEETING}/cancel", f"{MEETING}/held", "/forums/westmere-icb-board/meetings/new"]
)
def test_the_calendar_is_for_the_secretary(site: Site, page: str) -> None:
    client = site.as_("hwb-secretary")
    assert client.get(page, status=403).says("the secretary of")
    before = site.office.known().meetings
    client.post(page, {"meets_on": ["1", "11", "2023"], "reason": "Because"}, status=403)
    assert site.office.known().meetings == before


def test_a_secretary_arranges_what_is_on_a_meeting_from_its_page(site: Site) -> None:
    client = site.as_("westmere-icb-lead")
    words = "Better Care Fund section 75 agreement, Westmere ICB Board"
    page = client.submit(client.follow(client.get(MEETING), f"Take off the meeting – {words}"), form="reason")
    assert page.path == MEETING and page.flashed[0].startswith("Better Care Fund section 75 agreement: ")
    page = client.submit(client.follow(page, f"Put it on this meeting – {words}"), form="meeting")
    assert page.path == MEETING and site.office.step(FUND, STEP)["state"] == "submitted"
    page = client.submit(client.follow(page, f"Put on the agenda – {words}"), form="reason")
    assert page.path == MEETING and site.office.step(FUND, STEP)["state"] == "on-agenda"
    assert not any(link.startswith("Put on the agenda") for link, _address in page.links)


@pytest.mark.parametrize(
    "back", ["https://example.org/meetings/x", "//example.org", "/account", "/meetings/../account"]
)
def test_after_an_act_nobody_is_led_anywhere_else(site: Site, back: str) -> None:
    client = site.as_("westmere-icb-lead")
    page = client.get(f"/items/{MEMORANDUM}/steps/{STEP}/acts/unbind?back={back}")
    assert client.submit(page, form="reason").path == f"/items/{MEMORANDUM}"


def test_a_cancelled_meeting_says_who_cancelled_it_and_why(site: Site) -> None:
    client = site.as_("westmere-icb-lead")
    client.submit(
        client.submit(
            client.get(f"{MEETING}/move"), form="meets_on", meets_on="2023-08-02", reason="The room is taken"
        ),
        button="Move the meeting",
    )
    site.clock.to("2023-07-18 11:00")
    page = client.submit(client.get(f"{MEETING}/cancel"), form="reason", reason="Nothing to decide", code="no-business")
    assert "Keep the meeting" in {words for words, _address in page.links}
    page = client.submit(page, button="Cancel the meeting")
    assert page.path == MEETING
    assert page.says("ICB company secretary cancelled it on 18 July 2023", "Nothing to decide")
    assert page.says("Too little business for a meeting", "What happened to this meeting")
    assert page.says("Moved from 26 July 2023", "to 2 August 2023", "The room is taken")
    assert not page.says("Agenda and reports open to inspection by")
    history = client.get(f"/items/{FUND}/history")
    assert history.says("Dates moved", "The meeting was moved", "Reason: The room is taken")
    assert client.get(f"/items/{FUND}/dates").says("By ICB company secretary: “The room is taken”")
