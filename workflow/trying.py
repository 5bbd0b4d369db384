"""Trying an act without doing it: the use case's own checks, run on what is in hand. Nothing is read or written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from workflow.actions import ACTIONS
from workflow.doing import Doing, Result
from workflow.dossiers import Dossier
from workflow.errors import WorkflowError
from workflow.known import Person
from workflow.ledger import Change
from workflow.runtime import Looking
from workflow.use_cases.acting import Act


@dataclass
class Trying(Doing):
    """An act whose rows and events go nowhere. The items in hand count as locked and stay as they are."""

    recorders: Mapping[str, str] = field(default_factory=dict)  # step: who recorded its newest outcome
    found: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def append(
        self,
        subject: str,
        kind: str,
        *,
        on: date | None,
        changes: Sequence[Change] = (),
        act: Mapping[str, Any] | None = None,
        step: str | None = None,
    ) -> None:
        """It would have happened."""

    def prose(self, subject: str, text: str) -> str:
        """Something stands for the text, which nobody will look up."""
        return text

    def text(self, subject: str, digest: str) -> str | None:
        """Texts are not needed to judge whether an act is possible."""
        return None

    def recorded_by(self, subject: str, step: str) -> str | None:
        """Who recorded the newest outcome of a step, as far as it was read before."""
        return self.recorders.get(step)

    def worked_out(self, key: tuple[Any, ...], work: Callable[[], Result]) -> Result:
        """Worked out once: no trial changes anything."""
        if key not in self.found:
            self.found[key] = work()
        return cast(Result, self.found[key])

    def flush(self) -> None:
        """There is nothing to write."""


def trying(look: Looking, dossiers: Mapping[str, Dossier], person: Person, recorders: Mapping[str, str]) -> Trying:
    """Acts to be tried by somebody on these items, whose reports, clearances, files and conditions are in hand."""
    return Trying(
        look.db,
        person.id,
        look.now,
        look.today,
        look.calendar,
        look.known,
        by=person.id,
        heads={dossier.subject: (dossier.item["seq"], dossier.item["head"]) for dossier in dossiers.values()},
        dossiers=dict(dossiers),
        recorders=recorders,
    )


def why_not(do: Trying, action: str, form: Act) -> str | None:
    """The sentence with which this act would be refused now; None if it would be done."""
    try:
        ACTIONS[action].run(do, form)
    except WorkflowError as err:
        return str(err)
    return None
