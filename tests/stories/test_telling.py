"""Whom an outcome concerns is written to in the same transaction: once, and of nothing that they may not see."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from models.outbox import letters
from tests.office import LANCASHIRE, Office

APPRAISAL = "options-appraisal-2023"

#: A council whose Cabinet decides after its Board has endorsed; two partners answer for themselves at the end.
TOWN = """
organisations:
  - {id: town, name: Town Council, kind: council}
  - {id: trust, name: Harbour Trust, kind: nhs}
forums:
  - {id: board, organisation: town, name: Board, form: committee}
  - {id: cabinet, organisation: town, name: Cabinet, form: committee}
  - {id: trust-board, organisation: trust, name: Trust Board, form: committee}
people:
  - {id: owner, name: Head of Plans, email: owner@example.org, roles: [{role: author}]}
  - {id: clerk, name: Board clerk, email: clerk@example.org, roles: [{role: secretary, forum: board}]}
  - {id: cabinet-clerk, name: Cabinet clerk, email: cabinet@example.org, roles: [{role: secretary, forum: cabinet}]}
  - {id: deputy, name: Deputy Cabinet clerk, roles: [{role: secretary, forum: cabinet}]}
  - {id: lead, name: Governance lead, email: lead@example.org, roles: [{role: lead, organisation: town}]}
  - {id: trust-lead, name: Trust lead, email: trust@example.org, roles: [{role: lead, organisation: trust}]}
  - {id: auditor, name: Auditor, email: auditor@example.org, roles: [{role: auditor}]}
routes:
  - route: plan
    title: Plan
    stages:
      - {id: board, forum: board, ask: endorse}
      - {id: cabinet, forum: cabinet, ask: agree, decisive: true, refer_back_to: board}
items:
  - {id: plan, title: The secret plan, type: plan, route: plan, organisation: town, owner: owner,
     recommendations: [Endorse the plan, Agree the plan]}
"""
EXEMPT = TOWN.replace(
    "owner: owner,", 'owner: owner, part: II, exemption: {basis: "Schedule 12A", paragraphs: [3], reason: "Prices"},'
)


@pytest.fixture
def town(office: Office) -> Office:
    """The Town Council on 18 July 2023."""
    office.load(TOWN)
    return office


def told(office: Office) -> list[dict[str, Any]]:
    """Every letter in the outbox."""
    with office.runtime.looking() as look:
        return [dict(row) for row in look.db.execute(select(letters).order_by(letters.c.id)).mappings()]


def posts(office: Office) -> list[str]:
    """Who was written to, in order of their posts' ids."""
    return sorted(letter["person"] for letter in told(office))


def read_by_now(office: Office) -> set[str]:
    """The letters that there are already."""
    return {letter["id"] for letter in told(office)}


def new(office: Office, read: set[str]) -> list[dict[str, Any]]:
    """The letters that have come since."""
    return [letter for letter in told(office) if letter["id"] not in read]


def test_owner_lead_and_whoever_comes_next_are_told(town: Office) -> None:
    town.clerk.records("plan", "board", "endorsed")
    assert posts(town) == ["cabinet-clerk", "lead", "owner"]
    letter = next(letter for letter in told(town) if letter["person"] == "cabinet-clerk")
    assert (letter["kind"], letter["item"], letter["step"]) == ("outcome", "plan", "board")
    assert letter["to"] == "cabinet@example.org"
    assert letter["subject"] == "Board, endorsed: The secret plan"
    assert "it now comes to Cabinet" in letter["body"]
    assert "/items/plan" in letter["body"]


def test_nobody_is_told_of_what_they_recorded_themselves(town: Office) -> None:
    town.cabinet_clerk.records("plan", "cabinet", "deferred", reason="Costs")
    assert posts(town) == ["lead", "owner"]


def test_the_operator_tells_everybody(town: Office) -> None:
    town.operator.records("plan", "board", "endorsed")
    assert posts(town) == ["cabinet-clerk", "lead", "owner"]


def test_who_holds_several_posts_is_told_once(town: Office) -> None:
    town.load(
        TOWN.replace("roles: [{role: author}]", "roles: [{role: author}, {role: lead, organisation: town}]"),
        update=True,
    )
    town.clerk.records("plan", "board", "endorsed")
    assert posts(town) == ["cabinet-clerk", "lead", "owner"]


