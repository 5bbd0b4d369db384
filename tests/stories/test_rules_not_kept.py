"""A breach is recorded as what it is: the act is allowed, says which rule was not kept, and what remains to be done."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import event

from tests.builders import case, item
from tests.office import Office
from workflow.clocks.clock import Clock
from workflow.errors import Refused
from workflow.queries.clocks import clocks_of_item

STAGES = "- {id: cabinet, forum: cabinet, ask: agree, decisive: true}\n"


@pytest.fixture
def council(desk: Office) -> Office:
    """A key decision that is on Cabinet's meeting of 12 October 2023; notice was due by 13 September."""
    desk.load(case(stages=STAGES, items=item(key_decision="true")))
    desk.clock.to("2023-09-20 09:00")
    desk.clerk.does("bind", item="plan", step="cabinet", meeting="c-oct")
    return desk


def clock(office: Office, kind: str = "key-decision-notice") -> Clock:
    with office.runtime.looking() as look:
        found, _seen = clocks_of_item(look, "plan")
    return next(told.clock for told in found if told.clock.kind == kind)


def test_a_decision_without_its_notice_says_so_when_it_is_recorded_and_ever_after(council: Office) -> None:
    assert clock(council).state == "broken"
    council.clock.to("2023-10-13 09:00")
    said = council.clerk.records("plan", "cabinet", "agreed", on="2023-10-12")
    assert said == (
        "Cabinet: “agreed” on 12 October 2023. Notice of the key decision was due by 13 September 2023 and none is on "
        "record. Record the day if it was given; or record the general exception or special urgency, if that was used. "
        "If it was decided without, say why (correct --breach)."
    )
    assert clock(council).needs_somebody


@pytest.mark.parametrize(
    ("given", "state", "fell_short"),
    [("2023-09-13", "kept", None), ("2023-09-20", "broken", "21 clear days instead of 28")],
)
def test_a_notice_entered_after_the_decision_counts_by_the_day_on_which_it_was_given(
    council: Office, given: str, state: str, fell_short: str | None
) -> None:
    council.clock.to("2023-10-13 09:00")
    council.clerk.records("plan", "cabinet", "agreed", on="2023-10-12")
    with pytest.raises(Refused, match="decided on 12 October 2023"):
        council.clerk.does("notice", item="plan", step="cabinet", on="2023-10-13")
    council.clerk.does("notice", item="plan", step="cabinet", on=given)
    assert (clock(council).state, clock(council).fell_short) == (state, fell_short)


def test_special_urgency_that_was_agreed_excuses_it_and_the_plan_says_no_more_of_it(council: Office) -> None:
    assert ("notice-too-late", "cabinet") in council.problems("plan")
    council.clerk.does(
        "urgency", item="plan", step="cabinet", agreed_by="Chair of scrutiny", reason="Funding ends in October"
    )
    assert ("notice-too-late", "cabinet") not in council.problems("plan")
    council.clock.to("2023-10-13 09:00")
    said = council.clerk.records("plan", "cabinet", "agreed", on="2023-10-12")
    assert said == "Cabinet: “agreed” on 12 October 2023."
    assert (clock(council).state, clock(council).excused_by) == ("excused", "special-urgency")
    assert council.verify("plan").ok


def test_what_was_used_can_be_entered_after_the_decision(council: Office) -> None:
    council.clock.to("2023-10-13 09:00")
    council.clerk.records("plan", "cabinet", "agreed", on="2023-10-12")
    council.clerk.does("exception", item="plan", step="cabinet", on="2023-10-04", reason="The tender closes")
    assert clock(council).state == "excused"
    assert (clock(council, "general-exception").starts, clock(council, "general-exception").state) == (
        date(2023, 10, 12), "kept",
    )  # fmt: skip


def test_why_it_was_decided_without_its_notice_stands_with_the_outcome(council: Office) -> None:
    council.clock.to("2023-10-13 09:00")
    said = council.clerk.records("plan", "cabinet", "agreed", on="2023-10-12", breach="The clerk was ill")
    assert said == (
        "Cabinet: “agreed” on 12 October 2023. Notice of the key decision was due by 13 September 2023 and none is on "
        "record. Why it was decided all the same is on record."
    )
    assert council.story("plan")[-1] == (
        "Recorded “agreed”, although notice was not given as the rules ask: The clerk was ill"
    )
    told = clock(council)
    assert (told.state, told.because) == (
        "broken",
        "It was due by 13 September 2023. It was decided all the same; why is on record: The clerk was ill",
    )
    assert council.verify("plan").ok


