"""A change tried out: what it would put on record and which running items it would touch.

It is carried out in a transaction and rolled back, so that what is told is exactly what would happen. Keeping it
repeats the trial, and keeps it only if the same comes out again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import func, select

from models.forecasts import forecasts
from models.ledger import events
from routes.faults import Fault, FileFault
from routes.yaml_marks import read
from workflow.actions import BY_KIND
from workflow.case_reading import Place, Reading, read_files
from workflow.doing import Doing
from workflow.errors import AlreadyDecided, Faulty
from workflow.known import Known
from workflow.listing import OPEN_STATES
from workflow.loaded import SECTION_OF, Entry, EntryKey, entry_key, read_loaded
from workflow.plan_changes import StepEffect, dates_of, step_in_words
from workflow.plans import Plan
from workflow.queries.views import view
from workflow.runtime import Runtime
from workflow.shelf import chunks
from workflow.use_cases.setting_up import File, take_in
from workflow.visibility import Reader, reader_of, visible

#: What is pasted or uploaded is called this in sentences about other lines of it.
NAME: Final = "this text"
LARGEST: Final = 1_000_000  # bytes of a text
TOUCHED_STATES: Final = OPEN_STATES

Plans = Mapping[str, Plan]
Run = Callable[[Doing], Plans]


@dataclass(frozen=True, slots=True)
class Difference:
    """One key of an entry that would say something else."""

    key: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that would be put on record: an entry that is new or changed, a route version, or an act."""

    section: str
    id: str
    name: str
    new: bool = True
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Touch:
    """A running item whose dates, state or lateness would be others."""

    item: str
    title: str
    state: str
    finish: date | None
    late: bool
    new_state: str
    new_finish: date | None
    new_late: bool
    days: tuple[str, ...] = ()  # the new days of its steps, each with the one that it had


@dataclass(frozen=True, slots=True)
class Trial:
    """What a change would do. `planned` running items were planned anew; `touches` are those that would change."""

    lines: tuple[Line, ...] = ()
    touches: tuple[Touch, ...] = ()
    hidden: int = 0  # further items that would change and that the person may not see
    planned: int = 0
    faults: tuple[Fault, ...] = ()
    mark: str = field(default="", compare=False)  # stands for all of it

    @property
    def does_nothing(self) -> bool:
        """Everything is on record already."""
        return not self.lines


class Otherwise(AlreadyDecided):
    """What was checked is no longer what would happen; `trial` says what would now."""

    def __init__(self, trial: Trial) -> None:
        super().__init__(
            "Something has changed since this was checked, so nothing was saved. Below is what would happen now."
        )
        self.trial = trial


class _Undone(Exception):
    """Ends a transaction of which nothing is to be kept."""


def tried(runtime: Runtime, actor: str, run: Run) -> Trial:
    """What a change would do. Whatever it is refused for is raised."""
    trial = None
    try:
        with runtime.doing(actor) as do:
            trial = _carried_out(runtime, do, run)
            raise _Undone
    except _Undone:
        assert trial is not None
        return trial


def kept(runtime: Runtime, actor: str, run: Run, mark: str) -> Trial:
    """Carry a change out and keep it; Otherwise if it would do anything else than when it was tried."""
    with runtime.doing(actor) as do:
        trial = _carried_out(runtime, do, run)
        if trial.mark != mark:
            raise Otherwise(trial)
    return trial


def tried_text(runtime: Runtime, actor: str, text: str, update: bool) -> Trial:
    """What taking in a text would do, or everything that is wrong with it."""
    reading = read_text(text)
    try:
        return tried(runtime, actor, lambda do: take_in(do, File(actor, reading, update)).plans)
    except Faulty:
        return Trial(faults=tuple(sorted(set(reading.faults))))


def kept_text(runtime: Runtime, actor: str, text: str, update: bool, mark: str) -> Trial:
    """Take a text in as it was tried; Otherwise if by now it would do something else, or be at fault."""
    reading = read_text(text)
    try:
        return kept(runtime, actor, lambda do: take_in(do, File(actor, reading, update)).plans, mark)
    except Faulty as err:
        raise Otherwise(Trial(faults=tuple(sorted(set(reading.faults))))) from err


