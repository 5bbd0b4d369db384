"""Whether an item is a key decision: worked out from dated thresholds, kept with its reason, flagged when changed."""

from __future__ import annotations

import pytest

from tests.builders import CHAIN, WORLD, item, route
from tests.office import Office
from workflow.errors import NotPermitted, Refused
from workflow.queries.item_page import item_page
from workflow.visibility import reader_of

THRESHOLDS = """\
  - id: executive
    executive: true
    key_decision_notice: {days: 28, unit: clear-calendar-days}
    key_decision: {value: 1700000, divisions: 2}
    report_due: {days: 3, unit: working-days}
  - id: executive
    from: 2023-11-01
    executive: true
    key_decision_notice: {days: 28, unit: clear-calendar-days}
    key_decision: {value: 2200000, divisions: 2}
    report_due: {days: 3, unit: working-days}
  - id: plain
"""


OCTOBER = "2023-10-31"


def council(*items: str) -> str:
    before, _, after = WORLD.partition("  - id: executive\n")
    return before + THRESHOLDS + after.partition("  - id: plain\n")[2] + route(CHAIN) + "items:\n" + "".join(items)


def key(office: Office, name: str = "plan") -> tuple[bool, str | None]:
    with office.runtime.looking() as look:
        page = item_page(look, reader_of(look.known, "lead"), look.known.people["lead"], name)
        return page.key_decision, page.key_because


def test_what_is_worth_the_threshold_is_a_key_decision_and_says_why(office: Office) -> None:
    office.load(
        council(
            item(value="1700000", target=OCTOBER), item("small", value="1699999.99", target=OCTOBER), item("unknown")
        )
    )
    is_key, because = key(office)
    assert is_key
    assert (
        because == "its value of £1,700,000 is at or over the £1,700,000 that the rules of Cabinet take for significant"
    )
    assert office.plan("plan").step("cabinet").notice_by is not None
    assert key(office, "small") == (
        False, "its value of £1,699,999.99 is under the £1,700,000 that the rules of Cabinet take for significant",
    )  # fmt: skip
    assert office.plan("small").step("cabinet").notice_by is None
    assert key(office, "unknown") == (False, None)


def test_two_divisions_make_it_one_whatever_it_is_worth(desk: Office) -> None:
    desk.load(
        council(
            item("two", divisions="[North, South]", target=OCTOBER),
            item("one", value="5", divisions="[North]"),
            item("all", divisions="all"),
        )
    )
    assert key(desk, "two")[0]
    assert key(desk, "two")[1] == "it affects 2 divisions, and by the rules of Cabinet 2 or more are significant"
    assert not key(desk, "one")[0]
    assert key(desk, "all")[0]


def test_what_a_file_says_stands_and_what_the_rules_say_is_told(desk: Office) -> None:
    desk.load(council(item(value="3000000", key_decision="false"), item("said", value="100", key_decision="true")))
    assert not key(desk)[0]
    assert ("key-decision-doubtful", "cabinet") in desk.problems("plan")
    assert key(desk, "said")[0]
    assert ("key-decision-doubtful", "cabinet") in desk.problems("said")


def test_the_threshold_changes_between_notice_and_meeting(office: Office) -> None:
    """£2m was significant when notice was given for October; then Cabinet has it in November, under a new threshold."""
    office.load(council(item(value="2000000", target=OCTOBER, steps="{cabinet: {meeting: c-oct}}")))
    office.clock.to("2023-09-04 09:00")
    office.clerk.does("notice", item="plan", step="cabinet")
    assert "key-decision-doubtful" not in {code for code, _ in office.problems("plan")}
    office.clerk.does("bind", item="plan", step="cabinet", meeting="c-nov")
    doubt = next(p for p in office.plan("plan").problems if p.code == "key-decision-doubtful")
    assert doubt.message == (
        "For Cabinet on 9 November 2023 it would be no key decision, because its value of £2,000,000 is under the "
        "£2,200,000 that the rules of Cabinet in force from 1 November 2023 take for significant, but it is down as "
        "one. Notice was given on 4 September 2023. Let it stand, or say that it is none."
    )
    assert key(office)[0], "what was noticed stays a key decision until somebody says otherwise"


def test_the_answer_changed_after_notice_is_flagged_and_kept(office: Office) -> None:
    office.load(council(item(value="2000000", target=OCTOBER, steps="{cabinet: {meeting: c-oct}}")))
    office.clock.to("2023-09-04 09:00")
    office.clerk.does("notice", item="plan", step="cabinet")
    office.clock.to("2023-09-06 09:00")
    said = office.lead.does("key-decision", item="plan", value=900000, reason="The bid came in lower")
    assert said == (
        "It is no key decision, because its value of £900,000 is under the £1,700,000 that the rules of Cabinet take "
        "for significant. Notice was given before (Cabinet, 4 September 2023): check whether it has to be given again."
    )
    assert ("key-decision-changed", "cabinet") in office.problems("plan")
    assert office.plan("plan").step("cabinet").notice_by is None
    assert office.story("plan")[-1] == "Worth £900,000. Reason: The bid came in lower"
    assert office.verify().ok


def test_the_lead_says_so_with_a_reason_and_nobody_else(desk: Office) -> None:
    desk.load(council(item(value="3000000")))
    with pytest.raises(NotPermitted):
        desk.clerk.does("key-decision", item="plan", key_decision=False, reason="It is treasury management")
    with pytest.raises(Refused, match="A reason is needed"):
        desk.lead.does("key-decision", item="plan", key_decision=False)
    desk.lead.does("key-decision", item="plan", key_decision=False, reason="It is treasury management")
    assert key(desk) == (False, "It is treasury management")
    assert "key-decision-doubtful" not in {code for code, _ in desk.problems("plan")}, "somebody looked at it"


def test_nothing_to_compare_with_is_said(desk: Office) -> None:
    desk.load(WORLD + route(CHAIN) + "items:\n" + item())
    with pytest.raises(Refused, match="say yes or no"):
        desk.lead.does("key-decision", item="plan", value=900000, reason="The bid came in lower")
