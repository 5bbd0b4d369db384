"""Items whose gates wait for each other in long chains, and in circles."""

from __future__ import annotations

import pytest

from tests.builders import case, item, route
from tests.office import Office
from tests.unit.casebook import a_case, a_forum, a_meeting, a_world, day, item_gate, meeting_stage, plan
from workflow.errors import Faulty
from workflow.facts import Case

FIRST = "- {id: cabinet, forum: cabinet, ask: agree, decisive: true}\n"
LINKS = 300
BEYOND_THE_STACK = 2000


def _link(number: int) -> Case:
    cabinet = meeting_stage("cabinet", decisive=True)
    if number == 0:
        return a_case(cabinet, id="link-0")
    gate = item_gate("before", f"link-{number - 1}", "cabinet")
    behind = meeting_stage("cabinet", decisive=True, after=("before",))
    return a_case(gate, behind, id=f"link-{number}")


def test_the_last_of_a_long_chain_waits_for_the_meeting_after_all_before_it() -> None:
    links = [_link(number) for number in range(BEYOND_THE_STACK)]
    weekly = [a_meeting("cabinet", when) for when in ("2023-09-05", "2023-10-05", "2023-11-02")]
    world = a_world(a_forum("cabinet"), meetings=weekly, cases=links)
    assert plan(links[2], world, "2023-08-01", critical=False).finish == day("2023-11-02")
    assert plan(links[-1], world, "2023-08-01", critical=False).finish is None, "Cabinet meets only three times"


def test_two_ways_to_the_same_item_and_a_circle_come_to_an_end() -> None:
    def waits(name: str, *others: str) -> Case:
        gates = [item_gate(f"gate-{other}", other, "cabinet") for other in others]
        after = tuple(gate.id for gate in gates)
        return a_case(*gates, meeting_stage("cabinet", decisive=True, after=after), id=name)

    cases = [waits("top", "left", "right"), waits("left", "bottom"), waits("right", "left", "bottom"), waits("bottom")]
    meetings = [a_meeting("cabinet", f"2023-09-{number:02}") for number in (4, 11, 18, 25)]
    world = a_world(a_forum("cabinet"), meetings=meetings, cases=cases)
    assert plan(cases[0], world, "2023-08-01").finish == day("2023-09-25")
    round_and_round = [waits("one", "two"), waits("two", "one")]
    assert plan(round_and_round[0], a_world(a_forum("cabinet"), cases=round_and_round), "2023-08-01").finish is None


def _stages(number: int, links: int, closed: bool = False) -> str:
    if number == 0 and not closed:
        return FIRST
    waits = f"{{item: link-{(number - 1) % links}, stage: cabinet, outcome: agreed}}"
    return (
        f"- {{id: before, kind: gate, waits_for: {waits}}}\n"
        "- {id: cabinet, forum: cabinet, ask: agree, decisive: true, after: [before]}\n"
    )


def _chain(links: int, closed: bool = False) -> str:
    routes = [route(_stages(number, links, closed), f"way-{number}") for number in range(links)]
    text = case(items="".join(item(f"link-{number}", route=f"way-{number}") for number in range(links)))
    return text.replace("items:\n", "".join(one.removeprefix("routes:\n") for one in routes) + "items:\n")


def test_a_file_of_a_long_chain_is_taken_in(desk: Office) -> None:
    desk.load(_chain(LINKS))
    assert desk.states(f"link-{LINKS - 1}") == {"before": "ready", "cabinet": "waiting"}
    assert desk.plan("link-2").finish == day("2023-12-20")


def test_a_long_circle_is_refused_once(desk: Office) -> None:
    with pytest.raises(Faulty) as refused:
        desk.load(_chain(LINKS, closed=True))
    (fault,) = refused.value.faults
    assert fault.startswith("case-1.yaml:")
    assert fault.endswith("wait for each other in a circle")
    assert fault.count("→") == LINKS