def fingerprint(text: str) -> str:
    """What stands for exactly this text."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_text(text: str) -> Reading:
    """A text read: the definition of one route, or a case file without `events:`; every fault is in `faults`."""
    data = text.encode()
    if len(data) > LARGEST:
        return _unread([Fault(NAME, 1, "the text is larger than 1 MB; take it in at the command line")])
    try:
        document = read(data, NAME)
    except FileFault as fault:
        return _unread(fault.faults)
    if "route" in document and "decision_routes" not in document:
        reading = Reading()
        reading.routes.append((Place(NAME, document.line), document))
        return reading
    reading = read_files([(NAME, data)])
    if "events" in document:
        message = "“events:” holds acts of the past; they are taken in at the command line only: decision-routes load"
        reading.fault(Place(NAME, document.lines["events"]), message)
    return reading


def _unread(faults: Sequence[Fault]) -> Reading:
    return Reading(faults=list(faults), unread=True)


def _carried_out(runtime: Runtime, do: Doing, run: Run) -> Trial:
    """Carry it out, then look at what was written and at what was planned otherwise before."""
    start = do.db.execute(select(func.max(events.c.position))).scalar() or 0
    plans = run(do)
    lines = tuple(_lines(do, start))
    touches, hidden = _touches(runtime, do, plans, reader_of(do.known, do.actor))
    planned = sum(plan.item_state in TOUCHED_STATES for plan in plans.values())
    told = repr((lines, touches, hidden))
    return Trial(lines, tuple(touches), hidden, planned, mark=hashlib.sha256(told.encode()).hexdigest())


def _lines(do: Doing, start: int) -> list[Line]:
    """What the events written since say, in words; what changed beside what was said before."""
    written = select(events.c.subject, events.c.kind, events.c.step, events.c.data).where(events.c.position > start)
    rows = do.db.execute(written.order_by(events.c.position)).mappings().all()
    ours = [row for row in rows if row["subject"] in do.heads]
    changed = {row["subject"] for row in ours if row["kind"].endswith("changed")}
    before = read_loaded(do.db, sorted(changed)).entries if changed else {}
    found: dict[tuple[str, str, str], Line] = {}
    for number, row in enumerate(ours):
        act = row["data"].get("act", {})
        if row["kind"] in SECTION_OF:
            line = _entry_line(do, row["subject"], SECTION_OF[row["kind"]], act["entry"], before)
            found[(line.section, *entry_key(line.section, act["entry"])[1:])] = line
        elif row["kind"] == "route-added":
            found[("routes", act["route"], str(act["number"]))] = Line(
                "routes", act["route"], f"{act['route']}, version {act['number']}", new=act["number"] == 1
            )
        elif row["kind"] in BY_KIND:
            item = row["subject"].partition(":")[2]
            said = f"{item}: {BY_KIND[row['kind']].name} {row['step'] or ''} {act.get('outcome', '')}".strip()
            found[("acts", item, str(number))] = Line("acts", item, said)
    return list(found.values())


def _entry_line(
    do: Doing, subject: str, section: str, entry: Entry, before: Mapping[EntryKey, Sequence[Entry]]
) -> Line:
    key = entry_key(section, entry)
    name = str(entry.get("name") or entry.get("title") or entry.get("reason") or entry["id"])
    if section == "items":
        name = do.text(subject, name) or key[1]
    elif section == "rules" and key[2]:
        name = f"{name} from {key[2]}"
    states = before.get(key, ())
    if len(states) < 2:
        return Line(section, key[1], name)
    old, new = states[-2:]
    differing = [k for k in new if k not in ("id", "key_decision_because", "stands") and new[k] != old.get(k)]
    return Line(section, key[1], name, False, tuple(Difference(k, old.get(k), new[k]) for k in differing))


def _touches(runtime: Runtime, do: Doing, plans: Plans, reader: Reader) -> tuple[list[Touch], int]:
    """Running items whose plan is another one than before, by the facts before and after and the same day."""
    known_before = sorted(item for item in plans if item not in do.created)
    titles: dict[str, str] = {}
    moved: list[tuple[Plan, Plan]] = []
    for chunk in chunks(known_before):
        with runtime.looking() as look:  # another connection: it sees what was there before
            seen = view(look, chunk)
            before = {item: seen.plan(item) for item in chunk}
        differing = [item for item in chunk if _differ(before[item], plans[item])]
        moved += [(before[item], plans[item]) for item in differing]
        query = select(forecasts.c.item, forecasts.c.title).where(forecasts.c.item.in_(differing), visible(reader))
        titles |= {row.item: row.title for row in do.db.execute(query)}
    touches = [
        Touch(
            old.item,
            titles[old.item],
            old.item_state,
            old.finish,
            old.late,
            new.item_state,
            new.finish,
            new.late,
            tuple(_days_in_words(do.known, old, new)),
        )
        for old, new in moved
        if old.item in titles
    ]
    return touches, len(moved) - len(touches)


def _days_in_words(known: Known, old: Plan, new: Plan) -> Iterator[str]:
    """The days of each step at a forum that are others."""
    was = {step.step: dates_of(step) for step in old.steps}
    for step in new.steps:
        if step.forum and step.step in was and was[step.step] != dates_of(step):
            name = known.forum_name(step.forum)
            said = step_in_words(StepEffect(step.step, name, step.forum, was[step.step], dates_of(step)))
            if said is not None:
                yield said


def _differ(old: Plan, new: Plan) -> bool:
    """Whether anything that people go by is another: state, finish, lateness, a day of an open step."""
    if old.item_state not in TOUCHED_STATES and new.item_state not in TOUCHED_STATES:
        return False
    return _days(old) != _days(new)


def _days(plan: Plan) -> tuple[Any, ...]:
    steps = [
        (s.step, s.state, s.meeting, s.meeting_id, s.notice_by, s.report_due, s.agenda_by, s.effective)
        for s in plan.steps
    ]
    return (plan.item_state, plan.finish, plan.late, steps)
