"""The demonstration: what a newcomer sees first, on whatever day it starts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.builders import case
from tests.office import Office
from workflow.case_reading import read_files
from workflow.demonstration import STARTS, build, case_files
from workflow.errors import Refused


@pytest.mark.parametrize("today", ["2023-07-18", "2023-07-24", "2019-12-20", "2026-11-22"])
def test_every_kind_of_situation_is_there_on_any_day(desk: Office, today: str) -> None:
    build(desk.runtime, date.fromisoformat(today))
    found = {row["item"]: row for row in desk.where()}
    states = {step["state"] for row in found.values() for step in row["steps"]}
    assert states >= {"waiting", "ready", "scheduled", "submitted", "on-agenda", "fell-short", "called-in", "passed"}
    assert {row["state"] for row in found.values()} >= {"draft", "in-progress", "on-hold", "complete"}
    assert any(row["late"] for row in found.values())
    assert found["home-care-contract"]["now"] == ["decision"]
    assert desk.verify().ok


def test_it_can_be_read_on_any_day() -> None:
    around = [STARTS + timedelta(days=n) for n in range(-60, 61)]
    faults = {day: [fault.message for fault in read_files(case_files(day)).faults] for day in around}
    assert {day: found for day, found in faults.items() if found} == {}


def test_the_living_set_names_nothing_that_the_real_cases_name() -> None:
    *cases, living = case_files(STARTS)
    real, invented = read_files(cases), read_files([living])
    forums = {str(written.raw["id"]) for written in invented.entries["forums"].values()}
    assert not forums & {str(written.raw["id"]) for written in real.entries["forums"].values()}
    for written in invented.entries["meetings"].values():
        meeting = written.entry
        assert str(meeting.id) == f"{meeting.forum}-{meeting.date}", "no other forum can have a meeting of that id"


def test_its_clock_is_kept_in_the_database_and_runs(desk: Office) -> None:
    build(desk.runtime, date(2023, 7, 18))
    with desk.runtime.looking() as look:
        assert look.today == date(2023, 7, 18)
    desk.clock.to("2023-07-20 09:00")
    with desk.runtime.looking() as look:
        assert look.today == date(2023, 7, 20), "two days later by the real clock"


def test_it_starts_afresh_and_refuses_a_database_with_real_decisions(database: str) -> None:
    office = Office(database)
    build(office.runtime, date(2023, 7, 18))
    build(office.runtime, date(2023, 7, 18))
    assert office.verify().ok
    office.close()


def test_it_refuses_a_database_with_real_decisions(desk: Office) -> None:
    desk.load(case())
    with pytest.raises(Refused, match="holds real decisions"):
        build(desk.runtime)
    assert desk.kinds("plan") == ["created"]
