"""By when must what be ready: the last safe dates for a wanted date, or why it cannot be and what can."""

from __future__ import annotations

from dataclasses import replace
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
    consultation_stage,
    date_gate,
    day,
    individual_stage,
    integration_deal,
    lancashire,
    meeting_stage,
    options_appraisal,
    party_stage,
    passed,
)
from workflow.backwards import Backwards, last_safe_dates
from workflow.clear_days import standard_calendar
from workflow.errors import BeyondCalendar, Refused
from workflow.facts import Case, World

CABINET = a_forum("cabinet", "lcc-executive", "Cabinet")
BOARD = a_forum("board", "lcc-committee", "Board")
DIRECTOR = a_forum("director", "lcc-executive", "Director", form="individual")
BOARD_DAYS = ("2023-08-01", "2023-09-05", "2023-10-03", "2023-11-07")
CABINET_DAYS = ("2023-09-07", "2023-10-05", "2023-11-02", "2023-12-07")
WORLD = a_world(
    CABINET,
    BOARD,
    DIRECTOR,
    meetings=[a_meeting("board", on) for on in BOARD_DAYS] + [a_meeting("cabinet", on) for on in CABINET_DAYS],
)
ON = "2023-07-18"


def asked(case: Case, target: str, step: str | None = None, world: World = WORLD, on: str = ON) -> Backwards:
    return last_safe_dates(case, world, standard_calendar(), day(on), day(target), step)


def last_day(found: Backwards, step: str) -> str | None:
    on = found.of_step(step).last.meeting
    return on.isoformat() if on else None


def codes(found: Backwards) -> list[tuple[str | None, str]]:
    return [(clash.step, clash.code) for clash in found.clashes]


def board_then_cabinet(item: dict[str, Any] | None = None, then: dict[str, Any] | None = None, **steps: Any) -> Case:
    return a_case(
        meeting_stage("board", ask="endorse"),
        meeting_stage("cabinet", after=("board",), decisive=True, **(then or {})),
        steps=steps,
        **(item or {}),
    )


# Lancashire, 2023


def test_to_be_decided_by_the_icb_on_10_october_the_report_reaches_the_place_partnership_by_10_august() -> None:
    found = asked(options_appraisal(), "2023-10-10", "icb-executives", lancashire())
    assert found.possible
    partnership, board = found.of_step("place-partnership").last, found.of_step("hwb").last
    assert (partnership.meeting, partnership.report_due) == (day("2023-08-21"), day("2023-08-10"))
    assert (board.meeting, board.report_due, board.agenda_by) == (
        day("2023-09-05"), day("2023-08-22"), day("2023-08-25"),
    )  # fmt: skip
    assert not found.of_step("cabinet").needed, "the ICB does not wait for Cabinet"
    assert last_day(found, "cabinet") is None


def test_the_whole_appraisal_by_10_october_is_impossible_because_of_the_call_in_of_cabinet() -> None:
    found = asked(options_appraisal(), "2023-10-10", world=lancashire())
    assert not found.possible
    assert found.nearest == day("2023-10-11")
    (clash,) = found.clashes
    assert (clash.step, clash.code) == ("cabinet", "takes-effect-later")
    assert clash.message == (
        "The decision of Cabinet on 5 October 2023 takes effect only on 11 October 2023, after 10 October 2023."
    )
    assert found.of_step("cabinet").last.notice_by == day("2023-09-06"), "the dates are those for the nearest day"
    assert asked(options_appraisal(), "2023-10-11", world=lancashire()).possible


def test_every_meeting_that_is_missing_is_named_with_the_next_one() -> None:
    found = asked(options_appraisal(), "2023-09-29", world=lancashire())
    assert {clash.step for clash in found.clashes} == {"cabinet", "icb-executives"}
    assert found.clashes[0].message == (
        "No meeting of Cabinet is known between 18 July 2023 and 29 September 2023; the next is on 5 October 2023."
    )


def test_with_further_meetings_the_last_safe_one_lies_after_the_planned_one_and_the_room_is_counted() -> None:
    later = (*LANCASHIRE_MEETINGS, a_meeting("lancashire-place-partnership", "2023-08-28", "10:00"))
    found = asked(options_appraisal(), "2023-10-31", world=lancashire(meetings=later))
    partnership = found.of_step("place-partnership")
    assert (partnership.planned, partnership.last.meeting) == (day("2023-08-21"), day("2023-08-28"))
    assert partnership.slack == 4, "the 28th was a bank holiday"


# One rule after another


def test_each_step_is_left_until_the_latest_meeting_before_what_follows() -> None:
    found = asked(board_then_cabinet(), "2023-11-30")
    assert (last_day(found, "board"), last_day(found, "cabinet")) == ("2023-10-03", "2023-11-02")
    assert found.finish == day("2023-11-08")
    assert not found.late


