"""A file tried out before it is taken in: what it would do is said, and nothing of it is done."""

from __future__ import annotations

from textwrap import dedent

import pytest

from models.organisations import organisations
from tests.office import LANCASHIRE, Office
from workflow.trial import Otherwise, Trial, fingerprint, kept_text, tried_text

ITEM = "options-appraisal-2023"

ADMINISTRATOR = """
    people:
      - {id: systems-administrator, name: Systems administrator, email: systems@example.org, roles: [{role: admin}]}
"""

ANOTHER_MEETING_DAY = """
    decision_routes: 1
    meetings:
      - {id: cabinet-2023-10-05, forum: lcc-cabinet, date: 2023-10-12, time: "14:00"}
"""

A_ROUTE = """
    route: two-steps
    title: Two steps
    for: [plan]
    stages:
      - {id: advice, forum: lancashire-hwb, ask: endorse}
      - {id: decision, forum: lcc-cabinet, ask: agree, decisive: true}
"""


def try_out(office: Office, text: str, update: bool = False) -> Trial:
    return tried_text(office.runtime, "systems-administrator", dedent(text), update)


def keep(office: Office, text: str, trial: Trial, update: bool = False) -> Trial:
    return kept_text(office.runtime, "systems-administrator", dedent(text), update, trial.mark)


@pytest.fixture
def lancashire(desk: Office) -> Office:
    desk.load(LANCASHIRE, ADMINISTRATOR)
    return desk


def test_a_new_route_is_said_to_be_new_and_is_not_kept_until_told(lancashire: Office) -> None:
    trial = try_out(lancashire, A_ROUTE)
    assert [(line.section, line.name, line.new) for line in trial.lines] == [("routes", "two-steps, version 1", True)]
    assert (trial.touches, trial.faults) == ((), ())
    assert "two-steps" not in lancashire.dump()

    keep(lancashire, A_ROUTE, trial)
    assert "two-steps" in lancashire.dump()
    assert try_out(lancashire, A_ROUTE).does_nothing
    assert lancashire.verify().ok


def test_a_moved_meeting_says_which_items_would_finish_later(office: Office) -> None:
    office.load(LANCASHIRE, ADMINISTRATOR)
    before = office.item(ITEM)["finish"]
    trial = try_out(office, ANOTHER_MEETING_DAY, update=True)

    touch = next(touch for touch in trial.touches if touch.item == ITEM)
    assert touch.title == "Lancashire Place governance options appraisal"
    assert (touch.finish.isoformat(), touch.new_finish > touch.finish) == (before, True)
    assert [d.key for d in trial.lines[0].differences] == ["date"]
    assert office.item(ITEM)["finish"] == before, "trying out moves nothing"

    keep(office, ANOTHER_MEETING_DAY, trial, update=True)
    assert office.item(ITEM)["finish"] == touch.new_finish.isoformat()


def test_differences_need_to_be_asked_for(lancashire: Office) -> None:
    trial = try_out(lancashire, ANOTHER_MEETING_DAY)
    assert [
        (fault.line, "differs from what was loaded before, in date" in fault.message) for fault in trial.faults
    ] == [(4, True)]


def test_other_due_days_touch_an_item_though_it_finishes_on_the_same_day(lancashire: Office) -> None:
    text = """
        decision_routes: 1
        rules:
          - {id: lcc-executive, from: 2020-01-01, agenda_day: {days: 6, unit: clear-working-days}}
    """
    trial = try_out(lancashire, text, update=True)
    assert [(line.section, line.new) for line in trial.lines] == [("rules", False)]
    assert any(touch.item == ITEM and touch.finish == touch.new_finish for touch in trial.touches)


