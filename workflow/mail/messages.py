"""A letter as an e-mail message."""

from __future__ import annotations

import re
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from workflow.letters import one_line
from workflow.mail import AddressRefused

DOMAIN: Final = "decision-routes"
LONGEST_LINE: Final = 998  # bytes, RFC 5322 section 2.1.1
_METHOD: Final = re.compile(r"^METHOD:([A-Z]+)\r?$", re.MULTILINE)


def as_email(
    letter: str,
    to: str,
    subject: str,
    body: str,
    at: datetime,
    *,
    html: str | None = None,
    calendar: str | None = None,
    unsubscribe: str | None = None,
) -> EmailMessage:
    """The letter as a message, without a sender. AddressRefused if its address is none: nothing else gets in its head.

    `unsubscribe` is the address of the page on which its reader says what they want to hear of.
    """
    message = EmailMessage()
    try:
        message["To"] = Address(addr_spec=to)
    except (ValueError, IndexError, HeaderParseError) as err:
        raise AddressRefused("This is no e-mail address that a letter could go to.") from err
    message["Subject"] = one_line(subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{letter}@{DOMAIN}>"
    message["Auto-Submitted"] = "auto-generated"
    if unsubscribe:
        message["List-Unsubscribe"] = f"<{unsubscribe}>"
    message.set_content(body, cte=_encoding(body))
    if html is not None:
        message.add_alternative(html, subtype="html", cte=_encoding(html))
    if calendar is not None:
        method = _METHOD.search(calendar)
        message.add_attachment(
            calendar,
            subtype="calendar",
            filename="invitation.ics",
            cte=_encoding(calendar),
            params={"method": method[1]} if method else {},
        )
    return message


def letter_of(message: EmailMessage) -> str:
    """The id of the letter that this message is made of."""
    return str(message["Message-ID"]).strip("<>").split("@")[0]


def _encoding(text: str) -> str:
    """As it stands, so that links stay in one piece, unless a line is longer than mail servers take."""
    longest = max(len(line.encode()) for line in text.split("\n"))
    return "8bit" if longest <= LONGEST_LINE else "quoted-printable"
