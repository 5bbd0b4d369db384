"""Stages of every kind in the life of an item: partners in parallel, gates, consultations, individual decisions."""

from __future__ import annotations

import pytest

from tests.builders import case, item
from tests.office import Office
from workflow.errors import NotPermitted, Refused

PARTNERS = """\
- {id: partnership, forum: partnership, ask: endorse}
- {id: partners, each: parties, ask: approve, decisive: true, join: JOIN}
- {id: informed, forum: hwb, ask: receive}
"""
PARTIES = "[{organisation: council, forum: cabinet}, icb, trust]"


def partners(join: str) -> str:
    return case(stages=PARTNERS.replace("JOIN", join), items=item(parties=PARTIES))


def test_all_partners_must_approve_before_what_follows(office: Office) -> None:
    office.load(partners("all"))
    office.clock.to("2023-12-01 09:00")
    office.partnership_clerk.records("plan", "partnership", "endorsed", on="2023-08-02")
    assert office.item("plan")["now"] == ["partners:council", "partners:icb", "partners:trust"]
    office.clerk.records("plan", "partners:council", "approved", on="2023-10-12")
    office.icb_clerk.records("plan", "partners:icb", "approved", on="2023-10-25")
    assert office.states("plan")["informed"] == "waiting"
    office.trust_clerk.records("plan", "partners:trust", "approved", on="2023-10-26")
    assert office.item("plan")["now"] == ["informed"]
    office.clerk.records("plan", "informed", "received", on="2023-11-14")
    assert office.item("plan", on="2023-11-13")["state"] == "in-progress"
    assert office.item("plan", on="2023-11-14")["state"] == "complete"
    assert office.verify().ok


def test_enough_partners_release_what_follows_and_the_others_may_still_answer(office: Office) -> None:
    office.load(partners("{at_least: 2}"))
    office.clock.to("2023-12-01 09:00")
    office.partnership_clerk.records("plan", "partnership", "endorsed", on="2023-08-02")
    office.icb_clerk.records("plan", "partners:icb", "approved", on="2023-10-25")
    office.trust_clerk.records("plan", "partners:trust", "approved", on="2023-10-26")
    assert office.states("plan")["informed"] == "ready"
    office.clerk.records("plan", "informed", "received", on="2023-11-14")
    assert office.states("plan")["partners:council"] == "ended"
    with pytest.raises(Refused, match="The item was complete on 14 November 2023"):
        office.clerk.records("plan", "partners:council", "approved", on="2023-11-20")
    office.clerk.records("plan", "partners:council", "approved", on="2023-10-12")
    assert office.states("plan")["partners:council"] == "passed"


def test_one_refusal_ends_the_item_only_if_the_join_cannot_be_met_any_more(desk: Office) -> None:
    desk.load(partners("{at_least: 2}"))
    desk.clock.to("2023-12-01 09:00")
    desk.operator.records("plan", "partners:icb", "rejected", on="2023-10-25", reason="No money")
    assert desk.item("plan")["state"] == "in-progress"
    desk.operator.records("plan", "partners:trust", "rejected", on="2023-10-26", reason="No staff")
    assert desk.item("plan")["state"] == "rejected"


def test_partners_who_approved_different_versions_are_found(desk: Office) -> None:
    desk.load(partners("all"))
    desk.clock.to("2023-12-01 09:00")
    desk.operator.records("plan", "partnership", "endorsed", on="2023-08-02")
    desk.operator.records("plan", "partners:icb", "approved", on="2023-10-25")
    desk.author.does("submit", item="plan", step="partners:trust", version=2, on="2023-10-25")
    desk.operator.records("plan", "partners:trust", "approved", on="2023-10-26")
    assert ("version-differs", "partners:icb") in desk.problems("plan")


GATED = """\
- {id: first-the-deal, kind: gate, waits_for: {item: $deal, stage: board, outcome: decided}}
- {id: cabinet, forum: cabinet, ask: agree, decisive: true}
"""


def two_items() -> str:
    deal = "  - route: deal\n    title: Deal\n    for: [deal]\n    stages:\n"
    deal += "      - {id: board, forum: board, ask: decide, decisive: true}\n"
    text = case(stages=GATED, items=item(forums="{deal: deal}") + item("deal", route="deal", type="deal"))
    return text.replace("routes:\n", "routes:\n" + deal, 1)


