"""Recommendations as minutes report them: “Agree the preferred option” becomes “That the preferred option be agreed”.

Nothing here is a rule. What is offered is a draft, which the clerk amends until it reads as the minutes do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

#: Verbs that recommendations begin with, and how minutes report them.
PARTICIPLES: Final = {
    "accept": "accepted", "acknowledge": "acknowledged", "add": "added", "adopt": "adopted", "agree": "agreed",
    "agree to": "agreed to", "allocate": "allocated", "amend": "amended", "appoint": "appointed",
    "approve": "approved", "ask": "asked", "authorise": "authorised", "award": "awarded", "cease": "ceased",
    "close": "closed", "comment on": "commented on", "commission": "commissioned", "confirm": "confirmed",
    "consider": "considered", "consult": "consulted", "consult on": "consulted on", "continue": "continued",
    "create": "created", "decide": "decided", "decide on": "decided on", "declare": "declared",
    "delegate": "delegated", "designate": "designated", "determine": "determined", "develop": "developed",
    "direct": "directed", "discuss": "discussed", "dispose of": "disposed of", "dissolve": "dissolved",
    "endorse": "endorsed", "enter into": "entered into", "establish": "established", "explore": "explored",
    "extend": "extended", "fund": "funded", "grant": "granted", "implement": "implemented", "increase": "increased",
    "instruct": "instructed", "introduce": "introduced", "investigate": "investigated", "invite": "invited",
    "issue": "issued", "maintain": "maintained", "monitor": "monitored", "nominate": "nominated", "note": "noted",
    "oversee": "overseen", "permit": "permitted", "prepare": "prepared", "proceed with": "proceeded with",
    "procure": "procured", "publish": "published", "purchase": "purchased", "ratify": "ratified",
    "receive": "received", "recognise": "recognised", "recommend": "recommended", "reduce": "reduced",
    "refer": "referred", "reject": "rejected", "release": "released", "remove": "removed", "renew": "renewed",
    "request": "requested", "review": "reviewed", "scrutinise": "scrutinised", "sell": "sold", "set": "set",
    "set up": "set up", "sign off": "signed off", "submit": "submitted", "support": "supported",
    "terminate": "terminated", "transfer": "transferred", "undertake": "undertaken", "update": "updated",
    "vary": "varied", "waive": "waived", "welcome": "welcomed", "withdraw": "withdrawn",
}  # fmt: skip

#: Verbs that take somebody or something *to* a place, a post or a task: what is moved comes first.
_TAKES_TO: Final = {
    "add": (" to ",),
    "allocate": (" to ", " for "),
    "appoint": (" to ", " as ", " on ", " until ", " for "),
    "ask": (" to ", " that ", " whether "),
    "authorise": (" to ",),
    "award": (" to ",),
    "consult": (" on ", " about "),
    "delegate": (" to ",),
    "designate": (" as ",),
    "direct": (" to ", " that "),
    "grant": (" to ",),
    "instruct": (" to ",),
    "invite": (" to ",),
    "nominate": (" to ", " as ", " for "),
    "recommend": (" to ",),
    "refer": (" back to ", " to ", " for "),
    "release": (" to ", " from "),
    "remove": (" from ",),
    "request": (" to ",),
    "submit": (" to ",),
    "transfer": (" to ", " from "),
}

#: What qualifies a whole resolution and stands at its end.
_QUALIFIES: Final = re.compile(
    r",? (?=(?:subject to|with effect from|provided that|on condition that|in accordance with|as amended|"
    r"as set out|as detailed|for the reasons)\b)"
)

_NUMBERING: Final = re.compile(r"^\s*(?:\(?(?:\d+|[ivxlcdm]+|[a-z])[.)]|\d+\.\d+|[•*–-])\s+")
_PREAMBLE: Final = re.compile(
    r"^(?:(?:the|that the)\b[^.:;]{0,80}?\b(?:is|are|be)\s+(?:asked|recommended|requested|invited|required)\s+to:?\s+"
    r"|it is recommended (?:that|to)\s+|to\s+)",
    re.IGNORECASE,
)
_IS_CLAUSE: Final = re.compile(r"^(?:that|to|whether|how|when|which|what|in principle)\b")
_ALREADY: Final = re.compile(r"\b(?:be|is|are|was|were)\s+\w+", re.IGNORECASE)
_SENTENCE_ENDS: Final = re.compile(r"(?<=\w{3})(?<!\bNos)(?<!\bvol)\.\s+(?=[A-Z])|\n")
_BEGINS_A_THING: Final = r"(?:the|that|a|an|this|these|its|their|any|all|to|no|one|two|three|£?\d)\b"


def resolution(recommendations: Sequence[str], ask: str | None = None) -> str:
    """The resolution that carries these recommendations, several of them numbered; "" where there are none.

    `ask` is what the forum was asked to do: it names what was done with a recommendation that begins with no verb
    known here.
    """
    clauses = [clause for text in recommendations if (clause := in_the_past_tense(text, ask))]
    if not clauses:
        return ""
    if len(clauses) == 1:
        return f"RESOLVED: That {_ended(clauses[0])}"
    return "\n".join(["RESOLVED: That:", *(f"{n}. {_ended(clause)}" for n, clause in enumerate(clauses, 1))])


def in_the_past_tense(recommendation: str, ask: str | None = None) -> str:
    """“Agree the preferred option” as “the preferred option be agreed”; "" for an empty one."""
    first, rest = _first_sentence(_NUMBERING.sub("", recommendation.strip()).strip())
    if not first:
        return ""
    clause = _clause(first, ask)
    return f"{clause}. {rest}" if rest else clause


def _clause(sentence: str, ask: str | None) -> str:
    said = _PREAMBLE.sub("", sentence)
    if said.lower().startswith("that "):
        return said[5:]
    parts = _several(said)
    found = [_passive(part) for part in parts]
    if all(found):
        return " and ".join(str(part) for part in found)
    if _passive(said):
        return str(_passive(said))
    if said != sentence and _ALREADY.search(said):
        return said  # “It is recommended that the plan be agreed”
    done = PARTICIPLES.get(ask or "", "agreed")
    return f"the recommendation “{said}” be {done}"


def _several(said: str) -> list[str]:
    """“Endorse the appraisal and agree the option” is two; “advice and support” is one."""
    verbs = "|".join(sorted(PARTICIPLES, key=len, reverse=True))
    return re.split(rf",? and (?=(?:{verbs}) {_BEGINS_A_THING})", said)


def _passive(said: str) -> str | None:
    """One clause turned round; None where its verb is not known here."""
    how, verbs, rest = _verbs(said)
    if not verbs or not rest:
        return None
    done = _listed([PARTICIPLES[verb] for verb in verbs])
    done = f"be {how} {done}" if how else f"be {done}"
    if _IS_CLAUSE.match(rest):
        return f"it {done} {rest}"
    head, colon, listed = rest.partition(":")
    if colon and listed.strip():
        return f"{head} {done}:{listed}"
    thing, tail = _divided(rest, verbs[-1])
    return f"{thing} {done}{tail}"


def _verbs(said: str) -> tuple[str, list[str], str]:
    """An adverb if one leads, the verbs (“note and endorse”), and what they are about."""
    words = said.split(" ")
    how = ""
    if len(words) > 1 and words[0].lower().endswith("ly") and _verb_at(words[1:]):
        how, words = words[0].lower(), words[1:]
    found: list[str] = []
    while verb := _verb_at(words):
        found.append(verb)
        taken, words = words[: len(verb.split())], words[len(verb.split()) :]
        follows = taken[-1].endswith(",")  # “note, comment on and endorse”
        if words and words[0].lower() == "and" and _verb_at(words[1:]):
            words = words[1:]
        elif not follows:
            break
    return how, found, " ".join(words).strip()


def _verb_at(words: Sequence[str]) -> str | None:
    """The known verb with which these words begin, two words long where such a one is known."""
    plain = [word.lower().rstrip(",") for word in words[:2]]
    two = " ".join(plain)
    if two in PARTICIPLES and not (two == "agree to" and _is_infinitive(words[2:])):
        return two
    return plain[0] if plain and plain[0] in PARTICIPLES else None


def _is_infinitive(after: Sequence[str]) -> bool:
    """“agree to enter into” and not “agree to the plan”."""
    return bool(after) and not re.match(_BEGINS_A_THING, after[0])


def _divided(rest: str, verb: str) -> tuple[str, str]:
    """What something is done to, and what stands behind the verb: “the plan” and “, subject to funding”."""
    places = [found for sign in _TAKES_TO.get(verb, ()) if (found := rest.find(sign)) > 0]
    if qualified := _QUALIFIES.search(rest):
        places.append(qualified.start())
    if not places:
        return rest, ""
    return rest[: min(places)], rest[min(places) :]


def _first_sentence(text: str) -> tuple[str, str]:
    parts = _SENTENCE_ENDS.split(text, maxsplit=1)
    rest = parts[1].strip() if len(parts) > 1 else ""
    if len(parts) > 1 and parts[0].rstrip().endswith(":"):  # a list that follows belongs to it
        return text.rstrip(" .;,"), ""
    return parts[0].strip().rstrip(".;,"), rest


def _ended(clause: str) -> str:
    return clause if clause.endswith((".", "!", "?")) else f"{clause}."


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
