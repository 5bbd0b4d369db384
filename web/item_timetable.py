"""The timetable of one item as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from markupsafe import Markup

from web.timetable_drawing import timetable_picture
from web.timetable_facts import Columns, Likely, Line, likely_in_words, lines_of_item, rows_of, uprights, with_something
from web.words import in_days
from workflow.queries.item_page import ItemPage

COLUMNS: Final = (
    ("below", "Asked to"),
    ("notice", "Notice by"),
    ("report", "Report due"),
    ("agenda", "Agenda by"),
    ("meeting", "Meeting"),
    ("effective", "Decision takes effect"),
)
_ENDED: Final = {"complete": "Done", "rejected": "Rejected", "withdrawn": "Withdrawn"}


@dataclass(frozen=True, slots=True)
class ItemInTime:
    """What the page needs: the picture, a line of the table for each step, what is said of the whole item."""

    picture: Markup
    lines: tuple[Line, ...]
    whole: tuple[str, ...]
    columns: Columns


def item_in_time(page: ItemPage, hrefs: Mapping[str, str], likely: Likely | None = None) -> ItemInTime:
    """The timetable of an item from the plan that its page has; `hrefs` leads from steps to what was said there."""
    lines = lines_of_item(page.dated, page.on, hrefs)
    over = page.state in _ENDED
    ended = page.completed_on or page.ended_on if over else None
    through = uprights(page.on, page.target, page.finish, likely, ended, _ENDED.get(page.state, "Ended"))
    if over and ended is None:
        through = [one for one in through if one.kind == "target"]
    picture = timetable_picture(rows_of(lines), through, f"The timetable of {page.title}")
    columns = with_something(COLUMNS, lines, ("below", "meeting"))
    return ItemInTime(picture, tuple(lines), tuple(_whole(page, ended, likely)), columns)


def likely_of(page: ItemPage) -> Likely | None:
    """Where the simulation says that the finish will fall; None where it says nothing."""
    found = page.uncertainty.simulated if page.uncertainty else None
    if found is None or found.p50 is None or found.p90 is None or not found.spread:
        return None
    return Likely(found.p50, found.p90)


def _whole(page: ItemPage, ended: date | None, likely: Likely | None) -> list[str]:
    """What the lines through all rows say, in words."""
    found = []
    if ended is not None:
        found.append(f"{_ENDED[page.state]}: {in_days(ended)}.")
    else:
        found.append(f"Today: {in_days(page.on)}.")
        if page.finish is not None:
            found.append(f"Finish: {in_days(page.finish)}.")
    if page.target is not None:
        found.append(f"Wanted by: {in_days(page.target)}.")
    if likely is not None and ended is None:
        found.append(f"{likely_in_words(likely)}.")
    return found
