"""By when one decision is done, and how surely."""

from __future__ import annotations

from datetime import date

import click

from web import options, tables
from web.commands import opened, print_json
from workflow.queries.item_reminders import title_of
from workflow.queries.uncertainty import forecast as made_for
from workflow.queries.uncertainty import forecast_json
from workflow.simulation import RUNS

MOST_RUNS = 1_000_000
GREATEST_SEED = 2**63 - 1


@click.command()
@click.argument("item")
@options.on_day
@click.option("--seed", type=click.IntRange(0, GREATEST_SEED), metavar="N", help="Draw as this number says.")
@click.option("--runs", type=click.IntRange(1, MOST_RUNS), default=RUNS, metavar="N", help="How often to play it.")
@options.database
@options.as_json
def forecast(item: str, on: date | None, seed: int | None, runs: int, db: str | None, as_json: bool) -> None:
    """By when one item is done with a chance of 50 and of 90 per cent, and what that rests on."""
    with opened(db).looking() as look:
        made = made_for(look, item, on=on, seed=seed, runs=runs)
        title = title_of(look, item)
        names = {name: forum.name for name, forum in look.known.world.forums.items()}
    if as_json:
        print_json(forecast_json(made))
    else:
        tables.forecast(made, title, names)


COMMANDS = (forecast,)
