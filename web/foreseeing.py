"""An act whose effect is shown first: as the person who is signed in may see it, then done exactly so."""

from __future__ import annotations

from typing import Any, Final

from flask import request

from web.effects_in_words import changes, finish, lateness
from web.reading import person, reader, runtime, stop_looking
from workflow import effects
from workflow.actions import ACTIONS
from workflow.effects import Effect, UseCase
from workflow.use_cases.acting import Act
from workflow.use_cases.seen import as_seen

#: What stands for the effect that was shown, when it is sent back; and what the buttons are called.
MARK: Final = "mark"
DO: Final = "do"
KEEP, CHANGE = "keep", "change"

MOST_SHOWN: Final = 50  # items, or lines of a list, that stand open on a page; the others can be unfolded
MOST_OF_ALL: Final = 500  # of more it is said how many there are


def foreseen(name: str, act: Act, seen: int | None = None) -> Effect:
    """What an act would change, for the person who is signed in; refused as the act would be."""
    who, sees = person().id, reader()
    stop_looking()
    return effects.foreseen(runtime(), name, as_seen(ACTIONS[name].run, seen), act, who, sees)


def do_as_shown(name: str, act: Act, use_case: UseCase | None = None, seen: int | None = None) -> Any:
    """Do what was shown on the page before; effects.Otherwise if by now it would change anything else."""
    who, sees = person().id, reader()
    stop_looking()
    run = as_seen(use_case or ACTIONS[name].run, seen)
    result, _plans = effects.kept(runtime(), name, run, act, request.form.get(MARK, ""), who, sees)
    return result


def words() -> dict[str, Any]:
    """What templates need to show an effect."""
    return {"changes": changes, "finish": finish, "lateness": lateness, "most": MOST_SHOWN, "all": MOST_OF_ALL}


def carried() -> list[tuple[str, str]]:
    """What was filled in, for a page that sends it on."""
    leave = (DO, MARK, "csrf_token", "_password")
    return [(name, value) for name, value in request.form.items(multi=True) if name not in leave]
