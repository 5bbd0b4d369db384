"""Case files: what loading them promises, sentence by sentence."""

from __future__ import annotations

from typing import get_args

import pytest
from sqlalchemy import select

from models.forecasts import forecasts
from models.organisations import forums, roles
from routes.words import ROLES, Form
from tests.builders import case
from tests.office import Office
from tests.properties.world import COUNCIL, ENDORSED, PLAN, ROUTE
from workflow.errors import Faulty

NOTHING_NEW = (0, 0, 0)


def taken(desk: Office, *cases: str, update: bool = False) -> tuple[int, int, int]:
    """How much was new, how much changed, how many acts."""
    found = desk.load(*cases, update=update)
    return (found.new, found.changed, found.acts)


def faults(desk: Office, *cases: str, update: bool = False) -> list[str]:
    """What is said against these files; nothing of them may be kept."""
    before = desk.dump()
    with pytest.raises(Faulty) as refused:
        desk.load(*cases, update=update)
    assert desk.dump() == before
    assert desk.verify().ok
    return list(refused.value.faults)


def with_keys(case: str, **keys: str) -> str:
    """The one item of a case with more keys."""
    return case.rstrip() + "".join(f"\n    {key}: {value}" for key, value in keys.items()) + "\n"


@pytest.fixture
def loaded(desk: Office) -> Office:
    desk.load(COUNCIL, ROUTE + PLAN + ENDORSED)
    return desk


def test_one_faulty_entry_and_nothing_of_any_file_is_kept(desk: Office) -> None:
    found = faults(desk, COUNCIL + ROUTE, PLAN.replace("owner: owner", "owner: nobody"))
    assert found == ["case-2.yaml:4: there is no person nobody to own it"]
    assert desk.where() == []


def test_every_fault_of_every_file_is_told_at_once_with_its_line(desk: Office) -> None:
    found = faults(
        desk,
        COUNCIL.replace("rules: executive}", "rules: no-such-rules}").replace("form: consultative", "form: club"),
        ROUTE + PLAN.replace("owner: owner", "owner: nobody") + "    colour: blue\n",
        "outcomes:\n  - {item: lanes, step: cabinet, outcome: agreed, date: 2023-06-15}\n"
        "events:\n  - {action: hold, item: lanes, reason: Too early}\n  - {action: dance, item: lanes}\n",
    )
    assert [fault.split(": ")[0] for fault in found] == [
        "case-1.yaml:4", "case-1.yaml:15", "case-2.yaml:19", "case-3.yaml:3", "case-3.yaml:5", "case-3.yaml:6",
    ]  # fmt: skip
    assert "there is no rule pack no-such-rules" in found[0]
    assert "There is no item lanes" in found[3]


def test_a_rule_pack_that_is_named_must_be_known(desk: Office) -> None:
    council = "organisations:\n  - {id: council, name: Council, kind: council, rules: nothing}\n"
    assert faults(desk, council) == ["case-1.yaml:3: there is no rule pack nothing"]
    forum = "forums:\n  - {id: cabinet, organisation: council, name: Cabinet, form: committee, rules: nothing}\n"
    assert faults(desk, council.replace(", rules: nothing", "") + forum) == [
        "case-1.yaml:5: there is no rule pack nothing"
    ]


def test_what_only_leans_on_a_faulty_entry_is_not_blamed_as_well(desk: Office) -> None:
    found = faults(desk, COUNCIL.replace("name: Cabinet,", "name: 3,"), ROUTE + PLAN + ENDORSED)
    assert found == ["case-1.yaml:14: “name” must be text; put it in quotes if it looks like a number"]


def test_a_file_that_is_not_yaml_is_named_by_its_line(desk: Office) -> None:
    assert faults(desk, COUNCIL, "items: [\n")[0].startswith("case-2.yaml:")


@pytest.mark.parametrize("version", ["2", "true", "1.0", '"1"'])
def test_a_case_file_begins_with_its_version(desk: Office, version: str) -> None:
    assert faults(desk, f"decision_routes: {version}\n") == [
        "case-1.yaml:1: a case file begins with “decision_routes: 1”"
    ]


def test_the_same_files_again_change_nothing(loaded: Office) -> None:
    before = loaded.dump()
    assert taken(loaded, COUNCIL, ROUTE + PLAN + ENDORSED) == NOTHING_NEW
    assert taken(loaded, COUNCIL + ROUTE + PLAN + ENDORSED) == NOTHING_NEW
    assert loaded.dump() == before


