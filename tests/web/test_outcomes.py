"""A clerk records what was resolved, corrects it, and is not the only one who does."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from tests.web.pages import Page
from tests.web.site import Client, Site
from workflow.choices import forums_to_choose, organisations_of, own_first, people_to_choose

APPRAISAL = "options-appraisal-2023"
PARTNERSHIP = f"/items/{APPRAISAL}/steps/place-partnership"
CABINET = f"/items/{APPRAISAL}/steps/cabinet"
HOME_CARE = "/items/home-adaptations/steps/director"


@pytest.fixture
def after_the_partnership(site: Site) -> Site:
    """21 August 2023, when the Place Partnership has just met."""
    site.clock.to("2023-08-21 12:00")
    return site


def recorded(client: Client, address: str, outcome: str, **more: object) -> Page:
    """The form filled in, checked, and recorded."""
    page = client.submit(client.get(address), outcome=outcome, **more)
    return client.submit(page, button="record")


def test_an_outcome_is_filled_in_checked_and_recorded(after_the_partnership: Site) -> None:
    site = after_the_partnership
    client = site.as_("place-secretary")
    page = client.get(f"{PARTNERSHIP}/record")
    assert page.value("outcome") is None
    assert page.value("resolved_on") == ["21", "8", "2023"]
    assert (
        page.value("text")
        == "RESOLVED: That:\n1. the options appraisal be endorsed.\n2. the preferred option be agreed."
    )
    check = client.submit(page, outcome="endorsed")
    assert check.h1 == "Check your answers"
    assert check.facts["Outcome"] == "Endorsed" and check.facts["Resolved on"] == "21 August 2023"
    assert site.office.step(APPRAISAL, "place-partnership")["outcome"] is None, "a check records nothing"
    done = client.submit(check, button="record")
    assert done.h1 == "Outcome recorded"
    assert done.says("Lancashire Health and Wellbeing Board to endorse it on 5 September 2023.")
    assert done.says("The decision takes effect on 11 October 2023.")
    assert done.says("Who has been told", "Head of Lancashire Place", "Health and Wellbeing Board secretary")
    assert site.office.step(APPRAISAL, "place-partnership")["outcome"] == "endorsed"
    assert client.get(done.path).says("Outcome recorded"), "the confirmation can be looked at again"
    assert site.office.verify().ok


def test_change_leads_back_to_the_form_with_everything_kept(after_the_partnership: Site) -> None:
    client = after_the_partnership.as_("place-secretary")
    typed = "RESOLVED: That “A & B” be <endorsed>.\n\n  Twice."
    page = client.submit(
        client.get(f"{PARTNERSHIP}/record"),
        {"conditions-0-text": "Costs first", "conditions-0-owner": "head-of-place", "conditions-0-due": "2023-09-20"},
        outcome="endorsed",
        text=typed,
        amended=True,
        resolved_on="2023-08-20",
    )
    assert "1. Costs first – Head of Lancashire Place, by 20 September 2023" in page.facts["Conditions"]
    form = client.submit(page, button="change")
    assert (form.value("outcome"), form.value("amended")) == ("endorsed", ["y"])
    assert form.value("text") == typed
    assert form.value("resolved_on") == ["20", "8", "2023"]
    assert (form.value("conditions-0-owner"), form.value("conditions-0-due")) == ("head-of-place", ["20", "9", "2023"])


def test_another_condition_can_be_added_without_scripts(after_the_partnership: Site) -> None:
    site = after_the_partnership
    client = site.as_("place-secretary")
    page = client.submit(
        client.get(f"{PARTNERSHIP}/record"),
        {"conditions-0-text": "Costs first", "conditions-0-owner": "head-of-place"},
        outcome="endorsed",
        button="add-condition",
    )
    assert page.value("conditions-0-text") == "Costs first" and page.value("conditions-1-text") == ""
    page = client.submit(page, {"conditions-1-text": "Law next", "conditions-1-owner": "director-hci"})
    client.submit(page, button="record")
    waiting = [c for c in site.office.plan(APPRAISAL).problems if c.code == "condition-overdue"]
    assert waiting == []
    assert "Subject to: Costs first; Law next." in site.office.story(APPRAISAL)[-1]


def test_what_is_missing_is_said_at_its_field_and_nothing_is_lost(after_the_partnership: Site) -> None:
    client = after_the_partnership.as_("place-secretary")
    page = client.submit(client.get(f"{PARTNERSHIP}/record"), text="Kept", status=422)
    assert page.error_summary == ["Choose what was resolved"]
    assert page.value("text") == "Kept"
    page = client.submit(
        page,
        {"conditions-0-text": "Costs first", "conditions-0-due": ["31", "2", "2023"]},
        outcome="deferred",
        resolved_on=["", "8", "2023"],
        status=422,
    )
    said = " ".join(page.error_summary)
    assert "Give the reason for the deferral" in said
    assert "Write a day, a month and a year" in said
    assert "Condition 1: choose who has to do it" in said
    assert "31 2 2023 is no date" in said
    assert (page.value("outcome"), page.value("conditions-0-text")) == ("deferred", "Costs first")


@pytest.mark.parametrize("outcome", ["deferred", "referred-back", "rejected"])
def test_the_web_asks_why_something_was_not_settled(after_the_partnership: Site, outcome: str) -> None:
    client = after_the_partnership.as_("place-secretary")
    page = client.submit(client.get(f"{PARTNERSHIP}/record"), outcome=outcome, status=422)
    assert len(page.error_summary) == 1
    field = {"deferred": "reason_deferred", "referred-back": "reason_returned", "rejected": "reason_rejected"}[outcome]
    page = client.submit(page, {field: "Costs are missing"})
    assert "agreed" not in page.facts["Resolution"], "minutes do not say agreed of what was not"
    client.submit(page, button="record")
    assert after_the_partnership.office.history(APPRAISAL)[-1]["kind"] == "recorded"
    assert "Reason: Costs are missing" in after_the_partnership.office.story(APPRAISAL)[-1]


def test_a_deferral_until_a_meeting_is_planned_for_it(site: Site) -> None:
    site.clock.to("2023-07-10 12:00")
    client = site.as_("hwb-secretary")
    page = client.get(f"/items/{APPRAISAL}/steps/hwb/record")
    page = client.submit(
        page,
        outcome="deferred",
        reason_deferred="Costs",
        until_meeting="hwb-2023-09-05",
        until_day="2023-09-01",
        status=422,
    )
    assert page.error_summary == ["Name a day or a meeting, not both"]
    page = client.submit(page, until_day=["", "", ""])
    assert page.facts["Deferred until"] == "the meeting on 5 September 2023"
    client.submit(page, button="record")
    step = site.office.step(APPRAISAL, "hwb")
    assert (step["round"], step["meeting"]) == (2, "2023-09-05")


def test_a_refusal_of_the_engine_comes_back_to_the_form(after_the_partnership: Site) -> None:
    client = after_the_partnership.as_("place-secretary")
    page = client.submit(
        client.get(f"{PARTNERSHIP}/record"), outcome="endorsed", resolved_on="2023-08-30", text="Kept", status=422
    )
    assert "lies ahead" in page.error_summary[0]
    assert page.value("text") == "Kept"
    assert after_the_partnership.office.step(APPRAISAL, "place-partnership")["outcome"] is None


def test_call_in_is_waived_with_the_reason_of_the_resolution(site: Site) -> None:
    site.clock.to("2023-10-05 16:00")
    client = site.as_("cabinet-secretary")
    page = client.submit(client.get(f"{CABINET}/record"), outcome="agreed", waived="The deal cannot wait")
    page = client.submit(page, button="record", breach="The deal came late")
    assert page.h1 == "Outcome recorded"
    assert site.office.plan(APPRAISAL).step("cabinet").effective.isoformat() == "2023-10-05"


def test_a_forum_without_call_in_is_not_asked_about_it(after_the_partnership: Site) -> None:
    page = after_the_partnership.as_("place-secretary").get(f"{PARTNERSHIP}/record")
    assert not page.says("call-in")


def test_who_may_not_record_is_told_who_may(site: Site) -> None:
    page = site.as_("hwb-secretary").get(f"{PARTNERSHIP}/record", status=403)
    assert page.says("Place Partnership secretary")


def test_what_is_decided_already_leads_to_the_correction(site: Site) -> None:
    page = site.as_("icb-governance-lead").get("/items/place-integration-deal-2023/steps/icb-board/record")
    assert page.says("has already recorded “decided”")
    assert page.link("Correct what is on record").endswith("/correct")
    assert not page.main.all("textarea")


def test_a_correction_starts_from_the_record_and_leaves_it_visible(site: Site) -> None:
    item, address = "place-integration-deal-2023", "/items/place-integration-deal-2023/steps/icb-board/correct"
    client = site.as_("icb-governance-lead")
    page = client.get(address)
    assert page.value("outcome") == "decided" and page.value("resolved_on") == ["5", "7", "2023"]
    assert page.says("never removed")
    page = client.submit(page, outcome="agreed", status=422)
    assert page.error_summary == ["Give the reason for the correction"]
    page = client.submit(page, reason="The minutes say agreed")
    done = client.submit(page, button="record")
    assert done.h1 == "Correction recorded"
    assert site.office.step(item, "icb-board")["outcome"] == "agreed"
    assert site.office.step(item, "icb-board")["outcome_on"] == "2023-07-05"
    story = " ".join(site.office.story(item))
    assert "Recorded “decided”. (corrected later)" in story and "The minutes say agreed" in story


def test_a_correction_of_words_leaves_alone_what_was_done_about_the_conditions(site: Site) -> None:
    item, step = "better-care-fund-agreement", "partners:westmere"
    site.office.director_of_finance.does("meet", item=item, step=step, number=1, evidence="Signed")
    client = site.as_("democratic-services")
    page = client.get(f"/items/{item}/steps/{step}/correct")
    assert page.value("conditions-0-text") == "A risk share for overspends is agreed"
    page = client.submit(page, text="RESOLVED: That it be approved.", reason="The minutes say so")
    assert "A risk share for overspends" in page.facts["Conditions"]
    client.submit(page, button="record")
    with pytest.raises(Exception, match="was met on 18 July 2023 already"):
        site.office.director_of_finance.does("meet", item=item, step=step, number=1)
    assert site.office.verify().ok


def test_what_was_redacted_is_not_recorded_again(site: Site) -> None:
    site.office.operator.does("redact", item="falls-service", number=2, reason="It named a patient")
    page = site.as_("westmere-icb-lead").get("/items/falls-service/steps/decision/correct")
    assert page.value("text") == ""


def test_a_decision_taken_alone_is_a_written_statement(site: Site) -> None:
    client = site.as_("director-of-adult-services")
    inbox = client.get("/decisions-to-take")
    assert [row["Item"] for row in inbox.rows] == ["Grants for home adaptations"]
    assert inbox.rows[0]["Report"].startswith("Version 1")
    page = client.get(inbox.link("Approve or return"))
    assert page.value("decision") == "That grants of up to £30,000 for each home be approved."
    page = client.submit(page, outcome="decided", status=422)
    assert page.error_summary == ["Give the reasons for the decision"]
    page = client.submit(page, reasons="Need is high", alternatives="Do nothing", interests="None")
    client.submit(page, button="record")
    story = site.office.story("home-adaptations")[-1]
    assert "Reasons:\nNeed is high" in story and "Interests declared:\nNone" in story
    assert client.get("/decisions-to-take").says("Nothing waits for your decision.")


def test_a_report_can_be_returned_instead(site: Site) -> None:
    client = site.as_("director-of-adult-services")
    page = client.submit(
        client.get(f"{HOME_CARE}/record"), outcome="referred-back", reason_returned="Costs are missing"
    )
    client.submit(page, button="record")
    assert "referred-back" in site.office.story("home-adaptations")[-1]


def test_a_corrected_statement_is_taken_apart_again(site: Site) -> None:
    client = site.as_("director-of-adult-services")
    recorded(client, f"{HOME_CARE}/record", "decided", reasons="Need is high")
    page = client.get(f"{HOME_CARE}/correct")
    assert page.value("reasons") == "Need is high"
    assert page.value("decision") == "That grants of up to £30,000 for each home be approved."


@pytest.mark.parametrize("first", ["agreed", "deferred"])
def test_the_second_of_two_is_told_who_was_first_and_keeps_their_text(after_the_partnership: Site, first: str) -> None:
    site = after_the_partnership
    early, late = site.as_("place-secretary"), site.as_("place-secretary")
    late_form = late.get(f"{PARTNERSHIP}/record")
    why = {"reason_deferred": "Costs"} if first == "deferred" else {}
    recorded(early, f"{PARTNERSHIP}/record", first, **why)
    before = len(site.office.history(APPRAISAL))
    page = late.submit(late_form, outcome="endorsed", text="What I typed", status=409)
    assert page.says("Already done", f"You have already recorded “{first}” on 21 August 2023")
    assert (page.value("outcome"), page.value("text")) == ("endorsed", "What I typed")
    again = late.submit(page, status=409)
    assert again.says("Somebody was first", first), "knowing it does not make it possible"
    assert again.value("text") == "What I typed"
    assert len(site.office.history(APPRAISAL)) == before
    assert site.office.verify().ok


def test_the_second_is_told_even_after_the_check(after_the_partnership: Site) -> None:
    site = after_the_partnership
    late = site.as_("place-secretary")
    check = late.submit(late.get(f"{PARTNERSHIP}/record"), outcome="endorsed", text="What I typed")
    recorded(site.as_("place-secretary"), f"{PARTNERSHIP}/record", "noted")
    page = late.submit(check, button="record", status=409)
    assert page.says("Already done") and page.value("text") == "What I typed"


def test_an_act_elsewhere_on_the_item_disturbs_nobody(after_the_partnership: Site) -> None:
    site = after_the_partnership
    client = site.as_("place-secretary")
    page = client.get(f"{PARTNERSHIP}/record")
    site.office.hwb_secretary.does("bind", item=APPRAISAL, step="hwb", meeting="hwb-2023-09-05")
    check = client.submit(page, outcome="endorsed")
    assert check.h1 == "Check your answers"


def test_of_two_who_record_at_the_same_moment_one_is_first(site_on_both: Site) -> None:
    site = site_on_both
    site.clock.to("2023-08-21 12:00")
    browsers = [site.as_("place-secretary") for _n in range(2)]
    checks = [
        b.submit(b.get(f"{PARTNERSHIP}/record"), outcome=o)
        for b, o in zip(browsers, ("endorsed", "noted"), strict=True)
    ]
    start, answers = Barrier(2), {}

    def record(place: int) -> None:
        start.wait(20)
        answers[place] = browsers[place].submit(checks[place], button="record", status=None)

    threads = [Thread(target=record, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    statuses = sorted(page.status for page in answers.values())
    assert statuses == [200, 409], answers
    winner = next(place for place, page in answers.items() if page.status == 200)
    outcome = ("endorsed", "noted")[winner]
    assert site.office.step(APPRAISAL, "place-partnership")["outcome"] == outcome
    assert answers[1 - winner].says("Already done", outcome)
    assert site.office.kinds(APPRAISAL).count("recorded") == 1
    assert len([letter for letter in site.outbox() if letter["person"] == "head-of-place"]) == 1
    assert site.office.verify().ok


def test_after_a_long_pause_the_password_comes_first_and_nothing_is_lost(after_the_partnership: Site) -> None:
    site = after_the_partnership
    client = site.as_("place-secretary")
    client.holds(site.new_session("place-secretary", minutes_ago=45))
    check = client.submit(client.get(f"{PARTNERSHIP}/record"), outcome="endorsed", text="What I typed")
    asked = client.submit(check, button="record", status=None)
    assert asked.h1 != "Outcome recorded"
    assert site.office.step(APPRAISAL, "place-partnership")["outcome"] is None
    done = client.submit(asked, {"_password": "seven violet tractors"})
    assert done.h1 == "Outcome recorded"
    assert "What I typed" in site.office.story(APPRAISAL)[-1]


def test_a_confirmation_of_nothing_is_not_found(site: Site) -> None:
    client = site.as_("place-secretary")
    client.get(f"{PARTNERSHIP}/recorded/1", status=404)
    client.get(f"{PARTNERSHIP}/recorded/99", status=404)


def test_html_in_every_field_stays_text(after_the_partnership: Site) -> None:
    client = after_the_partnership.as_("place-secretary")
    nasty = "<script>alert(1)</script> \"'> & \x22"
    page = client.submit(
        client.get(f"{PARTNERSHIP}/record"),
        {"conditions-0-text": nasty, "conditions-0-owner": "head-of-place"},
        outcome="endorsed",
        text=nasty,
    )
    assert page.facts["Resolution"] == " ".join(nasty.split())
    done = client.submit(page, button="record")
    assert "<script>alert" not in done.html


TWO_OF_ONE_NAME = """
decision_routes: 1
people:
  - {id: deal-lead, name: Programme manager, email: deal@example.org,
     roles: [{role: author}, {role: member, forum: lcc-cabinet}]}
  - {id: other-deal-lead, name: "programme  Manager", email: other@example.org,
     roles: [{role: lead, organisation: icb}]}
