"""Reminders follow the facts: in time, once, with the reason, and never on a holiday."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import insert, select

from models.outbox import letters
from models.reminders import messages, snoozes
from tests.builders import case, item
from tests.office import Office
from tests.stories.reminded import BOUND, CHAIN, choose, on_its_way, rows, short, to, with_addresses
from workflow import forecast
from workflow.use_cases.papers import Submit, submit


@pytest.fixture
def board(desk: Office) -> Office:
    """A plan bound for the Board on 10 October and Cabinet on 9 November 2023."""
    return on_its_way(desk)


def test_the_owner_is_reminded_of_a_report_until_it_is_there(board: Office) -> None:
    assert to(board.plays_to("2023-09-28 08:59"), "author") == [
        "15 Sep 09:00 author: Report due 29 September 2023",
        "26 Sep 09:00 author: Report due 29 September 2023",
    ]
    board.author.does("submit", item="plan", step="hwb")
    assert to(board.plays_to("2023-10-05 12:00"), "author") == []
    kept = next(row for row in rows(board, "report-due") if row["step"] == "hwb")
    assert kept["ended_because"] == "The report is there."


def test_what_is_overdue_goes_to_the_lead_and_then_to_their_superior(board: Office) -> None:
    told = short(board.plays_to("2023-10-05 12:00"))
    overdue = [line for line in told if "overdue" in line]
    assert overdue == [
        "02 Oct 09:00 author: Report overdue since 29 September 2023",
        "02 Oct 09:00 lead: Report overdue since 29 September 2023",
        "04 Oct 09:00 chief-executive: Report overdue since 29 September 2023",
    ]


def test_a_report_that_came_in_a_minute_before_is_not_asked_for(board: Office) -> None:
    board.plays_to("2023-09-26 08:59")
    board.author.does("submit", item="plan", step="hwb")
    assert to(board.plays_to("2023-09-26 09:01"), "author") == []


def test_whoever_was_told_a_day_is_told_once_when_it_moves(board: Office) -> None:
    board.plays_to("2023-09-15 10:00")
    board.clerk.does("meeting move", meeting="h-oct", meets_on="2023-10-17")
    told = short(board.plays_to("2023-09-18 12:00"))
    assert [line for line in told if "author" in line] == ["15 Sep 10:00 author: Report now due by 6 October 2023"]
    board.clerk.does("meeting move", meeting="h-oct", meets_on="2023-10-17", time="15:00")
    assert to(board.plays_to("2023-09-21 12:00"), "author") == []
    assert to(board.plays_to("2023-10-03 12:00"), "author") == [
        "22 Sep 09:00 author: Report due 6 October 2023",
        "03 Oct 09:00 author: Report due 6 October 2023",
    ]


def test_a_meeting_that_moves_before_anybody_was_told_is_not_spoken_of(board: Office) -> None:
    board.clerk.does("meeting move", meeting="h-oct", meets_on="2023-10-17")
    assert to(board.plays_to("2023-09-22 12:00"), "author") == ["22 Sep 09:00 author: Report due 6 October 2023"]


def test_a_meeting_that_moves_there_and_back_changes_nothing(board: Office) -> None:
    board.plays_to("2023-09-15 10:00")
    board.clerk.does("meeting move", meeting="h-oct", meets_on="2023-10-17")
    board.clerk.does("meeting move", meeting="h-oct", meets_on="2023-10-10")
    assert to(board.plays_to("2023-09-25 12:00"), "author") == []


def test_nobody_is_reminded_of_an_item_that_was_withdrawn(board: Office) -> None:
    board.plays_to("2023-09-15 10:00")
    board.author.does("withdraw", item="plan", reason="The money is gone")
    assert board.plays_to("2023-11-20 12:00") == []
    assert {row["ended_because"] for row in rows(board, "report-due")} == {"The item was withdrawn."}
    assert {row["next_at"] for row in rows(board, "report-due")} == {None}


def test_a_deferral_begins_a_reminder_anew_for_the_next_round(board: Office) -> None:
    board.plays_to("2023-09-28 10:00")
    board.author.does("submit", item="plan", step="hwb")
    board.plays_to("2023-10-10 18:00")
    board.clerk.records("plan", "hwb", "deferred", reason="Costs are missing", until="2023-11-14")
    rounds = {row["round"]: row["ended_because"] for row in rows(board, "outcome-missing") if row["step"] == "hwb"}
    assert rounds == {1: "The step is asked again, in a new round."}
    board.clerk.does("bind", item="plan", step="hwb", meeting="h-nov")
    assert {row["round"] for row in rows(board, "meeting-tomorrow") if row["step"] == "hwb"} == {1, 2}


def test_a_secretary_who_comes_new_is_told_and_the_one_before_is_not(board: Office) -> None:
    board.plays_to("2023-09-15 10:00")
    board.load(
        """
        people:
          - {id: clerk, name: Council clerk, email: clerk@example.org, roles: [{role: secretary, forum: cabinet}]}
          - {id: new-clerk, name: Board clerk, email: new.clerk@example.org, roles: [{role: secretary, forum: hwb}]}
        """,
        update=True,
    )
    told = board.plays_to("2023-10-09 12:00")
    assert [line for line in short(told) if "meets on" in line] == [
        "09 Oct 09:00 new-clerk: Health and Wellbeing Board meets on 10 October 2023"
    ]


def test_where_nobody_keeps_a_forum_the_lead_is_told(board: Office) -> None:
    board.load(
        """
        people:
          - {id: clerk, name: Council clerk, email: clerk@example.org, roles: [{role: secretary, forum: cabinet}]}
        """,
        update=True,
    )
    told = [line for line in short(board.plays_to("2023-10-09 12:00")) if "meets on" in line]
    assert told == ["09 Oct 09:00 lead: Health and Wellbeing Board meets on 10 October 2023"]


def test_a_forum_has_ladders_of_its_own(desk: Office) -> None:
    world = with_addresses(case(stages=CHAIN, items=BOUND))
    own = '{report-due: {at: "14:30", ladder: [{before: 1, to: [holder, lead]}]}}'
    desk.clock.to("2023-09-01 10:00")
    desk.load(world.replace("form: committee, rules: plain}", f"form: committee, rules: plain, reminders: {own}}}", 1))
    assert [line for line in short(desk.plays_to("2023-10-06 12:00")) if "Report" in line] == [
        "28 Sep 14:30 author: Report due 29 September 2023",
        "28 Sep 14:30 lead: Report due 29 September 2023",
    ]


def test_nothing_of_an_item_in_part_two_is_in_a_letter(desk: Office) -> None:
    secret = item(
        title="Buying the mill",
        part="II",
        exemption='{basis: "Schedule 12A", paragraphs: [3], reason: "Prices"}',
        steps="{hwb: {meeting: h-oct}}",
    )
    desk.clock.to("2023-09-20 10:00")
    desk.load(with_addresses(case(stages=CHAIN, items=secret)))
    assert desk.plays_to("2023-10-12 12:00")
    with desk.runtime.looking() as look:
        written = [str(value) for row in look.db.execute(select(letters)) for value in row]
    assert not [text for text in written if "mill" in text.lower()]


def test_nine_days_down_over_easter_and_one_letter_each(desk: Office) -> None:
    easter = re.sub("h-oct, forum: hwb, date: 2023-10-10", "h-oct, forum: hwb, date: 2024-04-11", BOUND_WORLD)
    easter = easter.replace("c-nov, forum: cabinet, date: 2023-11-09", "c-nov, forum: cabinet, date: 2024-04-18")
    desk.clock.to("2024-02-20 10:00")
    desk.load(easter)
    desk.plays_to("2024-03-21 18:00")
    before = len(desk.post())
    desk.clock.to("2024-03-30 18:00")  # Saturday; Good Friday was the day before
    assert desk.plays_to("2024-04-02 08:30") == []
    told = desk.plays_to("2024-04-02 09:01")
    assert {line[:21] for line in told} == {"Tue 02 Apr 2024 09:00"}
    people = [line.split("  ")[1].split(":")[0] for line in told]
    assert people and len(people) == len(set(people))
    with desk.runtime.looking() as look:
        late = look.db.execute(select(messages.c.letter).where(messages.c.late)).scalars().all()
        body = look.db.execute(select(letters.c.body).where(letters.c.id.in_(late))).scalars().first()
    assert len(desk.post()) == before + len(told)
    assert body is not None and "should have" in body


BOUND_WORLD = with_addresses(
    case(stages=CHAIN, items=item(steps="{hwb: {meeting: h-oct}, cabinet: {meeting: c-nov}}", target="2024-06-30"))
)


def test_a_scheduler_that_starts_twice_says_nothing_twice(board: Office) -> None:
    board.plays_to("2023-09-15 10:00")
    told = len(board.post())
    board.tick()
    board.tick()
    assert len(board.post()) == told


def test_a_daily_letter_comes_at_its_hour_with_all_of_the_day(board: Office) -> None:
    choose(board, "clerk", delivery="daily", daily_at="16:15")
    told = [line for line in board.plays_to("2023-10-11 17:00") if "  clerk: " in line]
    assert told[-1] == "Wed 11 Oct 2023 16:15  clerk: Your reminders for Wednesday 11 October 2023"
    assert {line[16:21] for line in told} == {"16:15"}


def test_whoever_has_left_a_kind_is_not_told_but_the_lead_is(board: Office) -> None:
    choose(board, "author", unwanted=["report-due"])
    told = [line for line in short(board.plays_to("2023-10-03 12:00")) if "Report" in line]
    assert told == ["02 Oct 09:00 lead: Report overdue since 29 September 2023"]
    with board.runtime.looking() as look:
        dropped = set(look.db.execute(select(messages.c.dropped).where(messages.c.person == "author")).scalars())
    assert dropped == {"They have left this kind of reminder."}


def test_a_deputy_is_told_too_while_somebody_is_away(board: Office) -> None:
    choose(board, "author", away_from=date(2023, 9, 20), away_until=date(2023, 9, 26), deputy="lead")
    told = [line for line in short(board.plays_to("2023-09-30 12:00")) if "Report" in line]
    assert told == [
        "15 Sep 09:00 author: Report due 29 September 2023",
        "26 Sep 09:00 author: Report due 29 September 2023",
        "26 Sep 09:00 lead: Report due 29 September 2023",
        "29 Sep 09:00 author: Report due 29 September 2023",
    ]


def test_a_deputy_is_not_told_of_what_they_may_not_see(board: Office) -> None:
    board.load("people: [{id: porter, name: Porter, email: porter@example.org}]")
    choose(board, "author", away_from=date(2023, 9, 1), deputy="porter")
    assert to(board.plays_to("2023-09-30 12:00"), "porter") == []


def test_a_snoozed_reminder_comes_when_the_time_is_up(board: Office) -> None:
    board.plays_to("2023-09-14 12:00")
    reminder = next(row for row in rows(board, "report-due") if row["step"] == "hwb")
    with board.runtime.doing("operator") as do:
        do.db.execute(insert(snoozes).values(person="author", reminder=reminder["id"], until=date(2023, 9, 20)))
    assert to(board.plays_to("2023-09-20 12:00"), "author") == ["20 Sep 09:00 author: Report due 29 September 2023"]


def test_an_act_that_is_undone_ends_nothing(board: Office) -> None:
    """The reminders belong to the transaction of the act."""
    board.plays_to("2023-09-28 10:00")
    before = rows(board, "report-due")
    with pytest.raises(RuntimeError), board.runtime.doing("operator") as do:
        submit(do, Submit(item="plan", step="hwb"))
        forecast.refresh(do)
        raise RuntimeError
    assert rows(board, "report-due") == before


def test_the_letter_about_a_meeting_brings_an_invitation(board: Office) -> None:
    board.plays_to("2023-10-09 12:00")
    with board.runtime.looking() as look:
        query = select(letters.c.calendar).where(letters.c.subject.like("Health and Wellbeing Board meets on%"))
        invitation = look.db.execute(query).scalar_one()
    assert "METHOD:REQUEST" in invitation and "ATTENDEE" in invitation and "20231010T140000" in invitation


def test_a_report_that_missed_the_last_meeting_is_told_to_the_owner_and_the_lead(desk: Office) -> None:
    """Nobody put it on a meeting, and after the one it was planned for no other is known."""
    only = with_addresses(case(stages=CHAIN, items=item())).replace("  - {id: h-nov", "  # - {id: h-nov")
    desk.clock.to("2023-09-20 10:00")
    desk.load(only)
    told = [line for line in short(desk.plays_to("2023-10-11 12:00")) if "no longer" in line]
    assert told == [
        "11 Oct 08:00 author: Report no longer due by 29 September 2023",
        "11 Oct 08:00 chief-executive: Report no longer due by 29 September 2023",
        "11 Oct 08:00 lead: Report no longer due by 29 September 2023",
    ]
