"""What breaks a rule, or is unwise, about an open step on the day it is planned for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from routes.words import ASKS, power_of
from workflow.due_dates import DueDates
from workflow.errors import day as in_words
from workflow.facts import Step
from workflow.meeting_choice import known_sittings, start_of
from workflow.missed_meetings import next_in_order, too_late_for
from workflow.placing import Placed, Spot, nothing_to_submit, put_off_until
from workflow.plans import Problem, error, warning
from workflow.timetables import Timetable

_LEAST_SLACK = 2  # working days between an earlier meeting and the notice that follows from it


def overdue(step: Step, due: DueDates, on: date) -> bool:
    """Whether something that had to be done for an open step by now has not been done."""
    return first_overdue(step, due, on) is not None


def first_overdue(step: Step, due: DueDates, on: date) -> tuple[str, date] | None:
    """What has not been done in time for an open step, with the day on which it was due; None if nothing."""
    if due.report_due is not None and _report_overdue(step, due, on):
        return "report", due.report_due
    if due.notice_by is not None and _notice_overdue(step, due, on):
        return "notice", due.notice_by
    if due.agenda_by is not None and _agenda_overdue(step, due, on):
        return "agenda", due.agenda_by
    return None


def _report_overdue(step: Step, due: DueDates, on: date) -> bool:
    return due.report_due is not None and due.report_due < on and not nothing_to_submit(step)


def _agenda_overdue(step: Step, due: DueDates, on: date) -> bool:
    if due.agenda_by is None or due.agenda_by >= on or due.agenda_excused:
        return False
    return step.papers != "on-agenda" and not step.verbal


def _notice_overdue(step: Step, due: DueDates, on: date) -> bool:
    if due.notice_by is None or due.notice_excused:
        return False
    return due.notice_by < on and step.notice_given is None


def of_open_step(timetable: Timetable, spot: Spot, placed: Placed) -> Iterator[Problem]:
    """Everything that is wrong with a step that has no outcome yet."""
    step, who = spot.step, timetable.name_of(spot.step)
    if spot.forum is not None and ASKS.get(spot.stage.ask or "", 0) > power_of(spot.forum.form):
        yield error(
            "beyond-powers",
            step.id,
            f"{who} can only advise; to {spot.stage.ask} is beyond its powers. Ask it to endorse, or ask "
            "another forum.",
        )
    if placed.day is None:
        if not spot.undated:
            yield error("no-meeting", step.id, _no_meeting_sentence(spot, who))
        return
    if placed.day < spot.on:
        yield warning("outcome-missing", step.id, _outcome_missing_sentence(spot, who, placed.day))
    yield from _due_dates_passed(spot, placed, who, placed.day)
    if (wrong_order := _too_early(timetable, spot, placed, who)) is not None:
        yield error("out-of-order", step.id, wrong_order)
    yield from _too_close(timetable, spot, placed, who, placed.day)


def _due_dates_passed(spot: Spot, placed: Placed, who: str, day: date) -> Iterator[Problem]:
    step, due = spot.step, placed.due
    if due.report_due and _report_overdue(step, due, spot.on):
        yield error(
            "report-due-passed",
            step.id,
            f"The report for {who} on {in_words(day)} was due on {in_words(due.report_due)} and has not been "
            "submitted. Submit it if it is still accepted, or choose a later meeting.",
        )
    elif due.agenda_by and _agenda_overdue(step, due, spot.on):
        yield error(
            "agenda-day-passed",
            step.id,
            f"The agenda for {who} on {in_words(day)} had to be open to inspection by {in_words(due.agenda_by)} "
            "and this item is not on it. Choose a later meeting, or have the chair take it as urgent.",
        )
    if due.notice_by is None or due.notice_excused:
        return
    if _notice_overdue(step, due, spot.on):
        yield error(
            "notice-too-late",
            step.id,
            f"Notice of the key decision for {who} on {in_words(day)} had to be given by {in_words(due.notice_by)} "
            "and has not been given. Choose a later meeting, or use the rules for exceptions and urgency.",
        )
    elif step.notice_given is not None and step.notice_given > due.notice_by:
        yield error(
            "notice-too-late",
            step.id,
            f"Notice of the key decision for {who} on {in_words(day)} was given on {in_words(step.notice_given)} "
            f"and had to be given by {in_words(due.notice_by)}. Choose a later meeting, or use the rules for "
            "exceptions and urgency.",
        )


def _too_early(timetable: Timetable, spot: Spot, placed: Placed, who: str) -> str | None:
    """Why an open step cannot take place on its day; None if nothing stands against the order."""
    if placed.day is None or placed.at is None:
        return None
    for stage, at in timetable.before(spot.step):
        if at is not None and placed.at <= at:
            earlier_stage = f"{timetable.name_of_stage(stage)} on {in_words(at[0])}"
            return f"{who} is down for {in_words(placed.day)}, not after {earlier_stage}. Choose a later meeting."
    earlier = spot.step.earlier_round_on
    if earlier is not None and placed.day <= earlier:
        dealt_with = f"{who} dealt with it on {in_words(earlier)}"
        return f"{dealt_with}; {in_words(placed.day)} is not after that. Choose a later meeting."
    until = put_off_until(spot)
    if until is not None and (placed.at if spot.stage.kind == "meeting" else start_of(placed.day)) < until:
        put_off = f"{who} put it off until {in_words(until[0])}"
        return f"{put_off}; {in_words(placed.day)} is before that. Choose a later meeting."
    return None


def _too_close(timetable: Timetable, spot: Spot, placed: Placed, who: str, day: date) -> Iterator[Problem]:
    """The papers or the notice are due before an earlier stage is over, or hardly after it."""
    earlier = [(stage, at) for stage, at in timetable.before(spot.step) if at and stage.kind != "gate"]
    if not earlier:
        return
    stage, at = max(earlier, key=lambda found: found[1])
    name, due = timetable.name_of_stage(stage), placed.due
    must_be_after = due.agenda_by
    if spot.stage.papers_after_outcome and due.report_due and spot.step.papers == "none":
        must_be_after = min(due.report_due, due.agenda_by or due.report_due)
    advice = "Say in them that this outcome is awaited, or choose a later meeting."
    if spot.stage.papers_after_outcome:
        advice = "They may go in only after it, so choose a later meeting."
    if must_be_after and must_be_after <= at[0] and not spot.step.verbal:
        yield warning(
            "papers-before-outcome",
            spot.step.id,
            f"The papers for {who} on {in_words(day)} are due by {in_words(must_be_after)}, not after {name} "
            f"on {in_words(at[0])}. {advice}",
        )
    if due.notice_by and spot.step.notice_given is None and not due.notice_excused:
        left = spot.calendar.working_days(at[0] + timedelta(days=1), due.notice_by)
        if left < _LEAST_SLACK:
            yield warning(
                "notice-slack",
                spot.step.id,
                f"The notice for {who} on {in_words(day)} is due by {in_words(due.notice_by)}, which leaves "
                f"{_working_days(left)} after {name} on {in_words(at[0])}. Prepare the notice beforehand, or "
                "choose a later meeting.",
            )


def inside_call_in(timetable: Timetable, spot: Spot, placed: Placed) -> Iterator[Problem]:
    """A decisive step that meets after another one, before that one's decision may be acted on."""
    standing, latest = timetable.standing, None
    for stage in standing.order:
        if not stage.decisive:
            continue
        for other in standing.steps_of.get(stage.id, ()):
            there = timetable.placed[other.id]
            if other.id == spot.step.id or not (there.at and there.effective and placed.at and placed.day):
                continue
            inside = there.at < placed.at and placed.day < there.effective
            if inside and (latest is None or there.effective > latest[1]):
                latest = (other, there.effective)
    if latest is not None and placed.day is not None:
        other, effective = latest
        yield warning(
            "decides-inside-call-in",
            spot.step.id,
            f"{timetable.name_of(spot.step)} meets on {in_words(placed.day)}, while the decision of "
            f"{timetable.name_of(other)} can still be called in; it takes effect on {in_words(effective)}. "
            "Choose a meeting on or after that day.",
        )


def _no_meeting_sentence(spot: Spot, who: str) -> str:
    if spot.stage.kind != "meeting":
        return (
            f"No day can be named for {who}, because bank holidays are known only until "
            f"{in_words(spot.calendar.known_until)}. Bring the calendar up to date."
        )
    if spot.forum is not None and any(known_sittings(spot.world, spot.forum.id, spot.on, spot.calendar)):
        missed = next_in_order(spot)
        why = too_late_for(spot, missed) if missed is not None else None
        why = why or "each is too early, or its report or notice would be late. Add a later meeting."
        return f"No known meeting of {who} suits: {why}"
    return f"No meeting of {who} is known from {in_words(spot.on)} on. Add its next meeting."


def _outcome_missing_sentence(spot: Spot, who: str, day: date) -> str:
    if spot.stage.kind == "consultation":
        return f"{who} ended on {in_words(day)} and nothing is recorded. Record what came of it."
    return (
        f"{who} was to deal with it on {in_words(day)} and no outcome is recorded. Record what it resolved, "
        "or choose another meeting."
    )


def _working_days(count: int) -> str:
    return {0: "no working day", 1: "1 working day"}.get(count, f"{count} working days")
