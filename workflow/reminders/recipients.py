"""Whom a rung of a ladder reaches: whoever holds the posts at that moment, and who stands in for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from workflow.known import Known, Person


@dataclass
class Posts:
    """Who holds which role, looked up many times over."""

    known: Known
    _holding: dict[tuple[str, str], list[Person]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for _id, person in sorted(self.known.people.items()):
            for role in person.roles:
                self._holding[role].append(person)

    def of_holder(self, holder: str) -> list[Person]:
        """Everybody who holds `secretary:<forum>`, `lead:<organisation>`, `person:<id>` …"""
        role, _, scope = holder.partition(":")
        if role == "person":
            person = self.known.people.get(scope)
            return [person] if person else []
        return self._holding.get((role, scope), [])

    def reached(
        self, to: str, holder: str, forum: str | None, owner: str, organisation: str
    ) -> Iterator[tuple[Person, str]]:
        """Whom one recipient of a rung stands for, and as what.

        Where nobody holds the post, or nobody who does can be written to, the item's leads are told.
        """
        leads = self.of_holder(f"lead:{organisation}")
        if to in ("holder", "owner"):
            found = self.of_holder(holder if to == "holder" else f"person:{owner}")
            yield from _as(to, found)
            if not any(person.email for person in found):
                yield from _as("holder" if to == "holder" and not found else "lead", leads)
        elif to == "lead":
            yield from _as(to, leads)
        elif to == "superior":
            superiors = [self.known.people.get(lead.superior or "") for lead in leads]
            yield from _as(to, [superior for superior in superiors if superior is not None])
        elif forum is not None and to in ("secretary", "chair"):
            yield from _as(to, self.of_holder(f"{to}:{forum}"))
        elif forum is not None and to == "forum-lead":
            at = self.known.world.forums.get(forum)
            yield from _as(to, self.of_holder(f"lead:{at.organisation}") if at else [])


def _as(what: str, people: list[Person]) -> Iterator[tuple[Person, str]]:
    return ((person, what) for person in people)
