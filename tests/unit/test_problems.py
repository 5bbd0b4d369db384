"""What a plan says is wrong: one story for each code, and what is never said of steps that passed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.casebook import (
    LANCASHIRE_MEETINGS,
    a_case,
    a_forum,
    a_meeting,
    a_world,
    called_in,
    check_gate,
    codes,
    consultation_stage,
    day,
    fell_short,
    individual_stage,
    integration_deal,
    item_gate,
    lancashire,
    meeting_stage,
    options_appraisal,
    party_stage,
    passed,
    plan,
    problem,
)
from workflow.facts import Case, OpenCondition, World
from workflow.planner import waiting_sentences

CABINET = a_forum("cabinet", "lcc-executive", "Cabinet")
BOARD = a_forum("board", "lcc-committee", "Board")
PARTNERS = {"lcc": "cabinet", "icb": "icb-board", "wlbc": "wlbc-cabinet"}
ON_5_OCTOBER = {"meeting": "cabinet-2023-10-05"}


def cabinet_meets(*days: str, **facts: Any) -> World:
    return a_world(CABINET, BOARD, meetings=[a_meeting("cabinet", when, **facts) for when in days])


def for_cabinet(key_decision: bool = False, **facts: Any) -> Case:
    return a_case(meeting_stage("cabinet", decisive=True), steps={"cabinet": facts}, key_decision=key_decision)


def board_then_cabinet(**steps: Any) -> Case:
    return a_case(
        meeting_stage("board", ask="endorse"),
        meeting_stage("cabinet", after=("board",), decisive=True),
        steps=steps,
    )


def test_no_meeting_is_said_only_where_the_stages_before_have_dates() -> None:
    found = plan(board_then_cabinet(), cabinet_meets("2023-08-03"), "2023-09-01")
    assert codes(found, "board") == ["no-meeting"]
    assert codes(found, "cabinet") == []
    assert problem(found, "no-meeting").severity == "error"
    assert problem(found, "no-meeting").message == (
        "No meeting of Board is known from 1 September 2023 on. Add its next meeting."
    )


def test_no_meeting_says_when_the_known_ones_do_not_suit() -> None:
    found = plan(for_cabinet(), cabinet_meets("2023-10-05"), "2023-09-27")
    assert "No known meeting of Cabinet suits" in problem(found, "no-meeting").message


@pytest.mark.parametrize(
    ("on", "papers", "expected"),
    [
        ("2023-09-22", "none", []),
        ("2023-09-23", "none", ["report-due-passed"]),
        ("2023-09-23", "submitted", []),
        ("2023-09-28", "none", ["report-due-passed"]),
        ("2023-09-28", "submitted", ["agenda-day-passed"]),
        ("2023-09-28", "on-agenda", []),
        ("2023-09-28", "verbal", []),
    ],
)
def test_a_report_or_an_agenda_that_is_late_for_a_bound_meeting(on: str, papers: str, expected: list[str]) -> None:
    facts = {"verbal": True} if papers == "verbal" else {"papers": papers}
    found = plan(for_cabinet(**ON_5_OCTOBER, **facts), cabinet_meets("2023-10-05"), on)
    assert codes(found) == expected
    assert found.late is bool(expected)


def test_a_late_report_is_named_with_its_day() -> None:
    found = plan(for_cabinet(**ON_5_OCTOBER), cabinet_meets("2023-10-05"), "2023-09-25")
    assert problem(found, "report-due-passed").message == (
        "The report for Cabinet on 5 October 2023 was due on 22 September 2023 and has not been submitted. "
        "Submit it if it is still accepted, or choose a later meeting."
    )


@pytest.mark.parametrize(
    ("on", "given", "expected", "late"),
    [
        ("2023-09-06", None, [], False),
        ("2023-09-07", None, ["notice-too-late"], True),
        ("2023-09-07", "2023-09-06", [], False),
        ("2023-09-08", "2023-09-07", ["notice-too-late"], False),
    ],
)
def test_notice_of_a_key_decision_that_is_too_late(on: str, given: str | None, expected: list[str], late: bool) -> None:
    facts = {**ON_5_OCTOBER, "notice_given": day(given) if given else None}
    found = plan(for_cabinet(key_decision=True, **facts), cabinet_meets("2023-10-05"), on)
    assert codes(found) == expected
    assert found.late is late


@pytest.mark.parametrize(
    "facts",
    [
        {"not_before": date(2023, 10, 6)},
        {"not_before_meeting": "cabinet-2023-11-02"},
        {"round": 2, "earlier_round_on": date(2023, 10, 5)},
    ],
)
def test_a_bound_meeting_before_the_deferral_ends_is_out_of_order(facts: dict[str, Any]) -> None:
    found = plan(for_cabinet(**ON_5_OCTOBER, **facts), cabinet_meets("2023-10-05", "2023-11-02"), "2023-09-01")
    assert codes(found) == ["out-of-order"]


def test_a_bound_meeting_that_is_not_after_the_one_before_it_is_out_of_order() -> None:
    world = a_world(
        CABINET,
        BOARD,
        meetings=[a_meeting("board", "2023-10-05", "14:00"), a_meeting("cabinet", "2023-10-05")],
    )
    found = plan(board_then_cabinet(cabinet=ON_5_OCTOBER), world, "2023-09-01")
    assert problem(found, "out-of-order").step == "cabinet"
    assert problem(found, "out-of-order").message == (
        "Cabinet is down for 5 October 2023, not after Board on 5 October 2023. Choose a later meeting."
    )


@pytest.mark.parametrize(
    ("board", "expected"),
    [
        (passed("endorsed", "2023-10-04"), []),
        (passed("endorsed", "2023-10-05"), []),  # the same day: nobody says which was first
        (passed("endorsed", "2023-10-12"), ["out-of-order"]),
        ({}, ["out-of-order"]),
        (fell_short("noted", "2023-09-05"), ["out-of-order"]),
    ],
)
def test_a_forum_that_decided_before_the_one_before_it_was_out_of_order(
    board: dict[str, Any], expected: list[str]
) -> None:
    case = board_then_cabinet(board=board, cabinet=passed("agreed", "2023-10-05"))
    assert codes(plan(case, cabinet_meets(), "2023-10-20"), "cabinet") == expected


def test_a_stage_between_a_referral_and_its_target_was_in_order() -> None:
    def case(**partnership: Any) -> Case:
        return options_appraisal(
            {
                "place-partnership": {"round": 2, "earlier_round_on": day("2023-08-21"), **partnership},
                "hwb": passed("endorsed", "2023-09-05"),
                "cabinet": {
                    "round": 2,
                    "also_after": "place-partnership",
                    "earlier_round_on": day("2023-10-05"),
                },
            },
            key_decision=False,
        )

    assert codes(plan(case(), lancashire(), "2023-10-06"), "hwb") == []
    answered = case(**passed("endorsed", "2023-10-09"))
    assert codes(plan(answered, lancashire(), "2023-10-10"), "hwb") == []
    too_soon = case(earlier_round_on=day("2023-09-12"))
    assert codes(plan(too_soon, lancashire(), "2023-10-06"), "hwb") == ["out-of-order"]


def test_an_ask_beyond_the_powers_of_a_forum() -> None:
    case = a_case(meeting_stage("partnership", ask="agree", decisive=True))
    world = a_world(
        a_forum("partnership", name="Partnership", form="consultative"),
        meetings=[a_meeting("partnership", "2023-10-05")],
    )
    found = plan(case, world, "2023-09-01")
    assert problem(found, "beyond-powers").message.startswith("Partnership can only advise; to agree is beyond")


def test_a_closed_gate_says_what_it_waits_for() -> None:
    check = a_case(check_gate("ready", "Readiness assessed"), meeting_stage("cabinet", after=("ready",)))
    found = plan(check, cabinet_meets("2023-10-05"), "2023-09-01")
    assert problem(found, "gate-closed").message == (
        "The check “Readiness assessed” has not been made, so nothing behind it has a date. It is for the lead "
        "to make it."
    )
    deal = integration_deal(icb_board={"decision": "open", "outcome": None, "outcome_on": None})
    found = plan(options_appraisal(), lancashire(deal), "2023-07-18")
    assert "Place Integration Deal has to be decided by Integrated Care Board first" in (
        problem(found, "gate-closed").message
    )
    unknown = a_case(item_gate("gate", "$deal", "board"), meeting_stage("cabinet", after=("gate",)),
                     bindings={"deal": "lost-item"})  # fmt: skip
    assert "lost-item" in problem(plan(unknown, cabinet_meets(), "2023-09-01"), "gate-closed").message
    by_id = a_case(item_gate("gate", "deal", "board"), meeting_stage("cabinet", after=("gate",)),
                   bindings={"deal": "another-item"})  # fmt: skip
    said = problem(plan(by_id, cabinet_meets(), "2023-09-01"), "gate-closed").message
    assert said.startswith("deal has to be"), "an id is no $name"


def test_outcomes_after_a_called_in_decision_rest_on_it() -> None:
    case = a_case(
        meeting_stage("cabinet"),
        individual_stage("director", "director", after=("cabinet",)),
        meeting_stage("board", ask="note", after=("director",), decisive=True),
        steps={
            "cabinet": called_in("agreed", "2023-10-05"),
            "director": passed("decided", "2023-10-06"),
            "board": passed("noted", "2023-10-10"),
        },
    )
    world = a_world(CABINET, BOARD, a_forum("director"))
    found = plan(case, world, "2023-10-11")
    assert codes(found) == ["rests-on-suspended", "rests-on-suspended"]
    assert "rests on Cabinet, which has been called in" in found.problems[1].message
    assert waiting_sentences(case, world, found) == ["Cabinet to uphold or reconsider the called-in decision"]


def test_what_passed_behind_a_gate_rests_on_the_called_in_decision_that_opened_it() -> None:
    deal = integration_deal(icb_board=called_in("decided", "2023-07-05"))
    case = options_appraisal({"place-partnership": passed("endorsed", "2023-07-10")})
    found = plan(case, lancashire(deal), "2023-07-18")
    assert codes(found, "place-partnership") == ["rests-on-suspended"]


def test_partners_must_pass_the_same_version() -> None:
    case = a_case(
        party_stage("partners", decisive=True),
        parties=PARTNERS,
        steps={
            "partners:lcc": passed("approved", "2023-10-05", version=1),
            "partners:icb": passed("approved", "2023-10-10", version=2),
        },
    )
    found = plan(case, cabinet_meets(), "2023-10-11")
    assert problem(found, "version-differs").step == "partners:lcc"
    assert problem(found, "version-differs").message == (
        "Cabinet passed version 1 of the report and another forum version 2; all must pass the same text. "
        "Put version 2 to Cabinet."
    )


def test_decisive_forums_must_pass_the_same_version_and_advisers_need_not() -> None:
    case = a_case(
        meeting_stage("board", ask="endorse"),
        meeting_stage("council", ask="approve", after=("board",), decisive=True),
        meeting_stage("cabinet", after=("board",), decisive=True),
        steps={
            "board": passed("endorsed", "2023-09-05", version=1),
            "council": passed("approved", "2023-10-05", version=2),
            "cabinet": passed("agreed", "2023-10-10", version=3),
        },
    )
    found = plan(case, cabinet_meets(), "2023-10-11")
    assert [(one.code, one.step) for one in found.problems] == [("version-differs", "council")]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, ["papers-before-outcome"]),
        ({"verbal": True}, []),
        ({"papers": "on-agenda"}, ["papers-before-outcome"]),
    ],
)
def test_papers_that_are_public_before_the_forum_upstream_has_met(facts: dict[str, Any], expected: list[str]) -> None:
    open_again = {"decision": "open", "outcome": None, "outcome_on": None}
    deal = integration_deal(
        icb_board={**open_again, "meeting": "icb-board-2023-07-05"},
        cabinet={**open_again, "meeting": "lcc-cabinet-2023-07-06", **facts},
        hwb={"verbal": True},
    )
    found = plan(deal, lancashire(), "2023-06-01")
    assert codes(found) == expected
    if expected:
        assert problem(found, "papers-before-outcome").message == (
            "The papers for Cabinet on 6 July 2023 are due by 28 June 2023, not after Integrated Care Board "
            "on 5 July 2023. Say in them that this outcome is awaited, or choose a later meeting."
        )


def test_a_bound_meeting_whose_report_cannot_wait_for_the_outcome_it_must_wait_for() -> None:
    case = a_case(
        meeting_stage("board", ask="endorse"),
        meeting_stage("cabinet", after=("board",), decisive=True, papers_after_outcome=True),
        steps={"cabinet": ON_5_OCTOBER},
    )
    world = a_world(CABINET, BOARD, meetings=[a_meeting("board", "2023-09-22"), a_meeting("cabinet", "2023-10-05")])
    assert codes(plan(case, world, "2023-09-01")) == ["papers-before-outcome"]


@pytest.mark.parametrize(
    ("board_meets", "given", "expected"),
    [
        ("2023-09-04", None, []),  # Tuesday and Wednesday are left
        ("2023-09-05", None, ["notice-slack"]),
        ("2023-09-12", None, ["notice-slack"]),
        ("2023-09-05", "2023-08-30", []),
    ],
)
def test_a_notice_that_follows_hard_upon_an_earlier_meeting(
    board_meets: str, given: str | None, expected: list[str]
) -> None:
    case = a_case(
        meeting_stage("board", ask="endorse"),
        meeting_stage("cabinet", after=("board",), decisive=True),
        steps={"cabinet": {**ON_5_OCTOBER, "notice_given": day(given) if given else None}},
        key_decision=True,
    )
    world = a_world(CABINET, BOARD, meetings=[a_meeting("board", board_meets), a_meeting("cabinet", "2023-10-05")])
    assert codes(plan(case, world, "2023-08-01")) == expected


@pytest.mark.parametrize(
    ("meets", "expected"),
    [("2023-10-10", ["decides-inside-call-in"]), ("2023-10-11", []), ("2023-10-04", [])],
)
def test_a_decisive_forum_that_meets_inside_the_call_in_of_another(meets: str, expected: list[str]) -> None:
    others = [meeting for meeting in LANCASHIRE_MEETINGS if meeting.forums != ("icb-executives",)]
    world = lancashire(meetings=[*others, a_meeting("icb-executives", meets)])
    assert codes(plan(options_appraisal(), world, "2023-07-18"), "icb-executives") == expected


def test_a_meeting_that_is_over_with_nothing_recorded() -> None:
    found = plan(for_cabinet(**ON_5_OCTOBER, papers="on-agenda"), cabinet_meets("2023-10-05"), "2023-10-06")
    assert codes(found) == ["outcome-missing"]
    assert problem(found, "outcome-missing").severity == "warning"
    on_the_day = plan(for_cabinet(**ON_5_OCTOBER, papers="on-agenda"), cabinet_meets("2023-10-05"), "2023-10-05")
    assert codes(on_the_day) == []
    case = for_cabinet(**ON_5_OCTOBER)
    assert waiting_sentences(case, cabinet_meets("2023-10-05"), found) == [
        "Cabinet to agree it; nothing is recorded of 5 October 2023"
    ]


def test_a_consultation_that_is_over_with_nothing_recorded() -> None:
    case = a_case(
        meeting_stage("board", ask="endorse"),
        consultation_stage("consult", "Member practices", 42, after=("board",)),
        steps={"board": passed("endorsed", "2023-09-05")},
    )
    found = plan(case, a_world(BOARD), "2023-10-19")
    assert problem(found, "outcome-missing").message == (
        "The consultation of Member practices ended on 18 October 2023 and nothing is recorded. Record what came of it."
    )


@pytest.mark.parametrize(("target", "missed"), [("2023-10-10", True), ("2023-10-11", False)])
def test_a_finish_after_the_target(target: str, missed: bool) -> None:
    case = a_case(meeting_stage("cabinet", decisive=True), target=day(target))
    found = plan(case, cabinet_meets("2023-10-05"), "2023-09-01")
    assert (codes(found) == ["target-missed"]) is missed
    assert found.late is missed
    if missed:
        assert problem(found, "target-missed").step is None


@pytest.mark.parametrize(("on", "expected"), [("2023-09-20", []), ("2023-09-21", ["condition-overdue"])])
def test_a_condition_that_nobody_met_in_time(on: str, expected: list[str]) -> None:
    case = a_case(
        meeting_stage("board", ask="agree", decisive=True),
        steps={"board": passed("agreed", "2023-08-21")},
        conditions=[OpenCondition("board", 1, "head-of-place", day("2023-09-20")),
                    OpenCondition("board", 2, "head-of-place", None)],
    )  # fmt: skip
    found = plan(case, a_world(BOARD), on)
    assert codes(found) == expected
    if expected:
        assert problem(found, "condition-overdue").message.startswith(
            "Condition 1 of Board, owned by head-of-place, was due on 20 September 2023"
        )
