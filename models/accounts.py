"""Accounts: how people sign in. None of it belongs to the ledger, and nothing in it can be read back as a secret."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from models.base import Id, UtcDateTime, metadata, one_of

accounts = Table(
    "post_accounts",
    metadata,
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("sign_in", Text, nullable=False, unique=True),  # the e-mail address, in lower case
    Column("password_hash", Text),  # argon2id; None: invited, and no password set yet
    Column("password_set_at", UtcDateTime),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

#: One row for each browser that is signed in. The cookie holds the token; only its hash is kept here.
sessions = Table(
    "post_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False, index=True),
    Column("began_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False, index=True),
    Column("password_at", UtcDateTime),  # when the password was last given; None after a long pause
)

#: Invitations and resets: links that work once, until they expire.
tokens = Table(
    "post_tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False, index=True),
    Column("purpose", Id, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    one_of("purpose", ("invitation", "reset")),
)

#: Failed sign-ins, counted by address signed in with and by network address, so that guessing takes for ever.
attempts = Table(
    "post_attempts",
    metadata,
    Column("key", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("blocked_until", UtcDateTime),
)

#: What the installation signs cookies with: made once, the same for every process.
secrets = Table(
    "post_secrets",
    metadata,
    Column("name", Id, primary_key=True),
    Column("value", Text, nullable=False),
)

#: Forms that somebody has begun and not sent yet.
drafts = Table(
    "post_drafts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("form", Id, nullable=False),
    Column("answers", JSON(none_as_null=True), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("ix_post_drafts_person_form", "person", "form", "changed_at"),
)
