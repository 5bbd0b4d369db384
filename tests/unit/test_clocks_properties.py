"""No plan breaks a rule silently: whatever an open step misses is a problem of its plan or a clock that says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.casebook import codes
from tests.unit.test_planner_properties import CALENDAR, START, situations
from workflow.clocks.computing import clocks_of
from workflow.clocks.ways_out import WaysOut
from workflow.facts import Case, World
from workflow.planner import plan
from workflow.timetables import Timetabling

#: What a plan says where a clock is broken, and the other way round.
SAID = {
    "key-decision-notice": {"notice-too-late"},
    "report": {"report-due-passed"},
    "agenda": {"report-due-passed", "agenda-day-passed"},
}


@st.composite
def with_exceptions(draw: st.DrawFn) -> tuple[Case, World, date]:
    """Such a situation, in which some steps have an exception, agreed urgency or an urgent item on record."""
    case, world, on = draw(situations())
    days = st.one_of(st.none(), st.none(), st.dates(START - timedelta(days=30), on))
    steps = tuple(
        replace(step, general_exception_on=draw(days), special_urgency_on=draw(days), urgent_item_on=draw(days))
        for step in case.steps
    )
    return replace(case, steps=steps), world, on


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(with_exceptions())
def test_no_plan_breaks_a_rule_silently(situation: tuple[Case, World, date]) -> None:
    case, world, on = situation
    found = plan(case, world, CALENDAR, on, critical=False)
    timetable = Timetabling(world, CALENDAR, on).timetable(case)
    every = clocks_of(timetable, datetime.combine(on, datetime.min.time(), UTC))
    clocks = {(clock.step, clock.kind): clock for clock in every}
    for step in case.steps:
        planned, said = found.step(step.id), set(codes(found, step.id))
        if planned.meeting is None or step.decision != "open" or planned.state == "ended":
            continue
        due = {"key-decision-notice": planned.notice_by, "report": planned.report_due, "agenda": planned.agenda_by}
        done = {
            "key-decision-notice": step.notice_given is not None and step.notice_given <= (planned.notice_by or on),
            "report": step.papers != "none",
            "agenda": step.papers == "on-agenda",
        }
        for kind, by in due.items():
            missed = by is not None and by < on and not done[kind]
            state = clocks[step.id, kind].state if (step.id, kind) in clocks else None
            assert (state is None) == (by is None), (step.id, kind)
            assert not missed or state in ("broken", "excused"), (step.id, kind, state)
            assert state != "broken" or said & SAID[kind], (step.id, kind, said)
            assert state != "kept" or not (kind == "key-decision-notice" and "notice-too-late" in said)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(with_exceptions())
def test_a_later_meeting_that_is_offered_keeps_every_rule(situation: tuple[Case, World, date]) -> None:
    case, world, on = situation
    timetable = Timetabling(world, CALENDAR, on).timetable(case)
    ways = WaysOut(timetable)
    for clock in clocks_of(timetable, datetime.combine(on, datetime.min.time(), UTC)):
        for way in ways.of(clock):
            if way.way != "later-meeting" or not way.possible:
                continue
            assert way.earliest is not None
            moved = plan(case, world, CALENDAR, on, {clock.step: way.earliest}, critical=False)
            broken = {"notice-too-late", "report-due-passed", "agenda-day-passed"} & set(codes(moved, clock.step))
            assert not broken, (clock.step, way.earliest, broken)
            assert moved.finish == way.finish
