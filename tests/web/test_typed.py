"""Whatever people type is shown as they typed it, and never becomes part of the page, a formula or a header."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.web.crawling import crawl
from tests.web.forms import PageForm
from tests.web.hostile import EVERYBODY, hostile
from tests.web.pages import Page
from tests.web.scene import give_the_rest_an_account
from tests.web.site import Client, Site

PROBE = """<xss-probe onmouseover="alert(1)">'"><script>alert(2)</script>&</xss-probe>"""
PLACES = (
    "/items/probe-one", "/items/probe-two", "/forums/probe-forum", "/work", "/", "/forward-plan", "/decisions.csv",
    "/forward-plan/forums/probe-forum", "/administration",
)  # fmt: skip
FORMULA = '=HYPERLINK("http://evil.example","click")'


@pytest.mark.parametrize("person", EVERYBODY)
def test_no_stored_text_becomes_part_of_a_page(site: Site, person: str | None) -> None:
    load(site, hostile(PROBE))
    browser = site.as_(person) if person else site.anonymous

    pages = list(crawl(browser, PLACES))

    assert {page.path: elements(page) for page in pages if elements(page)} == {}
    if person and person.startswith("probe"):
        assert any("xss-probe" in page.html for page in pages if page.path.startswith("/items/")), (
            "or nothing was tried"
        )


@pytest.mark.parametrize(
    "person", ["probe-lead", "probe-secretary", "probe-author", "probe-clearer", "system-administrator"]
)
def test_no_text_that_is_sent_comes_back_as_part_of_a_page(site: Site, person: str) -> None:
    """Every form that somebody meets is filled with it and sent, and then all pages are looked at again."""
    load(site, hostile("Plain"))
    browser = site.as_(person)
    found = [page for page in crawl(browser) if page.is_html]
    sent = 0
    for page in found:
        for form in page.forms:
            if form.method == "post" and "sign-out" not in form.action and "password" not in form.action:
                answer = fill(browser, form, PROBE)
                assert answer.status in (200, 400, 403, 404, 409, 413, 422), answer
                assert elements(answer) == [], answer
                sent += 1

    assert sent
    assert {page.path: elements(page) for page in crawl(browser) if elements(page)} == {}


STRANGE = {
    "ten thousand characters": "a" * 10_000,
    "far too many": "ä " * 60_000,
    "control characters": "a\x00\x07\x1b[31mb",
    "characters that nobody sees": "a\u202e\u2066\u200b\ufeffb",
}


@pytest.mark.parametrize("person", ["probe-lead", "probe-secretary", "probe-author", "system-administrator"])
@pytest.mark.parametrize("what", STRANGE)
def test_strange_texts_break_nothing_wherever_they_are_typed(site: Site, person: str, what: str) -> None:
    load(site, hostile("Plain"))
    browser = site.as_(person)
    for page in [page for page in crawl(browser, of_each=1) if page.is_html]:
        for form in page.forms:
            if form.method == "post" and "sign-out" not in form.action and "password" not in form.action:
                answer = fill(browser, form, STRANGE[what])
                assert answer.status in (200, 400, 403, 404, 409, 413, 422), f"{form.action}: {answer}"

    assert [page.path for page in crawl(browser, of_each=1) if page.status >= 500] == []
    assert site.office.verify().faults == []


def test_a_title_of_ten_thousand_characters_is_refused_with_a_sentence_and_kept_on_the_page(site: Site) -> None:
    author = site.as_("head-of-place")
    page = author.get("/items/new")
    page = author.submit(page, title="a" * 10_000, kind=next(iter(page.form("title").choices("kind"))), status=422)

    assert any("at most" in sentence and "characters" in sentence for sentence in page.error_summary)
    assert page.form("title").value("title") == "a" * 10_000


@pytest.mark.parametrize("formula", [FORMULA, "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1", "＝1+1", "－1"])
def test_no_text_becomes_a_formula_in_a_spreadsheet(site: Site, formula: str) -> None:
    case = hostile("Plain")
    case["items"][0]["title"] = formula
    case["organisations"][0]["name"] = formula
    case["forums"][0]["name"] = formula
    load(site, case)

    rows = site.as_("probe-lead").get("/decisions.csv").csv

    assert any(formula.strip() in value for row in rows for value in row.values()), "the text is in the file"
    assert [v for row in rows for v in row.values() if v.startswith(tuple("=+-@\t\r\n＝＋－＠"))] == []


def load(site: Site, case: dict[str, Any]) -> None:
    site.office.load(yaml.safe_dump(case, allow_unicode=True))
    give_the_rest_an_account(site.office)


def elements(page: Page) -> list[str]:
    """What of the probe has become part of the page."""
    found = [node.tag for node in page.tree.all("xss-probe")]
    found += [f"<script>{node.raw}" for node in page.tree.all("script") if "alert" in node.raw]
    found += [f"{node.tag} onmouseover" for node in page.tree.walk() if node.has("onmouseover")]
    return found if page.is_html else []


def fill(browser: Client, form: PageForm, text: str) -> Page:
    """Send a form with the text wherever text can be typed, the last of each choice, and today wherever a day is."""
    said: dict[str, Any] = {}
    for name, nodes in form.fields.items():
        kind = nodes[0].get("type")
        if nodes[0].tag == "textarea" or (
            nodes[0].tag == "input" and kind in ("", "text", "search", "email", "tel", "url")
        ):
            said[name] = "2023-07-18" if len(nodes) == 3 else [text] * len(nodes) if len(nodes) > 1 else text
        elif kind == "radio" or nodes[0].tag == "select":
            choices = [value for value in form.choices(name) if value]
            if choices and not nodes[0].has("multiple"):
                said[name] = choices[-1]
    page = browser._answer("/account", "GET")  # a fresh one: earlier forms may have changed the session
    tokens = [field.get("value") for field in page.tree.all("input") if field.get("name") == "csrf_token"]
    data = [(name, value) for name, value in form.filled(said) if name != "csrf_token" and not isinstance(value, tuple)]
    return browser.post(form.action, [*data, ("csrf_token", tokens[0])], status=None)
