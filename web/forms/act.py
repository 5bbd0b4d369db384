"""What the form of every act asks: when, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field

from web.forms.base import Form, area, day, hidden, needed
from workflow.queries.at_hand import AtHand, StepAtHand


@dataclass
class About:
    """What a form is about: the item, its step, and what the address says besides (an area, a number)."""

    hand: AtHand
    step: StepAtHand | None
    asked: MultiDict[str, str]

    @property
    def at(self) -> StepAtHand:
        """The step, for acts that have one."""
        if self.step is None:
            raise LookupError("this act has no step")
        return self.step


class ActForm(Form):
    """What every act asks: when, and why."""

    seen = hidden()
    on = day("When did this happen?", needed("Enter the day on which it happened"))
    reason = area("Reason", hint="It goes on record. You can leave it empty")

    def parts(self) -> Iterator[Field]:
        """In the order of the page: what belongs to one act only comes first."""
        last = {"on": 1, "reason": 2}
        return iter(sorted(super().parts(), key=lambda part: last.get(part.name, 0)))

    def fit(self, about: About) -> None:
        """Fill in what can be chosen, and take out what does not apply."""

    def begin(self, about: About) -> None:
        """What is known beforehand."""
        self.seen.data = str(about.hand.seq)
        self.on.data = about.hand.look.today

    def said(self) -> dict[str, Any]:
        """What the act is told besides item and step, by the act's own names."""
        return {"on": self.on.data, "reason": (self.reason.data or "").strip()}


class WithReason(ActForm):
    """An act that needs a reason."""

    reason = area("Reason", needed("Give a reason for the record"), hint="It goes on record")
