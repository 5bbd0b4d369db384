"""One's own account: signing in and out, passwords, and where one is signed in."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user

from web import signing_in as browser
from web.forms.account import AskForReset, ChangePassword, SetPassword, SignIn
from web.reading import looking, person, runtime, settings, stop_looking
from web.words import roles_in_words
from workflow import accounts, links, signing_in
from workflow.accounts import Weak
from workflow.errors import Refused
from workflow.known import Person
from workflow.links import LinkGone
from workflow.throttling import TooManyAttempts

pages = Blueprint("account", __name__)


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response:
    """Who are you? Afterwards on to where one wanted to go."""
    onward = browser.local_path(request.args.get("next"))
    if request.method == "GET" and current_user.is_authenticated:
        return _to(onward or url_for("decisions.index"))
    form = SignIn()

    def attempt() -> Response:
        before = current_user.token_hash if current_user.is_authenticated else None
        stop_looking()
        token = signing_in.sign_in(runtime(), form.email.data, form.password.data, browser.network(), before)
        browser.begin(token)
        return _to(onward or url_for("decisions.index"))

    return _tried(form, attempt, "account/sign_in.html", onward=onward)


@pages.post("/sign-out")
def sign_out() -> Response:
    """Out of this browser."""
    browser.end()
    flash("You are signed out.", "success")
    return _to(url_for("account.sign_in"))


@pages.post("/sign-out-everywhere")
def sign_out_everywhere() -> Response:
    """Out of every browser, this one too."""
    who = person().id
    stop_looking()
    with runtime().doing(who) as do:
        signing_in.sign_out_everywhere(do, who)
    browser.end()
    flash("You are signed out everywhere.", "success")
    return _to(url_for("account.sign_in"))


@pages.get("/account")
def show() -> Response:
    """Who I am here, and where I am signed in."""
    return _account(ChangePassword(formdata=None))


@pages.post("/account/password")
def change_password() -> Response:
    """Another password; everywhere else one is signed out."""
    form = ChangePassword()
    if not form.validate():
        return _account(form, Refused.status)
    mine = current_user.signed_in
    stop_looking()
    try:
        token = signing_in.change_password(runtime(), mine, form.current.data, form.wanted.data, browser.network())
    except (Refused, TooManyAttempts) as err:
        form.problem("wanted" if isinstance(err, Weak) else "current", str(err))
        return _account(form, err.status, browser.manner(err))
    browser.begin(token)
    flash("Your password is changed. Wherever else you were signed in, you are signed out.", "success")
    return _to(url_for("account.show"))


@pages.route("/invitation/<token>", methods=["GET", "POST"])
def invitation(token: str) -> Response:
    """Set a first password, by the link of an invitation."""
    return _by_link(links.INVITATION, token)


@pages.route("/reset", methods=["GET", "POST"])
def reset_request() -> Response:
    """Ask for a new password; the answer is the same for everybody."""
    form = AskForReset()

    def attempt() -> Response:
        stop_looking()
        where = settings()
        accounts.request_reset(runtime(), form.email.data, browser.network(), where.address, where.name)
        return make_response(render_template("account/reset_asked.html"))

    return _tried(form, attempt, "account/reset_request.html")


@pages.route("/reset/<token>", methods=["GET", "POST"])
def reset(token: str) -> Response:
    """Set a new password, by the link of a letter."""
    return _by_link(links.RESET, token)


def _by_link(purpose: str, token: str) -> Response:
    """Looking at a link uses nothing up: mail programs look at every link before people do."""
    form = SetPassword()

    def attempt() -> Response:
        stop_looking()
        accounts.set_by_link(runtime(), purpose, token, form.password.data)
        browser.end()
        flash("Your password is set. Sign in with it.", "success")
        return _to(url_for("account.sign_in"))

    try:
        whose = _holder(purpose, token)
        return _tried(form, attempt, "account/set_password.html", whose=whose, first=purpose == links.INVITATION)
    except LinkGone as err:
        page = render_template("account/link_gone.html", sentence=str(err), reset=purpose == links.RESET)
        return make_response(page, err.status)


def _holder(purpose: str, token: str) -> Person:
    with looking() as look:
        return links.holder(look.db, look.known, look.now, purpose, token)


def _tried(
    form: SignIn | AskForReset | SetPassword, attempt: Callable[[], Response], page: str, **shown: object
) -> Response:
    """Show the form; once it is sent and filled in, try; a refusal comes back to the form."""
    status, headers = 200, {}
    if request.method == "POST":
        if form.validate():
            try:
                return attempt()
            except (Refused, TooManyAttempts) as err:
                form.refused(err)
                status, headers = err.status, browser.manner(err)
        else:
            status = Refused.status
    return make_response(render_template(page, form=form, **shown), status, headers)


def _account(form: ChangePassword, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    who = person()
    with looking() as look:
        roles = roles_in_words(look.known, who)
        places = signing_in.places(look, who.id)
        account = accounts.account_of(look, who.id)
    here = current_user.token_hash
    page = render_template(
        "account/show.html", form=form, who=who, account=account, roles=roles, places=places, here=here
    )
    return make_response(page, status, headers or {})


def _to(address: str) -> Response:
    response = redirect(address, 303)
    assert isinstance(response, Response)
    return response
