"""What the effect of an act has to read beside the plans: who may see which item, and what else is on a meeting."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, select, true

from models.forecasts import forecasts, timetable
from workflow.shelf import chunks
from workflow.visibility import Reader, visible


def readable_titles(db: Connection, reader: Reader | None, ids: Sequence[str]) -> dict[str, str]:
    """The titles of those of these items that the reader may see; without a reader, of all of them."""
    seen: Any = visible(reader) if reader is not None else true()
    found: dict[str, str] = {}
    for chunk in chunks(ids):
        query = select(forecasts.c.item, forecasts.c.title).where(forecasts.c.item.in_(chunk), seen)
        found |= {row.item: row.title for row in db.execute(query)}
    return found


def meeting_rows(db: Connection, meetings: Collection[str]) -> Iterator[RowMapping]:
    """Every open step that is bound to one of these meetings or expected there, as lists have it."""
    columns = (timetable.c.item, timetable.c.step, timetable.c.meeting, timetable.c.meets_on)
    for chunk in chunks(sorted(meetings)):
        query = select(*columns).where(timetable.c.meeting.in_(chunk), timetable.c.basis.in_(("bound", "calendar")))
        yield from db.execute(query).mappings()
