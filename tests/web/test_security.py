"""What somebody tries who means harm, at the door: forged requests and stolen sessions."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.accounts import sessions
from tests.web.endpoints import endpoints
from tests.web.site import PASSWORD, Client, Site
from tests.web.test_get_never_writes import changed, contents

# Forged requests


@pytest.mark.parametrize("token", ["none", "nonsense", "another session's"])
def test_nothing_is_done_for_a_form_that_came_from_no_page_of_the_person(site: Site, token: str) -> None:
    clerk, other = site.as_("cabinet-secretary"), site.as_("head-of-place")
    clerk.csrf_token()
    sent = {"none": {}, "nonsense": {"csrf_token": "x" * 90}, "another session's": {"csrf_token": other.csrf_token()}}
    before = contents(site)

    for endpoint in endpoints(site.app):
        if "POST" in endpoint.methods:
            page = clerk.post(endpoint.address(site.app), sent[token], status=None, csrf=False, follow=False)
            assert page.status in (400, 403, 404), f"POST {endpoint.shown} took a forged form: {page!r}"

    assert changed(before, contents(site)) == {}
    assert clerk.get("/account").status == 200, "and nobody is signed out by it"


def test_signing_in_cannot_be_forged_either(site: Site) -> None:
    """Or somebody could make others work in an account that is not theirs."""
    browser = site.anonymous
    page = browser.post("/sign-in", {"email": "s151@example.org", "password": PASSWORD}, status=400, csrf=False)

    assert page.h1
    assert browser.get("/account").h1 != "Your account"


def test_a_token_does_not_come_in_the_address(site: Site) -> None:
    clerk = site.as_("cabinet-secretary")
    token = clerk.csrf_token()
    clerk.post(f"/sign-out?csrf_token={token}", status=400, csrf=False)
    assert clerk.get("/account", follow=False).status == 200


# Sessions


def test_signing_in_begins_a_new_session_and_the_old_cookie_is_worthless(site: Site) -> None:
    """Whoever planted a cookie in somebody's browser gains nothing when they sign in."""
    planted = site.anonymous
    planted.get("/sign-in")
    before = cookie(planted)
    page = planted.get("/sign-in")
    planted.submit(page, email="cabinet.secretary@example.org", password=PASSWORD)

    assert cookie(planted) != before
    attacker = site.anonymous
    attacker.flask.set_cookie(cookie_name(site), before, domain="decisions.example.org")
    assert attacker.get("/account", follow=False, status=302)


def test_signing_in_again_ends_the_session_before(site: Site) -> None:
    clerk = site.sign_in("cabinet-secretary")
    before = cookie(clerk)
    page = clerk.get("/sign-in", follow=False, status=None)
    if page.status == 200:
        clerk.submit(page, email="cabinet.secretary@example.org", password=PASSWORD)
    else:
        clerk.post("/sign-in", {"email": "cabinet.secretary@example.org", "password": PASSWORD})

    assert cookie(clerk) != before
    assert signed_in_with(site, before) is False


def test_signing_out_makes_the_cookie_worthless(site: Site) -> None:
    clerk = site.sign_in("cabinet-secretary")
    stolen = cookie(clerk)
    assert signed_in_with(site, stolen)

    clerk.post("/sign-out")

    assert not signed_in_with(site, stolen)


def test_signing_out_everywhere_ends_every_browser(site: Site) -> None:
    here, there = site.sign_in("cabinet-secretary"), site.sign_in("cabinet-secretary")
    here.post("/sign-out-everywhere")
    assert not signed_in_with(site, cookie(there))


def test_a_session_ends_by_itself(site: Site) -> None:
    clerk = site.sign_in("cabinet-secretary")
    site.clock.to("2023-07-18 18:30")
    assert clerk.get("/account", follow=False, status=302)


def test_the_cookie_of_another_installation_is_not_ours(site: Site) -> None:
    """Two installations on one machine sign with different secrets."""
    clerk = site.as_("cabinet-secretary")
    payload, _dot, _signature = cookie(clerk).rpartition(".")
    for forged in (payload, payload + ".", payload + ".AAAA", cookie(clerk)[:-2] + "AA", "e30.AAAA.BBBB", "\xff\xfe"):
        assert not signed_in_with(site, forged)


def test_what_is_kept_of_a_session_does_not_let_anybody_in(site: Site) -> None:
    """Whoever reads the database, or a copy of it, cannot sign in with what stands there."""
    site.as_("cabinet-secretary")
    with site.office.runtime.looking() as look:
        kept = list(look.db.execute(select(sessions.c.token_hash)).scalars())
    browser = Client(site, "cabinet-secretary")
    for token in kept:
        browser.holds(token)
        assert browser.get("/account", follow=False, status=302)


def test_known_and_unknown_addresses_get_the_same_answer(site: Site) -> None:
    answers = set()
    for address in (
        "cabinet.secretary@example.org",
        "nobody@example.org",
        "not an address",
        "a" * 5000 + "@example.org",
    ):
        browser = site.anonymous
        page = browser.submit(browser.get("/sign-in"), email=address, password="the wrong one", status=422)
        answers.add((page.status, page.h1, tuple(page.error_summary)))
        assert page.form().value("password") == "", "a password is never sent back"
    assert len(answers) == 1


def test_asking_for_a_new_password_does_not_tell_who_has_an_account(site: Site) -> None:
    answers = set()
    for address in ("cabinet.secretary@example.org", "nobody@example.org"):
        browser = site.anonymous
        page = browser.submit(browser.get("/reset"), email=address)
        answers.add((page.status, page.main.text.replace(address, "")))
    assert len(answers) == 1


def cookie_name(site: Site) -> str:
    return str(site.app.config["SESSION_COOKIE_NAME"])


def cookie(browser: Client) -> str:
    """What the browser holds."""
    found = browser.flask.get_cookie(cookie_name(browser.site), domain="decisions.example.org")
    assert found is not None
    return found.value


def signed_in_with(site: Site, value: str) -> bool:
    """Whether somebody who has this cookie is let in."""
    browser = site.anonymous
    browser.flask.set_cookie(cookie_name(site), value, domain="decisions.example.org")
    return browser.get("/account", status=None, follow=False).status == 200
