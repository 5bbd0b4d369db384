"""What is written out and taken in again is the same: plans, histories, texts, and the dump itself."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.office import LANCASHIRE, WEST_LANCASHIRE, Office
from tests.properties.copies import copies_of
from tests.properties.world import COUNCIL, ENDORSED, PLAN, ROUTE
from workflow.queries.where import plan_json, timetable, where

Fresh = Callable[[], Office]
KEPT = ("date", "on_behalf_of", "kind", "step", "data")


@pytest.fixture
def fresh(prepared_sqlite: Path, tmp_path: Path) -> Iterator[Fresh]:
    """Opens as many empty offices as a story needs."""
    with copies_of(prepared_sqlite, tmp_path) as opened:
        yield opened


def same_everywhere(one: Office, other: Office, *days: str) -> None:
    """Two installations tell the same of every item, on each of these days."""
    for day in days:
        on = date.fromisoformat(day)
        with one.runtime.looking() as look, other.runtime.looking() as elsewhere:
            assert where(look, on=on) == where(elsewhere, on=on)
            for item in [found["item"] for found in where(look, on=on)]:
                plan, again = timetable(look, item, on=on)[0], timetable(elsewhere, item, on=on)[0]
                assert plan_json(plan) == plan_json(again)
    for item in [found["item"] for found in one.where()]:
        assert remembered(one, item) == remembered(other, item)
        assert one.story(item) == other.story(item)


def remembered(office: Office, item: str) -> list[dict[str, Any]]:
    """An item's history as a dump keeps it: without the moments, the actor and the digests."""
    kept = [{name: event[name] for name in KEPT} for event in office.history(item)]
    return [json.loads(_without_digests(json.dumps(event))) for event in kept]


def _without_digests(text: str) -> str:
    return re.sub(r"\b(sha256:)?[0-9a-f]{64}\b", "digest", text)


def taken_again(office: Office, text: str, clock: str) -> None:
    """A dump taken in once more changes nothing."""
    office.clock.to(clock)
    again = office.load(text)
    assert (again.new, again.changed, again.acts) == (0, 0, 0)
    assert office.dump() == text


def comes_back(office: Office, fresh: Fresh, *days: str, clock: str = "2024-01-10 09:00") -> Office:
    """Dump, load elsewhere and dump again; everything is the same, and everything holds."""
    text = office.dump()
    office.clock.to(clock)
    other = fresh()
    other.clock.to(clock)
    other.load(text)
    assert other.dump() == text
    same_everywhere(office, other, *days, clock.split()[0])
    taken_again(other, text, clock)
    assert office.verify().faults == other.verify().faults == []
    return other


def test_the_lancashire_cases_come_back(fresh: Fresh) -> None:
    office = fresh()
    office.load(LANCASHIRE, WEST_LANCASHIRE)
    other = comes_back(office, fresh, "2019-11-10", "2023-07-05", "2023-07-18")
    again = other.load(LANCASHIRE, WEST_LANCASHIRE)
    assert (again.new, again.changed, again.acts) == (0, 0, 0)


def test_a_dump_goes_from_one_kind_of_database_to_the_other(office: Office, fresh: Fresh) -> None:
    office.load(COUNCIL + ROUTE + PLAN + ENDORSED)
    office.cabinet_clerk.does("bind", item="roads", step="cabinet", meeting="cabinet-july", on="2023-06-20")
    office.cabinet_clerk.does("meeting cancel", meeting="cabinet-july", reason="Too few could come", on="2023-07-03")
    comes_back(office, fresh, "2023-06-05", "2023-06-25", "2023-07-02")


