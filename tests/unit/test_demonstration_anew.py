"""The demonstration built again while others look at the one before."""

from __future__ import annotations

from datetime import date

import pytest

from tests.office import Office
from workflow import demonstration
from workflow.demonstration import build
from workflow.errors import Faulty


def _september(office: Office) -> set[date]:
    return {meeting.date for meeting in office.known().meetings.values() if meeting.date.year >= 2025}


def test_whoever_looked_at_the_old_one_sees_the_meetings_of_the_new(database: str) -> None:
    builder, onlooker = Office(database), Office(database)
    build(builder.runtime, date(2023, 7, 18))
    before = _september(onlooker)
    build(builder.runtime, date(2026, 7, 21))
    assert _september(onlooker) == _september(builder) != before
    build(builder.runtime, date(2023, 7, 18))
    assert _september(onlooker) == before
    builder.close()
    onlooker.close()


def test_the_old_one_stays_if_the_new_one_cannot_be_built(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(database)
    build(office.runtime, date(2023, 7, 18))
    before = office.dump()
    monkeypatch.setattr(demonstration, "_living", lambda _today: b"decision_routes: 1\nitems: [{id: broken}]\n")
    with pytest.raises(Faulty):
        build(office.runtime, date(2023, 7, 18))
    assert office.dump() == before
    assert office.verify().ok
    office.close()
