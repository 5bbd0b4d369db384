"""Recommendations as minutes report them, and the outcomes that a clerk is offered."""

from __future__ import annotations

import pytest

from routes.words import ASKS, OUTCOMES
from workflow.past_tense import PARTICIPLES, in_the_past_tense, resolution
from workflow.wording_of_outcomes import (
    OUTCOME_OF,
    choices,
    is_deferral_draft,
    parts_of_statement,
    statement,
    wording_for,
)


@pytest.mark.parametrize(
    ("recommended", "resolved"),
    [
        ("Note the report", "the report be noted"),
        ("Receive a verbal update on the two decisions", "a verbal update on the two decisions be received"),
        ("Discuss the winter plan", "the winter plan be discussed"),
        ("Support the bid", "the bid be supported"),
        ("Consult member practices on the plan", "member practices be consulted on the plan"),
        ("Endorse the options appraisal", "the options appraisal be endorsed"),
        ("Recommend the budget to full Council", "the budget be recommended to full Council"),
        ("Agree the preferred option", "the preferred option be agreed"),
        ("Approve the memorandum at Appendix 'A'", "the memorandum at Appendix 'A' be approved"),
        ("Ratify the decision of the emergency cell", "the decision of the emergency cell be ratified"),
        ("Decide whether to proceed", "it be decided whether to proceed"),
        ("Appoint two members until the elections", "two members be appointed until the elections"),
        ("Add the partnership to the list of outside bodies", "the partnership be added to the list of outside bodies"),
        ("Delegate the first phase to the Places", "the first phase be delegated to the Places"),
        ("Authorise the Director to sign it", "the Director be authorised to sign it"),
        ("Award the contract for home care for four years", "the contract for home care for four years be awarded"),
        ("Ask the Director to report back", "the Director be asked to report back"),
    ],
)  # fmt: skip
def test_every_verb_of_the_field_is_turned_round(recommended: str, resolved: str) -> None:
    assert in_the_past_tense(recommended) == resolved


def test_the_verbs_of_every_ask_are_known() -> None:
    assert set(ASKS) <= set(PARTICIPLES)
    assert set(OUTCOME_OF) == set(ASKS)
    assert set(OUTCOME_OF.values()) <= set(OUTCOMES)


@pytest.mark.parametrize(
    ("recommended", "resolved"),
    [
        ("Endorse the appraisal and agree the option", "the appraisal be endorsed and the option be agreed"),
        ("Note and endorse the report", "the report be noted and endorsed"),
        ("Note, comment on and support the report", "the report be noted, commented on and supported"),
        ("Agree the advice and support offer", "the advice and support offer be agreed"),
        ("Formally approve the agreement", "the agreement be formally approved"),
        ("Agree that the plan goes ahead", "it be agreed that the plan goes ahead"),
        ("Agree to enter into the agreement", "it be agreed to enter into the agreement"),
        ("Agree in principle to join", "it be agreed in principle to join"),
        ("Approve the plan, subject to funding", "the plan be approved, subject to funding"),
        ("Approve the following:\na) plan\nb) budget", "the following be approved:\na) plan\nb) budget"),
        ("Approve the plan. It costs £3,000 a year.", "the plan be approved. It costs £3,000 a year."),
        ("Approve the St. Helens plan", "the St. Helens plan be approved"),
        ("1. Approve the plan.", "the plan be approved"),
        ("(a) Note the report", "the report be noted"),
        ("The Board is asked to note the report", "the report be noted"),
        ("It is recommended that the plan be agreed", "the plan be agreed"),
        ("That the plan be agreed", "the plan be agreed"),
        ("NOTE the report", "the report be noted"),
    ],
)  # fmt: skip
def test_untidy_recommendations_read_like_minutes_all_the_same(recommended: str, resolved: str) -> None:
    assert in_the_past_tense(recommended) == resolved


@pytest.mark.parametrize("strange", ["Strengthen links with the ICB", "Preferred option", "Review", "<b>Bold</b>"])
def test_what_begins_with_no_known_verb_is_quoted_whole(strange: str) -> None:
    assert in_the_past_tense(strange, "endorse") == f"the recommendation “{strange}” be endorsed"
    assert in_the_past_tense(strange) == f"the recommendation “{strange}” be agreed"


