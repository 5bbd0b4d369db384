"""The database's shape over time (Alembic), run from inside the package by `decision-routes init`.

Alembic itself is imported only where tables are made: it takes long to load, and every command asks whether the
database is of this version.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

#: Every revision in `versions/`, the oldest first. Two people who each add one meet here, not in a database.
REVISIONS = ("0001", "0002", "0003", "0004")


def newest() -> str:
    """The revision that this version of the product works with."""
    return REVISIONS[-1]


def known() -> set[str]:
    """Every revision that this version of the product can upgrade from."""
    return set(REVISIONS)


def revision_of(connection: Connection) -> str | None:
    """The revision of this database; None if it was never initialised."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return found


def upgrade(connection: Connection) -> None:
    """Create the tables, or bring them up to date, within the transaction that is open."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
