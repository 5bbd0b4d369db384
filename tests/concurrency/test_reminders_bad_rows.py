"""One row that cannot be dealt with stops only itself: it says why, and comes again later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert, select, update
from sqlalchemy.exc import OperationalError

from models.forecasts import revision
from models.items import items
from models.organisations import people, routes
from models.outbox import letters
from models.reminders import messages, reminders
from models.sessions import writing
from tests.concurrency.crowded import NOW, County
from tests.concurrency.schedulers import LoggedFolder
from tests.office import Office
from workflow.heartbeats import Heart
from workflow.outbox import Delivered, deliver_waiting
from workflow.reminders.reaching import NO_ADDRESS
from workflow.runs import POLL, Ran, Runs

COUNTY = County(reminders=20, owners=10, organisations=2)
BROKEN = "0" * 64


class Watch:
    """An office with twenty reminders due, and one scheduler there."""

    def __init__(self, url: str, folder: Path) -> None:
        self.office = Office(url)
        self.office.clock.at = NOW
        COUNTY.settle_in(self.office.runtime)
        self.ran: list[Ran] = []
        runtime, mailer = self.office.runtime, LoggedFolder(folder, "county@county.test")

        def deliver(stop: Any) -> Delivered:
            return deliver_waiting(runtime, mailer, 1000, stopping=stop)

        self._runs = Runs(runtime, Heart(runtime, every=0), deliver, self.ran.append)

    def at(self, moment: datetime) -> Ran:
        """The scheduler wakes at this moment, until there is nothing more to do."""
        self.office.clock.at = moment
        while self._runs.run(lambda: False) < POLL and self.ran[-1].did_something:
            pass
        return self.ran[-1]

    def change(self, *statements: Any) -> None:
        """Something happens to the rows that the product would never do."""
        with writing(self.office.runtime.engine) as db:
            for statement in statements:
                db.execute(statement)
            db.execute(revision.update().values(number=revision.c.number + 1))

    def reminder(self, number: int) -> Any:
        """One of the twenty as it is kept now."""
        with self.office.runtime.looking() as look:
            mine = reminders.c.item == f"plan-{number}"
            return look.db.execute(select(reminders).where(mine)).one()

    def told(self) -> set[str]:
        """Everybody who got a letter."""
        with self.office.runtime.looking() as look:
            return set(look.db.execute(select(letters.c.person).where(letters.c.sent_at.is_not(None))).scalars())


@pytest.fixture
def watch(database: str, tmp_path: Path) -> Iterator[Watch]:
    made = Watch(database, tmp_path)
    yield made
    made.office.close()


EVERYBODY = set(COUNTY.expected())


def test_a_kind_that_no_longer_exists(watch: Watch) -> None:
    """As after an upgrade, or a downgrade, with reminders of a newer version in the tables."""
    mine = update(reminders).where(reminders.c.item == "plan-13")
    why = "There is no kind of reminder of-old."
    _stops_only_itself(watch, mine.values(kind="of-old"), mine.values(kind="report-due"), why)


def test_an_item_whose_route_cannot_be_read(watch: Watch) -> None:
    with watch.office.runtime.looking() as look:
        version = look.db.execute(select(items.c.route_version).limit(1)).scalar_one()
        row = dict(look.db.execute(select(routes).where(routes.c.version == version)).mappings().one())
    watch.change(insert(routes).values({**row, "version": BROKEN, "number": 2, "definition": '{"route": "one-forum"}'}))
    mine = update(items).where(items.c.id == "plan-13")
    why = "The route of the item cannot be read."
    _stops_only_itself(watch, mine.values(route_version=BROKEN), mine.values(route_version=version), why)


def _stops_only_itself(watch: Watch, broken: Any, mended: Any, why: str) -> None:
    """The reminder of plan-13 cannot be said, time and again; once it can, it is."""
    watch.change(broken)
    watch.at(NOW)
    assert watch.told() == EVERYBODY
    for failures, hours in enumerate((1, 4), 1):
        row = watch.reminder(13)
        assert (row.failures, row.next_at) == (failures, watch.office.clock.at + timedelta(hours=hours))
        assert row.last_failure == why
        watch.at(row.next_at - timedelta(minutes=1))
        assert watch.reminder(13).failures == failures
        if failures == 2:
            watch.change(mended)
        watch.at(row.next_at)
    row = watch.reminder(13)
    assert (row.failures, row.last_failure) == (0, None)
    with watch.office.runtime.looking() as look:
        said = look.db.execute(select(messages).where(messages.c.item == "plan-13")).one()
    assert (said.person, said.letter is not None) == (COUNTY.owner(13), True)


def test_a_person_without_an_address(watch: Watch) -> None:
    """They are told of it by no letter, the row says why, and their lead still gets theirs."""
    watch.change(update(people).where(people.c.id == "owner-3").values(email=None))
    watch.at(NOW)
    assert watch.told() == EVERYBODY - {"owner-3"}
    with watch.office.runtime.looking() as look:
        mine = select(messages).where(messages.c.person == "owner-3")
        kept = look.db.execute(mine).all()
    assert {(row.dropped, row.letter) for row in kept} == {(NO_ADDRESS, None)}
    assert watch.reminder(13).next_at == datetime.fromisoformat("2023-11-06T09:00:00+00:00")  # the next rung


def test_somebody_who_is_not_on_record(watch: Watch) -> None:
    """The reminder of an owner who is gone goes to the lead of their organisation."""
    watch.change(update(reminders).where(reminders.c.item == "plan-13").values(holder="person:nobody"))
    watch.at(NOW)
    assert watch.told() == EVERYBODY
    with watch.office.runtime.looking() as look:
        query = select(messages.c.person).where(messages.c.item == "plan-13")
        assert look.db.execute(query).scalars().all() == ["lead-1"]


@pytest.mark.parametrize("moment", ["INSERT INTO post_messages", "INSERT INTO post_letters", "UPDATE post_messages"])
def test_a_database_that_fails_for_a_moment(watch: Watch, moment: str) -> None:
    """What was in hand is not there, no row is blamed for it, and with the next run everything is said."""
    failures = [OperationalError(moment, {}, Exception("deadlock detected"))]

    def fail(_db: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith(moment) and failures:
            raise failures.pop()

    event.listen(watch.office.runtime.engine, "before_cursor_execute", fail)
    watch.at(NOW)
    assert watch.told() == set()
    watch.at(NOW)
    assert watch.told() == EVERYBODY
    with watch.office.runtime.looking() as look:
        unsaid = messages.c.letter.is_(None) | messages.c.dropped.is_not(None)
        assert look.db.execute(select(messages).where(unsaid)).all() == []
        assert look.db.execute(select(reminders.c.id).where(reminders.c.failures > 0)).all() == []


def test_an_act_on_an_item_with_a_reminder_of_a_kind_that_no_longer_exists(watch: Watch) -> None:
    """The act goes through, and the reminder ends."""
    with watch.office.runtime.looking() as look:
        row = dict(look.db.execute(select(reminders).where(reminders.c.item == "plan-13")).mappings().one())
    watch.change(insert(reminders).values({**row, "id": "f" * 32, "item": "specimen", "kind": "of-old"}))
    watch.office.operator.does("submit", item="specimen", step="cabinet")
    with watch.office.runtime.looking() as look:
        ended = look.db.execute(select(reminders).where(reminders.c.id == "f" * 32)).one()
    assert ended.ended_at == NOW
    assert ended.ended_because