@pytest.mark.parametrize("nothing", ["", "   ", "\n"])
def test_nothing_gives_nothing(nothing: str) -> None:
    assert in_the_past_tense(nothing) == ""
    assert resolution([nothing]) == ""


def test_one_recommendation_is_one_sentence_and_several_are_numbered() -> None:
    assert resolution(["Agree the preferred option"]) == "RESOLVED: That the preferred option be agreed."
    assert resolution(["Endorse the appraisal", "Agree the preferred option."]) == (
        "RESOLVED: That:\n1. the appraisal be endorsed.\n2. the preferred option be agreed."
    )


def test_a_long_text_is_turned_round_in_no_time() -> None:
    long = "Approve " + "the plan and the budget, and note, " * 500
    assert "be approved" in in_the_past_tense(long)


@pytest.mark.parametrize(
    ("outcome", "wording"),
    [
        ("agreed", "RESOLVED: That the preferred option be agreed."),
        ("noted", "RESOLVED: That the report be noted."),
        ("deferred", "RESOLVED: That consideration of the report be deferred until 2 November 2023."),
        ("referred-back", "RESOLVED: That the report be referred back."),
        ("rejected", "RESOLVED: That the recommendations be rejected."),
    ],
)
def test_the_draft_follows_the_outcome(outcome: str, wording: str) -> None:
    assert wording_for(outcome, "agree", ["Agree the preferred option"], "2 November 2023") == wording


def test_the_draft_of_a_deferral_is_known_again_whatever_day_it_names() -> None:
    assert is_deferral_draft(wording_for("deferred", "agree", []))
    assert is_deferral_draft(wording_for("deferred", "agree", [], "2 November 2023"))
    assert not is_deferral_draft(
        "RESOLVED: That consideration of the report be deferred until 2 May. Costs are missing."
    )


def test_what_was_asked_comes_first_and_what_is_weaker_is_called_so() -> None:
    asked, weaker, unsettled = choices("meeting", "agree", "committee", None)
    assert asked.choices[0].outcome == "agreed"
    assert {choice.outcome for choice in asked.choices} == {"agreed", "approved", "decided"}
    assert [choice.outcome for choice in weaker.choices] == [
        "endorsed", "recommended", "supported", "noted", "received", "discussed",
    ]  # fmt: skip
    assert all("agree" in choice.meaning for choice in weaker.choices)
    assert [choice.outcome for choice in unsettled.choices] == ["deferred", "referred-back", "rejected"]


def test_an_advisory_forum_may_agree_but_that_counts_as_an_endorsement() -> None:
    asked, weaker, _unsettled = choices("meeting", "endorse", "consultative", "the Partnership")
    meanings = {choice.outcome: choice.meaning for choice in asked.choices}
    assert "endorsement" in meanings["agreed"] and "endorsement" not in meanings["endorsed"]
    assert "supported" in {choice.outcome for choice in weaker.choices}


def test_after_a_consultation_there_is_only_that_it_was_held() -> None:
    (only,) = choices("consultation", None, None, None)
    assert [choice.outcome for choice in only.choices] == ["consulted", "deferred"]


def test_who_decides_alone_approves_or_returns() -> None:
    taken, unsettled = choices("individual", "decide", "individual", None)
    assert taken.choices[0].outcome == "decided"
    assert "referred-back" in {choice.outcome for choice in unsettled.choices}


def test_what_is_on_record_can_always_be_chosen() -> None:
    every = {c.outcome for group in choices("meeting", "agree", "committee", None, "ratified") for c in group.choices}
    assert "ratified" in every


def test_a_written_statement_is_read_back_as_it_was_written() -> None:
    parts = {"decision": "Grants are approved.", "reasons": "Cost: low.\n\nNeed: high.", "interests": "None"}
    written = statement({**parts, "alternatives": "  "})
    assert written.startswith("Decision:\nGrants are approved.\n\nReasons:\n")
    assert parts_of_statement(written) == parts
    assert parts_of_statement("Grants are approved.") == {"decision": "Grants are approved."}
