"""How the effect of an act is put into words: on pages, and printed by commands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from web.words import LABELS, at_time
from workflow.effects import ItemEffect, StepDates, StepEffect
from workflow.errors import day

NO_DAY: Final = "no date"

_DUE: Final = (("notice_by", "notice by"), ("report_due", "report due"), ("agenda_by", "agenda by"))


def changes(step: StepEffect) -> Iterator[tuple[str, str, str]]:
    """What changes at a step: in words, as it was and as it becomes."""
    was, becomes = step.was, step.becomes
    said = [("state", LABELS.get(was.state, was.state), LABELS.get(becomes.state, becomes.state))]
    said.append(("meets on", _meets(was), _meets(becomes)))
    said += [(words, in_days(getattr(was, name)), in_days(getattr(becomes, name))) for name, words in _DUE]
    said.append(("takes effect", in_days(was.effective), in_days(becomes.effective)))
    return (change for change in said if change[1] != change[2])


def finish(item: ItemEffect) -> tuple[str, str]:
    """When the item is done: as it was and as it becomes."""
    return in_days(item.was_finish), in_days(item.finish)


def lateness(item: ItemEffect) -> str | None:
    """What becomes of its lateness, where something does."""
    if item.late == item.was_late:
        return None
    target = f"; its target is {day(item.target)}" if item.target else ""
    return f"Would become late{target}" if item.late else f"Would no longer be late{target}"


def in_days(value: date | None) -> str:
    """A day in words, or that there is none."""
    return day(value) if value else NO_DAY


def _meets(dates: StepDates) -> str:
    at = f" at {at_time(dates.time)}" if dates.meeting and dates.time else ""
    return f"{in_days(dates.meeting)}{at}"
