"""Nothing is lost and nothing is said twice, whatever moves, comes again or changes hands."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, select, update

from models.outbox import letters
from models.reminders import choices, messages, snoozes
from tests.builders import case, item
from tests.office import Office
from tests.stories.reminded import CHAIN, choose, on_its_way, rows, short, to, with_addresses
from workflow.queries.due import due
from workflow.reminders.by_hand import send_due


@pytest.fixture
def board(desk: Office) -> Office:
    """A plan bound for the Board on 10 October and Cabinet on 9 November 2023."""
    return on_its_way(desk)


def test_everybody_who_was_told_hears_of_a_move_each_at_their_hour(board: Office) -> None:
    """The lead has one letter a day, the owner is told at once."""
    choose(board, "lead", delivery="daily", daily_at="10:00")
    board.plays_to("2023-10-02 12:00")  # overdue: both were told
    board.clerk.does("meeting move", meeting="h-oct", meets_on="2023-10-17")
    told = [line for line in board.plays_to("2023-10-03 12:00") if "now due by 6 October 2023" in line]
    assert [line[:29] for line in told] == ["Mon 02 Oct 2023 12:00  author"]
    with board.runtime.looking() as look:
        query = select(messages.c.person, messages.c.dropped).where(messages.c.rung.like("moved%"))
        assert {(row.person, row.dropped) for row in look.db.execute(query)} == {("author", None), ("lead", None)}


def test_what_comes_up_again_with_a_day_that_is_known_is_not_said_twice(board: Office) -> None:
    board.plays_to("2023-09-28 10:00")
    board.lead.does("hold", item="plan", reason="The election")
    board.plays_to("2023-09-28 12:00")
    board.lead.does("resume", item="plan", reason="It is over")
    assert to(board.plays_to("2023-09-29 12:00"), "author") == ["29 Sep 09:00 author: Report due 29 September 2023"]


def test_a_meeting_that_is_lost_a_second_time_is_missed_a_second_time(desk: Office) -> None:
    only = with_addresses(case(stages=CHAIN, items=item())).replace("  - {id: h-nov", "  # - {id: h-nov")
    desk.clock.to("2023-09-20 10:00")
    desk.load(only)
    lost = [("2023-09-20 11:00", "h-oct"), ("2023-09-22 11:00", "new-1"), ("2023-09-26 11:00", "new-2")]
    told = []
    for number, (london, meeting) in enumerate(lost, 1):
        desk.plays_to(london)
        desk.clerk.does("meeting cancel", meeting=meeting, reason="No room")
        told += [line for line in desk.plays_to(london.replace("11:00", "12:00")) if "suitable meeting" in line]
        desk.clerk.does("meeting add", meeting=f"new-{number}", forums=["hwb"], meets_on="2023-10-10", time="14:00")
    assert [line[4:15] for line in told] == ["20 Sep 2023", "22 Sep 2023", "26 Sep 2023"]


def test_a_daily_letter_that_would_come_too_late_comes_at_once(board: Office) -> None:
    choose(board, "author", delivery="daily", daily_at="08:30")
    board.plays_to("2023-09-28 12:00")
    told = [line for line in board.plays_to("2023-09-29 12:00") if "  author: " in line]
    assert [line[:21] for line in told] == ["Fri 29 Sep 2023 09:00"]


def test_somebody_who_gave_up_the_post_is_not_written_to_and_the_next_is(board: Office) -> None:
    choose(board, "clerk", delivery="daily", daily_at="12:00")
    board.plays_to("2023-10-06 12:30")
    board.plays_to("2023-10-11 09:30")  # an outcome is missing: it waits for noon
    board.load(
        """
        people:
          - {id: clerk, name: Council clerk, email: clerk@example.org, roles: []}
          - {id: new-clerk, name: Board clerk, email: new.clerk@example.org, roles: [{role: secretary, forum: hwb}]}
        """,
        update=True,
    )
    told = short(board.plays_to("2023-10-11 12:30"))
    assert [line for line in told if "clerk" in line] == [
        "11 Oct 12:00 new-clerk: Outcome of 10 October 2023 not recorded"
    ]


def test_a_snooze_does_not_hide_that_the_day_has_moved(board: Office) -> None:
    board.plays_to("2023-09-15 12:00")
    reminder = next(row for row in rows(board, "report-due") if row["step"] == "hwb")
    with board.runtime.doing("operator") as do:
        do.db.execute(insert(snoozes).values(person="author", reminder=reminder["id"], until=date(2023, 9, 28)))
    board.clerk.does("meeting move", meeting="h-oct", meets_on="2023-10-03")
    assert to(board.plays_to("2023-09-18 12:00"), "author") == [
        "15 Sep 12:00 author: Report now due by 22 September 2023"
    ]


def test_a_deputy_is_not_told_what_the_one_away_has_left(board: Office) -> None:
    choose(board, "author", away_from=date(2023, 9, 1), deputy="lead", unwanted=["report-due"])
    assert to(board.plays_to("2023-09-30 12:00"), "lead") == []


def test_a_letter_about_part_two_leads_to_no_page_that_names_the_item(desk: Office) -> None:
    secret = item(
        name="mill-purchase",
        title="Buying the mill",
        part="II",
        exemption='{basis: "Schedule 12A", paragraphs: [3], reason: "Prices"}',
        steps="{hwb: {meeting: h-oct}}",
    )
    desk.clock.to("2023-09-20 10:00")
    desk.load(with_addresses(case(stages=CHAIN, items=secret)))
    assert desk.plays_to("2023-09-29 12:00")
    with desk.runtime.looking() as look:
        said = [row.body + row.html for row in look.db.execute(select(letters.c.body, letters.c.html))]
    assert said and not [text for text in said if "mill-purchase" in text]


def test_a_report_that_missed_the_next_meeting_is_overdue_until_that_is_over(desk: Office) -> None:
    """Nobody has put the plan on a meeting: the Board's next is on 10 October, the one after on 14 November."""
    desk.clock.to("2023-09-13 10:00")
    desk.load(with_addresses(case(stages="- {id: hwb, forum: hwb, ask: agree, decisive: true}", items=item())))
    told = short(desk.plays_to("2023-10-12 12:00"))
    assert [line for line in told if "author" in line and "eport" in line] == [
        "15 Sep 09:00 author: Report due 29 September 2023",
        "26 Sep 09:00 author: Report due 29 September 2023",
        "29 Sep 09:00 author: Report due 29 September 2023",
        "02 Oct 09:00 author: Report overdue since 29 September 2023",
        "11 Oct 08:00 author: Report now due by 3 November 2023",
    ]
    assert "02 Oct 09:00 lead: Report overdue since 29 September 2023" in told
    assert [line for line in told if line.startswith("04 Oct 09:00 chief-executive: ")]


