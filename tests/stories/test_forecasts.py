"""By when an item is done how surely: what its forums did so far counts, what happened later does not."""

from __future__ import annotations

from datetime import date

import pytest

from tests.builders import case, item
from tests.office import LANCASHIRE, Office
from workflow.chances import Chances, History
from workflow.queries.uncertainty import Uncertainty, forecast, histories
from workflow.queries.views import view
from workflow.simulation import seed_for, simulate
from workflow.timetables import Timetabling

APPRAISAL = "options-appraisal-2023"
CABINET_ALONE = "- {id: cabinet, forum: cabinet, ask: agree, decisive: true}\n"


def foreseen(office: Office, name: str, on: str | None = None, **more: int) -> Uncertainty:
    with office.runtime.looking() as look:
        return forecast(look, name, on=date.fromisoformat(on) if on else None, runs=more.pop("runs", 300), **more)


def history_of(office: Office, forum: str, on: str) -> History:
    with office.runtime.looking() as look:
        return histories(look, look.known.world, [forum], date.fromisoformat(on))[forum]


def test_the_plan_of_the_appraisal_beside_its_forecast(office: Office) -> None:
    office.load(LANCASHIRE)
    found = foreseen(office, APPRAISAL, "2023-07-18", runs=2_000)
    assert found.simulated.finish == date(2023, 10, 11)
    assert found.simulated.p50 == date(2023, 10, 11)
    assert found.simulated.p90 is not None
    assert found.simulated.p90 > date(2023, 10, 31)
    assert found.simulated.seed == seed_for(APPRAISAL)
    assert found.simulated.spread[0][0] == "lcc-cabinet"
    assert foreseen(office, APPRAISAL, "2023-07-18", runs=2_000) == found
    assert foreseen(office, APPRAISAL, "2023-07-18", runs=2_000, seed=1).simulated != found.simulated


@pytest.fixture
def busy(office: Office) -> Office:
    """A cabinet that dealt with four items: one deferred and then agreed, one called in and reconsidered, one called in
    and upheld, one noted; and cancelled a meeting."""
    items = "".join(item(name, title=f"Item {name}") for name in ("put-off", "anew", "stood", "heard", "next"))
    office.load(case(stages=CABINET_ALONE, items=items))
    office.clock.to("2024-01-10 09:00")
    office.clerk.records("put-off", "cabinet", "deferred", "2023-10-12", reason="No time.")
    office.clerk.records("put-off", "cabinet", "agreed", "2023-12-14")
    office.clerk.records("anew", "cabinet", "agreed", "2023-10-12")
    office.clerk.does("call-in", item="anew", step="cabinet", on="2023-10-13")
    office.clerk.does("reconsider", item="anew", step="cabinet", on="2023-10-30")
    office.clerk.records("stood", "cabinet", "agreed", "2023-10-12")
    office.clerk.does("call-in", item="stood", step="cabinet", on="2023-10-16")
    office.clerk.does("uphold", item="stood", step="cabinet", on="2023-11-20")
    office.clerk.records("heard", "cabinet", "noted", "2023-10-12")
    return office


def test_a_forums_history_is_what_had_happened_by_then(busy: Office) -> None:
    assert history_of(busy, "cabinet", "2023-10-12") == History(deferred=1, decided=4, open_to_call_in=2)
    assert history_of(busy, "cabinet", "2023-10-13") == History(
        deferred=1, decided=4, open_to_call_in=2, called_in=1, meetings=1
    )
    assert history_of(busy, "cabinet", "2023-10-30") == History(
        deferred=1, decided=4, open_to_call_in=2, called_in=2, reconsidered=1, call_ins_settled=1, meetings=1
    )
    assert history_of(busy, "cabinet", "2024-01-10") == History(
        deferred=1, decided=5, open_to_call_in=3, called_in=2, reconsidered=1, call_ins_settled=2, meetings=3
    )
    assert history_of(busy, "board", "2023-10-12") == History()


def test_a_cancelled_meeting_counts_once_its_day_has_passed(desk: Office) -> None:
    desk.load(case(stages=CABINET_ALONE))
    desk.clerk.does("meeting cancel", meeting="c-oct", reason="No business.")
    assert history_of(desk, "cabinet", "2023-10-12") == History()
    desk.clock.to("2023-10-13 09:00")
    assert history_of(desk, "cabinet", "2023-10-13") == History(cancelled=1, meetings=1)


def test_decisions_from_before_there_was_call_in_are_no_measure_of_it(desk: Office) -> None:
    since = "  - id: executive\n    executive: true\n  - id: executive\n    from: 2023-11-01\n"
    desk.load(case(stages=CABINET_ALONE).replace("  - id: executive\n", since, 1))
    desk.clock.to("2023-11-10 09:00")
    desk.clerk.records("plan", "cabinet", "agreed", "2023-10-12")
    assert history_of(desk, "cabinet", "2023-11-10") == History(decided=1, meetings=2)


@pytest.mark.parametrize("key_decision", ["true", "false"])
def test_a_simulated_deferral_leads_to_the_meeting_that_a_real_one_leads_to(desk: Office, key_decision: str) -> None:
    """The same notice to give anew, the same papers, the same meeting."""
    desk.load(case(stages=CABINET_ALONE, items=item(key_decision=key_decision)))
    desk.clock.to("2023-10-12 18:00")
    with desk.runtime.looking() as look:
        seen = view(look, ["plan"], date(2023, 8, 1))
        facts = seen.dossiers["plan"].case(on=seen.on)
        before = Timetabling(seen.known.world, seen.calendar, seen.on).timetable(facts)
    simulated = simulate(before, {"cabinet": Chances(deferred=0.6)}, 1, 1_000)
    assert simulated.finish == date(2023, 10, 18)
    desk.clerk.records("plan", "cabinet", "deferred", "2023-10-12", reason="No time.")
    assert simulated.p50 == desk.plan("plan").finish


def test_an_item_that_has_ended_has_no_forecast(desk: Office) -> None:
    desk.load(case(stages=CABINET_ALONE))
    desk.clock.to("2023-11-10 09:00")
    desk.clerk.records("plan", "cabinet", "agreed", "2023-10-12")
    found = foreseen(desk, "plan")
    assert (found.state, found.rates, found.simulated.finish) == ("complete", (), date(2023, 10, 18))
    assert found.simulated.p50 is None


def test_the_last_known_meeting_is_one_that_takes_place(desk: Office) -> None:
    desk.load(case(stages=CABINET_ALONE))
    last = foreseen(desk, "plan").going_on[0].last_known
    with desk.runtime.looking() as look:
        newest = look.known.world.meetings["cabinet"][-1]
    assert last == newest.date
    desk.clerk.does("meeting cancel", meeting=newest.id, reason="No business.")
    assert foreseen(desk, "plan").going_on[0].last_known < last
