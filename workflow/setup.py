"""Making a database ready, and saying why one is not."""

from __future__ import annotations

from datetime import datetime
from importlib import resources
from pathlib import Path

from sqlalchemy import Connection, insert, select

from models.forecasts import revision
from models.migrations import known, newest, revision_of, upgrade
from models.organisations import installation, rule_packs
from models.sessions import DatabaseUnavailable, keep_to_oneself, reading, table_names, writing
from routes.loader import shipped
from routes.yaml_marks import read
from workflow import forecast
from workflow.clock import business_date
from workflow.doing import Doing
from workflow.entries import RulesEntry
from workflow.errors import Unavailable
from workflow.known import ALWAYS
from workflow.ledger import INSTALLATION, KEY_INTRODUCED, Change
from workflow.locking import know_again
from workflow.queries.known import read_known
from workflow.queries.verify import heads_before, unsealed
from workflow.runtime import Runtime
from workflow.use_cases import installation as setting_up

ACTOR = "decision-routes"


def initialise(runtime: Runtime) -> None:
    """Create the tables or bring them up to date, and register the routes and rules that are shipped."""
    try:
        with writing(runtime.engine) as db:
            set_up(runtime, db)
    except DatabaseUnavailable as err:
        raise Unavailable(str(err)) from err


def set_up(runtime: Runtime, db: Connection, number: int = 1) -> None:
    """The same as part of a larger transaction; a new database counts its changes from `number` on."""
    keep_to_oneself(db)
    _must_not_be_newer(db)
    _must_not_be_foreign(db)
    upgrade(db)
    if db.execute(select(revision.c.number)).scalar_one_or_none() is None:
        db.execute(insert(revision).values(id=1, number=number))
    _register(begun(runtime, db, runtime.clock.now()))


def begun(runtime: Runtime, db: Connection, now: datetime) -> Doing:
    """An act of the product itself, within a transaction that is open."""
    number = db.execute(select(revision.c.number)).scalar_one()
    known = read_known(db, number)
    return Doing(db, ACTOR, now, business_date(now), runtime.calendar, known, ledger_key=runtime.ledger_key)


def must_be_ready(runtime: Runtime) -> None:
    """Unavailable, with what to do, unless the database is one that this version can work with."""
    url = runtime.engine.url
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        path = Path((url.database or "").removeprefix("file:"))
        if not path.exists():
            raise Unavailable(f"There is no database {path.name} here. Run decision-routes init first.")
    try:
        with reading(runtime.engine) as db:
            _must_not_be_newer(db)
            found = revision_of(db)
    except DatabaseUnavailable as err:
        raise Unavailable(str(err)) from err
    if found is None:
        raise Unavailable("The database is not initialised. Run decision-routes init first.")
    if found != newest():
        raise Unavailable("The database is of an older version. Run decision-routes init to upgrade it.")


def shipped_rules() -> list[RulesEntry]:
    """The rule packs that the product ships."""
    found = []
    for file in sorted(resources.files("config").joinpath("rules").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".yaml"):
            entries = read(file.read_bytes(), file.name)["rules"]
            found += [RulesEntry.model_validate(entry) for entry in entries]
    return found


def _must_not_be_newer(db: Connection) -> None:
    found = revision_of(db)
    if found is not None and found not in known():
        raise DatabaseUnavailable(
            "This database was made by a newer version of Decision Routes. Upgrade the program; nothing was changed."
        )


def _must_not_be_foreign(db: Connection) -> None:
    if revision_of(db) is None and table_names(db):
        raise DatabaseUnavailable("This database holds the tables of something else. Name another one.")


def _register(do: Doing) -> None:
    if do.db.execute(select(installation.c.id)).scalar_one_or_none() is None:
        change = Change(installation, (INSTALLATION,), {"clock_reads": None}, new=True)
        do.append(INSTALLATION, "initialised", on=None, changes=[change])
    _take_in_rules(do)
    for definition in shipped().values():
        setting_up.route(do, definition.canonical, shipped=True)
    know_again(do)
    forecast.rebuild(do)  # an upgrade leaves nothing of what lists read, or brings other rules
    forecast.refresh(do)
    if do.ledger_key is not None and next(unsealed(do.db), None) is not None:
        do.append(INSTALLATION, KEY_INTRODUCED, on=None, act=heads_before(do.db))
        do.flush()


def _take_in_rules(do: Doing) -> None:
    """The rule packs that are shipped as this version has them: new parts, changed ones, and none that it has not."""
    ships = {(entry.id, entry.starts or ALWAYS): entry for entry in shipped_rules()}
    names = sorted({name for name, _starts in ships})
    query = select(rule_packs).where(rule_packs.c.id.in_(names)).order_by(rule_packs.c.id, rule_packs.c.starts)
    there = {(row.id, row.starts): row.rules for row in do.db.execute(query)}
    for key, entry in ships.items():
        if there.get(key) != setting_up.content_of(entry):
            setting_up.rules(do, entry, new=key not in there)
    for name, starts in sorted(there.keys() - ships.keys()):
        setting_up.rules_end(do, name, None if starts == ALWAYS else starts)
