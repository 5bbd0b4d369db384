"""Everything about one item, as one reader may see it: where it is, what is next, when it will be done, what was said.

A bounded number of queries, however many steps, rounds and events there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import RowMapping, or_, select

from models.reports import texts
from workflow.authority import entitled
from workflow.dated_steps import DatedStep, dated_steps
from workflow.dossiers import Dossier, Row
from workflow.ending import when_done, why_late
from workflow.errors import Unknown
from workflow.key_decisions import SAID, reason_in_words
from workflow.known import Person
from workflow.ledger import REDACTED, digests
from workflow.plans import Plan, Problem
from workflow.queries.clocks import MOST_WITH_WAYS, ClockTold, clocks_told, with_reasons
from workflow.queries.formalities import Formality, on_record
from workflow.queries.item_events import Timeline, name_of_person, timeline
from workflow.queries.item_owed import (
    Clearance,
    NextAct,
    Paper,
    clearances_of,
    next_acts,
    papers_owed,
)
from workflow.queries.item_rounds import (
    Condition,
    Hand,
    StepView,
    conditions_of,
    digests_of_rounds,
    digests_superseded,
    outcome_events,
    steps_of,
)
from workflow.queries.moved_dates import with_moves
from workflow.queries.offers import NEEDED, Offer, offers, redactions
from workflow.queries.reasons import held_because
from workflow.queries.requested import Requested, requested_of_item
from workflow.queries.uncertainty import Uncertainty, of_case
from workflow.queries.views import View, view
from workflow.runtime import Looking
from workflow.shelf import cases_for, fetch_also, gates_of
from workflow.timetables import Timetabling
from workflow.use_cases.acting import matter
from workflow.visibility import Reader, may_see, may_see_texts_of_step, reader_keys_of

ANOTHER_ITEM: Final = "another item"
NOT_THERE: Final = "There is no such item, or it is not for you to see. Check the address."
MANY_STEPS: Final = 40  # beyond that, nobody waits for which of them decide the finish


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the report: which steps had it, and how many files come with it."""

    number: int
    sha256: str
    newest: bool
    material: bool | None
    files: int
    used_at: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Linked:
    """Another item that this one waits for; without an id it is not for this reader."""

    id: str | None
    title: str


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One item. `seq` is its newest event: what an act from this page must have seen."""

    id: str
    title: str
    type: str
    route: str
    organisation: str
    owner: str
    part: str
    exemption: str | None
    key_decision: bool
    key_because: str | None  # why it is one or none; None where nobody knows
    value: float | None
    seq: int
    on: date
    state: str
    completed_on: date | None
    ended_on: date | None  # withdrawn or rejected
    waiting_for: tuple[str, ...]
    next: tuple[NextAct, ...]
    finish: date | None
    done: tuple[str, ...]  # when the decision takes effect and where the route ends, in sentences
    target: date | None
    late: bool
    why_late: str | None
    held_because: str | None
    problems: tuple[Problem, ...]
    requested: tuple[Requested, ...]  # meetings that were asked for
    uncertainty: Uncertainty | None  # None where it has ended, or no date can be given
    steps: tuple[StepView, ...]
    dated: tuple[DatedStep, ...]  # the same steps with all their days
    formalities: Mapping[str, tuple[Formality, ...]]  # by step: notices, exceptions and urgency on record
    clocks: tuple[ClockTold, ...]  # the rules that bind them, and how each stands
    recommendations: tuple[str, ...]
    versions: tuple[Version, ...]
    papers: tuple[Paper, ...]
    clearances: tuple[Clearance, ...]
    conditions: tuple[Condition, ...]  # of the outcomes that count, the open ones first
    waits_for: tuple[Linked, ...]
    timeline: Timeline
    offers: tuple[Offer, ...]

    @property
    def here(self) -> tuple[StepView, ...]:
        """The steps that somebody has to act on."""
        return tuple(step for step in self.steps if step.is_now)

    def step(self, step: str) -> StepView:
        """The step of that id."""
        return next(one for one in self.steps if one.id == step)


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of all that ever happened to an item."""

    id: str
    title: str
    timeline: Timeline
    offers: tuple[Offer, ...]


