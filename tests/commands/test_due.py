"""Reminders by hand: what is due at a moment, to whom and why, and sending it once."""

from __future__ import annotations

from datetime import date, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from config.bank_holidays import BANK_HOLIDAYS
from tests.commands.conftest import Desk

APPRAISAL = "options-appraisal-2023"


def days_of(found: list[dict[str, Any]], kind: str, step: str) -> set[str | None]:
    return {one["day"] for one in found if (one["kind"], one["item"], one["step"]) == (kind, APPRAISAL, step)}


def letters_in(folder: Path) -> list[tuple[str, str]]:
    """To whom and about what."""
    found = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in sorted(folder.glob("*.eml"))]
    return [(str(letter["To"]), str(letter["Subject"])) for letter in found]


def test_each_reminder_says_what_when_to_whom_and_why(lancashire: Desk) -> None:
    found = lancashire.sees("due", "--on", "2023-08-08T09:00", "--within", "14")
    notice = next(one for one in found if one["kind"] == "notice-due")
    assert notice["due_at"] == "2023-08-22T09:00:00+01:00"
    assert (notice["to"], notice["item"], notice["step"]) == ("cabinet-secretary", APPRAISAL, "cabinet")
    assert notice["subject"].startswith("Key decision notice to publish by 6 September 2023")
    assert "meets on Thursday 5 October 2023 at 2pm. You are told because you are secretary of" in notice["reason"]
    assert all(isinstance(one[name], str) for one in found for name in ("key", "due_at", "kind", "to", "item"))


def test_the_days_are_those_of_the_rules(lancashire: Desk) -> None:
    """HWB on 5 September 2023: papers by 25 August, report 3 working days before; Cabinet on 5 October."""
    found = lancashire.sees("due", "--on", "2023-07-20", "--within", "90")
    assert days_of(found, "report-due", "hwb") == {"2023-08-22"}
    assert days_of(found, "report-due", "cabinet") == {"2023-09-22"}
    assert days_of(found, "notice-due", "cabinet") == {"2023-09-06"}


def test_nothing_is_due_on_a_day_off(lancashire: Desk) -> None:
    found = lancashire.sees("due", "--on", "2023-07-20T08:00", "--within", "120")
    days = {datetime.fromisoformat(one["due_at"]).date() for one in found}
    coming = {day for day in days if day > date(2023, 7, 20)}
    assert coming and not [day for day in coming if day.weekday() > 4 or day in BANK_HOLIDAYS]


def test_a_reminder_has_the_same_key_however_often_it_is_computed(lancashire: Desk) -> None:
    early = {one["key"]: one for one in lancashire.sees("due", "--on", "2023-08-01", "--within", "40")}
    later = {one["key"]: one for one in lancashire.sees("due", "--on", "2023-08-08T09:00", "--within", "5")}
    same = early.keys() & later.keys()
    assert same and all(early[key]["subject"] == later[key]["subject"] for key in same)
    dated = [one for one in later.values() if one["day"] is not None and one["day"] > "2023-08-08"]
    assert dated and all(one["key"] in early for one in dated)


def test_a_day_alone_means_the_whole_of_it(lancashire: Desk) -> None:
    before = lancashire.sees("due", "--on", "2023-08-08T08:59")
    whole = lancashire.sees("due", "--on", "2023-08-08")
    assert {one["key"] for one in before if one["day"]} < {one["key"] for one in whole if one["day"]}


def test_what_was_done_by_then_is_not_asked_for(lancashire: Desk) -> None:
    lancashire.does("submit", APPRAISAL, "hwb", "--on", "2023-08-10", "--by", "head-of-place")
    assert days_of(lancashire.sees("due", "--on", "2023-08-22"), "report-due", "hwb") == set()
    assert days_of(lancashire.sees("due", "--on", "2023-08-09"), "report-due", "hwb") == {"2023-08-22"}


def test_sending_sends_once(lancashire: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DECISION_ROUTES_MAIL_FOLDER", str(tmp_path / "letters"))
    listed = lancashire.sees("due", "--on", "2023-08-22T09:00")
    assert not (tmp_path / "letters").exists(), "looking sends nothing"
    sent = lancashire.sees("due", "--on", "2023-08-22T09:00", "--send")
    assert [one["key"] for one in sent] == [one["key"] for one in listed]
    first = letters_in(tmp_path / "letters")
    assert len(first) == len({one["to"] for one in listed}) == len({to for to, _subject in first})
    assert lancashire.sees("due", "--on", "2023-08-22T09:00", "--send") == []
    assert lancashire.does("due", "--on", "2023-08-22T09:00").startswith("No reminders are due.")
    assert letters_in(tmp_path / "letters") == first


def test_what_cannot_be_handed_over_is_said(lancashire: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "letters").write_text("no folder")
    monkeypatch.setenv("DECISION_ROUTES_MAIL_FOLDER", str(tmp_path / "letters"))
    said = lancashire.does("due", "--on", "2023-08-22T09:00", "--send")
    assert "could not be handed over now. They are tried again" in said


def test_in_test_mode_nobody_is_written_to(lancashire: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DECISION_ROUTES_MAIL", "nobody")
    monkeypatch.chdir(tmp_path)
    assert lancashire.sees("due", "--on", "2023-08-22T09:00", "--send")
    assert [path.name for path in tmp_path.iterdir() if "letters" in path.name or path.suffix == ".eml"] == []


@pytest.mark.parametrize("words", [("--on", "soon"), ("--within", "-1"), ("--within", "many"), ("--on", "9999-01-01")])
def test_what_is_no_moment_is_refused(lancashire: Desk, words: tuple[str, ...]) -> None:
    lancashire.is_refused("due", *words, status=2)
