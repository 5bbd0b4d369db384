"""People who choose how they are reminded, and what is looked at after that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, event, select

from models.outbox import letters
from models.reminders import messages, reminders
from tests.builders import case, item
from tests.office import Office
from workflow.clock import LONDON
from workflow.mail.nobody import Nobody
from workflow.queries import item_reminders
from workflow.queries.deadlines import Deadlines, my_deadlines
from workflow.reminders.kinds import KINDS
from workflow.use_cases import choosing
from workflow.use_cases.choosing import Absence, Chosen, Wish

PEOPLE = """people:
  - {id: keeper, name: Keeper of the plan, email: keeper@example.org, roles: [{role: author}]}
  - {id: colleague, name: Colleague, email: colleague@example.org, roles: [{role: secretary, forum: board},
     {role: secretary, forum: cabinet}]}
  - {id: passer-by, name: Passer-by, email: passer-by@example.org}
"""
AT_ONCE = Wish("at-once", "", working_days_only=True)
HOLIDAY = Absence(date(2023, 7, 18), date(2023, 7, 28), "colleague")


def begins(office: Office) -> None:
    office.load(case(items=item(owner="keeper")).replace("people:\n", PEOPLE, 1))


def chooses(office: Office, person: str, what: str, form: Any = None) -> Chosen:
    with office.runtime.doing(person) as do:
        chosen: Chosen = getattr(choosing, what)(do, form)
        return chosen


def daily(at: str, *unwanted: str, working_days_only: bool = True) -> Wish:
    return Wish("daily", at, working_days_only, frozenset(unwanted))


def said(office: Office, person: str) -> list[Any]:
    with office.runtime.looking() as look:
        query = select(messages).where(messages.c.person == person).order_by(messages.c.due_at, messages.c.key)
        return list(look.db.execute(query))


def waits(office: Office, person: str) -> list[str]:
    """When what waits for somebody goes, local time."""
    return [f"{row.send_at.astimezone(LONDON):%d %b %H:%M}" for row in said(office, person) if row.settled_at is None]


def written(office: Office, person: str) -> int:
    with office.runtime.looking() as look:
        return len(look.db.execute(select(letters.c.id).where(letters.c.person == person)).all())


def deadlines(office: Office, person: str, **more: Any) -> Deadlines:
    with office.runtime.looking() as look:
        return my_deadlines(look, look.known.people[person], **more)


def reminder(office: Office, kind: str = "report-due") -> str:
    with office.runtime.looking() as look:
        query = select(reminders.c.id).where(reminders.c.kind == kind).order_by(reminders.c.by_day)
        return str(look.db.execute(query.limit(1)).scalar_one())


class Handed(Nobody):
    """Hands letters over to somebody."""

    name = "smtp"


def at(year: int, month: int, on: int, hour: int) -> datetime:
    return datetime(year, month, on, hour, tzinfo=LONDON)


def to_come(office: Office) -> list[str]:
    """Whom the rungs to come of the report reach, as the item's page says it."""
    with office.runtime.looking() as look:
        rows = item_reminders.coming(look, "plan").rows
    return [later.whom for row in rows if row.name == KINDS["report-due"].name for later in row.told]


@contextmanager
def counting(office: Office) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_c: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "ROLLBACK", "SET")):
            sent.append(statement)

    event.listen(office.runtime.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(office.runtime.engine, "before_cursor_execute", note)