def test_identical_entries_in_several_files_are_one(desk: Office) -> None:
    event = "events:\n  - {action: submit, item: roads, step: cabinet, date: 2023-06-07}\n"
    assert taken(desk, *[COUNCIL + ROUTE + PLAN + ENDORSED + event] * 3)[2] == 2
    assert desk.kinds("roads") == ["created", "recorded", "submitted"]


def test_different_entries_under_one_id_name_both_places(desk: Office) -> None:
    found = faults(desk, COUNCIL, "people:\n  - {id: owner, name: Somebody else}\n")
    assert found == ["case-2.yaml:3: owner is described differently in case-1.yaml, line 19"]


def test_only_the_keys_that_a_file_names_are_compared(loaded: Office) -> None:
    assert taken(loaded, "meetings:\n  - {id: cabinet-july, forum: cabinet, date: 2023-07-06}\n") == NOTHING_NEW
    assert taken(loaded, "people:\n  - {id: owner, name: Head of Place}\n") == NOTHING_NEW


def test_a_difference_is_a_fault_that_names_what_differs(loaded: Office) -> None:
    found = faults(
        loaded,
        "meetings:\n  - {id: cabinet-july, forum: cabinet, date: 2023-07-13, place: County Hall}\n"
        "people:\n  - {id: owner, name: Head of Roads}\n",
    )
    assert "cabinet-july differs from what was loaded before, in date, place; load it with --update" in found[0]
    assert "owner differs from what was loaded before, in name" in found[1]


def test_update_applies_differences_and_keeps_what_it_does_not_name(loaded: Office) -> None:
    moved = "meetings:\n  - {id: cabinet-september, forum: cabinet, date: 2023-09-14}\n"
    assert taken(loaded, moved, update=True) == (0, 1, 0)
    step = loaded.step("roads", "cabinet")
    assert (step["meeting"], step["time"]) == ("2023-09-14", "14:00")
    assert taken(loaded, moved) == NOTHING_NEW
    assert "differs" in faults(loaded, COUNCIL)[0]


def test_update_rewrites_a_draft_and_forgets_what_it_was_bound_to(loaded: Office) -> None:
    draft = PLAN.replace("roads", "lanes")
    loaded.load(with_keys(draft, state="draft", steps="{cabinet: {meeting: cabinet-july, notice_given: 2023-06-01}}"))
    loaded.load(with_keys(draft, state="draft", steps="{cabinet: {}}", target="2023-12-01"), update=True)
    found = loaded.item("lanes", on="2023-07-01")
    assert found["target"] == "2023-12-01"
    assert loaded.step("lanes", "cabinet", on="2023-07-01")["meeting_id"] is None
    assert loaded.verify().ok


def test_update_touches_neither_outcomes_nor_items_that_have_started(loaded: Office) -> None:
    found = faults(loaded, PLAN.replace("Roads plan", "Lanes plan"), update=True)
    assert "The item has started: it keeps what it set out with" in found[0]
    found = faults(loaded, ENDORSED.replace("endorsed", "supported"), update=True)
    assert "partnership of roads is on record with another outcome for 2023-06-06" in found[0]


def test_an_outcome_may_say_more_than_before_only_if_it_is_the_same(loaded: Office) -> None:
    said_less = "outcomes:\n  - {item: roads, step: partnership, outcome: endorsed, date: 2023-06-06}\n"
    assert taken(loaded, said_less) == NOTHING_NEW
    assert taken(loaded, ENDORSED.replace("text:", "amended: false, text:")) == NOTHING_NEW
    assert "another text" in faults(loaded, ENDORSED.replace("As set out.", "As amended."))[0]


def test_outcomes_are_taken_in_the_order_in_which_they_stand(desk: Office) -> None:
    desk.load(COUNCIL + ROUTE + PLAN)
    first = "  - {item: roads, step: partnership, outcome: deferred, date: 2023-06-06}\n"
    second = "  - {item: roads, step: partnership, outcome: endorsed, date: 2023-06-20}\n"
    assert len(faults(desk, "outcomes:\n" + second + first)) == 1
    assert taken(desk, "outcomes:\n" + first + second) == (0, 0, 2)
    assert desk.step("roads", "partnership")["round"] == 2


