"""The other side of the post, on this machine: mail servers, and tools that are posted to."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

HERE = "127.0.0.1"


@dataclass
class MailServer:
    """Takes letters, and does to each what `at_address` and `at_letter` say: an answer, "drop", or seconds to wait.

    `at_letter` is asked when the whole letter is there; "drop after" takes it and breaks off before it says so.
    """

    at_address: Callable[[str], str | float | None] = lambda _to: None
    at_letter: Callable[[EmailMessage], str | float | None] = lambda _message: None
    user: str = "clerk"
    password: str = "correct horse"
    seven_bits: bool = False  # as mail servers were long ago
    port: int = 0
    raw: list[bytes] = field(default_factory=list)
    taken: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    signed_in: list[bool] = field(default_factory=list)

    async def handle_EHLO(  # noqa: N802
        self, _server: SMTP, session: Any, _envelope: Any, name: str, offers: list[str]
    ) -> list[str]:
        """Somebody wants to know what this server can do."""
        session.host_name = name
        return [offer for offer in offers if not (self.seven_bits and ("8BITMIME" in offer or "UTF8" in offer))]

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        """Somebody to whom a letter is to go."""
        answer = await self._done(server, self.at_address(address))
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        """A letter is there, whole."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        what = self.at_letter(message)
        answer = None if what == "drop after" else await self._done(server, what)
        if answer is None:
            self.raw.append(envelope.content)
            self.taken.append(message)
            self.envelopes.append((envelope.mail_from, tuple(envelope.rcpt_tos)))
            self.encrypted.append(session.ssl is not None)
            self.signed_in.append(bool(session.authenticated))
        if what == "drop after":
            await self._done(server, "drop")
        return answer or "250 taken"

    def authenticate(self, _server: SMTP, _session: Any, _envelope: Any, _mechanism: str, auth: Any) -> AuthResult:
        """Whether somebody may send letters through it."""
        mine = LoginPassword(self.user.encode(), self.password.encode())
        return AuthResult(success=auth == mine, handled=False)

    async def _done(self, server: SMTP, what: str | float | None) -> str | None:
        if what == "drop":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            await asyncio.sleep(30)  # until it is noticed that the other side is gone
        if isinstance(what, float):
            await asyncio.sleep(what)
            return None
        return what if isinstance(what, str) else None


class _Opened(Controller):
    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        super()._trigger_server()


@contextmanager
def opened(server: MailServer, **more: Any) -> Iterator[MailServer]:
    """This mail server listens, on a port of its own; `more` are the options of aiosmtpd."""
    controller = _Opened(server, hostname=HERE, port=0, server_hostname="post.test", **more)
    controller.start()
    server.port = controller.port
    try:
        yield server
    finally:
        controller.stop()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of this machine: the file by which to trust it, and what a server uses."""
    authority, path = trustme.CA(), folder / "certificate.pem"
    authority.cert_pem.write_to_path(str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", HERE).configure_cert(context)
    return path, context


@dataclass(frozen=True)
class Posted:
    """What a tool was posted."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """What it says."""
        return json.loads(self.body)


@dataclass
class Tool:
    """Takes what is posted to it, and answers with `status` and `says`."""

    status: int = 204
    says: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    answer: Callable[[Posted], tuple[int, Any]] | None = None
    hold: Callable[[], object] = lambda: None  # waited for before it answers
    posted: list[Posted] = field(default_factory=list)
    address: str = ""


@contextmanager
def listening(tool: Tool) -> Iterator[Tool]:
    """This tool listens, on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted = Posted(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            tool.posted.append(posted)
            tool.hold()
            status, says = tool.status, tool.says
            if tool.answer is not None:
                status, said = tool.answer(posted)
                says = json.dumps(said).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(says)), **tool.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(says)

        def log_message(self, *_about: object) -> None:
            """Nothing is printed."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_about: object) -> None:
            """Whoever posted may have hung up."""

    server = Quiet((HERE, 0), Handler)
    server.daemon_threads = True
    tool.address = f"http://{HERE}:{server.server_port}"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield tool
    finally:
        server.shutdown()
        server.server_close()
