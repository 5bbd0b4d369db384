"""Several people load case files, or set the database up, at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from sqlalchemy import create_engine, text

from tests.concurrency.cases import COUNCIL, council, plans
from tests.concurrency.clerks import all_at_once, sentences, wish
from tests.office import LANCASHIRE, Office


def test_eight_load_the_same_file_into_an_empty_database(database: str) -> None:
    said = all_at_once(database, [wish("load", text=LANCASHIRE.read_text(encoding="utf-8"))] * 8)
    assert all(one.done for one in said), sentences(said)
    office = Office(database)
    assert [one.sentence for one in said].count("Taken(new=0, changed=0, acts=0)") == 7, sentences(said)
    assert office.kinds("place-integration-deal-2023") == ["created", "recorded", "recorded"]
    assert office.verify().ok
    office.close()


def test_eight_create_the_same_item_and_others_of_their_own(database: str) -> None:
    office = council(database)
    said = all_at_once(database, [wish("load", text=plans("shared", f"own-{number}")) for number in range(8)])
    assert all(one.done for one in said), sentences(said)
    assert {row["item"] for row in office.where()} == {"shared", *(f"own-{number}" for number in range(8))}
    assert office.kinds("shared") == ["created"]
    assert office.verify().ok
    office.close()


def test_eight_describe_one_item_differently_and_the_first_stands(database: str) -> None:
    office = council(database)
    texts = [plans("shared").replace("Plan shared", f"Plan of clerk {number}") for number in range(8)]
    said = all_at_once(database, [wish("load", text=text) for text in texts])
    winners = [number for number, one in enumerate(said) if one.done]
    assert len(winners) == 1, sentences(said)
    assert {one.kind for one in said if not one.done} == {"Faulty"}, sentences(said)
    assert office.item("shared")["title"] == f"Plan of clerk {winners[0]}"
    assert office.verify().ok
    office.close()


def test_a_file_that_needs_what_another_is_loading(database: str) -> None:
    """Whichever comes first: the items are taken in with the council, or refused in sentences."""
    said = all_at_once(database, [wish("load", text=dedent(COUNCIL)), *[wish("load", text=plans("plan"))] * 3])
    assert said[0].done, sentences(said)
    assert {one.kind for one in said[1:]} <= {"Done", "Faulty"}, sentences(said)
    office = Office(database)
    assert office.verify().ok
    office.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database that nobody has set up yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/new.sqlite"
        return
    server: str = request.getfixturevalue("postgresql_server")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as db:
        db.execute(text("CREATE DATABASE bare"))
        yield server.replace("/postgres?", "/bare?")
        db.execute(text("DROP DATABASE bare WITH (FORCE)"))
    engine.dispose()


def test_eight_set_one_database_up_at_once(bare: str) -> None:
    said = all_at_once(bare, [wish("init")] * 8)
    assert all(one.done for one in said), sentences(said)
    office = Office(bare)
    assert office.verify().ok
    assert office.where() == []
    office.close()
