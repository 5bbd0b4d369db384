"""What a forum resolved, in every way it can: by strength, in rounds, with conditions, corrected."""

from __future__ import annotations

from datetime import date

import pytest

from tests.builders import case, item
from tests.office import Office
from workflow.errors import AlreadyDecided, NotPermitted, Refused, Unknown


def test_a_plan_is_endorsed_endorsed_and_agreed(office: Office) -> None:
    office.load(case())
    office.clock.to("2023-12-01 09:00")
    assert office.item("plan")["now"] == ["partnership"]
    office.partnership_clerk.records("plan", "partnership", "endorsed", on="2023-08-02")
    office.clerk.records("plan", "hwb", "endorsed", on="2023-09-12", text="The Board endorsed the plan.")
    said = office.clerk.records("plan", "cabinet", "agreed", on="2023-10-12")
    assert said == "Cabinet: “agreed” on 12 October 2023."
    assert office.states("plan") == {"partnership": "passed", "hwb": "passed", "cabinet": "passed"}
    assert office.step("plan", "cabinet")["meeting_id"] == "c-oct"
    assert office.item("plan", on="2023-10-17")["state"] == "in-progress", "the call-in window is open"
    assert office.item("plan", on="2023-10-18")["state"] == "complete"
    assert office.kinds("plan") == ["created", "recorded", "recorded", "recorded"]
    assert office.verify().ok