def test_acts_of_every_kind_come_back_in_their_order(fresh: Fresh) -> None:
    office = fresh()
    office.load(COUNCIL + ROUTE + PLAN)
    clerk, other = office.cabinet_clerk, office.other_clerk
    other.records("roads", "partnership", "noted", "2023-06-06", conditions=[{"text": "Ask again", "owner": "owner"}])
    office.owner.does("meet", item="roads", step="partnership", number=1, evidence="Asked", on="2023-06-07")
    office.lead.does("send-back", item="roads", step="partnership", reason="Only noted", on="2023-06-08")
    other.does(
        "meeting add", meeting="extra", forums=["partnership"], meets_on="2023-06-12", time="09:30", on="2023-06-08"
    )
    other.does("bind", item="roads", step="partnership", meeting="extra", on="2023-06-09")
    other.does("meeting move", meeting="extra", meets_on="2023-06-13", on="2023-06-10")
    other.records("roads", "partnership", "endorsed", "2023-06-13", amended=True, text="As amended")
    other.does("meeting held", meeting="extra", on="2023-06-14")
    office.lead.does("hold", item="roads", reason="Election", on="2023-06-14")
    office.lead.does("resume", item="roads", reason="Over", on="2023-06-15")
    office.owner.does("submit", item="roads", step="cabinet", version=2, on="2023-06-16")
    office.lead.does("material", item="roads", material=False, reason="Spelling only", on="2023-06-16")
    office.lead.does("key-decision", item="roads", key_decision=True, value=5_000_000, reason="Big", on="2023-06-16")
    office.finance.does(
        "clear", item="roads", step="cabinet", area="finance", cleared=False, reason="No", on="2023-06-16"
    )
    office.finance.does("clear", item="roads", step="cabinet", area="finance", cleared=True, on="2023-06-19")
    clerk.does("notice", item="roads", step="cabinet", on="2023-06-19")
    clerk.does("bind", item="roads", step="cabinet", meeting="cabinet-july", on="2023-06-20")
    clerk.does("agenda", item="roads", step="cabinet", on="2023-06-21")
    clerk.records("roads", "cabinet", "referred-back", "2023-07-06", reason="Costs unclear")
    clerk.corrects(
        "roads", "cabinet", "referred-back", because="Wrong words", on="2023-07-07", text="Costs are unclear"
    )
    other.records("roads", "partnership", "endorsed", "2023-07-10")
    clerk.records("roads", "cabinet", "agreed", "2023-07-12", published="2023-07-13")
    clerk.does("call-in", item="roads", step="cabinet", reason="Five members", on="2023-07-17")
    clerk.does("reconsider", item="roads", step="cabinet", on="2023-07-18")
    days = [
        "2023-06-07",
        "2023-06-09",
        "2023-06-14",
        "2023-06-17",
        "2023-06-20",
        "2023-07-06",
        "2023-07-11",
        "2023-07-17",
    ]
    comes_back(office, fresh, *days)


def test_what_a_correction_took_away_stays_away(fresh: Fresh) -> None:
    office = fresh()
    office.load(COUNCIL + ROUTE + PLAN)
    clerk, other = office.cabinet_clerk, office.other_clerk
    ask = {"text": "Ask again", "owner": "owner"}
    other.records("roads", "partnership", "endorsed", "2023-06-06", conditions=[ask, {"text": "Why", "owner": "lead"}])
    office.owner.does("meet", item="roads", step="partnership", number=1, evidence="Asked", on="2023-06-07")
    other.corrects(
        "roads", "partnership", "endorsed", "One only", conditions=[ask], on="2023-06-08", decided="2023-06-06"
    )
    clerk.records("roads", "cabinet", "deferred", "2023-06-15", until="cabinet-september", published="2023-06-16")
    clerk.corrects(
        "roads", "cabinet", "deferred", "No day was named", "2023-06-17", decided="2023-06-15", cleared=["until"]
    )
    other.corrects(
        "roads", "partnership", "endorsed", "No conditions at all", "2023-06-18", decided="2023-06-06",
        cleared=["conditions"],
    )  # fmt: skip
    clerk.corrects(
        "roads", "cabinet", "noted", "Never published", "2023-06-19", decided="2023-06-15", cleared=["published"]
    )
    comes_back(office, fresh, "2023-06-07", "2023-06-16", "2023-06-17", "2023-06-18")


def test_entries_that_were_updated_come_back_in_their_last_state(fresh: Fresh) -> None:
    office = fresh()
    office.load(COUNCIL + ROUTE + PLAN)
    office.cabinet_clerk.does(
        "meeting add", meeting="extra", forums=["cabinet"], meets_on="2023-08-01", on="2023-06-01"
    )
    office.cabinet_clerk.does("bind", item="roads", step="cabinet", meeting="cabinet-september", on="2023-06-02")
    office.load("meetings:\n  - {id: extra, forum: cabinet, date: 2023-08-02}\n", update=True)
    office.load(
        "people:\n  - {id: other-clerk, name: Clerk, roles: [{role: secretary, forum: partnership}]}\n"
        "organisations:\n  - {id: health, name: Health, kind: nhs, rules: executive}\n"
        "meetings:\n  - {id: cabinet-september, forum: cabinet, date: 2023-09-07, state: cancelled}\n",
        update=True,
    )
    office.load(
        "rules:\n  - {id: executive, agenda_day: {days: 2, unit: working-days}}\n"
        "forums:\n  - {id: board, organisation: health, name: The Board, form: committee, rules: executive}\n"
        + PLAN.replace("roads", "lanes") + "    state: draft\n",
        update=True,
    )  # fmt: skip
    office.load(PLAN.replace("roads", "lanes").replace("Roads plan", "Lanes plan") + "    value: 5\n", update=True)
    office.owner.does("start", item="lanes", on="2023-06-05")
    office.other_clerk.records("roads", "partnership", "endorsed", "2023-06-06")
    other = comes_back(office, fresh, "2023-06-01", "2023-06-03")
    assert other.item("lanes")["title"] == "Lanes plan"
    assert other.known().world.forums["board"].name == "The Board"
    assert other.step("roads", "cabinet", on="2023-06-10")["meeting_id"] == "cabinet-july"
    assert "released" in other.kinds("roads")


