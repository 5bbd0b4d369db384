"""What pages say of rules that are missed: on the item's page, and before somebody records a decision."""

from __future__ import annotations

import pytest

from tests.web.site import Site

APPRAISAL = "options-appraisal-2023"
NOTICE = "Notice of the key decision, Cabinet of Lancashire County Council"
LATE = {"item": APPRAISAL, "step": "cabinet", "meeting": "cabinet-2023-10-05"}


@pytest.fixture
def late(site: Site) -> Site:
    """The appraisal is on Cabinet's meeting of 5 October 2023, and no notice was given by 6 September."""
    site.office.does("bind", "cabinet-secretary", **LATE)
    site.clock.to("2023-09-20 09:00")
    return site


def test_the_item_s_page_has_every_rule_and_first_what_is_missed(late: Site) -> None:
    page = late.as_("cabinet-secretary").get(f"/items/{APPRAISAL}")
    text = page.text
    assert f"{NOTICE}. Not kept: 14 clear days instead of 28, if it were done today." in text
    assert "Use the general exception." in text
    assert "Ask for special urgency." in text
    assert f"/items/{APPRAISAL}/steps/cabinet/acts/urgency" in page.html
    assert "28 clear days before the meeting" in text


def test_who_may_not_record_it_is_told_of_it_and_offered_no_link(late: Site) -> None:
    page = late.as_("internal-auditor").get(f"/items/{APPRAISAL}")
    assert "Ask for special urgency." in page.text
    assert "/acts/urgency" not in page.html


@pytest.mark.parametrize("address", ["record", "acts/notice"])
def test_before_it_is_recorded_a_warning_says_what_is_not_kept(late: Site, address: str) -> None:
    page = late.as_("cabinet-secretary").get(f"/items/{APPRAISAL}/steps/cabinet/{address}")
    assert f"{NOTICE}. Not kept" in page.text
    assert f"/items/{APPRAISAL}/steps/cabinet/acts/exception" in page.html


def test_with_urgency_on_record_nobody_is_warned(late: Site) -> None:
    said = {"item": APPRAISAL, "step": "cabinet", "agreed_by": "Chair of scrutiny", "reason": "It cannot wait"}
    late.office.does("urgency", "cabinet-secretary", **said)
    page = late.as_("cabinet-secretary").get(f"/items/{APPRAISAL}/steps/cabinet/record")
    assert "Not kept" not in page.text


def test_a_notice_still_to_be_given_leads_to_its_draft_for_those_who_may_have_it(late: Site) -> None:
    draft = f"/items/{APPRAISAL}/steps/cabinet/notices/key-decision-notice"
    assert draft in late.as_("cabinet-secretary").get(f"/items/{APPRAISAL}").html
    assert "Notice of a key decision" in late.as_("cabinet-secretary").get(draft).text
    assert draft not in late.as_("internal-auditor").get(f"/items/{APPRAISAL}").html
    late.office.does("notice", "cabinet-secretary", item=APPRAISAL, step="cabinet")
    assert draft not in late.as_("cabinet-secretary").get(f"/items/{APPRAISAL}").html


def test_without_a_meeting_that_suits_the_exception_is_offered_for_the_next_one(site: Site) -> None:
    site.clock.to("2023-09-20 09:00")
    for step, on in (("place-partnership", "2023-08-21"), ("hwb", "2023-09-05")):
        site.office.does("record", None, item=APPRAISAL, step=step, outcome="endorsed", on=on)
    page = site.as_("cabinet-secretary").get(f"/items/{APPRAISAL}")
    assert "5 October 2023 is too late for ordinary notice, which had to be given by 6 September 2023" in page.text
    assert f"{NOTICE} (if it were on 5 October 2023; it is on no meeting). Not kept" in page.text
    assert f"/items/{APPRAISAL}/steps/cabinet/acts/exception" in page.html
