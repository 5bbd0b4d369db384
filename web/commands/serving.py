"""Serving the web application."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from threading import Event
from typing import TYPE_CHECKING

import click

from config.settings import Settings, from_environment
from web import options
from web.commands import opened
from web.commands.mailing import mailers_of
from workflow.errors import Unavailable

if TYPE_CHECKING:
    from workflow.runs import Ran
    from workflow.runtime import Runtime

SIGNS = (signal.SIGTERM, signal.SIGINT)
PORT = 8000
THREADS = 8
LARGEST_BODY = 60_000_000  # beyond it a request is refused before it is read


@click.command()
@click.option("--host", default="127.0.0.1", help="Where to listen (default: this machine only).")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, help=f"The port (default: {PORT}).")
@click.option("--no-scheduler", is_flag=True, help="Leave reminders, letters and daily work to another process.")
@options.database
def serve(host: str, port: int, no_scheduler: bool, db: str | None) -> None:
    """Serve the web application."""
    runtime, settings = opened(db), from_environment()
    served(runtime, settings, host, port, not no_scheduler, lambda: _say_where(settings, host, port))


@click.command()
@options.database
def scheduler(db: str | None) -> None:
    """Remind people, send letters and keep lists up to date, without serving pages."""
    from web.measuring import say_in_lines

    runtime, settings = opened(db), from_environment()
    say_in_lines()
    with scheduled(runtime, settings), until_told_to_stop():
        click.echo("The scheduler runs. Stop it with Ctrl+C.")
        Event().wait()


def served(
    runtime: Runtime, settings: Settings, host: str, port: int, with_scheduler: bool, say: Callable[[], None]
) -> None:
    """Listen and answer until told to stop."""
    from waitress.server import create_server

    from web.app import create_app
    from web.reading import EXTENSION

    app = create_app(runtime, settings)
    try:
        server = create_server(
            app, host=host, port=port, threads=THREADS, max_request_body_size=LARGEST_BODY, ident=None
        )
    except OSError as err:
        raise Unavailable(f"Port {port} on {host} cannot be used: {(err.strerror or str(err)).lower()}.") from err
    told = app.extensions[EXTENSION]["runs"]
    try:
        with scheduled(runtime, settings, told) if with_scheduler else nullcontext(), until_told_to_stop():
            say()
            server.run()
    finally:
        server.close()


@contextmanager
def scheduled(runtime: Runtime, settings: Settings, told: Callable[[Ran], None] | None = None) -> Iterator[None]:
    """What is done without anybody asking, until the end of the block: lists, reminders, letters."""
    from workflow.heartbeats import Heart
    from workflow.outbox import deliver_waiting
    from workflow.runs import Runs
    from workflow.scheduler import Scheduler

    mailers = mailers_of(settings)
    runs = Runs(
        runtime,
        Heart(runtime),
        lambda stop: deliver_waiting(runtime, mailers, stopping=stop),
        told or (lambda _ran: None),
    )
    scheduler = Scheduler(runs.run)
    try:
        scheduler.start()
        yield
    finally:
        scheduler.stop()
        runs.end()


@contextmanager
def until_told_to_stop() -> Iterator[None]:
    """Go on with the block until the terminal or the machine says to stop. After that what is in hand is finished."""
    for sign in SIGNS:
        signal.signal(sign, lambda *_: sys.exit(0))
    try:
        yield
    except SystemExit:
        pass
    finally:
        for sign in SIGNS:  # to say it twice makes it no more urgent
            signal.signal(sign, signal.SIG_IGN)


def _say_where(settings: Settings, host: str, port: int) -> None:
    click.echo(f"{settings.name} is served on http://{host}:{port}. Stop it with Ctrl+C.")


COMMANDS = (serve, scheduler)