def item_page(look: Looking, reader: Reader, person: Person, item: str) -> ItemPage:
    """One item as somebody may see it, with the acts that are offered to them. Unknown if it is not for them."""
    seen, hand = _in_hand(look, reader, item)
    dossier = hand.dossier
    newest = dossier.table("reports")[(dossier.item["report_version"],)]
    wanted = digests_superseded(hand.outcomes) | set(newest["recommendations"])
    wanted |= set(digests(dossier.item["exemption"] or {})) | set(digests(dossier.item["key_reason"] or {}))
    held = held_because(look, [item]).get(item) if hand.plan.item_state == "on-hold" else None
    wanted |= {held} if held else set()
    hand.spelt = _spelt(look, dossier, wanted)
    steps = steps_of(hand)
    row = dossier.item
    story = _timeline(hand, person)
    return ItemPage(
        id=item,
        title=seen.titles[item],
        type=row["type"],
        route=dossier.route.title,
        organisation=hand.world.organisations.get(row["organisation"], row["organisation"]),
        owner=name_of_person(look.known, row["owner"]),
        part=row["part"],
        exemption=_exemption(hand),
        key_decision=row["key_decision"],
        key_because=_key_because(hand),
        value=row["value"],
        seq=row["seq"],
        on=hand.plan.on,
        state=hand.plan.item_state,
        completed_on=hand.plan.completed_on,
        ended_on=_ended_on(hand),
        waiting_for=tuple(_sentence(one) for one in seen.waiting(item, hand.plan)),
        next=next_acts(hand),
        finish=hand.plan.finish,
        done=tuple(when_done(hand.case, hand.world, hand.plan)),
        target=hand.plan.target,
        late=hand.plan.late,
        why_late=why_late(hand.case, hand.world, hand.plan),
        held_because=hand.plain_text(held),
        problems=_problems(hand.plan),
        requested=tuple(requested_of_item(look, item, person)),
        uncertainty=_uncertainty(hand),
        steps=steps,
        dated=dated_steps(hand.case, hand.world, hand.plan, look.calendar, lambda step: hand.name(step.id)),
        formalities={step.id: on_record(dossier, step.id, hand.text) for step in steps},
        clocks=_clocks(hand, person),
        recommendations=tuple(hand.plain_text(digest) or "" for digest in newest["recommendations"]),
        versions=_versions(hand),
        papers=papers_owed(hand, steps),
        clearances=clearances_of(hand, steps),
        conditions=_conditions(hand),
        waits_for=_waits_for(seen, hand),
        timeline=story,
        offers=(
            *offers(look, seen, item, person, hand.plan, _in_order(hand)),
            *redactions(dossier, person, story),
        ),
    )


def history_page(look: Looking, reader: Reader, person: Person, item: str, before: int | None = None) -> HistoryPage:
    """What happened to an item before one of its events, newest first; all of it without `before`."""
    seen, hand = _in_hand(look, reader, item)
    story = _timeline(hand, person, before)
    return HistoryPage(item, seen.titles[item], story, redactions(hand.dossier, person, story))


def _in_hand(look: Looking, reader: Reader, item: str) -> tuple[View, Hand]:
    """The item and those its gates look at; what the reader may not see goes by another name."""
    try:
        seen = view(look, [item])
    except Unknown:
        raise Unknown(NOT_THERE) from None
    dossier = seen.dossiers[item]
    keys = reader_keys_of(dossier, look.known)
    part = dossier.item["part"]
    if not may_see(reader, part, keys):
        raise Unknown(NOT_THERE)
    for table in NEEDED:
        fetch_also(look.db, table, [dossier])
    others = frozenset(
        name
        for name, other in seen.dossiers.items()
        if name != item and may_see(reader, other.item["part"], reader_keys_of(other, look.known))
    )
    seen.titles = {
        name: seen.titles.get(name, REDACTED) if name == item or name in others else ANOTHER_ITEM
        for name in seen.dossiers
    }
    cases = cases_for(dossier, seen.dossiers, dict(seen.titles))
    world = replace(look.known.world, cases=cases) if cases else look.known.world

    def may_read(row: Row) -> bool:
        return may_see_texts_of_step(reader, part, row["part"], keys)

    hand = Hand(
        look=look,
        dossier=dossier,
        case=dossier.case(seen.titles[item], look.today),
        world=world,
        plan=seen.plan(item, critical=len(dossier.current()) <= MANY_STEPS),
        may_read=may_read,
        seen_items=others,
        outcomes=outcome_events(look, dossier),
    )
    return seen, hand


def _spelt(look: Looking, dossier: Dossier, wanted: set[str]) -> dict[str, str | None]:
    """The texts of the item's rounds, and those named, in one query."""
    named = texts.c.digest.in_(digests_of_rounds(dossier))
    query = select(texts.c.digest, texts.c.text).where(
        texts.c.subject == dossier.subject, or_(named, texts.c.digest.in_(sorted(wanted))) if wanted else named
    )
    return {row.digest: row.text for row in look.db.execute(query)}


def _in_order(hand: Hand) -> list[RowMapping]:
    """The events that recorded or corrected outcomes, as they came."""
    return sorted((one for of in hand.outcomes.values() for one in of), key=lambda event: int(event["seq"]))


