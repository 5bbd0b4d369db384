"""Where items stand: stages skipped, met and waited for, gates, joins, labels, ends."""

from __future__ import annotations

from typing import Any

import pytest

from routes.spec import Condition
from tests.unit.casebook import (
    a_case,
    a_forum,
    a_meeting,
    a_world,
    called_in,
    check_gate,
    consultation_stage,
    date_gate,
    day,
    fell_short,
    integration_deal,
    item_gate,
    lancashire,
    meeting_stage,
    options_appraisal,
    party_stage,
    passed,
    standing,
)
from workflow.applicability import holds
from workflow.facts import Case, World
from workflow.standing import Standing

CABINET = a_forum("cabinet", "lcc-executive", "Cabinet")
BOARD = a_forum("board", "lcc-committee", "Board")
PARTNERS = {"lcc": "cabinet", "icb": "icb-board", "wlbc": "wlbc-cabinet"}
KEY_DECISION = (Condition("key_decision", "is", True),)


def labels(found: Standing) -> dict[str, str]:
    return {step: one.label for step, one in found.steps.items()}


def partners(least: int | None = None, **steps: Any) -> Case:
    """A memorandum that a board endorses and three partners approve; then a review."""
    return a_case(
        meeting_stage("board", ask="endorse"),
        party_stage("partners", least=least, after=("board",), decisive=True),
        steps={
            "board": passed("endorsed", "2023-09-05"),
            **{f"partners:{partner}": facts for partner, facts in steps.items()},
        },
        parties=PARTNERS,
    )


@pytest.mark.parametrize(
    ("condition", "facts", "expected"),
    [
        (Condition("key_decision", "is", True), {"key_decision": True}, True),
        (Condition("key_decision", "is", 1), {"key_decision": True}, False),
        (Condition("value", "over", 1_600_000), {"value": 1_600_001}, True),
        (Condition("value", "over", 1_600_000), {"value": 1_600_000}, False),
        (Condition("value", "over", 1_600_000), {}, False),
        (Condition("type", "in", ("plan", "mou")), {}, True),
        (Condition("part", "is", "II"), {"part": "II"}, True),
        (Condition("divisions", "over", 1), {"divisions": ("Burnley", "Pendle")}, True),
        (Condition("divisions", "over", 1), {"divisions": ("Burnley",)}, False),
        (Condition("divisions", "over", 50), {"divisions": "all"}, True),
        (Condition("divisions", "in", ("Burnley", "Fylde")), {"divisions": ("Pendle", "Burnley")}, True),
        (Condition("phase", "is", 2), {"fields": {"phase": 2}}, True),
        (Condition("phase", "is", 2), {"fields": {"phase": "2"}}, False),
        (Condition("phase", "over", 0), {"fields": {"phase": "2"}}, False),
        (Condition("phase", "in", (1, 2)), {}, False),
        (Condition("phase", "is", None), {}, False),
    ],
)
def test_one_line_of_when(condition: Condition, facts: dict[str, Any], expected: bool) -> None:
    assert holds(condition, a_case(**facts).item) is expected


def test_skipped_stages_stand_for_what_is_before_them() -> None:
    case = a_case(
        meeting_stage("board", ask="endorse"),
        meeting_stage("scrutiny", ask="support", after=("board",), when=KEY_DECISION),
        meeting_stage("audit", ask="support", after=("scrutiny",), when=KEY_DECISION),
        meeting_stage("cabinet", after=("audit",), decisive=True),
    )
    world = a_world(CABINET, BOARD)
    found = standing(case, world, "2023-09-01")
    assert labels(found) == {
        "board": "ready",
        "scrutiny": "skipped",
        "audit": "skipped",
        "cabinet": "waiting",
    }
    assert found.after["cabinet"] == ("board",)
    assert found.now == ("board",)
    endorsed = a_case(*case.route.stages, steps={"board": passed("endorsed", "2023-09-05")})
    assert labels(standing(endorsed, world, "2023-09-06"))["cabinet"] == "ready"


