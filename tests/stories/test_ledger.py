"""The ledger shows every alteration: of any column, any event, any text, by whoever got at the database."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Date, Engine, Float, Integer, create_engine, select, text, update
from sqlalchemy.exc import DBAPIError

from models import metadata
from models.base import UtcDateTime
from models.ledger import events
from models.organisations import forums
from tests.builders import case
from tests.office import Office
from tests.properties.world import COUNCIL, ENDORSED, PLAN, ROUTE
from workflow import ledger
from workflow.queries.verify import verify
from workflow.setup import initialise

TRIGGERS = ("events_not_updated", "events_not_deleted", "texts_not_changed", "texts_not_deleted")
COLUMNS = [
    (name, column.name) for name in (*ledger.CHAINS, "events", "texts") for column in metadata.tables[name].columns
]
GATED = """
calendar:
  - {id: shut, what: closure, organisation: council, from: 2023-12-27, until: 2023-12-29, reason: Offices shut}
routes:
  - route: second
    title: Second
    for: [plan]
    stages:
      - {id: gate, kind: gate, waits_for: {check: Money found, by: lead}}
      - {id: every, each: parties, ask: approve, decisive: true, when: {value: {over: 10}}}
items:
  - id: lanes
    title: Lanes
    type: plan
    route: second
    organisation: council
    owner: owner
    parties: [council, health]
    value: 20
    target: 2023-12-01
    part: II
    key_decision: true
    exemption: {basis: Schedule 12A, paragraphs: [3], reason: A contract}
    divisions: [north]
    fields: {urgent: true}
"""


def a_busy_office(office: Office) -> None:
    """Something stands in every table, and in nearly every column."""
    council = COUNCIL.replace(
        "name: Health Board, form: committee", "name: Health Board, form: committee, rules: executive"
    )
    council = council.replace("name: Partnership,", "name: Partnership, quorum: 3, meets: {every: week, day: monday},")
    office.load(
        council.replace("date: 2023-10-03", "date: 2023-10-03, place: Town hall") + ROUTE + PLAN + ENDORSED, GATED
    )
    office.lead.does("open-gate", item="lanes", step="gate", evidence="Minute 4", on="2023-06-01")
    files = [{"name": "Costs.csv", "media_type": "text/csv", "size": 5, "sha256": "5" * 64, "part": "II"}]
    office.owner.does("revise", item="roads", attachments=files, on="2023-06-06")
    office.owner.does("submit", item="roads", step="cabinet", version=3, on="2023-06-07")
    office.lead.does("material", item="roads", material=False, reason="Spelling", on="2023-06-07")
    office.finance.does(
        "clear", item="roads", step="cabinet", area="finance", cleared=False, reason="No", on="2023-06-07"
    )
    office.cabinet_clerk.does("notice", item="roads", step="cabinet", on="2023-06-08")
    office.cabinet_clerk.does("bind", item="roads", step="cabinet", meeting="cabinet-july", on="2023-06-09")
    office.cabinet_clerk.records("roads", "cabinet", "referred-back", "2023-07-06", reason="Costs")
    office.other_clerk.records("roads", "partnership", "deferred", "2023-07-10", until="2023-09-01")
    clerk, step = office.cabinet_clerk, {"item": "lanes", "step": "every:council"}
    clerk.does("private-notice", **step, on="2023-06-01")
    clerk.does("private-notice-again", **step, representations="Why?", response="Prices", on="2023-06-20")
    clerk.does("exception", **step, agreed_by="Chair of scrutiny", reason="The grant ends", on="2023-06-21")
    clerk.does("urgency", **step, agreed_by="Chair of scrutiny", reason="The grant ends", on="2023-07-03")
    clerk.does("bind", **step, meeting="cabinet-july", on="2023-07-03")
    clerk.does("urgent-item", **step, agreed_by="Chair", reason="The grant ends", on="2023-07-04")
    office.owner.does("submit", **step, on="2023-07-04")
    clerk.does("agenda", **step, on="2023-07-05")
    said = {"conditions": [{"text": "Report back", "owner": "owner", "due": "2023-09-01"}], "text": "Yes"}
    office.cabinet_clerk.records("lanes", "every:council", "approved", "2023-07-06", call_in_waived="Urgent",
                                 waiver_agreed_by="Chair of scrutiny", **said)  # fmt: skip
    clerk.does("publish", **step, on="2023-07-07")
    clerk.does("documents", **step, reason="By hand", on="2023-07-07")
    office.owner.does("meet", item="lanes", step="every:council", number=1, evidence="Done", on="2023-07-10")
    office.other_clerk.records("lanes", "every:health", "approved", "2023-07-11", published="2023-07-12")
    office.other_clerk.does("call-in", item="lanes", step="every:health", on="2023-07-13")
    office.other_clerk.does("uphold", item="lanes", step="every:health", on="2023-07-14")
    assert office.verify().ok


@pytest.fixture(scope="module")
def busy(prepared_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which much has happened, unprotected: the triggers are dropped."""
    path = tmp_path_factory.mktemp("busy") / "busy.sqlite"
    shutil.copy(prepared_sqlite, path)
    office = Office(f"sqlite:///{path}")
    a_busy_office(office)
    with office.runtime.engine.begin() as db:
        for trigger in TRIGGERS:
            db.execute(text(f"DROP TRIGGER {trigger}"))
    office.close()
    return path


