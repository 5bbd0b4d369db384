"""What must not get out by other ways: the log, letters, error pages, measures."""

from __future__ import annotations

import pytest

from tests.web.crawling import crawl
from tests.web.scene import EXEMPT, EXEMPT_WORDS, set_the_scene
from tests.web.site import PASSWORD, Site


def test_the_log_names_pages_and_never_what_is_on_them(site: Site, capfd: pytest.CaptureFixture[str]) -> None:
    set_the_scene(site.office)
    lead = site.sign_in("lcc-governance-lead")
    for _page in crawl(lead):
        pass
    lead.get(f"/items/{EXEMPT}/nowhere", status=404)
    lead.post(f"/items/{EXEMPT}/acts/hold", {"reason": "The vermilion figure"}, status=None)
    site.anonymous.post("/sign-in", {"email": "s151@example.org", "password": "obsidian and wrong"}, status=422)

    said = "".join(capfd.readouterr())
    assert "items.show" in said, "there is a log"
    for secret in (*EXEMPT_WORDS, PASSWORD, "obsidian and wrong", "s151@", "governance@example.org", "csrf"):
        assert secret not in said.lower(), f"the log says {secret}"


def test_an_unforeseen_error_tells_the_log_where_and_the_person_nothing(
    site: Site, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        password = "quokka" * 2
        raise RuntimeError(f"broken, of {len(password)} letters")

    set_the_scene(site.office)
    monkeypatch.setattr("web.views.items.item_page", broken)
    page = site.as_("lcc-governance-lead").get(f"/items/{EXEMPT}", status=500)

    said = "".join(capfd.readouterr())
    assert "RuntimeError" in said
    assert "quokkaquokka" not in said, "what somebody typed does not get into the log with the error"
    assert not [word for word in ("RuntimeError", "Traceback", "web/views", "broken") if word in page.html]


def test_a_gate_does_not_name_an_item_that_is_not_for_whoever_looks(site: Site) -> None:
    """It waits for an exempt item: whoever may not know of it is told that it waits for another one."""
    set_the_scene(site.office)
    for person in ("internal-auditor", "system-administrator"):
        browser = site.as_(person)
        for path in ("/items/plan-for-the-proceeds", "/items/plan-for-the-proceeds/history", "/", "/decisions.csv"):
            page = browser.get(path)
            assert "Plan for the proceeds" in page.text
            assert not [word for word in EXEMPT_WORDS if word in page.html.lower()], f"{path} as {person}"

    assert "Zinnia" in site.as_("head-of-place").get("/items/plan-for-the-proceeds").text, "its owner may know"


def test_nobody_gets_a_letter_about_an_exempt_item_that_is_not_theirs(site: Site) -> None:
    set_the_scene(site.office)
    site.office.does("hold", "lcc-governance-lead", item=EXEMPT, reason="The vermilion figure is wrong.")
    site.office.does("resume", "lcc-governance-lead", item=EXEMPT, reason="It is right.")
    site.clock.to("2023-10-05 16:00")
    site.office.cabinet_secretary.records(EXEMPT, "cabinet", "decided", "2023-10-05", text="For the xylophone price.")
    others = {"internal-auditor", "system-administrator", "elsewhere-lead", "icb-governance-lead"}

    for letter in site.outbox():
        words = [word for word in EXEMPT_WORDS if word in f"{letter['subject']} {letter['body']}".lower()]
        assert not words or letter["person"] not in others, letter


def test_measures_count_pages_and_name_nobody(site: Site) -> None:
    set_the_scene(site.office)
    lead = site.as_("lcc-governance-lead")
    lead.get(f"/items/{EXEMPT}")
    lead.get(f"/items/{EXEMPT}-and-more", status=404)

    said = site.as_("system-administrator").get("/metrics").text

    assert 'page="items.show"' in said
    assert not [word for word in (*EXEMPT_WORDS, "options-appraisal", "lcc", "@") if word in said.lower()]
