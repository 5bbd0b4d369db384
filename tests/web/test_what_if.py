"""What if the Cabinet took it in November? Two plans side by side, one of them chosen, its forums asked for it."""

from __future__ import annotations

from datetime import date

import pytest

from tests.web.pages import Page
from tests.web.scene import EXEMPT, EXEMPT_WORDS, NOT_FOR, set_the_scene
from tests.web.site import Site
from workflow.queries.uncertainty import of_case

APPRAISAL = "/items/options-appraisal-2023"
WHAT_IF = f"{APPRAISAL}/what-if"
CABINET = "Cabinet of Lancashire County Council"
NOVEMBER = "cabinet-2023-11-02"


def november_is_added(site: Site) -> None:
    site.office.cabinet_secretary.does("meeting add", meeting=NOVEMBER, forums=["lcc-cabinet"], meets_on="2023-11-02")


def row(page: Page, what: str) -> dict[str, str]:
    """The first line of what is compared with this heading."""
    return next(one for one in page.rows if one.get("What") == what)


def asked(site: Site, person: str = "lcc-governance-lead", **choices: str) -> Page:
    """Somebody tries these meetings and chooses the plan."""
    browser = site.as_(person)
    tried = browser.get(f"{WHAT_IF}?" + "&".join(f"b-{step}={value}" for step, value in choices.items()))
    return browser.submit(tried, button="Choose this plan")


def meeting_letters(site: Site) -> list[tuple[str, str]]:
    return [(one["person"], one["subject"]) for one in site.outbox() if one["kind"] == "meeting-asked-for"]


def test_cabinet_a_month_later_is_compared_with_the_plan(site: Site) -> None:
    browser = site.as_("lcc-governance-lead")
    page = browser.follow(browser.get(APPRAISAL), "What if it went to other meetings?")
    assert page.path == WHAT_IF
    page = browser.submit(page, {"bon-cabinet": "2023-11-02"}, button="Compare")
    done = row(page, "Done")
    assert (done["Plan A"], done["Plan B"], done["Difference"]) == (
        "11 October 2023",
        "8 November 2023",
        "28 days later",
    )
    late = row(page, "Late")
    assert (late["Plan A"], late["Plan B"]) == (
        "In time",
        "Late: wanted by 31 October 2023, expected 8 November 2023",
    )
    assert page.says(f"{CABINET}, different")
    assert page.says("Integrated Care Board Executives, the same")
    assert page.says("The item finishes on 8 November 2023, after its target of 31 October 2023.")
    assert site.office.plan("options-appraisal-2023").finish == date(2023, 10, 11)  # trying records nothing


def test_the_address_of_a_comparison_can_be_sent_to_others(site: Site) -> None:
    november_is_added(site)
    address = f"{WHAT_IF}?a-cabinet={NOVEMBER}&b-cabinet=cabinet-2023-10-05"
    page = site.as_("hwb-secretary").get(address)
    assert row(page, "Done")["Difference"] == "28 days earlier"
    assert page.says("a plan is chosen by who owns the item or leads for its organisation")
    assert "Choose this plan" not in page.html


def test_a_lead_asks_and_the_secretary_puts_it_on_the_meeting(site_on_both: Site) -> None:
    site = site_on_both
    november_is_added(site)
    page = asked(site, cabinet=NOVEMBER)
    assert page.says(f"{CABINET} is asked for its meeting of 2 November 2023.")
    assert page.says("by County council governance lead on 18 July 2023. Its secretary has not put it on a meeting")
    assert site.office.plan("options-appraisal-2023").step("cabinet").meeting == date(2023, 10, 5)
    assert meeting_letters(site) == [
        (
            "cabinet-secretary",
            f"{CABINET} is asked for its meeting of 2 November 2023: Lancashire Place governance options appraisal",
        )
    ]
    secretary = site.as_("cabinet-secretary")
    forum = secretary.get("/forums/lcc-cabinet")
    assert forum.says("Meetings that are asked for")
    form = secretary.follow(forum, "Put it on a meeting – Lancashire Place governance options appraisal")
    done = secretary.submit(form, button="Put it on this meeting")
    assert not done.says("Meetings that are asked for")
    assert not secretary.get(APPRAISAL).says("is asked for")
    assert site.office.plan("options-appraisal-2023").step("cabinet").meeting == date(2023, 11, 2)


def test_a_secretary_who_may_do_it_puts_it_there_at_once(site: Site) -> None:
    november_is_added(site)
    page = asked(site, "cabinet-secretary", cabinet=NOVEMBER)
    assert page.says(f"{CABINET} is to deal with it on 2 November 2023.")
    assert meeting_letters(site) == []
    assert site.office.kinds("options-appraisal-2023")[-1] == "bound"


def test_a_day_without_a_meeting_is_asked_for_as_one(site: Site) -> None:
    page = asked(site, "head-of-place", cabinet="2023-11-02")
    assert page.says("is asked for a meeting on 2 November 2023")
    forum = site.as_("cabinet-secretary").get("/forums/lcc-cabinet")
    assert forum.says("asked for a meeting on 2 November 2023, for which none is known")
    assert forum.link("Add a meeting for Lancashire Place governance options appraisal")


