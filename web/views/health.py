"""For machines: is it up, how is it doing, and the installation's own colour."""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest

import structlog
from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask_login import current_user
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from web.reading import looking, settings
from workflow.errors import Unavailable
from workflow.heartbeats import heard
from workflow.queries.overdue import overdue_for

pages = Blueprint("health", __name__)
log = structlog.get_logger()


@pages.get("/health")
def health() -> tuple[Response, int]:
    """Whether decisions can be looked at and recorded now, and beside it whether a scheduler runs."""
    try:
        with looking() as look:
            pulse, overdue = heard(look), overdue_for(look)
    except Unavailable as err:
        log.warning("not healthy", why=str(err))
        return jsonify(ok=False, database="cannot be used"), err.status
    last_beat = _as_iso(pulse.last_beat)
    scheduler = "running" if pulse.is_running else f"silent since {last_beat}" if last_beat else "none"
    told = {"scheduler": scheduler, "last_beat": last_beat, "overdue_seconds": int(overdue.total_seconds())}
    return jsonify(ok=True, database="ready", **told), 200


def _as_iso(moment: datetime | None) -> str | None:
    return moment and moment.isoformat(timespec="seconds")


@pages.get("/metrics")
def metrics() -> Response:
    """Counts and times of this process, for those who hold the token and for administrators."""
    token = settings().metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    holds = token is not None and compare_digest(given.encode(), token.encode())
    if not holds and not (current_user.is_authenticated and current_user.person.holds("admin")):
        abort(403)
    registry = current_app.extensions["decision-routes"]["metrics"]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


@pages.get("/brand.css")
def brand() -> Response:
    """The organisation's own colour, where it has set one."""
    colour = settings().colour
    rule = f":root{{--govuk-brand-colour:{colour}}}" if colour else ""
    return Response(rule, content_type="text/css; charset=utf-8")
