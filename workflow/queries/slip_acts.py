"""Who moved the dates of an item, and the reason given: read from the event that was written at the same moment."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, RowMapping, select

from models.ledger import events
from models.reports import texts
from models.slips import slips
from workflow.dossiers import Dossier
from workflow.ledger import INSTALLATION, digests
from workflow.runtime import Looking
from workflow.shelf import fetch
from workflow.slip_reasons import CAUSE_OF_EVENT, CAUSE_OF_OUTCOME
from workflow.visibility import Reader, may_see_texts_of_step, reader_keys_of

#: What somebody did to the item itself; everything else that moves a day happens by itself, or to others.
_OF_THE_ITEM: Final = frozenset(
    cause for cause in (*CAUSE_OF_EVENT.values(), *CAUSE_OF_OUTCOME.values()) if not cause.startswith("meeting-")
)
_OF_ALL: Final = ("rules-changed", "calendar-changed")

#: A change of an item's dates: its step and its number.
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did by which a day moved. `by` is for whom it was recorded; `reason` is in their own words."""

    by: str
    actor: str
    reason: str | None


def acts_behind(
    look: Looking, item: str, changes: Sequence[Row[Any]], hidden: Collection[str] = (), whole: bool = False
) -> dict[Key, Act]:
    """The acts behind these changes of one item's dates, as far as somebody did something.

    What follows from another step's change is that change's act; `whole`: all changes of these moments are here.
    `hidden` are steps whose texts the reader may not read; what is said of a meeting may be read by whoever sees the
    item.
    """
    if not changes:
        return {}
    moments = sorted({row.at for row in changes})
    others: Sequence[Any] = changes
    if not whole and any(row.cause == "knock-on" for row in changes):
        query = select(slips.c.at, slips.c.step, slips.c.cause, slips.c.because)
        others = look.db.execute(query.where(slips.c.item == item, slips.c.at.in_(moments))).all()
    there = {(row.at, row.step): row for row in others}
    roots = {(row.step, row.number): _root(row, there) for row in changes}
    subjects = {f"item:{item}", *(subject for root in roots.values() for subject in _elsewhere(look, root))}
    told: dict[datetime, list[RowMapping]] = {}
    written = select(events).where(events.c.subject.in_(sorted(subjects)), events.c.at.in_(moments))
    for line in look.db.execute(written.order_by(events.c.subject, events.c.seq)).mappings():
        told.setdefault(line["at"], []).append(line)
    found = {key: event for key, root in roots.items() if (event := _event(item, root, told.get(root.at, ())))}
    spelt = _spelt(look, found.values())
    return {
        key: Act(
            event["on_behalf_of"] or event["actor"],
            event["actor"],
            None if event["step"] in hidden else spelt.get((event["subject"], _reason(event))),
        )
        for key, event in found.items()
    }


def hidden_from(look: Looking, reader: Reader, item: str) -> frozenset[str]:
    """The steps of an item whose texts a reader may not read."""
    dossiers: dict[str, Dossier] = {}
    fetch(look.db, [item], dossiers)
    dossier = dossiers[item]
    keys, part = reader_keys_of(dossier, look.known), dossier.item["part"]
    rows = dossier.table("steps").values()
    return frozenset(row["step"] for row in rows if not may_see_texts_of_step(reader, part, row["part"], keys))


def _root(row: Row[Any], there: Mapping[tuple[datetime, str], Any]) -> Any:
    """The change with which it began."""
    return there.get((row.at, row.because), row) if row.cause == "knock-on" else row


def _elsewhere(look: Looking, root: Row[Any]) -> Iterator[str]:
    """The other chain that tells of it."""
    if root.cause in _OF_ALL:
        yield INSTALLATION
    meeting = look.known.meetings.get(root.because or "") if root.cause.startswith("meeting-") else None
    if meeting is not None:
        yield f"forum:{meeting.forums[0]}"


def _event(item: str, root: Row[Any], told: Sequence[RowMapping]) -> RowMapping | None:
    if root.cause in _OF_ALL:
        return next((event for event in told if event["subject"] == INSTALLATION), None)
    if root.cause.startswith("meeting-"):
        kind, meeting = root.cause, root.because
        return next((event for event in told if event["kind"] == kind and meeting_of(event) == meeting), None)
    if root.cause not in _OF_THE_ITEM:
        return None
    own = [event for event in told if event["subject"] == f"item:{item}" and event["kind"] in CAUSE_OF_EVENT]
    for step in (root.step, root.because):
        if at_step := [event for event in own if step and event["step"] == step]:
            return at_step[-1]
    return own[-1] if own else None


def meeting_of(event: RowMapping) -> str | None:
    """The meeting that an event of a forum is about."""
    act = event["data"].get("act", {})
    found = act.get("meeting") or act.get("entry", {}).get("id")
    return str(found) if found else None


def _reason(event: RowMapping) -> str | None:
    reason = event["data"].get("act", {}).get("reason")
    return reason if isinstance(reason, str) else None


def _spelt(look: Looking, told: Collection[RowMapping]) -> dict[tuple[str, str | None], str | None]:
    """The reasons in the words that were written; None where they were redacted."""
    wanted = {digest for event in told for digest in digests(_reason(event))}
    if not wanted:
        return {}
    subjects = sorted({event["subject"] for event in told})
    query = select(texts.c.subject, texts.c.digest, texts.c.text)
    rows = look.db.execute(query.where(texts.c.subject.in_(subjects), texts.c.digest.in_(sorted(wanted))))
    return {(row.subject, row.digest): row.text for row in rows}