"""


def test_posts_of_one_name_are_told_apart_by_whose_they_are(site: Site) -> None:
    site.office.load(TWO_OF_ONE_NAME)
    known = site.office.known()
    words = dict(people_to_choose(known, known.people.values()))
    assert words["deal-lead"] == f"Programme manager ({known.organisations['lcc'].name})"
    assert words["other-deal-lead"].endswith(f"({known.organisations['icb'].name})")
    assert words["head-of-place"] == known.people["head-of-place"].name, "nobody else is called so"
    page = site.as_("hwb-secretary").get("/items/place-integration-deal-2023/steps/hwb/record")
    assert words["deal-lead"] in page.html and words["head-of-place"] in page.html


def test_forums_to_choose_say_whose_they_are_and_ones_own_come_first(site: Site) -> None:
    known = site.office.known()
    forums = [known.world.forums[name] for name in ("westmere-hwb", "lcc-cabinet")]
    assert [forum.id for forum in own_first(forums, {"lcc"})] == ["lcc-cabinet", "westmere-hwb"]
    of_lcc = [f for f in known.world.forums.values() if f.organisation == "lcc"]
    assert all(known.organisations["lcc"].name in words for _id, words in forums_to_choose(known, of_lcc))
    assert organisations_of(known, known.people["hwb-secretary"]) == {"lcc"}
