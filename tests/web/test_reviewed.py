"""What a review found: cookies that told too much, odd numbers and characters, and who is told of which items."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from threading import Thread

import pytest
from prometheus_client import generate_latest

from tests.web.pages import Page
from tests.web.scene import EXEMPT, EXEMPT_WORDS, OWN, set_the_scene
from tests.web.site import Site
from workflow.actions import ACTIONS
from workflow.entries import OrganisationEntry
from workflow.throttling import network_key
from workflow.use_cases.setting_up import Setting, organisation

TOGETHER = """
decision_routes: 1
meetings:
  - {id: together, forums: [lancashire-hwb, lcc-cabinet], date: 2023-10-19, time: "10:00"}
"""
OUTCOME = """
decision_routes: 1
outcomes:
  - {item: options-appraisal-2023, step: hwb, outcome: endorsed, date: 2023-07-18, by: hwb-secretary}
"""


@pytest.fixture
def scene(site: Site) -> Site:
    set_the_scene(site.office)
    return site


def test_no_exempt_word_stands_in_a_cookie(scene: Site) -> None:
    """A cookie is signed and not secret: whoever uses the machine next can read it."""
    scene.clock.to("2023-10-05 18:00")
    client = scene.as_("cabinet-secretary")
    page = client.get(f"/meetings/cabinet-2023-10-05/record?item={EXEMPT}&step=cabinet")
    check = client.submit(page, form="outcome", outcome="decided")
    said = {"breach": "The notices were forgotten"}
    done = client.submit(
        check, form="Record it and go on", button="Record it and go on", follow=False, status=303, **said
    )
    assert "“decided” on 5 October 2023" in cookie(done), "it is said on the next page"
    assert tells(cookie(done)) == []

    lead = scene.as_("lcc-governance-lead")
    held = lead.submit(lead.get(f"/items/{EXEMPT}/acts/hold"), reason="It waits", follow=False, status=303)
    assert "_flashes" in cookie(held)
    assert tells(cookie(held)) == []


def test_a_cancelled_joint_meeting_does_not_name_what_is_not_for_everybody(scene: Site) -> None:
    """Two forums sit together, and what one of them has before it in Part II is not for the other's secretary."""
    scene.office.load(TOGETHER)
    scene.office.cabinet_secretary.does("unbind", item=EXEMPT, step="cabinet")
    scene.office.cabinet_secretary.does("bind", item=EXEMPT, step="cabinet", meeting="together")
    client = scene.as_("hwb-secretary")
    page = client.submit(client.get("/meetings/together/cancel"))
    done = client.submit(page, button="Cancel the meeting", follow=False, status=303)
    assert "Released, to be dealt with at the next meeting: another item." in cookie(done)
    assert tells(cookie(done)) == []


@pytest.mark.parametrize("number", ["9223372036854775808", "9" * 30])
def test_numbers_that_no_database_holds_are_calmly_refused(scene: Site, number: str) -> None:
    scene.as_("cabinet-secretary").get(f"/items/{OWN}/steps/cabinet/recorded/{number}", status=404)


@pytest.mark.parametrize("seen", ["9" * 30, "9" * 5000, "²"])
def test_an_administrators_form_that_was_tampered_with_counts_as_not_seen(site: Site, seen: str) -> None:
    said = {"seen": seen, "name": "Lancashire County Council", "kind": "council", "rules": "", "do": "save"}
    site.as_("system-administrator").post("/administration/organisations/lcc", said, status=409)


@pytest.mark.parametrize("path", ["/items/a%00b", "/routes/a%00b", "/items/new/a%00b", "/administration/forums/a%00"])
def test_a_character_that_postgresql_does_not_take_is_in_no_address(site_on_both: Site, path: str) -> None:
    site_on_both.as_("system-administrator").get(path, status=404)


def test_a_character_that_postgresql_does_not_take_is_in_no_account(site_on_both: Site) -> None:
    browser = site_on_both.anonymous
    browser.post("/sign-in", {"email": "a\x00b@example.org", "password": "whatever it is"}, status=422)
    browser.post("/reset", {"email": "a\x00b@example.org"}, status=200)
    auditor = site_on_both.as_("internal-auditor")
    auditor.post("/audit/verify", {"item": "a\x00b"}, status=422)


def test_invented_methods_do_not_fill_the_memory(site: Site) -> None:
    for number in range(3):
        site.anonymous.flask.open("/sign-in", method=f"INVENTED{number}", base_url="http://decisions.example.org")
    counted = generate_latest(site.app.extensions["decision-routes"]["metrics"]).decode()
    assert "INVENTED" not in counted and 'method="other"' in counted


def test_outcomes_from_a_file_need_the_password_after_a_long_pause(site: Site) -> None:
    client = site.as_("system-administrator")
    page = client.submit(client.get("/administration/load"), text=OUTCOME)
    client.holds(site.new_session("system-administrator", minutes_ago=60))
    asked = client.submit(page, button="save")
    assert asked.h1 == "Enter your password again"
    assert site.office.step(OWN, "hwb")["outcome"] is None
    client.submit(asked, _password="seven violet tractors")
    assert site.office.step(OWN, "hwb")["outcome"] == "endorsed"


def test_everybody_is_not_one_network_on_a_server_that_listens_for_both_kinds_of_addresses() -> None:
    assert network_key("from", "::ffff:192.0.2.1") == network_key("from", "192.0.2.1")
    assert network_key("from", "::ffff:192.0.2.1") != network_key("from", "::ffff:198.51.100.7")


def test_whoever_acts_while_an_organisation_is_renamed_is_not_turned_away(site_on_both: Site) -> None:
    """All its items are planned anew then: whoever is at one of them waits for a moment and nobody loses anything."""
    runtime, failed = site_on_both.office.runtime, []

    def renames() -> None:
        for number in range(5):
            entry = OrganisationEntry(id="lcc", name=f"Lancashire {number}", kind="council", rules=None)
            runtime.do(organisation, Setting(None, entry, False, 10**6), "operator")

    def holds() -> None:
        for action in ("hold", "resume") * 8:
            said = {"item": OWN, "by": "lcc-governance-lead", "reason": "Wait"}
            runtime.do(ACTIONS[action].run, ACTIONS[action].form.model_validate(said), "lcc-governance-lead")

    def caught(work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as err:
            failed.append(f"{work.__name__}: {err}")

    workers = [Thread(target=caught, args=(work,)) for work in (renames, holds)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failed == []
    assert site_on_both.office.verify().ok


def cookie(page: Page) -> str:
    """What stands in the cookies that an answer sets."""
    found = []
    for header in page.response.headers.getlist("Set-Cookie"):
        value = header.split(";")[0].partition("=")[2]
        packed = value.startswith(".")
        body = base64.urlsafe_b64decode(value.split(".")[1 if packed else 0] + "==")
        found.append((zlib.decompress(body) if packed else body).decode().encode().decode("unicode_escape"))
    return "".join(found)


def tells(text: str) -> list[str]:
    return [word for word in EXEMPT_WORDS if word in text.casefold()]
