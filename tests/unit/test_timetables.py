"""Steps without meetings, rounds and joins, days that are tried, and what delays the finish."""

from __future__ import annotations

from dataclasses import replace
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
    date_gate,
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
)
from workflow.errors import Refused
from workflow.facts import Case, Pattern
from workflow.planner import Plan, waiting_sentences

CABINET = a_forum("cabinet", "lcc-executive", "Cabinet")
BOARD = a_forum("board", "lcc-committee", "Board")
DIRECTOR = a_forum("director", "lcc-executive", "Director", form="individual")
MONTHLY = Pattern("month", 3, 1, "14:00", frozenset({8}))  # first Thursday, not in August
PARTNERS = {"lcc": "cabinet", "icb": "icb-board", "wlbc": "wlbc-cabinet"}


def meetings_of(found: Plan) -> dict[str, str | None]:
    return {step.step: step.meeting.isoformat() if step.meeting else None for step in found.steps}


def board_then_cabinet(**steps: Any) -> Case:
    return a_case(
        meeting_stage("board", ask="endorse"),
        meeting_stage("cabinet", after=("board",), decisive=True),
        steps=steps,
    )


def one_stage(**facts: Any) -> Case:
    """A matter for Cabinet alone."""
    item = {key: facts.pop(key) for key in ("key_decision", "target", "state") if key in facts}
    return a_case(meeting_stage("cabinet", decisive=True), steps={"cabinet": facts}, **item)


def cabinet_meets(*days: str, **pattern: Any) -> Any:
    return a_world(replace(CABINET, **pattern), BOARD, meetings=[a_meeting("cabinet", when) for when in days])


# Without meetings


@pytest.mark.parametrize(
    ("on", "facts", "decides"),
    [
        ("2023-10-01", {}, "2023-10-06"),  # the working day after Cabinet
        ("2023-10-01", {"key_decision": True}, "2023-10-31"),  # notice on Monday, then 28 clear days
        ("2023-09-11", {"key_decision": True, "notice_given": date(2023, 9, 8)}, "2023-10-09"),
        ("2023-09-01", {"not_before": date(2023, 10, 14)}, "2023-10-16"),
    ],
)
def test_an_office_holder_decides_on_the_first_working_day(on: str, facts: dict[str, Any], decides: str) -> None:
    item = {"key_decision": facts.pop("key_decision", False)}
    case = a_case(
        meeting_stage("cabinet", ask="endorse"),
        individual_stage("director", "director", after=("cabinet",), decisive=True),
        steps={
            "cabinet": {"meeting": "cabinet-2023-10-05", "verbal": True, "notice_given": day("2023-09-01")},
            "director": facts,
        },
        **item,
    )
    world = a_world(CABINET, DIRECTOR, meetings=[a_meeting("cabinet", "2023-10-05")])
    step = plan(case, world, on).step("director")
    assert (step.basis, step.meeting, step.meeting_id) == ("computed", day(decides), None)
    assert (step.report_due, step.agenda_by) == (None, None)


def test_a_consultation_opens_after_what_is_before_it_and_lasts() -> None:
    case = a_case(
        meeting_stage("board", ask="endorse"),
        consultation_stage("consult", "Member practices", 42, after=("board",)),
        meeting_stage("cabinet", after=("consult",), decisive=True),
    )
    world = a_world(CABINET, BOARD, meetings=[a_meeting("board", "2023-09-05"), a_meeting("cabinet", "2023-11-02")])
    found = plan(case, world, "2023-08-01")
    consult = found.step("consult")
    assert (consult.basis, consult.meeting, consult.effective) == ("computed", day("2023-10-18"), None)
    assert found.step("cabinet").meeting == day("2023-11-02")


def test_a_consultation_that_has_begun_does_not_begin_again() -> None:
    stages = (
        meeting_stage("board", ask="endorse"),
        consultation_stage("consult", "Member practices", 42, after=("board",)),
        meeting_stage("cabinet", after=("consult",), decisive=True),
    )
    world = a_world(CABINET, BOARD)
    case = a_case(*stages, steps={"board": passed("endorsed", "2023-09-05")})
    found = plan(case, world, "2023-10-01")
    assert found.step("consult").meeting == day("2023-10-18")
    assert waiting_sentences(case, world, found) == ["The consultation of Member practices until 18 October 2023"]
    at_once = a_case(consultation_stage("consult", "Member practices", 42))
    assert plan(at_once, world, "2023-09-09").step("consult").meeting == day("2023-10-23")


