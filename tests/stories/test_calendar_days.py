"""Days on which the calendar is not what was shipped: announced late, withdrawn, or closed for one organisation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from models.reminders import reminders
from tests.builders import case, item, route
from tests.office import Office
from tests.properties.copies import copies_of
from tests.stories.test_dump_and_load import comes_back
from tests.stories.test_set_up_otherwise import is_loaded, listed, lists_are_right
from workflow.clear_days import Overrides, england_and_wales
from workflow.errors import Faulty
from workflow.queries.auditing import chain
from workflow.queries.where import timetable

FUNERAL = "calendar:\n  - {id: state-funeral, what: bank-holiday, date: 2022-09-19, reason: State Funeral}\n"
SHUT = """calendar:
  - {id: council-shut, what: closure, organisation: council, from: 2023-10-02, until: 2023-10-04, reason: Offices shut}
"""
AUTUMN_2022 = """\
decision_routes: 1
organisations:
  - {id: council, name: Borough Council, kind: council, rules: executive}
rules:
  - id: executive
    executive: true
    key_decision_notice: {days: 28, unit: clear-calendar-days}
    agenda_day: {days: 5, unit: clear-working-days}
    report_due: {days: 3, unit: working-days, before: agenda_day}
forums:
  - {id: cabinet, organisation: council, name: Cabinet, form: committee}
people:
  - {id: author, name: Report author, email: author@example.org, roles: [{role: author}]}
  - {id: clerk, name: Council clerk, email: clerk@example.org, roles: [{role: secretary, forum: cabinet}]}
meetings:
  - {id: c-sep, forum: cabinet, date: 2022-09-22, time: "10:00"}
  - {id: c-oct, forum: cabinet, date: 2022-10-18, time: "10:00"}
""" + route("- {id: cabinet, forum: cabinet, ask: agree, decisive: true}\n")
AGENDA = item(steps="{cabinet: {meeting: c-sep}}")
NOTICE = item("key", title="A key decision", key_decision="true", steps="{cabinet: {meeting: c-oct}}")

Fresh = Callable[[], Office]


@pytest.fixture
def fresh(prepared_sqlite: Path, tmp_path: Path) -> Iterator[Fresh]:
    with copies_of(prepared_sqlite, tmp_path) as opened:
        yield opened


@pytest.fixture
def cabinet(desk: Office) -> Office:
    """August 2022 as it was: nobody knows of a bank holiday on 19 September."""
    desk.runtime.calendar = england_and_wales(Overrides(remove=frozenset({date(2022, 9, 19)})))
    desk.clock.to("2022-08-01 09:00")
    desk.load(AUTUMN_2022 + "items:\n" + AGENDA + NOTICE)
    return desk


def agenda_by(office: Office, known_at: str | None = None) -> date | None:
    with office.runtime.looking() as look:
        at = datetime.fromisoformat(known_at) if known_at else None
        return timetable(look, "plan", known_at=at)[0].step("cabinet").agenda_by


def reminded_of(office: Office, kind: str) -> list[date | None]:
    """The days of the reminders of this kind that somebody still gets."""
    with office.runtime.inspecting() as db:
        kept = select(reminders.c.day).where(reminders.c.kind == kind, reminders.c.ended_at.is_(None))
        return list(db.execute(kept).scalars())


def told(office: Office) -> list[str]:
    """What the installation's ledger says, the newest first."""
    with office.runtime.looking() as look:
        return [event.sentence for event in chain(look, "installation").events]


def test_a_bank_holiday_is_announced_late_and_a_notice_is_due_earlier(cabinet: Office) -> None:
    assert cabinet.plan("key").step("cabinet").notice_by == date(2022, 9, 19)
    assert agenda_by(cabinet) == date(2022, 9, 14)
    cabinet.plays_to("2022-09-10 18:00")
    assert reminded_of(cabinet, "notice-due") == [date(2022, 9, 19)]

    assert is_loaded(cabinet, FUNERAL) == {"plan", "key"}
    assert cabinet.plan("key").step("cabinet").notice_by == date(2022, 9, 16)
    assert agenda_by(cabinet) == date(2022, 9, 13)
    assert reminded_of(cabinet, "notice-due") == [date(2022, 9, 16)]
    letters = cabinet.plays_to("2022-09-12 12:00")
    assert [line for line in letters if "clerk" in line and "otice" in line] == [
        "Mon 12 Sep 2022 09:00  clerk: Key decision notice now to be published by 16 September 2022: A key decision"
    ]
    assert told(cabinet)[0] == "Calendar: State Funeral, a bank holiday on 19 September 2022"
    assert lists_are_right(cabinet)
    assert cabinet.verify().ok


