"""The outcomes that answer what a forum was asked, and drafts of what its minutes say.

Nothing here is a rule: `workflow/use_cases/outcomes.py` judges what is recorded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from routes.words import ASKS, OUTCOMES, strength_of
from workflow.past_tense import PARTICIPLES, resolution

_DEFERRED: Final = "RESOLVED: That consideration of the report be deferred"


def wording_for(outcome: str, ask: str | None, recommendations: Sequence[str], until: str | None = None) -> str:
    """A draft of the minutes for an outcome: the recommendations where they were carried, else what was done."""
    if outcome == "deferred":
        return f"{_DEFERRED} until {until}." if until else f"{_DEFERRED}."
    if outcome == "referred-back":
        return "RESOLVED: That the report be referred back."
    if outcome == "rejected":
        return "RESOLVED: That the recommendations be rejected."
    if OUTCOMES[outcome] < ASKS.get(ask or "", 0):
        return f"RESOLVED: That the report be {outcome}."
    return resolution(recommendations, ask)


def is_deferral_draft(wording: str) -> bool:
    """Whether this is the draft of a deferral, until whenever."""
    return re.fullmatch(rf"{re.escape(_DEFERRED)}(?: until [^.\n]{{1,60}})?\.", wording) is not None


@dataclass(frozen=True, slots=True)
class Choice:
    """One outcome that can be recorded; `meaning` says what it does where its name alone does not."""

    outcome: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Outcomes that lead the same way."""

    heading: str
    choices: tuple[Choice, ...]


_USUAL: Final = (
    "agreed",
    "approved",
    "decided",
    "endorsed",
    "recommended",
    "supported",
    "noted",
    "received",
    "discussed",
)
#: The outcome in which a forum does exactly what it was asked.
OUTCOME_OF: Final = {"consult": "consulted"} | {ask: PARTICIPLES[ask] for ask in ASKS}


def choices(kind: str, ask: str | None, form: str | None, back_to: str | None, also: str | None = None) -> list[Group]:
    """The outcomes that make sense for what a forum was asked, in the order in which a clerk looks for them.

    `back_to` names who a referral back goes to; `also` is one that is on record and has to be offered.
    """
    if kind == "consultation":
        return [
            Group(
                "",
                (Choice("consulted", "The consultation is over."), Choice("deferred", "It goes on, or begins later.")),
            )
        ]
    wanted = ASKS[ask or "note"]
    own = OUTCOME_OF[ask or "note"]
    words = [own, *(word for word in (*_USUAL, also) if word in OUTCOMES and word != own)]
    words = list(dict.fromkeys(str(word) for word in words))
    reaching = [word for word in words if (strength_of(word, form) or 0) >= wanted]
    reaching.sort(key=lambda word: word != own and OUTCOMES[word])
    weaker = [word for word in words if word not in reaching]
    if kind == "individual":  # who decides alone approves or returns
        reaching, weaker = [word for word in reaching if word in (own, also)], []
    groups = [Group("What was asked", tuple(_reaching(word, own, form) for word in reaching))]
    if weaker:
        less = f"Less than the “{ask}” that was asked."
        groups.append(Group("Less than was asked", tuple(Choice(word, less) for word in weaker)))
    groups.append(Group("Not settled, or not carried", _unsettled(back_to)))
    return groups


def _reaching(word: str, own: str, form: str | None) -> Choice:
    if word == own:
        return Choice(word, "As asked.")
    if form is not None and OUTCOMES[word] > (strength_of(word, form) or 0):
        return Choice(word, "Counts as an endorsement: this forum advises.")
    return Choice(word)


def _unsettled(back_to: str | None) -> tuple[Choice, ...]:
    goes = f"It goes back to {back_to} and then comes here again." if back_to else "The report returns to its author."
    return (
        Choice("deferred", "It is asked again at a later meeting."),
        Choice("referred-back", goes),
        Choice("rejected", "It was not carried."),
    )


#: What the written record of a decision taken alone has to say (SI 2012/2089, regulations 12 and 13).
STATEMENT: Final = {
    "decision": "Decision",
    "reasons": "Reasons",
    "alternatives": "Alternatives considered",
    "interests": "Interests declared",
}

_LABELS: Final = re.compile(rf"^({'|'.join(STATEMENT.values())}):[ \n]?", re.MULTILINE)


def statement(parts: Mapping[str, str]) -> str:
    """The written statement of a decision taken alone, each part under its label; parts without words are left out."""
    said = [f"{label}:\n{parts[name].strip()}" for name, label in STATEMENT.items() if parts.get(name, "").strip()]
    return "\n\n".join(said)


def parts_of_statement(wording: str) -> dict[str, str]:
    """The parts of a written statement; a text without labels is all decision."""
    found = _LABELS.split(wording)
    names = {label: name for name, label in STATEMENT.items()}
    parts = {"decision": found[0].strip()} if found[0].strip() else {}
    for label, said in zip(found[1::2], found[2::2], strict=True):
        parts.setdefault(names[label], said.strip())
    return parts
