"""Triggers that keep the ledger append-only, on both databases.

A text may be blanked, by a recorded redaction, and nothing else. SQLite drops triggers when a migration
rebuilds a table, so such a migration has to call `protect` again.
"""

from __future__ import annotations

_LEDGER = "the ledger is append-only"
_TEXTS = "a text can be blanked, not changed"

_SQLITE = (
    f"CREATE TRIGGER events_not_updated BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, '{_LEDGER}'); END",
    f"CREATE TRIGGER events_not_deleted BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, '{_LEDGER}'); END",
    "CREATE TRIGGER texts_not_changed BEFORE UPDATE ON texts "
    "WHEN NEW.text IS NOT NULL OR NEW.subject <> OLD.subject OR NEW.digest <> OLD.digest OR NEW.salt <> OLD.salt "
    f"BEGIN SELECT RAISE(ABORT, '{_TEXTS}'); END",
    f"CREATE TRIGGER texts_not_deleted BEFORE DELETE ON texts BEGIN SELECT RAISE(ABORT, '{_TEXTS}'); END",
)

_POSTGRESQL = (
    "CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_LEDGER}'; END $$",
    "CREATE FUNCTION texts_are_only_blanked() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_TEXTS}'; END $$",
    "CREATE TRIGGER events_not_altered BEFORE UPDATE OR DELETE ON events "
    "FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only()",
    "CREATE TRIGGER events_not_truncated BEFORE TRUNCATE ON events "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()",
    "CREATE TRIGGER texts_not_changed BEFORE UPDATE ON texts FOR EACH ROW "
    "WHEN (NEW.text IS NOT NULL OR NEW.subject <> OLD.subject OR NEW.digest <> OLD.digest OR NEW.salt <> OLD.salt) "
    "EXECUTE FUNCTION texts_are_only_blanked()",
    "CREATE TRIGGER texts_not_deleted BEFORE DELETE ON texts FOR EACH ROW EXECUTE FUNCTION texts_are_only_blanked()",
    "CREATE TRIGGER texts_not_truncated BEFORE TRUNCATE ON texts "
    "FOR EACH STATEMENT EXECUTE FUNCTION texts_are_only_blanked()",
)

#: What PostgreSQL keeps besides tables, to be removed with them when a demonstration starts afresh.
FUNCTIONS = ("ledger_is_append_only", "texts_are_only_blanked")


def protect() -> None:
    """Create the triggers in the database that is being migrated."""
    from alembic import op

    for statement in _POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE:
        op.execute(statement)
