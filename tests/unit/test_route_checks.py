"""What makes a route unusable: every complaint in words its author can act on, with the line it is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routes.checks import ancestors, complaints, is_id
from routes.faults import FileFault
from routes.loader import read_file
from routes.spec import Route, Stage

DECIDES = "{id: end, forum: $end, ask: decide, decisive: true}"


def faults_of(*stages: str, forums=None) -> list[str]:
    """The faults of a route whose stages stand one to a line from line 5 on."""
    lines = ["route: plan", "title: Plan", "for: [plan]", "stages:", *(f"  - {stage}" for stage in stages)]
    try:
        read_file("\n".join(lines).encode(), "plan.yaml", forums)
    except FileFault as fault:
        return [str(one).removeprefix("plan.yaml:") for one in fault.faults]
    return []


@pytest.mark.parametrize(
    ("stage", "fault"),
    [
        ("{id: a, forum: $f}", "5: stage “a” is a stage at a meeting and needs “ask”"),
        ("{id: a, ask: note}", "5: stage “a” is a stage at a meeting and needs “forum”, or “each: parties”"),
        ("{id: a, kind: individual, forum: $f}", "5: stage “a” is an individual decision and needs “ask”"),
        ("{id: a, forum: $f, each: parties, ask: note}",
         "5: stage “a” names a forum and “each”; keep one of the two"),
        ("{id: a, forum: $f, ask: vote}",
         "5: stage “a” asks to “vote”, which is none of note, receive, discuss, support, consult, endorse,"
         " recommend, agree, approve, ratify, decide, appoint; did you mean “note”?"),
        ("{id: a, forum: $f, ask: note, join: any}",
         "5: stage “a” has a “join”, which only a stage with “each: parties” may have"),
        ("{id: a, forum: $f, ask: note, waits_for: {check: x}}",
         "5: stage “a” is a stage at a meeting, which takes no “waits_for”"),
        ("{id: a, forum: $f, ask: note, body: x}",
         "5: stage “a” is a stage at a meeting, which takes no “body”"),
        ("{id: a, kind: gate}", "5: stage “a” is a gate and needs “waits_for”"),
        ("{id: a, kind: gate, waits_for: {check: x}, ask: note}",
         "5: stage “a” is a gate, which takes no “ask”"),
        ("{id: a, kind: gate, waits_for: {check: x}, decisive: true}",
         "5: stage “a” is a gate, which takes no “decisive”"),
        ("{id: a, kind: gate, waits_for: {check: x}, clearances: [legal]}",
         "5: stage “a” is a gate, which takes no “clearances”"),
        ("{id: a, kind: consultation, body: x}", "5: stage “a” is a consultation and needs “lasts”"),
        ("{id: a, kind: consultation, lasts: {days: 1, unit: working-days}}",
         "5: stage “a” is a consultation and needs “body”"),
        ("{id: a, kind: consultation, body: x, lasts: {days: 1, unit: working-days}, forum: $f}",
         "5: stage “a” is a consultation, which takes no “forum”"),
        ("{id: a, kind: consultation, body: x, lasts: {days: 1, unit: working-days}, decisive: true}",
         "5: stage “a” is a consultation, which takes no “decisive”"),
        ("{id: a, kind: gate, waits_for: {item: x, stage: y, outcome: agree}}",
         "5: stage “a” waits for the outcome “agree”, which is none of noted, received, discussed, supported,"
         " consulted, endorsed, recommended, agreed, approved, ratified, decided, appointed;"
         " did you mean “agreed”?"),
        ("{id: a, kind: gate, waits_for: {item: An Item, stage: y, outcome: agreed}}",
         "5: stage “a” waits for the item “An Item”, which is neither an id nor a $name"),
        ("{id: a, kind: gate, waits_for: {check: x, by: Head of Place}}",
         "5: stage “a” has a check by “Head of Place”: a check is made by lead, owner or a person by id"),
        ("{id: a, forum: The Cabinet, ask: note}",
         "5: stage “a” names the forum “The Cabinet”, which is neither an id nor a $name"),
        ("{id: a, forum: $, ask: note}",
         "5: stage “a” names the forum “$”, which is neither an id nor a $name"),
        ("{id: A, forum: $f, ask: note}", "5: “A” is no id: ids are lower-case words joined by “-”"),
        ("{id: 'partners:lcc', forum: $f, ask: note}",
         "5: “partners:lcc” is no id: ids are lower-case words joined by “-”"),
        ("{id: a, forum: $f, ask: note, clearances: [finance, Legal]}",
         "5: “Legal” is no id: ids are lower-case words joined by “-”"),
        ("{id: a, forum: $f, ask: note, after: [start]}",
         "5: stage “a” comes after “start”, which is no stage of this route"),
        ("{id: a, forum: $f, ask: note, after: [a]}",
         "5: these stages wait for each other in a circle: a → a"),
        ("{id: a, forum: $f, ask: note, refer_back_to: b}",
         "5: stage “a” refers back to “b”, which is no stage of this route"),
        ("{id: a, forum: $f, ask: note, refer_back_to: a}",
         "5: stage “a” refers back to “a”, which does not come before it"),
        ("{id: a, forum: $f, ask: note, refer_back_to: end}",
         "5: stage “a” refers back to “end”, which does not come before it"),
        ("{id: end, forum: $f, ask: note, after: []}",
         "6: a stage “end” is already above; each id may stand once"),
    ],
)  # fmt: skip
def test_a_stage_that_makes_no_sense_is_named(stage, fault):
    others = DECIDES if "id: end" not in stage else DECIDES.replace("}", ", after: []}")
    assert faults_of(stage, others) == [fault]


@pytest.mark.parametrize(
    "stage",
    [
        "{id: a, forum: $f, ask: note}",
        "{id: a, forum: lcc-cabinet, ask: note}",
        "{id: a, kind: individual, forum: $director_of_place, ask: decide}",
        "{id: a, kind: individual, each: parties, ask: agree, join: {at_least: 2}}",
        "{id: a, each: parties, ask: agree, join: any}",
        "{id: a, kind: gate, waits_for: {item: $deal, stage: icb-board, outcome: decided}}",
        "{id: a, kind: gate, waits_for: {check: x}}",
        "{id: a, kind: gate, waits_for: {check: x, by: owner}}",
        "{id: a, kind: gate, waits_for: {check: x, by: head-of-place}}",
        "{id: a, kind: gate, waits_for: {date: 2024-02-29}, when: {phase: 2}, title: Later}",
        "{id: a, kind: consultation, body: Practices, lasts: {days: 6, unit: clear-working-days}}",
    ],
)
def test_a_stage_that_makes_sense_is_accepted(stage):
    assert faults_of(stage, DECIDES) == []


@pytest.mark.parametrize("role", ["secretary", "member", "chair", "clearer", "author", "auditor", "admin"])
def test_no_other_role_makes_a_check(role):
    assert faults_of(f"{{id: a, kind: gate, waits_for: {{check: x, by: {role}}}}}", DECIDES) == [
        f"5: stage “a” has a check by “{role}”: a check is made by lead, owner or a person by id"
    ]


def test_a_misspelt_stage_is_suggested():
    stages = (
        "{id: board, forum: $f, ask: note}",
        "{id: end, forum: $f, ask: decide, decisive: true, after: [bord]}",
    )
    assert faults_of(*stages) == [
        "6: stage “end” comes after “bord”, which is no stage of this route; did you mean “board”?"
    ]


def test_naming_a_stage_twice_is_a_fault():
    assert faults_of("{id: a, forum: $f, ask: note}", DECIDES.replace("}", ", after: [a, a]}")) == [
        "6: stage “end” names “a” twice in “after”"
    ]


def test_every_circle_is_named_once_with_its_way_round():
    assert faults_of(
        "{id: a, forum: $f, ask: note, after: [c]}",
        "{id: b, forum: $f, ask: note}",
        "{id: c, forum: $f, ask: note}",
        "{id: d, forum: $f, ask: note, after: [e, a]}",
        "{id: e, forum: $f, ask: note, after: [d]}",
        "{id: end, forum: $f, ask: decide, decisive: true, after: [e]}",
    ) == [
        "5: these stages wait for each other in a circle: a → c → b → a",
        "8: these stages wait for each other in a circle: d → e → d",
    ]


def test_a_report_is_referred_back_to_any_stage_before_but_not_beside():
    upstream = ("{id: a, forum: $f, ask: note}", "{id: b, forum: $f, ask: note}")
    beside = "{id: c, forum: $f, ask: note, after: [a]}"
    end = "{id: end, forum: $f, ask: decide, decisive: true, after: [b], refer_back_to: %s}"
    assert faults_of(*upstream, beside, end % "a") == []
    assert faults_of(*upstream, beside, end % "c") == [
        "8: stage “end” refers back to “c”, which does not come before it"
    ]


def test_a_report_is_not_referred_back_to_a_gate():
    assert faults_of(
        "{id: ready, kind: gate, waits_for: {check: Ready}}", DECIDES.replace("}", ", refer_back_to: ready}")
    ) == ["6: stage “end” refers back to “ready”, which is a gate: nobody could consider the report again there"]


def test_somebody_must_decide():
    assert faults_of("{id: a, forum: $f, ask: decide}") == [
        "4: no stage is decisive; mark the one that decides with “decisive: true”"
    ]


@pytest.mark.parametrize("ask", ["note", "support", "endorse", "recommend"])
def test_a_route_cannot_end_in_advice(ask):
    assert faults_of(f"{{id: a, forum: $f, ask: {ask}, decisive: true}}") == [
        "5: every decisive stage asks for less than a decision; one must ask to agree, approve or decide"
    ]


def test_one_decision_among_the_decisive_stages_is_enough():
    assert faults_of("{id: a, forum: $f, ask: endorse, decisive: true}", DECIDES) == []


def test_only_literal_forums_are_looked_up():
    stages = ("{id: a, forum: hwb, ask: note}", "{id: b, forum: $cabinet, ask: decide, decisive: true}")
    assert faults_of(*stages) == []
    assert faults_of(*stages, forums={"hwb"}) == []
    assert faults_of(*stages, forums=set()) == ["5: stage “a” names the forum “hwb”, which is not known"]


def test_everything_is_said_at_once():
    assert [fault.split(":")[0] for fault in faults_of(
        "{id: a, forum: $f, ask: vote, after: [zz], refer_back_to: yy}",
        "{id: a, kind: gate}",
        "{id: b, forum: cabinet, ask: note, decisive: true, after: [c]}",
        "{id: c, each: parties, ask: note, recommendations: [0]}",
        forums={"hwb"},
    )] == ["5", "5", "5", "6", "6", "7", "7", "7", "8"]  # fmt: skip


@pytest.mark.parametrize("word", ["a", "lcc-cabinet", "options-appraisal-2023", "1", "x" * 100])
def test_ids_are_lower_case_words(word):
    assert is_id(word)


@pytest.mark.parametrize("word", ["", "A", "a_b", "a--b", "-a", "a-", "a b", "é", "a:b", "a\n", "x" * 101, "$a"])
def test_other_spellings_are_no_ids(word):
    assert not is_id(word)


@given(st.lists(st.lists(st.integers(0, 7), max_size=3), min_size=1, max_size=8))
def test_a_circle_is_found_exactly_where_a_stage_comes_before_itself(afters):
    stages = tuple(
        Stage(f"s{n}", forum="$f", ask="decide", decisive=True, after=tuple(f"s{other}" for other in set(after)))
        for n, after in enumerate(afters)
    )
    route = Route("r", "R", ("x",), stages)
    in_circle = {stage.id for stage in stages if stage.id in ancestors(route, stage.id)}
    named = [message for _, message in complaints(route) if "circle" in message]
    assert bool(named) == bool(in_circle)
    assert {word for message in named for word in message.split(": ")[1].split(" → ")} <= in_circle
