"""How the dates of an item moved, as the command line tells it; and the reason that is chosen when it moves them."""

from __future__ import annotations

from tests.builders import case, item
from tests.commands.conftest import Desk
from tests.office import Office


def test_slips_beside_what_was_first_planned(desk: Desk, sqlite_database: str) -> None:
    office = Office(sqlite_database)
    stages = "- {id: cabinet, forum: cabinet, ask: agree, decisive: true}"
    office.load(case(stages=stages, items=item(steps="{cabinet: {meeting: c-oct}}")))
    assert "Nothing has been planned yet" not in desk.does("slips", "plan")
    office.clerk.does("meeting move", meeting="c-oct", meets_on="2023-10-19", code="venue")
    office.close()
    printed = desk.does("slips", "plan")
    assert "Cabinet         12 Oct 2023    19 Oct 2023" in printed
    moved = "from 12 Oct 2023 to 19 Oct 2023, 7 days later. The meeting was moved. Cabinet on 19 October 2023."
    assert moved in printed
    assert "The place or the technology was not available." in " ".join(printed.split())
    found = desk.sees("slips", "plan")
    assert [(row["step"], row["cause"], row["code"]) for row in found["slips"]] == [
        ("", "knock-on", None),
        ("cabinet", "meeting-moved", "venue"),
    ]
    assert "There is no item nothing" in desk.is_refused("slips", "nothing")


def test_the_reason_is_one_of_the_list(desk: Desk, sqlite_database: str) -> None:
    desk.is_refused("meeting", "cancel", "c-oct", "--code", "bad-luck", status=2)
    office = Office(sqlite_database)
    office.load(case())
    office.close()
    desk.does("meeting", "cancel", "c-oct", "--code", "not-quorate", "--reason", "Nine came")
    assert "code: not-quorate" in desk.does("dump")
