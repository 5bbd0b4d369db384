"""How somebody wants to be reminded: personal settings, not acts of the ledger. Everybody changes only their own.

What is chosen holds for messages that wait already, and in the same transaction: nothing becomes later than it was
promised, but for days on which its person does not want to be told; what somebody has left is not sent; and
whoever stands in for somebody is told what that person would be told while they are away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, Update, and_, bindparam, delete, func, select, update

from models.forecasts import forecasts
from models.organisations import people
from models.reminders import choices, messages, reminders, snoozes
from models.sessions import adding, replacing
from routes.ladders import EARLIEST, LATEST
from workflow.choices import organisations_of
from workflow.clock import business_date
from workflow.doing import Doing
from workflow.errors import NotPermitted, Refused, Unknown, day
from workflow.known import Known, Person
from workflow.logs import Log
from workflow.queries.deadlines import NOT_YOURS, one_deadline, open_for
from workflow.reminders.choices import Choices, choices_of, may_be_sent, send_at
from workflow.reminders.kinds import KINDS
from workflow.reminders.matters import message_key
from workflow.reminders.reaching import BACK, LEFT
from workflow.runtime import Looking
from workflow.visibility import reader_of, visible

MOST_SNOOZES: Final = 1000  # of one person: days that are over are taken away with the next one
_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")

log = Log("choices")


class Unfit(Refused):
    """Something that cannot be chosen; `field` is the part of the form that says so."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Wish:
    """How one is to be reminded. `unwanted` are kinds of reminders that one has left."""

    delivery: str
    daily_at: str
    working_days_only: bool
    unwanted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Absence:
    """The first and the last day away, and who stands in."""

    away_from: date
    away_until: date
    deputy: str

    def covers(self, day: date) -> bool:
        """Whether it is a day away."""
        return self.away_from <= day <= self.away_until


@dataclass(frozen=True, slots=True)
class Snooze:
    """One reminder that is not to be heard of until a day; `beyond` if it may be a day after it is due."""

    reminder: str
    until: date
    beyond: bool = False


@dataclass(frozen=True, slots=True)
class Wake:
    """One reminder that is to be heard of again."""

    reminder: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """What holds from now on, and what one should know about it."""

    sentence: str
    warning: str | None = None


def choose(do: Doing, form: Wish) -> Chosen:
    """At once or in one letter a day, on which days, and which kinds not at all."""
    me = _oneself(do)
    if form.delivery not in ("at-once", "daily"):
        raise Unfit("delivery", "Choose whether you want to be told at once or in one letter a day.")
    if form.delivery == "daily" and not (_TIME.fullmatch(form.daily_at) and EARLIEST <= form.daily_at <= LATEST):
        raise Unfit("daily_at", "The daily letter can come at any time between 6am and 10pm, such as 9:30am.")
    if unknown := sorted(form.unwanted - set(KINDS)):
        raise Unfit("unwanted", f"“{unknown[0]}” is no kind of reminder. Choose among those on the page.")
    before = _in_hand(do, me)
    chosen = replace(
        before,
        delivery=form.delivery,
        daily_at=form.daily_at if form.delivery == "daily" else before.daily_at,
        working_days_only=form.working_days_only,
        unwanted=form.unwanted,
    )
    _keep(do, me, chosen)
    of_me = and_(messages.c.person == me.id, messages.c.settled_at.is_(None))
    if chosen.unwanted:
        left = and_(of_me, messages.c.kind.in_(sorted(chosen.unwanted)))
        do.db.execute(update(messages).where(left).values(settled_at=do.now, dropped=LEFT))
    _bring_forward(do, me, chosen)
    return Chosen(_in_words(chosen))


def away(do: Doing, form: Absence) -> Chosen:
    """Somebody stands in from one day to another: they are told too, and for whom, of what they may see."""
    me = _oneself(do)
    if form.away_until < form.away_from:
        raise Unfit("away_until", f"The last day away cannot be before the first one, {day(form.away_from)}.")
    if form.away_until < do.today:
        raise Unfit("away_until", f"{day(form.away_until)} is over: give a last day that is still to come.")
    deputy = do.known.people.get(form.deputy)
    if deputy is None:
        raise Unfit("deputy", "Choose who stands in for you.")
    if deputy.id == me.id:
        raise Unfit("deputy", "You cannot stand in for yourself. Choose somebody else.")
    if not deputy.email:
        raise Unfit("deputy", f"{deputy.name} has no e-mail address and cannot be told. Choose somebody else.")
    before = _in_hand(do, me, deputy.id)
    _keep(do, me, replace(before, away_from=form.away_from, away_until=form.away_until, deputy=deputy.id))
    of_deputy = choices_of(do.db, [deputy.id])[deputy.id]
    _take_back(do, me)
    _hand_over(do, me, deputy, of_deputy, form)
    sentence = f"{deputy.name} stands in for you from {day(form.away_from)} to {day(form.away_until)}."
    warnings = (_may_not_see(do, me, deputy), _away_too(deputy, of_deputy, form))
    return Chosen(sentence, " ".join(filter(None, warnings)) or None)