class Intruder:
    """Somebody with the database in their hands, who can take back what they did."""

    def __init__(self, path: Path) -> None:
        self.engine: Engine = create_engine(f"sqlite:///{path}")

    def alters(self, *statements: str, **values: Any) -> list[str]:
        """What verifying says about these alterations, which are undone afterwards."""
        found = self.tries(*statements, **values)
        assert found is not None, "nothing was altered"
        return found

    def tries(self, *statements: str, **values: Any) -> list[str] | None:
        """The same; None where the database itself would not have the new value."""
        with self.engine.connect() as db:
            db.execute(text("PRAGMA foreign_keys=OFF"))
            db.execute(text("PRAGMA ignore_check_constraints=ON"))
            changed = sum(db.execute(text(statement), values).rowcount for statement in statements)
            found = [fault.message for fault in verify(db).faults] if changed else None
            db.rollback()
            return found


@pytest.fixture
def intruder(busy: Path) -> Iterator[Intruder]:
    somebody = Intruder(busy)
    yield somebody
    somebody.engine.dispose()


def other_values(table: str, column: str) -> list[Any]:
    """Values that the column could have had instead."""
    kind = metadata.tables[table].c[column].type
    if isinstance(kind, Boolean):
        return ["NOT {0}", "CASE WHEN {0} IS NULL THEN 1 END"]
    if isinstance(kind, Integer | Float):
        return ["{0} + 1000", "COALESCE({0}, 7)", "'many'"]
    if isinstance(kind, Date):
        return ["'2001-02-03'", "'not a day'", "NULL"]
    if isinstance(kind, UtcDateTime):
        return ["'2001-02-03 04:05:06.000000'", "'not a moment'"]
    if column in (
        "data",
        "rules",
        "meets",
        "quorum",
        "exemption",
        "divisions",
        "fields",
        "parties",
        "bindings",
        "recommendations",
    ):
        return ["""'{{"other": true}}'""", "'[]'", "'{{not json'", "'3'"]
    return ["COALESCE({0}, '') || 'x'", "''"]


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda part: str(part))
def test_no_column_can_be_altered_unseen(intruder: Intruder, table: str, column: str) -> None:
    seen = 0
    for value in other_values(table, column):
        new = value.format(f'"{column}"')
        row = f'(SELECT rowid FROM {table} WHERE "{column}" IS NOT ({new}) ORDER BY rowid DESC LIMIT 1)'
        with intruder.engine.connect() as db:
            if db.execute(text(f"SELECT 1 WHERE EXISTS {row}")).first() is None:
                continue
        statement = f'UPDATE OR IGNORE {table} SET "{column}" = {new} WHERE rowid = {row}'
        if (table, column) == ("events", "position"):  # the order within a chain is what counts
            statement = "UPDATE events SET position = -position WHERE subject = 'item:roads' AND seq = 3"
        found = intruder.tries(statement)
        assert found != [], f"{table}.{column} = {new} was not noticed"
        seen += found is not None
    assert seen


