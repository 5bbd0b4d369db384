"""Letters that may not go out yet: written for later, or held back while the post is closed. None of them is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from time import sleep
from typing import Any

import pytest
from sqlalchemy import event, insert, text

from models.outbox import letters
from tests.office import Office
from tests.unit.test_outbox import Postman, deliver, kept, letter, write
from workflow.mail import MailFailed, PostClosed
from workflow.outbox import Delivered, Pace, deliver_waiting, enqueue, next_at
from workflow.queries.post import Wanted, letter_list
from workflow.visibility import reader_of

MANY = 2000


@pytest.fixture
def anywhere(database: str) -> Iterator[Office]:
    office = Office(database)
    yield office
    office.close()


class Closed(Postman):
    """A post that takes nothing, or nothing to some."""

    def __init__(self, to: str = "@", failure: MailFailed | None = None) -> None:
        super().__init__()
        self.to, self.failure, self.asked = to, failure or PostClosed("The mail server cannot be reached."), 0

    def send(self, message: EmailMessage) -> None:
        self.asked += 1
        if self.to in message["To"]:
            raise self.failure
        super().send(message)


class Slow(Postman):
    """Takes its time."""

    def send(self, message: EmailMessage) -> None:
        sleep(0.02)
        super().send(message)


def due(office: Office) -> Any:
    with office.runtime.looking() as look:
        return next_at(look)


def write_for(office: Office, moment: datetime, subject: str) -> None:
    with office.runtime.doing("operator") as do:
        enqueue(do, letter(subject), not_before=moment)
        do.flush()


def test_a_letter_goes_out_no_sooner_than_it_may(anywhere: Office) -> None:
    morning = anywhere.clock.at + timedelta(hours=9)
    write_for(anywhere, morning, "In the morning")
    assert due(anywhere) == morning
    write_for(anywhere, anywhere.clock.at - timedelta(hours=9), "This was possible long ago")
    assert due(anywhere) == anywhere.clock.at
    postman = Postman()
    assert deliver(anywhere, postman) == 1
    with anywhere.runtime.looking() as look:
        (waits,) = letter_list(look, reader_of(look.known, None), Wanted("waiting")).rows
    assert (waits.subject, waits.next_at, waits.failures) == ("In the morning", morning, 0)
    anywhere.clock.at = morning
    assert deliver(anywhere, postman) == 1
    assert postman.subjects == ["This was possible long ago", "In the morning"]


def test_a_long_weekend_without_a_mail_server_loses_no_letter(anywhere: Office) -> None:
    write(anywhere, *(letter(f"Number {number}", to=f"clerk{number}@example.org") for number in range(5)))
    closed = Closed()
    for _try in range(4 * 12):
        assert deliver_waiting(anywhere.runtime, closed) == Delivered(0, 1)
        anywhere.clock.at += timedelta(hours=2)
    assert {(row.failures, row.given_up_at) for row in kept(anywhere)} == {(0, None)}
    postman = Postman()
    assert deliver(anywhere, postman) == 5


def test_letters_that_alone_find_the_post_closed_hold_up_the_others_for_minutes_only(desk: Office) -> None:
    write(desk, letter("Too large", to="large@example.org"), letter("Too large as well", to="large@example.org"))
    desk.clock.at += timedelta(seconds=1)
    write(desk, *(letter(f"Number {number}") for number in range(5)))
    closed = Closed("large@")
    for _minute in range(4):
        deliver_waiting(desk.runtime, closed)
        desk.clock.at += timedelta(seconds=70)
    assert len(closed.taken) == 5


def test_what_failed_before_the_post_closed_still_counts(desk: Office) -> None:
    write(desk, letter())
    deliver_waiting(desk.runtime, Closed(failure=MailFailed("Not now.")))
    desk.clock.at += timedelta(hours=1)
    deliver_waiting(desk.runtime, Closed())
    assert kept(desk)[0].failures == 1


def test_a_slow_post_lets_other_work_come_round(desk: Office) -> None:
    write(desk, *(letter(f"Number {number}") for number in range(10)))
    sent = deliver_waiting(desk.runtime, Slow(), pace=Pace(turn=timedelta(milliseconds=50))).sent
    assert 1 <= sent < 10
    assert deliver(desk, Postman()) == 10 - sent


def test_letters_held_back_cost_nothing(anywhere: Office) -> None:
    """Whoever looks for a letter that may go, or for others to the same address, reads the index of those."""
    with anywhere.runtime.doing("operator") as do:
        common = {"kind": "notice", "channel": "mail", "subject": "Held back", "secret": False, "failures": 0}
        until = do.now + timedelta(hours=1)
        rows = (
            {"id": f"{number:032}", "to": f"c{number}@example.org", "written_at": do.now, "leased_until": until}
            for number in range(MANY)
        )
        do.db.execute(insert(letters), [common | row for row in rows])
    with anywhere.runtime.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("ANALYZE post_letters"))
    write(anywhere, letter("First", to="gone@example.org"), letter("Second"))
    seen: list[tuple[str, Any]] = []

    @event.listens_for(anywhere.runtime.engine, "before_cursor_execute")
    def remember(_db: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        held_back = "UPDATE" in statement and "IN (SELECT" in statement
        if "post_letters" in statement and (held_back or statement.startswith("SELECT")):
            seen.append((statement, parameters))

    assert deliver_waiting(anywhere.runtime, Closed("gone@", MailFailed("Not now."))) == Delivered(1, 1)
    due(anywhere)
    sqlite = anywhere.runtime.engine.dialect.name == "sqlite"
    plans = []
    with anywhere.runtime.looking() as look:
        for statement, parameters in list(seen):
            explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
            plans.append(" ".join(str(row) for row in look.db.exec_driver_sql(explain + statement, parameters)))
    for plan in plans:
        assert "ix_post_letters_free" in plan or "ix_post_letters_to" in plan, plan
        assert "SCAN post_letters USING INDEX" not in plan and "Seq Scan" not in plan and "Sort" not in plan, plan
    assert len(plans) >= 4