def back(do: Doing, _form: object = None) -> Chosen:
    """Nobody stands in any more, and what waits for whoever did is not sent to them."""
    me = _oneself(do)
    _keep(do, me, replace(_in_hand(do, me), away_from=None, away_until=None, deputy=None))
    _take_back(do, me)
    return Chosen("Nobody stands in for you: reminders go to you alone.")


def snooze(do: Doing, form: Snooze) -> Chosen:
    """One is not told of this again before a day. Others whom it concerns are."""
    me = _oneself(do)
    found = one_deadline(Looking(do.db, do.known, do.calendar, do.now, do.today), me, form.reminder)
    if found is None:
        raise Unknown(NOT_YOURS)
    if found.comes_at is None:
        raise Refused("You are not told of it again as it is, so there is nothing to snooze.")
    if form.until <= do.today:
        raise Unfit("until", "Choose a day after today.")
    if form.until <= (comes_on := business_date(found.comes_at)):
        raise Unfit("until", f"You hear of it next on {day(comes_on)}, and not before: choose a day after that.")
    if form.until > do.calendar.known_until:
        raise Unfit("until", f"Choose a day until {day(do.calendar.known_until)}: working days are known until then.")
    if found.day is not None and max(do.today, comes_on) <= found.day < form.until and not form.beyond:
        raise Unfit("beyond", f"{day(form.until)} is after {day(found.day)}, the day itself. Say that you mean it.")
    do.db.execute(delete(snoozes).where(snoozes.c.person == me.id, snoozes.c.until <= do.today))
    number = do.db.execute(select(func.count()).where(snoozes.c.person == me.id)).scalar_one()
    if number >= MOST_SNOOZES:
        raise Refused("You have snoozed very many reminders already. Leave the kinds that you do not want instead.")
    row = {"person": me.id, "reminder": form.reminder, "until": form.until}
    chosen = _in_hand(do, me)
    do.db.execute(replacing(snoozes, do.db.dialect), [row])
    _move(do, me, form.reminder, send_at(chosen, do.now, do.calendar, form.until))
    return Chosen(f"You are not reminded of it before {day(form.until)}.")


def wake(do: Doing, form: Wake) -> Chosen:
    """A snooze ends early: what was held back is sent when it may be."""
    me = _oneself(do)
    chosen = _in_hand(do, me)
    mine = and_(snoozes.c.person == me.id, snoozes.c.reminder == form.reminder)
    if do.db.execute(delete(snoozes).where(mine)).rowcount:
        _move(do, me, form.reminder, send_at(chosen, do.now, do.calendar))
    return Chosen("You are reminded of it again.")


def _oneself(do: Doing) -> Person:
    person = do.known.people.get(do.actor)
    if person is None:
        raise NotPermitted("How somebody is reminded is for them alone to choose: sign in as that person.")
    return person


def _in_hand(do: Doing, me: Person, *others: str) -> Choices:
    """What somebody chose before. Until the end of the act no letter is written to them, or to who stands in."""
    before = choices_of(do.db, [me.id])[me.id]
    concerned = {me.id, *others} | ({before.deputy} if before.deputy else set())
    query = select(people.c.id).where(people.c.id.in_(sorted(concerned))).order_by(people.c.id)
    do.db.execute(query.with_for_update(key_share=True)).all()
    return before


def _keep(do: Doing, me: Person, chosen: Choices) -> None:
    row: dict[str, Any] = {
        "person": me.id,
        "delivery": chosen.delivery,
        "daily_at": chosen.daily_at,
        "working_days_only": chosen.working_days_only,
        "unwanted": sorted(chosen.unwanted),
        "away_from": chosen.away_from,
        "away_until": chosen.away_until,
        "deputy": chosen.deputy,
        "changed_at": do.now,
    }
    do.db.execute(replacing(choices, do.db.dialect), [row])
    log.info("choices changed", person=me.id)


def _in_words(chosen: Choices) -> str:
    from_now_on = "in one letter a day" if chosen.delivery == "daily" else "at once"
    days = "on working days" if chosen.working_days_only else "on every day of the week"
    return f"From now on you are reminded {from_now_on}, {days}."


def _bring_forward(do: Doing, me: Person, chosen: Choices) -> None:
    """What waits goes when it was going to, or sooner where the new choice says so; never on an unwanted day."""
    snoozed = and_(snoozes.c.person == messages.c.person, snoozes.c.reminder == messages.c.reminder)
    query = select(messages.c.key, messages.c.send_at, snoozes.c.until).outerjoin(snoozes, snoozed)
    waiting = do.db.execute(query.where(messages.c.person == me.id, messages.c.settled_at.is_(None))).all()
    moved = [
        {"of": row.key, "to": at}
        for row in waiting
        if (at := _sooner(do, chosen, row.send_at, send_at(chosen, do.now, do.calendar, row.until))) != row.send_at
    ]
    if moved:
        do.db.execute(_put_off(), moved)


