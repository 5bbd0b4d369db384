"""How the application is doing, in its log and in numbers.

One log line and two measures for each request, by page and never by address; what waits to be said and sent in the
whole installation, looked up when somebody asks for it; and what the scheduler inside this process has done.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any

import structlog
from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from web.reading import EXTENSION
from workflow.errors import Unavailable
from workflow.heartbeats import heard
from workflow.queries.overdue import overdue_for, waiting

if TYPE_CHECKING:
    from workflow.runs import Ran

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
    registry.register(_Installation(app))
    app.extensions[EXTENSION].update(metrics=registry, runs=RunsCounted(registry))

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


class RunsCounted:
    """Counts what the runs of a scheduler inside this process did."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, what: str) -> Counter:
            return Counter(f"decision_routes_{name}", f"{what} by the scheduler of this process.", registry=registry)

        self._counters = {
            "messages": counter("messages_written", "Messages written"),
            "letters": counter("letters_written", "Letters of reminders written"),
            "sent": counter("letters_sent", "Letters sent"),
            "failed": counter("letters_failed", "Letters that could not be sent, each time,"),
        }
        self._sweeps = Histogram("decision_routes_sweep_seconds", "How long sweeps took.", registry=registry)

    def __call__(self, ran: Ran) -> None:
        """Count one more run."""
        for name, counter in self._counters.items():
            counter.inc(getattr(ran, name))
        if ran.sweep_seconds is not None:
            self._sweeps.observe(ran.sweep_seconds)


class _Installation(Collector):
    """What waits in the whole installation, and whether any scheduler is heard: asked of the database each time."""

    def __init__(self, app: Flask) -> None:
        self._about = app.extensions[EXTENSION]

    def collect(self) -> Iterable[Metric]:
        """The numbers of this moment; none of them where the database cannot be used."""
        try:
            with self._about["runtime"].looking() as look:
                pulse, waits, overdue = heard(look), waiting(look), overdue_for(look)
        except Unavailable as err:
            log.warning("not measured", why=str(err))
            return
        if pulse.age is not None:
            age = pulse.age.total_seconds()
            yield _gauge("scheduler_last_beat_seconds", "Seconds since a scheduler was last heard.", age)
        yield _gauge("schedulers", "Schedulers that were heard lately.", pulse.schedulers)
        yield _gauge("reminders_overdue", "Reminders that are due and not said yet.", waits.reminders_overdue)
        yield _gauge("messages_waiting", "Messages that wait to be put into a letter.", waits.messages_waiting)
        yield _gauge("letters_waiting", "Letters that wait to be sent.", waits.letters_waiting)
        yield _gauge("letters_given_up", "Letters that could not be sent and are given up.", waits.letters_given_up)
        yield _gauge("overdue_seconds", "How long the oldest of what is due has been waiting.", overdue.total_seconds())


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"decision_routes_{name}", what, value=value)


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
    workflow = logging.getLogger("decision_routes")
    if not workflow.handlers:
        workflow.addHandler(_Lines())


class _Lines(logging.Handler):
    """What the workflow says to its own log is key=value already: among the other lines it needs when, and how bad."""

    def emit(self, record: logging.LogRecord) -> None:
        """Say it."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        level = record.levelname.lower()
        sys.stderr.write(f"timestamp={at!r} level={level!r} {record.getMessage()}\n")
