"""The people to be told of an effect, each once with why: owners, secretaries, clearers, leads, condition owners.

Posts that nobody holds are named too, because then somebody else has to see to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from workflow.dossiers import Dossier
from workflow.facts import Case
from workflow.known import Known
from workflow.reminders.recipients import Posts

_MOST_NAMED: Final = 3  # items in one reason
_OPEN: Final = ("waiting", "ready", "scheduled", "submitted", "on-agenda")


@dataclass(frozen=True, slots=True)
class Changed:
    """An item whose plan would change: at which steps, and whether its finish, lateness or state does.

    `in_order` are steps that keep their days and yet come before or after another one now.
    """

    dossier: Dossier
    case: Case
    title: str
    steps: tuple[str, ...]
    in_order: tuple[str, ...]
    finish: bool


@dataclass(frozen=True, slots=True)
class ToTell:
    """Somebody to be told. `person` is None for a post that nobody holds."""

    person: str | None
    name: str
    because: tuple[str, ...]


def whom_to_tell(known: Known, changed: Sequence[Changed], forums: Sequence[str] = ()) -> tuple[ToTell, ...]:
    """Everybody whom these changes concern, by name, then the posts without a holder.

    `forums` are those whose meeting it is: their secretaries are told whatever is on it.
    """
    titles: dict[tuple[str, str], list[str]] = defaultdict(list)
    for of in changed:
        for holder, why in dict.fromkeys(_concerned(known, of)):
            titles[holder, why].append(of.title)
    there = {holder for holder, _why in titles}
    for forum in (forum for forum in forums if f"secretary:{forum}" not in there):
        titles[f"secretary:{forum}", f"secretary of {known.forum_name(forum)}, whose meeting it is"] = []
    posts = Posts(known)
    because: dict[tuple[bool, str, str | None], list[str]] = defaultdict(list)
    for (holder, why), named in titles.items():
        reason = f"{why}: {_listed(named)}" if named else why
        held = posts.of_holder(holder)
        for person in held:
            because[False, person.name, person.id].append(reason)
        if not held:
            because[True, _post(known, holder), None].append(reason)
    order = sorted(because, key=lambda key: (key[0], key[1].casefold(), key[2] or ""))
    return tuple(ToTell(key[2], key[1], tuple(because[key])) for key in order)


def _concerned(known: Known, of: Changed) -> Iterator[tuple[str, str]]:
    """Whom one item's change concerns, with the reason, to which its title is added."""
    item = of.dossier.item
    yield f"person:{item['owner']}", "owner"
    for step in of.case.steps:
        stage, dates_change = of.case.route.stage(step.stage), step.id in of.steps
        if step.forum is not None and (dates_change or step.id in of.in_order):
            post = "member" if stage.kind == "individual" else "secretary"
            why = "where dates change" if dates_change else "which now comes before or after another body"
            yield f"{post}:{step.forum}", f"{post} of {known.forum_name(step.forum)}, {why}"
        for area in stage.clearances if dates_change and step.decision == "open" else ():
            yield f"clearer:{area}", f"clears for {area}, and the dates change"
    if of.finish:
        organisations = [item["organisation"], *(party["organisation"] for party in item["parties"] or ())]
        for organisation in dict.fromkeys(organisations):
            name = known.organisations[organisation].name if organisation in known.organisations else organisation
            yield f"lead:{organisation}", f"leads for {name}, and the finish changes"
    for condition in of.case.conditions:
        yield f"person:{condition.owner}", "owes what a condition asks for"


def _listed(titles: Sequence[str]) -> str:
    named = sorted(titles, key=str.casefold)[:_MOST_NAMED]
    more = len(titles) - len(named)
    return f"{', '.join(named)} and {more} more" if more else ", ".join(named)


def _post(known: Known, holder: str) -> str:
    """A post without a holder, as people call it."""
    role, _, scope = holder.partition(":")
    if role == "person":
        return f"{scope}, who is not known here"
    if role == "lead":
        name = known.organisations[scope].name if scope in known.organisations else scope
        return f"Lead of {name} (nobody holds this post)"
    if role == "clearer":
        return f"Clearer for {scope} (nobody holds this post)"
    return f"{role.capitalize()} of {known.forum_name(scope)} (nobody holds this post)"
