"""The outbox: letters are written in the transaction that causes them, and handed over afterwards.

Each is leased by one process, handed over with no transaction open, and settled. A process that dies in between
leaves a lease that runs out: the letter goes out again, with the same Message-ID.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, func, select, update

from models.items import items
from models.outbox import letters
from models.reminders import hooks
from models.steps import steps
from workflow.doing import Doing
from workflow.errors import Refused, Unknown
from workflow.letters import Letter, one_line
from workflow.logs import Log
from workflow.mail import Mailer, Mailers, MailFailed, NobodyThere, Note, PostClosed, within
from workflow.mail.messages import as_email

if TYPE_CHECKING:  # an act of the runtime writes letters, so it cannot be imported here
    from workflow.runtime import Looking, Runtime

ACTOR: Final = "decision-routes"
ABOUT_REMINDERS: Final = ("reminder", "reminders")  # kinds of letters that people may choose to get fewer of
CHOICES: Final = "/account/reminders"  # where they do
LONGEST_REASON: Final = 500
AFTER_CLOSED: Final = 2  # it waits as after so many failures, longer than those held back: their turn comes first

log = Log("letters")


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one process keeps a letter to itself, how long handing over may take, when it is tried again.

    After `turn` nothing more is begun, so that other work of the process comes round. After the last of the waits the
    letter is given up and shown to administrators.
    """

    lease: timedelta = timedelta(minutes=5)
    patience: timedelta = timedelta(minutes=1)
    turn: timedelta = timedelta(minutes=1)
    waits: tuple[timedelta, ...] = tuple(timedelta(minutes=wait) for wait in (1, 5, 15, 60, 240, 720, 1440))

    def __post_init__(self) -> None:
        if self.patience >= self.lease:
            raise ValueError("a letter must be handed over, or not, while nobody else takes it in hand")

    @property
    def tries(self) -> int:
        """How often a letter is tried before it is given up."""
        return len(self.waits) + 1

    def wait(self, letter: str, failures: int) -> timedelta:
        """Later and later; those that failed together do not all come back at the same moment."""
        return self.waits[min(failures, len(self.waits)) - 1] * (1 + int(letter[-2:], 16) / 2550)


PACE: Final = Pace()


class Delivered(NamedTuple):
    """How many letters went out, and how often one did not."""

    sent: int = 0
    failed: int = 0


class Counts(NamedTuple):
    """How many letters are still to go out, and how many were given up."""

    waiting: int
    given_up: int


@dataclass(frozen=True, slots=True)
class Leased:
    """A letter in the hands of one process until its lease runs out; `hook` is the other tool that it goes to."""

    id: str
    until: datetime
    row: Any
    hook: Any = None
    forum: str | None = None
    exempt: bool = False


def enqueue(do: Doing, letter: Letter, not_before: datetime | None = None) -> str:
    """Put a letter into the outbox: it goes out if this act is kept, but `not_before` then. Its id is returned."""
    name = _new_id(do.now)
    row = {
        "id": name,
        "kind": letter.kind,
        "channel": letter.channel,
        "person": letter.person,
        "to": letter.to,
        "subject": letter.subject,
        "body": letter.body,
        "html": letter.html,
        "calendar": letter.calendar,
        "secret": letter.secret,
        "item": letter.item,
        "step": letter.step,
        "written_at": do.now,
        "leased_until": max(do.now, not_before or do.now),
        "sent_at": None,
        "sent_by": None,
        "failures": 0,
        "last_failure": None,
        "given_up_at": None,
    }
    do.keep(letters, row)
    return name


