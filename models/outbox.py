"""Letters: written in the transaction that causes them, sent afterwards."""

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, String, Table, Text, text

from models.base import Id, UtcDateTime, metadata, one_of

WAITING = "sent_at IS NULL AND given_up_at IS NULL"

letters = Table(
    "post_letters",
    metadata,
    Column("id", String(32), primary_key=True),  # also its Message-ID
    Column("kind", Id, nullable=False),
    Column("channel", Id, nullable=False),
    Column("person", Id),
    Column("to", Text, nullable=False),  # an e-mail address, or the id of a webhook
    Column("subject", Text, nullable=False),
    Column("body", Text),  # blanked once sent where it holds a secret link
    Column("html", Text),  # the same for those who read it as a page
    Column("calendar", Text),  # an invitation (.ics) that comes with it
    Column("secret", Boolean, nullable=False),
    Column("item", Id),
    Column("step", Id),
    Column("written_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),  # nobody takes it in hand before; of every letter that waits there is one
    Column("sent_at", UtcDateTime),
    Column("sent_by", Id),  # the way it went: folder, smtp, notify, webhook; nobody in test mode
    Column("failures", Integer, nullable=False),
    Column("last_failure", Text),
    Column("given_up_at", UtcDateTime),
    one_of("channel", ("mail", "webhook")),
    CheckConstraint("leased_until IS NOT NULL OR sent_at IS NOT NULL OR given_up_at IS NOT NULL", name="comes_round"),
    Index(
        "ix_post_letters_free",
        "leased_until",
        "id",
        sqlite_where=text(WAITING),
        postgresql_where=text(WAITING),
    ),
    Index(
        "ix_post_letters_to",
        "to",
        "leased_until",
        sqlite_where=text(WAITING),
        postgresql_where=text(WAITING),
    ),
    Index(
        "ix_post_letters_waiting",
        "written_at",
        "id",
        sqlite_where=text(WAITING),
        postgresql_where=text(WAITING),
    ),
    Index(
        "ix_post_letters_given_up",
        "given_up_at",
        "id",
        sqlite_where=text("given_up_at IS NOT NULL"),
        postgresql_where=text("given_up_at IS NOT NULL"),
    ),
    Index("ix_post_letters_written", "written_at", "id"),
    Index("ix_post_letters_item", "item", "written_at"),
    Index("ix_post_letters_person", "person", "written_at", "id"),
    Index("ix_post_letters_kind", "kind", "written_at", "id"),
    Index(
        "ix_post_letters_shown",
        "written_at",
        "id",
        sqlite_where=text("sent_by = 'nobody'"),
        postgresql_where=text("sent_by = 'nobody'"),
    ),
)
