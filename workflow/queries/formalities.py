"""Notices, exceptions, urgency and publication at one step: which of them its rules know, and what is on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from workflow.dossiers import Dossier, Row
from workflow.due_dates import pack_in_force
from workflow.facts import World
from workflow.plans import PlannedStep

#: The acts that record formalities: before something is decided, and after it.
BEFOREHAND: Final = ("private-notice", "private-notice-again", "exception", "urgency", "urgent-item")
AFTERWARDS: Final = ("publish", "documents")
ACTS: Final = (*BEFOREHAND, *AFTERWARDS)

_WORDS: Final = {
    "private-notice": "Notice of a private meeting",
    "private-notice-again": "Second notice of a private meeting",
    "general-exception": "General exception",
    "special-urgency": "Special urgency",
    "urgent-item": "Urgent item",
    "documents-given": "Documents given to members",
    "call-in-waiver": "Call-in waived",
    "breach": "Decided although notice was not given as the rules ask",
}


@dataclass(frozen=True, slots=True)
class Formality:
    """One that is on record. Texts that the reader may not read are None and `hidden`."""

    kind: str
    words: str
    round: int
    on: date
    agreed_by: str | None
    reason: str | None
    representations: str | None
    response: str | None
    hidden: bool


def on_record(dossier: Dossier, step: str, text: Callable[[Row, str | None], str | None]) -> tuple[Formality, ...]:
    """What is on record at a step, in the order in which it was done; `text` gives what the reader may read."""
    found = [row for key, row in dossier.table("formalities").items() if key[0] == step]
    return tuple(
        _one(dossier.table("steps")[(step, row["round"])], row, text)
        for row in sorted(found, key=lambda row: (row["round"], row["on"], list(_WORDS).index(row["kind"])))
    )


def _one(step: Row, row: Row, text: Callable[[Row, str | None], str | None]) -> Formality:
    said = {name: text(step, row[name]) for name in ("agreed_by", "reason", "representations", "response")}
    hidden = any(row[name] is not None and not said[name] for name in said)
    return Formality(row["kind"], _WORDS[row["kind"]], row["round"], row["on"], hidden=hidden, **said)


def are_asked_for(world: World, dossier: Dossier, row: Row, action: str, on: date) -> bool:
    """Whether the rules of a step's forum know such a formality for what it deals with there."""
    forum = world.forums.get(row["forum"] or "")
    if forum is None:
        return False
    stage, item = dossier.stage_of(row), dossier.item
    if action == "urgent-item":
        return stage.kind == "meeting"
    if action == "publish":
        return dossier.decided_round(row["step"]) is not None
    pack = pack_in_force(world, forum, row["outcome_on"] or on)
    if pack is None or not pack.executive:
        return False
    private = "II" in (row["part"], item["part"])
    if action in ("private-notice", "private-notice-again"):
        return private and stage.kind == "meeting"
    if action == "documents":
        return dossier.decided_round(row["step"]) is not None and (private or stage.kind == "individual")
    return bool(item["key_decision"]) or (action == "urgency" and private)


def are_looked_for(row: Row, planned: PlannedStep, action: str, on: date) -> bool:
    """Whether somebody would look for a formality as things stand: it is due, or nothing else helps any more."""
    if action == "private-notice":
        return row["private_notice_on"] is None
    if action == "private-notice-again":
        return row["private_notice_on"] is not None and row["private_notice_again_on"] is None
    if action == "publish":
        return row["published_on"] is None
    if action == "documents":
        return row["documents_given_on"] is None
    if action == "urgent-item":
        late = planned.agenda_by is not None and planned.agenda_by < on and row["papers"] != "on-agenda"
        return late and not row["verbal"] and row["urgent_item_on"] is None
    by, given = planned.notice_by, row["notice_given"]
    late = by is not None and (given or on) > by
    if action == "exception":
        return late and row["general_exception_on"] is None and row["special_urgency_on"] is None
    return late and row["special_urgency_on"] is None
