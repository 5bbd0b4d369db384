"""What a plan makes of exceptions and urgency, and what can be done about a clock that is broken or at risk."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.casebook import codes, day, passed, plan
from tests.unit.clocked import cabinet_step, ways, world


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({}, True),
        ({"special_urgency_on": date(2023, 9, 20)}, False),
        ({"special_urgency_on": date(2023, 9, 6)}, True),  # notice could still be given that day
        ({"general_exception_on": date(2023, 9, 27)}, False),
        ({"general_exception_on": date(2023, 9, 28)}, True),
        ({"notice_given": date(2023, 9, 20), "special_urgency_on": date(2023, 9, 20)}, False),
    ],
)
def test_with_an_exception_or_urgency_a_missed_notice_is_no_problem(facts: dict[str, Any], problem: bool) -> None:
    made = plan(cabinet_step("2023-10-05", papers="on-agenda", **facts), world("2023-10-05"), "2023-09-28")
    assert codes(made) == (["notice-too-late"] if problem else [])
    assert (made.late, made.step("cabinet").notice_by) == (problem, day("2023-09-06"))


@pytest.mark.parametrize(
    ("facts", "meets"),
    [
        ({}, "2023-11-02"),
        ({"special_urgency_on": date(2023, 9, 20)}, "2023-10-05"),
        ({"general_exception_on": date(2023, 9, 27)}, "2023-10-05"),
        ({"general_exception_on": date(2023, 9, 28)}, "2023-11-02"),
    ],
)
def test_with_one_the_next_meeting_suits(facts: dict[str, Any], meets: str) -> None:
    case = cabinet_step("2023-10-05", meeting=None, papers="submitted", **facts)
    assert plan(case, world("2023-10-05", "2023-11-02"), "2023-09-28").step("cabinet").meeting == day(meets)


@pytest.mark.parametrize(("urgent_on", "problem"), [(None, True), ("2023-10-04", False)])
def test_an_urgent_item_need_not_have_been_on_the_agenda(urgent_on: str | None, problem: bool) -> None:
    facts = {"papers": "submitted", "urgent_item_on": day(urgent_on) if urgent_on else None}
    made = plan(cabinet_step("2023-10-05", {"key_decision": False}, **facts), world("2023-10-05"), "2023-10-04")
    assert (codes(made), made.late) == ((["agenda-day-passed"], True) if problem else ([], False))


def test_the_ways_out_of_a_missed_notice() -> None:
    case, around = cabinet_step("2023-10-05"), world("2023-10-05", "2023-11-02")
    found = ways(case, around, "2023-09-20", "key-decision-notice")
    assert list(found) == ["general-exception", "special-urgency", "later-meeting"]
    exception = found["general-exception"]
    assert (exception.possible, exception.earliest, exception.act) == (True, day("2023-09-28"), "exception")
    assert "chair of scrutiny" in exception.consequence
    assert "may be decided from 28 September 2023 on" in exception.consequence
    later = found["later-meeting"]
    assert (later.earliest, later.finish, later.meeting) == (day("2023-11-02"), day("2023-11-08"), "cabinet-2023-11-02")
    assert later.consequence == (
        "Cabinet meets on 2 November 2023, and all could be done in time for that: notice by 4 October 2023, report by "
        "20 October 2023, agenda by 25 October 2023. The item is then done on 8 November 2023 instead of "
        "11 October 2023."
    )  # fmt: skip


def test_what_is_not_possible_any_more_says_why() -> None:
    found = ways(cabinet_step("2023-10-05"), world("2023-10-05"), "2023-09-28", "key-decision-notice")
    assert not found["general-exception"].possible
    assert "not be over by 5 October 2023: it allows a decision from 6 October 2023" in (
        found["general-exception"].why_not or ""
    )
    assert found["special-urgency"].possible
    assert "No later meeting of Cabinet is known" in (found["later-meeting"].why_not or "")


def test_once_decided_there_is_only_what_was_used_to_record() -> None:
    case = cabinet_step("2023-10-05", **passed("agreed", "2023-10-05"))
    found = ways(case, world("2023-10-05", "2023-11-02"), "2023-10-20", "key-decision-notice")
    assert [way.act for way in found.values()] == ["notice", "exception", "urgency"]


@pytest.mark.parametrize(
    ("kind", "on", "item", "expected"),
    [
        (
            "private-meeting-notice",
            "2023-09-20",
            {"part": "II"},
            ["private-urgency", "hold-in-public", "later-meeting"],
        ),
        ("agenda", "2023-10-02", {}, ["urgent-item", "later-meeting"]),
        ("report", "2023-10-02", {}, ["do-it-now", "later-meeting"]),
    ],
)
def test_the_ways_out_of_what_else_was_missed(kind: str, on: str, item: dict[str, Any], expected: list[str]) -> None:
    assert list(ways(cabinet_step("2023-10-05", item), world("2023-10-05", "2023-11-02"), on, kind)) == expected


@pytest.mark.parametrize("kind", ["decision-published", "minutes", "documents-to-members"])
def test_what_follows_a_decision_is_done_now(kind: str) -> None:
    facts = passed("agreed", "2023-10-05", submitted_on=day("2023-09-01"))
    found = ways(cabinet_step("2023-10-05", {"part": "II"}, **facts), world("2023-10-05"), "2023-11-20", kind)
    assert list(found) == ["do-it-now"]


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("decision-published", {"published_on": date(2023, 10, 20)}),
        ("documents-to-members", {"documents_given_on": date(2023, 10, 20)}),
        ("minutes", {"minuted": True}),
    ],
)
def test_nobody_is_told_to_do_again_what_was_done_late(kind: str, facts: dict[str, Any]) -> None:
    late = passed("agreed", "2023-10-05", submitted_on=day("2023-09-01"), **facts)
    assert ways(cabinet_step("2023-10-05", {"part": "II"}, **late), world("2023-10-05"), "2023-11-20", kind) == {}


def test_a_report_that_came_late_need_not_be_submitted_again() -> None:
    late = cabinet_step("2023-10-05", papers="submitted", submitted_on=day("2023-09-29"))
    assert list(ways(late, world("2023-10-05", "2023-11-02"), "2023-10-02", "report")) == ["later-meeting"]


def test_the_general_exception_is_offered_for_the_next_meeting_although_no_plan_can_name_one() -> None:
    case, around = cabinet_step("2023-10-05", meeting=None), world("2023-10-05")
    made = plan(case, around, "2023-09-20")
    assert (codes(made), made.step("cabinet").meeting, made.finish) == (["no-meeting"], None, None)
    assert made.problems[0].message == (
        "No known meeting of Cabinet suits: 5 October 2023 is too late for ordinary notice, which had to be given by "
        "6 September 2023: use the general exception by 27 September 2023 or special urgency, or add a later meeting."
    )
    found = ways(case, around, "2023-09-20", "key-decision-notice")
    assert [way.way for way in found.values() if way.possible] == ["general-exception", "special-urgency"]
    assert found["general-exception"].earliest == day("2023-09-28")


@pytest.mark.parametrize(
    ("on", "facts", "said"),
    [
        ("2023-09-28", {"papers": "submitted"}, "6 September 2023: use special urgency, or add a later meeting."),
        (
            "2023-09-25",
            {},
            "5 October 2023 is too late for ordinary notice, which had to be given by 6 September 2023 and for the "
            "report, which had to be submitted by 22 September 2023: use the general exception by 27 September 2023 or "
            "special urgency, or add a later meeting.",
        ),
        (
            "2023-09-25",
            {"notice_given": date(2023, 9, 6)},
            "5 October 2023 is too late for the report, which had to be submitted by 22 September 2023: put it on that "
            "meeting if the report is still accepted, or add a later meeting.",
        ),
        ("2023-09-25", {"not_before": date(2023, 12, 1)}, "each is too early"),
    ],
)
def test_for_what_the_next_meeting_is_too_late(on: str, facts: dict[str, Any], said: str) -> None:
    made = plan(cabinet_step("2023-10-05", meeting=None, **facts), world("2023-10-05"), on)
    assert codes(made) == ["no-meeting"]
    assert said in made.problems[0].message


def test_what_is_in_order_needs_no_way_out() -> None:
    assert ways(cabinet_step("2023-10-05"), world("2023-10-05"), "2023-08-01", "key-decision-notice") == {}