def _sooner(do: Doing, chosen: Choices, before: datetime, now: datetime) -> datetime:
    return min(before, now) if may_be_sent(chosen, max(before, do.now), do.calendar) else now


def _move(do: Doing, me: Person, reminder: str, at: datetime) -> None:
    waiting = and_(messages.c.reminder == reminder, messages.c.person == me.id, messages.c.settled_at.is_(None))
    do.db.execute(update(messages).where(waiting).values(send_at=at))


def _take_back(do: Doing, me: Person) -> None:
    """Nobody is told any more in place of this person."""
    waiting = and_(messages.c.stands_in_for == me.id, messages.c.settled_at.is_(None))
    do.db.execute(update(messages).where(waiting).values(settled_at=do.now, dropped=BACK))


def _hand_over(do: Doing, me: Person, deputy: Person, chosen: Choices, form: Absence) -> None:
    """What waits for somebody until a day on which they are away waits for their deputy as well, if it is to be seen.

    A deputy who was to be told already, and then not, is to be told again.
    """
    query = (
        select(messages)
        .join(forecasts, forecasts.c.item == messages.c.item)
        .where(
            messages.c.person == me.id,
            messages.c.settled_at.is_(None),
            messages.c.stands_in_for.is_(None),
            messages.c.kind.not_in(sorted(chosen.unwanted)),
            visible(reader_of(do.known, deputy), messages.c.item),
        )
    )
    during = (row for row in do.db.execute(query) if form.covers(max(business_date(row.send_at), do.today)))
    found = list(during)
    reopened = _reopened(do, [row.reminder for row in found])
    copies = [_copy(do, row, deputy, chosen, form, reopened.get(row.reminder, 0)) for row in found]
    if not copies:
        return
    taken_back = and_(messages.c.stands_in_for == me.id, messages.c.dropped == BACK)
    again = and_(messages.c.key == bindparam("of"), taken_back)
    revived = update(messages).where(again).values(settled_at=None, dropped=None, send_at=bindparam("to"))
    do.db.execute(revived, [{"of": copy["key"], "to": copy["send_at"]} for copy in copies])
    do.db.execute(adding(messages, do.db.dialect), copies)


def _reopened(do: Doing, ids: list[str]) -> dict[str, int]:
    """How often these reminders came up again: part of what tells their messages apart."""
    query = select(reminders.c.id, reminders.c.reopened).where(reminders.c.id.in_(ids))
    return {row.id: row.reopened for row in do.db.execute(query)}


def _copy(do: Doing, row: Row[Any], deputy: Person, chosen: Choices, form: Absence, reopened: int) -> dict[str, Any]:
    from_then_on = do.now if form.covers(do.today) else row.send_at
    return {
        **row._asdict(),
        "key": message_key(row.reminder, row.day, row.rung, deputy.id, reopened),
        "person": deputy.id,
        "stands_in_for": row.person,
        "send_at": send_at(chosen, from_then_on, do.calendar),
    }


def _away_too(deputy: Person, of_deputy: Choices, form: Absence) -> str | None:
    first, last = of_deputy.away_from, of_deputy.away_until
    if of_deputy.deputy is None or first is None or (last or date.max) < form.away_from or first > form.away_until:
        return None
    until = f" to {day(last)}" if last else ""
    return (
        f"{deputy.name} is away too, from {day(first)}{until}, and whoever stands in for them is not told for you. "
        "Consider choosing somebody else."
    )


def _may_not_see(do: Doing, me: Person, deputy: Person) -> str | None:
    """What whoever stands in is not told, since it is not for them to see."""
    mine, unseen = open_for(do.db, do.known, me, deputy)
    if not unseen.number:
        return None
    seen = f"{mine.number - unseen.number} of your" if not mine.more else "only some of your"
    if not mine.more and mine.number == 1:
        return f"{deputy.name} may not see your 1 open reminder and is not told of it. Consider choosing somebody else."
    return (
        f"{deputy.name} may see {seen} {mine} open reminders and is told of no others. Consider choosing somebody else."
    )


def _put_off() -> Update:
    waiting = and_(messages.c.key == bindparam("of"), messages.c.settled_at.is_(None))
    return update(messages).where(waiting).values(send_at=bindparam("to"))


def deputies(known: Known, me: Person) -> tuple[list[Person], list[Person]]:
    """Everybody who could stand in for somebody: those with a post at one of their organisations, and the others."""
    of_mine = organisations_of(known, me)
    found: tuple[list[Person], list[Person]] = ([], [])
    for person in known.people.values():
        if person.email and person.id != me.id:
            found[of_mine.isdisjoint(organisations_of(known, person))].append(person)
    return found
