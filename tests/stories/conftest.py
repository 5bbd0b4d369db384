"""What several stories begin with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.builders import WORLD
from tests.office import Office
from tests.stories.choosers import begins
from tests.stories.staff import PEOPLE


@pytest.fixture
def staff(desk: Office) -> Office:
    """An office with people who may be given accounts."""
    desk.load(WORLD, PEOPLE)
    return desk


@pytest.fixture
def at_desk(database: str) -> Iterator[Office]:
    """18 July 2023, 9am: a report of the keeper is due on 24 July, and nobody was told yet."""
    played = Office(database)
    begins(played)
    yield played
    played.close()


@pytest.fixture
def on_paper(desk: Office) -> Office:
    """The same on SQLite only: for what has nothing to do with the kind of database."""
    begins(desk)
    return desk
