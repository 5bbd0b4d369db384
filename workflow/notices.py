"""Drafts of the notices that the rules ask for, in wordings that stand in `wording/notice-….txt`.

A draft says what is on record. What is not known is a gap, marked so that nobody publishes it by mistake, and never
made up. Of a matter in Part II it tells only its public description, the paragraph and the reason: a notice is public.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from markupsafe import Markup

from workflow.errors import Unknown, day
from workflow.letters import one_line, written
from workflow.reminders.wording import at_time

#: What can be drafted, as headings say it.
TITLES: Final[Mapping[str, str]] = {
    "key-decision-notice": "Notice of a key decision",
    "private-notice": "Notice of a private meeting",
    "private-notice-again": "Second notice of a private meeting",
    "general-exception": "Notice of a general exception",
    "special-urgency": "Notice of special urgency",
    "urgent-item": "Minute of an urgent item",
    "call-in-waiver": "Waiver of call-in",
}

#: In which of an item's `fields` its public description stands, where its title is exempt.
PUBLIC_DESCRIPTION: Final = "public_description"

#: Around a gap, and between paragraphs: signs that do not print, so that nobody can have written them.
_OPENS, _CLOSES, _PARAGRAPH = "\ue000", "\ue001", "\ue002"
_GAP: Final = re.compile(f"{_OPENS}([^{_CLOSES}]*){_CLOSES}")
_MARKS: Final = str.maketrans("", "", _OPENS + _CLOSES + _PARAGRAPH)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a draft is filled from. None: not on record.

    `matter` is how the matter may be called in public. `grounds` say why it is private, None for what is public.
    `on`, `agreed_by`, `reason`, `representations` and `response` are those of the formality itself, `on_key_notice`
    the day of the notice of the key decision. `planned_on` is a day that no meeting has settled yet.
    """

    organisation: str
    is_council: bool
    forum: str
    decision_maker: str
    is_individual: bool
    members: Sequence[str]
    matter: str | None
    is_key: bool
    is_private: bool
    grounds: str | None
    exempt_reason: str | None
    meets_on: date | None
    time: str | None
    planned_on: date | None
    documents: Sequence[str]
    on: date | None
    agreed_by: str | None
    reason: str | None
    representations: str | None
    response: str | None
    days_of_notice: int
    exception_days: str
    earliest: date | None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, "" for what comes first, and its paragraphs with their gaps marked; a list has a line each."""

    heading: str
    marked: tuple[str, ...]

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """As they are read."""
        return tuple(paragraph.translate(_MARKS) for paragraph in self.marked)


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice as far as it can be written. `cautions` say what to see to before it is published."""

    kind: str
    title: str
    sections: tuple[Section, ...]
    cautions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The notice as plain text."""
        said = [self.title.upper()]
        for section in self.sections:
            said += [section.heading] if section.heading else []
            said += section.paragraphs
        return "\n\n".join(said) + "\n"

    @property
    def gaps(self) -> tuple[str, ...]:
        """What is still to be completed, in order."""
        return tuple(
            gap for section in self.sections for paragraph in section.marked for gap in _GAP.findall(paragraph)
        )


def drafted(kind: str, facts: Facts, cautions: Sequence[str] = ()) -> Draft:
    """The notice of this kind, filled from what is on record."""
    if kind not in TITLES:
        raise Unknown(f"There is no notice “{kind[:60]}”. Those there are: {', '.join(TITLES)}.")
    plain = written(f"notice-{kind}", facts=_in_paragraphs(facts), gap=gap, day=day, when=_when(facts))
    title, sections = _read(plain)
    return Draft(kind, title, sections, tuple(cautions))


def gap(what: str) -> str:
    """A place that somebody has to fill in."""
    return Markup(f"{_OPENS}[TO COMPLETE: {what}]{_CLOSES}")  # into plain text, as it is


def pieces(marked: str) -> list[tuple[str, bool]]:
    """A paragraph of a section in pieces, each with whether it is a gap."""
    return [(piece, number % 2 == 1) for number, piece in enumerate(_GAP.split(marked)) if piece]


def _in_paragraphs(facts: Facts) -> Facts:
    """The same, with what people wrote in its paragraphs, each of which fits on one line."""
    return replace(
        facts,
        exempt_reason=_paragraphs(facts.exempt_reason),
        reason=_paragraphs(facts.reason),
        representations=_paragraphs(facts.representations),
        response=_paragraphs(facts.response),
    )


def _paragraphs(said: str | None) -> str | None:
    if said is None:
        return None
    found = (one_line(paragraph) for paragraph in re.split(r"\n\s*\n", said))
    return Markup(_PARAGRAPH.join(paragraph for paragraph in found if paragraph))


def _when(facts: Facts) -> str:
    if facts.meets_on is not None:
        return f"{day(facts.meets_on)} at {at_time(facts.time)}" if facts.time else day(facts.meets_on)
    if facts.planned_on is not None:
        return gap(f"the day, or the period within which it is to be decided; planned for {day(facts.planned_on)}")
    return gap("the day, or the period within which it is to be decided")


def _read(plain: str) -> tuple[str, tuple[Section, ...]]:
    """A wording by its marks: “# ” before the title, “## ” before a heading, an empty line between paragraphs."""
    title = ""
    sections: list[tuple[str, list[list[str]]]] = [("", [[]])]
    for line in plain.splitlines():
        if line.startswith("## "):
            sections.append((line[3:].strip(), [[]]))
        elif line.startswith("# ") and not title:
            title = line[2:].strip()
        elif not line.strip():
            sections[-1][1].append([])
        else:
            sections[-1][1][-1].append(line.strip())
    made = (
        Section(heading, tuple(part for lines in paragraphs if lines for part in "\n".join(lines).split(_PARAGRAPH)))
        for heading, paragraphs in sections
    )
    return title, tuple(section for section in made if section.heading or section.marked)