def test_a_gate_opens_by_itself_when_the_other_item_is_decided(office: Office) -> None:
    office.load(two_items())
    plan = office.plan("plan", on="2023-08-01")
    assert [str(step.meeting) for step in plan.steps] == ["2023-10-25", "2023-11-09"]
    office.clock.to("2023-12-01 09:00")
    office.icb_clerk.records("deal", "board", "noted", on="2023-10-25")
    assert office.states("plan")["first-the-deal"] == "ready", "noting is not deciding"
    office.icb_clerk.corrects("deal", "board", "decided", "It was decided")
    assert office.states("plan") == {"first-the-deal": "passed", "cabinet": "ready"}
    assert office.kinds("plan") == ["created"], "what follows by itself is no event"
    with pytest.raises(Refused, match="opens by itself"):
        office.lead.does("open-gate", item="plan", step="first-the-deal")


def test_a_check_is_made_with_its_evidence_by_whom_the_route_names(office: Office) -> None:
    stages = """\
    - {id: readiness, kind: gate, waits_for: {check: Readiness assessed, by: lead, evidence: required}}
    - {id: cabinet, forum: cabinet, ask: agree, decisive: true}
    """
    office.load(case(stages=stages))
    assert ("gate-closed", "readiness") in office.problems("plan")
    assert office.plan("plan").finish is None
    with pytest.raises(NotPermitted):
        office.author.does("open-gate", item="plan", step="readiness", evidence="Form 4")
    with pytest.raises(Refused, match="needs evidence"):
        office.lead.does("open-gate", item="plan", step="readiness")
    office.lead.does("open-gate", item="plan", step="readiness", evidence="Form 4")
    assert office.item("plan")["now"] == ["cabinet"]
    with pytest.raises(Refused, match="open already"):
        office.lead.does("open-gate", item="plan", step="readiness", evidence="Form 4")
    assert office.plan("plan").finish is not None
    assert office.verify().ok


def test_a_check_by_somebody_by_name_is_for_nobody_else(desk: Office) -> None:
    stages = """\
    - {id: money, kind: gate, waits_for: {check: Money found, by: finance}}
    - {id: cabinet, forum: cabinet, ask: agree, decisive: true}
    """
    desk.load(case(stages=stages))
    with pytest.raises(NotPermitted, match="it is for Finance officer"):
        desk.lead.does("open-gate", item="plan", step="money")
    desk.finance.does("open-gate", item="plan", step="money")
    assert desk.item("plan")["now"] == ["cabinet"]


def test_a_consultation_and_an_individual_decision(office: Office) -> None:
    stages = """\
    - {id: consult, kind: consultation, body: Member practices, lasts: {days: 42, unit: calendar-days}}
    - {id: director, kind: individual, forum: director, ask: decide, decisive: true}
    """
    office.load(case(stages=stages))
    assert [str(step.meeting) for step in office.plan("plan").steps] == ["2023-08-29", "2023-08-30"]
    office.clock.to("2023-09-05 09:00")
    with pytest.raises(NotPermitted, match="the lead of Borough Council"):
        office.author.records("plan", "consult", "consulted")
    office.lead.records("plan", "consult", "consulted", on="2023-08-29", text="31 of 40 practices answered.")
    with pytest.raises(NotPermitted, match="the member of Director of Adult Services"):
        office.lead.records("plan", "director", "decided")
    office.das.records("plan", "director", "decided", on="2023-09-05", call_in_waived="Urgent: the grant ends")
    assert office.item("plan")["state"] == "complete"


def test_a_stage_that_does_not_apply_is_skipped_and_stands_for_what_is_before_it(desk: Office) -> None:
    stages = """\
    - {id: partnership, forum: partnership, ask: endorse}
    - {id: hwb, forum: hwb, ask: endorse, when: {value: {over: 1000000}}}
    - {id: cabinet, forum: cabinet, ask: agree, decisive: true}
    """
    desk.load(case(stages=stages, items=item(value="5000") + item("big-plan", value="2000000")))
    desk.clock.to("2023-12-01 09:00")
    assert desk.states("plan")["hwb"] == "skipped"
    assert desk.states("big-plan")["hwb"] == "waiting"
    with pytest.raises(Refused, match="does not apply"):
        desk.operator.records("plan", "hwb", "endorsed", on="2023-09-12")
    desk.operator.records("plan", "partnership", "endorsed", on="2023-08-02")
    assert desk.item("plan")["now"] == ["cabinet"]


