"""Rules on notice and what they ask for, days of one's own in the calendar, and how plans slipped"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "calendar_days",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("what IN ('bank-holiday', 'working-day', 'closure')", name=op.f("ck_calendar_days_what")),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_calendar_days_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_days")),
    )
    op.create_table(
        "formalities",
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("agreed_by", sa.String(length=71), nullable=True),
        sa.Column("reason", sa.String(length=71), nullable=True),
        sa.Column("representations", sa.String(length=71), nullable=True),
        sa.Column("response", sa.String(length=71), nullable=True),
        sa.CheckConstraint(
            "kind IN ('private-notice', 'private-notice-again', 'general-exception', 'special-urgency', "
            "'urgent-item', 'documents-given', 'call-in-waiver', 'breach')",
            name=op.f("ck_formalities_kind"),
        ),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_formalities_item_items")),
        sa.PrimaryKeyConstraint("item", "step", "round", "kind", name=op.f("pk_formalities")),
    )
    op.create_table(
        "post_planned",
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("first_planned", sa.Date(), nullable=True),
        sa.Column("first_planned_at", UtcDateTime(), nullable=True),
        sa.Column("last_planned", sa.Date(), nullable=True),
        sa.Column("actual", sa.Date(), nullable=True),
        sa.Column("slips", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_post_planned_item_items")),
        sa.PrimaryKeyConstraint("item", "step", name=op.f("pk_post_planned")),
    )
    op.create_table(
        "post_slips",
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("was", sa.Date(), nullable=True),
        sa.Column("becomes", sa.Date(), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("because", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("forum", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_post_slips_item_items")),
        sa.PrimaryKeyConstraint("item", "step", "number", name=op.f("pk_post_slips")),
    )
    with op.batch_alter_table("post_slips", schema=None) as batch_op:
        batch_op.create_index("ix_post_slips_forum", ["forum", "on", "item", "step", "number"], unique=False)
        batch_op.create_index("ix_post_slips_on", ["on", "item", "step", "number"], unique=False)

    op.create_table(
        "post_requests",
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("forum", sa.String(), nullable=False),
        sa.Column("meeting", sa.String(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("was", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_post_requests_by_people")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_post_requests_item_items")),
        sa.ForeignKeyConstraint(["meeting"], ["meetings.id"], name=op.f("fk_post_requests_meeting_meetings")),
        sa.PrimaryKeyConstraint("item", "step", name=op.f("pk_post_requests")),
    )
    with op.batch_alter_table("post_requests", schema=None) as batch_op:
        batch_op.create_index("ix_post_requests_forum", ["forum", "item", "step"], unique=False)
        batch_op.create_index(batch_op.f("ix_post_requests_meeting"), ["meeting"], unique=False)

    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("key_reason", sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table("steps", schema=None) as batch_op:
        batch_op.add_column(sa.Column("submitted_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("agenda_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("noticed_as_key", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("private_notice_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("private_notice_again_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("general_exception_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("special_urgency_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("urgent_item_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("documents_given_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("breach_on", sa.Date(), nullable=True))
        batch_op.create_index(
            "ix_steps_forum_outcome",
            ["forum", "outcome_on"],
            unique=False,
            sqlite_where=sa.text("outcome IS NOT NULL"),
            postgresql_where=sa.text("outcome IS NOT NULL"),
        )
