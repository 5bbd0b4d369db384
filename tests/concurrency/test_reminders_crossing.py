"""People act while schedulers write: nobody is in the other's way, and no letter says what is no longer so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent
from time import monotonic, sleep

import pytest
from sqlalchemy import insert, select, text, update

from models.organisations import installation
from models.outbox import letters
from models.reminders import choices, messages, reminders
from models.sessions import writing
from tests.concurrency.clerks import NOW, Wish, all_at_once, fresh_processes, record, sentences, wish
from tests.concurrency.crowded import is_over
from tests.concurrency.schedulers import Place, Scheduler
from tests.office import Office
from workflow.clock import ShiftedClock, StoppedClock, SystemClock

SCHEDULERS = 4
DAILY = NOW + timedelta(minutes=5)
ITEMS = [f"plan-{number}" for number in range(24)]
CALM = {"Done", "AlreadyDecided", "Refused"}

COUNCIL = """\
    decision_routes: 1
    organisations:
      - {id: lcc, name: County Council, kind: council, rules: standard-council-executive}
    forums:
      - {id: board, organisation: lcc, name: Board, form: committee, rules: standard-council-committee}
      - {id: cabinet, organisation: lcc, name: Cabinet, form: committee}
    people:
      - {id: owner-0, name: Head of Place, email: owner-0@lcc.test}
      - {id: owner-1, name: Head of Roads, email: owner-1@lcc.test}
      - {id: owner-2, name: Head of Care, email: owner-2@lcc.test}
      - {id: ann, name: Ann Ashworth, email: ann@lcc.test,
         roles: [{role: secretary, forum: cabinet}, {role: secretary, forum: board}]}
      - {id: bob, name: Bob Birtwistle, email: bob@lcc.test, roles: [{role: chair, forum: cabinet}]}
      - {id: lea, name: Lea Lonsdale, email: lea@lcc.test, roles: [{role: lead, organisation: lcc}]}
    meetings:
      - {id: board-now, forum: board, date: 2023-11-14}
      - {id: cabinet-now, forum: cabinet, date: 2023-11-23}
      - {id: cabinet-later, forum: cabinet, date: 2023-12-14}
    routes:
      - route: two-forums
        title: Two forums
        for: [plan]
        stages:
          - {id: board, forum: board, ask: endorse}
          - {id: cabinet, forum: cabinet, ask: agree, decisive: true, refer_back_to: board}
    items:
"""
_ITEM = (
    "      - {{id: {id}, title: Plan {id}, type: plan, route: two-forums, organisation: lcc, owner: {owner}, "
    "steps: {{board: {{meeting: board-now}}, cabinet: {{meeting: cabinet-now}}}}}}"
)

#: Notes of each message, at the moment at which its letter is kept, what its reminder says.
_WITNESS = {
    "postgresql": """
        CREATE TABLE witness (message text, differs boolean, ended boolean);
        CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          INSERT INTO witness SELECT NEW.key, NEW.day IS DISTINCT FROM r.day, r.ended_at IS NOT NULL
            FROM post_reminders r WHERE r.id = NEW.reminder;
          RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER see AFTER UPDATE OF letter ON post_messages DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW WHEN (NEW.letter IS NOT NULL) EXECUTE FUNCTION see()
    """,
    "sqlite": """
        CREATE TABLE witness (message text, differs boolean, ended boolean);
        CREATE TRIGGER see AFTER UPDATE OF letter ON post_messages WHEN NEW.letter IS NOT NULL BEGIN
          INSERT INTO witness SELECT NEW.key, NEW.day IS NOT r.day, r.ended_at IS NOT NULL
            FROM post_reminders r WHERE r.id = NEW.reminder;
        END
    """,
}


def council_file() -> str:
    """The council with two dozen plans, each before two forums."""
    plans = [_ITEM.format(id=item, owner=f"owner-{number % 3}") for number, item in enumerate(ITEMS)]
    return dedent(COUNCIL + "\n".join(plans))


@pytest.fixture
def office(database: str) -> Iterator[Office]:
    opened = Office(database)
    opened.clock.at = NOW
    opened.load(council_file())
    yield opened
    opened.close()


def test_people_record_move_meetings_and_withdraw_while_four_sweep(office: Office, tmp_path: Path) -> None:
    """Two owners get their letter at once, the third gets one at 9:05: much has happened since it was begun."""
    _watch_letters(office)
    _has_a_daily_letter(office, "owner-2")
    _it_is(office, NOW)
    place = Place(office.url, tmp_path, StoppedClock(NOW))
    running = [Scheduler(place) for _n in range(SCHEDULERS)]
    complaints: list[str] = []
    try:
        for now, wishes in zip((NOW, NOW, DAILY), _turns(), strict=True):
            _wait_until_over(place)
            _it_is(office, now)
            said = all_at_once(office.url, wishes)
            assert {one.kind for one in said} <= CALM, sentences(said)
            assert sum(one.done for one in said) >= len(said) / 2, sentences(said)
        _wait_until_over(place)
    finally:
        for scheduler in running:
            complaints += scheduler.stop()
    assert complaints == []
    assert _untrue_letters(office) == []
    _it_is(office, None)
    assert office.verify().ok
    _nothing_is_said_twice_or_left_out(office)


def _turns() -> Iterator[list[Wish]]:
    """What is done at the same time, and what after that."""
    moves = ("2023-11-24", "2023-11-22", "2023-11-30")
    for turn, day in enumerate(moves):
        mine = ITEMS[8 * turn : 8 * turn + 8]
        yield [
            wish("meeting move", meeting="cabinet-now", meets_on=day),
            wish("meeting move", meeting="board-now", meets_on=f"2023-11-{15 + turn}"),
            *[wish("withdraw", item) for item in mine[:2]],
            *[wish("submit", item, "board", by=f"owner-{ITEMS.index(item) % 3}") for item in mine[2:4]],
            *[wish("bind", item, "cabinet", meeting="cabinet-later") for item in mine[4:6]],
            *[record(item, "board", "endorsed", "2023-10-31") for item in mine[6:8]],
        ]


def _watch_letters(office: Office) -> None:
    kind = office.runtime.engine.dialect.name
    with office.runtime.engine.connect().execution_options(writes=True) as db:
        script = _WITNESS[kind]
        if kind == "sqlite":
            db.connection.driver_connection.executescript(script)  # type: ignore[union-attr]
        else:
            db.execute(text(script))
        db.commit()


def _it_is(office: Office, now: datetime | None) -> None:
    """What everybody's clock reads from now on, in whichever process; None: what it reads by itself."""
    reads = {"clock_reads": now and now.isoformat(), "clock_set_at": now and NOW.isoformat()}
    with writing(office.runtime.engine) as db:
        db.execute(update(installation).values(reads))