def test_an_item_that_sets_out_too_late_for_the_next_meeting_is_not_called_overdue(desk: Office) -> None:
    desk.clock.to("2023-10-04 10:00")
    desk.load(with_addresses(case(stages=CHAIN, items=item())))
    assert [line for line in short(desk.plays_to("2023-10-12 12:00")) if "eport" in line] == []


def test_a_cancelled_meeting_is_taken_out_of_the_secretary_s_calendar(board: Office) -> None:
    board.plays_to("2023-10-09 12:00")
    board.clerk.does("meeting cancel", meeting="h-oct", reason="No quorum")
    assert [line for line in board.plays_to("2023-10-09 13:00") if "  clerk: " in line]
    with board.runtime.looking() as look:
        query = select(letters.c.calendar).where(letters.c.person == "clerk").order_by(letters.c.written_at.desc())
        newest = look.db.execute(query.limit(1)).scalar_one()
    assert newest is not None and "METHOD:CANCEL" in newest and "STATUS:CANCELLED" in newest


def test_what_is_sent_by_hand_on_a_sunday_waits_for_monday(board: Office) -> None:
    board.plays_to("2023-09-14 12:00")
    sunday = datetime(2023, 9, 17, 11, 0, tzinfo=UTC)
    with board.runtime.looking() as look:
        dues = due(look, sunday)
    assert dues.found
    with board.runtime.doing("operator") as do:
        assert send_due(do, dues) == set()
    assert [line[:21] for line in board.plays_to("2023-09-18 09:30") if "Report" in line] == ["Mon 18 Sep 2023 09:00"]


