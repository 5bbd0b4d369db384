"""Reading definitions: what is written becomes a frozen route, and every fault is told with its line."""

from datetime import date
from textwrap import dedent

import pytest

from routes.faults import FileFault
from routes.loader import read_file
from routes.spec import Condition, Days, Join, Route, Stage, WaitsForCheck, WaitsForDate, WaitsForStep

EVERYTHING = """\
route: everything
title: Example with every feature
for: [plan, mou]
use_when: When every feature is needed
stages:
  - id: deal
    kind: gate
    waits_for: {item: $deal, stage: icb-board, outcome: decided}
  - id: ready
    kind: gate
    waits_for: {check: Readiness assessed, by: owner, evidence: required}
  - id: start
    kind: gate
    waits_for: {date: 2024-04-01}
  - id: partnership
    forum: $partnership
    ask: endorse
    title: Endorse the preferred option
    recommendations: [1]
    clearances: [finance, legal]
  - id: consult
    kind: consultation
    body: Member practices
    lasts: {days: 42, unit: calendar-days}
    after: []
  - id: cabinet
    forum: lcc-cabinet
    ask: agree
    after: [partnership]
    papers: after-outcome
    when: {key_decision: true, value: {over: 500000}, part: {in: [I, II]}}
    decisive: true
    refer_back_to: partnership
  - id: director
    kind: individual
    forum: $director
    ask: decide
  - id: partners
    each: parties
    ask: approve
    after: [cabinet, consult]
    join: {at_least: 2}
    decisive: true
"""


NO_ROUTE = "1: this is no route: a definition begins with “route: …”, a case file lists them under “routes:”"


def route_of(written: str) -> Route:
    (definition,) = read_file(dedent(written).encode(), "route.yaml")
    return definition.route


def faults_of(written: str, **known) -> list[str]:
    with pytest.raises(FileFault) as caught:
        read_file(dedent(written).encode(), "route.yaml", **known)
    return [str(fault) for fault in caught.value.faults]


def with_stage(*lines: str) -> str:
    """A sound route on whose line 5 begins the stage in question; line 9 is the first behind it."""
    head = ["route: plan", "title: Plan", "for: [plan]", "stages:"]
    stage = [f"  {'- ' if number == 0 else '  '}{line}" for number, line in enumerate(lines)]
    padding = ["  # "] * (4 - len(lines))
    return "\n".join([*head, *stage, *padding, "  - {id: end, forum: $end, ask: decide, decisive: true}"])


def test_everything_that_may_be_written_is_read():
    assert route_of(EVERYTHING) == Route(
        id="everything",
        title="Example with every feature",
        types=("plan", "mou"),
        use_when="When every feature is needed",
        stages=(
            Stage("deal", "gate", gate=WaitsForStep("$deal", "icb-board", "decided")),
            Stage("ready", "gate", gate=WaitsForCheck("Readiness assessed", "owner", True), after=("deal",)),
            Stage("start", "gate", gate=WaitsForDate(date(2024, 4, 1)), after=("ready",)),
            Stage(
                "partnership",
                forum="$partnership",
                ask="endorse",
                title="Endorse the preferred option",
                recommendations=(1,),
                clearances=("finance", "legal"),
                after=("start",),
            ),
            Stage("consult", "consultation", body="Member practices", lasts=Days(42, "calendar-days")),
            Stage(
                "cabinet",
                forum="lcc-cabinet",
                ask="agree",
                after=("partnership",),
                papers_after_outcome=True,
                when=(
                    Condition("key_decision", "is", True),
                    Condition("part", "in", ("I", "II")),
                    Condition("value", "over", 500000),
                ),
                decisive=True,
                refer_back_to="partnership",
            ),
            Stage("director", "individual", forum="$director", ask="decide", after=("cabinet",)),
            Stage(
                "partners",
                ask="approve",
                after=("cabinet", "consult"),
                each_party=True,
                join=Join(2),
                decisive=True,
            ),
        ),
    )


@pytest.mark.parametrize(("written", "join"), [("all", Join()), ("any", Join(1)), ("{at_least: 3}", Join(3))])
def test_how_many_parties_are_needed(written, join):
    route = route_of(with_stage("id: partners", "each: parties", "ask: approve", f"join: {written}"))
    assert route.stage("partners").join == join


def test_a_check_is_confirmed_by_the_lead_without_evidence_unless_it_says_otherwise():
    route = route_of(with_stage("id: ready", "kind: gate", "waits_for: {check: All is ready}"))
    assert route.stage("ready").gate == WaitsForCheck("All is ready", "lead", False)


