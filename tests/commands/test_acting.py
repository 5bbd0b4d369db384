"""Every act by the name that the contract gives it, on the command line, on both kinds of database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from tests.commands.conftest import Desk
from workflow.actions import ACTIONS

COUNCIL = """\
    decision_routes: 1
    organisations:
      - {id: lcc, name: County Council, kind: council, rules: standard-lancashire-county-council}
    forums:
      - {id: partnership, organisation: lcc, name: Partnership, form: consultative}
      - {id: cabinet, organisation: lcc, name: Cabinet, form: committee}
      - {id: director, organisation: lcc, name: Director, form: individual}
    people:
      - {id: owner, name: Head of Place, roles: [{role: author}]}
      - {id: lead, name: Governance lead, roles: [{role: lead, organisation: lcc}]}
      - {id: ann, name: Ann Ashworth, roles: [{role: secretary, forum: cabinet}, {role: secretary, forum: partnership}]}
      - {id: bob, name: Bob Birtwistle, roles: [{role: chair, forum: cabinet}]}
      - {id: dot, name: Dot Dewhurst, roles: [{role: member, forum: director}]}
      - {id: finance, name: Finance officer, roles: [{role: clearer, area: finance}]}
    meetings:
      - {id: partnership-june, forum: partnership, date: 2023-06-06}
      - {id: cabinet-july, forum: cabinet, date: 2023-07-06, time: "14:00"}
      - {id: cabinet-september, forum: cabinet, date: 2023-09-07, time: "14:00"}
    routes:
      - route: everything
        title: Everything
        for: [plan]
        stages:
          - {id: checked, kind: gate, waits_for: {check: "Readiness assessed", by: lead, evidence: required}}
          - {id: practices, kind: consultation, body: Member practices, lasts: {days: 10, unit: calendar-days}}
          - {id: partnership, forum: partnership, ask: endorse, after: []}
          - {id: cabinet, forum: cabinet, ask: agree, after: [partnership], decisive: true, clearances: [finance],
             refer_back_to: partnership}
          - {id: director, kind: individual, forum: director, ask: decide}
    items:
      - {id: plan, title: The plan, type: plan, route: everything, organisation: lcc, owner: owner, key_decision: true,
         state: draft, recommendations: ["Agree it"]}
