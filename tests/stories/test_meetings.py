"""Meetings are added, moved, cancelled and held; the steps bound to them follow."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models.forecasts import forecasts
from tests.builders import case, item
from tests.office import Office
from workflow.errors import Faulty, NotPermitted, Refused, Unknown


def test_a_moved_meeting_takes_its_steps_along(office: Office) -> None:
    office.load(case(items=item(steps="{cabinet: {meeting: c-oct}}")))
    before = office.plan("plan")
    assert before.step("cabinet").meeting == date(2023, 10, 12)
    with pytest.raises(NotPermitted, match="the secretary of Cabinet. Ask Council clerk"):
        office.icb_clerk.does("meeting move", meeting="c-oct", meets_on="2023-10-19")
    said = office.clerk.does("meeting move", meeting="c-oct", meets_on="2023-10-19", reason="Half-term")
    assert said == "Cabinet meets on 19 October 2023 instead of 12 October 2023."
    assert office.plan("plan").step("cabinet").meeting == date(2023, 10, 19)
    assert office.plan("plan", on="2023-07-17").step("cabinet").meeting == date(2023, 10, 12), "not moved yet"
    assert office.verify().ok


@pytest.mark.parametrize(
    ("meets_on", "on", "said"),
    [
        ("2023-11-05", None, " 5 November 2023 is a Sunday."),
        ("2023-12-25", None, " 25 December 2023 is a bank holiday."),
        ("2023-12-27", None, " 27 December 2023 is a day on which offices are closed."),
        ("2023-06-03", None, " 3 June 2023 is before today. 3 June 2023 is a Saturday."),
        ("2023-06-02", "2023-06-05", " 2 June 2023 is before 5 June 2023."),
        ("2023-06-02", "2023-06-01", ""),
    ],
)
def test_an_unusual_day_is_said_and_not_refused(desk: Office, meets_on: str, on: str | None, said: str) -> None:
    closed = "{id: shut, what: closure, organisation: council, date: 2023-12-27, reason: Offices shut}"
    desk.load(case(more=f"calendar:\n  - {closed}\n"))
    when = f"{date.fromisoformat(meets_on).day} {date.fromisoformat(meets_on):%B %Y}"
    moved = desk.clerk.does("meeting move", meeting="c-oct", meets_on=meets_on, on=on)
    assert moved == f"Cabinet meets on {when} instead of 12 October 2023.{said}"
    added = desk.clerk.does("meeting add", meeting="c-new", forums=["cabinet"], meets_on=meets_on, on=on)
    assert added == f"Cabinet meets on {when}.{said}"
    assert desk.clerk.does("meeting move", meeting="c-new", time="18:00") == f"Cabinet meets on {when}."


def test_a_cancelled_meeting_releases_its_steps(office: Office) -> None:
    office.load(
        case(items=item(steps="{cabinet: {meeting: c-oct}}") + item("other", steps="{cabinet: {meeting: c-oct}}"))
    )
    said = office.clerk.does("meeting cancel", meeting="c-oct", reason="Not quorate")
    assert said.endswith("to be dealt with at the next meeting: other, plan.")
    step = office.step("plan", "cabinet")
    assert (step["state"], step["meeting_id"]) == ("waiting", "c-nov")
    assert office.kinds("plan") == ["created", "released"]
    with pytest.raises(Refused, match="is cancelled already"):
        office.clerk.does("meeting cancel", meeting="c-oct")
    with pytest.raises(Refused, match="is cancelled: choose another"):
        office.clerk.does("bind", item="plan", step="cabinet", meeting="c-oct")
    assert office.verify().ok


def test_a_new_meeting_gives_a_date_and_a_held_one_stays(office: Office) -> None:
    office.load(case(stages="- {id: trust, forum: trust-board, ask: agree, decisive: true}"))
    office.clock.to("2023-10-27 09:00")
    assert ("no-meeting", "trust") in office.problems("plan")
    office.trust_clerk.does(
        "meeting add", meeting="t-nov", forums=["trust-board"], meets_on="2023-11-30", time="09:30", place="Ward 5"
    )
    assert office.plan("plan").finish == date(2023, 11, 30)
    with pytest.raises(Refused, match="cannot have been held by 27 October 2023"):
        office.trust_clerk.does("meeting held", meeting="t-nov")
    office.clock.to("2023-11-30 18:00")
    office.trust_clerk.does("meeting held", meeting="t-nov")
    with pytest.raises(Refused, match="is held already"):
        office.trust_clerk.does("meeting move", meeting="t-nov", meets_on="2023-12-01")
    with pytest.raises(Refused, match="There is a meeting t-nov already"):
        office.trust_clerk.does("meeting add", meeting="t-nov", forums=["trust-board"], meets_on="2023-12-30")
    with pytest.raises(Unknown, match="There is no meeting t-dec"):
        office.trust_clerk.does("meeting cancel", meeting="t-dec")
    assert office.verify().ok


def test_a_meeting_with_outcomes_on_record_stays_where_it_is(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2023-08-03 09:00")
    desk.operator.records("plan", "partnership", "endorsed", on="2023-08-02")
    for act in ("meeting cancel", "meeting move"):
        with pytest.raises(Refused, match="an outcome is on record there, for plan"):
            desk.operator.does(act, meeting="p-aug", **({"meets_on": "2023-08-09"} if "move" in act else {}))


def test_two_forums_sitting_together(desk: Office) -> None:
    desk.load(case())
    desk.operator.does("meeting add", meeting="joint", forums=["hwb", "cabinet"], meets_on="2023-09-20", time="10:00")
    desk.clerk.does("bind", item="plan", step="hwb", meeting="joint")
    desk.clerk.does("bind", item="plan", step="cabinet", meeting="joint")
    plan = desk.plan("plan")
    assert plan.step("hwb").meeting == plan.step("cabinet").meeting == date(2023, 9, 20)
    assert plan.step("hwb").agenda_by != plan.step("cabinet").agenda_by, "each forum keeps its own rules"
    with pytest.raises(Refused, match="is not a meeting of Partnership"):
        desk.partnership_clerk.does("bind", item="plan", step="partnership", meeting="joint")
    desk.clerk.does("unbind", item="plan", step="hwb")
    assert desk.step("plan", "hwb")["state"] == "waiting"
    assert desk.verify().ok


def test_a_file_does_not_move_a_meeting_with_outcomes_on_record_either(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2023-10-20 09:00")
    desk.operator.records("plan", "cabinet", "agreed", on="2023-10-12")
    for change in ("date: 2023-10-02", "state: cancelled"):
        with pytest.raises(Faulty, match="an outcome is on record there, for plan"):
            desk.load(f"meetings:\n  - {{id: c-oct, {change}}}\n", update=True)


def test_an_act_is_not_recorded_in_the_future(desk: Office) -> None:
    desk.load(case())
    entry = "{action: bind, item: plan, step: cabinet, meeting: c-oct, recorded_at: '2099-01-01T09:00:00Z'}"
    with pytest.raises(Faulty, match="cannot have been recorded at a moment that lies ahead"):
        desk.load(f"events:\n  - {entry}\n")


def test_a_report_survives_the_cancellation_of_a_meeting(desk: Office) -> None:
    desk.load(case(items=item(steps="{cabinet: {meeting: c-oct, papers: verbal}}")))
    desk.author.does("submit", item="plan", step="cabinet")
    desk.clerk.does("agenda", item="plan", step="cabinet")
    desk.clerk.does("meeting cancel", meeting="c-oct")
    assert desk.states("plan")["cabinet"] == "submitted"


def test_forecasts_further_along_a_chain_of_gates_follow(desk: Office) -> None:
    stages = """\
    - {id: first, kind: gate, waits_for: {item: $other, stage: cabinet, outcome: agreed}}
    - {id: cabinet, forum: cabinet, ask: agree, decisive: true}
    """
    plain = "  - route: plain\n    title: Plain\n    for: [plan]\n    stages:\n"
    plain += "      - {id: cabinet, forum: cabinet, ask: agree, decisive: true}\n"
    chained = item("b", forums="{other: a}") + item("c", forums="{other: b}")
    desk.load(
        case(stages=stages, items=item("a", route="plain") + chained).replace("routes:\n", f"routes:\n{plain}", 1)
    )
    desk.clerk.does("bind", item="a", step="cabinet", meeting="c-nov")
    with desk.runtime.inspecting() as db:
        stored = {row.item: row.finish for row in db.execute(select(forecasts))}
    assert stored == {name: desk.plan(name).finish for name in ("a", "b", "c")}
