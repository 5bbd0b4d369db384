"""People with accounts, and strangers, for the stories about signing in."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from models.outbox import letters
from tests.office import Office
from workflow import signing_in
from workflow.accounts import (
    create_with_password,
    invite,
)
from workflow.signing_in import SignedIn

BASE = "https://decisions.example.org"
HERE = "192.0.2.7"
GOOD = "three herons on a wall"
BETTER = "four otters under a bridge"

PEOPLE = """
people:
  - id: cabinet-clerk
    name: Cabinet clerk
    email: Cabinet.Clerk@example.org
    roles: [{role: secretary, forum: cabinet}]
  - {id: post-room, name: Post room, email: post.room@example.org}
  - {id: typist, name: Typist, email: Post.Room@example.org}
  - {id: caretaker, name: Caretaker}
  - {id: porter, name: Porter, email: porter@example.org}
"""


def give(office: Office, person: str = "cabinet-clerk", password: str = GOOD) -> None:
    with office.runtime.doing("operator") as do:
        create_with_password(do, person, password)


def invited(office: Office, person: str = "cabinet-clerk") -> str:
    """The token of an invitation."""
    with office.runtime.doing("operator") as do:
        return invite(do, person, BASE).rsplit("/", 1)[1]


def signs_in(office: Office, password: str = GOOD, address: str = "cabinet.clerk@example.org", at: str = HERE) -> str:
    return signing_in.sign_in(office.runtime, address, password, at)


def who(office: Office, token: str) -> SignedIn | None:
    with office.runtime.looking() as look:
        return signing_in.who_is(look, token)


def here(office: Office, token: str) -> SignedIn:
    """A request: looked up, and noted."""
    found = who(office, token)
    assert found is not None
    signing_in.note_seen(office.runtime, found)
    return found


def later(office: Office, **by: int) -> None:
    office.clock.at += timedelta(**by)


def rows(office: Office, table: Any) -> list[Any]:
    with office.runtime.looking() as look:
        return list(look.db.execute(select(table)))


def token_in_letter(office: Office) -> str:
    """The token in the newest letter."""
    newest = max(rows(office, letters), key=lambda letter: letter.id)
    return re.findall(r"/([\w-]{20,})\s", newest.body)[0]
