"""Reminders, how people want them, calendars, other tools, and what is kept of letters"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0003"
down_revision = "0002"

GIVEN_UP = 8  # failures after which a letter was given up until now


def upgrade() -> None:
    _letters()
    _reminders()
    op.add_column("forums", sa.Column("reminders", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("people", sa.Column("superior", sa.String(), nullable=True))
    op.drop_index("ix_derived_forecasts_computed_for", "derived_forecasts")
    op.create_index("ix_derived_forecasts_computed_for", "derived_forecasts", ["computed_for", "item"])
    op.execute("DELETE FROM derived_forecasts")  # made anew by init, and the reminders with them


def _letters() -> None:
    """The letters that are there already went by mail, or are to."""
    with op.batch_alter_table("post_letters") as batch_op:
        batch_op.drop_index("ix_post_letters_waiting")
        batch_op.add_column(sa.Column("channel", sa.String(), nullable=False, server_default="mail"))
        batch_op.add_column(sa.Column("html", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("calendar", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("sent_by", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("given_up_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("post_letters") as batch_op:
        batch_op.alter_column("channel", server_default=None, existing_type=sa.String(), existing_nullable=False)
        batch_op.create_check_constraint("channel", "channel IN ('mail', 'webhook')")
    op.execute(f"UPDATE post_letters SET given_up_at = written_at WHERE sent_at IS NULL AND failures >= {GIVEN_UP}")
    op.execute("UPDATE post_letters SET sent_by = 'folder' WHERE sent_at IS NOT NULL")
    waiting = "sent_at IS NULL AND given_up_at IS NULL"
    op.execute(f"UPDATE post_letters SET leased_until = written_at WHERE {waiting} AND leased_until IS NULL")
    with op.batch_alter_table("post_letters") as batch_op:
        batch_op.create_check_constraint(
            "comes_round", "leased_until IS NOT NULL OR sent_at IS NOT NULL OR given_up_at IS NOT NULL"
        )
        for name, columns in (("free", ["leased_until", "id"]), ("to", ["to", "leased_until"])):
            batch_op.create_index(
                f"ix_post_letters_{name}",
                columns,
                sqlite_where=sa.text(waiting),
                postgresql_where=sa.text(waiting),
            )
        batch_op.create_index(
            "ix_post_letters_given_up",
            ["given_up_at", "id"],
            sqlite_where=sa.text("given_up_at IS NOT NULL"),
            postgresql_where=sa.text("given_up_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_post_letters_waiting",
            ["written_at", "id"],
            sqlite_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
        )
        batch_op.create_index("ix_post_letters_person", ["person", "written_at", "id"])
        batch_op.create_index("ix_post_letters_kind", ["kind", "written_at", "id"])
        batch_op.create_index(
            "ix_post_letters_shown",
            ["written_at", "id"],
            sqlite_where=sa.text("sent_by = 'nobody'"),
            postgresql_where=sa.text("sent_by = 'nobody'"),
        )
        batch_op.create_index("ix_post_letters_written", ["written_at", "id"])


def _reminders() -> None:
    op.create_table(
        "post_heartbeats",
        sa.Column("process", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("beat_at", UtcDateTime(), nullable=False),
        sa.Column("swept_at", UtcDateTime(), nullable=True),
        sa.Column("wakes_at", UtcDateTime(), nullable=True),
        sa.Column("last_failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_post_heartbeats")),
    )
    with op.batch_alter_table("post_heartbeats", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_heartbeats_beat_at"), ["beat_at"], unique=False)

    op.create_table(
        "post_choices",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("daily_at", sa.String(length=5), nullable=False),
        sa.Column("working_days_only", sa.Boolean(), nullable=False),
        sa.Column("unwanted", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("away_from", sa.Date(), nullable=True),
        sa.Column("away_until", sa.Date(), nullable=True),
        sa.Column("deputy", sa.String(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("delivery IN ('at-once', 'daily')", name=op.f("ck_post_choices_delivery")),
        sa.ForeignKeyConstraint(["deputy"], ["people.id"], name=op.f("fk_post_choices_deputy_people")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_post_choices_person_people")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_post_choices")),
    )
    op.create_table(
        "post_feeds",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_read_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_post_feeds_person_people")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_post_feeds")),
    )
    with op.batch_alter_table("post_feeds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_feeds_person"), ["person"], unique=False)

    op.create_table(
        "post_snoozes",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("reminder", sa.String(length=32), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_post_snoozes_person_people")),
        sa.PrimaryKeyConstraint("person", "reminder", name=op.f("pk_post_snoozes")),
    )
    op.create_table(
        "post_hooks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("forum", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["forum"], ["forums.id"], name=op.f("fk_post_hooks_forum_forums")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_hooks")),
    )
    op.create_table(
        "post_messages",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("reminder", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("stands_in_for", sa.String(), nullable=True),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("forum", sa.String(), nullable=True),
        sa.Column("rung", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("old_day", sa.Date(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("send_at", UtcDateTime(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("letter", sa.String(length=32), nullable=True),
        sa.Column("dropped", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_post_messages_person_people")),
        sa.ForeignKeyConstraint(["stands_in_for"], ["people.id"], name=op.f("fk_post_messages_stands_in_for_people")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_post_messages")),
    )
    with op.batch_alter_table("post_messages", schema=None) as batch_op:
        batch_op.create_index("ix_post_messages_item", ["item", "due_at"], unique=False)
        batch_op.create_index(
            "ix_post_messages_person_waiting",
            ["person", "send_at"],
            unique=False,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.create_index("ix_post_messages_reminder", ["reminder"], unique=False)
        batch_op.create_index("ix_post_messages_letter", ["letter"], unique=False)
        batch_op.create_index(
            "ix_post_messages_waiting",
            ["send_at", "person"],
            unique=False,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )

    op.create_table(
        "post_reminders",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("forum", sa.String(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("by_day", sa.Date(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failure", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_post_reminders_item_items")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_reminders")),
    )
    with op.batch_alter_table("post_reminders", schema=None) as batch_op:
        batch_op.create_index(
            "ix_post_reminders_due",
            ["next_at", "id"],
            unique=False,
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )
        batch_op.create_index("ix_post_reminders_holder", ["holder", "by_day", "id"], unique=False)
        batch_op.create_index(
            "ix_post_reminders_open",
            ["holder", "by_day", "id"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index("ix_post_reminders_item", ["item"], unique=False)
        batch_op.create_index(
            "ix_post_reminders_failing",
            ["changed_at", "id"],
            unique=False,
            sqlite_where=sa.text("failures > 0"),
            postgresql_where=sa.text("failures > 0"),
        )
