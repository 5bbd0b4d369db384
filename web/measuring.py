"""How the application is doing: one log line and two measures for each request, by page and never by address."""

from __future__ import annotations

import sys
from time import perf_counter
from typing import Any

import structlog
from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram

log = structlog.get_logger()

#: Whatever else somebody sends is counted as one: each label is kept for as long as the process runs.
METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE")


def install(app: Flask) -> None:
    """Count and time every request of this process."""
    if not structlog.is_configured():
        say_in_lines()
    registry = CollectorRegistry()
    answered = Counter(
        "decision_routes_requests", "Requests answered.", ["page", "method", "status"], registry=registry
    )
    took = Histogram("decision_routes_request_seconds", "How long answers took.", ["page"], registry=registry)
    app.extensions["decision-routes"]["metrics"] = registry

    def begin() -> None:
        g.began = perf_counter()

    def end(response: Response) -> Response:
        page = request.endpoint or "none"
        seconds = perf_counter() - g.get("began", perf_counter())
        method = request.method if request.method in METHODS else "other"
        answered.labels(page, method, response.status_code).inc()
        took.labels(page).observe(seconds)
        if page != "static":
            took_ms = round(seconds * 1000, 1)
            log.info("answered", page=page, method=method, status=response.status_code, ms=took_ms)
        return response

    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.after_request(end)


def say_in_lines() -> None:
    """The log as key=value lines on standard error: what failed and where, never what anybody had typed."""

    def to_standard_error(*_names: Any) -> structlog.PrintLogger:
        return structlog.PrintLogger(sys.stderr)

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=to_standard_error,
    )
