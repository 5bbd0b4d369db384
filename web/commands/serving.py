"""Serving the web application."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config.settings import Settings, from_environment
from web import options
from web.commands import opened
from workflow.errors import Unavailable

if TYPE_CHECKING:
    from workflow.runtime import Runtime

PORT = 8000
THREADS = 8
LARGEST_BODY = 60_000_000  # beyond it a request is refused before it is read


@click.command()
@click.option("--host", default="127.0.0.1", help="Where to listen (default: this machine only).")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, help=f"The port (default: {PORT}).")
@click.option("--no-scheduler", is_flag=True, help="Leave letters and daily work to another process.")
@options.database
def serve(host: str, port: int, no_scheduler: bool, db: str | None) -> None:
    """Serve the web application."""
    runtime, settings = opened(db), from_environment()
    served(runtime, settings, host, port, not no_scheduler, lambda: _say_where(settings, host, port))


@click.command()
@options.database
def scheduler(db: str | None) -> None:
    """Send letters and keep lists up to date, without serving pages."""
    from threading import Event

    runtime, settings = opened(db), from_environment()
    stop = Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    clock = scheduled(runtime, settings)
    click.echo("The scheduler runs. Stop it with Ctrl+C.")
    stop.wait()
    clock.shutdown()


def served(
    runtime: Runtime, settings: Settings, host: str, port: int, with_scheduler: bool, say: Callable[[], None]
) -> None:
    """Listen and answer until told to stop."""
    from waitress.server import create_server

    from web.app import create_app

    app = create_app(runtime, settings)
    try:
        server = create_server(
            app, host=host, port=port, threads=THREADS, max_request_body_size=LARGEST_BODY, ident=None
        )
    except OSError as err:
        raise Unavailable(f"Port {port} on {host} cannot be used: {(err.strerror or str(err)).lower()}.") from err
    clock: Any = scheduled(runtime, settings) if with_scheduler else None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    say()
    try:
        server.run()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        server.close()
        if clock is not None:
            clock.shutdown()


def scheduled(runtime: Runtime, settings: Settings) -> Any:
    """What is done without anybody asking: letters are sent, and lists brought forward when a day begins."""
    from workflow.mail.folder import FolderMailer
    from workflow.outbox import deliver_waiting
    from workflow.scheduler import started

    mailer = FolderMailer(Path(settings.mail_folder), settings.sender)
    bring_forward(runtime)
    return started(
        {
            "letters": (lambda: deliver_waiting(runtime, mailer), 5),
            "lists": (lambda: bring_forward(runtime), 600),
        }
    )


def bring_forward(runtime: Runtime) -> None:
    """Plan every open item for today that was last planned for an earlier day, a few at a time."""
    from workflow.forecast import refresh_stale

    left, passed_over = 1, set[str]()
    while left:
        with runtime.doing("decision-routes") as do:
            left = refresh_stale(do, passed_over=passed_over)


def _say_where(settings: Settings, host: str, port: int) -> None:
    click.echo(f"{settings.name} is served on http://{host}:{port}. Stop it with Ctrl+C.")


COMMANDS = (serve, scheduler)
