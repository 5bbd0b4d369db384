"""The picture of a journey: nothing stands on anything else, nothing breaks out, and the list says the same."""

from collections import Counter
from datetime import date
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routes.loader import shipped
from routes.phrases import columns as columns_of_route
from web.journey_layout import LABEL_WIDTH, Layout, Words, columns, laid_out, width_of, wrapped
from web.journey_map import Stop, as_sentences, journey_map

SVG = "{http://www.w3.org/2000/svg}"
TODAY = date(2023, 8, 25)
PARTIES = ("lcc", "icb", "hospitals-trust")


def stop(name: str, *after: str, lane: str = "Council", state: str = "waiting", **facts: object) -> Stop:
    return Stop(name, f"Forum {name}", "endorse", state, after, lane, **facts)


def stops_of(route) -> list[Stop]:
    found = []
    for stage in route.stages:
        for step in [f"{stage.id}:{party}" for party in PARTIES] if stage.each_party else [stage.id]:
            found.append(
                Stop(step, stage.forum or stage.body or step, stage.ask, "waiting", stage.after,
                     stage.forum or step.partition(":")[2] or "Others", stage.kind, decisive=stage.decisive,
                     join="All must approve" if stage.each_party else None)
            )  # fmt: skip
    return found


def layout_of(stops: list[Stop], lines: int = 6) -> Layout:
    return laid_out(stops, {one.id: tuple(Words(f"line {number}") for number in range(lines)) for one in stops})


