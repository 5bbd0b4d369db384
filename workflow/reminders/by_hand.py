"""Sending by hand what is due, by the choices of those who are told: what is not for this hour waits for theirs."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from models.reminders import messages
from workflow.doing import Doing
from workflow.queries.due import Dues
from workflow.reminders.choices import choices_of
from workflow.reminders.posting import Around, in_hand, write
from workflow.reminders.saying import keep, read_spoken


def send_due(do: Doing, dues: Dues) -> set[str]:
    """Put what is due into letters; the keys of what was said.

    What people have snoozed or left, or cannot be sent, is not; nor what somebody else is saying at this moment. On
    a Sunday, or before a daily letter, nothing goes out: it waits, and goes with the next call that finds its hour.
    """
    do.now, do.today = dues.around.now, dues.around.today
    mine = [one.row for one in dues.found if one.row["dropped"] is None]
    held = in_hand(do, sorted({row["person"] for row in mine}))
    spoken = read_spoken(do.db, sorted({row["reminder"] for row in mine}))
    keep(do, [row for row in mine if row["person"] in held], replace(dues.around, spoken=spoken))
    said: set[str] = set()
    for name in sorted(held):
        keys = [row["key"] for row in mine if row["person"] == name]
        come = messages.c.settled_at.is_(None) & (messages.c.send_at <= do.now)
        still = select(messages).where(messages.c.key.in_(keys), come)
        rows = [dict(row) for row in do.db.execute(still.order_by(messages.c.due_at, messages.c.key)).mappings()]
        days = {row["reminder"]: row["day"] for row in rows}
        chosen = choices_of(do.db, {name, *(row["stands_in_for"] or name for row in rows)})
        around = Around(dues.about, dues.around.posts, dues.around.keys, days, chosen, {}, frozenset())
        if rows and write(do, do.known.people[name], rows, around):
            said |= {row["key"] for row in rows}
    return said
