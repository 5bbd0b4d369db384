"""Whether an item is a key decision: worked out from dated thresholds, kept with its reason, flagged when changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from models.items import items
from tests.builders import CHAIN, WORLD, item, route
from tests.office import Office
from tests.properties.copies import copies_of
from workflow.errors import Faulty, NotPermitted, Refused
from workflow.queries.item_page import item_page
from workflow.use_cases import answers
from workflow.use_cases.key_decisions import KeyDecision
from workflow.visibility import reader_of

Fresh = Callable[[], Office]

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


def changed(office: Office) -> bool:
    return ("key-decision-changed", "cabinet") in office.problems("plan")


NOTICED = council(item(key_decision="true", steps="{cabinet: {meeting: c-oct}}"))


def test_what_was_decided_as_a_key_decision_stays_one(desk: Office) -> None:
    """Otherwise a notice that was missing would be missed by nobody any more."""
    desk.load(council(item(value="2000000", steps="{cabinet: {meeting: c-oct}}", target=OCTOBER)))
    desk.clock.to("2023-10-12 20:00")
    desk.clerk.records("plan", "cabinet", "agreed", "2023-10-12")
    for said in ({"key_decision": False}, {"value": 5}, {"key_decision": False, "on": "2023-09-01"}):
        with pytest.raises(Refused, match="dealt with it as a key decision on 12 October 2023, so it stays one"):
            desk.lead.does("key-decision", item="plan", reason="It is small", **said)
    desk.lead.does("key-decision", item="plan", key_decision=True, value=5_000_000, reason="It grew")
    assert key(desk)[0]


def test_what_was_only_noted_or_decided_as_none_may_still_become_one(desk: Office) -> None:
    desk.load(NOTICED)
    desk.clock.to("2023-10-12 20:00")
    desk.clerk.records("plan", "cabinet", "noted", "2023-10-12")
    desk.lead.does("key-decision", item="plan", key_decision=False, reason="It is small")
    desk.clerk.corrects("plan", "cabinet", "agreed", "It was agreed", "2023-10-12")
    desk.lead.does("key-decision", item="plan", key_decision=True, reason="It was one all along")
    assert key(desk)[0]


def test_back_to_the_answer_that_the_notice_gave_is_no_change(office: Office) -> None:
    office.load(NOTICED)
    office.clock.to("2023-09-04 09:00")
    office.clerk.does("notice", item="plan", step="cabinet")
    office.lead.does("key-decision", item="plan", key_decision=False, reason="It is small", on="2023-09-01")
    assert changed(office), "it was said after the notice, whatever day it bears"
    office.lead.does("key-decision", item="plan", key_decision=False, reason="It is small indeed")
    assert changed(office), "saying it again hides nothing"
    office.lead.does("key-decision", item="plan", key_decision=True, reason="It is not")
    assert not changed(office)
    office.lead.does("key-decision", item="plan", key_decision=False, reason="It is small after all")
    office.clerk.does("notice", item="plan", step="cabinet")
    assert not changed(office), "notice was given again, of what it is now"


@pytest.fixture
def fresh(prepared_sqlite: Path, tmp_path: Path) -> Iterator[Fresh]:
    with copies_of(prepared_sqlite, tmp_path) as opened:
        yield opened


def same_when_taken_elsewhere(office: Office, fresh: Fresh, *names: str) -> None:
    text = office.dump()
    other = fresh()
    other.clock.at = office.clock.at
    other.load(text)
    assert other.dump() == text
    for name in names or ("plan",):
        assert key(other, name) == key(office, name)
        assert other.plan(name) == office.plan(name)
    again = office.load(text)
    assert (again.new, again.changed, again.acts) == (0, 0, 0)


HIGHER = """\
rules:
  - {id: executive, key_decision: {value: 9000000, divisions: 2}}
"""
LATER = """\
rules:
  - id: executive
    from: 2023-10-01
    executive: true
    key_decision: {value: 9000000, divisions: 2}
