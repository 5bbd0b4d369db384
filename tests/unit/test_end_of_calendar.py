"""The last days of the known calendar: what happened is recorded, even where nothing can be counted from it."""

from __future__ import annotations

from tests.builders import case, item
from tests.office import Office
from tests.unit.casebook import a_case, a_forum, a_meeting, a_world, day, meeting_stage, passed, plan, standing
from workflow.facts import Pattern

CABINET_ONLY = "- {id: cabinet, forum: cabinet, ask: agree, decisive: true}\n"
LAST_MEETING = '\nmeetings:\n  - {id: c-last, forum: cabinet, date: 2028-12-29, time: "17:00"}\n'
CABINET = a_forum("cabinet", "lcc-executive", "Cabinet")
LAST = a_world(CABINET, meetings=[a_meeting("cabinet", "2028-12-29")])


def _at_last(steps: str = "") -> str:
    more = {"steps": steps} if steps else {}
    return case(stages=CABINET_ONLY, items=item(**more)).replace("\nmeetings:\n", LAST_MEETING)


def test_a_decision_whose_call_in_period_cannot_be_counted_is_recorded(desk: Office) -> None:
    desk.load(_at_last())
    desk.clock.to("2028-12-30 09:00")
    desk.operator.records("plan", "cabinet", "agreed", on="2028-12-29")
    assert desk.item("plan")["state"] == "in-progress"
    assert desk.item("plan")["finish"] is None
    assert desk.states("plan") == {"cabinet": "passed"}
    assert desk.plan("plan").step("cabinet").effective is None


def test_a_step_is_bound_to_the_last_meeting_by_a_file(desk: Office) -> None:
    desk.load(_at_last("{cabinet: {meeting: c-last}}"))
    found = desk.plan("plan")
    assert found.step("cabinet").meeting == day("2028-12-29")
    assert found.step("cabinet").agenda_by == day("2028-12-19")
    assert found.finish is None


def test_a_step_bound_before_the_calendar_begins_to_count_has_a_day_and_no_due_days() -> None:
    first = a_world(CABINET, meetings=[a_meeting("cabinet", "1975-01-02")])
    bound = a_case(meeting_stage("cabinet", decisive=True), steps={"cabinet": {"meeting": "cabinet-1975-01-02"}})
    found = plan(bound, first, "1975-01-01")
    assert found.step("cabinet").report_due is None
    assert found.finish == day("1975-01-08")


def test_an_item_is_not_complete_while_nobody_can_say_when_its_decision_takes_effect() -> None:
    decided = a_case(meeting_stage("cabinet", decisive=True), steps={"cabinet": passed("agreed", "2028-12-29")})
    assert standing(decided, LAST, "2028-12-31").item_state == "in-progress"
    assert standing(decided, LAST, "2028-12-31").completed_on is None


def test_a_matter_put_off_to_the_end_of_time_has_no_day() -> None:
    weekly = a_forum("cabinet", "lcc-executive", meets=Pattern("week", 3, None, "14:00", frozenset()))
    put_off = a_case(meeting_stage("cabinet", decisive=True), steps={"cabinet": {"not_before": day("9999-12-31")}})
    assert plan(put_off, a_world(weekly), "2023-09-01").finish is None
