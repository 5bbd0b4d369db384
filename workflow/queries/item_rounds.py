"""What each forum was asked and what it said, step by step and round by round, as one reader may read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import RowMapping, Select, select, union_all

from models.ledger import events
from models.reports import clearances, conditions
from models.steps import formalities, steps
from routes.spec import Stage, WaitsForCheck, WaitsForStep
from workflow.dossiers import Dossier, Row
from workflow.errors import day
from workflow.facts import Case, Step, World
from workflow.known import Known
from workflow.ledger import REDACTED, digests
from workflow.naming import gate_name, joined, made_by, step_name
from workflow.plans import Plan, PlannedStep
from workflow.queries.item_events import OUTCOMES, meeting_in_words, name_of_person, until_in_words
from workflow.runtime import Looking


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that an outcome is subject to; `counts` while it is of the step's newest outcome."""

    step: str
    number: int
    text: str | None
    owner: str
    due: date | None
    met_on: date | None
    evidence: str | None
    overdue: bool
    counts: bool


@dataclass(frozen=True, slots=True)
class Superseded:
    """What had been recorded for a round before it was corrected; `until` as sentences say it."""

    outcome: str
    on: date | None
    text: str | None
    reason: str | None
    until: str | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a step that has an outcome. `hidden`: its texts are exempt and not for this reader.

    `became` is what the outcome led to, where its word does not say it.
    """

    number: int
    outcome: str
    amended: bool
    on: date
    wording: str | None
    reason: str | None
    call_in_waived: str | None
    until: str | None
    became: str | None
    version: int | None
    sha256: str | None
    published_on: date | None
    called_in_on: date | None
    upheld_on: date | None
    conditions: tuple[Condition, ...]
    by: str | None
    recorded_by: str | None
    recorded_at: datetime | None
    superseded: tuple[Superseded, ...]
    hidden: bool

    @property
    def corrected(self) -> bool:
        """Whether something else stood here before."""
        return bool(self.superseded)


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of an item: who is asked for what, where it stands, when, and every round of it."""

    id: str
    name: str
    title: str | None
    lane: str
    kind: str
    forum: str | None
    ask: str | None
    state: str
    is_now: bool
    decisive: bool
    critical: bool
    after: tuple[str, ...]
    join: str | None
    number: int  # of the current round
    again: str | None  # why the current round began
    outcome: str | None
    part: str
    verbal: bool
    papers: str
    version: int | None
    day: date | None
    basis: str
    time: str | None
    meeting: str | None
    notice_by: date | None
    notice_given: date | None
    private_notice_by: date | None
    private_notice_on: date | None
    private_notice_again_by: date | None
    private_notice_again_on: date | None
    report_due: date | None
    agenda_by: date | None
    effective: date | None
    window_open: bool  # the decision may still be called in
    opened_on: date | None
    evidence: str | None
    waits_for_item: str | None  # another item that the reader may see
    rounds: tuple[Round, ...]


@dataclass
class Hand:
    """Everything about one item that its page is made of, and what the reader may read of it."""

    look: Looking
    dossier: Dossier
    case: Case
    world: World
    plan: Plan
    may_read: Callable[[Row], bool]
    seen_items: frozenset[str]  # other items that the reader may see
    outcomes: Mapping[tuple[str, int], Sequence[RowMapping]]
    spelt: dict[str, str | None] = field(default_factory=dict)

    @property
    def known(self) -> Known:
        """What everybody knows."""
        return self.look.known

    def text(self, row: Row, digest: str | None) -> str | None:
        """A text of a step's round; None where there is none, or where it is not for the reader."""
        if digest is None or not self.may_read(row):
            return None
        return self.plain_text(digest)

    def plain_text(self, digest: str | None) -> str | None:
        """A text that goes with the item itself."""
        if digest is None:
            return None
        found = self.spelt.get(digest)
        return REDACTED if found is None else found

    def step(self, step: str) -> Step:
        """A step's facts."""
        return self._steps[step]

    def stage_of(self, step: str) -> Stage:
        """The stage of the route that a step is an instance of."""
        return self.case.route.stage(self.step(step).stage)

    @cached_property
    def _steps(self) -> dict[str, Step]:
        return {step.id: step for step in self.case.steps}

    @cached_property
    def holders(self) -> dict[str, list[str]]:
        """The names of those who hold each role, by `secretary:<forum>`, `lead:<organisation>` and so on."""
        found: dict[str, list[str]] = {}
        for person in self.known.people.values():
            for role, scope in person.roles:
                found.setdefault(f"{role}:{scope}", []).append(person.name)
        return found

    def name(self, step: str) -> str:
        """A step as its page calls it: the forum, those consulted, what a gate waits for."""
        facts, stage = self.step(step), self.stage_of(step)
        if stage.kind == "gate":
            found = gate_name(self.case, self.world, stage)
            return found[:1].upper() + found[1:]
        return step_name(self.case, self.world, facts)


