"""A process is killed while it records: afterwards everything of the act is there, or nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from time import perf_counter

import pytest

from tests.concurrency.cases import council, forecast_of, plans
from tests.concurrency.clerks import Doomed, Wish, fulfil, record, wish
from tests.office import Office
from workflow.errors import AlreadyDecided

DAY = "2023-10-05"
RANDOM_KILLS = 200
AT_ONCE = 4


@pytest.fixture
def office(database: str) -> Iterator[Office]:
    opened = council(database)
    yield opened
    opened.close()


def test_killed_at_any_moment_of_recording(office: Office) -> None:
    """Hundreds of clerks, four at a time, each with an item of their own, killed after a random time."""
    dice = random.Random(2023)
    items = [f"plan-{number}" for number in range(RANDOM_KILLS)]
    office.load(plans(*items, "rehearsal-1", "rehearsal-2"))
    _time_to_record(office, "rehearsal-1")
    longest = 1.5 * _time_to_record(office, "rehearsal-2")
    killed = kept = 0
    for start in range(0, RANDOM_KILLS, AT_ONCE):
        batch = items[start : start + AT_ONCE]
        doomed = [Doomed(office.url, _resolution(item)) for item in batch]
        for clerk in doomed:
            clerk.killed_after(dice.uniform(0, longest))
        killed += sum([clerk.buried() for clerk in doomed])
        kept += sum([_everything_or_nothing(office, item) for item in batch])
    assert office.verify().ok
    assert killed > RANDOM_KILLS / 4, "too few were killed while acting"
    assert kept < RANDOM_KILLS, "nobody was killed in time"


def test_killed_at_every_statement_of_recording(office: Office) -> None:
    """Before and after each statement, and on both sides of the commit."""
    items = [f"plan-{number}" for number in range(80)]
    office.load(plans(*items))
    kept = []
    for moment, item in enumerate(items, 1):
        clerk = Doomed(office.url, _resolution(item), at_statement=moment)
        survived = not clerk.buried()
        kept.append(_everything_or_nothing(office, item))
        if survived:
            break
    assert survived, "recording takes more statements than this test looks at"
    assert kept == [False] * (len(kept) - 2) + [True, True]  # killed after the commit, and not killed at all
    assert office.verify().ok


@pytest.mark.parametrize(
    "wished",
    [
        wish("correct", "plan", "cabinet", outcome="agreed", on=DAY, reason="Misread"),
        wish("meeting cancel", meeting="cabinet-november", reason="Snow"),
        Wish("load", {"text": plans("new-1", "new-2")}),
    ],
    ids=["correcting", "cancelling a meeting", "loading"],
)
def test_killed_at_every_third_statement_of_other_acts(office: Office, wished: Wish) -> None:
    """What was half done is not there, and the same act can be done afterwards."""
    office.load(plans("plan"), plans("bound-1", "bound-2", meeting="cabinet-november"))
    office.operator.records("plan", "cabinet", "deferred", DAY)
    before = office.dump()
    for moment in range(1, 200, 3):
        if not Doomed(office.url, wished, at_statement=moment).buried():
            break
        assert office.verify().ok
        if office.dump() != before:
            break  # killed after the commit
    else:
        pytest.fail("the act takes more statements than this test looks at")
    assert office.dump() != before
    assert office.verify().ok


def _resolution(item: str) -> Wish:
    """An outcome with all that belongs to one: text, conditions, publication."""
    return record(
        item,
        "cabinet",
        "agreed",
        DAY,
        "ann",
        text="Agreed as recommended.",
        published="2023-10-06",
        conditions=[{"text": "Funding is confirmed", "owner": "owner"}, {"text": "The lease ends", "owner": "bob"}],
    )


def _time_to_record(office: Office, item: str) -> float:
    begun = perf_counter()
    fulfil(office.runtime, _resolution(item))
    return perf_counter() - begun


def _everything_or_nothing(office: Office, item: str) -> bool:
    """Rows, event, texts and forecast agree, and the next person can record, or is told who was first."""
    step = office.step(item, "cabinet")
    kept = step["outcome"] is not None
    assert office.kinds(item) == (["created", "recorded"] if kept else ["created"])
    assert step["state"] == ("passed" if kept else "waiting")
    _forecast_is_true(office, item)
    assert office.verify(item).ok
    if kept:
        assert "Agreed as recommended." in office.story(item)[-1]
        with pytest.raises(AlreadyDecided, match="Ann Ashworth has already recorded “agreed” for Cabinet"):
            fulfil(office.runtime, record(item, "cabinet", "noted", DAY))
    else:
        fulfil(office.runtime, record(item, "cabinet", "decided", DAY, "bob"))
        _forecast_is_true(office, item)
    return kept


def _forecast_is_true(office: Office, item: str) -> None:
    state, finish = forecast_of(office, item)
    found = office.item(item)
    assert (state, finish and finish.isoformat()) == (found["state"], found["finish"])
