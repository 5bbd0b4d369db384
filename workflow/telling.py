"""Telling people what was resolved: letters that go into the outbox with the outcome itself, or not at all.

Told are the owner, the leads, those who owe something for a condition of the outcome, and whoever keeps the
forums that come next. Nobody is told twice, nobody of what they may not see, and not the one who recorded it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from workflow import letters, outbox
from workflow.doing import Doing, Resolved
from workflow.dossiers import Dossier, Row
from workflow.errors import day
from workflow.known import Person
from workflow.ledger import REDACTED
from workflow.letters import Letter
from workflow.plans import Plan
from workflow.shelf import also
from workflow.standing import in_order
from workflow.visibility import may_see, reader_keys_of, reader_of
from workflow.what_next import what_next

KIND: Final = "outcome"


def tell(do: Doing, plans: dict[str, Plan]) -> None:
    """Write to everybody whom the outcomes of this act concern."""
    if not do.resolved:
        return
    told: set[str] = set()
    for resolved in do.resolved:
        for letter in _letters(do, resolved, plans[resolved.item], told):
            outbox.enqueue(do, letter)
    do.flush()


def recipients(do: Doing, plan_of: Callable[[str], Plan]) -> dict[str, str]:
    """Whom the letters about the outcomes of this act go to, each with why, as others say it."""
    found: dict[str, str] = {}
    for resolved in do.resolved:
        dossier, row = _at_hand(do, resolved)
        found |= {
            person.id: why for person, _because, why in _written_to(do, dossier, row, plan_of(dossier.id), set(found))
        }
    return found


def _letters(do: Doing, resolved: Resolved, plan: Plan, told: set[str]) -> Iterator[Letter]:
    dossier, row = _at_hand(do, resolved)
    words = _words(do, dossier, row, plan, resolved)
    for person, because, _why in _written_to(do, dossier, row, plan, told):
        assert person.email is not None
        said = letters.worded(KIND, name=person.name, because=because, **words)
        yield Letter(
            KIND, person.id, person.email, said.subject, said.body, item=dossier.id, step=resolved.step, html=said.html
        )


def _at_hand(do: Doing, resolved: Resolved) -> tuple[Dossier, Row]:
    """The item with its conditions, and the round of the step that the outcome is of."""
    dossier = do.dossiers[resolved.item]
    also(do, dossier, "conditions")
    return dossier, dossier.table("steps")[(resolved.step, dossier.decided_round(resolved.step))]


def _written_to(do: Doing, dossier: Dossier, row: Row, plan: Plan, told: set[str]) -> Iterator[tuple[Person, str, str]]:
    """Everybody whom an outcome concerns and who can be written to, once; `told` has those who were."""
    keys = reader_keys_of(dossier, do.known)
    for person, because, why in _concerned(do, dossier, row, plan):
        if person.id in told or person.id == do.by or not person.email:
            continue
        if may_see(reader_of(do.known, person), dossier.item["part"], keys):
            told.add(person.id)
            yield person, because, why


def _words(do: Doing, dossier: Dossier, row: Row, plan: Plan, resolved: Resolved) -> dict[str, object]:
    """What a letter says. Of an item in Part II neither the title nor anything else that its id is made of."""
    who = do.known.forum_name(row["forum"]) if row["forum"] else dossier.stage_of(row).body or row["step"]
    exempt = dossier.item["part"] == "II"
    title = "An item in Part II" if exempt else dossier.title or REDACTED
    outcome = row["outcome"].replace("-", " ")
    corrected = "It had been recorded differently before, and was corrected. " if resolved.corrected else ""
    follows = what_next(dossier, do.dossiers, do.known.world, plan)
    return {
        "heading": f"{'Corrected: ' if resolved.corrected else ''}{who}, {outcome}",
        "title": title,
        "said": f"{corrected}{who} resolved “{outcome}” on {day(row['outcome_on'])}:",
        "follows": follows,
        "link": f"{do.address}/items/{dossier.id}",
    }


def _concerned(do: Doing, dossier: Dossier, row: Row, plan: Plan) -> Iterator[tuple[Person, str, str]]:
    """Whom an outcome concerns, with the reason, to them and to others; who has something to do comes first."""
    people = do.known.people
    for condition in dossier.table("conditions").values():
        if (condition["step"], condition["round"]) == (row["step"], row["round"]) and condition["owner"] in people:
            yield people[condition["owner"]], "you have to see to one of its conditions", "has to see to a condition"
    if dossier.item["owner"] in people:
        yield people[dossier.item["owner"]], "you own the item", "owner"
    for step in comes_now(dossier, row, plan):
        role = "member" if dossier.stage_of(step).kind == "individual" else "secretary"
        now = f"it now comes to {do.known.forum_name(step['forum'])}"
        for person in _holding(do, role, step["forum"]):
            yield person, now, now
    for organisation in dict.fromkeys((dossier.item["organisation"], row["party"])):
        for person in _holding(do, "lead", organisation):
            name = do.known.organisations[organisation].name
            yield person, f"you lead for {name}", f"leads for {name}"


def comes_now(dossier: Dossier, row: Row, plan: Plan) -> list[Row]:
    """The steps at forums that are to be dealt with now because of an outcome: behind it, or asked again."""
    behind = _behind(dossier, row["stage"])
    if row["outcome"] in ("deferred", "referred-back"):
        behind.add(row["stage"])
    if row["outcome"] == "referred-back":
        behind.add(dossier.stage_of(row).refer_back_to or row["stage"])
    return [
        step for step in dossier.current() if step["step"] in plan.now and step["forum"] and step["stage"] in behind
    ]


def _behind(dossier: Dossier, stage: str) -> set[str]:
    """Every stage that comes after this one, directly or not."""
    found = {stage}
    for later in in_order(dossier.route):
        if found.intersection(later.after):
            found.add(later.id)
    return found - {stage}


def _holding(do: Doing, role: str, scope: str | None) -> list[Person]:
    if scope is None:
        return []
    return [person for _id, person in sorted(do.known.people.items()) if person.holds(role, scope)]
