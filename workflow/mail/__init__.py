"""How letters leave the house. Which way is decided where the program starts; the outbox only knows Mailers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from threading import Thread
from typing import Protocol


class MailFailed(Exception):
    """A letter could not be handed over; the sentence says why. It will be tried again."""

    tries: int | None = None  # how often it is worth trying; None: as often as any


class AddressRefused(MailFailed):
    """Whoever would have to take it says that there is no such address. It is given up sooner."""

    tries = 3


class NobodyThere(MailFailed):
    """There is nobody any more to whom it could go, so it is given up at once."""

    tries = 1


class PostClosed(MailFailed):
    """Nothing at all can be handed over this way at present, so the other letters wait as well."""


class Mailer(Protocol):
    """Hands one letter over, or raises MailFailed. `name` is kept with the letter: the way it went."""

    @property
    def name(self) -> str: ...

    def send(self, message: EmailMessage) -> None: ...


@dataclass(frozen=True, slots=True)
class Note:
    """What another tool is told. `id` is that of the letter; `at` is the moment for which it is signed."""

    id: str
    at: datetime
    url: str = field(repr=False)  # such addresses let whoever knows them post
    secret: str = field(repr=False)
    said: dict[str, str | None]


class Poster(Protocol):
    """Hands one note over to another tool, or raises MailFailed."""

    @property
    def name(self) -> str: ...

    def post(self, note: Note) -> None: ...


def _webhooks() -> Poster:
    from workflow.mail.webhook import Webhooks  # takes longer to load than most commands take to run

    return Webhooks()


@dataclass(frozen=True)
class Mailers:
    """The ways that letters leave this installation: to people, and to other tools."""

    mail: Mailer
    webhook: Poster = field(default_factory=_webhooks)


def within(seconds: float, work: Callable[[], None]) -> None:
    """Do this, but wait no longer than so many seconds, whatever it waits for: then MailFailed, and it is left behind.

    Libraries limit each wait for the other side, not the sum of them: a server that says one letter a second
    would hold up everybody else's post.
    """
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as err:
            failed.append(err)

    thread = Thread(target=run, name="handing a letter over", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise MailFailed(f"That took longer than {seconds:g} seconds. Whether it went out is not known.")
    if failed:
        raise failed[0]