def test_the_report_is_submitted_cleared_and_put_on_the_agenda(office: Office) -> None:
    stages = "- {id: cabinet, forum: cabinet, ask: agree, decisive: true, clearances: [finance]}"
    office.load(case(stages=stages, items=item(key_decision="true")))
    with pytest.raises(Refused, match="not on a meeting"):
        office.clerk.does("agenda", item="plan", step="cabinet")
    office.clerk.does("bind", item="plan", step="cabinet", meeting="c-oct")
    assert office.states("plan") == {"cabinet": "scheduled"}
    with pytest.raises(Refused, match="No report has been submitted"):
        office.clerk.does("agenda", item="plan", step="cabinet")
    assert "Still to be cleared by finance" in office.author.does("submit", item="plan", step="cabinet")
    with pytest.raises(Refused, match="still has to be cleared by finance"):
        office.clerk.does("agenda", item="plan", step="cabinet")
    with pytest.raises(NotPermitted, match="the clearer of finance"):
        office.author.does("clear", item="plan", step="cabinet", area="finance", cleared=True)
    office.finance.does("clear", item="plan", step="cabinet", area="finance", cleared=True)
    office.clerk.does("agenda", item="plan", step="cabinet")
    assert office.states("plan") == {"cabinet": "on-agenda"}
    office.author.does("submit", item="plan", step="cabinet", version=2)
    assert office.states("plan") == {"cabinet": "submitted"}
    with pytest.raises(Refused, match="Version 2 still has to be cleared by finance"):
        office.clerk.does("agenda", item="plan", step="cabinet")
    office.clerk.does("notice", item="plan", step="cabinet")
    office.clock.to("2023-10-12 20:00")
    assert ("notice-too-late", "cabinet") not in office.problems("plan")
    office.clerk.records("plan", "cabinet", "agreed")
    assert office.verify().ok


def test_papers_that_wait_for_an_outcome_are_not_taken_before_it(desk: Office) -> None:
    stages = """\
    - {id: partnership, forum: partnership, ask: endorse}
    - {id: cabinet, forum: cabinet, ask: agree, papers: after-outcome, decisive: true}
    """
    desk.load(case(stages=stages))
    desk.clock.to("2023-08-03 09:00")
    with pytest.raises(Refused, match="only after partnership has been dealt with"):
        desk.author.does("submit", item="plan", step="cabinet")
    desk.operator.records("plan", "partnership", "endorsed", on="2023-08-02")
    desk.author.does("submit", item="plan", step="cabinet")
    assert desk.states("plan")["cabinet"] == "submitted"


def test_hold_resume_and_withdrawal(office: Office) -> None:
    office.load(case(items=item(state="draft")))
    with pytest.raises(Refused, match="is a draft: start it first"):
        office.operator.records("plan", "partnership", "endorsed", on="2023-07-01")
    office.author.does("start", item="plan")
    with pytest.raises(Refused, match="has started already"):
        office.author.does("start", item="plan")
    with pytest.raises(NotPermitted):
        office.author.does("hold", item="plan", reason="Survey")
    office.lead.does("hold", item="plan", reason="Waiting for the survey")
    assert office.item("plan")["state"] == "on-hold"
    with pytest.raises(Refused, match="is on hold: resume it first"):
        office.clerk.does("bind", item="plan", step="hwb", meeting="h-sep")
    office.lead.does("resume", item="plan", reason="The survey is in")
    office.author.does("withdraw", item="plan", reason="No longer needed")
    found = office.item("plan")
    assert (found["state"], found["now"], set(office.states("plan").values())) == ("withdrawn", [], {"ended"})
    with pytest.raises(Refused, match="was withdrawn on 18 July 2023"):
        office.clerk.does("bind", item="plan", step="hwb", meeting="h-sep")
    assert office.verify().ok