def outcome_events(look: Looking, dossier: Dossier) -> dict[tuple[str, int], list[RowMapping]]:
    """The events that recorded or corrected an outcome, by the step and the round that they spoke of."""
    query = select(events).where(events.c.subject == dossier.subject, events.c.kind.in_(OUTCOMES))
    found: dict[tuple[str, int], list[RowMapping]] = {}
    for row in look.db.execute(query.order_by(events.c.seq)).mappings():
        for key, values in row["data"].get("rows", {}).get("steps", {}).items():
            step, _, number = key.rpartition("/")
            if step == row["step"] and values and values.get("outcome"):
                found.setdefault((step, int(number)), []).append(row)
    return found


def digests_of_rounds(dossier: Dossier) -> Select[Any]:
    """The digests of every text of an item's rounds, conditions and clearances."""
    columns = [
        *((steps, column) for column in (steps.c.wording, steps.c.reason, steps.c.call_in_waived, steps.c.evidence)),
        *((conditions, column) for column in (conditions.c.text, conditions.c.evidence)),
        (clearances, clearances.c.reason),
        *((formalities, formalities.c[name]) for name in ("agreed_by", "reason", "representations", "response")),
    ]
    parts = [select(column).where(table.c.item == dossier.id, column.is_not(None)) for table, column in columns]
    return select(union_all(*parts).subquery().c[0])


def digests_superseded(outcomes: Mapping[tuple[str, int], Sequence[RowMapping]]) -> set[str]:
    """The digests of what was recorded wrongly at first."""
    return {digest for of in outcomes.values() for row in of[:-1] for digest in digests(row["data"].get("act", {}))}


def steps_of(hand: Hand) -> tuple[StepView, ...]:
    """Every step of the item, in the route's order."""
    return tuple(_step(hand, row) for row in hand.dossier.current())


def conditions_of(hand: Hand, rows: Iterable[Mapping[str, Any]]) -> tuple[Condition, ...]:
    """Conditions as the reader may read them, in order."""
    return tuple(_condition(hand, row) for row in sorted(rows, key=lambda r: (r["step"], r["round"], r["number"])))


def _step(hand: Hand, row: Row) -> StepView:
    planned, stage = hand.plan.step(row["step"]), hand.dossier.stage_of(row)
    rounds = hand.dossier.rounds(row["step"])
    gate = stage.gate
    waits_for = gate.item_for(hand.dossier.item["bindings"]) if isinstance(gate, WaitsForStep) else None
    return StepView(
        id=row["step"],
        name=hand.name(row["step"]),
        title=stage.title or (f"A check by {_checker(hand, gate)}" if isinstance(gate, WaitsForCheck) else None),
        lane=_lane(hand, row),
        kind=stage.kind,
        forum=row["forum"],
        ask=stage.ask,
        state=planned.state,
        is_now=planned.step in hand.plan.now,
        decisive=stage.decisive,
        critical=planned.critical,
        after=(*stage.after, *([row["also_after"]] if row["also_after"] else [])),
        join=_join(hand, stage),
        number=row["round"],
        again=_again(hand, rounds) if len(rounds) > 1 else None,
        outcome=row["outcome"],
        part=row["part"],
        verbal=row["verbal"],
        papers=row["papers"],
        version=row["version"],
        day=planned.meeting,
        basis=planned.basis,
        time=planned.time,
        meeting=planned.meeting_id,
        notice_by=planned.notice_by,
        notice_given=row["notice_given"],
        private_notice_by=planned.private_notice_by,
        private_notice_on=row["private_notice_on"],
        private_notice_again_by=planned.private_notice_again_by,
        private_notice_again_on=row["private_notice_again_on"],
        report_due=planned.report_due,
        agenda_by=planned.agenda_by,
        effective=planned.effective,
        window_open=_window_open(row, planned, hand.plan.on),
        opened_on=row["opened_on"],
        evidence=hand.text(row, row["evidence"]),
        waits_for_item=waits_for if waits_for in hand.seen_items else None,
        rounds=tuple(_round(hand, rounds, one) for one in rounds if one["outcome"] is not None),
    )


def _checker(hand: Hand, gate: WaitsForCheck) -> str:
    if gate.person is not None:
        return name_of_person(hand.known, gate.person)
    return made_by(gate)[:1].lower() + made_by(gate)[1:]


