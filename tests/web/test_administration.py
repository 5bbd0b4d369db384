"""Administrators at their pages: setting up, changing what is under way with care, taking files in, auditing."""

from __future__ import annotations

import re

import pytest

from tests.web.site import Client, Site
from workflow.accounts import create_with_password

ADMIN = "system-administrator"
PAGES = (
    "/administration",
    "/administration/organisations",
    "/administration/organisations/new",
    "/administration/organisations/lcc",
    "/administration/forums",
    "/administration/forums/new",
    "/administration/forums/lcc-cabinet",
    "/administration/calendar",
    "/administration/calendar/new",
    "/rules/standard-lancashire-county-council",
    "/administration/people",
    "/administration/people?words=cabinet&role=secretary",
    "/administration/people/new",
    "/administration/people/cabinet-secretary",
    "/administration/people/cabinet-secretary/change",
    "/administration/load",
    "/routes",
    "/routes/options-appraisal",
    "/routes/standard-budget",
    "/rules",
    "/rules/lcc-executive",
    "/audit",
    "/audit/verify",
    "/audit/installation",
    "/audit/installation?chain=forum:lcc-cabinet",
    "/audit/export",
)


@pytest.fixture
def admin(site: Site) -> Client:
    return site.as_(ADMIN)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_served(admin: Client, path: str) -> None:
    admin.get(path)


ITEM = "options-appraisal-2023"

A_ROUTE = """\
route: two-steps
title: Two steps <script>
for: [plan]
stages:
  - {id: advice, forum: lancashire-hwb, ask: endorse}
  - {id: decision, forum: lcc-cabinet, ask: agree, decisive: true}
"""

ANOTHER_DAY = """\
decision_routes: 1
meetings:
  - {id: cabinet-2023-10-05, forum: lcc-cabinet, date: 2023-10-12, time: "14:00"}
"""


def joining(site: Site, person: str) -> Client:
    """Somebody who is new here, with an account, signed in."""
    site.office.load(f"people:\n  - {person}")
    name = person.split("id: ")[1].split(",")[0]
    with site.office.runtime.doing("operator") as do:
        create_with_password(do, name, "seven violet tractors")
    return site.as_(name)


def hidden(page: object, name: str) -> str:
    return str(page.form().value(name))  # type: ignore[attr-defined]


def test_an_organisation_is_added_with_an_id_made_of_its_name(site: Site, admin: Client) -> None:
    page = admin.get("/administration/organisations/new")
    page = admin.submit(page, name="St Helen’s Trust", kind="NHS trust", rules="icb-board")
    assert page.h1 == "Check before St Helen’s Trust is added"
    assert page.facts["Id"] == "st-helens-trust"
    page = admin.submit(page, button="Go back and change it")
    assert page.form().value("id") == "st-helens-trust"
    page = admin.submit(page, id="helens", button="Continue")
    page = admin.submit(page, button="Add")
    assert page.flashed == ["St Helen’s Trust is added."]
    known = site.office.known().organisations["helens"]
    assert (known.name, known.kind, known.rules) == ("St Helen’s Trust", "nhs-trust", "icb-board")
    assert site.office.verify().ok


def test_what_is_wrong_is_said_at_its_field_and_everything_typed_is_kept(site: Site, admin: Client) -> None:
    said = {"organisation": "lcc", "name": "Board", "form": "committee", "quorum": "many", "meets_every": "month"}
    page = admin.submit(admin.get("/administration/forums/new"), said, status=422)
    assert page.error_summary == ["Write the quorum as a number such as 3 or a part of all seats such as 1/4"]
    assert (page.form().value("name"), page.form().value("quorum")) == ("Board", "many")
    page = admin.submit(page, quorum="1/4", status=422)
    assert page.error_summary == ["Choose the day on which it meets"]
    page = admin.submit(page, meets_day="thursday", meets_nth="first", meets_time="25:00", status=422)
    page = admin.submit(page, meets_time="14:00", meets_except=["august"])
    assert page.facts["Usually meets"] == "Every month, on the first Thursday, at 14:00, except in August"
    admin.submit(page, button="Add")
    assert site.office.known().world.forums["board"].meets is not None
    page = admin.get("/administration/forums/board")
    assert page.form().value("meets_nth") == "first"
    page = admin.submit(page)
    assert "nothing would change" in page.text


