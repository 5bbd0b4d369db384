"""Far too much, sent to the server as it is really run: refused, and never held in memory."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MEGABYTE = 1_000_000


class Server:
    """A server process, and how much memory it has ever had."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port

    @property
    def most_memory(self) -> int:
        """In bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024

    def sends(self, path: str, size: int, *, chunked: bool = False, kind: str = "") -> bytes:
        """Send a body of so many bytes, as long as anybody reads it; the beginning of the answer."""
        length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
        kind = kind or "multipart/form-data; boundary=x"
        start = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.docx"\r\n\r\n'
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as line:
            line.sendall(
                f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n{length}\r\n\r\n".encode()
            )
            piece, left = b"x" * 65_536, size
            with suppress(ConnectionError, TimeoutError):
                line.sendall(_chunk(start) if chunked else start)
                left -= len(start)
                while left > 0:
                    part = piece[:left]
                    line.sendall(_chunk(part) if chunked else part)
                    left -= len(part)
                if chunked:
                    line.sendall(b"0\r\n\r\n")
            with suppress(ConnectionError):
                return line.recv(200)
        return b""


@pytest.fixture(scope="module")
def server(loaded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("large")
    path = folder / "office.sqlite"
    shutil.copy(loaded_sqlite, path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DECISION_ROUTES_")}
    settings = {
        "DECISION_ROUTES_DATABASE_URL": f"sqlite:///{path}",
        "DECISION_ROUTES_MAIL_FOLDER": str(folder / "letters"),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "web.cli", "serve", "--port", str(port), "--no-scheduler"]
    with subprocess.Popen(
        command, env={**clean, **settings}, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        found = Server(process, port)
        _wait_for(found)
        yield found
        process.terminate()
        assert process.wait(20) == 0


def _wait_for(server: Server) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        assert server.process.poll() is None, "the server ended by itself"
        with suppress(OSError), socket.create_connection(("127.0.0.1", server.port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("the server did not begin to listen")


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "in pieces"])
def test_200_megabytes_are_refused_and_never_held_in_memory(server: Server, chunked: bool) -> None:
    server.sends("/sign-in", 1000)
    before = server.most_memory

    answer = server.sends(f"/items/{'options-appraisal-2023'}/edit", 200 * MEGABYTE, chunked=chunked)

    assert answer.startswith((b"HTTP/1.1 413", b"HTTP/1.0 413")), answer
    assert server.most_memory - before < 20 * MEGABYTE
    assert server.sends("/sign-in", 1000).split()[1] in (b"400", b"415"), "others are still served"


def test_what_is_too_large_for_a_page_without_files_gets_a_page_that_says_so(server: Server) -> None:
    before = server.most_memory
    answer = server.sends("/sign-in", 30 * MEGABYTE)
    assert answer.startswith(b"HTTP/1.1 413"), answer
    assert b"decision-routes" in answer.lower() or b"content-security-policy" in answer.lower()
    assert server.most_memory - before < 20 * MEGABYTE


def test_a_form_of_many_megabytes_of_text_is_refused(server: Server) -> None:
    answer = server.sends("/sign-in", 5 * MEGABYTE, kind="application/x-www-form-urlencoded")
    assert answer.startswith(b"HTTP/1.1 413"), answer


def test_a_body_that_never_ends_holds_up_nobody_else(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as slow:
        slow.sendall(b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nemail=")
        assert server.sends("/sign-in", 100, kind="application/x-www-form-urlencoded").startswith(b"HTTP/1.1 400")


def _chunk(part: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(part), part)
