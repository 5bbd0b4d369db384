"""What is emptied on the form of a correction is taken away, and the page on which it is checked says so."""

from __future__ import annotations

import pytest

from tests.web.site import Site

APPRAISAL = "options-appraisal-2023"
PARTNERSHIP = f"/items/{APPRAISAL}/steps/place-partnership"
EMPTY = ["", "", ""]


@pytest.fixture
def after_the_partnership(site: Site) -> Site:
    """21 August 2023, when the Place Partnership has just met."""
    site.clock.to("2023-08-21 12:00")
    return site


def subject_to(site: Site, **more: object) -> None:
    """The Place Partnership endorses the appraisal, subject to two conditions of one who is not on its route."""
    named = [{"text": text, "owner": "westmere-icb-lead"} for text in ("Costs first", "Law next")]
    site.office.place_secretary.records(
        APPRAISAL, "place-partnership", "endorsed", on="2023-08-21", conditions=named, **more
    )


def test_conditions_that_were_recorded_wrongly_are_taken_away(after_the_partnership: Site) -> None:
    site = after_the_partnership
    subject_to(site)
    client, owner = site.as_("place-secretary"), site.as_("westmere-icb-lead")
    assert owner.get("/work").says("Lancashire Place governance options appraisal")
    page = client.get(f"{PARTNERSHIP}/correct")
    assert page.value("conditions-1-text") == "Law next"
    gone = {f"conditions-{n}-{name}": "" for n in (0, 1) for name in ("text", "owner")}
    page = client.submit(page, gone, reason="They were of another item")
    assert page.facts["Conditions"] == "The 2 conditions on record are taken away"
    assert page.says("What this will lead to", "The 2 conditions on record are taken away.")
    page = client.submit(client.submit(page, button="change"))
    assert page.facts["Conditions"] == "The 2 conditions on record are taken away", "it is remembered on the way"
    client.submit(page, button="record")
    assert site.office.history(APPRAISAL)[-1]["data"]["act"]["cleared"] == ["conditions"]
    assert not owner.get("/work").says("Lancashire Place governance options appraisal")
    assert client.get(f"{PARTNERSHIP}/correct").value("conditions-0-text") == ""
    assert site.office.verify().ok


def test_one_condition_of_two_is_taken_away(after_the_partnership: Site) -> None:
    site = after_the_partnership
    subject_to(site)
    site.office.westmere_icb_lead.does("meet", item=APPRAISAL, step="place-partnership", number=2, evidence="Letter")
    client = site.as_("place-secretary")
    page = client.get(f"{PARTNERSHIP}/correct")
    page = client.submit(page, {"conditions-0-text": "", "conditions-0-owner": ""}, reason="Not that one")
    assert page.facts["Conditions"].startswith("1. Law next") and "Costs" not in page.facts["Conditions"]
    client.submit(page, button="record")
    with pytest.raises(Exception, match="was met on 21 August 2023 already"):
        site.office.westmere_icb_lead.does("meet", item=APPRAISAL, step="place-partnership", number=1)


def test_a_day_of_publication_is_taken_away_only_where_it_was_emptied(after_the_partnership: Site) -> None:
    site = after_the_partnership
    subject_to(site, published="2023-08-21")
    client = site.as_("place-secretary")
    page = client.submit(client.get(f"{PARTNERSHIP}/correct"), text="Other words", reason="Words")
    assert page.facts["Published"] == "21 August 2023"
    client.submit(page, button="record")
    page = client.submit(client.get(f"{PARTNERSHIP}/correct"), published=EMPTY, reason="It was not")
    assert page.facts["Published"] == "Not yet. The day on record, 21 August 2023, is taken away"
    client.submit(page, button="record")
    page = client.get(f"{PARTNERSHIP}/correct")
    assert page.value("published") == EMPTY
    assert page.value("conditions-1-text") == "Law next", "what was not emptied stays"
    assert client.submit(page, reason="Words").facts["Published"] == "Not yet"


@pytest.mark.parametrize("until", ["2023-10-01", "hwb-2023-09-05"])
def test_until_when_it_was_deferred_is_taken_away(site: Site, until: str) -> None:
    site.clock.to("2023-07-10 12:00")
    site.office.hwb_secretary.records(APPRAISAL, "hwb", "deferred", reason="Costs", until=until)
    client, address = site.as_("hwb-secretary"), f"/items/{APPRAISAL}/steps/hwb/correct"
    page = client.submit(client.get(address), reason="Words")
    assert "taken away" not in page.facts["Deferred until"]
    page = client.submit(client.get(address), until_day=EMPTY, until_meeting="", reason="No day was named")
    words = "1 October 2023" if until == "2023-10-01" else "the meeting on 5 September 2023"
    assert page.facts["Deferred until"] == f"The next meeting that suits. What is on record, {words}, is taken away"
    client.submit(page, button="record")
    page = client.submit(client.get(address), reason="Words")
    assert page.facts["Deferred until"] == "The next meeting that suits"


def test_a_meeting_that_cannot_be_chosen_any_more_is_not_taken_away_by_not_choosing_it(site: Site) -> None:
    site.clock.to("2023-07-10 12:00")
    site.office.hwb_secretary.records(APPRAISAL, "hwb", "deferred", reason="Costs", until="hwb-2023-09-05")
    site.clock.to("2023-09-06 12:00")
    client, address = site.as_("hwb-secretary"), f"/items/{APPRAISAL}/steps/hwb/correct"
    page = client.submit(client.get(address), reason="Words")
    assert page.facts["Deferred until"] == "As on record: the meeting on 5 September 2023"
    client.submit(page, button="record")
    assert "cleared" not in site.office.history(APPRAISAL)[-1]["data"]["act"]


def test_what_somebody_added_meanwhile_is_not_taken_away_by_a_form_that_did_not_show_it(
    after_the_partnership: Site,
) -> None:
    site = after_the_partnership
    site.office.place_secretary.records(APPRAISAL, "place-partnership", "endorsed", on="2023-08-21")
    client = site.as_("place-secretary")
    form = client.get(f"{PARTNERSHIP}/correct")
    site.office.place_secretary.corrects(
        APPRAISAL, "place-partnership", "endorsed", "Complete", published="2023-08-21",
        conditions=[{"text": "Costs first", "owner": "head-of-place"}],
    )  # fmt: skip
    page = client.submit(form, text="Other words", reason="Words", status=409)
    page = client.submit(page)
    assert page.facts["Published"] == "As on record: 21 August 2023"
    assert page.facts["Conditions"] == "As they are on record"
    client.submit(page, button="record")
    page = client.get(f"{PARTNERSHIP}/correct")
    assert page.value("conditions-0-text") == "Costs first"
    assert [int(part) for part in page.value("published")] == [21, 8, 2023]


def test_a_correction_begins_with_as_many_conditions_as_there_are(after_the_partnership: Site) -> None:
    named = [{"text": f"Condition {n}", "owner": "head-of-place"} for n in range(60)]
    after_the_partnership.office.place_secretary.records(
        APPRAISAL, "place-partnership", "endorsed", on="2023-08-21", conditions=named
    )
    page = after_the_partnership.as_("place-secretary").get(f"{PARTNERSHIP}/correct")
    assert page.value("conditions-59-text") == "Condition 59"
