"""What is wrong with the shape of a file, in sentences instead of a validator's codes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from pydantic import ValidationError

from routes.faults import LONGEST_QUOTED, Fault, shortened
from routes.yaml_marks import line_of

MOST_SUGGESTIONS: Final = 20  # in one file: comparing every word of a huge file would take minutes
MOST_CANDIDATES: Final = 500
_FORM: Final = re.compile("<[a-z_]+>")  # how tags of unions are written in schemas, so that they differ from keys
_KEY_ITSELF: Final = "[key]"  # how the validator says that a key is at fault and not what stands behind it
_TYPES: Final = {
    "string_type": "must be text; put it in quotes if it looks like a number",
    "int_type": "must be a whole number, without quotes",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number, without quotes",
    "bool_type": "must be true or false (yes and no are text)",
    "list_type": "must be a list, such as [first, second]",
    "dict_type": "must be a mapping of keys to values",
    "model_type": "must be a mapping of keys to values",
    "model_attributes_type": "must be a mapping of keys to values",
    "string_pattern_mismatch": "is not written as it should be",
}
_LIMITS: Final = {
    "greater_than_equal": "must be {ge} or more",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be {le} or less",
    "less_than": "must be less than {lt}",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
}


def explained(error: ValidationError, node: object, file: str, known: Collection[str] = ()) -> Iterator[Fault]:
    """Every fault that the validator found in one node of a file; `known` are keys it may suggest."""
    for number, one in enumerate(error.errors(include_url=False)):
        path = _path(one["loc"], one["type"])
        suggested = known if number < MOST_SUGGESTIONS else ()
        yield Fault(file, line_of(node, path), _sentence(dict(one), path, suggested))


def _path(loc: tuple[str | int, ...], code: str) -> tuple[str | int, ...]:
    """The keys and positions that lead to the fault, without the names of the forms that a value may have."""
    if loc and loc[-1] == _KEY_ITSELF:
        loc = loc[:-1]
    last = len(loc) - 1 if code in ("extra_forbidden", "missing") else len(loc)
    return tuple(part for at, part in enumerate(loc) if at == last or not _FORM.fullmatch(str(part)))


def suggestion(word: str, known: Collection[str]) -> str:
    """“; did you mean …?” where a known word is close, else nothing."""
    if len(word) > LONGEST_QUOTED or len(known) > MOST_CANDIDATES:
        return ""
    close = get_close_matches(word, known, n=1)
    return f"; did you mean “{close[0]}”?" if close else ""


def _sentence(one: Mapping[str, Any], path: tuple[str | int, ...], known: Collection[str]) -> str:
    code, context = str(one["type"]), one.get("ctx", {})
    if not path and code == "sentence":
        return str(one["msg"])
    subject = _subject(path)
    if code == "extra_forbidden":
        key = str(path[-1])
        return f"{subject} may not stand here{'' if key in known else suggestion(key, known)}"
    if code == "missing":
        return f"{subject} is missing"
    if one["input"] is None:
        return f"{subject} has no value; write one or leave the key out"
    if code in ("literal_error", "enum"):
        return f"{subject} must be {context['expected'].replace(chr(39), '')}, not {_shown(one['input'])}"
    if code == "too_short" and context.get("min_length") == 1:
        return f"{subject} must have at least one entry"
    if code in _LIMITS:
        return f"{subject} {_LIMITS[code].format(**context)}"
    return f"{subject} {_TYPES.get(code) or one['msg']}"


def _subject(path: tuple[str | int, ...]) -> str:
    """What the sentence is about: a key in quotes, or an entry of a list by its number."""
    if not path:
        return "this"
    last = path[-1]
    if isinstance(last, str):
        return f"“{shortened(last)}”"
    owner = next((f" of “{part}”" for part in reversed(path[:-1]) if isinstance(part, str)), "")
    return f"entry {last + 1}{owner}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return f"“{shortened(str(value))}”"
    return "a list or a mapping"
