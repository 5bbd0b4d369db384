"""A route named by the beginning of its version."""

from __future__ import annotations

import pytest

from tests.builders import case, route
from tests.office import Office
from workflow.errors import Refused, Unknown
from workflow.queries.routes import route_named

VERSIONS = 20  # more than there are hexadecimal digits: at least two begin alike


def _versions(office: Office) -> list[str]:
    with office.runtime.looking() as look:
        found = look.db.exec_driver_sql("SELECT version FROM routes WHERE id = 'journey' ORDER BY number").scalars()
        return list(found)


@pytest.fixture
def versions(desk: Office) -> list[str]:
    desk.load(case())
    for number in range(1, VERSIONS):
        stages = f"- {{id: cabinet, title: Cabinet {number}, forum: cabinet, ask: agree, decisive: true}}\n"
        desk.load(route(stages))
    return _versions(desk)


def test_a_version_is_found_by_its_beginning(desk: Office, versions: list[str]) -> None:
    with desk.runtime.looking() as look:
        for number, version in enumerate(versions):
            found, _definition = route_named(look, f"journey@{version[:16]}")
            assert number == 0 or found.stages[0].title == f"Cabinet {number}"
        assert route_named(look, "journey")[0].stages[0].title == f"Cabinet {VERSIONS - 1}"


@pytest.mark.usefixtures("versions")
@pytest.mark.parametrize("wild", ["%", "_", "%a", "________________"])
def test_no_letter_stands_for_others(desk: Office, wild: str) -> None:
    with desk.runtime.looking() as look, pytest.raises(Unknown, match="There is no route"):
        route_named(look, f"journey@{wild}")


def test_a_beginning_that_several_versions_share_is_refused(desk: Office, versions: list[str]) -> None:
    firsts = [version[0] for version in versions]
    shared = next(first for first in firsts if firsts.count(first) > 1)
    with desk.runtime.looking() as look, pytest.raises(Refused, match=r"versions of the route journey begin with"):
        route_named(look, f"journey@{shared}")