def test_what_is_asked_for_is_forgotten_once_the_forum_has_resolved_something(site: Site) -> None:
    asked(site, **{"place-partnership": "2023-08-23"})
    assert site.as_("head-of-place").get(APPRAISAL).says("is asked for a meeting on 23 August 2023")
    site.office.place_secretary.records("options-appraisal-2023", "place-partnership", "endorsed", "2023-07-10")
    assert not site.as_("head-of-place").get(APPRAISAL).says("is asked for a meeting")


def test_dates_that_changed_meanwhile_are_said_and_nothing_is_done(site: Site) -> None:
    november_is_added(site)
    browser = site.as_("lcc-governance-lead")
    tried = browser.get(f"{WHAT_IF}?b-cabinet={NOVEMBER}")
    site.office.cabinet_secretary.does("meeting move", meeting=NOVEMBER, meets_on="2023-11-09")
    page = browser.submit(tried, button="Choose this plan", status=409)
    assert page.says("This plan has changed since it was shown, so nothing was done.")
    assert row(page, "Done")["Plan B"] == "15 November 2023"
    assert meeting_letters(site) == []
    site.office.cabinet_secretary.does("meeting cancel", meeting=NOVEMBER)
    page = browser.submit(page, button="Choose this plan", status=422)
    assert page.says(f"{CABINET} does not meet on 9 November 2023 any more: the meeting was cancelled.")


def test_somebody_who_acted_first_is_named(site: Site) -> None:
    november_is_added(site)
    browser = site.as_("lcc-governance-lead")
    tried = browser.get(f"{WHAT_IF}?b-cabinet={NOVEMBER}")
    site.office.cabinet_secretary.does("bind", item="options-appraisal-2023", step="cabinet", meeting=NOVEMBER)
    page = browser.submit(tried, button="Choose this plan", status=409)
    assert page.says("Cabinet secretary put it on a meeting")


@pytest.mark.parametrize("person", ["hwb-secretary", "icb-governance-lead", "internal-auditor"])
def test_only_the_owner_and_the_lead_ask(site: Site, person: str) -> None:
    november_is_added(site)
    tried = site.as_("head-of-place").get(f"{WHAT_IF}?b-cabinet={NOVEMBER}")
    sent = [(name, value) for name, value in tried.form("Choose this plan").filled({}, None) if name != "csrf_token"]
    refused = site.as_(person).post(f"{WHAT_IF}/choose", sent, status=403)
    assert refused.says("may not do this (ask-for-meeting)")
    assert meeting_letters(site) == []


def test_letters_and_pages_tell_nothing_of_what_is_in_part_ii(site: Site) -> None:
    set_the_scene(site.office)
    november_is_added(site)
    browser = site.as_("head-of-place")
    tried = browser.get(f"/items/{EXEMPT}/what-if?b-cabinet={NOVEMBER}")
    browser.submit(tried, button="Choose this plan")
    written = [one for one in site.outbox() if one["kind"] == "meeting-asked-for"]
    assert [one["person"] for one in written] == ["cabinet-secretary"]
    for one in written:
        said = f"{one['subject']} {one['body']} {one['html']}".lower()
        assert "an item in part ii" in said
        assert not any(word in said for word in EXEMPT_WORDS)
    assert site.as_("cabinet-secretary").get("/forums/lcc-cabinet").says("Sale of Zinnia Farm: asked for its meeting")
    for kind, person in (("partner", "icb-governance-lead"), ("administrator", "system-administrator")):
        assert kind in NOT_FOR
        assert not site.as_(person).get("/forums/lcc-cabinet").says("Meetings that are asked for")
        site.as_(person).get(f"/items/{EXEMPT}/what-if", status=404)


def test_what_a_gate_waits_for_is_not_named_to_those_who_may_not_see_it(site: Site) -> None:
    set_the_scene(site.office)
    page = site.as_("lcc-governance-lead").get(
        "/items/plan-for-the-proceeds/what-if?bon-sold=2&bon-sold=8&bon-sold=2023"
    )
    assert row(page, "Done")["Difference"]
    partner = site.as_("internal-auditor").get("/items/plan-for-the-proceeds/what-if?b-cabinet=cabinet-2023-10-05")
    assert not any(word in partner.html.lower() for word in EXEMPT_WORDS)


def test_what_cannot_be_is_said(site: Site) -> None:
    browser = site.as_("head-of-place")
    page = browser.get(f"{WHAT_IF}?b-cabinet=no-such-meeting", status=422)
    assert page.says(f"{CABINET} has no such meeting.")
    page = browser.get(f"{WHAT_IF}?bon-cabinet=1&bon-cabinet=1&bon-cabinet=9999999999", status=422)
    assert page.says("1 1 9999999999 is no date")
    page = browser.get(f"{WHAT_IF}?bon-cabinet=31&bon-cabinet=2&bon-cabinet=2023", status=422)
    assert page.says("31 2 2023 is no date")
    page = browser.get(f"{WHAT_IF}?b-cabinet=2031-05-01")
    assert page.says("Plan B cannot be") or page.says("No date")
    assert browser.get(f"{WHAT_IF}?b-nowhere=x").says("What if it went to other meetings?")


