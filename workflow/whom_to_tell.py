"""The people to be told of an effect, each once with why: owners, secretaries, clearers, leads, condition owners.

Posts that nobody holds are named too, because then somebody else has to see to it. Nobody is told of an item that they
may not see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from workflow.dossiers import Dossier
from workflow.facts import Case
from workflow.known import Known, Person
from workflow.reminders.recipients import Posts
from workflow.visibility import Reader, may_see, reader_keys_of, reader_of

_MOST_NAMED: Final = 3  # items in one reason


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

    @property
    def in_days(self) -> bool:
        """Whether anything is otherwise that people have to be told of, and not only what is wrong with the plan."""
        return bool(self.steps or self.in_order or self.finish)


#: How somebody hears of it: by a letter at once, by reminders as the days come, not at all, or by doing it themselves.
How = Literal["letter", "reminders", "no-address", "nobody", "themselves"]


@dataclass(frozen=True, slots=True)
class ToTell:
    """Somebody to be told. `person` is None for a post that nobody holds; `whys` are the reasons without titles."""

    person: str | None
    name: str
    because: tuple[str, ...]
    how: How = "letter"
    whys: tuple[str, ...] = field(default=(), repr=False)
    items: tuple[str, ...] = field(default=(), repr=False)


@dataclass
class _Concerned:
    """What one person, or one post without a holder, is concerned in: the titles by reason."""

    titles: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    items: dict[str, None] = field(default_factory=dict)


def whom_to_tell(
    known: Known, changed: Sequence[Changed], forums: Sequence[str] = (), by: Collection[str | None] = ()
) -> tuple[ToTell, ...]:
    """Everybody whom these changes concern, by name, then the posts without a holder. `by` are those who do it.

    `forums` are those whose meeting it is: their secretaries are told whatever is on it.
    """
    posts = Posts(known)
    readers: dict[str, Reader] = {}
    found: dict[tuple[bool, str, str | None], _Concerned] = defaultdict(_Concerned)
    there: set[str] = set()
    for of in (of for of in changed if of.in_days):
        keys, part = reader_keys_of(of.dossier, known), of.dossier.item["part"]
        for holder, why in dict.fromkeys(_concerned(known, of)):
            there.add(holder)
            held = posts.of_holder(holder)
            for person in held:
                if person.id not in readers:
                    readers[person.id] = reader_of(known, person)
                if may_see(readers[person.id], part, keys):
                    one = found[False, person.name, person.id]
                    one.titles[why].append(of.title)
                    one.items[of.dossier.id] = None
            if not held:
                found[True, _post(known, holder), None].titles[why].append(of.title)
    for forum in (forum for forum in forums if f"secretary:{forum}" not in there):
        why = f"secretary of {known.forum_name(forum)}, whose meeting it is"
        keepers = posts.of_holder(f"secretary:{forum}")
        for person in keepers:
            found[False, person.name, person.id].titles[why] = []
        if not keepers:
            found[True, _post(known, f"secretary:{forum}"), None].titles[why] = []
    order = sorted(found, key=lambda key: (key[0], key[1].casefold(), key[2] or ""))
    return tuple(_to_tell(key[1], known.people.get(key[2] or ""), found[key], by) for key in order)


def how_told(person: Person | None, by: Collection[str | None]) -> How:
    """How somebody hears of what others do at once."""
    if person is None:
        return "nobody"
    if person.id in by:
        return "themselves"
    return "letter" if person.email else "no-address"


def _to_tell(name: str, person: Person | None, of: _Concerned, by: Collection[str | None]) -> ToTell:
    because = tuple(f"{why}: {_listed(titles)}" if titles else why for why, titles in of.titles.items())
    how = how_told(person, by)
    return ToTell(person.id if person else None, name, because, how, tuple(of.titles), tuple(of.items))


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
