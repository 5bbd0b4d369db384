"""Organisations, forums and people as administrators read them before they are saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from routes.ladders import ladders_of
from routes.phrases import ladders
from web.words import plain
from workflow.known import Known
from workflow.queries.administration import role_in_words
from workflow.queries.auditing import in_words

Rows = list[tuple[str, str]]

FORMS: Final = {
    "consultative": "Consultative forum",
    "individual": "Individual executive or officer",
    "committee": "Committee of one body",
    "joint-committee": "Joint committee of several bodies",
    "lead-provider": "Lead provider",
}


DAYS: Final = {
    "bank-holiday": "A bank holiday that was announced late",
    "working-day": "A working day: no bank holiday after all",
    "closure": "Offices shut",
}


def role_value(role: Mapping[str, str]) -> str:
    """A role as forms have it: `secretary:lcc-cabinet`."""
    return f"{role['role']}:{role.get('forum') or role.get('organisation') or role.get('area') or ''}"


def rows(known: Known, entry: Mapping[str, Any]) -> Rows:
    """An entry as people read it, for checking before it is saved."""
    if "what" in entry:
        return _days(known, entry)
    found: Rows = [("Name", str(entry["name"]))]
    if "kind" in entry:
        found.append(("Kind", plain(entry["kind"])))
    if "organisation" in entry:
        organisation = known.organisations.get(entry["organisation"])
        found.append(("Organisation", organisation.name if organisation else entry["organisation"]))
    if "form" in entry:
        found += [
            ("Form", FORMS[entry["form"]]),
            ("Rules", entry.get("rules") or "Those of the organisation"),
            ("Quorum", _quorum_words(entry.get("quorum"))),
            ("Usually meets", meets_words(entry.get("meets"))),
            ("Reminders", ladders_words(entry.get("reminders"))),
        ]
    elif "kind" in entry:
        found.append(("Rules", entry.get("rules") or "No rules"))
    if "roles" in entry:
        held = (role_value(role).split(":", 1) for role in entry["roles"])
        said = sorted(role_in_words(known, role, scope) for role, scope in held)
        superior = known.people.get(entry.get("superior") or "")
        found += [
            ("E-mail address", entry.get("email") or "No address"),
            ("Superior", superior.name if superior else entry.get("superior") or "Nobody"),
            ("Roles", "; ".join(said) or "No roles"),
        ]
    return [*found, ("Id", str(entry["id"]))]


def _days(known: Known, entry: Mapping[str, Any]) -> Rows:
    first, last = entry.get("date") or entry.get("from"), entry.get("date") or entry.get("until")
    found = [("Reason", str(entry["reason"])), ("What", DAYS[entry["what"]]), ("Day", in_words(first))]
    if last != first:
        found[-1] = ("Days", f"{in_words(first)} to {in_words(last)}")
    found.append(("For", whose(known, entry.get("organisation"))))
    if entry.get("withdrawn"):
        found.append(("Taken back", "Yes: it counts no longer"))
    return [*found, ("Id", str(entry["id"]))]


def whose(known: Known, organisation: str | None) -> str:
    """Whom days of the calendar concern."""
    found = known.organisations.get(organisation or "")
    return found.name if found else organisation or "Everybody"


def _quorum_words(quorum: Any) -> str:
    if quorum is None:
        return "Not known"
    return f"{quorum['fraction']} of all seats" if isinstance(quorum, Mapping) else str(quorum)


def meets_words(meets: Mapping[str, Any] | None) -> str:
    """When a forum usually meets, in a sentence."""
    if meets is None:
        return "No fixed pattern"
    said = (
        f"Every {meets['every']}, on the {meets['day']}"
        if " " in meets["day"]
        else f"Every {meets['every']} on {meets['day']}"
    )
    words = said.replace(meets["day"].split()[-1], meets["day"].split()[-1].capitalize())
    if meets.get("time"):
        words += f", at {meets['time']}"
    if meets.get("except"):
        words += f", except in {', '.join(month.capitalize() for month in meets['except'])}"
    return words


def ladders_words(told: Mapping[str, Any] | None) -> str:
    """The reminders of a forum, where they are not the usual ones."""
    return ". ".join(f"{kind}: {words}" for kind, words in ladders(ladders_of(told))) or "The usual ones"
