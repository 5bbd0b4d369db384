"""Organisations, their rules and people, and the forums with their meetings."""

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from models.base import Id, metadata, one_of

#: One row. `seq` and `head` are the end of its chain; a demonstration's clock is kept here too.
installation = Table(
    "installation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("clock_reads", String(32)),  # a demonstration: what its clock read, in UTC ...
    Column("clock_set_at", String(32)),  # ... at this real moment
    Column("seq", Integer, nullable=False),
    Column("head", String(64), nullable=False),
)

organisations = Table(
    "organisations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Id, nullable=False),
    Column("rules", Id),
)

rule_packs = Table(
    "rule_packs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("starts", Date, primary_key=True),  # 0001-01-01: always
    Column("rules", JSON(none_as_null=True), nullable=False),
)

#: Days on which the calendar differs from the bank holidays that the product knows, for all or for one organisation.
calendar_days = Table(
    "calendar_days",
    metadata,
    Column("id", Id, primary_key=True),
    Column("what", Id, nullable=False),
    Column("organisation", ForeignKey("organisations.id")),  # None: everybody's
    Column("starts", Date, nullable=False),
    Column("ends", Date, nullable=False),
    Column("reason", Text, nullable=False),  # a label such as “State Funeral”, kept in the clear
    one_of("what", ("bank-holiday", "working-day", "closure")),
)

people = Table(
    "people",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("superior", Id),  # who is told when this post does not see to something
)

ROLES = ("secretary", "member", "chair", "lead", "clearer", "author", "auditor", "admin")

roles = Table(
    "roles",
    metadata,
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("role", Id, primary_key=True),
    Column("scope", Id, primary_key=True),  # a forum, an organisation or an area; "" where the role has none
    one_of("role", ROLES),
)

forums = Table(
    "forums",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organisation", ForeignKey("organisations.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("form", Id, nullable=False),
    Column("rules", Id),
    Column("quorum", JSON(none_as_null=True)),
    Column("meets", JSON(none_as_null=True)),
    Column("reminders", JSON(none_as_null=True)),  # ladders of its own, by kind of reminder
    Column("seq", Integer, nullable=False),
    Column("head", String(64), nullable=False),
    one_of("form", ("consultative", "individual", "committee", "joint-committee", "lead-provider")),
)

meetings = Table(
    "meetings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("forum", ForeignKey("forums.id"), nullable=False),  # in whose chain it is kept
    Column("date", Date, nullable=False),
    Column("time", String(5)),
    Column("place", Text),
    Column("state", Id, nullable=False),
    one_of("state", ("planned", "held", "cancelled")),
    Index("ix_meetings_forum_date", "forum", "date", "id"),
)

meeting_forums = Table(
    "meeting_forums",
    metadata,
    Column("meeting", ForeignKey("meetings.id"), primary_key=True),
    Column("forum", ForeignKey("forums.id"), primary_key=True, index=True),
    Column("owner", ForeignKey("forums.id"), nullable=False),  # the meeting's forum: in whose chain this is kept
    Column("place_in_order", Integer, nullable=False),
)

routes = Table(
    "routes",
    metadata,
    Column("version", String(64), primary_key=True),  # SHA-256 of the definition
    Column("id", Id, nullable=False),
    Column("number", Integer, nullable=False),  # 1, 2, 3 … in the order they became known
    Column("definition", Text, nullable=False),  # its exact canonical text
    Column("shipped", Boolean, nullable=False),
    Index("uq_routes_id_number", "id", "number", unique=True),
)
