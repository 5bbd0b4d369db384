"""How the dates of items moved: of one item step by step, and of many, counted by forum, by cause and by reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Row, Select, Subquery, and_, case, func, or_, select, type_coerce

from models.forecasts import forecasts
from models.slips import planned, slips
from workflow.dossiers import Dossier
from workflow.errors import Unknown
from workflow.facts import Case
from workflow.happened import WHOLE
from workflow.known import Known
from workflow.ledger import moment
from workflow.naming import step_name
from workflow.queries.decisions import own_items
from workflow.queries.item_events import meeting_in_words, name_of_person
from workflow.queries.paging import PAGE, Cursor, Page, exactly, in_order, page_of
from workflow.queries.slip_acts import Act, acts_behind
from workflow.runtime import Looking
from workflow.shelf import fetch
from workflow.slip_reasons import OF_MEETINGS, cause_in_words, reason_in_words
from workflow.visibility import Reader, visible

THE_WHOLE: Final = "The whole item"
SHOWN: Final = 10  # changes on the page of an item
EXAMINED: Final = 20_000  # changes that are counted, the newest of the time asked for


@dataclass(frozen=True, slots=True)
class Line:
    """One step, or the whole item where `step` is "": first planned, planned last, and when it took place."""

    step: str
    name: str
    first: date | None
    last: date | None
    actual: date | None

    @property
    def differs(self) -> bool:
        """Whether it is not, or was not, as first planned."""
        return self.last != self.first or (self.actual is not None and self.actual != self.first)

    @property
    def difference(self) -> str:
        """How far it is from what was first planned; "" where nobody knows."""
        day = self.actual or self.last
        return difference(self.first, day) if self.first and day else ""


@dataclass(frozen=True, slots=True)
class Slip:
    """One change of a planned day. `on` is the business date; `cause`, `reason` and `because` are in words.

    `by` is who did it, where somebody did, and `said` the reason that they gave in their own words.
    """

    step: str
    name: str
    number: int
    at: datetime
    on: date
    was: date | None
    becomes: date | None
    cause: str
    reason: str | None
    because: str | None
    by: str | None = None
    said: str | None = None

    @property
    def difference(self) -> str:
        """How many days later or earlier; "" where one of the two days is not known."""
        return difference(self.was, self.becomes) if self.was and self.becomes else ""


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of one item: every step that was planned, and a page of the changes, the newest first."""

    lines: tuple[Line, ...]
    changes: Page[Slip]

    @property
    def moved(self) -> tuple[Line, ...]:
        """What is not as it was first planned, or was not meanwhile."""
        with_changes = {slip.step for slip in self.changes.rows}
        return tuple(line for line in self.lines if line.differs or line.step in with_changes)


@dataclass(frozen=True, slots=True)
class OfForum:
    """One forum: how often a day there became later or earlier, how often only because of an earlier step.

    `days` is by how many calendar days those that became later did so, in sum; what has no day any more counts none.
    """

    forum: str
    name: str
    later: int
    days: int
    earlier: int
    knock_on: int
    mostly: str | None  # the cause that is most frequent among those of its own
    reason: str | None  # the reason that was chosen most often


@dataclass(frozen=True, slots=True)
class Why:
    """Why decisions slipped in a time. `more`: there are more changes than were counted."""

    forums: tuple[OfForum, ...]
    causes: tuple[tuple[str, int], ...]
    reasons: tuple[tuple[str, int], ...]
    later: int
    days: int  # as of a forum, in sum
    earlier: int
    more: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose changes are asked for: from a business date on, of one forum, of one organisation's items."""

    since: date
    forum: str | None = None
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class OfItem:
    """One change with the item that it is of."""

    item: str
    title: str
    slip: Slip


@dataclass
class _Count:
    later: int = 0
    days: int = 0
    earlier: int = 0
    knock_on: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)


def difference(was: date, becomes: date) -> str:
    """28 days later, 1 day earlier."""
    days = (becomes - was).days
    if days == 0:
        return "As first planned"
    return f"{abs(days)} {'day' if abs(days) == 1 else 'days'} {'later' if days > 0 else 'earlier'}"


