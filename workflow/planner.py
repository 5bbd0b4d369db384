"""The plan of one item: a pure function of its facts, the world around it and a business date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from workflow import problems
from workflow.breaches import overdue
from workflow.clear_days import Calendar
from workflow.due_dates import calendar_at
from workflow.errors import BeyondCalendar, Refused
from workflow.errors import day as in_words
from workflow.facts import Case, Step, World
from workflow.meeting_choice import Sitting, moment, sitting_on, sittings_from
from workflow.naming import step_name
from workflow.plans import Plan, PlannedStep, Problem
from workflow.timetables import Timetable, Timetabling
from workflow.waiting import waiting_sentences

__all__ = ["Plan", "PlannedStep", "Problem", "plan", "waiting_sentences"]


def plan(
    case: Case,
    world: World,
    calendar: Calendar,
    on: date,
    ifs: Mapping[str, date] | None = None,
    critical: bool = True,
    complain: bool = True,
) -> Plan:
    """The timetable of an item as seen on a day, with everything that is wrong with it.

    `ifs` tries open steps on other days and raises Refused for a step that cannot be tried. `critical` also
    works out which steps would delay the finish if they slipped to their forum's next meeting. A forecast for
    lists needs neither that nor the problems: without `complain` there are none.
    """
    timetabling = Timetabling(world, calendar, on)
    timetable = timetabling.timetable(case)
    tried: dict[str, Sitting] = {}
    if ifs:
        tried = {step_id: tried_on(timetable, step_id, day) for step_id, day in ifs.items()}
        timetable = timetabling.timetable(case, tried, timetable.standing)
    finish = timetable.finish()
    target = case.item.target
    steps = tuple(planned_step(timetable, step) for step in case.steps)
    if critical and finish is not None:
        steps = tuple(
            replace(planned, critical=_is_critical(timetabling, timetable, step, tried, finish))
            for planned, step in zip(steps, case.steps, strict=True)
        )
    return Plan(
        item=case.item.id,
        on=on,
        item_state=timetable.standing.item_state,
        completed_on=timetable.standing.completed_on,
        finish=finish,
        target=target,
        late=_beyond_target(timetable, finish) or _something_overdue(timetable),
        problems=problems.find(timetable, finish) if complain else (),
        steps=steps,
        now=timetable.standing.now,
    )


def planned_step(timetable: Timetable, step: Step) -> PlannedStep:
    """One step as its timetable has it."""
    placed = timetable.placed[step.id]
    return PlannedStep(
        step=step.id,
        forum=step.forum,
        ask=timetable.stage_of(step).ask,
        state=timetable.standing.steps[step.id].label,
        basis=placed.basis,
        meeting=placed.day,
        meeting_id=placed.meeting_id,
        time=placed.time,
        notice_by=placed.due.notice_by,
        report_due=placed.due.report_due,
        agenda_by=placed.due.agenda_by,
        effective=placed.effective,
        notice_excused=placed.due.notice_excused,
        agenda_excused=placed.due.agenda_excused,
        private_notice_by=placed.due.private_notice_by,
        private_notice_again_by=placed.due.private_notice_again_by,
        publish_by=placed.after.publish_by,
        minutes_by=placed.after.minutes_by,
        documents_by=placed.after.documents_by,
    )


def _beyond_target(timetable: Timetable, finish: date | None) -> bool:
    """Whether the item finishes after its target; one without a finish does, once the target has passed."""
    target = timetable.case.item.target
    if target is None or timetable.standing.ended:
        return target is not None and finish is not None and finish > target
    return (finish or timetable.on) > target


def _something_overdue(timetable: Timetable) -> bool:
    """Whether a report, a notice or an agenda of an open step should have been there before today."""
    return any(
        overdue(step, timetable.placed[step.id].due, timetable.on)
        for step in timetable.case.steps
        if timetable.standing.steps[step.id].decision == "open"
    )


def tried_on(timetable: Timetable, step_id: str, day: date) -> Sitting:
    """The sitting on which somebody wants to try a step."""
    step = next((step for step in timetable.case.steps if step.id == step_id), None)
    if step is None:
        known = ", ".join(step.id for step in timetable.case.steps)
        raise Refused(f"{timetable.case.item.id} has no step {step_id}; its steps are {known}.")
    decision = timetable.standing.steps[step_id].decision
    name = step_name(timetable.case, timetable.world, step)
    if decision == "skipped":
        raise Refused(f"{step_id} does not apply to this item, so it cannot be put on {in_words(day)}.")
    if decision == "ended":
        raise Refused(f"Nothing further can happen at {step_id}, so it cannot be put on {in_words(day)}.")
    if decision != "open":
        raise Refused(
            f"{step_id} ({name}) is settled already, so it cannot be put on {in_words(day)}; try a step "
            "that is still open."
        )
    forum = timetable.world.forums.get(step.forum) if step.forum else None
    if timetable.stage_of(step).kind != "meeting":
        return Sitting(day, None, None)
    return sitting_on(timetable.world, forum, day)


def _is_critical(
    timetabling: Timetabling, timetable: Timetable, step: Step, tried: Mapping[str, Sitting], finish: date
) -> bool:
    """Whether the item would finish later, or nobody knows when, if this step slipped to the next meeting."""
    placed = timetable.placed[step.id]
    if placed.day is None or timetable.standing.steps[step.id].decision != "open":
        return False
    try:
        slipped = {**tried, step.id: _next_sitting(timetable, step)}
        later = timetabling.timetable(timetable.case, slipped, timetable.standing).finish()
    except BeyondCalendar:
        return True
    return later is None or later > finish


def _next_sitting(timetable: Timetable, step: Step) -> Sitting:
    """The forum's next meeting after the planned one; a day later where none is known or needed."""
    placed = timetable.placed[step.id]
    if placed.day is None:
        raise ValueError(f"Step {step.id} has no day.")
    world = timetable.world
    forum = world.forums.get(step.forum) if step.forum else None
    calendar = calendar_at(world, forum, timetable.calendar)
    if forum is not None and timetable.stage_of(step).kind == "meeting":
        here = moment(placed.day, placed.time)
        for sitting in sittings_from(world, forum, placed.day, timetable.on, calendar):
            if moment(sitting.day, sitting.time) > here:
                return sitting
    return Sitting(calendar.on_or_after(placed.day + timedelta(days=1)), placed.time, None)
