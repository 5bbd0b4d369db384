"""Letters by SMTP. The connection is encrypted, and the server's certificate checked, wherever that was chosen."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, Final

from workflow.mail import AddressRefused, MailFailed, PostClosed

TIMEOUT: Final = 20.0  # seconds for each answer
PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True)
class SmtpMailer:
    """Hands letters to one mail server, each over a connection of its own. `ca`: a file of certificates to trust."""

    host: str
    sender: str
    port: int | None = None
    security: str = "starttls"  # starttls, tls or none
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca: str | None = None
    timeout: float = TIMEOUT
    name: str = "smtp"
    _context: ssl.SSLContext | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        context = None if self.security == "none" else ssl.create_default_context(cafile=self.ca)
        object.__setattr__(self, "_context", context)

    def send(self, message: EmailMessage) -> None:
        """Hand one letter over. It went out once the server has said so, however the connection ends."""
        if message["From"] is None:
            message["From"] = self.sender
        with self._connected() as server:
            options = ("BODY=8BITMIME",) if server.has_extn("8bitmime") else ()
            if not options:
                message.policy = message.policy.clone(cte_type="7bit")
            try:
                server.send_message(message, mail_options=options)
            except smtplib.SMTPRecipientsRefused as err:
                code, said = next(iter(err.recipients.values()))
                refused = AddressRefused if code >= 500 else MailFailed
                raise refused(f"The mail server does not take letters to this address: {_said(code, said)}") from err
            except smtplib.SMTPResponseException as err:
                raise MailFailed(
                    f"The mail server did not take the letter: {_said(err.smtp_code, err.smtp_error)}"
                ) from err
            except smtplib.SMTPNotSupportedError as err:
                raise AddressRefused("The mail server takes no addresses with letters beyond A to Z.") from err
            except (smtplib.SMTPException, OSError) as err:
                raise MailFailed(f"The mail server broke off while it took the letter ({type(err).__name__}).") from err

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        server = self._open()
        try:
            yield server
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def _open(self) -> smtplib.SMTP:
        """A connection over which letters may go, or PostClosed: nothing can be sent at all."""
        server: smtplib.SMTP | None = None
        try:
            server = self._greeted()
            if self.user is not None and self.password is not None:
                server.login(self.user, self.password)
            server.ehlo_or_helo_if_needed()  # it says what it can take
        except (smtplib.SMTPException, OSError, ValueError) as err:
            if server is not None:
                server.close()
            raise PostClosed(self._why_closed(err)) from err
        return server

    def _greeted(self) -> smtplib.SMTP:
        port = self.port or PORTS[self.security]
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, port, timeout=self.timeout, context=self._context)
        server = smtplib.SMTP(self.host, port, timeout=self.timeout)
        try:
            if self.security == "starttls":
                server.starttls(context=self._context)
        except BaseException:
            server.close()
            raise
        return server

    def _why_closed(self, err: Exception) -> str:
        who = f"The mail server {self.host}"
        if isinstance(err, ssl.SSLCertVerificationError):
            return f"{who} shows a certificate that cannot be trusted: {err.verify_message}."
        if isinstance(err, ssl.SSLError):
            return (
                f"No encrypted connection to {who[:1].lower()}{who[1:]} came about: {err.reason or 'no reason given'}."
            )
        if isinstance(err, smtplib.SMTPAuthenticationError):  # what it says may repeat what was typed
            return f"{who} does not accept the user name and password ({err.smtp_code})."
        if isinstance(err, smtplib.SMTPNotSupportedError):
            offered = "no sign-in" if "AUTH" in str(err) else "no encryption by STARTTLS"
            return f"{who} offers {offered}, so nothing is sent."
        if isinstance(err, smtplib.SMTPResponseException):
            return f"{who} takes no letters now: {_said(err.smtp_code, err.smtp_error)}"
        if isinstance(err, TimeoutError | smtplib.SMTPServerDisconnected):
            return f"{who} does not answer, or breaks off."
        if isinstance(err, OSError) and not isinstance(err, smtplib.SMTPException):
            return f"{who} cannot be reached: {(err.strerror or str(err)).lower()}."
        return f"{who} cannot be used ({type(err).__name__})."


def _said(code: int, said: Any) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return f"{code} {text}".strip()
