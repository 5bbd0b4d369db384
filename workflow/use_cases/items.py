"""Items: created on a version of a route with all their steps, and changed while they are drafts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete

from models.forecasts import gate_links
from models.items import items
from models.reports import reports
from models.steps import steps
from routes.spec import Route, Stage, WaitsForCheck, WaitsForStep
from routes.words import ASKS, power_of
from workflow.applicability import step_applies
from workflow.doing import Doing
from workflow.dossiers import Dossier
from workflow.entries import ItemEntry, PartyEntry, StepFactsEntry
from workflow.errors import Refused, Unknown, WorkflowError
from workflow.facts import Case
from workflow.ledger import Change
from workflow.shelf import also, fetch_around, gates_of, hand_over, route_of
from workflow.use_cases.acting import FRESH_ROUND, known_meeting
from workflow.use_cases.answers import answer_of
from workflow.use_cases.installation import route_versions, told
from workflow.use_cases.meetings import must_sit_there
from workflow.use_cases.papers import content_hash, files_of

PIN = 16  # hexadecimal digits by which the ledger names the version of a route
NO_FACTS = StepFactsEntry()


def create(do: Doing, entry: ItemEntry, own_routes: Mapping[str, str]) -> None:
    """A new item sets out; `own_routes` are the route versions that its own file defines.

    Whoever calls this ends with `check_gates` and `link_gates`, once every item that gates name is there.
    """
    version = _route_version(do, entry.route, own_routes)
    dossier = Dossier(entry.id, route_of(do.route_texts[version]), title=entry.title)
    do.dossiers[entry.id] = dossier
    do.heads[dossier.subject] = (0, "")
    try:
        changes, act = _built(do, dossier, entry, version, new=True)
    except WorkflowError:
        del do.dossiers[entry.id], do.heads[dossier.subject]
        raise
    do.append(dossier.subject, "created", on=None, act=act, changes=changes)
    dossier.table("conditions")
    dossier.table("clearances")
    do.touched.add(entry.id)


def change(do: Doing, entry: ItemEntry, own_routes: Mapping[str, str]) -> None:
    """A draft is rewritten, and keeps the files of its report; an item that has started keeps what it set out with."""
    dossier = hand_over(do, entry.id)
    must_be_draft(dossier)
    version = _route_version(do, entry.route, own_routes)
    also(do, dossier, "reports")
    also(do, dossier, "attachments")
    gone = [Change(steps, key, None) for key in dossier.table("steps")]
    dossier.route, dossier.title = route_of(do.route_texts[version]), entry.title
    changes, act = _built(do, dossier, entry, version, new=False)
    do.append(dossier.subject, "changed", on=None, act=act, changes=[*gone, *changes])
    do.flush()
    do.db.execute(delete(gate_links).where(gate_links.c.item == entry.id))
    do.touched.add(entry.id)


def must_be_draft(dossier: Dossier) -> None:
    """Refused once an item has started: it keeps what it set out with."""
    if dossier.item["state"] != "draft":
        raise Refused("The item has started: it keeps what it set out with. Withdraw it and create another.")


def check_gates(do: Doing, ids: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with the gates of these items: an unknown item or stage, or a circle."""
    wanted = list(ids)
    for item in wanted:
        yield from ((item, fault) for fault in gate_faults(do, item))
    for circle in circles(do, wanted):
        yield circle[0], f"the gates of {' → '.join([*circle, circle[0]])} wait for each other in a circle"


def gate_faults(do: Doing, item: str) -> Iterator[str]:
    """What is wrong with the gates of one item by themselves: an unknown item or stage."""
    dossier = do.dossiers[item]
    fetch_around(do.db, gates_of(dossier), do.dossiers)
    for stage in dossier.route.stages:
        if not isinstance(stage.gate, WaitsForStep):
            continue
        seen = stage.gate.item_for(dossier.item["bindings"])
        other = do.dossiers.get(seen)
        if other is None:
            yield f"the gate {stage.id} waits for the item {seen}, which is not known"
        elif all(known.id != stage.gate.stage for known in other.route.stages):
            yield f"the gate {stage.id} waits for the stage {stage.gate.stage}, which {seen} does not have"