@pytest.mark.parametrize("path", ["/administration/organisations/new", "/administration/people/new"])
def test_an_empty_form_says_what_is_missing(admin: Client, path: str) -> None:
    page = admin.submit(admin.get(path), status=422)
    assert page.error_summary


@pytest.mark.parametrize("name", ["x" * 10_000, "<script>alert(1)</script>", "a\u0000b", "None", "{{ 7 * 7 }}", " "])
def test_any_name_is_taken_as_text_or_refused(admin: Client, name: str) -> None:
    admin.inspects = False  # “None” and “{{” would look like slips of ours
    page = admin.submit(admin.get("/administration/organisations/new"), name=name, kind="council", status=None)
    assert page.status in (200, 422)
    assert "<script>alert" not in page.html
    assert "Check before 49" not in page.html


def test_a_change_of_a_forum_says_which_running_items_it_touches(site: Site, admin: Client) -> None:
    before = site.office.plan(ITEM).step("cabinet").agenda_by
    page = admin.get("/administration/forums/lcc-cabinet")
    page = admin.submit(page, {"rules": "icb-board", "form": "consultative"})
    assert "1 running item has to come before this forum" in page.text
    assert any("options appraisal" in row["Item"] for row in page.table("Running items"))
    assert "consultative forum can at most endorse" in page.text
    assert page.facts["Form"] == "Consultative forum Before: Committee of one body"
    assert site.office.plan(ITEM).step("cabinet").agenda_by == before, "looking changes nothing"
    admin.submit(page, button="Save")
    assert site.office.plan(ITEM).step("cabinet").agenda_by != before


def test_items_in_part_ii_are_counted_and_not_named(site: Site, admin: Client) -> None:
    page = admin.submit(admin.get("/administration/forums/westmere-cabinet"), rules="icb-board")
    titles = [item["title"] for item in site.office.where() if "sale" in item["title"].lower()]
    assert "not named here" in page.text
    for title in titles:
        assert title not in page.text


def test_a_person_gets_a_role_and_loses_another(site: Site, admin: Client) -> None:
    page = admin.follow(admin.get("/administration/people/cabinet-secretary"), "Change the person")
    page = admin.submit(page, new_role="clearer", button="Add this role", status=422)
    assert "Enter the area" in page.error_summary[0]
    page = admin.submit(page, new_area="Finance", button="Add this role")
    page = admin.submit(page, new_role="chair", new_forum="lancashire-hwb", button="Continue")
    assert "Chair of Lancashire Health and Wellbeing Board; Clearer for finance; Secretary of" in page.facts["Roles"]
    page = admin.submit(page, button="Go back and change it")
    kept = [value for value in page.form().value("roles") if not value.startswith("secretary")]
    page = admin.submit(page, roles=kept, button="Continue")
    assert "is the only secretary of" in page.text
    page = admin.submit(page, button="Save")
    assert page.h1 == "Cabinet secretary"
    assert site.office.known().people["cabinet-secretary"].roles == {
        ("clearer", "finance"),
        ("chair", "lancashire-hwb"),
    }


def test_nobody_gets_a_role_that_there_cannot_be(site: Site, admin: Client) -> None:
    page = admin.get("/administration/people/cabinet-secretary/change")
    said = {"name": "Cabinet secretary", "email": "c@example.org", "seen": hidden(page, "seen"), "do": "save",
            "roles": ["secretary:nowhere", "admin:everything", "secretary:lcc-cabinet"]}  # fmt: skip
    admin.post("/administration/people/cabinet-secretary/change", said, status=None)
    assert site.office.known().people["cabinet-secretary"].roles == {("secretary", "lcc-cabinet")}


