"""Notices, exceptions and urgency on pages: the forms with what is wrong in them, and the drafts of the notices."""

from __future__ import annotations

from tests.web.scene import EXEMPT, EXEMPT_WORDS, set_the_scene
from tests.web.site import Site

AT = "/items/options-appraisal-2023/steps/cabinet"
SALE = f"/items/{EXEMPT}/steps/cabinet"
HOSTILE = "<script>alert(1)</script> & [TO COMPLETE: x]"


def bound(site: Site, on: str) -> None:
    """The appraisal is on Cabinet's meeting of 5 October, seen from a day before it."""
    site.clock.to(f"{on} 12:00")
    said = {"item": "options-appraisal-2023", "step": "cabinet", "meeting": "cabinet-2023-10-05"}
    site.office.cabinet_secretary.does("bind", **said)


def test_a_general_exception_is_recorded_with_its_reason(site: Site) -> None:
    bound(site, "2023-09-27")
    client = site.as_("cabinet-secretary")
    page = client.get(f"{AT}/acts/exception")
    assert page.says("because the full notice is impracticable", "meets on 5 October 2023")
    page = client.submit(page, form="agreed_by", status=422)
    assert page.error_summary == ["Give a reason for the record"]
    page = client.submit(page, form="agreed_by", agreed_by="Chair of scrutiny", reason=HOSTILE)
    assert "may decide it from 5 October 2023 on" in page.flashed[0]
    assert page.says("General exception on 27 September 2023, Chair of scrutiny.", HOSTILE)
    page = client.get(f"{AT}/notices/general-exception")
    assert page.h1 == "Notice of a key decision: general exception"
    assert page.says("To: Chair of scrutiny", HOSTILE, "from 5 October 2023 on")


def test_special_urgency_needs_to_be_agreed_by_somebody(site: Site) -> None:
    bound(site, "2023-09-28")
    client = site.as_("cabinet-secretary")
    page = client.submit(client.get(f"{AT}/acts/urgency"), form="agreed_by", status=422)
    assert set(page.error_summary) == {"Enter who agreed, by their office", "Give a reason for the record"}
    page = client.submit(page, form="agreed_by", agreed_by="Chair of scrutiny", reason="The grant ends")
    assert page.says("Special urgency on 28 September 2023, Chair of scrutiny. Reason: The grant ends")
    page = client.get(f"{AT}/acts/urgency")
    assert page.says("One is on record of 28 September 2023. What you record now corrects it.")
    page = client.submit(page, form="agreed_by", reason="The grant ends tomorrow")
    assert page.says("Special urgency on 28 September 2023, Chair of scrutiny. Reason: The grant ends tomorrow")


def test_the_second_notice_states_representations_with_the_response(site: Site) -> None:
    set_the_scene(site.office)
    client = site.as_("cabinet-secretary")
    page = client.get(f"{SALE}/acts/private-notice-again")
    assert page.says("No first notice is on record.")
    page = client.submit(page, form="response", representations="It should be open", status=422)
    assert page.error_summary == ["Say what was answered to the representations"]
    page = client.submit(page, form="response", response="Prices are at stake")
    assert page.flashed == ["It is recorded."]
    assert page.says("Representations: It should be open", "Response: Prices are at stake")


def test_publication_is_recorded_where_the_reminder_leads(site: Site) -> None:
    bound(site, "2023-10-06")
    site.office.cabinet_secretary.records("options-appraisal-2023", "cabinet", "agreed", "2023-10-05")
    client = site.as_("cabinet-secretary")
    page = client.get("/items/options-appraisal-2023")
    page = client.get(page.link("Record that the decision was published – Cabinet"))
    page = client.submit(page, form="on", on="2023-10-06")
    assert "was published on 6 October 2023" in page.flashed[0]
    assert page.says("Published on 6 October 2023.")


def test_a_day_of_publication_on_record_is_corrected_and_not_written_over(site: Site) -> None:
    bound(site, "2023-10-06")
    site.office.cabinet_secretary.records(
        "options-appraisal-2023", "cabinet", "agreed", "2023-10-05", published="2023-10-05"
    )
    page = site.as_("cabinet-secretary").get(f"{AT}/acts/publish")
    assert page.says("published on 5 October 2023", "correct")


def test_who_agreed_to_waive_call_in_is_asked_with_the_reason(site: Site) -> None:
    bound(site, "2023-10-05")
    client = site.as_("cabinet-secretary")
    page = client.get(f"{AT}/record")
    said = {"outcome": "agreed", "waived_by": "Chair of scrutiny"}
    page = client.submit(page, form="outcome", button="check", status=422, **said)
    assert page.error_summary == ["Say why call-in is waived, or leave out who agreed to it"]
    page = client.submit(page, form="outcome", button="check", waived="The grant ends", **said)
    assert page.says("Waived, agreed by Chair of scrutiny: The grant ends")
    page = client.submit(page, button="record", breach="The notice was forgotten")
    assert (
        "Call-in waived, agreed by Chair of scrutiny: The grant ends, although"
        in (site.office.story("options-appraisal-2023")[-1])
    )


