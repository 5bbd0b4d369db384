"""A hundred thousand items of a place: a few hundred made by the product, then copied with all that belongs to them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from random import Random

from sqlalchemy import Connection, text

from models import metadata
from models.sessions import writing
from tests.office import Office
from workflow.case_files import load
from workflow.case_reading import read_files

TODAY = datetime(2023, 7, 18, 8, 0, tzinfo=UTC)
ORIGINALS = 200
PARTNERS = 20
OWNERS = 120

#: Tables whose rows belong to an item, with the column that names it.
_OWNED = {
    "items": "id", "steps": "item", "reports": "item", "texts": "subject",
    "derived_forecasts": "item", "derived_readers": "item", "derived_timetable": "item", "derived_tasks": "item",
}  # fmt: skip

_HEAD = """decision_routes: 1
organisations:
  - {id: council, name: Borough Council, kind: council, rules: executive}
  - {id: icb, name: Integrated Care Board, kind: nhs, rules: plain}
%(partners)s
rules:
  - id: executive
    executive: true
    key_decision_notice: {days: 28, unit: clear-calendar-days}
    agenda_day: {days: 5, unit: clear-working-days}
    report_due: {days: 3, unit: working-days, before: agenda_day}
    call_in: {days: 3, unit: clear-working-days}
  - id: plain
    agenda_day: {days: 5, unit: working-days}
    report_due: {days: 2, unit: working-days, before: agenda_day}
forums:
  - {id: hwb, organisation: council, name: Health and Wellbeing Board, form: committee, rules: plain,
     meets: {every: month, day: first tuesday, time: "14:00"}}
  - {id: cabinet, organisation: council, name: Cabinet, form: committee,
     meets: {every: month, day: first thursday, time: "14:00"}}
  - {id: board, organisation: icb, name: ICB Board, form: committee,
     meets: {every: month, day: last wednesday, time: "13:00"}}
%(boards)s
people:
  - {id: lead, name: Governance lead, roles: [{role: lead, organisation: council}]}
  - {id: clerk, name: Council clerk, roles: [{role: secretary, forum: cabinet}, {role: secretary, forum: hwb}]}
  - {id: icb-clerk, name: ICB secretary, roles: [{role: secretary, forum: board}]}
  - {id: auditor, name: Auditor, roles: [{role: auditor}]}
%(people)s
meetings:
%(meetings)s
routes:
  - route: journey
    title: Board, partner, Cabinet
    for: [plan, strategy, contract, mou]
    stages:
      - {id: hwb, forum: hwb, ask: endorse}
      - {id: partner, forum: $partner, ask: endorse, after: []}
      - {id: cabinet, forum: cabinet, ask: agree, decisive: true, clearances: [finance], after: [hwb, partner]}
      - {id: board, forum: board, ask: agree, decisive: true, after: [hwb]}
items:
"""


def case_file() -> bytes:
    """The place with its first items: of four types, many owners and partners, drafts, exempt and finished ones."""
    random = Random(7)
    partners = range(PARTNERS)
    months = [date(2023, month, 1) for month in range(8, 13)]
    first = [day + timedelta(days=(1 - day.weekday()) % 7) for day in months]  # first Tuesdays
    head = _HEAD % {
        "partners": "\n".join(f"  - {{id: p{n}, name: Partner {n}, kind: nhs, rules: plain}}" for n in partners),
        "boards": "\n".join(
            f"  - {{id: board-{n}, organisation: p{n}, name: Board of partner {n}, form: committee, "
            'meets: {every: month, day: second monday, time: "10:00"}}' for n in partners
        ),
        "people": "\n".join(
            [f"  - {{id: owner-{n}, name: Head of service {n}, roles: [{{role: author}}]}}" for n in range(OWNERS)]
            + [f"  - {{id: p{n}-clerk, name: Secretary {n}, roles: [{{role: secretary, forum: board-{n}}}]}}"
               for n in partners]
        ),
        "meetings": "\n".join(
            f"  - {{id: h-{day:%m}, forum: hwb, date: {day}, time: \"14:00\"}}\n"
            f"  - {{id: c-{day:%m}, forum: cabinet, date: {day + timedelta(days=2)}, time: \"14:00\"}}"
            for day in first
        ),
    }  # fmt: skip
    whole = head + "".join(_item(n, random) for n in range(ORIGINALS)) + _OUTCOMES
    return re.sub(r"id: ([a-z0-9-]+)(, name: [^,]+), roles", r"id: \1\2, email: \1@example.org, roles", whole).encode()


#: The first fifth of the items is through the board and its partner.
_OUTCOMES = "outcomes:\n" + "".join(
    f"  - {{item: item-{n}, step: {step}, outcome: endorsed, date: 2023-07-{day}}}\n"
    for n in range(ORIGINALS // 5)
    if n % 10 != 9
    for step, day in (("hwb", "04"), ("partner", "10"))
)


def _item(number: int, random: Random) -> str:
    said = {
        "id": f"item-{number}",
        "title": f"{random.choice(('Review', 'Renewal', 'Delegation', 'Future', 'Funding'))} of "
        f"{random.choice(('carers', 'roads', 'day centres', 'dementia care', 'equipment', 'winter'))} {number}",
        "type": random.choice(("plan", "strategy", "contract", "mou")),
        "route": "journey",
        "organisation": random.choice(("council", "council", "council", "icb")),
        "owner": f"owner-{random.randrange(OWNERS)}",
        "forums": f"{{partner: board-{min(number % 97, PARTNERS - 1)}}}",  # the last partner takes part in most
        "recommendations": "[Endorse it, Agree it]",
        "target": f"2023-{random.choice(('08', '10', '12'))}-28",
    }
    if number % 10 == 9:
        said["state"] = "draft"
    if number % 25 == 7:
        said |= {"part": "II", "exemption": "{basis: Schedule 12A, paragraphs: [3], reason: Prices}"}
    return "  - {" + ", ".join(f"{name}: {value}" for name, value in said.items()) + "}\n"


def gather(office: Office, number: int) -> None:
    """Fill a fresh database with so many items."""
    office.clock.at = TODAY
    with office.runtime.doing("operator") as do:
        load(do, read_files([("crowd.yaml", case_file())]))
    with writing(office.runtime.engine) as db:
        _copy(db, -(-number // ORIGINALS))
        if db.dialect.name == "sqlite":
            db.execute(text("ANALYZE"))
    if office.runtime.engine.dialect.name == "postgresql":
        with office.runtime.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.execute(text("VACUUM ANALYZE"))


def _copy(db: Connection, times: int) -> None:
    """Every item so many times, each copy with a number of its own in its id and title."""
    made = (
        f"generate_series(2, {times}) AS made(n)"
        if db.dialect.name == "postgresql"
        else f"(WITH RECURSIVE m(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM m WHERE n < {times}) "
        "SELECT n FROM m) AS made"
    )
    for name, owner in _OWNED.items():
        columns = [column.name for column in metadata.tables[name].columns]
        told = []
        for column in columns:
            if column == owner:
                told.append(f"\"{column}\" || '-' || made.n")
            elif name == "derived_forecasts" and column in ("title", "by_title"):
                told.append(f"\"{column}\" || ', ' || made.n")
            else:
                told.append(f'{name}."{column}"')
        named = ", ".join(f'"{column}"' for column in columns)
        only = " WHERE subject LIKE 'item:%'" if name == "texts" else ""
        db.execute(text(f"INSERT INTO {name} ({named}) SELECT {', '.join(told)} FROM {name}, {made}{only}"))
