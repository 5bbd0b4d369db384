"""Reminders that are due at a moment, computed from the facts of that day.

What was told already is left out: the key of a message is the same however often it is computed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select

from models.ledger import events
from models.reminders import messages, reminders, snoozes
from workflow.clock import LONDON, business_date
from workflow.dossiers import Dossier, Row
from workflow.plans import Plan, PlannedStep
from workflow.queries.views import View, view
from workflow.reminders.choices import choices_made
from workflow.reminders.ladders import Moment, climbed, reached
from workflow.reminders.matters import Matter, Reminder
from workflow.reminders.reaching import MOVED, NO_ADDRESS, Surroundings, Whose, messages_of
from workflow.reminders.recipients import Posts
from workflow.reminders.rules import Facts
from workflow.reminders.saying import read_spoken
from workflow.reminders.told import About, Expected, OfItem, Told
from workflow.reminders.watching import ladder_for, matters_of
from workflow.reminders.writing import reason_of, subject_of
from workflow.runtime import Looking
from workflow.shelf import chunks, fetch_also
from workflow.tasks import tasks_of
from workflow.visibility import reader_keys_of

#: What has a day is spoken of as if it had always been known, where nobody had begun to watch it.
_ALWAYS: Final = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Due:
    """A message that is due: its row, and everything that its words need."""

    row: Mapping[str, Any]
    told: Told
    address: str | None  # where the person is written to


@dataclass(frozen=True, slots=True)
class Dues:
    """All that is due, with what is known of its items."""

    found: tuple[Due, ...]
    about: About
    around: Surroundings


@dataclass(frozen=True, slots=True)
class _Item:
    """An item as of the day, with its plan and what somebody is to be reminded of."""

    dossier: Dossier
    plan: Plan
    matters: tuple[Matter, ...]


def due(look: Looking, at: datetime | None = None, within: int = 0, address: str = "") -> Dues:
    """What is due at a moment (now, if none is named) and comes in so many days after it, the oldest first."""
    now = at or look.now
    seen = view(look, None, business_date(now))
    for table in ("conditions", "clearances", "reports"):
        fetch_also(look.db, table, list(seen.dossiers.values()))
    kept = _kept(look, now)
    days: dict[str, dict[str, date | None]] = defaultdict(dict)
    for name, row in kept.items():
        days[row["item"]][name] = row["day"]
    found = [_item(seen, item, moved_on, days[item]) for item, moved_on in _last_moved(look, seen).items()]
    around = _around(look, seen, found, now)
    rows: dict[str, dict[str, Any]] = {}
    for one in found:
        for matter in one.matters:
            reminder = _reminder(matter, kept.get(matter.id), now)
            for row in _messages(one, reminder, around, within):
                rows.setdefault(row["key"], row)
    if at is None:
        rows |= _moved(look, now + timedelta(days=within))
    settled = _settled(look, list(rows))
    left = [row for key, row in rows.items() if key not in settled]
    left.sort(key=lambda row: (row["due_at"], row["item"], row["step"], row["kind"], row["person"]))
    about, people = _about(seen, found, business_date(now), address), seen.known.people
    told = tuple(Due(row, about.told(row, around.posts), people[row["person"]].email) for row in left)
    return Dues(told, about, around)


def due_json(found: Sequence[Due]) -> list[dict[str, Any]]:
    """As `due --json` prints it; CONTRACT section 6."""
    return [
        {
            "key": one.row["key"],
            "due_at": one.row["due_at"].astimezone(LONDON).isoformat(),
            "kind": one.row["kind"],
            "to": one.row["person"],
            "item": one.row["item"],
            "step": one.row["step"] or None,
            "subject": subject_of(one.told),
            "reason": reason_of(one.told),
            "day": one.row["day"].isoformat() if one.row["day"] else None,
            "address": one.address,
            "stands_in_for": one.row["stands_in_for"],
        }
        for one in found
    ]


def _messages(one: _Item, reminder: Reminder, around: Surroundings, within: int) -> Iterator[dict[str, Any]]:
    """What one reminder says by now, and what it will say in the days that are asked for."""
    now = around.now
    ladder = ladder_for(around.known, one.dossier.route, reminder.kind, reminder.forum)
    climb = climbed(ladder, reminder.day, reminder.since, around.calendar)
    moments = [_not_before(now, moment) for moment in climb]
    coming = [moment for moment in moments if now < moment.at <= now + timedelta(days=within)]
    for come in (reached(moments, now), *([moment] for moment in coming)):
        for row in messages_of(reminder, come, around):
            snoozed = (row["person"], reminder.id) in around.snoozed and not row["rung"].startswith(MOVED)
            if row["dropped"] in (None, NO_ADDRESS) and not snoozed:
                yield row


def _reminder(matter: Matter, kept: Mapping[str, Any] | None, now: datetime) -> Reminder:
    """As it is kept, or would be; what nobody has begun to watch is spoken of as if its day had always been known."""
    since, changed_at, sequence, reopened = _ALWAYS if matter.day is not None else now, now, 0, 0
    if kept is not None:
        since, changed_at, sequence, reopened = (kept[name] for name in ("since", "changed_at", "sequence", "reopened"))
        if kept["ended_at"] is not None:
            since, reopened = now, reopened + 1
        if kept["ended_at"] is not None or kept["day"] != matter.day:
            changed_at, sequence = now, sequence + 1
    return Reminder(
        matter.id,
        matter.kind,
        matter.item,
        matter.step,
        matter.detail,
        matter.holder,
        matter.forum,
        matter.day,
        since=since,
        changed_at=changed_at,
        sequence=sequence,
        reopened=reopened,
    )


def _not_before(now: datetime, moment: Moment) -> Moment:
    """What came up at a moment that nobody knows came up now."""
    return Moment(now, moment.rung) if moment.at == _ALWAYS else moment


def _item(seen: View, item: str, moved_on: date | None, days: Mapping[str, date | None]) -> _Item:
    dossier, plan = seen.dossiers[item], seen.plan(item)
    facts = Facts(dossier, plan, tasks_of(dossier, plan), seen.known, seen.calendar, moved_on, days, not days)
    return _Item(dossier, plan, tuple(matters_of(facts).values()))


def _around(look: Looking, seen: View, found: Sequence[_Item], now: datetime) -> Surroundings:
    """What saying needs, as of the day."""
    items = {one.dossier.id: one.dossier.item for one in found}
    until = select(snoozes).where(snoozes.c.until > business_date(now))
    return Surroundings(
        seen.known,
        Posts(seen.known),
        {name: Whose(item["part"], item["organisation"], item["owner"]) for name, item in items.items()},
        {one.dossier.id: one.dossier.route for one in found},
        {one.dossier.id: frozenset(reader_keys_of(one.dossier, seen.known)) for one in found},
        read_spoken(look.db, sorted({matter.id for one in found for matter in one.matters})),
        choices_made(look.db),
        {(row.person, row.reminder): row.until for row in look.db.execute(until)},
        now,
        look.calendar,
    )


def _about(seen: View, found: Sequence[_Item], today: date, address: str) -> About:
    expected = {
        (one.dossier.id, step.step): _expected(one.dossier.step(step.step), step)
        for one in found
        for step in one.plan.steps
    }
    items = {
        one.dossier.id: OfItem(
            seen.titles.get(one.dossier.id, one.dossier.id),
            one.dossier.item["part"],
            one.dossier.item["organisation"],
            one.dossier.item["owner"],
        )
        for one in found
    }
    return About(seen.known, today, address, items, expected)


def _expected(row: Row, step: PlannedStep) -> Expected:
    awaits = row["papers"] == "none" and not row["verbal"] and step.ask is not None
    return Expected(row["part"], step.meeting, step.meeting_id, awaits_report=awaits)


def _last_moved(look: Looking, seen: View) -> dict[str, date | None]:
    """The business date of the last thing that had happened to each item."""
    subjects = {f"item:{item}": item for item in seen.wanted if item in seen.dossiers}
    found: dict[str, date | None] = dict.fromkeys(subjects.values())
    happened = events.c.date.is_(None) | (events.c.date <= seen.on)
    for chunk in chunks(sorted(subjects)):
        last = select(events.c.subject, func.max(events.c.seq).label("seq"))
        last = last.where(events.c.subject.in_(chunk), happened).group_by(events.c.subject)
        newest = last.subquery()
        query = select(events.c.subject, events.c.date, events.c.at).join(
            newest, (newest.c.subject == events.c.subject) & (newest.c.seq == events.c.seq)
        )
        for row in look.db.execute(query):
            found[subjects[row.subject]] = row.date or min(business_date(row.at), seen.on)
    return found


def _kept(look: Looking, now: datetime) -> dict[str, dict[str, Any]]:
    """What was watched at that moment already."""
    of = reminders.c
    columns = (of.id, of.item, of.day, of.since, of.changed_at, of.sequence, of.reopened, of.ended_at)
    query = select(*columns).where(of.since <= now)
    return {row["id"]: dict(row) for row in look.db.execute(query).mappings()}


def _moved(look: Looking, until: datetime) -> dict[str, dict[str, Any]]:
    """Messages that wait because a day has moved: they follow from what was said before."""
    waiting = messages.c.settled_at.is_(None) & (messages.c.send_at <= until) & messages.c.rung.like(f"{MOVED}%")
    still = reminders.c.ended_at.is_(None) & reminders.c.day.is_not_distinct_from(messages.c.day)
    query = select(messages).join(reminders, reminders.c.id == messages.c.reminder).where(waiting, still)
    return {row["key"]: dict(row) for row in look.db.execute(query).mappings()}


def _settled(look: Looking, keys: Sequence[str]) -> set[str]:
    told: set[str] = set()
    for chunk in chunks(keys):
        query = select(messages.c.key).where(messages.c.key.in_(chunk), messages.c.settled_at.is_not(None))
        told |= set(look.db.execute(query).scalars())
    return told
