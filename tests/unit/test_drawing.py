"""A route drawn four ways says the same facts in each, and nothing in a file can break out of the drawing."""

import json
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routes.drawing import as_json, mermaid, text
from routes.loader import read_file, shipped
from routes.phrases import columns, in_order
from routes.picture import svg
from routes.spec import Route, Stage

ROUTE = b"""\
route: example
title: Example with every feature
for: [plan, mou]
use_when: When every feature is needed
stages:
  - id: deal
    kind: gate
    waits_for: {item: $deal, stage: icb-board, outcome: decided}
  - id: ready
    kind: gate
    waits_for: {check: Readiness assessed, by: lead, evidence: required}
    after: []
  - id: start
    kind: gate
    waits_for: {date: 2024-04-01}
    after: []
  - {id: partnership, forum: $partnership, ask: endorse, title: Endorse it, recommendations: [1, 2],
     clearances: [finance, legal], after: [deal, ready, start]}
  - {id: consult, kind: consultation, body: Member practices, lasts: {days: 1, unit: calendar-days}}
  - id: cabinet
    forum: $cabinet
    ask: agree
    after: [partnership]
    papers: after-outcome
    when: {key_decision: true, value: {over: 500000}, part: {in: [I, II]}}
    decisive: true
    refer_back_to: partnership
  - {id: director, kind: individual, forum: $director, ask: decide}
  - {id: partners, each: parties, ask: approve, after: [cabinet, consult], join: {at_least: 2},
     decisive: true}
"""

FACTS = [
    "opens when icb-board of $deal is decided or stronger",
    "opens when lead confirms, with evidence: Readiness assessed",
    "opens on 1 April 2024",
    "$partnership asked to endorse",
    "Endorse it",
    "Recommendations 1, 2 only",
    "Clearances: finance, legal",
    "1 calendar day for Member practices",
    "$cabinet asked to agree",
    "Only when key decision is true and part is one of I, II and value is over 500,000",
    "Papers go in after the stages before it",
    "Refers back to partnership",
    "Individual decision: $director asked to decide",
    "Every party asked to approve",
    "At least 2 parties are needed",
    "Decisive",
]


@pytest.fixture(scope="module")
def route() -> Route:
    (definition,) = read_file(ROUTE, "example.yaml")
    return definition.route


def flowing(drawn: str) -> str:
    return " ".join(drawn.split())


def words_in(picture: str) -> str:
    """What is to be read in the boxes of the picture."""
    return flowing(" ".join(ElementTree.fromstring(picture).itertext()))


@pytest.mark.parametrize("fact", FACTS)
def test_every_drawing_tells_every_fact(route, fact):
    assert fact in flowing(text(route))
    assert fact in mermaid(route)
    boxes = re.findall(r"<text[^>]*>([^<]*)</text>", svg(route))
    assert fact in flowing(" ".join(boxes))


def test_the_outline_reads_from_start_to_end(route):
    assert text(route).splitlines()[:6] == [
        "example: Example with every feature",
        "For: plan, mou",
        "Use when: When every feature is needed",
        "",
        "1. deal",
        "   Gate: opens when icb-board of $deal is decided or stronger",
    ]
    assert "\n4. partnership – Endorse it\n" in text(route)
    assert "   After deal, ready, start\n" in text(route)
    assert max(len(line) for line in text(route).splitlines()) <= 100


def test_a_column_is_the_longest_way_from_the_start(route):
    assert columns(route) == {
        "deal": 0, "ready": 0, "start": 0, "partnership": 1,
        "consult": 2, "cabinet": 2, "director": 3, "partners": 3,
    }  # fmt: skip


def test_stages_written_in_any_order_are_drawn_from_start_to_end():
    late = Stage("late", forum="$f", ask="decide", decisive=True, after=("early",))
    early = Stage("early", forum="$f", ask="note")
    assert [stage.id for stage in in_order(Route("r", "R", ("x",), (late, early)))] == ["early", "late"]