def _has_a_daily_letter(office: Office, person: str) -> None:
    row = {"person": person, "delivery": "daily", "daily_at": "09:05", "working_days_only": True, "unwanted": []}
    with writing(office.runtime.engine) as db:
        db.execute(insert(choices).values({**row, "changed_at": NOW}))


def _untrue_letters(office: Office) -> list[object]:
    with office.runtime.looking() as look:
        assert look.db.execute(text("SELECT count(*) FROM witness")).scalar_one() > len(ITEMS)
        return list(look.db.execute(text("SELECT * FROM witness WHERE differs OR ended")).all())


def _wait_until_over(place: Place) -> None:
    runtime = place.opened()
    begun = monotonic()
    while not is_over(runtime):
        assert monotonic() - begun < 60, "the schedulers do not come to an end"
        sleep(0.05)
    runtime.engine.dispose()


def _nothing_is_said_twice_or_left_out(office: Office) -> None:
    """Each message is settled in one letter of its person, or dropped; every reminder that stands was spoken of."""
    with office.runtime.looking() as look:
        other = letters.c.person != messages.c.person
        mixed = select(messages.c.key).join(letters, letters.c.id == messages.c.letter).where(other)
        assert look.db.execute(mixed).all() == []
        nowhere = messages.c.letter.is_(None) & messages.c.dropped.is_(None)
        lost = nowhere & (messages.c.settled_at.is_not(None) | (messages.c.send_at < NOW + timedelta(hours=1)))
        assert look.db.execute(select(messages.c.key).where(lost)).all() == []
        said = select(messages.c.reminder).where(messages.c.dropped.is_(None), messages.c.day == reminders.c.day)
        soon = (reminders.c.kind == "report-due") & (reminders.c.day <= (NOW + timedelta(days=12)).date())
        due = reminders.c.ended_at.is_(None) & soon
        silent = select(reminders.c.kind, reminders.c.item, reminders.c.day).where(due, reminders.c.id.not_in(said))
        assert look.db.execute(silent).all() == []
        if look.db.dialect.name == "postgresql":
            crossed = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
            assert look.db.execute(crossed).scalar_one() == 0


def test_two_schedulers_start_together_after_nine_days(office: Office, tmp_path: Path) -> None:
    """At first, after nine days without any, and after twelve more: each time everybody gets one letter."""
    for days in (0, 9, 21):
        morning = NOW + timedelta(days=days)
        place = Place(office.url, tmp_path, ShiftedClock(morning, datetime.now(UTC), SystemClock()))
        with office.runtime.looking() as look:
            before = set(look.db.execute(select(letters.c.id)).scalars())
        barrier = fresh_processes.Barrier(SCHEDULERS)
        running = [Scheduler(place, barrier=barrier) for _n in range(SCHEDULERS)]
        try:
            sleep(0.5)
            _wait_until_over(place)
        finally:
            complaints = [said for scheduler in running for said in scheduler.stop()]
        assert complaints == []
        with office.runtime.looking() as look:
            later = select(letters.c.person).where(letters.c.id.not_in(before))
            new = Counter(look.db.execute(later).scalars())
        assert set(new.values()) == {1}, new
        assert {"owner-0", "owner-1", "owner-2"} | ({"lea"} if days else set()) <= set(new)