def circles(do: Doing, wanted: Sequence[str]) -> Iterator[list[str]]:
    """Items that wait for each other through gates, each circle once, from the first of those wanted on.

    A loop and not a recursion, because chains of items may be long.
    """
    done: set[str] = set()
    asked = set(wanted)
    for start in wanted:
        way = {} if start in done else {start: iter(gates_of(do.dossiers[start]))}  # in the order of going
        while way:
            here, ahead = next(reversed(way.items()))
            following = next((item for item in ahead if item in do.dossiers and item not in done), None)
            if following is None:
                done.add(here)
                del way[here]
            elif following in way:
                names = list(way)
                circle = names[names.index(following) :]
                first = next((place for place, item in enumerate(circle) if item in asked), 0)
                yield circle[first:] + circle[:first]
            else:
                way[following] = iter(gates_of(do.dossiers[following]))


def _route_version(do: Doing, name: str, own_routes: Mapping[str, str]) -> str:
    """The version of a route that `id` or `id@<sha256 prefix>` means."""
    route, _, prefix = name.partition("@")
    known = route_versions(do)
    if prefix:
        found = [v for v in known if v.startswith(prefix) and route_of(known[v]).id == route]
        if len(found) != 1:
            raise Unknown(f"there is no one version {prefix} of the route {route}")
        return found[0]
    version = own_routes.get(route) or do.newest_routes.get(route)
    if version is None:
        raise Unknown(f"there is no route {route}; decision-routes routes list shows those there are")
    return version


def _built(
    do: Doing, dossier: Dossier, entry: ItemEntry, version: str, new: bool
) -> tuple[list[Change], dict[str, Any]]:
    """Every row of a new or rewritten item, and the act that the ledger keeps."""
    _must_be_known(do, dossier.route, entry)
    _must_suit(dossier.route, entry)
    rows = list(_step_rows(do, dossier.route, entry))
    known_steps = {row["step"] for _stage, row in rows}
    for step in entry.steps:
        if step not in known_steps:
            raise Unknown(f"the route has no step {step}; its steps are {', '.join(sorted(known_steps))}")
    parties = _parties_asked(entry, rows)
    act = _told(do, dossier.subject, entry)
    act["entry"]["route"] = f"{dossier.route.id}@{version[:PIN]}"
    if parties:
        act["entry"]["parties"] = parties
    recommendations = act["entry"].get("recommendations", [])
    files = [] if new else files_of(do, dossier, 1)
    sha256 = content_hash(["version 1", *recommendations], files)
    item = _item_values(entry, version, dossier.route, act, sha256) | {"parties": parties}
    item |= answer_of(do, dossier, entry, [row for _stage, row in rows], act, new)
    changes = [
        Change(items, (), item, new),
        Change(reports, (1,), {"recommendations": recommendations, "sha256": sha256}, new),
    ]
    for _stage, row in rows:
        facts = entry.steps.get(row["step"], NO_FACTS)
        values = {name: value for name, value in row.items() if name != "step"}
        changes.append(Change(steps, (row["step"], 1), values | _step_facts(do, entry, row, facts, item), True))
    _must_decide_something(dossier, item, changes)
    return changes, act


def _must_be_known(do: Doing, route: Route, entry: ItemEntry) -> None:
    if entry.organisation not in do.known.organisations:
        raise Unknown(f"there is no organisation {entry.organisation}")
    if entry.owner not in do.known.people:
        raise Unknown(f"there is no person {entry.owner} to own it")
    for stage in route.stages:
        by = stage.gate.person if isinstance(stage.gate, WaitsForCheck) else None
        if by is not None and by not in do.known.people:
            raise Unknown(f"there is no person {by} to make the check of the gate {stage.id}")


