"""What the pages of administrators show: organisations, forums, people, and what a change there would mean."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Connection, func, select

from models.accounts import accounts, sessions
from models.forecasts import forecasts, timetable
from models.items import items
from models.organisations import forums, installation
from models.steps import steps
from routes.words import ASKS, DECISION, power_of
from workflow.errors import Unknown
from workflow.known import CalendarDay, Known, Person
from workflow.runtime import Looking
from workflow.shapes import LONGEST_ID
from workflow.shelf import chunks
from workflow.visibility import Reader, visible

PAGE: Final = 50
MOST_NAMED: Final = 50  # items that a warning names; the others are counted

Kind = TypeVar("Kind")
Role = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Page(Generic[Kind]):
    """One page of a list that is walked by key: the ids to go on from, where there is more."""

    rows: tuple[Kind, ...]
    total: int
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """An organisation in the list."""

    id: str
    name: str
    kind: str
    rules: str | None
    forums: int
    leads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForumRow:
    """A forum in the list."""

    id: str
    name: str
    organisation: str
    form: str
    rules: str | None
    secretaries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody in the list; `account` is None where there is none."""

    id: str
    name: str
    email: str | None
    roles: tuple[str, ...]
    account: str | None
    last_seen: datetime | None


@dataclass(frozen=True, slots=True)
class Running:
    """Items with an open step at a forum: those that may be named, with their titles, and how many others."""

    named: tuple[tuple[str, str], ...] = ()
    others: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return len(self.named) + self.others


def id_from(name: str, taken: Collection[str], otherwise: str) -> str:
    """A free id made of the words of a name."""
    plain = unicodedata.normalize("NFKD", name.lower().replace("’", "").replace("'", ""))
    words = re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))
    base = "-".join(words)[: LONGEST_ID - 10].strip("-") or otherwise
    number, found = 2, base
    while found in taken:
        number, found = number + 1, f"{base}-{number}"
    return found


def organisation_list(look: Looking, after: str | None = None, before: str | None = None) -> Page[OrganisationRow]:
    """Organisations by name."""
    known = look.known
    having = Counter(forum.organisation for forum in known.world.forums.values())
    leads = _holders(known, "lead")
    page = _page(list(known.organisations.values()), lambda o: (o.name.casefold(), o.id), after, before)
    rows = [OrganisationRow(o.id, o.name, o.kind, o.rules, having[o.id], tuple(leads[o.id])) for o in page.rows]
    return Page(tuple(rows), page.total, page.before, page.after)


def forum_list(look: Looking, after: str | None = None, before: str | None = None) -> Page[ForumRow]:
    """Forums by organisation and name."""
    known = look.known
    names = known.world.organisations
    secretaries = _holders(known, "secretary")
    page = _page(
        list(known.world.forums.values()),
        lambda f: (names.get(f.organisation, "").casefold(), f.name.casefold(), f.id),
        after,
        before,
    )
    rows = [
        ForumRow(f.id, f.name, names.get(f.organisation, ""), f.form, f.rules, tuple(secretaries[f.id]))
        for f in page.rows
    ]
    return Page(tuple(rows), page.total, page.before, page.after)


def day_list(look: Looking, after: str | None = None, before: str | None = None) -> Page[CalendarDay]:
    """The days on which the calendar differs from what was shipped, the latest first."""
    days = list(look.known.days.values())
    return _page(days, lambda one: (-one.starts.toordinal(), one.id), after, before)


def people_list(
    look: Looking,
    words: str = "",
    role: str = "",
    after: str | None = None,
    before: str | None = None,
) -> Page[PersonRow]:
    """People by name; those whose name, id or address has the words, and who hold the role."""
    wanted = " ".join(words.casefold().split())
    found = [
        person
        for person in look.known.people.values()
        if (not wanted or wanted in f"{person.name} {person.id} {person.email or ''}".casefold())
        and (not role or any(held == role for held, _scope in person.roles))
    ]
    page = _page(found, lambda p: (p.name.casefold(), p.id), after, before)
    states = _accounts(look.db, [person.id for person in page.rows])
    rows = [
        PersonRow(p.id, p.name, p.email, roles_in_words(look.known, p.roles), *states.get(p.id, (None, None)))
        for p in page.rows
    ]
    return Page(tuple(rows), page.total, page.before, page.after)