def faults_of(layout: Layout) -> list[str]:
    """What stands on something else: stations with their words, and lines through either."""
    places = {
        name: (one.x - LABEL_WIDTH // 2, one.y - 22, one.x + LABEL_WIDTH // 2, one.bottom)
        for name, one in layout.stations.items()
    }
    found = [
        f"{one} on {other}"
        for (one, a), (other, b) in combinations(places.items(), 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]
    for name, (left, top, right, bottom) in places.items():
        if left < 0 or top < 0 or right > layout.width or bottom > layout.height:
            found.append(f"{name} outside the picture")
        for junction in layout.junctions:
            if left < junction.x < right:
                found.append(f"a junction runs down through {name}")
        for detour in layout.detours.values():
            if left < detour.x < right:
                found.append(f"a detour goes up through {name}")
            if top < detour.y < bottom:
                found.append(f"a track runs through the words of a row: {name}")
    for junction in layout.junctions:
        for one in junction.before:
            begin = layout.stations[one]
            if (one, junction.before) in layout.detours:
                continue
            for name, other in layout.stations.items():
                if name != one and other.y == begin.y and begin.x < other.x < junction.x:
                    found.append(f"the line from {one} runs through {name}")
    return found


@pytest.mark.parametrize("definition", shipped().values(), ids=shipped().keys())
def test_a_shipped_route_is_drawn_without_overlaps(definition):
    stops = stops_of(definition.route)
    assert faults_of(layout_of(stops)) == []
    by_stage = columns_of_route(definition.route)
    assert columns(stops) == {one.id: by_stage[one.stage] for one in stops}
    assert ElementTree.fromstring(journey_map(stops, definition.route.title, TODAY)).tag == f"{SVG}svg"


@given(st.data())
def test_a_generated_route_is_drawn_without_overlaps(data):
    number = data.draw(st.integers(1, 16))
    stops: list[Stop] = []
    for at in range(number):
        after = data.draw(st.sets(st.sampled_from(range(at)), max_size=3)) if at else set()
        lane = data.draw(st.sampled_from("ABCD"))
        here = data.draw(st.booleans())
        stops.append(stop(f"s{at}", *(f"s{one}" for one in after), lane=lane, here=here))
    layout = layout_of(stops)
    assert faults_of(layout) == []
    for one in stops:
        for other in one.after:
            assert layout.stations[other].column < layout.stations[one.id].column
    ElementTree.fromstring(journey_map(stops, "Route", TODAY))


def test_a_hundred_steps_in_a_row_and_side_by_side_stay_apart():
    row = [stop(f"s{at}", *([f"s{at - 1}"] if at else [])) for at in range(100)]
    assert faults_of(layout_of(row)) == []
    many = [
        stop("start"),
        *(stop(f"partners:p{at}", "start", lane=f"Partner {at}", join="All must approve") for at in range(98)),
        stop("end", "partners"),
    ]
    layout = layout_of(many)
    assert faults_of(layout) == []
    assert {layout.stations[f"partners:p{at}"].column for at in range(98)} == {1}
    assert layout.stations["end"].column == 2


def test_a_column_is_the_longest_way_from_the_start():
    stops = [stop("a"), stop("b", "a"), stop("c", "b"), stop("d", "a", "c"), stop("e", "a", "nobody")]
    assert columns(stops) == {"a": 0, "b": 1, "c": 2, "d": 3, "e": 1}


def test_stops_that_wait_for_each_other_are_named():
    with pytest.raises(ValueError, match="circle: a, b"):
        columns([stop("a", "b"), stop("b", "a")])


def test_a_line_past_other_stations_of_its_lane_goes_round_them():
    layout = layout_of([stop("a"), stop("b", "a"), stop("c", "a", "b")])
    detour = layout.detours["a", ("a", "b")]
    assert detour.y < layout.stations["b"].y
    assert layout.stations["a"].x < detour.x < layout.stations["b"].x


def test_parties_stand_in_one_column_and_their_join_is_told_once():
    stops = [
        stop("executive"),
        *(stop(f"partners:{one}", "executive", lane=one, join="All 3 must approve") for one in PARTIES),
    ]
    layout = layout_of(stops)
    assert {layout.stations[f"partners:{one}"].column for one in PARTIES} == {1}
    assert len({layout.stations[f"partners:{one}"].y for one in PARTIES}) == 3
    assert [junction.join for junction in layout.junctions if junction.join] == [("All 3 must", "approve")]
    drawn = texts(journey_map(stops, "Route", TODAY))
    assert drawn.count("All 3 must") == 1


def test_a_single_party_has_nothing_to_join():
    stops = [stop("executive"), stop("partners:lcc", "executive", join="All must approve")]
    assert not any(junction.join for junction in layout_of(stops).junctions)


def texts(picture: str) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def test_nothing_that_somebody_typed_breaks_out_of_the_picture():
    nasty = '"><script>alert(1)</script>&'
    stops = [
        Stop("a\"'><b", nasty, nasty, "waiting", (), nasty, day=TODAY, outcome=nasty, here=True, join=nasty,
             href='/items/x?a="&b=<c>')
    ]  # fmt: skip
    picture = journey_map(stops, nasty, TODAY, prefix='p"<')
    root = ElementTree.fromstring(picture)
    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {
        "svg", "title", "desc", "rect", "text", "path", "circle", "g", "a"
    }  # fmt: skip
    assert root.find(f"{SVG}title").text == nasty
    assert root.find(f".//{SVG}a").get("href") == '/items/x?a="&b=<c>'
    assert not any(name in ("style", "onload") for one in root.iter() for name in one.attrib)


def test_the_ids_of_two_pictures_on_one_page_are_apart():
    ids = [
        one.get("id")
        for prefix in ("first", "second")
        for one in ElementTree.fromstring(journey_map([stop("a")], "Route", prefix=prefix)).iter()
        if one.get("id")
    ]
    assert max(Counter(ids).values()) == 1
    root = ElementTree.fromstring(journey_map([stop("a")], "Route", prefix="first"))
    assert root.get("aria-labelledby") in ids
    assert root.get("aria-describedby") in ids


def test_without_addresses_it_is_one_image_and_with_them_a_group_of_links():
    plain = ElementTree.fromstring(journey_map([stop("a")], "Route"))
    linked = ElementTree.fromstring(journey_map([stop("a", href="/items/x/steps/a"), stop("b", "a")], "Route"))
    assert plain.get("role") == "img"
    assert linked.get("role") == "group"
    assert [one.get("href") for one in linked.iter(f"{SVG}a")] == ["/items/x/steps/a"]


def test_no_stops_draw_nothing_and_one_stop_draws_itself():
    assert journey_map([], "Route") == ""
    assert as_sentences([]) == []
    layout = layout_of([stop("a")])
    assert (len(layout.stations), layout.junctions, faults_of(layout)) == (1, [], [])


def test_what_is_done_here_and_ahead_is_said_in_words_too():
    stops = [
        stop("a", state="passed", outcome="endorsed", day=date(2023, 8, 21), basis="actual"),
        stop("b", "a", state="on-agenda", day=date(2023, 9, 5), basis="bound", here=True),
        stop("c", "b", day=date(2023, 10, 5), basis="calendar", decisive=True),
        stop("d", "c", state="skipped"),
    ]
    drawn = texts(journey_map(stops, "Route", TODAY))
    assert {"Endorsed", "21 August 2023", "Here now", "On the agenda", "decisive step", "Does not apply"} <= set(drawn)
    assert "5 September 2023" in drawn  # on a line of its own, never broken
    assert drawn.count("Here now") == 1
    assert as_sentences(stops, TODAY) == [
        "Forum a, Council: asked to endorse. Endorsed, 21 August 2023.",
        "Forum b, Council: asked to endorse. Here now. On the agenda, booked for 5 September 2023. After Forum a.",
        "Forum c, Council: asked to endorse, a decisive step. Waiting, next meeting 5 October 2023. After Forum b.",
        "Forum d, Council: asked to endorse. Does not apply. After Forum c.",
    ]


def test_a_step_without_a_day_says_so_and_one_whose_day_is_over_does_not_promise_it():
    stops = [stop("a"), stop("b", day=date(2023, 8, 21), basis="bound", state="scheduled")]
    assert as_sentences(stops, TODAY) == [
        "Forum a, Council: asked to endorse. Waiting, no date yet.",
        "Forum b, Council: asked to endorse. Scheduled, was planned for 21 August 2023.",
    ]


def test_an_outcome_that_was_not_enough_keeps_its_state_beside_it():
    (sentence,) = as_sentences([stop("a", state="fell-short", outcome="noted", day=date(2023, 8, 21), basis="actual")])
    assert "Noted – fell short, 21 August 2023." in sentence


def test_two_forums_of_one_name_are_told_apart_by_their_organisation():
    stops = [
        Stop("partners:lcc", "Cabinet", "approve", "waiting", (), "County Council", join="All 2 must approve"),
        Stop("partners:wlbc", "Cabinet", "approve", "waiting", (), "Borough Council", join="All 2 must approve"),
        stop("sign", "partners"),
    ]
    sentences = as_sentences(stops)
    assert "After Cabinet of County Council and Cabinet of Borough Council." in sentences[2]
    assert "All 2 must approve." in sentences[0]


@pytest.mark.parametrize("kind", ["meeting", "individual", "consultation", "gate"])
@pytest.mark.parametrize(
    "state",
    [
        "passed",
        "fell-short",
        "called-in",
        "skipped",
        "ended",
        "on-agenda",
        "submitted",
        "scheduled",
        "ready",
        "waiting",
    ],
)
def test_every_kind_in_every_state_can_be_drawn(kind, state):
    drawn = journey_map([stop("a", kind=kind, state=state, here=True, decisive=True)], "Route", TODAY)
    assert ElementTree.fromstring(drawn).find(f".//{SVG}g") is not None


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=200))
def test_words_are_broken_into_lines_that_fit_and_none_is_lost(words):
    lines = wrapped(words, LABEL_WIDTH)
    assert all(width_of(line) <= LABEL_WIDTH or len(line) == 1 for line in lines)
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
    assert len(wrapped(words, LABEL_WIDTH, longest=2)) <= 2
