"""Letters to other tools: a JSON note, signed as Standard Webhooks lays down (https://www.standardwebhooks.com).

`text` is what Teams-like tools show; the other fields are for tools that do something with it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import requests
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from config.settings import THIS_MACHINE
from workflow.mail import MailFailed, NobodyThere, Note

CONNECT_WITHIN: Final = 5.0  # seconds
ANSWER_WITHIN: Final = 10.0


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Posts notes to other tools. Redirects are not followed, and what they answer is not read."""

    connect_within: float = CONNECT_WITHIN
    answer_within: float = ANSWER_WITHIN
    name: str = "webhook"

    def post(self, note: Note) -> None:
        """Hand one note over: it arrived if the tool answers with a status of success."""
        host = _host(note.url)
        body = json.dumps(note.said, ensure_ascii=False)
        try:
            with requests.post(
                note.url,
                data=body.encode(),
                headers={"Content-Type": "application/json", **_signed(note, body)},
                timeout=(self.connect_within, self.answer_within),
                allow_redirects=False,
                stream=True,
            ) as answer:
                status = answer.status_code
        except requests.exceptions.SSLError as err:
            raise MailFailed(f"{host} shows a certificate that cannot be trusted.") from err
        except requests.exceptions.Timeout as err:
            raise MailFailed(f"{host} did not answer in time.") from err
        except requests.RequestException as err:
            raise MailFailed(f"{host} cannot be reached ({type(err).__name__}).") from err
        _judge(host, status)


def _judge(host: str, status: int) -> None:
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise MailFailed(f"{host} points to another address ({status}), which is not followed.")
    if status == requests.codes.gone:
        raise NobodyThere(f"{host} says that nobody is at this address any more ({status}).")
    raise MailFailed(f"{host} did not take it ({status}).")


def _host(url: str) -> str:
    """Where it goes. Nothing is posted that others on the way could read."""
    parts = urlsplit(url)
    host = parts.hostname
    if host and (parts.scheme == "https" or (parts.scheme == "http" and host in THIS_MACHINE)):
        return host
    raise NobodyThere("The address of this webhook does not begin with https://, so nothing is posted there.")


def _signed(note: Note, body: str) -> dict[str, str]:
    try:
        signature = Webhook(note.secret).sign(note.id, note.at, body)
    except (EmptyWebhookSecretError, ValueError) as err:
        raise MailFailed("The secret of this webhook cannot be used to sign with. Make it anew.") from err
    return {
        "webhook-id": note.id,
        "webhook-timestamp": str(int(note.at.timestamp())),
        "webhook-signature": signature,
    }
