"""How the application is doing: one log line and two measures for each request, by page and never by address."""

from __future__ import annotations

from time import perf_counter

import structlog
from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram

log = structlog.get_logger()


def install(app: Flask) -> None:
    """Count and time every request of this process."""
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
        answered.labels(page, request.method, response.status_code).inc()
        took.labels(page).observe(seconds)
        if page != "static":
            took_ms = round(seconds * 1000, 1)
            log.info("answered", page=page, method=request.method, status=response.status_code, ms=took_ms)
        return response

    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.after_request(end)
