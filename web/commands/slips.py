"""How the dates of an item moved: what was first planned, what is planned now, what happened, and why."""

from __future__ import annotations

import click

from web import options, tables
from web.commands import opened, print_json
from workflow.queries import slips as queries

_EVERY = 10_000  # changes: nobody pages on a terminal


@click.command()
@click.argument("item")
@options.database
@options.as_json
def slips(item: str, db: str | None, as_json: bool) -> None:
    """How the dates of an item have moved, and why."""
    with opened(db).looking() as look:
        names = queries.names_of(look, item)
        if as_json:
            print_json(queries.as_json(look, item))
        else:
            tables.slips(queries.dates_of(look, item, names, size=_EVERY))


COMMANDS = (slips,)
