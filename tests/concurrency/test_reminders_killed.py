"""Schedulers are killed while thousands of reminders are due: everything is said once, and nothing is lost."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

from tests.concurrency.crowded import NOW, County, audit
from tests.concurrency.schedulers import Killing, Place
from workflow.clock import ShiftedClock, SystemClock

COUNTY = County(reminders=1_000, owners=120, organisations=8)


def test_killed_at_any_moment_of_a_sweep(database: str, tmp_path: Path) -> None:
    """Four schedulers on PostgreSQL, two on SQLite; many die of SIGKILL before all is said and handed over."""
    place = Place(database, tmp_path / "letters", ShiftedClock(NOW, datetime.now(UTC), SystemClock()))
    runtime = place.opened()
    COUNTY.settle_in(runtime)
    number = 4 if database.startswith("postgresql") else 2
    killing = Killing(place, number, 20, random.Random(1605), (0.05, 0.3))
    killing.until_all_is_done()
    found = audit(runtime, place.folder, COUNTY.expected())
    runtime.engine.dispose()
    assert found.wrong == []
    assert killing.said == []
    assert found.people == found.letters == COUNTY.owners + COUNTY.organisations
    assert killing.in_the_middle > 5, "too few were killed while something was in hand"
