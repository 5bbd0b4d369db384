"""What administrators do: organisations, forums and people one at a time, and whole files of them.

A form says which state it started from, so that two administrators at one form do not undo each other's work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from models.ledger import events
from routes.loader import canonical, version
from workflow import accounts
from workflow.authority import Matter, require
from workflow.case_files import Taken, load
from workflow.case_reading import Reading
from workflow.clock import LONDON
from workflow.doing import Doing
from workflow.entries import CalendarEntry, ForumEntry, OrganisationEntry, PersonEntry
from workflow.errors import AlreadyDecided, Refused, Unknown, day
from workflow.known import CalendarDay, Known, Person
from workflow.ledger import INSTALLATION
from workflow.loaded import SECTION_OF
from workflow.locking import change_the_world, counted_over, depending_on, know_again, lock_in_order
from workflow.queries.administration import seen_among
from workflow.shapes import Shape
from workflow.use_cases import installation
from workflow.use_cases.acting import Done
from workflow.visibility import Reader, reader_of

#: What a person must be allowed to do for each section of a file.
ALLOWED_BY: Final = {
    "organisations": "organisation",
    "forums": "forum",
    "people": "person",
    "rules": "rules",
    "calendar": "calendar",
    "meetings": "set up",
    "items": "set up",
}

NOT_THEIRS: Final = "there is no such item, or it is not for you to see, so this file cannot speak of it"


@dataclass(frozen=True, slots=True)
class Setting:
    """An organisation, forum or person as it is to be; `seen` is the newest event of its chain when it was shown."""

    by: str | None
    entry: Any
    new: bool = False
    seen: int = 0


@dataclass(frozen=True, slots=True)
class File:
    """A file that was read and is to be taken in; `update`: differences to what is on record are applied."""

    by: str | None
    reading: Reading
    update: bool = False


@dataclass(frozen=True, slots=True)
class AccountAct:
    """Something to be done with somebody's account; `what`: invite, reset, disable or enable."""

    by: str | None
    person: str
    what: str
    address: str  # where people reach the installation
    installation: str  # its name


def organisation(do: Doing, form: Setting) -> Done:
    """An administrator adds an organisation or changes it; what follows from its rules or names it is planned anew."""
    entry: OrganisationEntry = form.entry
    _begin(do, "organisation", form, entry.id in do.known.organisations)
    _must_be_a_pack(do, entry.rules)
    before = do.known.organisations.get(entry.id)
    if before is not None and (before.name, before.rules) != (entry.name, entry.rules):
        lock_in_order(do, depending_on(do, organisations=[entry.id]))
    installation.organisation(do, entry, form.new)
    know_again(do)
    return _done(entry.name, form)


def forum(do: Doing, form: Setting) -> Done:
    """An administrator adds a forum or changes it; what is planned there is planned anew."""
    entry: ForumEntry = form.entry
    _begin(do, "forum", form, entry.id in do.known.world.forums)
    _must_be_a_pack(do, entry.rules)
    lock_in_order(do, depending_on(do, forums=[entry.id], names=[entry.name]))
    installation.forum(do, entry, form.new)
    know_again(do)
    return _done(entry.name, form)


def calendar_day(do: Doing, form: Setting) -> Done:
    """An administrator says that days are bank holidays, working days or closure days, or takes that back.

    Whatever is counted over these days is planned anew.
    """
    entry: CalendarEntry = form.entry
    _begin(do, "calendar", form, entry.id in do.known.days)
    was = do.known.days.get(entry.id)
    becomes = CalendarDay(entry.id, entry.what, entry.organisation, entry.first, entry.last, entry.reason)
    lock_in_order(do, counted_over(do, [becomes, *([was] if was else [])]))
    installation.calendar_day(do, entry, form.new)
    know_again(do)
    for _name, message in installation.days_at_fault(do.known, [entry.id]):
        raise Refused(f"{message[0].upper()}{message[1:]}.")
    return Done(f"{entry.name} is taken back.") if entry.withdrawn else _done(entry.name, form)


def person(do: Doing, form: Setting) -> Done:
    """An administrator adds somebody or changes them; the roles named are all the roles that the post has.

    Whoever signs in does so with their new e-mail address from then on.
    """
    entry: PersonEntry = form.entry
    _begin(do, "person", form, entry.id in do.known.people)
    if not form.new:
        _must_leave_an_administrator(do, do.known.people[entry.id], entry)
        if entry.email != do.known.people[entry.id].email:
            accounts.follow_address(do, entry.id, entry.email)
    installation.person(do, entry, form.new)
    know_again(do)
    _must_have_a_superior_that_can_be(do.known, entry)
    return _done(entry.name, form)


def take_in(do: Doing, form: File) -> Taken:
    """An administrator takes in a file; Faulty with every fault, and then nothing may be kept.

    What it says of items that they may not see is a fault, and says no more than that.
    """
    reading = form.reading
    do.by = form.by
    change_the_world(do)
    for section, entries in reading.entries.items():
        if entries:
            require(do, ALLOWED_BY[section], Matter())
    if reading.routes:
        require(do, "routes", Matter())
    if reading.outcomes or reading.events or reading.partial:
        require(do, "set up", Matter())
    if form.by is not None:
        _leave_out_what_is_not_theirs(do, reading, reader_of(do.known, form.by))
    _must_not_be_ours(do, reading)
    do.by = None  # an act of a file is on behalf of whom the file names
    return load(do, reading, form.update)


