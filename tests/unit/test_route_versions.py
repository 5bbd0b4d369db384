"""A definition is known by its content, and what was stored is read again as the same route."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routes.faults import FileFault
from routes.loader import canonical, canonical_text, from_canonical, read_file, read_route, version
from routes.yaml_marks import read

ROUTE = b"""\
route: plan
title: Plan
for: [plan]
stages:
  - {id: board, forum: $board, ask: endorse, clearances: [legal], when: {part: I, key_decision: true}}
  - {id: ready, kind: gate, waits_for: {date: 2024-04-01}, after: []}
  - {id: partners, each: parties, ask: approve, join: {at_least: 2}, after: [board, ready], decisive: true}
"""


def test_comments_and_spelling_do_not_make_another_version_but_content_does():
    (plain,) = read_file(ROUTE, "a.yaml")
    (respelt,) = read_file(b"# a comment\n" + ROUTE.replace(b"title: Plan", b"title: 'Plan' # so called"), "b.yaml")
    (other,) = read_file(ROUTE.replace(b"endorse", b"support"), "a.yaml")
    assert plain.version == respelt.version
    assert plain.version != other.version


def test_a_stored_definition_gives_the_same_route_again():
    (definition,) = read_file(ROUTE, "plan.yaml")
    stored = json.loads(canonical_text(definition.canonical))
    assert stored == definition.canonical
    assert version(stored) == definition.version
    assert from_canonical(stored) == definition.route


def test_a_stored_definition_is_not_judged_again():
    stored = {
        "route": "Old Plan",
        "title": "Old",
        "for": ["plan"],
        "stages": [{"id": "a", "ask": "note", "forum": "x"}],
    }
    assert from_canonical(stored).id == "Old Plan"
    with pytest.raises(FileFault, match="no stage is decisive"):
        read_route(stored, "stored")


def test_a_damaged_stored_definition_is_a_fault():
    with pytest.raises(FileFault, match="“for” must be a list"):
        from_canonical({"route": "a", "for": "plan", "stages": [{"id": "a"}]})


leaves = st.one_of(st.text(max_size=8), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), st.floats(-1e9, 1e9))
definitions = st.dictionaries(
    st.text(max_size=8),
    st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)),
    max_size=6,
)


def reordered(value, draw):
    if isinstance(value, dict):
        keys = draw(st.permutations(list(value)))
        return {key: reordered(value[key], draw) for key in keys}
    return [reordered(one, draw) for one in value] if isinstance(value, list) else value


@given(definitions, st.data())
def test_the_order_of_keys_never_makes_another_version(definition, data):
    assert version(reordered(definition, data.draw)) == version(definition)


@given(definitions)
def test_whatever_a_definition_holds_only_faults_are_raised(definition):
    try:
        read_route(definition, "any.yaml")
    except FileFault as fault:
        assert fault.faults


fragments = st.sampled_from(
    [
        *(
            "id: a",
            "id: b",
            "forum: $f",
            "ask: agree",
            "ask: note",
            "after: [b]",
            "after: [a]",
            "decisive: true",
        ),
        *("kind: gate", "kind: meeting", "waits_for: {check: x}", "body: x", "each: parties", "join: any"),
        *("lasts: {days: 1, unit: working-days}", "refer_back_to: a", "when: {x: {over: 1}}", "title:"),
        *("clearances: [Legal]", "recommendations: [0]"),
    ]
)


@given(st.lists(st.lists(fragments, min_size=1, max_size=6, unique_by=lambda one: one.split(":")[0]), max_size=4))
def test_whatever_stages_are_written_there_is_a_route_or_faults_with_lines(stages):
    written = "route: r\ntitle: R\nfor: [x]\nstages:\n" + "".join(
        "  - " + "\n    ".join(stage) + "\n" for stage in stages
    )
    try:
        (definition,) = read_file(written.encode(), "r.yaml")
    except FileFault as fault:
        assert all(one.line <= written.count("\n") for one in fault.faults)
    else:
        assert canonical(read(written.encode(), "r.yaml")) == definition.canonical
        assert from_canonical(definition.canonical) == definition.route
