"""The database's shape: what the migrations make is what the models say, on both databases."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from models import metadata
from models.migrations import newest, revision_of, upgrade
from models.sessions import engine_for, writing
from tests.office import Office
from workflow.errors import Unavailable
from workflow.runtime import open_runtime
from workflow.setup import initialise, must_be_ready


def test_the_migrations_make_what_the_models_say(database: str) -> None:
    engine = engine_for(database)
    with engine.connect() as db:
        found = compare_metadata(MigrationContext.configure(db, opts={"compare_type": True}), metadata)
        assert revision_of(db) == newest()
    engine.dispose()
    assert found == []


def test_every_foreign_key_can_be_followed_by_an_index_or_belongs_to_a_small_table(database: str) -> None:
    engine = engine_for(database)
    inspector = inspect(engine)
    for table in ("items", "steps", "reports", "conditions", "texts", "events", "meetings"):
        assert inspector.get_pk_constraint(table)["constrained_columns"], table
    assert {index["name"] for index in inspector.get_indexes("events")} == {"uq_events_subject_seq"}
    engine.dispose()


def test_initialising_twice_changes_nothing(desk: Office) -> None:
    before = desk.verify().events
    initialise(desk.runtime)
    assert desk.verify().events == before
    assert desk.verify().ok


def test_a_database_of_a_newer_version_is_left_alone(database: str) -> None:
    runtime = open_runtime(database)
    with writing(runtime.engine) as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for act in (must_be_ready, initialise):
        with pytest.raises(Unavailable, match="newer version"):
            act(runtime)
    runtime.engine.dispose()


def test_a_database_of_something_else_is_left_alone(tmp_path) -> None:  # type: ignore[no-untyped-def]
    url = f"sqlite:///{tmp_path}/other.sqlite"
    engine = create_engine(url)
    with engine.begin() as db:
        db.execute(text("CREATE TABLE recipes (name TEXT)"))
    engine.dispose()
    runtime = open_runtime(url)
    with pytest.raises(Unavailable, match="something else"):
        initialise(runtime)
    runtime.engine.dispose()


def test_a_database_without_tables_says_to_initialise_it(tmp_path) -> None:  # type: ignore[no-untyped-def]
    runtime = open_runtime(f"sqlite:///{tmp_path}/new.sqlite")
    with pytest.raises(Unavailable, match="Run decision-routes init first"):
        must_be_ready(runtime)
    with writing(runtime.engine) as db:
        upgrade(db)
    must_be_ready(runtime)
    runtime.engine.dispose()
