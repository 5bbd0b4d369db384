"""The wired object: everything that acts and queries are handed. Nothing else is global."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import Connection, Engine, select, true

from models.forecasts import revision
from models.organisations import installation
from models.sessions import DatabaseUnavailable, engine_for, reading, writing
from workflow import forecast
from workflow.clear_days import Calendar, standard_calendar
from workflow.clock import Clock, ShiftedClock, SystemClock, business_date
from workflow.doing import Doing
from workflow.errors import Unavailable
from workflow.known import Known
from workflow.plans import Plan
from workflow.queries.known import read_known

_BEGINNING = select(revision.c.number, installation.c.clock_reads, installation.c.clock_set_at).join(
    installation, true(), isouter=True
)

Result = TypeVar("Result")
Form = TypeVar("Form")


@dataclass(frozen=True, slots=True)
class Looking:
    """A consistent look at the database: what queries are handed."""

    db: Connection
    known: Known
    calendar: Calendar
    now: datetime
    today: date


@dataclass
class Runtime:
    """One installation, from one process. Safe for use by many threads."""

    engine: Engine
    clock: Clock = field(default_factory=SystemClock)
    calendar: Calendar = field(default_factory=standard_calendar)
    ledger_key: bytes | None = None
    _known: Known | None = None

    def do(
        self, use_case: Callable[[Doing, Form], Result], form: Form, actor: str = "operator"
    ) -> tuple[Result, dict[str, Plan]]:
        """Run one act in one transaction: its rows, its events and the plans it changes, or nothing."""
        with self.doing(actor) as do:
            do.by = getattr(form, "by", None)
            result = use_case(do, form)
            return result, forecast.refresh(do)

    @contextmanager
    def doing(self, actor: str) -> Iterator[Doing]:
        """One transaction that writes. The caller runs use cases and ends with `forecast.refresh`."""
        with self._understood(), writing(self.engine) as db:
            now, known = self._now_and_known(db)
            yield Doing(
                db,
                actor,
                now,
                business_date(now),
                self.calendar,
                known,
                ledger_key=self.ledger_key,
            )

    @contextmanager
    def looking(self) -> Iterator[Looking]:
        """One consistent look."""
        with self._understood(), reading(self.engine) as db:
            now, known = self._now_and_known(db)
            yield Looking(db, known, self.calendar, now, business_date(now))

    @contextmanager
    def inspecting(self) -> Iterator[Connection]:
        """The database as it is, for what must not rely on its rows making sense."""
        with self._understood(), reading(self.engine) as db:
            yield db

    def _now_and_known(self, db: Connection) -> tuple[datetime, Known]:
        """What every act and every look begins with: the time, and what everybody knows."""
        row = db.execute(_BEGINNING).one()
        known = self._known
        if known is None or known.revision != row.number:
            known = self._known = read_known(db, row.number)
        if row.clock_reads is None:
            return self.clock.now(), known
        reads, set_at = datetime.fromisoformat(row.clock_reads), datetime.fromisoformat(row.clock_set_at)
        return ShiftedClock(reads, set_at, self.clock).now(), known  # a demonstration has its own clock

    @contextmanager
    def _understood(self) -> Iterator[None]:
        try:
            yield
        except DatabaseUnavailable as err:
            raise Unavailable(str(err)) from err


def open_runtime(url: str, *, ledger_key: bytes | None = None, clock: Clock | None = None) -> Runtime:
    """A runtime on the database at this address; Unavailable if the address is none."""
    try:
        engine = engine_for(url)
    except DatabaseUnavailable as err:
        raise Unavailable(str(err)) from err
    return Runtime(engine, clock or SystemClock(), ledger_key=ledger_key)
