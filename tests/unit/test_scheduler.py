"""The clock: what a run does and in which order, when the next one begins, and how it stops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from threading import Event, Thread
from time import monotonic, perf_counter
from typing import Any

import pytest
from sqlalchemy import select, update

from models.organisations import installation
from models.outbox import letters
from tests.office import Office
from tests.unit.clockwork import COUNCIL, Postman, beats, never, nothing_due, planned_for, runs, write
from workflow.errors import Unavailable
from workflow.mail import MailFailed
from workflow.outbox import Delivered
from workflow.queries.overdue import overdue_for, waiting
from workflow.reminders.sweep import Swept
from workflow.runs import POLL, Ran
from workflow.runtime import Runtime, open_runtime
from workflow.scheduler import Scheduler


@pytest.fixture
def anywhere(database: str) -> Iterator[Office]:
    office = Office(database)
    yield office
    office.close()


@pytest.fixture
def running() -> Iterator[Callable[..., Scheduler]]:
    """Schedulers that are stopped at the end, whatever happens."""
    started: list[Scheduler] = []

    def start(run: Callable[[Callable[[], bool]], float]) -> Scheduler:
        started.append(Scheduler(run))
        started[-1].start()
        return started[-1]

    yield start
    for scheduler in started:
        scheduler.stop()


# One run


def test_a_run_says_that_it_is_there_then_brings_lists_forward_then_sweeps_then_sends(desk: Office) -> None:
    desk.load(COUNCIL)
    desk.clock.to("2026-01-07 09:00")
    happened: list[str] = []

    def sweep(runtime: Runtime, _stop: Callable[[], bool]) -> Swept:
        happened.append(f"{len(beats(runtime))} beat, lists of {planned_for(desk)}, sweep")
        return Swept(3, 2)

    def deliver(_stop: Callable[[], bool]) -> Delivered:
        happened.append("letters")
        return Delivered(2, 1)

    said: list[Ran] = []
    runs(desk.runtime, sweep=sweep, deliver=deliver, told=said.append).run(never)
    assert happened == ["1 beat, lists of 2026-01-07, sweep", "letters"]
    (ran,) = said
    assert (ran.brought_forward, ran.messages, ran.letters, ran.sent, ran.failed) == (1, 3, 2, 2, 1)
    assert ran.sweep_seconds is not None


def test_what_is_due_is_done_by_the_sweep_and_the_post_that_are_really_there(anywhere: Office) -> None:
    anywhere.load(COUNCIL)
    write(anywhere, "One", "Two")
    postman = Postman()
    runs(anywhere.runtime, postman).run(never)
    assert {"One", "Two"} <= set(postman.taken)
    with anywhere.runtime.looking() as look:
        assert (waiting(look).letters_waiting, overdue_for(look)) == (0, timedelta(0))


def test_a_failing_sweep_does_not_stop_letters_and_is_tried_again(
    desk: Office, capfd: pytest.CaptureFixture[str]
) -> None:
    turns = iter([RuntimeError("broken"), Unavailable("The disk is full."), Swept(1, 1)])

    def sweep(_runtime: Runtime, _stop: Callable[[], bool]) -> Swept:
        turn = next(turns)
        if isinstance(turn, Exception):
            raise turn
        return turn

    postman = Postman()
    said: list[Ran] = []
    work = runs(desk.runtime, postman, sweep=sweep, told=said.append)
    for subject in ("One", "Two", "Three"):
        write(desk, subject)
        work.run(never)
    assert postman.taken == ["One", "Two", "Three"]
    assert [ran.messages for ran in said] == [0, 0, 1]
    assert beats(desk.runtime)[0].last_failure == "sweep: The disk is full."
    work.run(never)
    assert "The disk is full" in "".join(capfd.readouterr()), "the log says it"


@pytest.mark.parametrize("broken", ["deliver", "next_moment"])
def test_whatever_fails_the_run_comes_to_its_end_and_comes_again(desk: Office, broken: str) -> None:
    def fails(*_handed: Any) -> Any:
        raise RuntimeError("broken")

    said: list[Ran] = []
    sweep = lambda *_handed: Swept(2, 1)  # noqa: E731
    assert runs(desk.runtime, told=said.append, **{"sweep": sweep, broken: fails}).run(never) in (0, POLL)
    assert said[0].messages == 2


def test_a_database_that_is_away_is_waited_for(desk: Office) -> None:
    said: list[Ran] = []
    away = open_runtime("postgresql://nobody@127.0.0.1:1/nowhere?connect_timeout=1", clock=desk.clock)
    work = runs(away, told=said.append)
    assert work.run(never) == POLL
    assert said == [Ran()], "nothing was tried that could not work"
    work.runtime = work.heart.runtime = desk.runtime
    work.run(never)
    assert beats(desk.runtime)[0].last_failure.startswith("look: The database")
    away.engine.dispose()


def test_told_to_stop_it_begins_nothing_more(desk: Office) -> None:
    write(desk, "One")
    postman = Postman()
    swept: list[str] = []

    def sweep(_runtime: Runtime, _stop: Callable[[], bool]) -> Swept:
        swept.append("sweep")
        return Swept(0, 0)

    runs(desk.runtime, postman, sweep=sweep).run(lambda: True)
    assert (postman.taken, swept) == ([], [])


# When the next run begins


@pytest.mark.parametrize(
    ("due_in", "waits"),
    [(3.5, 3.5), (POLL + 1, POLL), (86400, POLL), (None, POLL)],
    ids=["soon", "later", "tomorrow", "nothing is due"],
)
def test_it_wakes_when_the_next_thing_is_due_and_at_the_latest_after_a_while(
    desk: Office, due_in: float | None, waits: float
) -> None:
    moment = None if due_in is None else desk.clock.now() + timedelta(seconds=due_in)
    assert runs(desk.runtime, next_moment=lambda _runtime: moment).run(never) == waits


def test_where_there_is_more_of_the_same_it_goes_on_at_once_but_never_in_circles(desk: Office) -> None:
    past = desk.clock.now() - timedelta(hours=1)
    busy = runs(desk.runtime, sweep=lambda *_handed: Swept(1, 0), next_moment=lambda _runtime: past)
    assert busy.run(never) == 0
    idle = runs(desk.runtime, sweep=nothing_due, next_moment=lambda _runtime: past)
    assert idle.run(never) == POLL, "somebody else has it in hand, or it fails each time"


def test_a_letter_that_waits_for_its_next_try_wakes_it(desk: Office) -> None:
    class Refuses:
        name = "postman"

        def send(self, message: EmailMessage) -> None:
            raise MailFailed("No.")

    write(desk, "One")
    work = runs(desk.runtime, Refuses())
    assert work.run(never) == POLL, "in a minute"
    with desk.runtime.looking() as look:
        again = look.db.execute(select(letters.c.leased_until)).scalar_one()
    desk.clock.at = again - timedelta(seconds=4)
    assert work.run(never) == 4


def test_an_installation_with_a_clock_of_its_own_is_woken_by_that(desk: Office) -> None:
    """A demonstration reads 1 January 2030 while the machine's clock reads something else."""
    with desk.runtime.doing("operator") as do:
        reads = {"clock_reads": "2030-01-01T09:00:00+00:00", "clock_set_at": desk.clock.now().isoformat()}
        do.db.execute(update(installation).values(reads))
    due = datetime(2030, 1, 1, 9, 0, 7, tzinfo=UTC)
    assert runs(desk.runtime, next_moment=lambda _runtime: due).run(never) == 7
    assert beats(desk.runtime)[0].beat_at == datetime(2030, 1, 1, 9, tzinfo=UTC)


