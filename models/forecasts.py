"""What follows from the rest and may be thrown away: forecasts, links between items, a counter of changes."""

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, Table

from models.base import Id, metadata

forecasts = Table(
    "derived_forecasts",
    metadata,
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("computed_for", Date, nullable=False, index=True),
    Column("state", Id, nullable=False),
    Column("finish", Date),
    Column("late", Boolean, nullable=False),
    Column("next_on", Date),  # the next day on which something is due or a forum meets
    Column("now", JSON(none_as_null=True), nullable=False),  # step ids
    Index("ix_derived_forecasts_state_finish", "state", "finish", "item"),
    Index("ix_derived_forecasts_late", "late", "item"),
)

#: Which item's gates look at which other item.
gate_links = Table(
    "derived_gate_links",
    metadata,
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("waits_for", ForeignKey("items.id"), primary_key=True, index=True),
)

#: Goes up by one with every change of organisations, rules, people, forums or meetings.
revision = Table(
    "derived_revision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
)