def test_what_was_decided_without_its_notice_is_recorded_with_the_reason(site: Site) -> None:
    bound(site, "2023-10-05")
    client = site.as_("cabinet-secretary")
    page = client.submit(client.get(f"{AT}/record"), form="outcome", button="check", outcome="agreed")
    assert page.says("Why was it decided all the same?", "stays on record beside the outcome")
    page = client.submit(page, button="record", status=422)
    assert page.error_summary == ["Say why it was decided although notice was not given as the rules ask"]
    assert page.main.all("textarea"), "it can be written where it is asked for"
    page = client.submit(page, button="change", breach=HOSTILE)
    assert page.h1.startswith("Record the outcome")
    page = client.submit(page, form="outcome", button="check")
    assert page.value("breach") == HOSTILE, "what was written is kept on the way back and forth"
    page = client.submit(page, button="record")
    assert page.h1 == "Outcome recorded"
    page = client.get("/items/options-appraisal-2023")
    assert page.says(
        f"It was decided all the same; why is on record: {HOSTILE}",
        "Decided although notice was not given as the rules ask on 5 October 2023.",
    )
    said = {"outcome": "agreed", "reason": "It was given, and found since"}
    page = client.submit(client.get(f"{AT}/correct"), form="outcome", button="check", **said)
    assert page.value("breach") == HOSTILE
    client.submit(page, button="record", breach="")
    assert not client.get("/items/options-appraisal-2023").says(f"all the same; why is on record: {HOSTILE}")


def test_nobody_is_asked_why_where_urgency_was_agreed_or_nothing_was_decided(site: Site) -> None:
    bound(site, "2023-10-05")
    client = site.as_("cabinet-secretary")
    said = {"outcome": "deferred", "reason_deferred": "More to hear"}
    page = client.submit(client.get(f"{AT}/record"), form="outcome", button="check", **said)
    assert not page.says("Why was it decided all the same?")
    agreed = {"agreed_by": "Chair of scrutiny", "reason": "The grant ends"}
    site.office.cabinet_secretary.does("urgency", item="options-appraisal-2023", step="cabinet", **agreed)
    page = client.submit(client.get(f"{AT}/record"), form="outcome", button="check", outcome="agreed")
    assert not page.says("Why was it decided all the same?")
    client.submit(page, button="record")


def test_what_the_rules_do_not_ask_for_is_neither_offered_nor_drafted(site: Site) -> None:
    client = site.as_("cabinet-secretary")
    page = client.get(f"{AT}/acts/private-notice")
    assert page.says("This is not possible now.", "do not ask for it here.")
    client.get(f"{AT}/notices/private-notice", status=404)
    client.get(f"{AT}/notices/thanks", status=404)
    client.get("/items/options-appraisal-2023/steps/nowhere/notices/urgent-item", status=404)


def test_a_draft_can_be_taken_along_as_plain_text(site: Site) -> None:
    bound(site, "2023-09-05")
    client = site.as_("lcc-governance-lead")
    page = client.get(f"{AT}/notices/key-decision-notice")
    assert page.says("It has to be published by 6 September 2023.", "places are marked", "5 October 2023 at 2pm")
    taken = client.get(page.link("Take it along as plain text"))
    assert taken.response.headers["Content-Disposition"] == "attachment; filename=key-decision-notice.txt"
    assert taken.response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert taken.bytes.decode().startswith("NOTICE OF A KEY DECISION\n\nLancashire County Council gives notice")
    page = client.follow(page, "Minute of an urgent item")
    assert page.h1 == "Urgent business"


def test_drafts_are_for_those_who_publish_or_own_it(site: Site) -> None:
    set_the_scene(site.office)
    for person, status in (("cabinet-secretary", 200), ("head-of-place", 200), ("lcc-governance-lead", 200),
                           ("hwb-secretary", 403), ("internal-auditor", 403), ("elsewhere-lead", 404)):  # fmt: skip
        site.as_(person).get(f"{AT}/notices/key-decision-notice", status=status)
        site.as_(person).get(f"{AT}/notices/key-decision-notice/text", status=status)
    for person in ("internal-auditor", "system-administrator", "icb-governance-lead", "elsewhere-lead"):
        site.as_(person).get(f"{SALE}/notices/private-notice", status=404)
    for kind in ("private-notice", "key-decision-notice", "special-urgency"):
        told = site.as_("cabinet-secretary").get(f"{SALE}/notices/{kind}/text").bytes.decode().lower()
        exempt = [word for word in EXEMPT_WORDS if word in told]
        assert exempt == ["quokka"], "the reason is published, and nothing else of it"


def test_what_lacks_a_reason_is_not_recorded_together_with_others(site: Site) -> None:
    bound(site, "2023-10-05")
    client = site.as_("cabinet-secretary")
    ticked = {"together": "options-appraisal-2023 cabinet", "do": "record"}
    page = client.post("/meetings/cabinet-2023-10-05/record-together", ticked, status=422)
    assert "Record it on its own, and say why" in page.error_summary[0]
    assert site.office.step("options-appraisal-2023", "cabinet")["outcome"] is None
