"""The page of an item, as people see it in the browser."""

from __future__ import annotations

import pytest

from tests.builders import item
from tests.web.scene import EXEMPT, set_the_scene
from tests.web.site import Site

APPRAISAL = "/items/options-appraisal-2023"
MEMORANDUM = "/items/west-lancashire-mou-2019"
CALLED_IN = "/items/home-care-contract"


def test_the_page_answers_its_questions_in_their_order(site: Site) -> None:
    page = site.as_("lcc-governance-lead").get(APPRAISAL)
    assert page.h1 == "Lancashire Place governance options appraisal"
    wanted = [
        "Where it is", "What happens next", "When it will be done", "What threatens that", "The route",
        "What each forum said", "The report", "What is owed", "What happened",
    ]  # fmt: skip
    assert [heading for heading in page.headings if heading in wanted] == wanted
    assert page.says("Interim Lancashire Place Partnership to endorse it on 21 August 2023")
    assert page.says("The decision takes effect on 11 October 2023.", "Its target is 31 October 2023.")
    assert page.table("To be done now")[0] == {
        "What": "Submit the report to Interim Lancashire Place Partnership",
        "Who": "Head of Lancashire Place",
        "By": "10 August 2023",
    }


def test_the_map_stands_in_a_region_that_scrolls_beside_the_same_facts_in_words(site: Site) -> None:
    page = site.as_("lcc-governance-lead").get(APPRAISAL)
    region = page.main.of_class("app-scroll")[0]
    assert (region.get("role"), region.get("tabindex")) == ("region", "0")
    assert region.first("svg") is not None
    assert page.says(
        "Cabinet of Lancashire County Council, Lancashire County Council: asked to agree, a decisive step."
    )
    for link in region.all("a"):
        assert link.get("href").startswith("#step-"), "a stop leads to what its forum said"


def test_what_to_do_next_is_a_button_for_whom_it_is_for(site: Site) -> None:
    page = site.as_("head-of-place").get(APPRAISAL)
    button = page.main.of_class("govuk-button")[0]
    assert button.text.startswith("Submit the report")
    assert button.get("href") == f"{APPRAISAL}/steps/place-partnership/acts/submit"
    assert not site.as_("lcc-governance-lead").get(APPRAISAL).main.of_class("govuk-button")


def test_acts_lead_to_their_forms(site: Site) -> None:
    page = site.as_("democratic-services").get(CALLED_IN)
    at = f"{CALLED_IN}/steps/decision"
    assert page.link("Uphold") == f"{at}/acts/uphold"
    assert page.link("Correct the outcome") == f"{at}/correct"
    finance = site.as_("director-of-finance").get("/items/better-care-fund-agreement")
    partners = "/items/better-care-fund-agreement/steps/partners:westmere"
    assert finance.link("Record that condition 1 is met") == f"{partners}/acts/meet?number=1"
    cleared = "/items/better-care-fund-agreement/steps/partners:westmere-icb/acts/clear?area=finance"
    assert finance.link("Clear the report, or return it: finance") == cleared
    owner = site.as_("head-of-commissioning").get("/items/dementia-strategy")
    assert owner.link("Edit the draft") == "/items/dementia-strategy/edit"
    assert owner.link("Start") == "/items/dementia-strategy/acts/start"
    assert owner.link("Revise the report") == "/items/dementia-strategy/reports/new"


def test_a_blocked_act_is_no_link_and_says_why(site: Site) -> None:
    page = site.as_("democratic-services").get("/items/winter-plan")
    why = [node.text for node in page.main.of_class("app-offers__why")]
    assert (
        "Not now: It is not on a meeting of Westmere Health and Wellbeing Board yet: put it on one first, "
        "then on the agenda." in why
    )
    assert not [words for words, _href in page.links if words.startswith("Put on the agenda")]
    assert page.says("Why you cannot do anything else here now")


def test_somebody_who_only_looks_is_offered_nothing(site: Site) -> None:
    page = site.as_("internal-auditor").get(APPRAISAL)
    assert not page.main.of_class("app-offers")
    assert not [href for _words, href in page.links if "/acts/" in href]


def test_a_correction_stays_visible(site: Site) -> None:
    partnership = site.office.partnership_secretary
    partnership.corrects("west-lancashire-mou-2019", "executive", "endorsed", "The minutes say endorsed")
    page = site.as_("partnership-secretary").get(MEMORANDUM)
    assert page.says(
        "Reason for the correction: The minutes say endorsed", "had been recorded by Partnership secretary"
    )
    assert page.says("The refreshed governance and Memorandum of Understanding were approved.")
    assert page.main.first("s") is not None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("home-care-contract", "No date can be given while a decision is called in."),
        ("day-centres-review", "if it were resumed now"),
        ("dementia-strategy", "With its owner, Head of commissioning. It has not started."),
        ("falls-service", "Done on 28 June 2023"),
        ("leisure-centre-site", "Part II: exempt"),
        ("carers-strategy", "Fell short"),
    ],
)
def test_every_state_is_said_in_words(site: Site, name: str, words: str) -> None:
    viewer = "westmere-icb-lead" if name == "falls-service" else "westmere-lead"
    assert site.as_(viewer).get(f"/items/{name}").says(words)