"""


def test_a_dump_keeps_the_answers_that_were_worked_out_by_rules_of_then(fresh: Fresh) -> None:
    office = fresh()
    first = council(
        item(value="2000000", target=OCTOBER), item("put-right", target=OCTOBER), item("unknown"),
        item("said", key_decision="true"),
    )  # fmt: skip
    office.load(first)
    office.lead.does("key-decision", item="put-right", value=2_000_000, reason="It is known now")
    office.load(HIGHER, update=True)
    office.load(LATER)
    office.load(
        "decision_routes: 1\nitems:\n" + item("later", value="2000000", target=OCTOBER)
        + item("draft", value="2000000", target=OCTOBER, state="draft")
    )  # fmt: skip
    office.load(HIGHER.replace("9000000", "1000"), update=True)
    office.load("items:\n  - {id: draft, target: 2023-09-29}\n", update=True)
    assert [key(office, name)[0] for name in ("plan", "put-right", "later", "draft")] == [True, True, False, True]
    same_when_taken_elsewhere(office, fresh, "plan", "put-right", "unknown", "said", "later", "draft")
    again = office.load(first.partition("\nrules:\n")[0] + "\nforums:\n" + first.partition("\nforums:\n")[2])
    assert (again.new, again.changed) == (0, 0), "the file that said nothing of it says the same"


def test_an_item_of_an_older_version_comes_back_as_it_was(fresh: Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    """It said nothing of key decisions, which meant that it was none."""
    office = fresh()
    with monkeypatch.context() as older:
        older.setattr(answers, "as_entry", lambda _item: {})
        older.setattr(answers.key_decisions, "of_route", lambda *_facts: None)
        office.load(council(item(value="2000000", target=OCTOBER)))
    assert "key_decision" not in office.history("plan")[0]["data"]["act"]["entry"]
    same_when_taken_elsewhere(office, fresh)
    assert not key(office)[0]


def test_divisions_that_nobody_named_are_not_known(desk: Office) -> None:
    desk.load(
        council(
            item(key_decision="true"), item("low", value="5", target=OCTOBER), item("none", divisions="[]", value="5")
        )
        .replace("key_decision: {value: 1700000, divisions: 2}", "key_decision: {divisions: 2}")
        .replace("key_decision: {value: 2200000, divisions: 2}", "key_decision: {divisions: 2}")
    )
    assert ("key-decision-doubtful", "cabinet") not in desk.problems("plan")
    assert key(desk, "low") == (False, None)
    assert key(desk, "none")[1] is not None and "fewer divisions than are significant" in (key(desk, "none")[1] or "")
    with pytest.raises(Refused, match="give the divisions that it affects, or say yes or no"):
        desk.lead.does("key-decision", item="plan", value=5, reason="Worked out")


def test_a_division_named_twice_is_one(desk: Office) -> None:
    desk.load(council(item(value="5", divisions="[North, North]", target=OCTOBER)))
    assert not key(desk)[0]


DRAFT = council(item(value="2000000", target=OCTOBER, state="draft"))


def test_a_draft_changed_otherwise_keeps_what_the_lead_said(fresh: Fresh) -> None:
    office = fresh()
    office.load(DRAFT)
    office.lead.does("key-decision", item="plan", key_decision=False, value=3_000_000, reason="Treasury management")
    office.load("items:\n  - {id: plan, title: Our plan}\n", update=True)
    assert key(office) == (False, "Treasury management")
    assert worth(office) == 3_000_000
    office.load(DRAFT.replace("A plan", "Our plan"))
    same_when_taken_elsewhere(office, fresh)
    office.load("items:\n  - {id: plan, target: 2023-11-30}\n", update=True)
    assert key(office)[1] == (
        "its value of £3,000,000 is at or over the £2,200,000 that the rules of Cabinet in force from "
        "1 November 2023 take for significant"
    ), "it rests on the day, and on the value that the lead put right"
    same_when_taken_elsewhere(office, fresh)
    office.load("items:\n  - {id: plan, value: 5}\n", update=True)
    assert (key(office)[0], worth(office)) == (False, 5)
    office.load("items:\n  - {id: plan, key_decision: true}\n", update=True)
    assert key(office) == (True, None)
    same_when_taken_elsewhere(office, fresh)


def worth(office: Office) -> float | None:
    with office.runtime.looking() as look:
        found: float | None = look.db.execute(select(items.c.value).where(items.c.id == "plan")).scalar_one()
        return found


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, 2**60 + 1, -1])
def test_a_sum_that_nobody_has_is_refused(value: float) -> None:
    with pytest.raises(ValidationError, match="pounds"):
        KeyDecision(item="plan", value=value)


def test_divisions_in_a_file_are_all_or_a_list(desk: Office) -> None:
    act = "{action: key-decision, item: plan, divisions: some, reason: Known now, date: 2023-07-01}"
    with pytest.raises(Faulty) as faulty:
        desk.load(DRAFT + f"events:\n  - {act}\n")
    assert faulty.value.faults[0].endswith(
        "“divisions” must be the word all, or a list of names such as [North, South]"
    )