"""


@pytest.fixture
def council(at: Callable[[str | None], Desk], database: str, tmp_path: Path) -> Desk:
    """The council with one draft plan, on each kind of database."""
    case = tmp_path / "council.yaml"
    case.write_text(dedent(COUNCIL))
    desk = at(database)
    desk.does("load", case)
    return desk


def test_one_plan_meets_every_act_there_is(council: Desk) -> None:
    told = {}
    for line in JOURNEY.strip().splitlines():
        words = [word.replace("_", " ") for word in line.split()]
        name = " ".join(words[:2]) if words[0] == "meeting" else words[0]
        told[name] = council.sees(*words)
        assert set(told[name]) >= {"action", "item", "done", "finish"}, line
        assert told[name]["action"] == name
    of_another_plan = ("withdraw", "uphold", "redact", "private-notice", "private-notice-again")
    assert set(told) == {name for name in ACTIONS if name not in of_another_plan}
    row = council.sees("where", "plan")[0]
    assert {step["step"]: step["state"] for step in row["steps"]} == {
        "checked": "passed", "practices": "passed", "partnership": "passed", "cabinet": "passed", "director": "passed",
    }  # fmt: skip
    assert row["state"] == "complete"
    assert council.sees("verify")["ok"]


JOURNEY = """
start plan --by owner --on 2023-05-01
hold plan --by lead --on 2023-05-02 --reason Costs_are_missing
resume plan --by lead --on 2023-05-03 --reason Costs_are_in
open-gate plan checked --by lead --evidence Minute_12 --on 2023-05-04
key-decision plan yes --value 2500000 --division North --by lead --on 2023-05-04 --reason It_is_significant
record plan practices consulted --by lead --on 2023-05-20
bind plan partnership partnership-june --by ann --on 2023-05-04
unbind plan partnership --by ann --on 2023-05-04
revise plan --recommendation Agree_the_plan --by owner --on 2023-05-21 --reason Clearer_words
submit plan partnership --by owner --on 2023-05-22
record plan partnership noted --by ann --on 2023-06-06
send-back plan partnership --by lead --on 2023-06-07 --reason Endorsement_is_needed
record plan partnership supported --by ann --on 2023-06-20
accept plan partnership --by lead --on 2023-06-21 --reason Support_is_enough
notice plan cabinet --by ann --on 2023-06-01
clear plan cabinet finance yes --by finance --on 2023-06-12
submit plan cabinet --by owner --on 2023-06-13
bind plan cabinet cabinet-july --by ann --on 2023-06-14
exception plan cabinet --by ann --to Chair_of_scrutiny --on 2023-06-15 --reason The_offer_came_late
urgency plan cabinet --by ann --agreed-by Chair_of_scrutiny --on 2023-06-16 --reason The_offer_ends
urgent-item plan cabinet --by bob --agreed-by Chair --on 2023-06-26 --reason The_offer_ends
agenda plan cabinet --by ann --on 2023-06-27
record plan cabinet approved --by bob --on 2023-07-06
correct plan cabinet agreed --by ann --on 2023-07-06 --reason Misread --condition Funding_is_confirmed;owner;2023-09-20
call-in plan cabinet --by bob --on 2023-07-07 --reason Two_members_asked
reconsider plan cabinet --by bob --on 2023-07-14
meeting add cabinet-extra --forum cabinet --date 2023-07-20 --time 10:00 --place Town_Hall --by ann --on 2023-07-14
meeting move cabinet-extra --date 2023-07-21 --by ann --on 2023-07-15 --reason Room
meeting cancel cabinet-extra --by ann --on 2023-07-16
meeting held cabinet-july --by ann --on 2023-07-17
record plan cabinet agreed --by ann --on 2023-09-07 --condition Funding;owner;2023-09-20 --text As_moved --amended
publish plan cabinet --by ann --on 2023-09-08
meet plan cabinet 1 --by owner --evidence Letter --on 2023-09-10
material plan no --by lead --on 2023-09-11 --reason Typing_errors_only
record plan director decided --by dot --on 2023-09-20
documents plan director --by dot --on 2023-09-21
"""


def test_an_owner_withdraws(council: Desk) -> None:
    assert council.does("withdraw", "plan", "--by", "owner", "--on", "2023-05-02") == "The item is withdrawn.\n"
    assert council.sees("where", "plan")[0]["state"] == "withdrawn"
    assert "withdrawn" in council.is_refused("record", "plan", "cabinet", "agreed", "--on", "2023-07-06")


def test_a_decision_is_called_in_and_upheld(council: Desk) -> None:
    council.does("start", "plan")
    council.does("record", "plan", "cabinet", "agreed", "--on", "2023-07-06", "--published", "2023-07-06")
    assert "called in" in council.does("call-in", "plan", "cabinet", "--on", "2023-07-10", "--by", "bob")
    assert council.sees("where", "plan")[0]["now"] == ["checked", "partnership", "cabinet"]
    assert "upheld" in council.does("uphold", "plan", "cabinet", "--on", "2023-07-20", "--by", "bob")
    assert council.sees("plan", "plan", "--on", "2023-07-21")["steps"][3]["effective"] == "2023-07-20"


def test_what_was_done_is_said_in_a_sentence_with_the_new_finish(council: Desk) -> None:
    council.does("start", "plan", "--on", "2023-05-01")
    said = council.does("record", "plan", "cabinet", "agreed", "--on", "2023-07-06", "--waive-call-in", "Urgent")
    assert said.startswith("Cabinet: “agreed” on 6 July 2023. ")
    assert "6 July 2023" in said.removeprefix("Cabinet: “agreed” on 6 July 2023. ")
    assert council.sees("history", "plan")[-1]["data"]["act"]["outcome"] == "agreed"


def test_what_was_recorded_wrongly_is_taken_away(council: Desk) -> None:
    council.does("start", "plan")
    agreed = ("plan", "cabinet", "agreed", "--published", "2023-07-07")
    council.does("record", *agreed, "--on", "2023-07-06", "--condition", "Funding is confirmed;owner")
    said = council.does(
        "correct", *agreed[:3], "--reason", "Misread", "--clear", "conditions", "--clear", "published", "--by", "ann"
    )
    assert "The condition on record is taken away." in said
    assert "The day of publication on record, 7 July 2023, is taken away." in said
    assert council.sees("history", "plan")[-1]["data"]["act"]["cleared"] == ["conditions", "published"]
    assert council.sees("verify")["ok"]


REFUSALS = {
    "an item that is not there": ("record parliament cabinet agreed", "There is no item parliament."),
    "a step that is not there": ("record plan parliament agreed", "plan has no step parliament."),
    "a meeting that is not there": ("bind plan cabinet never", "There is no meeting never."),
    "a person who is not there": ("record plan cabinet agreed --by nobody", "There is no person nobody."),
    "the wrong person": ("record plan cabinet agreed --by owner", "Head of Place may not do this (record)"),
    "a day that lies ahead": ("record plan cabinet agreed --on 2099-01-05", "5 January 2099 lies ahead"),
    "before the meeting": ("record plan cabinet agreed --on 2023-07-01", "Cabinet meets on 6 July 2023"),
    "a gate": ("record plan checked agreed", "checked is a gate"),
    "no reason given": ("correct plan partnership endorsed", "A reason is needed to correct an outcome."),
    "named and cleared": (
        "correct plan cabinet agreed --reason More --published 2023-07-07 --clear published",
        "“published” is named and cleared at once",
    ),
    "no reason to hold": ("hold plan", "A reason is needed to put an item on hold."),
    "nothing to accept": ("accept plan cabinet --reason Enough", "Cabinet has not fallen short of what it was asked"),
    "nothing to uphold": ("uphold plan cabinet", "is not called in"),
    "no evidence": ("open-gate plan checked", "needs evidence"),
    "no such condition": ("meet plan partnership 3", "has no condition 3"),
    "until, though agreed": ("record plan cabinet agreed --on 2023-07-06 --until 2023-09-07", "“until” goes with"),
    "until an earlier day": ("record plan cabinet deferred --on 2023-07-06 --until 2023-07-05", "cannot be until"),
    "published before": (
        "record plan cabinet agreed --on 2023-07-06 --published 2023-07-01",
        "cannot have been published",
    ),
    "nobody owns it": ("record plan cabinet agreed --on 2023-07-06 --condition More;nobody", "no person nobody"),
    "started already": ("start plan", "has started already"),
    "a meeting twice": ("meeting add cabinet-july --forum cabinet --date 2023-07-06", "There is a meeting"),
    "a meeting of nobody": ("meeting add new --forum parliament --date 2023-07-06", "There is no forum parliament"),
    "nothing to move": ("meeting move cabinet-july", "Say what changes"),
    "a meeting not yet held": ("meeting held cabinet-july --on 2023-07-05", "cannot have been held"),
    "a day beyond the calendar": ("meeting move cabinet-july --date 2099-07-06", "Bank holidays are known until"),
    "an id that is none": ("meeting add Cabinet! --forum cabinet --date 2023-07-06", "is no id"),
    "an invisible character": ("record plan cabinet agreed --on 2023-07-06 --text A\x07B", "U+0007"),
}


@pytest.mark.parametrize(("line", "sentence"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_one_sentence_and_changes_nothing(lone_council: Desk, line: str, sentence: str) -> None:
    desk = lone_council
    before = desk.does("dump")
    assert sentence in desk.is_refused(*line.split())
    assert desk.does("dump") == before
    assert desk.sees("verify")["ok"]


def test_two_outcomes_in_one_round_are_refused_with_the_name_of_who_was_first(lone_council: Desk) -> None:
    lone_council.does("record", "plan", "cabinet", "agreed", "--on", "2023-07-06", "--by", "ann")
    assert lone_council.is_refused("record", "plan", "cabinet", "noted", "--on", "2023-07-06") == (
        "Ann Ashworth has already recorded “agreed” for Cabinet on 6 July 2023. It stands; if it is wrong, "
        "correct it with a reason."
    )


WRONG_USAGE = [
    "", "nonsense", "record", "record plan", "record plan cabinet", "record plan cabinet maybe",
    "record plan cabinet agreed --on 2023-02-30", "record plan cabinet agreed --on 5/10/2023",
    "record plan cabinet agreed --on 2023-7-6", "record plan cabinet agreed --on yesterday",
    "record plan cabinet agreed --condition Money", "record plan cabinet agreed --condition Money;owner;2023-02-30",
    "record plan cabinet agreed --nonsense", "record plan cabinet agreed too-much", "clear plan cabinet finance maybe",
    "meeting move cabinet-july --time 25:00", "record plan cabinet deferred --until 2024-02-30",
    "material plan", "meet plan cabinet first", "meeting", "meeting add new", "meeting add new --forum cabinet",
    "correct plan cabinet agreed --clear text", "record plan cabinet agreed --clear published",
    "meeting nonsense", "where --on never", "where --known-at never", "plan", "plan one two", "history", "load",
    "routes", "routes check", "routes show", "routes show any --format jpeg", "submit plan cabinet --version two",
]  # fmt: skip


@pytest.mark.parametrize("line", WRONG_USAGE)
def test_wrong_usage_exits_2(desk: Desk, line: str) -> None:
    heard = desk.types(*line.split())
    assert heard.status == 2
    assert heard.err.strip()


@pytest.fixture
def lone_council(desk: Desk, tmp_path: Path) -> Desk:
    """The council on SQLite, its plan under way."""
    case = tmp_path / "council.yaml"
    case.write_text(dedent(COUNCIL).replace("state: draft, ", "steps: {cabinet: {meeting: cabinet-july}}, "))
    desk.does("load", case)
    return desk


def test_a_notice_is_drafted_from_what_is_on_record(council: Desk) -> None:
    council.does("start", "plan", "--on", "2023-05-01")
    urgent = ("--agreed-by", "Chair of scrutiny", "--reason", "The offer ends", "--on", "2023-06-16", "--by", "ann")
    council.does("urgency", "plan", "cabinet", *urgent)
    told = council.does("notice-text", "plan", "cabinet", "special-urgency")
    assert told.startswith("NOTICE OF SPECIAL URGENCY\n\nChair of scrutiny agreed on 16 June 2023 that the making")
    assert "The offer ends" in told
    assert council.sees("notice-text", "plan", "cabinet", "key-decision-notice")["to_complete"]
    assert "no such notice to draft" in council.is_refused("notice-text", "plan", "practices", "urgent-item")
