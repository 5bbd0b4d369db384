"""What is measured: one item that goes through three forums, created and then moved twelve times."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from workflow.actions import ACTIONS
from workflow.clock import StoppedClock
from workflow.doing import Doing
from workflow.entries import ItemEntry
from workflow.plans import Plan
from workflow.runtime import Runtime, open_runtime
from workflow.use_cases import items

WORLD = b"""decision_routes: 1
organisations:
  - {id: council, name: The council, kind: council, rules: council-executive}
  - {id: icb, name: The integrated care board, kind: nhs, rules: board}
rules:
  - id: council-executive
    executive: true
    key_decision_notice: {days: 28, unit: clear-calendar-days}
    agenda_day: {days: 5, unit: clear-working-days}
    report_due: {days: 3, unit: working-days, before: agenda_day}
    call_in: {days: 3, unit: clear-working-days}
  - id: board
    agenda_day: {days: 7, unit: calendar-days}
    report_due: {days: 3, unit: working-days, before: agenda_day}
forums:
  - {id: hwb, organisation: council, name: Health and Wellbeing Board, form: committee}
  - {id: cabinet, organisation: council, name: Cabinet, form: committee,
     meets: {every: month, day: first thursday, time: "14:00"}}
  - {id: executives, organisation: icb, name: ICB Executives, form: committee}
people:
  - {id: head, name: Head of Place, roles: [{role: author}]}
  - {id: hwb-secretary, name: Board secretary, roles: [{role: secretary, forum: hwb}]}
  - {id: cabinet-secretary, name: Cabinet secretary, roles: [{role: secretary, forum: cabinet}]}
  - {id: icb-secretary, name: ICB secretary, roles: [{role: secretary, forum: executives}]}
meetings:
  - {id: hwb-september, forum: hwb, date: 2023-09-05, time: "10:00"}
  - {id: cabinet-october, forum: cabinet, date: 2023-10-05, time: "14:00"}
  - {id: executives-october, forum: executives, date: 2023-10-10, time: "09:30"}
routes:
  - route: three-forums
    title: A board endorses, then two bodies agree
    for: [plan]
    stages:
      - {id: hwb, forum: hwb, ask: endorse}
      - {id: cabinet, forum: cabinet, ask: agree, decisive: true}
      - {id: executives, forum: executives, ask: agree, after: [hwb], decisive: true}
"""

ENTRY: dict[str, Any] = {
    "title": "Plan for the Place",
    "type": "plan",
    "route": "three-forums",
    "organisation": "council",
    "owner": "head",
    "value": 2_500_000,
    "target": "2023-10-31",
    "recommendations": ["Endorse the plan", "Agree the preferred option"],
}

CREATED_AT = datetime(2023, 7, 18, 9, 0, tzinfo=UTC)

_FORUMS = (
    ("hwb", "hwb-secretary", "hwb-september", "endorsed", datetime(2023, 9, 6, 9, tzinfo=UTC)),
    ("cabinet", "cabinet-secretary", "cabinet-october", "agreed", datetime(2023, 10, 6, 9, tzinfo=UTC)),
    ("executives", "icb-secretary", "executives-october", "agreed", datetime(2023, 10, 11, 9, tzinfo=UTC)),
)

#: Action, what is said besides the item, and when: each forum binds, gets the report, publishes and records.
MOVES: list[tuple[str, dict[str, Any], datetime]] = [
    move
    for step, secretary, meeting, outcome, after in _FORUMS
    for move in (
        ("bind", {"step": step, "meeting": meeting, "by": secretary}, datetime(2023, 8, 1, 9, tzinfo=UTC)),
        ("submit", {"step": step, "by": "head"}, datetime(2023, 8, 10, 9, tzinfo=UTC)),
        ("agenda", {"step": step, "by": secretary}, datetime(2023, 8, 22, 9, tzinfo=UTC)),
        (
            "record",
            {"step": step, "by": secretary, "outcome": outcome, "text": "Resolved as recommended in the report."}
            | {"date": after.date().replace(day=after.day - 1).isoformat()},
            after,
        ),
    )
]
MOVES.sort(key=lambda move: move[2])
COMMITS = 1 + len(MOVES)


class Desk:
    """The product, as a web process uses it: one runtime, each act in its own transaction."""

    def __init__(self, url: str) -> None:
        self.clock = StoppedClock(CREATED_AT)
        self.runtime: Runtime = open_runtime(url, clock=self.clock)

    def create(self, item: str) -> Plan:
        """The item sets out."""
        self.clock.at = CREATED_AT
        entry = ItemEntry.model_validate({"id": item, **ENTRY})
        _done, plans = self.runtime.do(_create, entry)
        return plans[item]

    def move(self, item: str, number: int) -> Plan:
        """One of the twelve moves."""
        name, said, self.clock.at = MOVES[number]
        action = ACTIONS[name]
        _done, plans = self.runtime.do(action.run, action.form.model_validate({"item": item, **said}))
        return plans[item]

    def run(self, item: str) -> None:
        """The whole journey."""
        self.create(item)
        for number in range(len(MOVES)):
            self.move(item, number)

    def close(self) -> None:
        """Let go of the database."""
        self.runtime.engine.dispose()


def _create(do: Doing, entry: ItemEntry) -> None:
    items.create(do, entry, {})
