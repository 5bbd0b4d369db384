"""Who may do what. One rule per action; an action that nobody wrote a rule for is refused.

"Is it possible now" is the machine's question, "may this person" is the one answered here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from routes.spec import Stage, WaitsForCheck
from workflow.doing import Doing
from workflow.errors import NotPermitted, Unknown
from workflow.known import Known, Person


@dataclass(frozen=True, slots=True)
class Matter:
    """What an act is about, as far as permission depends on it."""

    item: Mapping[str, Any] | None = None
    stage: Stage | None = None
    forums: tuple[str, ...] = ()
    area: str | None = None
    condition_owner: str | None = None


#: The holders that would do, as (role, scope) or ("person", id).
Holders = list[tuple[str, str]]


def _secretaries(matter: Matter) -> Holders:
    return [("secretary", forum) for forum in matter.forums]


def _secretaries_and_chairs(matter: Matter) -> Holders:
    return [(role, forum) for forum in matter.forums for role in ("secretary", "chair")]


def _leads(matter: Matter) -> Holders:
    return [("lead", matter.item["organisation"])] if matter.item else []


def _owner(matter: Matter) -> Holders:
    return [("person", matter.item["owner"])] if matter.item else []


def _creators(matter: Matter) -> Holders:
    return [("author", ""), *_leads(matter)]


def _recorders(matter: Matter) -> Holders:
    kind = matter.stage.kind if matter.stage else "meeting"
    if kind == "consultation":
        return _leads(matter)
    if kind == "individual":
        return [("member", forum) for forum in matter.forums]
    return _secretaries_and_chairs(matter)


def _record_keepers(matter: Matter) -> Holders:
    """Of what somebody decides alone they keep the record themselves, where nobody keeps it for them."""
    alone = matter.stage is not None and matter.stage.kind == "individual"
    return [*_secretaries(matter), *(("member", forum) for forum in matter.forums if alone)]


def _drafters(matter: Matter) -> Holders:
    """Who may read the draft of a notice: those who keep the forum's record, and those whose item it is."""
    return [*_secretaries_and_chairs(matter), *_record_keepers(matter), *_leads(matter), *_owner(matter)]


def _clearers(matter: Matter) -> Holders:
    return [("clearer", matter.area or "")]


def _gatekeepers(matter: Matter) -> Holders:
    gate = matter.stage.gate if matter.stage else None
    if not isinstance(gate, WaitsForCheck):
        return []
    if gate.by == "lead":
        return _leads(matter)
    if gate.by == "owner":
        return _owner(matter)
    return [("person", gate.by)]


def _condition_owner(matter: Matter) -> Holders:
    return [("person", matter.condition_owner)] if matter.condition_owner else []


RULES: Final[dict[str, Callable[[Matter], Holders]]] = {
    "record": _recorders,
    "correct": _recorders,
    "accept": _leads,
    "send-back": _leads,
    "bind": _secretaries,
    "unbind": _secretaries,
    "agenda": _secretaries,
    "notice": _secretaries,
    "private-notice": _secretaries,
    "private-notice-again": _secretaries,
    "exception": _secretaries,
    "urgency": _secretaries,
    "urgent-item": _secretaries_and_chairs,
    "publish": _record_keepers,
    "documents": _record_keepers,
    "notice-text": _drafters,
    "submit": _owner,
    "start": _owner,
    "withdraw": _owner,
    "clear": _clearers,
    "open-gate": _gatekeepers,
    "call-in": _secretaries_and_chairs,
    "uphold": _secretaries_and_chairs,
    "reconsider": _secretaries_and_chairs,
    "meet": _condition_owner,
    "hold": _leads,
    "resume": _leads,
    "material": _leads,
    "key-decision": _leads,
    "create": _creators,
    "change": lambda matter: [*_owner(matter), *_leads(matter)],
    "revise": _owner,
    "ask-for-meeting": lambda matter: [*_leads(matter), *_owner(matter)],
    "set up": lambda _matter: [("admin", "")],
    "organisation": lambda _matter: [("admin", "")],
    "forum": lambda _matter: [("admin", "")],
    "person": lambda _matter: [("admin", "")],
    "rules": lambda _matter: [("admin", "")],
    "calendar": lambda _matter: [("admin", "")],
    "routes": lambda _matter: [("admin", "")],
    "redact": lambda _matter: [("admin", "")],
    "meeting add": _secretaries,
    "meeting move": _secretaries,
    "meeting cancel": _secretaries,
    "meeting held": _secretaries,
}


def require(do: Doing, action: str, matter: Matter) -> None:
    """NotPermitted unless the person for whom this is recorded holds a role that the action needs.

    Without such a person it is the operator at the command line who acts, as administrator.
    """
    if do.by is None:
        return
    if sentence := why_not(do.known, do.by, action, matter):
        raise NotPermitted(sentence)


def why_not(known: Known, by: str, action: str, matter: Matter) -> str | None:
    """Why this person may not do it, in a sentence that names who may; None if they may."""
    person = known.people.get(by)
    if person is None:
        raise Unknown(f"There is no person {by}. Check the id, or load the person first.")
    rule = RULES.get(action)
    holders = rule(matter) if rule else []
    if any(_holds(person, holder) for holder in holders):
        return None
    return _why_not(known, person, action, holders)


def entitled(person: Person, action: str, matter: Matter) -> bool:
    """Whether somebody holds a role that the action needs; nobody does for one without a rule."""
    rule = RULES.get(action)
    return rule is not None and any(_holds(person, holder) for holder in rule(matter))


def _holds(person: Person, holder: tuple[str, str]) -> bool:
    role, scope = holder
    return person.id == scope if role == "person" else person.holds(role, scope)


def _why_not(known: Known, person: Person, action: str, holders: Holders) -> str:
    if not holders:
        return f"{person.name} may not do this ({action}); nobody but an administrator may."
    roles = " or ".join(dict.fromkeys(_in_words(known, role, scope) for role, scope in holders))
    who = sorted(p.name for p in known.people.values() if any(_holds(p, holder) for holder in holders))
    ask = f" Ask {_listed(who)}." if who else " Nobody holds that role yet."
    return f"{person.name} may not do this ({action}): it is for {roles}.{ask}"


def _in_words(known: Known, role: str, scope: str) -> str:
    if role == "person":
        return known.people[scope].name if scope in known.people else scope
    if role == "admin":
        return "an administrator"
    if role == "author":
        return "an author"
    if role == "lead":
        organisation = known.organisations.get(scope)
        return f"the lead of {organisation.name if organisation else scope}"
    if role == "clearer":
        return f"the clearer of {scope}"
    return f"the {role} of {known.forum_name(scope)}"


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    if len(names) > 3:
        names = [*names[:3], "others"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
