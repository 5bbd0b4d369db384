"""The application as people use it: `site.as_("cabinet-secretary").get("/")`. Every page that is seen is inspected."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from werkzeug.datastructures import MultiDict

from config.settings import Settings
from models.accounts import accounts, sessions
from models.outbox import letters
from tests.office import Office
from tests.web.forms import NotOffered
from tests.web.inspection import faults
from tests.web.pages import Page
from web.app import create_app
from web.reading import EXTENSION
from workflow.accounts import cookie_secret
from workflow.passwords import hashed
from workflow.runtime import Runtime

ADDRESS = "http://decisions.example.org"
HOST = urlsplit(ADDRESS).netloc
PASSWORD = "seven violet tractors"  # everybody's, in tests
MOST_REDIRECTS = 5

_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


class Faulty(AssertionError):
    """A page does not hold to what every page must hold to."""


_idle: list[Flask] = []  # making one costs more than most tests take: templates and addresses are compiled anew


def _application(runtime: Runtime, settings: Settings) -> Flask:
    """An application that no other site uses at the moment, put on this runtime."""
    if not _idle:
        return create_app(runtime, settings)
    app = _idle.pop()
    app.extensions[EXTENSION].update(runtime=runtime, settings=settings)
    app.secret_key = cookie_secret(runtime)
    return app


class Site:
    """One installation with its application, and browsers of the people who use it."""

    def __init__(self, office: Office, folder: Path, shared: bool = False, **settings: Any) -> None:
        self.office = office
        self.folder = folder
        self.settings = Settings(
            **{"database_url": office.url, "address": ADDRESS, "mail_folder": str(folder / "letters"), **settings}
        )
        self.app = (_application if shared else create_app)(office.runtime, self.settings)
        self.app.testing = False  # errors become pages, as they do for people

    def close(self) -> None:
        """The next site may have the application; the office ends."""
        _idle.append(self.app)
        self.office.close()

    @property
    def clock(self) -> Any:
        return self.office.clock

    @property
    def anonymous(self) -> Client:
        """A browser in which nobody is signed in."""
        return Client(self)

    def as_(self, person: str) -> Client:
        """A browser in which this person has just signed in."""
        client = Client(self, person)
        client.holds(self.new_session(person))
        return client

    def new_session(self, person: str, minutes_ago: int = 0) -> str:
        """A token by which a browser is signed in as this person, as if the form had been used."""
        token = secrets.token_urlsafe(32)
        at = self.office.clock.now() - timedelta(minutes=minutes_ago)
        moments = {"began_at": at, "last_seen_at": at, "password_at": at}
        with self.office.runtime.doing("decision-routes") as do:
            row = {"token_hash": sha256(token.encode()).hexdigest(), "person": person, **moments}
            do.db.execute(insert(sessions).values(row))
        return token

    def sign_in(self, person: str, password: str = PASSWORD) -> Client:
        """A browser in which this person signs in by the form."""
        client = Client(self, person)
        with self.office.runtime.looking() as look:
            address = look.db.execute(select(accounts.c.sign_in).where(accounts.c.person == person)).scalar_one()
        page = client.get("/sign-in")
        names = page.form().fields
        by_type = {nodes[0].get("type"): name for name, nodes in names.items()}
        email = next(name for name in names if "mail" in name or "address" in name)
        client.submit(page, **{email: address, by_type["password"]: password})
        return client

    def letters(self) -> list[EmailMessage]:
        """Letters that were put into the mail folder, oldest first."""
        found = sorted(
            Path(self.settings.mail_folder).glob("*.eml"), key=lambda path: (path.stat().st_mtime_ns, path.name)
        )
        read = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in found]
        return [letter for letter in read if isinstance(letter, EmailMessage)]

    def outbox(self) -> list[Mapping[str, Any]]:
        """Letters that were written, sent or not, oldest first."""
        with self.office.runtime.looking() as look:
            rows = look.db.execute(select(letters).order_by(letters.c.written_at, letters.c.id)).mappings()
            return [dict(row) for row in rows]

    def where(self, item: str) -> dict[str, Any]:
        return self.office.item(item)


class Client:
    """One browser."""

    def __init__(self, site: Site, person: str | None = None) -> None:
        self.site = site
        self.person = person
        self.inspects = True
        self.headers: dict[str, str] = {}
        self.flask: FlaskClient = site.app.test_client()

    def holds(self, token: str) -> None:
        """From now on this browser is the one that got this token at sign-in."""
        with self.flask.session_transaction(base_url=ADDRESS) as session:
            session["_user_id"] = token
            session["_fresh"] = True

    def get(self, path: str, status: int | None = 200, follow: bool = True, **options: Any) -> Page:
        """Ask for a page, and follow where it leads."""
        return self.open(path, "GET", status, follow, **options)

    def post(
        self,
        path: str,
        data: Any = None,
        status: int | None = 200,
        follow: bool = True,
        csrf: bool = True,
        **options: Any,
    ) -> Page:
        """Send whatever, with a valid CSRF token unless told otherwise. `data`: a mapping or a list of pairs."""
        pairs = _pairs(data)
        if csrf and not any(name == "csrf_token" for name, _value in pairs):
            pairs.append(("csrf_token", self.csrf_token()))
        return self.open(path, "POST", status, follow, data=MultiDict(pairs), **options)

    def submit(
        self, page: Page, said: Mapping[str, Any] | None = None, /, *, form: int | str | None = None,
        button: str | None = None, status: int | None = 200, follow: bool = True, **fields: Any,
    ) -> Page:  # fmt: skip
        """Fill in a form of the page and send it; what the page does not offer is an error.

        A choice by its value or its words, a day as 2023-10-05, a file as (name, bytes), several in a list. Fields
        whose names are no words of Python go into `said`.
        """
        chosen = page.form(form)
        sent = MultiDict(chosen.filled({**(said or {}), **fields}, button))
        if chosen.method == "get":
            address = chosen.action.split("?")[0]
            return self.open(address, "GET", status, follow, query_string=sent)
        multipart = {"content_type": "multipart/form-data"} if chosen.has_files else {}
        if not chosen.has_files:
            sent = MultiDict([(name, value) for name, value in sent.items(multi=True) if not isinstance(value, tuple)])
        return self.open(chosen.action, "POST", status, follow, data=sent, **multipart)

    def follow(self, page: Page, words: str, status: int | None = 200) -> Page:
        """Click on a link."""
        return self.get(urljoin(page.path, page.link(words)), status)

    def csrf_token(self) -> str:
        """A token of this browser, from a form of a page that it may see."""
        page = self._answer("/account" if self.person else "/sign-in", "GET")
        tokens = [field.get("value") for field in page.tree.all("input") if field.get("name") == "csrf_token"]
        if not tokens:
            raise NotOffered(f"{page!r} has no form with a CSRF token")
        return tokens[0]

    def open(self, path: str, method: str, status: int | None, follow: bool = True, **options: Any) -> Page:
        """One request, and those that its answer leads to."""
        page = self._answer(path, method, **options)
        came_by: list[str] = []
        while follow and page.status in (301, 302, 303, 307, 308):
            came_by.append(page.path)
            if len(came_by) > MOST_REDIRECTS:
                raise Faulty(f"redirected in a circle: {came_by}")
            page = self._answer(self._onwards(page), "GET")
        page.came_by = came_by
        if status is not None and page.status != status:
            raise AssertionError(f"{method} {path} answered {page.status}, not {status}: {_gist(page)}")
        return page

    def _answer(self, path: str, method: str, **options: Any) -> Page:
        options.setdefault("base_url", ADDRESS)
        headers = {**self.headers, **dict(options.pop("headers", {}))}
        response = self.flask.open(path, method=method, headers=headers, buffered=True, **options)
        response.request.environ["wsgi.input"].close()  # what was sent may be a file by now
        query = options.get("query_string")
        asked = response.request.full_path.rstrip("?") if query is not None else path
        page = Page(asked, response)
        if self.inspects:
            self._inspect(page, method)
        return page

    def _onwards(self, page: Page) -> str:
        """Where a redirect leads: never anywhere else than here."""
        target = urlsplit(urljoin(ADDRESS + page.path, page.response.headers["Location"].replace("\\", "/")))
        if target.netloc != HOST or target.scheme != "http":
            raise Faulty(f"{page.path} redirects to another place: {page.response.headers['Location']}")
        return target.path + (f"?{target.query}" if target.query else "")

    def _inspect(self, page: Page, method: str) -> None:
        found = []
        for name, value in _HEADERS.items():
            if page.response.headers.get(name) != value:
                found.append(f"the header {name} is {page.response.headers.get(name)!r}")
        policy_said = page.response.headers.get("Content-Security-Policy", "")
        if "default-src 'none'" not in policy_said or "unsafe" in policy_said:
            found.append(f"the content security policy is {policy_said!r}")
        for cookie in page.response.headers.getlist("Set-Cookie"):
            if "httponly" not in cookie.lower() or "samesite=" not in cookie.lower():
                found.append(f"a cookie can be read by scripts or sent along by others: {cookie.split('=')[0]}")
        if page.is_html and method not in ("HEAD", "OPTIONS") and page.status not in (301, 302, 303, 307, 308):
            found += page.markup_faults + faults(page.tree, page.path, HOST)
        if found:
            raise Faulty("\n  ".join([f"{method} {page.path} ({page.status}, as {self.person or 'nobody'}):", *found]))

    def __repr__(self) -> str:
        return f"<browser of {self.person or 'nobody'}>"


def give_everybody_an_account(office: Office) -> None:
    """Everybody with an e-mail address can sign in, all with the same password."""
    kept = hashed(PASSWORD)
    with office.runtime.doing("decision-routes") as do:
        rows = [
            {
                "person": person.id,
                "sign_in": person.email.lower(),
                "password_hash": kept,
                "password_set_at": do.now,
                "disabled": False,
                "created_at": do.now,
            }
            for person in do.known.people.values()
            if person.email
        ]
        do.db.execute(insert(accounts), rows)


def _pairs(data: Any) -> list[tuple[str, Any]]:
    if isinstance(data, MultiDict):
        return list(data.items(multi=True))
    if isinstance(data, Mapping):
        return [(name, v) for name, value in data.items() for v in (value if isinstance(value, list) else [value])]
    return list(data or ())


def _gist(page: Page) -> str:
    with suppress(Exception):
        if page.is_html:
            return f"{page.h1}. {'; '.join(page.error_summary)} {page.main.text[:400]}"
    return f"{page.bytes[:300]!r}"