def test_each_item_comes_back_on_its_own_version_of_its_route(fresh: Fresh) -> None:
    office = fresh()
    office.load(COUNCIL + ROUTE + PLAN)
    office.load(ROUTE.replace("id: cabinet, forum", "id: deciders, forum") + PLAN.replace("roads", "lanes"))
    other = comes_back(office, fresh)
    assert set(other.states("roads")) == {"partnership", "cabinet"}
    assert set(other.states("lanes")) == {"partnership", "deciders"}


def test_an_item_bound_to_a_meeting_that_an_act_added_comes_back(fresh: Fresh) -> None:
    office = fresh()
    office.load(COUNCIL)
    office.cabinet_clerk.does(
        "meeting add", meeting="extra", forums=["cabinet"], meets_on="2023-08-01", on="2023-06-01"
    )
    office.load(ROUTE + PLAN.rstrip() + "\n    steps: {cabinet: {meeting: extra}}\n")
    gated = ROUTE.replace("two-forums", "gated").replace(
        "    stages:\n",
        "    stages:\n      - {id: gate, kind: gate, waits_for: {item: $deal, stage: cabinet, outcome: decided}}\n",
    )
    office.load(gated + PLAN.replace("roads", "lanes").replace("two-forums", "gated") + "    forums: {deal: roads}\n")
    comes_back(office, fresh, "2023-07-01")


def test_what_was_redacted_stays_so_and_the_files_that_said_it_are_still_known(fresh: Fresh) -> None:
    office = fresh()
    office.load(COUNCIL + ROUTE + PLAN + ENDORSED)
    office.operator.does("redact", item="roads", number=2, reason="It named a person", on="2023-07-01")
    office.operator.does("redact", item="roads", number=1, reason="It named a place", on="2023-07-01")
    assert "As set out." not in office.dump()
    for one in (office, comes_back(office, fresh)):
        again = one.load(COUNCIL + ROUTE + PLAN + ENDORSED)
        assert (again.new, again.changed, again.acts) == (0, 0, 0)


def test_a_party_keeps_its_forum_though_its_organisation_gains_another(fresh: Fresh) -> None:
    office = fresh()
    route = ROUTE.replace("forum: cabinet, ask", "each: parties, ask").replace(", clearances: [finance]", "")
    office.load(COUNCIL + route + PLAN + "    parties: [health, council]\n")
    office.load("forums:\n  - {id: second, organisation: health, name: Second, form: committee}\n")
    other = comes_back(office, fresh)
    assert other.step("roads", "cabinet:health")["forum"] == "board"


ODD = (
    "yes", "on", "null", "~", "1e5", "0o17", "0x1F", "1_000", "12:30:45", "2023-07-18", ".inf", "-", "- a",
    "a: b", "#x", "a #b", "@a", "`a", "%a", "!tag", "&a", "*a", "'", '"', "\\", "\\n", "{a: b}", "[a]", "a\nb",
    "a\n\n  b\n", "\tx", "x\t", " x", "x ", "é", "🗳️ vote", "a\u2028b", "a\u2029b", "a\x85b", "\u00a0x", "sha256:abc",
    "=", "<<", "? a", "|", ">", "---", "...", "0.1", "+1", "1.", "İ", "x" * 300, "word " * 80, "e\u0301", "\u202e",
    "no-break\u00a0space " * 20,
)  # fmt: skip


def quoted(text: str) -> str:
    """A text as YAML has it in double quotes."""
    said = json.dumps(text, ensure_ascii=False)
    return said.replace("\u2028", "\\L").replace("\u2029", "\\P").replace("\x85", "\\N").replace("\x7f", "\\x7f")


def label(text: str) -> str:
    """As much of a text as a place may have, quoted."""
    return quoted(text[:200] if text[:200].strip() else "Hall")


