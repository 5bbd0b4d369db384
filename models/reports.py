"""What the forums are asked to decide on: numbered versions, the clearances each got, and free text."""

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from models.base import Id, Prose, UtcDateTime, metadata, one_of

reports = Table(
    "reports",
    metadata,
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("recommendations", JSON(none_as_null=True), nullable=False),  # a list of Prose
    Column("sha256", String(64), nullable=False),
    Column("material", Boolean),  # must those who saw an older version be asked again? None: nobody has said
)

#: The files of a report version. What is in them is kept once, by its SHA-256, in `files`.
attachments = Table(
    "attachments",
    metadata,
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("name", Prose, nullable=False),
    Column("media_type", Id, nullable=False),
    Column("size", Integer, nullable=False),  # bytes
    Column("sha256", String(64), nullable=False),
    Column("part", String(2), nullable=False),
    one_of("part", ("I", "II")),
)

#: What was uploaded. The ledger holds each file's SHA-256, so that an altered one shows.
files = Table(
    "post_files",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),  # last uploaded; what no report came to use is thrown away
)

clearances = Table(
    "clearances",
    metadata,
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("step", Id, primary_key=True),
    Column("area", Id, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False),  # of the version that was cleared
    Column("cleared", Boolean, nullable=False),
    Column("on", Date, nullable=False),
    Column("by", Id),
    Column("reason", Prose),
)

conditions = Table(
    "conditions",
    metadata,
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("step", Id, primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("text", Prose, nullable=False),
    Column("owner", ForeignKey("people.id"), nullable=False),
    Column("due", Date),
    Column("met_on", Date),
    Column("evidence", Prose),
    Index("ix_conditions_owner_due", "owner", "due"),
)

#: Free text that a person wrote. The ledger holds only the salted hash, so a redaction can blank `text`.
texts = Table(
    "texts",
    metadata,
    Column("subject", Id, primary_key=True),
    Column("digest", Prose, primary_key=True),
    Column("salt", String(32), nullable=False),
    Column("text", Text),
)
