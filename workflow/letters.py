"""Letters: what is written to people, in words that stand in `wording/`.

A wording is two templates side by side: `.txt` with the blocks subject and text, `.html` with the same as a page. What
is filled in is text and is never read as a template; each of it fits on one line.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from workflow.known import Person

if TYPE_CHECKING:
    from jinja2 import Environment

INSTALLATION = "Decision Routes"
SENDER = "decision-routes@localhost"


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to one person. `secret`: it holds a link that lets its holder in, so it is not kept once sent.

    `to` is an e-mail address; of a letter that goes to another tool (channel webhook) it is the id of the webhook.
    """

    kind: str
    person: str | None
    to: str
    subject: str
    body: str
    secret: bool = False
    item: str | None = None
    step: str | None = None
    html: str | None = None
    calendar: str | None = None  # an invitation that comes with it, as iCalendar text
    channel: str = "mail"


@dataclass(frozen=True, slots=True)
class Worded:
    """A wording with its words: the subject in one line, the text, and the same as a page."""

    subject: str
    body: str
    html: str


def invitation(person: Person, to: str, link: str, installation: str = INSTALLATION) -> Letter:
    """Somebody is given an account and sets a password."""
    return _with_link("invitation", person, to, link, installation)


def reset(person: Person, to: str, link: str, installation: str = INSTALLATION) -> Letter:
    """Somebody wants another password."""
    return _with_link("reset", person, to, link, installation)


def worded(kind: str, **words: object) -> Worded:
    """The wording with this name. Raises jinja2.UndefinedError if a word that it needs is not given."""
    plain = _wordings().get_template(f"{kind}.txt")
    subject = one_line("".join(plain.blocks["subject"](plain.new_context(words))))
    body = "".join(plain.blocks["text"](plain.new_context(words))).strip() + "\n"
    page = _wordings().get_template(f"{kind}.html").render(words, subject=subject)
    return Worded(subject, body, page.strip() + "\n")


def written(name: str, **words: object) -> str:
    """A wording that is no letter, as plain text. Raises jinja2.UndefinedError if a word that it needs is not given."""
    return _wordings().get_template(f"{name}.txt").render(words)


def one_line(text: str) -> str:
    """Text that fits into the head of a letter: no line ends, nothing that does not print."""
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(text.split())


def _with_link(kind: str, person: Person, to: str, link: str, installation: str) -> Letter:
    said = worded(kind, name=person.name, sign_in=to, link=link, installation=installation)
    return Letter(kind, person.id, to, said.subject, said.body, secret=True, html=said.html)


def _filled_in(value: object) -> object:
    """Names and titles are written by people: none of them begins a line of its own in a letter."""
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _wordings() -> Environment:
    from jinja2 import (
        Environment,
        PackageLoader,
        StrictUndefined,
        select_autoescape,
    )  # commands that write none load none

    return Environment(
        loader=PackageLoader("workflow", "wording"),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False, default_for_string=True),
        undefined=StrictUndefined,
        finalize=_filled_in,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
