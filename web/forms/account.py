"""Signing in, and setting passwords."""

from __future__ import annotations

from typing import Any

from wtforms import Field
from wtforms.validators import StopValidation

from web.forms.base import Form, needed, password, text
from workflow.passwords import LONGEST, SHORTEST

HOW_LONG = (
    f"At least {SHORTEST} characters, at most {LONGEST}. Any characters will do, spaces too; you may paste it. "
    "Three words that do not belong together do well."
)


def looks_like_an_address(_form: Any, field: Field) -> None:
    """Something with an @ in it: whether it is anybody's is not said."""
    if "@" not in (field.data or ""):
        raise StopValidation("Enter an e-mail address, such as name@example.org.")


class SignIn(Form):
    """The e-mail address and the password."""

    email = text("E-mail address", needed("Enter your e-mail address."))
    password = password("Password", needed("Enter your password."))


class AskForReset(Form):
    """For whom a new password is wanted."""

    email = text("E-mail address", needed("Enter your e-mail address."), looks_like_an_address)


class SetPassword(Form):
    """A password, by a link."""

    password = password("New password", needed("Enter a password."), hint=HOW_LONG)


class ChangePassword(Form):
    """Another password, by somebody who is signed in."""

    current = password("Your password now", needed("Enter the password that you have now."))
    wanted = password("New password", needed("Enter a new password."), hint=HOW_LONG)
