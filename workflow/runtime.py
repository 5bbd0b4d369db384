"""The wired object: everything that acts and queries are handed. Nothing else is global."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import Connection, Engine, select, true

from models.forecasts import revision
from models.organisations import installation
from models.sessions import DatabaseUnavailable, engine_for, reading, writing
from workflow import forecast, telling, telling_of_meetings
from workflow.clear_days import Calendar, standard_calendar
from workflow.clock import Clock, ShiftedClock, SystemClock, business_date
from workflow.doing import Doing
from workflow.errors import Unavailable
from workflow.known import Known
from workflow.letters import INSTALLATION, SENDER
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
    is_demonstration: bool = False  # it has a clock of its own


@dataclass
class Runtime:
    """One installation, from one process. Safe for use by many threads."""

    engine: Engine
    clock: Clock = field(default_factory=SystemClock)
    calendar: Calendar = field(default_factory=standard_calendar)
    ledger_key: bytes | None = None
    address: str = ""  # where people reach it: links in letters begin with this
    name: str = INSTALLATION
    sender: str = SENDER  # whom letters come from
    _known: Known | None = None

    def do(
        self, use_case: Callable[[Doing, Form], Result], form: Form, actor: str = "operator"
    ) -> tuple[Result, dict[str, Plan]]:
        """Run one act in one transaction: its rows, its events, the plans it changes and the letters, or nothing."""
        with self.doing(actor) as do:
            return _acted(do, use_case, form)

    def rehearse(
        self, use_case: Callable[[Doing, Form], Result], form: Form, actor: str = "operator"
    ) -> tuple[Result, dict[str, Plan]]:
        """What an act would lead to, and whether it would be refused; nothing of it is kept."""
        with self.trying(actor) as do:
            return _acted(do, use_case, form)

    @contextmanager
    def trying(self, actor: str) -> Iterator[Doing]:
        """One transaction that writes and of which nothing is kept. Others who write wait for its end."""
        with suppress(_Rehearsed), self.doing(actor) as do:
            yield do
            raise _Rehearsed

    @contextmanager
    def doing(self, actor: str) -> Iterator[Doing]:
        """One transaction that writes. The caller runs use cases and ends with `forecast.refresh`."""
        with self._understood(), writing(self.engine) as db:
            now, known, _demonstration = self._beginning(db)
            yield Doing(
                db,
                actor,
                now,
                business_date(now),
                self.calendar,
                known,
                ledger_key=self.ledger_key,
                address=self.address,
                name=self.name,
                sender=self.sender,
            )

    @contextmanager
    def looking(self) -> Iterator[Looking]:
        """One consistent look."""
        with self._understood(), reading(self.engine) as db:
            now, known, demonstration = self._beginning(db)
            yield Looking(db, known, known.calendar(self.calendar), now, business_date(now), demonstration)

    @contextmanager
    def inspecting(self) -> Iterator[Connection]:
        """The database as it is, for what must not rely on its rows making sense."""
        with self._understood(), reading(self.engine) as db:
            yield db

    def _beginning(self, db: Connection) -> tuple[datetime, Known, bool]:
        """What every act and every look begins with: the time, what everybody knows, whether it is a demonstration."""
        row = db.execute(_BEGINNING).one()
        known = self._known
        if known is None or known.revision != row.number:
            known = self._known = read_known(db, row.number)
        if row.clock_reads is None:
            return self.clock.now(), known, False
        reads, set_at = datetime.fromisoformat(row.clock_reads), datetime.fromisoformat(row.clock_set_at)
        return ShiftedClock(reads, set_at, self.clock).now(), known, True

    @contextmanager
    def _understood(self) -> Iterator[None]:
        try:
            yield
        except DatabaseUnavailable as err:
            raise Unavailable(str(err)) from err


class _Rehearsed(Exception):
    """Ends a rehearsal, so that nothing of it is kept."""


def _acted(do: Doing, use_case: Callable[[Doing, Form], Result], form: Form) -> tuple[Result, dict[str, Plan]]:
    do.by = getattr(form, "by", None)
    result = use_case(do, form)
    plans = forecast.refresh(do)
    telling.tell(do, plans)
    telling_of_meetings.tell(do)
    return result, plans


def open_runtime(
    url: str, *, ledger_key: bytes | None = None, clock: Clock | None = None, address: str = ""
) -> Runtime:
    """A runtime on the database at this address; Unavailable if the address is none."""
    try:
        engine = engine_for(url)
    except DatabaseUnavailable as err:
        raise Unavailable(str(err)) from err
    return Runtime(engine, clock or SystemClock(), ledger_key=ledger_key, address=address)
