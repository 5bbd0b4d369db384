"""The two nights in which clocks change: nothing is done twice, nothing left out, and the day is the one in London."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from models.outbox import letters
from models.reminders import messages
from tests.office import Office
from tests.unit.clockwork import COUNCIL, Postman, never, planned_for, runs, write
from workflow.clock import LONDON
from workflow.reminders.sweep import next_moment
from workflow.runs import Ran


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 3, 29, 0, 59, 58, tzinfo=UTC), datetime(2026, 3, 29, 2, 0, 5, tzinfo=LONDON)),
        (datetime(2026, 10, 25, 0, 59, 58, tzinfo=UTC), datetime(2026, 10, 25, 1, 0, 5, tzinfo=LONDON, fold=1)),
    ],
    ids=["the night without one o'clock", "the night with one o'clock twice"],
)
def test_seconds_are_counted_across_a_clock_change_as_they_pass(desk: Office, now: datetime, due: datetime) -> None:
    desk.clock.at = now
    assert runs(desk.runtime, next_moment=lambda _runtime: due).run(never) == 7


@pytest.mark.parametrize("night", ["2026-03-29", "2026-10-25"])
def test_each_thing_once_in_the_nights_in_which_clocks_change(desk: Office, night: str) -> None:
    """Letters are due every half hour; of the runs every quarter of an hour one sends each, and when it is due."""
    begins = datetime.fromisoformat(f"{night}T00:00:00+00:00") - timedelta(hours=1)
    due = [begins + timedelta(minutes=30 * number) for number in range(1, 7)]
    desk.clock.at = begins
    write(desk, *(f"{moment:%d %H:%M}" for moment in due))
    with desk.runtime.doing("operator") as do:
        for moment in due:
            this_one = letters.c.subject == f"{moment:%d %H:%M}"
            do.db.execute(update(letters).where(this_one).values(leased_until=moment))
    postman = Postman()
    work = runs(desk.runtime, postman)
    for minutes in range(0, 4 * 60, 15):
        desk.clock.at = begins + timedelta(minutes=minutes)
        before = len(postman.taken)
        work.run(never)
        expected = [f"{desk.clock.at:%d %H:%M}"] if desk.clock.at in due else []
        assert postman.taken[before:] == expected


@pytest.mark.parametrize(
    ("starts", "ends"), [("2026-03-16", "2026-04-03"), ("2026-10-12", "2026-11-02")], ids=["in March", "in October"]
)
def test_woken_when_something_is_due_people_are_told_at_nine_on_both_sides_of_a_clock_change(
    desk: Office, starts: str, ends: str
) -> None:
    desk.clock.to(f"{starts} 07:00")
    desk.load(COUNCIL)
    work = runs(desk.runtime)
    while desk.clock.at.date() < date.fromisoformat(ends):
        work.run(never)
        today = desk.clock.at.astimezone(LONDON).date()
        midnight = datetime.combine(today + timedelta(days=1), time(0), LONDON)
        due = next_moment(desk.runtime)
        desk.clock.at = min(moment.astimezone(UTC) for moment in (due, midnight) if moment and moment > desk.clock.at)
    with desk.runtime.looking() as look:
        about_the_report = (messages.c.kind == "report-due") & messages.c.rung.startswith("before")
        query = select(messages.c.rung, letters.c.sent_at).join(letters, letters.c.id == messages.c.letter)
        told = list(look.db.execute(query.where(about_the_report)))
    assert sorted(row.rung for row in told) == ["before-0", "before-10", "before-3"], "each once"
    assert {f"{row.sent_at.astimezone(LONDON):%H:%M}" for row in told} == {"09:00"}
    assert {f"{row.sent_at:%H:%M}" for row in told} == {"08:00", "09:00"}, "by UTC that is another hour"


@pytest.mark.parametrize(
    ("last_of_the_day", "first_of_the_next", "day"),
    [
        ("2026-03-28T23:59:59", "2026-03-29T00:00:00", date(2026, 3, 29)),  # the day that has 23 hours
        ("2026-03-29T22:59:59", "2026-03-29T23:00:00", date(2026, 3, 30)),
        ("2026-10-24T22:59:59", "2026-10-24T23:00:00", date(2026, 10, 25)),  # the day that has 25
        ("2026-10-25T23:59:59", "2026-10-26T00:00:00", date(2026, 10, 26)),
    ],
)
def test_lists_are_brought_forward_when_the_day_changes_in_london(
    desk: Office, last_of_the_day: str, first_of_the_next: str, day: date
) -> None:
    desk.load(COUNCIL)
    said: list[Ran] = []
    work = runs(desk.runtime, told=said.append)
    for moment in (last_of_the_day, first_of_the_next, first_of_the_next.replace(":00:00", ":30:00")):
        desk.clock.at = datetime.fromisoformat(f"{moment}+00:00")
        work.run(never)
        assert planned_for(desk) == (day - timedelta(days=1) if moment == last_of_the_day else day)
    assert [ran.brought_forward for ran in said] == [1, 1, 0]
