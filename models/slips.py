"""How plans changed: what was first planned and last, and every slip between. None of it belongs to the ledger.

It is written in the transaction of the act, or of the day, that changed a plan, and nothing of it is taken away: only
a day that drifts because nobody acts, from one day to the next, is one slip that grows, and one that comes from an
outcome which is corrected becomes what the right outcome makes of it. What was planned before somebody could look
cannot be made up afterwards.
"""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Table

from models.base import Id, UtcDateTime, metadata

#: One line for each step, and one with the step "" for the day on which the whole item is done.
planned = Table(
    "post_planned",
    metadata,
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("step", Id, primary_key=True),
    Column("first_planned", Date),
    Column("first_planned_at", UtcDateTime),
    Column("last_planned", Date),  # as planned before it happened; None: no day was known
    Column("actual", Date),
    Column("slips", Integer, nullable=False),  # how often the day changed: the number of the newest slip
)

#: Every change of a planned day: what happened, and why as far as somebody said.
slips = Table(
    "post_slips",
    metadata,
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("step", Id, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("on", Date, nullable=False),  # the business date
    Column("was", Date),
    Column("becomes", Date),
    Column("cause", Id, nullable=False),  # what happened: meeting-moved, deferred, report-not-in, …
    Column("because", Id),  # the meeting or the step that it comes from
    Column("code", Id),  # the reason that somebody chose
    Column("forum", Id),
    Index("ix_post_slips_forum", "forum", "on", "item", "step", "number"),
    Index("ix_post_slips_on", "on", "item", "step", "number"),
)

#: What a lead or an owner asked a forum for when they chose between plans; its secretary puts the step on a meeting. It
#: counts while the step is in that round, open, and on the meeting that it was on then.
requests = Table(
    "post_requests",
    metadata,
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("step", Id, primary_key=True),
    Column("round", Integer, nullable=False),
    Column("forum", Id, nullable=False),
    Column("meeting", ForeignKey("meetings.id"), index=True),  # None: a meeting on a day for which none is known
    Column("day", Date, nullable=False),
    Column("was", Id),  # the meeting that the step was on
    Column("by", ForeignKey("people.id")),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_post_requests_forum", "forum", "item", "step"),
)
