"""Days, numbers and words that nothing can be done with: a sentence says so, and nothing else happens."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from tests.builders import case
from tests.commands.conftest import Desk
from web.cli import cli, main

HUGE = "99999999999999999999"
ITEM = "options-appraisal-2023"


@pytest.mark.parametrize(
    "words",
    [
        ("where", "--on", "9999-12-31"),
        ("where", "--on", "0001-01-01"),
        ("where", "--known-at", "9999-12-31T23:59:59-05:00"),
        ("where", "--known-at", "0001-01-01T00:00:00+05:00"),
        ("history", ITEM, "--known-at", "9999-12-31"),
        ("plan", ITEM, "--if", "cabinet=9999-12-31"),
        ("demo", "--today", "9999-12-31"),
        ("demo", "--today", "0001-01-01"),
        ("record", ITEM, "hwb", "deferred", "--until", "9999-12-31"),
    ],
)
def test_a_day_at_the_end_of_time(lancashire: Desk, words: tuple[str, ...]) -> None:
    before = lancashire.does("dump")
    assert "too far away" in lancashire.is_refused(*words, status=2)
    assert lancashire.does("dump") == before


@pytest.mark.parametrize("day", ["1975-01-01", "2028-12-31", "2029-01-01", "2100-01-01"])
def test_days_that_are_only_far_ahead_or_long_ago_are_answered(lancashire: Desk, day: str) -> None:
    lancashire.does("where", "--on", day)
    lancashire.does("where", "--known-at", day)


def test_a_demonstration_beyond_the_calendar_is_not_built(desk: Desk) -> None:
    heard = desk.types("demo", "--today", "2100-01-01")
    assert heard.status == 1
    assert "Bank holidays are known until 31 December 2028" in heard.err
    assert desk.sees("where") == [], "nothing half-built is left"


@pytest.mark.parametrize(
    "words",
    [
        ("redact", ITEM, HUGE),
        ("submit", ITEM, "cabinet", "--version", HUGE),
        ("clear", ITEM, "cabinet", "finance", "yes", "--version", HUGE),
        ("meet", ITEM, "cabinet", HUGE),
    ],
)
def test_a_number_that_is_too_great(lancashire: Desk, words: tuple[str, ...]) -> None:
    assert "must be 2147483647 or less" in lancashire.is_refused(*words, "--reason", "A try")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "9999-12-31T00:00:00Z"])
def test_an_act_recorded_at_the_end_of_time(desk: Desk, tmp_path: Path, moment: str) -> None:
    act = f"events:\n  - {{action: submit, item: plan, step: hwb, on: 2023-07-18, recorded_at: '{moment}'}}\n"
    (tmp_path / "case.yaml").write_text(case(more=act))
    assert "too far away" in desk.is_refused("load", tmp_path / "case.yaml")


def test_a_matter_put_off_to_the_end_of_time(desk: Desk, tmp_path: Path) -> None:
    weekly = "form: committee, meets: {every: week, day: thursday}}"
    put_off = "outcomes:\n  - {item: plan, step: cabinet, date: 2023-10-12, outcome: deferred, until: '9999-12-31'}\n"
    stages = "- {id: cabinet, forum: cabinet, ask: agree, decisive: true}\n"
    text = case(stages=stages, more=put_off).replace("name: Cabinet, form: committee}", f"name: Cabinet, {weekly}")
    (tmp_path / "case.yaml").write_text(text)
    desk.does("load", tmp_path / "case.yaml")
    assert desk.sees("plan", "plan")["finish"] is None


@pytest.mark.parametrize("words", [("where", "caf\udce9"), ("\udcff",), ("load", "caf\udce9.yaml")])
def test_an_argument_that_is_no_text(lancashire: Desk, words: tuple[str, ...]) -> None:
    assert "UTF-8" in lancashire.is_refused(*words, status=2)


def test_what_nobody_foresaw_does_not_claim_that_nothing_was_recorded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def printing_fails() -> None:
        raise ValueError("the printer is on fire")

    monkeypatch.setitem(cli.commands, "init", click.Command("init", callback=printing_fails))
    with pytest.raises(SystemExit) as left:
        main(["init"])
    said = capsys.readouterr().err
    assert left.value.code == 1
    assert "nobody foresaw (ValueError: the printer is on fire)" in said
    assert "Nothing was recorded" not in said
    assert "whether it was recorded" in said
