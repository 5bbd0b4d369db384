"""The clocks of one item: what rules bind it, how each stands, and the ways out of what is missed."""

from __future__ import annotations

from datetime import date, datetime

import click

from web import options, tables
from web.commands import opened, print_json
from workflow.queries.clocks import clock_json, clocks_of_item


@click.command()
@click.argument("item")
@options.on_day
@options.known_at
@options.database
@options.as_json
def clocks(item: str, on: date | None, known_at: datetime | None, db: str | None, as_json: bool) -> None:
    """The rules and deadlines of one item, and what can be done about those that are missed."""
    with opened(db).looking() as look:
        found, seen = clocks_of_item(look, item, on, known_at)
        title = seen.titles[item]
    if as_json:
        print_json([clock_json(one) for one in found])
    else:
        tables.clocks(found, f"{title} ({item})", seen.on)


COMMANDS = (clocks,)
