"""Whether a route makes sense as a whole: everything that is wrong with it, at once, in words to act on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from routes.explain import suggestion
from routes.faults import shortened
from routes.spec import Route, Stage, WaitsForCheck, WaitsForStep
from routes.words import ASKS, DECISION, OUTCOMES, ROLES

Path = tuple[str | int, ...]

_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NAME: Final = re.compile(r"\$[a-z0-9]+([-_][a-z0-9]+)*")
LONGEST_ID: Final = 100

#: What only some kinds of stage have; the others must not name it.
_BELONGS: Final[dict[str, tuple[str, ...]]] = {
    "waits_for": ("gate",),
    "body": ("consultation",),
    "lasts": ("consultation",),
    "forum": ("meeting", "individual"),
    "each": ("meeting", "individual"),
    "ask": ("meeting", "individual"),
    "recommendations": ("meeting", "individual"),
    "clearances": ("meeting", "individual"),
    "papers": ("meeting", "individual"),
    "decisive": ("meeting", "individual"),
    "refer_back_to": ("meeting", "individual"),
    "join": ("meeting", "individual"),
}
_NEEDS: Final = {
    "gate": ("waits_for",),
    "consultation": ("body", "lasts"),
    "meeting": ("ask",),
    "individual": ("ask",),
}
_CALLED: Final = {
    "gate": "a gate",
    "consultation": "a consultation",
    "meeting": "a stage at a meeting",
    "individual": "an individual decision",
}


class Complaint(NamedTuple):
    """One thing that is wrong with a route, and the path in the definition that leads to it."""

    path: Path
    message: str


def complaints(route: Route, forums: Collection[str] | None = None) -> list[Complaint]:
    """Every fault of a route; an empty list means that it can be used.

    Literal forum ids are looked up in `forums`, if given; `$names` are filled by each item.
    """
    found = [*_spelling(route), *_duplicates(route), *_unknown_stages(route), *_circles(route)]
    for index, stage in enumerate(route.stages):
        place = ("stages", index)
        found += [Complaint((*place, key), f"stage “{stage.id}” {message}") for key, message in _stage(stage, forums)]
    return [*found, *_referrals(route), *_decisive(route)]


def is_id(text: str) -> bool:
    """Whether this is an id: lower-case words joined by “-”."""
    return len(text) <= LONGEST_ID and _ID.fullmatch(text) is not None


def ancestors(route: Route, stage_id: str) -> set[str]:
    """The stages that come before this one, directly or not; itself only in a circle."""
    before = {stage.id: stage.after for stage in route.stages}
    found: set[str] = set()
    waiting = list(before.get(stage_id, ()))
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(before.get(one, ()))
    return found


def _spelling(route: Route) -> Iterator[Complaint]:
    words: list[tuple[Path, str]] = [(("route",), route.id)]
    words += [(("for", index), word) for index, word in enumerate(route.types)]
    for index, stage in enumerate(route.stages):
        words.append((("stages", index, "id"), stage.id))
        words += [(("stages", index, "clearances", n), area) for n, area in enumerate(stage.clearances)]
    for path, word in words:
        if not is_id(word):
            yield Complaint(path, f"“{shortened(word)}” is no id: ids are lower-case words joined by “-”")


def _duplicates(route: Route) -> Iterator[Complaint]:
    seen: set[str] = set()
    for index, stage in enumerate(route.stages):
        if stage.id in seen:
            yield Complaint(("stages", index, "id"), f"a stage “{stage.id}” is already above; each id may stand once")
        seen.add(stage.id)


def _unknown_stages(route: Route) -> Iterator[Complaint]:
    known = {stage.id for stage in route.stages}
    for index, stage in enumerate(route.stages):
        for place, other in enumerate(stage.after):
            path = ("stages", index, "after", place)
            if other not in known:
                told = f"stage “{stage.id}” comes after “{other}”, which is no stage of this route"
                yield Complaint(path, told + suggestion(other, known))
            elif other in stage.after[:place]:
                yield Complaint(path, f"stage “{stage.id}” names “{other}” twice in “after”")


def _circles(route: Route) -> Iterator[Complaint]:
    """Stages that wait for each other, one complaint for each circle."""
    index = {stage.id: number for number, stage in reversed(list(enumerate(route.stages)))}
    left = {one: {other for other in route.stages[at].after if other in index} for one, at in index.items()}
    while _peel(left):
        one, walked = next(iter(left)), list[str]()
        while one not in walked:
            walked.append(one)
            one = next(iter(sorted(left[one], key=index.__getitem__)))
        circle = walked[walked.index(one) :]
        first = min(circle, key=index.__getitem__)
        turn = circle.index(first)
        round_trip = " → ".join([*circle[turn:], *circle[:turn], first])
        yield Complaint(
            ("stages", index[first], "after"), f"these stages wait for each other in a circle: {round_trip}"
        )
        for member in circle:
            del left[member]
        for others in left.values():
            others.difference_update(circle)


def _peel(left: dict[str, set[str]]) -> bool:
    """Take away every stage that waits for nothing that is left; whether any remain."""
    while free := [stage for stage, others in left.items() if not others]:
        for stage in free:
            del left[stage]
        for others in left.values():
            others.difference_update(free)
    return bool(left)


def _stage(stage: Stage, forums: Collection[str] | None) -> Iterator[tuple[str, str]]:
    """What is wrong inside one stage, as the key and what to say of it."""
    written = _written(stage)
    for key in sorted(written):
        if stage.kind not in _BELONGS[key]:
            yield key, f"is {_CALLED[stage.kind]}, which takes no “{key}”"
    for key in _NEEDS[stage.kind]:
        if key not in written:
            yield key, f"is {_CALLED[stage.kind]} and needs “{key}”"
    if stage.kind in ("meeting", "individual"):
        if "forum" in written and "each" in written:
            yield "each", "names a forum and “each”; keep one of the two"
        if not written & {"forum", "each"}:
            yield "forum", f"is {_CALLED[stage.kind]} and needs “forum”, or “each: parties”"
    if "join" in written and "each" not in written:
        yield "join", "has a “join”, which only a stage with “each: parties” may have"
    yield from _references(stage, forums)


def _references(stage: Stage, forums: Collection[str] | None) -> Iterator[tuple[str, str]]:
    """Words of one stage that must be known: its ask, its forum, what its gate waits for."""
    if stage.ask is not None and stage.ask not in ASKS:
        yield "ask", f"asks to “{stage.ask}”, which is none of {', '.join(ASKS)}{suggestion(stage.ask, ASKS)}"
    if stage.forum is not None:
        yield from _forum(stage.forum, forums)
    if isinstance(stage.gate, WaitsForStep):
        if not (is_id(stage.gate.item) or _NAME.fullmatch(stage.gate.item)):
            yield "waits_for", f"waits for the item “{stage.gate.item}”, which is neither an id nor a $name"
        if stage.gate.outcome not in OUTCOMES:
            told = f"waits for the outcome “{stage.gate.outcome}”, which is none of {', '.join(OUTCOMES)}"
            yield "waits_for", told + suggestion(stage.gate.outcome, OUTCOMES)
    person = stage.gate.person if isinstance(stage.gate, WaitsForCheck) else None
    if person is not None and (person in ROLES or not is_id(person)):
        told = f"has a check by “{shortened(person)}”: a check is made by lead, owner or a person by id"
        yield "waits_for", told


def _forum(forum: str, forums: Collection[str] | None) -> Iterator[tuple[str, str]]:
    if not (is_id(forum) or _NAME.fullmatch(forum)):
        yield "forum", f"names the forum “{forum}”, which is neither an id nor a $name"
    elif forums is not None and not forum.startswith("$") and forum not in forums:
        yield "forum", f"names the forum “{forum}”, which is not known{suggestion(forum, forums)}"


def _written(stage: Stage) -> set[str]:
    """The keys of a stage that belong to some kinds only and say something here."""
    says = {
        "waits_for": stage.gate is not None,
        "body": stage.body is not None,
        "lasts": stage.lasts is not None,
        "forum": stage.forum is not None,
        "each": stage.each_party,
        "ask": stage.ask is not None,
        "recommendations": stage.recommendations is not None,
        "clearances": bool(stage.clearances),
        "papers": stage.papers_after_outcome,
        "decisive": stage.decisive,
        "refer_back_to": stage.refer_back_to is not None,
        "join": stage.join.least is not None,
    }
    return {key for key, said in says.items() if said}


def _referrals(route: Route) -> Iterator[Complaint]:
    kinds = {stage.id: stage.kind for stage in route.stages}
    for index, stage in enumerate(route.stages):
        back, path = stage.refer_back_to, ("stages", index, "refer_back_to")
        if back is None:
            continue
        told = f"stage “{stage.id}” refers back to “{back}”, "
        if back not in kinds:
            yield Complaint(path, f"{told}which is no stage of this route{suggestion(back, kinds)}")
        elif back == stage.id or back not in ancestors(route, stage.id):
            yield Complaint(path, f"{told}which does not come before it")
        elif kinds[back] == "gate":
            yield Complaint(path, f"{told}which is a gate: nobody could consider the report again there")


def _decisive(route: Route) -> Iterator[Complaint]:
    asks = {
        index: stage.ask
        for index, stage in enumerate(route.stages)
        if stage.decisive and stage.kind in ("meeting", "individual")
    }
    if not asks:
        yield Complaint(("stages",), "no stage is decisive; mark the one that decides with “decisive: true”")
        return
    if all(ASKS.get(ask or "", DECISION) < DECISION for ask in asks.values()):
        first = next(iter(asks))
        told = "every decisive stage asks for less than a decision; one must ask to agree, approve or decide"
        yield Complaint(("stages", first, "ask"), told)
