"""Whether a case file says what is on record already: only the keys that it names are compared."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from workflow.entries import SECTIONS, ItemEntry, MeetingEntry, OutcomeEntry
from workflow.loaded import REDACTED
from workflow.shapes import Shape

UNSAID: Mapping[str, Any] = {"amended": False, "conditions": [], "cleared": []}


def _full(entry: Shape) -> dict[str, Any]:
    full = entry.model_dump(mode="json", by_alias=True)
    if isinstance(entry, MeetingEntry):
        full["forum"] = full["forums"] = entry.sitting
    if isinstance(entry, ItemEntry):
        full["parties"] = [party.model_dump() for party in entry.party_list()]
    return full


def differences(section: str, entry: Shape, last: Mapping[str, Any]) -> list[str]:
    """The keys that the entry names and that have another value in what was loaded before."""
    before = _full(SECTIONS[section].model_validate(last))
    now = _full(entry)
    named = [str(type(entry).model_fields[name].alias or name) for name in sorted(entry.model_fields_set)]
    return [key for key in named if not _same(key, now[key], before[key])]


#: What it depends on whether an item is a key decision, as far as it is worked out.
_JUDGED_BY: Final = frozenset(("value", "divisions", "forums", "parties", "route", "target", "steps"))


def with_answer(
    entry: Mapping[str, Any], last: Mapping[str, Any], named: Collection[str], changed: Collection[str]
) -> dict[str, Any]:
    """An item's entry that changes some keys of its last one and tells what of its answer stands as it is by now.

    Since the last entry the lead may have said whether it is a key decision, or put its value or divisions right.
    That stands where the file says nothing else. What was worked out is worked out again where it rests on
    something that the file changes. `named` are the keys that the file itself names.
    """
    worked_out = "key_decision_because" in last and "key_decision" not in named
    judged_by = _JUDGED_BY if worked_out else {"value", "divisions"}
    stands = [name for name in ("value", "divisions") if name not in changed]
    if "key_decision" not in changed and judged_by.isdisjoint(changed):
        stands.append("key_decision")
    elif worked_out:
        entry = {name: value for name, value in entry.items() if name not in ("key_decision", "key_decision_because")}
    return {**entry, "stands": stands}


def _same(key: str, now: Any, before: Any) -> bool:
    """Whether what a file says is what was loaded: there the route is pinned and each party has its forum."""
    if key == "route":
        (route, _, wanted), (known, _, version) = now.partition("@"), before.partition("@")
        return bool(route == known and (version.startswith(wanted) or wanted.startswith(version)))
    if key == "parties" and len(now) == len(before):
        return all(
            one["organisation"] == other["organisation"] and one["forum"] in (None, other["forum"])
            for one, other in zip(now, before, strict=True)
        )
    return _alike(now, before)


def _alike(now: Any, before: Any) -> bool:
    """Whether a file says what was said before; a text that was blanked since then may have been any."""
    if before == REDACTED:
        return isinstance(now, str)
    if isinstance(now, Mapping) and isinstance(before, Mapping):
        return now.keys() == before.keys() and all(_alike(value, before[name]) for name, value in now.items())
    if isinstance(now, list) and isinstance(before, list):
        return len(now) == len(before) and all(_alike(one, other) for one, other in zip(now, before, strict=True))
    return bool(now == before)


def outcome_differences(entry: OutcomeEntry, told: Mapping[str, Any]) -> list[str]:
    """The keys that the outcome names and that have another value in the one on record."""
    said = entry.model_dump(mode="json", exclude={"item", "step", "date"})
    named = sorted(entry.model_fields_set - {"item", "step", "date"})
    return [name for name in named if not _alike(_bare(said[name]), _bare(told.get(name, UNSAID.get(name))))]


def _bare(value: Any) -> Any:
    """A value without keys that say nothing."""
    if isinstance(value, Mapping):
        return {name: _bare(of) for name, of in value.items() if of is not None}
    if isinstance(value, list):
        return [_bare(of) for of in value]
    return value


def same_act(told: Mapping[str, Any], past: Mapping[str, Any]) -> bool:
    """Whether an act of a file is one that is on record: the same in everything that the file names."""
    return all(_alike(_bare(value), _bare(past.get(name, UNSAID.get(name)))) for name, value in told.items())
