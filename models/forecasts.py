"""What follows from the rest and may be thrown away: what lists show, who may see it, a counter of changes."""

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from models.base import Id, metadata

#: One line for each item, as lists show it. Days that are not known sort last: `by_…` are never empty.
forecasts = Table(
    "derived_forecasts",
    metadata,
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("computed_for", Date, nullable=False),  # 9999-12-31: nothing of it changes with time any more
    Column("state", Id, nullable=False),
    Column("is_open", Boolean, nullable=False),  # draft, in-progress or on-hold
    Column("finish", Date),
    Column("late", Boolean, nullable=False),
    Column("next_on", Date),  # the next day on which something is due or a forum meets
    Column("now", JSON(none_as_null=True), nullable=False),  # step ids
    Column("here", JSON(none_as_null=True), nullable=False),  # the names of those steps' forums
    Column("waiting_for", JSON(none_as_null=True), nullable=False),  # sentences; ⟦id⟧ stands for another item
    Column("title", Text, nullable=False),
    Column("type", Id, nullable=False),
    Column("organisation", Id, nullable=False),
    Column("owner", Id, nullable=False),
    Column("part", String(2), nullable=False),
    Column("target", Date),
    Column("by_finish", Date, nullable=False),
    Column("by_next", Date, nullable=False),
    Column("by_title", Text, nullable=False),  # the beginning of the title, without capitals
    Index("ix_derived_forecasts_computed_for", "computed_for", "item"),
    Index("ix_derived_forecasts_finish", "is_open", "by_finish", "item", "part"),
    Index("ix_derived_forecasts_next", "is_open", "by_next", "item", "part"),
    Index("ix_derived_forecasts_title", "is_open", "by_title", "item", "part"),
    Index("ix_derived_forecasts_late", "is_open", "late", "by_finish", "item", "part"),
    Index("ix_derived_forecasts_state", "state", "by_finish", "item"),
    Index("ix_derived_forecasts_type", "type", "is_open", "by_finish", "item"),
    Index("ix_derived_forecasts_owner", "owner", "is_open", "by_finish", "item"),
    Index("ix_derived_forecasts_organisation", "organisation", "is_open", "by_finish", "item"),
)

#: Who may see an item: `person:…`, `forum:…`, `lead:…`, `area:…`, and for what is public also `organisation:…`.
readers = Table(
    "derived_readers",
    metadata,
    Column("reader", Id, primary_key=True),
    Column("item", ForeignKey("items.id"), primary_key=True),
    Index("ix_derived_readers_item", "item", "reader"),
)

#: Where each open step is expected to be dealt with: what forums, meetings and forward plans show.
timetable = Table(
    "derived_timetable",
    metadata,
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("step", Id, primary_key=True),
    Column("forum", Id),
    Column("ask", Id),
    Column("label", Id, nullable=False),
    Column("is_now", Boolean, nullable=False),
    Column("part", String(2), nullable=False),
    Column("basis", Id, nullable=False),
    Column("meets_on", Date),
    Column("meeting", Id),
    Column("notice_by", Date),
    Column("report_due", Date),
    Column("agenda_by", Date),
    Column("by_day", Date, nullable=False),  # the day of the meeting; days that are not known sort last
    Index("ix_derived_timetable_forum", "forum", "is_now", "by_day", "item", "step"),
    Index("ix_derived_timetable_meeting", "meeting", "basis", "item", "step"),
)

#: What somebody has to do: each row one next act on one item, for whoever holds `holder`.
tasks = Table(
    "derived_tasks",
    metadata,
    Column("holder", Id, primary_key=True),  # `secretary:<forum>`, `member:<forum>`, `lead:<organisation>`, …
    Column("item", ForeignKey("items.id"), primary_key=True, index=True),
    Column("step", Id, primary_key=True),  # "" for the whole item
    Column("act", Id, primary_key=True),  # the action's name: submit, clear, agenda, record …
    Column("detail", Id, primary_key=True),  # an area, the number of a condition; "" where none is needed
    Column("forum", Id),
    Column("starts", Date, nullable=False),  # not to be shown before
    Column("due", Date),
    Column("by_due", Date, nullable=False),
    Index("ix_derived_tasks_holder_due", "holder", "by_due", "item", "step", "act", "detail", "starts"),
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