def test_a_notice_that_can_no_longer_be_given_is_named() -> None:
    case = a_case(meeting_stage("cabinet", decisive=True), key_decision=True)
    found = asked(case, "2023-09-30", on="2023-08-15")
    (clash,) = found.clashes
    assert clash.code == "notice-too-late"
    assert clash.message == (
        "To be decided by Cabinet on 7 September 2023 notice had to be given by 9 August 2023, which has passed."
    )
    assert found.nearest == day("2023-10-11")


def test_a_report_that_would_have_been_due_is_named() -> None:
    found = asked(board_then_cabinet(), "2023-10-31", "board", on="2023-09-29")
    (clash,) = found.clashes
    assert (
        clash.message
        == "The report for Board on 3 October 2023 would be due on 20 September 2023, before 29 September 2023."
    )
    assert found.nearest == day("2023-11-07")


def test_papers_that_may_go_in_only_after_an_outcome_need_that_outcome_sooner() -> None:
    case = board_then_cabinet(then={"papers_after_outcome": True})
    found = asked(case, "2023-10-31")
    cabinet = found.of_step("cabinet").last
    assert cabinet.report_due == day("2023-09-22")
    assert last_day(found, "board") == "2023-09-05"
    boards = [a_meeting("board", on) for on in ("2023-09-05", "2023-09-26")]
    fortnight_before = a_world(CABINET, BOARD, meetings=[*boards, a_meeting("cabinet", "2023-10-05")])
    assert last_day(asked(case, "2023-10-31", world=fortnight_before), "board") == "2023-09-05"
    in_parallel = asked(board_then_cabinet(), "2023-10-31", world=fortnight_before)
    assert last_day(in_parallel, "board") == "2023-09-26"


def test_a_consultation_has_a_day_by_which_it_must_open() -> None:
    case = a_case(
        meeting_stage("board", ask="endorse"),
        consultation_stage("practices", "Member practices", 42, after=("board",)),
        meeting_stage("cabinet", after=("practices",), decisive=True),
    )
    found = asked(case, "2023-11-10")
    practices = found.of_step("practices")
    assert (practices.opens_by, practices.last.meeting) == (day("2023-09-20"), day("2023-11-01"))
    assert last_day(found, "board") == "2023-09-05"
    too_soon = asked(case, "2023-10-10", on="2023-09-01")
    assert ("practices", "too-late") in codes(too_soon)
    said = next(clash.message for clash in too_soon.clashes if clash.step == "practices")
    assert "would have to open by 29 August 2023 to be over by 10 October 2023" in said


def test_an_office_holder_decides_on_the_last_day_that_takes_effect_in_time() -> None:
    case = a_case(
        meeting_stage("board", ask="endorse"),
        individual_stage("director", "director", after=("board",), decisive=True),
    )
    found = asked(case, "2023-10-11")
    director = found.of_step("director").last
    assert (director.meeting, director.effective) == (day("2023-10-05"), day("2023-10-11"))
    assert last_day(found, "board") == "2023-10-03"


def test_a_check_has_a_last_day_although_the_plan_can_give_none() -> None:
    case = a_case(check_gate("ready", "Readiness assessed"), meeting_stage("cabinet", after=("ready",), decisive=True))
    found = asked(case, "2023-10-31")
    assert found.possible
    ready = found.of_step("ready")
    assert (ready.last.meeting, ready.planned, ready.slack) == (day("2023-10-05"), None, None)
    assert asked(case, "2023-08-31").nearest == day("2023-09-13"), "if the check is made today"


def test_a_gate_that_opens_too_late_is_named() -> None:
    case = a_case(
        date_gate("april", "2023-10-20", title="The new year"),
        meeting_stage("cabinet", after=("april",), decisive=True),
    )
    found = asked(case, "2023-10-31")
    assert found.nearest == day("2023-11-08")
    assert codes(found) == [("april", "gate-too-late")]


def test_another_item_that_is_decided_too_late_is_named_and_one_without_a_day_leaves_no_date() -> None:
    facts: dict[str, Any] = {"decision": "open", "outcome": None, "outcome_on": None}
    late = integration_deal(icb_board={**facts, "meeting": "icb-board-2023-09-27"})
    moved = (*LANCASHIRE_MEETINGS, a_meeting("icb-board", "2023-09-27", "13:00"))
    found = asked(options_appraisal(), "2023-10-31", world=lancashire(late, moved))
    assert ("form-before-function", "gate-too-late") in codes(found)
    said = found.clashes[0].message
    assert said.startswith(
        "Place Integration Deal has to be decided by Integrated Care Board first. That is expected on 27"
    )
    nowhere = integration_deal(icb_board={**facts, "meeting": None})
    found = asked(options_appraisal(), "2023-10-31", world=lancashire(nowhere))
    assert found.nearest is None
    assert ("form-before-function", "gate-closed") in codes(found)
    assert last_day(found, "hwb") == "2023-09-05", "what can be said is still said"


# Joins


