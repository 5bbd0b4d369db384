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
        """Whom one recipient of a rung stands for, and as what; where nobody holds a post, the item's leads."""
        leads = self.of_holder(f"lead:{organisation}")
        if to == "holder":
            yield from _as(to, self.of_holder(holder) or leads)
        elif to == "owner":
            yield from _as(to, self.of_holder(f"person:{owner}")) if owner in self.known.people else _as("lead", leads)
        elif to == "lead":
            yield from _as(to, leads)
        elif to == "superior":
            yield from (self._superior(lead) for lead in leads)
        elif forum is not None and to in ("secretary", "chair"):
            yield from _as(to, self.of_holder(f"{to}:{forum}"))
        elif forum is not None and to == "forum-lead":
            found = self.known.world.forums.get(forum)
            yield from _as(to, self.of_holder(f"lead:{found.organisation}") if found else [])

    def _superior(self, lead: Person) -> tuple[Person, str]:
        """The superior of a lead; where none is on record, the lead is told again."""
        superior = self.known.people.get(lead.superior or "")
        return (superior, "superior") if superior else (lead, "lead")


def _as(what: str, people: list[Person]) -> Iterator[tuple[Person, str]]:
    return ((person, what) for person in people)