def test_sections_may_stand_in_any_order(desk: Office) -> None:
    desk.load(ENDORSED + PLAN + ROUTE + COUNCIL)
    assert desk.states("roads")["partnership"] == "passed"


def test_a_second_outcome_in_one_round_is_refused(loaded: Office) -> None:
    twice = ENDORSED + "  - {item: roads, step: partnership, outcome: endorsed, date: 2023-06-07}\n"
    assert "Other clerk has already recorded “endorsed”" in faults(loaded, twice)[0]


@pytest.mark.parametrize(
    ("outcome", "why_not"),
    [
        ("step: partnership, outcome: endorsed, date: 2023-06-06, by: cabinet-clerk", "may not do this (record)"),
        ("step: partnership, outcome: endorsed, date: 2023-06-06, by: nobody", "There is no person nobody"),
        ("step: partnership, outcome: endorsed, date: 2023-07-19", "lies ahead"),
        ("step: scrutiny, outcome: endorsed, date: 2023-06-06", "has no step scrutiny"),
        ("step: partnership, outcome: deferred, date: 2023-06-06, until: 2023-06-01", "name a later day"),
        ("step: partnership, outcome: deferred, date: 2023-06-06, until: no-meeting", "There is no meeting no-meeting"),
    ],
)
def test_outcomes_go_through_the_engine_and_its_rules(desk: Office, outcome: str, why_not: str) -> None:
    found = faults(desk, COUNCIL + ROUTE + PLAN + f"outcomes:\n  - {{item: roads, {outcome}}}\n")
    assert len(found) == 1
    assert why_not in found[0]


def test_who_ran_the_command_is_the_actor_and_by_is_on_behalf_of(loaded: Office) -> None:
    event = loaded.history("roads")[1]
    assert (event["actor"], event["on_behalf_of"], event["date"]) == ("operator", "other-clerk", "2023-06-06")


def test_events_name_the_actions_and_a_repeated_one_is_known(loaded: Office) -> None:
    events = """
    events:
      - {action: bind, item: roads, step: cabinet, meeting: cabinet-july, reason: Agreed by telephone}
      - {action: meeting add, meeting: cabinet-extra, forums: [cabinet, partnership], meets_on: 2023-08-01,
         reason: Urgent}
      - {action: correct, item: roads, step: partnership, outcome: supported, amended: false, conditions: [],
         reason: Wrong}
    """
    assert taken(loaded, events) == (0, 0, 3)
    assert taken(loaded, events) == NOTHING_NEW
    assert "Bound to the meeting cabinet-july. Reason: Agreed by telephone" in loaded.story("roads")
    extra = next(m for m in loaded.known().world.meetings["partnership"] if m.id == "cabinet-extra")
    assert extra.forums == ("cabinet", "partnership")


def test_an_update_is_of_something_that_is_there(loaded: Office) -> None:
    updates = (
        "items, entry: {id: lanes, title: New, type: plan, route: two-forums, organisation: council, owner: owner}",
        "people, entry: {id: nobody, name: Nobody}",
        "meetings, entry: {id: no-meeting, forum: cabinet, date: 2023-06-06}",
        "outcomes, entry: {item: roads, step: cabinet, outcome: agreed, date: 2023-06-15}",
        "rules, entry: {id: standard-icb-board, call_in: {days: 1, unit: calendar-days}}",
    )
    found = faults(loaded, "events:\n" + "".join(f"  - {{action: update, section: {said}}}\n" for said in updates))
    assert [fault.partition(": ")[2] for fault in found] == [
        "there is no lanes among the items that could be updated",
        "there is no nobody among the people that could be updated",
        "there is no no-meeting among the meetings that could be updated",
        "an update names its “section” and its “entry”",
        "standard-icb-board: ids that begin with “standard-” belong to the product; use another",
    ]


def test_a_shipped_id_may_not_be_used_again(desk: Office) -> None:
    found = faults(desk, "rules:\n  - {id: standard-icb-board, agenda_day: {days: 1, unit: calendar-days}}\n")
    assert "ids that begin with “standard-” belong to the product" in found[0]


