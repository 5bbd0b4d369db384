"""Guessing takes for ever: attempts are counted in rows, before it is known whether they succeed.

Counting first means that twenty guesses at the same moment count as twenty, from however many processes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from sqlalchemy import Connection, case, delete, or_, select, update

from models.accounts import attempts
from models.sessions import adding
from workflow.errors import WorkflowError

FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(minutes=15)
REMEMBERED: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Limit:
    """How many attempts are free, and after how long they are forgotten."""

    free: int
    forgotten_after: timedelta


#: For one sign-in address; and for one network address, behind which a whole council may sit.
ADDRESS: Final = Limit(5, REMEMBERED)
NETWORK: Final = Limit(50, timedelta(hours=1))
#: Letters with reset links: nobody's letter box is filled by strangers.
RESET_ADDRESS: Final = Limit(3, timedelta(hours=1))
RESET_NETWORK: Final = Limit(20, timedelta(hours=1))


class TooManyAttempts(WorkflowError):
    """Nothing was looked at: the person has to wait first."""

    status = 429

    def __init__(self, wait: timedelta) -> None:
        minutes = max(1, -(-int(wait.total_seconds()) // 60))
        super().__init__(f"Too many attempts. Wait {minutes} minute{'s' if minutes > 1 else ''}, then try again.")
        self.seconds = max(1, int(wait.total_seconds()))


def address_key(kind: str, address: str) -> str:
    """The key of what was typed as an address: hashed, for people type passwords there too."""
    return f"{kind}:{sha256(address.encode()).hexdigest()}"


def network_key(kind: str, network: str | None) -> str:
    """The key of where a request came from; the addresses of one IPv6 household or office are one."""
    try:
        found = ip_address((network or "").split("%")[0])
    except ValueError:
        return f"{kind}:unknown"
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:  # from a server that listens for both kinds
        found = found.ipv4_mapped
    if isinstance(found, IPv6Address):
        return f"{kind}:{ip_network((found, 64), strict=False)}"
    return f"{kind}:{found}"


def count(db: Connection, now: datetime, key: str, limit: Limit) -> None:
    """One attempt more; TooManyAttempts if the wait after the last ones is not over. The row stays locked."""
    fresh = {"key": key, "failures": 0, "since": now, "blocked_until": None}
    db.execute(adding(attempts, db.dialect), fresh)
    row = db.execute(select(attempts).where(attempts.c.key == key).with_for_update()).one()
    if row.blocked_until is not None and row.blocked_until > now:
        raise TooManyAttempts(row.blocked_until - now)
    failures, since = row.failures, row.since
    if now - since > limit.forgotten_after:
        failures, since = 0, now
    failures += 1
    blocked = now + _wait(failures - limit.free) if failures >= limit.free else None
    changed = {"failures": failures, "since": since, "blocked_until": blocked}
    db.execute(update(attempts).where(attempts.c.key == key).values(changed))


def forgive(db: Connection, key: str) -> None:
    """It was the right one: earlier attempts are forgotten."""
    db.execute(delete(attempts).where(attempts.c.key == key))


def take_back(db: Connection, key: str) -> None:
    """It was the right one: this attempt does not count, those of others from the same place still do."""
    fewer = case((attempts.c.failures > 0, attempts.c.failures - 1), else_=0)
    db.execute(update(attempts).where(attempts.c.key == key).values(failures=fewer, blocked_until=None))


def forget(db: Connection, now: datetime) -> None:
    """Remove what no longer counts."""
    over = or_(attempts.c.blocked_until.is_(None), attempts.c.blocked_until < now)
    gone = select(attempts.c.key).where(attempts.c.since < now - REMEMBERED, over).with_for_update(skip_locked=True)
    db.execute(delete(attempts).where(attempts.c.key.in_(gone)))


def _wait(beyond: int) -> timedelta:
    """1 minute, 2, 4, 8, and then 15 each time."""
    return LONGEST_WAIT if beyond > 3 else FIRST_WAIT * 2**beyond
