"""The commands, by what a person does: load data, look, check routes, act."""

from __future__ import annotations

import getpass
import json
from typing import Any

import click

from config.settings import from_environment
from workflow.runtime import Runtime, open_runtime
from workflow.setup import must_be_ready


def opened(db: str | None, ready: bool = True) -> Runtime:
    """The runtime on the database that was named, in the command or the environment; let go of at its end."""
    settings = from_environment()
    runtime = open_runtime(db or settings.database_url, ledger_key=settings.ledger_key, address=settings.address)
    runtime.name, runtime.sender = settings.name, settings.sender
    click.get_current_context().call_on_close(runtime.engine.dispose)
    if ready:
        must_be_ready(runtime)
    return runtime


def operator() -> str:
    """Who runs the command, as the ledger's actor."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"


def print_json(value: Any) -> None:
    """JSON for scripts, in UTF-8 whatever the terminal knows."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2).encode())
