"""Forms that are sent after the sign-in has ended: nothing that was typed is lost."""

from __future__ import annotations

from tests.web.site import PASSWORD, Site
from workflow import signing_in

ITEM = "carers-strategy"
HOLD = f"/items/{ITEM}/acts/hold"
REASON = "The survey of carers comes in September."
LEAD = "westmere-lead"
EMAIL = "lead@westmere.example.org"


def signed_out_everywhere(site: Site, person: str) -> None:
    with site.office.runtime.doing(person) as do:
        signing_in.sign_out_everywhere(do, person)


def test_a_form_goes_on_once_the_person_has_signed_in_again(site: Site) -> None:
    lead = site.as_(LEAD)
    form = lead.get(HOLD)
    signed_out_everywhere(site, LEAD)
    asked = lead.submit(form, reason=REASON, status=401)
    assert asked.h1 == "Sign in again" and "Nothing was recorded" in asked.text
    assert site.office.item(ITEM)["state"] == "in-progress"
    wrong = lead.submit(asked, _email=EMAIL, _password="not the password", status=422)
    assert "is not right" in wrong.text
    lead.submit(wrong, _email=EMAIL, _password=PASSWORD)
    assert site.office.item(ITEM)["state"] == "on-hold"
    assert REASON in site.office.story(ITEM)[-1]


def test_whoever_signs_in_instead_acts_by_their_own_rights(site: Site) -> None:
    lead = site.as_(LEAD)
    form = lead.get(HOLD)
    signed_out_everywhere(site, LEAD)
    asked = lead.submit(form, reason=REASON, status=401)
    lead.submit(asked, _email="committees@westmere.example.org", _password=PASSWORD, status=403)
    assert site.office.item(ITEM)["state"] == "in-progress"


def test_sent_twice_by_the_same_person_it_stands_once(site: Site) -> None:
    lead = site.as_(LEAD)
    form = lead.get(HOLD)
    lead.submit(form, reason=REASON)
    again = lead.submit(form, reason=REASON, status=409)
    assert "You have already put the item on hold" in again.text
    assert site.office.kinds(ITEM).count("put-on-hold") == 1


def test_without_the_cookie_one_is_led_to_sign_in(site: Site) -> None:
    lead = site.as_(LEAD)
    form = lead.get(HOLD)
    lead.flask.delete_cookie("decision-routes", domain="decisions.example.org")
    page = lead.submit(form, reason=REASON, status=400)
    assert page.link("Sign in first") == "/sign-in"
