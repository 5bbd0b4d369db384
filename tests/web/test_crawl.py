"""Every kind of user follows every link that they are offered: each page answers, and nothing exempt is on any."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.web.conftest import sqlite_site
from tests.web.crawling import crawl
from tests.web.pages import Page
from tests.web.scene import EXEMPT_WORDS, KINDS, NOT_FOR, STRANGERS_WORDS, set_the_scene

Crawled = Callable[[str], list[Page]]

#: Asked for on purpose, whether or not this person may have them.
MAY_FAIL = ("/nowhere", "/items/new")


@pytest.fixture(scope="module")
def crawled(loaded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """What each kind of user finds; everybody looks at the same office, and looking changes nothing."""
    people = {kind.name: kind.person for kind in KINDS}
    with sqlite_site(loaded_sqlite, tmp_path_factory.mktemp("crawl")) as site:
        set_the_scene(site.office)

        @cache
        def found(kind: str) -> list[Page]:
            person = people[kind]
            return list(crawl(site.as_(person) if person else site.anonymous))

        yield found


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_link_that_somebody_is_offered_leads_to_a_sound_page(crawled: Crawled, kind: str) -> None:
    pages = crawled(kind)
    assert {page.path: page.status for page in pages if page.status != 200 and page.path not in MAY_FAIL} == {}
    assert len(pages) >= 5


@pytest.mark.parametrize("kind", ["nobody", *NOT_FOR])
def test_whoever_may_not_see_an_exempt_item_meets_no_word_of_it(crawled: Crawled, kind: str) -> None:
    assert found_in(crawled(kind), EXEMPT_WORDS) == {}


def test_those_on_its_route_do_see_it(crawled: Crawled) -> None:
    assert set(found_in(crawled("lead"), EXEMPT_WORDS).values()), "or the test above proves nothing"


@pytest.mark.parametrize("kind", ["lead", "secretary", "manager", "clearer", "member", "partner"])
def test_nobody_meets_an_item_of_organisations_they_have_nothing_to_do_with(crawled: Crawled, kind: str) -> None:
    in_private = [page for page in crawled(kind) if not page.path.startswith("/forward-plan")]
    assert found_in(in_private, STRANGERS_WORDS) == {}


def found_in(pages: list[Page], words: tuple[str, ...]) -> dict[str, str]:
    """On which pages one of the words can be found, anywhere in what was sent."""
    return {page.path: word for page in pages for word in words if word.encode() in page.bytes.lower()}