def _must_suit(route: Route, entry: ItemEntry) -> None:
    if route.types and entry.type not in route.types:
        raise Refused(f"the route {route.id} is for {', '.join(route.types)}, not for items of type {entry.type}")
    names = {s.forum[1:] for s in route.stages if s.forum and s.forum.startswith("$")}
    names |= {s.gate.item[1:] for s in route.stages if isinstance(s.gate, WaitsForStep) and s.gate.item.startswith("$")}
    if missing := sorted(names - set(entry.forums)):
        raise Refused(f"the route {route.id} needs to know {_dollars(missing)}: fill it under “forums:”")
    if extra := sorted(set(entry.forums) - names):
        raise Refused(f"the route {route.id} knows no {_dollars(extra)}: remove it from “forums:”")
    if any(stage.each_party for stage in route.stages) and not entry.parties:
        raise Refused(f"the route {route.id} asks each party, and the item names no “parties:”")
    for stage in route.stages:
        beyond = [number for number in stage.recommendations or () if number > len(entry.recommendations)]
        if beyond:
            raise Refused(f"stage {stage.id} puts recommendation {beyond[0]}, and the item has only "
                          f"{len(entry.recommendations)}")  # fmt: skip


def _dollars(names: list[str]) -> str:
    return ", ".join(f"${name}" for name in names)


def _step_rows(do: Doing, route: Route, entry: ItemEntry) -> Iterator[tuple[Stage, dict[str, Any]]]:
    """The steps of an item: one for each stage, and one for each party where the stage asks them all."""
    for stage in route.stages:
        if stage.each_party:
            for party in _parties(do, stage, entry):
                step = f"{stage.id}:{party.organisation}"
                yield (
                    stage,
                    {"step": step, "stage": stage.id, "party": party.organisation, "forum": party.forum},
                )
            continue
        forum = stage.forum
        if forum is not None and forum.startswith("$"):
            forum = entry.forums[forum[1:]]
        if forum is not None:
            _must_have_power(do, stage, forum)
        yield stage, {"step": stage.id, "stage": stage.id, "forum": forum}


def _parties(do: Doing, stage: Stage, entry: ItemEntry) -> Iterator[PartyEntry]:
    named = set()
    for party in entry.party_list():
        if party.organisation in named:
            raise Refused(f"{party.organisation} is named twice among the parties")
        named.add(party.organisation)
        if party.organisation not in do.known.organisations:
            raise Unknown(f"there is no organisation {party.organisation} to be a party")
        if party.forum is not None:
            _must_have_power(do, stage, party.forum)
            if do.known.world.forums[party.forum].organisation != party.organisation:
                raise Refused(f"{party.forum} is not a forum of {party.organisation}")
            yield party
            continue
        able = [
            forum.id
            for forum in do.known.world.forums.values()
            if forum.organisation == party.organisation and power_of(forum.form) >= ASKS[stage.ask or "note"]
        ]
        if len(able) != 1:
            which = f"its forums {', '.join(sorted(able))} could all do it" if able else "none of its forums could"
            raise Refused(f"say which forum of {party.organisation} is to {stage.ask}: {which}")
        yield PartyEntry(organisation=party.organisation, forum=able[0])


def _parties_asked(entry: ItemEntry, rows: Iterable[tuple[Stage, Mapping[str, Any]]]) -> list[dict[str, str]]:
    """The parties with the forum that answers for each, which another forum added later does not change."""
    forums = {row["party"]: row["forum"] for _stage, row in rows if row.get("party")}
    found = []
    for party in entry.party_list():
        forum = party.forum or forums.get(party.organisation)
        found.append({"organisation": party.organisation} | ({"forum": forum} if forum else {}))
    return found


