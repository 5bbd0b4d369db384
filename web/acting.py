"""Acts from forms: who does it, what they had seen, and how a refusal comes back to the form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import flash
from pydantic import ValidationError

from routes.explain import explained
from web.reading import person, runtime, stop_looking
from workflow.actions import ACTIONS
from workflow.errors import Refused
from workflow.plans import Plan
from workflow.use_cases.acting import Act, Done
from workflow.use_cases.seen import as_seen

LONGEST_TOLD: Final = 400  # characters


class Mistyped(Refused):
    """A form that cannot be read as an act: a sentence for each field that is wrong, by the act's own names."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(dict.fromkeys(faults.values())))
        self.faults = dict(faults)


def act(name: str, said: Mapping[str, Any], seen: int | None = None) -> tuple[Done, dict[str, Plan]]:
    """Do one act as the person who is signed in.

    `seen` is the item's newest event when the page was shown. AlreadyDecided if somebody has acted on the same step
    since; Mistyped, Refused, NotPermitted otherwise, each with the sentence to show.
    """
    action = ACTIONS[name]
    return perform(action.run, read(action.form, said), seen)


def perform(run: Callable[..., Any], form: Any, seen: int | None = None) -> tuple[Any, dict[str, Plan]]:
    """Run a use case as the person who is signed in; the page's look ends, so that what follows sees the change."""
    who = person().id
    stop_looking()
    return runtime().do(as_seen(run, seen), form, who)


def tell(sentence: str, part: str, instead: str = "It is recorded.") -> None:
    """Say on the next page what was done, of an item in Part II only `instead`.

    Until then the sentence stands in the browser's cookie, which whoever uses the machine next may read, and which
    is dropped, whole, beyond 4 kB.
    """
    said = instead if part == "II" else sentence
    flash(said if len(said) <= LONGEST_TOLD else f"{said[:LONGEST_TOLD]}…", "success")


def read(form: type[Act], said: Mapping[str, Any]) -> Act:
    """The act that was meant, on behalf of whoever is signed in; only what was said is taken."""
    given = {name: value for name, value in said.items() if value not in (None, "", [])}
    try:
        return form.model_validate({**given, "by": person().id})
    except ValidationError as error:
        raise mistyped(error) from None


def mistyped(error: ValidationError, fields: Mapping[str, str] | None = None) -> Mistyped:
    """What the validator found, a sentence for each field; `fields` lead from its names to those of a form."""
    named: dict[str, str] = {}
    for told, fault in zip(error.errors(), explained(error, None, "", ()), strict=True):
        where = str(told["loc"][0]) if told["loc"] else ""
        named.setdefault((fields or {}).get(where, where), fault.message)
    return Mistyped(named)
