"""On pages too, the effect of a slip is shown first; one button then does it, exactly so."""

from __future__ import annotations

import re

import pytest

from tests.web.scene import EXEMPT, EXEMPT_WORDS, set_the_scene
from tests.web.site import Site

APPRAISAL = "options-appraisal-2023"
CABINET = "/meetings/cabinet-2023-10-05"
TITLE = "Lancashire Place governance options appraisal"


def cells(page: object) -> dict[str, tuple[str, str]]:
    """What changes: as it is now and then."""
    return {row["What"]: (row["Now"], row["Then"]) for row in page.rows if "Then" in row}  # type: ignore[attr-defined]


def test_a_secretary_sees_what_a_move_does_before_it_is_done(site_on_both: Site) -> None:
    site = site_on_both
    client = site.as_("cabinet-secretary")
    page = client.get(f"{CABINET}/move")
    page = client.submit(
        page, form="meets_on", meets_on="2023-11-02", code="clash-of-dates", reason="The LGA meets that week"
    )
    assert page.h1 == "What this changes"
    assert page.says(
        "Cabinet of Lancashire County Council meets on 2 November 2023 instead of 5 October 2023.",
        "Integrated Care Board Executives now decides first, on 10 October 2023, before Cabinet of Lancashire County "
        "Council on 2 November 2023.",
        "Would become late; its target is 31 October 2023.",
        "These warnings no longer apply:",
        "People to be told",
        "ICB governance lead",
    )
    assert site.office.known().meetings["cabinet-2023-10-05"].date.isoformat() == "2023-10-05"
    page = client.submit(page, button="Move the meeting")
    assert page.path == CABINET and page.flashed[0].endswith("meets on 2 November 2023 instead of 5 October 2023.")
    assert site.office.item(APPRAISAL)["finish"] == "2023-11-08"
    assert site.office.verify().ok


def test_back_at_the_form_nothing_that_was_entered_is_lost(site: Site) -> None:
    client = site.as_("cabinet-secretary")
    page = client.get(f"{CABINET}/move")
    said = {"meets_on": "2023-11-02", "time": "10:30", "place": "Room 3", "reason": "Kept", "code": "venue"}
    page = client.submit(client.submit(page, said, form="meets_on"), button="Back to the form")
    assert page.value("meets_on", "meets_on") == ["2", "11", "2023"]
    assert [page.value(name, "meets_on") for name in ("time", "place", "reason", "code")] == [
        "10:30", "Room 3", "Kept", "venue",
    ]  # fmt: skip


def test_what_has_changed_in_between_is_shown_again(site_on_both: Site) -> None:
    site = site_on_both
    client = site.as_("cabinet-secretary")
    page = client.submit(client.get(f"{CABINET}/move"), form="meets_on", meets_on="2023-11-02")
    site.office.cabinet_secretary.does("bind", item=APPRAISAL, step="cabinet", meeting="cabinet-2023-10-05")
    page = client.submit(page, button="Move the meeting", status=409)
    assert page.says("Something has changed since this was shown, so nothing was done.")
    assert site.office.step(APPRAISAL, "cabinet")["meeting"] == "2023-10-05"
    client.submit(page, button="Move the meeting")
    assert site.office.step(APPRAISAL, "cabinet")["meeting"] == "2023-11-02"


def test_nothing_is_done_without_having_been_shown(site: Site) -> None:
    client = site.as_("cabinet-secretary")
    sent = [("meets_on", "2"), ("meets_on", "11"), ("meets_on", "2023"), ("do", "keep")]
    assert client.post(f"{CABINET}/move", sent, status=409).h1 == "What this changes"
    assert site.office.known().meetings["cabinet-2023-10-05"].date.isoformat() == "2023-10-05"


def test_a_deferral_shows_what_it_changes_on_the_page_where_it_is_checked(site: Site) -> None:
    site.office.place_secretary.does("bind", item=APPRAISAL, step="place-partnership", meeting="place-2023-08-21")
    site.clock.to("2023-08-21 16:00")
    address = f"/items/{APPRAISAL}/steps/place-partnership/record"
    client = site.as_("place-secretary")
    said = {"outcome": "deferred", "reason_deferred": "Costs", "code": "funding", "until_day": "2023-09-20"}
    page = client.submit(client.get(address), said, form="outcome")
    assert page.says("What this changes", TITLE, "People to be told", "Funding was not settled")
    site.office.cabinet_secretary.does("bind", item=APPRAISAL, step="cabinet", meeting="cabinet-2023-10-05")
    page = client.submit(page, button="Record the outcome", status=409)
    assert page.says("Something has changed since this was shown") and page.h1 == "Check your answers"
    client.submit(page, button="Record the outcome")
    assert site.office.step(APPRAISAL, "place-partnership")["round"] == 2
    act = site.office.history(APPRAISAL)[-1]["data"]["act"]
    assert (act["outcome"], act["until"], act["code"]) == ("deferred", "2023-09-20", "funding")


@pytest.mark.parametrize("kind", ["move", "cancel"])
def test_what_is_exempt_is_counted_for_those_who_may_not_see_it(site: Site, kind: str) -> None:
    set_the_scene(site.office)
    site.office.load(
        """
        meetings:
          - {id: together, forums: [icb-executives, lcc-cabinet], date: 2023-10-19, time: "10:00"}
        """
    )
    site.office.operator.does("bind", item=EXEMPT, step="cabinet", meeting="together")
    client = site.as_("icb-governance-lead")
    page = client.get(f"/meetings/together/{kind}")
    said = {"meets_on": "2023-10-05"} if kind == "move" else {}
    page = client.submit(page, said, form="reason", status=200)
    assert not any(word in page.text.lower() for word in EXEMPT_WORDS)
    hidden = re.search("2 (others|decisions) that you may not see", page.text)
    assert hidden, "the sale, and what waits for it"
    assert page.says("People whom only decisions concern that you may not see are told too.")


def test_a_day_on_which_nobody_meets_is_said_before_it_is_kept(site: Site) -> None:
    client = site.as_("cabinet-secretary")
    for on, said in (
        ("2023-11-05", "5 November 2023 is a Sunday."),
        ("2023-12-25", "25 December 2023 is a bank holiday."),
        ("2023-06-02", "2 June 2023 is before today."),
    ):
        page = client.submit(client.get(f"{CABINET}/move"), form="meets_on", meets_on=on)
        assert page.h1 == "What this changes" and page.says(said, "Nothing is done yet.")
    client.submit(page, button="Back to the form")
    assert site.office.known().meetings["cabinet-2023-10-05"].date.isoformat() == "2023-10-05"


def test_more_than_stand_open_can_be_unfolded(site: Site) -> None:
    alone = (
        "{route: alone, title: Alone, for: [plan], stages: [{id: c, forum: lcc-cabinet, ask: agree, decisive: true}]}"
    )
    entry = "{{id: road-{0}, title: Road {0}, type: plan, route: alone, organisation: lcc, owner: director-hci, {1}}}"
    bound = "steps: {c: {meeting: cabinet-2023-10-05}}"
    entries = "".join(f"  - {entry.format(n, bound)}\n" for n in range(60))
    site.office.load(f"routes:\n  - {alone}\nitems:\n{entries}")
    client = site.as_("cabinet-secretary")
    page = client.submit(client.get(f"{CABINET}/move"), form="meets_on", meets_on="2023-11-02")
    assert page.says("61 decisions", "Show 11 more decisions")
    assert all(f"Road {n}" in page.text for n in range(60))
