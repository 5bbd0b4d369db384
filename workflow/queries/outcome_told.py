"""What became of an outcome: read from its event, with what happens next and who was written to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from models.ledger import events
from models.outbox import letters
from workflow.errors import Unknown
from workflow.queries.at_hand import StepAtHand
from workflow.runtime import Looking
from workflow.telling import KIND
from workflow.telling_of_meetings import KIND as OF_MEETINGS
from workflow.what_next import NextAct, next_acts, what_next

NOT_THERE = "No outcome was recorded under that number. Look at the history of the item."


@dataclass(frozen=True, slots=True)
class OutcomeTold:
    """An outcome as it was recorded or corrected. `letters`: the posts that were told; `overtaken`: corrected since."""

    outcome: str
    on: date
    corrected: bool
    overtaken: bool
    next: tuple[str, ...]
    acts: tuple[NextAct, ...]
    letters: tuple[str, ...]


def outcome_told(step: StepAtHand, seq: int) -> OutcomeTold:
    """What the event with this number said. Unknown if it is none of an outcome at this step."""
    hand = step.hand
    if seq > hand.seq:  # any number may stand in an address, also one that no database holds
        raise Unknown(NOT_THERE)
    subject, kinds = hand.dossier.subject, ("recorded", "corrected")
    query = select(events).where(events.c.subject == subject, events.c.seq >= seq, events.c.step == step.id)
    rows = hand.look.db.execute(query.where(events.c.kind.in_(kinds)).order_by(events.c.seq)).mappings().all()
    if not rows or rows[0]["seq"] != seq:
        raise Unknown(NOT_THERE)
    event = rows[0]
    act = event["data"]["act"]
    written = select(letters.c.person).where(
        letters.c.item == hand.id,
        letters.c.written_at == event["at"],
        letters.c.step == step.id,
        letters.c.kind == KIND,
    )
    told = hand.look.db.execute(written).scalars()
    return OutcomeTold(
        outcome=act["outcome"],
        on=date.fromisoformat(act["decided"]) if "decided" in act else event["date"],
        corrected=event["kind"] == "corrected",
        overtaken=any(later["kind"] == "corrected" for later in rows[1:2]),
        next=tuple(what_next(hand.dossier, hand.around, hand.look.known.world, hand.plan)),
        acts=tuple(next_acts(hand.dossier, hand.look.known, hand.plan)),
        letters=tuple(sorted({hand.person_name(person) for person in told})),
    )


def told_at(look: Looking, items: Collection[str], at: datetime) -> tuple[str, ...]:
    """The posts that were written to about the outcomes of these items that were recorded at one moment."""
    query = select(letters.c.person).where(
        letters.c.item.in_(items), letters.c.written_at == at, letters.c.kind == KIND
    )
    people = look.known.people
    return tuple(sorted({people[person].name for person in look.db.execute(query).scalars() if person in people}))


def told_of_meeting_at(look: Looking, at: datetime) -> tuple[str, ...]:
    """The posts that were written to about what was done with a meeting at one moment."""
    query = select(letters.c.person).where(letters.c.written_at == at, letters.c.kind == OF_MEETINGS)
    people = look.known.people
    return tuple(sorted({people[person].name for person in look.db.execute(query).scalars() if person in people}))
