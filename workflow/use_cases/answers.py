"""Whether an item is a key decision: worked out or said when it is created, and again when a draft is rewritten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workflow import key_decisions
from workflow.doing import Doing
from workflow.dossiers import Dossier
from workflow.entries import ItemEntry, in_order
from workflow.key_decisions import SAID, as_entry


def answer_of(
    do: Doing, dossier: Dossier, entry: ItemEntry, rows: list[dict[str, Any]], act: dict[str, Any], new: bool
) -> dict[str, Any]:
    """Whether it is a key decision; an answer that was worked out is told in the act, so that a dump keeps it."""
    answered = _answered if new else _answered_again
    answer = answered(do, dossier, entry, rows)
    if entry.key_decision is None:
        act["entry"] = in_order({**act["entry"], **as_entry(answer)})
    return answer


def _answered(do: Doing, dossier: Dossier, entry: ItemEntry, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Whether an item is a key decision, and why: as its entry says, else as the rules of its forums do.

    The rules of the day of its meeting count, else of its target; while neither is known, those of today.
    """
    if entry.key_decision is not None:
        because = entry.key_decision_because
        if "key_decision_because" in entry.model_fields_set:
            return {"key_decision": entry.key_decision, "key_reason": because.kept() if because else None}
        return {"key_decision": entry.key_decision, "key_reason": {"by": SAID}}
    asked = []
    for row in rows:
        facts = entry.steps.get(row["step"])
        meeting = do.known.meetings.get(facts.meeting or "") if facts else None
        day_counted = meeting.date if meeting else entry.target or do.today
        asked.append((row.get("forum"), dossier.route.stage(row["stage"]).ask, day_counted))
    judgement = key_decisions.of_route(do.known.world, asked, entry.value, entry.divisions)
    if judgement is None:
        return {"key_decision": False, "key_reason": None}
    return {"key_decision": judgement.is_key, "key_reason": judgement.kept()}


def _answered_again(do: Doing, dossier: Dossier, entry: ItemEntry, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Whether a rewritten draft is a key decision, with its value and divisions.

    What the entry leaves as it is by now stands. The same answer to the same facts keeps its reason.
    """
    now = dossier.item
    values = {name: now[name] if name in entry.stands else getattr(entry, name) for name in ("value", "divisions")}
    answer = _answered(do, dossier, entry.model_copy(update=values), rows)
    same = as_entry(answer) == as_entry(now) and all(values[name] == now[name] for name in values)
    if "key_decision" in entry.stands or same:
        answer = {"key_decision": now["key_decision"], "key_reason": now["key_reason"]}
    return values | answer
