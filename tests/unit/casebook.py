"""Small builders of cases and the world around them, for tests that reason about days and standings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from routes.spec import Days, Join, Route, Stage, WaitsForCheck, WaitsForDate, WaitsForStep
from workflow.clear_days import standard_calendar
from workflow.facts import Case, Forum, Item, Meeting, OpenCondition, RulePack, Step, World
from workflow.planner import Plan, Problem
from workflow.planner import plan as plan_item
from workflow.standing import Standing
from workflow.standing import of as standing_of

LCC_EXECUTIVE = RulePack(
    "lcc-executive",
    executive=True,
    key_decision_notice=Days(28, "clear-calendar-days"),
    agenda_day=Days(5, "clear-working-days"),
    report_due=Days(3, "working-days", before="agenda_day"),
    decision_published=Days(0, "working-days"),
    call_in=Days(3, "clear-working-days"),
)
LCC_COMMITTEE = RulePack(
    "lcc-committee",
    agenda_day=Days(5, "clear-working-days"),
    report_due=Days(3, "working-days", before="agenda_day"),
)
ICB_BOARD = RulePack(
    "icb-board",
    agenda_day=Days(7, "calendar-days"),
    report_due=Days(3, "working-days", before="agenda_day"),
)
LOCAL_TERMS = RulePack(
    "local-terms",
    agenda_day=Days(5, "working-days"),
    report_due=Days(2, "working-days", before="agenda_day"),
)
PACKS = (LCC_EXECUTIVE, LCC_COMMITTEE, ICB_BOARD, LOCAL_TERMS)


def day(text: str) -> date:
    """A date as it is written in case files."""
    return date.fromisoformat(text)


def meeting_stage(stage_id: str, forum: str | None = None, ask: str = "agree", **more: Any) -> Stage:
    """A stage that is dealt with at a meeting, by default of the forum of the same name."""
    return Stage(stage_id, forum=forum or stage_id, ask=ask, **more)


def party_stage(stage_id: str, ask: str = "approve", least: int | None = None, **more: Any) -> Stage:
    """A stage with one step for each party."""
    return Stage(stage_id, ask=ask, each_party=True, join=Join(least), **more)


def individual_stage(stage_id: str, forum: str, ask: str = "decide", **more: Any) -> Stage:
    """An office-holder decides alone."""
    return Stage(stage_id, kind="individual", forum=forum, ask=ask, **more)


def consultation_stage(stage_id: str, body: str, days: int, **more: Any) -> Stage:
    """A consultation of so many calendar days."""
    return Stage(stage_id, kind="consultation", body=body, lasts=Days(days, "calendar-days"), **more)


def date_gate(stage_id: str, opens: str, **more: Any) -> Stage:
    """A gate that opens by itself on a day."""
    return Stage(stage_id, kind="gate", gate=WaitsForDate(day(opens)), **more)


def check_gate(stage_id: str, check: str, by: str = "lead", **more: Any) -> Stage:
    """A gate that somebody opens."""
    return Stage(stage_id, kind="gate", gate=WaitsForCheck(check, by, evidence=False), **more)


def item_gate(stage_id: str, item: str, stage: str, outcome: str = "decided", **more: Any) -> Stage:
    """A gate that waits for what a forum decides on another item."""
    return Stage(stage_id, kind="gate", gate=WaitsForStep(item, stage, outcome), **more)


def a_case(
    *stages: Stage,
    steps: Mapping[str, Mapping[str, Any]] | None = None,
    parties: Mapping[str, str] | None = None,
    conditions: Iterable[OpenCondition] = (),
    **item: Any,
) -> Case:
    """An item on a route of these stages. `steps` are facts by step; `parties` organisations and forums."""
    facts = {
        "id": "matter",
        "title": "The matter",
        "type": "plan",
        "organisation": "lcc",
        "owner": "head-of-place",
        "state": "in-progress",
    }
    built: list[Step] = []
    for stage in stages:
        if stage.each_party:
            built += [Step(f"{stage.id}:{org}", stage.id, forum) for org, forum in (parties or {}).items()]
        else:
            built.append(Step(stage.id, stage.id, stage.forum))
    known = {step.id for step in built}
    assert set(steps or {}) <= known, f"unknown steps {set(steps or {}) - known}"
    return Case(
        item=Item(**{**facts, **item}),
        route=Route("route", "A route", ("plan",), stages),
        steps=tuple(replace(step, **(steps or {}).get(step.id, {})) for step in built),
        conditions=tuple(conditions),
    )


def passed(outcome: str, on: str, **more: Any) -> dict[str, Any]:
    """The facts of a step that passed."""
    return {"decision": "passed", "outcome": outcome, "outcome_on": day(on), **more}


def fell_short(outcome: str, on: str, **more: Any) -> dict[str, Any]:
    """The facts of a step whose outcome was weaker than the ask."""
    return {"decision": "fell-short", "outcome": outcome, "outcome_on": day(on), **more}


def called_in(outcome: str, on: str, **more: Any) -> dict[str, Any]:
    """The facts of a step whose decision was called in."""
    return {"decision": "called-in", "outcome": outcome, "outcome_on": day(on), **more}


def a_forum(forum_id: str, rules: str | None = None, name: str | None = None, **more: Any) -> Forum:
    """A forum; a committee of the county council unless said otherwise."""
    facts = {"organisation": "lcc", "form": "committee", **more}
    return Forum(forum_id, name=name or forum_id.capitalize(), rules=rules, **facts)


def a_meeting(forum: str, when: str, time: str | None = "14:00", **more: Any) -> Meeting:
    """A meeting of one forum, called after the forum and its date."""
    return Meeting(more.pop("id", f"{forum}-{when}"), (forum,), day(when), time, **more)


def a_world(
    *forums: Forum,
    meetings: Iterable[Meeting] = (),
    packs: Iterable[RulePack] = PACKS,
    cases: Iterable[Case] = (),
) -> World:
    """Everything around an item."""
    by_forum: dict[str, tuple[Meeting, ...]] = {}
    for meeting in sorted(meetings, key=lambda meeting: (meeting.date, meeting.time or "")):
        for forum in meeting.forums:
            by_forum[forum] = (*by_forum.get(forum, ()), meeting)
    by_id: dict[str, tuple[RulePack, ...]] = {}
    for pack in packs:
        by_id[pack.id] = (*by_id.get(pack.id, ()), pack)
    return World(
        forums={forum.id: forum for forum in forums},
        packs=by_id,
        meetings=by_forum,
        cases={case.item.id: case for case in cases},
    )


def plan(case: Case, world: World, on: str, ifs: Mapping[str, str] | None = None, critical: bool = True) -> Plan:
    """The plan of a case under the shipped calendar."""
    tried = {step: day(when) for step, when in (ifs or {}).items()}
    return plan_item(case, world, standard_calendar(), day(on), tried, critical)


def standing(case: Case, world: World, on: str) -> Standing:
    """The standing of a case under the shipped calendar."""
    return standing_of(case, world, standard_calendar(), day(on))


def codes(plan: Plan, step: str | None = None) -> list[str]:
    """The codes of a plan's problems, of one step or of all."""
    return [problem.code for problem in plan.problems if step is None or problem.step == step]