@pytest.mark.parametrize("table", [*ledger.CHAINS, "events", "texts"])
def test_no_row_can_be_deleted_unseen(intruder: Intruder, table: str) -> None:
    rows = [row[0] for row in intruder.engine.connect().execute(text(f"SELECT rowid FROM {table}"))]
    assert rows, f"nothing stands in {table}"
    for row in {rows[0], rows[len(rows) // 2], rows[-1]}:
        assert intruder.alters(f"DELETE FROM {table} WHERE rowid = {row}")


@pytest.mark.parametrize("table", [*ledger.CHAINS, "events", "texts"])
def test_no_row_can_be_added_unseen(intruder: Intruder, table: str) -> None:
    columns = metadata.tables[table].columns
    keys = [column.name for column in metadata.tables[table].primary_key]
    own = keys[-1] if table not in ("events",) else "subject"
    taken = {"position": "position + 100000", "number": "number + 100", own: f"\"{own}\" || '9'"}
    chosen = ", ".join(taken.get(column.name, f'"{column.name}"') for column in columns)
    names = ", ".join(f'"{column.name}"' for column in columns)
    assert intruder.alters(f"INSERT INTO {table} ({names}) SELECT {chosen} FROM {table} LIMIT 1")


def test_events_cannot_be_cut_off_taken_out_or_swapped_unseen(intruder: Intruder) -> None:
    chain = "subject = 'item:roads'"
    last = f"(SELECT max(seq) FROM events WHERE {chain})"
    assert intruder.alters(f"DELETE FROM events WHERE {chain} AND seq = {last}")
    assert intruder.alters(f"DELETE FROM events WHERE {chain} AND seq > 3")
    assert intruder.alters(f"DELETE FROM events WHERE {chain}")
    assert intruder.alters(f"DELETE FROM events WHERE {chain} AND seq = 1")
    taken_out = f"DELETE FROM events WHERE {chain} AND seq = 3"
    assert intruder.alters(taken_out, f"UPDATE events SET seq = seq - 1 WHERE {chain} AND seq > 3")
    swapped = ((3, -3), (4, 3), (-3, 4))
    steps = [f"UPDATE events SET seq = {new} WHERE {chain} AND seq = {old}" for old, new in swapped]
    assert intruder.alters(*steps)
    assert intruder.alters(f"UPDATE events SET subject = 'item:lanes', seq = 900 WHERE {chain} AND seq = {last}")


def test_a_text_can_neither_be_changed_nor_blanked_unseen(intruder: Intruder) -> None:
    with intruder.engine.connect() as db:
        digests = list(db.execute(text("SELECT digest FROM texts")).scalars())
    for digest in digests:
        assert intruder.alters("UPDATE texts SET text = NULL WHERE digest = :digest", digest=digest)
        assert intruder.alters("UPDATE texts SET text = text || '.' WHERE digest = :digest", digest=digest)


def test_a_text_of_a_chain_that_does_not_exist_is_seen(intruder: Intruder) -> None:
    stray = (
        "INSERT INTO texts (subject, digest, salt, text) SELECT 'item:nothing', digest, salt, text FROM texts LIMIT 1"
    )
    assert intruder.alters(stray) == ["there is a text that no event speaks of"]


def test_true_is_not_one_in_what_a_row_lists(intruder: Intruder) -> None:
    alteration = "UPDATE items SET fields = :fields WHERE id = 'lanes'"
    assert "fields is {'urgent': 1}" in intruder.alters(alteration, fields=json.dumps({"urgent": 1}))[0]


def test_a_fault_says_which_chain_and_which_event(busy: Path, tmp_path: Path) -> None:
    shutil.copy(busy, tmp_path / "altered.sqlite")
    office = Office(f"sqlite:///{tmp_path}/altered.sqlite")
    with office.runtime.engine.begin() as db:
        db.execute(text("UPDATE events SET actor = 'nobody' WHERE subject = 'item:roads' AND seq = 2"))
    [fault] = office.verify().faults
    assert (fault.subject, fault.seq) == ("item:roads", 2)
    assert fault.message == "was altered: its hash does not fit what it says"
    assert office.verify("lanes").ok
    assert not office.verify("roads").ok
    office.close()


def test_a_key_set_later_seals_what_follows(sqlite_database: str) -> None:
    plain = Office(sqlite_database)
    plain.load(COUNCIL + ROUTE + PLAN)
    keyed = Office(sqlite_database, ledger_key=b"a secret of the council")
    initialise(keyed.runtime)
    keyed.other_clerk.records("roads", "partnership", "endorsed", "2023-06-06")
    assert keyed.verify().ok
    assert {fault.message for fault in plain.verify().faults} == {
        "is sealed with a key: set DECISION_ROUTES_LEDGER_KEY to verify it"
    }
    wrong = Office(sqlite_database, ledger_key=b"a guess")
    assert {fault.message for fault in wrong.verify().faults} == {"was altered: its hash does not fit what it says"}
    plain.cabinet_clerk.does("notice", item="roads", step="cabinet", on="2023-06-07")
    assert "is not sealed with the key, although events before it are" in {
        fault.message for fault in keyed.verify().faults
    }
    for office in (plain, keyed, wrong):
        office.close()


def test_whoever_lacks_the_key_cannot_make_an_altered_event_look_right(sqlite_database: str) -> None:
    office = Office(sqlite_database, ledger_key=b"a secret of the council")
    office.load(COUNCIL + ROUTE + PLAN)
    with office.runtime.engine.begin() as db:
        db.execute(text("DROP TRIGGER events_not_updated"))
        event = dict(db.execute(text("SELECT * FROM events WHERE subject = 'item:roads'")).mappings().one())
    with office.runtime.looking() as look:
        found = (
            look.db.execute(metadata.tables["events"].select().where(text("subject = 'item:roads'"))).mappings().one()
        )
    forged = ledger.seal({**found, "actor": "nobody"}, None)
    assert forged != event["hash"]
    for method in ("sha256", "hmac-sha256"):
        with office.runtime.engine.begin() as db:
            alteration = (
                "UPDATE events SET actor = 'nobody', hash = :hash, method = :method WHERE subject = 'item:roads'"
            )
            db.execute(text(alteration), {"hash": forged, "method": method})
            db.execute(text("UPDATE items SET head = :hash"), {"hash": forged})
        assert not office.verify().ok
    office.close()


REFUSED = (
    "UPDATE events SET kind = 'noted' WHERE seq = 1",
    "DELETE FROM events WHERE seq = 1",
    "UPDATE texts SET text = 'Something else'",
    "UPDATE texts SET salt = 'other'",
    "DELETE FROM texts",
)


@pytest.mark.parametrize("statement", [*REFUSED, "TRUNCATE events", "TRUNCATE texts"])
def test_the_database_itself_refuses_to_change_what_was_written(database: str, statement: str) -> None:
    if statement.startswith("TRUNCATE") and database.startswith("sqlite"):
        pytest.skip("SQLite has no TRUNCATE")
    office = Office(database)
    office.load(COUNCIL + ROUTE + PLAN)
    with pytest.raises(DBAPIError, match="append-only|blanked, not changed"), office.runtime.engine.begin() as db:
        db.execute(text(statement))
    assert office.verify().ok
    office.close()


def test_a_text_may_be_blanked_and_that_shows_unless_it_is_recorded(database: str) -> None:
    office = Office(database)
    office.load(COUNCIL + ROUTE + PLAN)
    with office.runtime.engine.begin() as db:
        db.execute(text("UPDATE texts SET text = NULL WHERE text = 'Roads plan'"))
    assert [fault.message for fault in office.verify().faults] == ["a text was blanked and no redaction is recorded"]
    assert office.item("roads")["title"] == "(redacted)"
    office.close()


def test_a_key_seals_what_came_before_it_and_nobody_without_it_can_begin_anew(database: str) -> None:
    plain = Office(database)
    plain.load(case())
    plain.close()
    keyed = Office(database, ledger_key=b"a key that is long enough")
    assert [f.message for f in keyed.verify().faults] == [
        "events are not sealed with the key: run decision-routes init to seal them"
    ]
    initialise(keyed.runtime)
    initialise(keyed.runtime)
    keyed.operator.does("bind", item="plan", step="hwb", meeting="h-sep")
    assert keyed.verify().ok
    with keyed.runtime.engine.begin() as db:  # by somebody who can do anything here but has no key
        on_table = "" if db.dialect.name == "sqlite" else " ON events"
        trigger = "events_not_updated" if db.dialect.name == "sqlite" else "events_not_altered"
        db.execute(text(f"DROP TRIGGER {trigger}{on_table}"))
        newest = select(events).where(events.c.subject == "forum:board").order_by(events.c.seq.desc()).limit(1)
        last = db.execute(newest).mappings().one()
        forged = ledger.seal(dict(last) | {"actor": "nobody"}, None)
        db.execute(update(events).where(events.c.position == last["position"]).values(actor="nobody", hash=forged))
        db.execute(update(forums).where(forums.c.id == "board").values(head=forged))
    assert [f.message for f in keyed.verify().faults] == [
        "events that are older than the key are not what they were when it was set"
    ]
    keyed.close()
