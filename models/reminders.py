"""Reminders: what somebody is to be reminded of, what was said to whom, and how each person wants it."""

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text, text

from models.base import Id, UtcDateTime, metadata, one_of

#: One row for each thing that somebody is reminded of until it is done. Its ladder says when, and whom after that.
reminders = Table(
    "post_reminders",
    metadata,
    Column("id", String(32), primary_key=True),  # follows from kind, item, step, round, detail and holder
    Column("kind", Id, nullable=False),
    Column("item", ForeignKey("items.id"), nullable=False),
    Column("step", Id, nullable=False),  # "" for the whole item
    Column("round", Integer, nullable=False),  # 0 for the whole item
    Column("detail", Id, nullable=False),  # an area, the number of a condition; "" where none is needed
    Column("holder", Id, nullable=False),  # whose turn it is: `secretary:<forum>`, `person:<id>`, …
    Column("forum", Id),
    Column("day", Date),  # by when, or on which day; None: as soon as possible
    Column("by_day", Date, nullable=False),  # days that are not known sort last
    Column("since", UtcDateTime, nullable=False),  # when it came up
    Column("next_at", UtcDateTime),  # when somebody is to be told next; None: there is nothing more to say
    Column("ended_at", UtcDateTime),
    Column("ended_because", Text),
    Column("sequence", Integer, nullable=False),  # goes up whenever the day changes: calendars ask for it
    Column("reopened", Integer, nullable=False),  # how often it came up again after it had ended
    Column("changed_at", UtcDateTime, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("last_failure", Text),
    Index(
        "ix_post_reminders_due",
        "next_at",
        "id",
        sqlite_where=text("next_at IS NOT NULL"),
        postgresql_where=text("next_at IS NOT NULL"),
    ),
    Index("ix_post_reminders_item", "item"),
    Index(
        "ix_post_reminders_failing",
        "changed_at",
        "id",
        sqlite_where=text("failures > 0"),
        postgresql_where=text("failures > 0"),
    ),
    Index("ix_post_reminders_holder", "holder", "by_day", "id"),
    Index(
        "ix_post_reminders_open",
        "holder",
        "by_day",
        "id",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

#: What is said to one person: it waits for its moment, and then goes into a letter together with what else waits.
messages = Table(
    "post_messages",
    metadata,
    Column("key", String(32), primary_key=True),  # follows from the reminder, its day, the rung and the person
    Column("reminder", String(32), nullable=False),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("stands_in_for", ForeignKey("people.id")),  # who is away
    Column("because", Id, nullable=False),  # as what they are told: holder, owner, lead, superior …
    Column("kind", Id, nullable=False),
    Column("item", Id, nullable=False),  # no foreign key: it would wait for acts on the item, which wait for reminders
    Column("step", Id, nullable=False),
    Column("detail", Id, nullable=False),
    Column("holder", Id, nullable=False),
    Column("forum", Id),
    Column("rung", Id, nullable=False),  # such as before-3; moved
    Column("day", Date),
    Column("old_day", Date),  # the day that was said before it moved
    Column("due_at", UtcDateTime, nullable=False),  # when it should have been said
    Column("send_at", UtcDateTime, nullable=False),  # when it may be said, by the choices of the person
    Column("late", Boolean, nullable=False),  # nobody looked when it was due
    Column("settled_at", UtcDateTime),
    Column("letter", String(32)),  # the letter that says it
    Column("dropped", Text),  # why it was not said after all
    Index(
        "ix_post_messages_waiting",
        "send_at",
        "person",
        sqlite_where=text("settled_at IS NULL"),
        postgresql_where=text("settled_at IS NULL"),
    ),
    Index(
        "ix_post_messages_person_waiting",
        "person",
        "send_at",
        sqlite_where=text("settled_at IS NULL"),
        postgresql_where=text("settled_at IS NULL"),
    ),
    Index("ix_post_messages_item", "item", "due_at"),
    Index("ix_post_messages_reminder", "reminder"),
    Index("ix_post_messages_letter", "letter"),
)

#: How somebody wants to be reminded. Who has no row is told at once, on working days.
choices = Table(
    "post_choices",
    metadata,
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("delivery", Id, nullable=False),
    Column("daily_at", String(5), nullable=False),  # local time of the daily letter, such as 08:30
    Column("working_days_only", Boolean, nullable=False),
    Column("unwanted", JSON(none_as_null=True), nullable=False),  # kinds of reminders they have left
    Column("away_from", Date),
    Column("away_until", Date),  # the last day away
    Column("deputy", ForeignKey("people.id")),
    Column("changed_at", UtcDateTime, nullable=False),
    one_of("delivery", ("at-once", "daily")),
)

#: One reminder that somebody does not want to hear of until a day.
snoozes = Table(
    "post_snoozes",
    metadata,
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("reminder", String(32), primary_key=True),
    Column("until", Date, nullable=False),
)

#: Private calendar addresses. The address holds the token; only its hash is kept here.
feeds = Table(
    "post_feeds",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False, index=True),
    Column("scope", Id, nullable=False),  # mine, forum:<id>, item:<id>
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_read_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

#: Addresses of other tools that are told what people are told: a channel of a forum, or of the whole installation.
hooks = Table(
    "post_hooks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),  # what is sent is signed with it
    Column("forum", ForeignKey("forums.id")),  # None: of every forum
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled", Boolean, nullable=False),
)

#: One row for each scheduler that runs: that it does, and what it last did.
heartbeats = Table(
    "post_heartbeats",
    metadata,
    Column("process", String(32), primary_key=True),
    Column("place", Text, nullable=False),  # host and process number
    Column("started_at", UtcDateTime, nullable=False),
    Column("beat_at", UtcDateTime, nullable=False, index=True),
    Column("swept_at", UtcDateTime),
    Column("wakes_at", UtcDateTime),  # when it looks next at the latest
    Column("last_failure", Text),
)
