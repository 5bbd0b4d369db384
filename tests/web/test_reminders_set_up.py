"""Administrators at their pages: a forum's own ladders of reminders, who is above whom, what routes say of it."""

from __future__ import annotations

import pytest

from tests.web.site import Client, Site


@pytest.fixture
def admin(site: Site) -> Client:
    return site.as_("system-administrator")


LADDERS = """\
report-due:
  at: "08:30"
  ladder:
    - {before: 12}
    - {after: 1, to: [holder, lead]}
idle:
  ladder: []"""


def test_a_forum_is_given_ladders_of_reminders(site: Site, admin: Client) -> None:
    page = admin.get("/administration/forums/lcc-cabinet")
    assert page.form().value("reminders") == ""
    wrong = "report-due:\n  ladder: [{befor: 3}]\nidel:\n  ladder: []"
    page = admin.submit(page, reminders=wrong, status=422)
    assert "Line 2: “befor” may not stand here; did you mean “before”?" in page.error_summary[0]
    assert "Line 3: “idel” is no kind of reminder; the kinds are report-due, clearance" in page.error_summary[0]
    assert page.form().value("reminders") == wrong
    page = admin.submit(page, reminders="report-due: [", status=422)
    assert page.error_summary == ["Line 2: a value or a closing bracket is missing, here or just above"]
    page = admin.submit(page, reminders=LADDERS)
    words = "12 working days before, to whoever has to act; 1 working day after, to whoever has to act and the lead"
    assert page.facts["Reminders"] == f"Report due: {words}; each at 08:30. Idle: never Before: The usual ones"
    page = admin.submit(page, button="Go back and change it")
    page = admin.submit(admin.submit(page, button="Continue"), button="Save")
    told = dict(site.office.known().world.forums["lcc-cabinet"].reminders)
    assert (told["report-due"].at, told["idle"].rungs) == ("08:30", ())
    page = admin.get("/administration/forums/lcc-cabinet")
    assert page.form().value("reminders") == LADDERS
    assert "nothing would change" in admin.submit(page).text
    admin.submit(admin.submit(page, reminders=" "), button="Save")
    assert site.office.known().world.forums["lcc-cabinet"].reminders == ()
    assert site.office.verify().ok


def test_a_forum_is_added_without_ladders(site: Site, admin: Client) -> None:
    page = admin.get("/administration/forums/new")
    page = admin.submit(page, {"organisation": "lcc", "name": "Board", "form": "committee", "reminders": ""})
    assert page.facts["Reminders"] == "The usual ones"
    admin.submit(page, button="Add")
    assert site.office.known().world.forums["board"].reminders == ()


def test_a_post_is_given_a_superior(site: Site, admin: Client) -> None:
    page = admin.get("/administration/people/westmere-lead/change")
    assert page.form().value("superior") == "westmere-chief-executive"
    assert "westmere-lead" not in page.form().choices("superior")
    page = admin.submit(page, superior="westmere-icb-chief-executive")
    assert page.facts["Superior"] == "ICB chief executive Before: Borough chief executive"
    page = admin.submit(page, button="Save")
    assert page.facts["Superior"] == "ICB chief executive"
    page = admin.get("/administration/people/westmere-icb-chief-executive/change")
    page = admin.submit(page, superior="westmere-lead", status=422)
    assert "ICB chief executive is already above Borough governance lead" in page.error_summary[0]
    page = admin.get("/administration/people/westmere-lead/change")
    admin.submit(admin.submit(page, superior=""), button="Save")
    assert site.office.known().people["westmere-lead"].superior is None
    assert site.office.verify().ok


def test_a_superior_who_is_not_in_the_list_is_refused(admin: Client) -> None:
    page = admin.get("/administration/people/westmere-lead/change")
    said = {"name": "Lead", "email": "", "seen": page.form().value("seen"), "do": "save", "superior": "nobody"}
    page = admin.post("/administration/people/westmere-lead/change", said, status=422)
    assert "Choose the superior, or nobody" in page.error_summary


def test_a_route_tells_its_reminders(admin: Client) -> None:
    page = admin.get("/routes/westmere-officer-decision")
    assert page.facts["Decision to publish"].startswith("on the day, to whoever has to act; 1 working day after")
    assert "Reminders otherwise than usual" not in admin.get("/routes/standard-budget").text


def test_the_superior_of_a_lead_opens_what_they_are_told_of(site: Site) -> None:
    chief, lead = site.as_("westmere-chief-executive"), site.as_("westmere-lead")
    assert "Grants for home adaptations" in chief.get("/items/home-adaptations").text
    lead.get("/items/leisure-centre-site")
    chief.get("/items/leisure-centre-site", status=404)
