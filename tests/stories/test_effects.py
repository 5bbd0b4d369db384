"""The effect of a slip is shown before it is done, and is then exactly what happens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from models.ledger import events
from tests.builders import WORLD, case, item, route
from tests.office import LANCASHIRE, Office
from workflow import effects
from workflow.actions import ACTIONS
from workflow.effects import Effect, Otherwise, foreseen, kept
from workflow.plan_changes import ItemEffect
from workflow.queries.forums import meeting
from workflow.visibility import EVERYTHING, Reader, reader_of

APPRAISAL = "options-appraisal-2023"
CABINET = "cabinet-2023-10-05"

#: What else Cabinet has before it: on the meeting that moves, and on the one that is held on its new day already.
OTHERS = """
    meetings:
      - {id: cabinet-2023-11-02, forum: lcc-cabinet, date: 2023-11-02, time: "10:00"}
    routes:
      - {route: cabinet-alone, title: Cabinet alone, for: [plan],
         stages: [{id: cabinet, forum: lcc-cabinet, ask: agree, decisive: true}]}
    items:
      - {id: roads, title: Roads plan, type: plan, route: cabinet-alone, organisation: lcc, owner: director-hci,
         steps: {cabinet: {meeting: cabinet-2023-10-05}}}
      - {id: parks, title: Parks plan, type: plan, route: cabinet-alone, organisation: lcc, owner: director-hci,
         steps: {cabinet: {meeting: cabinet-2023-11-02}}}
"""

EXEMPT = """
    items:
      - {id: depot-sale, title: Sale of the depot, type: plan, route: cabinet-alone, organisation: lcc,
         owner: head-of-place, part: II, exemption: {basis: Schedule 12A, paragraphs: [3], reason: A price},
         steps: {cabinet: {meeting: cabinet-2023-10-05}}}
      - {id: quarry-sale, title: Sale of the quarry, type: plan, route: cabinet-alone, organisation: lcc,
         owner: head-of-place, part: II, exemption: {basis: Schedule 12A, paragraphs: [3], reason: A price},
         steps: {cabinet: {meeting: cabinet-2023-11-02}}}
