"""The clocks that rules set running: the worked examples, and what keeps, excuses or breaks each of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from routes.spec import Days
from tests.unit.casebook import (
    a_case,
    consultation_stage,
    day,
    individual_stage,
    lancashire,
    meeting_stage,
    options_appraisal,
    passed,
)
from tests.unit.clocked import EXECUTIVE, at, cabinet_step, clocks, key_notice, timetable, world
from workflow.clocks.computing import clocks_of

# The worked examples


@pytest.mark.parametrize(
    ("given", "meets", "state"),
    [
        ("2023-09-06", "2023-10-05", "kept"),
        ("2023-09-07", "2023-10-05", "broken"),
        ("2018-02-07", "2018-03-08", "kept"),  # by exactly 28
        ("2019-04-17", "2019-05-16", "kept"),  # over Easter
        ("2022-11-22", "2022-12-14", "broken"),
    ],
)
def test_notice_of_a_key_decision(given: str, meets: str, state: str) -> None:
    assert key_notice(meets, given, given).state == state


def test_notice_of_the_decision_of_december_2022_left_21_days_and_special_urgency_was_used() -> None:
    late = key_notice("2022-12-14", "2022-11-22", "2022-11-22")
    assert (late.state, late.due, late.fell_short) == ("broken", day("2022-11-15"), "21 clear days instead of 28")
    assert (late.rule, late.source) == ("28 clear days before the meeting", "SI 2012/2089 regulation 9")
    used = key_notice("2022-12-14", "2022-11-22", "2022-12-01", special_urgency_on=day("2022-11-30"))
    assert (used.state, used.excused_by, used.fell_short) == (
        "excused", "special-urgency", "21 clear days instead of 28",
    )  # fmt: skip


@pytest.mark.parametrize(("meets", "state"), [("2023-10-05", "excused"), ("2023-10-04", "broken")])
def test_by_the_general_exception_it_is_decided_only_after_five_clear_days(meets: str, state: str) -> None:
    case = cabinet_step(meets, general_exception_on=day("2023-09-27"))
    found = clocks(case, world(meets), "2023-09-28")
    assert found["key-decision-notice"].state == state
    exception = found["general-exception"]
    assert (exception.starts, exception.done_on) == (day("2023-10-05"), day("2023-09-27"))
    assert exception.state == ("kept" if state == "excused" else "broken")
    assert exception.fell_short == (None if state == "excused" else "4 clear working days instead of 5")


@pytest.mark.parametrize(
    ("meets", "put_on", "state", "fell_short"),
    [
        ("2023-09-05", "2023-08-25", "kept", None),  # Monday 28 August is a bank holiday
        ("2023-09-05", "2023-08-29", "broken", "4 clear working days instead of 5"),
        ("1990-05-01", "1990-04-26", "broken", "2 clear working days instead of 5"),
    ],
)
def test_the_agenda_of_a_committee(meets: str, put_on: str, state: str, fell_short: str | None) -> None:
    facts = {"meeting": f"board-{meets}", "papers": "on-agenda", "agenda_on": day(put_on)}
    case = a_case(meeting_stage("board", ask="endorse", decisive=True), steps={"board": facts})
    clock = clocks(case, world(f"board {meets}"), put_on)["agenda"]
    assert (clock.state, clock.fell_short) == (state, fell_short)


@pytest.mark.parametrize(
    ("length", "published", "last", "effective"),
    [
        (3, "2019-07-11", "2019-07-16", "2019-07-17"),
        (3, "2021-04-01", "2021-04-08", "2021-04-09"),  # over Easter
        (3, "2013-05-17", "2013-05-22", "2013-05-23"),
    ],
)
def test_the_window_for_a_call_in(length: int, published: str, last: str, effective: str) -> None:
    pack = replace(EXECUTIVE, call_in=Days(length, "clear-working-days"))
    case = cabinet_step(published, **passed("agreed", published, published_on=day(published)))
    states = {on: clocks(case, world(published, pack=pack), on)["call-in"].state for on in (published, last, effective)}
    window = clocks(case, world(published, pack=pack), published)["call-in"]
    assert (window.starts, window.due) == (day(published), day(last))
    assert states == {published: "open", last: "open", effective: "over"}
    assert timetable(case, world(published, pack=pack), last).placed["cabinet"].effective == day(effective)


# What keeps, excuses or breaks a clock


def test_a_missed_notice_is_broken_and_says_what_giving_it_today_would_leave() -> None:
    clock = key_notice("2022-12-14", None, "2022-11-22")
    assert (clock.state, clock.done_on) == ("broken", None)
    assert clock.fell_short == "21 clear days instead of 28, if it were done today"


def test_of_a_history_that_says_nothing_no_breach_is_claimed() -> None:
    decided = passed("agreed", "2022-12-14")
    taken_in = key_notice("2022-12-14", None, "2023-01-10", **decided)
    assert taken_in.state == "unknown"
    assert taken_in.because is not None
    assert "either record when it was given, or this decision was taken without it" in taken_in.because
    followed = key_notice("2022-12-14", None, "2023-01-10", **decided, submitted_on=day("2022-12-01"))
    assert followed.state == "broken"


@pytest.mark.parametrize(("given", "state"), [("2022-11-15", "kept"), ("2022-11-16", "broken")])
def test_a_notice_recorded_afterwards_counts_by_its_real_day(given: str, state: str) -> None:
    assert key_notice("2022-12-14", given, "2023-01-10", **passed("agreed", "2022-12-14")).state == state


def test_urgency_that_was_agreed_only_after_the_decision_excuses_nothing() -> None:
    case = cabinet_step("2022-12-14", **passed("agreed", "2022-12-14"), special_urgency_on=day("2022-12-15"))
    found = clocks(case, world("2022-12-14"), "2023-01-10")
    assert found["key-decision-notice"].state == "unknown"
    assert found["special-urgency"].state == "broken"


def test_an_agenda_that_was_late_is_excused_by_the_chair_s_reason() -> None:
    facts = {"papers": "on-agenda", "agenda_on": day("2023-10-03")}
    late = clocks(cabinet_step("2023-10-05", **facts), world("2023-10-05"), "2023-10-04")["agenda"]
    assert (late.state, late.fell_short) == ("broken", "1 clear working day instead of 5")
    urgent = cabinet_step("2023-10-05", **facts, urgent_item_on=day("2023-10-05"))
    found = clocks(urgent, world("2023-10-05"), "2023-10-05")
    assert (found["agenda"].state, found["agenda"].excused_by) == ("excused", "urgent-item")
    assert found["urgent-item"].state == "kept"


def test_a_notice_given_on_a_saturday_is_late_although_it_leaves_the_days() -> None:
    clock = key_notice("2023-10-09", "2023-09-09", "2023-09-11")  # due on Sunday 10, so on Friday 8 September
    assert (clock.state, clock.fell_short) == ("broken", "not on a working day")


def test_nobody_but_an_executive_gives_notice_of_a_key_decision() -> None:
    case = a_case(meeting_stage("board", decisive=True), steps={"board": {"meeting": "board-2023-09-05"}},
                  key_decision=True)  # fmt: skip
    assert set(clocks(case, world("board 2023-09-05"), "2023-08-01")) == {"agenda"}


# How much is left


@pytest.mark.parametrize(
    ("on", "state"),
    [
        ("2023-09-01", "running"),  # Friday: Monday, Tuesday and Wednesday are left
        ("2023-09-04", "running"),
        ("2023-09-05", "at-risk"),
        ("2023-09-06", "at-risk"),
        ("2023-09-07", "broken"),
    ],
)
def test_with_fewer_than_two_working_days_left_a_clock_is_at_risk(on: str, state: str) -> None:
    assert key_notice("2023-10-05", None, on).state == state


def test_weekends_and_bank_holidays_leave_no_working_days() -> None:
    clock = key_notice("2023-09-27", None, "2023-08-25")  # due on Tuesday 29 August, after the bank holiday
    assert (clock.due, clock.state) == (day("2023-08-29"), "at-risk")
    assert clock.because == "It is due by 29 August 2023: 1 working day left after today."


@pytest.mark.parametrize(
    ("board_meets", "because"),
    [
        ("2023-09-05", "It is due by 6 September 2023, which leaves 1 working day after Health and Wellbeing Board on "
                       "5 September 2023."),
        ("2023-09-06", "It is due by 6 September 2023, not after Health and Wellbeing Board on 6 September 2023."),
        ("2023-09-01", None),
    ],
)  # fmt: skip
def test_a_notice_is_at_risk_where_what_it_waits_for_comes_too_late(board_meets: str, because: str | None) -> None:
    case = a_case(
        meeting_stage("board", ask="endorse"),
        meeting_stage("cabinet", after=("board",), decisive=True),
        steps={"board": {"meeting": f"board-{board_meets}"}, "cabinet": {"meeting": "cabinet-2023-10-05"}},
        key_decision=True,
    )
    clock = clocks(case, world(f"board {board_meets}", "2023-10-05"), "2023-08-01")["key-decision-notice"]
    assert (clock.state, clock.because) == ("at-risk" if because else "running", because)


def test_the_appraisal_of_2023_says_before_it_is_agreed_what_is_tight() -> None:
    found = clocks_of(timetable(options_appraisal(), lancashire(), "2023-07-18"), at("2023-07-18 09:00"))
    tight = {(clock.step, clock.kind) for clock in found if clock.state == "at-risk"}
    assert tight == {("cabinet", "key-decision-notice")}


# A time of day


@pytest.mark.parametrize(
    ("meets", "local", "late"),
    [
        ("2023-10-05", "2023-09-28 11:59", False),
        ("2023-10-05", "2023-09-28 12:00", False),
        ("2023-10-05", "2023-09-28 12:01", True),
        ("2026-04-08", "2026-03-30 11:59", False),  # Easter is behind it, the clocks went forward the day before
        ("2026-04-08", "2026-03-30 12:01", True),
        ("2026-11-02", "2026-10-26 11:59", False),  # they went back the day before
        ("2026-11-02", "2026-10-26 12:01", True),
    ],
)
def test_on_its_day_a_report_is_in_time_until_the_hour(meets: str, local: str, late: bool) -> None:
    due = Days(5, "working-days", by="12:00")
    around = world(meets, pack=replace(EXECUTIVE, report_due=due))
    on, hour = local.split()
    clock = clocks(cabinet_step(meets), around, on, hour)["report"]
    assert (clock.due, clock.by) == (day(on), "12:00")
    assert clock.state == ("broken" if late else "at-risk")


def test_seen_from_another_day_the_hour_does_not_matter() -> None:
    around = world("2023-10-05", pack=replace(EXECUTIVE, report_due=Days(5, "working-days", by="12:00")))
    found = clocks_of(timetable(cabinet_step("2023-10-05"), around, "2023-09-28"), at("2023-09-29 18:00"))
    assert next(clock for clock in found if clock.kind == "report").state == "at-risk"


# In private


@pytest.mark.parametrize("part", ["item", "step"])
def test_a_private_meeting_needs_two_notices(part: str) -> None:
    exempt = {"part": "II"}
    case = cabinet_step("2023-10-05", exempt if part == "item" else None, **(exempt if part == "step" else {}))
    found = clocks(case, world("2023-10-05"), "2023-08-01")
    assert found["private-meeting-notice"].due == day("2023-09-06")
    assert found["private-meeting-notice-again"].due == day("2023-09-27")
    assert "public-questions" not in found


def test_in_public_there_is_nothing_to_give_notice_of() -> None:
    assert not {"private-meeting-notice", "private-meeting-notice-again"} & set(
        clocks(cabinet_step("2023-10-05"), world("2023-10-05"), "2023-08-01")
    )


def test_each_notice_of_a_private_meeting_is_judged_by_itself() -> None:
    given = {"private_notice_on": day("2023-09-06"), "private_notice_again_on": day("2023-09-28")}
    found = clocks(cabinet_step("2023-10-05", {"part": "II"}, **given), world("2023-10-05"), "2023-10-01")
    assert found["private-meeting-notice"].state == "kept"
    again = found["private-meeting-notice-again"]
    assert (again.state, again.fell_short) == ("broken", "4 clear working days instead of 5")
    urgent = cabinet_step("2023-10-05", {"part": "II"}, **given, special_urgency_on=day("2023-09-29"))
    assert clocks(urgent, world("2023-10-05"), "2023-10-01")["private-meeting-notice-again"].state == "excused"


# After the decision


@pytest.mark.parametrize(
    ("decided", "time", "due", "by"),
    [
        ("2023-10-06", "14:00", "2023-10-07", "14:00"),  # Friday: the hours run through the weekend
        ("2026-03-28", "14:00", "2026-03-29", "15:00"),  # the clocks go forward in between
        ("2026-10-24", "14:00", "2026-10-25", "13:00"),
    ],
)
def test_members_get_the_documents_of_a_private_decision_within_24_hours(
    decided: str, time: str, due: str, by: str
) -> None:
    case = cabinet_step(decided, {"part": "II"}, **passed("agreed", decided))
    around = world(decided, time=time)
    clock = clocks(case, around, decided, "18:00")["documents-to-members"]
    assert (clock.due, clock.by, clock.state) == (day(due), by, "at-risk")
    given = cabinet_step(decided, {"part": "II"}, **passed("agreed", decided), documents_given_on=day(due))
    assert clocks(given, around, due, "18:00")["documents-to-members"].state == "kept"


def test_so_they_do_of_a_decision_that_one_member_takes_alone_but_of_none_in_public() -> None:
    alone = a_case(
        individual_stage("member", "member", decisive=True), steps={"member": passed("decided", "2023-10-06")}
    )
    clock = clocks(alone, world("2023-10-05"), "2023-10-06")["documents-to-members"]
    assert (clock.due, clock.by) == (day("2023-10-07"), None)
    public = cabinet_step("2023-10-05", **passed("agreed", "2023-10-05"))
    assert "documents-to-members" not in clocks(public, world("2023-10-05"), "2023-10-05")


def test_a_decision_is_published_and_minuted_by_a_day() -> None:
    decided = passed("agreed", "2023-10-05", submitted_on=day("2023-09-01"))
    case = cabinet_step("2023-10-05", **decided)
    found = clocks(case, world("2023-10-05"), "2023-10-05")
    assert (found["decision-published"].due, found["decision-published"].state) == (day("2023-10-05"), "at-risk")
    assert (found["minutes"].due, found["minutes"].state) == (day("2023-10-12"), "running")
    later = clocks(case, world("2023-10-05"), "2023-10-20")
    assert {later["decision-published"].state, later["minutes"].state} == {"broken"}
    done = cabinet_step("2023-10-05", **decided, published_on=day("2023-10-05"), minuted=True)
    kept = clocks(done, world("2023-10-05"), "2023-10-12")
    assert {kept["decision-published"].state, kept["minutes"].state} == {"kept"}


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"call_in_waived": True}, "waived"),
        ({"decision": "called-in", "called_in_on": date(2023, 10, 9)}, "called-in"),
        ({"upheld_on": date(2023, 10, 20)}, "over"),
        ({}, "open"),
    ],
)
def test_how_a_call_in_stands(facts: dict[str, Any], state: str) -> None:
    case = cabinet_step("2023-10-05", **passed("agreed", "2023-10-05") | facts)
    assert clocks(case, world("2023-10-05"), "2023-10-10")["call-in"].state == state


def test_what_is_only_noted_or_recommended_cannot_be_called_in() -> None:
    for outcome in ("noted", "recommended"):
        case = cabinet_step("2023-10-05", **passed(outcome, "2023-10-05"))
        assert "call-in" not in clocks(case, world("2023-10-05"), "2023-10-05")


def test_a_consultation_opens_and_closes() -> None:
    case = a_case(consultation_stage("members", "Practices", 42), meeting_stage("cabinet", after=("members",),
                                                                              decisive=True))  # fmt: skip
    found = next(c for c in clocks_of(timetable(case, world("2023-12-07"), "2023-09-01"), at("2023-09-01 09:00"))
                 if c.kind == "consultation")  # fmt: skip
    assert (found.state, found.starts, found.due) == ("open", day("2023-09-01"), day("2023-10-13"))
    over = a_case(consultation_stage("members", "Practices", 42), steps={"members": passed("consulted", "2023-10-13")})
    assert clocks(over, world(), "2023-10-14")["consultation"].state == "over"


@pytest.mark.parametrize(
    ("met", "six", "four"),
    [
        ("2023-10-05", "2029-10-04", "2027-10-04"),
        ("2024-02-29", "2030-02-28", "2028-02-28"),  # in 2028 there is a 29 February again
    ],
)
def test_papers_stay_open_to_inspection_for_years(met: str, six: str, four: str) -> None:
    found = clocks(cabinet_step(met, **passed("agreed", met)), world(met), met)
    assert (found["inspection"].due, found["inspection"].state) == (day(six), "open")
    assert found["inspection-of-background-papers"].due == day(four)


def test_beyond_the_calendar_a_clock_says_that_it_cannot_be_counted() -> None:
    clock = clocks(cabinet_step("2028-12-29", **passed("agreed", "2028-12-29")), world("2028-12-29"), "2028-12-29")
    assert clock["call-in"].state == "unknown"
    assert "known until 31 December 2028" in (clock["call-in"].because or "")
