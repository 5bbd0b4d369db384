"""What the public reads without signing in: forward plans, and nothing of Part II."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import case, item
from tests.office import Office
from tests.web.site import Site


@pytest.fixture
def small(sqlite_database: str, tmp_path: Path) -> Iterator[Site]:
    """The application on a database that holds nothing yet."""
    office = Office(sqlite_database)
    yield Site(office, tmp_path)
    office.close()


def test_anybody_reads_what_a_forum_can_be_expected_to_decide(site: Site) -> None:
    page = site.anonymous.get("/forward-plan/forums/lcc-cabinet")
    (row,) = page.table("October 2023")
    assert row["Decision"].startswith("Lancashire Place governance options appraisal")
    assert (row["Date"], row["Asked to"]) == ("5 Oct 2023 expected", "agree")
    assert row["Responsible"].startswith("Head of Lancashire Place")


def test_an_organisations_plan_is_that_of_all_its_forums(site: Site) -> None:
    page = site.anonymous.get("/forward-plan/organisations/westmere")
    forums = {row["Forum"] for place in range(len(page.tables)) for row in page.table(place)}
    assert {"Westmere Cabinet", "Westmere Health and Wellbeing Board"} <= forums


def test_plans_are_found_from_one_page(site: Site) -> None:
    client = site.anonymous
    page = client.follow(client.get("/forward-plan"), "Westmere Cabinet")
    assert page.h1 == "Forward plan of Westmere Cabinet"


def test_what_is_private_drafted_or_over_is_not_published(small: Site) -> None:
    exempt = {"part": "II", "exemption": "{basis: Schedule 12A, paragraphs: [3], reason: Prices}"}
    items = item("open-one", title="Open matter", key_decision="true", steps="{cabinet: {part: II}}")
    items += item("exempt-one", title="Exempt matter", **exempt)
    items += item("draft-one", title="Drafted matter", state="draft")
    small.office.load(case(items=items))
    page = small.anonymous.get("/forward-plan/forums/cabinet")
    (row,) = page.table("October 2023")
    assert row["Decision"] == "Open matter Key decision To be considered in private"
    assert row["Notice"] == "By 13 Sep 2023"
    whole = page.html + small.anonymous.get("/forward-plan/organisations/council").html
    assert not any(word in whole for word in ("Exempt matter", "exempt-one", "Drafted matter", "draft-one"))


@pytest.mark.parametrize("address", ["/forward-plan/forums/nowhere", "/forward-plan/organisations/nobody"])
def test_no_plan_of_what_is_not_there(site: Site, address: str) -> None:
    site.anonymous.get(address, status=404)


def test_the_accessibility_statement_is_for_everybody(site: Site) -> None:
    assert site.anonymous.get("/accessibility").h1
