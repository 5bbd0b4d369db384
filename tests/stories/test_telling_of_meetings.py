"""Whoever the effect of a meeting's act names is told of it: once, at once, and of nothing that they may not see."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from models.outbox import letters
from tests.builders import case, item
from tests.office import LANCASHIRE, Office
from tests.stories.test_effects import APPRAISAL, CABINET, EXEMPT, OTHERS, does_as_shown, would
from tests.stories.test_lists import counting
from workflow.effects import Effect
from workflow.queries.meeting_story import story
from workflow.queries.moved_dates import among
from workflow.queries.slips import dates_of, names_of


def with_addresses(text: str) -> str:
    """The small world, in which everybody can be written to."""
    return re.sub(
        r"- \{id: ([a-z-]+), name: ([^,]+), roles", r"- {id: \1, name: \2, email: \1@example.org, roles", text
    )


MOVE = {"meeting": CABINET, "meets_on": "2023-11-02", "code": "clash-of-dates", "reason": "The LGA meets"}


def written(office: Office, kind: str = "meeting-changed") -> dict[str, Any]:
    """The letters of a kind, by whom they go to; nobody may have got two."""
    with office.runtime.looking() as look:
        rows = look.db.execute(select(letters).where(letters.c.kind == kind)).mappings().all()
    found = {row["person"]: row for row in rows}
    assert len(found) == len(rows), "nobody is told twice"
    return found


def by_letter(effect: Effect) -> set[str | None]:
    return {to.person for to in effect.people if to.how == "letter"}


@pytest.fixture
def lancashire(office: Office) -> Office:
    """18 July 2023, and what else Cabinet has before it."""
    office.load(LANCASHIRE)
    office.load(OTHERS)
    office.load(EXEMPT)
    return office


def test_whoever_the_effect_names_is_told_what_was_moved_by_whom_and_why(lancashire: Office) -> None:
    assert not written(lancashire), "what is loaded tells nobody"
    shown = would(lancashire, "meeting move", "cabinet-secretary", **MOVE)
    does_as_shown(lancashire, shown, "cabinet-secretary", **MOVE)
    told = written(lancashire)
    assert set(told) == by_letter(shown) and "cabinet-secretary" not in told
    letter = told["icb-governance-lead"]
    assert letter["subject"] == "Cabinet: the meeting of 5 October 2023 is moved to 2 November 2023"
    for words in (
        "Cabinet secretary has moved the meeting of Cabinet on 5 October 2023",
        "Why: Clash with another date",
        "Reason given: The LGA meets",
        "Integrated Care Board Executives now decides first",
        "Done: 8 November 2023 instead of 11 October 2023.",
        f"/items/{APPRAISAL}",
        f"/meetings/{CABINET}",
    ):
        assert words in letter["body"]
    assert "Roads plan" not in letter["body"], "what does not concern them is not told"
    assert "Roads plan" in told["director-hci"]["body"]


def test_nobody_reads_what_is_exempt(lancashire: Office) -> None:
    lancashire.cabinet_secretary.does("meeting move", **MOVE)
    said = written(lancashire)
    assert "An item in Part II" in said["head-of-place"]["body"]
    every = repr([dict(row) for row in said.values()]).lower()
    assert "depot" not in every and "quarry" not in every


def test_a_cancelled_meeting_and_an_added_one_tell_too(desk: Office) -> None:
    desk.load(with_addresses(case(items=item(steps="{cabinet: {meeting: c-oct}}"))))
    for action, said, words in (
        ("meeting cancel", {"meeting": "c-oct"}, "the meeting of 12 October 2023 is cancelled"),
        (
            "meeting add",
            {"meeting": "c-extra", "forums": ["cabinet"], "meets_on": "2023-10-26"},
            "a new meeting on 26 October 2023",
        ),
        ("meeting move", {"meeting": "c-extra", "time": "09:15"}, "is at another time"),
    ):
        before = {row["id"] for row in all_letters(desk)}
        shown = would(desk, action, "clerk", **said)
        desk.clerk.does(action, **said)
        new = [row for row in all_letters(desk) if row["id"] not in before]
        assert {row["person"] for row in new} == by_letter(shown) != set()
        assert all(words in row["subject"] for row in new)


def all_letters(office: Office) -> list[Any]:
    with office.runtime.looking() as look:
        return list(look.db.execute(select(letters)).mappings())


def test_of_many_items_twenty_are_named_and_it_takes_few_queries(desk: Office) -> None:
    bound = "{cabinet: {meeting: c-oct}}"
    desk.load(
        with_addresses(case(items="".join(item(f"plan-{n}", title=f"Plan {n:03}", steps=bound) for n in range(120))))
    )
    with counting(desk) as counted:
        desk.clerk.does("meeting move", meeting="c-oct", meets_on="2023-10-19")
    assert len(counted) < 45
    body = written(desk)["author"]["body"]
    assert body.count("/items/plan-") == 20 and "And 100 more." in body


def test_a_deferral_names_those_whom_its_letters_go_to(office: Office) -> None:
    office.load(with_addresses(case(items=item(steps="{partnership: {meeting: p-aug}}"))))
    office.clock.to("2023-08-02 12:00")
    said = {"item": "plan", "step": "partnership", "outcome": "deferred", "until": "p-oct", "reason": "Costs"}
    shown = would(office, "record", "partnership-clerk", **said)
    does_as_shown(office, shown, "partnership-clerk", **said)
    assert set(written(office, "outcome")) == by_letter(shown) != set()
    assert {to.how for to in shown.people} >= {"letter", "themselves"}
    assert not written(office)


def test_the_item_and_the_meeting_say_who_moved_it_and_why(lancashire: Office) -> None:
    lancashire.cabinet_secretary.does("meeting move", **MOVE)
    lancashire.cabinet_secretary.does("meeting cancel", meeting=CABINET, reason="Nothing to decide", code="no-business")
    with lancashire.runtime.looking() as look:
        moves = dates_of(look, APPRAISAL, names_of(look, APPRAISAL)).changes.rows
        assert [(slip.name, slip.by, slip.said) for slip in moves] == [
            ("Cabinet", "Cabinet secretary", "The LGA meets"),
            ("The whole item", "Cabinet secretary", "The LGA meets"),
        ]
        lines = [sentence for event, sentence in among(look, APPRAISAL, []) if event["kind"] == "dates-moved"]
        told = story(look, look.known.meetings[CABINET])
    assert lines[0].startswith("Cabinet: 2 November 2023 instead of 5 October 2023. The whole item: 8 November 2023")
    assert [(one.by, one.sentence, one.why, one.reason) for one in told][:2] == [
        ("Cabinet secretary", "Cancelled: it was to be on 2 November 2023 at 2pm.", "Too little business for a meeting",
         "Nothing to decide"),
        ("Cabinet secretary", "Moved from 5 October 2023 at 2pm to 2 November 2023 at 2pm.", "Clash with another date",
         "The LGA meets"),
    ]  # fmt: skip
