"""The routes that an installation knows."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from models.organisations import routes
from routes.spec import Route
from workflow.errors import Refused, Unknown
from workflow.runtime import Looking
from workflow.shelf import route_of


def known_routes(look: Looking) -> list[tuple[str, Route]]:
    """The newest version of every route, by id."""
    query = select(routes.c.id, routes.c.version, routes.c.definition).order_by(routes.c.id, routes.c.number)
    newest = {row.id: (row.version, route_of(row.definition)) for row in look.db.execute(query)}
    return list(newest.values())


def route_named(look: Looking, name: str) -> tuple[Route, dict[str, Any]]:
    """A route by `id`, its newest version, or by `id@<sha256 prefix>`."""
    route, _, prefix = name.partition("@")
    query = select(routes.c.definition, routes.c.version).where(
        routes.c.id == route, routes.c.version.startswith(prefix, autoescape=True)
    )
    found = look.db.execute(query.order_by(routes.c.number.desc())).all()
    if not found:
        raise Unknown(f"There is no route {name}. decision-routes routes list shows those there are.")
    if prefix and len(found) > 1:
        raise Refused(
            f"{len(found)} versions of the route {route} begin with {prefix}. Write more of the one you mean."
        )
    return route_of(found[0].definition), json.loads(found[0].definition)
