"""Reminders by hand: what is due, and sending it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click

from config.settings import from_environment
from web import options, tables
from web.commands import opened, print_json
from web.commands.mailing import mailers_of
from workflow.mail import Mailers
from workflow.outbox import deliver_waiting
from workflow.queries.due import Due, due_json
from workflow.queries.due import due as found
from workflow.reminders.sweep import ACTOR, say_now
from workflow.reminders.told import About
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
        now = on or look.now
        names = {name: person.name for name, person in look.known.people.items()}
    listed = [one for one in dues.found if one.row["dropped"] is None] if send else list(dues.found)
    if send:
        _send(runtime, listed, dues.about, now, mailers_of(settings))
    if as_json:
        print_json(due_json(listed))
    else:
        tables.due(listed, names, send)


def _send(runtime: Runtime, listed: Sequence[Due], about: About, now: datetime, mailers: Mailers) -> None:
    with runtime.doing(ACTOR) as do:
        do.now = now
        say_now(do, [one.row for one in listed], about)
    while deliver_waiting(runtime, mailers).sent:
        pass


COMMANDS = (due,)
