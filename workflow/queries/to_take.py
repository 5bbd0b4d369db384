"""What somebody has to decide alone: the inbox of members and officers with delegated powers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select

from models.forecasts import forecasts, tasks, timetable
from models.steps import steps
from workflow.known import Person
from workflow.runtime import Looking
from workflow.visibility import reader_of, visible

MOST = 200


@dataclass(frozen=True, slots=True)
class DecisionToTake:
    """One decision that waits for this person: on which report version, to be taken from which day on."""

    item: str
    title: str
    step: str
    office: str
    ask: str
    version: int | None
    papers: str
    starts: date | None
    planned: date | None


def decisions_to_take(look: Looking, person: Person) -> list[DecisionToTake]:
    """Every individual decision that this person may take now or soon, the earliest first."""
    holders = [f"member:{scope}" for role, scope in person.roles if role == "member"]
    if not holders:
        return []
    at_step = and_(timetable.c.item == tasks.c.item, timetable.c.step == tasks.c.step)
    current = and_(steps.c.item == tasks.c.item, steps.c.step == tasks.c.step, steps.c.decision == "open")
    query = (
        select(
            tasks.c.item, tasks.c.step, tasks.c.starts, forecasts.c.title, timetable.c.forum, timetable.c.ask,
            timetable.c.meets_on, steps.c.version, steps.c.papers,
        )
        .join(forecasts, forecasts.c.item == tasks.c.item)
        .join(timetable, at_step)
        .join(steps, current)
        .where(tasks.c.holder.in_(holders), tasks.c.act == "record", visible(reader_of(look.known, person)))
        .order_by(timetable.c.by_day, tasks.c.item, tasks.c.step)
        .limit(MOST)
    )  # fmt: skip
    return [
        DecisionToTake(
            item=row.item,
            title=row.title,
            step=row.step,
            office=look.known.forum_name(row.forum),
            ask=row.ask,
            version=row.version,
            papers=row.papers,
            starts=row.starts if row.starts > look.today else None,
            planned=row.meets_on,
        )
        for row in look.db.execute(query)
    ]
