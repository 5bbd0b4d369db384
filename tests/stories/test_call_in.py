"""Call-in: a decision of the executive made and not yet acted on."""

from __future__ import annotations

from datetime import date

import pytest

from tests.builders import case
from tests.office import Office
from workflow.errors import Refused

STAGES = """\
- {id: cabinet, forum: cabinet, ask: agree, decisive: true}
- {id: informed, forum: hwb, ask: receive}
"""


@pytest.fixture
def decided(office: Office) -> Office:
    """Cabinet agreed on Thursday 12 October 2023; its decision is effective on Wednesday 18 October."""
    office.load(case(stages=STAGES))
    office.clock.to("2023-12-01 09:00")
    office.clerk.records("plan", "cabinet", "agreed", on="2023-10-12")
    return office


def test_a_call_in_suspends_and_upholding_makes_it_effective_that_day(decided: Office) -> None:
    decided.clerk.does("call-in", item="plan", step="cabinet", on="2023-10-17", reason="Five members ask")
    assert decided.states("plan") == {"cabinet": "called-in", "informed": "waiting"}
    assert decided.plan("plan").finish is None
    assert decided.item("plan")["waiting_for"] == ["Cabinet to uphold or reconsider the called-in decision"]
    decided.clerk.does("uphold", item="plan", step="cabinet", on="2023-10-30")
    assert decided.states("plan")["cabinet"] == "passed"
    assert decided.plan("plan").step("cabinet").effective == date(2023, 10, 30)
    assert decided.verify().ok


def test_the_outcome_of_a_reconsideration_has_no_second_window(decided: Office) -> None:
    decided.clerk.does("call-in", item="plan", step="cabinet", on="2023-10-17")
    decided.clerk.does("reconsider", item="plan", step="cabinet", on="2023-10-20")
    assert decided.step("plan", "cabinet")["round"] == 2
    decided.clerk.records("plan", "cabinet", "agreed", on="2023-11-09")
    assert decided.plan("plan").step("cabinet").effective == date(2023, 11, 9)
    with pytest.raises(Refused, match="cannot be called in twice"):
        decided.clerk.does("call-in", item="plan", step="cabinet", on="2023-11-10")
    assert decided.verify().ok


def test_a_call_in_after_the_window_is_refused(decided: Office) -> None:
    with pytest.raises(Refused, match="window of Cabinet has closed: its decision is effective since 18 October 2023"):
        decided.clerk.does("call-in", item="plan", step="cabinet", on="2023-10-18")


def test_what_rests_on_a_suspended_decision_is_named(decided: Office) -> None:
    decided.clerk.records("plan", "informed", "received", on="2023-11-14")
    assert decided.item("plan")["state"] == "complete"
    decided.clerk.does("call-in", item="plan", step="cabinet", on="2023-10-16")
    assert decided.item("plan")["state"] == "in-progress", "a call-in entered late reopens the item"
    assert ("rests-on-suspended", "informed") in decided.problems("plan")


def test_what_cannot_be_called_in(desk: Office) -> None:
    desk.load(case(stages=STAGES))
    desk.clock.to("2023-12-01 09:00")
    with pytest.raises(Refused, match="no decision that could be called in"):
        desk.operator.does("call-in", item="plan", step="cabinet", on="2023-10-12")
    desk.operator.records("plan", "cabinet", "agreed", on="2023-10-12", call_in_waived="The grant ends tomorrow")
    with pytest.raises(Refused, match="waived call-in"):
        desk.operator.does("call-in", item="plan", step="cabinet", on="2023-10-12")
    desk.operator.records("plan", "informed", "received", on="2023-11-14")
    with pytest.raises(Refused, match="know no call-in"):
        desk.operator.does("call-in", item="plan", step="informed", on="2023-11-14")
    with pytest.raises(Refused, match="not called in"):
        desk.operator.does("uphold", item="plan", step="cabinet")


def test_a_correction_keeps_a_call_in_that_still_makes_sense(decided: Office) -> None:
    decided.clerk.does("call-in", item="plan", step="cabinet", on="2023-10-16")
    decided.clerk.corrects("plan", "cabinet", "approved", "The word was approved")
    assert decided.states("plan")["cabinet"] == "called-in"
    decided.clerk.corrects("plan", "cabinet", "noted", "It was only noted")
    assert decided.states("plan")["cabinet"] == "fell-short"


def test_what_rested_on_a_decision_that_is_reconsidered(decided: Office) -> None:
    decided.clerk.records("plan", "informed", "received", on="2023-10-13")
    decided.clerk.does("call-in", item="plan", step="cabinet", on="2023-10-16")
    decided.clerk.does("reconsider", item="plan", step="cabinet", on="2023-10-20")
    assert ("rests-on-suspended", "informed") in decided.problems("plan")
    decided.clerk.records("plan", "cabinet", "agreed", on="2023-11-09")
    assert decided.problems("plan") == set()
    assert decided.item("plan")["state"] == "complete"


def test_a_reconsideration_that_is_deferred_still_has_no_second_window(decided: Office) -> None:
    decided.clerk.does("call-in", item="plan", step="cabinet", on="2023-10-16")
    decided.clerk.does("reconsider", item="plan", step="cabinet", on="2023-10-20")
    decided.clerk.records("plan", "cabinet", "deferred", on="2023-11-09")
    decided.clock.to("2023-12-20 09:00")
    decided.clerk.records("plan", "cabinet", "agreed", on="2023-12-14")
    assert decided.plan("plan").step("cabinet").effective == date(2023, 12, 14)
