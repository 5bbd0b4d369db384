"""When the dates of an item moved, among all that happened to it. Its own ledger does not tell of others' acts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select

from models.ledger import events
from models.slips import slips
from workflow.errors import day
from workflow.ledger import moment
from workflow.queries.item_events import Timeline, Told, name_of_person
from workflow.queries.slip_acts import Act, acts_behind
from workflow.queries.slips import Slip, names_of, told_of
from workflow.runtime import Looking
from workflow.slip_reasons import cause_in_words

KIND: Final = "dates-moved"
MOST: Final = 200  # changes beside one page of events
EVERY: Final = 10_000
_KNOCK_ON: Final = cause_in_words("knock-on")


@dataclass(frozen=True, slots=True)
class Moved:
    """Days that moved at one moment, in words. `by` is a person's id; None where nobody did it."""

    at: datetime
    on: date
    sentence: str
    by: str | None
    by_name: str | None
    actor: str | None
    entered_by: str | None  # the name of somebody else who entered it


def moved(
    look: Looking,
    item: str,
    names: Mapping[str, str],
    hidden: Collection[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    most: int = EVERY,
) -> list[Moved]:
    """Every time that dates of an item moved, the newest first: from a moment on, and before another one."""
    query = select(slips).where(slips.c.item == item)
    if since is not None:
        query = query.where(slips.c.at >= since)
    if until is not None:
        query = query.where(slips.c.at < until)
    rows = look.db.execute(query.order_by(slips.c.at.desc(), slips.c.number.desc(), slips.c.step).limit(most)).all()
    acts = acts_behind(look, item, rows, hidden, whole=len(rows) < most)
    places = {step: place for place, step in enumerate(names)}
    found = []
    together: dict[tuple[datetime, Act | None], list[Any]] = {}
    for row in rows:
        together.setdefault((row.at, acts.get((row.step, row.number))), []).append(row)
    for (at, behind), group in together.items():
        group.sort(key=lambda row: places.get(row.step, len(places)))
        told = [told_of(look.known, row, names, behind) for row in group]
        by_name = told[0].by
        by, actor = (behind.by, behind.actor) if behind else (None, None)
        entered_by = name_of_person(look.known, actor) if actor and actor != by else None
        found.append(Moved(at, told[0].on, _sentence(told), by, by_name, actor, entered_by))
    return found


def with_moves(
    look: Looking, story: Timeline, item: str, names: Mapping[str, str], hidden: Collection[str]
) -> Timeline:
    """A page of what happened to an item, with the moves of its dates where they belong."""
    if not story.entries:
        return story
    newest, oldest = story.entries[0], story.entries[-1]
    until = None
    if story.newer is not None:
        following = select(events.c.at).where(events.c.subject == f"item:{item}", events.c.seq == newest.seq + 1)
        until = look.db.execute(following).scalar_one_or_none()
    found = moved(look, item, names, hidden, oldest.at, until, MOST)
    told = [*story.entries, *(_told(one) for one in found)]
    told.sort(key=lambda one: (one.at, one.kind == KIND), reverse=True)  # what moved by an act stands above it
    return replace(story, entries=tuple(told))


def among(
    look: Looking, item: str, said: Sequence[tuple[Mapping[str, Any], str]], known_at: datetime | None = None
) -> list[tuple[Mapping[str, Any], str]]:
    """The events of an item with their sentences, and between them the moves of its dates; the first one first."""
    moves = [one for one in moved(look, item, names_of(look, item)) if known_at is None or one.at <= known_at]
    lines = [(datetime.fromisoformat(event["at"]), False, (event, sentence)) for event, sentence in said]
    lines += [(one.at, True, (_line(one), one.sentence)) for one in reversed(moves)]
    return [line for _at, _moved, line in sorted(lines, key=lambda line: line[:2])]


def _told(one: Moved) -> Told:
    return Told(0, KIND, None, None, one.sentence, False, one.on, one.at, one.by_name or "", one.entered_by)


def _line(one: Moved) -> Mapping[str, Any]:
    """A move as a line among events: it is none, so it has no number."""
    nobody = "decision-routes"
    return {
        "seq": "",
        "at": moment(one.at),
        "date": one.on.isoformat(),
        "actor": one.actor or nobody,
        "on_behalf_of": one.by or nobody,
        "kind": KIND,
        "step": None,
    }


def _sentence(told: Sequence[Slip]) -> str:
    """Which days moved, then what happened, each once."""
    days = [f"{slip.name}: {_from_to(slip)}." for slip in told]
    whys = [
        " ".join(
            f"{part}."
            for part in (f"{slip.cause}: {slip.because}" if slip.because else slip.cause, slip.reason)
            if part
        )
        for slip in told
    ]
    causes = [why for slip, why in zip(told, whys, strict=True) if slip.cause != _KNOCK_ON] or whys
    reason = next((f"Reason: {slip.said}" for slip in told if slip.said), None)
    return " ".join((*days, *dict.fromkeys(causes), *([reason] if reason else [])))


def _from_to(slip: Slip) -> str:
    if slip.becomes is None:
        return f"no day is known any more, it was {day(slip.was)}" if slip.was else "no day is known"
    return (
        f"{day(slip.becomes)} instead of {day(slip.was)}"
        if slip.was
        else f"{day(slip.becomes)}, after no day was known"
    )
