"""Counting days, on real dates: those of the worked examples and further ones from past calendars."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.bank_holidays import BANK_HOLIDAYS
from routes.spec import Days, Unit
from workflow.clear_days import (
    Calendar,
    Overrides,
    clear_calendar_days_between,
    clear_working_days_between,
    england_and_wales,
    read_overrides,
    standard_calendar,
)
from workflow.errors import BeyondCalendar, Faulty

CLEAR_WORKING: Unit = "clear-working-days"
CLEAR_CALENDAR: Unit = "clear-calendar-days"
CALENDAR = standard_calendar()
HOLIDAYS = frozenset(day for day in BANK_HOLIDAYS if 2022 <= day.year <= 2024)
SHIPPED = files("config") / "calendars" / "england-and-wales.yaml"


def on(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("days", "unit", "meeting", "due"),
    [
        (28, CLEAR_CALENDAR, "2023-10-05", "2023-09-06"),  # Cabinet's key decision
        (5, CLEAR_WORKING, "2023-09-05", "2023-08-25"),  # over the August bank holiday
        (5, CLEAR_WORKING, "2023-07-06", "2023-06-28"),
        (7, "calendar-days", "2023-07-05", "2023-06-28"),  # papers of the ICB
        (5, CLEAR_WORKING, "2023-01-05", "2022-12-23"),  # over Christmas, with both days in lieu
        (5, CLEAR_WORKING, "2023-04-13", "2023-04-03"),  # over Easter
        (5, CLEAR_WORKING, "2022-06-09", "2022-05-30"),  # the Platinum Jubilee and the moved spring holiday
        (5, CLEAR_WORKING, "2022-09-22", "2022-09-13"),  # the State Funeral, announced ten days before
        (5, CLEAR_WORKING, "2023-05-11", "2023-05-02"),  # the Coronation
        (5, CLEAR_WORKING, "2023-05-30", "2023-05-19"),  # a Monday holiday before a Tuesday meeting
        (5, CLEAR_WORKING, "2023-05-09", "2023-04-27"),  # two Mondays: the Coronation and the early May holiday
        (5, CLEAR_WORKING, "2024-04-02", "2024-03-21"),  # the Tuesday after Easter
        (5, CLEAR_WORKING, "2024-03-05", "2024-02-26"),  # over 29 February
        (3, "working-days", "2023-07-05", "2023-06-30"),  # questions to the ICB
        (28, CLEAR_CALENDAR, "2023-04-20", "2023-03-22"),  # over the day on which the clocks go forward
        (28, CLEAR_CALENDAR, "2023-11-09", "2023-10-11"),  # and back
        (5, CLEAR_WORKING, "2023-11-02", "2023-10-25"),
        (28, CLEAR_CALENDAR, "2022-12-14", "2022-11-15"),  # the notice of 22 November came a week too late
        (5, CLEAR_WORKING, "1990-05-01", "1990-04-23"),  # the agenda of 26 April came three days too late
        (28, CLEAR_CALENDAR, "2024-03-14", "2024-02-14"),  # over a leap day
        (28, CLEAR_CALENDAR, "2023-03-16", "2023-02-15"),  # and the year before, without one
        (28, CLEAR_CALENDAR, "2023-10-09", "2023-09-08"),  # would be a Sunday: back to the Friday
        (3, "working-days", "2023-08-25", "2023-08-22"),
        (0, "working-days", "2023-08-25", "2023-08-25"),
        (0, "working-days", "2023-08-28", "2023-08-25"),
        (1, "working-days", "2023-08-27", "2023-08-25"),  # counted from a Sunday
        (0, CLEAR_WORKING, "2023-08-29", "2023-08-25"),
    ],
)
def test_what_is_due_before_a_meeting(days: int, unit: Unit, meeting: str, due: str) -> None:
    assert CALENDAR.back(on(meeting), Days(days, unit)) == on(due)


@pytest.mark.parametrize(
    ("days", "unit", "since", "then"),
    [
        (3, CLEAR_WORKING, "2019-07-11", "2019-07-17"),  # call-in in Lancashire
        (3, CLEAR_WORKING, "2021-04-01", "2021-04-09"),  # over Easter
        (3, CLEAR_WORKING, "2013-05-17", "2013-05-23"),  # Herefordshire
        (5, CLEAR_WORKING, "2023-09-27", "2023-10-05"),  # the general exception
        (3, CLEAR_WORKING, "2024-02-26", "2024-03-01"),  # over a leap day
        (3, CLEAR_WORKING, "2022-12-22", "2022-12-30"),  # over Christmas
        (42, "calendar-days", "2023-11-20", "2024-01-02"),  # six weeks end on New Year's Day: forward
        (0, "working-days", "2023-10-07", "2023-10-09"),
        (5, "working-days", "2023-10-05", "2023-10-12"),
        (28, CLEAR_CALENDAR, "2023-09-06", "2023-10-05"),
        (28, CLEAR_CALENDAR, "2018-02-07", "2018-03-08"),  # in time, by exactly 28
        (3, CLEAR_WORKING, "2023-10-05", "2023-10-11"),  # Cabinet of the options appraisal
        (3, CLEAR_WORKING, "2022-09-15", "2022-09-22"),  # over the State Funeral
        (3, CLEAR_WORKING, "2023-05-04", "2023-05-11"),  # over the Coronation
        (3, CLEAR_WORKING, "2024-03-28", "2024-04-05"),  # over Easter
        (3, CLEAR_WORKING, "2023-10-26", "2023-11-01"),  # over the day on which the clocks go back
    ],
)
def test_what_follows_a_day(days: int, unit: Unit, since: str, then: str) -> None:
    assert CALENDAR.forward(on(since), Days(days, unit)) == on(then)


@pytest.mark.parametrize(
    ("notice", "meeting", "clear"),
    [
        ("2018-02-07", "2018-03-08", 28),  # exactly in time
        ("2019-04-17", "2019-05-16", 28),  # over Easter: calendar days do not mind
        ("2022-11-22", "2022-12-14", 21),  # too late: special urgency was used
        ("2023-10-05", "2023-10-05", 0),
    ],
)
def test_clear_calendar_days_between_notice_and_meeting(notice: str, meeting: str, clear: int) -> None:
    assert clear_calendar_days_between(on(notice), on(meeting)) == clear


def test_an_agenda_of_thursday_for_a_meeting_on_tuesday_gives_two_clear_working_days() -> None:
    assert clear_working_days_between(on("1990-04-26"), on("1990-05-01")) == 2
    assert CALENDAR.back(on("1990-05-01"), Days(5, CLEAR_WORKING)) < on("1990-04-26")


def test_notice_on_the_due_day_is_in_time_and_a_day_later_is_not() -> None:
    assert clear_calendar_days_between(on("2023-09-06"), on("2023-10-05")) == 28
    assert clear_calendar_days_between(on("2023-09-07"), on("2023-10-05")) == 27


def test_working_days_are_weekdays_without_bank_holidays() -> None:
    assert CALENDAR.is_working(on("2023-08-25"))
    assert not CALENDAR.is_working(on("2023-08-26"))
    assert not CALENDAR.is_working(on("2023-08-28"))
    assert CALENDAR.is_holiday(on("2023-08-28"))
    assert not CALENDAR.is_holiday(on("2023-08-26"))
    assert CALENDAR.working_days(on("2023-08-25"), on("2023-08-29")) == 2
    assert CALENDAR.working_days(on("2023-08-29"), on("2023-08-25")) == 0


@pytest.mark.parametrize("year", range(2019, 2029))
def test_every_year_checked_has_its_bank_holidays(year: int) -> None:
    weekdays = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    off = [day for day in weekdays if day.weekday() < 5 and not CALENDAR.is_working(day)]
    assert len(off) == {2022: 10, 2023: 9}.get(year, 8)


def test_asking_beyond_the_known_calendar_is_an_error_with_a_sentence() -> None:
    assert CALENDAR.known_until == on("2028-12-31")
    with pytest.raises(BeyondCalendar, match="until 31 December 2028"):
        CALENDAR.is_working(on("2029-01-01"))
    with pytest.raises(BeyondCalendar, match="until 31 December 2028"):
        CALENDAR.forward(on("2028-12-28"), Days(3, CLEAR_WORKING))
    with pytest.raises(BeyondCalendar, match="until 31 December 2028"):
        CALENDAR.forward(on("2028-12-01"), Days(10**12, "calendar-days"))
    with pytest.raises(BeyondCalendar, match="until 31 December 2028"):
        CALENDAR.on_or_after(on("2028-12-31"))  # a Sunday
    with pytest.raises(BeyondCalendar, match="from 1 January 1975"):
        CALENDAR.back(on("1975-01-10"), Days(28, CLEAR_CALENDAR))
    with pytest.raises(BeyondCalendar, match="from 1 January 1975"):
        CALENDAR.back(on("1975-01-10"), Days(28, "working-days"))


def test_a_bank_holiday_announced_late_and_a_closure_day_move_what_is_due() -> None:
    text = b"""
        add: {2026-06-15: A holiday announced late}
        remove: {2026-05-04: Early May bank holiday that was moved}
        closures: {2026-12-29: Offices shut}
    """
    changed = england_and_wales(read_overrides(text, "calendar.yaml"))
    assert CALENDAR.back(on("2026-06-18"), Days(5, CLEAR_WORKING)) == on("2026-06-10")
    assert changed.back(on("2026-06-18"), Days(5, CLEAR_WORKING)) == on("2026-06-09")
    assert changed.is_working(on("2026-05-04"))
    assert not changed.is_working(on("2026-12-29"))


def test_the_state_funeral_was_known_from_10_september_2022_on() -> None:
    announced = standard_calendar()
    before = announced.changed_by(Overrides(remove=frozenset({on("2022-09-19")})))
    assert before.back(on("2022-09-22"), Days(5, CLEAR_WORKING)) == on("2022-09-14")
    assert announced.back(on("2022-09-22"), Days(5, CLEAR_WORKING)) == on("2022-09-13")
    assert before.forward(on("2022-09-15"), Days(3, CLEAR_WORKING)) == on("2022-09-21")
    assert before.changed_by(Overrides(add=frozenset({on("2022-09-19")}))).back(
        on("2022-09-22"), Days(5, CLEAR_WORKING)
    ) == on("2022-09-13"), "changes are to the calendar as it was shipped, and not to one another"


def test_an_organisation_that_is_shut_counts_by_its_own_days_and_others_do_not() -> None:
    christmas = frozenset(on(f"2023-12-{day}") for day in (27, 28, 29))
    shut = CALENDAR.closed_on(christmas)
    assert shut.back(on("2024-01-04"), Days(5, CLEAR_WORKING)) == on("2023-12-19")
    assert CALENDAR.back(on("2024-01-04"), Days(5, CLEAR_WORKING)) == on("2023-12-22")
    assert shut.back(on("2024-01-04"), Days(28, CLEAR_CALENDAR)) == CALENDAR.back(
        on("2024-01-04"), Days(28, CLEAR_CALENDAR)
    )
    assert CALENDAR.closed_on(christmas) is shut, "made once"
    assert CALENDAR.closed_on(frozenset()) is CALENDAR
    assert CALENDAR.changed_by(Overrides()) is CALENDAR


def test_the_calendar_that_ships_changes_nothing() -> None:
    assert read_overrides(SHIPPED.read_bytes(), SHIPPED.name) == Overrides()
    assert read_overrides(b"add:\nremove:\nclosures:\n", "calendar.yaml") == Overrides()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("add: {2026-13-01: No such month}", "calendar.yaml:1: add: “2026-13-01” is no date; write it as 2022-09-19"),
        ("add:\n  soon: Some day", "calendar.yaml:2: add: “soon” is no date"),
        ("add: {20260615: Some day}", "calendar.yaml:1: add: “20260615” is no date"),
        ("add:\nholidays: {2026-06-15: Some day}", "calendar.yaml:2: “holidays” is no section"),
        ("closures:\nadd: [2026-06-15]", "calendar.yaml:2: add: write one line for each day"),
        ("- 2026-06-15", "calendar.yaml:1: the file must consist of keys with values"),
        ("add:\nremove: {", "calendar.yaml:3: a value or a closing bracket is missing"),
        ("add:\n  2026-06-15: One\n  2026-06-15: Two", "calendar.yaml:3: the key “2026-06-15” is already on line 2"),
    ],
)
def test_a_faulty_calendar_file_says_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(Faulty) as refused:
        read_overrides(text.encode(), "calendar.yaml")
    assert said in str(refused.value)


def test_every_fault_of_a_calendar_file_is_told_in_the_order_of_its_lines() -> None:
    with pytest.raises(Faulty) as refused:
        read_overrides(b"closures: {soon: Shut}\nholidays: {}\nadd: {later: Some day}\n", "calendar.yaml")
    assert [fault.split(": ")[0] for fault in refused.value.faults] == [f"calendar.yaml:{n}" for n in (1, 2, 3)]


def naive_working(day: date, off: set[date]) -> bool:
    return day.weekday() < 5 and day not in off


def naive_count(day: date, length: Days, step: timedelta, off: set[date]) -> date:
    """Day by day, as a clerk counts on the wall calendar."""
    working = length.unit.endswith("working-days")
    left = length.days + length.unit.startswith("clear")
    while left:
        day += step
        if not working or naive_working(day, off):
            left -= 1
    while not naive_working(day, off):
        day += step
    return day


SOME_DAYS = st.frozensets(st.dates(date(2022, 9, 1), date(2024, 4, 30)), max_size=20)


@given(
    day=st.dates(date(2023, 1, 1), date(2023, 12, 31)),
    days=st.integers(0, 45),
    unit=st.sampled_from(["working-days", CLEAR_WORKING, "calendar-days", CLEAR_CALENDAR]),
    changed=st.builds(Overrides, SOME_DAYS, SOME_DAYS, SOME_DAYS),
    shut=SOME_DAYS,
)
def test_counting_with_days_added_taken_away_and_closed_agrees_with_a_wall_calendar(
    day: date, days: int, unit: Unit, changed: Overrides, shut: frozenset[date]
) -> None:
    shipped = Calendar(HOLIDAYS, known_from=date(2022, 1, 1), known_until=date(2024, 12, 31))
    calendar = shipped.changed_by(changed).closed_on(shut)
    off = {*(HOLIDAYS - changed.remove), *changed.add, *changed.closures, *shut}
    length = Days(days, unit)
    before, after = calendar.back(day, length), calendar.forward(day, length)
    assert before == naive_count(day, length, timedelta(days=-1), off)
    assert after == naive_count(day, length, timedelta(days=1), off)
    assert calendar.working_days(before, after) == sum(
        naive_working(before + timedelta(days=n), off) for n in range((after - before).days + 1)
    )
    assert calendar.is_working(day) == naive_working(day, off)


@given(
    day=st.dates(date(2023, 1, 1), date(2023, 12, 31)),
    days=st.integers(0, 45),
    unit=st.sampled_from(["working-days", CLEAR_WORKING, "calendar-days", CLEAR_CALENDAR]),
    off=st.sets(st.dates(date(2022, 9, 1), date(2024, 4, 30)), max_size=30),
)
def test_counting_agrees_with_a_wall_calendar(day: date, days: int, unit: Unit, off: set[date]) -> None:
    calendar = Calendar(off, known_from=date(2022, 1, 1), known_until=date(2024, 12, 31))
    length = Days(days, unit)
    assert calendar.back(day, length) == naive_count(day, length, timedelta(days=-1), off)
    assert calendar.forward(day, length) == naive_count(day, length, timedelta(days=1), off)
    assert calendar.clear_working_days_between(day, day + timedelta(days=days)) == sum(
        naive_working(day + timedelta(days=n), off) for n in range(1, days)
    )
