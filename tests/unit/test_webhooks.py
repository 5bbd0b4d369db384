"""Notes to other tools: signed so that the tool can tell who wrote, and nothing followed or read that it answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from textwrap import dedent
from threading import Event
from typing import Any

import pytest
from sqlalchemy import insert, update
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from models.reminders import hooks
from models.steps import steps
from tests.concurrency.cases import COUNCIL, plans
from tests.office import Office
from tests.post import Posted, Tool, listening
from tests.unit.test_outbox import Postman, kept, letter, write
from workflow.mail import MailFailed, NobodyThere, Note
from workflow.mail.webhook import Webhooks
from workflow.outbox import Delivered, deliver_waiting

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
EXEMPT = """
  - {id: sale-of-the-yard, title: Sale of the yard, type: plan, route: two-forums, organisation: lcc, owner: owner,
     part: II, exemption: {basis: "Schedule 12A", paragraphs: [3], reason: "The price"}}
"""
SAID = {"text": "Waiting for you: Größe 🏛\n\nPlease look.", "kind": "reminders", "item": None}


@pytest.fixture
def tool() -> Iterator[Tool]:
    with listening(Tool()) as opened:
        yield opened


def note(url: str, secret: str = SECRET, at: datetime | None = None) -> Note:
    return Note("0" * 32, at or datetime.now(UTC), url, secret, dict(SAID))


def genuine(posted: Posted, secret: str = SECRET) -> Any:
    """What it says, if it is signed as Standard Webhooks lays down; by the library that receivers use."""
    return Webhook(secret).verify(posted.body, posted.headers)


def test_a_note_is_signed_and_says_what_it_is_about(tool: Tool) -> None:
    Webhooks().post(note(f"{tool.address}/hooks/governance?key=1"))
    (posted,) = tool.posted
    assert genuine(posted) == SAID
    assert (posted.path, posted.headers["content-type"]) == ("/hooks/governance?key=1", "application/json")
    assert posted.headers["webhook-id"] == "0" * 32
    with pytest.raises(WebhookVerificationError):
        genuine(posted, "whsec_c29tZWJvZHkgZWxzZQ==")


def test_a_note_of_long_ago_is_not_genuine(tool: Tool) -> None:
    Webhooks().post(note(tool.address, at=datetime.now(UTC) - timedelta(minutes=6)))
    with pytest.raises(WebhookVerificationError, match="too old"):
        genuine(tool.posted[0])


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_will_do(tool: Tool, status: int) -> None:
    tool.status, tool.says = status, b"" if status == 204 else b"1" * 100_000
    Webhooks().post(note(tool.address))


@pytest.mark.parametrize(
    ("status", "why"), [(400, "did not take it"), (401, "401"), (404, "404"), (429, "429"), (500, "500"), (503, "503")]
)
def test_what_a_tool_does_not_take_is_tried_again(tool: Tool, status: int, why: str) -> None:
    tool.status = status
    with pytest.raises(MailFailed, match=why) as failed:
        Webhooks().post(note(tool.address))
    assert failed.value.tries is None


def test_a_tool_that_has_gone_is_not_tried_again(tool: Tool) -> None:
    tool.status = 410
    with pytest.raises(NobodyThere, match="nobody is at this address any more"):
        Webhooks().post(note(tool.address))


def test_nobody_is_sent_on_to_another_address(tool: Tool) -> None:
    with listening(Tool()) as other:
        tool.status, tool.headers = 307, {"Location": other.address}
        with pytest.raises(MailFailed, match="points to another address"):
            Webhooks().post(note(tool.address))
        assert other.posted == []


def test_nothing_is_posted_in_the_clear_to_another_machine() -> None:
    for url in ("http://chat.example.org/x", "ftp://127.0.0.1/x", "file:///etc/passwd", "127.0.0.1/x", ""):
        with pytest.raises(NobodyThere, match="https://"):
            Webhooks().post(note(url))


def test_a_tool_that_says_nothing_is_not_waited_for_long(tool: Tool) -> None:
    over = Event()
    tool.hold = lambda: over.wait(10)
    try:
        with pytest.raises(MailFailed, match="did not answer in time"):
            Webhooks(answer_within=0.1).post(note(tool.address))
    finally:
        over.set()


def test_a_tool_that_is_not_there_is_said_without_its_address() -> None:
    with listening(Tool()) as gone:
        address = gone.address + "/known-to-few"
    with pytest.raises(MailFailed, match="127.0.0.1 cannot be reached") as failed:
        Webhooks().post(note(address))
    assert "known-to-few" not in str(failed.value)


def test_a_secret_that_is_none_is_said(tool: Tool) -> None:
    for secret in ("", "whsec_", "whsec_é"):
        with pytest.raises(MailFailed, match="Make it anew"):
            Webhooks().post(note(tool.address, secret))
    assert tool.posted == []


def test_a_letter_arrives_signed_and_none_about_what_is_exempt_by_now(desk: Office, tool: Tool) -> None:
    """One was written while its item was open, one while the step that it is about was."""
    desk.load(dedent(COUNCIL) + plans("plan", "depot").removeprefix("decision_routes: 1\n") + EXEMPT)
    desk.clock.at = datetime.now(UTC)
    desk.runtime.address = "https://decisions.example.org"
    row = {"id": "h" * 32, "name": "Chat", "url": tool.address, "secret": SECRET, "forum": None, "disabled": False}
    with desk.runtime.doing("operator") as do:
        do.db.execute(insert(hooks).values({**row, "created_at": do.now}))
    to_tool = {"to": row["id"], "channel": "webhook", "step": "cabinet"}
    write(
        desk,
        letter("Open", item="plan", **to_tool),
        letter("Sale of the yard", item="sale-of-the-yard", **to_tool),
        letter("Sale of the depot", item="depot", **to_tool),
    )
    with desk.runtime.doing("operator") as do:
        do.db.execute(update(steps).where(steps.c.item == "depot", steps.c.step == "cabinet").values(part="II"))

    assert deliver_waiting(desk.runtime, Postman()) == Delivered(1, 2)

    told = {said["subject"]: said for said in map(genuine, tool.posted)}
    assert told["Open"]["link"] == "https://decisions.example.org/items/plan"
    assert (told["Open"]["forum"], told["Open"]["step"]) == ("cabinet", "cabinet")
    assert list(told) == ["Open"], "nothing at all of the others: title and address stand in their text"
    by = {row.subject: row for row in kept(desk)}
    assert tool.posted[0].headers["webhook-id"] == by["Open"].id
    for kept_back in (by["Sale of the yard"], by["Sale of the depot"]):
        assert kept_back.given_up_at == desk.clock.at and "in Part II by now" in kept_back.last_failure
