"""People choose how they are reminded, who stands in, and what they do not want to hear of: also for what waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, update

from models.outbox import letters
from models.reminders import messages, reminders
from tests.builders import case, item
from tests.office import Office
from workflow import outbox
from workflow.clock import LONDON
from workflow.errors import NotPermitted, Refused, Unknown
from workflow.mail.nobody import Nobody
from workflow.queries import item_reminders
from workflow.queries.deadlines import Deadlines, days_left, my_deadlines
from workflow.queries.paging import Cursor
from workflow.reminders.kinds import KINDS
from workflow.reminders.sweep import sweep
from workflow.use_cases import choosing
from workflow.use_cases.choosing import Absence, Chosen, Snooze, Unfit, Wake, Wish

PEOPLE = """people:
  - {id: keeper, name: Keeper of the plan, email: keeper@example.org, roles: [{role: author}]}
  - {id: colleague, name: Colleague, email: colleague@example.org, roles: [{role: secretary, forum: board},
     {role: secretary, forum: cabinet}]}
  - {id: passer-by, name: Passer-by, email: passer-by@example.org}
"""
AT_ONCE = Wish("at-once", "", working_days_only=True)
HOLIDAY = Absence(date(2023, 7, 18), date(2023, 7, 28), "colleague")


@pytest.fixture
def at_desk(database: str) -> Iterator[Office]:
    """18 July 2023, 9am: a report of the keeper is due on 24 July, and nobody was told yet."""
    played = Office(database)
    begins(played)
    yield played
    played.close()


@pytest.fixture
def on_paper(desk: Office) -> Office:
    """The same on SQLite only: for what has nothing to do with the kind of database."""
    begins(desk)
    return desk


def begins(office: Office) -> None:
    office.load(case(items=item(owner="keeper")).replace("people:\n", PEOPLE, 1))


def chooses(office: Office, person: str, what: str, form: Any = None) -> Chosen:
    with office.runtime.doing(person) as do:
        chosen: Chosen = getattr(choosing, what)(do, form)
        return chosen


def daily(at: str, *unwanted: str, working_days_only: bool = True) -> Wish:
    return Wish("daily", at, working_days_only, frozenset(unwanted))


def said(office: Office, person: str) -> list[Any]:
    with office.runtime.looking() as look:
        query = select(messages).where(messages.c.person == person).order_by(messages.c.due_at, messages.c.key)
        return list(look.db.execute(query))


def waits(office: Office, person: str) -> list[str]:
    """When what waits for somebody goes, local time."""
    return [f"{row.send_at.astimezone(LONDON):%d %b %H:%M}" for row in said(office, person) if row.settled_at is None]


def written(office: Office, person: str) -> int:
    with office.runtime.looking() as look:
        return len(look.db.execute(select(letters.c.id).where(letters.c.person == person)).all())


def deadlines(office: Office, person: str, **more: Any) -> Deadlines:
    with office.runtime.looking() as look:
        return my_deadlines(look, look.known.people[person], **more)


def reminder(office: Office, kind: str = "report-due") -> str:
    with office.runtime.looking() as look:
        query = select(reminders.c.id).where(reminders.c.kind == kind).order_by(reminders.c.by_day)
        return str(look.db.execute(query.limit(1)).scalar_one())


def test_what_waits_for_the_daily_letter_goes_at_once_when_that_is_wanted(at_desk: Office) -> None:
    chooses(at_desk, "keeper", "choose", daily("16:30"))
    sweep(at_desk.runtime)
    assert set(waits(at_desk, "keeper")) == {"18 Jul 16:30"}
    assert written(at_desk, "keeper") == 0

    at_desk.clock.to("2023-07-18 10:00")
    assert chooses(at_desk, "keeper", "choose", AT_ONCE).sentence.startswith("From now on you are reminded at once")
    assert set(waits(at_desk, "keeper")) == {"18 Jul 10:00"}
    sweep(at_desk.runtime)
    assert written(at_desk, "keeper") == 1


def test_another_hour_brings_what_waits_forward_and_puts_nothing_off(at_desk: Office) -> None:
    at_desk.clock.to("2023-07-18 09:30")
    chooses(at_desk, "keeper", "choose", daily("08:30"))
    sweep(at_desk.runtime)
    assert set(waits(at_desk, "keeper")) == {"19 Jul 08:30"}
    chooses(at_desk, "keeper", "choose", daily("16:30"))
    assert set(waits(at_desk, "keeper")) == {"18 Jul 16:30"}
    chooses(at_desk, "keeper", "choose", daily("08:30"))
    assert set(waits(at_desk, "keeper")) == {"18 Jul 16:30"}


def test_what_was_to_come_on_a_saturday_waits_for_monday_once_only_working_days_are_wanted(at_desk: Office) -> None:
    at_desk.clock.to("2023-07-21 17:00")
    chooses(at_desk, "keeper", "choose", daily("08:30", working_days_only=False))
    at_desk.load("items:\n" + item("second", owner="keeper"))
    sweep(at_desk.runtime)
    assert set(waits(at_desk, "keeper")) == {"22 Jul 08:30"}
    chooses(at_desk, "keeper", "choose", daily("08:30"))
    assert set(waits(at_desk, "keeper")) == {"24 Jul 08:30"}


def test_a_kind_that_somebody_leaves_is_not_sent_even_if_it_waits(at_desk: Office) -> None:
    chooses(at_desk, "keeper", "choose", daily("16:30"))
    sweep(at_desk.runtime)
    chooses(at_desk, "keeper", "choose", daily("16:30", "report-due"))
    assert waits(at_desk, "keeper") == []
    assert {row.dropped for row in said(at_desk, "keeper")} == {"They have left this kind of reminder."}
    at_desk.clock.to("2023-07-18 17:00")
    sweep(at_desk.runtime)
    assert written(at_desk, "keeper") == 0
    (first, *_others) = deadlines(at_desk, "keeper").page.rows
    assert first.is_left
    assert first.next_at is None


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish("weekly", "", True), "delivery"),
        (daily("05:30"), "daily_at"),
        (daily("22:30"), "daily_at"),
        (daily("half past"), "daily_at"),
        (daily("08:30", "birthdays"), "unwanted"),
    ],
)
def test_what_cannot_be_chosen_is_said_at_its_field(on_paper: Office, wish: Wish, field: str) -> None:
    with pytest.raises(Unfit) as refused:
        chooses(on_paper, "keeper", "choose", wish)
    assert refused.value.field == field


def test_only_people_choose_and_only_for_themselves(on_paper: Office) -> None:
    with pytest.raises(NotPermitted):
        chooses(on_paper, "operator", "choose", AT_ONCE)
    chooses(on_paper, "keeper", "choose", daily("16:30"))
    sweep(on_paper.runtime)
    chooses(on_paper, "colleague", "choose", daily("07:00", "report-due"))
    assert set(waits(on_paper, "keeper")) == {"18 Jul 16:30"}


def test_whoever_stands_in_is_told_what_waits_already_and_for_whom(at_desk: Office) -> None:
    chooses(at_desk, "keeper", "choose", daily("16:30"))
    sweep(at_desk.runtime)
    done = chooses(at_desk, "keeper", "away", HOLIDAY)
    assert done.sentence == "Colleague stands in for you from 18 July 2023 to 28 July 2023."
    assert done.warning is None
    assert {row.stands_in_for for row in said(at_desk, "colleague") if row.kind == "report-due"} == {"keeper"}
    sweep(at_desk.runtime)
    assert written(at_desk, "colleague") == 1
    assert set(waits(at_desk, "keeper")) == {"18 Jul 16:30"}, "the one who is away is told as well"


def test_what_comes_back_is_taken_back_and_leaves_again(at_desk: Office) -> None:
    chooses(at_desk, "keeper", "choose", daily("16:30"))
    chooses(at_desk, "colleague", "choose", daily("17:00"))
    sweep(at_desk.runtime)
    chooses(at_desk, "keeper", "away", HOLIDAY)
    assert set(waits(at_desk, "colleague")) == {"18 Jul 17:00"}
    chooses(at_desk, "keeper", "back")
    assert waits(at_desk, "colleague") == []
    chooses(at_desk, "keeper", "away", HOLIDAY)
    assert set(waits(at_desk, "colleague")) == {"18 Jul 17:00"}
    at_desk.clock.to("2023-07-18 17:00")
    sweep(at_desk.runtime)
    assert (written(at_desk, "keeper"), written(at_desk, "colleague")) == (1, 1)


def test_somebody_else_who_stands_in_takes_the_place_of_the_first(at_desk: Office) -> None:
    chooses(at_desk, "keeper", "choose", daily("16:30"))
    sweep(at_desk.runtime)
    chooses(at_desk, "keeper", "away", HOLIDAY)
    chooses(at_desk, "keeper", "away", Absence(date(2023, 7, 18), date(2023, 7, 28), "passer-by"))
    assert waits(at_desk, "colleague") == []
    assert said(at_desk, "passer-by") == [], "they may not see the item"


def test_a_holiday_to_come_hands_over_only_what_falls_into_it(at_desk: Office) -> None:
    chooses(at_desk, "keeper", "choose", daily("16:30"))
    sweep(at_desk.runtime)
    chooses(at_desk, "keeper", "away", Absence(date(2023, 7, 20), date(2023, 7, 28), "colleague"))
    assert said(at_desk, "colleague") == []
    chooses(at_desk, "keeper", "snooze", Snooze(reminder(at_desk), date(2023, 7, 21)))
    chooses(at_desk, "keeper", "away", Absence(date(2023, 7, 20), date(2023, 7, 28), "colleague"))
    assert set(waits(at_desk, "colleague")) == {"21 Jul 16:30"}


def test_two_who_are_away_together_are_warned(on_paper: Office) -> None:
    chooses(on_paper, "colleague", "away", Absence(date(2023, 7, 20), date(2023, 7, 21), "passer-by"))
    warning = chooses(on_paper, "keeper", "away", HOLIDAY).warning
    assert warning is not None
    assert warning.startswith("Colleague is away too, from 20 July 2023 to 21 July 2023")
    later = Absence(date(2023, 7, 22), date(2023, 7, 28), "colleague")
    assert chooses(on_paper, "keeper", "away", later).warning is None


@pytest.mark.parametrize(
    ("absence", "field"),
    [
        (Absence(date(2023, 7, 20), date(2023, 7, 19), "colleague"), "away_until"),
        (Absence(date(2023, 7, 1), date(2023, 7, 17), "colleague"), "away_until"),
        (Absence(date(2023, 7, 20), date(2023, 7, 21), "keeper"), "deputy"),
        (Absence(date(2023, 7, 20), date(2023, 7, 21), "lead"), "deputy"),
        (Absence(date(2023, 7, 20), date(2023, 7, 21), "nobody-there"), "deputy"),
    ],
)
def test_an_absence_that_makes_no_sense_is_refused(on_paper: Office, absence: Absence, field: str) -> None:
    with pytest.raises(Unfit) as refused:
        chooses(on_paper, "keeper", "away", absence)
    assert refused.value.field == field


def test_a_snooze_holds_back_what_waits_until_its_day_and_no_longer(at_desk: Office) -> None:
    chooses(at_desk, "keeper", "choose", daily("16:30"))
    sweep(at_desk.runtime)
    first = reminder(at_desk)
    chooses(at_desk, "keeper", "snooze", Snooze(first, date(2023, 7, 20)))
    assert "20 Jul 16:30" in waits(at_desk, "keeper")
    (row, *_others) = deadlines(at_desk, "keeper").page.rows
    assert (row.id, row.snoozed_until) == (first, date(2023, 7, 20))

    chooses(at_desk, "keeper", "choose", AT_ONCE)
    assert "20 Jul 09:00" in waits(at_desk, "keeper"), "another choice does not wake it"
    chooses(at_desk, "keeper", "wake", Wake(first))
    assert set(waits(at_desk, "keeper")) == {"18 Jul 09:00"}
    assert deadlines(at_desk, "keeper").page.rows[0].snoozed_until is None


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


def test_whoever_may_not_see_it_all_is_named_as_such_before_they_stand_in(at_desk: Office) -> None:
    at_desk.load("items:\n" + item("second", owner="keeper"))
    warned = chooses(at_desk, "keeper", "away", Absence(date(2023, 7, 18), date(2023, 7, 28), "passer-by")).warning
    assert warned is not None
    assert f"0 of your {len(deadlines(at_desk, 'keeper').page.rows)} open reminders" in warned
    assert chooses(at_desk, "keeper", "away", HOLIDAY).warning is None, "whoever may see all of it"


def test_those_of_ones_own_organisations_are_offered_first_to_stand_in(on_paper: Office) -> None:
    known = on_paper.known()
    near, others = choosing.deputies(known, known.people["colleague"])
    assert near == []
    assert {person.id for person in others} == {"keeper", "passer-by"}
    on_paper.load(
        "people:\n  - {id: helper, name: Helper, email: h@example.org, roles: [{role: chair, forum: board}]}\n"
    )
    known = on_paper.known()
    near, others = choosing.deputies(known, known.people["colleague"])
    assert [person.id for person in near] == ["helper"]


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


class Handed(Nobody):
    """Hands letters over to somebody."""

    name = "smtp"


def at(year: int, month: int, on: int, hour: int) -> datetime:
    return datetime(year, month, on, hour, tzinfo=LONDON)


def to_come(office: Office) -> list[str]:
    """Whom the rungs to come of the report reach, as the item's page says it."""
    with office.runtime.looking() as look:
        rows = item_reminders.coming(look, "plan").rows
    return [later.whom for row in rows if row.name == KINDS["report-due"].name for later in row.told]


@contextmanager
def counting(office: Office) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_c: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "ROLLBACK", "SET")):
            sent.append(statement)

    event.listen(office.runtime.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(office.runtime.engine, "before_cursor_execute", note)
