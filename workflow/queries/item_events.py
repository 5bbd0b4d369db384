"""All that ever happened to an item, page by page, in words: the newest first, as one reader may read it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import RowMapping, select

from models.ledger import events
from models.reports import texts
from workflow.dossiers import Dossier
from workflow.errors import day
from workflow.known import Known
from workflow.ledger import digests
from workflow.loaded import spelt_out
from workflow.queries.history import WORDS
from workflow.runtime import Looking

PAGE: Final = 50  # events on a page
EXEMPT: Final = "(exempt)"  # what is said in the place of a text that only those on the route may read
_NO_POSTS: Final = {"operator": "The operator", "decision-routes": "Decision Routes"}
OUTCOMES: Final = ("recorded", "corrected")


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened. `recorded_by` is there where somebody else than `by` entered it.

    `corrected`: an outcome that was found to be wrong. `has_text`: free text in it could still be redacted, as
    far as whoever looks was to be told.
    """

    seq: int
    kind: str
    step: str | None
    where: str | None
    sentence: str
    corrected: bool
    on: date | None
    at: datetime
    by: str
    recorded_by: str | None
    has_text: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of an item's history. `older` and `newer` say before which event the neighbouring pages begin."""

    entries: tuple[Told, ...]
    total: int
    older: int | None
    newer: int | None
    hidden: frozenset[str] = frozenset()  # steps whose texts the reader may not read

    @property
    def numbers(self) -> tuple[int, int]:
        """The numbers of the first and the last event on the page; moves of dates have none."""
        found = [entry.seq for entry in self.entries if entry.seq] or [0]
        return min(found), max(found)


def timeline(
    look: Looking,
    dossier: Dossier,
    names: Mapping[str, str],
    hidden: Collection[str],
    wrong: Collection[int],
    before: int | None = None,
    redacting: bool = False,
) -> Timeline:
    """The events before one, newest first. `hidden` are steps whose texts the reader may not read.

    `names` are those of the steps, `wrong` the events whose outcome was corrected; `redacting` also finds out
    which events hold text that could be redacted.
    """
    total = dossier.item["seq"]
    top = min(before, total + 1) if before is not None else total + 1
    query = select(events).where(events.c.subject == dossier.subject, events.c.seq < top)
    rows = look.db.execute(query.order_by(events.c.seq.desc()).limit(PAGE)).mappings().all()
    spelt = spelt_for(look, dossier.subject, _spoken(rows))
    with_text = _still_there(look, dossier.subject, rows) if redacting else frozenset()
    entries = tuple(
        _told(look.known, row, names, hidden, spelt, row["seq"] in wrong, row["seq"] in with_text) for row in rows
    )
    last = rows[-1]["seq"] if rows else 1
    return Timeline(
        entries,
        total,
        older=last if last > 1 else None,
        newer=min(top + PAGE, total + 1) if top <= total else None,
        hidden=frozenset(hidden),
    )


def spelt_for(look: Looking, subject: str, wanted: Collection[str]) -> dict[tuple[str, str], str | None]:
    """These free texts of an item, as `spelt_out` wants them."""
    if not wanted:
        return {}
    query = select(texts.c.digest, texts.c.text).where(texts.c.subject == subject, texts.c.digest.in_(sorted(wanted)))
    return {(subject, row.digest): row.text for row in look.db.execute(query)}


def name_of_person(known: Known, person: str) -> str:
    """Somebody as pages name them; whoever runs the command line, and the program itself, are nobody's post."""
    found = known.people.get(person)
    return found.name if found is not None else _NO_POSTS.get(person, person)


def _spoken(rows: Sequence[RowMapping]) -> set[str]:
    """The texts that sentences about these events need: recommendations are never told there."""
    wanted: set[str] = set()
    for row in rows:
        act = dict(row["data"].get("act", {}))
        act.pop("recommendations", None)
        if "entry" in act:
            act["entry"] = {"title": act["entry"].get("title")}
        wanted |= set(digests(act))
    return wanted


def _still_there(look: Looking, subject: str, rows: Sequence[RowMapping]) -> frozenset[int]:
    """The events that hold text which has not been redacted."""
    of = {row["seq"]: set(digests(row["data"].get("act"))) for row in rows}
    wanted = sorted(set().union(*of.values()))
    if not wanted:
        return frozenset()
    query = select(texts.c.digest).where(
        texts.c.subject == subject, texts.c.text.is_not(None), texts.c.digest.in_(wanted)
    )
    there = set(look.db.execute(query).scalars())
    return frozenset(seq for seq, used in of.items() if used & there)


def _told(
    known: Known,
    row: RowMapping,
    names: Mapping[str, str],
    hidden: Collection[str],
    spelt: Mapping[tuple[str, str], str | None],
    wrong: bool,
    has_text: bool,
) -> Told:
    act = row["data"].get("act", {})
    subject = row["subject"]
    if row["step"] in hidden:
        spelt = {(subject, digest): EXEMPT for digest in digests(act)}
    by = row["on_behalf_of"] or row["actor"]
    return Told(
        seq=row["seq"],
        kind=row["kind"],
        step=row["step"],
        where=names.get(row["step"] or ""),
        sentence=WORDS[row["kind"]](_readable(known, spelt_out(act, subject, spelt))),
        corrected=wrong,
        on=row["date"],
        at=row["at"],
        by=name_of_person(known, by),
        recorded_by=name_of_person(known, row["actor"]) if by != row["actor"] else None,
        has_text=has_text,
    )


def _readable(known: Known, act: Mapping[str, Any]) -> dict[str, Any]:
    """An act with meetings and days as people say them."""
    said = dict(act)
    if "meeting" in said:
        said["meeting"] = meeting_in_words(known, said["meeting"])
    if "until" in said:
        said["until"] = until_in_words(known, said["until"])
    return said


def meeting_in_words(known: Known, meeting: str) -> str:
    """A meeting as part of a sentence: of Cabinet on 5 October 2023."""
    found = known.meetings.get(meeting)
    if found is None:
        return meeting
    return f"of {' and '.join(known.forum_name(forum) for forum in found.forums)} on {day(found.date)}"


def until_in_words(known: Known, until: str) -> str:
    """Until when something was put off: a day, or the meeting of that day."""
    try:
        return day(date.fromisoformat(until))
    except ValueError:
        return f"the meeting {meeting_in_words(known, until)}"
