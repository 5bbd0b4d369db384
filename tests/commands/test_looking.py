"""Looking: where, plan, history, verify and routes, in tables for people and JSON for scripts."""

from __future__ import annotations

import json
import os
import re
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tests.commands.conftest import Desk

APPRAISAL = "options-appraisal-2023"
MEMORANDUM = "west-lancashire-mou-2019"
DAY = (str, type(None))
Shape = dict[str, type | tuple[type, ...]]

WHERE: Shape = {
    "item": str, "title": str, "type": str, "state": str, "owner": str, "organisation": str, "finish": DAY,
    "target": DAY, "late": bool, "now": list, "waiting_for": list, "steps": list,
}  # fmt: skip
WHERE_STEP: Shape = {
    "step": str, "forum": DAY, "ask": DAY, "state": str, "round": int, "meeting": DAY, "meeting_id": DAY, "time": DAY,
    "outcome": DAY, "outcome_on": DAY,
}  # fmt: skip
PLAN: Shape = {"item": str, "on": str, "finish": DAY, "target": DAY, "late": bool, "problems": list, "steps": list}
PLAN_STEP: Shape = {
    "step": str, "forum": DAY, "ask": DAY, "state": str, "basis": str, "meeting": DAY, "time": DAY, "notice_by": DAY,
    "report_due": DAY, "agenda_by": DAY, "effective": DAY, "critical": bool,
}  # fmt: skip
PROBLEM: Shape = {"code": str, "severity": str, "step": DAY, "message": str}
EVENT: Shape = {
    "seq": int, "at": str, "date": DAY, "actor": str, "on_behalf_of": DAY, "kind": str, "step": DAY, "data": dict,
    "hash": str,
}  # fmt: skip


def test_where_in_json_has_the_keys_that_scripts_rely_on(lancashire: Desk) -> None:
    rows = lancashire.sees("where", "--on", "2023-07-18")
    assert {row["item"] for row in rows} == {APPRAISAL, MEMORANDUM, "place-integration-deal-2023"}
    for row in rows:
        _has(row, WHERE)
        for step in row["steps"]:
            _has(step, WHERE_STEP)
    appraisal = next(row for row in rows if row["item"] == APPRAISAL)
    assert appraisal["now"] == ["place-partnership"]
    assert all(isinstance(sentence, str) for sentence in appraisal["waiting_for"])
    assert (appraisal["finish"], appraisal["late"]) == ("2023-10-11", False)


def test_plan_in_json_has_the_keys_that_scripts_rely_on(lancashire: Desk) -> None:
    plan = lancashire.sees("plan", APPRAISAL, "--on", "2023-07-18")
    _has(plan, PLAN)
    for step in plan["steps"]:
        _has(step, PLAN_STEP)
    for problem in plan["problems"]:
        _has(problem, PROBLEM)
        assert problem["severity"] in ("error", "warning")
    assert {"notice-slack", "decides-inside-call-in"} <= {problem["code"] for problem in plan["problems"]}
    cabinet = next(step for step in plan["steps"] if step["step"] == "cabinet")
    assert (cabinet["meeting"], cabinet["time"], cabinet["basis"]) == ("2023-10-05", "14:00", "calendar")


def test_where_and_plan_name_the_same_day_for_every_step(lancashire: Desk) -> None:
    row = lancashire.sees("where", APPRAISAL, "--on", "2023-07-18")[0]
    plan = lancashire.sees("plan", APPRAISAL, "--on", "2023-07-18")
    assert {step["step"]: step["meeting"] for step in row["steps"]} == {
        step["step"]: step["meeting"] for step in plan["steps"]
    }


def test_history_in_json_is_a_chain_with_moments_in_utc(lancashire: Desk) -> None:
    events = lancashire.sees("history", MEMORANDUM)
    for event in events:
        _has(event, EVENT)
        assert datetime.fromisoformat(event["at"]).utcoffset() is not None
        assert re.fullmatch("[0-9a-f]{64}", event["hash"])
    assert [event["seq"] for event in events] == [1, 2, 3]
    assert [event["on_behalf_of"] for event in events] == [None, "partnership-secretary", "cabinet-secretary"]
    assert events[1]["date"] == "2019-11-05"


