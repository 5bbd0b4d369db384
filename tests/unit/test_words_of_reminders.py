"""What reminders say: of days that move or are past, of meetings, of checks, and why somebody is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.unit.told import ADDRESS, CHECK, IN_NOVEMBER, OWNER, SECRETARY, TITLE, exempt, moved, off, told, written
from workflow.reminders.writing import hook_letter, reason_of, sentence_of, subject_of


def test_every_turn_has_words_of_its_own() -> None:
    acts = ("bind", "agenda", "record", "submit", "accept", "send-back", "uphold", "material/2", "revise/2")
    said = [sentence_of(told("your-turn", detail=act)) for act in acts]
    assert len(set(said)) == len(acts)
    assert not any("next step" in sentence or "{" in sentence for sentence in said)
    assert sentence_of(told("your-turn", detail="unheard-of")).endswith("it is now for you to take it.")


def test_a_moved_day_says_the_old_one_and_the_new_one() -> None:
    assert sentence_of(moved("report-due")) == (
        f"The report on {TITLE} for Cabinet is now due by Friday 20 October 2023; "
        "you were told Friday 22 September 2023."
    )


def test_whoever_is_told_of_a_missed_day_only_now_is_not_said_to_have_been_told() -> None:
    late_lead = replace(moved("report-due"), because="lead", today=date(2023, 9, 25))
    assert "you were told" not in sentence_of(late_lead)
    assert "it was Friday 22 September 2023 before, which has passed" in sentence_of(late_lead)


@pytest.mark.parametrize(
    ("holder", "because", "stands_in_for", "reason"),
    [
        ("person:head-of-place", "holder", None, "you own the item."),
        ("person:head-of-place", "owner", None, "you own the item."),
        ("secretary:lcc-cabinet", "holder", None, "you are secretary of Cabinet."),
        ("secretary:lcc-cabinet", "secretary", None, "you are secretary of Cabinet."),
        ("chair:lcc-cabinet", "holder", None, "you chair Cabinet."),
        ("lead:lcc", "holder", None, "you lead for Lancashire County Council."),
        ("lead:lcc", "lead", None, "you lead for Lancashire County Council."),
        ("clearer:public-health", "holder", None, "you clear reports for public health."),
        ("secretary:lcc-cabinet", "owner", None, "you own the item, and it is with Post."),
        ("secretary:lcc-cabinet", "lead", None, "you lead for Lancashire County Council, and it is with Post."),
        ("secretary:x", "forum-lead", None, "you lead for the organisation of Cabinet, and it is with Post."),
        ("secretary:x", "chair", None, "you chair Cabinet, and it is with Post."),
        (
            "secretary:x",
            "superior",
            None,
            "the lead for Lancashire County Council answers to you, and it is with Post.",
        ),
        ("secretary:x", "holder", "Clerk", "you stand in for Clerk, who is away and is secretary of Cabinet."),
        (
            "secretary:x",
            "superior",
            "Director",
            "you stand in for Director, who is away and to whom the lead for Lancashire County Council answers, "
            "and it is with Post.",
        ),
    ],
)
def test_everybody_is_told_why_they_are(holder: str, because: str, stands_in_for: str | None, reason: str) -> None:
    message = told("agenda-due", holder=holder, holder_names=("Post",), because=because, stands_in_for=stands_in_for)
    when = "Cabinet meets on Thursday 5 October 2023 at 2pm, County Hall."
    assert reason_of(message) == f"{when} You are told because {reason}"


def test_who_decides_alone_is_not_told_when_they_are_expected_to() -> None:
    director: dict[str, Any] = {
        "holder": "member:lcc-das", "holder_names": ("Director of Adult Services",), **IN_NOVEMBER,
        "forum_name": "Director of Adult Services",
    }  # fmt: skip
    alone = "because you decide as Director of Adult Services."
    assert reason_of(told("outcome-missing", **director)) == f"You are told {alone}"
    expected = "Director of Adult Services is expected to deal with this on Thursday 2 November 2023."
    assert reason_of(told("outcome-missing", because="lead", **director)).startswith(expected)
    assert expected in hook_letter(told("outcome-missing", **director), "teams").body


@pytest.mark.parametrize("kind", ["your-turn", "condition-due", "clearance", "evidence-due", "calendar-ends"])
def test_who_is_told_no_day_is_not_told_that_of_the_meeting(kind: str) -> None:
    """They would not be told when it moves."""
    message = told(kind, day=None, meets_on="2023-10-05", forum_name="Cabinet")
    assert reason_of(message).startswith("You are told because")
    assert "October" not in written(OWNER, message).body + hook_letter(message, "teams").body


def test_a_meeting_says_its_time_and_place_where_they_are_known() -> None:
    meets = "Cabinet meets on Thursday 5 October 2023"
    assert sentence_of(told("meeting-tomorrow")) == f"{meets} at 2pm, County Hall, and deals with {TITLE}."
    nowhere = told("meeting-tomorrow", meets_at=None, place=None)
    assert sentence_of(nowhere) == f"{meets}, and deals with {TITLE}."
    assert f"{meets} at 2pm, County Hall." in reason_of(told("report-due"))
    assert "Thursday 2 November 2023 at 2pm, County Hall; you were told" in sentence_of(moved("meeting-tomorrow"))
    elsewhere = told("meeting-tomorrow", meets_on="2023-11-02")
    assert "2pm" not in sentence_of(elsewhere), "that is the time of another meeting"


def test_a_meeting_on_the_day_itself_is_today() -> None:
    today = told("meeting-tomorrow", today="2023-10-05")
    assert subject_of(today) == f"Cabinet meets today, 5 October 2023: {TITLE}"
    assert sentence_of(today).startswith("Cabinet meets today, Thursday 5 October 2023 at 2pm, County Hall, and")
    moved_to_today = replace(today, old_day=date(2023, 10, 12))
    assert subject_of(moved_to_today) == f"Meeting of Cabinet now today, 5 October 2023: {TITLE}"
    assert " is now today, Thursday 5 October 2023 at 2pm" in sentence_of(moved_to_today)


def test_an_item_that_is_off_a_meeting_is_not_said_to_wait_for_its_new_day() -> None:
    assert subject_of(off("meeting-tomorrow")) == f"No longer before Cabinet on 5 October 2023: {TITLE}"
    assert sentence_of(off("meeting-tomorrow")) == (
        f"Cabinet no longer deals with {TITLE} at its meeting of Thursday 5 October 2023."
    )


def test_a_moved_day_that_is_past_is_overdue() -> None:
    past = replace(moved("report-due"), today=date(2023, 10, 21))
    assert subject_of(past) == f"Report overdue since 20 October 2023: {TITLE}"
    assert sentence_of(past).endswith(
        "is now due by Friday 20 October 2023, which has passed; it was Friday 22 September 2023 before."
    )


def test_a_check_is_said_in_its_own_words_but_not_of_an_item_in_part_ii() -> None:
    assert subject_of(told("evidence-due")) == f"Check “{CHECK}” to be made: {TITLE}"
    assert sentence_of(told("evidence-due")).startswith(f"The check “{CHECK}” on {TITLE} is to be made, and nothing")
    for unsaid in (told("evidence-due", detail=""), exempt("evidence-due")):
        assert subject_of(unsaid) == f"Check to be made: {unsaid.title}"
        assert sentence_of(unsaid).startswith(f"A check on {unsaid.title} is to be made")
    long = told("evidence-due", detail="Aims, functions, payments, staff, duration, review and ending are all set out")
    assert subject_of(long).startswith("Check “Aims, functions, payments, staff, duration, review and …” to be made")


@pytest.mark.parametrize(
    ("kind", "because", "asks", "page"),
    [
        ("calendar-ends", "holder", "See the forum and add meetings", "forums/lcc-cabinet"),
        ("calendar-ends", "lead", "See the forum", "forums/lcc-cabinet"),
        ("evidence-due", "holder", "Record the check", "items/options-appraisal-2023"),
        ("report-due", "superior", "See the item", "items/options-appraisal-2023"),
    ],
)
def test_a_link_says_where_it_leads(kind: str, because: str, asks: str, page: str) -> None:
    assert f"{asks}: {ADDRESS}/{page}\n" in written(SECRETARY, told(kind, because=because)).body
    assert f"See My deadlines: {ADDRESS}/deadlines\n" in written(SECRETARY, exempt(kind)).body


def test_a_forum_without_a_suitable_meeting_is_not_said_to_have_none() -> None:
    assert subject_of(told("calendar-ends")) == f"No suitable meeting of Cabinet: {TITLE}"
    two = written(SECRETARY, told("calendar-ends"), told("calendar-ends", item="b", title="Budget"))
    assert "deal with these items. Add its next meetings, or put them on one of its meetings." in two.body


def test_a_post_that_nobody_holds_is_said_to_be_vacant() -> None:
    assert reason_of(told("agenda-due", holder_names=())).endswith(
        "because you lead for Lancashire County Council, and nobody is secretary of Cabinet."
    )