def dates_of(
    look: Looking,
    item: str,
    names: Mapping[str, str],
    cursor: Cursor | None = None,
    size: int = SHOWN,
    dealt_with: Mapping[str, date] | None = None,
    hidden: Collection[str] = (),
) -> Dates:
    """How the dates of an item moved, for whoever may see it. `names` are those of its steps, in their order.

    `dealt_with`: the days of steps that are to have a line too where nobody saw a plan before they took place.
    `hidden` are steps whose texts the reader may not read.
    """
    known = {row.step: row for row in look.db.execute(select(planned).where(planned.c.item == item))}
    lines = tuple(_lines({**names, WHOLE: THE_WHOLE}, known, dealt_with or {}))
    if not any(row.slips for row in known.values()):
        return Dates(lines, Page((), None, None))
    keys = (slips.c.at, slips.c.step, slips.c.number)
    query = in_order(select(slips).where(slips.c.item == item), keys, descending=True, cursor=cursor, size=size)
    found = look.db.execute(query).all()
    page = page_of(found, [(row.at, row.step, row.number) for row in found], cursor, size)
    acts = acts_behind(look, item, page.rows, hidden)
    told = tuple(told_of(look.known, row, names, acts.get((row.step, row.number))) for row in page.rows)
    return Dates(lines, Page(told, page.earlier, page.later))


def _lines(names: Mapping[str, str], known: Mapping[str, Row[Any]], dealt_with: Mapping[str, date]) -> Iterator[Line]:
    for step, name in names.items():
        row = known.get(step)
        if row is not None:
            yield Line(step, name, row.first_planned, row.last_planned, row.actual or dealt_with.get(step))
        elif step in dealt_with:
            yield Line(step, name, None, None, dealt_with[step])


def names_of(look: Looking, item: str) -> dict[str, str]:
    """Who deals with each step of an item, in the order of its route; a gate goes by its own title."""
    made = _case(look, item)
    return {step.id: step_name(made, look.known.world, step) for step in made.steps}


def dealt_with(look: Looking, item: str) -> dict[str, date]:
    """The days on which steps of an item were dealt with, as recorded: an outcome, or the opening of a gate."""
    days = {step.id: step.outcome_on or step.opened_on for step in _case(look, item).steps}
    return {step: day for step, day in days.items() if day is not None}


def _case(look: Looking, item: str) -> Case:
    dossiers: dict[str, Dossier] = {}
    fetch(look.db, [item], dossiers)
    if item not in dossiers:
        raise Unknown(f"There is no item {item}. decision-routes where lists those there are.")
    return dossiers[item].case()


def as_json(look: Looking, item: str) -> dict[str, Any]:
    """The same as `slips --json` prints it: ids and codes instead of words, every change, the newest first."""
    known = look.db.execute(select(planned).where(planned.c.item == item).order_by(planned.c.step))
    query = select(slips).where(slips.c.item == item)
    every = look.db.execute(query.order_by(slips.c.at.desc(), slips.c.step, slips.c.number.desc())).all()
    acts = acts_behind(look, item, every)
    return {
        "item": item,
        "steps": [
            {
                "step": row.step,
                "first_planned": _iso(row.first_planned),
                "first_planned_at": moment(row.first_planned_at) if row.first_planned_at else None,
                "last_planned": _iso(row.last_planned),
                "actual": _iso(row.actual),
                "days": _days(row.first_planned, row.actual or row.last_planned),
            }
            for row in known
        ],
        "slips": [
            {
                "step": row.step,
                "at": moment(row.at),
                "date": row.on.isoformat(),
                "was": _iso(row.was),
                "becomes": _iso(row.becomes),
                "days": _days(row.was, row.becomes),
                "cause": row.cause,
                "because": row.because,
                "code": row.code,
                "by": act.by if (act := acts.get((row.step, row.number))) else None,
                "reason": act.reason if act else None,
            }
            for row in every
        ],
    }


def why(look: Looking, reader: Reader, wanted: Wanted) -> Why:
    """How often days became later or earlier in a time, among the items that a reader may see, and why."""
    rows = look.db.execute(_counted(look, reader, wanted)).all()
    forums: dict[str, _Count] = {}
    for row in rows:
        _count(forums.setdefault(row.forum, _Count()), row)
    causes: Counter[str] = sum((count.causes for count in forums.values()), Counter())
    codes: Counter[str] = sum((count.codes for count in forums.values()), Counter())
    told = [_of_forum(look.known, forum, count) for forum, count in forums.items()]
    return Why(
        forums=tuple(sorted(told, key=lambda one: (one.knock_on - one.later, one.name))),
        causes=tuple((cause_in_words(cause), number) for cause, number in causes.most_common()),
        reasons=tuple((reason_in_words(code), number) for code, number in codes.most_common()),
        later=sum(count.later for count in forums.values()),
        days=sum(count.days for count in forums.values()),
        earlier=sum(count.earlier for count in forums.values()),
        more=sum(row.number for row in rows) >= EXAMINED,
    )