def test_the_second_administrator_is_told_and_keeps_what_they_entered(site: Site, admin: Client) -> None:
    other = joining(site, "{id: second, name: Second administrator, email: s@example.org, roles: [{role: admin}]}")
    page = admin.submit(admin.get("/administration/organisations/lcc"), name="County Council A")
    theirs = other.submit(other.get("/administration/organisations/lcc"), name="County Council B")
    other.submit(theirs, button="Save")
    page = admin.submit(page, button="Save", status=409)
    assert "Second administrator changed this on 18 July 2023" in page.text
    assert page.form().value("name") == "County Council A"
    assert site.office.known().organisations["lcc"].name == "County Council B"
    page = admin.submit(admin.submit(page), button="Save")  # knowing it now
    assert site.office.known().organisations["lcc"].name == "County Council A"


def test_accounts_are_given_and_taken_away(site: Site, admin: Client) -> None:
    site.office.load(
        "people:\n  - {id: newcomer, name: Newcomer, email: new@example.org}\n  - {id: silent, name: Silent}"
    )
    assert "add an e-mail address first" in admin.get("/administration/people/silent").text
    page = admin.submit(admin.get("/administration/people/newcomer"), form="account")
    assert "gets a letter" in page.flashed[0]
    assert page.facts["State"] == "Invited, no password set yet"
    assert "/invitation/" not in page.html
    assert any("new@example.org" in str(letter) for letter in site.outbox())

    theirs = site.as_("cabinet-secretary")
    page = admin.submit(admin.get("/administration/people/cabinet-secretary"), form="Disable the account")
    assert "disabled" in page.flashed[0]
    assert theirs.get("/").h1 == "Sign in"
    page = admin.submit(page, form="Enable the account")
    assert page.facts["State"] == "Active"
    assert "your own account" in admin.get(f"/administration/people/{ADMIN}").text
    admin.post(f"/administration/people/{ADMIN}/account", {"do": "disable"}, status=422)


def test_a_route_is_pasted_mended_checked_and_taken_in(admin: Client) -> None:
    page = admin.get("/administration/load")
    page = admin.submit(page, text=A_ROUTE.replace("lancashire-hwb", "nowhere").replace("agree", "applaud"), status=422)
    assert page.h1 == "Add or change from a file"
    assert [said.split(":")[0] for said in page.error_summary] == ["Line 5", "Line 6"]
    assert "applaud" in page.form().value("text")
    page = admin.submit(page, text=A_ROUTE)
    assert page.table("New")[0]["Name"] == "two-steps, version 1"
    assert "two-steps" not in admin.get("/routes").html
    page = admin.submit(page, button="Take it in")
    assert page.h1 == "Routes"
    assert "Two steps <script>" in page.text
    assert "asked to endorse" in admin.get("/routes/two-steps").text
    page = admin.submit(admin.get("/administration/load"), text=A_ROUTE)
    assert "everything is on record already" in page.text


def test_a_new_version_leaves_running_items_on_theirs(admin: Client) -> None:
    page = admin.submit(admin.get("/administration/load"), text=A_ROUTE)
    admin.submit(page, button="Take it in")
    page = admin.submit(admin.get("/administration/load"), text=A_ROUTE.replace("Two steps <script>", "Two"))
    assert "No running item is touched" in page.text
    admin.submit(page, button="Take it in")
    page = admin.get("/routes/two-steps?version=1")
    assert page.h1 == "Two steps <script>"
    assert "Version 2" in page.text