@pytest.mark.parametrize(
    ("stage", "fault"),
    [
        (["id: a", "forum: $f", "aks: note"],
         "5: stage “a” is a stage at a meeting and needs “ask”"
         "|7: “aks” may not stand here; did you mean “ask”?"),
        (["id: a", "forum: $f", "ask: note", "zebra-crossing: 1"],
         "8: “zebra-crossing” may not stand here"),
        (["forum: $f", "ask: note"], "5: “id” is missing"),
        (["id: a", "forum: 3", "ask: note"],
         "6: “forum” must be text; put it in quotes if it looks like a number"),
        (["id: a", "forum: $f", "ask: note", "recommendations: ['1']"],
         "8: entry 1 of “recommendations” must be a whole number, without quotes"),
        (["id: a", "forum: $f", "ask: note", "recommendations: [1.5]"],
         "8: entry 1 of “recommendations” must be a whole number, without quotes"),
        (["id: a", "forum: $f", "ask: note", "recommendations: [1, 0]"],
         "8: entry 2 of “recommendations” must be 1 or more"),
        (["id: a", "forum: $f", "ask: note", "recommendations: []"],
         "8: “recommendations” must have at least one entry"),
        (["id: a", "forum: $f", "ask: note", "decisive: yes"],
         "8: “decisive” must be true or false (yes and no are text)"),
        (["id: a", "forum: $f", "ask: note", "after: b"],
         "8: “after” must be a list, such as [first, second]"),
        (["id: a", "forum: $f", "ask: note", "papers: later"],
         "8: “papers” must be after-outcome, not “later”"),
        (["id: a", "forum: $f", "ask: note", "title:"],
         "8: “title” has no value; write one or leave the key out"),
        (["id: a", "forum: $f", "ask: note", "title: ' '"],
         "8: “title” is empty; write some text or leave the key out"),
        (["id: a", "forum: $f", "ask: note", "when: {}"], "8: “when” must have at least one entry"),
        (["id: a", "forum: $f", "ask: note", "when: {value: {more: 3}}"],
         "8: “more” may not stand here|8: “over” is missing"),
        (["id: a", "forum: $f", "ask: note", "when: {value: {over: '3'}}"],
         "8: “over” must be a number, without quotes"),
        (["id: a", "forum: $f", "ask: note", "when: {value: {over: true}}"],
         "8: “over” must be a number, without quotes"),
        (["id: a", "forum: $f", "ask: note", "when: {value: {over: 1, in: [2]}}"],
         "8: “over” may not stand here"),
        (["id: a", "forum: $f", "ask: note", "when: {part: {in: []}}"],
         "8: “in” must have at least one entry"),
        (["id: a", "forum: $f", "ask: note", "when: {part: {in: [[I]]}}"],
         "8: entry 1 of “in” must be text, a number, true or false"),
        (["id: a", "forum: $f", "ask: note", "when: {part: [I]}"],
         "8: “part” must be text, a number, true or false"),
        (["id: a", "each: partners", "ask: note"], "6: “each” must be parties, not “partners”"),
        (["id: a", "each: parties", "ask: note", "join: most"], "8: “join” must be all or any, not “most”"),
        (["id: a", "each: parties", "ask: note", "join: {at_least: 0}"], "8: “at_least” must be 1 or more"),
        (["id: a", "each: parties", "ask: note", "join: {at_most: 1}"],
         "8: “at_least” is missing|8: “at_most” may not stand here; did you mean “at_least”?"),
        (["id: a", "kind: vote", "forum: $f", "ask: note"],
         "6: “kind” must be meeting, individual, consultation or gate, not “vote”"),
        (["id: a", "kind: gate", "waits_for: {item: x}"], "7: “outcome” is missing|7: “stage” is missing"),
        (["id: a", "kind: gate", "waits_for: later"],
         "7: “waits_for” must name an item with its stage and outcome, or a check, or a date"),
        (["id: a", "kind: gate", "waits_for: {}"],
         "7: “waits_for” must name an item with its stage and outcome, or a check, or a date"),
        (["id: a", "kind: gate", "waits_for: {date: 2023-02-29}"],
         "7: “date” must be a date that exists, such as 2024-04-01, not “2023-02-29”"),
        (["id: a", "kind: gate", "waits_for: {check: x, evidence: maybe}"],
         "7: “evidence” must be required or optional, not “maybe”"),
        (["id: a", "kind: consultation", "body: x", "lasts: {days: 0, unit: weeks}"],
         "8: “days” must be 1 or more|8: “unit” must be working-days, clear-working-days, calendar-days or"
         " clear-calendar-days, not “weeks”"),
        (["id: a", "kind: consultation", "body: x", "lasts: 6 weeks"],
         "8: “lasts” must be a mapping of keys to values"),
        (["just text"], "5: entry 1 of “stages” must be a mapping of keys to values"),
    ],
)  # fmt: skip
def test_a_fault_in_a_stage_is_told_with_its_line(stage, fault):
    assert faults_of(with_stage(*stage)) == [f"route.yaml:{one}" for one in fault.split("|")]


