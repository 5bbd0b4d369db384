"""How letters leave the house. Which way is decided where the program starts; the outbox only knows a Mailer."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Protocol


class MailFailed(Exception):
    """A letter could not be handed over; the sentence says why. It will be tried again."""


class Mailer(Protocol):
    """Hands one letter over, or raises MailFailed."""

    def send(self, message: EmailMessage) -> None: ...
