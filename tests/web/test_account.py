"""Signing in and out in a browser, links in letters, and the password that is asked for again after a pause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models import metadata
from tests.web.pages import Page
from tests.web.site import ADDRESS, HOST, PASSWORD, Client, Site
from web.signing_in import local_path
from workflow import accounts
from workflow.errors import Unavailable
from workflow.mail.folder import FolderMailer
from workflow.outbox import deliver_waiting
from workflow.runtime import Runtime

CLERK = "cabinet-secretary"
EMAIL = "cabinet.secretary@example.org"
BETTER = "four otters under a bridge"
WRONG = "The e-mail address or the password is not right. Check both, or set a new password."


def tries(site: Site, email: str = EMAIL, password: str = PASSWORD, status: int = 200, path: str = "/sign-in") -> Page:
    browser = site.anonymous
    return browser.submit(browser.get(path), email=email, password=password, status=status)


def letter_link(site: Site) -> str:
    """The link in the newest letter of the mail folder, as a path."""
    deliver_waiting(site.office.runtime, FolderMailer(site.settings.mail_folder, "letters@example.org"))
    text = site.letters()[-1].get_body(("plain",)).get_content()
    return re.findall(rf"{re.escape(ADDRESS)}(/\S+)", text)[0]


def everything_kept(site: Site) -> dict[str, list[Any]]:
    """All rows of all tables, except when people were last seen."""
    with site.office.runtime.looking() as look:
        rows = {name: [dict(r) for r in look.db.execute(select(t)).mappings()] for name, t in metadata.tables.items()}
    for row in rows["post_sessions"]:
        row.pop("last_seen_at")
    return rows


def moves_on(site: Site, **by: int) -> None:
    site.clock.at += timedelta(**by)


def test_somebody_who_is_invited_sets_a_password_and_is_in(site: Site) -> None:
    site.office.load("people:\n  - {id: typist, name: Typist, email: Typist@example.org, roles: [{role: auditor}]}\n")
    with site.office.runtime.doing("operator") as do:
        accounts.invite(do, "typist", site.settings.address, site.settings.name)
    link = letter_link(site)
    assert link.startswith("/invitation/")
    browser = site.anonymous
    browser.get(link)
    page = browser.get(link)
    assert page.h1 == "Set your password"
    assert "Typist@example.org" in page.text and "At least 12 characters" in page.text

    refused = browser.submit(page, password="short", status=422)
    assert refused.error_summary == [
        "Use at least 12 characters for the password. Three words that do not belong together do well."
    ]
    assert "short" not in refused.html.replace("Shorter", "")
    page = browser.submit(refused, password=BETTER)
    assert (page.path, page.h1) == ("/sign-in", "Sign in")
    assert "Your password is set" in page.text

    browser.submit(page, email="typist@example.org", password=BETTER)
    browser.person = "typist"
    assert "Auditor" in browser.get("/account").text
    assert browser.get(link, status=410).h1 == "This link does not work any more"


def test_a_bad_link_is_explained(site: Site) -> None:
    for path in ("/invitation/" + "x" * 43, "/reset/" + "x" * 43, "/reset/%00%ff"):
        page = site.anonymous.get(path, status=410)
        assert "works once" in page.text


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "wrong, wrong, wrong"), ("stranger@example.org", PASSWORD), ("x" * 20_000, "y" * 20_000), ("'--", "x")],
)
def test_the_same_sentence_whatever_was_wrong(site: Site, email: str, password: str) -> None:
    page = tries(site, email, password, status=422)
    assert page.error_summary == [WRONG]
    assert page.title.startswith("Error: Sign in")
    assert page.form().value("email") == email, "what was typed is kept"
    assert page.form().value("password") == "", "but never a password"


def test_each_empty_field_is_pointed_at(site: Site) -> None:
    page = tries(site, "", "", status=422)
    assert page.error_summary == ["Enter your e-mail address.", "Enter your password."]


def test_guessing_is_stopped_and_it_is_said_for_how_long(site: Site) -> None:
    for _guess in range(5):
        tries(site, password="wrong, wrong, wrong", status=422)
    page = tries(site, status=429)
    assert page.error_summary == ["Too many attempts. Wait 1 minute, then try again."]
    assert page.response.headers["Retry-After"] == "60"
    moves_on(site, minutes=1)
    assert tries(site).path == "/"


@pytest.mark.parametrize("onward", ["/work", "/items/a?step=partners:lcc&x=1", "/forums?q=%2F%2Fevil.example"])
def test_after_signing_in_one_is_where_one_wanted_to_go(site: Site, onward: str) -> None:
    browser = site.anonymous
    page = browser.get("/sign-in", query_string={"next": onward})
    answer = browser.submit(page, email=EMAIL, password=PASSWORD, follow=False, status=303)
    assert answer.response.headers["Location"] == onward
    again = browser.get("/sign-in", query_string={"next": onward}, follow=False, status=303)
    assert again.response.headers["Location"] == onward, "whoever is signed in goes straight on"


ELSEWHERE = [
    "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "/\t/evil.example", "/x\\y", "/\n/evil.example", "/\r\nSet-Cookie: a=b", "javascript:alert(1)", "evil.example", "",
    " /work", "/work\x00", "http:evil", "/\u2028", "/" + "x" * 3000, "/\x85/evil.example",
]  # fmt: skip


@pytest.mark.parametrize("onward", ELSEWHERE)
def test_signing_in_leads_nowhere_else(site: Site, onward: str) -> None:
    assert local_path(onward) is None
    browser = site.anonymous
    page = browser.get("/sign-in", query_string={"next": onward})
    answer = browser.submit(page, email=EMAIL, password=PASSWORD, follow=False, status=303)
    assert answer.response.headers["Location"] == "/"


def test_whoever_is_not_signed_in_signs_in_first_and_goes_on(site: Site) -> None:
    browser = site.anonymous
    page = browser.get("/account")
    assert page.h1 == "Sign in" and page.came_by == ["/account"]
    assert browser.submit(page, email=EMAIL, password=PASSWORD).path == "/account"


def cookie(browser: Client) -> str:
    found = browser.flask.get_cookie("decision-routes", domain=HOST)
    assert found is not None
    return str(found.value)


def held(browser: Client) -> dict[str, Any]:
    with browser.flask.session_transaction(base_url=ADDRESS) as session:
        return dict(session)


def test_a_session_that_somebody_else_began_is_not_gone_on_in(site: Site) -> None:
    victim = site.anonymous
    with victim.flask.session_transaction(base_url=ADDRESS) as session:
        session["planted"] = "by somebody else"
    page = victim.get("/sign-in")
    before = held(victim)
    planted = cookie(victim)
    victim.submit(page, email=EMAIL, password=PASSWORD)
    after = held(victim)
    assert "planted" not in after
    assert after["csrf_token"] != before["csrf_token"]

    thief = site.anonymous
    thief.flask.set_cookie("decision-routes", planted, domain=HOST)
    assert thief.get("/account").h1 == "Sign in"


def test_every_sign_in_gives_another_token(site: Site) -> None:
    tokens = {held(site.sign_in(CLERK))["_user_id"] for _time in range(3)}
    assert len(tokens) == 3


def test_signing_in_again_in_the_same_browser_ends_what_it_held(site: Site) -> None:
    browser = site.sign_in(CLERK)
    old = held(browser)["_user_id"]
    browser.post("/sign-in", {"email": EMAIL, "password": PASSWORD})
    other = site.anonymous
    other.holds(old)
    assert other.get("/account").h1 == "Sign in"


def test_a_cookie_kept_from_before_signing_out_is_worth_nothing(site: Site) -> None:
    browser = site.sign_in(CLERK)
    kept = cookie(browser)
    page = browser.submit(browser.get("/account"), form="/sign-out")
    assert page.h1 == "Sign in" and "You are signed out." in page.text
    browser.person = None
    browser.flask.set_cookie("decision-routes", kept, domain=HOST)
    assert browser.get("/account").h1 == "Sign in"


def test_signing_out_everywhere(site: Site) -> None:
    here, elsewhere, colleague = site.sign_in(CLERK), site.sign_in(CLERK), site.as_("lcc-governance-lead")
    page = here.get("/account")
    assert sorted(row["Browser"] for row in page.table()) == ["Another one", "This one"]
    here.submit(page, form="/sign-out-everywhere")
    for browser in (here, elsewhere):
        assert browser.get("/account").h1 == "Sign in"
    assert colleague.get("/account").h1 == "Your account"


def test_a_disabled_account_is_out_with_the_next_click(site: Site) -> None:
    browser = site.sign_in(CLERK)
    with site.office.runtime.doing("admin") as do:
        accounts.disable(do, CLERK)
    assert browser.get("/account").h1 == "Sign in"
    assert tries(site, status=422).error_summary == [WRONG]


def test_signing_in_ends_after_eight_hours_without_use(site: Site) -> None:
    browser = site.sign_in(CLERK)
    moves_on(site, hours=7, minutes=59)
    assert browser.get("/account").h1 == "Your account"
    moves_on(site, hours=8)
    assert browser.get("/account").h1 == "Sign in"


def test_the_account_page_says_who_i_am_here(site: Site) -> None:
    page = site.as_(CLERK).get("/account")
    assert "Secretary of Cabinet" in page.text and EMAIL in page.text
    assert "18 July 2023 at 9am" in page.text


def test_a_name_made_of_markup_is_shown_as_it_is(site: Site) -> None:
    name = "<script>alert(1)</script> & {{ 7 * 7 }}"
    site.office.load(f'people:\n  - {{id: odd, name: "{name}", email: odd@example.org}}\n')
    with site.office.runtime.doing("operator") as do:
        accounts.create_with_password(do, "odd", PASSWORD)
    page = site.as_("odd")
    page.inspects = False  # the braces are the person's own
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{ 7 * 7 }}" in page.get("/account").html


def test_another_password(site: Site) -> None:
    browser, elsewhere = site.sign_in(CLERK), site.sign_in(CLERK)
    page = browser.get("/account")

    def said(current: str, wanted: str) -> list[str]:
        return browser.submit(page, form="/account/password", current=current, wanted=wanted, status=422).error_summary

    assert said("", "") == ["Enter the password that you have now.", "Enter a new password."]
    assert said("wrong, wrong, wrong", BETTER) == ["That is not your password. Try again."]
    assert "your own name" in said(PASSWORD, EMAIL)[0]
    assert elsewhere.get("/account").h1 == "Your account"
    done = browser.submit(page, form="/account/password", current=PASSWORD, wanted=BETTER)
    assert (done.path, done.h1) == ("/account", "Your account")
    assert len(done.table()) == 1
    assert elsewhere.get("/account").h1 == "Sign in"
    assert tries(site, status=422).error_summary == [WRONG]
    assert tries(site, password=BETTER).path == "/"


def asked(site: Site, email: str, status: int = 200) -> Page:
    browser = site.anonymous
    return browser.submit(browser.get("/reset"), email=email, status=status)


def test_a_forgotten_password(site: Site) -> None:
    browser = site.sign_in(CLERK)
    assert asked(site, EMAIL.upper()).h1 == "Look at your e-mail"
    link = letter_link(site)
    assert link.startswith("/reset/")
    fresh = site.anonymous
    page = fresh.submit(fresh.get(link), password=BETTER)
    assert page.path == "/sign-in"
    assert browser.get("/account").h1 == "Sign in", "whoever was signed in is signed out"
    assert tries(site, password=BETTER).path == "/"
    assert fresh.get(link, status=410).link("Ask for a new link") == "/reset"


def test_asking_for_a_password_says_nothing_about_who_has_an_account(site: Site) -> None:
    known, unknown = asked(site, EMAIL), asked(site, "stranger@example.org")
    assert _bare(known) == _bare(unknown)
    assert asked(site, "no address", status=422).error_summary == ["Enter an e-mail address, such as name@example.org."]
    for email in (EMAIL, "stranger@example.org"):
        asked(site, email)
        asked(site, email)
        assert asked(site, email, status=429).error_summary == ["Too many attempts. Wait 1 minute, then try again."]
    assert [letter["to"] for letter in site.outbox()] == [EMAIL] * 3


def _bare(page: Page) -> str:
    return re.sub(r'(nonce|value)="[^"]+"', "", page.html)


def test_links_never_lead_where_a_request_says_it_came_for(site: Site) -> None:
    browser = site.anonymous
    page = browser.get("/reset")
    browser.submit(page, email=EMAIL)
    browser.inspects = False
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    browser.flask.post("/reset", data={"email": EMAIL}, headers=evil)
    assert site.outbox() and not [letter for letter in site.outbox() if "evil" in (letter["body"] or "")]


def test_looking_writes_nothing_but_when_somebody_was_last_seen(site: Site) -> None:
    asked(site, EMAIL)
    link = letter_link(site)
    browser = site.sign_in(CLERK)
    before = everything_kept(site)
    moves_on(site, minutes=2)
    for path in ("/account", "/sign-in", "/reset", link, "/reset/nothing"):
        browser.get(path, status=None)
        site.anonymous.get(path, status=None)
    assert everything_kept(site) == before


@pytest.mark.parametrize(
    "path",
    ["/sign-in", "/sign-out", "/sign-out-everywhere", "/account/password", "/reset", "/reset/x", "/invitation/x"],
)
def test_a_form_of_another_site_does_nothing(site: Site, path: str) -> None:
    browser = site.as_(CLERK)
    before = everything_kept(site)
    page = browser.post(path, {"email": EMAIL, "password": PASSWORD}, status=400, csrf=False)
    assert "not sent from a page of yours" in page.text
    assert everything_kept(site) == before


@pytest.mark.parametrize(("address", "secure"), [("https://decisions.example.org", True), (ADDRESS, False)])
def test_the_cookie_is_for_this_site_and_no_script(site: Site, tmp_path: Path, address: str, secure: bool) -> None:
    other = Site(site.office, tmp_path, address=address)
    answer = other.app.test_client().get("/sign-in", base_url=address)
    (said,) = answer.headers.getlist("Set-Cookie")
    assert said.startswith("decision-routes=")
    assert "HttpOnly" in said and "SameSite=Lax" in said and ("Secure" in said) is secure
    assert "Expires" not in said and "Max-Age" not in said


def test_two_applications_on_one_database_know_each_others_cookies(site: Site, tmp_path: Path) -> None:
    browser = site.sign_in(CLERK)
    other = Site(site.office, tmp_path).anonymous
    other.flask.set_cookie("decision-routes", cookie(browser), domain=HOST)
    other.person = CLERK
    assert other.get("/account").h1 == "Your account"


def test_a_database_that_cannot_be_used_is_a_calm_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = site.sign_in(CLERK)

    @contextmanager
    def unusable(_self: Runtime) -> Iterator[Any]:
        raise Unavailable("The database postgresql://clerk@db.internal/decisions cannot be reached.")
        yield

    monkeypatch.setattr(Runtime, "looking", unusable)
    page = browser.get("/account", status=503)
    assert "cannot be used just now" in page.text and "Try again" in page.text
    assert "db.internal" not in page.text, "where it is is nobody's business"