def account(do: Doing, form: AccountAct) -> Done:
    """An administrator gives somebody an account, sends a link for a new password, or takes the account away."""
    do.by = form.by
    require(do, "person", Matter())
    found = do.known.people.get(form.person)
    if found is None:
        raise Unknown("There is no such person. Look in the list of people.")
    if form.what == "invite":
        accounts.invite(do, found.id, form.address, form.installation)
        return Done(f"{found.name} gets a letter with a link to set a password. It works once and for 7 days.")
    if form.what == "reset":
        accounts.send_reset(do, found.id, form.address, form.installation)
        return Done(f"{found.name} gets a letter with a link for a new password. It works once and for an hour.")
    if form.what == "disable":
        if found.id == form.by:
            raise Refused("This is your own account. Ask another administrator to disable it.")
        accounts.disable(do, found.id)
        return Done(f"The account of {found.name} is disabled. Whoever was signed in with it is signed out.")
    if form.what == "enable":
        accounts.enable(do, found.id)
        return Done(f"The account of {found.name} may be used again.")
    raise Refused("That is nothing that can be done with an account. Go back to the page of the person.")


def _begin(do: Doing, what: str, form: Setting, is_known: bool) -> None:
    """Only one administrator at a time, who may, and who has seen the newest state."""
    do.by = form.by
    change_the_world(do)
    require(do, what, Matter())
    if form.new and is_known:
        raise Refused(f"There is already one with the id {form.entry.id}. Choose another id, or change that one.")
    if not form.new:
        if not is_known:
            raise Unknown(f"There is no {what} {form.entry.id}. Look for it in the list.")
        _must_be_as_seen(do, what, form)


def _must_be_as_seen(do: Doing, what: str, form: Setting) -> None:
    subject = f"forum:{form.entry.id}" if what == "forum" else INSTALLATION
    kinds = [kind for kind in SECTION_OF if kind.startswith(f"{what}-")]
    where = (events.c.subject == subject, events.c.seq > form.seen, events.c.kind.in_(kinds))
    for event in do.db.execute(select(events).where(*where).order_by(events.c.seq)).mappings():
        if event["data"]["act"]["entry"]["id"] == form.entry.id:
            who = do.known.people.get(event["on_behalf_of"] or event["actor"])
            at = event["at"].astimezone(LONDON)
            raise AlreadyDecided(
                f"{who.name if who else event['actor']} changed this on {day(at.date())} at {at:%H:%M}, since you "
                "opened this page. Nothing of yours was saved. What you entered is kept below: look at what has "
                "changed, then decide whether it is still needed."
            )


def _must_be_a_pack(do: Doing, rules: str | None) -> None:
    if rules is not None and rules not in do.known.world.packs:
        raise Unknown(f"There is no rule pack {rules}. Choose one of the list, or add it first.")


def _must_leave_an_administrator(do: Doing, before: Person, entry: PersonEntry) -> None:
    """An installation that nobody may set up could only be helped from the command line."""
    if not before.holds("admin") or any(role.role == "admin" for role in entry.roles):
        return
    if not any(other.holds("admin") for other in do.known.people.values() if other.id != before.id):
        raise Refused(f"{before.name} is the only administrator. Make somebody else one first.")


def _must_have_a_superior_that_can_be(known: Known, entry: PersonEntry) -> None:
    if entry.superior is not None and entry.superior not in known.people:
        raise Unknown("There is no such person who could be the superior. Choose somebody of the list, or nobody.")
    if entry.superior == entry.id:
        raise Refused("Nobody can be their own superior. Choose somebody else, or nobody.")
    for _who, _message in installation.superiors_at_fault(known, [entry.id]):
        above = known.people[entry.superior or entry.id].name
        raise Refused(
            f"{entry.name} is already above {above}, at once or through others, so {above} cannot be the superior. "
            "Choose somebody else, or nobody."
        )


def _leave_out_what_is_not_theirs(do: Doing, reading: Reading, reader: Reader) -> None:
    """A fault for whatever speaks of items that are there and that the person may not see, and nothing more of it."""
    entries, some = reading.entries["items"], [one for one in reading.partial if one.section == "items"]
    named = {w.entry.id for w in entries.values()} | {w.entry.item for w in reading.outcomes}
    seen = seen_among(do.db, reader, named | {one.key[1] for one in some})
    hidden = {item for item, may_see in seen.items() if not may_see}
    speaking = [w.place for w in entries.values() if w.entry.id in hidden]
    speaking += [w.place for w in reading.outcomes if w.entry.item in hidden]
    speaking += [one.place for one in some if one.key[1] in hidden]
    for place in speaking:
        reading.fault(place, NOT_THEIRS)
    reading.entries["items"] = {key: w for key, w in entries.items() if w.entry.id not in hidden}
    reading.outcomes = [w for w in reading.outcomes if w.entry.item not in hidden]
    reading.partial = [one for one in reading.partial if one.section != "items" or one.key[1] not in hidden]


def _must_not_be_ours(do: Doing, reading: Reading) -> None:
    for place, raw in reading.routes:
        name = str(raw.get("route"))
        if name.startswith("standard-") and version(canonical(raw)) not in installation.route_versions(do):
            reading.fault(place, f"{name}: ids that begin with “standard-” belong to the product; use another")


def _done(name: str, form: Setting) -> Done:
    return Done(f"{name} is {'added' if form.new else 'changed'}.")


def given(shape: type[Shape], said: dict[str, Any], before: dict[str, Any] | None = None) -> Shape:
    """An entry as it is to be: keys without a value are left out, unless one is taken away that stood there before."""
    before = before or {}
    kept = {key: value for key, value in said.items() if value is not None or before.get(key) is not None}
    return shape.model_validate(kept)
