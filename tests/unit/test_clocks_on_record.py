"""What clocks make of a record that is incomplete, of urgency for another day, and of a step that is on no meeting."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.casebook import codes, day, passed, plan
from tests.unit.clocked import cabinet_step, clocks, key_notice, world
from workflow.clocks.words import standing_in_words

# Done, but nobody knows when


@pytest.mark.parametrize(
    ("kind", "papers", "due"),
    [("report", "submitted", "2023-09-22"), ("agenda", "on-agenda", "2023-09-27")],
)
def test_papers_without_a_day_count_as_kept_until_they_were_due(kind: str, papers: str, due: str) -> None:
    case, around = cabinet_step("2023-10-05", papers=papers), world("2023-10-05")
    before, after = (clocks(case, around, on)[kind] for on in (due, "2023-10-04"))
    assert (before.due, before.state) == (day(due), "kept")
    assert (after.state, after.because) == ("unknown", "It is there; the day is not on record.")
    assert (after.needs_somebody, standing_in_words(after)) == (False, "Day not on record")


def test_minutes_that_are_there_may_have_been_late() -> None:
    case = cabinet_step("2023-10-05", **passed("agreed", "2023-10-05"), minuted=True)
    minutes = clocks(case, world("2023-10-05"), "2024-03-01")["minutes"]
    assert (minutes.state, minutes.because) == ("unknown", "The words are on record; since when is not.")
    assert not minutes.needs_somebody


@pytest.mark.parametrize("kind", ["decision-published", "minutes", "documents-to-members"])
def test_what_has_to_follow_a_decision_and_is_nowhere_on_record_needs_somebody(kind: str) -> None:
    case = cabinet_step("2023-10-05", {"part": "II"}, **passed("agreed", "2023-10-05"))
    clock = clocks(case, world("2023-10-05"), "2023-11-20")[kind]
    assert (clock.state, clock.needs_somebody) == ("unknown", True)


def test_what_cannot_be_counted_needs_nobody() -> None:
    found = clocks(cabinet_step("2028-12-29", **passed("agreed", "2028-12-29")), world("2028-12-29"), "2028-12-29")
    assert (found["minutes"].state, found["minutes"].due, found["minutes"].needs_somebody) == ("unknown", None, False)


def test_of_minutes_sentences_speak_in_the_plural() -> None:
    decided = cabinet_step("2023-10-05", **passed("agreed", "2023-10-05", submitted_on=day("2023-09-01")))
    around = world("2023-10-05")
    assert clocks(decided, around, "2023-10-11")["minutes"].because == (
        "They are due by 12 October 2023: 1 working day left after today."
    )
    assert clocks(decided, around, "2023-10-13")["minutes"].because == (
        "They were due by 12 October 2023. The words of the resolution are not on record."
    )


def test_a_call_in_without_a_publication_says_from_what_it_is_counted() -> None:
    case = cabinet_step("2023-10-05", **passed("agreed", "2023-10-05"))
    window = clocks(case, world("2023-10-05"), "2023-11-01")["call-in"]
    assert (window.state, window.because) == (
        "over", "It is counted from 5 October 2023, as if published then; publication is not on record.",
    )  # fmt: skip


# Urgency and the general exception


@pytest.mark.parametrize(("meets", "excused"), [("2023-10-05", True), ("2023-12-14", False)])
def test_urgency_holds_only_for_a_day_for_which_notice_came_too_late(meets: str, excused: bool) -> None:
    facts: dict[str, Any] = {"special_urgency_on": day("2023-10-04"), "papers": "on-agenda"}
    on = "2023-10-04" if excused else "2023-11-20"
    found = clocks(cabinet_step(meets, **facts), world(meets), on)
    assert (found["key-decision-notice"].state, found["special-urgency"].state) == (
        ("excused", "kept") if excused else ("broken", "over")
    )
    assert codes(plan(cabinet_step(meets, **facts), world(meets), on)) == ([] if excused else ["notice-too-late"])


def test_urgency_for_another_day_says_so() -> None:
    case = cabinet_step("2023-12-14", special_urgency_on=day("2023-10-04"))
    assert clocks(case, world("2023-12-14"), "2023-10-06")["special-urgency"].because == (
        "It was agreed on 4 October 2023, when there was time to give notice for 14 December 2023: it excuses nothing "
        "on that day."
    )


@pytest.mark.parametrize(("agreed", "state"), [("2023-09-06", "broken"), ("2023-09-07", "excused")])
def test_for_notices_of_a_private_meeting_urgency_holds_likewise(agreed: str, state: str) -> None:
    case = cabinet_step("2023-10-05", {"part": "II"}, special_urgency_on=day(agreed))
    found = clocks(case, world("2023-10-05"), "2023-09-28")
    assert {found[kind].state for kind in ("private-meeting-notice", "private-meeting-notice-again")} == {state}


def test_a_general_exception_that_was_overtaken_by_urgency_is_no_breach() -> None:
    facts = {"general_exception_on": day("2023-09-27"), "special_urgency_on": day("2023-09-27")}
    found = clocks(cabinet_step("2023-09-27", **facts), world("2023-09-27"), "2023-09-27")
    exception = found["general-exception"]
    assert (exception.state, exception.excused_by, exception.needs_somebody) == ("excused", "special-urgency", False)
    assert standing_in_words(exception) == "Excused, done on 27 September 2023: it was agreed to be urgent"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("2023-09-27", "Not kept, done on 27 September 2023: not before 27 September 2023"),
        ("2023-08-26", "Not kept, done on 26 August 2023: not on a working day"),
        ("2023-08-31", "Not kept, done on 31 August 2023: 24 clear days instead of 28"),
    ],
)
def test_how_late_a_notice_was_is_said_once(given: str, said: str) -> None:
    meets = {"2023-09-27": "2023-09-27", "2023-08-26": "2023-09-25", "2023-08-31": "2023-09-25"}[given]
    assert standing_in_words(key_notice(meets, given, given)) == said


def test_how_late_a_publication_was_is_said_once() -> None:
    case = cabinet_step("2023-10-05", **passed("agreed", "2023-10-05", published_on=day("2023-10-20")))
    said = standing_in_words(clocks(case, world("2023-10-05"), "2023-11-01")["decision-published"])
    assert said == "Not kept, done on 20 October 2023: not by 5 October 2023"


def test_a_report_that_came_after_the_agenda_day_was_not_in_by_its_own() -> None:
    case = cabinet_step("2023-10-05", papers="submitted", submitted_on=day("2023-09-29"))
    report = clocks(case, world("2023-10-05"), "2023-10-02")["report"]
    assert standing_in_words(report) == "Not kept, done on 29 September 2023: not by 22 September 2023"


# On no meeting


def test_a_step_for_which_every_meeting_is_too_late_has_the_clocks_of_the_next_one() -> None:
    found = clocks(cabinet_step("2023-10-05", meeting=None), world("2023-10-05"), "2023-09-20")
    notice = found["key-decision-notice"]
    assert (notice.state, notice.due, notice.as_if_on) == ("broken", day("2023-09-06"), day("2023-10-05"))
    assert found["report"].state == "running"
    assert "call-in" not in found
    expected = clocks(cabinet_step("2023-10-05", meeting=None), world("2023-10-05"), "2023-09-05")
    assert {clock.as_if_on for clock in expected.values()} == {None}
    assert clocks(cabinet_step("2023-10-05", meeting=None), world(), "2023-09-20") == {}