def test_what_was_known_before_the_announcement_is_still_counted_as_it_was_then(cabinet: Office) -> None:
    cabinet.clock.to("2022-09-10 18:00")
    is_loaded(cabinet, FUNERAL)
    assert agenda_by(cabinet, "2022-09-09T12:00:00+00:00") == date(2022, 9, 14)
    assert agenda_by(cabinet, "2022-09-11T12:00:00+00:00") == agenda_by(cabinet) == date(2022, 9, 13)


def test_an_entry_that_is_taken_back_counts_no_longer(cabinet: Office) -> None:
    is_loaded(cabinet, FUNERAL)
    assert is_loaded(cabinet, "calendar:\n  - {id: state-funeral, withdrawn: true}\n") == {"plan", "key"}
    assert agenda_by(cabinet) == date(2022, 9, 14)
    assert told(cabinet)[0] == "Calendar changed: withdrawn: State Funeral, a bank holiday on 19 September 2022"
    is_loaded(cabinet, "calendar:\n  - {id: state-funeral, withdrawn: false}\n")
    assert agenda_by(cabinet) == date(2022, 9, 13)
    assert lists_are_right(cabinet)
    assert cabinet.verify().ok


def test_a_day_that_is_no_bank_holiday_after_all(desk: Office) -> None:
    desk.clock.to("2022-08-01 09:00")
    desk.load(AUTUMN_2022 + "items:\n" + AGENDA + FUNERAL.replace("bank-holiday", "working-day"))
    assert agenda_by(desk) == date(2022, 9, 14)


def test_the_days_of_a_file_count_for_the_items_in_it(desk: Office) -> None:
    desk.runtime.calendar = england_and_wales(Overrides(remove=frozenset({date(2022, 9, 19)})))
    desk.clock.to("2022-08-01 09:00")
    desk.load(AUTUMN_2022 + "items:\n" + AGENDA + FUNERAL)
    assert agenda_by(desk) == date(2022, 9, 13)
    assert lists_are_right(desk)


def test_closure_days_concern_the_forums_of_one_organisation(office: Office) -> None:
    boards = item("memo", title="A memorandum", type="memo", route="board-only", steps="{board: {meeting: b-oct}}")
    board_only = route("- {id: board, forum: board, ask: agree, decisive: true}", name="board-only", types="memo")
    office.load(case(items=item(steps="{cabinet: {meeting: c-oct}}") + boards).replace("routes:\n", board_only, 1))
    before = office.plan("memo")
    assert office.plan("plan").step("cabinet").agenda_by == date(2023, 10, 4)

    touched = office.load(SHUT)
    assert set(touched.plans) == {"plan"}
    assert office.plan("plan").step("cabinet").agenda_by == date(2023, 9, 29)
    assert office.plan("plan").step("cabinet").report_due == date(2023, 9, 26)
    assert office.plan("memo") == before
    assert office.load("calendar:\n  - {id: council-shut, until: 2023-10-03}\n", update=True).changed == 1
    assert office.plan("plan").step("cabinet").agenda_by == date(2023, 10, 4)
    assert office.load(SHUT.replace("organisation: council, ", "").replace("council-shut", "all-shut")).new == 1
    assert office.plan("memo").step("board") == before.step("board")  # nothing of it falls on those days
    assert office.plan("plan").step("cabinet").agenda_by == date(2023, 9, 29)
    assert lists_are_right(office)
    assert office.verify().ok


