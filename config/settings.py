"""Settings, from the environment and nowhere else. This is the only reader of it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

PREFIX: Final = "DECISION_ROUTES_"
SHORTEST_KEY: Final = 16
LEAST_CONTRAST: Final = 4.5  # WCAG 2.2, criterion 1.4.3
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class SettingsFault(Exception):
    """A setting is unknown or wrong; the sentence names it."""


@dataclass(frozen=True)
class Settings:
    """How this installation is set up."""

    database_url: str = "sqlite:///decision-routes.sqlite"
    ledger_key: bytes | None = None  # events are sealed with it; whoever has no key cannot forge one
    address: str = "http://127.0.0.1:8000"  # where people reach it: links in letters begin with this
    name: str = "Decision Routes"
    colour: str | None = None  # "#1d70b8"
    contact: str | None = None  # who helps: an e-mail address or a sentence
    mail_folder: str = "letters"  # where letters are put as .eml files
    sender: str = "decision-routes@localhost"  # whom letters come from
    metrics_token: str | None = None  # who shows it may read /metrics without signing in
    proxies: int = 0  # how many proxies stand in front and say where requests come from


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings; SettingsFault names one that is not known or cannot be used."""
    found = os.environ if environment is None else environment
    given = {name.removeprefix(PREFIX): value for name, value in found.items() if name.startswith(PREFIX)}
    for name in given:
        if name not in _READERS:
            listed = ", ".join(PREFIX + setting for setting in _READERS)
            raise SettingsFault(f"{PREFIX}{name} is not a setting that is known. Those there are: {listed}.")
    read = {name.lower(): _READERS[name](value) for name, value in given.items() if value}
    return replace(Settings(), **read)


def _text(value: str) -> str:
    return value


def _key(value: str) -> bytes:
    if len(value) < SHORTEST_KEY:
        raise SettingsFault(f"{PREFIX}LEDGER_KEY is too short: use at least {SHORTEST_KEY} characters.")
    return value.encode()


def _address(value: str) -> str:
    """The beginning of every link, without a slash at its end."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise SettingsFault(f"{PREFIX}ADDRESS is no web address: write it like https://decisions.example.org.")
    return value.rstrip("/")


def _sender(value: str) -> str:
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", value):
        raise SettingsFault(f"{PREFIX}SENDER is no e-mail address: write it like decisions@example.org.")
    return value


def _colour(value: str) -> str:
    if not _COLOUR.fullmatch(value):
        raise SettingsFault(f"{PREFIX}COLOUR is no colour: write it like #1d70b8.")
    if _contrast_with_white(value) < LEAST_CONTRAST:
        raise SettingsFault(f"{PREFIX}COLOUR is too light: white text on {value} cannot be read. Choose a darker one.")
    return value


def _contrast_with_white(colour: str) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _token(value: str) -> str:
    if len(value) < SHORTEST_KEY:
        raise SettingsFault(f"{PREFIX}METRICS_TOKEN is too short: use at least {SHORTEST_KEY} characters.")
    return value


def _count(value: str) -> int:
    if not re.fullmatch("[0-9]", value):
        raise SettingsFault(f"{PREFIX}PROXIES is no number of proxies: write 0 to 9.")
    return int(value)


_READERS: Final[dict[str, Any]] = {
    "DATABASE_URL": _text,
    "LEDGER_KEY": _key,
    "ADDRESS": _address,
    "NAME": _text,
    "COLOUR": _colour,
    "CONTACT": _text,
    "MAIL_FOLDER": _text,
    "SENDER": _sender,
    "METRICS_TOKEN": _token,
    "PROXIES": _count,
}
