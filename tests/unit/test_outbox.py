"""Letters wait in the outbox, go out once, are tried again, and are given up in the end."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Barrier, Lock
from typing import Any

import pytest
from sqlalchemy import select

from models.outbox import letters
from tests.office import Office
from workflow.errors import Refused
from workflow.known import Person
from workflow.letters import Letter, invitation, one_line, reset
from workflow.mail import Mailer, MailFailed
from workflow.mail.folder import FolderMailer
from workflow.outbox import PACE, deliver_waiting, enqueue
from workflow.runtime import open_runtime

SENDER = "Decision Routes <letters@decisions.example.org>"
CLERK = Person("clerk", "Cabinet clerk", "clerk@example.org", frozenset())


class Postman:
    """Takes letters, refuses those that he is told to, and looks away for nobody."""

    name = "postman"

    def __init__(self, refuses: str = "") -> None:
        self.taken: list[EmailMessage] = []
        self.refuses = refuses
        self.lock = Lock()

    def send(self, message: EmailMessage) -> None:
        if self.refuses and self.refuses in message["To"]:
            raise MailFailed("The mail server said:\r\n no such person.")
        with self.lock:
            self.taken.append(message)

    @property
    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for message in self.taken]


@pytest.fixture
def anywhere(database: str) -> Iterator[Office]:
    office = Office(database)
    yield office
    office.close()


def letter(subject: str = "Waiting for you", to: str = "clerk@example.org", **more: Any) -> Letter:
    return Letter("notice", "clerk", to, subject, "Please look.\n", **more)


def write(office: Office, *written: Letter) -> None:
    with office.runtime.doing("operator") as do:
        for one in written:
            enqueue(do, one)
        do.flush()


def kept(office: Office) -> list[Any]:
    with office.runtime.looking() as look:
        return list(look.db.execute(select(letters).order_by(letters.c.written_at, letters.c.id)))


def deliver(office: Office, mailer: Mailer, limit: int = 50) -> int:
    return deliver_waiting(office.runtime, mailer, limit).sent


def test_a_letter_goes_out_once(anywhere: Office) -> None:
    write(anywhere, letter(item="plan", step="cabinet"))
    postman = Postman()
    assert (deliver(anywhere, postman), deliver(anywhere, postman)) == (1, 0)
    (row,) = kept(anywhere)
    assert (row.sent_at, row.sent_by, row.failures) == (anywhere.clock.at, "postman", 0)
    assert (row.item, row.step) == ("plan", "cabinet")
    (sent,) = postman.taken
    assert (sent["To"], sent["Subject"], sent["Message-ID"]) == (
        "clerk@example.org",
        "Waiting for you",
        f"<{row.id}@decision-routes>",
    )


def test_nothing_goes_out_for_an_act_that_came_to_nothing(desk: Office) -> None:
    with pytest.raises(Refused), desk.runtime.doing("operator") as do:
        enqueue(do, letter())
        do.flush()
        raise Refused("Not now.")
    assert deliver(desk, Postman()) == 0


def test_letters_go_out_in_the_order_in_which_they_were_written(desk: Office) -> None:
    for number in range(5):
        write(desk, letter(f"Number {number}"))
        desk.clock.at += timedelta(seconds=1)
    postman = Postman()
    assert deliver(desk, postman, limit=3) == 3
    deliver(desk, postman)
    assert postman.subjects == [f"Number {number}" for number in range(5)]


def test_what_lets_somebody_in_is_not_kept_once_sent(desk: Office) -> None:
    write(desk, letter("Secret", secret=True), letter("Plain"))
    deliver(desk, Postman())
    assert {row.subject: row.body for row in kept(desk)} == {"Secret": None, "Plain": "Please look.\n"}


def test_one_bad_address_does_not_hold_up_the_others(anywhere: Office) -> None:
    write(anywhere, letter("First", to="gone@example.org"))
    write(anywhere, letter("Second", to="no address\r\nBcc: everybody@example.org"))
    write(anywhere, letter("Third"))
    postman = Postman(refuses="gone@")
    assert deliver(anywhere, postman) == 1
    assert postman.subjects == ["Third"]
    failed = {row.subject: row.last_failure for row in kept(anywhere) if row.failures}
    assert failed["First"] == "The mail server said: no such person."
    assert "no e-mail address" in failed["Second"]


def test_a_letter_is_tried_again_later_and_later_and_then_given_up(anywhere: Office) -> None:
    write(anywhere, letter(to="gone@example.org", secret=True))
    postman = Postman(refuses="gone@")
    waits = []
    for _try in range(PACE.tries - 1):
        assert deliver(anywhere, postman) == 0
        (row,) = kept(anywhere)
        waits.append(row.leased_until - anywhere.clock.at)
        anywhere.clock.at = row.leased_until - timedelta(seconds=1)
        before = row.failures
        deliver(anywhere, postman)
        assert kept(anywhere)[0].failures == before, "not before its time"
        anywhere.clock.at = row.leased_until
    assert waits == sorted(waits)
    assert [timedelta(minutes=1), timedelta(days=1)] <= [waits[0], waits[-1]]
    assert all(wait <= least * 1.1 for wait, least in zip(waits, PACE.waits, strict=True))
    deliver(anywhere, postman)
    (row,) = kept(anywhere)
    assert (row.failures, row.leased_until, row.sent_at, row.body) == (PACE.tries, None, None, None)
    assert row.given_up_at == anywhere.clock.at
    anywhere.clock.at += timedelta(days=30)
    assert deliver(anywhere, Postman()) == 0


def test_a_letter_that_failed_goes_out_when_the_post_works_again(desk: Office) -> None:
    write(desk, letter())
    deliver(desk, Postman(refuses="clerk@"))
    desk.clock.at = kept(desk)[0].leased_until
    postman = Postman()
    assert deliver(desk, postman) == 1
    (row,) = kept(desk)
    assert (row.failures, row.last_failure, row.leased_until) == (1, None, None)


def test_a_process_that_dies_with_a_letter_in_hand_leaves_it_to_others(anywhere: Office) -> None:
    write(anywhere, letter())

    class Killed(BaseException):
        pass

    class Dying(Postman):
        def send(self, message: EmailMessage) -> None:
            super().send(message)
            raise Killed

    dying, postman = Dying(), Postman()
    with pytest.raises(Killed):
        deliver(anywhere, dying)
    assert deliver(anywhere, postman) == 0, "somebody seems to have it in hand"
    anywhere.clock.at += PACE.lease
    assert deliver(anywhere, postman) == 1
    assert dying.taken[0]["Message-ID"] == postman.taken[0]["Message-ID"], "mail programs can see that it is the same"


def test_no_transaction_is_open_while_a_letter_is_handed_over(anywhere: Office) -> None:
    write(anywhere, letter())

    class Nosy(Postman):
        def send(self, message: EmailMessage) -> None:
            write(anywhere, letter("Written meanwhile"))
            super().send(message)

    assert deliver(anywhere, Nosy(), limit=1) == 1


def test_several_who_deliver_at_once_send_nothing_twice(anywhere: Office) -> None:
    write(anywhere, *(letter(f"Number {number}") for number in range(24)))
    postman, barrier = Postman(), Barrier(4)

    def one(_worker: int) -> int:
        runtime = open_runtime(anywhere.url, clock=anywhere.clock)
        with runtime.looking():
            barrier.wait(30)
        try:
            return deliver_waiting(runtime, postman).sent
        finally:
            runtime.engine.dispose()

    with ThreadPoolExecutor(4) as workers:
        assert sum(workers.map(one, range(4))) == 24
    assert sorted(postman.subjects) == sorted(f"Number {number}" for number in range(24))


def read(path: Path) -> EmailMessage:
    found = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_letters_in_a_folder_open_in_a_mail_program(desk: Office, tmp_path: Path) -> None:
    folder = tmp_path / "post" / "letters"
    link = "https://decisions.example.org/invitation/" + "x" * 43
    write(desk, invitation(CLERK, "clerk@example.org", link, "Where decisions are – Borough"))
    assert deliver(desk, FolderMailer(folder, SENDER)) == 1
    (path,) = folder.iterdir()
    assert path.name == f"{kept(desk)[0].id}.eml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert link in path.read_text(), "the link is in one piece, whatever reads it"
    message = read(path)
    assert message["From"] == SENDER
    assert message["Subject"] == "Set your password for Where decisions are – Borough"
    assert message["Date"].datetime == desk.clock.at
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_body(("plain",)).get_content()
    assert link in text and "Cabinet clerk," in text


def test_a_folder_that_cannot_be_used_is_said_and_tried_again(desk: Office, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    write(desk, letter())
    assert deliver(desk, FolderMailer(tmp_path / "file" / "letters", SENDER)) == 0
    assert "cannot be used: not a directory" in kept(desk)[0].last_failure


@pytest.mark.parametrize(
    "evil", ["Report\r\nBcc: everybody@example.org", "Report\nX: y\n\nbody", "Report\x00\x1b[2J", "Report\u2028Bcc: x"]
)
def test_a_name_or_a_title_adds_no_line_to_the_head_of_a_letter(desk: Office, tmp_path: Path, evil: str) -> None:
    person = Person("clerk", evil, "clerk@example.org", frozenset())
    write(desk, letter(evil), reset(person, "clerk@example.org", "https://x.example/reset/y", evil))
    assert deliver(desk, FolderMailer(tmp_path / "letters", SENDER)) == 2
    for path in (tmp_path / "letters").iterdir():
        message = read(path)
        assert set(message.keys()) - {"Content-Transfer-Encoding"} == {
            "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "MIME-Version",
        }  # fmt: skip
        assert message["To"] == "clerk@example.org"
        assert message["Subject"].endswith(one_line(evil))