def test_when_is_judged_live_until_it_is_fixed() -> None:
    stages = (
        meeting_stage("scrutiny", ask="support", when=KEY_DECISION),
        meeting_stage("cabinet", after=("scrutiny",), decisive=True),
    )
    world = a_world(CABINET)
    live = standing(a_case(*stages, key_decision=False), world, "2023-09-01")
    fixed = standing(a_case(*stages, steps={"scrutiny": {"applies": True}}), world, "2023-09-01")
    assert live.steps["scrutiny"].decision == "skipped"
    assert fixed.steps["scrutiny"].decision == "open"


def test_a_step_shows_how_far_its_papers_and_its_meeting_are() -> None:
    world = a_world(
        CABINET,
        meetings=[
            a_meeting("cabinet", "2023-10-05"),
            a_meeting("cabinet", "2023-11-02", state="cancelled"),
        ],
    )

    def label(**facts: Any) -> str:
        case = a_case(meeting_stage("cabinet", decisive=True), steps={"cabinet": facts})
        return standing(case, world, "2023-09-01").steps["cabinet"].label

    assert label() == "ready"
    assert label(meeting="cabinet-2023-10-05") == "scheduled"
    assert label(meeting="cabinet-2023-11-02") == "ready"
    assert label(papers="submitted") == "submitted"
    assert label(meeting="cabinet-2023-10-05", papers="on-agenda") == "on-agenda"
    assert label(**fell_short("noted", "2023-08-03")) == "fell-short"


def test_a_date_gate_opens_by_itself_on_its_day() -> None:
    case = a_case(date_gate("april", "2024-04-01"), meeting_stage("cabinet", after=("april",), decisive=True))
    world = a_world(CABINET)
    before, on_the_day = standing(case, world, "2024-03-31"), standing(case, world, "2024-04-01")
    assert labels(before) == {"april": "ready", "cabinet": "waiting"}
    assert before.now == ("april",)
    assert labels(on_the_day) == {"april": "passed", "cabinet": "ready"}
    assert on_the_day.now == ("cabinet",)


def test_a_check_opens_its_gate() -> None:
    stages = (
        check_gate("ready", "Readiness assessed"),
        meeting_stage("cabinet", after=("ready",), decisive=True),
    )
    world = a_world(CABINET)
    assert standing(a_case(*stages), world, "2024-03-01").now == ("ready",)
    opened = a_case(*stages, steps={"ready": {"opened_on": day("2024-02-20")}})
    assert labels(standing(opened, world, "2024-03-01")) == {"ready": "passed", "cabinet": "ready"}


def test_behind_a_gate_stands_also_what_is_before_the_gate() -> None:
    case = a_case(
        meeting_stage("board", ask="endorse"),
        date_gate("april", "2024-04-01", after=("board",)),
        meeting_stage("cabinet", after=("april",), decisive=True),
    )
    found = standing(case, a_world(CABINET, BOARD), "2024-05-01")
    assert labels(found) == {"board": "ready", "april": "passed", "cabinet": "waiting"}


@pytest.mark.parametrize(
    ("board", "opened"),
    [
        (passed("decided", "2023-07-05"), True),
        (passed("endorsed", "2023-07-05", accepted=True), False),  # accepted, but too weak for the gate
        (called_in("decided", "2023-07-05"), False),
        (fell_short("rejected", "2023-07-05"), False),
        ({"decision": "open", "outcome": None, "outcome_on": None}, False),
    ],
)
def test_a_gate_opens_with_what_another_forum_decides_on_another_item(board: dict[str, Any], opened: bool) -> None:
    found = standing(options_appraisal(), lancashire(integration_deal(icb_board=board)), "2023-07-18")
    assert found.steps["form-before-function"].decision == ("passed" if opened else "open")
    assert found.steps["place-partnership"].ready is opened


def test_advice_never_opens_a_gate_that_waits_for_a_decision() -> None:
    deal = a_case(
        meeting_stage("partnership", ask="endorse", decisive=True),
        steps={"partnership": passed("agreed", "2023-07-05")},
        id="deal",
    )
    waiting = a_case(
        item_gate("gate", "$deal", "partnership", "agreed"),
        meeting_stage("cabinet", decisive=True),
        bindings={"deal": "deal"},
    )
    weak = a_world(CABINET, a_forum("partnership", form="consultative"), cases=[deal])
    strong = a_world(CABINET, a_forum("partnership", form="joint-committee"), cases=[deal])
    assert standing(waiting, weak, "2023-07-18").steps["gate"].decision == "open"
    assert standing(waiting, strong, "2023-07-18").steps["gate"].decision == "passed"


