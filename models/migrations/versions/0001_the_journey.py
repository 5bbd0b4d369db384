"""The journey's tables"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime
from models.migrations.append_only import protect

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "derived_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_derived_revision")),
    )
    op.create_table(
        "events",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on_behalf_of", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index("uq_events_subject_seq", ["subject", "seq"], unique=True)

    op.create_table(
        "installation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("clock_reads", sa.String(length=32), nullable=True),
        sa.Column("clock_set_at", sa.String(length=32), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rules", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_table(
        "routes",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("shipped", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_routes")),
    )
    with op.batch_alter_table("routes", schema=None) as batch_op:
        batch_op.create_index("uq_routes_id_number", ["id", "number"], unique=True)

    op.create_table(
        "rule_packs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("rules", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("id", "starts", name=op.f("pk_rule_packs")),
    )
    op.create_table(
        "texts",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("subject", "digest", name=op.f("pk_texts")),
    )
    op.create_table(
        "forums",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("rules", sa.String(), nullable=True),
        sa.Column("quorum", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("meets", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "form IN ('consultative', 'individual', 'committee', 'joint-committee', 'lead-provider')",
            name=op.f("ck_forums_form"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_forums_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forums")),
    )
    with op.batch_alter_table("forums", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_forums_organisation"), ["organisation"], unique=False)

    op.create_table(
        "items",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(length=71), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("route_version", sa.String(length=64), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("part", sa.String(length=2), nullable=False),
        sa.Column("exemption", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("key_decision", sa.Boolean(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("divisions", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("fields", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("parties", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("bindings", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("target", sa.Date(), nullable=True),
        sa.Column("report_version", sa.Integer(), nullable=False),
        sa.Column("report_sha256", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.CheckConstraint("part IN ('I', 'II')", name=op.f("ck_items_part")),
        sa.CheckConstraint("state IN ('draft', 'in-progress', 'on-hold', 'withdrawn')", name=op.f("ck_items_state")),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_items_organisation_organisations")
        ),
        sa.ForeignKeyConstraint(["owner"], ["people.id"], name=op.f("fk_items_owner_people")),
        sa.ForeignKeyConstraint(["route_version"], ["routes.version"], name=op.f("fk_items_route_version_routes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
    )
    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.create_index("ix_items_organisation", ["organisation", "id"], unique=False)
        batch_op.create_index("ix_items_owner", ["owner", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_items_route_version"), ["route_version"], unique=False)

    op.create_table(
        "roles",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.CheckConstraint(
            "role IN ('secretary', 'member', 'chair', 'lead', 'clearer', 'author', 'auditor', 'admin')",
            name=op.f("ck_roles_role"),
        ),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_roles_person_people")),
        sa.PrimaryKeyConstraint("person", "role", "scope", name=op.f("pk_roles")),
    )
    op.create_table(
        "clearances",
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("cleared", sa.Boolean(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(length=71), nullable=True),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_clearances_item_items")),
        sa.PrimaryKeyConstraint("item", "step", "area", "version", name=op.f("pk_clearances")),
    )
    op.create_table(
        "conditions",
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=71), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(length=71), nullable=True),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_conditions_item_items")),
        sa.ForeignKeyConstraint(["owner"], ["people.id"], name=op.f("fk_conditions_owner_people")),
        sa.PrimaryKeyConstraint("item", "step", "round", "number", name=op.f("pk_conditions")),
    )
    with op.batch_alter_table("conditions", schema=None) as batch_op:
        batch_op.create_index("ix_conditions_owner_due", ["owner", "due"], unique=False)

    op.create_table(
        "derived_forecasts",
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("computed_for", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("finish", sa.Date(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("now", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_derived_forecasts_item_items")),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_derived_forecasts")),
    )
    with op.batch_alter_table("derived_forecasts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_derived_forecasts_computed_for"), ["computed_for"], unique=False)
        batch_op.create_index("ix_derived_forecasts_late", ["late", "item"], unique=False)
        batch_op.create_index("ix_derived_forecasts_state_finish", ["state", "finish", "item"], unique=False)

    op.create_table(
        "derived_gate_links",
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("waits_for", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_derived_gate_links_item_items")),
        sa.ForeignKeyConstraint(["waits_for"], ["items.id"], name=op.f("fk_derived_gate_links_waits_for_items")),
        sa.PrimaryKeyConstraint("item", "waits_for", name=op.f("pk_derived_gate_links")),
    )
    with op.batch_alter_table("derived_gate_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_derived_gate_links_waits_for"), ["waits_for"], unique=False)

    op.create_table(
        "meetings",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("forum", sa.String(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("time", sa.String(length=5), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('planned', 'held', 'cancelled')", name=op.f("ck_meetings_state")),
        sa.ForeignKeyConstraint(["forum"], ["forums.id"], name=op.f("fk_meetings_forum_forums")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
    )
    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.create_index("ix_meetings_forum_date", ["forum", "date", "id"], unique=False)

    op.create_table(
        "reports",
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recommendations", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("material", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_reports_item_items")),
        sa.PrimaryKeyConstraint("item", "version", name=op.f("pk_reports")),
    )
    op.create_table(
        "meeting_forums",
        sa.Column("meeting", sa.String(), nullable=False),
        sa.Column("forum", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("place_in_order", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["forum"], ["forums.id"], name=op.f("fk_meeting_forums_forum_forums")),
        sa.ForeignKeyConstraint(["meeting"], ["meetings.id"], name=op.f("fk_meeting_forums_meeting_meetings")),
        sa.ForeignKeyConstraint(["owner"], ["forums.id"], name=op.f("fk_meeting_forums_owner_forums")),
        sa.PrimaryKeyConstraint("meeting", "forum", name=op.f("pk_meeting_forums")),
    )
    with op.batch_alter_table("meeting_forums", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_forums_forum"), ["forum"], unique=False)

    op.create_table(
        "steps",
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=True),
        sa.Column("forum", sa.String(), nullable=True),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("outcome_on", sa.Date(), nullable=True),
        sa.Column("amended", sa.Boolean(), nullable=False),
        sa.Column("wording", sa.String(length=71), nullable=True),
        sa.Column("reason", sa.String(length=71), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("call_in_waived", sa.String(length=71), nullable=True),
        sa.Column("no_call_in", sa.Boolean(), nullable=False),
        sa.Column("called_in_on", sa.Date(), nullable=True),
        sa.Column("upheld_on", sa.Date(), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(length=71), nullable=True),
        sa.Column("meeting", sa.String(), nullable=True),
        sa.Column("not_before", sa.Date(), nullable=True),
        sa.Column("not_before_meeting", sa.String(), nullable=True),
        sa.Column("also_after", sa.String(), nullable=True),
        sa.Column("awaits_author", sa.Boolean(), nullable=False),
        sa.Column("because", sa.String(), nullable=True),
        sa.Column("papers", sa.String(), nullable=False),
        sa.Column("verbal", sa.Boolean(), nullable=False),
        sa.Column("part", sa.String(length=2), nullable=False),
        sa.Column("notice_given", sa.Date(), nullable=True),
        sa.Column("applies", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "decision IN ('open', 'fell-short', 'called-in', 'passed', 'over')", name=op.f("ck_steps_decision")
        ),
        sa.CheckConstraint("papers IN ('none', 'submitted', 'on-agenda')", name=op.f("ck_steps_papers")),
        sa.CheckConstraint("part IN ('I', 'II')", name=op.f("ck_steps_part")),
        sa.ForeignKeyConstraint(["forum"], ["forums.id"], name=op.f("fk_steps_forum_forums")),
        sa.ForeignKeyConstraint(["item"], ["items.id"], name=op.f("fk_steps_item_items")),
        sa.ForeignKeyConstraint(["meeting"], ["meetings.id"], name=op.f("fk_steps_meeting_meetings")),
        sa.ForeignKeyConstraint(
            ["not_before_meeting"], ["meetings.id"], name=op.f("fk_steps_not_before_meeting_meetings")
        ),
        sa.ForeignKeyConstraint(["party"], ["organisations.id"], name=op.f("fk_steps_party_organisations")),
        sa.PrimaryKeyConstraint("item", "step", "round", name=op.f("pk_steps")),
    )
    with op.batch_alter_table("steps", schema=None) as batch_op:
        batch_op.create_index(
            "ix_steps_meeting",
            ["meeting", "item"],
            unique=False,
            sqlite_where=sa.text("meeting IS NOT NULL"),
            postgresql_where=sa.text("meeting IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_steps_open_forum",
            ["forum", "item"],
            unique=False,
            sqlite_where=sa.text("decision = 'open'"),
            postgresql_where=sa.text("decision = 'open'"),
        )

    protect()
