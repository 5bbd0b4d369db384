"""Letters through GOV.UK Notify, against a stand-in that checks what Notify checks."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest

from config.settings import Settings, SettingsFault
from tests.post import Posted, Tool, listening
from web.commands.mailing import mailers_of
from workflow.mail import AddressRefused, MailFailed, PostClosed
from workflow.mail.messages import as_email
from workflow.mail.notify import NotifyMailer

SERVICE = "26785a09-ab16-4eb0-8407-a37497a57506"
SECRET = "3d844edf-8d35-48ac-975b-e847b4f122b0"
KEY = f"decisions-{SERVICE}-{SECRET}"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"
LETTER = "0" * 32


class StandIn(Tool):
    """Takes e-mail as Notify does, from whoever shows a token that is signed with the key."""

    def __init__(self, status: int = 201, errors: Any = None) -> None:
        super().__init__(answer=self._answer)
        self.gives, self.errors = status, errors

    def _answer(self, posted: Posted) -> tuple[int, Any]:
        token = posted.headers["authorization"].removeprefix("Bearer ")
        try:
            claims = jwt.decode(token, SECRET, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return 403, _errors("AuthError", "Invalid token: API key not found")
        said = posted.json
        assert claims["iss"] == SERVICE
        assert posted.path == "/v2/notifications/email"
        if self.gives != 201:
            return self.gives, self.errors
        if said["template_id"] != TEMPLATE or set(said["personalisation"]) != {"subject", "body"}:
            return 400, _errors("BadRequestError", "Template not found")
        return 201, {"id": "740e5834-3a29-46b4-9a6f-16142fde533a", "reference": said["reference"]}


def _errors(kind: str, message: str) -> dict[str, Any]:
    return {"status_code": 400, "errors": [{"error": kind, "message": message}]}


@pytest.fixture
def notify() -> Iterator[StandIn]:
    stand_in = StandIn()
    with listening(stand_in):
        yield stand_in


def send(notify: Tool, key: str = KEY) -> None:
    message = as_email(
        LETTER,
        "clerk@example.org",
        "Due tomorrow: Straße",
        "Please look.\n",
        datetime(2023, 10, 5, tzinfo=UTC),
        html="<p>Please look.</p>",
        calendar="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    )
    NotifyMailer(key, TEMPLATE, notify.address, timeout=5).send(message)


def test_a_letter_goes_with_its_words_and_its_id(notify: StandIn) -> None:
    send(notify)
    assert notify.posted[0].json == {
        "email_address": "clerk@example.org",
        "template_id": TEMPLATE,
        "personalisation": {"subject": "Due tomorrow: Straße", "body": "Please look.\n"},
        "reference": LETTER,
    }


def test_a_key_that_is_not_ours_is_not_accepted_and_not_repeated(notify: StandIn) -> None:
    wrong = f"decisions-{SERVICE}-{TEMPLATE}"
    with pytest.raises(PostClosed, match="does not accept the key: Invalid token") as failed:
        send(notify, wrong)
    assert TEMPLATE not in str(failed.value)


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (400, "email_address Not a valid email address", AddressRefused),
        (400, "Can’t send to this recipient using a team-only API key", MailFailed),
        (429, "Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds", PostClosed),
        (500, "Internal server error", PostClosed),
        (503, "Unavailable", PostClosed),
    ],
)
def test_what_notify_says_is_understood(notify: StandIn, status: int, message: str, kind: type[MailFailed]) -> None:
    notify.gives, notify.errors = status, _errors("Error", message)
    with pytest.raises(MailFailed) as failed:
        send(notify)
    assert type(failed.value) is kind
    assert message in str(failed.value) or status >= 500


def test_a_letter_that_was_taken_is_not_sent_again_because_of_a_strange_answer() -> None:
    with listening(Tool(status=201, says=b"<html>")) as strange:
        send(strange)
    assert len(strange.posted) == 1


def test_notify_that_cannot_be_reached_is_said() -> None:
    with listening(Tool()) as gone:
        pass
    with pytest.raises(PostClosed, match="cannot be reached"):
        send(gone)


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(mail="notify", notify_key=KEY, notify_template=TEMPLATE)
    assert mailers_of(settings).mail.name == "notify"
    monkeypatch.delitem(sys.modules, "workflow.mail.notify")
    for name in ("notifications_python_client", "notifications_python_client.errors"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(SettingsFault, match=r"uv pip install -e"):
        mailers_of(settings)
    assert SECRET not in json.dumps(repr(settings))