def test_a_report_is_not_overdue_for_a_meeting_that_it_was_never_meant_for(board: Office) -> None:
    """The Board holds an extra meeting at short notice: the plan is not bound to it, and its report was due before."""
    board.clerk.does("unbind", item="plan", step="hwb")
    board.plays_to("2023-10-02 12:00")
    board.clerk.does("meeting cancel", meeting="h-oct", reason="No room")
    board.clerk.does("meeting add", meeting="h-extra", forums=["hwb"], meets_on="2023-10-05", time="14:00")
    told = [line for line in short(board.plays_to("2023-10-04 12:00")) if "author" in line and "hwb" not in line]
    assert not [line for line in told if "overdue" in line and "29 September" not in line]


def test_what_moved_away_and_back_before_anybody_heard_swallows_no_reminder(board: Office) -> None:
    board.plays_to("2023-09-28 20:30")
    board.clerk.does("meeting move", meeting="h-oct", meets_on="2023-10-17")
    board.plays_to("2023-09-28 20:40")
    board.clock.to("2023-09-29 07:30")
    board.clerk.does("meeting move", meeting="h-oct", meets_on="2023-10-10")
    assert to(board.plays_to("2023-09-29 12:00"), "author") == ["29 Sep 09:00 author: Report due 29 September 2023"]


def test_what_was_said_at_eight_is_not_said_again_at_nine(board: Office) -> None:
    board.plays_to("2023-09-25 12:00")
    board.clock.to("2023-09-26 08:05")
    board.clerk.does("meeting move", meeting="h-oct", meets_on="2023-10-05")
    assert to(board.plays_to("2023-09-26 12:00"), "author") == [
        "26 Sep 08:05 author: Report now due by 26 September 2023"
    ]


def test_a_lead_who_hands_over_is_not_told_and_the_next_one_is(board: Office) -> None:
    choose(board, "lead", delivery="daily", daily_at="12:00")
    board.plays_to("2023-10-02 09:30")
    board.load(
        """
        people:
          - {id: lead, name: Governance lead, email: lead@example.org, roles: [{role: secretary, forum: cabinet}]}
          - {id: new-lead, name: New lead, email: new.lead@example.org, roles: [{role: lead, organisation: council}]}
        """,
        update=True,
    )
    told = [line for line in short(board.plays_to("2023-10-02 12:30")) if "overdue" in line]
    assert told == ["02 Oct 12:00 new-lead: Report overdue since 29 September 2023"]


def test_what_is_left_while_it_waits_is_not_said(board: Office) -> None:
    choose(board, "author", delivery="daily", daily_at="12:00")
    board.plays_to("2023-09-26 09:30")
    with board.runtime.doing("operator") as do:
        do.db.execute(update(choices).where(choices.c.person == "author").values(unwanted=["report-due"]))
    assert to(board.plays_to("2023-09-26 12:30"), "author") == []


def test_by_hand_and_by_the_scheduler_a_message_has_one_key(board: Office) -> None:
    with board.runtime.looking() as look:
        ahead = {one.row["key"] for one in due(look, datetime(2023, 9, 26, 8, 0, tzinfo=UTC)).found}
    board.plays_to("2023-09-26 09:30")
    with board.runtime.looking() as look:
        said = {row.key for row in look.db.execute(select(messages.c.key).where(messages.c.rung == "before-3"))}
    assert said and said <= ahead
