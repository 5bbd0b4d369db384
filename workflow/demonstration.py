"""A fresh demonstration: the real cases of Lancashire and a living set around them, on a clock of its own."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources

from sqlalchemy import Connection, func, select

from models import metadata
from models.forecasts import revision
from models.items import items
from models.organisations import installation, organisations
from models.sessions import DatabaseUnavailable, keep_to_oneself, remove_everything, table_names, writing
from workflow import accounts, forecast
from workflow.case_files import load
from workflow.case_reading import read_files
from workflow.clock import LONDON
from workflow.doing import Doing
from workflow.errors import Refused, Unavailable
from workflow.ledger import INSTALLATION, Change
from workflow.runtime import Runtime
from workflow.setup import begun, set_up

STARTS = date(2023, 7, 18)  # the day on which the living set was written
CASES = ("lancashire-2023.yaml", "west-lancashire-mou-2019.yaml")
LIVING = "living-set.yaml"
SHOWN = "options-appraisal-2023"

#: Whom to sign in as, to see what each kind of user sees; everybody else in it has an account too.
SIGN_INS = (
    ("Governance lead", "lcc-governance-lead"),
    ("Board secretary", "cabinet-secretary"),
    ("Manager", "head-of-place"),
    ("Clearer, finance", "finance-officer"),
    ("Member who decides alone", "director-of-adult-services"),
    ("Partner organisation", "harbour-secretary"),
    ("Auditor", "internal-auditor"),
    ("Administrator", "system-administrator"),
)

_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def build(runtime: Runtime, today: date = STARTS, password: str | None = None) -> None:
    """Make the demonstration anew, in one transaction: if that fails, an earlier one is still there.

    With a password everybody in it can sign in with that. Refused where the database holds anything that is
    not a demonstration.
    """
    try:
        with writing(runtime.engine) as db:
            keep_to_oneself(db)
            set_up(runtime, db, _clear(db) + 1)
            now = _start_clock(begun(runtime, db, runtime.clock.now()), today)
            _fill(begun(runtime, db, now), today)
            if password is not None:
                _let_everybody_sign_in(begun(runtime, db, now), password)
    except DatabaseUnavailable as err:
        raise Unavailable(str(err)) from err


def case_files(today: date) -> list[tuple[str, bytes]]:
    """What is in the demonstration on a day, as case files by name; the living set comes last.

    Its dates move, and the ids of its meetings with them, so these begin with forums that no real case has.
    """
    return [*((name, _case(name)) for name in CASES), (LIVING, _living(today))]


def _start_clock(do: Doing, today: date) -> datetime:
    """From now on the demonstration has its own time; what it is by that is returned."""
    starts = datetime.combine(today, time(9), LONDON)
    reads = {"clock_reads": starts.isoformat(), "clock_set_at": do.now.isoformat()}
    change = Change(installation, (INSTALLATION,), reads)
    do.append(INSTALLATION, "demonstration-started", on=None, changes=[change])
    forecast.refresh(do)
    return starts.astimezone(UTC)


def _fill(do: Doing, today: date) -> None:
    reading = read_files(case_files(today))
    reading.outcomes = [written for written in reading.outcomes if written.entry.date <= do.today]
    load(do, reading)


def _let_everybody_sign_in(do: Doing, password: str) -> None:
    for person in do.known.people.values():
        if person.email:
            accounts.create_with_password(do, person.id, password)
    do.flush()


def _clear(db: Connection) -> int:
    """Remove an earlier demonstration, and nothing else; how many changes of what everybody knows it counted.

    The new one counts on from there, so that nobody takes what he remembers of the old one for the new.
    """
    there = table_names(db)
    if not there:
        return 0
    ours = set(metadata.tables) | {"alembic_version"}
    if not there <= ours or "installation" not in there:
        raise Refused("This database holds something else. Name an empty one for the demonstration, with --db.")
    if db.execute(select(installation.c.clock_reads)).scalar_one_or_none() is None:
        held = select(func.count()).select_from(organisations).scalar_subquery() + (
            select(func.count()).select_from(items).scalar_subquery()
        )
        if db.execute(select(held)).scalar_one():
            raise Refused("This database holds real decisions. Name another one for the demonstration, with --db.")
    counted = db.execute(select(revision.c.number)).scalar_one_or_none() or 0
    remove_everything(db, there)
    return counted


def _case(name: str) -> bytes:
    return resources.files("config").joinpath("demonstration", name).read_bytes()


def _living(today: date) -> bytes:
    """The living set, moved by whole weeks so that every day of the week stays what it is."""
    moved = timedelta(weeks=(today - STARTS).days // 7)
    text = _case(LIVING).decode()
    return _DATE.sub(lambda found: (date.fromisoformat(found.group()) + moved).isoformat(), text).encode()
