"""Passwords: how long, which are too easily guessed, and how they are kept (argon2id, never readable again)."""

from __future__ import annotations

import re
import secrets
from functools import cache
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST: Final = 12
LONGEST: Final = 200

#: Longer than any password that can be set, so that what is cut off never makes a difference.
_READ: Final = 1_000

#: What people take first, without the digits and signs that they put around it.
_OBVIOUS: Final = frozenset({
    "password", "passwordpassword", "passphrase", "mypassword", "newpassword", "letmein",
    "letmeinplease", "welcome", "welcomewelcome", "changeme", "changemenow", "qwerty", "qwertyuiop",
    "qwertyqwerty", "asdfghjkl", "iloveyou", "administrator", "decisionroutes", "council", "cabinet",
    "secretary",
})  # fmt: skip
_ROWS: Final = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


def weakness(password: str, *about: str | None) -> str | None:
    """Why this may not be somebody's password, in a sentence; None if it may. `about` are their name, address …"""
    password = _normal(password)
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters for the password. Three words that do not belong together do well."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters for the password."
    core = _core(password)
    own = {_core(word) for word in about if word} | {_core(word.split("@")[0]) for word in about if word}
    if core in own - {""}:
        return "The password is your own name or e-mail address. Choose something that nobody would try."
    if core in _OBVIOUS or _is_monotonous(password.casefold()):
        return "The password is one that people try first. Choose something that nobody would try."
    return None


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _hasher().hash(_normal(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether this is the password. Where none is kept it takes as long to say no."""
    from argon2.exceptions import InvalidHashError, VerificationError

    decoy = _decoy()
    try:
        _hasher().verify(kept or decoy, _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than are used now."""
    return _hasher().check_needs_rehash(kept)


@cache
def _hasher() -> PasswordHasher:
    """About 30 ms and 19 MB for each guess. A change here renews every hash at its owner's next sign-in."""
    from argon2 import PasswordHasher  # loaded when somebody signs in, not by every command

    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@cache
def _decoy() -> str:
    return _hasher().hash(secrets.token_urlsafe())


def _normal(password: str) -> str:
    """The same characters, however a keyboard composed them."""
    return normalize("NFKC", password[:_READ])[:_READ]


def _core(words: str) -> str:
    """Letters only, with the digits that stand between letters."""
    return re.sub(r"[\W_]", "", words.casefold()).strip("0123456789")


def _is_monotonous(password: str) -> bool:
    """One or two characters over and over, or a row of the keyboard up or down."""
    return len(set(password)) < 3 or any(password in row or password in row[::-1] for row in _ROWS)
