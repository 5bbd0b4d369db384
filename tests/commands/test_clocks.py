"""The clocks of an item on the command line, as a table for people and as JSON for scripts."""

from __future__ import annotations

from tests.commands.conftest import Desk

APPRAISAL = "options-appraisal-2023"
KEYS = {
    "kind", "step", "forum", "state", "due", "starts", "by", "done_on", "rule", "source", "excused_by", "fell_short",
    "because", "done", "as_if_on", "ways_out",
}  # fmt: skip


def test_the_clocks_of_an_item_in_json(lancashire: Desk) -> None:
    clocks = lancashire.sees("clocks", APPRAISAL, "--on", "2023-07-18")
    assert all(set(clock) == KEYS for clock in clocks)
    notice = next(clock for clock in clocks if clock["kind"] == "key-decision-notice")
    assert (notice["step"], notice["state"], notice["due"]) == ("cabinet", "at-risk", "2023-09-06")
    assert "which leaves 1 working day after Lancashire Health and Wellbeing Board" in notice["because"]
    ways = {way["way"]: way for way in notice["ways_out"]}
    assert set(ways) == {"do-it-now", "general-exception", "special-urgency", "later-meeting"}
    assert (ways["general-exception"]["earliest"], ways["later-meeting"]["possible"]) == ("2023-07-26", False)
    assert {clock["kind"] for clock in clocks if clock["ways_out"]} == {"key-decision-notice"}


def test_the_same_for_people(lancashire: Desk) -> None:
    said = lancashire.does("clocks", APPRAISAL, "--on", "2023-07-18")
    assert "Notice of the key decision" in said
    assert "– Ask for special urgency." in said
    assert "– Not possible now: take it to a later meeting." in said


def test_an_item_that_is_not_there(lancashire: Desk) -> None:
    assert "There is no item nowhere" in lancashire.is_refused("clocks", "nowhere")
