"""Letters as files: each an .eml that mail programs open. Only the owner of the folder may read them."""

from __future__ import annotations

import os
import re
from email.message import EmailMessage
from pathlib import Path
from threading import get_ident

from workflow.mail import PostClosed
from workflow.mail.messages import letter_of

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")


class FolderMailer:
    """Puts letters into a folder, under the letter's id: one sent twice is still one file."""

    name = "folder"

    def __init__(self, path: Path | str, sender: str) -> None:
        self.path = Path(path)
        self.sender = sender

    def send(self, message: EmailMessage) -> None:
        """Write one letter, completely or not at all. PostClosed if the folder cannot be used."""
        if message["From"] is None:
            message["From"] = self.sender
        name = _NOT_IN_NAMES.sub("", letter_of(message))
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            waiting = self.path / f".{name}.{os.getpid()}.{get_ident()}"
            waiting.touch(mode=0o600)
            waiting.write_bytes(message.as_bytes())
            waiting.replace(self.path / f"{name}.eml")
        except OSError as err:
            reason = (err.strerror or str(err)).lower()
            raise PostClosed(f"The folder {self.path} for letters cannot be used: {reason}.") from err
