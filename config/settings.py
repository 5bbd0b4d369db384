"""Settings, from the environment and nowhere else. This is the only reader of it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

PREFIX: Final = "DECISION_ROUTES_"
SHORTEST_KEY: Final = 16
LEAST_CONTRAST: Final = 4.5  # WCAG 2.2, criterion 1.4.3
THIS_MACHINE: Final = ("localhost", "127.0.0.1", "::1")
MAIL: Final = ("folder", "smtp", "notify", "nobody")
SECURITY: Final = ("starttls", "tls", "none")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|[0-9a-fA-F:]*:[0-9a-fA-F:]+")
_UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


class SettingsFault(Exception):
    """A setting is unknown or wrong; the sentence names it."""


@dataclass(frozen=True)
class Settings:
    """How this installation is set up."""

    database_url: str = field(default="sqlite:///decision-routes.sqlite", repr=False)  # it may hold a password
    ledger_key: bytes | None = field(
        default=None, repr=False
    )  # events are sealed with it; whoever has no key cannot forge one
    address: str = "http://127.0.0.1:8000"  # where people reach it: links in letters begin with this
    name: str = "Decision Routes"
    colour: str | None = None  # "#1d70b8"
    contact: str | None = None  # who helps: an e-mail address or a sentence
    mail: str = "folder"  # how letters leave: folder, smtp, notify; nobody in test mode
    mail_folder: str = "letters"  # where letters are put as .eml files
    sender: str = "decision-routes@localhost"  # whom letters come from
    smtp_host: str | None = None
    smtp_port: int | None = None  # None: the usual one
    smtp_security: str = "starttls"  # starttls, tls, none
    smtp_user: str | None = None
    smtp_password: str | None = field(default=None, repr=False)
    smtp_ca: str | None = None  # a file of certificates to trust in place of those that the machine trusts
    notify_key: str | None = field(default=None, repr=False)  # of GOV.UK Notify
    notify_template: str | None = None
    notify_address: str | None = None  # of a stand-in for it
    metrics_token: str | None = field(default=None, repr=False)  # who shows it may read /metrics without signing in
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
    settings = replace(Settings(), **read)
    _check_mail(settings, set(read))
    return settings


def _check_mail(settings: Settings, given: set[str]) -> None:
    """What only shows when the settings for letters are looked at together."""
    of_a_way = sorted(name for name in given if name.startswith(("smtp_", "notify_")))
    if of_a_way and "mail" not in given:
        way = of_a_way[0].split("_")[0]
        raise SettingsFault(
            f"{PREFIX}{of_a_way[0].upper()} is set, but letters go to a folder: set {PREFIX}MAIL={way} as well."
        )
    for name in _NEEDED.get(settings.mail, ()):
        if name not in given:
            raise SettingsFault(f"{PREFIX}MAIL={settings.mail} needs {PREFIX}{name.upper()}, which is not set.")
    if settings.mail == "smtp":
        _check_sign_in(settings)


def _check_sign_in(settings: Settings) -> None:
    if (settings.smtp_user is None) != (settings.smtp_password is None):
        raise SettingsFault(f"{PREFIX}SMTP_USER and {PREFIX}SMTP_PASSWORD go together: set both or neither.")
    in_the_clear = settings.smtp_security == "none" and settings.smtp_host not in THIS_MACHINE
    if settings.smtp_password is not None and in_the_clear:
        raise SettingsFault(
            f"{PREFIX}SMTP_SECURITY=none would send the password in the clear: use starttls or tls, or a server on "
            "this machine."
        )


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


def _one_of(name: str, words: tuple[str, ...]) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in words:
            raise SettingsFault(f"{PREFIX}{name} is none of those that there are: {', '.join(words)}.")
        return value

    return read


def _host(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise SettingsFault(
            f"{PREFIX}SMTP_HOST is no name of a server: write it like smtp.example.org, and the port into "
            f"{PREFIX}SMTP_PORT."
        )
    return value


def _port(value: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", value) or not 1 <= int(value) <= 65535:
        raise SettingsFault(f"{PREFIX}SMTP_PORT is no port: write a number from 1 to 65535.")
    return int(value)


def _file(value: str) -> str:
    if not Path(value).is_file():
        raise SettingsFault(f"{PREFIX}SMTP_CA names no file that is there: {value}.")
    return value


def _notify_key(value: str) -> str:
    if not re.fullmatch(f".*{_UUID}-{_UUID}", value):
        raise SettingsFault(f"{PREFIX}NOTIFY_KEY is no key of GOV.UK Notify: copy it whole, name and all.")
    return value


def _notify_template(value: str) -> str:
    if not re.fullmatch(_UUID, value):
        raise SettingsFault(f"{PREFIX}NOTIFY_TEMPLATE is no id of a template: copy it from GOV.UK Notify.")
    return value


def _notify_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in THIS_MACHINE):
        raise SettingsFault(f"{PREFIX}NOTIFY_ADDRESS must begin with https://, unless it is on this machine.")
    return value.rstrip("/")


#: What each way of sending letters cannot do without.
_NEEDED: Final = {"smtp": ("smtp_host", "sender"), "notify": ("notify_key", "notify_template")}

_READERS: Final[dict[str, Any]] = {
    "DATABASE_URL": _text,
    "LEDGER_KEY": _key,
    "ADDRESS": _address,
    "NAME": _text,
    "COLOUR": _colour,
    "CONTACT": _text,
    "MAIL": _one_of("MAIL", MAIL),
    "MAIL_FOLDER": _text,
    "SENDER": _sender,
    "SMTP_HOST": _host,
    "SMTP_PORT": _port,
    "SMTP_SECURITY": _one_of("SMTP_SECURITY", SECURITY),
    "SMTP_USER": _text,
    "SMTP_PASSWORD": _text,
    "SMTP_CA": _file,
    "NOTIFY_KEY": _notify_key,
    "NOTIFY_TEMPLATE": _notify_template,
    "NOTIFY_ADDRESS": _notify_address,
    "METRICS_TOKEN": _token,
    "PROXIES": _count,
}
