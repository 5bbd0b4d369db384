"""Looking: where decisions are, the timetable of one, its history."""

from __future__ import annotations

from datetime import date, datetime

import click

from web import options, tables
from web.commands import opened, print_json
from workflow.errors import Unknown
from workflow.queries.history import history as told
from workflow.queries.history import in_words
from workflow.queries.moved_dates import among
from workflow.queries.ready_by import ready_by, ready_by_json
from workflow.queries.where import plan_json, timetable
from workflow.queries.where import where as found


@click.command()
@click.argument("items", nargs=-1, metavar="[ITEM…]")
@click.option("--forum", metavar="F", help="Only items on whose route this forum stands.")
@click.option("--owner", metavar="P", help="Only items of this owner.")
@options.on_day
@options.known_at
@options.database
@options.as_json
def where(
    items: tuple[str, ...],
    forum: str | None,
    owner: str | None,
    on: date | None,
    known_at: datetime | None,
    db: str | None,
    as_json: bool,
) -> None:
    """Where each decision is."""
    with opened(db).looking() as look:
        if forum is not None and forum not in look.known.world.forums:
            raise Unknown(f"There is no forum {forum}.")
        if owner is not None and owner not in look.known.people:
            raise Unknown(f"There is no person {owner}.")
        rows = found(look, items or None, forum=forum, owner=owner, on=on, known_at=known_at)
        names = {name: f.name for name, f in look.known.world.forums.items()}
    if as_json:
        print_json(rows)
    else:
        tables.where(rows, names)


@click.command()
@click.argument("item")
@click.option("--if", "ifs", multiple=True, type=options.SLIP, metavar="STEP=DATE", help="Put a step on a day.")
@click.option(
    "--target", type=options.TARGET, metavar="[STEP=]DATE", help="Backwards: by when must what be ready for that?"
)
@options.on_day
@options.known_at
@options.database
@options.as_json
def plan(
    item: str,
    ifs: tuple[tuple[str, date], ...],
    target: tuple[str | None, date] | None,
    on: date | None,
    known_at: datetime | None,
    db: str | None,
    as_json: bool,
) -> None:
    """The timetable of one item, and what threatens it; with --target the last safe dates for a wanted date."""
    if ifs and target:
        raise click.UsageError("--if tries the plan forwards and --target asks backwards; use one of them at a time.")
    if target:
        _backwards(item, target, on, known_at, db, as_json)
        return
    with opened(db).looking() as look:
        made, seen = timetable(look, item, on=on, known_at=known_at, ifs=dict(ifs))
        names = {name: f.name for name, f in seen.known.world.forums.items()}
        title = seen.titles[item]
    if as_json:
        print_json(plan_json(made))
    else:
        tables.plan(made, title, names)


def _backwards(
    item: str,
    target: tuple[str | None, date],
    on: date | None,
    known_at: datetime | None,
    db: str | None,
    as_json: bool,
) -> None:
    """By when everything has to be ready for a wanted date."""
    step, day = target
    with opened(db).looking() as look:
        found, seen = ready_by(look, item, day, step, on=on, known_at=known_at)
        names = {name: f.name for name, f in seen.known.world.forums.items()}
        title = seen.titles[item]
    if as_json:
        print_json(ready_by_json(found))
    else:
        tables.last_safe_dates(found, title, names)


@click.command()
@click.argument("item")
@options.known_at
@options.database
@options.as_json
def history(item: str, known_at: datetime | None, db: str | None, as_json: bool) -> None:
    """All that ever happened to one item."""
    with opened(db).looking() as look:
        events = told(look, item, known_at)
        if as_json:
            print_json(events)
        else:
            tables.history(among(look, item, in_words(look, item, events), known_at), look.known)


COMMANDS = (where, plan, history)
