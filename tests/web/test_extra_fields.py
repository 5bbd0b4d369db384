"""Fields that no form has: who acts, on what, and when is never taken from what a browser sends."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from models.accounts import drafts
from tests.web.scene import EXEMPT, OWN, STRANGERS, set_the_scene
from tests.web.site import PASSWORD, Client, Site
from tests.web.test_get_never_writes import changed, contents

EXTRA = [
    *{
        "by": "lcc-governance-lead", "actor": "operator", "on_behalf_of": "lcc-governance-lead",
        "person": "head-of-place", "item": STRANGERS, "item_id": EXEMPT, "step": "icb-executives", "state": "complete",
        "organisation": "elsewhere", "owner": "elsewhere-author", "recorded_at": "2001-01-01T00:00:00Z",
        "at": "2001-01-01", "seq": "1", "hash": "0" * 64, "round": "9", "part": "I", "is_admin": "1", "roles": "admin",
        "decision": "passed", "action": "withdraw", "__class__": "x", "form": "x", "next": "//evil.example",
        "do": "nonsense",
    }.items()
]  # fmt: skip


def test_an_act_is_by_whoever_is_signed_in_on_the_item_of_the_address(site: Site) -> None:
    set_the_scene(site.office)
    secretary = site.as_("cabinet-secretary")
    before = {item: len(site.office.history(item)) for item in (STRANGERS, EXEMPT)}
    address = f"/items/{OWN}/steps/cabinet/acts/bind"

    send(secretary, address, meeting="cabinet-2023-10-05")

    event = site.office.history(OWN)[-1]
    assert (event["kind"], event["step"]) == ("bound", "cabinet")
    assert (event["actor"], event["on_behalf_of"]) == ("cabinet-secretary", "cabinet-secretary")
    assert str(event["at"]).startswith("2023-07-18")
    assert before == {item: len(site.office.history(item)) for item in before}
    assert site.office.item(OWN)["state"] == "in-progress"


def test_an_outcome_is_recorded_by_whoever_is_signed_in(site: Site) -> None:
    set_the_scene(site.office)
    site.clock.to("2023-10-05 17:00")
    secretary = site.as_("cabinet-secretary")
    page = secretary.get(f"/items/{OWN}/steps/cabinet/record")
    fields = page.form("outcome").filled({"outcome": "agreed", "resolved_on": "2023-10-05"}, "Continue")
    secretary.post(page.path, [*fields, *EXTRA[:-1]])
    because = ("breach", "The notice was forgotten")
    page = secretary.post(page.path, [*[f for f in fields if f[0] != "do"], *EXTRA[:-1], because, ("do", "record")])

    recorded = [event for event in site.office.history(OWN) if event["kind"] == "recorded"][-1]
    assert recorded["step"] == "cabinet"
    assert (recorded["actor"], recorded["on_behalf_of"]) == ("cabinet-secretary", "cabinet-secretary")
    assert recorded["date"] == date(2023, 10, 5) or str(recorded["date"]) == "2023-10-05"


def test_what_a_page_had_seen_cannot_be_invented(site: Site) -> None:
    """Numbers that were never shown do not let anybody past what somebody else has done."""
    set_the_scene(site.office)
    for seen in ("-1", "nonsense", "", "1e9", "٣", "0x10", "1" * 400):
        before = contents(site)
        secretary = site.as_("cabinet-secretary")
        page = secretary.get(f"/items/{OWN}/steps/cabinet/acts/bind")
        fields = [(n, v) for n, v in page.form().filled({"meeting": "cabinet-2023-10-05"}) if n != "seen"]
        answer = secretary.post(page.path, [*fields, ("seen", seen)], status=None)
        assert answer.status in (200, 400, 409, 422), f"{seen}: {answer}"
        if answer.status != 200:
            assert changed(before, contents(site)) == {}


def test_an_author_does_not_create_for_others_or_in_another_state(site: Site) -> None:
    set_the_scene(site.office)
    author = site.as_("head-of-place")
    page = author.get("/items/new")
    kind = next(iter(page.form("title").choices("kind")))
    page = author.post("/items/new", [("title", "Mine"), ("kind", kind), ("id", EXEMPT), *EXTRA])
    if "organisation" in page.form().fields:
        page = author.post(page.path, [("organisation", "lcc"), *[e for e in EXTRA if e[0] != "organisation"]])

    begun = drafts_of(site)
    assert {draft["person"] for draft in begun} == {"head-of-place"}
    assert all(draft["answers"].get("owner") in (None, "head-of-place") for draft in begun)
    assert all("state" not in draft["answers"] and "id" not in draft["answers"] for draft in begun)


def test_a_password_is_only_changed_for_oneself(site: Site) -> None:
    author = site.as_("head-of-place")
    page = author.get("/account")
    names = {nodes[0].get("autocomplete"): name for name, nodes in page.form("/account/password").fields.items()}
    said = [(names["current-password"], PASSWORD)]
    said += [(name, "eleven orange bicycles") for name in page.form("/account/password").fields if name not in
             (names["current-password"], "csrf_token")]  # fmt: skip
    author.post(
        "/account/password", [*said, ("person", "cabinet-secretary"), ("id", "cabinet-secretary"), *EXTRA], status=None
    )

    assert site.sign_in("cabinet-secretary").get("/account").status == 200
    assert site.sign_in("head-of-place", "eleven orange bicycles").get("/account", follow=False).status == 200


@pytest.mark.parametrize("values", [["endorsed", "agreed"], ["agreed", "endorsed", "rejected"], ["agreed", ""]])
def test_a_field_that_comes_several_times_counts_once_or_not_at_all(site: Site, values: list[str]) -> None:
    site.clock.to("2023-10-05 17:00")
    secretary = site.as_("cabinet-secretary")
    page = secretary.get(f"/items/{OWN}/steps/cabinet/record")
    fields = page.form("outcome").filled({"resolved_on": "2023-10-05"}, "Continue")
    fields = [*(f for f in fields if f[0] not in ("outcome", "do")), ("breach", "The notice was forgotten")]
    page = secretary.post(page.path, [*fields, *[("outcome", v) for v in values], ("do", "record")], status=None)

    recorded = [e for e in site.office.history(OWN) if e["kind"] == "recorded"]
    assert len(recorded) <= 1
    if recorded:
        assert recorded[0]["data"]["act"]["outcome"] == values[0], "as it was shown on the page where it was checked"
    else:
        assert page.status in (200, 422)


def send(browser: Client, address: str, **said: str) -> None:
    """Fill in the form of a page, and send what is no part of it along."""
    page = browser.get(address)
    names = {name for name, _value in page.form().filled(said)}
    browser.post(address, [*page.form().filled(said), *[extra for extra in EXTRA if extra[0] not in names]])


def drafts_of(site: Site) -> list[dict[str, Any]]:
    with site.office.runtime.looking() as look:
        return [dict(row) for row in look.db.execute(select(drafts)).mappings()]