def test_a_gate_on_a_joined_stage_opens_with_the_partner_that_completes_it() -> None:
    memorandum = a_case(
        party_stage("partners", least=2, decisive=True),
        parties=PARTNERS,
        steps={
            "partners:lcc": passed("approved", "2023-09-05"),
            "partners:icb": passed("approved", "2023-09-12"),
            "partners:wlbc": passed("noted", "2023-09-01", accepted=True),
        },
        id="memorandum",
    )
    case = a_case(
        item_gate("gate", "memorandum", "partners", "approved"),
        meeting_stage("cabinet", after=("gate",), decisive=True),
    )
    found = standing(case, a_world(CABINET, cases=[memorandum]), "2023-10-01")
    assert found.gates["gate"].opened_on == day("2023-09-12")


def test_a_gate_on_an_item_that_nobody_knows_stays_closed() -> None:
    found = standing(options_appraisal(), a_world(), "2023-07-18")
    assert found.steps["form-before-function"].decision == "open"
    assert found.now == ("form-before-function",)


@pytest.mark.parametrize(("least", "met"), [(None, False), (1, True), (2, True), (3, False), (9, False)])
def test_a_joined_stage_is_met_when_enough_partners_approve(least: int | None, met: bool) -> None:
    case = partners(least, lcc=passed("approved", "2023-10-05"), icb=passed("approved", "2023-10-10"))
    assert standing(case, a_world(CABINET), "2023-10-10").met["partners"] is met


def test_a_decision_that_enough_partners_reject_ends_the_item() -> None:
    world = a_world(CABINET)
    one_of_all = standing(partners(icb=fell_short("rejected", "2023-10-10")), world, "2023-10-11")
    assert one_of_all.item_state == "rejected"
    assert one_of_all.steps["partners:lcc"].label == "ended"
    assert one_of_all.steps["partners:icb"].label == "fell-short"
    assert one_of_all.now == ()
    one_of_two = standing(partners(2, icb=fell_short("rejected", "2023-10-10")), world, "2023-10-11")
    assert one_of_two.item_state == "in-progress"
    assert one_of_two.now == ("partners:lcc", "partners:icb", "partners:wlbc")


def test_an_answer_that_is_only_too_weak_does_not_end_the_item() -> None:
    found = standing(partners(icb=fell_short("noted", "2023-10-10")), a_world(CABINET), "2023-10-11")
    assert found.item_state == "in-progress"
    assert "partners:icb" in found.now


def test_an_item_is_complete_when_no_call_in_can_undo_its_decision() -> None:
    case = a_case(meeting_stage("cabinet", decisive=True), steps={"cabinet": passed("agreed", "2023-10-05")})
    world = a_world(CABINET)
    during, after = standing(case, world, "2023-10-10"), standing(case, world, "2023-10-11")
    assert (during.item_state, during.completed_on) == ("in-progress", None)
    assert (after.item_state, after.completed_on) == ("complete", day("2023-10-11"))


def test_a_partner_who_has_not_answered_may_do_so_until_the_item_is_complete() -> None:
    case = partners(1, lcc=passed("approved", "2023-10-05"))
    world = a_world(CABINET)
    assert standing(case, world, "2023-10-10").now == ("partners:icb", "partners:wlbc")
    complete = standing(case, world, "2023-10-11")
    assert complete.item_state == "complete"
    assert complete.steps["partners:icb"].label == "ended"
    assert complete.now == ()


