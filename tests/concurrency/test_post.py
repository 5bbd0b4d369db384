"""Several processes hand letters to a mail server that accepts, delays, refuses and breaks off: none gets lost."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from itertools import cycle
from threading import Lock
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import select

from models.outbox import letters
from tests.concurrency.clerks import PATIENCE, fresh_processes
from tests.office import Office
from tests.post import HERE, MailServer, opened
from workflow.letters import Letter
from workflow.mail.smtp import SmtpMailer
from workflow.outbox import Pace, deliver_waiting, enqueue, next_at
from workflow.runtime import open_runtime

PROCESSES = 3
OTHERS = 30
MISCHIEF = ["450 Not now", "550 No such person", "drop", 0.05, 0.5]  # at the address
LATE_MISCHIEF = ["451 Not now", "554 Not this", "drop", "drop after", 0.05, 0.5]  # once the letter is there

#: Everything that takes minutes and days takes a moment here; a server that takes half a second takes too long.
TIMEOUT = 0.3
HASTY = Pace(
    lease=timedelta(seconds=1),
    patience=timedelta(seconds=0.4),
    waits=tuple(timedelta(milliseconds=wait) for wait in (20, 30, 40, 50, 60, 80, 100)),
)

#: What certain people's letters meet with, first to last; after that they are taken. Others take their chances.
FATES: dict[str, list[str | float | None]] = {
    "gone": ["550 No such person"] * 99,
    "full": ["452 Full"] * 99,
    "unheard": ["drop after"],
    "twice-unheard": ["drop after", "drop after"],
    "cut-off": ["drop", "drop"],
    "tired": [0.5],
}


class Unreliable:
    """What the mail server does: drawn from packs that are shuffled alike each time."""

    def __init__(self, seed: int) -> None:
        self.lock = Lock()
        self.met: Counter[str] = Counter()
        self.did: Counter[str | float | None] = Counter()
        packs = ([*MISCHIEF * 2, *[None] * 14], [*LATE_MISCHIEF * 2, *[None] * 14])
        for pack in packs:
            random.Random(seed).shuffle(pack)
        self.at_addresses, self.at_letters = map(cycle, packs)

    def at_address(self, to: str) -> str | float | None:
        name = to.split("@")[0]
        if name in ("gone", "full"):
            return FATES[name][0]
        return None if name in FATES else self._drawn(self.at_addresses)

    def at_letter(self, message: EmailMessage) -> str | float | None:
        name = str(message["To"]).split("@")[0]
        if name not in FATES:
            return self._drawn(self.at_letters)
        with self.lock:
            time, self.met[name] = self.met[name], self.met[name] + 1
        return FATES[name][time] if time < len(FATES[name]) else None

    def _drawn(self, pack: Iterator[Any]) -> str | float | None:
        with self.lock:
            what: str | float | None = next(pack)
            self.did[what] += 1
        return what


@pytest.fixture
def anywhere(database: str) -> Iterator[Office]:
    office = Office(database)
    yield office
    office.close()


def postman(url: str, port: int) -> None:
    """One process that hands letters over until none waits."""
    runtime = open_runtime(url)
    mailer = SmtpMailer(HERE, "decisions@council.example", port, "none", timeout=TIMEOUT)
    until = monotonic() + PATIENCE
    while monotonic() < until:
        deliver_waiting(runtime, mailer, pace=HASTY)
        with runtime.looking() as look:
            due = next_at(look)
        if due is None:
            return
        sleep(min(0.1, max(0.0, (due - look.now).total_seconds())))
    raise AssertionError("letters wait for ever")


def test_every_letter_is_accounted_for(anywhere: Office) -> None:
    people = [*FATES, *(f"clerk-{number}" for number in range(OTHERS))]
    with anywhere.runtime.doing("operator") as do:
        written = {
            enqueue(do, Letter("notice", None, f"{name}@example.org", f"For {name}", f"Dear {name}.\n")): name
            for name in people
        }
        do.flush()
    post = Unreliable(seed=2023)
    with opened(MailServer(at_address=post.at_address, at_letter=post.at_letter)) as server:
        postmen = [_started(anywhere.url, server.port) for _number in range(PROCESSES)]
        until = monotonic() + PATIENCE
        while len(server.taken) < 5 and monotonic() < until:
            sleep(0.01)
        postmen[0].kill()  # with a letter in hand, or not
        postmen.append(_started(anywhere.url, server.port))
        for one in postmen[1:]:
            one.join(PATIENCE)
        assert [one.exitcode for one in postmen[1:]] == [0] * PROCESSES
        for one in postmen:
            one.join()
            one.close()

    with anywhere.runtime.looking() as look:
        rows = {written[row["id"]]: row for row in look.db.execute(select(letters)).mappings()}
    arrived = _arrived(server)
    assert rows.keys() == set(people), "no letter was lost, and none came of nothing"
    for name, row in rows.items():
        assert (row["sent_at"] is None) is (row["given_up_at"] is not None), f"{name} is sent or given up"
        if row["sent_at"] is not None:
            assert arrived[name], f"{name} is said to be sent"
        else:
            least = 3 if "550" in row["last_failure"] else HASTY.tries
            assert least <= row["failures"] <= HASTY.tries, f"{name} was given up too soon"
    for name, copies in arrived.items():
        assert {copy["Message-ID"] for copy in copies} == {f"<{rows[name]['id']}@decision-routes>"}
        assert len({copy.as_bytes() for copy in copies}) == 1, "a repeat is the same letter"
    for name in FATES:
        assert (rows[name]["sent_at"] is None) is (name in ("gone", "full")), name
    assert not arrived["gone"] and not arrived["full"]
    assert len(arrived["unheard"]) >= 2 and len(arrived["twice-unheard"]) >= 3
    assert set(post.did) == {None, *MISCHIEF, *LATE_MISCHIEF}, "everything that can go wrong did"


def _started(url: str, port: int) -> Any:
    process = fresh_processes.Process(target=postman, args=(url, port), daemon=True)
    process.start()
    return process


def _arrived(server: MailServer) -> defaultdict[str, list[EmailMessage]]:
    found: defaultdict[str, list[EmailMessage]] = defaultdict(list)
    for message in server.taken:
        found[str(message["To"]).split("@")[0]].append(message)
    return found
