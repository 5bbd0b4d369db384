"""Notices, exceptions, urgency and publication: recorded as they happened, also where they came too late."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from models.steps import formalities
from tests.builders import WORLD, item, route
from tests.office import Office
from workflow.dossiers import Row
from workflow.errors import NotPermitted, Refused
from workflow.queries.views import view

RULES = """\
    call_in: {days: 3, unit: clear-working-days}
    private_meeting_notice: {days: 28, unit: clear-calendar-days}
    private_meeting_notice_again: {days: 5, unit: clear-working-days}
    decision_published: {days: 2, unit: working-days}
    documents_to_members: {hours: 24}
"""
STAGES = """\
- {id: hwb, forum: hwb, ask: endorse}
- {id: cabinet, forum: cabinet, ask: agree, decisive: true, after: []}
- {id: director, kind: individual, forum: director, ask: decide, after: [cabinet]}
"""
MEETINGS = """
meetings:
  - {id: c-dec-2022, forum: cabinet, date: 2022-12-14, time: "14:00"}
  - {id: c-5-oct, forum: cabinet, date: 2023-10-05, time: "14:00"}
  - {id: c-6-sep, forum: cabinet, date: 2023-09-06, time: "14:00"}
"""
EXEMPTION = "{basis: Local Government Act 1972 Schedule 12A, paragraphs: [3], reason: Bids are open}"
WORLD_WITH_RULES = WORLD.replace("    call_in: {days: 3, unit: clear-working-days}\n", RULES, 1)
SALE = {"item": "sale", "step": "cabinet"}
PLAN = {"item": "plan", "step": "cabinet"}


def begins(office: Office, on: str = "2023-09-01", meeting: str = "c-oct") -> None:
    """A key decision on a plan in public, and one on a sale in private, both on their way to one meeting of Cabinet."""
    steps = "{cabinet: {meeting: " + meeting + ", papers: verbal}}"
    items = item("plan", key_decision="true", steps=steps)
    items += item("sale", title="Sale of Zinnia Farm", key_decision="true", part="II", exemption=EXEMPTION, steps=steps)
    office.load(WORLD_WITH_RULES + route(STAGES) + "items:\n" + items, MEETINGS)
    office.clock.to(f"{on} 09:00")


def on_record(office: Office, name: str = "sale") -> dict[str, Row]:
    with office.runtime.looking() as look:
        rows = look.db.execute(select(formalities).where(formalities.c.item == name)).mappings()
        return {row["kind"]: dict(row) for row in rows}


def the_step(office: Office, name: str = "sale", step: str = "cabinet") -> Any:
    with office.runtime.looking() as look:
        case = view(look, [name]).dossiers[name].case()
        return next(one for one in case.steps if one.id == step)


def test_a_private_meeting_is_announced_twice(office: Office) -> None:
    begins(office)
    said = office.clerk.does("private-notice", **SALE, on="2023-09-01")
    assert said == "Notice that Cabinet is to deal with it in private was given on 1 September 2023."
    office.clock.to("2023-10-04 09:00")
    said = office.clerk.does(
        "private-notice-again", **SALE, on="2023-10-04", representations="It should be open", response="Prices"
    )
    assert said == "Notice that Cabinet is to deal with it in private was given again on 4 October 2023."
    step = the_step(office)
    assert (step.private_notice_on, step.private_notice_again_on) == (date(2023, 9, 1), date(2023, 10, 4))
    assert office.story("sale")[-2:] == [
        "Notice given that the meeting is to be private.",
        "Notice given again that the meeting is to be private. Representations: It should be open Response: Prices",
    ]
    assert office.verify().ok


def test_notice_of_a_private_meeting_too_late_is_recorded_as_what_it_is(desk: Office) -> None:
    begins(desk, "2023-10-10")
    said = desk.clerk.does("private-notice", **SALE, on="2023-09-20")
    assert "That leaves 21 clear days instead of 28 before 12 October 2023, so it does not count as kept" in said
    assert "later meeting" in said
    assert "(urgency)" in said
    said = desk.clerk.does("private-notice-again", **SALE, on="2023-10-09")
    assert "That leaves 2 clear working days instead of 5 before 12 October 2023" in said
    assert the_step(desk).private_notice_on == date(2023, 9, 20)


def test_notice_of_a_private_meeting_is_refused_where_it_means_nothing(desk: Office) -> None:
    begins(desk)
    with pytest.raises(Refused, match=r"in public \(Part I\)"):
        desk.clerk.does("private-notice", **PLAN)
    with pytest.raises(Refused, match="rules of executives, and Health and Wellbeing Board has no such rules"):
        desk.clerk.does("private-notice", item="sale", step="hwb")
    with pytest.raises(Refused, match="decides outside a meeting"):
        desk.operator.does("private-notice", item="sale", step="director")
    with pytest.raises(Refused, match="2 September 2023 lies ahead"):
        desk.clerk.does("private-notice", **SALE, on="2023-09-02")
    with pytest.raises(NotPermitted, match="the secretary of Cabinet"):
        desk.author.does("private-notice", **SALE)
    with pytest.raises(Refused, match="Say also what was answered"):
        desk.clerk.does("private-notice-again", **SALE, representations="It should be open")
    with pytest.raises(Refused, match="Say also which representations"):
        desk.clerk.does("private-notice-again", **SALE, response="Prices")
    assert "No first notice is on record" in desk.clerk.does("private-notice-again", **SALE, on="2023-08-20")
    with pytest.raises(Refused, match="second notice was given on 20 August 2023"):
        desk.clerk.does("private-notice", **SALE, on="2023-08-21")


def test_the_notice_of_2022_left_21_clear_days_and_special_urgency_was_used(office: Office) -> None:
    begins(office, "2022-12-14", "c-dec-2022")
    said = office.clerk.does("notice", **PLAN, on="2022-11-22")
    assert said.startswith("Notice of the decision of Cabinet was given on 22 November 2022. That leaves 21 clear days")
    assert "21 clear days instead of 28 before 14 December 2022, so it does not count as kept" in said
    said = office.clerk.does(
        "urgency", **PLAN, on="2022-12-01", agreed_by="Chair of scrutiny", reason="The grant ends on 16 December"
    )
    assert said.startswith("Special urgency: Chair of scrutiny agreed on 1 December 2022 that Cabinet may decide it")
    assert office.story("plan")[-1] == (
        "Special urgency agreed by Chair of scrutiny. Reason: The grant ends on 16 December"
    )
    assert the_step(office, "plan").special_urgency_on == date(2022, 12, 1)
    office.clerk.records("plan", "cabinet", "agreed", on="2022-12-14")
    assert office.verify().ok


def test_notice_in_time_is_praised_by_nobody(desk: Office) -> None:
    begins(desk, "2023-09-06", "c-5-oct")
    assert desk.clerk.does("notice", **PLAN) == "Notice of the decision of Cabinet was given on 6 September 2023."


def test_a_general_exception_says_from_when_on_it_may_be_decided(office: Office) -> None:
    begins(office, "2023-09-27", "c-5-oct")
    said = office.clerk.does("exception", **PLAN, agreed_by="Chair of scrutiny", reason="The offer came late")
    assert said == (
        "General exception: notice to Chair of scrutiny was given on 27 September 2023. Cabinet may decide it from "
        "5 October 2023 on, once 5 clear working days have passed. Publish the notice with its reasons."
    )
    assert the_step(office, "plan").general_exception_on == date(2023, 9, 27)
    office.clock.to("2023-09-28 09:00")
    late = office.clerk.does("exception", **PLAN, reason="The offer came late")
    assert "and not on 27 September 2023 as was recorded before" in late
    assert "That leaves 4 clear working days instead of 5 before 5 October 2023, so it does not count as kept" in late
    assert on_record(office, "plan")["general-exception"]["agreed_by"] is None
    assert office.kinds("plan").count("general-exception-noted") == 2, "what was recorded first stays in the history"
    assert office.verify().ok


def test_exceptions_and_urgency_need_a_key_decision_reasons_and_an_executive(desk: Office) -> None:
    begins(desk)
    desk.load("items:\n" + item("small"))
    with pytest.raises(Refused, match="not a key decision"):
        desk.clerk.does("exception", item="small", step="cabinet", reason="Late")
    with pytest.raises(Refused, match="neither a key decision nor private"):
        desk.clerk.does("urgency", item="small", step="cabinet", agreed_by="Chair", reason="Late")
    with pytest.raises(Refused, match="Health and Wellbeing Board has no such rules"):
        desk.clerk.does("exception", item="plan", step="hwb", reason="Late")
    with pytest.raises(Refused, match="A reason is needed to use the general exception"):
        desk.clerk.does("exception", **PLAN)
    with pytest.raises(Refused, match="A reason is needed"):
        desk.clerk.does("urgency", **PLAN, agreed_by="Chair of scrutiny")
    with pytest.raises(Refused, match="Say who agreed that it is urgent"):
        desk.clerk.does("urgency", **PLAN, reason="The grant ends")
    for action in ("exception", "urgency"):
        with pytest.raises(NotPermitted, match="the secretary of Cabinet"):
            desk.lead.does(action, **PLAN, agreed_by="Chair of scrutiny", reason="Late")


def test_an_individual_decision_can_be_made_under_the_exception_too(desk: Office) -> None:
    begins(desk, "2023-09-27")
    said = desk.operator.does("exception", item="plan", step="director", reason="The offer came late")
    assert "Director of Adult Services may decide it from 5 October 2023 on" in said


def test_an_urgent_item_needs_the_chair_and_the_circumstances(office: Office) -> None:
    begins(office, "2023-09-12")
    urgent = {"item": "plan", "step": "hwb", "agreed_by": "Chair of the Board", "reason": "Winter funding came today"}
    said = office.chair.does("urgent-item", **urgent)
    assert said == (
        "Chair of the Board took it as an urgent item of Health and Wellbeing Board on 12 September 2023. The minutes "
        "have to state the special circumstances."
    )
    office.clerk.does("urgent-item", **urgent | {"reason": "Winter funding came yesterday"})
    assert office.story("plan")[-1] == (
        "Taken as an urgent item by Chair of the Board. Reason: Winter funding came yesterday"
    )
    assert the_step(office, "plan", "hwb").urgent_item_on == date(2023, 9, 12)


def test_what_was_on_the_published_agenda_is_no_urgent_item(desk: Office) -> None:
    begins(desk, "2023-10-11")
    said = {"agreed_by": "Chair", "reason": "The grant ends"}
    with pytest.raises(Refused, match="Say who took it as urgent"):
        desk.clerk.does("urgent-item", **PLAN, reason="The grant ends")
    with pytest.raises(Refused, match="special circumstances"):
        desk.clerk.does("urgent-item", **PLAN, agreed_by="Chair")
    with pytest.raises(NotPermitted, match="the secretary of Cabinet or the chair of Cabinet"):
        desk.lead.does("urgent-item", **PLAN, **said)
    with pytest.raises(Refused, match="decides outside a meeting"):
        desk.operator.does("urgent-item", item="plan", step="director", **said)
    desk.clerk.does("agenda", **PLAN, on="2023-10-04")
    with pytest.raises(Refused, match="on the agenda of Cabinet since 4 October 2023, which was published in time"):
        desk.clerk.does("urgent-item", **PLAN, **said)
    desk.clerk.does("unbind", **PLAN)
    desk.clerk.does("bind", **PLAN, meeting="c-oct")
    desk.clerk.does("agenda", **PLAN)
    assert desk.clerk.does("urgent-item", **PLAN, **said).startswith("Chair took it"), "it came onto the agenda late"


def test_what_had_to_come_before_the_decision_says_so(desk: Office) -> None:
    begins(desk, "2023-10-13")
    with pytest.raises(Refused, match="Cabinet met on 12 October 2023, before 13 October 2023"):
        desk.clerk.does("private-notice", **SALE)
    desk.clerk.records("sale", "cabinet", "agreed", on="2023-10-12")
    with pytest.raises(Refused, match="has already resolved “agreed” on 12 October 2023; it is too late to give"):
        desk.clerk.does("private-notice", **SALE)
    desk.clerk.does("private-notice", **SALE, on="2023-09-01")
    assert the_step(desk).private_notice_on == date(2023, 9, 1), "it was given in time and is only entered late"
    assert desk.verify().ok


def test_publication_begins_the_time_for_a_call_in(office: Office) -> None:
    begins(office, "2023-10-17")
    office.clerk.records("plan", "cabinet", "agreed", on="2023-10-12")
    assert office.plan("plan").step("cabinet").effective == date(2023, 10, 20), (
        "published by the 16th, as the rule has it"
    )
    said = office.clerk.does("publish", **PLAN)
    assert said == (
        "The decision of Cabinet was published on 17 October 2023. It was due by 16 October 2023. It can be called in "
        "before 23 October 2023, when it takes effect."
    )
    assert office.plan("plan").step("cabinet").effective == date(2023, 10, 23)
    with pytest.raises(Refused, match="is on record as published on 17 October 2023. If that day is wrong, correct"):
        office.clerk.does("publish", **PLAN, on="2023-10-13")
    office.clerk.corrects("plan", "cabinet", "agreed", "Published earlier", published="2023-10-13")
    assert office.plan("plan").step("cabinet").effective == date(2023, 10, 19)
    assert office.verify().ok


def test_a_correction_keeps_the_publication_and_agrees_with_it(desk: Office) -> None:
    begins(desk, "2023-10-17")
    desk.clerk.records("plan", "cabinet", "agreed", on="2023-10-12")
    desk.clerk.does("publish", **PLAN, on="2023-10-13")
    desk.clerk.corrects("plan", "cabinet", "approved", "Wrong word")
    assert the_step(desk, "plan").published_on == date(2023, 10, 13)
    with pytest.raises(Refused, match="cannot have been published on 13 October 2023, before 16 October 2023"):
        desk.clerk.corrects("plan", "cabinet", "approved", "Wrong day", decided="2023-10-16")
    desk.clerk.corrects("plan", "cabinet", "approved", "Wrong day", cleared=["published"], decided="2023-10-16")
    assert the_step(desk, "plan").published_on is None


def test_only_what_was_decided_can_be_published(desk: Office) -> None:
    begins(desk, "2023-10-17")
    with pytest.raises(Refused, match="Nothing has been recorded for Cabinet yet"):
        desk.clerk.does("publish", **PLAN)
    desk.clerk.records("plan", "cabinet", "deferred", on="2023-10-12", until="c-nov")
    with pytest.raises(Refused, match="decided only on 12 October 2023"):
        desk.clerk.does("publish", **PLAN, on="2023-10-11")
    with pytest.raises(Refused, match="lies ahead"):
        desk.clerk.does("publish", **PLAN, on="2023-10-18")
    with pytest.raises(NotPermitted, match="the secretary of Cabinet"):
        desk.author.does("publish", **PLAN)
    desk.clerk.does("publish", **PLAN)
    assert the_step(desk, "plan").published_on is None, "the round that begins has not been published"
    gate = "- {id: ready, kind: gate, waits_for: {date: 2023-01-01}}\n" + STAGES.replace("after: []", "after: [ready]")
    desk.load(route(gate, "gated") + "items:\n" + item("gated", route="gated"))
    with pytest.raises(Refused, match="has no forum"):
        desk.operator.does("publish", item="gated", step="ready")


def test_members_get_the_documents_of_what_was_decided_without_the_public(office: Office) -> None:
    begins(office, "2023-10-16")
    with pytest.raises(Refused, match="Nothing has been recorded for Cabinet yet"):
        office.clerk.does("documents", **SALE)
    office.clerk.records("sale", "cabinet", "agreed", on="2023-10-12")
    office.clerk.records("plan", "cabinet", "agreed", on="2023-10-12")
    with pytest.raises(Refused, match="decided it in public"):
        office.clerk.does("documents", **PLAN)
    said = office.clerk.does("documents", **SALE)
    assert said.endswith("That is later than 24 hours after the decision of 12 October 2023, so it is not kept.")
    said = office.clerk.does("documents", **SALE, on="2023-10-13")
    assert said == (
        "The documents of the decision of Cabinet were given to members on 13 October 2023, and not on 16 October "
        "2023 as was recorded before."
    )
    office.das.records("plan", "director", "decided", on="2023-10-16")
    office.das.does("documents", item="plan", step="director")
    with pytest.raises(NotPermitted):
        office.finance.does("documents", item="plan", step="director")
    assert office.verify().ok


def test_who_agreed_to_waive_call_in_stands_with_the_waiver(office: Office) -> None:
    begins(office, "2023-10-12")
    waived = {"call_in_waived": "The grant ends tomorrow", "waiver_agreed_by": "Chair of scrutiny"}
    office.clerk.records("plan", "cabinet", "agreed", **waived)
    assert on_record(office, "plan").keys() == {"call-in-waiver"}
    assert office.story("plan")[-1].endswith("Call-in waived, agreed by Chair of scrutiny: The grant ends tomorrow")
    office.clerk.corrects("plan", "cabinet", "approved", "Wrong word", **waived)
    assert on_record(office, "plan").keys() == {"call-in-waiver"}
    office.clerk.corrects("plan", "cabinet", "approved", "It was not waived")
    assert on_record(office, "plan") == {}
    office.clerk.corrects("plan", "cabinet", "deferred", "Nothing was decided", **waived)
    assert on_record(office, "plan").keys() == {"call-in-waiver"}
    with pytest.raises(ValueError, match="goes with the reason"):
        office.clerk.corrects("plan", "cabinet", "approved", "Who?", waiver_agreed_by="Chair of scrutiny")
    assert office.verify().ok


def test_a_file_says_who_agreed_to_waive_call_in(desk: Office) -> None:
    begins(desk, "2023-10-13")
    outcome = (
        "outcomes:\n  - {item: plan, step: cabinet, outcome: agreed, date: 2023-10-12, call_in_waived: The grant ends, "
        "waiver_agreed_by: Chair of scrutiny}\n"
    )
    desk.load(outcome)
    desk.load(outcome)
    assert on_record(desk, "plan").keys() == {"call-in-waiver"}
    assert desk.kinds("plan").count("recorded") == 1


def test_a_round_that_is_taken_back_takes_its_urgency_with_it(office: Office) -> None:
    begins(office, "2023-10-13")
    office.clerk.records("plan", "cabinet", "deferred", on="2023-10-12")
    urgent = {"agreed_by": "Chair of scrutiny", "reason": "The grant ends"}
    office.clerk.does("urgency", **PLAN, **urgent)
    office.clerk.corrects("plan", "cabinet", "agreed", "It was agreed")
    assert on_record(office, "plan") == {}
    office.clerk.corrects("plan", "cabinet", "deferred", "It was deferred after all")
    office.clerk.does("urgency", **PLAN, **urgent)
    assert on_record(office, "plan")["special-urgency"]["round"] == 2
    assert office.verify().ok


def test_papers_remember_when_they_came_and_went(office: Office) -> None:
    begins(office)
    hwb = {"item": "plan", "step": "hwb"}
    office.author.does("submit", **hwb, on="2023-08-20")
    office.clerk.does("bind", **hwb, meeting="h-sep", on="2023-08-21")
    office.clerk.does("agenda", **hwb, on="2023-08-25")
    step = the_step(office, "plan", "hwb")
    assert (step.submitted_on, step.agenda_on) == (date(2023, 8, 20), date(2023, 8, 25))
    office.clerk.does("bind", **hwb, meeting="h-oct")
    step = the_step(office, "plan", "hwb")
    assert (step.submitted_on, step.agenda_on) == (date(2023, 8, 20), None)
    office.clerk.does("agenda", **hwb)
    office.author.does("submit", **hwb, version=2)
    step = the_step(office, "plan", "hwb")
    assert (step.submitted_on, step.agenda_on) == (date(2023, 9, 1), None), "the new version is not on the agenda"
    assert office.verify().ok


def test_formalities_come_out_of_a_dump_and_in_again(desk: Office, tmp_path: Any, prepared_sqlite: Any) -> None:
    begins(desk, "2023-10-12")
    desk.clerk.does("private-notice", **SALE, on="2023-09-01", reason="Bids")
    desk.clerk.does("private-notice-again", **SALE, on="2023-10-04", representations="Open it", response="No")
    desk.clerk.does("exception", **SALE, on="2023-10-04", agreed_by="Chair of scrutiny", reason="Late offer")
    desk.clerk.does("urgency", **SALE, on="2023-10-10", agreed_by="Chair of scrutiny", reason="Later offer")
    desk.clerk.does("urgent-item", **SALE, agreed_by="Chair", reason="Latest offer")
    waived = {"call_in_waived": "It ends", "waiver_agreed_by": "Chair of scrutiny"}
    desk.clerk.records("sale", "cabinet", "agreed", **waived)
    desk.clerk.does("publish", **SALE)
    desk.clerk.does("documents", **SALE)
    dumped = desk.dump()
    path = tmp_path / "second.sqlite"
    path.write_bytes(prepared_sqlite.read_bytes())
    second = Office(f"sqlite:///{path}")
    second.clock.at = desk.clock.at
    second.load(dumped)
    assert second.dump() == dumped
    assert second.story("sale") == desk.story("sale")
    assert on_record(second).keys() == on_record(desk).keys()
    assert len(on_record(second)) == 7
    assert the_step(second) == the_step(desk)
    assert second.verify().ok
    second.load(dumped)
    assert second.dump() == dumped, "the same again changes nothing"
    second.close()


def test_what_was_written_about_urgency_can_be_blanked(desk: Office) -> None:
    begins(desk, "2023-10-10")
    desk.clerk.does("private-notice-again", **SALE, representations="Jo Bloggs asked", response="Told Jo Bloggs")
    desk.clerk.does("urgency", **SALE, agreed_by="Jo Bloggs", reason="Jo Bloggs insists")
    for number in (len(desk.kinds("sale")) - 1, len(desk.kinds("sale"))):
        desk.operator.does("redact", item="sale", number=number, reason="It named a person")
    assert "Jo Bloggs" not in desk.dump()
    assert not any("Jo Bloggs" in sentence for sentence in desk.story("sale"))
    assert desk.verify().ok