def test_a_closure_lets_a_call_in_end_later_and_reopens_what_was_complete(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2023-10-20 09:00")
    for step, on in (("partnership", "2023-08-02"), ("hwb", "2023-09-12"), ("cabinet", "2023-10-12")):
        desk.operator.records("plan", step, "agreed", on=on)
    assert listed(desk, "plan")["state"] == "complete"
    assert desk.plan("plan").finish == date(2023, 10, 18)
    closed = "{id: shut, what: closure, organisation: council, from: 2023-10-16, until: 2023-10-18, reason: Flood}"
    assert is_loaded(desk, f"calendar:\n  - {closed}\n") == {"plan"}
    assert desk.plan("plan").finish == date(2023, 10, 23)
    assert listed(desk, "plan")["state"] == "in-progress"
    assert lists_are_right(desk)


def test_what_was_over_long_before_is_left_alone(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2024-05-20 09:00")
    for step, on in (("partnership", "2023-08-02"), ("hwb", "2023-09-12"), ("cabinet", "2023-10-12")):
        desk.operator.records("plan", step, "agreed", on=on, text="Agreed", published=on)
    desk.plays_to("2024-05-21 09:00")
    assert listed(desk, "plan")["computed_for"] == date(9999, 12, 31)
    assert is_loaded(desk, "calendar:\n  - {id: x, what: closure, date: 2024-06-03, reason: Flood}\n") == set()


def test_a_forum_does_not_meet_as_usual_on_a_day_on_which_its_organisation_is_shut(desk: Office) -> None:
    pattern = 'form: committee, meets: {every: month, day: first tuesday, time: "10:00"}}'
    world = case(items=item("memo", type="memo", route="board-only")).replace(
        "name: ICB Board, form: committee}", f"name: ICB Board, {pattern}"
    )
    board_only = route("- {id: board, forum: board, ask: agree, decisive: true}", name="board-only", types="memo")
    desk.load(world.replace("routes:\n", board_only, 1).replace("  - {id: b-oct", "  # {id: b-oct"))
    desk.clock.to("2023-12-01 09:00")
    assert desk.plan("memo").step("board").meeting == date(2024, 1, 2)
    desk.load("calendar:\n  - {id: icb-shut, what: closure, organisation: icb, date: 2024-01-02, reason: Shut}\n")
    assert desk.plan("memo").step("board").meeting == date(2024, 2, 6)


def test_days_come_back_from_a_dump_where_they_were_told(fresh: Fresh) -> None:
    office = fresh()
    office.load(case(items=item() + item("second")) + SHUT)
    office.partnership_clerk.records("plan", "partnership", "endorsed", on="2023-07-17")
    is_loaded(office, "calendar:\n  - {id: none, what: working-day, date: 2023-08-28, reason: No holiday after all}\n")
    office.partnership_clerk.records("second", "partnership", "endorsed", on="2023-07-18")
    is_loaded(office, "calendar:\n  - {id: none, withdrawn: true}\n")
    is_loaded(office, "calendar:\n  - {id: council-shut, from: 2023-10-03}\n")
    is_loaded(office, "calendar:\n  - {id: none, withdrawn: false}\n")
    document = yaml.safe_load(office.dump())
    assert [entry["id"] for entry in document["calendar"]] == ["council-shut"]
    assert [entry["action"] for entry in document["events"]] == ["record", "update", "record", *["update"] * 3]
    other = comes_back(office, fresh, "2023-07-18", "2023-09-01")
    assert other.known().days == office.known().days


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{id: x, what: holiday, date: 2023-09-04, reason: R}", "what"),
        ("{id: x, what: bank-holiday, date: 2029-09-04, reason: R}", "Bank holidays are known until 31 December 2028"),
        ("{id: x, what: bank-holiday, date: 1974-09-04, reason: R}", "too far away"),
        ("{id: x, what: bank-holiday, organisation: council, date: 2023-09-04, reason: R}", "concerns everybody"),
        ("{id: x, what: bank-holiday, from: 2023-09-04, until: 2023-09-05, reason: R}", "is one day"),
        ("{id: x, what: working-day, date: 2023-09-03, reason: R}", "2023-09-03 is a Sunday"),
        ("{id: x, what: closure, from: 2023-09-04, reason: R}", "needs both “from” and “until”"),
        ("{id: x, what: closure, date: 2023-09-04, until: 2023-09-05, reason: R}", "needs either “date”"),
        ("{id: x, what: closure, reason: R}", "needs either “date”"),
        ("{id: x, what: closure, from: 2023-09-05, until: 2023-09-04, reason: R}", "before it begins"),
        ("{id: x, what: closure, from: 2023-09-04, until: 2024-09-05, reason: R}", "longer than a year"),
        (
            "{id: x, what: closure, organisation: nobody, date: 2023-09-04, reason: R}",
            "there is no organisation nobody",
        ),
        ("{id: x, what: closure, date: 2023-09-04}", "reason"),
        ("{id: x, withdrawn: true}", "what"),
    ],
)
def test_an_entry_that_makes_no_sense_is_a_fault_with_its_line(desk: Office, entry: str, said: str) -> None:
    with pytest.raises(Faulty) as refused:
        desk.load(f"decision_routes: 1\ncalendar:\n  - {entry}\n")
    assert "case-1.yaml:3: " in str(refused.value)
    assert said in str(refused.value)
    assert desk.known().days == {}


def test_no_day_is_a_bank_holiday_and_none_at_once(desk: Office) -> None:
    both = FUNERAL + "  - {id: no-funeral, what: working-day, date: 2022-09-19, reason: A mistake}\n"
    with pytest.raises(Faulty, match="19 September 2022 is a working-day, state-funeral that it is a bank-holiday"):
        desk.load(both)


def test_other_days_of_what_was_loaded_need_an_update(desk: Office) -> None:
    desk.load(FUNERAL)
    assert desk.load(FUNERAL).new == 0
    with pytest.raises(Faulty, match="state-funeral differs from what was loaded before, in reason"):
        desk.load(FUNERAL.replace("reason: State Funeral", "reason: Funeral"))
