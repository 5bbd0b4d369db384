"""Signing in, letters, attachments, and what lists show"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "post_attempts",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("blocked_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_post_attempts")),
    )
    op.create_table(
        "post_files",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_post_files")),
    )
    op.create_table(
        "post_letters",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("item", sa.String(), nullable=True),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_letters")),
    )
    with op.batch_alter_table("post_letters", schema=None) as batch_op:
        batch_op.create_index("ix_post_letters_item", ["item", "written_at"], unique=False)
        batch_op.create_index(
            "ix_post_letters_waiting",
            ["written_at", "id"],
            unique=False,
            sqlite_where=sa.text("sent_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL"),
        )

    op.create_table(
        "post_secrets",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_post_secrets")),
    )
    op.create_table(
        "post_accounts",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("sign_in", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("password_set_at", UtcDateTime(), nullable=True),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_post_accounts_person_people")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_post_accounts")),
        sa.UniqueConstraint("sign_in", name=op.f("uq_post_accounts_sign_in")),
    )
    op.create_table(
        "post_drafts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("answers", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_post_drafts_person_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_drafts")),
    )
    with op.batch_alter_table("post_drafts", schema=None) as batch_op:
        batch_op.create_index("ix_post_drafts_person_form", ["person", "form", "changed_at"], unique=False)

    op.create_table(
        "post_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("password_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_post_sessions_person_people")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_post_sessions")),
    )
    with op.batch_alter_table("post_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_sessions_last_seen_at"), ["last_seen_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_post_sessions_person"), ["person"], unique=False)

    op.create_table(
        "post_tokens",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("purpose IN ('invitation', 'reset')", name=op.f("ck_post_tokens_purpose")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_post_tokens_person_people")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_post_tokens")),
    )
    with op.batch_alter_table("post_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_tokens_person"), ["person"], unique=False)

    op.create_table(
        "attachments",
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=71), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("part", sa.String(length=2), nullable=False),
        sa.CheckConstraint("part IN ('I', 'II')", name=op.f("ck_attachments_part")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_attachments_item_items")),
        sa.PrimaryKeyConstraint("item", "version", "number", name=op.f("pk_attachments")),
    )
    op.create_table(
        "derived_readers",
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_derived_readers_item_items")),
        sa.PrimaryKeyConstraint("reader", "item", name=op.f("pk_derived_readers")),
    )
    with op.batch_alter_table("derived_readers", schema=None) as batch_op:
        batch_op.create_index("ix_derived_readers_item", ["item", "reader"], unique=False)

    op.create_table(
        "derived_tasks",
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("forum", sa.String(), nullable=True),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("by_due", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_derived_tasks_item_items")),
        sa.PrimaryKeyConstraint("holder", "item", "step", "act", "detail", name=op.f("pk_derived_tasks")),
    )
    with op.batch_alter_table("derived_tasks", schema=None) as batch_op:
        batch_op.create_index(
            "ix_derived_tasks_holder_due", ["holder", "by_due", "item", "step", "act", "detail", "starts"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_derived_tasks_item"), ["item"], unique=False)

    op.create_table(
        "derived_timetable",
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("forum", sa.String(), nullable=True),
        sa.Column("ask", sa.String(), nullable=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("is_now", sa.Boolean(), nullable=False),
        sa.Column("part", sa.String(length=2), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("meets_on", sa.Date(), nullable=True),
        sa.Column("meeting", sa.String(), nullable=True),
        sa.Column("notice_by", sa.Date(), nullable=True),
        sa.Column("report_due", sa.Date(), nullable=True),
        sa.Column("agenda_by", sa.Date(), nullable=True),
        sa.Column("by_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_derived_timetable_item_items")),
        sa.PrimaryKeyConstraint("item", "step", name=op.f("pk_derived_timetable")),
    )
    with op.batch_alter_table("derived_timetable", schema=None) as batch_op:
        batch_op.create_index("ix_derived_timetable_forum", ["forum", "is_now", "by_day", "item", "step"], unique=False)
        batch_op.create_index("ix_derived_timetable_meeting", ["meeting", "basis", "item", "step"], unique=False)
    _lists()


def _lists() -> None:
    """Forecasts can be made anew from the facts: the table is too."""
    op.drop_table("derived_forecasts")
    op.create_table(
        "derived_forecasts",
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("computed_for", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("finish", sa.Date(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("now", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("here", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("waiting_for", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("part", sa.String(length=2), nullable=False),
        sa.Column("target", sa.Date(), nullable=True),
        sa.Column("by_finish", sa.Date(), nullable=False),
        sa.Column("by_next", sa.Date(), nullable=False),
        sa.Column("by_title", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_derived_forecasts_item_items")),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_derived_forecasts")),
    )
    with op.batch_alter_table("derived_forecasts", schema=None) as batch_op:
        batch_op.create_index("ix_derived_forecasts_computed_for", ["is_open", "computed_for", "item"], unique=False)
        batch_op.create_index("ix_derived_forecasts_finish", ["is_open", "by_finish", "item", "part"], unique=False)
        batch_op.create_index(
            "ix_derived_forecasts_late", ["is_open", "late", "by_finish", "item", "part"], unique=False
        )
        batch_op.create_index("ix_derived_forecasts_next", ["is_open", "by_next", "item", "part"], unique=False)
        batch_op.create_index(
            "ix_derived_forecasts_organisation", ["organisation", "is_open", "by_finish", "item"], unique=False
        )
        batch_op.create_index("ix_derived_forecasts_owner", ["owner", "is_open", "by_finish", "item"], unique=False)
        batch_op.create_index("ix_derived_forecasts_state", ["state", "by_finish", "item"], unique=False)
        batch_op.create_index("ix_derived_forecasts_title", ["is_open", "by_title", "item", "part"], unique=False)
        batch_op.create_index("ix_derived_forecasts_type", ["type", "is_open", "by_finish", "item"], unique=False)
