"""What waits to be said and sent, as those who watch over an installation count it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from models.reminders import messages, reminders
from workflow import outbox
from workflow.runtime import Looking


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many reminders, messages and letters there are that somebody has not been sent yet."""

    reminders_overdue: int
    messages_waiting: int  # also those that wait for the moment that somebody has chosen
    letters_waiting: int
    letters_given_up: int


def waiting(look: Looking) -> Waiting:
    """The numbers; each is counted by an index that holds only what is still open."""
    count = select(func.count())
    told = count.select_from(reminders).where(reminders.c.next_at <= look.now)
    put = count.select_from(messages).where(messages.c.settled_at.is_(None))
    post = outbox.waiting(look)
    return Waiting(look.db.scalar(told) or 0, look.db.scalar(put) or 0, post.waiting, post.given_up)


def overdue_since(look: Looking) -> datetime | None:
    """Since when something should have been done that is not: said, put into a letter, or sent. None: nothing."""
    told = select(func.min(reminders.c.next_at)).where(reminders.c.next_at.is_not(None))
    put = select(func.min(messages.c.send_at)).where(messages.c.settled_at.is_(None))
    moments = (look.db.execute(told).scalar_one(), look.db.execute(put).scalar_one(), outbox.next_at(look))
    return min((moment for moment in moments if moment is not None and moment <= look.now), default=None)


def overdue_for(look: Looking) -> timedelta:
    """How long it has been overdue; nothing, when nothing is."""
    since = overdue_since(look)
    return timedelta(0) if since is None else max(look.now - since, timedelta(0))
