"""The outbox: letters are written in the transaction that causes them, and handed over afterwards.

Each is leased by one process, handed over with no transaction open, and settled. A process that dies in between
leaves a lease that runs out: the letter goes out again, with the same Message-ID.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, or_, select, update

from models.outbox import letters
from workflow.doing import Doing
from workflow.letters import Letter, one_line
from workflow.logs import Log
from workflow.mail import Mailer, MailFailed

if TYPE_CHECKING:  # an act of the runtime writes letters, so it cannot be imported here
    from workflow.runtime import Runtime

ACTOR: Final = "decision-routes"
LEASE: Final = timedelta(minutes=5)  # longer than any handing over takes

#: How long to wait after each failure; after the last one the letter is given up and shown to administrators.
WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
GIVEN_UP: Final = len(WAITS) + 1

log = Log("letters")


@dataclass(frozen=True, slots=True)
class Leased:
    """A letter in the hands of one process until its lease runs out."""

    id: str
    kind: str
    until: datetime
    failures: int
    secret: bool
    message: dict[str, Any]


def enqueue(do: Doing, letter: Letter) -> str:
    """Put a letter into the outbox: it goes out if this act is kept. Its id is returned."""
    name = _new_id(do.now)
    row = {
        "id": name,
        "kind": letter.kind,
        "person": letter.person,
        "to": letter.to,
        "subject": letter.subject,
        "body": letter.body,
        "secret": letter.secret,
        "item": letter.item,
        "step": letter.step,
        "written_at": do.now,
        "leased_until": None,
        "sent_at": None,
        "failures": 0,
        "last_failure": None,
    }
    do.keep(letters, row)
    return name


def deliver_waiting(runtime: Runtime, mailer: Mailer, limit: int = 50) -> int:
    """Hand over letters that wait, oldest first; how many went out. Any number of processes may do this at once."""
    sent = 0
    for _turn in range(limit):
        leased = _lease(runtime)
        if leased is None:
            break
        why_not = _hand_over(mailer, leased)
        if why_not is None:
            _sent(runtime, leased)
            sent += 1
        else:
            _failed(runtime, leased, why_not)
    return sent


def _lease(runtime: Runtime) -> Leased | None:
    """The oldest letter that nobody has in hand."""
    with runtime.doing(ACTOR) as do:
        free = or_(letters.c.leased_until.is_(None), letters.c.leased_until <= do.now)
        query = (
            select(letters)
            .where(letters.c.sent_at.is_(None), letters.c.failures < GIVEN_UP, free)
            .order_by(letters.c.written_at, letters.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = do.db.execute(query).mappings().one_or_none()
        if row is None:
            return None
        until = do.now + LEASE
        do.db.execute(update(letters).where(letters.c.id == row["id"]).values(leased_until=until))
        message = {"to": row["to"], "subject": row["subject"], "body": row["body"], "at": do.now}
        return Leased(row["id"], row["kind"], until, row["failures"], row["secret"], message)


def _hand_over(mailer: Mailer, leased: Leased) -> str | None:
    """None if it went out, else why not. One letter that cannot be sent must not hold up the others."""
    try:
        mailer.send(as_email(leased.id, **leased.message))
    except MailFailed as err:
        return str(err)
    except Exception as err:
        return f"That failed in a way nobody foresaw ({type(err).__name__})."
    return None


def as_email(letter: str, to: str, subject: str, body: str, at: datetime) -> EmailMessage:
    """The letter as a message, without a sender. ValueError if its address is none: nothing else gets into its head."""
    message = EmailMessage()
    message["To"] = Address(addr_spec=to)
    message["Subject"] = one_line(subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{letter}@decision-routes>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body, cte="8bit")
    return message


def _sent(runtime: Runtime, leased: Leased) -> None:
    with runtime.doing(ACTOR) as do:
        values: dict[str, Any] = {"sent_at": do.now, "leased_until": None, "last_failure": None}
        if leased.secret:
            values["body"] = None
        do.db.execute(update(letters).where(letters.c.id == leased.id).values(values))
    log.info("letter sent", letter=leased.id, kind=leased.kind)


def _failed(runtime: Runtime, leased: Leased, why: str) -> None:
    failures = leased.failures + 1
    given_up = failures >= GIVEN_UP
    with runtime.doing(ACTOR) as do:
        values: dict[str, Any] = {
            "failures": failures,
            "last_failure": one_line(why)[:500],
            "leased_until": None if given_up else do.now + WAITS[failures - 1],
        }
        if given_up and leased.secret:
            values["body"] = None
        still_mine = and_(letters.c.id == leased.id, letters.c.leased_until == leased.until)
        do.db.execute(update(letters).where(still_mine, letters.c.sent_at.is_(None)).values(values))
    log.warning("letter not sent", letter=leased.id, kind=leased.kind, failures=failures, given_up=given_up)


def _new_id(now: datetime) -> str:
    """32 hexadecimal digits that grow with time, so that a folder of letters is in order."""
    return f"{int(now.timestamp() * 1000):012x}{secrets.token_hex(10)}"