@pytest.mark.parametrize(
    ("written", "faults"),
    [
        ("route: a\n", ["1: “stages” is missing"]),
        ("route: a\ntitle: A\nfor: plan\nstages: []\n",
         ["3: “for” must be a list, such as [first, second]", "4: “stages” must have at least one entry"]),
        ("route: a\ntitle: 3\nfor: [plan]\nstages: {id: x}\n",
         ["2: “title” must be text; put it in quotes if it looks like a number",
          "4: “stages” must be a list, such as [first, second]"]),
        ("title: A\n", [NO_ROUTE]),
        ("routes: x\n", [NO_ROUTE]),
        ("decision_routes: 1\nroutes:\n  - text\n", ["1: this must be a mapping of keys to values"]),
    ],
)  # fmt: skip
def test_a_fault_at_the_top_is_told_with_its_line(written, faults):
    assert faults_of(written) == [f"route.yaml:{fault}" for fault in faults]


def test_everything_wrong_is_told_at_once_and_nothing_that_only_follows_from_it():
    assert faults_of(
        """\
        route: A Plan
        titel: Plan
        for: [plan]
        stages:
          - {id: board, fourm: x, each: partners, ask: 3, decisive: yes}
          - {forum: $f, ask: agre, after: [bord]}
          - text
          - {id: gate, kind: gate, waits_for: {chek: x}, after: []}
        """
    ) == [
        "route.yaml:1: “A Plan” is no id: ids are lower-case words joined by “-”",
        "route.yaml:2: “titel” may not stand here; did you mean “title”?",
        "route.yaml:5: “ask” must be text; put it in quotes if it looks like a number",
        "route.yaml:5: “decisive” must be true or false (yes and no are text)",
        "route.yaml:5: “each” must be parties, not “partners”",
        "route.yaml:5: “fourm” may not stand here; did you mean “forum”?",
        "route.yaml:6: stage “?1” asks to “agre”, which is none of note, receive, discuss, support, consult,"
        " endorse, recommend, agree, approve, ratify, decide, appoint; did you mean “agree”?",
        "route.yaml:6: stage “?1” comes after “bord”, which is no stage of this route; did you mean “board”?",
        "route.yaml:6: “id” is missing",
        "route.yaml:7: entry 3 of “stages” must be a mapping of keys to values",
        "route.yaml:8: “waits_for” must name an item with its stage and outcome, or a check, or a date",
    ]


def test_the_routes_of_a_case_file_are_read_and_their_faults_told_together():
    case = (
        "decision_routes: 1\nroutes:\n"
        "  - {route: a, title: A, for: [x], stages: [{id: s, forum: $f, ask: decide, decisive: true}]}\n"
        "  - {route: b, title: B, for: [x], stages: [{id: s, forum: $f, ask: %s, decisive: true}]}\n"
    )
    found = read_file((case % "agree").encode(), "case.yaml")
    assert [(one.route.id, one.line, one.text) for one in found] == [("a", 3, None), ("b", 4, None)]
    assert faults_of(case % "note") == [
        "route.yaml:4: every decisive stage asks for less than a decision; one must ask to agree, approve or decide"
    ]


def test_a_case_file_may_define_no_routes():
    assert read_file(b"decision_routes: 1\n", "case.yaml") == []


def test_forums_are_looked_up_where_they_are_known_and_names_never():
    written = with_stage("id: a", "forum: lcc-cabinte", "ask: note")
    assert route_of(written).stage("a").forum == "lcc-cabinte"
    assert faults_of(written, forums={"lcc-cabinet"}) == [
        "route.yaml:6: stage “a” names the forum “lcc-cabinte”, which is not known; did you mean “lcc-cabinet”?"
    ]


def test_the_exact_text_of_a_definition_is_kept(tmp_path):
    file = tmp_path / "plan.yaml"
    file.write_bytes(EVERYTHING.encode() + b"# the end\n")
    (definition,) = read_file(file, "plan.yaml")
    assert definition.text == EVERYTHING + "# the end\n"


def test_a_key_without_a_value_is_not_called_missing_as_well():
    assert faults_of(with_stage("id: a", "forum:", "ask:")) == [
        "route.yaml:6: “forum” has no value; write one or leave the key out",
        "route.yaml:7: “ask” has no value; write one or leave the key out",
    ]


def test_two_hundred_stages_are_read_and_more_refused():
    def long_route(stages: int) -> str:
        entries = "".join(f"  - {{id: s{n}, forum: $f, ask: decide, decisive: true}}\n" for n in range(stages))
        return f"route: long\ntitle: Long\nfor: [plan]\nstages:\n{entries}"

    assert len(route_of(long_route(200)).stages) == 200
    assert faults_of(long_route(201)) == ["route.yaml:4: “stages” must have at most 200 entries"]
