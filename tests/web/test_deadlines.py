"""My deadlines, how one is reminded, and the reminders of an item, as people see them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from models.reminders import choices, messages, reminders
from tests.web.scene import EXEMPT, EXEMPT_WORDS, set_the_scene
from tests.web.site import Site
from workflow.mail.nobody import Nobody
from workflow.outbox import deliver_waiting
from workflow.reminders.kinds import KINDS
from workflow.reminders.sweep import sweep


def chosen(site: Site, person: str) -> Any:
    with site.office.runtime.looking() as look:
        return look.db.execute(select(choices).where(choices.c.person == person)).one_or_none()


def test_deadlines_come_overdue_first_with_the_days_that_are_left(site: Site) -> None:
    page = site.as_("head-of-commissioning").get("/deadlines")
    days = [row["By when"] for row in page.rows]
    assert days[0].startswith("18 Jul 2023")
    assert "today" in days[0]
    assert any("in 32 working days" in told for told in days)
    assert any(
        row["What"].startswith("The report on Budget and council tax 2024-25 has to be with") for row in page.rows
    )
    site.clock.to("2023-07-20 10:00")
    page = site.as_("head-of-commissioning").get("/deadlines")
    assert "Overdue" in page.rows[0]["By when"]
    assert "2 working days ago" in page.rows[0]["By when"]
    assert page.says("1 overdue")


def test_deadlines_are_narrowed_to_a_kind(site: Site) -> None:
    browser = site.as_("democratic-services")
    page = browser.get("/deadlines")
    some = browser.submit(page, form=0, kind="notice-due")
    assert 0 < len(some.rows) < len(page.rows)
    assert all(row["What"].startswith("Notice of the key decision") for row in some.rows)
    assert browser.submit(page, form=0, kind="clearance").says("You have no deadline of this kind.")
    assert len(browser.get("/deadlines?kind=birthdays&after=nowhere").rows) == len(page.rows)


def test_whoever_is_reminded_of_nothing_is_told_so(site: Site) -> None:
    assert site.as_("internal-auditor").get("/deadlines").says("There is nothing that you are reminded of")


def test_a_reminder_is_snoozed_and_woken(site: Site) -> None:
    browser = site.as_("head-of-commissioning")
    page = browser.follow(browser.get("/deadlines?kind=report-due"), "Snooze")
    assert page.h1 == "Snooze a reminder"
    page = browser.submit(page, until="2023-07-21", status=422)
    assert page.says("21 July 2023 is after 18 July 2023, the day itself")
    page = browser.submit(page, until="2023-07-21", beyond=True)
    assert page.says("You are not reminded of it before 21 July 2023.")
    assert "Snoozed until 21 July 2023" in page.rows[0]["Reminders to you"]
    assert "Next 21 July 2023 at 9am" in page.rows[0]["Reminders to you"]
    page = browser.submit(page, form=next(n for n, one in enumerate(page.forms) if one.action.endswith("/wake")))
    assert page.says("You are reminded of it again.")
    assert "Snoozed" not in page.rows[0]["Reminders to you"]


def test_another_day_has_to_be_written_down(site: Site) -> None:
    browser = site.as_("head-of-commissioning")
    page = browser.follow(browser.get("/deadlines?kind=report-due"), "Snooze")
    assert browser.submit(page, status=422).says("Choose until when")
    assert browser.submit(page, until="other", status=422).says("Enter the day")
    assert browser.submit(page, until="other", other=["30", "2", "2023"], status=422).says("is no date")
    assert browser.submit(page, until="other", other="2023-07-01", status=422).says("Choose a day after today")
    assert browser.post(page.path, {"until": "soon"}, status=422).says("Choose until when")


def test_days_to_snooze_are_counted_from_when_one_hears_of_it_next(site: Site) -> None:
    sweep(site.office.runtime)
    browser = site.as_("westmere-icb-lead")
    page = browser.get("/deadlines?kind=outcome-missing")
    assert page.rows[0]["Reminders to you"].startswith("Next 27 July 2023 at 9am")
    assert "is to be recorded after the meeting on 26 July 2023." in page.rows[0]["What"]
    page = browser.follow(page, "Snooze")
    assert page.says("You are not told of it before 27 July 2023, so there is nothing to snooze until then.")
    assert page.says("Until the day after: Friday 28 July 2023")
    assert page.says("Until the week after: Monday 31 July 2023")
    assert page.says("For 3 working days: Tuesday 1 August 2023")
    page = browser.submit(page, until="other", other="2023-07-20", status=422)
    assert page.says("You hear of it next on 27 July 2023, and not before")
    page = browser.submit(page, until="2023-07-28")
    assert "Next 28 July 2023 at 9am" in page.rows[0]["Reminders to you"]
    assert "Snoozed until 28 July 2023" in page.rows[0]["Reminders to you"]


def test_what_one_is_not_told_of_again_has_nothing_to_snooze(site: Site) -> None:
    browser = site.as_("head-of-commissioning")
    address = browser.get("/deadlines?kind=report-due").link("Snooze")
    page = browser.get("/account/reminders")
    browser.submit(page, delivery="at-once", unwanted_papers=["report-due"])
    page = browser.get(address)
    assert page.says("there is nothing to snooze")
    browser.post(address, {"until": "2023-07-21"}, status=422)


def test_what_test_mode_wrote_is_not_said_to_be_sent(site: Site) -> None:
    sweep(site.office.runtime)
    deliver_waiting(site.office.runtime, Nobody())
    browser = site.as_("head-of-commissioning")
    page = browser.get("/deadlines")
    assert any("Written, not sent: test mode, 18 July 2023 at 9am" in row["Reminders to you"] for row in page.rows)
    assert not any("Last " in row["Reminders to you"] for row in page.rows)
    said = browser.get("/items/budget-2024/reminders?list=said")
    assert any(row["When"].startswith("Written, not sent: test mode") for row in said.rows)
    assert not any(row["When"].startswith("Sent") for row in said.rows)


def test_whoever_may_not_see_it_all_is_said_to_before_they_stand_in(site: Site) -> None:
    browser = site.as_("head-of-commissioning")
    page = browser.get("/account/reminders/away")
    page = browser.submit(page, away_from="2023-07-18", away_until="2023-07-28", deputy="Trust company secretary")
    assert page.says("Trust company secretary may see 0 of your")
    assert page.says("Consider choosing somebody else.")


def test_why_then_tells_what_was_known_late_from_what_was_said_late(site: Site) -> None:
    sweep(site.office.runtime)
    browser = site.as_("internal-auditor")
    fund = browser.get("/items/better-care-fund-agreement/reminders?list=said")
    (told,) = [row for row in fund.rows if row["Of what"].startswith(KINDS["decision-to-publish"].name)]
    assert told["Why then"] == "As soon as it was known", "the day was over when it was first known"
    site.clock.to("2023-07-19 11:00")
    sweep(site.office.runtime)
    late = site.as_("internal-auditor").get("/items/budget-2024/reminders?list=said")
    assert any(row["Why then"] == "Was to be said 1 working day after the day; it came late" for row in late.rows)


def test_a_kind_is_called_the_same_everywhere(site: Site) -> None:
    browser = site.as_("head-of-commissioning")
    with site.office.runtime.looking() as look:
        found = look.db.execute(select(reminders.c.item).where(reminders.c.kind == "your-turn")).scalars().first()
    page = browser.get(f"/items/{found}/reminders")
    assert any(row["What"].startswith(KINDS["your-turn"].name) for row in page.rows)


def test_a_deadline_of_somebody_else_is_not_there(site: Site) -> None:
    address = site.as_("head-of-commissioning").get("/deadlines").link("Snooze")
    other = site.as_("head-of-place")
    other.get(address, status=404)
    other.post(address, {"until": "2023-07-19"}, status=404)


def test_how_somebody_is_reminded_is_kept_and_shown_again(site: Site) -> None:
    browser = site.as_("head-of-commissioning")
    page = browser.follow(browser.get("/account"), "How you are reminded")
    page = browser.submit(page, delivery="daily", daily_at="7.15am", unwanted_papers=["report-due"])
    assert page.says("From now on you are reminded in one letter a day, on working days.")
    kept = chosen(site, "head-of-commissioning")
    assert (kept.delivery, kept.daily_at, kept.working_days_only) == ("daily", "07:15", True)
    assert kept.unwanted == ["report-due"]
    page = browser.get("/account/reminders")
    fields = page.form(-1).fields
    assert fields["daily_at"][0].get("value") == "7:15am"
    assert all(
        row["Reminders to you"].startswith("You have left") for row in browser.get("/deadlines?kind=report-due").rows
    )

    for wrong in ("5am", "10:30pm", "teatime", ""):
        again = browser.submit(page, delivery="daily", daily_at=wrong, status=422)
        assert again.says("any time between 6am and 10pm")
    browser.post("/account/reminders", {"delivery": "never"}, status=422)
    browser.post("/account/reminders", {"delivery": "at-once", "unwanted_papers": "birthdays"}, status=422)
    assert chosen(site, "head-of-commissioning").daily_at == "07:15"


def test_every_kind_can_be_left(site: Site) -> None:
    page = site.as_("head-of-place").get("/account/reminders")
    assert all(page.says(kind.name) for kind in KINDS.values())


def test_somebody_stands_in_is_told_so_and_both_see_it(site: Site) -> None:
    sweep(site.office.runtime)
    browser, deputy = site.as_("head-of-commissioning"), site.as_("democratic-services")
    before = len(deputy.get("/deadlines").rows)
    page = browser.follow(browser.get("/account/reminders"), "Say when you are away")
    page = browser.submit(page, away_from="2023-07-18", away_until="2023-07-28", deputy="Democratic services officer")
    assert page.says("Democratic services officer stands in for you from 18 July 2023 to 28 July 2023.")
    page = deputy.get("/deadlines")
    assert page.says("You stand in for Head of commissioning (until 28 July 2023).")
    assert len(page.rows) > before
    assert any("You stand in for Head of commissioning" in row["What"] for row in page.rows)

    page = browser.get("/account/reminders")
    back = next(n for n, one in enumerate(page.forms) if one.action.endswith("/back"))
    page = browser.submit(page, form=back)
    assert page.says("Nobody stands in for you")
    assert len(deputy.get("/deadlines").rows) == before


def test_an_absence_is_asked_for_again_where_it_makes_no_sense(site: Site) -> None:
    browser = site.as_("head-of-commissioning")
    page = browser.get("/account/reminders/away")
    assert browser.submit(page, status=422).says("Enter the first day away")
    wrong = browser.submit(page, away_from="2023-07-20", away_until="2023-07-19", deputy="head-of-place", status=422)
    assert wrong.says("The last day away cannot be before the first one")
    assert browser.submit(page, away_from="2023-07-20", away_until="2023-07-21", status=422).says(
        "Choose who stands in for you."
    )
    oneself = {
        "away_from": ["20", "7", "2023"],
        "away_until": ["21", "7", "2023"],
        "deputy": "head-of-commissioning",
    }
    assert browser.post("/account/reminders/away", oneself, status=422).says("You cannot stand in for yourself.")
    assert chosen(site, "head-of-commissioning") is None


def test_an_item_shows_what_was_said_and_is_to_come_to_all_who_may_see_it(site: Site) -> None:
    sweep(site.office.runtime)
    browser = site.as_("internal-auditor")
    page = browser.get("/items/budget-2024")
    assert page.says("Next reminder: ")
    page = browser.follow(page, "All reminders")
    assert page.h1 == "Reminders: Budget and council tax 2024-25"
    assert any("Head of commissioning" in row["Who is told when"] for row in page.rows)
    assert any("then on" in row["Who is told when"] for row in page.rows)
    told = browser.follow(page, "Sent and waiting")
    assert any(row["To whom"].startswith("Head of commissioning") for row in told.rows)
    assert any(row["Why then"] == "On the day" for row in told.rows)
    assert browser.follow(page, "Ended").says("No reminder of this item has ended.")
    site.office.does("withdraw", "head-of-commissioning", item="budget-2024", reason="Not needed")
    ended = browser.get("/items/budget-2024/reminders?list=ended")
    assert {row["Why it ended"] for row in ended.rows} == {"The item was withdrawn."}
    assert not browser.get("/items/budget-2024").says("Next reminder")


def test_the_reminders_of_an_exempt_item_are_for_its_route_alone(site: Site) -> None:
    set_the_scene(site.office)
    sweep(site.office.runtime)
    address = f"/items/{EXEMPT}/reminders"
    assert site.as_("head-of-place").get(address).rows
    for person in ("internal-auditor", "system-administrator", "icb-governance-lead"):
        page = site.as_(person).get(address, status=404)
        assert not any(page.says(word) for word in EXEMPT_WORDS)


def test_many_messages_of_an_item_are_turned_over_page_by_page(site_on_both: Site) -> None:
    site = site_on_both
    sweep(site.office.runtime)
    with site.office.runtime.doing("decision-routes") as do:
        row = do.db.execute(select(messages).where(messages.c.item == "budget-2024")).mappings().first()
        do.db.execute(messages.insert(), [{**dict(row), "key": f"{n:032x}"} for n in range(70)])
        number = len(do.db.execute(select(messages.c.key).where(messages.c.item == "budget-2024")).all())
    browser = site.as_("head-of-commissioning")
    first = browser.get("/items/budget-2024/reminders?list=said")
    second = browser.follow(first, "Next")
    assert len(first.rows) == 50
    assert len(first.rows) + len(second.rows) == number
    assert len(browser.follow(second, "Previous").rows) == 50
