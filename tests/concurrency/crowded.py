"""A county in which thousands of reminders fall due at one moment, and what must have come of them.

Items, people and reminders go straight into the tables, as the product would have written them weeks before.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, insert, or_, select

from models.forecasts import forecasts, readers
from models.items import items
from models.outbox import letters
from models.reminders import messages, reminders
from workflow.case_files import load
from workflow.case_reading import read_files
from workflow.reminders.matters import Matter, message_key
from workflow.runtime import Runtime

NINE = datetime(2023, 11, 1, 9, 0, tzinfo=UTC)  # when they fall due, on a Wednesday
NOW = datetime(2023, 11, 1, 9, 5, tzinfo=UTC)
BEFORE = datetime(2023, 10, 2, 9, 0, tzinfo=UTC)
SOON, PAST = date(2023, 11, 6), date(2023, 10, 31)  # three working days ahead, and one behind
SPECIMEN = "specimen"
ONE_IN = 5  # so many is overdue, and its lead is told as well

_FORUM = "  - {id: county-cabinet, organisation: org-0, name: County Cabinet, form: committee}"
_STAGE = "{id: cabinet, forum: county-cabinet, ask: agree, decisive: true}"
_ROUTE = f"{{route: one-forum, title: One forum, for: [plan], stages: [{_STAGE}]}}"
_ITEM = "{id: specimen, title: Specimen, type: plan, route: one-forum, organisation: org-0, owner: owner-0}"
_LINK = re.compile(r"/items/(plan-\d+)")
_TABLES = (items, forecasts)


@dataclass(frozen=True)
class County:
    """So many reminders of so many owners of items in so many organisations, each with a lead."""

    reminders: int
    owners: int
    organisations: int

    def owner(self, number: int) -> str:
        """Whose item it is."""
        return f"owner-{number % self.owners}"

    def organisation(self, number: int) -> int:
        """Whose lead is told when it is overdue."""
        return number % self.organisations

    def is_overdue(self, number: int) -> bool:
        """Some of everybody's."""
        return number // self.owners % ONE_IN == 0

    def matter(self, number: int) -> Matter:
        """What somebody is reminded of."""
        day = PAST if self.is_overdue(number) else SOON
        holder = f"person:{self.owner(number)}"
        return Matter("report-due", f"plan-{number}", holder, "cabinet", 1, "", "county-cabinet", day)

    def expected(self) -> dict[str, dict[str, str]]:
        """The item that each message is about, by person and by the key of the message."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for number in range(self.reminders):
            matter = self.matter(number)
            told = [self.owner(number)]
            if self.is_overdue(number):
                told.append(f"lead-{self.organisation(number)}")
            rung = "after-1" if self.is_overdue(number) else "before-3"
            for person in told:
                found[person][message_key(matter.id, matter.day, rung, person)] = matter.item
        return dict(found)

    def _world(self) -> str:
        lines = ["decision_routes: 1", "organisations:"]
        for n in range(self.organisations):
            lines.append(f"  - {{id: org-{n}, name: Organisation {n}, kind: council}}")
        lines += ["forums:", _FORUM, "people:"]
        for n in range(self.owners):
            lines.append(f"  - {{id: owner-{n}, name: Owner {n}, email: owner-{n}@county.test}}")
        for n in range(self.organisations):
            roles = f"[{{role: lead, organisation: org-{n}}}]"
            lines.append(f"  - {{id: lead-{n}, name: Lead {n}, email: lead-{n}@county.test, roles: {roles}}}")
        return "\n".join([*lines, "routes:", f"  - {_ROUTE}", "items:", f"  - {_ITEM}"])

    def settle_in(self, runtime: Runtime) -> None:
        """Fill a fresh database."""
        with runtime.doing("county") as do:
            load(do, read_files([("county.yaml", self._world().encode())]))
        with runtime.doing("county") as do:
            do.db.execute(reminders.delete())  # what the specimen itself would be reminded of
            for table in _TABLES:
                self._copy(do.db, table)
            keys = [
                {"reader": reader, "item": f"plan-{n}"}
                for n in range(self.reminders)
                for reader in (f"person:{self.owner(n)}", f"lead:org-{self.organisation(n)}")
            ]
            do.db.execute(insert(readers), keys)
            do.db.execute(insert(reminders), [row_of(self.matter(n)) for n in range(self.reminders)])

    def _copy(self, db: Connection, table: Table) -> None:
        name = "id" if table is items else "item"
        row = dict(db.execute(select(table).where(table.c[name] == SPECIMEN)).mappings().one())
        db.execute(
            insert(table),
            [
                {**row, name: f"plan-{n}", "owner": self.owner(n), "organisation": f"org-{self.organisation(n)}"}
                for n in range(self.reminders)
            ],
        )


def row_of(matter: Matter, since: datetime = BEFORE, next_at: datetime = NINE) -> dict[str, Any]:
    """A reminder as it was written when it came up."""
    return {
        **{name: getattr(matter, name) for name in ("id", "kind", "item", "step", "round", "detail", "holder")},
        "forum": matter.forum,
        "day": matter.day,
        "by_day": matter.day,
        "since": since,
        "next_at": next_at,
        "sequence": 0,
        "reopened": 0,
        "changed_at": since,
        "failures": 0,
    }


@dataclass
class Audit:
    """What came of it all, and everything that is wrong with it in sentences."""

    messages: int = 0
    letters: int = 0
    people: int = 0
    files: int = 0
    handed_over: int = 0
    wrong: list[str] = field(default_factory=list)

    def check(self, holds: bool, sentence: str) -> None:
        """Note what does not hold."""
        if not holds:
            self.wrong.append(sentence)


def is_over(runtime: Runtime) -> bool:
    """Lists are of today, nothing is due, nothing waits to be said, and no letter waits to be handed over."""
    with runtime.looking() as look:
        stale = select(func.count()).where(forecasts.c.computed_for < look.today)
        due = select(func.count()).where(reminders.c.next_at <= look.now)
        unsaid = select(func.count()).where(messages.c.settled_at.is_(None), messages.c.send_at <= look.now)
        unsent = select(func.count()).where(letters.c.sent_at.is_(None))
        return not any(look.db.execute(query).scalar_one() for query in (stale, due, unsaid, unsent))


def in_the_middle(runtime: Runtime) -> bool:
    """Something has been said, and not all of it has been handed over."""
    with runtime.looking() as look:
        begun = look.db.execute(select(messages.c.key).limit(1)).first() is not None
    return begun and not is_over(runtime)


def audit(runtime: Runtime, folder: Path, expected: Mapping[str, Mapping[str, str]]) -> Audit:
    """Every message once, in one letter that says it, to whom it concerns; every letter handed over."""
    with runtime.looking() as look:
        said = [dict(row) for row in look.db.execute(select(messages)).mappings()]
        wrote = {row["id"]: dict(row) for row in look.db.execute(select(letters)).mappings()}
        failed = or_(reminders.c.failures > 0, reminders.c.next_at <= look.now)
        left = look.db.execute(select(func.count()).select_from(reminders).where(failed)).scalar_one()
    found = Audit(len(said), len(wrote), len({row["person"] for row in said}))
    keys = {key for of in expected.values() for key in of}
    found.check({row["key"] for row in said} == keys, f"{len(said)} messages where {len(keys)} were expected")
    found.check(left == 0, f"{left} reminders failed or are still due")
    of_letter: dict[str, dict[str, str]] = defaultdict(dict)
    for row in said:
        found.check(row["dropped"] is None and row["settled_at"] is not None, f"{row['key']} was not said")
        of_letter[row["letter"]][row["key"]] = row["person"]
    found.check(set(of_letter) == set(wrote), "letters without messages, or messages without a letter")
    _each_letter(found, wrote, of_letter, expected)
    _the_folder(found, folder, wrote)
    return found


def _each_letter(
    found: Audit,
    wrote: Mapping[str, Mapping[str, Any]],
    of_letter: Mapping[str, Mapping[str, str]],
    expected: Mapping[str, Mapping[str, str]],
) -> None:
    for person, number in Counter(row["person"] for row in wrote.values()).items():
        found.check(number == 1, f"{person} got {number} letters")
    for name, row in wrote.items():
        whose = expected.get(row["person"], {})
        mine = of_letter.get(name, {})
        found.check(set(mine.values()) <= {row["person"]}, f"{name} says what is for others")
        found.check(set(mine) == set(whose), f"{row['person']} is told {len(mine)} things instead of {len(whose)}")
        links = Counter(_LINK.findall(row["body"]))
        found.check(links == Counter(whose.values()), f"the letter to {row['person']} has {sum(links.values())} links")
        found.check(row["sent_at"] is not None, f"{name} was not handed over")


def _the_folder(found: Audit, folder: Path, wrote: Iterable[str]) -> None:
    files = {path.stem: path for path in folder.glob("*.eml")}
    found.files = len(files)
    found.check(set(files) == set(wrote), f"{len(files)} files of letters")
    for name, path in files.items():
        found.check(name in str(message_from_bytes(path.read_bytes())["Message-ID"]), f"{path} is another letter")
    handed = (folder / "handed-over.log").read_text(encoding="utf-8").split()
    found.handed_over = len(handed)
    found.check(set(handed) == set(wrote), "the log of what was handed over names other letters")
