"""Reading what everybody knows: from the tables as they are now."""

from __future__ import annotations

from sqlalchemy import Connection, select

from models.organisations import (
    calendar_days,
    forums,
    meeting_forums,
    meetings,
    organisations,
    people,
    roles,
    rule_packs,
)
from workflow.known import Known, assemble

TABLES = (organisations, rule_packs, calendar_days, people, roles, forums, meetings, meeting_forums)


def read_known(db: Connection, revision: int) -> Known:
    """All of it, as of one revision."""
    rows = {table.name: [dict(row) for row in db.execute(select(table)).mappings()] for table in TABLES}
    return assemble(revision, rows)
