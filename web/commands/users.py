"""Accounts: who may sign in. Links are printed for whoever runs the command; passwords are never an argument."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from config.settings import from_environment
from web import options, tables
from web.commands import opened, operator, print_json
from workflow.errors import Refused

if TYPE_CHECKING:
    from workflow.accounts import Account

ALL_AT_ONCE = 200
LONGEST_LINE = 10_000  # bytes

person = click.argument("person")
from_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input, and set it.")


@click.group()
def user() -> None:
    """Accounts: who may sign in."""


@user.command()
@person
@from_stdin
@options.database
def add(person: str, password_stdin: bool, db: str | None) -> None:
    """Give somebody an account: write an invitation, or set the password."""
    from workflow.accounts import account_of, create_with_password, invite

    runtime, settings = opened(db), from_environment()
    password = _typed() if password_stdin else None
    with runtime.looking() as look:
        there = account_of(look, person)
    if there is not None and there.state != "invited":
        raise Refused(f"{there.name} has an account already ({there.state}). Change it with user password or enable.")
    with runtime.doing(operator()) as do:
        if password is not None:
            create_with_password(do, person, password)
        else:
            link = invite(do, person, settings.address, settings.name)
        name = do.known.people[person].name
    if password is not None:
        click.echo(f"{name} can sign in.")
    else:
        click.echo(f"An invitation for {name} waits to be sent. The link in it works once, for 7 days:\n{link}")


@user.command()
@person
@from_stdin
@options.database
def password(person: str, password_stdin: bool, db: str | None) -> None:
    """Write somebody a link to set a new password, or set it."""
    from workflow.accounts import account_of, create_with_password, send_reset

    runtime, settings = opened(db), from_environment()
    typed = _typed() if password_stdin else None
    with runtime.looking() as look:
        name = look.known.people[person].name if person in look.known.people else person
        if person in look.known.people and account_of(look, person) is None:
            raise Refused(f"{name} has no account yet. Add one with user add.")
    with runtime.doing(operator()) as do:
        if typed is not None:
            create_with_password(do, person, typed)
        else:
            link = send_reset(do, person, settings.address, settings.name)
    if typed is not None:
        click.echo(f"{name} has a new password, and is signed out everywhere.")
    else:
        click.echo(f"A letter for {name} waits to be sent. The link in it works once, for one hour:\n{link}")


@user.command()
@person
@options.database
def disable(person: str, db: str | None) -> None:
    """Let somebody sign in no more; whoever is signed in as them is signed out at once."""
    from workflow import accounts

    with opened(db).doing(operator()) as do:
        accounts.disable(do, person)
        name = do.known.people[person].name
    click.echo(f"{name} can no longer sign in.")


@user.command()
@person
@options.database
def enable(person: str, db: str | None) -> None:
    """Let somebody sign in again, with the password that they had."""
    from workflow import accounts

    with opened(db).doing(operator()) as do:
        accounts.enable(do, person)
        name = do.known.people[person].name
    click.echo(f"{name} can sign in again.")


@user.command("list")
@options.database
@options.as_json
def show_all(db: str | None, as_json: bool) -> None:
    """Every account, and what became of it."""
    from workflow.accounts import listed

    found: list[Account] = []
    with opened(db).looking() as look:
        while page := listed(look, found[-1].person if found else None, ALL_AT_ONCE):
            found += page
    if as_json:
        print_json([_told(account) for account in found])
    else:
        tables.accounts(found)


def _typed() -> str:
    """The password on standard input: its first and only line."""
    said = sys.stdin.buffer.read(LONGEST_LINE + 1)
    try:
        line = said.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise Refused("The password on standard input is not written in UTF-8.") from None
    if len(said) > LONGEST_LINE or "\n" in line:
        raise Refused("Give the password on standard input as one line.")
    return line


def _told(account: Account) -> dict[str, str | None]:
    return {
        "person": account.person,
        "name": account.name,
        "sign_in": account.sign_in,
        "state": account.state,
        "password_set_at": account.password_set_at.isoformat() if account.password_set_at else None,
        "last_seen_at": account.last_seen_at.isoformat() if account.last_seen_at else None,
    }


COMMANDS = (user,)