def _timeline(hand: Hand, person: Person, before: int | None = None) -> Timeline:
    names = {step.id: hand.name(step.id) for step in hand.case.steps}
    hidden = {key[0] for key, row in hand.dossier.table("steps").items() if not hand.may_read(row)}
    wrong = {row["seq"] for of in hand.outcomes.values() for row in of[:-1]}
    redacting = entitled(person, "redact", matter(hand.dossier))
    story = timeline(hand.look, hand.dossier, names, hidden, wrong, before, redacting)
    return with_moves(hand.look, story, hand.dossier.id, names, hidden)


def _problems(plan: Plan) -> tuple[Problem, ...]:
    """Errors before warnings, each in the order of the route."""
    found = [replace(problem, message=_sentence(problem.message)) for problem in plan.problems]
    return tuple(sorted(found, key=lambda problem: problem.severity != "error"))


def _sentence(text: str) -> str:
    """A sentence that begins with an item nobody may name still begins with a capital."""
    return text[:1].upper() + text[1:] if text.startswith(ANOTHER_ITEM) else text


def _clocks(hand: Hand, person: Person) -> tuple[ClockTold, ...]:
    dossier = hand.dossier
    drafting = {r["step"] for r in dossier.current() if entitled(person, "notice-text", matter(dossier, r))}
    timetable = Timetabling(hand.world, hand.look.calendar, hand.plan.on).timetable(hand.case)
    told = clocks_told(timetable, hand.look.now, MOST_WITH_WAYS, drafting)
    return with_reasons(told, dossier, hand.text)


def _uncertainty(hand: Hand) -> Uncertainty | None:
    """By when it may really be done."""
    if hand.plan.item_state in ("complete", "rejected", "withdrawn") or hand.plan.finish is None:
        return None
    look = hand.look
    return of_case(look, hand.case, hand.world, look.calendar, hand.plan.on)


def _exemption(hand: Hand) -> str | None:
    """Why an item is in Part II, as it is published."""
    said: Mapping[str, Any] | None = hand.dossier.item["exemption"]
    if not said:
        return None
    parts = [hand.plain_text(said.get("basis"))]
    if numbers := said.get("paragraphs"):
        parts.append(f"paragraph{'s' if len(numbers) > 1 else ''} {', '.join(str(number) for number in numbers)}")
    told = ", ".join(part for part in parts if part)
    reason = hand.plain_text(said.get("reason"))
    return ": ".join(part for part in (told, reason) if part) or None


def _key_because(hand: Hand) -> str | None:
    """Why it is a key decision or none: what was compared, or what somebody said."""
    reason: Mapping[str, Any] | None = hand.dossier.item["key_reason"]
    if not reason:
        return None
    if reason["by"] == SAID:
        return hand.plain_text(reason.get("reason"))
    return reason_in_words(reason, hand.look.known.forum_name(reason["forum"]))


def _ended_on(hand: Hand) -> date | None:
    if hand.plan.item_state == "withdrawn":
        withdrawn_on: date | None = hand.dossier.item["withdrawn_on"]
        return withdrawn_on
    if hand.plan.item_state == "rejected":
        rejected: date = max(row["outcome_on"] for row in hand.dossier.current() if row["outcome"] == "rejected")
        return rejected
    return None


def _versions(hand: Hand) -> tuple[Version, ...]:
    """Every version of the report, the newest first."""
    used: dict[int, dict[str, None]] = {}
    for row in sorted(hand.dossier.table("steps").values(), key=lambda r: r["outcome_on"] or date.max):
        if row["version"] is not None:
            used.setdefault(row["version"], {})[hand.name(row["step"])] = None
    files = [key[0] for key in hand.dossier.table("attachments")]
    return tuple(
        Version(
            number=row["version"],
            sha256=row["sha256"],
            newest=row["version"] == hand.dossier.item["report_version"],
            material=row["material"],
            files=files.count(row["version"]),
            used_at=tuple(used.get(row["version"], ())),
        )
        for _key, row in sorted(hand.dossier.table("reports").items(), reverse=True)
    )


def _conditions(hand: Hand) -> tuple[Condition, ...]:
    found = [one for one in conditions_of(hand, hand.dossier.table("conditions").values()) if one.counts]
    return tuple(sorted(found, key=lambda one: (one.met_on is not None, one.due or date.max)))


def _waits_for(seen: View, hand: Hand) -> tuple[Linked, ...]:
    """The other items that this one's gates look at."""
    return tuple(
        Linked(name if name in hand.seen_items else None, seen.titles.get(name, ANOTHER_ITEM))
        for name in dict.fromkeys(gates_of(hand.dossier))
    )
