"""What is planned anew when organisations, rules or forums become others: what follows from them, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, select

from models.forecasts import forecasts, readers, tasks, timetable
from tests.builders import case, item, route
from tests.office import Office
from workflow import forecast
from workflow.case_files import load
from workflow.case_reading import read_files
from workflow.entries import ForumEntry, OrganisationEntry
from workflow.plans import Plan
from workflow.setup import initialise
from workflow.use_cases import setting_up
from workflow.use_cases.setting_up import Setting

COUNCIL = {"id": "council", "name": "Borough Council", "kind": "council", "rules": "executive"}
CABINET = {"id": "cabinet", "organisation": "council", "name": "Cabinet", "form": "committee"}
BOARD_ONLY = route("- {id: board, forum: board, ask: agree, decisive: true}", name="board-only", types="memo")
ITEMS = item() + item("memo", type="memo", route="board-only", organisation="icb") + item("draft", state="draft")


@pytest.fixture
def town(office: Office) -> Office:
    """A plan on its way to Cabinet, a draft of one, and a memorandum that has nothing to do with the council."""
    office.load(case(items=ITEMS).replace("routes:\n", BOARD_ONLY, 1))
    return office


def comes_to(office: Office, moment: str) -> None:
    """A later day, on which everything has been planned anew."""
    office.clock.to(moment)
    with office.runtime.doing("decision-routes") as do:
        forecast.refresh_stale(do)


def is_set_up(office: Office, what: str, said: dict[str, Any], seen: int = 99, new: bool = False) -> set[str]:
    """An administrator saves it; the items that were planned anew."""
    shape = OrganisationEntry if what == "organisation" else ForumEntry
    setting = Setting(None, shape.model_validate(said), new, seen)
    _done, plans = office.runtime.do(getattr(setting_up, what), setting, "operator")
    return set(plans)


def is_loaded(office: Office, text: str) -> set[str]:
    """A file is taken in with its differences; the items that were planned anew."""
    with office.runtime.doing("operator") as do:
        return set(load(do, read_files([("more.yaml", f"decision_routes: 1\n{text}".encode())]), update=True).plans)


def lists_are_right(office: Office) -> bool:
    """Whether lists say what they would if everything were planned anew."""
    before = derived(office)
    with office.runtime.doing("decision-routes") as do:
        for table in (forecasts, readers, timetable, tasks):
            do.db.execute(delete(table))
    initialise(office.runtime)
    return derived(office) == before


def derived(office: Office) -> list[Any]:
    with office.runtime.inspecting() as db:
        return [
            sorted(map(str, db.execute(select(table))), key=str) for table in (forecasts, readers, timetable, tasks)
        ]


def listed(office: Office, name: str) -> Any:
    with office.runtime.inspecting() as db:
        return db.execute(select(forecasts).where(forecasts.c.item == name)).mappings().one()


def test_another_kind_of_organisation_is_planned_nowhere(town: Office) -> None:
    assert is_set_up(town, "organisation", COUNCIL | {"kind": "unitary"}) == set()
    assert is_set_up(town, "organisation", COUNCIL) == set()
    assert is_loaded(town, "organisations:\n  - {id: council, name: Borough Council, kind: unitary}\n") == set()
    assert town.known().organisations["council"].kind == "unitary"
    assert lists_are_right(town)


def test_other_rules_of_an_organisation_are_planned_at_its_forums(town: Office) -> None:
    before = town.plan("plan").step("cabinet").agenda_by
    assert is_set_up(town, "organisation", COUNCIL | {"rules": "plain"}) == {"plan", "draft"}
    assert town.plan("plan").step("cabinet").agenda_by != before
    assert lists_are_right(town)
    assert is_set_up(town, "organisation", {"id": "icb", "name": "Integrated Care Board", "kind": "nhs"}) == {"memo"}
    assert lists_are_right(town)
    assert is_loaded(town, "organisations:\n  - {id: council, rules: executive}\n") == {"plan", "draft"}
    assert town.plan("plan").step("cabinet").agenda_by == before
    assert lists_are_right(town)
    assert town.verify().ok


def test_other_rules_count_for_what_was_decided_and_may_still_be_called_in(town: Office) -> None:
    comes_to(town, "2023-10-13 09:00")
    for step, on in (("partnership", "2023-08-02"), ("hwb", "2023-09-12"), ("cabinet", "2023-10-12")):
        town.operator.records("plan", step, "agreed", on=on)
    assert listed(town, "plan")["state"] == "in-progress"
    assert "plan" in is_loaded(town, "organisations:\n  - {id: council, rules: plain}\n")
    assert listed(town, "plan")["state"] == "complete"
    assert lists_are_right(town)


def test_another_name_of_an_organisation_stands_in_sentences_about_its_own_items(town: Office) -> None:
    town.lead.does("hold", item="plan", reason="Election")
    assert is_set_up(town, "organisation", COUNCIL | {"name": "Metropolitan Council"}) == {"plan", "draft"}
    assert listed(town, "plan")["waiting_for"] == ["The lead of Metropolitan Council to resume it"]
    assert lists_are_right(town)


def test_forums_that_share_a_name_say_whose_they_are(town: Office) -> None:
    comes_to(town, "2023-10-13 09:00")
    town.operator.records("plan", "partnership", "endorsed", on="2023-08-02")
    town.operator.records("plan", "hwb", "endorsed", on="2023-09-12")
    second = {"id": "second", "organisation": "icb", "name": "Cabinet", "form": "committee"}
    assert "plan" in is_set_up(town, "forum", second, new=True)
    assert listed(town, "plan")["here"] == ["Cabinet of Borough Council"]
    assert lists_are_right(town)
    assert "plan" in is_set_up(town, "organisation", COUNCIL | {"name": "Metropolitan Council"})
    assert listed(town, "plan")["here"] == ["Cabinet of Metropolitan Council"]
    assert lists_are_right(town)
    assert "plan" in is_set_up(town, "forum", second | {"name": "Executive"})
    assert listed(town, "plan")["here"] == ["Cabinet"]
    assert lists_are_right(town)


def test_a_renamed_forum_is_renamed_where_it_fell_short(town: Office) -> None:
    comes_to(town, "2023-10-13 09:00")
    for step, on in (("partnership", "2023-08-02"), ("hwb", "2023-09-12")):
        town.operator.records("plan", step, "endorsed", on=on)
    town.operator.records("plan", "cabinet", "noted", on="2023-10-12")
    is_set_up(town, "forum", CABINET | {"name": "Executive"})
    assert "Executive again" in listed(town, "plan")["waiting_for"][0]
    assert lists_are_right(town)


def test_rules_from_another_day_on_are_planned_where_they_hold(town: Office) -> None:
    later = "  - {id: executive, from: 2023-10-01, executive: true, agenda_day: {days: 9, unit: clear-working-days}}\n"
    before = town.plan("plan").step("cabinet").agenda_by
    assert is_loaded(town, f"rules:\n{later}") == {"plan", "draft"}
    assert town.plan("plan").step("cabinet").agenda_by != before
    assert lists_are_right(town)
    assert is_loaded(town, "rules:\n  - {id: by-laws, agenda_day: {days: 9, unit: working-days}}\n") == set()


def test_what_waits_for_an_item_that_is_planned_anew_is_planned_anew_too(town: Office) -> None:
    gated = route(
        "- {id: gate, kind: gate, waits_for: {item: $deal, stage: cabinet, outcome: agreed}}\n"
        "- {id: board, forum: board, ask: agree, decisive: true}\n",
        name="gated",
        types="memo",
    )
    town.load(gated + "items:\n" + item("later", type="memo", route="gated", organisation="icb",
                                        forums="{deal: plan}"))  # fmt: skip
    assert "later" in is_set_up(town, "forum", CABINET | {"name": "Executive"})
    assert "Executive" in listed(town, "later")["waiting_for"][0]
    assert lists_are_right(town)


def plan_that_raises(monkeypatch: pytest.MonkeyPatch, *broken: str) -> None:
    """From now on nobody can plan these items."""
    real = forecast.planner.plan

    def plan(of: Any, *more: Any, **told: Any) -> Plan:
        if of.item.id in broken:
            raise ZeroDivisionError("nobody foresaw this")
        return real(of, *more, **told)

    monkeypatch.setattr(forecast.planner, "plan", plan)


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_the_daily_run_passes_over_what_it_cannot_plan(
    town: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, limit: int
) -> None:
    town.clock.to("2023-07-19 09:00")
    plan_that_raises(monkeypatch, "draft", "memo")
    passed_over: set[str] = set()
    rounds = 0
    with caplog.at_level("WARNING", logger="decision_routes"):
        while rounds < 10:
            with town.runtime.doing("decision-routes") as do:
                if not forecast.refresh_stale(do, limit, passed_over):
                    break
            rounds += 1
    assert rounds < 10, "it would go on for ever"
    assert passed_over == {"draft", "memo"}
    assert {name: listed(town, name)["computed_for"].day for name in ("plan", "draft", "memo")} == {
        "plan": 19, "draft": 18, "memo": 18,
    }  # fmt: skip
    said = [record.getMessage() for record in caplog.records]
    assert [name for name in ("draft", "memo") for line in said if f"item='{name}'" in line] == ["draft", "memo"]
    assert all("ZeroDivisionError" in line and "nobody foresaw" not in line for line in said)
    with town.runtime.inspecting() as db:
        assert db.execute(select(timetable).where(timetable.c.item == "memo")).first() is not None, "it keeps its lists"
    monkeypatch.undo()
    with town.runtime.doing("decision-routes") as do:
        assert forecast.refresh_stale(do) == 2, "the next run tries again"
    assert lists_are_right(town)