def partners(least: int | None = None) -> Case:
    return a_case(
        meeting_stage("board", ask="endorse"),
        party_stage("partners", least=least, after=("board",), decisive=True),
        parties={"lcc": "cabinet", "icb": "icb", "place": "place"},
    )


PARTNERS = replace(
    WORLD,
    forums={
        **WORLD.forums,
        "icb": a_forum("icb", "icb-board", "ICB"),
        "place": a_forum("place", "local-terms", "Place"),
    },
    meetings={
        **WORLD.meetings,
        "icb": (a_meeting("icb", "2023-10-10"), a_meeting("icb", "2023-10-25")),
        "place": (a_meeting("place", "2023-12-01"),),
    },
)


def test_where_all_partners_are_needed_each_has_its_own_last_day_and_one_too_late_is_named() -> None:
    found = asked(partners(), "2023-12-20", world=PARTNERS)
    days = [last_day(found, f"partners:{party}") for party in ("lcc", "icb", "place")]
    assert days == ["2023-12-07", "2023-10-25", "2023-12-01"]
    assert last_day(found, "board") == "2023-10-03", "before the first of them"
    assert codes(asked(partners(), "2023-11-15", world=PARTNERS)) == [("partners:place", "no-meeting")]


def test_where_two_partners_are_enough_the_third_may_have_no_day() -> None:
    found = asked(partners(least=2), "2023-11-15", world=PARTNERS)
    assert found.possible
    assert last_day(found, "partners:place") is None
    assert found.of_step("partners:place").needed


# Meetings that were chosen


def test_a_meeting_that_is_too_late_is_to_be_given_up_and_the_one_that_would_do_is_named() -> None:
    case = board_then_cabinet(cabinet={"meeting": "cabinet-2023-12-07"})
    found = asked(case, "2023-11-30")
    assert codes(found) == [("cabinet", "bound-too-late")]
    assert found.clashes[0].message == (
        "Cabinet is to deal with it on 7 December 2023; it would have to be by 30 November 2023. Take it off that "
        "meeting; the one of 2 November 2023 would be in time."
    )
    assert found.nearest == day("2023-12-13")


def test_a_meeting_that_breaks_a_rule_makes_the_date_impossible_until_it_is_given_up() -> None:
    case = board_then_cabinet({"key_decision": True}, cabinet={"meeting": "cabinet-2023-10-05"})
    found = asked(case, "2023-11-30", on="2023-09-08")
    assert codes(found) == [("cabinet", "notice-too-late")]
    assert found.nearest == day("2023-11-30"), "nothing else is in the way"
    assert last_day(found, "cabinet") == "2023-11-02"


def test_a_step_stays_on_the_meeting_that_was_chosen_for_it() -> None:
    found = asked(board_then_cabinet(board={"meeting": "board-2023-09-05"}), "2023-12-31")
    assert (last_day(found, "board"), found.of_step("board").last.basis) == ("2023-09-05", "bound")


# What has happened already


def test_what_is_decided_stays_and_the_rest_is_left_until_the_last_day() -> None:
    found = asked(board_then_cabinet(board=passed("endorsed", "2023-07-04")), "2023-11-30")
    assert found.of_step("board").last.basis == "actual"
    assert last_day(found, "cabinet") == "2023-11-02"


def test_a_decision_that_was_called_in_leaves_no_date() -> None:
    found = asked(board_then_cabinet(board=passed("endorsed", "2023-07-04"), cabinet=called_in("agreed", "2023-07-10")),
                  "2023-11-30")  # fmt: skip
    assert found.nearest is None
    assert codes(found) == [("cabinet", "called-in")]


def test_a_step_that_was_put_off_is_not_asked_for_before() -> None:
    found = asked(board_then_cabinet(board={"not_before": day("2023-10-10")}), "2023-10-31")
    assert ("board", "put-off") in codes(found)
    assert found.nearest == day("2023-12-13")


def test_an_item_that_is_withdrawn_will_not_be_decided() -> None:
    found = asked(board_then_cabinet({"state": "withdrawn"}), "2023-11-30")
    assert (found.possible, found.nearest, codes(found)) == (False, None, [(None, "withdrawn")])


@pytest.mark.parametrize(
    ("target", "step", "sentence"),
    [
        ("2023-07-17", None, "17 July 2023 is before 18 July 2023, from which this is reasoned. Name a later day."),
        ("2023-10-01", "nowhere", "matter has no step nowhere; its steps are board, cabinet."),
        ("2023-10-01", "board", "board (Board) is settled already. Name a step that is still open."),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(target: str, step: str | None, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        asked(board_then_cabinet(board=passed("endorsed", "2023-07-04")), target, step)
    assert str(refused.value) == sentence


def test_beyond_the_known_bank_holidays_nothing_is_said() -> None:
    with pytest.raises(BeyondCalendar):
        asked(board_then_cabinet(), "2029-01-01")
