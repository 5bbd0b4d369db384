"""Addresses and requests as no browser of an honest person makes them."""

from __future__ import annotations

import pytest

from tests.web.endpoints import endpoints
from tests.web.scene import OWN
from tests.web.site import ADDRESS, PASSWORD, Site
from tests.web.test_get_never_writes import changed, contents

EVIL = (
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "http:evil.example",
    "https:/evil.example",
    "///evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "%2F%2Fevil.example",
    "/%2Fevil.example@evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.example%00/",
    "/\x00//evil.example",
    "/\r\nSet-Cookie: evil=1",
    "http://decisions.example.org@evil.example/",
    "http://decisions.example.org.evil.example/",
    "．．//evil.example",
)


# Where one is sent


@pytest.mark.parametrize("evil", EVIL)
def test_after_signing_in_nobody_is_sent_to_another_place(site: Site, evil: str) -> None:
    browser = site.anonymous
    page = browser.get("/sign-in", query_string={"next": evil})
    assert "evil.example" not in page.form().action or page.form().action.startswith("/")
    answer = browser.post(
        "/sign-in", {"email": "s151@example.org", "password": PASSWORD, "next": evil},
        query_string={"next": evil}, follow=False, status=None,
    )  # fmt: skip
    location = answer.response.headers["Location"].removeprefix(ADDRESS)
    assert location == "/" or (location.startswith("/") and location[1:2] not in ("/", "\\")), location
    assert not set(location) & set("\\\t\r\n\x00 "), location


def test_whoever_wanted_a_page_gets_it_after_signing_in(site: Site) -> None:
    browser = site.anonymous
    page = browser.get(f"/items/{OWN}?x=1")
    page = browser.submit(page, email="cabinet.secretary@example.org", password=PASSWORD)
    assert page.path == f"/items/{OWN}?x=1"


# Hosts


@pytest.mark.parametrize(
    "host", ["evil.example", "decisions.example.org.evil.example", "decisions.example.org@evil.example", ""]
)
def test_a_host_that_is_not_ours_is_refused(site: Site, host: str) -> None:
    browser = site.anonymous
    for path in ("/sign-in", "/reset", "/", "/health/nothing", "/static/decision-routes.css"):
        page = browser.open(path, "GET", None, follow=False, headers={"Host": host})
        assert page.status == 400, f"{path} answered {page.status} for {host}"
        assert b"evil" not in page.bytes


@pytest.mark.parametrize(
    "header", ["X-Forwarded-Host", "X-Host", "X-Original-Host", "Forwarded", "X-Forwarded-Server", "X-Original-URL"]
)
def test_nobody_leads_links_elsewhere_by_a_header(site: Site, header: str) -> None:
    value = "host=evil.example" if header == "Forwarded" else "evil.example"
    browser = site.anonymous
    browser.headers = {header: value}
    page = browser.get("/reset")
    page = browser.submit(page, email="cabinet.secretary@example.org")
    assert "evil.example" not in page.html
    redirected = browser.get("/work", follow=False, status=302)
    assert "evil" not in redirected.response.headers["Location"]

    letters = [letter for letter in site.outbox() if letter["to"] == "cabinet.secretary@example.org"]
    assert len(letters) == 1, "the letter is written"
    assert ADDRESS in letters[0]["body"]
    assert "evil" not in str(letters[0])


# Requests that no page makes


@pytest.mark.parametrize("name", ["_method", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_question_is_not_made_an_act_by_calling_it_one(site: Site, name: str) -> None:
    clerk = site.as_("cabinet-secretary")
    token = clerk.csrf_token()
    before = contents(site)
    for endpoint in endpoints(site.app):
        said = {name: "POST", "csrf_token": token}
        clerk.open(endpoint.address(site.app), "GET", None, False, query_string=said, headers={name: "POST"})
    assert changed(before, contents(site)) == {}


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "PROPFIND", "X"])
def test_other_methods_do_nothing_and_tell_nothing(site: Site, method: str) -> None:
    clerk = site.as_("internal-auditor")
    before = contents(site)
    for address in ("/", f"/items/{OWN}", "/items/leisure-centre-site", "/sign-out", "/sign-in", "/nowhere"):
        page = clerk.open(address, method, None, follow=False, headers={"X-Secret": "do-not-echo"})
        assert page.status in (200, 400, 404, 405, 501), f"{method} {address} answered {page.status}"
        assert b"do-not-echo" not in page.bytes
        if method != "OPTIONS":
            assert page.status != 200
    assert changed(before, contents(site)) == {}


def test_options_tell_nothing_about_items_that_are_not_for_somebody(site: Site) -> None:
    auditor = site.as_("internal-auditor")
    auditor.inspects = False
    hidden = auditor.open("/items/leisure-centre-site", "OPTIONS", None)
    missing = auditor.open("/items/no-such-item", "OPTIONS", None)
    assert (hidden.status, hidden.main.text) == (missing.status, missing.main.text)


