"""Test mode: nothing leaves the house. Letters are settled all the same, and stay in the outbox to be looked at."""

from __future__ import annotations

from email.message import EmailMessage

from workflow.mail import Note


class Nobody:
    """Takes every letter and gives it to nobody."""

    name = "nobody"

    def send(self, message: EmailMessage) -> None:
        """Nothing is handed over."""

    def post(self, note: Note) -> None:
        """Nothing is handed over."""