def test_history_in_words(lancashire: Desk) -> None:
    lancashire.does(
        "correct", MEMORANDUM, "executive", "endorsed", "--reason", "The minutes say so", "--on", "2019-11-05"
    )
    told = " ".join(lancashire.does("history", MEMORANDUM).split())
    for words in (
        "Created: West Lancashire",
        "Recorded “approved”: The refreshed",
        "(corrected later)",
        "Corrected to “endorsed”",
        "Partnership secretary",
        "5 Nov 2019",
    ):
        assert words in told


def test_verify_in_json_and_in_words(lancashire: Desk) -> None:
    verdict = lancashire.sees("verify")
    _has(verdict, {"ok": bool, "chains": int, "events": int, "faults": list})
    assert verdict["ok"] and verdict["faults"] == []
    assert lancashire.sees("verify", MEMORANDUM)["chains"] == 1
    assert re.fullmatch(
        r"\d+ chains with \d+ events hold, and every row follows from them.\n", lancashire.does("verify")
    )


def test_tables_say_it_with_names_and_days_as_people_write_them(lancashire: Desk) -> None:
    where = lancashire.does("where", "--on", "2023-07-18")
    assert "Lancashire Place governance" in where
    assert "Interim Lancashire Place" in where
    assert "11 Oct 2023" in where
    plan = lancashire.does("plan", APPRAISAL, "--on", "2023-07-18")
    assert "Done by 11 October 2023, wanted by 31 October 2023." in plan
    assert "[decides-inside-call-in]" in plan


def test_only_items_of_a_forum_or_of_an_owner(lancashire: Desk) -> None:
    of_forum = lancashire.sees("where", "--forum", "wlp-executive")
    assert [row["item"] for row in of_forum] == [MEMORANDUM]
    of_owner = lancashire.sees("where", "--owner", "head-of-place")
    assert [row["item"] for row in of_owner] == [APPRAISAL]
    assert lancashire.is_refused("where", "--forum", "parliament") == "There is no forum parliament."
    assert lancashire.is_refused("where", "--owner", "nobody") == "There is no person nobody."


def test_what_was_recorded_later_can_be_left_out(lancashire: Desk) -> None:
    assert lancashire.sees("where", "--known-at", "2019-01-01T00:00") == []
    assert "There is no item" in lancashire.is_refused("plan", APPRAISAL, "--known-at", "2019-01-01T00:00")
    assert "There is no item" in lancashire.is_refused("history", APPRAISAL, "--known-at", "2019-01-01T00:00")
    assert len(lancashire.sees("history", MEMORANDUM, "--known-at", "2099-01-01T00:00Z")) == 3


def test_what_if_a_step_slips(lancashire: Desk) -> None:
    plan = lancashire.sees(
        "plan", APPRAISAL, "--on", "2023-07-18", "--if", "cabinet=2023-11-02", "--if", "hwb=2023-09-19"
    )
    days = {step["step"]: step["meeting"] for step in plan["steps"]}
    assert (days["cabinet"], days["hwb"]) == ("2023-11-02", "2023-09-19")
    assert plan["late"] and "target-missed" in {problem["code"] for problem in plan["problems"]}
    assert lancashire.sees("plan", APPRAISAL, "--on", "2023-07-18")["finish"] == "2023-10-11"  # nothing was kept


@pytest.mark.parametrize(
    "slip", ["cabinet", "cabinet=", "=2023-11-02", "cabinet=2023-02-30", "cabinet=tomorrow", "cabinet=02/11/2023"]
)
def test_a_malformed_slip_is_wrong_usage(lancashire: Desk, slip: str) -> None:
    lancashire.is_refused("plan", APPRAISAL, "--if", slip, status=2)


def test_a_slip_of_a_step_that_is_not_there(lancashire: Desk) -> None:
    assert "parliament" in lancashire.is_refused("plan", APPRAISAL, "--if", "parliament=2023-11-02")


def test_an_empty_installation_has_nothing_to_show(desk: Desk) -> None:
    assert desk.does("where") == "No items.\n"
    assert desk.sees("where") == []
    assert desk.sees("verify")["ok"]


def test_routes_are_listed_and_drawn(lancashire: Desk) -> None:
    listed = lancashire.sees("routes", "list")
    assert {"standard-budget", "options-appraisal", "memorandum-of-understanding"} <= {r["route"] for r in listed}
    pinned = next(r for r in listed if r["route"] == "options-appraisal")
    name = f"options-appraisal@{pinned['version'][:8]}"
    assert json.loads(lancashire.does("routes", "show", name, "--format", "json"))["route"] == "options-appraisal"
    for form in ("text", "mermaid", "svg"):
        assert "place-partnership" in lancashire.does("routes", "show", "options-appraisal", "--format", form), form
    assert "There is no route" in lancashire.is_refused("routes", "show", "no-such-route")


