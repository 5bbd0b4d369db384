"""What a scheduler does each time it wakes: lists, reminders, letters, in this order.

Any number of processes may do this on one database at once, and each may be killed at any moment: what is due are
rows, and whoever looks next goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from time import perf_counter
from typing import Final, TypeVar

import structlog

from workflow.clock import business_date
from workflow.errors import WorkflowError
from workflow.forecast import refresh_stale
from workflow.heartbeats import ACTOR, Heart
from workflow.outbox import Delivered
from workflow.reminders import sweep as sweeping
from workflow.reminders.sweep import Swept
from workflow.runtime import Runtime

POLL: Final = 15.0  # seconds: other processes may write something that is due sooner than what was known

log = structlog.get_logger()

Result = TypeVar("Result")
Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run did."""

    brought_forward: int = 0  # items planned anew because a day has begun
    messages: int = 0
    letters: int = 0
    sent: int = 0
    failed: int = 0
    sweep_seconds: float | None = None  # None: there was no sweep, or it did not come to its end

    @property
    def did_something(self) -> bool:
        """Whether there may be more of the same."""
        return any((self.brought_forward, self.messages, self.letters, self.sent, self.failed))


@dataclass
class Runs:
    """A scheduler's work. `deliver` hands over the letters that wait, unless it is told to stop before the next one."""

    runtime: Runtime
    heart: Heart
    deliver: Callable[[Stop], Delivered]
    told: Callable[[Ran], None] = lambda _ran: None
    sweep: Callable[[Runtime, Stop], Swept] = sweeping.sweep
    next_moment: Callable[[Runtime], datetime | None] = sweeping.next_moment
    _day: date | None = None  # the one for which lists were brought forward
    _swept_at: datetime | None = None
    _last_failure: str | None = None

    def run(self, stop: Stop) -> float:
        """Do what is due, and say so; after how many seconds to look again."""
        failures: list[str] = []
        now = self._done("look", self._now, None, failures)
        if now is None:  # nothing else would work either
            ran, rest = Ran(), POLL
        else:
            ran = self._ran(now, stop, failures)
            rest = self._rest(ran, failures)
        self._last_failure = failures[-1] if failures else None
        if ran.did_something:
            log.info("run", **{name: value for name, value in asdict(ran).items() if value})
        self.told(ran)
        return rest

    def end(self) -> None:
        """This scheduler has ended as it should."""
        self._done("heartbeat", self.heart.stop, None, [])

    def _ran(self, now: datetime, stop: Stop, failures: list[str]) -> Ran:
        def stopping() -> bool:
            """Asked between two letters, or two transactions: a long run is still heard."""
            self._beat([])
            return stop()

        self._beat(failures)
        brought = self._lists(now, stopping, failures)
        began, swept = perf_counter(), None
        if not stopping():
            swept = self._done("sweep", lambda: self.sweep(self.runtime, stopping), None, failures)
        took = None if swept is None else round(perf_counter() - began, 4)
        self._swept_at = self._swept_at if swept is None else now
        handed = Delivered()
        if not stopping():
            handed = self._done("letters", lambda: self.deliver(stopping), handed, failures)
        swept = swept or Swept(0, 0)
        return Ran(brought, swept.messages, swept.letters, handed.sent, handed.failed, took)

    def _lists(self, now: datetime, stopping: Stop, failures: list[str]) -> int:
        """Bring lists forward at the start and whenever a day has begun in England: reminders follow from them."""
        today = business_date(now)
        if today == self._day:
            return 0
        brought = self._done("lists", lambda: bring_forward(self.runtime, stopping), None, failures)
        if brought is None:
            return 0
        self._day = today
        return brought

    def _rest(self, ran: Ran, failures: list[str]) -> float:
        """How long to wait: until the next thing is due by the installation's own clock, which may be a shifted one."""
        moment = self._done("next moment", lambda: self.next_moment(self.runtime), None, failures)
        now = None if moment is None else self._done("look", self._now, None, failures)
        if moment is None or now is None:
            return POLL
        seconds = (moment - now).total_seconds()
        if seconds <= 0:  # somebody else has it in hand, or it has just failed: it is not asked for again at once
            return 0.0 if ran.did_something else POLL
        return min(seconds, POLL)

    def _now(self) -> datetime:
        with self.runtime.looking() as look:
            return look.now

    def _beat(self, failures: list[str]) -> None:
        swept_at, why = self._swept_at, self._last_failure
        self._done("heartbeat", lambda: self.heart.beat(swept_at, wakes_within=POLL, failure=why), None, failures)

    def _done(self, job: str, do: Callable[[], Result], otherwise: Result, failures: list[str]) -> Result:
        """A job that fails says so and comes again with the next run; the others go on."""
        try:
            return do()
        except WorkflowError as err:
            log.warning("job failed", job=job, why=str(err))
            failures.append(f"{job}: {err}")
        except Exception as err:
            log.exception("job failed", job=job)
            failures.append(f"{job}: {type(err).__name__}")
        return otherwise


def bring_forward(runtime: Runtime, stopping: Stop) -> int:
    """Plan every open item for today that was last planned for an earlier day, a few at a time; their number."""
    brought, left, passed_over = 0, 1, set[str]()
    while left and not stopping():
        with runtime.doing(ACTOR) as do:
            left = refresh_stale(do, passed_over=passed_over)
        brought += left
    return brought - len(passed_over)
