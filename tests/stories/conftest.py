"""What several stories begin with."""

from __future__ import annotations

import pytest

from tests.builders import WORLD
from tests.office import Office
from tests.stories.staff import PEOPLE


@pytest.fixture
def staff(desk: Office) -> Office:
    """An office with people who may be given accounts."""
    desk.load(WORLD, PEOPLE)
    return desk
