"""Schedulers say from time to time that they run, and their silence is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import text

from tests.office import Office
from tests.unit.clockwork import beats, never, nothing_due, runs, write
from workflow.heartbeats import SILENT_AFTER, Heart, heard
from workflow.outbox import Delivered
from workflow.queries.overdue import overdue_for
from workflow.runs import POLL, Runs


@pytest.fixture
def anywhere(database: str) -> Iterator[Office]:
    office = Office(database)
    yield office
    office.close()


def test_a_scheduler_is_heard_at_most_so_often_and_also_during_long_runs(desk: Office) -> None:
    seconds = [0.0]
    heart = Heart(desk.runtime, every=10, timer=lambda: seconds[0])
    heard_at: list[datetime] = []

    def deliver(stop: Callable[[], bool]) -> Delivered:
        for _letter in range(4):
            desk.clock.at += timedelta(seconds=6)
            seconds[0] += 6
            stop()
            heard_at.append(beats(desk.runtime)[0].beat_at)
        return Delivered()

    start = desk.clock.at
    Runs(desk.runtime, heart, deliver, sweep=nothing_due).run(never)
    assert [(at - start).total_seconds() for at in heard_at] == [0, 12, 12, 24]


def test_its_row_says_where_it_runs_and_what_it_last_did(desk: Office) -> None:
    work = runs(desk.runtime)
    first = desk.clock.at
    work.run(never)
    desk.clock.at += timedelta(minutes=1)
    work.run(never)
    (row,) = beats(desk.runtime)
    assert (row.started_at, row.beat_at, row.swept_at) == (first, desk.clock.at, desk.clock.at)
    assert row.wakes_at == row.beat_at + timedelta(seconds=POLL)
    assert row.last_failure is None
    assert row.place.split()[-1].isdigit() and len(row.process) == 32


def test_one_that_was_killed_is_missed_and_forgotten_after_a_day(anywhere: Office) -> None:
    killed = runs(anywhere.runtime)
    killed.run(never)
    with anywhere.runtime.looking() as look:
        assert heard(look).is_running
    last = anywhere.clock.at
    anywhere.clock.at += SILENT_AFTER + timedelta(seconds=1)
    with anywhere.runtime.looking() as look:
        told = heard(look)
    assert (told.is_running, told.last_beat, told.age) == (False, last, SILENT_AFTER + timedelta(seconds=1))
    again = runs(anywhere.runtime)
    again.run(never)
    assert {row.process for row in beats(anywhere.runtime)} == {killed.heart.process, again.heart.process}
    anywhere.clock.at = last + timedelta(days=1, seconds=1)
    again.run(never)
    assert [row.process for row in beats(anywhere.runtime)] == [again.heart.process]


def test_what_a_wrong_clock_wrote_ahead_of_time_hides_no_silence(desk: Office) -> None:
    right = desk.clock.at
    desk.clock.at += timedelta(days=400)
    runs(desk.runtime).run(never)
    desk.clock.at = right
    with desk.runtime.looking() as look:
        assert not heard(look).is_running
    runs(desk.runtime).run(never)
    assert len(beats(desk.runtime)) == 1


def test_a_row_that_somebody_removed_comes_back(desk: Office) -> None:
    """A demonstration that is built anew begins with an empty database."""
    work = runs(desk.runtime)
    work.run(never)
    with desk.runtime.doing("operator") as do:
        do.db.execute(text("DELETE FROM post_heartbeats"))
    work.run(never)
    assert len(beats(desk.runtime)) == 1


def test_how_long_something_has_been_overdue(desk: Office) -> None:
    with desk.runtime.looking() as look:
        assert overdue_for(look) == timedelta(0)
    write(desk, "One")
    desk.clock.at += timedelta(minutes=3)
    with desk.runtime.looking() as look:
        assert overdue_for(look) == timedelta(minutes=3)
    with suppress(KeyboardInterrupt):
        runs(desk.runtime, Interrupted()).run(never)
    with desk.runtime.looking() as look:
        assert overdue_for(look) == timedelta(0), "somebody has it in hand"
    desk.clock.at += timedelta(minutes=6)
    with desk.runtime.looking() as look:
        assert overdue_for(look) == timedelta(minutes=1), "whoever had it was killed"


class Interrupted:
    """A postman whose process is killed while he has a letter in hand."""

    name = "postman"

    def send(self, message: EmailMessage) -> None:
        raise KeyboardInterrupt