def test_a_gate_by_date_shows_its_day_and_a_meeting_that_day_is_fine() -> None:
    case = a_case(date_gate("april", "2024-04-04"), meeting_stage("cabinet", after=("april",), decisive=True))
    found = plan(case, cabinet_meets("2024-03-07", "2024-04-04"), "2024-01-10")
    assert (found.step("april").basis, found.step("april").meeting) == ("computed", day("2024-04-04"))
    assert found.step("cabinet").meeting == day("2024-04-04")
    assert waiting_sentences(case, cabinet_meets(), found) == ["4 April 2024"]


def test_a_check_leaves_everything_behind_it_without_dates_until_it_is_made() -> None:
    stages = (
        check_gate("ready", "Readiness assessed"),
        meeting_stage("cabinet", after=("ready",), decisive=True),
    )
    world = cabinet_meets("2024-04-04")
    found = plan(a_case(*stages), world, "2024-01-10")
    assert meetings_of(found) == {"ready": None, "cabinet": None}
    assert codes(found) == ["gate-closed"]
    assert waiting_sentences(a_case(*stages), world, found) == ["The lead to make the check “Readiness assessed”"]
    opened = plan(a_case(*stages, steps={"ready": {"opened_on": day("2024-01-09")}}), world, "2024-01-10")
    assert (opened.step("ready").basis, opened.step("ready").meeting) == ("actual", day("2024-01-09"))
    assert opened.step("cabinet").meeting == day("2024-04-04")


def test_a_gate_waits_for_the_planned_meeting_of_another_item() -> None:
    open_again = {"decision": "open", "outcome": None, "outcome_on": None}
    deal = integration_deal(icb_board={**open_again, "meeting": "icb-board-2023-07-05"}, cabinet=open_again)
    found = plan(options_appraisal(), lancashire(deal), "2023-07-01")
    gate = found.step("form-before-function")
    assert (gate.basis, gate.meeting, gate.state) == ("computed", day("2023-07-05"), "ready")
    assert found.step("place-partnership").meeting == day("2023-08-21")
    assert waiting_sentences(options_appraisal(), lancashire(deal), found) == [
        "Place Integration Deal to be decided by Integrated Care Board"
    ]


@pytest.mark.parametrize(
    "board",
    [
        called_in("decided", "2023-07-05"),
        fell_short("rejected", "2023-07-05"),
        passed("endorsed", "2023-07-05", accepted=True),
    ],
)
def test_a_gate_has_no_date_while_what_it_waits_for_is_in_doubt(board: dict[str, Any]) -> None:
    found = plan(options_appraisal(), lancashire(integration_deal(icb_board=board)), "2023-07-18")
    assert found.step("form-before-function").meeting is None
    assert codes(found) == ["gate-closed"]
    assert found.finish is None


def test_gates_that_wait_for_each_other_have_no_date() -> None:
    first = a_case(item_gate("gate", "second", "cabinet"), meeting_stage("cabinet", after=("gate",)), id="first")
    second = a_case(item_gate("gate", "first", "cabinet"), meeting_stage("cabinet", after=("gate",)), id="second")
    world = a_world(CABINET, cases=[first, second], meetings=[a_meeting("cabinet", "2023-10-05")])
    assert codes(plan(first, world, "2023-09-01")) == ["gate-closed"]


# Rounds, skipped stages, joins


def test_a_referral_back_puts_the_stage_and_the_forum_that_referred_on_later_meetings() -> None:
    steps: dict[str, dict[str, Any]] = {
        "place-partnership": {"round": 2, "earlier_round_on": day("2023-08-21")},
        "hwb": passed("endorsed", "2023-09-05", meeting="lancashire-hwb-2023-09-05"),
        "cabinet": {"round": 2, "earlier_round_on": day("2023-10-05"), "also_after": "place-partnership"},
        "icb-executives": passed("agreed", "2023-10-10"),
    }
    later = [
        a_meeting("lcc-cabinet", "2023-11-02"),
        a_meeting("lancashire-place-partnership", "2023-11-06", "10:00"),
        a_meeting("lcc-cabinet", "2023-12-07"),
    ]
    case = options_appraisal(steps, key_decision=False)
    found = plan(case, lancashire(meetings=[*LANCASHIRE_MEETINGS, *later]), "2023-10-11")
    assert found.step("place-partnership").meeting == day("2023-11-06")
    assert found.step("cabinet").meeting == day("2023-12-07")
    assert codes(found) == ["target-missed"]  # the board between them stands, in order


