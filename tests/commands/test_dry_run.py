"""`--dry-run`: what an act would change is printed, and nothing of it is kept."""

from __future__ import annotations

import pytest

from tests.commands.conftest import Desk

MOVE = ("meeting", "move", "cabinet-2023-10-05", "--date", "2023-11-02", "--on", "2023-07-18")


def test_a_move_tried_out_says_everything_and_keeps_nothing(lancashire: Desk) -> None:
    before = lancashire.does("dump")
    told = lancashire.sees(*MOVE, "--dry-run")
    assert set(told) >= {"act", "done", "dry_run", "items", "also_on", "people", "hidden"}
    assert (told["act"], told["dry_run"], told["hidden"]) == ("meeting move", True, 0)
    (item,) = (item for item in told["items"] if item["item"] == "options-appraisal-2023")
    assert item["finish"] == {"was": "2023-10-11", "becomes": "2023-11-08"}
    assert item["late"] == {"was": False, "becomes": True}
    (step,) = item["steps"]
    assert (step["step"], step["forum"]) == ("cabinet", "lcc-cabinet")
    assert {name: (step["was"][name], step["becomes"][name]) for name in step["was"] if name != "state"} == {
        "meeting": ("2023-10-05", "2023-11-02"),
        "meeting_id": ("cabinet-2023-10-05", "cabinet-2023-10-05"),
        "time": ("14:00", "14:00"),
        "notice_by": ("2023-09-06", "2023-10-04"),
        "report_due": ("2023-09-22", "2023-10-20"),
        "agenda_by": ("2023-09-27", "2023-10-25"),
        "effective": ("2023-10-11", "2023-11-08"),
    }
    assert [problem["code"] for problem in item["problems"]["gone"]] == ["notice-slack", "decides-inside-call-in"]
    assert item["order"] == [
        "Integrated Care Board Executives now decides first, on 10 October 2023, before Cabinet of Lancashire County "
        "Council on 2 November 2023"
    ]
    assert all(set(told) >= {"person", "name", "because"} for told in told["people"])
    assert lancashire.does("dump") == before
    finish = lancashire.sees("plan", "options-appraisal-2023", "--on", "2023-07-18")["finish"]
    assert finish == "2023-10-11"
    lancashire.does(*MOVE)
    assert lancashire.sees("plan", "options-appraisal-2023", "--on", "2023-07-18")["finish"] == "2023-11-08"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (MOVE, "notice by     6 September 2023 → 4 October 2023"),
        (("meeting", "cancel", "cabinet-2023-10-05", "--on", "2023-07-18"), "finish: 11 October 2023 → no date"),
        (
            ("meeting", "add", "cabinet-new", "--forum", "lcc-cabinet", "--date", "2023-09-28", "--on", "2023-07-18"),
            "finish: 11 October 2023 → 10 October 2023",
        ),
    ],
)
def test_what_people_read_of_it(lancashire: Desk, words: tuple[str, ...], said: str) -> None:
    printed = lancashire.does(*words, "--dry-run")
    assert said in printed and "Nothing of this is kept." in printed and "To be told:" in printed
    assert "as of 18 July 2023.\nDone for good, everything is planned anew as of today" in printed


def test_a_deferral_is_tried_out_too(lancashire: Desk) -> None:
    lancashire.does("bind", "options-appraisal-2023", "place-partnership", "place-2023-08-21", "--on", "2023-07-18")
    deferred = ("record", "options-appraisal-2023", "place-partnership", "deferred", "--on", "2023-08-21")
    told = lancashire.sees(*deferred, "--dry-run")
    (item,) = told["items"]
    assert item["finish"]["was"] == "2023-10-11" and item["steps"][0]["step"] == "place-partnership"
    assert lancashire.sees("where", "options-appraisal-2023")[0]["steps"][1]["round"] == 1


def test_it_is_refused_like_the_act_itself(lancashire: Desk) -> None:
    assert "There is no meeting nowhere." in lancashire.is_refused("meeting", "cancel", "nowhere", "--dry-run")
    held = ("meeting", "move", "cabinet-2023-07-06", "--date", "2023-11-02", "--dry-run")
    assert "an outcome is on record there" in lancashire.is_refused(*held)
    assert lancashire.types(*MOVE[:3], "--date", "tomorrow", "--dry-run").status == 2
