"""Acts that need several things at once cross each other: nobody waits for ever or sees a traceback, all stays true."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from models.steps import steps
from tests.concurrency.cases import council, plans
from tests.concurrency.clerks import Said, all_at_once, record, sentences, wish
from tests.office import Office

DAY = "2023-10-05"
ITEMS = [f"plan-{number}" for number in range(1, 5)]
CALM = {"Done", "AlreadyDecided", "Refused", "Unavailable", "Faulty"}


@pytest.fixture
def office(database: str) -> Iterator[Office]:
    opened = council(database)
    yield opened
    opened.close()


def test_a_meeting_is_cancelled_while_its_items_are_recorded(office: Office) -> None:
    """Either an outcome came first and the meeting stands, or the steps were released first."""
    office.load(plans(*ITEMS, meeting="cabinet-october"))
    said = all_at_once(
        office.url,
        [
            wish("meeting cancel", meeting="cabinet-october"),
            *[record(item, "cabinet", "agreed", DAY) for item in ITEMS],
        ],
    )
    _calm(said)
    assert all(one.done for one in said[1:]), sentences(said)
    _no_step_stands_on_a_cancelled_meeting(office)
    state = office.known().meetings["cabinet-october"].state
    assert state == ("cancelled" if said[0].done else "planned")
    assert office.verify().ok


def test_a_meeting_is_cancelled_while_items_are_bound_to_it(office: Office) -> None:
    office.load(plans(*ITEMS))
    said = all_at_once(
        office.url,
        [
            *[wish("bind", item, "cabinet", meeting="cabinet-november") for item in ITEMS],
            wish("meeting cancel", meeting="cabinet-november"),
        ],
    )
    _calm(said)
    assert said[-1].done, sentences(said)
    _no_step_stands_on_a_cancelled_meeting(office)
    assert all(office.step(item, "cabinet")["meeting_id"] != "cabinet-november" for item in ITEMS)
    assert office.verify().ok


def test_a_meeting_is_moved_while_an_unbound_item_is_recorded_there(office: Office) -> None:
    office.load(plans(*ITEMS))
    said = all_at_once(
        office.url,
        [
            *[record(item, "cabinet", "agreed", DAY) for item in ITEMS],
            wish("meeting move", meeting="cabinet-october", meets_on="2023-11-20"),
        ],
    )
    _calm(said)
    moved = said[-1].done
    with office.runtime.looking() as look:
        sat = set(look.db.execute(select(steps.c.meeting).where(steps.c.outcome.is_not(None))).scalars())
    assert sat == ({None} if moved else {"cabinet-october"}) or (not moved and None not in sat), sentences(said)
    assert not (moved and "cabinet-october" in sat), "decided at a meeting that is still to come"
    assert office.verify().ok


def test_a_meeting_is_cancelled_moved_held_and_cancelled_again_at_once(office: Office) -> None:
    office.load(plans(*ITEMS, meeting="cabinet-november"))
    said = all_at_once(
        office.url,
        [
            wish("meeting cancel", meeting="cabinet-october"),
            wish("meeting move", meeting="cabinet-october", time="10:00"),
            wish("meeting held", meeting="cabinet-october"),
            wish("meeting cancel", meeting="cabinet-november"),
            wish("meeting cancel", meeting="cabinet-november"),
            wish("meeting add", meeting="cabinet-extra", forums=["cabinet"], meets_on="2023-12-14"),
            wish("meeting add", meeting="cabinet-extra", forums=["cabinet"], meets_on="2023-12-14"),
        ],
    )
    _calm(said)
    assert sum(one.done for one in (said[0], said[2])) == 1, sentences(said)  # cancelled or held, never both
    assert [one.kind for one in sorted(said[3:5], key=lambda one: one.kind)] == ["Done", "Refused"], sentences(said)
    assert [one.kind for one in sorted(said[5:], key=lambda one: one.kind)] == ["Done", "Refused"], sentences(said)
    _no_step_stands_on_a_cancelled_meeting(office)
    assert office.verify().ok


def test_items_whose_gates_look_at_each_others_steps(office: Office) -> None:
    """Each waits for the other's first decision; both are recorded at once, with more acts on both."""
    office.load(_deals())
    for _again in range(2):
        said = all_at_once(
            office.url,
            [
                record("deal-a", "own", "deferred", DAY, until="2023-11-09"),
                record("deal-b", "own", "agreed", DAY),
                wish("notice", "deal-a", "later"),
                wish("bind", "deal-b", "later", meeting="cabinet-november"),
                record("deal-c", "own", "agreed", DAY),
                wish("meeting cancel", meeting="cabinet-november"),
            ],
        )
        _calm(said)
    assert office.step("deal-b", "own")["state"] == "passed"
    assert office.step("deal-a", "later")["state"] == "ready"
    _no_step_stands_on_a_cancelled_meeting(office)
    assert office.verify().ok


def test_two_case_files_with_the_same_outcomes_in_opposite_order(office: Office) -> None:
    office.load(plans(*ITEMS))
    told = [f"  - {{item: {item}, step: cabinet, outcome: agreed, date: {DAY}}}" for item in ITEMS]
    files = ["decision_routes: 1\noutcomes:\n" + "\n".join(lines) + "\n" for lines in (told, told[::-1])]
    said = all_at_once(
        office.url,
        [
            *[wish("load", text=text) for text in files * 2],
            *[wish("bind", item, "partnership", meeting="partnership-september") for item in reversed(ITEMS)],
        ],
    )
    assert all(one.done for one in said), sentences(said)
    assert all(office.kinds(item).count("recorded") == 1 for item in ITEMS)
    assert office.verify().ok


def _deals() -> str:
    lines = [
        "  - {id: deal-a, title: A, type: deal, route: deal-first, organisation: lcc, owner: owner, "
        "forums: {other: deal-b}}",
        "  - {id: deal-b, title: B, type: plan, route: two-cabinets, organisation: lcc, owner: owner}",
        "  - {id: deal-c, title: C, type: deal, route: deal-first, organisation: lcc, owner: owner, "
        "forums: {other: deal-a}}",
    ]
    route = """\
decision_routes: 1
routes:
  - route: two-cabinets
    title: Cabinet twice
    for: [plan]
    stages:
      - {id: own, forum: cabinet, ask: agree, decisive: true}
      - {id: later, forum: cabinet, ask: agree, after: [], decisive: true}
items:
"""
    return route + "\n".join(lines)


def _calm(said: list[Said]) -> None:
    assert {one.kind for one in said} <= CALM, sentences(said)
    assert all("\n" not in one.sentence for one in said), sentences(said)


def _no_step_stands_on_a_cancelled_meeting(office: Office) -> None:
    cancelled = [meeting.id for meeting in office.known().meetings.values() if meeting.state == "cancelled"]
    with office.runtime.looking() as look:
        query = select(steps.c.item).where(steps.c.meeting.in_(cancelled), steps.c.decision != "over")
        assert look.db.execute(query).scalars().all() == []
