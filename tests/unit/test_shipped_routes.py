"""The routes and rule packs that come with the product are sound and say what they are for."""

from datetime import date
from pathlib import Path

import pytest

import config
from routes.checks import ancestors
from routes.loader import shipped, version
from routes.words import ASKS, DECISION
from routes.yaml_marks import read
from workflow.due_dates import pack_in_force
from workflow.entries import RulesEntry
from workflow.facts import Forum
from workflow.known import ALWAYS, assemble
from workflow.setup import shipped_rules
from workflow.use_cases.installation import content_of

RULES = sorted(Path(config.__file__).parent.joinpath("rules").glob("*.yaml"))

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
        RulesEntry.model_validate(pack)
    days = [pack.get("from") for pack in document["rules"]]
    assert len(set(days)) == len(days)


@each_pack
def test_only_executives_have_key_decisions_and_call_in(file):
    only_executives = {
        "key_decision",
        "key_decision_notice",
        "private_meeting_notice",
        "private_meeting_notice_again",
        "general_exception",
        "decision_published",
        "call_in",
        "documents_to_members",
    }
    for pack in read(file.read_bytes(), file.name)["rules"]:
        assert only_executives & pack.keys() == (only_executives if pack["executive"] else set())


@each_pack
def test_every_rule_of_a_pack_says_where_it_stands_written(file):
    for pack in read(file.read_bytes(), file.name)["rules"]:
        assert pack["sources"].keys() == pack.keys() - {"id", "from", "executive", "sources"}


@each_pack
def test_a_rule_pack_begins_with_what_is_to_be_known_of_its_rules(file):
    first = file.read_text(encoding="utf-8").split("rules:")[0]
    assert "agenda_day:" in first
    assert all(line.startswith("#") for line in first.splitlines())


def test_lancashire_waits_three_clear_working_days_for_a_call_in():
    file = next(file for file in RULES if file.stem == "standard-lancashire-county-council")
    packs = read(file.read_bytes(), file.name)["rules"]
    assert [pack["call_in"] for pack in packs] == [{"days": 3, "unit": "clear-working-days"}] * 4


def test_the_meeting_day_chooses_from_what_value_a_decision_of_lancashire_is_a_key_decision():
    name = "standard-lancashire-county-council"
    rows = [
        {"id": entry.id, "starts": entry.starts or ALWAYS, "rules": content_of(entry)}
        for entry in shipped_rules()
        if entry.id == name
    ]
    world = assemble(0, {"rule_packs": rows}).world
    cabinet = Forum("cabinet", "lcc", "Cabinet", "committee", name)
    meets = {"2011-05-12": None, "2018-03-08": None, "2019-05-16": 1.6e6, "2019-12-05": 1.6e6, "2020-11-05": 1.7e6}
    meets |= {"2024-03-31": 1.7e6, "2024-04-01": 2.2e6}
    for day, value in meets.items():
        pack = pack_in_force(world, cabinet, date.fromisoformat(day))
        assert (pack and pack.significant_value) == value
        assert pack is None or (pack.executive and pack.significant_divisions == 2)


def test_council_committees_gave_three_clear_days_before_october_2002():
    file = next(file for file in RULES if file.stem == "standard-council-committee")
    packs = read(file.read_bytes(), file.name)["rules"]
    assert {pack["from"]: pack["agenda_day"]["days"] for pack in packs} == {"1986-04-01": 3, "2002-10-01": 5}
