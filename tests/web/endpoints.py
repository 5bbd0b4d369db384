"""Every page of the application with an address that can be asked for, for any item."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from tests.web.scene import EXEMPT, OWN, STRANGERS
from workflow.actions import ACTIONS

#: `record` and `correct` have pages of their own.
OF_STEPS = (
    "accept", "agenda", "bind", "call-in", "clear", "documents", "exception", "meet", "notice", "open-gate",
    "private-notice", "private-notice-again", "publish", "reconsider", "send-back", "submit", "unbind", "uphold",
    "urgency", "urgent-item",
)  # fmt: skip
OF_ITEMS = ("hold", "key-decision", "material", "resume", "revise", "start", "withdraw", "redact")

#: What stands in an address, by whose it is.
_LANCASHIRE = {
    "step": "cabinet", "forum": "lcc-cabinet", "meeting": "cabinet-2023-10-05", "organisation": "lcc",
    "person_id": "cabinet-member",
}  # fmt: skip
_ELSEWHERE = {
    "step": "committee", "forum": "elsewhere-committee", "meeting": "elsewhere-2023-08-03", "organisation": "elsewhere",
    "person_id": "elsewhere-author",
}  # fmt: skip
_VALUES = {
    OWN: {"item": OWN, **_LANCASHIRE},
    STRANGERS: {"item": STRANGERS, **_ELSEWHERE},
    EXEMPT: {"item": EXEMPT, **_LANCASHIRE},
}
_SAME = {
    "n": 1, "version": 2, "number": 1, "filename": "decision-routes.css", "token": "a" * 43, "area": "finance",
    "route": "standard-single-forum-decision", "pack": "standard-council-executive", "draft": "0" * 32, "page": "what",
    "feed": "0" * 64, "letter": "0" * 32, "hook": "0" * 32, "reminder": "0" * 32,
    "days": "no-such-days",
    "kind": "urgent-item",
}  # fmt: skip
#: Where a page is about something that has been recorded: the step, and the number of its event.
_RECORDED = {OWN: ("place-partnership", 2), STRANGERS: ("first", 2), EXEMPT: ("board", 2)}
#: Pages about one matter, by which they differ for one's own and for somebody else's.
_WHOSE = {"item", "forum", "meeting", "organisation", "person_id"}


@dataclass(frozen=True)
class Endpoint:
    """One page, with the address at which it can be asked for and the methods that it answers."""

    rule: Rule
    action: str | None = None

    @property
    def name(self) -> str:
        return str(self.rule.endpoint)

    @property
    def shown(self) -> str:
        """The address as people read it."""
        shown = str(self.rule.rule)
        for argument in self.rule.arguments:
            shown = _without_converter(shown, argument)
        return shown.replace("<action>", self.action) if self.action else shown

    @property
    def methods(self) -> list[str]:
        return sorted((self.rule.methods or set()) & {"GET", "POST"})

    @property
    def is_of_an_item(self) -> bool:
        return "item" in self.rule.arguments

    @property
    def is_of_somebody(self) -> bool:
        """Whether it makes a difference whose matter is asked for."""
        return bool(_WHOSE & self.rule.arguments)

    def address(self, app: Flask, item: str = OWN) -> str:
        """Where it is asked for, for this item and what belongs to it."""
        known: dict[str, object] = {**_SAME, **_VALUES[item], "action": self.action}
        if self.action == "meet" or self.name == "outcomes.recorded":
            known["step"], recorded = _RECORDED[item]
            known["number"] = recorded
        unknown = self.rule.arguments - set(known)
        assert not unknown, f"say in tests/web/endpoints.py what {sorted(unknown)} in {self.rule.rule} is"
        values = {name: known[name] for name in self.rule.arguments}
        with app.test_request_context(base_url="http://decisions.example.org"):
            return str(app.url_for(self.name, **values))


def endpoints(app: Flask) -> Iterator[Endpoint]:
    """Every page, and each act by its name."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule)):
        if "action" not in rule.arguments:
            yield Endpoint(rule)
            continue
        assert {*OF_STEPS, *OF_ITEMS, "record", "correct"} >= {
            name for name in ACTIONS if not name.startswith("meeting")
        }
        for action in OF_STEPS if "step" in rule.arguments else OF_ITEMS:
            yield Endpoint(rule, action)


def _without_converter(shown: str, argument: str) -> str:
    for converter in ("int", "path", "string", "uuid"):
        shown = shown.replace(f"<{converter}:{argument}>", f"<{argument}>")
    return shown