def problem(plan: Plan, code: str) -> Problem:
    """The one problem of that code."""
    (found,) = [problem for problem in plan.problems if problem.code == code]
    return found


# The Place Integration Deal and the governance options appraisal of Lancashire, 2023

LANCASHIRE_FORUMS = (
    a_forum("icb-board", "icb-board", "Integrated Care Board", organisation="icb"),
    a_forum("icb-executives", "local-terms", "Integrated Care Board Executives", organisation="icb"),
    a_forum("lcc-cabinet", "lcc-executive", "Cabinet"),
    a_forum("lancashire-hwb", "lcc-committee", "Lancashire Health and Wellbeing Board"),
    a_forum(
        "lancashire-place-partnership",
        "local-terms",
        "Interim Lancashire Place Partnership",
        organisation="lancashire-place",
        form="consultative",
    ),
)

LANCASHIRE_MEETINGS = (
    a_meeting("icb-board", "2023-07-05", "13:00"),
    a_meeting("lcc-cabinet", "2023-07-06"),
    a_meeting("lancashire-place-partnership", "2023-07-10", "10:00"),
    a_meeting("lancashire-hwb", "2023-07-18"),
    a_meeting("lancashire-place-partnership", "2023-08-21", "10:00"),
    a_meeting("lancashire-hwb", "2023-09-05"),
    a_meeting("lcc-cabinet", "2023-10-05"),
    a_meeting("icb-executives", "2023-10-10", "10:00"),
)


def integration_deal(**steps: Mapping[str, Any]) -> Case:
    """The deal that the ICB decided on 5 July 2023 and Cabinet endorsed the day after."""
    facts: dict[str, Mapping[str, Any]] = {
        "icb-board": passed("decided", "2023-07-05", meeting="icb-board-2023-07-05"),
        "cabinet": passed("endorsed", "2023-07-06", meeting="lcc-cabinet-2023-07-06"),
        "hwb": {"meeting": "lancashire-hwb-2023-07-18", "verbal": True},
    }
    return a_case(
        meeting_stage("icb-board", ask="decide", decisive=True),
        meeting_stage("cabinet", "lcc-cabinet", "endorse", after=("icb-board",)),
        meeting_stage("hwb", "lancashire-hwb", "endorse", after=("cabinet",)),
        steps={**facts, **{step.replace("_", "-"): changed for step, changed in steps.items()}},
        id="place-integration-deal-2023",
        title="Place Integration Deal",
        type="delegation",
        organisation="icb",
        owner="director-hci",
    )


def options_appraisal(steps: Mapping[str, Mapping[str, Any]] | None = None, **item: Any) -> Case:
    """The appraisal that waits for the deal and then goes through four forums of three organisations."""
    return a_case(
        item_gate("form-before-function", "place-integration-deal-2023", "icb-board"),
        meeting_stage("place-partnership", "lancashire-place-partnership", "endorse", after=("form-before-function",)),
        meeting_stage("hwb", "lancashire-hwb", "endorse", after=("place-partnership",)),
        meeting_stage("cabinet", "lcc-cabinet", decisive=True, after=("hwb",), refer_back_to="place-partnership"),
        meeting_stage("icb-executives", decisive=True, after=("hwb",)),
        steps=steps,
        **{
            "id": "options-appraisal-2023",
            "title": "Lancashire Place governance options appraisal",
            "type": "options-appraisal",
            "key_decision": True,
            "target": day("2023-10-31"),
            **item,
        },
    )


def lancashire(deal: Case | None = None, meetings: Iterable[Meeting] = LANCASHIRE_MEETINGS) -> World:
    """The forums of Lancashire in 2023, and the deal."""
    return a_world(*LANCASHIRE_FORUMS, meetings=meetings, cases=[deal or integration_deal()])
