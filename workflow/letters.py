"""Letters: what is written to people, in words that stand in `wording/`.

The first line of a wording is its subject, the rest its text; `$words` are filled in, and never read again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Template

from workflow.known import Person

INSTALLATION = "Decision Routes"


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to one person. `secret`: it holds a link that lets its holder in, so it is not kept once sent."""

    kind: str
    person: str | None
    to: str
    subject: str
    body: str
    secret: bool = False
    item: str | None = None
    step: str | None = None


def invitation(person: Person, to: str, link: str, installation: str = INSTALLATION) -> Letter:
    """Somebody is given an account and sets a password."""
    return _with_link("invitation", person, to, link, installation)


def reset(person: Person, to: str, link: str, installation: str = INSTALLATION) -> Letter:
    """Somebody wants another password."""
    return _with_link("reset", person, to, link, installation)


def worded(kind: str, **words: str) -> tuple[str, str]:
    """Subject and text of the wording with this name. KeyError if a word that it needs is not given."""
    text = _wording(kind).substitute(words)
    subject, _, body = text.partition("\n")
    return one_line(subject.removeprefix("Subject: ")), body.strip() + "\n"


def one_line(text: str) -> str:
    """Text that fits into the head of a letter: no line ends, nothing that does not print."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _with_link(kind: str, person: Person, to: str, link: str, installation: str) -> Letter:
    words = {"name": one_line(person.name), "sign_in": to, "link": link, "installation": one_line(installation)}
    subject, body = worded(kind, **words)
    return Letter(kind, person.id, to, subject, body, secret=True)


@cache
def _wording(kind: str) -> Template:
    found = resources.files("workflow").joinpath("wording", f"{kind}.txt").read_text(encoding="utf-8")
    return Template(found)
