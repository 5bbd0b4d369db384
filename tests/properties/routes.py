"""Case files drawn at random: two items, one of which may wait for the other, and the world around them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.properties.model import ItemModel, Model, StepModel

FIRST, LAST = date(2023, 5, 2), date(2024, 3, 28)
FORMS = {"partnership": "consultative", "cabinet": "committee", "board": "committee", "director": "individual"}
OWNERS = {"partnership": "council", "cabinet": "council", "director": "council", "board": "health"}
PARTIES = {"council": "cabinet", "health": "board"}
PACKS: list[dict[str, Any]] = [
    {
        "id": "executive", "executive": True,
        "key_decision_notice": {"days": 28, "unit": "clear-calendar-days"},
        "agenda_day": {"days": 5, "unit": "clear-working-days"},
        "report_due": {"days": 3, "unit": "working-days", "before": "agenda_day"},
        "call_in": {"days": 3, "unit": "clear-working-days"},
    },
    {"id": "open-papers", "agenda_day": {"days": 7, "unit": "calendar-days"}},
]  # fmt: skip
RULES = {"cabinet": "executive", "board": "open-papers"}
days = st.dates(FIRST, LAST)


@st.composite
def stages(draw: st.DrawFn, gate_on: list[str]) -> list[dict[str, Any]]:
    """Up to five stages of all kinds and one that decides."""
    built: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 4))):
        after = [stage["id"] for stage in built if draw(st.booleans())]
        stage: dict[str, Any] = {"id": f"stage-{number}", "after": after}
        kind = draw(st.sampled_from(["meeting", "meeting", "meeting", "parties", "director", "consult", "gate"]))
        if kind == "gate":
            stage |= {"kind": "gate", "waits_for": draw(gates(gate_on))}
        elif kind == "consult":
            stage |= {"kind": "consultation", "body": "Members", "lasts": {"days": 14, "unit": "calendar-days"}}
        elif kind == "director":
            stage |= {"kind": "individual", "forum": "director", "ask": draw(st.sampled_from(["decide", "note"]))}
        elif kind == "parties":
            stage |= {
                "each": "parties",
                "ask": "approve",
                "join": draw(st.sampled_from(["all", "any", {"at_least": 1}])),
            }
        else:
            forum = draw(st.sampled_from(["partnership", "cabinet", "board"]))
            stage |= {"forum": forum, "ask": draw(st.sampled_from(["note", "endorse", "recommend"]))}
            if after and draw(st.booleans()):
                stage["refer_back_to"] = draw(st.sampled_from(after))
            if after and draw(st.integers(0, 3)) == 0:
                stage["papers"] = "after-outcome"
            if draw(st.integers(0, 3)) == 0:
                stage["clearances"] = ["finance"]
        if kind != "gate" and draw(st.integers(0, 3)) == 0:
            stage["when"] = {"key_decision": draw(st.booleans())}
        built.append(stage)
    after = [stage["id"] for stage in built[-2:]]
    last: dict[str, Any] = {"id": "last", "after": after, "decisive": True}
    if draw(st.booleans()):
        last |= {"each": "parties", "ask": "approve", "join": draw(st.sampled_from(["all", "any"]))}
    else:
        last |= {"forum": draw(st.sampled_from(["cabinet", "board"])), "ask": "agree"}
    asked = [stage["id"] for stage in built[-2:] if stage.get("kind") != "gate"]
    if asked and draw(st.booleans()):
        last["refer_back_to"] = asked[0]
    for stage in built:
        if any(one["id"] == stage.get("refer_back_to") and one.get("kind") == "gate" for one in built):
            del stage["refer_back_to"]
    return [*built, last]


def gates(gate_on: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """What a gate waits for: a check, a day, or another item."""
    kinds: list[st.SearchStrategy[dict[str, Any]]] = [
        st.just({"check": "Ready", "by": "lead"}),
        days.map(lambda day: {"date": day.isoformat()}),
    ]
    if gate_on:
        kinds.append(st.sampled_from(gate_on).map(lambda s: {"item": "deal", "stage": s, "outcome": "decided"}))
    return st.one_of(kinds)


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    """A whole case file as a mapping."""
    deal = draw(stages([]))
    matter = draw(stages(["last", "last"]))
    meetings = [
        {"id": f"{forum}-{number}", "forum": forum, "date": when.isoformat()}
        | ({"time": time} if (time := draw(st.sampled_from(["10:00", "14:00", None]))) else {})
        for forum in ("partnership", "cabinet", "board")
        for number, when in enumerate(draw(st.lists(days, max_size=5, unique=True)))
    ]
    joint = draw(days)
    meetings.append({"id": "joint", "forums": ["board", "cabinet"], "date": joint.isoformat(), "time": "11:00"})
    return {
        "decision_routes": 1,
        "organisations": [{"id": org, "name": org.title(), "kind": "council"} for org in PARTIES],
        "rules": PACKS,
        "forums": [
            {"id": forum, "organisation": OWNERS[forum], "name": forum.title(), "form": form}
            | ({"rules": RULES[forum]} if forum in RULES else {})
            for forum, form in FORMS.items()
        ],
        "people": [{"id": "owner", "name": "Owner"}],
        "meetings": meetings,
        "routes": [
            {"route": f"{name}-route", "title": name, "for": ["plan"], "stages": of}
            for name, of in (("deal", deal), ("matter", matter))
        ],
        "items": [draw(items(name)) for name in ("deal", "matter")],
    }


@st.composite
def items(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """One item on its route."""
    item = {
        "id": name, "title": name.title(), "type": "plan", "route": f"{name}-route", "organisation": "council",
        "owner": "owner", "key_decision": draw(st.booleans()), "recommendations": ["Do it"],
        "parties": [{"organisation": org, "forum": forum} for org, forum in PARTIES.items()],
    }  # fmt: skip
    if draw(st.booleans()):
        item["target"] = draw(days).isoformat()
    if draw(st.integers(0, 4)) == 0:
        item["state"] = "draft"
    return item


def model_of(case: dict[str, Any]) -> Model:
    """The model of what such a file begins with."""
    found = {}
    for item, route in zip(case["items"], case["routes"], strict=True):
        steps = {}
        for stage in route["stages"]:
            named = {f"{stage['id']}:{org}": forum for org, forum in PARTIES.items()} if "each" in stage else {}
            for step, forum in (named or {stage["id"]: stage.get("forum")}).items():
                steps[step] = StepModel(step, stage, forum, FORMS.get(forum or ""))
        facts = {"key_decision": item["key_decision"]}
        found[item["id"]] = ItemModel(item["id"], route["stages"], facts, steps, item.get("state", "in-progress"))
    return Model(found, FORMS)


def day_before(today: date, ago: int) -> str:
    """A day not long ago."""
    return (today - timedelta(days=ago)).isoformat()
