"""The clock that wakes what has to be done without anybody asking. The only importer of apscheduler.

It decides nothing: what is due are rows, claimed by whichever process looks first.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from workflow.errors import WorkflowError

log = structlog.get_logger()

Job = Callable[[], object]


def started(jobs: dict[str, tuple[Job, int]]) -> BackgroundScheduler:
    """Run each job now and then every so many seconds, until `shutdown` is called on what is returned."""
    scheduler = BackgroundScheduler(timezone="UTC")
    for name, (job, seconds) in jobs.items():
        scheduler.add_job(
            _contained(name, job),
            "interval",
            seconds=seconds,
            id=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    scheduler.start()
    return scheduler


def _contained(name: str, job: Job) -> Job:
    """A job that fails says so and comes again; the others go on."""

    def run() -> object:
        try:
            return job()
        except WorkflowError as err:
            log.warning("job failed", job=name, why=str(err))
        except Exception:
            log.exception("job failed", job=name)
        return None

    return run
