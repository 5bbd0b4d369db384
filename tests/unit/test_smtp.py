"""Letters by SMTP: encrypted, to the right server, once, and with a sentence where that cannot be."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.post import HERE, MailServer, certificate, opened
from workflow.mail import AddressRefused, MailFailed, PostClosed
from workflow.mail.messages import as_email
from workflow.mail.smtp import SmtpMailer

SENDER = "decisions@council.example"
AT = datetime(2023, 10, 5, 13, 0, tzinfo=UTC)
LETTER = "0" * 32


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    return certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def plain() -> Iterator[MailServer]:
    with opened(MailServer()) as server:
        yield server


def to_send(to: str = "clerk@example.org", body: str = "Straße – please look.\n", **more: Any) -> EmailMessage:
    return as_email(LETTER, to, "Waiting for you: Straße", body, AT, **more)


def mailer(server: MailServer, security: str = "none", **more: Any) -> SmtpMailer:
    return SmtpMailer(HERE, SENDER, server.port, security, timeout=5, **more)


def test_a_letter_goes_by_an_encrypted_connection_after_signing_in(trusted: tuple[Path, ssl.SSLContext]) -> None:
    path, context = trusted
    with opened(MailServer(), tls_context=context, require_starttls=True, **needs_sign_in()) as server:
        mailer(server, "starttls", ca=str(path), user="clerk", password="correct horse").send(to_send())
    (message,) = server.taken
    assert (server.encrypted, server.signed_in) == ([True], [True])
    assert server.envelopes == [(SENDER, ("clerk@example.org",))]
    assert (message["From"], message["Message-ID"]) == (SENDER, f"<{LETTER}@decision-routes>")
    assert message["Subject"] == "Waiting for you: Straße"
    assert message.get_content().strip() == "Straße – please look."


def needs_sign_in() -> dict[str, Any]:
    """Sign-in is asked for, and looked at by whoever serves."""
    kept = MailServer()
    return {"auth_required": True, "authenticator": kept.authenticate}


def test_tls_from_the_beginning(trusted: tuple[Path, ssl.SSLContext]) -> None:
    path, context = trusted
    with opened(MailServer(), ssl_context=context) as server:
        mailer(server, "tls", ca=str(path)).send(to_send())
    assert len(server.taken) == 1


def test_nothing_goes_to_a_server_that_nobody_vouches_for(trusted: tuple[Path, ssl.SSLContext]) -> None:
    _path, context = trusted
    with opened(MailServer(), tls_context=context) as server, pytest.raises(PostClosed, match="cannot be trusted"):
        mailer(server, "starttls").send(to_send())
    assert server.taken == []


def test_nothing_goes_in_the_clear_where_encryption_was_chosen(plain: MailServer) -> None:
    with pytest.raises(PostClosed, match="no encryption by STARTTLS, so nothing is sent"):
        mailer(plain, "starttls", user="clerk", password="correct horse").send(to_send())
    assert plain.taken == []


def test_a_wrong_password_is_said_and_not_repeated(trusted: tuple[Path, ssl.SSLContext]) -> None:
    path, context = trusted
    with opened(MailServer(), tls_context=context, **needs_sign_in()) as server:
        wrong = mailer(server, "starttls", ca=str(path), user="clerk", password="vermilion")
        with pytest.raises(PostClosed, match="does not accept the user name and password") as refused:
            wrong.send(to_send())
    assert "vermilion" not in str(refused.value) + repr(wrong)


def test_a_server_that_is_not_there_is_said() -> None:
    with opened(MailServer()) as server:
        pass
    with pytest.raises(PostClosed, match="The mail server 127.0.0.1 cannot be reached: connection refused"):
        mailer(server).send(to_send())


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("550 No such person", AddressRefused), ("451 Greylisted", MailFailed), ("drop", MailFailed)],
)
def test_an_address_that_is_not_taken(answer: str, kind: type[MailFailed]) -> None:
    with opened(MailServer(at_address=lambda _to: answer)) as server, pytest.raises(MailFailed) as failed:
        mailer(server).send(to_send())
    assert type(failed.value) is kind
    assert answer in str(failed.value) or answer == "drop"


@pytest.mark.parametrize("answer", ["552 Too large", "452 Full", "drop", "drop after"])
def test_a_letter_that_is_not_taken_or_of_which_nobody_knows(answer: str) -> None:
    with opened(MailServer(at_letter=lambda _message: answer)) as server, pytest.raises(MailFailed) as failed:
        mailer(server).send(to_send())
    assert type(failed.value) is MailFailed
    assert len(server.taken) == (1 if answer == "drop after" else 0)


def test_a_server_that_says_nothing_is_not_waited_for_long() -> None:
    slow = MailServer(at_letter=lambda _message: 5.0)
    with opened(slow) as server, pytest.raises(MailFailed, match="broke off"):
        SmtpMailer(HERE, SENDER, server.port, "none", timeout=0.2).send(to_send())
    assert server.taken == []


@pytest.mark.parametrize("seven_bits", [False, True])
@pytest.mark.parametrize("paragraph", ["Straße", "Ä long one. " * 500])
def test_words_arrive_as_they_were_written_whatever_the_server_takes(seven_bits: bool, paragraph: str) -> None:
    body = f"{paragraph}\n\nhttps://decisions.example.org/items/plan\n"
    with opened(MailServer(seven_bits=seven_bits)) as server:
        mailer(server).send(
            to_send(body=body, html=f"<p>{body}</p>\n", calendar="BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n")
        )
    (message,), (raw,) = server.taken, server.raw
    assert raw.isascii() is seven_bits or len(paragraph) > 998
    assert max(len(line) for line in raw.splitlines()) <= 998
    for kind, sent in (("plain", body), ("html", f"<p>{body}</p>\n")):
        part = message.get_body((kind,))
        assert part is not None and part.get_content().replace("\r\n", "\n") == sent
    (invitation,) = message.iter_attachments()
    assert (invitation.get_content_type(), invitation.get_param("method")) == ("text/calendar", "REQUEST")


@pytest.mark.parametrize("address", ["", "nobody", "jürgen@example.org", "a@b@c", "a@b\r\nBcc: c@d"])
def test_what_is_no_address_gets_nowhere(address: str) -> None:
    with pytest.raises(AddressRefused, match="no e-mail address"):
        to_send(address)