def test_nothing_can_be_tried_for_what_has_ended(site: Site) -> None:
    site.office.head_of_place.does("withdraw", item="options-appraisal-2023", reason="No money.")
    assert site.as_("head-of-place").get(WHAT_IF).says("there is nothing to try")


@pytest.mark.parametrize("said", ["b-cabinet=cabinet-2023-07-06", "b-cabinet=2023-05-01", "a-cabinet=2023-05-01",
                                  "bon-cabinet=1&bon-cabinet=5&bon-cabinet=2023"])  # fmt: skip
def test_no_forum_is_asked_for_a_day_that_has_passed(site: Site, said: str) -> None:
    page = site.as_("lcc-governance-lead").get(f"{WHAT_IF}?{said}", status=422)
    assert page.says("has passed. Choose a day from 18 July 2023 on.") or page.says("has held its meeting of")
    assert "Choose this plan" not in page.html


def test_a_plan_that_breaks_rules_has_no_dates_and_cannot_be_chosen(site: Site) -> None:
    november_is_added(site)
    browser = site.as_("lcc-governance-lead")
    page = browser.get(f"{WHAT_IF}?b-cabinet=2023-07-20")
    assert page.says("it cannot be done like this", "Notice of the key decision for")
    assert row(page, "Done") == {
        "What": "Done",
        "Plan A": "11 October 2023",
        "Plan B": "It cannot be done like this",
        "Difference": "Only plan A can be done",
    }
    assert not page.says("Target met by")
    assert "Choose this plan" not in page.html
    sound = browser.get(f"{WHAT_IF}?b-cabinet={NOVEMBER}").form("Choose this plan").filled({}, None)
    refused = browser.post(
        f"{WHAT_IF}/choose",
        [(name, "2023-07-20" if name == "b-cabinet" else value) for name, value in sound],
        status=409,
    )
    assert refused.says("nothing was done")
    assert meeting_letters(site) == []


def test_a_day_on_which_nobody_works_is_said(site: Site) -> None:
    page = site.as_("lcc-governance-lead").get(f"{WHAT_IF}?b-cabinet=2023-11-05")
    assert page.says("5 November 2023 is a Sunday.")


def test_what_makes_a_plan_late_is_said(site: Site) -> None:
    site.office.place_secretary.does(
        "bind", item="options-appraisal-2023", step="place-partnership", meeting="place-2023-08-21"
    )
    site.office.clock.to("2023-08-15 09:00")
    page = site.as_("lcc-governance-lead").get(f"{WHAT_IF}?b-cabinet=2023-11-02")
    assert row(page, "Late")["Plan A"].startswith("Late: the report for ")


def test_the_same_meeting_is_asked_for_once(site: Site) -> None:
    november_is_added(site)
    asked(site, cabinet=NOVEMBER)
    browser = site.as_("lcc-governance-lead")
    page = browser.get(f"{WHAT_IF}?b-cabinet={NOVEMBER}")
    assert page.says(f"{CABINET}: its secretary has been asked for 2 November 2023 already.")
    assert "Choose this plan" not in page.html
    assert len(meeting_letters(site)) == 1
    asked(site, cabinet="2023-11-09")
    assert len(meeting_letters(site)) == 2


def test_a_plan_sent_twice_asks_once(site: Site) -> None:
    november_is_added(site)
    browser = site.as_("lcc-governance-lead")
    tried = browser.get(f"{WHAT_IF}?b-cabinet={NOVEMBER}")
    browser.submit(tried, button="Choose this plan")
    again = browser.submit(tried, button="Choose this plan", status=422)
    assert again.says("There is nothing to do for this plan")
    assert len(meeting_letters(site)) == 1


def test_a_meeting_at_another_time_is_another_plan(site: Site) -> None:
    november_is_added(site)
    browser = site.as_("lcc-governance-lead")
    tried = browser.get(f"{WHAT_IF}?b-cabinet={NOVEMBER}")
    site.office.cabinet_secretary.does("meeting move", meeting=NOVEMBER, time="18:30")
    page = browser.submit(tried, button="Choose this plan", status=409)
    assert page.says("This plan has changed since it was shown, so nothing was done.")


def test_only_what_is_shown_is_simulated(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    november_is_added(site)
    simulated: list[int] = []

    def counted(*said: object, **more: object) -> object:
        simulated.append(1)
        return of_case(*said, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("workflow.queries.what_if.of_case", counted)
    browser = site.as_("lcc-governance-lead")
    browser.get(WHAT_IF)
    assert len(simulated) == 0
    tried = browser.get(f"{WHAT_IF}?b-cabinet={NOVEMBER}")
    assert len(simulated) == 2
    browser.submit(tried, button="Choose this plan")
    assert len(simulated) == 2