def test_a_skipped_stage_has_no_date_and_stands_for_what_is_before_it() -> None:
    case = a_case(
        meeting_stage("board", ask="endorse"),
        meeting_stage("scrutiny", ask="support", after=("board",)),
        meeting_stage("cabinet", after=("scrutiny",), decisive=True),
        steps={"scrutiny": {"applies": False}},
    )
    world = a_world(
        CABINET,
        BOARD,
        a_forum("scrutiny"),
        meetings=[
            a_meeting("board", "2023-10-12"),
            *(a_meeting("cabinet", d) for d in ("2023-10-05", "2023-11-02")),
        ],
    )
    found = plan(case, world, "2023-09-01")
    assert meetings_of(found) == {"board": "2023-10-12", "scrutiny": None, "cabinet": "2023-11-02"}
    assert (found.step("scrutiny").state, found.step("scrutiny").basis) == ("skipped", "none")


@pytest.mark.parametrize(
    ("least", "finish", "review"),
    [(None, None, None), (1, "2023-10-10", "2023-10-11"), (2, "2023-10-11", "2023-10-12")],
)
def test_a_joined_stage_counts_when_enough_partners_have_dates(
    least: int | None, finish: str | None, review: str | None
) -> None:
    case = a_case(
        party_stage("partners", least=least, decisive=True),
        individual_stage("review", "clerk", "note", after=("partners",)),
        parties=PARTNERS,
    )
    world = a_world(
        CABINET,
        a_forum("icb-board"),
        a_forum("wlbc-cabinet"),
        a_forum("clerk", form="individual"),
        meetings=[a_meeting("cabinet", "2023-10-11", "10:00"), a_meeting("icb-board", "2023-10-10")],
        packs=[],
    )
    found = plan(case, world, "2023-09-01")
    assert found.finish == (day(finish) if finish else None)
    assert found.step("review").meeting == (day(review) if review else None)


def test_a_partner_who_fell_short_does_not_release_what_comes_after() -> None:
    case = a_case(
        party_stage("partners", least=1, decisive=True),
        meeting_stage("board", ask="note", after=("partners",)),
        parties=PARTNERS,
        steps={"partners:icb": fell_short("rejected", "2023-09-12")},
    )
    world = a_world(
        CABINET, BOARD, meetings=[a_meeting("board", "2023-09-26"), a_meeting("cabinet", "2023-10-05"),
                                  a_meeting("board", "2023-11-07")]
    )  # fmt: skip
    assert plan(case, world, "2023-09-13").step("board").meeting == day("2023-11-07")


@pytest.mark.parametrize("state", ["draft", "on-hold"])
def test_drafts_and_items_on_hold_are_planned_as_if_they_went_on(state: str) -> None:
    assert plan(one_stage(state=state), cabinet_meets("2023-10-05"), "2023-09-01").finish == day("2023-10-11")


def test_a_withdrawn_item_finishes_never_and_nothing_is_wrong_with_it() -> None:
    found = plan(options_appraisal(state="withdrawn"), lancashire(), "2023-07-18")
    assert (found.finish, found.late, codes(found), found.now) == (None, False, [], ())
    assert found.step("cabinet").meeting is None
    assert found.step("form-before-function").meeting == day("2023-07-05")


# Items that end, and answers that are too weak


def test_a_rejected_item_has_no_finish_and_no_problems() -> None:
    case = board_then_cabinet(board=passed("endorsed", "2023-09-05"), cabinet=fell_short("rejected", "2023-10-05"))
    found = plan(case, cabinet_meets("2023-11-02"), "2023-10-06")
    assert (found.item_state, found.finish, codes(found)) == ("rejected", None, [])
    assert found.step("cabinet").meeting == day("2023-10-05")


def test_what_fell_short_waits_for_the_lead() -> None:
    case = board_then_cabinet(board=fell_short("noted", "2023-09-05"))
    world = cabinet_meets("2023-11-02")
    found = plan(case, world, "2023-09-06")
    assert found.now == ("board",)
    assert found.step("cabinet").meeting == day("2023-11-02")  # planned as if the board's answer will do
    assert waiting_sentences(case, world, found) == [
        "The lead of lcc to accept what Board resolved, “noted”, or ask again"
    ]
    short = one_stage(**fell_short("noted", "2023-10-05"))
    assert waiting_sentences(short, world, plan(short, world, "2023-10-06")) == [
        "The lead of lcc to ask Cabinet again, which resolved “noted”"
    ]


# Trying other days


