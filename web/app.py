"""The web application, made from a runtime. Importing this module does nothing."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from flask_wtf import CSRFProtect
from govuk_frontend_wtf.main import WTFormsHelpers
from jinja2 import ChainableUndefined, ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from config.settings import Settings
from web import access, furniture, measuring, reading, signing_in, trouble, words
from web.views import (
    account,
    acts,
    administration,
    audit,
    calendars,
    choosing,
    creating,
    deadlines,
    decisions,
    forums,
    health,
    inbox,
    item_reminders,
    items,
    meetings,
    notices,
    outcomes,
    post,
    publications,
    ready_by,
    reports,
    routes_and_rules,
    slips,
    timetable,
    what_if,
    work,
)
from workflow.runtime import Runtime

LARGEST_REQUEST = 1_000_000  # bytes; pages that take files raise it for themselves
VIEWS = (
    account,
    administration,
    audit,
    calendars,
    choosing,
    creating,
    deadlines,
    decisions,
    forums,
    health,
    item_reminders,
    items,
    publications,
    ready_by,
    reports,
    routes_and_rules,
    slips,
    timetable,
    what_if,
    work,
    acts,
    inbox,
    meetings,
    notices,
    outcomes,
    post,
)  # fmt: skip
LOCAL = ("localhost", "127.0.0.1", "[::1]")


def create_app(runtime: Runtime, settings: Settings) -> Flask:
    """An application on one installation. RuntimeError if a page has no access rule."""
    app = Flask(__name__)
    app.extensions[reading.EXTENSION] = {"runtime": runtime, "settings": settings}
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        TRUSTED_HOSTS=[urlsplit(settings.address).hostname or "localhost", *LOCAL],
        WTF_CSRF_TIME_LIMIT=None,  # as long as the sign-in: a form filled in slowly is not lost
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]
    app.before_request(_nonce)  # first: pages that refuse have one too
    _templates(app)
    signing_in.install(app, runtime)
    CSRFProtect(app)
    WTFormsHelpers(app)
    for view in VIEWS:
        app.register_blueprint(view.pages)
    trouble.install(app)
    access.install(app)
    measuring.install(app)
    app.after_request(_protected)
    app.teardown_request(reading.stop_looking)
    return app


def _templates(app: Flask) -> None:
    app.jinja_env.undefined = ChainableUndefined  # the GOV.UK macros rely on it
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_loader = ChoiceLoader(
        [
            PackageLoader("web"),
            PrefixLoader(
                {
                    "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
                    "govuk_frontend_wtf": PackageLoader("govuk_frontend_wtf"),
                }
            ),
        ]
    )
    words.install(app)
    furniture.install(app)


def _nonce() -> None:
    g.csp_nonce = secrets.token_urlsafe(16)


def _protected(response: Response) -> Response:
    """What every answer carries. Pages of those who are signed in are never kept by anybody else."""
    headers = response.headers
    headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; "
        f"script-src 'self' 'nonce-{g.get('csp_nonce', '')}'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    )
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if reading.settings().address.startswith("https:"):
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint not in ("static", "health.brand", "calendars.feed"):
        headers["Cache-Control"] = "no-store"
    return response
