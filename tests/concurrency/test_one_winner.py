"""Several people deal with the same step at the same moment: one is first, the others are told who."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from tests.concurrency.cases import MEMORANDUM, council, forecast_of, plans
from tests.concurrency.clerks import Said, Wish, all_at_once, record, sentences, wish
from tests.office import Office

DAY = "2023-10-05"


@pytest.fixture
def office(database: str) -> Iterator[Office]:
    opened = council(database, plans("plan"), f"items:\n{MEMORANDUM}")
    yield opened
    opened.close()


def test_eight_record_different_outcomes_and_one_is_first(office: Office) -> None:
    words = ["noted", "supported", "endorsed", "recommended", "agreed", "approved", "ratified", "decided"]
    said = all_at_once(office.url, [record("plan", "cabinet", word, DAY, _by(n)) for n, word in enumerate(words)])
    winner = _the_only_winner(said)
    step = office.step("plan", "cabinet")
    assert (step["outcome"], step["outcome_on"], step["round"]) == (words[winner], DAY, 1)
    _others_learn_who_was_first(said, winner, words[winner])
    assert office.kinds("plan") == ["created", "recorded"]
    assert office.verify().ok


@pytest.mark.parametrize("nasty", ["deferred", "referred-back"])
def test_a_new_round_is_not_answered_by_those_who_sat_in_the_earlier_one(office: Office, nasty: str) -> None:
    office.operator.records("plan", "partnership", "endorsed", "2023-09-05")
    words = [nasty, "agreed", "noted", nasty, "approved", nasty, "rejected", "decided"]
    said = all_at_once(
        office.url,
        [record("plan", "cabinet", word, DAY, _by(n), reason="Not ready") for n, word in enumerate(words)],
    )
    winner = _the_only_winner(said)
    _others_learn_who_was_first(said, winner, words[winner])
    assert office.kinds("plan") == ["created", "recorded", "recorded"]
    assert office.step("plan", "cabinet")["round"] == (2 if words[winner] == nasty else 1)
    assert office.verify().ok


def test_everybody_records_that_it_was_deferred_and_it_is_deferred_once(office: Office) -> None:
    said = all_at_once(
        office.url, [record("plan", "cabinet", "deferred", DAY, _by(n), until="2023-11-09") for n in range(8)]
    )
    _others_learn_who_was_first(said, _the_only_winner(said), "deferred")
    step = office.step("plan", "cabinet")
    assert (step["round"], step["state"]) == (2, "waiting")
    assert office.verify().ok


def test_a_late_clerk_does_not_answer_the_round_that_a_referral_back_began(office: Office) -> None:
    """What the partnership resolved in September cannot be its answer to the question put again in October."""
    office.operator.records("plan", "partnership", "endorsed", "2023-09-05")
    said = all_at_once(
        office.url,
        [
            record("plan", "cabinet", "referred-back", DAY, "ann", reason="Costs are missing"),
            *[record("plan", "partnership", "supported", "2023-09-05", "ann") for _n in range(5)],
        ],
    )
    assert said[0].done, sentences(said)
    assert {one.kind for one in said[1:]} == {"AlreadyDecided"}, sentences(said)
    step = office.step("plan", "partnership")
    assert (step["round"], step["outcome"]) == (2, None)
    assert office.verify().ok


def test_one_corrects_while_others_record(office: Office) -> None:
    office.operator.records("plan", "cabinet", "deferred", DAY)
    wishes = [
        wish("correct", "plan", "cabinet", "ann", outcome="agreed", on=DAY, reason="The minutes say agreed"),
        *[record("plan", "cabinet", word, DAY, "bob") for word in ("decided", "approved", "noted")],
    ]
    said = all_at_once(office.url, wishes)
    assert said[0].done, sentences(said)
    assert {one.kind for one in said[1:]} == {"AlreadyDecided"}, sentences(said)
    step = office.step("plan", "cabinet")
    assert (step["outcome"], step["round"], step["state"]) == ("agreed", 1, "passed")
    assert office.kinds("plan") == ["created", "recorded", "corrected"]
    assert office.verify().ok


def test_a_correction_and_the_answer_of_the_next_round_meet(office: Office) -> None:
    """Either the correction takes the new round back, or it was answered first and the correction is refused."""
    office.operator.records("plan", "cabinet", "deferred", "2023-09-07")
    said = all_at_once(
        office.url,
        [
            wish("correct", "plan", "cabinet", "ann", outcome="noted", on="2023-09-07", reason="Misread"),
            record("plan", "cabinet", "agreed", DAY, "bob"),
        ],
    )
    corrected, recorded = said
    step = office.step("plan", "cabinet")
    if recorded.done:
        assert (step["round"], step["outcome"]) == (2, "agreed")
        assert corrected.kind == "Refused", sentences(said)
    else:
        assert (step["round"], step["outcome"], step["state"]) == (1, "noted", "fell-short"), sentences(said)
        assert recorded.kind == "AlreadyDecided"
    assert office.verify().ok


def test_the_last_two_partners_answer_at_once_and_neither_is_lost(office: Office) -> None:
    for partner in ("north", "south"):
        office.operator.records("memorandum", f"partners:{partner}", "approved", DAY)
    said = all_at_once(
        office.url, [record("memorandum", f"partners:{partner}", "approved", DAY) for partner in ("east", "west")]
    )
    assert all(one.done for one in said), sentences(said)
    assert set(office.states("memorandum").values()) == {"passed"}
    assert office.item("memorandum")["state"] == "complete"
    assert forecast_of(office, "memorandum") == ("complete", date(2023, 10, 5))
    assert office.verify().ok


def test_four_partners_answer_at_once_again_and_again(office: Office) -> None:
    partners = ("north", "south", "east", "west")
    said = all_at_once(
        office.url, [record("memorandum", f"partners:{partner}", "approved", DAY) for partner in partners * 2]
    )
    assert sum(one.done for one in said) == 4, sentences(said)
    assert {one.kind for one in said if not one.done} == {"AlreadyDecided"}, sentences(said)
    assert office.item("memorandum")["state"] == "complete"
    assert [event["seq"] for event in office.history("memorandum")] == [1, 2, 3, 4, 5]
    assert office.verify().ok


def test_one_withdraws_while_others_record(office: Office) -> None:
    wishes: list[Wish] = [wish("withdraw", "plan", by="owner"), *[record("plan", "cabinet", "agreed", DAY)] * 3]
    said = all_at_once(office.url, wishes)
    assert said[0].done, sentences(said)
    assert office.item("plan")["state"] == "withdrawn"
    assert {one.kind for one in said[1:]} <= {"Done", "AlreadyDecided", "Refused"}, sentences(said)
    assert sum(one.done for one in said[1:]) <= 1
    assert office.verify().ok


def _by(number: int) -> str:
    return ("ann", "bob")[number % 2]


def _the_only_winner(said: list[Said]) -> int:
    winners = [place for place, one in enumerate(said) if one.done]
    assert len(winners) == 1, sentences(said)
    return winners[0]


def _others_learn_who_was_first(said: list[Said], winner: int, outcome: str) -> None:
    name = {"ann": "Ann Ashworth", "bob": "Bob Birtwistle"}[_by(winner)]
    for place, one in enumerate(said):
        if place != winner:
            assert one.kind == "AlreadyDecided", sentences(said)
            assert one.sentence.startswith(f"{name} has already recorded “{outcome}” for Cabinet on 5 October 2023."), (
                sentences(said)
            )
