"""Databases and case files: init, load, dump, verify, demo."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from config.settings import Settings, from_environment
from web import options, tables
from web.commands import opened, operator, print_json
from web.commands.serving import PORT, served
from workflow import demonstration
from workflow.case_dump import dump as dumped
from workflow.case_files import load as take_in
from workflow.case_reading import read_files
from workflow.queries.verify import verify as verified
from workflow.queries.where import timetable, where
from workflow.setup import initialise


@click.command()
@options.database
def init(db: str | None) -> None:
    """Create the database, or bring it up to date."""
    initialise(opened(db, ready=False))
    click.echo("The database is ready.")


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("--update", is_flag=True, help="Apply differences to what was loaded before.")
@options.database
def load(files: tuple[Path, ...], update: bool, db: str | None) -> None:
    """Take in case files: all of them, or nothing with every fault."""
    reading = read_files([(str(path), path.read_bytes()) for path in files])
    with opened(db).doing(operator()) as do:
        taken = take_in(do, reading, update)
    if not (taken.new or taken.changed or taken.acts):
        click.echo("Nothing was new.")
    else:
        click.echo(f"Loaded: {taken.new} new, {taken.changed} changed, {taken.acts} acts recorded.")


@click.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write (default: standard output).")
@options.database
def dump(output: Path | None, db: str | None) -> None:
    """Write everything out as one case file."""
    with opened(db).inspecting() as inspected:
        text = dumped(inspected)
    if output is None:
        click.echo(text.encode(), nl=False)
    else:
        output.write_text(text, encoding="utf-8")


@click.command()
@click.argument("items", nargs=-1, metavar="[ITEM…]")
@options.database
@options.as_json
def verify(items: tuple[str, ...], db: str | None, as_json: bool) -> int:
    """Check every chain, and that the rows follow from the events."""
    runtime = opened(db)
    with runtime.inspecting() as inspected:
        verdict = verified(inspected, items or None, runtime.ledger_key)
    if as_json:
        faults = [{"subject": f.subject, "seq": f.seq, "message": f.message} for f in verdict.faults]
        print_json({"ok": verdict.ok, "chains": verdict.chains, "events": verdict.events, "faults": faults})
    else:
        tables.verdict(verdict)
    return 0 if verdict.ok else 1


@click.command()
@click.option("--today", type=options.DAY, default=demonstration.STARTS, help="The day on which its clock starts.")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, help=f"The port to serve on (default: {PORT}).")
@click.option("--no-serve", is_flag=True, help="Only build and print it.")
@options.database
def demo(today: date, port: int, no_serve: bool, db: str | None) -> None:
    """Build a fresh demonstration, print where its decisions are and how to sign in, and serve it."""
    runtime = opened(db, ready=False)
    password = secrets.token_urlsafe(9)
    demonstration.build(runtime, today, password)
    with runtime.looking() as look:
        names = {name: forum.name for name, forum in look.known.world.forums.items()}
        tables.where(where(look), names)
        made, seen = timetable(look, demonstration.SHOWN)
        click.echo()
        tables.plan(made, seen.titles[demonstration.SHOWN], names)
        shown = [(kind, look.known.people[person]) for kind, person in demonstration.SIGN_INS]
    click.echo()
    tables.sign_ins(shown, password)
    if not no_serve:
        settings = replace(from_environment(), address=f"http://127.0.0.1:{port}")
        runtime.address = settings.address
        served(runtime, settings, "127.0.0.1", port, True, lambda: _say_where(settings))


def _say_where(settings: Settings) -> None:
    click.echo(f"\nOpen {settings.address} and sign in as one of them. Stop it with Ctrl+C.")


COMMANDS = (init, load, dump, verify, demo)