def _has(told: dict[str, Any], shape: Shape) -> None:
    """Every key that the contract names is there with its type; more may stand beside them."""
    for key, kind in shape.items():
        assert key in told, key
        assert isinstance(told[key], kind), (key, told[key])
        if kind is DAY and told[key] is not None and key in ("finish", "target", "meeting", "outcome_on", "effective"):
            date.fromisoformat(told[key])


def test_a_narrow_terminal_gets_the_plan_step_by_step(lancashire: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    heard = lancashire.types("plan", APPRAISAL, "--on", "2023-07-18")
    assert heard.status == 0
    assert "* Cabinet of Lancashire County Council, asked to agree: waiting" in heard.out
    assert "5 Oct 2023 14:00 (calendar); notice by 6 Sep 2023" in heard.out
    assert max(len(line) for line in heard.out.splitlines()) <= 80


def test_verify_names_what_was_altered_even_where_nothing_else_works_any_more(lancashire: Desk) -> None:
    engine = create_engine(os.environ["DECISION_ROUTES_DATABASE_URL"])
    with engine.begin() as db:
        if engine.dialect.name == "sqlite":
            db.execute(text("PRAGMA foreign_keys=OFF"))
        db.execute(text("UPDATE installation SET clock_reads = 'x'"))
        db.execute(text("UPDATE organisations SET rules = 'nobody'"))
    engine.dispose()
    heard = lancashire.types("verify", "--json")
    assert heard.status == 1
    faults = json.loads(heard.out)["faults"]
    assert {fault["subject"] for fault in faults} == {"installation"}


def test_plan_backwards_in_json_is_a_plan_of_last_safe_dates_with_what_stands_against_it(lancashire: Desk) -> None:
    found = lancashire.sees("plan", APPRAISAL, "--on", "2023-07-18", "--target", "2023-10-10")
    _has(found, PLAN | {"possible": bool, "nearest": DAY, "target_step": DAY, "clashes": list})
    assert (found["possible"], found["target"], found["nearest"]) == (False, "2023-10-10", "2023-10-11")
    assert [(clash["code"], clash["step"]) for clash in found["clashes"]] == [("takes-effect-later", "cabinet")]
    for step in found["steps"]:
        _has(step, PLAN_STEP | {"planned": DAY, "clear_by": DAY, "slack": (int, type(None))})
    cabinet = next(step for step in found["steps"] if step["step"] == "cabinet")
    assert (cabinet["notice_by"], cabinet["clear_by"], cabinet["slack"]) == ("2023-09-06", "2023-09-27", 0)


def test_plan_backwards_from_one_step_says_by_when_the_first_report_is_needed(lancashire: Desk) -> None:
    asked = ("plan", APPRAISAL, "--on", "2023-07-18", "--target", "icb-executives=2023-10-10")
    found = lancashire.sees(*asked)
    assert (found["possible"], found["target_step"]) == (True, "icb-executives")
    first = next(step for step in found["steps"] if step["step"] == "place-partnership")
    assert first["report_due"] == "2023-08-10"
    told = lancashire.does(*asked)
    assert "It can be dealt with by Integrated Care Board Executives by 10 October 2023." in told
    assert "10 Aug 2023" in told


@pytest.mark.parametrize(
    ("target", "status", "sentence"),
    [
        ("2023-10-32", 2, "“2023-10-32” is no date"),
        ("=2023-10-10", 2, "“=2023-10-10” names no step"),
        ("nowhere=2023-10-10", 1, "has no step nowhere; its steps are form-before-function"),
        ("2023-07-01", 1, "1 July 2023 is before 18 July 2023"),
        ("2029-01-01", 1, "Bank holidays are known until 31 December 2028"),
    ],
)
def test_a_target_that_makes_no_sense_is_one_line(lancashire: Desk, target: str, status: int, sentence: str) -> None:
    said = lancashire.is_refused("plan", APPRAISAL, "--on", "2023-07-18", "--target", target, status=status)
    assert sentence in said


def test_forwards_and_backwards_are_not_asked_at_once(lancashire: Desk) -> None:
    asked = ("plan", APPRAISAL, "--target", "2023-10-10", "--if", "cabinet=2023-11-02")
    assert "use one of them at a time" in lancashire.is_refused(*asked, status=2)
