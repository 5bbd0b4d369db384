"""What people see of their own reminders and of those of an item, by what they and others have chosen."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update

from models.reminders import reminders
from tests.builders import item
from tests.office import Office
from tests.stories.choosers import (
    HOLIDAY,
    Handed,
    at,
    chooses,
    counting,
    daily,
    deadlines,
    reminder,
    to_come,
)
from workflow import outbox
from workflow.errors import Refused, Unknown
from workflow.mail.nobody import Nobody
from workflow.queries import item_reminders
from workflow.queries.deadlines import days_left
from workflow.queries.paging import Cursor
from workflow.reminders.sweep import sweep
from workflow.use_cases.choosing import Absence, Snooze, Unfit


def test_a_snooze_beyond_the_day_itself_has_to_be_meant(on_paper: Office) -> None:
    first = reminder(on_paper)
    with pytest.raises(Unfit, match="26 July 2023 is after 24 July 2023") as refused:
        chooses(on_paper, "keeper", "snooze", Snooze(first, date(2023, 7, 26)))
    assert refused.value.field == "beyond"
    chooses(on_paper, "keeper", "snooze", Snooze(first, date(2023, 7, 26), beyond=True))
    assert deadlines(on_paper, "keeper").page.rows[0].snoozed_until == date(2023, 7, 26)


@pytest.mark.parametrize("until", [date(2023, 7, 18), date(2023, 7, 1), date(9000, 1, 1)])
def test_a_snooze_is_until_a_day_to_come(on_paper: Office, until: date) -> None:
    with pytest.raises(Refused):
        chooses(on_paper, "keeper", "snooze", Snooze(reminder(on_paper), until, beyond=True))


def test_nobody_snoozes_what_is_not_theirs(at_desk: Office) -> None:
    first, tomorrow = reminder(at_desk), date(2023, 7, 19)
    for person in ("colleague", "passer-by"):
        with pytest.raises(Unknown):
            chooses(at_desk, person, "snooze", Snooze(first, tomorrow))
    chooses(at_desk, "keeper", "away", HOLIDAY)
    chooses(at_desk, "colleague", "snooze", Snooze(first, tomorrow))
    assert deadlines(at_desk, "keeper").page.rows[0].snoozed_until is None, "each for themselves"


def test_my_deadlines_are_those_of_my_posts_and_of_whom_i_stand_in_for(at_desk: Office) -> None:
    mine = deadlines(at_desk, "keeper")
    assert mine.page.rows[0].sentence.startswith("The report on A plan has to be with Partnership by")
    assert (mine.page.rows[0].day, mine.page.rows[0].days_left) == (date(2023, 7, 24), "in 4 working days")
    assert all(row.instead_of is None for row in mine.page.rows)
    before = deadlines(at_desk, "colleague")
    assert "report-due" not in {row.kind for row in before.page.rows}

    chooses(at_desk, "keeper", "away", HOLIDAY)
    together = deadlines(at_desk, "colleague")
    assert together.standing_in == (("Keeper of the plan", date(2023, 7, 28)),)
    for_keeper = [row for row in together.page.rows if row.instead_of == "Keeper of the plan"]
    assert [row.id for row in for_keeper] == [row.id for row in mine.page.rows]

    chooses(at_desk, "keeper", "away", Absence(date(2023, 7, 18), date(2023, 7, 28), "passer-by"))
    assert deadlines(at_desk, "passer-by").page.rows == (), "what they may not see is not there"
    at_desk.clock.to("2023-07-29 10:00")
    assert deadlines(at_desk, "passer-by").standing_in == ()


def test_deadlines_come_by_day_the_undated_last_and_narrowed_by_kind(on_paper: Office) -> None:
    on_paper.clock.to("2023-07-26 10:00")
    rows = deadlines(on_paper, "keeper").page.rows
    days = [row.day or date.max for row in rows]
    assert days == sorted(days)
    only = deadlines(on_paper, "keeper", kind="report-due")
    assert {row.kind for row in only.page.rows} == {"report-due"}
    assert only.total.number == len(only.page.rows)
    assert deadlines(on_paper, "keeper", kind="clearance").page.rows == ()


def test_any_number_of_deadlines_takes_as_many_queries(at_desk: Office) -> None:
    made = "".join(item(f"plan-{n:03}", owner="keeper", title=f"Plan {n}") for n in range(70))
    at_desk.load("items:\n" + made)
    sweep(at_desk.runtime)
    with counting(at_desk) as first:
        page = deadlines(at_desk, "keeper").page
    assert page.later is not None
    with counting(at_desk) as second:
        rest = deadlines(at_desk, "keeper", cursor=Cursor(page.later)).page
    seen = [row.id for row in (*page.rows, *rest.rows)]
    assert len(seen) == len(set(seen)) > 70
    with counting(at_desk) as narrow:
        deadlines(at_desk, "keeper", kind="clearance")
    assert len(first) == len(second) <= 14
    assert len(narrow) <= len(first)
    back = deadlines(at_desk, "keeper", cursor=Cursor(rest.earlier or (), backward=True)).page
    assert [row.id for row in back.rows] == [row.id for row in page.rows]


def test_an_item_tells_what_was_said_to_whom_and_what_is_to_come(at_desk: Office) -> None:
    sweep(at_desk.runtime)
    at_desk.clock.to("2023-07-18 10:00")
    chooses(at_desk, "keeper", "choose", daily("16:30"))
    with at_desk.runtime.looking() as look:
        coming = item_reminders.coming(look, "plan").rows
        told = item_reminders.said(look, "plan").rows
        first = item_reminders.next_reminder(look, "plan")
    report = next(row for row in coming if row.day == date(2023, 7, 24))
    assert report.holders == "Keeper of the plan"
    assert report.told[0].whom == "Keeper of the plan (in their daily letter)"
    assert report.told[-1].whom == (
        "Keeper of the plan (in their daily letter) and Governance lead (has no e-mail address)"
    ), "there is no superior on record"
    assert ("sent", "written").count(next(row.state for row in told if row.person == "Keeper of the plan")) == 1
    assert first is not None
    assert first.holders == "Keeper of the plan"


def test_what_is_to_come_follows_what_people_chose(on_paper: Office) -> None:
    sweep(on_paper.runtime)
    chooses(on_paper, "keeper", "away", HOLIDAY)
    assert to_come(on_paper)[0].startswith("Keeper of the plan (and Colleague, who stands in)")
    chooses(on_paper, "colleague", "choose", daily("08:30", "report-due"))
    assert to_come(on_paper)[0] == "Keeper of the plan (away, and Colleague, who stands in, has left this kind)"
    chooses(on_paper, "keeper", "away", Absence(date(2023, 7, 18), date(2023, 7, 28), "passer-by"))
    assert to_come(on_paper)[0] == "Keeper of the plan (away, and Passer-by, who stands in, may not see the item)"
    chooses(on_paper, "keeper", "back")
    chooses(on_paper, "keeper", "choose", daily("08:30"))
    assert to_come(on_paper)[:2] == [
        "Keeper of the plan (in their daily letter on 20 July 2023)",
        "Keeper of the plan",
    ], "on the day itself the next daily letter would be too late"
    chooses(on_paper, "keeper", "choose", daily("16:30", "report-due"))
    assert to_come(on_paper)[0] == "Keeper of the plan (has left this kind)"


def test_nothing_is_snoozed_before_it_is_to_be_heard_of(at_desk: Office) -> None:
    sweep(at_desk.runtime)
    first = reminder(at_desk)
    (row, *_others) = deadlines(at_desk, "keeper").page.rows
    assert (row.id, row.next_at, row.comes_at) == (first, at(2023, 7, 19, 9), at(2023, 7, 19, 9))
    with pytest.raises(Unfit, match="You hear of it next on 19 July 2023") as refused:
        chooses(at_desk, "keeper", "snooze", Snooze(first, date(2023, 7, 19)))
    assert refused.value.field == "until"
    chooses(at_desk, "keeper", "snooze", Snooze(first, date(2023, 7, 20)))
    (row, *_others) = deadlines(at_desk, "keeper").page.rows
    assert (row.snoozed_until, row.next_at) == (date(2023, 7, 20), at(2023, 7, 20, 9))
    chooses(at_desk, "keeper", "choose", daily("16:30", "report-due"))
    with pytest.raises(Refused, match="nothing to snooze"):
        chooses(at_desk, "keeper", "snooze", Snooze(first, date(2023, 7, 21)))


def test_a_snooze_that_makes_no_difference_any_more_is_not_shown(on_paper: Office) -> None:
    sweep(on_paper.runtime)
    first = reminder(on_paper)
    chooses(on_paper, "keeper", "snooze", Snooze(first, date(2023, 7, 21)))
    with on_paper.runtime.doing("decision-routes") as do:
        do.db.execute(update(reminders).where(reminders.c.id == first).values(day=date(2023, 8, 24)))
    (row,) = [one for one in deadlines(on_paper, "keeper").page.rows if one.id == first]
    assert row.next_at == at(2023, 8, 10, 9)
    assert row.snoozed_until is None


def test_what_is_only_written_in_test_mode_was_not_said_to_anybody(at_desk: Office) -> None:
    sweep(at_desk.runtime)
    outbox.deliver_waiting(at_desk.runtime, Nobody())
    (row, *_others) = deadlines(at_desk, "keeper").page.rows
    assert (row.last_told_at, row.shown_at) == (None, at(2023, 7, 18, 9))
    with at_desk.runtime.looking() as look:
        assert {one.state for one in item_reminders.said(look, "plan").rows if one.dropped is None} == {"shown"}


def test_what_was_sent_is_what_was_said(at_desk: Office) -> None:
    sweep(at_desk.runtime)
    (row, *_others) = deadlines(at_desk, "keeper").page.rows
    assert row.last_told_at is None, "it is still on its way"
    outbox.deliver_waiting(at_desk.runtime, Handed())
    (row, *_others) = deadlines(at_desk, "keeper").page.rows
    assert (row.last_told_at, row.shown_at) == (at(2023, 7, 18, 9), None)


def test_what_has_ended_says_why(at_desk: Office) -> None:
    sweep(at_desk.runtime)
    at_desk.keeper.does("withdraw", item="plan", reason="Not needed")
    with at_desk.runtime.looking() as look:
        assert item_reminders.coming(look, "plan").rows == ()
        ended = item_reminders.ended(look, "plan").rows
        assert item_reminders.next_reminder(look, "plan") is None
    assert {row.because for row in ended} == {"The item was withdrawn."}
    assert deadlines(at_desk, "keeper").page.rows == ()


def test_days_left_are_said_in_working_days() -> None:
    calendar = Office("sqlite://").runtime.calendar
    friday = date(2023, 7, 21)
    told = {day: days_left(calendar, friday, date(2023, 7, day)) for day in (17, 20, 21, 22, 23, 24, 28)}
    assert told == {
        17: "4 working days ago",
        20: "yesterday",
        21: "today",
        22: "tomorrow",
        23: "in 2 days",
        24: "in 1 working day",
        28: "in 5 working days",
    }
