"""Drafts of the notices that the rules ask for, in wordings that stand in `wording/notice-….txt`.

A draft says what is on record. What is not known is a gap, marked so that nobody publishes it by mistake, and never
made up. Of a matter in Part II it tells only its public description, the paragraph and the reason: a notice is public.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from workflow.errors import Unknown, day
from workflow.letters import written

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

_GAP: Final = re.compile(r"(\[TO COMPLETE: [^\]]*\])")


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
    """A heading, "" for what comes first, and its paragraphs; a paragraph may be a list, a line each."""

    heading: str
    paragraphs: tuple[str, ...]


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
        return tuple(_GAP.findall(self.text))


def drafted(kind: str, facts: Facts, cautions: Sequence[str] = ()) -> Draft:
    """The notice of this kind, filled from what is on record."""
    if kind not in TITLES:
        raise Unknown(f"There is no notice “{kind[:60]}”. Those there are: {', '.join(TITLES)}.")
    plain = written(f"notice-{kind}", facts=facts, gap=gap, day=day, when=_when(facts))
    title, sections = _read(plain)
    return Draft(kind, title, sections, tuple(cautions))


def gap(what: str) -> str:
    """A place that somebody has to fill in."""
    return f"[TO COMPLETE: {what}]"


def pieces(paragraph: str) -> list[tuple[str, bool]]:
    """A paragraph in pieces, each with whether it is a gap."""
    return [(piece, bool(_GAP.fullmatch(piece))) for piece in _GAP.split(paragraph) if piece]


def _when(facts: Facts) -> str:
    if facts.meets_on is not None:
        return f"{day(facts.meets_on)} at {facts.time}" if facts.time else day(facts.meets_on)
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
        Section(heading, tuple("\n".join(lines) for lines in paragraphs if lines)) for heading, paragraphs in sections
    )
    return title, tuple(section for section in made if section.heading or section.paragraphs)
