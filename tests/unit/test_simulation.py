"""The simulated courses of an item: without risk they are the plan, risks only delay, the same seed says the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings

from routes.spec import Join, Stage
from tests.unit.casebook import (
    PACKS,
    a_case,
    a_forum,
    a_meeting,
    a_world,
    day,
    individual_stage,
    lancashire,
    meeting_stage,
    options_appraisal,
    party_stage,
    passed,
)
from tests.unit.test_planner_properties import CALENDAR, situations
from workflow.chances import PRIORS, Chances, History, chances_of, rates_of
from workflow.facts import Case, Pattern, World
from workflow.planner import plan, tried_on
from workflow.rhythm import going_on
from workflow.simulation import Simulated, at_risk, seed_for, simulate
from workflow.timetables import Timetable, Timetabling

CABINET = a_forum("cabinet", "lcc-executive", "Cabinet")
BOARD = a_forum("board", "lcc-committee", "Board")
WEEKLY = Pattern("week", 3, None, "14:00")
MONTHLY = Pattern("month", 3, 1, "14:00")


def timetable(case: Case, world: World, on: str, **ifs: str) -> Timetable:
    timetabling = Timetabling(world, CALENDAR, day(on))
    found = timetabling.timetable(case)
    tried = {step.replace("_", "-"): tried_on(found, step.replace("_", "-"), day(when)) for step, when in ifs.items()}
    return timetabling.timetable(case, tried) if tried else found


def usual_chances(found: Timetable) -> dict[str, Chances]:
    """What is assumed of forums without any history."""
    risks = at_risk(found)
    return chances_of([rate for forum, whats in risks.items() for rate in rates_of(forum, History(), whats)])


def played(case: Case, world: World, on: str, chances: Mapping[str, Chances], runs: int = 400, **ifs: str) -> Simulated:
    return simulate(timetable(case, world, on, **ifs), chances, 1, runs, [step.replace("_", "-") for step in ifs])


def at_the_cabinet(**facts: Any) -> Case:
    return a_case(meeting_stage("cabinet", decisive=True), steps={"cabinet": facts}, key_decision=False)


# What must hold for every route


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(situations())
def test_without_any_risk_every_course_is_the_plan(situation: tuple[Case, World, date]) -> None:
    case, world, on = situation
    planned = plan(case, world, CALENDAR, on, critical=False, complain=False)
    done = planned.finish if planned.item_state not in ("complete", "rejected") else None  # then nothing is played
    found = simulate(Timetabling(world, CALENDAR, on).timetable(case), {}, 1, 3)
    assert (found.finish, found.p50, found.p90) == (planned.finish, done, done)
    assert found.spread == ()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(situations())
def test_risks_only_delay(situation: tuple[Case, World, date]) -> None:
    case, world, on = situation
    laid_out = Timetabling(world, CALENDAR, on).timetable(case)
    risky = {forum: Chances(0.2, 0.2, 0.2, 0.2, 0.5) for forum in world.forums}
    found = simulate(laid_out, risky, 7, 60)
    if found.finish is None:
        assert (found.p50, found.p90) == (None, None)
        return
    later = found.horizon + timedelta(days=1)
    assert found.finish <= (found.p50 or later) <= (found.p90 or later)
    assert sum(share for _forum, share in found.spread) <= 1.001


# The Lancashire appraisal


def test_the_same_seed_says_the_same_and_another_seed_hardly_anything_else() -> None:
    laid_out = timetable(options_appraisal(), lancashire(), "2023-07-18")
    chances = usual_chances(laid_out)
    first = simulate(laid_out, chances, 5, 2_000)
    assert first == simulate(timetable(options_appraisal(), lancashire(), "2023-07-18"), chances, 5, 2_000)
    other = simulate(laid_out, chances, 6, 2_000)
    assert first.by_target is not None
    assert other.by_target is not None
    assert first.by_target != other.by_target
    assert abs(first.by_target - other.by_target) < 0.06


def test_what_is_drawn_is_the_same_on_every_machine() -> None:
    laid_out = timetable(options_appraisal(), lancashire(), "2023-07-18")
    found = simulate(laid_out, usual_chances(laid_out), seed_for("options-appraisal-2023"), 2_000)
    assert found.seed == 677731765
    assert (found.finish, found.p50) == (day("2023-10-11"), day("2023-10-11"))
    assert found.p90 == day("2023-12-13")
    assert found.spread[0][0] == "lcc-cabinet"
    assert found.by_target is not None
    assert 0.60 < found.by_target < 0.66


def test_greater_risks_are_never_done_earlier() -> None:
    laid_out = timetable(options_appraisal(), lancashire(), "2023-07-18")
    dates = []
    for deferred in (0.0, 0.1, 0.3, 0.6):
        found = simulate(laid_out, {"lcc-cabinet": Chances(deferred=deferred)}, 3, 1_000)
        dates.append((found.p50 or date.max, found.p90 or date.max))
    assert dates == sorted(dates)
    assert dates[0] < dates[-1]


# Each thing that can happen


def test_a_deferral_at_every_meeting_is_never_done() -> None:
    world = a_world(replace(CABINET, meets=MONTHLY), meetings=[a_meeting("cabinet", "2023-10-05")])
    found = played(at_the_cabinet(), world, "2023-07-18", {"cabinet": Chances(deferred=1.0)}, 20)
    assert (found.p50, found.p90, found.unfinished) == (None, None, 1.0)
    assert found.horizon == day("2025-07-18")


def test_a_cancelled_meeting_leads_to_the_next() -> None:
    meetings = [a_meeting("cabinet", when) for when in ("2023-10-05", "2023-11-02", "2023-12-07")]
    world = a_world(CABINET, meetings=meetings)
    found = played(at_the_cabinet(), world, "2023-07-18", {"cabinet": Chances(cancelled=0.4)}, 2_000)
    assert (found.finish, found.p50, found.p90) == (day("2023-10-11"), day("2023-10-11"), day("2023-12-13"))
    assert found.spread == (("cabinet", 1.0),)


def test_after_a_deferral_the_notice_of_a_key_decision_is_given_anew() -> None:
    meetings = [a_meeting("cabinet", when) for when in ("2023-10-05", "2023-11-02", "2023-12-07")]
    key = a_case(meeting_stage("cabinet", decisive=True), key_decision=True)
    world = a_world(replace(CABINET, meets=MONTHLY), meetings=meetings)
    found = played(key, world, "2023-07-18", {"cabinet": Chances(deferred=0.6)}, 1_000)
    assert found.p50 == day("2023-12-13")  # the notice for 2 November had to be out by 4 October


def test_what_is_referred_back_comes_again_after_the_stage_it_went_to() -> None:
    stages = (
        meeting_stage("board", ask="endorse"),
        meeting_stage("cabinet", after=("board",), decisive=True, refer_back_to="board"),
    )
    world = a_world(
        replace(CABINET, meets=WEEKLY),
        BOARD,
        meetings=[a_meeting("board", when) for when in ("2023-08-01", "2023-12-05")]
        + [a_meeting("cabinet", "2023-08-24")],
    )
    facts = {"board": passed("endorsed", "2023-08-01")}
    case = a_case(*stages, steps=facts, key_decision=False)
    found = played(case, world, "2023-08-02", {"cabinet": Chances(referred_back=0.6)}, 1_000)
    assert found.finish == day("2023-08-31")
    assert found.p50 is not None
    assert found.p50 > day("2023-12-05")
    author = a_case(stages[0], replace(stages[1], refer_back_to=None), steps=facts, key_decision=False)
    back_at_once = played(author, world, "2023-08-02", {"cabinet": Chances(referred_back=0.6)}, 1_000)
    assert back_at_once.p50 is not None
    assert back_at_once.p50 < day("2023-10-01")


def test_a_call_in_that_is_upheld_costs_the_days_until_scrutiny_has_met() -> None:
    world = a_world(replace(CABINET, meets=MONTHLY), meetings=[a_meeting("cabinet", "2023-10-05")])
    found = played(at_the_cabinet(), world, "2023-07-18", {"cabinet": Chances(called_in=1.0)}, 50)
    assert found.finish == day("2023-10-11")
    assert found.p50 == found.p90 == day("2023-10-25")  # ten working days after the window has closed


def test_a_decision_that_is_reconsidered_has_no_second_call_in() -> None:
    meetings = [a_meeting("cabinet", "2023-10-05"), a_meeting("cabinet", "2023-11-02")]
    world = a_world(CABINET, meetings=meetings)
    always = {"cabinet": Chances(called_in=1.0, reconsidered=1.0)}
    found = played(at_the_cabinet(verbal=True), world, "2023-07-18", always, 50)
    assert found.p50 == found.p90 == day("2023-11-02")


def test_only_what_is_decided_while_its_window_is_open_can_still_be_called_in() -> None:
    world = a_world(CABINET, BOARD, meetings=[a_meeting("cabinet", "2023-10-05")])
    case = at_the_cabinet(**passed("agreed", "2023-10-05", meeting="cabinet-2023-10-05"))
    assert at_risk(timetable(case, world, "2023-10-06")) == {"cabinet": {"called-in", "reconsidered"}}
    found = played(case, world, "2023-10-06", {"cabinet": Chances(0.9, 0.9, 0.9, called_in=1.0)}, 50)
    assert found.p50 == day("2023-10-25")
    assert at_risk(timetable(case, world, "2023-10-11")) == {}


def test_a_recommendation_and_a_committee_are_never_called_in() -> None:
    world = a_world(CABINET, BOARD, meetings=[a_meeting("cabinet", "2023-10-05"), a_meeting("board", "2023-10-05")])
    case = a_case(meeting_stage("cabinet", ask="recommend"), meeting_stage("board", after=("cabinet",), decisive=True))
    world = replace(world, meetings={**world.meetings, "board": (a_meeting("board", "2023-10-20"),)})
    risks = at_risk(timetable(case, world, "2023-07-18"))
    assert all("called-in" not in whats for whats in risks.values())
    assert set(risks) == {"cabinet", "board"}


def test_a_step_on_a_meeting_leaves_it_only_where_what_is_before_it_comes_too_late() -> None:
    stages = (meeting_stage("board", ask="endorse"), meeting_stage("cabinet", after=("board",), decisive=True))
    world = a_world(
        CABINET,
        replace(BOARD, meets=WEEKLY),
        meetings=[a_meeting("cabinet", when) for when in ("2023-09-07", "2023-10-05", "2023-11-02")],
    )
    facts = {"cabinet": {"meeting": "cabinet-2023-10-05", "papers": "submitted"}}
    case = a_case(*stages, steps=facts, key_decision=False)
    often = {"board": Chances(deferred=0.5)}
    found = played(case, world, "2023-07-18", often, 500)
    assert found.p50 == found.finish == day("2023-10-11")  # weeks of deferrals are made good by then
    tried = played(a_case(*stages, key_decision=False), world, "2023-07-18", often, 500, cabinet="2023-11-02")
    assert tried.p50 == tried.finish == day("2023-11-08")


def test_a_stage_of_several_is_done_with_as_many_as_it_needs() -> None:
    forums = [replace(a_forum(name, "lcc-committee"), meets=WEEKLY) for name in ("one", "two", "three")]
    parties = {"lcc": "one", "icb": "two", "wlbc": "three"}
    risky = {forum.id: Chances(deferred=0.5) for forum in forums}
    first = played(
        a_case(party_stage("all", least=1, decisive=True), parties=parties),
        a_world(*forums, meetings=[]),
        "2023-07-18",
        risky,
    )
    every = played(
        a_case(party_stage("all", decisive=True), parties=parties), a_world(*forums, meetings=[]), "2023-07-18", risky
    )
    assert first.p90 is not None
    assert every.p90 is not None
    assert first.p90 < every.p90
    assert {forum for forum, _share in every.spread} == {"one", "two", "three"}


def test_an_office_holder_who_puts_off_decides_on_a_following_day() -> None:
    world = a_world(a_forum("director", "lcc-committee", form="individual"), meetings=[])
    case = a_case(individual_stage("director", "director", decisive=True))
    found = played(case, world, "2023-07-18", {"director": Chances(cancelled=1.0, deferred=0.4)}, 1_000)
    assert found.finish == found.p50 == day("2023-07-18")
    assert found.p90 is not None
    assert day("2023-07-19") <= found.p90 <= day("2023-07-24")


# Beyond the meetings that are known


def test_a_forum_without_usual_days_goes_on_meeting_as_before() -> None:
    def meeting_on(*days: str) -> Pattern | None:
        return going_on(a_world(CABINET, meetings=[a_meeting("cabinet", when) for when in days]), CABINET)

    assert meeting_on() is None
    assert meeting_on("2023-10-05") == Pattern("month", 3, 1, "14:00")  # too little to tell
    assert meeting_on("2023-10-03", "2023-10-10", "2023-10-17", "2023-10-31") == Pattern("week", 1, None, "14:00")
    assert meeting_on("2023-01-05", "2023-04-06", "2023-07-06", "2023-10-05") == Pattern("quarter", 3, 1, "14:00")
    assert meeting_on("2023-06-29", "2023-07-27", "2023-09-28", "2023-10-31") == Pattern("month", 1, -1, "14:00")
    assert going_on(a_world(CABINET, meetings=[]), replace(CABINET, meets=MONTHLY)) is None


def test_an_item_without_a_date_has_no_forecast() -> None:
    found = played(at_the_cabinet(), a_world(CABINET, meetings=[]), "2023-07-18", {}, 10)
    assert (found.finish, found.p50, found.p90, found.unfinished) == (None, None, None, 1.0)


# What rates rest on


def test_a_forum_without_history_has_the_rate_that_is_assumed() -> None:
    for rate in rates_of("cabinet", History(), set(PRIORS)):
        assert (rate.seen, rate.of) == (0, 0)
        assert round(rate.rate * PRIORS[rate.what].one_in, 9) == 1.0
        assert rate.prior.in_words.startswith(f"1 in {rate.prior.one_in}, counted as ")


def test_a_history_outweighs_what_is_assumed_the_longer_it_is() -> None:
    def deferred(seen: int, of: int) -> float:
        return rates_of("cabinet", History(deferred=seen, decided=of), {"deferred"})[0].rate

    assert deferred(0, 12) == 1 / 24  # as many of its own as are assumed: half way
    assert abs(deferred(150, 300) - 0.5) < 0.02
    assert deferred(1, 2) < 0.15
    assert [rate.what for rate in rates_of("cabinet", History(), {"deferred", "cancelled"})] == [
        "cancelled",
        "deferred",
    ]


# A long route


def test_a_route_of_twenty_steps_has_a_forecast() -> None:
    stages = [
        Stage(
            f"s{n}", forum=f"f{n % 5}", ask="endorse", after=(f"s{n - 1}",) if n else (), join=Join(), decisive=n == 19,
            papers_after_outcome=n % 3 == 0, refer_back_to=f"s{n - 2}" if n % 4 == 3 else None,
        )
        for n in range(20)
    ]  # fmt: skip
    forums = [replace(a_forum(f"f{n}", "lcc-committee"), meets=Pattern("week", n, None, "10:00")) for n in range(5)]
    laid_out = timetable(a_case(*stages), a_world(*forums, meetings=[], packs=PACKS), "2023-07-18")
    found = simulate(laid_out, usual_chances(laid_out), 1, 500)
    assert found.finish is not None
    assert found.p50 is not None
    assert found.p90 is not None
    assert found.finish < found.p50 < found.p90
    assert [forum for forum, _share in found.spread] and abs(sum(share for _f, share in found.spread) - 1) < 0.01