"""


@pytest.fixture
def lancashire(database: str) -> Iterator[Office]:
    """18 July 2023, on each kind of database."""
    played = Office(database)
    played.load(LANCASHIRE)
    yield played
    played.close()


def would(office: Office, action: str, by: str | None = None, reader: Reader | None = None, **said: Any) -> Effect:
    """What an act would change."""
    form = ACTIONS[action].form.model_validate({**said, "by": by})
    return foreseen(office.runtime, action, ACTIONS[action].run, form, by or "operator", reader)


def does_as_shown(office: Office, shown: Effect, by: str, **said: Any) -> None:
    form = ACTIONS[shown.act].form.model_validate({**said, "by": by})
    kept(office.runtime, shown.act, ACTIONS[shown.act].run, form, shown.mark, by)


def of_item(effect: Effect, name: str) -> ItemEffect:
    return next(of for of in effect.items if of.item == name)


def to_november(office: Office, **more: Any) -> Effect:
    return would(office, "meeting move", "cabinet-secretary", meeting=CABINET, meets_on="2023-11-02", **more)


def reader(office: Office, person: str) -> Reader:
    return reader_of(office.known(), person)


def must_say_what_the_move_does(effect: Effect) -> None:
    """DOMAIN.md, section 3: 28 clear days before 2 November is 4 October, and call-in ends so that it counts on 8."""
    appraisal = of_item(effect, APPRAISAL)
    (step,) = appraisal.steps
    assert step.step == "cabinet"
    assert [(of.meeting, of.notice_by, of.agenda_by, of.effective) for of in (step.was, step.becomes)] == [
        (date(2023, 10, 5), date(2023, 9, 6), date(2023, 9, 27), date(2023, 10, 11)),
        (date(2023, 11, 2), date(2023, 10, 4), date(2023, 10, 25), date(2023, 11, 8)),
    ]
    assert (appraisal.was_finish, appraisal.finish) == (date(2023, 10, 11), date(2023, 11, 8))
    assert (appraisal.was_late, appraisal.late) == (False, True)
    assert [turn.sentence for turn in appraisal.order] == [
        "Integrated Care Board Executives now decides first, on 10 October 2023, before Cabinet on 2 November 2023"
    ]
    assert "target-missed" in {problem.code for problem in appraisal.new}
    assert ("decides-inside-call-in", "icb-executives") in {(one.code, one.step) for one in appraisal.gone}


def test_cabinet_moved_to_november_says_who_now_decides_first_and_when_it_is_done(lancashire: Office) -> None:
    before = lancashire.dump()
    effect = to_november(lancashire)
    must_say_what_the_move_does(effect)
    assert effect.done == "Cabinet meets on 2 November 2023 instead of 5 October 2023."
    told = {to.person: " ".join(to.because) for to in effect.people}
    assert set(told) == {
        "head-of-place", "cabinet-secretary", "icb-governance-lead", "finance-officer", "monitoring-officer",
        "lcc-governance-lead",
    }  # fmt: skip
    assert "the finish changes" in told["lcc-governance-lead"] and "clears for legal" in told["monitoring-officer"]
    assert "now comes before or after another body" in told["icb-governance-lead"]
    assert lancashire.dump() == before, "nothing of it is kept"
    assert lancashire.item(APPRAISAL)["finish"] == "2023-10-11"


def test_the_same_once_the_board_has_endorsed_it(lancashire: Office) -> None:
    for at, step, by in (
        ("2023-08-21 16:00", "place-partnership", "place-secretary"),
        ("2023-09-05 17:00", "hwb", "hwb-secretary"),
    ):
        lancashire.clock.to(at)
        lancashire.does("record", by, item=APPRAISAL, step=step, outcome="endorsed")
    effect = to_november(lancashire)
    must_say_what_the_move_does(effect)
    assert effect.on == date(2023, 9, 5)


def test_after_the_move_everything_agrees_and_the_ledger_says_who_moved_it_and_why(lancashire: Office) -> None:
    lancashire.load(OTHERS)
    shown = to_november(lancashire, reason="Cabinet members are at the LGA", code="clash-of-dates")
    more = {"reason": "Cabinet members are at the LGA", "code": "clash-of-dates"}
    said = {"meeting": CABINET, "meets_on": "2023-11-02", **more}
    does_as_shown(lancashire, shown, "cabinet-secretary", **said)
    for of in shown.items:
        plan, listed = lancashire.plan(of.item), lancashire.item(of.item)
        assert (plan.finish, plan.late) == (of.finish, of.late)
        assert (listed["finish"], listed["late"]) == (of.finish and of.finish.isoformat(), of.late)
        for step in of.steps:
            planned = plan.step(step.step)
            assert (planned.meeting, planned.notice_by, planned.report_due, planned.effective) == (
                step.becomes.meeting, step.becomes.notice_by, step.becomes.report_due, step.becomes.effective,
            )  # fmt: skip
    with lancashire.runtime.looking() as look:
        auditor = Reader("auditor", frozenset({EVERYTHING}), frozenset())
        page = meeting(look, auditor, CABINET)
        assert (page.on, {row.item for row in page.bound}) == (date(2023, 11, 2), {"roads"})
    event = next(event for event in events_of(lancashire, "forum:lcc-cabinet") if event["kind"] == "meeting-moved")
    assert (event["actor"], event["act"]["meets_on"], event["act"]["code"]) == (
        "cabinet-secretary", "2023-11-02", "clash-of-dates",
    )  # fmt: skip
    assert event["act"]["reason"]
    assert lancashire.verify().ok


def test_whoever_was_told_the_old_day_hears_of_the_new_one(lancashire: Office) -> None:
    lancashire.load(OTHERS)
    lancashire.clock.to("2023-09-07 12:00")
    assert any("Report due 22 September 2023: Roads plan" in line for line in lancashire.plays_to("2023-09-11 12:00"))
    shown = would(lancashire, "meeting move", "cabinet-secretary", meeting=CABINET, meets_on="2023-10-12")
    does_as_shown(lancashire, shown, "cabinet-secretary", meeting=CABINET, meets_on="2023-10-12")
    letters = lancashire.plays_to("2023-09-12 12:00")
    assert letters == ["Mon 11 Sep 2023 12:00  director-hci: Report now due by 29 September 2023: Roads plan"]
    assert "director-hci" in {to.person for to in shown.people}


def test_every_other_item_on_either_meeting_is_named(lancashire: Office) -> None:
    lancashire.load(OTHERS)
    effect = to_november(lancashire)
    assert {of.item for of in effect.items} == {APPRAISAL, "roads"}
    assert [(of.item, of.step, of.meeting, of.on) for of in effect.also_on] == [
        ("parks", "cabinet", "cabinet-2023-11-02", date(2023, 11, 2))
    ]


def test_what_is_not_for_somebody_to_see_is_counted(lancashire: Office) -> None:
    lancashire.load(OTHERS)
    lancashire.load(EXEMPT)
    lead = to_november(lancashire, reader=reader(lancashire, "icb-governance-lead"))
    assert {of.item for of in lead.items} == {APPRAISAL} and lead.hidden == 2
    assert lead.hidden_beside == 2
    assert "depot" not in repr(lead).lower() and "quarry" not in repr(lead).lower()
    secretary = to_november(lancashire, reader=reader(lancashire, "cabinet-secretary"))
    assert "depot-sale" in {of.item for of in secretary.items} and secretary.hidden == 0
    assert to_november(lancashire).hidden == 0


def test_what_was_shown_is_done_or_shown_again(lancashire: Office) -> None:
    shown = to_november(lancashire)
    lancashire.load(OTHERS)
    said = {"meeting": CABINET, "meets_on": "2023-11-02"}
    with pytest.raises(Otherwise, match="nothing was done") as otherwise:
        does_as_shown(lancashire, shown, "cabinet-secretary", **said)
    assert lancashire.known().meetings[CABINET].date == date(2023, 10, 5)
    now = otherwise.value.effect
    assert {of.item for of in now.items} == {APPRAISAL, "roads"}
    does_as_shown(lancashire, now, "cabinet-secretary", **said)
    assert lancashire.known().meetings[CABINET].date == date(2023, 11, 2)


def test_it_is_refused_as_the_act_would_be(lancashire: Office) -> None:
    with pytest.raises(Exception, match="the secretary of"):
        would(lancashire, "meeting move", "hwb-secretary", meeting=CABINET, meets_on="2023-11-02")
    with pytest.raises(Exception, match="Say what changes"):
        would(lancashire, "meeting move", "cabinet-secretary", meeting=CABINET)


@pytest.fixture
def world(database: str) -> Iterator[Office]:
    """A plan on its way through Partnership, Board and Cabinet, and another that waits for it."""
    waits = "- {id: gate, kind: gate, waits_for: {item: plan, stage: cabinet, outcome: agreed}}\n"
    second = route(waits + "- {id: board, forum: board, ask: agree, decisive: true}", "second", "other")
    stages = second.removeprefix("routes:\n")
    follower = item("follower", type="other", route="second", organisation="icb", title="What follows")
    bound = "{partnership: {meeting: p-aug}, cabinet: {meeting: c-oct}}"
    both = route() + stages + "items:\n" + item(steps=bound) + follower
    played = Office(database)
    played.load(WORLD + both)
    yield played
    played.close()


def test_a_cancelled_meeting_releases_to_the_next(world: Office) -> None:
    effect = would(world, "meeting cancel", "clerk", meeting="c-oct")
    cabinet = next(step for step in of_item(effect, "plan").steps if step.step == "cabinet")
    assert (cabinet.was.meeting_id, cabinet.becomes.meeting_id) == ("c-oct", "c-nov")
    follows = of_item(effect, "follower")
    assert (follows.was_finish, follows.finish) == (date(2023, 10, 25), date(2023, 11, 29)), "what waits for it slips"
    posts = [to.name for to in effect.people if to.person is None]
    assert posts == ["Lead of Integrated Care Board (nobody holds this post)"]


def test_an_added_meeting_pulls_items_forward(world: Office) -> None:
    world.clerk.does("unbind", item="plan", step="cabinet")
    effect = would(world, "meeting add", "clerk", meeting="c-sep", forums=["cabinet"], meets_on="2023-09-28")
    plan = of_item(effect, "plan")
    assert [(step.was.meeting_id, step.becomes.meeting_id) for step in plan.steps] == [("c-oct", "c-sep")]
    assert plan.finish is not None and plan.was_finish is not None and plan.finish < plan.was_finish
    assert not plan.gets_worse


def test_a_deferral_says_what_comes_later_and_who_waits(world: Office) -> None:
    said = {"item": "plan", "step": "partnership", "outcome": "deferred", "until": "p-oct", "reason": "Costs"}
    world.clock.to("2023-08-02 12:00")
    effect = would(world, "record", "partnership-clerk", **said)
    plan = of_item(effect, "plan")
    moved = {step.step: (step.was.meeting_id, step.becomes.meeting_id) for step in plan.steps}
    assert moved["partnership"] == ("p-aug", "p-oct") and moved["hwb"] == ("h-sep", "h-oct")
    assert {problem.code for problem in plan.new} == {"papers-before-outcome"}, "Cabinet stays where it is bound"
    assert {"author", "partnership-clerk", "clerk"} <= {to.person for to in effect.people}
    does_as_shown(world, effect, "partnership-clerk", **said)
    assert world.step("plan", "partnership")["meeting_id"] == "p-oct"
    assert world.verify().ok


@pytest.mark.parametrize(
    ("action", "by", "said"),
    [
        (
            "record",
            "clerk",
            {"item": "plan", "step": "hwb", "outcome": "deferred", "on": "2023-09-12", "reason": "Late"},
        ),
        ("meeting move", "clerk", {"meeting": "h-oct", "meets_on": "2023-10-11", "on": "2023-07-20"}),
    ],
)
def test_what_is_entered_late_is_shown_with_the_dates_that_it_then_has(
    desk: Office, action: str, by: str, said: dict[str, Any]
) -> None:
    desk.load(case(items=item(steps="{hwb: {meeting: %s}}" % ("h-sep" if action == "record" else "h-oct"))))
    desk.clock.to("2023-10-02 09:00")
    desk.operator.records("plan", "partnership", "endorsed", on="2023-08-02")
    shown = would(desk, action, by, **said)
    does_as_shown(desk, shown, by, **said)
    plan, told = desk.plan("plan"), of_item(shown, "plan")
    assert shown.on == shown.today == date(2023, 10, 2)
    assert (told.finish, told.late) == (plan.finish, plan.late)
    for step in told.steps:
        is_ = plan.step(step.step)
        assert (step.becomes.meeting, step.becomes.report_due) == (is_.meeting, is_.report_due)


def test_what_is_settled_or_over_does_not_now_come_first(desk: Office) -> None:
    stages = """\
    - {id: board, forum: board, ask: agree, after: [], decisive: true}
    - {id: cabinet, forum: cabinet, ask: agree, after: [], decisive: true}
    """
    desk.load(case(stages=stages, items=item(steps="{board: {meeting: b-oct}, cabinet: {meeting: c-oct}}")))
    move = {"meeting": "c-oct", "meets_on": "2023-11-02"}
    (turn,) = of_item(would(desk, "meeting move", "clerk", **move), "plan").order
    assert (turn.first, turn.second) == ("board", "cabinet")
    desk.clock.to("2023-10-26 09:00")
    assert not of_item(would(desk, "meeting move", "clerk", **move), "plan").order, "the Board's day is over"
    desk.operator.records("plan", "board", "agreed", on="2023-10-25")
    assert not of_item(would(desk, "meeting move", "clerk", **move), "plan").order


def test_what_changes_unseen_is_shown_again_too(lancashire: Office) -> None:
    lancashire.load(OTHERS)
    lancashire.load(EXEMPT)
    lead = reader(lancashire, "icb-governance-lead")
    shown = to_november(lancashire, reader=lead)
    assert to_november(lancashire, reader=lead).mark == shown.mark
    lancashire.operator.does("notice", item="depot-sale", step="cabinet")
    lancashire.operator.does("hold", item="depot-sale", reason="The price is not settled")
    again = to_november(lancashire, reader=lead)
    assert (again.items, again.hidden) == (shown.items, shown.hidden)
    assert again.mark != shown.mark


def test_nobody_waits_while_the_effect_is_worked_out(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.load(case(items=item("plan", steps="{cabinet: {meeting: c-oct}}") + item("other")))
    compare = effects._Comparing.effect

    def meanwhile(comparing: Any, name: str, done: Any) -> Effect:
        desk.author.does("submit", item="other", step="partnership")
        desk.clerk.does("bind", item="plan", step="cabinet", meeting="c-dec")
        return compare(comparing, name, done)

    monkeypatch.setattr(effects._Comparing, "effect", meanwhile)
    effect = would(desk, "meeting move", "clerk", meeting="c-oct", meets_on="2023-10-19")
    (step,) = of_item(effect, "plan").steps
    assert (step.was.meeting, step.becomes.meeting) == (date(2023, 10, 12), date(2023, 10, 19)), "as it was then"


def test_three_hundred_items_on_one_meeting(desk: Office) -> None:
    bound = "{cabinet: {meeting: c-oct}}"
    desk.load(case(items="".join(item(f"plan-{n}", title=f"Plan {n}", steps=bound) for n in range(300))))
    effect = would(desk, "meeting move", "clerk", meeting="c-oct", meets_on="2023-10-19")
    assert len(effect.items) == 300 and effect.hidden == 0
    assert all(of.finish == effect.items[0].finish for of in effect.items)
    owner = next(to for to in effect.people if to.person == "author")
    assert owner.because == ("owner: Plan 0, Plan 1, Plan 10 and 297 more",)


def events_of(office: Office, subject: str) -> list[dict[str, Any]]:
    with office.runtime.looking() as look:
        rows = look.db.execute(select(events).where(events.c.subject == subject)).mappings()
        return [{**row, "act": row["data"].get("act", {})} for row in rows]