def test_the_same_word_is_advice_at_a_partnership_and_a_decision_at_cabinet(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2023-12-01 09:00")
    desk.operator.records("plan", "partnership", "agreed", on="2023-08-02")
    desk.operator.records("plan", "hwb", "endorsed", on="2023-09-12")
    desk.operator.records("plan", "cabinet", "endorsed", on="2023-10-12")
    assert desk.states("plan") == {"partnership": "passed", "hwb": "passed", "cabinet": "fell-short"}


def test_an_outcome_that_falls_short_is_accepted_or_sent_back_by_the_lead(office: Office) -> None:
    office.load(case())
    office.clock.to("2023-12-01 09:00")
    said = office.partnership_clerk.records("plan", "partnership", "noted", on="2023-08-02")
    assert "the lead accepts it or sends it back" in said
    assert office.item("plan")["waiting_for"] == [
        "The lead of Borough Council to accept what Partnership resolved, “noted”, or ask again"
    ]
    with pytest.raises(NotPermitted, match="the lead of Borough Council. Ask Governance lead"):
        office.clerk.does("accept", item="plan", step="partnership", reason="It will do")
    with pytest.raises(Refused, match="A reason is needed"):
        office.lead.does("accept", item="plan", step="partnership")
    office.lead.does("accept", item="plan", step="partnership", reason="Nobody objected", on="2023-08-03")
    office.clerk.records("plan", "hwb", "noted", on="2023-09-12")
    office.lead.does("send-back", item="plan", step="hwb", reason="An endorsement is needed", on="2023-09-13")
    assert office.step("plan", "hwb")["round"] == 2
    assert office.step("plan", "hwb")["state"] == "ready"
    office.chair.records("plan", "hwb", "endorsed", on="2023-10-10")
    assert office.states("plan")["hwb"] == "passed"
    office.clerk.records("plan", "cabinet", "noted", on="2023-10-12")
    with pytest.raises(Refused, match="decisive step"):
        office.lead.does("accept", item="plan", step="cabinet", reason="Close enough")
    assert office.verify().ok


def test_a_deferral_asks_the_same_forum_again_not_before_the_day_named(office: Office) -> None:
    office.load(case())
    office.clock.to("2023-08-02 12:00")
    office.partnership_clerk.records("plan", "partnership", "deferred", reason="Costs are missing", until="p-oct")
    step = office.step("plan", "partnership")
    assert (step["round"], step["state"], step["meeting"], step["meeting_id"]) == (2, "ready", "2023-10-04", "p-oct")
    assert office.plan("plan").finish == date(2023, 10, 18), "the Board and Cabinet follow in the same month"
    with pytest.raises(AlreadyDecided, match="has already recorded “deferred”"):
        office.partnership_clerk.records("plan", "partnership", "endorsed", on="2023-08-02")
    office.clock.to("2023-10-05 09:00")
    office.partnership_clerk.records("plan", "partnership", "endorsed", on="2023-10-04")
    assert office.states("plan")["partnership"] == "passed"
    assert office.verify().ok


def test_cabinet_refers_back_and_resumes_where_it_was(office: Office) -> None:
    office.load(case())
    office.clock.to("2023-12-20 09:00")
    office.operator.records("plan", "partnership", "endorsed", on="2023-08-02")
    office.operator.records("plan", "hwb", "endorsed", on="2023-09-12")
    office.clerk.records("plan", "cabinet", "referred-back", on="2023-10-12", reason="The costs have changed")
    assert office.item("plan")["now"] == ["partnership"]
    assert office.states("plan") == {"partnership": "ready", "hwb": "passed", "cabinet": "waiting"}
    office.author.does("submit", item="plan", step="partnership", version=2, on="2023-10-16")
    office.lead.does("material", item="plan", material=True, reason="The costs doubled", on="2023-10-17")
    assert office.states("plan") == {"partnership": "submitted", "hwb": "waiting", "cabinet": "waiting"}
    office.partnership_clerk.records("plan", "partnership", "endorsed", on="2023-11-01")
    office.clerk.records("plan", "hwb", "endorsed", on="2023-11-14")
    office.clerk.records("plan", "cabinet", "agreed", on="2023-12-14")
    assert {step["step"]: step["round"] for step in office.item("plan")["steps"]} == {
        "partnership": 2,
        "hwb": 2,
        "cabinet": 2,
    }
    assert office.item("plan", on="2023-12-20")["state"] == "complete"
    assert office.problems("plan", on="2023-12-20") == set()
    assert office.verify().ok


def test_a_change_that_is_not_material_asks_nobody_between_again(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2023-12-20 09:00")
    desk.operator.records("plan", "partnership", "endorsed", on="2023-08-02")
    desk.operator.records("plan", "hwb", "endorsed", on="2023-09-12")
    desk.operator.records("plan", "cabinet", "referred-back", on="2023-10-12", reason="A page was missing")
    desk.lead.does("material", item="plan", material=False, reason="A page was missing", on="2023-10-13")
    desk.operator.records("plan", "partnership", "endorsed", on="2023-11-01")
    assert desk.states("plan") == {"partnership": "passed", "hwb": "passed", "cabinet": "ready"}


def test_a_mis_recorded_outcome_is_corrected_and_what_followed_from_it_is_undone(office: Office) -> None:
    office.load(case())
    office.clock.to("2023-12-01 09:00")
    office.operator.records("plan", "partnership", "endorsed", on="2023-08-02")
    office.operator.records("plan", "hwb", "endorsed", on="2023-09-12")
    office.clerk.records("plan", "cabinet", "referred-back", on="2023-10-12", reason="Wrong line of the minutes")
    with pytest.raises(Refused, match="A reason is needed"):
        office.clerk.does("correct", item="plan", step="cabinet", outcome="agreed")
    said = office.clerk.corrects(
        "plan", "cabinet", "agreed", "It was the item before", on="2023-10-13", decided="2023-10-12"
    )
    assert said == ("Corrected. Cabinet: “agreed” on 12 October 2023. It had been recorded as “referred-back” before.")
    assert office.states("plan") == {"partnership": "passed", "hwb": "passed", "cabinet": "passed"}
    assert {step["round"] for step in office.item("plan")["steps"]} == {1}
    assert office.item("plan", on="2023-10-12")["now"] == ["partnership"], "as it stood before the correction"
    assert "Recorded “referred-back”. Reason: Wrong line of the minutes (corrected later)" in office.story("plan")
    assert office.verify().ok


def test_a_correction_is_refused_while_something_rests_on_what_it_would_undo(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2023-12-01 09:00")
    desk.operator.records("plan", "partnership", "endorsed", on="2023-08-02")
    desk.operator.records("plan", "hwb", "endorsed", on="2023-09-12")
    desk.operator.records("plan", "cabinet", "referred-back", on="2023-10-12", reason="Costs")
    desk.operator.records("plan", "partnership", "endorsed", on="2023-11-01")
    with pytest.raises(Refused, match="Partnership has meanwhile resolved “endorsed” in round 2"):
        desk.operator.corrects("plan", "cabinet", "agreed", "Mistake")


def test_a_correction_reopens_a_complete_item(desk: Office) -> None:
    desk.load(case(stages="- {id: cabinet, forum: cabinet, ask: agree, decisive: true}"))
    desk.clock.to("2023-12-01 09:00")
    desk.clerk.records("plan", "cabinet", "agreed", on="2023-10-12")
    assert desk.item("plan")["state"] == "complete"
    desk.clerk.corrects("plan", "cabinet", "noted", "The minutes say noted")
    assert desk.item("plan")["state"] == "in-progress"
    assert desk.states("plan") == {"cabinet": "fell-short"}
    assert desk.step("plan", "cabinet")["outcome_on"] == "2023-10-12"


def test_a_second_outcome_names_who_was_first(office: Office) -> None:
    office.load(case())
    office.clock.to("2023-08-03 09:00")
    office.partnership_clerk.records("plan", "partnership", "endorsed", on="2023-08-02")
    with pytest.raises(AlreadyDecided) as refused:
        office.operator.records("plan", "partnership", "noted", on="2023-08-02")
    assert str(refused.value) == (
        "Partnership secretary has already recorded “endorsed” for Partnership on 2 August 2023. "
        "It stands; if it is wrong, correct it with a reason."
    )


def test_conditions_are_kept_met_and_chased(office: Office) -> None:
    office.load(case())
    office.clock.to("2023-08-03 09:00")
    condition = {"text": "The costs are added", "owner": "author", "due": "2023-08-31"}
    office.partnership_clerk.records("plan", "partnership", "endorsed", on="2023-08-02", conditions=[condition])
    assert ("condition-overdue", "partnership") not in office.problems("plan", on="2023-08-31")
    assert ("condition-overdue", "partnership") in office.problems("plan", on="2023-09-01")
    with pytest.raises(NotPermitted):
        office.clerk.does("meet", item="plan", step="partnership", number=1)
    office.author.does("meet", item="plan", step="partnership", number=1, evidence="Page 4 of version 1")
    with pytest.raises(Refused, match="was met on 3 August 2023 already"):
        office.author.does("meet", item="plan", step="partnership", number=1)
    with pytest.raises(Unknown, match="no condition 2"):
        office.author.does("meet", item="plan", step="partnership", number=2)
    assert ("condition-overdue", "partnership") not in office.problems("plan", on="2023-12-01")
    assert office.verify().ok


def test_what_lies_ahead_is_not_recorded(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2023-12-01 09:00")
    with pytest.raises(Refused, match="5 January 2024 lies ahead: today is 1 December 2023"):
        desk.operator.records("plan", "partnership", "endorsed", on="2024-01-05")
    assert desk.kinds("plan") == ["created"]


def test_a_meeting_is_over_from_its_own_day_on(desk: Office) -> None:
    desk.load(case(items=item(steps="{partnership: {meeting: p-sep}}")))
    desk.clock.to("2023-09-06 08:00")
    with pytest.raises(Refused, match="Partnership meets on 6 September 2023, after 5 September 2023"):
        desk.operator.records("plan", "partnership", "endorsed", on="2023-09-05")
    desk.operator.records("plan", "partnership", "endorsed", on="2023-09-06")
    assert desk.states("plan")["partnership"] == "passed"


def test_only_the_forums_own_secretary_or_chair_records(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2023-12-01 09:00")
    with pytest.raises(NotPermitted, match="the secretary of Partnership or the chair of Partnership"):
        desk.clerk.records("plan", "partnership", "endorsed", on="2023-08-02")
    with pytest.raises(Unknown, match="There is no person nobody"):
        desk.nobody.records("plan", "partnership", "endorsed", on="2023-08-02")


def test_forums_may_be_recorded_in_any_order_and_the_early_one_is_a_problem(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2023-12-01 09:00")
    desk.clerk.records("plan", "cabinet", "agreed", on="2023-10-12")
    assert ("out-of-order", "cabinet") in desk.problems("plan")
    desk.operator.records("plan", "partnership", "endorsed", on="2023-08-02")
    desk.operator.records("plan", "hwb", "endorsed", on="2023-09-12")
    assert ("out-of-order", "cabinet") not in desk.problems("plan")


def test_rejection_at_a_decisive_step_ends_the_item(office: Office) -> None:
    office.load(case())
    office.clock.to("2023-12-01 09:00")
    office.clerk.records("plan", "cabinet", "rejected", on="2023-10-12", reason="Too expensive")
    assert office.item("plan")["state"] == "rejected"
    assert office.states("plan") == {"partnership": "ended", "hwb": "ended", "cabinet": "fell-short"}
    with pytest.raises(Refused, match="was rejected on 12 October 2023"):
        office.operator.records("plan", "hwb", "endorsed", on="2023-11-14")
    office.operator.records("plan", "hwb", "endorsed", on="2023-09-12")
    office.clerk.corrects("plan", "cabinet", "agreed", "Misread")
    assert office.item("plan")["state"] == "in-progress"
    assert office.verify().ok


def test_a_wrong_day_is_corrected(office: Office) -> None:
    office.load(case())
    office.clock.to("2023-10-20 09:00")
    office.partnership_clerk.records("plan", "partnership", "endorsed", on="2023-08-02")
    assert office.step("plan", "partnership")["meeting_id"] == "p-aug"
    office.partnership_clerk.corrects("plan", "partnership", "endorsed", "It was in September", on="2023-09-06")
    step = office.step("plan", "partnership")
    assert (step["outcome_on"], step["meeting_id"]) == ("2023-09-06", "p-sep")
    office.partnership_clerk.corrects("plan", "partnership", "endorsed", "August after all", decided="2023-08-02")
    step = office.step("plan", "partnership")
    assert (step["outcome_on"], step["meeting_id"]) == ("2023-08-02", "p-aug")
    office.partnership_clerk.corrects("plan", "partnership", "endorsed", "The wording was wrong", text="Endorsed.")
    assert office.step("plan", "partnership")["outcome_on"] == "2023-08-02"
    with pytest.raises(Refused, match="lies ahead"):
        office.partnership_clerk.corrects("plan", "partnership", "endorsed", "Hm", decided="2024-01-01")
    assert office.verify().ok


def test_a_report_that_returns_to_its_author_is_waited_for(office: Office) -> None:
    office.load(case(stages="- {id: cabinet, forum: cabinet, ask: agree, decisive: true}"))
    office.clock.to("2023-10-20 09:00")
    office.clerk.records("plan", "cabinet", "referred-back", on="2023-10-12", reason="No figures")
    found = office.item("plan")
    assert (found["now"], found["waiting_for"]) == (
        ["cabinet"],
        ["The report to come back from its author to Cabinet"],
    )
    assert office.states("plan") == {"cabinet": "waiting"}
    office.author.does("submit", item="plan", step="cabinet", version=2)
    assert office.states("plan") == {"cabinet": "submitted"}
    office.clock.to("2023-11-10 09:00")
    office.clerk.records("plan", "cabinet", "agreed", on="2023-11-09")
    assert office.verify().ok


def test_a_consultation_is_consulted_and_nothing_else(desk: Office) -> None:
    stages = """\
    - {id: consult, kind: consultation, body: Practices, lasts: {days: 14, unit: calendar-days}}
    - {id: cabinet, forum: cabinet, ask: agree, decisive: true}
    """
    desk.load(case(stages=stages))
    desk.clock.to("2023-10-20 09:00")
    with pytest.raises(Refused, match="once it is over, record consulted"):
        desk.operator.records("plan", "consult", "agreed", on="2023-09-01")


def test_a_publication_counts_from_its_own_day(desk: Office) -> None:
    desk.load(case(stages="- {id: cabinet, forum: cabinet, ask: agree, decisive: true}"))
    desk.clock.to("2023-10-20 09:00")
    with pytest.raises(Refused, match="lies ahead"):
        desk.clerk.records("plan", "cabinet", "agreed", on="2023-10-12", published="2023-10-23")
    desk.clerk.records("plan", "cabinet", "agreed", on="2023-10-12", published="2023-10-16")
    assert desk.plan("plan", on="2023-10-13").finish == date(2023, 10, 18)
    assert desk.plan("plan", on="2023-10-16").finish == date(2023, 10, 20)


def test_an_unchanged_report_is_not_material(desk: Office) -> None:
    desk.load(case())
    with pytest.raises(Refused, match="has not changed: submit its new version first"):
        desk.lead.does("material", item="plan", material=True, reason="Who knows")


def test_a_correction_of_the_words_leaves_what_followed_alone(office: Office) -> None:
    office.load(case())
    office.clock.to("2023-12-20 09:00")
    office.operator.records("plan", "partnership", "endorsed", on="2023-08-02")
    office.operator.records("plan", "hwb", "deferred", on="2023-09-12", reason="No figures")
    office.author.does("submit", item="plan", step="hwb")
    office.clerk.does("bind", item="plan", step="hwb", meeting="h-nov")
    office.clerk.corrects("plan", "hwb", "deferred", "The reason was another", text="Deferred.", until="2023-10-01")
    step = office.step("plan", "hwb")
    assert (step["round"], step["state"], step["meeting_id"]) == (2, "submitted", "h-nov")
    office.operator.records("plan", "cabinet", "referred-back", on="2023-10-12", reason="Costs")
    office.operator.corrects("plan", "partnership", "recommended", "The verb was recommended")
    assert office.states("plan")["partnership"] == "ready", "Cabinet's referral back still stands"
    with pytest.raises(Refused, match="has been asked again since, in round 2"):
        office.operator.corrects("plan", "partnership", "noted", "It was only noted")
    assert office.verify().ok


def test_what_was_accepted_or_sent_back_survives_or_goes_with_the_outcome(office: Office) -> None:
    office.load(case())
    office.clock.to("2023-12-20 09:00")
    office.operator.records("plan", "partnership", "noted", on="2023-08-02")
    office.lead.does("accept", item="plan", step="partnership", reason="Enough", on="2023-08-03")
    office.operator.corrects("plan", "partnership", "received", "The verb was received")
    assert office.states("plan")["partnership"] == "passed", "it stays accepted"
    office.operator.records("plan", "hwb", "noted", on="2023-09-12")
    office.lead.does("send-back", item="plan", step="hwb", reason="Not enough", on="2023-09-13")
    office.operator.corrects("plan", "hwb", "endorsed", "It was endorsed after all")
    step = office.step("plan", "hwb")
    assert (step["round"], step["state"]) == (1, "passed"), "there was nothing to send back"
    assert office.verify().ok


def test_a_referral_back_whose_round_has_moved_on_is_not_undone(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2023-12-20 09:00")
    desk.operator.records("plan", "partnership", "endorsed", on="2023-08-02")
    desk.operator.records("plan", "cabinet", "referred-back", on="2023-10-12", reason="Costs")
    desk.operator.records("plan", "partnership", "deferred", on="2023-11-01", reason="Later")
    with pytest.raises(Refused, match="Partnership has meanwhile resolved “deferred” in round 2"):
        desk.operator.corrects("plan", "cabinet", "agreed", "Misread")


def test_only_a_correction_or_a_call_in_reopens_what_has_ended(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2023-12-20 09:00")
    desk.operator.records("plan", "cabinet", "rejected", on="2023-10-12", reason="Too expensive")
    with pytest.raises(Refused, match="The item is rejected; it is too late to send back"):
        desk.lead.does("send-back", item="plan", step="cabinet", reason="Ask again")
    with pytest.raises(Refused, match="The item is rejected; it is too late"):
        desk.lead.does("material", item="plan", material=False, reason="Nothing")
    with pytest.raises(Refused, match="cannot be withdrawn before that|is rejected"):
        desk.author.does("withdraw", item="plan", on="2023-01-02")


def test_an_item_is_not_withdrawn_before_it_was_dealt_with(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2023-12-20 09:00")
    desk.operator.records("plan", "partnership", "endorsed", on="2023-08-02")
    with pytest.raises(Refused, match="was dealt with on 2 August 2023; it cannot be withdrawn before that"):
        desk.author.does("withdraw", item="plan", on="2023-01-02")


def test_conditions_of_an_earlier_round_count_no_more(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2023-12-20 09:00")
    condition = {"text": "Add the costs", "owner": "author", "due": "2023-08-31"}
    desk.operator.records("plan", "partnership", "noted", on="2023-08-02", conditions=[condition])
    assert ("condition-overdue", "partnership") in desk.problems("plan")
    desk.lead.does("send-back", item="plan", step="partnership", reason="Not enough", on="2023-08-03")
    desk.operator.records("plan", "partnership", "endorsed", on="2023-09-06")
    assert ("condition-overdue", "partnership") not in desk.problems("plan")
    with pytest.raises(Unknown, match="has no condition 1"):
        desk.author.does("meet", item="plan", step="partnership", number=1)


@pytest.mark.parametrize(
    ("until", "sentence"),
    [
        ("b-nov", "is not a meeting of Partnership, which deferred it"),
        ("p-aug", "name a later meeting"),
        ("2023-08-02", "name a later day"),
        ("p-never", "There is no meeting p-never"),
    ],
)
def test_a_deferral_is_until_a_later_meeting_of_the_same_forum(desk: Office, until: str, sentence: str) -> None:
    desk.load(case())
    desk.clock.to("2023-08-03 09:00")
    with pytest.raises((Refused, Unknown), match=sentence):
        desk.operator.records("plan", "partnership", "deferred", on="2023-08-02", until=until)
