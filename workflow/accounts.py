"""Accounts: who may sign in. They are given by a link or a password, taken away, and never part of the ledger."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from models.accounts import accounts, sessions
from models.accounts import secrets as kept_secrets
from models.sessions import adding
from workflow import letters, links, outbox, passwords, throttling
from workflow.doing import Doing
from workflow.errors import Refused, Unknown
from workflow.known import Known, Person
from workflow.logs import Log
from workflow.runtime import Looking, Runtime

ACTOR: Final = "decision-routes"
LONGEST_ADDRESS: Final = 254
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})*")

log = Log("accounts")


class Weak(Refused):
    """A password that may not be used; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account as administrators see it. `state`: invited, active, disabled."""

    person: str
    name: str
    sign_in: str
    state: str
    created_at: datetime
    password_set_at: datetime | None
    last_seen_at: datetime | None


def invite(do: Doing, person_id: str, address: str, installation: str = letters.INSTALLATION) -> str:
    """Give somebody an account; the letter holds a link to set a password, good once and for 7 days.

    `address` is where people reach the installation. The link is returned for whoever runs the command;
    no page shows it. Whoever was invited before gets a new link, and the old one ends.
    """
    person = _person(do.known, person_id)
    account = _with_current_address(do, person)
    if account.password_hash is not None:
        raise Refused(f"{person.name} has an account with a password already. Send a link for a new password instead.")
    link = _link(address, links.INVITATION, links.issue(do, person.id, links.INVITATION))
    outbox.enqueue(do, letters.invitation(person, account.sign_in, link, installation))
    do.flush()
    log.info("invited", person=person.id, actor=do.actor)
    return link


def send_reset(do: Doing, person_id: str, address: str, installation: str = letters.INSTALLATION) -> str:
    """Send somebody a link to set a new password, good once and for an hour; the link is returned as by `invite`."""
    person = _person(do.known, person_id)
    if _row(do, person.id) is None:
        raise Refused(f"{person.name} has no account yet. Add one first.")
    account = _with_current_address(do, person)
    link = _link(address, links.RESET, links.issue(do, person.id, links.RESET))
    outbox.enqueue(do, letters.reset(person, account.sign_in, link, installation))
    do.flush()
    log.info("reset sent", person=person.id, actor=do.actor)
    return link


def request_reset(
    runtime: Runtime, typed: str, network: str | None, address: str, installation: str = letters.INSTALLATION
) -> None:
    """Somebody says that they forgot their password. What they are told is the same for known and unknown addresses."""
    sign_in = tidy(typed)
    with runtime.doing(ACTOR) as do:
        throttling.count(do.db, do.now, throttling.address_key("reset", sign_in), throttling.RESET_ADDRESS)
        throttling.count(do.db, do.now, throttling.network_key("reset-from", network), throttling.RESET_NETWORK)
        query = select(accounts.c.person).where(accounts.c.sign_in == sign_in, accounts.c.disabled.is_(False))
        person = do.db.execute(query).scalar_one_or_none()
        if person is not None and person in do.known.people:
            try:
                send_reset(do, person, address, installation)
            except Refused:  # the person's own address cannot be used any more: nobody is told here
                log.warning("reset not sent", person=person)


def set_by_link(runtime: Runtime, purpose: str, token: str, password: str) -> Person:
    """Set a password by a link, which is used up; the person then signs in with it.

    LinkGone if the link does not work, Weak if the password may not be used: the link then still works.
    """
    with runtime.looking() as look:
        person = links.holder(look.db, look.known, look.now, purpose, token)
    must_be_strong(person, password)
    kept = passwords.hashed(password)
    with runtime.doing(ACTOR) as do:
        person = links.spend(do, purpose, token)
        keep_password(do, person.id, kept)
    log.info("password set", person=person.id, by=purpose)
    return person


def create_with_password(do: Doing, person_id: str, password: str) -> None:
    """Give somebody an account, or their account a password, without a letter. Weak if it may not be used."""
    person = _person(do.known, person_id)
    must_be_strong(person, password)
    _with_current_address(do, person)
    keep_password(do, person.id, passwords.hashed(password))
    log.info("password set", person=person.id, actor=do.actor)


def keep_password(do: Doing, person: str, kept: str) -> None:
    """From now on this is the password: everybody who is signed in as this person is signed out, links end."""
    changed = {"password_hash": kept, "password_set_at": do.now}
    sign_in = do.db.execute(
        update(accounts).where(accounts.c.person == person).values(changed).returning(accounts.c.sign_in)
    ).scalar_one()
    do.db.execute(delete(sessions).where(sessions.c.person == person))
    links.end(do, person)
    throttling.forgive(do.db, throttling.address_key("sign-in", sign_in))


def disable(do: Doing, person_id: str) -> None:
    """From now on nobody signs in with this account, and whoever is signed in is signed out at once."""
    person = _person(do.known, person_id)
    _change(do, person, disabled=True)
    do.db.execute(delete(sessions).where(sessions.c.person == person.id))
    links.end(do, person.id)
    log.info("disabled", person=person.id, actor=do.actor)


def enable(do: Doing, person_id: str) -> None:
    """The account may be used again, with the password that it had."""
    person = _person(do.known, person_id)
    _change(do, person, disabled=False)
    log.info("enabled", person=person.id, actor=do.actor)


def follow_address(do: Doing, person_id: str, email: str | None) -> None:
    """The person has another e-mail address from now on: that is what they sign in with, if they have an account."""
    do.flush()
    account = _row(do, person_id)
    if account is None or (email and tidy(email) == account.sign_in):
        return
    name = do.known.people[person_id].name if person_id in do.known.people else person_id
    sign_in = _usable(name, email)
    _must_be_free(do, person_id, sign_in)
    do.db.execute(update(accounts).where(accounts.c.person == person_id).values(sign_in=sign_in))
    links.end(do, person_id)


def listed(look: Looking, after: str | None = None, limit: int = 50) -> list[Account]:
    """Accounts in order of the people's ids, from the one after `after`."""
    seen = select(sessions.c.person, func.max(sessions.c.last_seen_at).label("at")).group_by(sessions.c.person)
    last = seen.subquery()
    query = (
        select(accounts, last.c.at)
        .join(last, last.c.person == accounts.c.person, isouter=True)
        .order_by(accounts.c.person)
        .limit(limit)
    )
    if after is not None:
        query = query.where(accounts.c.person > after)
    return [_shown(look, row) for row in look.db.execute(query)]


