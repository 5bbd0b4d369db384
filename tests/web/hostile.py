"""An installation in which every text that a person can write means harm."""

from __future__ import annotations

from typing import Any

#: Who together see every page.
EVERYBODY = (
    "probe-lead", "probe-secretary", "probe-author", "probe-clearer", "probe-member", "internal-auditor",
    "system-administrator", None,
)  # fmt: skip


def hostile(text: str) -> dict[str, Any]:
    """An installation in which every text that a person can write is hostile."""
    return {
        "decision_routes": 1,
        "organisations": [
            {"id": "probe", "name": f"A {text}", "kind": "council", "rules": "standard-council-executive"}
        ],
        "forums": [
            {"id": "probe-forum", "organisation": "probe", "name": f"F {text}", "form": "committee"},
            {"id": "probe-post", "organisation": "probe", "name": f"P {text}", "form": "individual"},
        ],
        "people": [
            _person("probe-lead", text, {"role": "lead", "organisation": "probe"}),
            _person("probe-secretary", text, {"role": "secretary", "forum": "probe-forum"}),
            _person("probe-author", text, {"role": "author"}),
            _person("probe-clearer", text, {"role": "clearer", "area": "finance"}),
            _person("probe-member", text, {"role": "member", "forum": "probe-post"}),
        ],
        "meetings": [
            {"id": f"probe-{day}", "forum": "probe-forum", "date": day, "time": "10:00", "place": text}
            for day in ("2023-07-11", "2023-07-17", "2023-09-12")
        ],
        "routes": [
            {
                "route": "probe-route",
                "title": text,
                "use_when": text,
                "for": ["probe"],
                "stages": [
                    {"id": "checked", "kind": "gate", "waits_for": {"check": text, "by": "lead"}, "title": text},
                    {"id": "asked", "kind": "consultation", "body": text, "lasts": {"days": 2, "unit": "calendar-days"},
                     "title": text, "after": []},
                    {"id": "first", "forum": "probe-forum", "ask": "endorse", "title": text, "after": []},
                    {"id": "last", "forum": "probe-forum", "ask": "agree", "decisive": True, "title": text,
                     "clearances": ["finance"], "after": ["first"]},
                    {"id": "post", "kind": "individual", "forum": "probe-post", "ask": "note", "title": text,
                     "after": []},
                ],
            }
        ],
        "items": [_item("probe-one", text), _item("probe-two", text), {**_item("probe-three", text), "state": "draft"}],
        "outcomes": [
            {"item": "probe-one", "step": "first", "outcome": "endorsed", "date": "2023-07-11", "by": "probe-secretary",
             "text": text, "amended": True,
             "conditions": [{"text": text, "owner": "probe-author", "due": "2023-07-17"}]},
            {"item": "probe-one", "step": "last", "outcome": "agreed", "date": "2023-07-17", "by": "probe-secretary",
             "text": text, "call_in_waived": text},
            {"item": "probe-two", "step": "first", "outcome": "deferred", "date": "2023-07-11", "by": "probe-secretary",
             "reason": text, "until": "2023-09-12"},
        ],
        "events": [
            {"action": "urgent-item", "item": "probe-two", "step": "last", "by": "probe-secretary",
             "date": "2023-07-17", "agreed_by": text, "reason": text},
            {"action": "hold", "item": "probe-two", "by": "probe-lead", "date": "2023-07-17", "reason": text},
            {"action": "open-gate", "item": "probe-one", "step": "checked", "by": "probe-lead", "date": "2023-07-17",
             "evidence": text},
            {"action": "correct", "item": "probe-one", "step": "first", "outcome": "endorsed", "by": "probe-secretary",
             "date": "2023-07-17", "reason": text, "text": f"Corrected: {text}"},
        ],
    }  # fmt: skip


def _person(named: str, text: str, role: dict[str, str]) -> dict[str, Any]:
    return {"id": named, "name": f"{named} {text}", "email": f"{named}@example.org", "roles": [role]}


def _item(named: str, text: str) -> dict[str, Any]:
    return {
        "id": named,
        "title": f"{text} {named}",
        "type": "probe",
        "route": "probe-route",
        "organisation": "probe",
        "owner": "probe-author",
        "recommendations": [text, f"Second {text}"],
        "divisions": [text],
        "fields": {"remark": text},
    }
