"""What people and forums are called in lists to choose from: where names alone tell too little, whose they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from workflow.facts import Forum
from workflow.known import Known, Person

Choice = tuple[str, str]


def organisations_of(known: Known, person: Person) -> frozenset[str]:
    """The organisations that somebody holds a role at: at one of its forums, or as its lead."""
    forums = known.world.forums
    scopes = {scope for _role, scope in person.roles}
    return frozenset(
        {forums[scope].organisation for scope in scopes if scope in forums}
        | {scope for role, scope in person.roles if role == "lead" and scope in known.organisations}
    )


def people_to_choose(known: Known, people: Iterable[Person]) -> list[Choice]:
    """Posts with their names; where two are called the same, with the organisations of their roles, else their ids."""
    shared = Counter(_plainly(person.name) for person in known.people.values())
    named = [(p.id, _told_apart(known, p) if shared[_plainly(p.name)] > 1 else p.name) for p in people]
    return sorted(named, key=_by_name)


def forums_to_choose(known: Known, forums: Iterable[Forum]) -> list[Choice]:
    """Forums with whose they are, in the order of their names."""
    return sorted(((forum.id, forum_in_full(known, forum)) for forum in forums), key=_by_name)


def forum_in_full(known: Known, forum: Forum) -> str:
    """A forum with whose it is, unless its name says so."""
    organisation = known.organisations[forum.organisation].name
    return forum.name if organisation in forum.name else f"{forum.name} – {organisation}"


def own_first(forums: Iterable[Forum], organisations: Iterable[str]) -> list[Forum]:
    """The forums of these organisations before all others, otherwise in the same order."""
    own = frozenset(organisations)
    return sorted(forums, key=lambda forum: forum.organisation not in own)


def _told_apart(known: Known, person: Person) -> str:
    names = sorted(known.organisations[one].name for one in organisations_of(known, person))
    return f"{person.name} ({', '.join(names) or person.id})"


def _plainly(name: str) -> str:
    return " ".join(name.casefold().split())


def _by_name(choice: Choice) -> tuple[str, str]:
    return choice[1].casefold(), choice[0]
