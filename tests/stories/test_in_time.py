"""Which meeting a notice serves, and what is lost when the meeting is another one."""

from __future__ import annotations

from datetime import date

from tests.office import Office
from tests.stories.test_formalities import PLAN, SALE, begins, on_record, the_step


def test_the_second_notice_and_the_urgency_of_an_item_are_for_one_meeting_only(office: Office) -> None:
    begins(office, "2023-10-04")
    office.clerk.does("private-notice", **SALE, on="2023-09-01")
    office.clerk.does("private-notice-again", **SALE, representations="It should be open", response="Prices")
    office.clerk.does("urgent-item", **SALE, agreed_by="The Leader", reason="The grant ends")
    office.clerk.does("bind", **SALE, meeting="c-oct")
    step = the_step(office)
    assert (step.private_notice_again_on, step.urgent_item_on) == (date(2023, 10, 4), date(2023, 10, 4))
    office.clerk.does("bind", **SALE, meeting="c-nov")
    step = the_step(office)
    assert (step.private_notice_on, step.private_notice_again_on, step.urgent_item_on) == (
        date(2023, 9, 1), None, None,
    )  # fmt: skip
    assert on_record(office).keys() == {"private-notice"}
    office.clerk.does("private-notice-again", **SALE)
    office.clerk.does("meeting cancel", meeting="c-nov", reason="Too few")
    assert on_record(office).keys() == {"private-notice"}
    assert office.verify().ok


def test_a_notice_on_a_day_that_is_no_working_day_is_judged_as_its_clock_is(desk: Office) -> None:
    begins(desk, "2023-09-01")
    desk.load("meetings:\n  - {id: c-25-sep, forum: cabinet, date: 2023-09-25}\n")
    desk.clerk.does("bind", **PLAN, meeting="c-25-sep")
    said = desk.clerk.does("notice", **PLAN, on="2023-08-26")
    assert "26 August 2023 is no working day and it was due by 25 August 2023, so it does not count as kept" in said
    desk.clock.to("2023-09-25 20:00")
    said = desk.clerk.records("plan", "cabinet", "agreed")
    assert "Notice of the key decision was late: 26 August 2023, not on a working day." in said


def test_a_notice_before_there_is_a_meeting_says_which_one_it_serves(desk: Office) -> None:
    begins(desk, "2023-10-02")
    desk.clerk.does("unbind", **PLAN)
    said = desk.clerk.does("notice", **PLAN)
    assert said.endswith("It is in time for the meeting on 9 November 2023 or a later one.")
    desk.clock.to("2028-12-20 09:00")
    assert desk.clerk.does("notice", **PLAN).endswith("was given on 20 December 2028."), "no day is known after 2028"
