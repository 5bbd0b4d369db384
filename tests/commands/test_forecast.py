"""The forecast of one item, as text and as JSON."""

from __future__ import annotations

from tests.commands.conftest import Desk

APPRAISAL = "options-appraisal-2023"


def test_forecast_in_json_has_the_keys_that_scripts_rely_on(lancashire: Desk) -> None:
    found = lancashire.sees("forecast", APPRAISAL, "--on", "2023-07-18", "--runs", "500")
    assert (found["item"], found["on"], found["runs"]) == (APPRAISAL, "2023-07-18", 500)
    assert (found["finish"], found["p50"], found["target"]) == ("2023-10-11", "2023-10-11", "2023-10-31")
    assert found["p50"] <= found["p90"]
    assert 0 < found["chance_of_target"] < 1
    assert 0 <= found["unfinished"] < 0.05
    assert found["spread"][0]["forum"] == "lcc-cabinet"
    assert abs(sum(one["share"] for one in found["spread"]) - 1) < 0.01
    deferred = next(r for r in found["rates"] if (r["forum"], r["what"]) == ("lcc-cabinet", "deferred"))
    assert deferred == {
        "forum": "lcc-cabinet", "what": "deferred", "seen": 0, "of": 2, "rate": 0.0714,
        "prior": "1 in 12, counted as 12 decisions",
    }  # fmt: skip


def test_forecast_says_the_same_each_time_and_otherwise_with_another_seed(lancashire: Desk) -> None:
    said = ("forecast", APPRAISAL, "--on", "2023-07-18", "--runs", "300")
    first = lancashire.sees(*said)
    assert first == lancashire.sees(*said)
    assert first == lancashire.sees(*said, "--seed", str(first["seed"]))
    assert lancashire.sees(*said, "--seed", "1")["chance_of_target"] != first["chance_of_target"]


def test_forecast_in_words(lancashire: Desk) -> None:
    said = " ".join(lancashire.does("forecast", APPRAISAL, "--on", "2023-07-18", "--runs", "2000").split())
    assert "The plan says 11 October 2023. Half of 2,000 simulated courses are done by 11 October 2023, nine in" in said
    assert "Cabinet of Lancashire County Council adds most to the uncertainty." in said
    assert "The target of 31 October 2023 is met by about 6" in said
    assert "No meeting of Lancashire Health and Wellbeing Board is known after 5 September 2023; from then on" in said
    assert "it is taken to meet every month." in said
    assert "1 in 40, counted as 40 decisions" in said


def test_forecast_of_what_has_ended_or_has_no_date_says_so(lancashire: Desk) -> None:
    deal = "place-integration-deal-2023"
    lancashire.does("record", deal, "hwb", "endorsed", "--on", "2023-07-18")
    ended = lancashire.does("forecast", deal, "--on", "2023-07-19")
    heading = f"Place Integration Deal ({deal}), as of 19 July 2023: complete\n"
    assert ended == heading + "It has been done since 5 July 2023.\n"
    assert "no date" in lancashire.does("forecast", "west-lancashire-mou-2019", "--on", "2023-07-18")
    lancashire.does("withdraw", APPRAISAL, "--by", "head-of-place", "--on", "2023-07-18", "--reason", "No money.")
    assert "It will not be done." in lancashire.does("forecast", APPRAISAL, "--on", "2023-07-18")
    assert "certain" not in lancashire.does("forecast", APPRAISAL, "--on", "2023-07-18")


def test_forecast_refuses_what_it_cannot_use(lancashire: Desk) -> None:
    assert "There is no item nothing" in lancashire.is_refused("forecast", "nothing")
    lancashire.is_refused("forecast", APPRAISAL, "--runs", "0", status=2)
    lancashire.is_refused("forecast", APPRAISAL, "--seed", "x", status=2)
