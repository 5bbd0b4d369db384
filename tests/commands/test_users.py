"""user add, password, disable, enable, list: typed by whoever looks after the installation."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tests.commands.conftest import Desk
from tests.office import Office
from workflow import links
from workflow.accounts import set_by_link
from workflow.signing_in import NotSignedIn, sign_in

CLERK = "cabinet-secretary"
ADDRESS = "cabinet.secretary@example.org"
GOOD = "three herons on a wall"


@pytest.fixture
def office(sqlite_database: str) -> Iterator[Office]:
    """The same database, seen by the program."""
    opened = Office(sqlite_database)
    yield opened
    opened.close()


def says(monkeypatch: pytest.MonkeyPatch, typed: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(typed)))


def can_sign_in(office: Office, password: str = GOOD) -> bool:
    try:
        return bool(sign_in(office.runtime, ADDRESS, password, "192.0.2.1"))
    except NotSignedIn:
        return False


def test_an_invitation_is_written_and_its_link_printed(lancashire: Desk, office: Office) -> None:
    said = lancashire.does("user", "add", CLERK)
    assert "works once, for 7 days" in said
    link = said.splitlines()[-1]
    found = re.fullmatch(r"http://127\.0\.0\.1:8000/invitation/([\w-]{43})", link)
    assert found
    assert lancashire.sees("user", "list")[0]["state"] == "invited"
    set_by_link(office.runtime, links.INVITATION, found[1], GOOD)
    assert can_sign_in(office)


def test_links_begin_with_the_address_that_is_set(lancashire: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DECISION_ROUTES_ADDRESS", "https://decisions.example.org/")
    assert "\nhttps://decisions.example.org/invitation/" in lancashire.does("user", "add", CLERK)


def test_a_password_is_read_from_standard_input(
    lancashire: Desk, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, f"{GOOD}\n".encode())
    assert lancashire.does("user", "add", CLERK, "--password-stdin") == "Cabinet secretary can sign in.\n"
    assert can_sign_in(office)
    says(monkeypatch, "vier Otter überm Fluß\r\n".encode())
    lancashire.does("user", "password", CLERK, "--password-stdin")
    assert can_sign_in(office, "vier Otter überm Fluß") and not can_sign_in(office)


@pytest.mark.parametrize(
    ("typed", "why_not"),
    [
        (b"", "at least 12 characters"),
        (b"too short\n", "at least 12 characters"),
        (b"two lines\nare one too many\n", "as one line"),
        (b"x" * 20_000, "as one line"),
        ("über vier Otter".encode("latin-1"), "not written in UTF-8"),
        (b"cabinet.secretary@example.org", "your own name"),
    ],
)
def test_what_cannot_be_a_password_is_said(
    lancashire: Desk, monkeypatch: pytest.MonkeyPatch, typed: bytes, why_not: str
) -> None:
    says(monkeypatch, typed)
    assert why_not in lancashire.is_refused("user", "add", CLERK, "--password-stdin")
    assert lancashire.sees("user", "list") == []


def test_a_reset_link_works_for_an_hour(lancashire: Desk, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Add one with user add" in lancashire.is_refused("user", "password", CLERK)
    says(monkeypatch, GOOD.encode())
    lancashire.does("user", "add", CLERK, "--password-stdin")
    said = lancashire.does("user", "password", CLERK)
    assert "works once, for one hour" in said and "/reset/" in said
    assert can_sign_in(office), "until the link is used, the password stays"


def test_disabled_and_enabled(lancashire: Desk, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, GOOD.encode())
    lancashire.does("user", "add", CLERK, "--password-stdin")
    assert lancashire.does("user", "disable", CLERK) == "Cabinet secretary can no longer sign in.\n"
    assert not can_sign_in(office)
    assert "is disabled. Enable it first." in lancashire.is_refused("user", "password", CLERK)
    assert "has an account already (disabled)" in lancashire.is_refused("user", "add", CLERK)
    assert lancashire.does("user", "enable", CLERK) == "Cabinet secretary can sign in again.\n"
    assert can_sign_in(office)


def test_who_is_unknown_or_has_no_account(lancashire: Desk) -> None:
    for words in (("add",), ("password",), ("disable",), ("enable",)):
        assert "There is no person nobody." in lancashire.is_refused("user", *words, "nobody")
    for word in ("disable", "enable"):
        assert lancashire.is_refused("user", word, CLERK) == "Cabinet secretary has no account."
    assert lancashire.types("user", "add").status == 2
    assert lancashire.does("user", "list") == "No accounts.\n"


def test_the_list_says_who_signs_in_as_what(lancashire: Desk) -> None:
    lancashire.does("user", "add", CLERK)
    assert lancashire.sees("user", "list") == [
        {
            "person": CLERK,
            "name": "Cabinet secretary",
            "sign_in": ADDRESS,
            "state": "invited",
            "password_set_at": None,
            "last_seen_at": None,
        }
    ]
    table = lancashire.does("user", "list")
    assert ADDRESS in table and "invited" in table


def test_the_command_line_loads_nothing_of_accounts_until_it_is_needed() -> None:
    look = "import sys, web.cli; print([name for name in ('argon2', 'structlog', 'flask') if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