# Many runs, one after the other


def test_a_run_follows_as_soon_as_the_one_before_has_asked_for_it(running: Callable[..., Scheduler]) -> None:
    began: list[float] = []
    third = Event()

    def run(_stop: Callable[[], bool]) -> float:
        began.append(monotonic())
        if len(began) == 3:
            third.set()
        return {1: 0.3, 2: 0.0}.get(len(began), POLL)

    running(run)
    assert third.wait(10), "it does not wait for as long as it may"
    assert began[1] - began[0] >= 0.3


def test_runs_never_overlap(running: Callable[..., Scheduler]) -> None:
    inside, most = 0, 0
    enough = Event()

    def run(_stop: Callable[[], bool]) -> float:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        enough.wait(0.02)
        inside -= 1
        if most > 0 and perf_counter() - began > 0.4:
            enough.set()
        return 0.0

    began = perf_counter()
    running(run)
    assert enough.wait(10)
    assert most == 1


def test_it_can_be_stopped_at_any_moment() -> None:
    """Also just when a run is over and the next one is being set, and before the first has begun."""
    for number in range(60):
        scheduler = Scheduler(lambda _stop: 0.0)
        scheduler.start()
        Event().wait(number / 10_000)
        ending = Thread(target=scheduler.stop, daemon=True)
        ending.start()
        ending.join(10)
        assert not ending.is_alive()
    Scheduler(lambda _stop: 0.0).stop()


def test_a_letter_in_hand_is_finished_and_no_other_begun(anywhere: Office, running: Callable[..., Scheduler]) -> None:
    write(anywhere, "One", "Two", "Three")
    postman = Postman(slow=True)
    work = runs(anywhere.runtime, postman, sweep=nothing_due)
    scheduler = running(work.run)
    assert postman.has_one.wait(10)
    assert len(beats(anywhere.runtime)) == 1
    ending = Thread(target=lambda: (scheduler.stop(), work.end()))
    ending.start()
    ending.join(0.2)
    assert ending.is_alive(), "it waits for the letter"
    postman.go_on.set()
    ending.join(10)
    assert not ending.is_alive()
    assert len(postman.taken) == 1
    with anywhere.runtime.looking() as look:
        sent = list(look.db.execute(select(letters.c.subject).where(letters.c.sent_at.is_not(None))).scalars())
    assert sent == postman.taken, "that it went is written down"
    assert beats(anywhere.runtime) == []


def test_several_schedulers_on_one_database_send_each_letter_once(anywhere: Office) -> None:
    subjects = [f"Letter {number}" for number in range(30)]
    write(anywhere, *subjects)
    postman = Postman()
    others = [open_runtime(anywhere.url, clock=anywhere.clock) for _number in range(3)]
    works = [runs(other, postman) for other in others]
    with ThreadPoolExecutor(len(works)) as at_once:
        for _round in range(2):
            list(at_once.map(lambda work: work.run(never), works))
    assert sorted(postman.taken) == sorted(subjects)
    assert len(beats(anywhere.runtime)) == len(works)
    works[0].end()
    assert len(beats(anywhere.runtime)) == len(works) - 1, "the others are still there"
    for other in others:
        other.engine.dispose()