def test_an_uploaded_case_file_says_what_it_would_move(site: Site, admin: Client) -> None:
    finish = site.where(ITEM)["finish"]
    page = admin.submit(admin.get("/administration/load"), file=("case.yaml", ANOTHER_DAY.encode()), status=422)
    assert "differs from what was loaded before" in page.error_summary[0]
    page = admin.submit(page, update=True)
    rows = page.table("Running items")
    assert any("options appraisal" in row["Item"] and "October" in row["Finish then"] for row in rows)
    assert page.table("Changed")[0]["Before"] == "5 October 2023"
    assert site.where(ITEM)["finish"] == finish
    admin.submit(page, button="Take it in")
    assert site.where(ITEM)["finish"] != finish


def test_nothing_but_what_was_checked_is_taken_in(site: Site, admin: Client) -> None:
    page = admin.submit(admin.get("/administration/load"), text=ANOTHER_DAY, update=True)
    sent = {name: page.form().value(name) for name in ("sha256", "mark", "update")}
    other = ANOTHER_DAY.replace("2023-10-12", "2023-10-19")
    page = admin.post("/administration/load", {**sent, "text": other, "do": "save"}, status=409)
    assert "not the one that was checked" in page.text
    site.office.cabinet_secretary.does("meeting move", meeting="cabinet-2023-10-05", meets_on="2023-11-02")
    page = admin.post("/administration/load", {**sent, "text": ANOTHER_DAY, "do": "save"}, status=409)
    assert "changed since this was checked" in page.text
    assert site.office.step(ITEM, "cabinet")["meeting"] == "2023-11-02"
    admin.submit(page, button="Take it in")
    assert site.office.step(ITEM, "cabinet")["meeting"] == "2023-10-12"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"x: " + b"y" * 1_000_001, "larger than 1 MB"),
        (b"a: &a [" + b"x," * 1000 + b"]\nb: [" + b"*a," * 30_000 + b"]\n", "far too large"),
        (b"", "the file is empty"),
        (b"decision_routes: 1\nevents: []\n", "command line"),
        (b"decision_routes: 1\nitems:\n" + b"  - {id: x}\n" * 4000, "is missing"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(admin: Client, content: bytes, said: str) -> None:
    page = admin.submit(admin.get("/administration/load"), file=("case.yaml", content), status=422)
    assert any(said in sentence for sentence in page.error_summary), page.error_summary[:3]


def test_a_text_of_nearly_a_megabyte_goes_through_both_steps(site: Site, admin: Client) -> None:
    people = "".join(f"  - {{id: p-{n}, name: {'Post ' * 90}{n}}}\n" for n in range(2000))
    page = admin.submit(admin.get("/administration/load"), text=f"decision_routes: 1\npeople:\n{people}")
    assert "2000 new" in page.text
    admin.submit(page, button="Take it in")
    assert "p-1999" in site.office.known().people
    page = admin.get("/administration/people?words=post")
    assert len(page.rows) == 50
    page = admin.follow(page, "Next page")
    assert len(page.rows) == 50
    assert admin.follow(page, "Previous page").rows[0] != page.rows[0]


def test_the_ledger_is_verified(site: Site, admin: Client) -> None:
    page = admin.submit(admin.get("/audit/verify"))
    assert "Everything holds" in page.text
    assert "1 chain " in admin.submit(page, item=ITEM).text
    admin.submit(page, item="nowhere", status=422)
    with site.office.runtime.engine.begin() as db:
        db.exec_driver_sql("UPDATE items SET target = '2030-01-01' WHERE id = ?", (ITEM,))
    page = admin.submit(admin.get("/audit/verify"))
    assert page.table("What does not hold")[0]["Chain"] == f"item:{ITEM}"


def test_a_fault_in_an_exempt_item_does_not_name_it(site: Site, admin: Client) -> None:
    exempt = exempt_item(site)
    admin_page = admin.submit(admin.get("/audit/verify"), item=exempt, status=422)
    assert "not for you to see" in admin_page.text
    with site.office.runtime.engine.begin() as db:
        db.exec_driver_sql("UPDATE items SET target = '2030-01-01' WHERE id = ?", (exempt,))
    page = admin.submit(admin.get("/audit/verify"))
    assert "1 thing does not hold" in page.text
    assert exempt not in page.html


def exempt_item(site: Site) -> str:
    with site.office.runtime.inspecting() as db:
        return str(db.exec_driver_sql("SELECT id FROM items WHERE part = 'II'").scalar())


def test_everything_can_be_exported_only_by_who_may_see_everything(site: Site, admin: Client) -> None:
    assert "would contain it" in admin.get("/audit/export").text
    admin.get("/audit/export/decisions.yaml", status=403)
    with site.office.runtime.inspecting() as db:
        owner = str(db.exec_driver_sql("SELECT owner FROM items WHERE part = 'II'").scalar())
    site.office.load(f"people:\n  - {{id: {owner}, roles: [{{role: author}}, {{role: admin}}]}}", update=True)
    theirs = site.as_(owner)
    page = theirs.get("/audit/export")
    assert theirs.follow(page, "Download").html == site.office.dump()


def test_a_route_does_not_name_an_item_to_those_who_may_not_see_it(site: Site, admin: Client) -> None:
    exempt = exempt_item(site)
    site.office.load(f"""
        routes:
          - route: after-another
            for: [plan]
            stages:
              - {{id: first, kind: gate, waits_for: {{item: {exempt}, stage: decision, outcome: decided}}}}
              - {{id: decision, forum: lcc-cabinet, ask: agree, decisive: true}}
        """)
    page = admin.get("/routes/after-another")
    assert "of another item is decided" in page.text
    assert exempt not in page.html
    with site.office.runtime.inspecting() as db:
        owner = str(db.exec_driver_sql("SELECT owner FROM items WHERE id = ?", (exempt,)).scalar())
    assert exempt in site.as_(owner).get("/routes/after-another").text


def test_what_was_set_up_by_whom(admin: Client) -> None:
    page = admin.submit(admin.get("/administration/organisations/lcc"), name="The County Council")
    admin.submit(page, button="Save")
    page = admin.get("/audit/installation")
    assert page.rows[0]["What"].startswith("Organisation changed: The County Council (lcc)")
    assert page.rows[0]["By"] == "System administrator"
    numbers = [int(re.sub(r"\D", "", row["Number"])) for row in page.rows]
    page = admin.follow(page, "Next page")
    assert int(re.sub(r"\D", "", page.rows[0]["Number"])) == numbers[-1] - 1
    page = admin.follow(page, "Previous page")
    assert [int(re.sub(r"\D", "", row["Number"])) for row in page.rows] == numbers
    assert admin.get("/audit/installation?chain=item:" + ITEM, status=404).status == 404


@pytest.mark.parametrize("path", PAGES)
def test_others_are_kept_out(site: Site, path: str) -> None:
    clerk = site.as_("cabinet-secretary")
    reads = path.startswith(("/routes", "/rules"))
    assert clerk.get(path, status=None).status == (200 if reads else 403)
    if reads:  # how many items follow a route is not for everybody
        assert "under way" not in clerk.get(path).text
    assert site.anonymous.get(path).h1 == "Sign in"


def test_auditors_audit_and_set_nothing_up(site: Site) -> None:
    auditor = joining(site, "{id: auditor, name: Auditor, email: a@example.org, roles: [{role: auditor}]}")
    auditor.get("/audit/verify")
    auditor.get("/audit/installation")
    for path in ("/administration", "/administration/load", "/audit/export", "/audit/export/decisions.yaml"):
        auditor.get(path, status=403)


@pytest.mark.parametrize(
    "path",
    ["/administration/organisations/x", "/administration/forums/x", "/administration/people/x",
     "/administration/people/x/change", "/routes/x", "/routes/standard-budget?version=99", "/rules/x",
     "/audit/installation?chain=forum:x"],
)  # fmt: skip
def test_what_is_not_there_is_said_not_to_be(admin: Client, path: str) -> None:
    admin.get(path, status=404)
