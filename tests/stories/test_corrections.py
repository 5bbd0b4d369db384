"""What a correction takes away is gone: conditions, the day of publication, until when something was put off."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from models.forecasts import readers, tasks
from models.reports import conditions
from tests.builders import case, item
from tests.office import Office
from workflow.errors import Refused

PRIVATE = item(part="II", exemption="{basis: Schedule 12A, paragraphs: [3], reason: A price}")
COSTS = {"text": "The costs are added", "owner": "trust-clerk", "due": "2023-08-31"}
LAW = {"text": "The law is checked", "owner": "author"}


def endorsed(office: Office, *named: dict[str, str], **more: str) -> None:
    """The Partnership endorses the plan subject to these conditions."""
    office.load(case(items=item(**more)))
    office.clock.to("2023-08-03 09:00")
    office.partnership_clerk.records("plan", "partnership", "endorsed", on="2023-08-02", conditions=list(named))


def corrects(office: Office, step: str = "partnership", outcome: str = "endorsed", **more: Any) -> str:
    return office.operator.corrects("plan", step, outcome, "Misread", **more)


def on_record(office: Office) -> list[tuple[int, str, str | None]]:
    """The conditions of the plan: number, owner, day on which each was met."""
    with office.runtime.inspecting() as db:
        rows = db.execute(select(conditions).order_by(conditions.c.step, conditions.c.number)).mappings()
        return [(row["number"], row["owner"], row["met_on"] and row["met_on"].isoformat()) for row in rows]


def concerned(office: Office) -> tuple[bool, bool]:
    """Whether the Trust's secretary may see the plan, and whether something is to be done by them."""
    with office.runtime.inspecting() as db:
        sees = db.execute(select(readers).where(readers.c.reader == "person:trust-clerk")).first()
        does = db.execute(select(tasks).where(tasks.c.holder == "person:trust-clerk")).first()
        return sees is not None, does is not None


def test_a_wrongly_recorded_condition_goes_and_so_does_what_its_owner_saw_of_it(office: Office) -> None:
    office.load(case(items=PRIVATE))
    office.clock.to("2023-09-01 09:00")
    office.partnership_clerk.records("plan", "partnership", "endorsed", on="2023-08-02", conditions=[COSTS, LAW])
    assert concerned(office) == (True, True)
    assert ("condition-overdue", "partnership") in office.problems("plan")
    corrects(office)
    assert concerned(office) == (True, True), "what is not mentioned stays"
    said = office.partnership_clerk.corrects(
        "plan", "partnership", "endorsed", "Those were of another item", cleared=["conditions"]
    )
    assert said.endswith("The 2 conditions on record are taken away.")
    assert on_record(office) == []
    assert concerned(office) == (False, False)
    assert ("condition-overdue", "partnership") not in office.problems("plan")
    assert "Taken away: the conditions." in office.story("plan")[-1]
    assert office.history("plan")[-1]["data"]["act"]["cleared"] == ["conditions"]
    assert office.step("plan", "partnership")["state"] == "passed", "what followed from the outcome stands"
    assert office.verify().ok


def test_a_condition_that_was_met_is_not_taken_away_without_a_word(office: Office) -> None:
    endorsed(office, COSTS, LAW)
    office.author.does("meet", item="plan", step="partnership", number=2, evidence="Page 4")
    said = corrects(office, cleared=["conditions"])
    assert said.endswith("The 2 conditions on record are taken away. Condition 2 had been met on 3 August 2023.")
    assert on_record(office) == []
    assert office.verify().ok


def test_of_two_conditions_one_is_taken_away_and_the_other_stays_met(office: Office) -> None:
    endorsed(office, COSTS, LAW)
    office.author.does("meet", item="plan", step="partnership", number=2, evidence="Page 4")
    said = corrects(office, conditions=[LAW])
    assert "had been met" not in said
    assert on_record(office) == [(1, "author", "2023-08-03")]
    assert concerned(office)[1] is False
    with pytest.raises(Refused, match="was met on 3 August 2023 already"):
        office.author.does("meet", item="plan", step="partnership", number=1)
    said = corrects(office, conditions=[COSTS])
    assert said.endswith("Condition 1 had been met on 3 August 2023 and is not among them any more.")
    assert on_record(office) == [(1, "trust-clerk", None)]
    assert office.verify().ok


