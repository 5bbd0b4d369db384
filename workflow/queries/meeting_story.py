"""What happened to one meeting: added, moved from one day to another, cancelled; by whom, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import RowMapping, func, select

from models.ledger import events
from workflow.errors import day
from workflow.facts import Meeting
from workflow.queries.item_events import name_of_person, spelt_for
from workflow.reminders.wording import at_time
from workflow.runtime import Looking
from workflow.slip_reasons import reason_in_words

_KINDS: Final = ("meeting-added", "meeting-moved", "meeting-cancelled", "meeting-held", "meeting-changed")


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened to a meeting. `why` is the reason that was chosen, `reason` what was written."""

    kind: str
    sentence: str
    on: date | None  # the business date
    at: datetime
    by: str
    why: str | None
    reason: str | None


@dataclass
class _Sits:
    """Where and when a meeting is, as far as it was told."""

    on: str | None = None
    time: str | None = None
    place: str | None = None
    state: str = "planned"

    def when(self) -> str:
        """Such as “5 October 2023 at 2pm”."""
        found = day(date.fromisoformat(self.on)) if self.on else "a day that is not on record"
        return f"{found}{f' at {at_time(self.time)}' if self.time else ''}"


def story(look: Looking, meeting: Meeting) -> tuple[Told, ...]:
    """All that happened to it, the newest first."""
    act = events.c.data["act"]
    name = func.coalesce(act["meeting"].as_string(), act["entry"]["id"].as_string())
    subject = f"forum:{meeting.forums[0]}"
    query = select(events).where(events.c.subject == subject, events.c.kind.in_(_KINDS), name == meeting.id)
    rows = look.db.execute(query.order_by(events.c.seq)).mappings().all()
    reasons = {reason for row in rows if (reason := row["data"]["act"].get("reason"))}
    spelt = spelt_for(look, subject, reasons)
    sits, found = _Sits(), []
    for row in rows:
        act_of = row["data"]["act"]
        code, reason = act_of.get("code"), act_of.get("reason")
        found.append(
            Told(
                kind=row["kind"],
                sentence=_sentence(sits, row, act_of.get("entry") or act_of),
                on=row["date"],
                at=row["at"],
                by=name_of_person(look.known, row["on_behalf_of"] or row["actor"]),
                why=reason_in_words(code) if code else None,
                reason=spelt.get((subject, reason)) if reason else None,
            )
        )
    return tuple(reversed(found))


def _sentence(sits: _Sits, row: RowMapping, said: dict[str, Any]) -> str:
    """What was done, with what was before; `sits` is brought up to it."""
    was, was_place = sits.when(), sits.place
    sits.on = str(said.get("meets_on") or (row["kind"] == "meeting-moved" and sits.on) or said.get("date") or sits.on)
    sits.time = said.get("time") or sits.time
    sits.place = said.get("place") or sits.place
    place = f", {sits.place}" if sits.place and sits.place != was_place else ""
    if row["kind"] == "meeting-added":
        return f"Added, for {sits.when()}{place}."
    if row["kind"] == "meeting-held":
        return "Held."
    if row["kind"] == "meeting-cancelled" or said.get("state") == "cancelled":
        return f"Cancelled: it was to be on {was}."
    if sits.when() != was:
        return f"Moved from {was} to {sits.when()}{place}."
    return f"At another place: {sits.place}." if place else "Changed by a file."
