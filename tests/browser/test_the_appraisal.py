"""The options appraisal of 2023, from its first word to its last, by the people who were there, in their browsers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser

from tests.browser.clerks import Town
from tests.browser.serving import Served, serving
from tests.office import LANCASHIRE, Office
from tests.web.scene import docx
from tests.web.site import PASSWORD, give_everybody_an_account

pytestmark = pytest.mark.xdist_group("browser")

DEAL = "place-integration-deal-2023"
AUTHOR, CABINET, HWB, PLACE, ICB = (
    "head-of-place", "cabinet-secretary", "hwb-secretary", "place-secretary", "icb-governance-lead",
)  # fmt: skip


@pytest.fixture
def lancashire(sqlite_database: str, tmp_path: Path) -> Iterator[Served]:
    """Lancashire on 5 July 2023: the deal is on its way, and nobody has thought of the appraisal yet."""
    case = yaml.safe_load(LANCASHIRE.read_text(encoding="utf-8"))
    case["items"] = [item for item in case["items"] if item["id"] == DEAL]
    del case["outcomes"]
    office = Office(sqlite_database)
    office.clock.to("2023-07-03 09:00")
    office.load(yaml.safe_dump(case, sort_keys=False))
    give_everybody_an_account(office)
    with serving(office, tmp_path) as served:
        yield served
    office.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripted", "plain"])
def test_the_options_appraisal_of_2023(chromium: Browser, lancashire: Served, scripts: bool) -> None:
    office, town = lancashire.site.office, Town(chromium, lancashire, scripts=scripts)

    town.at("2023-07-05 16:00")
    town.records(ICB, DEAL, "icb-board", "decided", "2023-07-05")
    town.at("2023-07-06 16:30")
    town.records(CABINET, DEAL, "cabinet", "endorsed", "2023-07-06")

    town.at("2023-07-18 10:00")
    item = creates(town)
    assert office.item(item)["state"] == "draft"
    town.acts(AUTHOR, item, None, "start", "Start the item")
    assert office.states(item)["form-before-function"] == "passed", "the deal was decided: the gate is open"
    attaches_the_report(town, item)

    town.at("2023-08-07 09:30")
    town.acts(PLACE, item, "place-partnership", "bind", "Put it on this meeting", meeting="place-2023-08-21")
    town.acts(AUTHOR, item, "place-partnership", "submit", "Submit the report")
    town.acts(AUTHOR, item, "hwb", "submit", "Submit the report")
    town.acts(PLACE, item, "place-partnership", "agenda", "Put it on the agenda")

    town.at("2023-08-21 15:00")
    adds_a_meeting(town)
    town.records(
        PLACE, item, "place-partnership", "deferred", "2023-08-21", reason_deferred="The costs by place were not ready."
    )
    assert office.step(item, "place-partnership")["round"] == 2
    town.acts(AUTHOR, item, "place-partnership", "submit", "Submit the report")
    town.at("2023-08-29 12:00")
    town.records(PLACE, item, "place-partnership", "endorsed", "2023-08-29")

    town.at("2023-08-30 09:00")
    town.acts(HWB, item, "hwb", "bind", "Put it on this meeting", meeting="hwb-2023-09-05")
    town.acts(CABINET, item, "cabinet", "bind", "Put it on this meeting", meeting="cabinet-2023-10-05")
    town.acts(CABINET, item, "cabinet", "notice", "Record the notice")
    town.at("2023-09-05 17:00")
    town.records(HWB, item, "hwb", "noted", "2023-09-05")
    assert office.states(item)["hwb"] == "fell-short", "the Board had been asked to endorse"
    corrects(town, item)
    assert office.states(item)["hwb"] == "passed"

    town.at("2023-09-18 11:00")
    town.acts(AUTHOR, item, "cabinet", "submit", "Submit the report")
    clears(town, item, "finance-officer", "finance")
    clears(town, item, "monitoring-officer", "legal")
    town.at("2023-09-26 10:00")
    town.acts(CABINET, item, "cabinet", "agenda", "Put it on the agenda")
    town.acts(ICB, item, "icb-executives", "bind", "Put it on this meeting", meeting="icb-executives-2023-10-10")
    town.acts(AUTHOR, item, "icb-executives", "submit", "Submit the report")

    town.at("2023-10-05 16:00")
    decides_in_cabinet(town, item)
    town.at("2023-10-10 12:00")
    town.records(ICB, item, "icb-executives", "agreed", "2023-10-10")
    assert office.item(item)["state"] == "in-progress", "Cabinet’s decision can still be called in"
    town.at("2023-10-12 09:00")
    with town.desk(AUTHOR, shot="complete") as author:
        author.opens("/").follows(f"/items/{item}").reads("Complete")

    assert office.item(item)["state"] == "complete"
    assert office.verify().faults == []
    kinds = office.kinds(item)
    assert kinds.count("recorded") == 5
    assert kinds.count("corrected") == 1
    assert not town.faults, "\n".join(town.faults)


def creates(town: Town) -> str:
    """The author begins the item, one question after the other, and comes back to a draft; its id."""
    with town.desk(AUTHOR, shot="created") as author:
        author.opens("/items/new")
        author.types("Title", "Lancashire Place governance options appraisal").ticks("kind", "options-appraisal")
        author.presses("Continue").picks("Which organisation is it for?", "Lancashire County Council")
        author.presses("Continue").chooses(
            "Options appraisal – by way of Interim Lancashire Place Partnership, "
            "Lancashire Health and Wellbeing Board, Cabinet and Integrated Care Board Executives"
        )
        author.presses("Continue")
        author.ticks("part", "I").presses("Continue")
        author.ticks("key_decision", "yes").ticks("where", "none")
        author.dates("When does it have to be decided?", "2023-10-31").presses("Continue")
        author.types("Recommendation 1", "Endorse the options appraisal").presses("Add another recommendation")
        author.types("Recommendation 2", "Agree the preferred option").presses("Continue")
        author.reads("Check your answers", "When it could be done", "5 October 2023")
        author.presses("Create the draft")
        return author.at.split("/items/")[1].split("?")[0]


def attaches_the_report(town: Town, item: str) -> None:
    with town.desk(AUTHOR, shot="report") as author:
        author.opens(f"/items/{item}/reports").follows("/reports/new").presses("Continue")
        author.attaches("Add files", "options-appraisal.docx", docx("The options"))
        author.ticks("part", "I").presses("Continue")
        author.reads("options-appraisal.docx")
        author.page.locator("main form").first.get_by_role("button").first.click()


def adds_a_meeting(town: Town) -> None:
    """The Partnership will meet once more, to hear the costs."""
    with town.desk(PLACE, shot="meeting-added") as secretary:
        secretary.opens("/forums/lancashire-place-partnership").follows("/meetings/new")
        secretary.dates("Which day?", "2023-08-29")
        secretary.page.locator("main form").first.get_by_role("button").first.click()
        secretary.page.get_by_role("button", name="Add the meeting").click()


def corrects(town: Town, item: str) -> None:
    """The minutes say “endorsed”: what was recorded in haste is put right, and stays visible."""
    reason = "The minutes say endorsed; the wrong line was chosen."
    town.records(HWB, item, "hwb", "endorsed", "2023-09-05", by="correct", reason=reason)
    with town.desk(AUTHOR) as author:
        author.opens(f"/items/{item}/history").reads(reason)


def clears(town: Town, item: str, person: str, area: str) -> None:
    """A clearer comes from their own work, reads the version and clears it."""
    with town.desk(person, shot=f"cleared-{area}") as clearer:
        clearer.opens("/work").follows(f"/items/{item}")
        if "/acts/" not in clearer.at:
            clearer.follows("/steps/cabinet/acts/clear")
        clearer.reads("Version").ticks("cleared", "yes").presses("Send the answer")


def decides_in_cabinet(town: Town, item: str) -> None:
    """The secretary has been away from the desk: the password is asked for before the decision is recorded."""
    with town.desk(CABINET, shot="recorded-cabinet") as secretary:
        secretary.opens(f"/items/{item}").follows("/steps/cabinet/record")
        secretary.ticks("outcome", "agreed").dates("When was it resolved?", "2023-10-05")
        secretary.dates("When was the decision published?", "2023-10-05")
        secretary.presses("Continue").reads("Check your answers")
        town.at("2023-10-05 16:45")
        secretary.presses("Record the outcome").reads("Enter your password again")
        secretary.expected = 422
        secretary.types("Password", "not the right one").presses("Continue").reads("That is not your password")
        secretary.types("Password", PASSWORD).presses("Continue")
        secretary.reads("11 October 2023")