def test_a_correction_says_it_later_keeps_it_and_takes_it_away(council: Office) -> None:
    council.clock.to("2023-10-13 09:00")
    council.clerk.records("plan", "cabinet", "agreed", on="2023-10-12")
    assert clock(council).state == "unknown"
    council.clerk.corrects("plan", "cabinet", "agreed", "Told since", breach="The clerk was ill")
    assert clock(council).state == "broken"
    council.clerk.corrects("plan", "cabinet", "approved", "Wrong word")
    assert "ill" in (clock(council).because or "")
    council.clerk.corrects("plan", "cabinet", "approved", "It was given", cleared=["breach"])
    assert clock(council).state == "unknown"
    with pytest.raises(Refused, match="not on record"):
        council.clerk.corrects("plan", "cabinet", "approved", "Again", cleared=["breach"])
    council.clerk.corrects("plan", "cabinet", "approved", "Told again", breach="The clerk was away")
    council.clerk.corrects("plan", "cabinet", "deferred", "Nothing was decided")
    council.clerk.corrects("plan", "cabinet", "agreed", "It was")
    assert clock(council).state == "unknown"
    assert council.verify("plan").ok


def test_nothing_is_broken_by_what_decides_nothing(council: Office) -> None:
    with pytest.raises(ValueError, match="nothing was decided"):
        council.clerk.records("plan", "cabinet", "deferred", on="2023-10-12", breach="The clerk was ill")


def test_a_breach_comes_out_of_a_dump_and_in_again_and_can_be_blanked(
    council: Office, tmp_path: Path, prepared_sqlite: Path
) -> None:
    council.clock.to("2023-10-13 09:00")
    council.clerk.records("plan", "cabinet", "agreed", on="2023-10-12", breach="Jo Bloggs was ill")
    dumped = council.dump()
    path = tmp_path / "second.sqlite"
    path.write_bytes(prepared_sqlite.read_bytes())
    second = Office(f"sqlite:///{path}")
    second.clock.at = council.clock.at
    second.load(dumped)
    assert (second.dump(), second.story("plan")) == (dumped, council.story("plan"))
    assert clock(second) == clock(council)
    second.close()
    council.operator.does("redact", item="plan", number=len(council.kinds("plan")), reason="It named a person")
    assert "Jo Bloggs" not in council.dump()
    assert "Bloggs" not in (clock(council).because or "")


def test_a_file_says_why_it_was_decided_without_notice(council: Office) -> None:
    council.clock.to("2023-10-13 09:00")
    outcome = (
        "outcomes:\n  - {item: plan, step: cabinet, outcome: agreed, date: 2023-10-12, breach: The clerk was ill}\n"
    )
    council.load(outcome)
    council.load(outcome)
    assert council.kinds("plan").count("recorded") == 1
    assert clock(council).state == "broken"


def test_an_exception_that_came_too_late_is_told_in_one_voice(council: Office) -> None:
    council.clock.to("2023-10-13 09:00")
    council.clerk.records("plan", "cabinet", "agreed", on="2023-10-12")
    said = council.clerk.does("exception", item="plan", step="cabinet", on="2023-10-11", reason="The tender closes")
    assert "later meeting" not in said
    assert "may decide" not in said
    assert "say why it was decided all the same" in said
    assert (clock(council).state, clock(council, "general-exception").state) == ("broken", "broken")
    assert clock(council).because == (
        "It was due by 13 September 2023. The general exception was used in its place, but too late."
    )


def test_a_deferral_takes_no_decision_so_nothing_was_broken(council: Office) -> None:
    council.clock.to("2023-10-13 09:00")
    said = council.clerk.records("plan", "cabinet", "deferred", on="2023-10-12")
    assert "Notice" not in said


def test_the_clocks_of_an_item_cost_the_same_few_queries_however_long_its_route(desk: Office) -> None:
    long = "".join(f"- {{id: s{n}, forum: cabinet, ask: note}}\n" for n in range(20)) + STAGES
    for name, stages in (("short", STAGES), ("long", long)):
        told = case(stages=stages, items=item(name, route=f"{name}-way", key_decision="true"))
        desk.load(told.replace("- route: journey", f"- route: {name}-way"))
    _queries(desk, "short")  # what everybody knows is read once
    assert _queries(desk, "short") == _queries(desk, "long") <= 6


def _queries(office: Office, name: str) -> int:
    said: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement)

    event.listen(office.runtime.engine, "before_cursor_execute", listen)
    with office.runtime.looking() as look:
        clocks_of_item(look, name)
    event.remove(office.runtime.engine, "before_cursor_execute", listen)
    return len(said)
