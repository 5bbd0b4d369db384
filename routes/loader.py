"""Route definitions as they are read: from files, from entries of case files, and from what was stored."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, cast

import rfc8785
from pydantic import ValidationError

from routes.checks import Complaint, complaints
from routes.explain import explained
from routes.faults import Fault, FileFault
from routes.ladders import LADDER_KEYS, ladders_of
from routes.schema import (
    KNOWN_KEYS,
    AtLeast,
    CheckGate,
    DateGate,
    OneOf,
    Over,
    RouteShape,
    StageShape,
    StepGate,
)
from routes.spec import Condition, Days, Gate, Join, Route, Stage, WaitsForCheck, WaitsForDate, WaitsForStep
from routes.yaml_marks import Marked, line_of, read


@dataclass(frozen=True, slots=True)
class Definition:
    """A route as it was read, with what must be kept of it.

    `version` names the content; `text` is the exact text of a file that holds nothing else (None for an
    entry of a case file, whose exact content is `canonical`).
    """

    route: Route
    canonical: dict[str, Any]
    version: str
    text: str | None
    file: str
    line: int


def read_file(source: bytes | Path, name: str, forums: Collection[str] | None = None) -> list[Definition]:
    """The one route of a definition file, or all those under `routes:` of a case file.

    FileFault carries every fault of every route in the file; OSError if a path cannot be read.
    Literal forum ids are looked up in `forums`, if given.
    """
    data = source if isinstance(source, bytes) else source.read_bytes()
    document = read(data, name)
    if "route" in document:
        return [_definition(document, name, read_route(document, name, forums), data)]
    entries = document.get("routes", [] if "decision_routes" in document else None)
    if not isinstance(entries, list):
        message = "this is no route: a definition begins with “route: …”, a case file lists them under “routes:”"
        raise FileFault([Fault(name, line_of(document, ("routes",)), message)])
    found: list[Definition] = []
    faults: list[Fault] = []
    for entry in entries:
        try:
            found.append(_definition(entry, name, read_route(entry, name, forums), None))
        except FileFault as fault:
            faults.extend(fault.faults)
    if faults:
        raise FileFault(faults)
    return found


def read_route(mapping: object, name: str, forums: Collection[str] | None = None) -> Route:
    """The route that one mapping of a file defines; FileFault says everything that is wrong with it."""
    reading = _Reading(mapping, name)
    if reading.route is not None:
        reading.judge(complaints(reading.route, forums))
    if reading.faults or reading.route is None:
        raise FileFault(reading.faults)
    return reading.route


def canonical(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """The definition as plain values: what was written and nothing else, no lines and no defaults."""
    return {key: _plain(value) for key, value in mapping.items()}


def canonical_text(definition: Mapping[str, Any]) -> str:
    """A definition in the one spelling (RFC 8785) that equal content always has."""
    return rfc8785.dumps(dict(definition)).decode()


def version(definition: Mapping[str, Any]) -> str:
    """The SHA-256 that names this content; the order in which keys were written plays no part."""
    return hashlib.sha256(canonical_text(definition).encode()).hexdigest()


def from_canonical(definition: Mapping[str, Any]) -> Route:
    """The route of a definition that was accepted before.

    It is not judged again: an item stays on the version it started with even if the rules for new routes
    have become stricter.
    """
    reading = _Reading(definition, f"route version {version(definition)[:12]}")
    if reading.faults or reading.route is None:
        raise FileFault(reading.faults)
    return reading.route


@cache
def shipped() -> Mapping[str, Definition]:
    """The routes that come with the product, by id."""
    files = sorted(resources.files("routes").joinpath("definitions").iterdir(), key=lambda file: file.name)
    found = [
        definition
        for file in files
        if file.name.endswith(".yaml")
        for definition in read_file(file.read_bytes(), file.name)
    ]
    return {definition.route.id: definition for definition in found}


def _definition(mapping: Marked, name: str, route: Route, data: bytes | None) -> Definition:
    plain = canonical(mapping)
    text = None if data is None else data.decode("utf-8-sig")
    return Definition(route, plain, version(plain), text, name, mapping.line)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


class _Reading:
    """One definition on its way to a Route.

    A stage with a fault is read without the keys that are at fault, so that the rest of the route can still
    be judged and its author hears everything at once.
    """

    def __init__(self, mapping: object, name: str) -> None:
        self.mapping, self.name = mapping, name
        self.faults: list[Fault] = list(_without_value(mapping, name))
        self.head_at_fault: set[str] = set()
        self.at_fault: set[tuple[int, str]] = set()
        self.unreadable: set[int] = set()
        self.route = self._route()

    def judge(self, found: Collection[Complaint]) -> None:
        """Add complaints, except those that only follow from a fault already told."""
        follows = any(key in ("ask", "decisive", "kind") for _, key in self.at_fault) or self.unreadable
        for path, message in found:
            if path[0] in self.head_at_fault or (path == ("stages",) and follows):
                continue
            if path[:1] == ("stages",) and len(path) > 2:
                index, key = cast("int", path[1]), str(path[2])
                if index in self.unreadable or (index, key) in self.at_fault:
                    continue
            self.faults.append(Fault(self.name, line_of(self.mapping, path), message))

    def _route(self) -> Route | None:
        head = self._head()
        raw = head.get("stages")
        if not isinstance(raw, list):
            return None
        stages: list[Stage] = []
        for index, entry in enumerate(raw):
            above = (stages[-1].id,) if stages else ()
            stages.append(self._stage(entry, index, above))
        return Route(
            id=head.get("route", ""),
            title=head.get("title") or head.get("route", ""),
            types=tuple(head.get("types", ())),
            stages=tuple(stages),
            use_when=head.get("use_when"),
            reminders=ladders_of(head.get("reminders")),
        )

    def _head(self) -> dict[str, Any]:
        """The sound keys of the definition itself."""
        try:
            return RouteShape.model_validate(self.mapping).__dict__
        except ValidationError as error:
            self.faults.extend(explained(error, self.mapping, self.name, KNOWN_KEYS | LADDER_KEYS))
            wrong = self.head_at_fault = {str(one["loc"][0]) for one in error.errors() if one["loc"]}
        if not isinstance(self.mapping, dict):
            return {}
        names = {field.alias or name: name for name, field in RouteShape.model_fields.items()}
        return {names[key]: value for key, value in self.mapping.items() if key in names and key not in wrong}

    def _stage(self, entry: object, index: int, above: tuple[str, ...]) -> Stage:
        unknown = f"?{index}"
        if not isinstance(entry, dict):
            self.unreadable.add(index)
            told = f"entry {index + 1} of “stages” must be a mapping of keys to values"
            self.faults.append(Fault(self.name, line_of(self.mapping, ("stages", index)), told))
            return Stage(id=unknown)
        wrong = {key for key, value in entry.items() if value is None}
        try:
            StageShape.model_validate(entry)
        except ValidationError as error:
            self.faults.extend(explained(error, entry, self.name, KNOWN_KEYS))
            wrong |= {str(one["loc"][0]) for one in error.errors()}
        if wrong & {"forum", "each"}:
            wrong |= {"forum", "each"}  # either of them will do, so the other is not missing
        self.at_fault |= {(index, key) for key in wrong}
        sound = {key: value for key, value in entry.items() if key not in wrong}
        return _stage(StageShape.model_validate({"id": unknown, **sound}), above)


def _without_value(mapping: object, name: str) -> Iterator[Fault]:
    """Keys with nothing behind them: nobody can tell what was meant."""
    waiting: list[tuple[object, tuple[str | int, ...]]] = [(mapping, ())]
    while waiting:
        node, path = waiting.pop()
        if node is None:
            place = f"“{path[-1]}”" if path and isinstance(path[-1], str) else "this entry"
            message = f"{place} has no value; write one or leave the key out"
            yield Fault(name, line_of(mapping, path), message)
        elif isinstance(node, dict):
            waiting.extend((inner, (*path, key)) for key, inner in node.items())
        elif isinstance(node, list):
            waiting.extend((inner, (*path, index)) for index, inner in enumerate(node))


def _stage(shape: StageShape, above: tuple[str, ...]) -> Stage:
    """The frozen stage; `above` is the stage written before it, which it follows unless it says otherwise."""
    return Stage(
        id=shape.id,
        kind=shape.kind,
        forum=shape.forum,
        ask=shape.ask,
        title=shape.title,
        recommendations=None if shape.recommendations is None else tuple(shape.recommendations),
        clearances=tuple(shape.clearances),
        gate=_gate(shape.waits_for),
        body=shape.body,
        lasts=None if shape.lasts is None else Days(shape.lasts.days, shape.lasts.unit),
        after=above if shape.after is None else tuple(shape.after),
        papers_after_outcome=shape.papers == "after-outcome",
        when=tuple(_condition(field, test) for field, test in sorted((shape.when or {}).items())),
        decisive=shape.decisive,
        refer_back_to=shape.refer_back_to,
        each_party=shape.each == "parties",
        join=_join(shape.join),
    )


def _gate(waits_for: StepGate | CheckGate | DateGate | None) -> Gate | None:
    match waits_for:
        case StepGate():
            return WaitsForStep(waits_for.item, waits_for.stage, waits_for.outcome)
        case CheckGate():
            return WaitsForCheck(waits_for.check, waits_for.by, waits_for.evidence == "required")
        case DateGate():
            return WaitsForDate(date.fromisoformat(waits_for.date))
        case None:
            return None


def _condition(field: str, test: Any) -> Condition:
    match test:
        case Over():
            return Condition(field, "over", test.over)
        case OneOf():
            return Condition(field, "in", tuple(test.among))
        case _:
            return Condition(field, "is", test)


def _join(join: str | AtLeast | None) -> Join:
    if isinstance(join, AtLeast):
        return Join(join.at_least)
    return Join(1) if join == "any" else Join()
