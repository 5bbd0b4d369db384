"""Drafts of notices: filled from what is on record, with gaps where nothing is, and never with what is exempt."""

from __future__ import annotations

import pytest

from tests.office import Office
from tests.stories.test_formalities import EXEMPTION, PLAN, SALE, begins
from workflow.errors import NotPermitted, Unknown
from workflow.notices import TITLES, Draft, gap, pieces
from workflow.queries.notices import notice

MEMBERS = """
people:
  - {id: leader, name: Leader of the Council, roles: [{role: chair, forum: cabinet}]}
  - {id: member-for-health, name: Cabinet member for health, roles: [{role: member, forum: cabinet}]}
"""
KEY_DECISION = """\
NOTICE OF A KEY DECISION

Borough Council gives notice that a key decision is to be made on its behalf (Local Authorities (Executive \
Arrangements) (Meetings and Access to Information) (England) Regulations 2012, regulation 9).

Matter

A plan

Decision maker

Cabinet, Borough Council. Members: Leader of the Council (chair), Cabinet member for health

To be decided on

5 October 2023 at 2pm

Documents to be considered

- Report: A plan, version 1

Where they can be had

Subject to any prohibition or restriction on their disclosure, copies of these documents, or extracts from them, can \
be had from [TO COMPLETE: an address].

Other documents

Other documents relevant to this matter may be submitted to the decision maker. Details of them, as they become \
available, can be asked for by [TO COMPLETE: how to ask for them, and whom].

Published on

[TO COMPLETE: the day on which this notice is published]
"""


def draft(office: Office, kind: str, person: str | None = "clerk", item: str = "plan", step: str = "cabinet") -> Draft:
    with office.runtime.looking() as look:
        return notice(look, person, item, step, kind)


def section(draft: Draft, heading: str) -> str:
    return next("\n".join(one.paragraphs) for one in draft.sections if one.heading == heading)


def test_the_notice_of_a_key_decision_says_what_the_regulation_asks_for(office: Office) -> None:
    begins(office, "2023-09-05", "c-5-oct")
    office.load(MEMBERS)
    office.author.does("submit", **PLAN)
    made = draft(office, "key-decision-notice")
    assert made.text == KEY_DECISION
    assert len(made.gaps) == 3
    members = "See that the list of members is complete: it names those who are on record here."
    assert made.cautions == ("It has to be published by 6 September 2023.", members)
    office.clerk.does("notice", **PLAN)
    made = draft(office, "key-decision-notice")
    assert section(made, "Published on") == "5 September 2023"
    assert made.cautions == (members,)


def test_what_is_exempt_stands_in_no_draft(desk: Office) -> None:
    begins(desk, "2023-09-20")
    desk.clerk.does("private-notice-again", **SALE, representations="It should be open", response="Prices are at stake")
    desk.clerk.does("urgency", **SALE, agreed_by="Chair of scrutiny", reason="Bids end")
    for kind in TITLES:
        made = draft(desk, kind, item="sale")
        assert "Zinnia" not in made.text
        assert "sale" not in made.text.lower()
        assert "public description" in section(made, "Matter")
        assert any("title is exempt" in caution for caution in made.cautions)
    why = section(draft(desk, "private-notice", item="sale"), "Why it is to be considered in private")
    assert why == "Local Government Act 1972 Schedule 12A, paragraph 3.\nReason: Bids are open"
    again = draft(desk, "private-notice-again", item="sale")
    assert section(again, "Representations received about why the meeting should be open to the public") == (
        "It should be open"
    )
    assert section(again, "Response to the representations") == "Prices are at stake"
    assert any("say nothing that is exempt" in caution for caution in again.cautions)
    assert section(draft(desk, "key-decision-notice", item="sale"), "Documents to be considered").startswith("[TO COMP")


def test_a_public_description_stands_in_the_place_of_an_exempt_title(desk: Office) -> None:
    begins(desk)
    fields = "{public_description: Disposal of land in the south}"
    desk.load(
        "items:\n  - {id: farm, title: Sale of Zinnia Farm, type: plan, route: journey, organisation: council, "
        f"owner: author, part: II, key_decision: true, exemption: {EXEMPTION}, fields: {fields}}}\n"
    )
    made = draft(desk, "private-notice", item="farm")
    assert section(made, "Matter") == "Disposal of land in the south"
    assert not any("title is exempt" in caution for caution in made.cautions)


def test_exception_and_urgency_are_told_as_they_were_recorded(desk: Office) -> None:
    begins(desk, "2023-10-04", "c-5-oct")
    made = draft(desk, "general-exception")
    assert made.cautions == ("It has to be published by 27 September 2023. That day has passed.",)
    desk.clerk.does("exception", **PLAN, on="2023-09-27", agreed_by="Chair of scrutiny", reason="The offer came late.")
    made = draft(desk, "general-exception")
    assert made.gaps == ("[TO COMPLETE: a list of its members]",)
    assert "To: Chair of scrutiny" in made.text
    assert section(made, "Earliest day").startswith(
        "The decision may be made from 5 October 2023 on, once 5 clear work"
    )
    assert section(made, "Why the full notice is impracticable") == "The offer came late."
    desk.clerk.does("urgency", **PLAN, agreed_by="Chair of scrutiny", reason="It ends\non Friday")
    made = draft(desk, "special-urgency")
    assert "Chair of scrutiny agreed on 4 October 2023 that the making of this decision is urgent" in made.text
    assert section(made, "Why it is urgent and cannot reasonably be deferred") == "It ends on Friday"


