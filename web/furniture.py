"""What stands around every page: the name, the navigation, the demonstration's clock."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request, url_for
from flask_login import current_user

from web.reading import looking, settings
from web.words import moment
from workflow.known import Person

#: Where the navigation leads, in order: endpoint, words, the roles that see it (empty: whoever is signed in).
NAVIGATION: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("decisions.index", "Where decisions are", ()),
    ("work.index", "My work", ()),
    ("deadlines.index", "My deadlines", ()),
    ("creating.begin", "New item", ("author", "lead")),
    ("inbox.index", "Decisions to take", ("member",)),
    ("forums.index", "Forums", ()),
    ("routes.index", "Routes", ("admin", "lead", "author")),
    ("administration.index", "Administration", ("admin",)),
    ("audit.index", "Audit", ("auditor",)),
)


def install(app: Flask) -> None:
    """Hand it to every template."""
    app.context_processor(_around)


def _around() -> dict[str, Any]:
    person = current_user.person if current_user.is_authenticated else None
    return {
        "installation_name": settings().name,
        "contact": settings().contact,
        "navigation": _navigation(person) if person else [],
        "person": person,
        "demonstration": _demonstration_clock() if person else None,
        "csp_nonce": g.get("csp_nonce", ""),
    }


def _navigation(person: Person) -> list[dict[str, Any]]:
    held = {role for role, _scope in person.roles}
    here = (request.endpoint or "").split(".")[0]
    return [
        {"href": url_for(endpoint), "text": words, "current": endpoint.split(".")[0] == here}
        for endpoint, words, roles in NAVIGATION
        if not roles or held & set(roles)
    ]


def _demonstration_clock() -> str | None:
    """What the clock of a demonstration reads; None in a real installation."""
    with looking() as look:
        return moment(look.now) if look.is_demonstration else None
