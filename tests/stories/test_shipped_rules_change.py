"""A new version of the product ships other rules: a database takes them in when it is upgraded."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from models.organisations import rule_packs
from tests.builders import case
from tests.office import Office
from tests.properties.copies import copies_of
from tests.stories.test_set_up_otherwise import lists_are_right
from workflow import setup
from workflow.entries import RulesEntry
from workflow.setup import initialise
from workflow.use_cases.installation import content_of

NAME = "standard-council-executive"
#: As it was shipped before: of no day, with fewer rules, and here with another number.
BEFORE = {
    "id": NAME,
    "executive": True,
    "key_decision_notice": {"days": 28, "unit": "clear-calendar-days"},
    "agenda_day": {"days": 10, "unit": "clear-working-days"},
    "report_due": {"days": 3, "unit": "working-days", "before": "agenda_day"},
}


@pytest.fixture
def earlier(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office that was set up with the version before, with a plan that goes to Cabinet."""
    ships = [entry for entry in setup.shipped_rules() if entry.id != NAME]
    with monkeypatch.context() as then:
        then.setattr(setup, "shipped_rules", lambda: [*ships, RulesEntry.model_validate(BEFORE)])
        initialise(office.runtime)
        office.load(case().replace("kind: council, rules: executive", f"kind: council, rules: {NAME}"))
    return office


def test_an_upgrade_brings_the_rules_as_they_are_shipped_now_and_plans_anew(earlier: Office) -> None:
    assert earlier.plan("plan").step("cabinet").agenda_by == date(2023, 9, 27)
    initialise(earlier.runtime)
    packs = earlier.known().world.packs[NAME]
    assert [pack.starts for pack in packs] == [date(2012, 9, 10)]
    assert (packs[0].private_meeting_notice_again, packs[0].inspection) != (None, None)
    assert earlier.plan("plan").step("cabinet").agenda_by == date(2023, 10, 4)
    assert lists_are_right(earlier)
    assert earlier.verify().ok


def test_a_second_upgrade_changes_nothing(earlier: Office) -> None:
    initialise(earlier.runtime)
    once, revision = earlier.verify().events, earlier.known().revision
    initialise(earlier.runtime)
    assert (earlier.verify().events, earlier.known().revision) == (once, revision)


def test_what_is_shipped_is_in_no_dump(earlier: Office, prepared_sqlite: Path, tmp_path: Path) -> None:
    initialise(earlier.runtime)
    text = earlier.dump()
    assert f"id: {NAME}" not in text
    with copies_of(prepared_sqlite, tmp_path) as fresh:
        other = fresh()
        other.load(text)
        assert other.dump() == text
        assert other.plan("plan").step("cabinet").agenda_by == date(2023, 10, 4)


def test_every_shipped_pack_is_kept_as_its_file_says(desk: Office) -> None:
    with desk.runtime.inspecting() as db:
        kept = {(row.id, row.starts): row.rules for row in db.execute(select(rule_packs))}
    ships = {(entry.id, entry.starts or date(1, 1, 1)): content_of(entry) for entry in setup.shipped_rules()}
    assert kept == ships
