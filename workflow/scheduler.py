"""The clock that wakes what has to be done without anybody asking. The only importer of apscheduler.

It decides nothing: what is due are rows, claimed by whichever process looks first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Lock
from typing import Any, Final

from apscheduler.schedulers.background import BackgroundScheduler

from workflow.clock import Clock, SystemClock
from workflow.runs import POLL

HABITS: Final = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}  # late is better than never


class Scheduler:
    """Runs `run` at once, and then again and again, each time after as many seconds as it has returned.

    `run` is handed a question that it asks before it begins anything new: whether to stop.
    """

    def __init__(self, run: Callable[[Callable[[], bool]], float], real: Clock | None = None) -> None:
        self._run = run
        self._real = real or SystemClock()  # seconds pass by the real clock, whichever one the installation has
        self._stopping = Event()
        self._setting = Lock()
        self._alarm: Any = BackgroundScheduler(timezone="UTC", job_defaults=HABITS)

    def start(self) -> None:
        """The first run begins."""
        self._set(0)
        self._alarm.start()

    def stop(self) -> None:
        """Begin nothing new, and wait for what is in hand."""
        self._stopping.set()
        with self._setting:  # whoever sets the alarm while it shuts down would wait for it, and it for them
            pass
        self._alarm.remove_all_jobs()  # it does not bear being shut down while it begins one
        if self._alarm.running:
            self._alarm.shutdown(wait=True)

    def _woken(self) -> None:
        rest = POLL
        try:
            if not self._stopping.is_set():
                rest = self._run(self._stopping.is_set)
        finally:
            self._set(rest)

    def _set(self, seconds: float) -> None:
        """Set the alarm for the next run: only once the one before is over, so that two never overlap."""
        with self._setting:
            if not self._stopping.is_set():
                self._alarm.add_job(self._woken, "date", run_date=self._real.now() + timedelta(seconds=seconds))