def account_of(look: Looking, person_id: str) -> Account | None:
    """One person's account, if they have one."""
    seen = select(func.max(sessions.c.last_seen_at)).where(sessions.c.person == person_id).scalar_subquery()
    row = look.db.execute(select(accounts, seen.label("at")).where(accounts.c.person == person_id)).one_or_none()
    return _shown(look, row) if row is not None else None


def cookie_secret(runtime: Runtime) -> str:
    """What this installation signs its cookies with: made once, the same in every process."""
    query = select(kept_secrets.c.value).where(kept_secrets.c.name == "cookies")
    with runtime.looking() as look:
        found = look.db.execute(query).scalar_one_or_none()
    if found is not None:
        return str(found)
    with runtime.doing(ACTOR) as do:
        do.db.execute(adding(kept_secrets, do.db.dialect), {"name": "cookies", "value": secrets.token_hex(32)})
        return str(do.db.execute(query).scalar_one())


def tidy(address: str) -> str:
    """An address as it is compared: without blanks around it, in lower case, of a length that can be one."""
    return address.replace("\x00", "").strip().casefold()[: LONGEST_ADDRESS + 1]  # which PostgreSQL takes for no text


def _with_current_address(do: Doing, person: Person) -> Row[Any]:
    """The person's account, locked, begun if there is none yet, with the e-mail address that the person has now."""
    do.flush()
    sign_in = _usable(person.name, person.email)
    row = _row(do, person.id)
    if row is not None and row.disabled:
        raise Refused(f"The account of {person.name} is disabled. Enable it first.")
    if row is not None and row.sign_in == sign_in:
        return row
    _must_be_free(do, person.id, sign_in)
    try:
        if row is None:
            fresh = {"person": person.id, "sign_in": sign_in, "disabled": False, "created_at": do.now}
            do.db.execute(insert(accounts).values(fresh))
        else:
            do.db.execute(update(accounts).where(accounts.c.person == person.id).values(sign_in=sign_in))
    except IntegrityError:  # somebody was quicker by a moment
        raise Refused(f"The account of {person.name} was changed at the same moment. Look at it again.") from None
    found = _row(do, person.id)
    assert found is not None
    return found


def _must_be_free(do: Doing, person: str, sign_in: str) -> None:
    """Two people cannot sign in with one address, nor would anybody know whose letter it is."""
    other = do.db.execute(
        select(accounts.c.person).where(accounts.c.sign_in == sign_in, accounts.c.person != person)
    ).scalar_one_or_none()
    if other is None:
        return
    name = do.known.people[other].name if other in do.known.people else other
    raise Refused(f"{sign_in} is what {name} signs in with already. Give each person an e-mail address of their own.")


def _usable(name: str, email: str | None) -> str:
    if not email:
        raise Refused(f"{name} has no e-mail address. Add one to the person first.")
    sign_in = tidy(email)
    if len(sign_in) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(sign_in):
        raise Refused(f"The e-mail address of {name} cannot be used to sign in. Correct it first.")
    return sign_in


def _change(do: Doing, person: Person, **values: object) -> None:
    done = do.db.execute(update(accounts).where(accounts.c.person == person.id).values(values))
    if done.rowcount != 1:
        raise Refused(f"{person.name} has no account.")


def _person(known: Known, person_id: str) -> Person:
    person = known.people.get(person_id)
    if person is None:
        raise Unknown(f"There is no person {person_id}. Check the id, or load the person first.")
    return person


def _row(do: Doing, person: str) -> Row[Any] | None:
    return do.db.execute(select(accounts).where(accounts.c.person == person).with_for_update()).one_or_none()


def must_be_strong(person: Person, password: str) -> None:
    """Weak, with the reason, if this person may not have this password."""
    why_not = passwords.weakness(password, person.name, person.email, person.id)
    if why_not is not None:
        raise Weak(why_not)


def _link(address: str, purpose: str, token: str) -> str:
    return f"{address.rstrip('/')}/{purpose}/{token}"


def _shown(look: Looking, row: Row[Any]) -> Account:
    person = look.known.people.get(row.person)
    state = "disabled" if row.disabled else "active" if row.password_hash else "invited"
    name = person.name if person else row.person
    return Account(row.person, name, row.sign_in, state, row.created_at, row.password_set_at, row.at)
