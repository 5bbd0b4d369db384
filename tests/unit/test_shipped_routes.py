"""The routes and rule packs that come with the product are sound and say what they are for."""

from pathlib import Path
from typing import get_args

import pytest

import config
from routes.checks import ancestors, is_id
from routes.loader import shipped, version
from routes.spec import Unit
from routes.words import ASKS, DECISION
from routes.yaml_marks import read

RULES = sorted(Path(config.__file__).parent.joinpath("rules").glob("*.yaml"))
PERIODS = ("key_decision_notice", "agenda_day", "report_due", "decision_published", "call_in", "minutes_due")

each_route = pytest.mark.parametrize("definition", shipped().values(), ids=shipped().keys())
each_pack = pytest.mark.parametrize("file", RULES, ids=[file.stem for file in RULES])


def test_the_routes_of_the_field_are_there():
    assert set(shipped()) == {
        "standard-budget",
        "standard-delegation",
        "standard-memorandum-of-understanding",
        "standard-options-appraisal",
        "standard-plan-approval",
        "standard-section-75-agreement",
        "standard-single-forum-decision",
    }


@each_route
def test_a_route_stands_in_the_file_of_its_name_and_says_when_to_use_it(definition):
    assert definition.file == f"{definition.route.id}.yaml"
    assert definition.route.use_when
    assert definition.route.use_when in " ".join(definition.text.split())
    assert definition.version == version(definition.canonical)


@each_route
def test_a_route_fits_any_organisation(definition):
    forums = [stage.forum for stage in definition.route.stages if stage.forum is not None]
    assert all(forum.startswith("$") for forum in forums)
    assert all(stage.title for stage in definition.route.stages)


@each_route
def test_every_stage_leads_to_a_decision_or_follows_it(definition):
    route = definition.route
    decisive = [stage.id for stage in route.stages if stage.decisive]
    upstream = set().union(*(ancestors(route, stage) for stage in decisive))
    for stage in route.stages:
        assert stage.id in upstream or stage.decisive or ancestors(route, stage.id) & set(decisive)


def test_the_executive_recommends_a_budget_and_the_council_decides_it():
    route = shipped()["standard-budget"].route
    assert route.stage("executive").ask == "recommend"
    assert not route.stage("executive").decisive
    assert ASKS[route.stage("council").ask] == DECISION
    assert route.stage("council").decisive
    assert route.stage("council").papers_after_outcome


def test_every_party_approves_a_memorandum():
    partners = shipped()["standard-memorandum-of-understanding"].route.stage("partners")
    assert partners.each_party
    assert partners.join.needed(7) == 7


def test_the_rule_packs_of_the_field_are_there():
    assert [file.stem for file in RULES] == [
        "standard-council-committee",
        "standard-council-executive",
        "standard-health-and-wellbeing-board",
        "standard-icb-board",
        "standard-joint-committee",
        "standard-lancashire-county-council",
    ]


@each_pack
def test_a_rule_pack_holds_what_a_case_file_may_hold(file):
    document = read(file.read_bytes(), file.name)
    assert list(document) == ["rules"]
    for pack in document["rules"]:
        assert pack["id"] == file.stem
        assert is_id(pack["id"])
        assert isinstance(pack["executive"], bool)
        assert pack.keys() <= {"id", "executive", *PERIODS}
        for period in PERIODS:
            if period in pack:
                assert isinstance(pack[period]["days"], int)
                assert pack[period]["unit"] in get_args(Unit)
                assert pack[period].get("before", "agenda_day") == "agenda_day"


@each_pack
def test_only_executives_have_key_decisions_and_call_in(file):
    (pack,) = read(file.read_bytes(), file.name)["rules"]
    assert pack["executive"] == ("key_decision_notice" in pack) == ("call_in" in pack)


@each_pack
def test_a_rule_pack_says_where_its_rules_come_from(file):
    first = file.read_text(encoding="utf-8").split("rules:")[0]
    assert "agenda_day:" in first
    assert all(line.startswith("#") for line in first.splitlines())


def test_lancashire_waits_three_clear_working_days_for_a_call_in():
    file = next(file for file in RULES if file.stem == "standard-lancashire-county-council")
    (pack,) = read(file.read_bytes(), file.name)["rules"]
    assert pack["call_in"] == {"days": 3, "unit": "clear-working-days"}