def roles_in_words(known: Known, roles: Iterable[Role]) -> tuple[str, ...]:
    """Roles as people say them: “Secretary of Cabinet”."""
    return tuple(sorted(role_in_words(known, role, scope) for role, scope in roles))


def role_in_words(known: Known, role: str, scope: str) -> str:
    """One role with what it is held for."""
    said = {"lead": "Governance lead", "admin": "Administrator"}.get(role, role.capitalize())
    if role in ("secretary", "member", "chair"):
        return f"{said} of {known.forum_name(scope)}"
    if role == "lead":
        return f"{said} of {known.world.organisations.get(scope, scope)}"
    return f"{said} for {scope}" if scope else said


def person_of(look: Looking, person: str) -> Person:
    """Somebody by id; Unknown if there is nobody."""
    found = look.known.people.get(person)
    if found is None:
        raise Unknown("There is no such person. Check the address, or look in the list of people.")
    return found


def forum_row(look: Looking, forum: str) -> Mapping[str, Any]:
    """A forum's own row, with its quorum and pattern as they were entered and the newest event of its chain."""
    row = look.db.execute(select(forums).where(forums.c.id == forum)).mappings().one_or_none()
    if row is None:
        raise Unknown("There is no such forum. Check the address, or look in the list of forums.")
    return dict(row)


def newest_event(look: Looking) -> int:
    """The newest event of the installation's chain: what a form started from."""
    return int(look.db.execute(select(installation.c.seq)).scalar() or 0)


def running_at(look: Looking, reader: Reader, forum: str) -> Running:
    """Items with an open step at a forum."""
    open_there = select(timetable.c.item).where(timetable.c.forum == forum).distinct().subquery()
    total = look.db.execute(select(func.count()).select_from(open_there)).scalar_one()
    query = (
        select(forecasts.c.item, forecasts.c.title)
        .join(open_there, open_there.c.item == forecasts.c.item)
        .where(visible(reader))
        .order_by(forecasts.c.by_title, forecasts.c.item)
        .limit(MOST_NAMED)
    )
    named = tuple((row.item, row.title) for row in look.db.execute(query))
    return Running(named, total - len(named))


def forum_warnings(look: Looking, forum: str, form: str) -> list[str]:
    """What another form of a forum would break for items that are under way there."""
    if power_of(form) >= DECISION:
        return []
    beyond = [ask for ask, strength in ASKS.items() if strength > power_of(form)]
    query = select(func.count(timetable.c.item.distinct())).where(
        timetable.c.forum == forum, timetable.c.ask.in_(beyond)
    )
    asked = look.db.execute(query).scalar_one()
    if not asked:
        return []
    what = "1 running item asks" if asked == 1 else f"{asked} running items ask"
    return [
        f"{what} this forum for a decision, and a consultative forum can at most endorse. They would be stuck here."
    ]


def person_warnings(look: Looking, person: Person, roles: Collection[Role]) -> list[str]:
    """What would be left undone if somebody held these roles and no others."""
    found = []
    for role, scope in sorted(person.roles - set(roles)):
        if any(other.holds(role, scope) for other in look.known.people.values() if other.id != person.id):
            continue
        count = _waiting_for(look, role, scope)
        if count:
            items_ = "1 running item needs one" if count == 1 else f"{count} running items need one"
            said = role_in_words(look.known, role, scope)
            found.append(
                f"{person.name} is the only {said[0].lower()}{said[1:]}, and {items_}. Name somebody else too."
            )
    return found


