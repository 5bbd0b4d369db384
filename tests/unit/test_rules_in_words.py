"""Rules of a pack: what a file may say of them, and how people read them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from routes.phrases import time_of_day
from workflow.entries import RulesEntry
from workflow.facts import RulePack
from workflow.known import ALWAYS, assemble
from workflow.rules_in_words import RULES
from workflow.use_cases.installation import content_of


def pack(**rules: Any) -> RulePack:
    entry = RulesEntry.model_validate({"id": "some", **rules})
    rows = [{"id": "some", "starts": ALWAYS, "rules": content_of(entry)}]
    return assemble(0, {"rule_packs": rows}).world.packs["some"][0]


def words(**rules: Any) -> dict[str, str]:
    found = pack(**rules)
    return {name: said for name, _heading, in_words in RULES if (said := in_words(found)) is not None}


@pytest.mark.parametrize(
    ("rule", "said", "read"),
    [
        ("key_decision", {"value": 2_200_000}, "a value of £2,200,000 or more"),
        ("key_decision", {"divisions": 1}, "any division affected"),
        (
            "key_decision",
            {"value": 1e6, "divisions": 2},
            "a value of £1,000,000 or more, or 2 or more divisions affected",
        ),
        ("agenda_day", {"days": 5, "unit": "clear-working-days"}, "5 clear working days before the meeting"),
        (
            "public_questions",
            {"days": 3, "unit": "working-days", "by": "12:00"},
            "by noon 3 working days before the meeting",
        ),
        (
            "report_due",
            {"days": 3, "unit": "working-days", "before": "agenda_day", "by": "16:30"},
            "by 4:30pm 3 working days before the day of the agenda",
        ),
        ("report_due", {"days": 0, "unit": "working-days", "before": "agenda_day"}, "on the day of the agenda"),
        ("decision_published", {"days": 0, "unit": "working-days"}, "on the day of the meeting"),
        ("minutes_due", {"days": 1, "unit": "working-days"}, "1 working day after the meeting"),
        ("call_in", {"days": 3, "unit": "clear-working-days"}, "3 clear working days after the decision is published"),
        (
            "general_exception",
            {"days": 5, "unit": "clear-working-days"},
            "5 clear working days between the notice and the decision",
        ),
        ("documents_to_members", {"hours": 24}, "within 24 hours of the decision"),
        ("inspection", {"years": 6}, "for 6 years"),
        ("inspection_of_background_papers", {"years": 1}, "for 1 year"),
    ],
)
def test_a_rule_in_words(rule: str, said: dict[str, Any], read: str) -> None:
    assert words(**{rule: said}) == {rule: read}


def test_every_rule_that_a_pack_can_have_has_words() -> None:
    fields = set(RulesEntry.model_fields) - {"id", "starts", "executive", "sources"}
    assert {name for name, _heading, _in_words in RULES} == fields


@pytest.mark.parametrize(
    ("at", "said"),
    [("12:00", "noon"), ("00:00", "midnight"), ("09:00", "9am"), ("17:30", "5:30pm"), ("00:15", "12:15am")],
)
def test_a_time_of_day_in_words(at: str, said: str) -> None:
    assert time_of_day(at) == said


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"key_decision": {}}, "needs “value”, “divisions” or both"),
        ({"key_decision": {"divisions": 0}}, "greater than or equal to 1"),
        ({"key_decision": {"value": True}}, "number of pounds"),
        ({"documents_to_members": {"hours": 0}}, "greater than or equal to 1"),
        ({"inspection": {"years": 1000}}, "less than or equal to 100"),
        ({"agenda_day": {"days": 5, "unit": "working-days", "by": "noon"}}, "no time of day"),
        ({"agenda_day": {"days": 5, "unit": "working-days", "by": "25:00"}}, "no time of day"),
        ({"sources": {"agenda": "Local Government Act 1972"}}, "“agenda” under “sources” is no rule"),
        ({"sources": {"executive": "local"}}, "“executive” under “sources” is no rule"),
        ({"sources": {"call_in": " "}}, "is empty"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rules: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        RulesEntry.model_validate({"id": "some", **rules})