def deliver_waiting(
    runtime: Runtime,
    mailers: Mailer | Mailers,
    limit: int = 50,
    *,
    pace: Pace = PACE,
    stopping: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Hand over letters that wait, those first that could go first. Any number of processes may do this at once.

    `stopping` is asked before each letter. One address that fails does not hold up the others.
    """
    ways = mailers if isinstance(mailers, Mailers) else Mailers(mailers)
    sent = failed = 0
    over = monotonic() + pace.turn.total_seconds()
    for _letter in range(limit):
        leased = None if stopping() or monotonic() >= over else _lease(runtime, pace)
        if leased is None:
            break
        way = ways.webhook if leased.row["channel"] == "webhook" else ways.mail
        failure = _hand_over(runtime, ways, leased, pace)
        if failure is None:
            _sent(runtime, leased, way.name)
            sent += 1
        else:
            _failed(runtime, leased, failure, pace)
            failed += 1
    return Delivered(sent, failed)


def retry(do: Doing, letter_ids: Sequence[str]) -> int:
    """Have letters that were given up tried again, all of these or none; how many. Refused names one that cannot be."""
    query = select(letters).where(letters.c.id.in_(letter_ids)).order_by(letters.c.id).with_for_update()
    found = {row["id"]: row for row in do.db.execute(query).mappings()}
    for name in letter_ids:
        if name not in found:
            raise Unknown(f"There is no letter {name}.")
        row = found[name]
        if row["given_up_at"] is None or row["sent_at"] is not None:
            raise Refused(f"“{row['subject']}” was not given up: only letters that were can be tried again.")
        if row["secret"] and row["body"] is None:
            raise Refused(
                f"“{row['subject']}” held a link that let its reader in, and is no longer kept. Send a new one instead."
            )
    again = {"failures": 0, "given_up_at": None, "leased_until": do.now, "last_failure": None}
    do.db.execute(update(letters).where(letters.c.id.in_(found)).values(again))
    return len(found)


def next_at(look: Looking) -> datetime | None:
    """When the next letter can be handed over: a moment that is past if one waits already; None if none does."""
    return look.db.execute(select(func.min(letters.c.leased_until)).where(_is_waiting())).scalar_one_or_none()


def waiting(look: Looking) -> Counts:
    """How many letters wait, and how many were given up, now."""
    given_up = letters.c.given_up_at.is_not(None)
    count = select(func.count()).select_from(letters)
    one, other = (look.db.execute(count.where(of)).scalar_one() for of in (_is_waiting(), given_up))
    return Counts(one, other)


def _is_waiting() -> ColumnElement[bool]:
    """In the words of the index: letters that were sent or given up cost nothing."""
    return and_(letters.c.sent_at.is_(None), letters.c.given_up_at.is_(None))


def _is_free(now: datetime) -> ColumnElement[bool]:
    return and_(_is_waiting(), letters.c.leased_until <= now)


def _lease(runtime: Runtime, pace: Pace) -> Leased | None:
    """Of the letters that nobody has in hand, the one that could have gone first: those held back cost nothing."""
    with runtime.doing(ACTOR) as do:
        query = select(letters).where(_is_free(do.now)).order_by(letters.c.leased_until, letters.c.id).limit(1)
        row = do.db.execute(query.with_for_update(skip_locked=True)).mappings().one_or_none()
        if row is None:
            return None
        until = do.now + pace.lease
        do.db.execute(update(letters).where(letters.c.id == row["id"]).values(leased_until=until))
        if row["channel"] == "mail":
            return Leased(row["id"], until, row)
        hook = do.db.execute(select(hooks).where(hooks.c.id == row["to"])).mappings().one_or_none()
        at_step = and_(steps.c.item == row["item"], steps.c.step == row["step"])
        latest = select(steps.c.forum, steps.c.part).where(at_step).order_by(steps.c.round.desc()).limit(1)
        step = do.db.execute(latest).one_or_none()
        part = do.db.execute(select(items.c.part).where(items.c.id == row["item"])).scalar()
        forum = (step.forum if step else None) or (hook["forum"] if hook else None)
        return Leased(row["id"], until, row, hook, forum, "II" in (part, step.part if step else None))


def _hand_over(runtime: Runtime, ways: Mailers, leased: Leased, pace: Pace) -> MailFailed | None:
    """None if it went out, else why not. One letter that cannot be sent must not hold up the others."""
    try:
        if leased.row["channel"] == "webhook":
            note = _note(runtime, leased)
            within(pace.patience.total_seconds(), lambda: ways.webhook.post(note))
        else:
            message = _message(runtime, leased)
            within(pace.patience.total_seconds(), lambda: ways.mail.send(message))
    except MailFailed as err:
        return err
    except Exception as err:
        return MailFailed(f"That failed in a way nobody foresaw ({type(err).__name__}).")
    return None


def _message(runtime: Runtime, leased: Leased) -> EmailMessage:
    """The same to the letter, however often it is tried."""
    row = leased.row
    return as_email(
        leased.id,
        row["to"],
        row["subject"],
        row["body"] or "",
        row["written_at"],
        html=row["html"],
        calendar=row["calendar"],
        unsubscribe=runtime.address + CHOICES if runtime.address and row["kind"] in ABOUT_REMINDERS else None,
    )


def _note(runtime: Runtime, leased: Leased) -> Note:
    """What another tool is told. Of an exempt item nothing: whoever reads there may not be on its route.

    It may have become exempt since the letter was written, which names it then.
    """
    row, hook = leased.row, leased.hook
    if hook is None:
        raise NobodyThere("The webhook that this letter was for is no longer there.")
    if hook["disabled"]:
        raise NobodyThere(f"The webhook “{hook['name']}” is disabled.")
    if leased.exempt:
        raise NobodyThere("What this is about is in Part II by now, and other tools are told nothing of that.")
    item = row["item"]
    said = {
        "text": f"{row['subject']}\n\n{row['body'] or ''}".strip(),
        "kind": row["kind"],
        "subject": row["subject"],
        "item": item,
        "step": row["step"] if item else None,
        "link": f"{runtime.address}/items/{item}" if item else runtime.address,
        "forum": leased.forum,
    }
    return Note(leased.id, runtime.clock.now(), hook["url"], hook["secret"], said)


def _sent(runtime: Runtime, leased: Leased, sent_by: str) -> None:
    """It went out, whoever has it in hand by now."""
    with runtime.doing(ACTOR) as do:
        values: dict[str, Any] = {
            "sent_at": do.now,
            "sent_by": sent_by,
            "given_up_at": None,
            "leased_until": None,
            "last_failure": None,
        }
        this_one = and_(letters.c.id == leased.id, letters.c.sent_at.is_(None))
        do.db.execute(update(letters).where(this_one).values(values | _not_kept(leased)))
    log.info("letter sent", letter=leased.id, kind=leased.row["kind"], sent_by=sent_by)


def _failed(runtime: Runtime, leased: Leased, failure: MailFailed, pace: Pace) -> None:
    """Try it again later, or give it up. A post that is closed is no fault of the letter's, however long it lasts."""
    closed = isinstance(failure, PostClosed)
    failures = leased.row["failures"] + (not closed)
    given_up = not closed and failures >= min(failure.tries or pace.tries, pace.tries)
    with runtime.doing(ACTOR) as do:
        values: dict[str, Any] = {
            "failures": failures,
            "last_failure": one_line(str(failure))[:LONGEST_REASON],
            "leased_until": None if given_up else do.now + pace.wait(leased.id, AFTER_CLOSED if closed else failures),
            "given_up_at": do.now if given_up else None,
        }
        still_mine = and_(letters.c.id == leased.id, letters.c.leased_until == leased.until, _is_waiting())
        do.db.execute(update(letters).where(still_mine).values(values | (_not_kept(leased) if given_up else {})))
        if not isinstance(failure, NobodyThere):
            _hold_back(do, leased, closed, pace)
    log.warning("letter not sent", letter=leased.id, kind=leased.row["kind"], failures=failures, given_up=given_up)


def _hold_back(do: Doing, leased: Leased, all_of_them: bool, pace: Pace) -> None:
    """Other letters to an address that fails, or all of its channel, wait a little: each try takes others' time."""
    alike = letters.c.channel == leased.row["channel"]
    if not all_of_them:
        alike = and_(alike, letters.c.to == leased.row["to"])
    free = select(letters.c.id).where(_is_free(do.now), alike).with_for_update(skip_locked=True)
    until = do.now + pace.wait(leased.id, 1)
    do.db.execute(update(letters).where(letters.c.id.in_(free)).values(leased_until=until))


def _not_kept(leased: Leased) -> dict[str, None]:
    """What lets somebody in is not kept once nobody needs it."""
    return dict.fromkeys(("body", "html", "calendar")) if leased.row["secret"] else {}


def _new_id(now: datetime) -> str:
    """32 hexadecimal digits that grow with time, so that a folder of letters is in order."""
    return f"{int(now.timestamp() * 1000):012x}{secrets.token_hex(10)}"
