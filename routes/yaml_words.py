"""What single words of a YAML file mean, and what libyaml's complaints mean in plain words."""

from __future__ import annotations

import re
from typing import Final

import yaml

LARGEST_EXACT: Final = 2**53 - 1

# U+0085, U+2028 and U+2029 are line breaks to libyaml and plain characters to YAML 1.2: lines and text would
# silently differ from what the author's editor shows.
_CONTROLS: Final = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff"
NOT_TEXT: Final = re.compile(f"[{_CONTROLS}]")
UNSUITABLE: Final = re.compile(f"[{_CONTROLS}\x85\u2028\u2029]")

_WORDS: Final[dict[str, object]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_MAY_BE_NUMBER: Final = frozenset("0123456789+-.")
_INTEGER: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


class NotExact(Exception):
    """A number that would not come back as it was written."""


def plain_value(text: str) -> object:
    """The value of an unquoted scalar in the core schema of YAML 1.2; NotExact for what JSON cannot keep."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _MAY_BE_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return _exact_integer(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if number in (float("inf"), float("-inf")):
            raise NotExact
        return number
    if _NOT_FINITE.fullmatch(text):
        raise NotExact
    return text


def _exact_integer(text: str) -> int:
    digits = text.lstrip("+-0ox")
    if len(digits) > 18:
        raise NotExact
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    number = int(text, base)
    if abs(number) > LARGEST_EXACT:
        raise NotExact
    return number


_PLAIN_WORDS: Final = {
    "mapping values are not allowed": "a colon is not expected here; put text that contains “: ” in quotes",
    "did not find expected key": "this does not fit the lines above; check indentation, quotes and commas",
    "did not find expected '-' indicator": "a list entry (“- …”) is expected here; check indentation",
    "block sequence entries are not allowed": "a list entry (“- …”) may not begin here; check indentation",
    "could not find expected ':'": "a colon after the key is missing, here or on the line before",
    "cannot start any token": "this cannot begin a value; put text in quotes and indent with spaces",
    "tab character": "indent with spaces, not with tabs",
    "did not find expected ',' or ']'": "a comma or a closing “]” is missing",
    "did not find expected ',' or '}'": "a comma or a closing “}” is missing",
    "unexpected end of stream": "the quote that begins here is never closed",
    "unexpected document indicator": "the quote that begins here is not closed before “---” or “...”",
    "unknown escape character": "a backslash in double quotes begins an unknown escape; use single quotes",
    "did not find expected <document start>": "this line does not belong to what is above it",
    "mapping keys are not allowed": "a key may not begin here; check the indentation",
    "undefined tag handle": "a value that begins with “!” is taken for a tag; put it in quotes",
    "incompatible YAML document": "this version of YAML is not known; remove the line that begins with “%”",
    "did not find expected node content": "a value or a closing bracket is missing, here or just above",
    "maximum depth": "this is nested far too deep",
}


def line_at_fault(error: yaml.YAMLError) -> int:
    """The line to look at: of an open quote where it begins, else where reading stopped."""
    problem, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if context is not None and "unexpected" in str(getattr(error, "problem", "")):
        problem = context
    mark = problem or context
    return 1 if mark is None else int(mark.line) + 1


def in_plain_words(error: yaml.YAMLError) -> str:
    """A sentence for a person about what libyaml could not read."""
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "")
    for part, sentence in _PLAIN_WORDS.items():
        if part in problem:
            return sentence
    return "this line cannot be read as YAML; check indentation, quotes and brackets"