def test_trying_the_cabinet_of_november_shows_what_breaks() -> None:
    meetings = [*LANCASHIRE_MEETINGS, a_meeting("lcc-cabinet", "2023-11-02")]
    found = plan(options_appraisal(), lancashire(meetings=meetings), "2023-07-18", ifs={"cabinet": "2023-11-02"})
    cabinet = found.step("cabinet")
    assert (cabinet.basis, cabinet.meeting_id) == ("calendar", "lcc-cabinet-2023-11-02")
    assert (cabinet.notice_by, cabinet.agenda_by) == (day("2023-10-04"), day("2023-10-25"))
    assert found.finish == day("2023-11-08")
    assert codes(found) == ["target-missed"]
    assert found.late


def test_trying_a_day_without_a_meeting_imagines_one_at_the_usual_time() -> None:
    found = plan(options_appraisal(), lancashire(), "2023-07-18", ifs={"hwb": "2023-09-20", "cabinet": "2023-09-19"})
    hwb = found.step("hwb")
    assert (hwb.basis, hwb.meeting, hwb.meeting_id, hwb.time) == ("pattern", day("2023-09-20"), None, "14:00")
    assert codes(found, "cabinet") == ["out-of-order", "papers-before-outcome", "notice-slack"]


def test_trying_a_day_for_a_gate_gives_dates_to_what_is_behind_it() -> None:
    case = a_case(check_gate("ready", "Readiness assessed"), meeting_stage("cabinet", after=("ready",), decisive=True))
    found = plan(case, cabinet_meets("2024-04-04"), "2024-01-10", ifs={"ready": "2024-03-01"})
    assert (found.step("ready").basis, found.step("ready").meeting) == ("computed", day("2024-03-01"))
    assert found.finish == day("2024-04-10")
    assert codes(found) == []


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("council", "has no step council; its steps are form-before-function, place-partnership, hwb"),
        ("form-before-function", "is settled already"),
        ("hwb", "hwb (Lancashire Health and Wellbeing Board) is settled already, so it cannot be put on"),
        ("icb-executives", "icb-executives does not apply to this item"),
    ],
)
def test_a_step_that_cannot_be_tried_is_refused_in_a_sentence(step: str, said: str) -> None:
    case = options_appraisal({"hwb": passed("endorsed", "2023-09-05"), "icb-executives": {"applies": False}})
    with pytest.raises(Refused) as refused:
        plan(case, lancashire(), "2023-09-06", ifs={step: "2023-10-10"})
    assert said in str(refused.value)


# What delays the finish


def test_steps_without_slack_are_critical() -> None:
    meetings = [
        *LANCASHIRE_MEETINGS,
        a_meeting("lancashire-hwb", "2023-10-17"),
        a_meeting("lcc-cabinet", "2023-11-02"),
    ]
    found = plan(options_appraisal(), lancashire(meetings=meetings), "2023-07-18")
    assert [step.step for step in found.steps if step.critical] == ["hwb", "cabinet"]


def test_a_slip_that_leaves_no_later_meeting_is_critical() -> None:
    case = a_case(meeting_stage("board", ask="endorse"), meeting_stage("cabinet", after=("board",), decisive=True))
    world = a_world(
        CABINET,
        BOARD,
        meetings=[a_meeting("board", d) for d in ("2023-09-05", "2023-10-17")] + [a_meeting("cabinet", "2023-10-05")],
    )
    found = plan(case, world, "2023-07-18")
    assert [step.critical for step in found.steps] == [True, True]
    assert [step.critical for step in plan(case, world, "2023-07-18", critical=False).steps] == [False, False]


def test_a_slip_to_another_meeting_on_the_same_day_delays_nothing() -> None:
    world = a_world(
        CABINET,
        meetings=[
            a_meeting("cabinet", "2023-10-05", "10:00", id="morning"),
            a_meeting("cabinet", "2023-10-05", "16:00", id="afternoon"),
        ],
    )
    found = plan(one_stage(), world, "2023-09-01")
    assert found.step("cabinet").meeting_id == "morning"
    assert not found.step("cabinet").critical


def test_an_office_holder_who_decides_a_day_later_is_critical() -> None:
    case = a_case(individual_stage("director", "director", decisive=True))
    found = plan(case, a_world(DIRECTOR), "2023-09-01")
    assert found.step("director").critical
    decided = a_case(*case.route.stages, steps={"director": passed("decided", "2023-09-01")})
    assert not plan(decided, a_world(DIRECTOR), "2023-09-01").step("director").critical
