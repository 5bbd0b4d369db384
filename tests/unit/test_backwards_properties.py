"""Backwards and forwards agree: what can be done by a date is what the plan, left until the last moment, does by it."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.unit.test_planner_properties import CALENDAR, situations
from workflow.backwards import last_safe_dates
from workflow.facts import Case, World
from workflow.planner import Plan, plan

SLOWLY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
A_DAY = timedelta(days=1)


def errors_of(found: Plan) -> set[tuple[str, str | None]]:
    return {(problem.code, problem.step) for problem in found.problems if problem.severity == "error"}


def is_sound(case: Case, found: Plan) -> bool:
    """Whether no step that is still open breaks a rule where it is planned."""
    still_open = {step.id for step in case.steps if step.decision == "open"}
    return not any(step in still_open for _code, step in errors_of(found))


@SLOWLY
@given(situations(), st.integers(0, 150))
def test_from_the_finish_of_the_plan_on_everything_is_possible_and_nothing_due_sooner(
    situation: tuple[Case, World, date], later: int
) -> None:
    case, world, on = situation
    forwards = plan(case, world, CALENDAR, on, critical=False)
    assume(forwards.finish is not None and forwards.finish >= on and is_sound(case, forwards))
    assert forwards.finish is not None
    found = last_safe_dates(case, world, CALENDAR, on, forwards.finish + later * A_DAY)
    assert found.possible, found.clashes
    assert found.nearest == found.target
    assert found.finish is not None
    assert found.finish <= found.target
    for step in found.steps:
        if step.needed and step.last.meeting is not None and step.last.state != "passed":
            assert step.planned is not None
            assert step.last.meeting >= step.planned, step


@SLOWLY
@given(situations(), st.integers(0, 150))
def test_left_until_the_last_meeting_the_plan_still_keeps_the_date_and_every_rule(
    situation: tuple[Case, World, date], later: int
) -> None:
    case, world, on = situation
    forwards = plan(case, world, CALENDAR, on, critical=False)
    assume(forwards.finish is not None and forwards.finish >= on and is_sound(case, forwards))
    assert forwards.finish is not None
    target = forwards.finish + later * A_DAY
    found = last_safe_dates(case, world, CALENDAR, on, target)
    still_open = {step.id for step in case.steps if step.decision == "open"}
    left = {
        step.step: step.last.meeting
        for step in found.steps
        if step.needed and step.last.meeting is not None and step.step in still_open and step.last.basis != "actual"
    }
    left = {step: day for step, day in left.items() if forwards.step(step).state not in ("passed", "ended")}
    last = plan(case, world, CALENDAR, on, ifs=left, critical=False)
    assert last.finish is not None
    assert last.finish <= target
    of_needed = {(code, step) for code, step in errors_of(last) if step in left}
    assert of_needed <= errors_of(forwards)


@SLOWLY
@given(situations())
def test_a_day_before_the_finish_of_the_plan_is_impossible_and_the_finish_is_the_nearest_date(
    situation: tuple[Case, World, date],
) -> None:
    case, world, on = situation
    forwards = plan(case, world, CALENDAR, on, critical=False)
    assume(forwards.finish is not None and forwards.finish > on and is_sound(case, forwards))
    assert forwards.finish is not None
    found = last_safe_dates(case, world, CALENDAR, on, forwards.finish - A_DAY)
    assert not found.possible
    assert found.nearest == forwards.finish
    assert found.clashes
    assert last_safe_dates(case, world, CALENDAR, on, found.nearest).possible


@SLOWLY
@given(situations(), st.integers(0, 200))
def test_whatever_is_asked_there_is_a_reason_or_a_way(situation: tuple[Case, World, date], ahead: int) -> None:
    case, world, on = situation
    found = last_safe_dates(case, world, CALENDAR, on, on + ahead * A_DAY)
    assert found.possible == (not found.clashes)
    assert found.nearest is None or found.nearest >= found.target
    if found.possible:
        assert found.finish is not None
        assert found.finish <= found.target
    elif found.nearest is not None:
        again = last_safe_dates(case, world, CALENDAR, on, found.nearest)
        bound = {step.id for step in case.steps if step.meeting is not None}
        assert all(clash.step in bound for clash in again.clashes), "only a meeting chosen too early is in the way"


@SLOWLY
@given(situations(), st.integers(0, 200), st.data())
def test_one_step_by_a_date_agrees_with_its_planned_day(
    situation: tuple[Case, World, date], ahead: int, data: st.DataObject
) -> None:
    case, world, on = situation
    forwards = plan(case, world, CALENDAR, on, critical=False)
    assume(is_sound(case, forwards))
    still_open = [
        step.step for step in forwards.steps if step.state not in ("passed", "fell-short", "called-in", "ended")
    ]
    assume(still_open)
    step = data.draw(st.sampled_from(still_open))
    day = forwards.step(step).meeting
    target = on + ahead * A_DAY
    found = last_safe_dates(case, world, CALENDAR, on, target, step)
    assert found.possible == (day is not None and day <= target)
    if not found.possible:
        assert found.nearest == day