def _must_have_power(do: Doing, stage: Stage, forum: str) -> None:
    known = do.known.world.forums.get(forum)
    if known is None:
        raise Unknown(f"there is no forum {forum}, which stage {stage.id} needs")
    if stage.ask is not None and ASKS[stage.ask] > power_of(known.form):
        raise Refused(
            f"{known.name} ({forum}) is {known.form}: its powers do not reach to {stage.ask}, which stage "
            f"{stage.id} asks. Ask it to endorse, or ask a forum that can decide"
        )


def _step_facts(
    do: Doing, entry: ItemEntry, row: Mapping[str, Any], facts: StepFactsEntry, item: Mapping[str, Any]
) -> dict[str, Any]:
    """A new step's row beyond what the route says: the facts that the item's file knows of it."""
    values: dict[str, Any] = dict(FRESH_ROUND) | {"part": facts.part or entry.part}
    if facts.meeting is not None:
        meeting = do.known.meetings[known_meeting(do, facts.meeting)]
        must_sit_there(do, entry.id, dict(row), meeting)
        values["meeting"] = meeting.id
    if facts.papers == "verbal":
        values["verbal"] = True
    elif facts.papers in ("submitted", "on-agenda"):
        if facts.papers == "on-agenda" and facts.meeting is None:
            raise Refused(f"{row['step']} cannot be on an agenda without a meeting: name the meeting")
        values |= {"papers": facts.papers, "version": 1, "sha256": item["report_sha256"]}
    if facts.notice_given is not None:
        if facts.notice_given > do.today:
            raise Refused(f"notice for {row['step']} cannot have been given on a day that lies ahead")
        values |= {"notice_given": facts.notice_given, "noticed_as_key": item["key_decision"]}
    return values


def _item_values(entry: ItemEntry, version: str, route: Route, act: Mapping[str, Any], sha256: str) -> dict[str, Any]:
    dumped = entry.model_dump(mode="json", by_alias=True)
    return {
        "title": act["entry"]["title"],
        "type": entry.type,
        "route": route.id,
        "route_version": version,
        "organisation": entry.organisation,
        "owner": entry.owner,
        "state": entry.state,
        "part": entry.part,
        "exemption": act["entry"].get("exemption"),
        "value": entry.value,
        "divisions": dumped["divisions"],
        "fields": entry.fields,
        "bindings": entry.forums,
        "target": entry.target,
        "report_version": 1,
        "report_sha256": sha256,
    }


def _told(do: Doing, subject: str, entry: ItemEntry) -> dict[str, Any]:
    """The item's entry with its free text replaced by what stands for it."""
    said = told(entry)
    said["title"] = do.prose(subject, entry.title)
    if entry.recommendations:
        said["recommendations"] = [do.prose(subject, text) for text in entry.recommendations]
    if entry.exemption is not None:
        for name in ("basis", "reason"):
            said["exemption"][name] = do.prose(subject, said["exemption"][name])
    return {"entry": said}


def _must_decide_something(dossier: Dossier, item: Mapping[str, Any], changes: list[Change]) -> None:
    if any(stage.decisive and not stage.when for stage in dossier.route.stages):
        return  # it applies to every item
    trial = Dossier(dossier.id, dossier.route)
    for made in changes:
        if made.table is not items:
            trial.change(Change(made.table, made.key, made.values, new=True))
    trial.change(Change(items, (), {**item, "withdrawn_on": None}, new=True))
    case: Case = trial.case()
    stages = {stage.id: stage for stage in dossier.route.stages}
    if not any(
        stages[step.stage].decisive and step_applies(step, stages[step.stage], case.item) for step in case.steps
    ):
        raise Refused(f"no decisive stage of the route {dossier.route.id} applies to this item, so it could not end")


def link_gates(do: Doing, ids: Iterable[str]) -> None:
    """Note which items these wait for, once all of them are there and `check_gates` found nothing wrong."""
    for item in ids:
        for seen in sorted(set(gates_of(do.dossiers[item]))):
            do.keep(gate_links, {"item": item, "waits_for": seen})
