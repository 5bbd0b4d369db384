"""Every act that is not an outcome, each by the one who would look for it, through the page that it is offered on."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from models.ledger import events
from tests.web.pages import Page
from tests.web.site import Site
from web.forms.acts import PAGES
from workflow.actions import ACTIONS


def acted(site: Site, person: str, address: str, button: str | None = None, **said: Any) -> Page:
    """The form of an act filled in and sent; where it leads."""
    client = site.as_(person)
    page = client.get(address)
    return client.submit(page, form=next(iter(said), "on"), button=button, **said)


def written(site: Site) -> int:
    """How many events there are."""
    with site.office.runtime.looking() as look:
        return int(look.db.execute(select(func.count()).select_from(events)).scalar_one())


def test_every_act_on_an_item_has_its_page() -> None:
    elsewhere = {"record", "correct", "revise"}
    meetings = {name for name in ACTIONS if name.startswith("meeting ")}
    assert set(ACTIONS) - elsewhere - meetings == set(PAGES)


def test_an_act_that_nobody_knows_is_not_found(site: Site) -> None:
    client = site.as_("lcc-governance-lead")
    client.get("/items/options-appraisal-2023/acts/abolish", status=404)
    client.get("/items/options-appraisal-2023/steps/cabinet/acts/abolish", status=404)
    client.get("/items/options-appraisal-2023/acts/bind", status=404)
    client.get("/items/options-appraisal-2023/steps/nowhere/acts/bind", status=404)
    assert client.get("/items/place-integration-deal-2023/steps/hwb/acts/record", status=403).says("hwb") is False


def test_a_weaker_outcome_is_accepted_with_a_reason(site: Site) -> None:
    address = "/items/carers-strategy/steps/board/acts/accept"
    client = site.as_("westmere-lead")
    page = client.get(address)
    assert page.says("asked to endorse it and resolved “noted” on 11 July 2023")
    page = client.submit(page, form="reason", status=422)
    assert page.error_summary == ["Give a reason for the record"]
    page = client.submit(page, form="reason", reason="The costs have come since")
    assert "is accepted" in page.flashed[0]
    assert site.office.step("carers-strategy", "board")["state"] == "passed"


def test_a_weaker_outcome_is_asked_again(site: Site) -> None:
    page = acted(
        site, "westmere-lead", "/items/carers-strategy/steps/board/acts/send-back", reason="Costs are known now"
    )
    assert "will be asked again, in round 2" in page.flashed[0]
    assert site.office.step("carers-strategy", "board")["round"] == 2


def test_a_meeting_is_chosen_by_what_it_would_mean(site: Site) -> None:
    address = "/items/options-appraisal-2023/steps/hwb/acts/bind"
    client = site.as_("hwb-secretary")
    page = client.get(address)
    assert page.value("meeting") is None
    assert page.says(
        "5 September 2023 at 2pm", "agenda by 25 August 2023", "The decision takes effect on 11 October 2023."
    )
    assert client.submit(page, form="meeting", status=422).error_summary == ["Choose a meeting"]
    page = client.submit(page, form="meeting", meeting="hwb-2023-09-05")
    assert page.flashed == ["Lancashire Health and Wellbeing Board is to deal with it on 5 September 2023."]
    assert site.office.step("options-appraisal-2023", "hwb")["meeting_id"] == "hwb-2023-09-05"
    page = acted(site, "hwb-secretary", "/items/options-appraisal-2023/steps/hwb/acts/unbind", reason="Too full")
    assert "no longer bound" in page.flashed[0]


def test_a_meeting_that_is_too_near_says_what_is_too_late(site: Site) -> None:
    site.clock.to("2023-08-30 12:00")
    page = site.as_("hwb-secretary").get("/items/options-appraisal-2023/steps/hwb/acts/bind")
    assert page.says("Too late for: report, agenda.")


def test_report_clearances_and_agenda(site: Site) -> None:
    site.clock.to("2023-09-06 12:00")
    at = "/items/options-appraisal-2023/steps/cabinet/acts"
    acted(site, "cabinet-secretary", f"{at}/bind", meeting="cabinet-2023-10-05")
    page = acted(site, "cabinet-secretary", f"{at}/notice", on="2023-09-06")
    assert "Notice of the decision" in page.flashed[0]
    page = acted(site, "head-of-place", f"{at}/submit", version="1")
    assert "Still to be cleared by finance, legal." in page.flashed[0]
    page = site.as_("cabinet-secretary").get(f"{at}/agenda")
    assert page.says("This is not possible now.", "still has to be cleared by finance, legal")
    page = site.as_("finance-officer").get(f"{at}/clear?area=finance")
    assert page.says("You answer for finance", "Version 1 of the report", "Agree the preferred option")
    acted(site, "finance-officer", f"{at}/clear?area=finance", cleared="yes")
    acted(site, "monitoring-officer", f"{at}/clear?area=legal", cleared="yes")
    page = acted(site, "cabinet-secretary", f"{at}/agenda")
    assert "It is on the agenda" in page.flashed[0]
    assert site.office.step("options-appraisal-2023", "cabinet")["state"] == "on-agenda"
    assert site.office.verify().ok


def test_a_report_is_not_returned_without_a_word(site: Site) -> None:
    site.clock.to("2023-09-06 12:00")
    at = "/items/options-appraisal-2023/steps/cabinet/acts"
    acted(site, "head-of-place", f"{at}/submit", version="1")
    client = site.as_("finance-officer")
    page = client.submit(client.get(f"{at}/clear?area=finance"), form="cleared", cleared="no", status=422)
    assert page.error_summary == ["Say why you return it, so that its author knows what to change"]
    page = client.submit(page, form="cleared", reason="The figures differ")
    assert "not cleared by finance" in page.flashed[0]
    assert "The figures differ" in site.office.story("options-appraisal-2023")[-1]


def test_a_clearance_is_for_the_version_that_was_seen(site: Site) -> None:
    site.clock.to("2023-09-06 12:00")
    at = "/items/options-appraisal-2023/steps/cabinet/acts"
    acted(site, "head-of-place", f"{at}/submit", version="1")
    client = site.as_("finance-officer")
    page = client.get(f"{at}/clear?area=finance")
    site.office.head_of_place.does("submit", item="options-appraisal-2023", step="cabinet", version=2)
    page = client.submit(page, form="cleared", cleared="yes", status=409)
    assert page.says("Somebody was first")
    assert site.office.kinds("options-appraisal-2023")[-1] == "submitted"


def test_who_clears_another_area_is_told_so(site: Site) -> None:
    site.as_("finance-officer").get("/items/options-appraisal-2023/steps/cabinet/acts/clear?area=legal", status=None)
    client = site.as_("finance-officer")
    page = client.get("/items/options-appraisal-2023/steps/cabinet/acts/clear?area=finance")
    before = written(site)
    sent = [
        ("of", "legal"),
        ("version", "1"),
        ("cleared", "yes"),
        ("on", "18"),
        ("on", "7"),
        ("on", "2023"),
        ("seen", "1"),
    ]
    client.post(page.path, sent, status=403)
    assert written(site) == before


def test_a_called_in_decision_is_upheld_or_taken_again(site: Site) -> None:
    at = "/items/home-care-contract/steps/decision/acts"
    page = site.as_("democratic-services").get(f"{at}/uphold")
    assert page.says("was called in on 17 July 2023") and page.link("have it decided again").endswith("/reconsider")
    page = acted(site, "democratic-services", f"{at}/reconsider", reason="The weighting is explained now")
    assert "has to decide again, in round 2" in page.flashed[0]


def test_a_decision_is_called_in(site: Site) -> None:
    page = acted(
        site, "democratic-services", "/items/community-equipment-memorandum/steps/partners:westmere/acts/call-in",
        reason="Three members ask why",
    )  # fmt: skip
    assert "is called in" in page.flashed[0]


def test_a_gate_is_opened_with_its_evidence(site: Site) -> None:
    address = "/items/reablement-delegation/steps/readiness/acts/open-gate"
    client = site.as_("westmere-icb-lead")
    page = client.get(address)
    page = client.submit(page, form="evidence", status=422)
    assert page.error_summary == ["Say what shows that the check was made, and where it can be found"]
    page = client.submit(page, form="evidence", evidence="Assessment of 10 July")
    assert "the gate is open from 18 July 2023" in page.flashed[0]


def test_a_condition_is_met_by_its_owner(site: Site) -> None:
    address = "/items/better-care-fund-agreement/steps/partners:westmere/acts/meet"
    client = site.as_("director-of-finance")
    page = client.get(f"{address}?number=1")
    assert page.value("number") == "1"
    page = client.submit(page, form="evidence", evidence="Signed on 17 July")
    assert "is met" in page.flashed[0]
    assert site.as_("head-of-partnerships").get(f"{address}?number=1", status=403).says("Director of finance")


def test_hold_and_resume_need_a_reason(site: Site) -> None:
    client = site.as_("westmere-lead")
    page = client.get("/items/winter-plan/acts/hold")
    assert page.says("nothing can be recorded for it")
    assert client.submit(page, form="reason", status=422).error_summary == ["Give a reason for the record"]
    client.submit(page, form="reason", reason="The grant is uncertain")
    assert site.where("winter-plan")["state"] == "on-hold"
    acted(site, "westmere-lead", "/items/winter-plan/acts/resume", reason="The grant is there")
    assert site.where("winter-plan")["state"] == "in-progress"


def test_a_draft_is_started_and_withdrawn(site: Site) -> None:
    page = site.as_("head-of-commissioning").get("/items/dementia-strategy/acts/start")
    assert page.says("The draft sets out on its route")
    acted(site, "head-of-commissioning", "/items/dementia-strategy/acts/start")
    assert site.where("dementia-strategy")["state"] == "in-progress"
    page = site.as_("head-of-commissioning").get("/items/dementia-strategy/acts/withdraw")
    assert page.says("cannot be taken up again")
    acted(site, "head-of-commissioning", "/items/dementia-strategy/acts/withdraw", reason="Overtaken")
    assert site.where("dementia-strategy")["state"] == "withdrawn"


def test_a_new_version_is_declared_material(site: Site) -> None:
    site.office.head_of_commissioning.does("submit", item="extra-care-housing", step="board", version=2)
    client = site.as_("westmere-lead")
    page = client.get("/items/extra-care-housing/acts/material")
    assert page.says("Version 2 of the report")
    page = client.submit(page, form="material", status=422)
    assert page.error_summary == ["Choose whether the change is material", "Give a reason for the record"]
    page = client.submit(page, form="material", material="yes", reason="The sites changed")
    assert "is a material change" in page.flashed[0]


def test_an_administrator_blanks_a_text(site: Site) -> None:
    client = site.as_("system-administrator")
    address = "/items/falls-service/acts/redact?number=2"
    assert client.get(address).value("number") == "2"
    page = client.submit(client.get(address), form="number", reason="It named a patient")
    assert "blanked" in page.flashed[0]
    assert "three years" not in " ".join(site.office.story("falls-service"))
    page = client.submit(client.get(address), form="number", number="99", reason="Again", status=None)
    assert page.status in (404, 422)
    site.as_("westmere-icb-lead").get(address, status=403)


def test_a_day_ahead_is_refused_on_the_same_form(site: Site) -> None:
    client = site.as_("westmere-lead")
    page = client.get("/items/winter-plan/acts/hold")
    page = client.submit(page, form="reason", reason="Kept", on="2024-01-01", status=422)
    assert "lies ahead" in page.error_summary[0] and page.value("reason", "reason") == "Kept"
    page = client.submit(page, form="reason", on=["x", "", "2023"], status=422)
    assert "Write a day, a month and a year" in page.error_summary[0]


def test_the_second_of_two_is_told_who_was_first(site: Site) -> None:
    client = site.as_("westmere-lead")
    page = client.get("/items/carers-strategy/steps/board/acts/accept")
    acted(site, "westmere-lead", "/items/carers-strategy/steps/board/acts/send-back", reason="Costs are known now")
    before = written(site)
    page = client.submit(page, form="reason", reason="I can live with it", status=409)
    assert page.says("Already done", "You have already asked the forum again", "nothing was recorded twice")
    assert page.value("reason", "reason") == "I can live with it"
    assert written(site) == before


@pytest.mark.parametrize("action", sorted(PAGES))
def test_who_may_not_do_it_is_turned_away_and_nothing_is_written(site: Site, action: str) -> None:
    """A trust's secretary stands on the route of the memorandum, and may do none of this for the council."""
    page = PAGES[action]
    item = "/items/community-equipment-memorandum"
    address = f"{item}/steps/partners:westmere/acts/{action}" if page.on_step else f"{item}/acts/{action}"
    client = site.as_("harbour-secretary")
    before = written(site)
    assert client.get(address, status=None).status in (403, 422)
    sent = {"on": ["18", "7", "2023"], "reason": "Because", "seen": "999", "cleared": "yes", "of": "finance"}
    assert client.post(address, sent, status=None).status in (403, 422, 404)
    assert written(site) == before


@pytest.mark.parametrize("action", sorted(PAGES))
def test_what_may_not_be_seen_is_not_there(site: Site, action: str) -> None:
    page = PAGES[action]
    item = "/items/leisure-centre-site"
    address = f"{item}/steps/decision/acts/{action}" if page.on_step else f"{item}/acts/{action}"
    site.as_("internal-auditor").get(address, status=404)


def test_nobody_else_has_decisions_to_take(site: Site) -> None:
    page = site.as_("head-of-commissioning").get("/decisions-to-take")
    assert page.says("Nothing waits for your decision.")
