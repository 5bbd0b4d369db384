"""Routes: checked, listed, shown."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import click

from routes import drawing
from routes.faults import Fault, FileFault
from routes.loader import read_file, shipped
from routes.picture import svg
from routes.spec import Route
from routes.yaml_marks import MarkedList, read
from web import options, tables
from web.commands import opened, print_json
from workflow.errors import Unavailable, Unknown
from workflow.queries.routes import known_routes, route_named


@click.group()
def routes() -> None:
    """The routes that items follow."""


@routes.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@options.database
def check(files: tuple[Path, ...], db: str | None) -> int:
    """Report every fault of route definitions, in definition files or case files."""
    contents = [(str(path), path.read_bytes()) for path in files]
    forums = _known_forums(contents, db)
    faults: list[Fault] = []
    checked = 0
    for name, data in contents:
        try:
            checked += len(read_file(data, name, forums))
        except FileFault as fault:
            faults += fault.faults
    for fault in sorted(set(faults)):
        click.echo(str(fault), err=True)
    if faults:
        return 1
    click.echo(f"{checked} {'route' if checked == 1 else 'routes'} checked, no faults.")
    return 0


@routes.command("list")
@options.database
@options.as_json
def list_routes(db: str | None, as_json: bool) -> None:
    """The routes there are, each with when to use it."""
    listed = _listed(db)
    if as_json:
        print_json(
            [{"route": r.id, "version": v, "title": r.title, "for": list(r.types), "use_when": r.use_when}
             for v, r in listed]
        )  # fmt: skip
    else:
        tables.routes([route for _version, route in listed])


@routes.command()
@click.argument("route_id", metavar="ID")
@click.option("--format", "form", type=click.Choice(["text", "mermaid", "svg", "json"]), default="text")
@options.database
def show(route_id: str, form: str, db: str | None) -> None:
    """One route, drawn."""
    route, definition = _named(route_id, db)
    if form == "json":
        click.echo(drawing.as_json(definition).encode())
    else:
        draw = {"text": drawing.text, "mermaid": drawing.mermaid, "svg": svg}[form]
        click.echo(draw(route), nl=False)


def _known_forums(contents: list[tuple[str, bytes]], db: str | None) -> Collection[str] | None:
    """Forum ids from the database and from the files themselves; None where there is no database."""
    try:
        with opened(db).looking() as look:
            forums = set(look.known.world.forums)
    except Unavailable:
        if db is not None:
            raise
        return None
    for name, data in contents:
        try:
            listed = read(data, name).get("forums")
        except FileFault:
            continue
        if isinstance(listed, MarkedList):
            forums |= {str(entry.get("id")) for entry in listed if isinstance(entry, dict)}
    return forums


def _listed(db: str | None) -> list[tuple[str, Route]]:
    try:
        with opened(db).looking() as look:
            return known_routes(look)
    except Unavailable:
        if db is not None:
            raise
        return [(definition.version, definition.route) for definition in shipped().values()]


def _named(route_id: str, db: str | None) -> tuple[Route, dict[str, object]]:
    try:
        with opened(db).looking() as look:
            return route_named(look, route_id)
    except Unavailable:
        if db is not None:
            raise
        found = shipped().get(route_id)
        if found is None:
            raise Unknown(f"There is no route {route_id} among those that are shipped.") from None
        return found.route, found.canonical


COMMANDS = (routes,)
