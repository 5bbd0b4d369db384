"""People choose how they are reminded, who stands in, and what they do not want to hear of: also for what waits."""

from __future__ import annotations

from datetime import date

import pytest

from tests.builders import item
from tests.office import Office
from tests.stories.choosers import (
    AT_ONCE,
    HOLIDAY,
    chooses,
    daily,
    deadlines,
    reminder,
    said,
    waits,
    written,
)
from workflow.errors import NotPermitted
from workflow.reminders.sweep import sweep
from workflow.use_cases import choosing
from workflow.use_cases.choosing import Absence, Snooze, Unfit, Wake, Wish


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
