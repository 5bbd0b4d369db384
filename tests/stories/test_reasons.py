"""What people are told of the end of an item, why it is late, and the words behind what they have to do."""

from __future__ import annotations

from tests.builders import CHAIN, case, item
from tests.office import LANCASHIRE, Office
from tests.stories.test_item_page import page
from workflow.queries.work import my_work


def words_for(office: Office, person: str) -> dict[str, str | None]:
    """By act, what somebody is told in people's own words of what they have to do."""
    with office.runtime.looking() as look:
        return {row.act: row.said for row in my_work(look, look.known.people[person]).page.rows}


def test_a_decision_is_in_effect_while_others_still_have_to_receive_it(desk: Office) -> None:
    desk.load(LANCASHIRE)
    seen = page(desk, "icb-governance-lead", "place-integration-deal-2023")
    assert seen.done[0] == "The decision has been in effect since 5 July 2023."
    assert seen.done[1].startswith("The route ends on ")


def test_an_item_that_is_late_says_why(desk: Office) -> None:
    desk.load(case(items=item(target="2023-07-31")))
    seen = page(desk, "lead")
    assert seen.why_late == "Late: wanted by 31 July 2023, expected 18 October 2023"
    desk.clerk.does("bind", item="plan", step="cabinet", meeting="c-oct", on="2023-07-17")
    desk.clock.to("2023-10-06 09:00")
    seen = page(desk, "lead")
    assert seen.why_late == "Late: the report for Cabinet was due on 29 September 2023"
    assert seen.done == ("The decision takes effect on 18 October 2023.",), "the Board has yet to see it before Cabinet"


def test_the_end_of_a_draft_is_what_it_would_be(desk: Office) -> None:
    desk.load(case(items=item(state="draft")))
    assert page(desk, "lead").done == ("The decision would take effect on 18 October 2023, if it were started now.",)


def test_an_item_on_hold_says_why_wherever_it_is_to_be_resumed(desk: Office) -> None:
    desk.load(case())
    desk.lead.does("hold", item="plan", reason="The grant is not there")
    desk.lead.does("resume", item="plan", reason="It is there")
    assert page(desk, "lead").held_because is None
    desk.lead.does("hold", item="plan", reason="It was withdrawn again")
    assert page(desk, "lead").held_because == "It was withdrawn again"
    assert words_for(desk, "lead")["resume"] == "It was withdrawn again"


def test_what_a_condition_asks_is_told_where_it_is_to_be_met(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2023-11-10 09:00")
    desk.partnership_clerk.records("plan", "partnership", "endorsed", on="2023-08-02")
    desk.clerk.records("plan", "hwb", "endorsed", on="2023-09-12")
    desk.clerk.records(
        "plan", "cabinet", "agreed", on="2023-11-09", conditions=[{"text": "A risk share", "owner": "author"}]
    )
    assert words_for(desk, "author")["meet"] == "A risk share"
    assert "Meet condition 1 of Cabinet: A risk share" in [act.sentence for act in page(desk, "lead").next]


def test_why_a_report_was_returned_is_told_to_its_author(desk: Office) -> None:
    chain = CHAIN.replace("decisive: true, ", "decisive: true, clearances: [finance], ")
    desk.load(case(stages=chain))
    desk.author.does("submit", item="plan", step="cabinet")
    desk.finance.does("clear", item="plan", step="cabinet", area="finance", cleared=False, reason="No costs")
    assert words_for(desk, "author")["revise"] == "No costs"
    sentences = [act.sentence for act in page(desk, "lead").next]
    assert "Revise the report, which finance returned: No costs" in sentences


def test_what_is_exempt_is_in_no_task_of_those_who_may_not_read_it(desk: Office) -> None:
    desk.load(
        case(items=item(steps="{cabinet: {part: II}}")),
        "people:\n  - {id: auditor, name: Auditor, roles: [{role: auditor}]}\n",
    )
    desk.clock.to("2023-11-10 09:00")
    desk.partnership_clerk.records("plan", "partnership", "endorsed", on="2023-08-02")
    desk.clerk.records("plan", "hwb", "endorsed", on="2023-09-12")
    desk.clerk.records(
        "plan", "cabinet", "agreed", on="2023-11-09", conditions=[{"text": "vermilion", "owner": "author"}]
    )
    assert words_for(desk, "author")["meet"] == "vermilion", "who owes it is one of those on its route"
    assert "vermilion" in repr(page(desk, "lead").next)
    assert "vermilion" not in repr(page(desk, "auditor").next)
