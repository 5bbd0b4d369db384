"""What holds for every plan: no breach is silent, and less time or fewer meetings never finish an item earlier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routes.spec import Join, Stage
from tests.unit.casebook import (
    PACKS,
    a_case,
    a_forum,
    a_meeting,
    a_world,
    check_gate,
    codes,
    date_gate,
    individual_stage,
    meeting_stage,
)
from tests.unit.casebook import consultation_stage as consultation
from workflow.clear_days import standard_calendar
from workflow.facts import Case, Meeting, Step, World
from workflow.planner import Plan, plan

FORUMS = (
    a_forum("cabinet", "lcc-executive"),
    a_forum("board", "lcc-committee"),
    a_forum("partnership", "local-terms", form="consultative"),
    a_forum("icb", "icb-board"),
)
START = date(2023, 7, 3)
DAYS = st.dates(START, date(2024, 3, 29))
CALENDAR = standard_calendar()


@st.composite
def stages(draw: st.DrawFn) -> tuple[Stage, ...]:
    """A route of up to six stages of all kinds, each after any of those above it; the last one decides."""
    built: list[Stage] = []
    for number in range(draw(st.integers(1, 6))):
        after = tuple(stage.id for stage in built if draw(st.booleans()))
        name, forum = f"stage-{number}", draw(st.sampled_from(FORUMS)).id
        kind = draw(st.sampled_from(["meeting", "meeting", "meeting", "parties", "director", "consult", "gate"]))
        more: dict[str, Any] = {"after": after}
        if kind == "parties":
            least = draw(st.sampled_from([None, 1, 2]))
            built.append(Stage(name, ask="approve", each_party=True, join=Join(least), **more))
        elif kind == "director":
            built.append(individual_stage(name, forum, **more))
        elif kind == "consult":
            built.append(consultation(name, "Members", draw(st.integers(1, 42)), **more))
        elif kind == "gate":
            built.append(date_gate(name, draw(DAYS).isoformat(), **more))
        else:
            more["papers_after_outcome"] = draw(st.booleans())
            built.append(meeting_stage(name, forum, **more))
    built.append(meeting_stage("last", "cabinet", after=tuple(stage.id for stage in built[-2:]), decisive=True))
    return tuple(built)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Case, World, date]:
    """An item on such a route, some of its steps passed, bound or with papers in, and the forums' meetings."""
    meetings = [
        a_meeting(forum.id, when.isoformat(), draw(st.sampled_from(["10:00", "14:00", None])))
        for forum in FORUMS
        for when in draw(st.sets(DAYS, min_size=1, max_size=6))
    ]
    on = draw(st.dates(START, date(2023, 10, 31)))
    route = draw(stages())
    case = a_case(
        *route,
        parties={"lcc": "cabinet", "icb": "icb", "place": "board"},
        key_decision=draw(st.booleans()),
    )
    steps = tuple(draw(facts_of(step, case, meetings, on)) for step in case.steps)
    return replace(case, steps=steps), a_world(*FORUMS, meetings=meetings, packs=PACKS), on


@st.composite
def facts_of(draw: st.DrawFn, step: Step, case: Case, meetings: list[Meeting], on: date) -> Step:
    kind = case.route.stage(step.stage).kind
    fate = draw(st.sampled_from(["free", "free", "bound", "decided"]))
    if kind == "gate":
        return step
    if fate == "decided":
        decision = draw(st.sampled_from(["passed", "passed", "fell-short", "called-in"]))
        decided_on = draw(st.dates(START - timedelta(days=60), on))
        return replace(step, decision=decision, outcome="approved", outcome_on=decided_on)
    papers = draw(st.sampled_from(["none", "none", "submitted", "on-agenda"]))
    notice = draw(st.one_of(st.none(), st.dates(START - timedelta(days=60), on)))
    bound = [meeting.id for meeting in meetings if step.forum in meeting.forums]
    meeting = draw(st.sampled_from(bound)) if fate == "bound" and bound and kind == "meeting" else None
    put_off = draw(st.one_of(st.none(), st.none(), DAYS))
    return replace(step, papers=papers, notice_given=notice, meeting=meeting, not_before=put_off)


def breaches(case: Case, found: Plan) -> Iterator[tuple[str, set[str]]]:
    """Every rule that an open step breaks on its day, worked out plainly, with the codes that would say so."""
    single = {stage.id for stage in case.route.stages if not stage.each_party}
    for step in case.steps:
        planned, stage = found.step(step.id), case.route.stage(step.stage)
        if planned.meeting is None or step.decision != "open" or planned.state == "ended" or stage.kind == "gate":
            continue
        if planned.meeting < found.on:
            yield step.id, {"outcome-missing"}
        if planned.report_due and planned.report_due < found.on and step.papers == "none":
            yield step.id, {"report-due-passed"}
        if planned.agenda_by and planned.agenda_by < found.on and step.papers != "on-agenda":
            yield step.id, {"report-due-passed", "agenda-day-passed"}
        if planned.notice_by and (step.notice_given or found.on) > planned.notice_by:
            yield step.id, {"notice-too-late"}
        if step.not_before and planned.meeting < step.not_before:
            yield step.id, {"out-of-order"}
        for earlier in set(stage.after) & single:
            before, is_gate = found.step(earlier).meeting, case.route.stage(earlier).kind == "gate"
            if before and planned.meeting < before:
                yield step.id, {"out-of-order"}
            if before and not is_gate and planned.agenda_by and planned.agenda_by <= before:
                yield step.id, {"papers-before-outcome"}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(situations())
def test_no_breach_is_silent(situation: tuple[Case, World, date]) -> None:
    case, world, on = situation
    found = plan(case, world, CALENDAR, on, critical=False)
    for step, any_of in breaches(case, found):
        assert any_of & set(codes(found, step)), f"{step} should say one of {any_of}"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(situations(), st.integers(0, 120), st.randoms(use_true_random=False))
def test_later_planning_and_fewer_meetings_never_finish_earlier(
    situation: tuple[Case, World, date], days: int, chance: Any
) -> None:
    case, world, on = situation
    finish = plan(case, world, CALENDAR, on, critical=False).finish
    later = plan(case, world, CALENDAR, on + timedelta(days=days), critical=False).finish
    assert later is None or (finish is not None and finish <= later)
    bound = {step.meeting for step in case.steps}
    fewer = {
        forum: tuple(meeting for meeting in known if meeting.id in bound or chance.random() < 0.6)
        for forum, known in world.meetings.items()
    }
    reduced = plan(case, replace(world, meetings=fewer), CALENDAR, on, critical=False).finish
    assert reduced is None or (finish is not None and finish <= reduced)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(situations())
def test_a_critical_step_is_open_and_has_a_day(situation: tuple[Case, World, date]) -> None:
    case, world, on = situation
    found = plan(case, world, CALENDAR, on)
    for planned in found.steps:
        if planned.critical:
            assert found.finish is not None
            assert planned.meeting is not None
            assert planned.state not in ("passed", "fell-short", "called-in", "skipped", "ended")


def test_a_closed_check_before_the_last_stage_leaves_no_finish() -> None:
    case = a_case(check_gate("ready", "Readiness assessed"), meeting_stage("last", "cabinet", after=("ready",),
                                                                            decisive=True))  # fmt: skip
    world = a_world(*FORUMS, meetings=[a_meeting("cabinet", "2023-10-05")])
    assert plan(case, world, CALENDAR, START).finish is None
