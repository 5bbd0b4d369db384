"""What administrators see of letters: what waits, what went out, and what was given up.

Nobody learns more of an item from a letter than from the item itself: of one that is not theirs to see they are told
neither subject nor text, and a text that holds somebody's secret link is shown to nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, func, literal, literal_column, or_, select

from models.forecasts import forecasts
from models.outbox import letters
from models.reminders import hooks, messages, reminders
from workflow.errors import Unknown
from workflow.queries.paging import PAGE, Counted, Cursor, Page, bounded, counted, exactly, in_order, page_of
from workflow.runtime import Looking
from workflow.shelf import chunks
from workflow.visibility import Reader, visible

State = Literal["waiting", "sent", "shown", "given-up"]
STATES: Final[tuple[State, ...]] = get_args(State)

MOST_PEOPLE: Final = 30  # whose letters are looked for at once
MOST_SAID: Final = 200  # messages of one letter that are listed
MOST_FAILING: Final = 20

_GONE: Final = "A webhook that is no longer there"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; `people` are ids, None: whoever."""

    state: State | None = None
    kind: str | None = None
    people: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter in the list. `subject` is None where it is about an item that is not for the reader to see."""

    id: str
    kind: str
    channel: str
    person: str | None  # the id of the post
    name: str | None  # its name, or that of the webhook
    to: str | None  # the address; None for a webhook
    subject: str | None
    written_at: datetime
    state: State
    settled_at: datetime | None  # when it was sent or given up
    sent_by: str | None
    failures: int
    last_failure: str | None
    next_at: datetime | None  # until when it waits, or somebody has it in hand; None: it can go at once


@dataclass(frozen=True, slots=True)
class Said:
    """One message that a letter says. Of an item that is not for the reader to see only that there is one."""

    kind: str
    item: str | None
    title: str | None
    because: str  # as what they are told: holder, owner, lead …
    stands_in_for: str | None  # the name of who is away
    rung: str
    day: date | None
    old_day: date | None
    due_at: datetime
    late: bool  # nobody looked when it was due


@dataclass(frozen=True, slots=True)
class LetterPage:
    """A letter with what may be read of it. `withheld`: why its text is not shown; None: it is."""

    row: LetterRow
    secret: bool
    body: str | None
    withheld: Literal["secret", "item"] | None
    has_invitation: bool
    item: tuple[str, str] | None  # id and title, where the reader may see it
    said: tuple[Said, ...]
    more_said: int
    address_now: str | None  # of the post, where it is another one by now
    why_not_again: Literal["not-given-up", "secret", "webhook-gone"] | None


@dataclass(frozen=True, slots=True)
class Failing:
    """A reminder that could not be turned into messages; item, title and reason where the reader may see the item."""

    id: str
    kind: str
    item: str | None
    title: str | None
    failures: int
    last_failure: str | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Again:
    """What would be tried again: how many letters, since when the oldest waits, and what stopped them."""

    letters: Counted
    oldest: datetime | None
    reasons: tuple[tuple[str, int], ...]
    left_out: int  # given up for good: their links are no longer kept, or their webhooks are gone


def letter_list(look: Looking, reader: Reader, wanted: Wanted, cursor: Cursor | None = None) -> Page[LetterRow]:
    """Letters, the newest first; those that were given up by when that was."""
    at = letters.c.given_up_at if wanted.state == "given-up" else letters.c.written_at
    query = select(*_COLUMNS).where(*_narrowed(wanted))
    if cursor is not None:
        moment, last = cursor.values
        cursor = Cursor((literal(moment, at.type), last), cursor.backward)
    found = look.db.execute(in_order(query, (at, letters.c.id), descending=True, cursor=cursor)).mappings().all()
    places = [(row[at.name], row["id"]) for row in found]
    page = page_of(found, places, cursor)
    about = _items_of(look.db, page.rows)
    seen = titles(look, reader, {item for items in about.values() for item in items})
    names = _hook_names(look.db, page.rows)
    rows = tuple(_row(look, row, names, about[row["id"]] <= seen.keys()) for row in page.rows)
    return Page(rows, page.earlier, page.later)


def letter(look: Looking, reader: Reader, name: str) -> LetterPage:
    """One letter by its id."""
    row = look.db.execute(select(letters).where(letters.c.id == name)).mappings().one_or_none()
    if row is None:
        raise Unknown("There is no such letter. Check the address, or look in the list of letters.")
    about = _items_of(look.db, [row])[name]
    seen = titles(look, reader, about)
    may_see = about <= seen.keys()
    told = _row(look, row, _hook_names(look.db, [row]), may_see)
    said, more = _said(look, name, seen)
    withheld: Literal["secret", "item"] | None = "secret" if row["secret"] else None if may_see else "item"
    person = look.known.people.get(row["person"] or "")
    moved = row["channel"] == "mail" and person and (person.email or "").lower() != row["to"].lower()
    return LetterPage(
        row=told,
        secret=row["secret"],
        body=row["body"] if withheld is None else None,
        withheld=withheld,
        has_invitation=row["calendar"] is not None,
        item=(row["item"], seen[row["item"]]) if row["item"] in seen else None,
        said=said,
        more_said=more,
        address_now=person.email if person and moved else None,
        why_not_again=_why_not_again(told, row["secret"]),
    )


def kinds(look: Looking) -> list[str]:
    """The kinds of letters there are: read from one to the next in their index, however many letters there are."""
    steps = select(func.min(letters.c.kind).label("kind")).cte("each_kind", recursive=True)
    following = (
        select(func.min(letters.c.kind))
        .where(letters.c.kind > literal_column("each_kind.kind"))
        .correlate(steps)
        .scalar_subquery()
    )
    each = steps.union_all(select(following).select_from(steps).where(steps.c.kind.is_not(None)))
    return list(look.db.execute(select(each.c.kind).where(each.c.kind.is_not(None)).limit(exactly(PAGE))).scalars())


def people_named(look: Looking, words: str) -> tuple[list[str], bool]:
    """Posts whose name, id or address has the words, and whether there are more than are looked for at once."""
    sought = " ".join(words.casefold().split())
    found = sorted(
        person.id
        for person in look.known.people.values()
        if sought in f"{person.name} {person.id} {person.email or ''}".casefold()
    )
    return found[:MOST_PEOPLE], len(found) > MOST_PEOPLE


def to_try_again(look: Looking) -> Again:
    """What trying every given-up letter again would take up."""
    failure = func.coalesce(letters.c.last_failure, "")
    number = func.count().label("number")
    those = select(failure.label("reason"), number).where(can_go_again()).group_by(failure)
    reasons = look.db.execute(those.order_by(number.desc(), failure)).all()
    oldest = look.db.execute(select(func.min(letters.c.written_at)).where(can_go_again())).scalar()
    all_of_them = look.db.execute(select(func.count()).where(_in_state("given-up"))).scalar_one()
    total = sum(row.number for row in reasons)
    shown = tuple((row.reason or "No reason is known", row.number) for row in reasons[:10])
    return Again(Counted(total), oldest, shown, all_of_them - total)


def can_go_again() -> ColumnElement[bool]:
    """Given-up letters that are whole, and whose webhook is still there."""
    there = select(hooks.c.id).scalar_subquery()
    return and_(
        _in_state("given-up"), letters.c.secret.is_(False), or_(letters.c.channel == "mail", letters.c.to.in_(there))
    )


def failing(look: Looking, reader: Reader) -> tuple[tuple[Failing, ...], Counted]:
    """Reminders that could not be turned into messages, those of late first, and how many there are."""
    where = and_(literal_column("failures > 0"), reminders.c.ended_at.is_(None))
    order = (reminders.c.changed_at.desc(), reminders.c.id.desc())
    rows = look.db.execute(select(reminders).where(where).order_by(*order).limit(exactly(MOST_FAILING))).mappings()
    found = list(rows)
    number = look.db.execute(bounded(select(literal(1)).select_from(reminders).where(where))).scalar_one()
    seen = titles(look, reader, {row["item"] for row in found})
    return tuple(_failing(row, seen) for row in found), counted(number)


def titles(look: Looking, reader: Reader, items: Collection[str]) -> dict[str, str]:
    """The titles of those of these items that the reader may see."""
    found: dict[str, str] = {}
    for chunk in chunks(sorted(items)):
        query = select(forecasts.c.item, forecasts.c.title).where(forecasts.c.item.in_(chunk), visible(reader))
        found |= {row.item: row.title for row in look.db.execute(query)}
    return found


#: Everything of a letter but what is long.
_COLUMNS: Final = [column for column in letters.c if column.name not in ("body", "html", "calendar")]


def _in_state(state: State) -> ColumnElement[bool]:
    """Spelt as the indexes are."""
    to_nobody = letters.c.sent_by == literal_column("'nobody'")
    if state == "waiting":
        return and_(letters.c.sent_at.is_(None), letters.c.given_up_at.is_(None))
    if state == "given-up":
        return and_(letters.c.given_up_at.is_not(None), letters.c.sent_at.is_(None))
    if state == "shown":
        return to_nobody
    return and_(letters.c.sent_at.is_not(None), or_(letters.c.sent_by.is_(None), ~to_nobody))


def _narrowed(wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    if wanted.state is not None:
        yield _in_state(wanted.state)
    if wanted.kind is not None:
        yield letters.c.kind == wanted.kind
    if wanted.people is not None:
        yield letters.c.person.in_(wanted.people)


def _state_of(row: RowMapping) -> State:
    if row["sent_at"] is not None:
        return "shown" if row["sent_by"] == "nobody" else "sent"
    return "given-up" if row["given_up_at"] is not None else "waiting"


def _row(look: Looking, row: RowMapping, hook_names: Mapping[str, str], may_see: bool) -> LetterRow:
    state = _state_of(row)
    by_mail = row["channel"] == "mail"
    person = look.known.people.get(row["person"] or "")
    name = (person.name if person else row["person"]) if by_mail else hook_names.get(row["to"])
    return LetterRow(
        id=row["id"],
        kind=row["kind"],
        channel=row["channel"],
        person=row["person"],
        name=name if by_mail else name or _GONE,
        to=row["to"] if by_mail else None,
        subject=row["subject"] if may_see else None,
        written_at=row["written_at"],
        state=state,
        settled_at=row["sent_at"] or row["given_up_at"],
        sent_by=row["sent_by"],
        failures=row["failures"],
        last_failure=row["last_failure"],
        next_at=row["leased_until"] if state == "waiting" and row["leased_until"] > look.now else None,
    )


def _why_not_again(row: LetterRow, secret: bool) -> Literal["not-given-up", "secret", "webhook-gone"] | None:
    if row.state != "given-up":
        return "not-given-up"
    if secret:
        return "secret"
    return "webhook-gone" if row.name == _GONE else None


def _items_of(db: Connection, rows: Iterable[RowMapping]) -> dict[str, set[str]]:
    """The items that each letter is about: its own, and those of the messages that it says."""
    found = {row["id"]: {row["item"]} if row["item"] else set() for row in rows}
    query = select(messages.c.letter, messages.c.item).where(messages.c.letter.in_(list(found))).distinct()
    for row in db.execute(query):
        found[row.letter].add(row.item)
    return found


def _hook_names(db: Connection, rows: Iterable[RowMapping]) -> dict[str, str]:
    ids = {row["to"] for row in rows if row["channel"] == "webhook"}
    if not ids:
        return {}
    query = select(hooks.c.id, hooks.c.name).where(hooks.c.id.in_(sorted(ids)))
    return {row.id: row.name for row in db.execute(query)}


def _said(look: Looking, name: str, seen: Mapping[str, str]) -> tuple[tuple[Said, ...], int]:
    of_it: Select[Any] = select(messages).where(messages.c.letter == name)
    first = of_it.order_by(messages.c.due_at, messages.c.key).limit(exactly(MOST_SAID + 1))
    rows = look.db.execute(first).mappings().all()
    more = 0
    if len(rows) > MOST_SAID:
        total = look.db.execute(select(func.count()).where(messages.c.letter == name)).scalar_one()
        more = total - MOST_SAID
    return tuple(_message(look, row, seen) for row in rows[:MOST_SAID]), more


def _message(look: Looking, row: RowMapping, seen: Mapping[str, str]) -> Said:
    away = look.known.people.get(row["stands_in_for"] or "")
    item = row["item"] if row["item"] in seen else None
    return Said(
        kind=row["kind"],
        item=item,
        title=seen.get(row["item"]),
        because=row["because"],
        stands_in_for=away.name if away else row["stands_in_for"],
        rung=row["rung"],
        day=row["day"] if item else None,
        old_day=row["old_day"] if item else None,
        due_at=row["due_at"],
        late=row["late"],
    )


def _failing(row: RowMapping, seen: Mapping[str, str]) -> Failing:
    item = row["item"] if row["item"] in seen else None
    reason = row["last_failure"] if item else None
    return Failing(row["id"], row["kind"], item, seen.get(row["item"]), row["failures"], reason, row["next_at"])
