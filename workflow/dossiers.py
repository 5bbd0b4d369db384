"""The rows of one item, in hand: read from the tables, folded from the ledger, or just being written.

Whatever their source, the same rows give the same Case, so that today, another day and an act in progress
are judged by the same code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import RowMapping

from routes.spec import Route, Stage
from workflow import ledger
from workflow.errors import Unknown
from workflow.facts import Case, Item, OpenCondition, Step
from workflow.ledger import Change

Row = dict[str, Any]
Key = tuple[Any, ...]


@dataclass
class Dossier:
    """One item's rows by table and key within the item; `("cabinet", 1)` for a step's first round."""

    id: str
    route: Route
    rows: dict[str, dict[Key, Row]] = field(default_factory=dict)
    title: str | None = None  # as it may be read; None where it was redacted, or nobody asked for it

    @property
    def item(self) -> Row:
        """The item's own row."""
        return self.rows["items"][()]

    @property
    def subject(self) -> str:
        """The name of its chain."""
        return f"item:{self.id}"

    def table(self, name: str) -> dict[Key, Row]:
        """The rows of one table, by key."""
        return self.rows.setdefault(name, {})

    def put(self, table: str, rows: Iterable[Mapping[str, Any] | RowMapping]) -> None:
        """Take in what was read from the database."""
        known = self.rows.setdefault(table, {})
        for row in rows:
            known[tuple(row[name] for name in ledger.KEYS[table])] = dict(row)

    def change(self, change: Change) -> None:
        """Follow an act: what is written is seen from now on."""
        rows = self.rows.setdefault(change.table.name, {})
        if change.values is None:
            rows.pop(change.key, None)
            return
        blank: Row = dict.fromkeys(change.table.columns.keys())
        row = blank if change.new else rows[change.key]
        rows[change.key] = row
        row.update(zip(ledger.KEYS[change.table.name], change.key, strict=True))
        row[str(ledger.CHAINS[change.table.name][1])] = self.id
        row.update(change.values)

    def step(self, step: str) -> Row:
        """The current round of a step; Unknown if the item has no such step."""
        rounds = self.rounds(step)
        if not rounds:
            names = ", ".join(sorted({key[0] for key in self.rows["steps"]}))
            raise Unknown(f"{self.id} has no step {step}. Its steps are {names}.")
        return rounds[-1]

    def rounds(self, step: str) -> list[Row]:
        """Every round of a step, the first one first."""
        found = [row for key, row in self.rows["steps"].items() if key[0] == step]
        return sorted(found, key=lambda row: int(row["round"]))

    def decided_round(self, step: str) -> int | None:
        """The newest round of a step that has an outcome; the conditions of earlier ones count no more."""
        return max((row["round"] for row in self.rounds(step) if row["outcome"] is not None), default=None)

    def current(self) -> list[Row]:
        """The current round of every step, in the route's order."""
        latest: dict[str, Row] = {}
        for (step, number), row in self.rows["steps"].items():
            if step not in latest or number > latest[step]["round"]:
                latest[step] = row
        places = {stage.id: place for place, stage in enumerate(self.route.stages)}
        parties = {party["organisation"]: place for place, party in enumerate(self.item["parties"] or ())}
        return sorted(latest.values(), key=lambda r: (places[r["stage"]], parties.get(r["party"], 0)))

    def stage_of(self, row: Mapping[str, Any]) -> Stage:
        """The stage of the route that a step row is an instance of."""
        return self.route.stage(row["stage"])

    def case(self, title: str | None = None, on: date | None = None) -> Case:
        """The facts that plans are made from, as of a day. Without a title the item goes by its id."""
        earlier: dict[str, date] = {}
        for (step, _number), row in sorted(self.rows["steps"].items()):
            if row["decision"] == "over" and row["outcome_on"]:
                earlier[step] = row["outcome_on"]
        return Case(
            item=_item(self.item, title),
            route=self.route,
            steps=tuple(_step(row, earlier.get(row["step"]), on) for row in self.current()),
            conditions=tuple(
                OpenCondition(row["step"], row["number"], row["owner"], row["due"])
                for _key, row in sorted(self.rows.get("conditions", {}).items())
                if row["met_on"] is None and row["round"] == self.decided_round(row["step"])
            ),
        )


def _item(row: Row, title: str | None) -> Item:
    divisions = row["divisions"]
    return Item(
        id=row["id"],
        title=title or row["id"],
        type=row["type"],
        organisation=row["organisation"],
        owner=row["owner"],
        state=row["state"],
        part=row["part"],
        key_decision=row["key_decision"],
        key_reason=row["key_reason"],
        value=row["value"],
        divisions=tuple(divisions) if isinstance(divisions, list) else divisions,
        fields=row["fields"] or {},
        target=row["target"],
        report_version=row["report_version"],
        bindings=row["bindings"] or {},
        withdrawn_on=row["withdrawn_on"],
    )


def _step(row: Row, earlier: date | None, on: date | None) -> Step:
    published = row["published_on"]
    if on is not None and published is not None and published > on:
        published = None  # that has not happened yet
    return Step(
        id=row["step"],
        stage=row["stage"],
        forum=row["forum"],
        round=row["round"],
        decision=row["decision"],
        outcome=row["outcome"],
        outcome_on=row["outcome_on"],
        version=row["version"],
        published_on=published,
        call_in_waived=row["call_in_waived"] is not None,
        no_call_in=row["no_call_in"],
        upheld_on=row["upheld_on"],
        accepted=row["accepted"],
        meeting=row["meeting"],
        papers=row["papers"],
        verbal=row["verbal"],
        part=row["part"],
        submitted_on=row["submitted_on"],
        agenda_on=row["agenda_on"],
        notice_given=row["notice_given"],
        noticed_as_key=row["noticed_as_key"],
        private_notice_on=row["private_notice_on"],
        private_notice_again_on=row["private_notice_again_on"],
        general_exception_on=row["general_exception_on"],
        special_urgency_on=row["special_urgency_on"],
        urgent_item_on=row["urgent_item_on"],
        documents_given_on=row["documents_given_on"],
        breach_on=row["breach_on"],
        minuted=row["wording"] is not None,
        called_in_on=row["called_in_on"],
        applies=row["applies"],
        opened_on=row["opened_on"],
        not_before=row["not_before"],
        not_before_meeting=row["not_before_meeting"],
        also_after=row["also_after"],
        awaits_author=row["awaits_author"],
        earlier_round_on=earlier,
    )
