"""Items: the matters that travel, one id through every forum of every organisation."""

from sqlalchemy import JSON, Boolean, Column, Date, Float, ForeignKey, Index, Integer, String, Table

from models.base import Id, Prose, metadata, one_of

items = Table(
    "items",
    metadata,
    Column("id", Id, primary_key=True),
    Column("title", Prose, nullable=False),
    Column("type", Id, nullable=False),
    Column("route", Id, nullable=False),
    Column("route_version", ForeignKey("routes.version"), nullable=False, index=True),
    Column("organisation", ForeignKey("organisations.id"), nullable=False),
    Column("owner", ForeignKey("people.id"), nullable=False),
    Column("state", Id, nullable=False),
    Column("withdrawn_on", Date),
    Column("part", String(2), nullable=False),
    Column("exemption", JSON(none_as_null=True)),
    Column("key_decision", Boolean, nullable=False),
    Column("key_reason", JSON(none_as_null=True)),  # why it is one, or is none: who said so, or what was compared
    Column("value", Float),
    Column("divisions", JSON(none_as_null=True)),
    Column("fields", JSON(none_as_null=True), nullable=False),
    Column("parties", JSON(none_as_null=True), nullable=False),
    Column("bindings", JSON(none_as_null=True), nullable=False),  # the route's $names
    Column("target", Date),
    Column("report_version", Integer, nullable=False),  # the newest
    Column("report_sha256", String(64), nullable=False),
    Column("seq", Integer, nullable=False),  # of its newest event; also what an edit must have seen
    Column("head", String(64), nullable=False),
    one_of("state", ("draft", "in-progress", "on-hold", "withdrawn")),
    one_of("part", ("I", "II")),
    Index("ix_items_organisation", "organisation", "id"),
    Index("ix_items_owner", "owner", "id"),
)
