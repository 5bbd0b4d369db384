"""Steps: one item's instances of its route's stages, a row for each round."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, text

from models.base import Id, Prose, metadata, one_of

FORMALITIES = (
    "private-notice",
    "private-notice-again",
    "general-exception",
    "special-urgency",
    "urgent-item",
    "documents-given",
    "call-in-waiver",
    "breach",
)

steps = Table(
    "steps",
    metadata,
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("step", Id, primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("stage", Id, nullable=False),
    Column("party", ForeignKey("organisations.id")),
    Column("forum", ForeignKey("forums.id")),
    # its decision
    Column("decision", Id, nullable=False),  # "over": a later round has taken its place
    Column("outcome", Id),
    Column("outcome_on", Date),
    Column("amended", Boolean, nullable=False),
    Column("wording", Prose),
    Column("reason", Prose),
    Column("version", Integer),
    Column("sha256", String(64)),  # of the report version that was submitted or decided on
    Column("published_on", Date),
    Column("call_in_waived", Prose),
    Column("no_call_in", Boolean, nullable=False),
    Column("called_in_on", Date),
    Column("upheld_on", Date),
    Column("accepted", Boolean, nullable=False),
    Column("opened_on", Date),
    Column("evidence", Prose),
    # its meeting
    Column("meeting", ForeignKey("meetings.id")),
    Column("not_before", Date),
    Column("not_before_meeting", ForeignKey("meetings.id")),
    Column("also_after", Id),  # a stage that this round waits for besides: the one it was referred back to
    Column("awaits_author", Boolean, nullable=False),  # referred back to the author: until the report comes again
    Column("because", Id),  # the round (step/number) whose referral back or material change asked again
    # its papers
    Column("papers", Id, nullable=False),
    Column("verbal", Boolean, nullable=False),
    Column("part", String(2), nullable=False),
    Column("submitted_on", Date),
    Column("agenda_on", Date),  # put on the agenda, and open to inspection from then on
    # what the rules on notice ask for; who agreed and why stands in `formalities`
    Column("notice_given", Date),
    Column("noticed_as_key", Boolean),  # whether the item was a key decision when that notice was given
    Column("private_notice_on", Date),  # that the meeting is to be private: the first notice
    Column("private_notice_again_on", Date),  # and the second, with representations and the response
    Column("general_exception_on", Date),  # notice to the chair of scrutiny
    Column("special_urgency_on", Date),  # the chair of scrutiny agreed
    Column("urgent_item_on", Date),  # the chair took it as urgent
    Column("documents_given_on", Date),  # documents of a private or individual decision, to members
    Column("breach_on", Date),  # decided although notice was not given as the rules ask
    Column("applies", Boolean),  # `when`, once it is fixed
    one_of("decision", ("open", "fell-short", "called-in", "passed", "over")),
    one_of("papers", ("none", "submitted", "on-agenda")),
    one_of("part", ("I", "II")),
    Index(
        "ix_steps_open_forum",
        "forum",
        "item",
        sqlite_where=text("decision = 'open'"),
        postgresql_where=text("decision = 'open'"),
    ),
    Index(
        "ix_steps_meeting",
        "meeting",
        "item",
        sqlite_where=text("meeting IS NOT NULL"),
        postgresql_where=text("meeting IS NOT NULL"),
    ),
    Index(
        "ix_steps_forum_outcome",
        "forum",
        "outcome_on",
        sqlite_where=text("outcome IS NOT NULL"),
        postgresql_where=text("outcome IS NOT NULL"),
    ),
)

#: Who agreed to something that the rules on notice ask for at one step, and why.
formalities = Table(
    "formalities",
    metadata,
    Column("item", ForeignKey("items.id"), primary_key=True),
    Column("step", Id, primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("kind", Id, primary_key=True),
    Column("on", Date, nullable=False),
    Column("agreed_by", Prose),  # the office that agreed or was told, such as the chair of scrutiny
    Column("reason", Prose),
    Column("representations", Prose),  # what was said against a private meeting
    Column("response", Prose),
    one_of("kind", FORMALITIES),
)