def test_an_item_for_others_is_answered_like_one_that_is_not_there(site: Site) -> None:
    auditor = site.as_("internal-auditor")
    answers = set()
    for path in ("leisure-centre-site", "no-such-item"):
        for below in ("", "/history"):
            answers.add(auditor.get(f"/items/{path}{below}", status=404).main.text)
    assert len(answers) == 1
    assert "leisure" not in answers.pop().lower()


def test_another_item_that_one_may_not_see_is_not_named(site: Site) -> None:
    set_the_scene(site.office)
    page = site.as_("internal-auditor").get("/items/plan-for-the-proceeds")
    assert page.says("another item")
    assert "zinnia" not in page.html.lower()
    assert EXEMPT not in page.html


def test_history_is_paged_and_complete(site: Site) -> None:
    for n in range(60):
        action = "hold" if n % 2 == 0 else "resume"
        site.office.westmere_lead.does(action, item="winter-plan", reason=f"Reason {n}")
    lead = site.as_("westmere-lead")
    page = lead.get("/items/winter-plan")
    assert page.says("Reason 59")
    older = lead.get(page.link("Earlier events"))
    assert older.h1 == "What happened: Winter plan"
    assert older.says("Created: Winter plan", "Reason 3")
    newest = lead.get("/items/winter-plan/history")
    assert newest.says("of 63, the newest first")
    assert lead.follow(newest, "Next").says("Created: Winter plan")


@pytest.mark.parametrize("before", ["x", "-1", "0", "1.5", "٣", "9" * 40, ""])
def test_a_place_in_the_history_that_is_none_is_not_found(site: Site, before: str) -> None:
    site.as_("westmere-lead").get(f"/items/winter-plan/history?before={before}", status=404)


def test_an_administrator_can_redact_what_an_event_says(site: Site) -> None:
    page = site.as_("system-administrator").get("/items/winter-plan")
    redactions = [href for words, href in page.links if words.startswith("Redact")]
    assert redactions == [f"/items/winter-plan/acts/redact?number={seq}" for seq in (3, 1)]
    assert not [words for words, _ in site.as_("westmere-lead").get("/items/winter-plan").links if "Redact" in words]


def test_what_people_write_stays_text(site: Site) -> None:
    hostile = "<script>alert(1)</script>"
    site.office.load(
        "items:\n"
        + item(
            "odd", title=f"'{hostile}'", type="decision", route="standard-single-forum-decision",
            forums="{forum: westmere-cabinet}", organisation="westmere", owner="head-of-commissioning",
            recommendations=f"['{hostile}']",
        )
    )  # fmt: skip
    site.office.operator.does("hold", item="odd", reason=hostile)
    page = site.as_("westmere-lead").get("/items/odd")
    assert page.h1 == hostile
    assert hostile not in page.html


def test_a_long_item_is_still_a_light_page(site: Site) -> None:
    for n in range(80):
        action = "hold" if n % 2 == 0 else "resume"
        site.office.westmere_lead.does(action, item="winter-plan", reason=f"Reason {n}")
    assert len(site.as_("westmere-lead").get("/items/winter-plan").bytes) < 100_000


def test_a_draft_is_nowhere_yet(site: Site) -> None:
    page = site.as_("head-of-commissioning").get("/items/dementia-strategy")
    assert "Here now" not in page.html
    assert page.says("Not started")
    assert "Ready" not in [tag.text for tag in page.main.of_class("app-tag")]


def test_an_item_on_hold_says_why_and_is_not_here_now(site: Site) -> None:
    page = site.as_("westmere-lead").get("/items/day-centres-review")
    assert "Here now" not in page.html
    assert page.says("It is on hold: The consultation waits for the outcome of the building survey.")
    work = site.as_("westmere-lead").get("/work")
    assert "It is on hold: The consultation waits for the outcome of the building survey." in [
        row["Why"] for row in work.rows
    ]


def test_what_a_condition_asks_is_said_where_it_is_met(site: Site) -> None:
    page = site.as_("director-of-finance").get("/items/better-care-fund-agreement")
    assert [words for words, _href in page.links if "condition 1 is met: A risk share" in words]


def test_what_repeats_is_folded_and_an_act_is_offered_once(site: Site) -> None:
    page = site.as_("cabinet-secretary").get(APPRAISAL)
    hrefs = [href for _words, href in page.links if "/steps/cabinet/acts/" in href]
    assert sorted(hrefs) == sorted(set(hrefs)), "beside the rule, or at the step"
    folded = " ".join(node.text for node in page.main.all("details"))
    for words in (
        "Every step with its dates",
        "9 papers, none overdue",
        "2 clearances, to be given once the report is in",
    ):
        assert words in folded
    said = next(node.text for node in page.main.all("li") if node.get("id") == "step-hwb")
    assert "Asked to endorse" in said
    assert "2023" not in said, "its dates stand in the timetable"


def test_why_something_is_not_possible_is_said_with_names(site: Site) -> None:
    page = site.as_("lcc-governance-lead").get(APPRAISAL)
    assert page.says(
        "Interim Lancashire Place Partnership has not fallen short of what it was asked: it has not resolved it yet, "
        "so there is nothing to send back."
    )
    assert "send-back" not in page.main.text