def test_an_item_is_not_complete_while_anything_else_is_open() -> None:
    stages = (
        meeting_stage("board", ask="agree", decisive=True),
        meeting_stage("cabinet", ask="note", after=("board",)),
    )
    world = a_world(BOARD, CABINET)
    decided = {"board": passed("agreed", "2023-09-05")}
    told = {**decided, "cabinet": passed("noted", "2023-10-05")}
    assert standing(a_case(*stages, steps=decided), world, "2023-12-01").item_state == "in-progress"
    complete = standing(a_case(*stages, steps=told), world, "2023-12-01")
    assert (complete.item_state, complete.completed_on) == ("complete", day("2023-10-05"))


def test_a_called_in_decision_is_neither_passed_nor_lost() -> None:
    case = a_case(meeting_stage("cabinet", decisive=True), steps={"cabinet": called_in("agreed", "2023-10-05")})
    found = standing(case, a_world(CABINET), "2023-12-01")
    assert found.item_state == "in-progress"
    assert found.now == ("cabinet",)


def test_a_partner_whose_decision_is_called_in_keeps_the_item_open() -> None:
    case = partners(1, lcc=called_in("approved", "2023-10-05"), icb=passed("approved", "2023-10-05"))
    found = standing(case, a_world(CABINET), "2023-12-01")
    assert (found.met["partners"], found.item_state) == (True, "in-progress")


def test_an_upheld_decision_completes_the_item_that_day() -> None:
    upheld = passed("agreed", "2023-10-05", upheld_on=day("2023-10-20"))
    case = a_case(meeting_stage("cabinet", decisive=True), steps={"cabinet": upheld})
    assert standing(case, a_world(CABINET), "2023-10-20").completed_on == day("2023-10-20")


def test_a_referral_back_waits_for_the_stage_that_is_asked_again() -> None:
    steps: dict[str, dict[str, Any]] = {
        "place-partnership": {"round": 2, "earlier_round_on": day("2023-08-21")},
        "hwb": passed("endorsed", "2023-09-05"),
        "cabinet": {"round": 2, "earlier_round_on": day("2023-10-05"), "also_after": "place-partnership"},
    }
    found = standing(options_appraisal(steps), lancashire(), "2023-10-06")
    assert found.steps["cabinet"].before == ("hwb", "place-partnership")
    assert found.steps["cabinet"].label == "waiting"
    assert found.now == ("place-partnership", "icb-executives")
    steps["place-partnership"] |= passed("endorsed", "2023-10-09")
    again = standing(options_appraisal(steps), lancashire(), "2023-10-10")
    assert again.steps["cabinet"].label == "ready"


def test_a_withdrawn_item_waits_for_nothing() -> None:
    found = standing(options_appraisal(state="withdrawn"), lancashire(), "2023-07-18")
    assert found.item_state == "withdrawn"
    assert found.now == ()
    assert labels(found)["cabinet"] == "ended"
    assert labels(found)["form-before-function"] == "passed"


@pytest.mark.parametrize("state", ["draft", "on-hold"])
def test_a_draft_and_an_item_on_hold_stay_so(state: str) -> None:
    found = standing(options_appraisal(state=state), lancashire(), "2023-07-18")
    assert found.item_state == state
    assert found.now == ("place-partnership",)


def test_a_consultation_waits_for_what_is_before_it_and_passes_when_recorded() -> None:
    stages = (
        meeting_stage("board", ask="endorse"),
        consultation_stage("consult", "Member practices", 42, after=("board",)),
        meeting_stage("cabinet", after=("consult",), decisive=True),
    )
    world: World = a_world(CABINET, BOARD)
    endorsed = {"board": passed("endorsed", "2023-09-05")}
    assert standing(a_case(*stages, steps=endorsed), world, "2023-09-06").now == ("consult",)
    consulted = {**endorsed, "consult": passed("consulted", "2023-10-18")}
    assert standing(a_case(*stages, steps=consulted), world, "2023-10-18").now == ("cabinet",)


def test_stages_may_be_written_in_any_order() -> None:
    case = a_case(meeting_stage("cabinet", after=("board",), decisive=True), meeting_stage("board"))
    found = standing(case, a_world(CABINET, BOARD), "2023-09-01")
    assert [stage.id for stage in found.order] == ["board", "cabinet"]
    assert list(found.steps) == ["cabinet", "board"]
    assert found.now == ("board",)