def seen_among(db: Connection, reader: Reader, ids: Collection[str]) -> dict[str, bool]:
    """Of these ids those that items have, each with whether the person may see it."""
    found: dict[str, bool] = {}
    for chunk in chunks(sorted(ids)):
        found |= dict.fromkeys(db.execute(select(items.c.id).where(items.c.id.in_(chunk))).scalars(), False)
        seen = select(forecasts.c.item).where(forecasts.c.item.in_(chunk), visible(reader))
        found |= dict.fromkeys(db.execute(seen).scalars(), True)
    return found


def _waiting_for(look: Looking, role: str, scope: str) -> int:
    """How many running items need somebody in this role."""
    if role in ("secretary", "chair", "member"):
        if role == "chair":  # whatever a chair records, the secretary may record
            return 0
        forum = look.known.world.forums.get(scope)
        if forum is None or (role == "member") != (forum.form == "individual"):
            return 0
        query = select(func.count(timetable.c.item.distinct())).where(timetable.c.forum == scope)
        return int(look.db.execute(query).scalar_one())
    if role == "lead":
        query = select(func.count()).where(forecasts.c.organisation == scope, forecasts.c.is_open)
        return int(look.db.execute(query).scalar_one())
    return 0


def exempt_beyond(look: Looking, reader: Reader) -> int:
    """How many items hold something in Part II that the person may not see."""
    part_ii = select(forecasts.c.item).where(forecasts.c.part == "II")
    steps_ii = select(steps.c.item).where(steps.c.part == "II")
    among = sorted(set(look.db.execute(part_ii.union(steps_ii)).scalars()))
    mine: set[str] = set()
    for chunk in chunks(among):
        # as if each of them were in Part II as a whole
        query = select(forecasts.c.item).where(forecasts.c.item.in_(chunk), visible(_strictly(reader)))
        mine |= set(look.db.execute(query).scalars())
    return len(set(among) - mine)


def _strictly(reader: Reader) -> Reader:
    """The same person with only those keys that open what is in Part II."""
    return Reader(reader.person, reader.exempt_keys, reader.exempt_keys)


def _accounts(db: Connection, people: Sequence[str]) -> dict[str, tuple[str, datetime | None]]:
    if not people:
        return {}
    seen = select(sessions.c.person, func.max(sessions.c.last_seen_at).label("at")).group_by(sessions.c.person)
    last = seen.where(sessions.c.person.in_(people)).subquery()
    query = (
        select(accounts.c.person, accounts.c.disabled, accounts.c.password_set_at, last.c.at)
        .join(last, last.c.person == accounts.c.person, isouter=True)
        .where(accounts.c.person.in_(people))
    )
    return {
        row.person: ("disabled" if row.disabled else "active" if row.password_set_at else "invited", row.at)
        for row in db.execute(query)
    }


def _holders(known: Known, role: str) -> Mapping[str, list[str]]:
    """Who holds a role, by what it is held for."""
    found: dict[str, list[str]] = defaultdict(list)
    for person in sorted(known.people.values(), key=lambda p: (p.name.casefold(), p.id)):
        for held, scope in person.roles:
            if held == role:
                found[scope].append(person.name)
    return found


def _page(found: list[Any], key: Callable[[Any], tuple[Any, ...]], after: str | None, before: str | None) -> Page[Any]:
    """The rows after or before the one with this id, in the order of the key, whose last part is the id."""
    rows = sorted(found, key=key)
    keys = [key(row) for row in rows]
    by_id = {row.id: key(row) for row in rows}
    start = 0
    if after in by_id:
        start = bisect_right(keys, by_id[after])
    elif before in by_id:
        start = max(0, bisect_left(keys, by_id[before]) - PAGE)
    shown = rows[start : start + PAGE]
    earlier = shown[0].id if shown and start > 0 else None
    later = shown[-1].id if shown and start + PAGE < len(rows) else None
    return Page(tuple(shown), len(rows), earlier, later)