ODD = (
    "/items/" + "a" * 20_000,
    "/?" + "q=" + "a" * 60_000,
    "/?" + "&".join(f"p{n}=1" for n in range(3000)),
    "/items/%00",
    "/items/%00%ff%fe",
    "/items/%e2%82",
    "/items/..%2f..%2fetc%2fpasswd",
    "/static/..%2f..%2fconfig/settings.py",
    "/static/../app.py",
    "/static/%2e%2e/app.py",
    "/static//etc/passwd",
    "/items/options-appraisal-2023/files/..%2f..%2f..%2fetc%2fpasswd",
    "/items/options-appraisal-2023/reports/-1",
    "/items/options-appraisal-2023/reports/999999999999999999999999",
    "/items/options-appraisal-2023/reports/0x1",
    "/items/options-appraisal-2023/reports/१",
    "/?forum=%00",
    "/?forum=%ff%fe",
    "/?forum[]=x&forum=lcc-cabinet&forum=y",
    "/?page=-1&after=%00&sort=;DROP TABLE items",
    "/?after=' OR 1=1 --&before=x",
    "/?after=eyJhIjoxfQ&sort=title&sort=finish",
    "/?organisation=" + "%F0%9F%92%A9" * 200,
    "/?owner=head-of-place%0d%0aX-Evil: 1",
    "/decisions.csv?forum=%00",
    "/decisions.csv?after=x",
    "/forums/%00",
    "/forums/x%0d%0aSet-Cookie:evil=1",
    "/meetings/%ff",
    "/work?for=everybody&page=x",
    "/forward-plan/forums/%00",
    "/forward-plan/organisations/lcc?from=9999-99-99&month=x",
    "/reset/%00",
    "/reset/" + "x" * 5000,
    "/invitation/%ff%fe",
    "/sign-in?next=%00&next=//evil.example",
    "/%",
    "/%%%",
    "//evil.example/",
    "/./././account",
    "/account/../administration",
    "/\\..\\..\\windows",
    "/items/＜script＞",
    "/items/<script>alert(1)</script>",
    '/items/"><img src=x onerror=alert(1)>',
    "/{{7*7}}",
    "/?type=${7*7}&state=<%=7*7%>&q=#{7*7}",
)


@pytest.mark.parametrize("person", ["cabinet-secretary", "system-administrator", None])
def test_odd_addresses_get_a_calm_answer(site_on_both: Site, person: str | None) -> None:
    browser = site_on_both.as_(person) if person else site_on_both.anonymous
    for address in ODD:
        page = browser.get(address, status=None)
        assert page.status in (200, 400, 403, 404, 410, 413, 414, 422), f"{address[:80]} answered {page.status}"
        assert not [name for name, _value in page.response.headers if "evil" in name.lower()], address
        assert not any("evil" in value for value in page.response.headers.getlist("Set-Cookie")), address
        assert b"<script>alert" not in page.bytes, address
        assert b"<img src=x" not in page.bytes, address


BODIES = (
    (b"\xff\xfe=\xff&csrf_token=\xff", "application/x-www-form-urlencoded"),
    (b"email=%00&password=%00", "application/x-www-form-urlencoded"),
    (b"email=%ff%fe%fd&password=%c3%28", "application/x-www-form-urlencoded"),
    (b"email=a&email=b&password=c&password=d", "application/x-www-form-urlencoded"),
    (b"&".join(b"f%d=1" % n for n in range(5000)), "application/x-www-form-urlencoded"),
    (b"{" * 10_000, "application/json"),
    (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "application/xml"),
    (b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n', "multipart/form-data; boundary=x"),
    (b"nonsense", "multipart/form-data"),
    (b"nonsense", "multipart/form-data; boundary=" + "x" * 300),
    (b"a" * 200_000, "text/plain; charset=utf-7"),
    (b"", "application/x-www-form-urlencoded; charset=nonsense"),
)


def test_bodies_that_are_no_forms_get_a_calm_answer(site_on_both: Site) -> None:
    clerk = site_on_both.as_("cabinet-secretary")
    token = clerk.csrf_token()
    before = contents(site_on_both)
    places = ("/sign-in", "/reset", f"/items/{OWN}/steps/hwb/record", "/items/new", "/account/password", "/nowhere")
    for body, kind in BODIES:
        for address in places:
            for headers in ({}, {"X-CSRFToken": token, "Referer": ADDRESS + "/"}):
                page = clerk.open(address, "POST", None, data=body, content_type=kind, headers=headers)
                assert page.status < 500, f"POST {address} of {body[:20]!r} as {kind} answered {page.status}"
    assert set(changed(before, contents(site_on_both))) <= {"post_attempts"}
