"""When each step is expected: which meeting, what falls due, when the item is finished, what delays it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from routes.spec import Days
from tests.unit.casebook import (
    LCC_EXECUTIVE,
    PACKS,
    a_case,
    a_forum,
    a_meeting,
    a_world,
    called_in,
    codes,
    day,
    fell_short,
    lancashire,
    meeting_stage,
    options_appraisal,
    party_stage,
    passed,
    plan,
)
from workflow.errors import BeyondCalendar
from workflow.facts import Case, Pattern, RulePack
from workflow.planner import Plan, waiting_sentences

CABINET = a_forum("cabinet", "lcc-executive", "Cabinet")
BOARD = a_forum("board", "lcc-committee", "Board")
DIRECTOR = a_forum("director", "lcc-executive", "Director", form="individual")
MONTHLY = Pattern("month", 3, 1, "14:00", frozenset({8}))  # first Thursday, not in August
PARTNERS = {"lcc": "cabinet", "icb": "icb-board", "wlbc": "wlbc-cabinet"}


def meetings_of(found: Plan) -> dict[str, str | None]:
    return {step.step: step.meeting.isoformat() if step.meeting else None for step in found.steps}


def one_stage(**facts: Any) -> Case:
    """A matter for Cabinet alone."""
    item = {key: facts.pop(key) for key in ("key_decision", "target", "state") if key in facts}
    return a_case(meeting_stage("cabinet", decisive=True), steps={"cabinet": facts}, **item)


def cabinet_meets(*days: str, **pattern: Any) -> Any:
    return a_world(replace(CABINET, **pattern), BOARD, meetings=[a_meeting("cabinet", when) for when in days])


# The cases of Lancashire


def test_the_options_appraisal_of_2023_as_seen_in_july() -> None:
    found = plan(options_appraisal(), lancashire(), "2023-07-18")
    assert meetings_of(found) == {
        "form-before-function": "2023-07-05",
        "place-partnership": "2023-08-21",
        "hwb": "2023-09-05",
        "cabinet": "2023-10-05",
        "icb-executives": "2023-10-10",
    }
    assert found.step("hwb").agenda_by == day("2023-08-25")
    cabinet = found.step("cabinet")
    assert (cabinet.notice_by, cabinet.report_due) == (day("2023-09-06"), day("2023-09-22"))
    assert (cabinet.agenda_by, cabinet.effective) == (day("2023-09-27"), day("2023-10-11"))
    assert cabinet.meeting_id == "lcc-cabinet-2023-10-05"
    assert cabinet.time == "14:00"
    assert (found.finish, found.target, found.late) == (day("2023-10-11"), day("2023-10-31"), False)
    assert codes(found) == ["notice-slack", "decides-inside-call-in"]
    assert [step.step for step in found.steps if step.critical] == ["cabinet"]
    assert waiting_sentences(options_appraisal(), lancashire(), found) == [
        "Interim Lancashire Place Partnership to endorse it on 21 August 2023"
    ]


def test_the_west_lancashire_memorandum_of_2019_when_one_of_seven_has_approved() -> None:
    parties = ("lcc", "wl-ccg", "wlbc", "wl-cvs", "lscft", "virgin-care", "wl-gp-federation")
    boards = [a_forum(f"{party}-board", organisation=party) for party in parties]
    boards[0] = a_forum("lcc-board", "lcc-executive", "Cabinet")
    world = a_world(
        *boards,
        a_forum("executive", form="consultative"),
        meetings=[a_meeting("executive", "2019-11-05", "10:00"), a_meeting("lcc-board", "2019-12-05")],
    )
    memorandum = a_case(
        meeting_stage("executive", ask="endorse"),
        party_stage("partners", after=("executive",), decisive=True),
        parties={party: f"{party}-board" for party in parties},
        steps={
            "executive": passed("approved", "2019-11-05", meeting="executive-2019-11-05"),
            "partners:lcc": passed("approved", "2019-12-05", meeting="lcc-board-2019-12-05"),
        },
    )
    found = plan(memorandum, world, "2019-12-20")
    cabinet, *others = found.steps[1:]
    assert (cabinet.state, cabinet.meeting, cabinet.effective) == (
        "passed",
        day("2019-12-05"),
        day("2019-12-11"),
    )
    assert [other.state for other in others] == ["ready"] * 6
    assert codes(found) == ["no-meeting"] * 6
    assert (found.item_state, found.finish) == ("in-progress", None)
    assert waiting_sentences(memorandum, world, found)[0] == "Wl-ccg-board to approve it; no meeting known"


# Which meeting


def test_a_bound_step_stays_where_it_is_bound() -> None:
    found = plan(one_stage(meeting="cabinet-2023-11-02"), cabinet_meets("2023-10-05", "2023-11-02"), "2023-09-01")
    assert (found.step("cabinet").basis, found.step("cabinet").meeting) == ("bound", day("2023-11-02"))


def test_a_cancelled_meeting_neither_binds_nor_suits() -> None:
    world = a_world(
        CABINET,
        meetings=[
            a_meeting("cabinet", "2023-10-05", state="cancelled"),
            a_meeting("cabinet", "2023-11-02"),
        ],
    )
    step = plan(one_stage(meeting="cabinet-2023-10-05"), world, "2023-09-01").step("cabinet")
    assert (step.basis, step.meeting) == ("calendar", day("2023-11-02"))


@pytest.mark.parametrize(
    ("on", "facts", "meets"),
    [
        ("2023-09-22", {}, "2023-10-05"),  # the report is due today: still in time
        ("2023-09-23", {}, "2023-11-02"),
        ("2023-09-23", {"papers": "submitted"}, "2023-10-05"),
        ("2023-09-23", {"verbal": True}, "2023-10-05"),
        ("2023-09-06", {"key_decision": True}, "2023-10-05"),  # notice is due today
        ("2023-09-07", {"key_decision": True}, "2023-11-02"),
        ("2023-09-07", {"key_decision": True, "notice_given": date(2023, 9, 5)}, "2023-10-05"),
        ("2023-09-12", {"key_decision": True, "notice_given": date(2023, 9, 8)}, "2023-11-02"),
        ("2023-09-01", {"not_before": date(2023, 10, 6)}, "2023-11-02"),
        ("2023-09-01", {"not_before": date(2023, 10, 5)}, "2023-10-05"),
        ("2023-09-01", {"not_before_meeting": "cabinet-2023-11-02"}, "2023-11-02"),
        ("2023-09-01", {"round": 2, "earlier_round_on": date(2023, 10, 5)}, "2023-11-02"),
    ],
)
def test_the_first_meeting_that_the_report_the_notice_and_the_rounds_allow(
    on: str, facts: dict[str, Any], meets: str
) -> None:
    found = plan(one_stage(**facts), cabinet_meets("2023-10-05", "2023-11-02", "2023-12-07"), on)
    assert (found.step("cabinet").basis, found.step("cabinet").meeting) == ("calendar", day(meets))
    assert codes(found) == []


@pytest.mark.parametrize(
    ("cabinet_at", "meets"), [("14:00", "2023-10-05"), ("10:00", "2023-11-02"), ("9:30", "2023-11-02")]
)
def test_a_meeting_on_the_same_day_must_start_after_the_one_before_it(cabinet_at: str, meets: str) -> None:
    case = a_case(meeting_stage("board", ask="endorse"), meeting_stage("cabinet", after=("board",), decisive=True))
    world = a_world(
        CABINET,
        BOARD,
        meetings=[
            a_meeting("board", "2023-10-05", "10:00"),
            a_meeting("cabinet", "2023-10-05", cabinet_at),
            a_meeting("cabinet", "2023-11-02"),
        ],
    )
    assert plan(case, world, "2023-09-01").step("cabinet").meeting == day(meets)


@pytest.mark.parametrize(("papers_after_outcome", "meets"), [(False, "2023-09-14"), (True, "2023-10-05")])
def test_papers_that_wait_for_the_outcome_need_a_later_meeting(papers_after_outcome: bool, meets: str) -> None:
    case = a_case(
        meeting_stage("board", ask="endorse"),
        meeting_stage("cabinet", after=("board",), decisive=True, papers_after_outcome=papers_after_outcome),
    )
    world = a_world(
        CABINET,
        BOARD,
        meetings=[
            a_meeting("board", "2023-09-05"),
            *(a_meeting("cabinet", d) for d in ("2023-09-14", "2023-10-05")),
        ],
    )
    assert plan(case, world, "2023-08-01").step("cabinet").meeting == day(meets)


def test_beyond_its_known_meetings_a_forum_meets_as_usual() -> None:
    world = cabinet_meets("2024-07-04", meets=MONTHLY)
    found = plan(one_stage(), world, "2024-07-01")
    step = found.step("cabinet")  # the report for 4 July is late, there is none in August
    assert (step.basis, step.meeting, step.meeting_id, step.time) == (
        "pattern",
        day("2024-09-05"),
        None,
        "14:00",
    )


@pytest.mark.parametrize(
    ("pattern", "on", "meets"),
    [
        (
            Pattern("month", 3, 1),
            "2025-12-20",
            "2026-02-05",
        ),  # the first Thursday of January is New Year's Day
        (Pattern("month", 4, -1), "2024-02-01", "2024-02-23"),
        (Pattern("week", 0, None), "2024-04-22", "2024-05-13"),  # not on the early May holiday
        (Pattern("quarter", 1, 2), "2024-01-10", "2024-04-09"),
        (Pattern("quarter", 1, 2, excepted=frozenset({4})), "2024-01-10", "2024-07-09"),
        (Pattern("month", 3, 1), "2026-12-28", "2027-02-04"),
    ],
)
def test_the_days_on_which_forums_usually_meet(pattern: Pattern, on: str, meets: str) -> None:
    step = plan(one_stage(), cabinet_meets(meets=pattern), on).step("cabinet")
    assert (step.basis, step.meeting) == ("pattern", day(meets))


def test_the_usual_days_end_after_two_years_and_with_the_known_calendar() -> None:
    yearly = replace(MONTHLY, excepted=frozenset(range(1, 13)) - {1})
    put_off = one_stage(not_before=day("2026-01-05"))
    assert plan(put_off, cabinet_meets(meets=yearly), "2024-01-01").step("cabinet").meeting is None
    assert codes(plan(one_stage(), cabinet_meets(meets=MONTHLY), "2028-12-20")) == ["no-meeting"]


def test_the_rules_of_the_meeting_day_hold() -> None:
    later = RulePack("lcc-executive", day("2023-11-01"), True, agenda_day=Days(7, "calendar-days"))
    world = a_world(
        CABINET,
        packs=[*PACKS, later],
        meetings=[a_meeting("cabinet", "2023-10-05"), a_meeting("cabinet", "2023-11-02")],
    )
    step = plan(one_stage(meeting="cabinet-2023-11-02"), world, "2023-09-01").step("cabinet")
    assert (step.agenda_by, step.report_due, step.effective) == (day("2023-10-26"), None, day("2023-11-02"))
    step = plan(one_stage(meeting="cabinet-2023-10-05"), world, "2023-09-01").step("cabinet")
    assert (step.agenda_by, step.effective) == (day("2023-09-27"), day("2023-10-11"))


def test_a_forum_without_rules_has_no_due_dates() -> None:
    world = a_world(a_forum("cabinet"), meetings=[a_meeting("cabinet", "2023-10-05")])
    step = plan(one_stage(key_decision=True), world, "2023-10-05").step("cabinet")
    assert (step.meeting, step.effective) == (day("2023-10-05"), day("2023-10-05"))
    assert (step.notice_by, step.report_due, step.agenda_by) == (None, None, None)


def test_a_meeting_beyond_the_calendar_is_not_planned_and_cannot_be_counted_for() -> None:
    world = cabinet_meets("2029-01-11")
    assert codes(plan(one_stage(), world, "2028-11-01")) == ["no-meeting"]
    with pytest.raises(BeyondCalendar, match="31 December 2028"):
        plan(one_stage(meeting="cabinet-2029-01-11"), world, "2028-11-01")
    unready = cabinet_meets("2028-12-28")  # its call-in would end beyond the calendar
    assert codes(plan(one_stage(), unready, "2028-11-01")) == ["no-meeting"]


# When a decision takes effect


@pytest.mark.parametrize(
    ("ask", "facts", "effective"),
    [
        ("agree", {}, "2023-10-11"),
        ("endorse", {}, "2023-10-11"),
        ("note", {}, "2023-10-05"),
        ("recommend", {}, "2023-10-05"),
        ("agree", {"call_in_waived": True}, "2023-10-05"),
        ("agree", {"no_call_in": True}, "2023-10-05"),
        ("agree", passed("agreed", "2023-10-05"), "2023-10-11"),
        ("agree", passed("agreed", "2023-10-05", published_on=date(2023, 10, 9)), "2023-10-13"),
        ("note", passed("agreed", "2023-10-05"), "2023-10-11"),
        ("agree", passed("noted", "2023-10-05", accepted=True), "2023-10-05"),
        ("agree", passed("recommended", "2023-10-05"), "2023-10-05"),
        ("agree", passed("agreed", "2023-10-05", upheld_on=date(2023, 10, 20)), "2023-10-20"),
        ("agree", called_in("agreed", "2023-10-05"), None),
        ("agree", fell_short("noted", "2023-10-05"), None),
    ],
)
def test_from_when_a_decision_may_be_acted_on(ask: str, facts: dict[str, Any], effective: str | None) -> None:
    case = a_case(meeting_stage("cabinet", ask=ask), steps={"cabinet": {**facts, "meeting": "cabinet-2023-10-05"}})
    step = plan(case, cabinet_meets("2023-10-05"), "2023-10-05").step("cabinet")
    assert step.effective == (day(effective) if effective else None)


def test_what_is_published_later_can_be_called_in_longer() -> None:
    slow = replace(LCC_EXECUTIVE, decision_published=Days(2, "working-days"))
    world = a_world(CABINET, packs=[slow], meetings=[a_meeting("cabinet", "2023-10-05")])
    assert plan(one_stage(), world, "2023-09-01").finish == day("2023-10-13")


def test_a_step_with_an_outcome_is_where_it_happened() -> None:
    world = cabinet_meets("2023-10-05", "2023-11-02")
    at_the_meeting = plan(
        one_stage(**passed("agreed", "2023-10-05", meeting="cabinet-2023-10-05")), world, "2023-12-01"
    )
    elsewhere = plan(one_stage(**passed("agreed", "2023-10-19")), world, "2023-12-01")
    step = at_the_meeting.step("cabinet")
    assert (step.basis, step.meeting, step.time) == ("actual", day("2023-10-05"), "14:00")
    step = elsewhere.step("cabinet")
    assert (step.basis, step.meeting, step.meeting_id) == ("actual", day("2023-10-19"), None)
    assert elsewhere.finish == day("2023-10-25")