def test_a_dated_pack_holds_from_its_day(desk: Office) -> None:
    from_august = COUNCIL.replace(
        "forums:\n", "  - {id: executive, from: 2023-08-01, agenda_day: {days: 1, unit: working-days}}\nforums:\n", 1
    )
    desk.load(from_august + ROUTE + PLAN)
    assert desk.plan("roads", on="2023-06-01").step("cabinet").notice_by is None
    day_before = desk.plan("roads", on="2023-06-01", cabinet="2023-07-06").step("cabinet").agenda_by
    assert day_before is not None
    assert day_before.isoformat() == "2023-06-28"
    after = desk.plan("roads", on="2023-06-01", cabinet="2023-09-07").step("cabinet").agenda_by
    assert after is not None
    assert after.isoformat() == "2023-09-06"
    assert taken(desk, from_august) == NOTHING_NEW


def test_a_joint_meeting_serves_every_forum_that_sits(desk: Office) -> None:
    joint = '  - {id: joint, forums: [partnership, cabinet], date: 2023-08-01, time: "09:00"}\n'
    desk.load(
        COUNCIL + joint + ROUTE + with_keys(PLAN, steps="{partnership: {meeting: joint}, cabinet: {meeting: joint}}")
    )
    assert [step["meeting_id"] for step in desk.item("roads")["steps"]] == ["joint", "joint"]


def test_names_in_a_route_are_filled_by_the_item(desk: Office) -> None:
    route = ROUTE.replace("forum: cabinet,", "forum: $decider,")
    assert "needs to know $decider" in faults(desk, COUNCIL + route + PLAN)[0]
    assert "there is no forum moon" in faults(desk, COUNCIL + route + with_keys(PLAN, forums="{decider: moon}"))[0]
    assert "powers do not reach to agree" in faults(
        desk, COUNCIL + route + with_keys(PLAN, forums="{decider: partnership}")
    )[0]  # fmt: skip
    desk.load(COUNCIL + route + with_keys(PLAN, forums="{decider: board}"))
    assert desk.step("roads", "cabinet")["forum"] == "board"


def test_a_party_answers_through_the_one_forum_that_can(desk: Office) -> None:
    route = ROUTE.replace("forum: cabinet, ask", "each: parties, ask").replace(", clearances: [finance]", "")
    desk.load(COUNCIL + route + with_keys(PLAN, parties="[health, council]"))
    assert [step["forum"] for step in desk.item("roads")["steps"]] == ["partnership", "board", "cabinet"]
    desk.load("forums:\n  - {id: second, organisation: health, name: Second, form: committee}\n")
    assert taken(desk, route + with_keys(PLAN, parties="[health, council]")) == NOTHING_NEW
    other = route + with_keys(PLAN.replace("roads", "lanes"), parties="[health]")
    assert "say which forum of health is to agree: its forums board, second could all do it" in faults(desk, other)[0]


def test_an_item_takes_the_route_of_its_own_file_else_the_newest_else_the_pinned(desk: Office) -> None:
    newer = ROUTE.replace("id: cabinet, forum", "id: deciders, forum")
    desk.load(COUNCIL, ROUTE + PLAN, newer + PLAN.replace("roads", "lanes"))
    assert "cabinet" in desk.states("roads")
    assert "deciders" in desk.states("lanes")
    desk.load(PLAN.replace("roads", "paths"))
    assert "deciders" in desk.states("paths")
    pinned = next(event["data"]["act"]["entry"]["route"] for event in desk.history("roads"))
    desk.load(PLAN.replace("roads", "bridges").replace("two-forums", pinned))
    assert "cabinet" in desk.states("bridges")
    assert taken(desk, PLAN.replace("two-forums", pinned)) == NOTHING_NEW
    assert (
        "differs from what was loaded before, in route" in faults(desk, PLAN.replace("two-forums", "two-forums@0"))[0]
    )
    assert (
        "there is no one version"
        in faults(desk, PLAN.replace("two-forums", "two-forums@0000").replace("roads", "fields"))[0]
    )


