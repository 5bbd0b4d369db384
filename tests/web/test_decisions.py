"""The first page: where decisions are, for whoever looks, and the same as a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import case, item
from tests.office import Office
from tests.web.page_tree import Node
from tests.web.pages import Page
from tests.web.site import Site, give_everybody_an_account

WHAT = "Decision"
WHERE = "Where it is, and what it waits for"


@pytest.fixture
def small(sqlite_database: str, tmp_path: Path) -> Iterator[Site]:
    """The application on a database that holds nothing yet."""
    office = Office(sqlite_database)
    yield Site(office, tmp_path)
    office.close()


def test_each_decision_says_where_it_is_what_it_waits_for_and_when_it_is_done(site: Site) -> None:
    page = site.as_("internal-auditor").get("/?state=any")
    rows = {row[WHAT]: row for row in page.rows}
    appraisal = rows["Lancashire Place governance options appraisal"]
    assert appraisal[WHERE] == (
        "In progress Interim Lancashire Place Partnership "
        "Interim Lancashire Place Partnership to endorse it on 21 August 2023"
    )
    assert appraisal["Next date"] == "10 Aug 2023"
    assert appraisal["Finish"].startswith("11 Oct 2023 Target 31 Oct 2023")
    assert appraisal["Owner"] == "Head of Lancashire Place Lancashire County Council"
    late = rows["Memorandum on community equipment"]
    assert "Late" in late["Finish"], "in words, not by colour alone"
    assert page.says(f"{len(rows)} decisions, 1 late.")


def test_the_panel_narrows_the_list_and_says_when_nothing_fits(site: Site) -> None:
    client = site.as_("westmere-lead")
    page = client.get("/")
    page = client.submit(page, owner="head-of-partnerships", state="any")
    assert {row["Owner"].split(" Westmere")[0].split(" NHS")[0] for row in page.rows} == {"Head of partnerships"}
    assert page.value("owner") == "head-of-partnerships", "what was asked for stays in the panel"
    page = client.submit(page, text="no such words")
    assert page.says("No decision fits this. Take a filter away")
    assert client.get(page.link("Clear all")).rows, "and there is a way out"
    page = client.get("/?late=yes")
    assert [row[WHAT] for row in page.rows] == ["Memorandum on community equipment"]
    assert len(client.get("/?forum=westmere-cabinet&at=now").rows) < len(client.get("/?forum=westmere-cabinet").rows)


def test_headings_sort_and_say_how_the_list_is_sorted(site: Site) -> None:
    client = site.as_("internal-auditor")
    page = client.get("/")
    assert _sorted_by(page.tree) == {"Decision": "none", "Next date": "none", "Finish": "ascending"}
    page = client.follow(page, "Decision")
    titles = [row[WHAT].removesuffix(" Part II").casefold() for row in page.rows]
    assert titles == sorted(titles) and _sorted_by(page.tree)["Decision"] == "ascending"
    page = client.follow(page, "Decision")
    assert [row[WHAT].removesuffix(" Part II").casefold() for row in page.rows] == sorted(titles, reverse=True)
    assert _sorted_by(page.tree)["Decision"] == "descending"
    page = client.submit(page, state="any")
    assert _sorted_by(page.tree)["Decision"] == "descending", "narrowing keeps the order"


def _sorted_by(tree: Node) -> dict[str, str]:
    return {cell.text: cell.get("aria-sort") for cell in tree.all("th") if cell.has("aria-sort")}


def _holds(site: Site, items: str) -> None:
    """The small world with these items, and accounts for its lead and the ICB's secretary."""
    world = case(items=items)
    for who in ("Governance lead", "ICB secretary"):
        address = who.lower().replace(" ", ".") + "@example.org"
        world = world.replace(f"name: {who},", f"name: {who}, email: {address},")
    site.office.load(world)
    give_everybody_an_account(site.office)


def _many(site: Site, number: int, **more: str) -> None:
    _holds(site, "".join(item(f"plan-{n:03}", title=f"Plan {n:03}", **more) for n in range(number)))


def _titles(page: Page) -> list[str]:
    return [row[WHAT] for row in page.rows]


def test_long_lists_come_page_by_page(small: Site) -> None:
    _many(small, 120)
    client = small.as_("lead")
    page = client.get("/?sort=title")
    seen = [_titles(page)]
    for _following in range(2):
        page = client.follow(page, "Next page")
        seen.append(_titles(page))
    assert not any(words == "Next page" for words, _address in page.links)
    assert [len(titles) for titles in seen] == [50, 50, 20]
    assert [title for titles in seen for title in titles] == [f"Plan {n:03}" for n in range(120)]
    assert page.says("120 decisions")
    page = client.follow(page, "Previous page")
    assert _titles(page) == seen[1]


@pytest.mark.parametrize(
    "place", ["after=", "after=nonsense", "after=2023-13-45~plan-001", "before=~", "sort=nonsense&state=x&late=maybe"]
)
def test_an_address_that_makes_no_sense_is_the_first_page(site: Site, place: str) -> None:
    client = site.as_("westmere-lead")
    assert client.get(f"/?{place}").rows == client.get("/").rows


def test_the_same_as_a_file_for_spreadsheets(small: Site) -> None:
    _many(small, 120)
    client = small.as_("lead")
    page = client.get(client.get("/?state=any&sort=-title").link("Download as CSV"))
    assert page.bytes.startswith("\ufeff".encode())
    assert "attachment" in page.response.headers["Content-Disposition"]
    rows = page.csv
    assert [row["Title"] for row in rows] == [f"Plan {n:03}" for n in reversed(range(120))]
    assert rows[0]["Waiting for"] == "Partnership to endorse it on 2 August 2023"
    assert (rows[0]["Where it is now"], rows[0]["Finish"], rows[0]["Late"]) == ("Partnership", "2023-10-18", "")


@pytest.mark.parametrize("title", ["=1+1", "+44", "-2", "@SUM(A1)", "\t=1+1"])
def test_a_title_that_a_spreadsheet_would_calculate_is_kept_as_text(small: Site, title: str) -> None:
    escaped = '"' + title.replace("\t", "\\t") + '"'
    _holds(small, item(title=escaped))
    (row,) = small.as_("lead").get("/decisions.csv").csv
    assert row["Title"] == f"'{title}"


def test_a_partner_sees_only_what_it_takes_part_in(site: Site) -> None:
    page = site.as_("harbour-secretary").get("/?state=any")
    with site.office.runtime.looking() as look:
        organisations = {o.name for o in look.known.organisations.values()}
    assert 0 < len(page.rows) < len(site.as_("internal-auditor").get("/?state=any").rows)
    assert not any("Lancashire Place governance" in row[WHAT] for row in page.rows)
    offered = {option.text for option in page.tree.all("option")}
    assert len(offered & organisations) < len(organisations), "nor are there choices of what it does not see"


def test_whoever_sees_nothing_is_told_so(small: Site) -> None:
    _holds(small, item(owner="author"))
    assert small.as_("icb-clerk").get("/").says("There is no open decision that you can see.")
    assert small.as_("icb-clerk").get("/decisions.csv").csv == []
