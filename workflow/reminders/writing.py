"""Letters of reminders: what waits for one person goes into one letter, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from workflow.clock import business_date
from workflow.errors import day
from workflow.known import Person
from workflow.letters import INSTALLATION, Letter, worded
from workflow.reminders.told import Told
from workflow.reminders.wording import (
    INFORMS,
    ITEMS,
    asks_of,
    in_full,
    label_of,
    meets,
    post_of,
    reason_of,
    sentence_of,
    subject_of,
)

__all__ = ["hook_letter", "letter_of", "reason_of", "sentence_of", "subject_of"]

ONE: Final = "reminder"
SEVERAL: Final = "reminders"

#: A letter is no longer than about so many lines; what does not fit in is on the page of deadlines.
LONGEST: Final = 100
_AROUND_A_LIST: Final = 4  # heading, sentence, reason and an empty line

#: Kinds whose day says since when, and not until when.
_SINCE: Final = ("idle",)


@dataclass(frozen=True, slots=True)
class Line:
    """One item under a heading. `reason` is "" where all under the heading have the same."""

    title: str
    link: str
    asks: str
    reason: str


@dataclass(frozen=True, slots=True)
class Group:
    """What is said once of one item or several: `label` is what the heading says before it names them."""

    heading: str
    label: str
    sentence: str
    reason: str
    is_late: bool
    lines: tuple[Line, ...]


def letter_of(
    person: Person,
    told: Sequence[Told],
    *,
    installation: str = INSTALLATION,
    address: str,
    now: datetime,
    daily: bool = False,
    invitations: Mapping[str, str] | None = None,
) -> Letter:
    """Everything that one person is to be told now, at least one thing, in one letter.

    `invitations` are to meetings, as iCalendar text by the keys of the messages; a letter carries one, the first.
    """
    told = _once(told)
    groups = _groups(told)
    subject = _subject(groups, told, business_date(now) if daily else None)
    around = {"name": person.name, "installation": installation, "address": address, "heading": subject}
    alone = told[0] if len(told) == 1 and not daily else None
    if alone:
        said = worded(ONE, **around, group=groups[0], late=_late([alone]))
    else:
        shown = list(_cut(groups))
        left_out = len(told) - sum(len(group.lines) for group in shown)
        is_mixed = len({group.is_late for group in groups}) > 1
        said = worded(SEVERAL, **around, groups=shown, late=_late(told), is_mixed=is_mixed, left_out=left_out)
    items = {one.item for one in told}
    return Letter(
        ONE if alone else SEVERAL,
        person.id,
        person.email or "",
        said.subject,
        said.body,
        item=items.pop() if len(items) == 1 else None,
        step=(told[0].step or None) if len(told) == 1 else None,
        html=said.html,
        calendar=next((invitations[one.key] for one in told if one.key in invitations), None) if invitations else None,
    )


def hook_letter(told: Told, hook_id: str) -> Letter:
    """The same for another tool, which many people read: it speaks of posts, and names nobody."""
    of_posts = replace(told, holder_names=(), because="", stands_in_for=None)
    whose = "" if told.kind in INFORMS else f"It is with {post_of(told)}."
    said = " ".join(filter(None, (meets(of_posts), whose)))
    body = "\n".join(filter(None, (sentence_of(of_posts), said, told.link))) + "\n"
    subject = subject_of(of_posts)
    return Letter(ONE, None, hook_id, subject, body, item=told.item, step=told.step or None, channel="webhook")


def _once(told: Sequence[Told]) -> list[Told]:
    """The most urgent first; what two posts of one person are told of the same thing is told once."""
    found: dict[tuple[object, ...], Told] = {}
    for one in sorted(told, key=lambda one: one.because != "holder"):
        found.setdefault((one.kind, one.item, one.step, one.detail, one.day, one.old_day), one)
    return sorted(found.values(), key=_urgency)


def _urgency(told: Told) -> tuple[object, ...]:
    """Overdue before what is due, each by day; what has no day comes behind, and what only lies idle last."""
    lies = told.kind in _SINCE
    return (lies, not told.overdue, told.day or date.max, subject_of(told, ""), told.title, told.key)


def _groups(told: Sequence[Told]) -> list[Group]:
    """What can be said of several items at once: the same kind, forum and day, in the same words."""
    found: dict[tuple[object, ...], list[Told]] = {}
    for one in told:
        key = (one.kind, one.forum, one.late, subject_of(one, ITEMS), sentence_of(one, ITEMS), asks_of(one))
        found.setdefault(key, []).append(one)
    return [_group(together) for together in found.values()]


def _group(told: Sequence[Told]) -> Group:
    first, several = told[0], len(told) > 1
    reasons = [reason_of(one, several) for one in told]
    is_shared = len(set(reasons)) == 1
    lines = [Line(one.title, one.link, asks_of(one), "" if is_shared else reason_of(one)) for one in told]
    named = f"{first.title} and {len(told) - 1} more" if several else ""
    return Group(
        subject_of(first, named),
        label_of(first) if first.day or first.old_day else f"{label_of(first)} ({first.title})",
        sentence_of(first, ITEMS if several else ""),
        reasons[0] if is_shared else "",
        first.late,
        tuple(lines),
    )


def _subject(groups: Sequence[Group], told: Sequence[Told], today: date | None) -> str:
    """What the letter is about: how many reminders, and the first of them; by its title if it has no day."""
    if today is not None:
        return f"Your reminders for {in_full(today)}"
    if len(groups) == 1:
        return groups[0].heading
    late = "late " if all(group.is_late for group in groups) else ""
    return f"{len(told)} {late}reminders: {groups[0].label}, and more"


def _cut(groups: Sequence[Group]) -> Iterator[Group]:
    """As many as a letter has room for."""
    room = LONGEST
    for group in groups:
        room -= _AROUND_A_LIST
        fits = max(room, 0) // (_lines_each(group))
        if fits == 0:
            return
        yield replace(group, lines=group.lines[:fits])
        room -= _lines_each(group) * min(fits, len(group.lines))


def _lines_each(group: Group) -> int:
    if len(group.lines) == 1:
        return 1
    return 2 if group.reason else 3


def _late(told: Sequence[Told]) -> str:
    """When those that come late should have come; "" if none does."""
    days = sorted({business_date(one.due_at) for one in told if one.late})
    if not days:
        return ""
    first, last = days[0], days[-1]
    if first == last:
        return f"on {day(first)}"
    begins = day(first)
    if first.year == last.year:
        begins = f"{first.day}" if first.month == last.month else f"{first.day} {first:%B}"
    return f"between {begins} and {day(last)}"