def test_who_owes_something_for_a_condition_is_told_that_first(town: Office) -> None:
    condition = {"text": "Costs first", "owner": "owner"}
    town.clerk.records("plan", "board", "endorsed", conditions=[condition])
    assert posts(town) == ["cabinet-clerk", "lead", "owner"]
    letter = next(letter for letter in told(town) if letter["person"] == "owner")
    assert "you have to see to one of its conditions" in letter["body"]


def test_a_referral_back_tells_the_forum_that_it_goes_back_to(town: Office) -> None:
    town.clerk.records("plan", "board", "endorsed")
    before = read_by_now(town)
    town.clock.to("2023-07-20 12:00")
    town.cabinet_clerk.records("plan", "cabinet", "referred-back", reason="Ask the Board again")
    assert sorted(letter["person"] for letter in new(town, before)) == ["clerk", "lead", "owner"]


def test_a_correction_says_that_it_is_one(town: Office) -> None:
    town.clerk.records("plan", "board", "endorsed")
    before = read_by_now(town)
    town.clerk.corrects("plan", "board", "agreed", "The minutes say so")
    letter = next(letter for letter in new(town, before) if letter["person"] == "owner")
    assert letter["subject"] == "Corrected: Board, agreed: The secret plan"
    assert "corrected" in letter["body"]


def test_what_is_refused_tells_nobody(town: Office) -> None:
    with pytest.raises(Exception, match="lies ahead"):
        town.clerk.records("plan", "board", "endorsed", on="2023-08-01")
    assert told(town) == []


def test_loading_tells_nobody(office: Office) -> None:
    office.load(LANCASHIRE)
    assert told(office) == []


def test_a_rehearsal_tells_nobody_and_changes_nothing(town: Office) -> None:
    from workflow.actions import ACTIONS

    action = ACTIONS["record"]
    form = action.form.model_validate({"item": "plan", "step": "board", "outcome": "endorsed", "by": "clerk"})
    done, plans = town.runtime.rehearse(action.run, form, "clerk")
    assert "endorsed" in done.sentence and plans["plan"].now == ("cabinet",)
    assert told(town) == [] and town.step("plan", "board")["outcome"] is None
    assert town.verify().ok


def test_an_exempt_item_is_not_named_and_told_only_to_those_on_its_route(office: Office) -> None:
    office.load(EXEMPT)
    office.clerk.records("plan", "board", "endorsed", text="RESOLVED: That the price be £5.")
    assert posts(office) == ["cabinet-clerk", "lead", "owner"]
    for letter in told(office):
        assert "secret" not in letter["subject"] + letter["body"]
        assert "£5" not in letter["body"]
        assert "/items/plan" in letter["body"]


def test_other_items_are_not_named_to_those_who_may_not_see_them(office: Office) -> None:
    office.load(LANCASHIRE)
    office.clock.to("2023-08-21 12:00")
    office.icb_governance_lead.corrects(
        "place-integration-deal-2023", "icb-board", "deferred", "Not decided after all", decided="2023-07-05"
    )
    before = read_by_now(office)
    office.place_secretary.records(APPRAISAL, "place-partnership", "endorsed")
    for letter in new(office, before):
        assert "Place Integration Deal" not in letter["body"]
        assert "⟦" not in letter["body"]


def test_letters_of_one_act_are_written_in_one_statement(desk: Office) -> None:
    from sqlalchemy import event

    desk.load(TOWN)
    inserts = []

    def count(_db: object, _cursor: object, statement: str, _said: object, _context: object, many: bool) -> None:
        if "post_letters" in statement and statement.startswith("INSERT"):
            inserts.append(many)

    event.listen(desk.runtime.engine, "before_cursor_execute", count)
    desk.clerk.records("plan", "board", "endorsed")
    assert inserts == [True]


def test_a_line_end_in_a_title_does_not_get_into_the_head_of_a_letter(desk: Office) -> None:
    desk.load(TOWN.replace("title: The secret plan", 'title: "Plan\\nBcc: all@example.org"'))
    desk.clerk.records("plan", "board", "endorsed")
    assert {letter["subject"] for letter in told(desk)} == {"Board, endorsed: Plan Bcc: all@example.org"}
