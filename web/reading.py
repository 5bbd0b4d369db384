"""What views are handed: the runtime, one consistent look for each request, and who is looking."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import cast

from flask import abort, current_app, g
from flask_login import current_user

from config.settings import Settings
from workflow.known import Person
from workflow.runtime import Looking, Runtime
from workflow.visibility import Reader, reader_of

EXTENSION = "decision-routes"


def runtime() -> Runtime:
    """The installation that this application serves."""
    return cast(Runtime, current_app.extensions[EXTENSION]["runtime"])


def settings() -> Settings:
    """How the installation is set up."""
    return cast(Settings, current_app.extensions[EXTENSION]["settings"])


@contextmanager
def looking() -> Iterator[Looking]:
    """The request's one look at the database: opened when first needed, closed before an act and at the end."""
    if "look" not in g:
        stack = ExitStack()
        g.look = stack.enter_context(runtime().looking())
        g.look_stack = stack
    yield g.look


def stop_looking(_error: BaseException | None = None) -> None:
    """Let go of the look: after an act, a page must show what it has changed."""
    g.pop("look", None)
    stack = g.pop("look_stack", None)
    if stack is not None:
        stack.close()


def person() -> Person:
    """Who is signed in."""
    if not current_user.is_authenticated:
        abort(401)
    return cast(Person, current_user.person)


def reader() -> Reader:
    """What they may see."""
    if "reader" not in g:
        with looking() as look:
            g.reader = reader_of(look.known, person())
    return cast(Reader, g.reader)
