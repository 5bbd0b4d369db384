"""Who is signed in, for views: Flask-Login over the rows that `workflow/signing_in.py` keeps.

Flask's session, a signed cookie, holds nothing but the token. Signing in empties it first, so that nobody goes on in
a session that somebody else began for them.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote

from flask import Flask, Response, abort, g, make_response, render_template, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from web.reading import looking, settings, stop_looking
from web.reading import runtime as this_runtime
from workflow import signing_in
from workflow.accounts import cookie_secret
from workflow.errors import Refused, Unavailable
from workflow.known import Person
from workflow.runtime import Runtime
from workflow.signing_in import SignedIn
from workflow.throttling import TooManyAttempts

PASSWORD: Final = "_password"  # the fields of the pages that ask for it again
EMAIL: Final = "_email"
LONGEST_PATH: Final = 2_000
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f-\x9f\u2028\u2029]*")


class User(UserMixin):  # type: ignore[misc]
    """Somebody who is signed in, in one browser."""

    def __init__(self, signed_in: SignedIn, token: str) -> None:
        self.id = signed_in.person.id
        self.person: Person = signed_in.person
        self.token_hash = signed_in.token_hash
        self.password_is_fresh = signed_in.password_is_fresh
        self.signed_in = signed_in
        self._token = token

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie."""
        return self._token


def install(app: Flask, runtime: Runtime) -> None:
    """Cookies, and who is looking."""
    app.secret_key = cookie_secret(runtime)
    with app.app_context():
        secure = settings().address.startswith("https:")
    app.config.update(
        SESSION_COOKIE_NAME="decision-routes",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
    )
    manager = LoginManager()
    manager.session_protection = None  # people change trains: an address that changes says nothing
    manager.init_app(app)
    manager.user_loader(_load)


def begin(token: str) -> None:
    """This browser holds a new token from now on, and nothing of what it held before."""
    stop_looking()
    session.clear()
    with looking() as look:
        signed_in = signing_in.who_is(look, token)
    if signed_in is None:
        abort(401)
    login_user(User(signed_in, token))


def end() -> None:
    """This browser is signed out."""
    if current_user.is_authenticated:
        mine = current_user.token_hash
        stop_looking()
        with this_runtime().doing(current_user.id) as do:
            signing_in.sign_out(do, mine)
    logout_user()
    session.clear()


def password_needed() -> bool:
    """Whether the password has to be given again before a decision is recorded."""
    if not current_user.is_authenticated:
        abort(401)
    return not current_user.password_is_fresh


def confirm_password(runtime: Runtime, password: str) -> str | None:
    """Take the password once more: None if it is right, else the sentence to show. Throttled like signing in."""
    if not current_user.is_authenticated:
        abort(401)
    stop_looking()
    try:
        signing_in.confirm(runtime, current_user.token_hash, password, request.remote_addr)
    except (Refused, TooManyAttempts) as err:
        return str(err)
    current_user.password_is_fresh = True
    return None


def fresh_password_or_page() -> Response | None:
    """To be called where a decision is posted: None to go on, else the page that asks for the password first.

    That page carries everything that was posted, and posts it to the same address together with the password.
    """
    if not password_needed():
        return None
    given = request.form.get(PASSWORD)
    sentence = confirm_password(this_runtime(), given) if given is not None else None
    if given is not None and sentence is None:
        return None
    return _kept_page(sentence, None, 200)


def signed_in_or_page() -> Response | None:
    """For a form that is sent after its sign-in has ended: None once the person has signed in again, else the page
    that asks for that. It carries everything that was posted, and posts it to the same address.
    """
    email, given = request.form.get(EMAIL), request.form.get(PASSWORD)
    sentence = None
    if email is not None and given is not None:
        stop_looking()
        try:
            begin(signing_in.sign_in(this_runtime(), email, given, network()))
        except (Refused, TooManyAttempts) as err:
            sentence = str(err)
        else:
            return None
    return _kept_page(sentence, email or "", 401)


def _kept_page(sentence: str | None, email: str | None, status: int) -> Response:
    """The page that asks for the password, and for the address too where one is no longer signed in.

    It holds everything that was typed into the form that was sent, and says if files came with it.
    """
    asked_here = (EMAIL, PASSWORD, "csrf_token")
    page = render_template(
        "account/confirm_password.html",
        kept=[(name, value) for name, value in request.form.items(multi=True) if name not in asked_here],
        files=any(file.filename for _name, file in request.files.items(multi=True)),
        sentence=sentence,
        email=email,
        action=_this_address(),
    )
    return make_response(page, status if sentence is None else Refused.status)


def local_path(wanted: str | None) -> str | None:
    """Where to go on: only a path of this installation, never another host, whatever a browser makes of it."""
    if wanted is None or len(wanted) > LONGEST_PATH or not _LOCAL.fullmatch(wanted):
        return None
    return wanted


def _load(token: str) -> User | None:
    """Who holds the token of this request's cookie; looked up once."""
    if g.get("cannot_tell_who"):
        return None  # the page that says that the database cannot be used is for nobody in particular
    g.cannot_tell_who = True
    with looking() as look:
        found = signing_in.who_is(look, str(token))
    g.cannot_tell_who = False
    if found is None:
        return None
    with suppress(Unavailable):  # that somebody was here can be written down next time
        signing_in.note_seen(this_runtime(), found)
    return User(found, str(token))


def _this_address() -> str:
    """Where this request was sent, as it was written there."""
    path = quote(request.script_root + request.path, safe="/:@!$&'()*+,;=~")
    query = request.query_string.decode("ascii", "ignore")
    return local_path(f"{path}?{query}" if query else path) or path


def network() -> str | None:
    """Where the request comes from, for throttling."""
    return request.remote_addr


def manner(err: Any) -> dict[str, str]:
    """Headers that go with a refusal: how long to wait, where there is something to wait for."""
    return {"Retry-After": str(err.seconds)} if isinstance(err, TooManyAttempts) else {}