def with_texts(texts: list[str]) -> str:
    """A case with an item for each of these texts, and with the text wherever a text may stand."""
    words = [quoted(text) for text in texts]
    fields = ", ".join(f"{word}: [{word}, {{a: {word}}}]" for word in words)
    council = COUNCIL.replace("name: Westshire Council", f"name: {words[0]}")
    route = ROUTE.replace("Two forums", words[0])
    places, plans, outcomes = "", "", ""
    for number, word in enumerate(words):
        places += f"  - {{id: sitting-{number}, forum: board, date: 2023-11-01, place: {label(texts[number])}}}\n"
        plan = PLAN.replace("\nitems:\n", "").replace("Roads plan", word).replace("id: roads", f"id: roads-{number}")
        plans += plan.replace("[Endorse the plan, Agree its cost]", f"[{word}, {word}]")
        plans += f"    part: II\n    exemption: {{basis: {word}, reason: {word}}}\n    divisions: [{word}]\n"
        plans += f"    fields: {{{fields if number == 0 else ''}}}\n"
        outcome = ENDORSED.replace("\noutcomes:\n", "").replace("As set out.", word)
        outcomes += outcome.replace("item: roads", f"item: roads-{number}")
    return f"{council}{places}{route}items:\n{plans}outcomes:\n{outcomes}"


def survives(office: Office, other: Office, texts: list[str]) -> None:
    office.load(with_texts(texts))
    dumped = office.dump()
    other.load(dumped)
    assert other.dump() == dumped
    assert [item["title"] for item in yaml.safe_load(dumped)["items"]] == [item["title"] for item in office.where()]
    assert sorted(item["title"] for item in other.where()) == sorted(texts)
    for item in (item["item"] for item in office.where()):
        assert office.story(item) == other.story(item)
    for one in (office, other):
        created = one.history("roads-0")[0]["data"]["act"]["entry"]
        assert created["fields"] == {text: [text, {"a": text}] for text in texts}
        assert one.verify().ok


def test_text_that_looks_like_something_else_stays_text(fresh: Fresh) -> None:
    survives(fresh(), fresh(), list(ODD))


SPOKEN = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cn"), blacklist_characters="\ufeff")
    | st.sampled_from("\n\t \x85\u2028:#-'\"\\"),
    min_size=1,
    max_size=200,
).filter(lambda text: bool(text.strip()))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SPOKEN, min_size=1, max_size=3, unique=True))
def test_any_text_survives(fresh: Fresh, texts: list[str]) -> None:
    survives(fresh(), fresh(), texts)


@pytest.mark.parametrize(
    "value", ["1.0e+22", "0.1", "-3", "9007199254740991", "true", "1.5e-7", "~", "[1, [2, {}]]", "{}"]
)
def test_values_in_fields_stay_what_they_are(fresh: Fresh, value: str) -> None:
    office = fresh()
    office.load(COUNCIL + ROUTE + PLAN + f"    fields: {{worth: {value}}}\n    value: 2500000.5\n")
    comes_back(office, fresh)


def test_what_was_recorded_later_is_not_known_earlier(desk: Office) -> None:
    desk.clock.to("2023-06-01 09:00")
    desk.load(COUNCIL + ROUTE + PLAN)
    desk.clock.to("2023-06-20 09:00")
    desk.other_clerk.records("roads", "partnership", "endorsed", "2023-06-06")
    desk.clock.to("2023-07-01 09:00")
    desk.other_clerk.corrects("roads", "partnership", "supported", "Misread", "2023-06-06")
    known = {"known_at": datetime(2023, 6, 10, 12, tzinfo=UTC)}
    assert desk.step("roads", "partnership", **known)["outcome"] is None
    known = {"known_at": datetime(2023, 6, 20, 8, 0, tzinfo=UTC)}
    assert desk.step("roads", "partnership", **known)["outcome"] == "endorsed"
    assert desk.step("roads", "partnership")["state"] == "fell-short"
    with desk.runtime.looking() as look:
        assert where(look, known_at=datetime(2023, 5, 31, tzinfo=UTC)) == []


def test_what_happened_later_has_not_happened_yet_and_facts_of_files_always_count(desk: Office) -> None:
    desk.load(COUNCIL + ROUTE + PLAN + "    steps: {cabinet: {meeting: cabinet-july, notice_given: 2023-06-30}}\n")
    desk.other_clerk.records("roads", "partnership", "endorsed", "2023-06-06")
    desk.owner.does("submit", item="roads", step="cabinet", on="2023-06-20")
    assert desk.states("roads", on="2023-06-05") == {"partnership": "ready", "cabinet": "scheduled"}
    assert desk.states("roads", on="2023-06-06") == {"partnership": "passed", "cabinet": "scheduled"}
    assert desk.states("roads", on="2023-06-20") == {"partnership": "passed", "cabinet": "submitted"}
    assert desk.step("roads", "cabinet", on="2019-01-01")["meeting_id"] == "cabinet-july"
    desk.cabinet_clerk.does("meeting move", meeting="cabinet-july", meets_on="2023-07-11", on="2023-06-25")
    assert desk.step("roads", "cabinet", on="2023-06-24")["meeting"] == "2023-07-06"
    assert desk.step("roads", "cabinet", on="2023-06-25")["meeting"] == "2023-07-11"
