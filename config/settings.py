"""Settings, from the environment and nowhere else. This is the only reader of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

PREFIX = "DECISION_ROUTES_"


class SettingsFault(Exception):
    """A setting is unknown or wrong; the sentence names it."""


@dataclass(frozen=True)
class Settings:
    """How this installation is set up."""

    database_url: str = "sqlite:///decision-routes.sqlite"
    ledger_key: bytes | None = None  # events are sealed with it; whoever has no key cannot forge one


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings; SettingsFault names one that is not known or cannot be used."""
    found = os.environ if environment is None else environment
    known = {"DATABASE_URL": "database_url", "LEDGER_KEY": "ledger_key"}
    for name in found:
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in known:
            listed = ", ".join(PREFIX + setting for setting in known)
            raise SettingsFault(f"{name} is not a setting that is known. Those there are: {listed}.")
    url = found.get(f"{PREFIX}DATABASE_URL") or Settings.database_url
    key = found.get(f"{PREFIX}LEDGER_KEY")
    if key is not None and len(key) < 16:
        raise SettingsFault(f"{PREFIX}LEDGER_KEY is too short: use at least 16 characters.")
    return Settings(url, key.encode() if key else None)
