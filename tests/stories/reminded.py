"""A plan on its way with people who can be written to, for the stories about reminders."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import insert, select

from models.reminders import choices, reminders
from tests.builders import case, item
from tests.office import Office

CHAIN = """
- {id: hwb, forum: hwb, ask: endorse}
- {id: cabinet, forum: cabinet, ask: agree, decisive: true, clearances: [finance]}
"""
BOUND = item(steps="{hwb: {meeting: h-oct}, cabinet: {meeting: c-nov}}")


def with_addresses(text: str) -> str:
    """Everybody can be written to; the lead answers to the chief executive."""
    text = re.sub(r"\{id: ([a-z-]+), name: ([^,]+), roles:", r"{id: \1, name: \2, email: \1@example.org, roles:", text)
    return text.replace("id: lead, ", "id: lead, superior: chief-executive, ").replace(
        "people:\n", "people:\n  - {id: chief-executive, name: Chief executive, email: chief.executive@example.org}\n"
    )


def short(lines: list[str]) -> list[str]:
    """Day and time, person and the beginning of the subject, without the title."""
    return [re.sub(r"^\w{3} (\d\d \w{3}) \d{4} (\d\d:\d\d)  ", r"\1 \2 ", line).rpartition(": ")[0] for line in lines]


def to(lines: list[str], person: str) -> list[str]:
    return [line for line in short(lines) if f" {person}: " in line]


def rows(office: Office, kind: str) -> list[dict[str, Any]]:
    with office.runtime.looking() as look:
        query = select(reminders).where(reminders.c.kind == kind).order_by(reminders.c.step, reminders.c.round)
        return [dict(row) for row in look.db.execute(query).mappings()]


def choose(office: Office, person: str, **chosen: Any) -> None:
    usual = {"delivery": "at-once", "daily_at": "08:30", "working_days_only": True, "unwanted": []}
    row = usual | {"person": person, "changed_at": office.clock.now()} | chosen
    with office.runtime.doing("operator") as do:
        do.db.execute(insert(choices).values(row))


def on_its_way(desk: Office) -> Office:
    """A plan bound for the Board on 10 October (report due 29 September) and Cabinet on 9 November 2023."""
    desk.clock.to("2023-09-01 10:00")
    desk.load(with_addresses(case(stages=CHAIN, items=BOUND)))
    return desk