def test_the_flowchart_joins_the_stages(route):
    lines = mermaid(route).splitlines()
    assert lines[:2] == ["flowchart LR", "  accTitle: Example with every feature"]
    assert "  stage0 --> stage3" in lines
    assert "  stage5 -. refers back .-> stage3" in lines
    assert sum(":::decisive" in line for line in lines) == 2


def test_the_json_is_the_definition_as_written():
    (definition,) = read_file(ROUTE, "example.yaml")
    assert json.loads(as_json(definition.canonical)) == definition.canonical


def test_the_picture_is_named_and_described_for_those_who_do_not_see_it(route):
    picture = ElementTree.fromstring(svg(route))
    parts = {part.get("id"): part for part in picture}
    assert picture.get("role") == "img"
    title, description = (parts[one] for one in picture.get("aria-labelledby").split())
    assert title.text == "Route: Example with every feature"
    assert all(fact in description.text for fact in FACTS if fact != "Endorse it")


def test_the_picture_holds_no_script_no_style_and_nothing_from_elsewhere(route):
    drawn = svg(route)
    assert not re.search(r"<script|<style|style=|href|url\(|\son\w+=|<image|<foreignObject", drawn)
    assert re.findall(r"https?://[^\"]*", drawn) == ["http://www.w3.org/2000/svg"]


def test_kinds_differ_by_their_border_and_decisive_stages_by_its_strength(route):
    frames = re.findall(r'<rect class="route-map__stage route-map__stage--(\w+)"[^>]*>', svg(route))
    assert sorted(frames) == ["consultation", "gate", "gate", "gate", "individual", *["meeting"] * 4]
    borders = {
        kind: re.search(rf'stage--{kind}"[^>]*rx="(\d+)"[^>]*?(stroke-dasharray="[^"]*")?/>', svg(route)).groups()
        for kind in ("consultation", "gate", "individual", "meeting")
    }
    assert len(set(borders.values())) == 4
    assert svg(route).count('stroke-width="4"') == 3


def boxes_of(drawn: str) -> list[tuple[int, int, int, int]]:
    found = re.findall(r'stage--\w+" x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"', drawn)
    return [(int(x), int(y), int(x) + int(width), int(y) + int(height)) for x, y, width, height in found]


@pytest.mark.parametrize("definition", shipped().values(), ids=shipped().keys())
def test_shipped_routes_are_drawn_within_the_picture_and_without_overlap(definition):
    drawn = svg(definition.route)
    width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', drawn).groups())
    boxes = [box for box in boxes_of(drawn) if (box[0] - 162) % 314 == 0]
    assert len(boxes) == len(definition.route.stages)
    for number, (left, top, right, bottom) in enumerate(boxes):
        assert right <= width
        assert bottom <= height
        for x1, y1, x2, y2 in boxes[:number]:
            assert right <= x1 or x2 <= left or bottom <= y1 or y2 <= top


def test_stages_of_one_forum_side_by_side_stand_below_each_other():
    stages = tuple(Stage(f"s{n}", forum="$f", ask="decide", decisive=True) for n in range(3))
    tops = [top for _, top, _, _ in boxes_of(svg(Route("r", "R", ("x",), stages)))]
    assert tops == sorted(set(tops))


nasty = st.text(alphabet=st.sampled_from("<>&\"'`{}[]()#;%|-=*\n\\/ab$é–"), min_size=1, max_size=30)


@given(nasty, nasty, nasty)
def test_nothing_that_is_written_breaks_out_of_a_drawing(title, body, check):
    stages = (
        Stage("gate", "gate", title=check, gate=None),
        Stage("end", forum=body, ask="decide", title=title, decisive=True, after=("gate",)),
    )
    route = Route("r", title, ("x",), stages)
    tags = {element.tag.split("}")[1] for element in ElementTree.fromstring(svg(route)).iter()}
    assert tags <= {"svg", "title", "desc", "rect", "text", "path"}
    chart = mermaid(route)
    assert len(chart.splitlines()) == 6
    assert not re.search(r"[<>&`{}|%\\*]", re.sub(r"<br/>|-->|\{\{\"|\"\}\}", "", chart))
    assert chart.count('"') == 4
    assert words_in(svg(route)).count("Decisive") >= 2
