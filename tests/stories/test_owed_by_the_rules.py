"""What the rules ask for is asked of somebody: in their work, among their deadlines, on the item's page."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import select

from models.reminders import reminders
from tests.builders import WORLD, item, route
from tests.office import Office
from tests.stories.choosers import deadlines
from tests.stories.test_formalities import EXEMPTION, MEETINGS, PLAN, SALE, STAGES, WORLD_WITH_RULES, begins
from tests.unit.test_tasks import acts, asked
from workflow.queries.due import due
from workflow.queries.item_page import item_page
from workflow.queries.work import my_work
from workflow.reminders.wording import sentence_of
from workflow.visibility import reader_of

CLERK = "secretary:cabinet"
WITHOUT_A_MEETING = "{cabinet: {papers: submitted}}"


def reminded_of(office: Office, kind: str) -> list[date | None]:
    with office.runtime.looking() as look:
        kept = select(reminders.c.day).where(reminders.c.kind == kind, reminders.c.ended_at.is_(None))
        return list(look.db.execute(kept).scalars())


def owed(office: Office, of: str = "sale") -> list[tuple[str, date]]:
    with office.runtime.looking() as look:
        person = look.known.people["clerk"]
        page = item_page(look, reader_of(look.known, person), person, of)
        return [(one.what, one.due) for one in page.papers if one.step == "cabinet"]


def to_do(office: Office, person: str = "clerk") -> list[tuple[str, str, date | None]]:
    with office.runtime.looking() as look:
        rows = my_work(look, look.known.people[person]).page.rows
        return [(row.item, row.act, row.due) for row in rows]


def test_both_notices_of_a_private_meeting_are_asked_for_until_they_are_given(desk: Office) -> None:
    begins(desk)
    assert ("sale", "private-notice", date(2023, 9, 13)) in to_do(desk)
    assert not any(act == "private-notice-again" for _item, act, _due in to_do(desk)), "the first one comes first"
    assert reminded_of(desk, "private-notice-due") == [date(2023, 9, 13)]
    assert reminded_of(desk, "private-notice-again-due") == [date(2023, 10, 4)]
    assert ("Notice of a private meeting", date(2023, 9, 13)) in owed(desk)
    assert ("Second notice of a private meeting", date(2023, 10, 4)) in owed(desk)
    assert not any(one.act.startswith("private") for one in asked(desk, "plan")), "it is dealt with in public"

    desk.clerk.does("private-notice", **SALE, on="2023-09-01")
    assert reminded_of(desk, "private-notice-due") == []
    assert ("sale", "private-notice-again", date(2023, 10, 4)) in to_do(desk)
    desk.clerk.does("private-notice-again", **SALE, on="2023-09-01")
    assert reminded_of(desk, "private-notice-again-due") == []
    assert not any(what.endswith("private meeting") for what, _due in owed(desk))


def test_nobody_asks_for_private_notices_once_it_is_agreed_that_it_cannot_wait(desk: Office) -> None:
    begins(desk, "2023-10-06")
    desk.clerk.does("urgency", **SALE, agreed_by="Chair of scrutiny", reason="The bid ends")
    assert not any(one.act.startswith("private") for one in asked(desk, "sale"))
    assert reminded_of(desk, "private-notice-due") == []


def test_the_day_of_a_private_notice_moves_with_the_meeting(desk: Office) -> None:
    begins(desk)
    desk.clerk.does("meeting move", meeting="c-oct", meets_on="2023-10-19")
    assert reminded_of(desk, "private-notice-due") == [date(2023, 9, 20)]


def test_what_a_decision_asks_for_is_work_until_it_is_on_record(office: Office) -> None:
    begins(office)
    office.clock.to("2023-10-12 18:00")
    office.clerk.records("sale", "cabinet", "agreed", "2023-10-12")
    after = {(act, due) for name, act, due in to_do(office) if name == "sale"}
    assert {("publish", date(2023, 10, 16)), ("documents", date(2023, 10, 13))} <= after
    assert reminded_of(office, "decision-to-publish") == [date(2023, 10, 16)]
    office.clock.to("2023-10-18 09:00")
    office.clerk.does("publish", **SALE, on="2023-10-17")
    office.clerk.does("documents", **SALE, on="2023-10-17")
    assert not {"publish", "documents"} & {act for name, act, _due in to_do(office) if name == "sale"}


def test_the_words_of_a_resolution_are_work_as_long_as_they_are_a_deadline(office: Office) -> None:
    world = WORLD.replace(
        "    decision_published:", "    minutes_due: {days: 5, unit: working-days}\n    decision_published:"
    )
    world = (
        world
        if world != WORLD
        else WORLD.replace("    call_in:", "    minutes_due: {days: 5, unit: working-days}\n    call_in:", 1)
    )
    office.load(world + route(STAGES) + "items:\n" + item("plan", steps="{cabinet: {meeting: c-oct, papers: verbal}}"))
    office.clock.to("2023-10-12 18:00")
    office.clerk.records("plan", "cabinet", "agreed", "2023-10-12")
    assert (CLERK, "minutes") in acts(office)
    assert reminded_of(office, "minutes-due") == [date(2023, 10, 19)]
    office.clock.to("2023-10-20 09:00")
    assert [(row.kind, row.overdue) for row in deadlines(office, "clerk").page.rows if row.kind == "minutes-due"] == [
        ("minutes-due", True)
    ]
    assert ("plan", "minutes", date(2023, 10, 19)) in to_do(office)
    office.clerk.does(
        "correct", **PLAN, outcome="agreed", decided="2023-10-12", text="Resolved: that it be agreed.", reason="Minutes"
    )
    assert (CLERK, "minutes") not in acts(office)


def test_what_was_decided_long_ago_asks_for_nothing(office: Office) -> None:
    begins(office)
    office.clock.to("2024-03-01 09:00")
    office.clerk.records("sale", "cabinet", "agreed", "2023-10-12")
    assert not {"publish", "documents", "minutes"} & {one.act for one in asked(office, "sale")}


def test_an_agenda_without_a_meeting_is_owed_once_there_is_one(desk: Office) -> None:
    items = item("sale", part="II", exemption=EXEMPTION, steps=WITHOUT_A_MEETING)
    desk.load(WORLD_WITH_RULES + route(STAGES) + "items:\n" + items, MEETINGS)
    assert any(what == "Agenda, once it is on a meeting" for what, _due in owed(desk))
    assert reminded_of(desk, "agenda-due") == []
    desk.clerk.does("bind", item="sale", step="cabinet", meeting="c-oct")
    assert any(what == "Agenda" for what, _due in owed(desk))
    assert len(reminded_of(desk, "agenda-due")) == 1


def test_whose_turn_it_is_is_told_what_is_still_to_come(desk: Office) -> None:
    with_mail = re.sub(r"\{id: clerk, ", "{id: clerk, email: clerk@example.org, ", WORLD_WITH_RULES)
    desk.load(with_mail + route(STAGES) + "items:\n" + item("plan"), MEETINGS)
    assert "all that comes before Cabinet is done, its report is still to come, and it is now for you" in told(desk)
    desk.author.does("submit", item="plan", step="cabinet")
    assert "all that comes before Cabinet is done, and it is now for you to put it on a meeting" in told(desk)


def told(office: Office) -> str:
    """What the clerk reads of whose turn it is at Cabinet, on their page and in what is due."""
    on_page = [row.sentence for row in deadlines(office, "clerk").page.rows if row.kind == "your-turn"]
    with office.runtime.looking() as look:
        found = [one.told for one in due(look).found if one.told.kind == "your-turn" and one.row["person"] == "clerk"]
    in_letters = {sentence_of(one) for one in found if one.step == "cabinet"}
    (said,) = in_letters
    assert said in on_page
    return said
