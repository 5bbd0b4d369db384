"""What becomes of letters in the end: sent, given up, tried again; by whichever process, however it fares."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import event, insert, update

from models.outbox import letters
from models.reminders import hooks
from tests.office import Office
from tests.unit.test_outbox import Postman, deliver, kept, letter, write
from workflow.errors import Refused, Unknown
from workflow.known import Person
from workflow.letters import invitation
from workflow.mail import AddressRefused, Mailers, MailFailed, Note, PostClosed
from workflow.mail.nobody import Nobody
from workflow.outbox import PACE, Counts, Delivered, Pace, deliver_waiting, next_at, retry, waiting

CLERK = Person("clerk", "Cabinet clerk", "clerk@example.org", frozenset())
HOOK = "f" * 32


@pytest.fixture
def anywhere(database: str) -> Iterator[Office]:
    office = Office(database)
    office.runtime.address = "https://decisions.example.org"
    yield office
    office.close()


class Failing(Postman):
    """A post that says for each address why it does not take letters to it."""

    def __init__(self, **failures: Exception) -> None:
        super().__init__()
        self.failures = failures
        self.asked: list[str] = []

    def send(self, message: EmailMessage) -> None:
        self.asked.append(str(message["Subject"]))
        failure = self.failures.get(str(message["To"]).split("@")[0])
        if failure is not None:
            raise failure
        super().send(message)


class Meanwhile(Postman):
    """While this one has a letter in hand, other things happen."""

    def __init__(self, happens: Callable[[], object], fails: bool = False) -> None:
        super().__init__()
        self.happens, self.fails = happens, fails

    def send(self, message: EmailMessage) -> None:
        self.happens()
        if self.fails:
            raise MailFailed("Too late.")
        super().send(message)


class Tool:
    """Another tool."""

    name = "webhook"

    def __init__(self) -> None:
        self.told: list[Note] = []

    def post(self, note: Note) -> None:
        self.told.append(note)


def give_up(office: Office, *subjects: str) -> None:
    with office.runtime.doing("operator") as do:
        gone = {"given_up_at": do.now, "failures": PACE.tries, "last_failure": "No such person."}
        do.db.execute(update(letters).where(letters.c.subject.in_(subjects)).values(gone))


def hook(office: Office, **more: Any) -> None:
    row = {"id": HOOK, "name": "Chat", "url": "https://chat.example/x", "secret": "whsec_c2VjcmV0", "forum": None}
    with office.runtime.doing("operator") as do:
        do.db.execute(insert(hooks).values({**row, "created_at": do.now, "disabled": False, **more}))


def counted(office: Office) -> Counts:
    with office.runtime.looking() as look:
        return waiting(look)


def due(office: Office) -> Any:
    with office.runtime.looking() as look:
        return next_at(look)


def again(office: Office, *names: str) -> int:
    with office.runtime.doing("operator") as do:
        return retry(do, names)


def test_given_up_letters_can_be_tried_again(anywhere: Office) -> None:
    write(anywhere, letter("First"), letter("Second"), letter("Third"))
    give_up(anywhere, "First", "Second")
    assert counted(anywhere) == (1, 2)
    assert deliver(anywhere, Postman()) == 1, "what was given up stays where it is"

    assert again(anywhere, *(row.id for row in kept(anywhere) if row.given_up_at)) == 2

    assert counted(anywhere) == (2, 0)
    postman = Postman()
    assert deliver(anywhere, postman) == 2
    assert {(row.failures, row.given_up_at, row.last_failure) for row in kept(anywhere)} == {(0, None, None)}


def test_what_cannot_be_tried_again_is_said_and_nothing_is(desk: Office) -> None:
    write(desk, letter("Plain"), letter("Waits"), invitation(CLERK, "gone@example.org", "https://x.example/y"))
    give_up(desk, "Plain")
    for _try in range(PACE.tries):
        deliver_waiting(desk.runtime, Failing(gone=MailFailed("No."), clerk=MailFailed("No.")), 50)
        desk.clock.at += timedelta(days=2)
    write(desk, letter("Young"))
    by = {row.subject: row for row in kept(desk)}
    secret = next(row for row in by.values() if row.secret)
    assert (secret.body, secret.html) == (None, None)
    with pytest.raises(Refused, match="held a link that let its reader in"):
        again(desk, by["Plain"].id, secret.id)
    with pytest.raises(Refused, match="“Young” was not given up"):
        again(desk, by["Plain"].id, by["Young"].id)
    with pytest.raises(Unknown, match="no letter nowhere"):
        again(desk, by["Plain"].id, "nowhere")
    assert counted(desk).given_up == 3, "all of these or none"


def test_an_address_that_does_not_exist_is_given_up_sooner(desk: Office) -> None:
    write(desk, letter("First", to="gone@example.org"), letter("Second", to="late@example.org"))
    failing = Failing(gone=AddressRefused("No such person."), late=MailFailed("Not now."))
    for _try in range(5):
        deliver_waiting(desk.runtime, failing)
        desk.clock.at += timedelta(days=2)
    first, second = sorted(kept(desk), key=lambda row: str(row.subject))
    assert (first.failures, first.last_failure) == (3, "No such person.")
    assert first.given_up_at is not None and second.given_up_at is None and second.failures == 5


def test_while_the_post_is_closed_one_letter_tries_for_all(anywhere: Office) -> None:
    write(anywhere, *(letter(f"Number {number}", to=f"clerk{number}@example.org") for number in range(9)))
    closed = Failing(**{f"clerk{number}": PostClosed("Closed on Sundays.") for number in range(9)})
    assert deliver_waiting(anywhere.runtime, closed) == Delivered(0, 1)
    soon = anywhere.clock.at + timedelta(minutes=1)
    assert soon <= due(anywhere) <= soon + timedelta(seconds=6)
    assert {row.failures for row in kept(anywhere)} == {0}
    assert [row.last_failure for row in kept(anywhere) if row.last_failure] == ["Closed on Sundays."]
    anywhere.clock.at += timedelta(minutes=2)
    assert deliver(anywhere, Postman()) == 8
    anywhere.clock.at += timedelta(minutes=4)
    assert deliver(anywhere, Postman()) == 1, "the one that tried waits longer"


def test_other_letters_to_an_address_that_fails_wait_and_nobody_elses(desk: Office) -> None:
    for number in range(6):
        write(desk, letter(f"Number {number}", to=f"{'slow' if number % 2 else 'quick'}@example.org"))
        desk.clock.at += timedelta(seconds=1)
    failing = Failing(slow=MailFailed("Not now."))
    assert deliver_waiting(desk.runtime, failing) == Delivered(3, 1)
    assert failing.asked == ["Number 0", "Number 1", "Number 2", "Number 4"]


def test_whoever_hangs_is_left_behind(anywhere: Office) -> None:
    write(anywhere, letter("Hangs", to="slow@example.org"), letter("Goes"))
    over = Event()

    class Hanging(Postman):
        def send(self, message: EmailMessage) -> None:
            if "slow" in message["To"]:
                over.wait(30)
            super().send(message)

    postman = Hanging()
    try:
        handed = deliver_waiting(anywhere.runtime, postman, pace=Pace(patience=timedelta(milliseconds=50)))
    finally:
        over.set()
    assert handed == Delivered(1, 1)
    (why,) = (row.last_failure for row in kept(anywhere) if row.failures)
    assert "longer than 0.05 seconds" in why


def test_handing_over_may_not_take_as_long_as_the_lease() -> None:
    with pytest.raises(ValueError, match="nobody else takes it in hand"):
        Pace(lease=timedelta(minutes=1), patience=timedelta(minutes=1))


@pytest.mark.parametrize("late_one_fails", [True, False])
@pytest.mark.parametrize("other_one", ["sends", "fails", "gives up"])
def test_two_who_both_had_a_letter_in_hand(anywhere: Office, late_one_fails: bool, other_one: str) -> None:
    """The first is held up for longer than its lease; the second takes over. What was sent stays sent."""
    write(anywhere, letter(secret=True))
    if other_one == "gives up":
        with anywhere.runtime.doing("operator") as do:
            do.db.execute(update(letters).values(failures=PACE.tries - 1))
    second = Postman(refuses="" if other_one == "sends" else "clerk@")

    def taken_over() -> None:
        anywhere.clock.at += PACE.lease
        deliver(anywhere, second)

    deliver(anywhere, Meanwhile(taken_over, fails=late_one_fails))
    (row,) = kept(anywhere)
    went_out = other_one == "sends" or not late_one_fails
    assert (row.sent_at is not None) is went_out
    assert (row.given_up_at is not None) is (other_one == "gives up" and not went_out)
    assert row.failures == {"sends": 0, "fails": 1, "gives up": PACE.tries}[other_one]
    assert (row.body is None) is (went_out or other_one == "gives up")
    assert (row.leased_until is not None) is (other_one == "fails" and not went_out)


def test_who_is_late_takes_nothing_out_of_the_hands_of_another(anywhere: Office) -> None:
    write(anywhere, letter())
    in_hand, over = Event(), Event()
    other = Thread(target=lambda: deliver(anywhere, Meanwhile(lambda: (in_hand.set(), over.wait(30)))))

    def taken_over() -> None:
        anywhere.clock.at += PACE.lease
        other.start()
        assert in_hand.wait(30)

    try:
        deliver(anywhere, Meanwhile(taken_over, fails=True))
        (row,) = kept(anywhere)
        assert (row.leased_until, row.failures) == (anywhere.clock.at + PACE.lease, 0)
        assert deliver(anywhere, Postman()) == 0
    finally:
        over.set()
        other.join(30)
    assert kept(anywhere)[0].sent_at is not None


def test_the_next_moment_is_that_of_the_first_letter_that_may_go(anywhere: Office) -> None:
    assert due(anywhere) is None
    write(anywhere, letter("First", to="gone@example.org"), letter("Second"))
    assert due(anywhere) == anywhere.clock.at
    deliver(anywhere, Postman(refuses="gone@"))
    assert due(anywhere) == min(row.leased_until for row in kept(anywhere) if row.leased_until)
    give_up(anywhere, "First")
    assert due(anywhere) is None


def test_letters_that_are_settled_cost_nothing(anywhere: Office) -> None:
    """Looking for one that waits reads the index of those, and no others."""
    seen: list[tuple[str, Any]] = []

    @event.listens_for(anywhere.runtime.engine, "before_cursor_execute")
    def remember(_db: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if "post_letters" in statement and statement.startswith("SELECT"):
            seen.append((statement, parameters))

    deliver(anywhere, Postman())
    due(anywhere)
    sqlite = anywhere.runtime.engine.dialect.name == "sqlite"
    with anywhere.runtime.looking() as look:
        if not sqlite:
            look.db.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement, parameters in list(seen):
            explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
            plan = " ".join(str(row) for row in look.db.exec_driver_sql(explain + statement, parameters))
            assert re.search("ix_post_letters_(free|waiting|to)", plan), plan
    assert len(seen) >= 2


def test_nothing_new_is_begun_when_it_is_time_to_stop(desk: Office) -> None:
    write(desk, letter("First"), letter("Second"))
    postman = Postman()
    handed = deliver_waiting(desk.runtime, postman, stopping=lambda: bool(postman.taken))
    assert (handed, counted(desk)) == (Delivered(1, 0), Counts(1, 0))


def test_in_test_mode_nothing_leaves_and_everything_can_be_read(desk: Office) -> None:
    hook(desk, url="https://nobody.invalid/")
    write(desk, letter("To a person"), letter("To a tool", to=HOOK, channel="webhook"))
    assert deliver_waiting(desk.runtime, Mailers(Nobody(), Nobody())) == Delivered(2, 0)
    assert {(row.sent_by, row.body, row.failures) for row in kept(desk)} == {("nobody", "Please look.\n", 0)}


def test_a_letter_to_another_tool_says_what_it_is_about(anywhere: Office) -> None:
    hook(anywhere)
    write(anywhere, letter(to=HOOK, channel="webhook", item="plan", step="cabinet"), letter(to=HOOK, channel="webhook"))
    tool = Tool()
    assert deliver_waiting(anywhere.runtime, Mailers(Postman(), tool)) == Delivered(2, 0)
    row = kept(anywhere)[0]
    note = next(note for note in tool.told if note.said["item"])
    assert note.said == {
        "text": "Waiting for you\n\nPlease look.",
        "kind": "notice",
        "subject": "Waiting for you",
        "item": "plan",
        "step": "cabinet",
        "link": "https://decisions.example.org/items/plan",
        "forum": None,
    }
    assert row.sent_by == "webhook"
    assert "secret" not in repr(note).replace("'secret'", "") and "chat.example" not in repr(note)


@pytest.mark.parametrize(("more", "why"), [({"disabled": True}, "“Chat” is disabled"), (None, "no longer there")])
def test_a_tool_that_is_no_longer_told_gets_nothing(desk: Office, more: dict[str, Any] | None, why: str) -> None:
    if more is not None:
        hook(desk, **more)
    write(desk, *(letter(to=HOOK, channel="webhook") for _number in range(3)))
    tool = Tool()
    assert deliver_waiting(desk.runtime, Mailers(Postman(), tool)) == Delivered(0, 3)
    assert tool.told == []
    assert all(row.given_up_at == desk.clock.at and why in row.last_failure for row in kept(desk))


def test_reminders_say_where_to_ask_for_fewer(anywhere: Office) -> None:
    write(anywhere, letter("A reminder"), letter("An outcome"))
    with anywhere.runtime.doing("operator") as do:
        do.db.execute(update(letters).where(letters.c.subject == "A reminder").values(kind="reminders"))
    postman = Postman()
    deliver(anywhere, postman)
    said = {str(message["Subject"]): message["List-Unsubscribe"] for message in postman.taken}
    assert said == {"A reminder": "<https://decisions.example.org/account/reminders>", "An outcome": None}