def test_every_fault_is_told_with_its_line(lancashire: Office) -> None:
    text = """\
        decision_routes: 1
        forums:
          - {id: new-board, organisation: nobody, name: New board, form: committee}
          - {id: other-board, organisation: lcc, name: Other board, form: parliament}
    """
    trial = try_out(lancashire, text)
    assert [fault.line for fault in trial.faults] == [3, 4]
    assert "there is no organisation nobody" in trial.faults[0].message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("decision_routes: 1\nevents: []", "decision-routes load"),
        (
            "route: standard-plan\nfor: [plan]\nstages: [{id: a, forum: lcc-cabinet, ask: agree, decisive: true}]",
            "belong",
        ),
        ("a: &a [x]\nb: &b [*a, *a]\n", "a case file begins"),
        ("title: [", "bracket"),
        ("x: " + "y" * 1_000_001, "1 MB"),
        ("", "empty"),
    ],
)
def test_what_cannot_be_taken_in_here_says_why(lancashire: Office, text: str, message: str) -> None:
    faults = try_out(lancashire, text).faults
    assert any(message in str(fault) for fault in faults), faults


def test_what_was_checked_is_what_is_kept(lancashire: Office) -> None:
    trial = try_out(lancashire, ANOTHER_MEETING_DAY, update=True)
    lancashire.cabinet_secretary.does("meeting move", meeting="cabinet-2023-10-05", meets_on="2023-10-19")
    with pytest.raises(Otherwise) as refused:
        keep(lancashire, ANOTHER_MEETING_DAY, trial, update=True)
    assert refused.value.trial.lines[0].differences[0].before == "2023-10-05" or refused.value.trial.faults
    assert lancashire.step(ITEM, "cabinet")["meeting"] == "2023-10-19"


def test_only_administrators_take_files_in(lancashire: Office) -> None:
    with pytest.raises(Exception, match="it is for an administrator"):
        tried_text(lancashire.runtime, "cabinet-secretary", dedent(A_ROUTE), False)


def test_a_file_says_nothing_about_items_that_are_not_for_the_administrator_to_see(lancashire: Office) -> None:
    lancashire.load(
        """
        items:
          - {id: sale-of-the-depot, title: Sale of the depot, type: plan, route: standard-single-forum-decision,
             organisation: lcc, owner: head-of-place, part: II,
             exemption: {basis: Schedule 12A, paragraphs: [3], reason: A price}, forums: {forum: lcc-cabinet}}
        """
    )
    peek = """
        decision_routes: 1
        items:
          - {id: sale-of-the-depot, target: 2023-12-01}
        outcomes:
          - {item: sale-of-the-depot, step: decision, outcome: agreed, date: 2023-07-06, by: cabinet-secretary}
    """
    trial = try_out(lancashire, peek, update=True)
    assert {fault.line for fault in trial.faults} == {4, 6}
    assert all("not for you to see" in fault.message for fault in trial.faults), trial.faults
    assert "depot" not in repr(trial).lower().replace("sale-of-the-depot", "")


def test_a_touched_item_that_may_not_be_seen_is_counted(lancashire: Office) -> None:
    lancashire.load(
        """
        items:
          - {id: sale-of-the-depot, title: Sale of the depot, type: plan, route: standard-single-forum-decision,
             organisation: lcc, owner: head-of-place, part: II,
             exemption: {basis: Schedule 12A, paragraphs: [3], reason: A price}, forums: {forum: lcc-cabinet},
             steps: {decision: {meeting: cabinet-2023-10-05}}}
        """
    )
    trial = try_out(lancashire, ANOTHER_MEETING_DAY, update=True)
    assert trial.hidden == 1
    assert "depot" not in repr(trial).lower()


def test_a_text_is_known_by_its_fingerprint() -> None:
    assert fingerprint("route: a") == fingerprint("route: a") != fingerprint("route: b")


def test_nothing_is_left_of_what_was_only_tried(lancashire: Office) -> None:
    before = lancashire.dump()
    try_out(lancashire, "decision_routes: 1\norganisations:\n  - {id: nobody, name: Nobody, kind: council}")
    with lancashire.runtime.looking() as look:
        assert "nobody" not in set(look.db.execute(organisations.select()).scalars())
    assert lancashire.dump() == before
    assert lancashire.verify().ok
