"""Key decisions on pages: worked out when an item is described, said or put right later, shown with the reason."""

from __future__ import annotations

import pytest

from tests.web.site import Site

APPRAISAL = "options-appraisal-2023"

THRESHOLD = """\
rules:
  - id: lcc-executive
    from: 2020-01-01
    executive: true
    key_decision_notice: {days: 28, unit: clear-calendar-days}
    key_decision: {value: 1700000, divisions: 2}
    agenda_day: {days: 5, unit: clear-working-days}
    report_due: {days: 3, unit: working-days, before: agenda_day}
    call_in: {days: 3, unit: clear-working-days}
"""


@pytest.fixture
def lancashire(site: Site) -> Site:
    """The county council says from what value a decision is a key decision."""
    site.office.load(THRESHOLD)
    return site


def test_the_lead_has_it_worked_out_and_everybody_sees_why(lancashire: Site) -> None:
    lead = lancashire.as_("lcc-governance-lead")
    page = lead.get(f"/items/{APPRAISAL}/acts/key-decision")
    page = lead.submit(page, form="key-decision", value="much", status=422)
    assert page.error_summary == [
        "Choose whether it is a key decision",
        "Write what it is worth as a number of pounds, such as 2,500,000",
        "Give a reason for the record",
    ]
    said = {"answer": "work-out", "value": "£900,000", "divisions": "", "reason": "Costed <script>now</script>"}
    page = lead.submit(page, form="key-decision", **said)
    assert page.flashed[0].startswith("It is no key decision, because its value of £900,000 is under the £1,700,000")
    shown = lancashire.as_("head-of-place").get(f"/items/{APPRAISAL}")
    assert shown.says("No key decision: its value of £900,000 is under the £1,700,000")
    assert "<script>now" not in shown.html


def test_what_the_lead_says_stands_with_the_reason(lancashire: Site) -> None:
    lead = lancashire.as_("lcc-governance-lead")
    page = lead.get(f"/items/{APPRAISAL}/acts/key-decision")
    page = lead.submit(page, form="key-decision", answer="no", divisions="all", reason="It is a matter of process only")
    assert (
        lancashire.as_("head-of-place")
        .get(f"/items/{APPRAISAL}")
        .says("No key decision: It is a matter of process only")
    )
    lancashire.as_("cabinet-secretary").get(f"/items/{APPRAISAL}/acts/key-decision", status=403)


def test_a_new_item_is_worked_out_from_its_value(lancashire: Site) -> None:
    browser = lancashire.as_("head-of-place")
    page = browser.submit(browser.get("/items/new"), {"title": "Our plan", "kind": "options-appraisal"})
    page = browser.submit(page, {"organisation": "lcc"})
    page = browser.submit(page, {"route": "Options appraisal – standard, you choose the forums"})
    page = browser.submit(page, {
        "name-1": "lancashire-place-partnership", "name-2": "lancashire-hwb",
        "name-3": "lcc-cabinet", "name-4": "icb-executives",
    })  # fmt: skip
    page = browser.submit(page, {"part": "I"})
    page = browser.submit(page, {"key_decision": "work-out", "where": "none", "value": "1,700,000"})
    page = browser.submit(page, {"recommendation-1": "Endorse it"})
    assert page.facts["Key decision"].startswith("Worked out from its value and the divisions that it affects")
    made = browser.submit(page, form="Create the draft")
    assert made.says("A key decision: its value of £1,700,000 is at or over the £1,700,000")