def changes_at(look: Looking, reader: Reader, wanted: Wanted, cursor: Cursor | None = None) -> Page[OfItem]:
    """The changes at one forum in a time, the newest first, of the items that a reader may see."""
    keys = (slips.c.on, slips.c.item, slips.c.step, slips.c.number)
    together = slips.join(forecasts, forecasts.c.item == slips.c.item)
    query = select(slips, forecasts.c.title).select_from(together).where(*_asked(wanted), visible(reader))
    if wanted.organisation:
        query = query.where(forecasts.c.organisation == wanted.organisation)
    found = look.db.execute(in_order(query, keys, descending=True, cursor=cursor)).all()
    page = page_of(found, [(row.on, row.item, row.step, row.number) for row in found], cursor, PAGE)
    rows = tuple(OfItem(row.item, row.title, told_of(look.known, row, {})) for row in page.rows)
    return Page(rows, page.earlier, page.later)


def told_of(known: Known, row: Row[Any], names: Mapping[str, str], act: Act | None = None) -> Slip:
    """One change in words; `names` are those of the item's steps, where they are known."""
    name = names.get(row.step) or (known.forum_name(row.forum) if row.forum else row.step)
    return Slip(
        step=row.step,
        name=name if row.step != WHOLE else THE_WHOLE,
        number=row.number,
        at=row.at,
        on=row.on,
        was=row.was,
        becomes=row.becomes,
        cause=cause_in_words(row.cause),
        reason=reason_in_words(row.code) if row.code else None,
        because=_because(known, row, names),
        by=name_of_person(known, act.by) if act else None,
        said=act.reason if act else None,
    )


def _because(known: Known, row: Row[Any], names: Mapping[str, str]) -> str | None:
    """The meeting, as it is now, or the step that a change comes from."""
    if row.because is None:
        return None
    if row.cause in OF_MEETINGS:
        return meeting_in_words(known, row.because).removeprefix("of ")
    return names.get(row.because)


def _asked(wanted: Wanted) -> list[ColumnElement[bool]]:
    forum = slips.c.forum == wanted.forum if wanted.forum else slips.c.forum.is_not(None)
    return [slips.c.on >= wanted.since, forum]


def _counted(look: Looking, reader: Reader, wanted: Wanted) -> Select[Any]:
    """Numbers by forum, cause and code. Whoever sees few items has all of theirs counted, others the newest."""
    columns = (slips.c.item, slips.c.on, slips.c.forum, slips.c.cause, slips.c.code, slips.c.was, slips.c.becomes)
    query = select(*columns).where(*_asked(wanted))
    own = own_items(look, reader)
    if own is not None:
        query = query.where(slips.c.item.in_(select(forecasts.c.item).where(own)))
    newest = (slips.c.on, slips.c.item, slips.c.step, slips.c.number)
    walked = query.order_by(*(key.desc() for key in newest)).limit(exactly(EXAMINED)).subquery()
    is_later = or_(walked.c.becomes.is_(None), walked.c.becomes > walked.c.was)
    numbers = (
        func.count().label("number"),
        func.sum(case((is_later, 1), else_=0)).label("later"),
        func.sum(case((walked.c.becomes > walked.c.was, _days_between(look, walked)), else_=0)).label("days"),
        func.sum(case((walked.c.becomes < walked.c.was, 1), else_=0)).label("earlier"),
    )
    kinds = (walked.c.forum, walked.c.cause, walked.c.code)
    seen = and_(forecasts.c.item == walked.c.item, visible(reader))
    if wanted.organisation:
        seen = and_(seen, forecasts.c.organisation == wanted.organisation)
    return select(*kinds, *numbers).select_from(walked.join(forecasts, seen)).group_by(*kinds)


def _days_between(look: Looking, walked: Subquery) -> ColumnElement[Any]:
    """From the day that was planned to the one that is, as each kind of database counts days."""
    if look.db.dialect.name == "sqlite":
        return func.julianday(walked.c.becomes) - func.julianday(walked.c.was)
    return type_coerce(walked.c.becomes - walked.c.was, Integer)


def _count(count: _Count, row: Row[Any]) -> None:
    count.later += row.later
    count.days += int(row.days or 0)
    count.earlier += row.earlier
    if row.cause == "knock-on":
        count.knock_on += row.later
    if row.later:
        count.causes[row.cause] += row.later
    if row.later and row.code:
        count.codes[row.code] += row.later


def _of_forum(known: Known, forum: str, count: _Count) -> OfForum:
    return OfForum(
        forum=forum,
        name=known.forum_name(forum),
        later=count.later,
        days=count.days,
        earlier=count.earlier,
        knock_on=count.knock_on,
        mostly=_first([cause_in_words(cause) for cause, _n in count.causes.most_common() if cause != "knock-on"]),
        reason=_first([reason_in_words(code) for code, _n in count.codes.most_common(1)]),
    )


def _first(words: Sequence[str]) -> str | None:
    return words[0] if words else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _days(was: date | None, becomes: date | None) -> int | None:
    return (becomes - was).days if was and becomes else None
