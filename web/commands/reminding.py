"""Reminders by hand: what is due, and sending it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click

from config.settings import from_environment
from web import options, tables
from web.commands import opened, print_json
from web.commands.mailing import mailers_of
from workflow.mail import Mailers
from workflow.outbox import Delivered, deliver_waiting
from workflow.queries.due import Dues, due_json
from workflow.queries.due import due as found
from workflow.reminders.by_hand import send_due
from workflow.reminders.sweep import ACTOR
from workflow.runtime import Runtime


@click.command()
@click.option("--on", type=options.DUE_MOMENT, metavar="DATETIME", help="The moment to look at (default: now).")
@click.option("--within", type=click.IntRange(0, 400), default=0, metavar="DAYS", help="And so many days after it.")
@click.option("--send", is_flag=True, help="Send what is due by then, once.")
@options.database
@options.as_json
def due(on: datetime | None, within: int, send: bool, db: str | None, as_json: bool) -> None:
    """Reminders that are due, to whom and why. Nobody is written to without --send."""
    runtime, settings = opened(db), from_environment()
    with runtime.looking() as look:
        dues = found(look, on, 0 if send else within, settings.address)
        names = {name: person.name for name, person in look.known.people.items()}
    listed, handed_over = list(dues.found), Delivered(0, 0)
    if send:
        said, handed_over = _sent(runtime, dues, mailers_of(settings))
        listed = [one for one in listed if one.row["key"] in said]
    if as_json:
        print_json(due_json(listed))
    else:
        tables.due(listed, names, send)
        if handed_over.failed:
            click.echo("Some letters could not be handed over now. They are tried again (see the page Letters).")


def _sent(runtime: Runtime, dues: Dues, mailers: Mailers) -> tuple[set[str], Delivered]:
    """What was said, and how many letters went out: those that waited before too."""
    with runtime.doing(ACTOR) as do:
        said = send_due(do, dues)
    sent = failed = 0
    with _without_log():
        while (turn := deliver_waiting(runtime, mailers)).sent:
            sent, failed = sent + turn.sent, failed + turn.failed
    return said, Delivered(sent, failed + turn.failed)


@contextmanager
def _without_log() -> Iterator[None]:
    """What fails is said to whoever typed the command, in a sentence."""
    log = logging.getLogger("decision_routes")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


COMMANDS = (due,)