def test_what_somebody_wrote_keeps_its_paragraphs_and_is_never_a_gap(desk: Office) -> None:
    begins(desk, "2023-10-04", "c-5-oct")
    reason = "The offer came late.\n\n## Published on\n \n1 January [TO COMPLETE: fake]\nnot"
    desk.clerk.does("urgency", **PLAN, agreed_by="Chair of scrutiny", reason=reason)
    made = draft(desk, "special-urgency")
    why = next(one for one in made.sections if one.heading.startswith("Why it is urgent"))
    assert why.paragraphs == ("The offer came late.", "## Published on", "1 January [TO COMPLETE: fake] not")
    assert len(made.gaps) == 2
    assert not any("fake" in gap for gap in made.gaps)
    assert "late.\n\n## Published on\n\n1 January" in made.text


def test_after_a_deferral_the_notice_of_the_new_meeting_is_drafted(desk: Office) -> None:
    begins(desk, "2023-09-01")
    desk.clerk.does("private-notice", **SALE, on="2023-09-01", reason="The old reason")
    desk.clock.to("2023-10-12 20:00")
    desk.clerk.records("sale", "cabinet", "deferred", on="2023-10-12")
    made = draft(desk, "private-notice", item="sale")
    assert "old reason" not in made.text
    assert "1 September" not in made.text


def test_whoever_asks_about_no_step_hears_of_none(desk: Office) -> None:
    begins(desk)
    with pytest.raises(Unknown, match="no such step") as refused:
        draft(desk, "private-notice", "finance", step="nowhere")
    assert "cabinet" not in str(refused.value)


def test_the_reason_of_an_exemption_is_looked_at_before_it_is_printed(desk: Office) -> None:
    begins(desk)
    printed = "The reason for the exemption is printed in this public notice: see that it says nothing that is exempt."
    assert printed in draft(desk, "private-notice", item="sale").cautions
    assert printed not in draft(desk, "urgent-item", item="sale").cautions
    assert not any("case file" in caution for caution in draft(desk, "private-notice", item="sale").cautions)


def test_minutes_of_an_urgent_item_and_of_a_waiver(desk: Office) -> None:
    begins(desk, "2023-10-12")
    desk.clerk.does("urgent-item", **PLAN, agreed_by="The Leader", reason="The grant ends")
    said = draft(desk, "urgent-item").text
    assert "The Leader was of the opinion that this item should be considered at the meeting on 12 October 2023" in said
    assert said.endswith("by reason of these special circumstances:\n\nThe grant ends\n")
    waived = {"call_in_waived": "The grant ends tomorrow", "waiver_agreed_by": "Chair of scrutiny"}
    desk.clerk.records("plan", "cabinet", "agreed", **waived)
    said = draft(desk, "call-in-waiver").text
    assert "call-in be waived for this decision of Cabinet, for this reason: The grant ends tomorrow" in said
    assert said.endswith("Agreed by Chair of scrutiny on 12 October 2023.\n")
    assert draft(desk, "call-in-waiver").gaps == ()


def test_what_was_redacted_is_a_gap_again(desk: Office) -> None:
    begins(desk, "2023-10-10")
    desk.clerk.does("urgency", **PLAN, agreed_by="Jo Bloggs", reason="Jo Bloggs insists")
    desk.operator.does("redact", item="plan", number=len(desk.kinds("plan")), reason="It named a person")
    made = draft(desk, "special-urgency")
    assert "Jo Bloggs" not in made.text
    assert any("who agreed" in gap for gap in made.gaps)


def test_only_those_who_publish_or_own_it_have_it_drafted(desk: Office) -> None:
    begins(desk)
    for person in ("clerk", "lead", "author", None):
        assert draft(desk, "key-decision-notice", person).title == "Notice of a key decision"
    assert draft(desk, "key-decision-notice", "das", step="director").title == "Notice of a key decision"
    for person in ("icb-clerk", "finance", "das"):
        with pytest.raises(NotPermitted, match="it is for the secretary of Cabinet"):
            draft(desk, "key-decision-notice", person)


def test_a_notice_that_no_rule_knows_is_not_drafted(desk: Office) -> None:
    begins(desk)
    with pytest.raises(
        Unknown, match="no such notice to draft for Health and Wellbeing Board. Those there are: urgent"
    ):
        draft(desk, "key-decision-notice", step="hwb")
    with pytest.raises(Unknown, match="no such notice"):
        draft(desk, "private-notice")
    with pytest.raises(Unknown):
        draft(desk, "letter-of-thanks")
    with pytest.raises(Unknown):
        draft(desk, "urgent-item", step="nowhere")
    made = draft(desk, "key-decision-notice", None, step="director")
    assert "[TO COMPLETE: the name of the person who decides" in section(made, "Decision maker")
    assert "planned for" in section(made, "To be decided on")


def test_gaps_are_told_apart_from_what_is_said() -> None:
    assert pieces(f"By {gap('a day')} at noon, [TO COMPLETE: not] this") == [
        ("By ", False),
        ("[TO COMPLETE: a day]", True),
        (" at noon, [TO COMPLETE: not] this", False),
    ]