def _lane(hand: Hand, row: Row) -> str:
    """Whose matter a step is: the organisation of its forum, else that of the item."""
    forum = hand.world.forums.get(row["forum"] or "")
    organisation = forum.organisation if forum else hand.dossier.item["organisation"]
    return hand.world.organisations.get(organisation, organisation)


def _join(hand: Hand, stage: Stage) -> str | None:
    return joined(stage, sum(step.stage == stage.id for step in hand.case.steps))


def _window_open(row: Row, planned: PlannedStep, on: date) -> bool:
    return bool(row["decision"] == "passed" and planned.effective and planned.effective > on)


def _again(hand: Hand, rounds: Sequence[Row]) -> str:
    """Why the newest round began."""
    row, before = rounds[-1], rounds[-2]
    because = row["because"] or ""
    if because.startswith("material/"):
        return f"Asked again, because version {because.removeprefix('material/')} of the report is a material change"
    if because:
        step = because.rpartition("/")[0]
        if step == row["step"]:
            return "Asked again after its own referral back"
        return f"Asked again, because {hand.name(step)} referred it back"
    if before["outcome"] == "deferred":
        return "Asked again after the deferral"
    if row["no_call_in"]:
        return "To be decided again after the call-in"
    return "Asked again"


def _round(hand: Hand, rounds: Sequence[Row], row: Row) -> Round:
    following = next((one for one in rounds if one["round"] == row["round"] + 1), None)
    key = (row["step"], row["round"])
    recorded = hand.outcomes.get(key, ())
    newest = recorded[-1] if recorded else None
    by = (newest["on_behalf_of"] or newest["actor"]) if newest else None
    own = [one for one in hand.dossier.table("conditions").values() if (one["step"], one["round"]) == key]
    return Round(
        number=row["round"],
        outcome=row["outcome"],
        amended=row["amended"],
        on=row["outcome_on"],
        wording=hand.text(row, row["wording"]),
        reason=hand.text(row, row["reason"]),
        call_in_waived=hand.text(row, row["call_in_waived"]),
        until=_until(hand, row, following),
        became=_became(row),
        version=row["version"],
        sha256=row["sha256"],
        published_on=row["published_on"],
        called_in_on=row["called_in_on"],
        upheld_on=row["upheld_on"],
        conditions=conditions_of(hand, own),
        by=name_of_person(hand.known, by) if by else None,
        recorded_by=name_of_person(hand.known, newest["actor"]) if newest and newest["actor"] != by else None,
        recorded_at=newest["at"] if newest else None,
        superseded=tuple(_superseded(hand, row, one) for one in recorded[:-1]),
        hidden=not hand.may_read(row),
    )


def _until(hand: Hand, row: Row, following: Row | None) -> str | None:
    """Until when the round was put off, as a sentence says it."""
    if row["outcome"] != "deferred" or following is None:
        return None
    if following["not_before_meeting"]:
        return f"the meeting {meeting_in_words(hand.known, following['not_before_meeting'])}"
    return day(following["not_before"]) if following["not_before"] else None


def _became(row: Row) -> str | None:
    """What an outcome led to, where the word itself does not say it."""
    if row["decision"] == "fell-short" and row["outcome"] != "rejected":
        return "Less than was asked"
    if row["accepted"]:
        return "Less than was asked, and accepted by the lead"
    if row["upheld_on"]:
        return f"Called in on {day(row['called_in_on'])}, upheld on {day(row['upheld_on'])}"
    if row["called_in_on"]:
        return f"Called in on {day(row['called_in_on'])}"
    return None


def _superseded(hand: Hand, row: Row, event: RowMapping) -> Superseded:
    act = event["data"].get("act", {})
    until, decided = act.get("until"), act.get("decided")
    return Superseded(
        outcome=act.get("outcome", ""),
        on=date.fromisoformat(decided) if decided else event["date"],
        text=hand.text(row, act.get("text")),
        reason=hand.text(row, act.get("reason")),
        until=until_in_words(hand.known, until) if until else None,
        by=name_of_person(hand.known, event["on_behalf_of"] or event["actor"]),
        at=event["at"],
    )


def _condition(hand: Hand, row: Mapping[str, Any]) -> Condition:
    step = hand.dossier.rows["steps"][(row["step"], row["round"])]
    return Condition(
        step=row["step"],
        number=row["number"],
        text=hand.text(step, row["text"]),
        owner=name_of_person(hand.known, row["owner"]),
        due=row["due"],
        met_on=row["met_on"],
        evidence=hand.text(step, row["evidence"]),
        overdue=row["met_on"] is None and row["due"] is not None and row["due"] < hand.plan.on,
        counts=row["round"] == hand.dossier.decided_round(row["step"]),
    )
