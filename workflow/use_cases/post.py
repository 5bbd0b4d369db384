"""What administrators do about letters: have given-up ones tried again, and say which other tools are told."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import delete, select, update

from config.settings import THIS_MACHINE
from models.outbox import letters
from models.reminders import hooks
from workflow import outbox
from workflow.authority import Matter, require
from workflow.doing import Doing
from workflow.errors import AlreadyDecided, Refused, Unknown
from workflow.letters import Letter, one_line
from workflow.queries.post import can_go_again
from workflow.shelf import chunks
from workflow.use_cases.acting import Done

TEST: Final = "webhook-test"
REMOVED: Final = "The webhook was removed."

LONGEST_NAME: Final = 100
LONGEST_ADDRESS: Final = 1000  # characters
SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Letters that were given up and are to be tried again; None: all that can be."""

    by: str | None
    letter: str | None = None


@dataclass(frozen=True, slots=True)
class NewHook:
    """A webhook to be added; `forum` None: it is told of every forum."""

    by: str | None
    name: str
    url: str
    forum: str | None = None


@dataclass(frozen=True, slots=True)
class HookAct:
    """Something to be done with a webhook; `what`: test, disable, enable or remove."""

    by: str | None
    hook: str
    what: str


@dataclass(frozen=True, slots=True)
class Made:
    """A webhook that was added, with its secret, which nobody is shown again."""

    sentence: str
    hook: str
    secret: str


def try_again(do: Doing, form: TryAgain) -> Done:
    """An administrator has letters that were given up tried again, as if they had just been written."""
    require(do, "set up", Matter())
    query = select(letters.c.id).where(can_go_again())
    if form.letter is not None:
        query = query.where(letters.c.id == form.letter)
    found = list(do.db.execute(query.order_by(letters.c.id)).scalars())
    if not found:
        raise _nothing_to_try(do, form.letter)
    for chunk in chunks(found):
        outbox.retry(do, chunk)
    if form.letter is not None:
        return Done("The letter is tried again at once.")
    return Done(f"{len(found)} letter{' is' if len(found) == 1 else 's are'} tried again, the oldest first.")


def add_webhook(do: Doing, form: NewHook) -> Made:
    """An administrator has another tool told of what people are told of, of one forum or of all."""
    require(do, "set up", Matter())
    name, url = one_line(form.name)[:LONGEST_NAME], form.url.strip()
    if not name:
        raise Refused("Enter a name by which administrators know the webhook")
    if (fault := address_fault(url)) is not None:
        raise Refused(fault)
    if form.forum is not None and form.forum not in do.known.world.forums:
        raise Unknown("There is no such forum. Choose one of the list.")
    _must_not_be_told_twice(do, url, form.forum)
    secret = f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"
    row = {
        "id": secrets.token_hex(16),
        "name": name,
        "url": url,
        "secret": secret,
        "forum": form.forum,
        "created_at": do.now,
        "disabled": False,
    }
    do.keep(hooks, row)
    return Made(f"{name} is added.", str(row["id"]), secret)


def change_webhook(do: Doing, form: HookAct) -> Done:
    """An administrator tries a webhook, has it told nothing for a while, or takes it away."""
    require(do, "set up", Matter())
    hook = do.db.execute(select(hooks).where(hooks.c.id == form.hook).with_for_update()).one_or_none()
    if hook is None:
        raise Unknown("There is no such webhook: somebody may have removed it. Look in the list of webhooks.")
    this_one = hooks.c.id == hook.id
    if form.what == "test":
        if hook.disabled:
            raise Refused(f"{hook.name} is disabled, so nothing is sent there. Enable it first.")
        outbox.enqueue(do, _test(hook.id, hook.name, do.address))
        return Done(f"A test is on its way to {hook.name}. The list of letters says whether it arrived.")
    if form.what in ("disable", "enable"):
        do.db.execute(update(hooks).where(this_one).values(disabled=form.what == "disable"))
        return Done(f"{hook.name} {'is told nothing from now on' if form.what == 'disable' else 'is told again'}.")
    if form.what == "remove":
        _give_up_letters_to(do, hook.id)
        do.db.execute(delete(hooks).where(this_one))
        return Done(f"{hook.name} is removed. Its secret is no longer used.")
    raise Refused("That is nothing that can be done with a webhook. Go back to its page.")


def address_fault(url: str) -> str | None:
    """Why something cannot be the address of a webhook, in a sentence; None if it can."""
    example = "write one such as https://chat.example.org/hooks/governance"
    if not url.isascii() or not url.isprintable() or " " in url:
        return f"The address holds characters that no address has: {example}"
    if len(url) > LONGEST_ADDRESS:
        return f"The address is longer than {LONGEST_ADDRESS} characters"
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return f"That is no address: {example}"
    if parts.scheme not in ("https", "http") or not host:
        return f"That is no address: {example}"
    if parts.scheme == "http" and host not in THIS_MACHINE:
        return "The address has to begin with https:// so that nobody reads on the way what is sent"
    if parts.username is not None or parts.password is not None:
        return "Leave name and password out of the address: what is sent is signed instead"
    return None


def _nothing_to_try(do: Doing, letter: str | None) -> Exception:
    if letter is None:
        return AlreadyDecided("No given-up letter can be tried again: somebody else may have done it just now.")
    row = do.db.execute(select(letters).where(letters.c.id == letter)).one_or_none()
    if row is None:
        return Unknown("There is no such letter. Look in the list of letters.")
    if row.given_up_at is None or row.sent_at is not None:
        return AlreadyDecided("This letter is not given up: it was sent, or is being tried again already.")
    if row.secret:
        return Refused("The link that this letter held is no longer kept. Send a new one from the page of the person.")
    return Refused("The webhook that this was for is no longer there.")


def _must_not_be_told_twice(do: Doing, url: str, forum: str | None) -> None:
    for other in do.db.execute(select(hooks.c.name, hooks.c.forum).where(hooks.c.url == url)):
        if other.forum is None or forum is None or other.forum == forum:
            raise Refused(f"“{other.name}” has this address already, and would be told twice. Remove that one first.")


def _test(hook: str, name: str, address: str) -> Letter:
    body = f"This is a test of the webhook “{name}”. Nothing has happened, and nothing is to be done.\n\n{address}\n"
    return Letter(TEST, None, hook, f"A test of the webhook “{name}”", body, channel="webhook")


def _give_up_letters_to(do: Doing, hook: str) -> None:
    """What still waits for a webhook that is taken away can never arrive."""
    waiting = letters.c.sent_at.is_(None), letters.c.given_up_at.is_(None)
    theirs = letters.c.channel == "webhook", letters.c.to == hook
    do.db.execute(update(letters).where(*waiting, *theirs).values(given_up_at=do.now, last_failure=REMOVED))
