"""The ledger: one append-only, hash-chained line for everything that happened."""

from sqlalchemy import JSON, BigInteger, Column, Date, Index, Integer, String, Table

from models.base import Id, UtcDateTime, metadata

#: Triggers refuse every UPDATE and DELETE here (made by the migrations, for both databases).
events = Table(
    "events",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("subject", Id, nullable=False),  # "item:<id>", "forum:<id>" or "installation"
    Column("seq", Integer, nullable=False),  # 1, 2, 3 … within the subject
    Column("at", UtcDateTime, nullable=False),  # recorded at
    Column("date", Date),  # the business date; None: a fact that always counts
    Column("actor", Id, nullable=False),
    Column("on_behalf_of", Id),
    Column("kind", Id, nullable=False),
    Column("step", Id),
    Column("data", JSON(none_as_null=True), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("method", String(16), nullable=False),
    Index("uq_events_subject_seq", "subject", "seq", unique=True),
)
