"""Timetables as people see them: of an item, of all their items, of what is coming at a forum."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import event

from tests.builders import case, item
from tests.office import Office
from tests.web.pages import Page
from tests.web.scene import EXEMPT, EXEMPT_WORDS, set_the_scene
from tests.web.site import Site
from workflow.queries.coming import coming
from workflow.visibility import EVERYTHING, Reader

APPRAISAL = "/items/options-appraisal-2023"
CABINET = "/forums/lcc-cabinet/coming"
HOSTILE = '<script>alert(1)</script> & "{first}" {0.__class__}'


def drawn(page: Page) -> str:
    """Every word of the drawing."""
    found = [node for node in page.main.all("svg") if "timetable" in node.get("class")]
    return " ".join(text.text for picture in found for text in picture.all("text", "title", "desc"))


def test_an_item_is_drawn_beside_a_table_with_the_same_dates(site: Site) -> None:
    page = site.as_("lcc-governance-lead").get(APPRAISAL)
    told = drawn(page)
    for words in ("Today 18 Jul 2023", "Finish 11 Oct 2023", "Wanted by 31 Oct 2023", "Notice by 6 Sep",
                  "Next meeting 5 Oct", "Call-in to 10 Oct, effective 11 Oct", "9 in 10 by"):  # fmt: skip
        assert words in told, words
    row = next(row for row in page.table("Every step with its dates") if row["Step"].startswith("Cabinet"))
    assert row == {
        "Step": "Cabinet of Lancashire County Council",
        "Asked to": "Agree, decisive step",
        "Notice by": "6 Sep 2023",
        "Report due": "22 Sep 2023",
        "Agenda by": "27 Sep 2023",
        "Meeting": "5 Oct 2023 at 2pm, the next meeting",
        "Decision takes effect": "call-in 5 Oct 2023 to 10 Oct 2023 takes effect 11 Oct 2023",
    }
    assert page.says("Today: 18 July 2023. Finish: 11 October 2023. Wanted by: 31 October 2023.")


def test_the_drawing_is_one_picture_in_a_region_that_scrolls_and_takes_no_focus(site: Site) -> None:
    page = site.as_("lcc-governance-lead").get(APPRAISAL)
    region = next(node for node in page.main.of_class("app-scroll") if "timetable" in node.get("aria-label"))
    picture = region.first("svg")
    assert picture is not None and (region.get("role"), region.get("tabindex")) == ("region", "0")
    assert picture.get("role") == "img"
    assert not picture.all("a")
    assert not [node for node in picture.walk() if node.has("style") or node.has("tabindex")]


@pytest.mark.parametrize(("address", "said"), [
    ("/items/west-lancashire-mou-2019", "No date yet"),
    ("/items/home-care-contract", "Called in"),
])  # fmt: skip
def test_items_without_dates_and_called_in_have_a_timetable_too(site: Site, address: str, said: str) -> None:
    lead = "westmere-lead" if "home-care" in address else "lcc-governance-lead"
    page = site.as_(lead).get(address)
    assert said.lower() in " ".join(" ".join(row.values()) for row in page.table("Every step with its dates")).lower()


def test_a_finished_item_says_when_it_was_done_and_not_where_today_is(site: Site) -> None:
    site.office.load(
        "items:\n" + item("done", title="A thing done", type="plan", organisation="lcc", owner="head-of-place",
                          route="one-step")
        + "routes:\n  - route: one-step\n    title: One step\n    for: [plan]\n    stages:\n"
        "      - {id: board, forum: lancashire-hwb, ask: agree, decisive: true}\n"
        "outcomes:\n  - {item: done, step: board, outcome: agreed, date: 2023-07-10, by: hwb-secretary}\n"
    )  # fmt: skip
    page = site.as_("lcc-governance-lead").get("/items/done")
    assert "Done 10 Jul 2023" in drawn(page) and "Agreed 10 Jul" in drawn(page)
    assert "Today" not in drawn(page)


def test_the_first_page_leads_to_the_timetable_of_the_same_decisions(site: Site) -> None:
    client = site.as_("lcc-governance-lead")
    page = client.follow(client.get("/?forum=lcc-cabinet"), "See them as a timetable")
    assert page.path == "/timetable?forum=lcc-cabinet"
    row = page.table("Open decisions with")[0]
    assert row["Decision"] == "Lancashire Place governance options appraisal"
    assert row["Call-in"] == "Cabinet of Lancashire County Council 5 Oct 2023 to 10 Oct 2023"
    assert row["Finish"].startswith("11 Oct 2023 simulated: half by ")
    assert row["Wanted by"] == "31 Oct 2023"
    assert "Finish 11 Oct" in drawn(page) and "Lancashire Place" in drawn(page)
    assert page.link("Lancashire Place governance options appraisal") == APPRAISAL


def test_the_timetable_is_narrowed_like_the_list(site: Site) -> None:
    client = site.as_("democratic-services")
    whole = client.get("/timetable")
    late = client.get("/timetable?late=yes&owner=\x00&text=no&state=any&after=~&before=x~y~z")
    assert [row["Decision"] for row in late.table("Open decisions with")] == ["Memorandum on community equipment Late"]
    assert len(whole.table("Open decisions with")) == 12
    assert client.get("/timetable?forum=no-such-forum").says("No open decision fits this.")


def test_what_is_ahead_stands_in_the_order_of_its_days(site: Site) -> None:
    site.office.cabinet_secretary.does("meeting move", meeting="cabinet-2023-10-05", meets_on="2023-11-02")
    rows = {row["Decision"]: row for row in site.as_("lcc-governance-lead").get("/timetable").table("Open decisions")}
    appraisal = rows["Lancashire Place governance options appraisal Late"]["Coming meetings"]
    assert appraisal.index("10 Oct 2023") < appraisal.index("2 Nov 2023")
    assert rows["Place Integration Deal"]["Finish"] == "5 Jul 2023; its route goes on after that"
    assert rows["West Lancashire Partnership Memorandum of Understanding"]["Finish"] == "No date can be given"


def test_pages_of_the_timetable_cost_the_same_and_miss_nothing(site: Site) -> None:
    stages = "      - {id: board, forum: lancashire-hwb, ask: agree, decisive: true}\n"
    route = f"routes:\n  - route: one-step\n    title: One step\n    for: [plan]\n    stages:\n{stages}"
    items = "".join(
        item(f"many-{number}", title=f"Number {number}", organisation="lcc", owner="head-of-place", route="one-step")
        for number in range(45)
    )
    site.office.load(route + "items:\n" + items)
    client = site.as_("head-of-place")
    seen, queries, path = [], [], "/timetable"
    while path:
        asked: list[str] = []

        def listen(_c: object, _cursor: object, statement: str, *_more: object, into: list[str] = asked) -> None:
            into.append(statement)

        event.listen(site.office.runtime.engine, "before_cursor_execute", listen)
        page = client.get(path)
        event.remove(site.office.runtime.engine, "before_cursor_execute", listen)
        seen.append([row["Decision"] for row in page.table("Open decisions with")])
        queries.append(len(asked))
        path = next((address for words, address in page.links if words == "Next page"), "")
    assert [len(of) for of in seen[:2]] == [20, 20]
    together = [title for of in seen for title in of]
    assert len(together) == len(set(together)) and {f"Number {number}" for number in range(45)} <= set(together)
    assert max(queries) - min(queries) <= 3, queries


def test_a_forum_says_what_is_coming_with_the_last_days_before_it(site: Site) -> None:
    client = site.as_("cabinet-secretary")
    page = client.follow(client.get("/forums/lcc-cabinet"), "What is coming here")
    assert page.path == CABINET
    assert page.says(
        "6 September 2023: notice of key decisions, for 5 October 2023",
        "27 September 2023: agenda and reports open to inspection, for 5 October 2023",
    )
    assert page.says("18 July 2023 to 31 October 2023."), "three whole months, and what is left of this one"
    page = client.get(f"{CABINET}?from=2023-07-01")
    assert "Later meetings that are being prepared" in page.headings, "what is due is not put off to the next page"
    page = client.get(f"{CABINET}?from=2023-10-01")
    assert "October 2023" in page.headings
    assert page.says("Lancashire Place governance options appraisal: asked to agree, expected, waiting")
    assert page.says("12 October 2023: of the meeting of 5 October 2023")
    row = page.table("Meetings with the dates")[0]
    assert (row["Reports due"], row["Agenda by"]) == ("22 Sep 2023", "27 Sep 2023")
    assert "Meeting 5 Oct" in drawn(page)
    assert client.get("/meetings/cabinet-2023-10-05").link("What is coming at") == CABINET


def test_where_nothing_meets_in_these_months_the_next_meeting_is_named(site: Site) -> None:
    site.office.cabinet_secretary.does("meeting move", meeting="cabinet-2023-10-05", meets_on="2023-12-07")
    page = site.as_("cabinet-secretary").get(CABINET)
    assert page.says("The next meeting after these months is on 7 December 2023.")
    assert page.link("7 December 2023") == "/meetings/cabinet-2023-10-05"


def test_a_forum_without_meetings_has_its_usual_days_marked_as_such(site: Site) -> None:
    page = site.as_("democratic-services").get("/forums/westmere-full-council/coming?from=2023-10-01")
    assert page.says("(a usual day, not arranged)")
    assert "Usual day" in drawn(page)


def test_an_office_holder_has_days_on_which_decisions_are_expected(site: Site) -> None:
    page = site.as_("democratic-services").get("/forums/westmere-director/coming")
    assert "Days on which a decision is expected" in page.headings
    assert page.says("Grants for home adaptations")
    assert not page.says("reports due")


def test_decisions_whose_call_in_ends_are_listed_until_it_does(site: Site) -> None:
    page = site.as_("democratic-services").get("/forums/westmere-cabinet/coming?from=2023-07-01")
    assert "Call-in ends" in page.headings
    assert page.says("in effect 21 July 2023 unless called in")


@pytest.mark.parametrize("said", ["", "soon", "0001-01-01", "9999-12-31", "2023-02-30", "%00", "2023-10-01%00"])
def test_any_day_can_be_asked_for(site: Site, said: str) -> None:
    assert site.as_("cabinet-secretary").get(f"{CABINET}?from={said}").h1.startswith("Coming at Cabinet")


def test_what_is_exempt_is_drawn_for_nobody_who_may_not_see_it(site: Site) -> None:
    set_the_scene(site.office)
    paths = ("/timetable", CABINET, f"{CABINET}?from=2023-10-01", "/forums/lancashire-hwb/coming",
             "/items/plan-for-the-proceeds")  # fmt: skip
    for person in ("internal-auditor", "system-administrator", "icb-governance-lead", "elsewhere-lead"):
        for path in paths:
            page = site.as_(person).get(path, status=None)
            assert not [word for word in EXEMPT_WORDS if word in page.html.lower()], (person, path)
    for person in ("cabinet-secretary", "lcc-governance-lead"):
        assert "Sale of Zinnia Farm" in drawn(site.as_(person).get("/timetable"))
    page = site.as_("internal-auditor").get(f"{CABINET}?from=2023-10-01")
    assert page.says("and 1 other that you may not see")
    assert f"/items/{EXEMPT}" not in page.html


def test_titles_and_names_are_only_words_wherever_they_are_drawn(site: Site) -> None:
    hostile = "'" + HOSTILE.replace("'", "''") + "'"
    site.office.load(
        f"forums:\n  - {{id: hostile-board, organisation: lcc, name: {hostile}, form: committee}}\n"
        'meetings:\n  - {id: hostile-1, forum: hostile-board, date: 2023-09-20, time: "10:00"}\n'
        "routes:\n  - route: one-step\n    title: One step\n    for: [plan]\n    stages:\n"
        "      - {id: board, forum: hostile-board, ask: agree, decisive: true}\n"
        "items:\n" + item("hostile", title=hostile, organisation="lcc", owner="head-of-place", route="one-step")
    )
    client = site.as_("head-of-place")
    for path in ("/items/hostile", "/timetable?forum=hostile-board", "/forums/hostile-board/coming?from=2023-09-01"):
        page = client.get(path)
        assert "<script>alert" not in page.html
        assert HOSTILE in page.text, path


def test_every_decision_expected_on_a_day_is_counted(site: Site) -> None:
    private = {
        "part": "II",
        "exemption": "{basis: Local Government Act 1972 Schedule 12A, paragraphs: [3], reason: business affairs}",
    }
    site.office.load(
        "forums:\n  - {id: director-of-tests, organisation: lcc, name: Director of Tests, form: individual}\n"
        "routes:\n  - route: one-step\n    title: One step\n    for: [plan]\n    stages:\n"
        "      - {id: d, kind: individual, forum: director-of-tests, ask: decide, decisive: true}\n"
        "items:\n"
        + "".join(
            item(f"many-{number:03}", title=f"Number {number}", organisation="lcc", owner="head-of-place",
                 route="one-step", **(private if number < 2 else {}))
            for number in range(106)
        )
    )  # fmt: skip
    page = site.as_("head-of-place").get("/forums/director-of-tests/coming")
    assert page.says("More than can be listed here")
    page = site.as_("internal-auditor").get("/forums/director-of-tests/coming")
    assert page.says("More than can be listed here", "2 others that you may not see")


def test_of_many_windows_those_that_end_first_are_listed(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    items = "".join(item(name, title=name) for name in ("first", "second", "third"))
    desk.load(case(stages="- {id: cabinet, forum: cabinet, ask: agree, decisive: true}\n", items=items))
    desk.clock.to("2023-11-10 09:00")
    for name, day in (("third", "2023-11-09"), ("first", "2023-10-12"), ("second", "2023-10-12")):
        desk.clerk.records(name, "cabinet", "agreed", day)

    def windows(since: str) -> tuple[list[str], str]:
        with desk.runtime.looking() as look:
            everybody = Reader("clerk", frozenset({EVERYTHING}), frozenset())
            found = coming(look, everybody, "cabinet", date.fromisoformat(since))
        return [one.item for month in found.months for one in month.windows], str(found.windows_from)

    assert windows("2023-10-01") == (["first", "second", "third"], "None")
    monkeypatch.setattr("workflow.queries.coming.MOST_WINDOWS", 2)
    assert windows("2023-10-01") == (["first", "second"], "2023-11-14")
    assert windows("2023-10-18") == (["third"], "None")
