"""Key decisions on pages: worked out when an item is described, said or put right later, shown with the reason."""

from __future__ import annotations

from tests.web.site import Site

APPRAISAL = "options-appraisal-2023"


def test_the_lead_has_it_worked_out_and_everybody_sees_why(site: Site) -> None:
    lead = site.as_("lcc-governance-lead")
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
    shown = site.as_("head-of-place").get(f"/items/{APPRAISAL}")
    assert shown.says("No key decision: its value of £900,000 is under the £1,700,000")
    assert "<script>now" not in shown.html


def test_what_the_lead_says_stands_with_the_reason(site: Site) -> None:
    lead = site.as_("lcc-governance-lead")
    page = lead.get(f"/items/{APPRAISAL}/acts/key-decision")
    page = lead.submit(page, form="key-decision", answer="no", divisions="all", reason="It is a matter of process only")
    assert site.as_("head-of-place").get(f"/items/{APPRAISAL}").says("No key decision: It is a matter of process only")
    site.as_("cabinet-secretary").get(f"/items/{APPRAISAL}/acts/key-decision", status=403)


def test_a_new_item_is_worked_out_from_its_value(site: Site) -> None:
    browser = site.as_("head-of-place")
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
    assert page.facts["Key decision"].endswith(
        "it is a key decision, because its value of £1,700,000 is at or over the £1,700,000 that the rules of Cabinet "
        "of Lancashire County Council in force from 1 January 2020 take for significant"
    )
    made = browser.submit(page, form="Create the draft")
    assert made.says("A key decision: its value of £1,700,000 is at or over the £1,700,000")
    item = made.path.rsplit("/", 1)[-1]
    lead = site.as_("lcc-governance-lead")
    act = lead.get(f"/items/{item}/acts/key-decision")
    lead.submit(act, form="key-decision", answer="no", value="1,700,000", reason="Treasury management")
    page = browser.get(f"/items/{item}/edit")
    assert page.facts["Key decision"] == "No", "as the lead has said, not as it was worked out"
    page = browser.submit(browser.get(f"/items/{item}/edit/what"), {"title": "Our own plan"})
    made = browser.submit(page, form="Keep these changes")
    assert made.says("No key decision: Treasury management")


def test_nothing_is_worked_out_where_no_rules_say_what_is_significant(site: Site) -> None:
    """The rules of an integrated care board know no key decision."""
    site.office.load(NO_THRESHOLD)
    page = site.as_("icb-governance-lead").get("/items/our-plan/acts/key-decision")
    assert page.says("Yes, whatever it is worth")
    assert not page.says("Work it out")
    lead = site.as_("lcc-governance-lead")
    page = lead.get(f"/items/{APPRAISAL}/acts/key-decision")
    assert page.says("Work it out from its value and the divisions that it affects")
    page = lead.submit(page, form="key-decision", answer="work-out", reason="x", status=422)
    assert page.error_summary == ["Write what it is worth, or which divisions it affects, to have it worked out from"]


NO_THRESHOLD = """\
routes:
  - route: icb-only
    title: ICB only
    for: [options-appraisal]
    stages:
      - {id: board, forum: icb-board, ask: decide, decisive: true}
items:
  - {id: our-plan, title: Our plan, type: options-appraisal, route: icb-only, organisation: icb, owner: head-of-place,
     recommendations: [Decide it]}
"""
