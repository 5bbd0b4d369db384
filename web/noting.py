"""An outcome tried or recorded, with what pages have to know: the event that tells it, and what it still needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from workflow.actions import ACTIONS
from workflow.doing import Doing
from workflow.errors import Refused
from workflow.use_cases.acting import Done
from workflow.use_cases.outcomes import lacks_reason

UNEXPLAINED: Final = "Say why it was decided although notice was not given as the rules ask"


class Unexplained(Refused):
    """A rule on notice was not kept, and on a page that is not recorded without saying why."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What was done, the number of the event that tells it, and when it was written down."""

    sentence: str
    seq: int
    at: datetime


def noting(action: str) -> Any:
    """The act for good, with the event that tells it. Unexplained if it is an outcome that lacks a reason."""

    def run(do: Doing, form: Any) -> Noted:
        done = ACTIONS[action].run(do, form)
        if action == "record" and lacks_reason(do, form):
            raise Unexplained(f"{UNEXPLAINED}.")
        return Noted(done.sentence, do.heads[f"item:{form.item}"][0], do.now)

    return run


def trying(action: str) -> Any:
    """The act as a trial, with whether it lacks the reason why a rule on notice was not kept."""

    def run(do: Doing, form: Any) -> tuple[Done, bool]:
        return ACTIONS[action].run(do, form), lacks_reason(do, form)

    return run
