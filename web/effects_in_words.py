"""How the effect of an act is put into words: on pages, and printed by commands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from web.words import LABELS, at_time
from workflow.errors import day
from workflow.plan_changes import ItemEffect, StepDates, StepEffect

NO_DAY: Final = "no date"

_DUE: Final = (("notice_by", "notice by"), ("report_due", "report due"), ("agenda_by", "agenda by"))


def changes(step: StepEffect) -> Iterator[tuple[str, str, str]]:
    """What changes at a step: in words, as it was and as it becomes."""
    was, becomes = step.was, step.becomes
    said = [("state", LABELS.get(was.state, was.state), LABELS.get(becomes.state, becomes.state))]
    said.append(("meets on", _meets(was), _meets(becomes)))
    said += [(words, day_or_none(getattr(was, name)), day_or_none(getattr(becomes, name))) for name, words in _DUE]
    said.append(("takes effect", day_or_none(was.effective), day_or_none(becomes.effective)))
    return (change for change in said if change[1] != change[2])


def finish(item: ItemEffect) -> tuple[str, str]:
    """When the item is done: as it was and as it becomes."""
    return day_or_none(item.was_finish), day_or_none(item.finish)


def lateness(item: ItemEffect) -> str | None:
    """What becomes of its lateness, where something does."""
    if item.late == item.was_late:
        return None
    target = f"; its target is {day(item.target)}" if item.target else ""
    return f"Would become late{target}" if item.late else f"Would no longer be late{target}"


def day_or_none(value: date | None) -> str:
    """A day in words, or that there is none."""
    return day(value) if value else NO_DAY


def _meets(dates: StepDates) -> str:
    at = f" at {at_time(dates.time)}" if dates.meeting and dates.time else ""
    return f"{day_or_none(dates.meeting)}{at}"