def test_another_outcome_says_that_it_takes_the_conditions_away(desk: Office) -> None:
    endorsed(desk, COSTS)
    said = corrects(desk, outcome="noted")
    assert said.endswith("The condition on record is taken away.")
    assert on_record(desk) == []


def test_another_outcome_subject_to_the_same_leaves_met_what_was_met(desk: Office) -> None:
    endorsed(desk, LAW)
    desk.author.does("meet", item="plan", step="partnership", number=1, evidence="Page 4")
    said = corrects(desk, outcome="noted", conditions=[LAW])
    assert "taken away" not in said
    assert on_record(desk) == [(1, "author", "2023-08-03")]
    assert desk.verify().ok


def test_a_decision_that_was_not_published_after_all(office: Office) -> None:
    office.load(case(stages="- {id: cabinet, forum: cabinet, ask: agree, decisive: true}"))
    office.clock.to("2023-10-17 09:00")
    office.clerk.records("plan", "cabinet", "agreed", on="2023-10-12", published="2023-10-16")
    finish = office.plan("plan").finish
    corrects(office, "cabinet", "agreed", text="Agreed.")
    assert office.plan("plan").finish == finish, "a day of publication that is not mentioned stays"
    said = corrects(office, "cabinet", "agreed", cleared=["published"])
    assert said.endswith("The day of publication on record, 16 October 2023, is taken away.")
    assert office.plan("plan").finish != finish
    assert "Taken away: the day of publication." in office.story("plan")[-1]
    assert office.verify().ok


def test_another_outcome_can_be_unpublished_too(desk: Office) -> None:
    desk.load(case(stages="- {id: cabinet, forum: cabinet, ask: agree, decisive: true}"))
    desk.clock.to("2023-10-17 09:00")
    desk.clerk.records("plan", "cabinet", "agreed", on="2023-10-12", published="2023-10-16")
    said = corrects(desk, "cabinet", "noted", cleared=["published"])
    assert "16 October 2023, is taken away" in said
    with pytest.raises(Refused, match="No day of publication is on record for Cabinet"):
        corrects(desk, "cabinet", "noted", cleared=["published"])


@pytest.mark.parametrize("until", ["2023-09-20", "p-oct"])
def test_what_was_not_put_off_until_a_day_comes_to_the_next_meeting(office: Office, until: str) -> None:
    office.load(case())
    office.clock.to("2023-08-03 09:00")
    office.partnership_clerk.records("plan", "partnership", "deferred", on="2023-08-02", until=until)
    assert office.step("plan", "partnership")["meeting"] == "2023-10-04"
    corrects(office, outcome="deferred", text="Deferred.")
    assert office.step("plan", "partnership")["meeting"] == "2023-10-04"
    said = corrects(office, outcome="deferred", cleared=["until"])
    assert said.endswith("It may come to the next meeting that suits.")
    step = office.step("plan", "partnership")
    assert (step["round"], step["meeting"]) == (2, "2023-09-06")
    assert "Taken away: until when it was deferred." in office.story("plan")[-1]
    assert office.verify().ok


def test_nothing_is_taken_away_that_is_not_there(desk: Office) -> None:
    endorsed(desk)
    before = desk.kinds("plan")
    with pytest.raises(Refused, match="No conditions are on record for Partnership"):
        corrects(desk, cleared=["conditions"])
    with pytest.raises(Refused, match="No day of publication is on record for Partnership"):
        corrects(desk, cleared=["published"])
    with pytest.raises(Refused, match="Partnership has not put it off until a day or a meeting"):
        corrects(desk, outcome="deferred", cleared=["until"])
    assert desk.kinds("plan") == before


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"cleared": ["conditions"], "conditions": [LAW]}, "conditions"),
        ({"cleared": ["published"], "published": "2023-08-03"}, "published"),
        ({"cleared": ["until"]}, "goes with the outcome deferred only"),
        ({"cleared": ["text"]}, "cleared"),
    ],
)
def test_nothing_is_named_and_taken_away_at_once(desk: Office, said: dict[str, Any], sentence: str) -> None:
    endorsed(desk, LAW)
    with pytest.raises(ValidationError, match=sentence):
        corrects(desk, **said)
