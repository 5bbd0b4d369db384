"""Letters: written in the transaction that causes them, sent afterwards."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, text

from models.base import Id, UtcDateTime, metadata

letters = Table(
    "post_letters",
    metadata,
    Column("id", String(32), primary_key=True),  # also its Message-ID
    Column("kind", Id, nullable=False),
    Column("person", Id),
    Column("to", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text),  # blanked once sent where it holds a secret link
    Column("secret", Boolean, nullable=False),
    Column("item", Id),
    Column("step", Id),
    Column("written_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("failures", Integer, nullable=False),
    Column("last_failure", Text),
    Index(
        "ix_post_letters_waiting",
        "written_at",
        "id",
        sqlite_where=text("sent_at IS NULL"),
        postgresql_where=text("sent_at IS NULL"),
    ),
    Index("ix_post_letters_item", "item", "written_at"),
)
