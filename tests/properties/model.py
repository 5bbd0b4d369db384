"""A plain model of items on their routes, to hold the product against: rounds, decisions, papers, labels.

It knows the rules of CONTRACT section 4 in their simplest form and nothing of tables, events or plans.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

STRENGTHS = {
    "noted": 0, "received": 0, "discussed": 0, "supported": 1, "consulted": 1, "endorsed": 2, "recommended": 2,
    "agreed": 3, "approved": 3, "decided": 3,
}  # fmt: skip
ASKS = {"note": 0, "support": 1, "consult": 1, "endorse": 2, "recommend": 2, "agree": 3, "approve": 3, "decide": 3}
DECIDED = ("passed", "fell-short", "called-in")


@dataclass
class Round:
    """Once asked: what came of it, and where its papers are."""

    decision: str = "open"
    outcome: str | None = None
    on: str | None = None
    papers: str = "none"
    meeting: str | None = None
    because: str | None = None
    also_after: str | None = None
    awaits_author: bool = False
    accepted: bool = False


@dataclass
class StepModel:
    """One step with all its rounds."""

    id: str
    stage: dict[str, Any]
    forum: str | None
    form: str | None
    rounds: list[Round] = field(default_factory=lambda: [Round()])
    opened_on: str | None = None

    @property
    def now(self) -> Round:
        return self.rounds[-1]

    @property
    def kind(self) -> str:
        return str(self.stage.get("kind", "meeting"))

    def move_for(self, outcome: str) -> str:
        """What an outcome does; outcomes that do the same are only different words."""
        return outcome if outcome in ("deferred", "referred-back", "rejected") else self.decision_for(outcome)

    def decision_for(self, outcome: str) -> str:
        if outcome == "rejected":
            return "fell-short"
        if outcome in ("deferred", "referred-back"):
            return "over"
        worth = min(STRENGTHS[outcome], 2) if self.form == "consultative" else STRENGTHS[outcome]
        return "passed" if worth >= ASKS[self.stage.get("ask", "consult")] else "fell-short"


@dataclass
class ItemModel:
    """One item: its stages as its file has them, and its steps."""

    id: str
    stages: list[dict[str, Any]]
    facts: dict[str, Any]
    steps: dict[str, StepModel]
    state: str = "in-progress"

    def applies(self, stage: dict[str, Any]) -> bool:
        when = stage.get("when", {})
        return all(self.facts.get(name) == value for name, value in when.items())

    def of(self, stage: str) -> list[StepModel]:
        return [step for step in self.steps.values() if step.stage["id"] == stage]

    def asked_again(self, stage: str, because: str) -> None:
        for step in self.of(stage):
            if step.now.decision in DECIDED:
                step.now.decision = "over"
                step.rounds.append(Round(because=because, also_after=step.now.also_after))

    def resolve(self, step: StepModel, outcome: str, on: str, meeting: str | None) -> None:
        """An outcome on the step's current round."""
        because = f"{step.id}/{len(step.rounds)}"
        now = step.now
        now.decision, now.outcome, now.on, now.accepted = step.decision_for(outcome), outcome, on, False
        now.meeting = now.meeting or meeting
        if outcome == "deferred":
            step.rounds.append(Round(also_after=now.also_after))
        elif outcome == "referred-back":
            back = step.stage.get("refer_back_to")
            step.rounds.append(Round(because=because, also_after=back or now.also_after, awaits_author=back is None))
            if back:
                self.asked_again(back, because)

    def take_back(self, step: StepModel) -> None:
        """Before a correction: what followed from the step's last outcome never was."""
        last = max(number for number, known in enumerate(step.rounds) if known.outcome)
        because = f"{step.id}/{last + 1}"
        del step.rounds[last + 1 :]
        for other in self.steps.values():
            if other is not step and other.now.because == because:
                other.rounds.pop()
                other.now.decision = self._as_it_was(other)

    def _as_it_was(self, step: StepModel) -> str:
        return "passed" if step.now.accepted else step.decision_for(step.now.outcome or "")

    def needed(self, stage: dict[str, Any]) -> int:
        join = stage.get("join", "all")
        total = len(self.of(stage["id"]))
        return {"all": total, "any": 1}.get(join, 0) if isinstance(join, str) else min(join["at_least"], total)

    def lost(self) -> bool:
        """A decisive stage has been rejected by so many that its join cannot be met."""
        for stage in self.stages:
            steps = self.of(stage["id"])
            rejected = sum(s.now.decision == "fell-short" and s.now.outcome == "rejected" for s in steps)
            if stage.get("decisive") and rejected and len(steps) - rejected < self.needed(stage):
                return True
        return False


class Model:
    """Every item, and the meetings that are known."""

    def __init__(self, items: dict[str, ItemModel], forms: dict[str, str]) -> None:
        self.items, self.forms = items, forms

    def open_gate_on(self, item: ItemModel, step: StepModel, on: str) -> bool:
        waits = step.stage["waits_for"]
        if "date" in waits:
            return str(waits["date"]) <= on
        if "check" in waits:
            return step.opened_on is not None
        other = self.items[waits["item"]]
        enough = [s for s in other.of(waits["stage"]) if s.now.decision == "passed" and self._strong(s)]
        stage = enough[0].stage if enough else {}
        return bool(enough) and len(enough) >= other.needed(stage)

    def _strong(self, step: StepModel) -> bool:
        worth = STRENGTHS.get(step.now.outcome or "", -1)
        return (min(worth, 2) if step.form == "consultative" else worth) >= 3

    def decision(self, item: ItemModel, step: StepModel, on: str) -> str:
        if not item.applies(step.stage):
            return "skipped"
        if step.kind == "gate":
            return "passed" if self.open_gate_on(item, step, on) else "open"
        return step.now.decision

    def met(self, item: ItemModel, stage: dict[str, Any], on: str) -> bool:
        passed = sum(self.decision(item, step, on) == "passed" for step in item.of(stage["id"]))
        return passed >= item.needed(stage)

    def before(self, item: ItemModel, stage: dict[str, Any]) -> set[str]:
        """The stages to be met first: a skipped one stands for its own, behind a gate also what is before it."""
        by_id, found = {known["id"]: known for known in item.stages}, set()
        for earlier in stage["after"]:
            known = by_id[earlier]
            if item.applies(known):
                found.add(earlier)
            if not item.applies(known) or known.get("kind") == "gate":
                found |= self.before(item, known)
        return found

    def label(self, item: ItemModel, step: StepModel, on: str) -> str:
        """The label that people see, as long as the item has not ended."""
        decision = self.decision(item, step, on)
        if decision != "open":
            return decision
        if step.now.papers != "none":
            return step.now.papers
        if step.now.meeting is not None:
            return "scheduled"
        by_id = {known["id"]: known for known in item.stages}
        wanted = self.before(item, step.stage)
        if again := step.now.also_after:
            wanted |= {again} if item.applies(by_id[again]) else self.before(item, by_id[again])
        if step.now.awaits_author:
            return "waiting"
        return "ready" if all(self.met(item, by_id[stage], on) for stage in wanted) else "waiting"

    def all_met(self, item: ItemModel, on: str) -> bool:
        return all(self.met(item, stage, on) for stage in item.stages if item.applies(stage))