def test_a_gate_on_an_unknown_item_is_a_fault_whatever_else_is_recorded(loaded: Office) -> None:
    gated = ROUTE.replace("two-forums", "gated").replace(
        "    stages:\n",
        "    stages:\n      - {id: gate, kind: gate, waits_for: {item: $deal, stage: cabinet, outcome: decided}}\n",
    )
    lanes = PLAN.replace("roads", "lanes").replace("two-forums", "gated")
    agreed = "outcomes:\n  - {item: roads, step: cabinet, outcome: agreed, date: 2023-06-15}\n"
    found = faults(loaded, gated + with_keys(lanes, forums="{deal: nothing}") + agreed)
    assert ["the gate gate waits for the item nothing" in fault for fault in found] == [True]
    loaded.load(gated + with_keys(lanes, forums="{deal: roads}", state="draft"))
    assert "nothing" in faults(loaded, with_keys(lanes, forums="{deal: nothing}") + agreed, update=True)[0]


def test_a_check_by_somebody_whom_nobody_knows_is_a_fault(loaded: Office) -> None:
    checked = ROUTE.replace("two-forums", "checked").replace(
        "    stages:\n",
        "    stages:\n      - {id: money, kind: gate, waits_for: {check: Money found, by: treasurer}}\n",
    )
    lanes = PLAN.replace("roads", "lanes").replace("two-forums", "checked")
    (found,) = faults(loaded, checked + lanes)
    assert found.endswith(": there is no person treasurer to make the check of the gate money")
    loaded.load("people:\n  - {id: treasurer, name: Treasurer}\n", checked + lanes)
    assert loaded.item("lanes")["now"] == ["money"]


def test_the_place_of_a_meeting_is_a_label_and_no_prose(loaded: Office) -> None:
    sitting = "meetings:\n  - {id: cabinet-may, forum: cabinet, date: 2023-05-04, place: PLACE}\n"
    (found,) = faults(loaded, sitting.replace("PLACE", "x" * 201))
    assert found.startswith("case-1.yaml:3: “place” is too long for a label: write at most 200 characters")
    loaded.load(sitting.replace("PLACE", "x" * 200))
    assert "cabinet-may" in loaded.known().meetings


def planned_on(desk: Office) -> str:
    """The day as of which the plan that lists show was made."""
    with desk.runtime.looking() as look:
        return str(look.db.execute(select(forecasts.c.computed_for).where(forecasts.c.item == "roads")).scalar_one())


def test_a_change_of_post_plans_nothing_anew_but_a_change_of_rules_does(loaded: Office) -> None:
    assert planned_on(loaded) == "2023-07-18"
    loaded.clock.to("2023-07-20 09:00")
    loaded.load("people:\n  - {id: owner, name: Head of Place, email: place@example.org}\n", update=True)
    assert loaded.known().people["owner"].email == "place@example.org"
    assert planned_on(loaded) == "2023-07-18"
    loaded.load("organisations:\n  - {id: council, name: Westshire County Council}\n", update=True)
    assert planned_on(loaded) == "2023-07-20"


def test_files_and_tables_know_the_same_roles_and_forms_of_forum() -> None:
    kept = {str(c.sqltext) for table in (roles, forums) for c in table.constraints if hasattr(c, "sqltext")}
    for words in (ROLES, get_args(Form)):
        assert any(all(f"'{word}'" in one for word in words) and one.count("'") == 2 * len(words) for one in kept)


def test_an_entry_may_name_only_what_it_has_to_say_of_something_known(desk: Office) -> None:
    desk.load(case())
    assert desk.load("people:\n  - {id: lead, name: Governance lead}\n").new == 0
    with pytest.raises(Faulty, match="case-1.yaml:3: lead differs from what was loaded before, in name"):
        desk.load("people:\n  - {id: lead, name: Head of governance}\n")
    desk.load("meetings:\n  - {id: c-oct, date: 2023-10-19}\n", update=True)
    assert desk.known().meetings["c-oct"].forums == ("cabinet",)
    assert str(desk.known().meetings["c-oct"].date) == "2023-10-19"
    with pytest.raises(Faulty, match="case-1.yaml:3: “name” is missing"):
        desk.load("people:\n  - {id: nobody-yet, email: a@example.org}\n")
    assert desk.verify().ok


def test_one_file_may_lean_on_what_another_describes_whole(desk: Office) -> None:
    whole = "people:\n  - {id: lead, name: Governance lead}\n"
    desk.load("people:\n  - {id: lead}\n", whole)
    assert desk.known().people["lead"].name == "Governance lead"
    with pytest.raises(Faulty, match="newcomer is described differently in case-1.yaml, line 3"):
        desk.load("people:\n  - {id: newcomer, name: A}\n", "people:\n  - {id: newcomer, email: a@example.org}\n")
