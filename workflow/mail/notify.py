"""Letters through GOV.UK Notify, with a template of its own whose fields are `subject` and `body`.

Invitations are left out: the text links to the page. A letter is known to Notify by its id, its reference.
"""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any, Final

from notifications_python_client.errors import HTTPError, InvalidResponse
from notifications_python_client.notifications import NotificationsAPIClient

from workflow.mail import AddressRefused, MailFailed, PostClosed
from workflow.mail.messages import letter_of

_Client: Any = NotificationsAPIClient  # it says nothing about its types

TIMEOUT: Final = 20  # seconds
ADDRESS: Final = "https://api.notifications.service.gov.uk"


class NotifyMailer:
    """Hands letters to GOV.UK Notify."""

    name = "notify"

    def __init__(self, key: str, template: str, address: str | None = None, timeout: int = TIMEOUT) -> None:
        self._key = key
        self.template = template
        self.address = address or ADDRESS
        self.timeout = timeout

    def send(self, message: EmailMessage) -> None:
        """Hand one letter over. It went out once Notify has taken it, whatever else it says."""
        text = message.get_body(("plain",))
        said = {"subject": str(message["Subject"]), "body": text.get_content() if text else ""}
        client: Any = _Client(self._key, base_url=self.address, timeout=self.timeout)  # it is not for many threads
        try:
            client.send_email_notification(str(message["To"]), self.template, said, reference=letter_of(message))
        except InvalidResponse:
            pass  # it was taken, with an answer that cannot be read
        except HTTPError as err:
            raise _failure(err) from err
        finally:
            client.request_session.close()


def _failure(err: HTTPError) -> MailFailed:
    if err.response is None:
        return PostClosed("GOV.UK Notify cannot be reached, or did not answer in time.")
    said = _said(err)
    if err.status_code == 400 and "email_address" in said:
        return AddressRefused(f"GOV.UK Notify does not take letters to this address: {said}")
    if err.status_code == 403:
        return PostClosed(f"GOV.UK Notify does not accept the key: {said}")
    if err.status_code == 429:
        return PostClosed(f"GOV.UK Notify takes no more letters for now: {said}")
    if err.status_code >= 500:
        return PostClosed(f"GOV.UK Notify is not working at present ({err.status_code}).")
    return MailFailed(f"GOV.UK Notify did not take the letter: {err.status_code} {said}")


def _said(err: HTTPError) -> str:
    """Its reasons, without what only its own people understand."""
    said = err.message
    if isinstance(said, list):
        return "; ".join(str(one.get("message", one)) if isinstance(one, dict) else str(one) for one in said)
    return str(said)
