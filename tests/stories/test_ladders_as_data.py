"""Ladders of forums and superiors of people: taken in, changed, written out, verified, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models.organisations import forums as forums_table
from models.reminders import reminders
from routes.ladders import Ladder, Rung
from tests.builders import WORLD, case, item
from tests.office import Office
from tests.properties.copies import copies_of
from workflow.clock import LONDON
from workflow.entries import ForumEntry, PersonEntry
from workflow.errors import Faulty, NotPermitted, Refused, Unknown
from workflow.ledger import Change
from workflow.queries.auditing import chain
from workflow.queries.decisions import Filters, decisions
from workflow.queries.seeing import may_see_item
from workflow.use_cases import setting_up
from workflow.use_cases.setting_up import Setting, given
from workflow.visibility import reader_of

Fresh = Callable[[], Office]

CABINET = "{id: cabinet, organisation: council, name: Cabinet, form: committee}"
EARLY = "{report-due: {at: '08:00', ladder: [{before: 20}, {after: 1, to: [holder, lead]}, {after: 2, to: superior}]}}"
EARLY_LADDER = Ladder(
    (Rung("before", 20), Rung("after", 1, ("holder", "lead")), Rung("after", 2, ("superior",))), "08:00"
)
WITH_LADDERS = CABINET.replace("}", f", reminders: {EARLY}}}")
LEAD = "{id: lead, name: Governance lead, roles: [{role: lead, organisation: council}]}"
PART_II = {"part": "II", "exemption": "{basis: Schedule 12A, paragraphs: [3], reason: Prices of bidders}"}


@pytest.fixture
def fresh(prepared_sqlite: Path, tmp_path: Path) -> Iterator[Fresh]:
    """Opens as many empty offices as a story needs."""
    with copies_of(prepared_sqlite, tmp_path) as opened:
        yield opened


def bound() -> str:
    return case(items=item(steps="{cabinet: {meeting: c-oct}}"))


def people(*entries: str) -> str:
    return "people:\n" + "".join(f"  - {entry}\n" for entry in entries)


def faults(office: Office, *files: str, update: bool = False) -> list[str]:
    with pytest.raises(Faulty) as caught:
        office.load(*files, update=update)
    return list(caught.value.faults)


def told_first(office: Office, kind: str, step: str) -> datetime | None:
    """When somebody is told next of one thing, by the clocks in England."""
    with office.runtime.looking() as look:
        query = select(reminders.c.next_at).where(reminders.c.kind == kind, reminders.c.step == step)
        at = look.db.execute(query.where(reminders.c.ended_at.is_(None))).scalar_one()
        return at.astimezone(LONDON).replace(tzinfo=None) if at else None


def superiors(office: Office) -> dict[str, str]:
    return {person.id: person.superior for person in office.known().people.values() if person.superior}


# Forums


def test_a_forum_has_ladders_of_its_own(office: Office) -> None:
    office.load(bound().replace(CABINET, WITH_LADDERS))
    assert office.known().world.forums["cabinet"].reminders == (("report-due", EARLY_LADDER),)
    assert office.known().world.forums["hwb"].reminders == ()
    assert office.load(bound().replace(CABINET, WITH_LADDERS)).changed == 0
    assert office.verify().faults == []


def test_other_ladders_of_a_forum_move_what_people_are_reminded_of_there(office: Office) -> None:
    office.load(bound())
    usual = told_first(office, "report-due", "cabinet")
    assert usual is not None
    assert "differs from what was loaded before, in reminders" in faults(office, f"forums: [{WITH_LADDERS}]")[0]
    taken = office.load(f"forums: [{WITH_LADDERS}]", update=True)
    assert (taken.changed, set(taken.plans)) == (1, {"plan"})
    early = told_first(office, "report-due", "cabinet")
    assert early is not None and early < usual and (early.hour, early.minute) == (8, 0)

    office.load("forums: [{id: cabinet, reminders: {report-due: {ladder: []}}}]", update=True)
    assert told_first(office, "report-due", "cabinet") is None, "nobody is to be told"
    office.load("forums: [{id: cabinet, reminders: null}]", update=True)
    assert told_first(office, "report-due", "cabinet") == usual
    assert office.verify().faults == []


def test_a_forum_gets_the_usual_ladders_back(office: Office) -> None:
    office.load(bound().replace(CABINET, WITH_LADDERS))
    office.load("forums: [{id: cabinet, reminders: null}]", update=True)
    assert office.known().world.forums["cabinet"].reminders == ()
    assert office.verify().faults == []


def test_what_is_left_to_do_after_a_decision_follows_too(desk: Office) -> None:
    """The minutes are due of a step that is no longer open."""
    desk.load(
        bound().replace("report_due: {days: 3", "minutes_due: {days: 10, unit: working-days}\n    report_due: {days: 3")
    )
    desk.clock.to("2023-10-13 09:00")
    desk.clerk.records("plan", "cabinet", "agreed", on="2023-10-12")
    usual = told_first(desk, "minutes-due", "cabinet")
    desk.load("forums: [{id: cabinet, reminders: {minutes-due: {at: '14:15', ladder: [{after: 7}]}}}]", update=True)
    later = told_first(desk, "minutes-due", "cabinet")
    assert usual is not None and later is not None and later > usual and (later.hour, later.minute) == (14, 15)


def test_the_ledger_tells_a_forums_ladders_in_words(desk: Office) -> None:
    desk.load(bound())
    desk.load(f"forums: [{WITH_LADDERS}]", update=True)
    with desk.runtime.looking() as look:
        newest = chain(look, "forum:cabinet").events[0]
    assert newest.sentence == "Forum changed: Cabinet (cabinet)"
    assert dict(newest.facts)["reminders"] == (
        "Report due: 20 working days before, to whoever has to act; 1 working day after, to whoever has to act and "
        "the lead; 2 working days after, to the superior; each at 08:00"
    )


def test_a_ledger_from_before_there_were_ladders_and_superiors_still_holds(desk: Office) -> None:
    desk.load(bound())
    with desk.runtime.doing("operator") as do:
        values = {"name": "The Cabinet", "form": "committee", "quorum": None}  # as it was written down then
        act = {"entry": {"id": "cabinet", "organisation": "council", "name": "The Cabinet", "form": "committee"}}
        change = Change(forums_table, (), values)
        do.append("forum:cabinet", "forum-changed", on=None, act=act, changes=[change])
        do.world_changed = True
    assert desk.verify().faults == []
    desk.load("forums: [{id: cabinet, reminders: {idle: {ladder: []}}}]", update=True)
    assert desk.verify().faults == []
    with desk.runtime.doing("operator") as do:
        do.db.execute(forums_table.update().where(forums_table.c.id == "cabinet").values(reminders=None))
    assert "reminders is None" in desk.verify().faults[0].message


# Superiors


def test_a_superior_may_be_described_later_or_in_another_file(office: Office) -> None:
    lead = LEAD.replace("roles", "superior: chief, roles")
    chief = "{id: chief, name: Chief executive, superior: mayor}"
    office.load(WORLD, people("{id: other, name: Other, superior: chief}", chief), people("{id: mayor, name: Mayor}"))
    office.load(people(lead), update=True)
    assert superiors(office) == {"lead": "chief", "other": "chief", "chief": "mayor"}
    assert office.known().people["lead"].roles == {("lead", "council")}
    assert office.verify().faults == []
    office.load("people: [{id: lead, superior: null}]", update=True)
    assert superiors(office) == {"other": "chief", "chief": "mayor"}
    assert office.verify().faults == []


def test_superiors_that_cannot_be_are_told_all_at_once_with_their_lines(office: Office) -> None:
    office.load(WORLD, people("{id: chief, name: Chief executive}"))
    found = faults(
        office,
        people(
            "{id: one, name: One, superior: nobody}",
            "{id: two, name: Two, superior: two}",
            "{id: three, name: Three, superior: four}",
            "{id: five, name: Five, superior: three}",
            "{id: six, name: Six, superior: one}",
        ),
        people("{id: four, name: Four, superior: three}"),
    )
    assert found == [
        "case-1.yaml:3: there is no person nobody who could be the superior of one",
        "case-1.yaml:4: two cannot be their own superior: leave “superior” out or name somebody else",
        "case-1.yaml:5: superiors go in a circle: three → four → three; leave “superior” out for one of them",
    ]
    assert "one" not in office.known().people


def test_a_change_may_not_close_a_circle_with_who_is_known(office: Office) -> None:
    office.load(WORLD, people("{id: chief, name: Chief}", "{id: deputy, name: Deputy, superior: chief}"))
    office.load("people: [{id: lead, superior: deputy}]", update=True)
    found = faults(office, "people:\n  - {id: chief, superior: lead}\n", update=True)
    assert found == [
        "case-1.yaml:3: superiors go in a circle: chief → lead → deputy → chief; leave “superior” out for one of them"
    ]
    assert superiors(office) == {"deputy": "chief", "lead": "deputy"}


def test_a_superior_with_a_fault_of_their_own_is_not_told_twice(desk: Office) -> None:
    found = faults(desk, WORLD, people("{id: chief, name: Chief, superior: boss}", "{id: boss, name: Boss, post: x}"))
    assert found == ["case-2.yaml:4: “post” may not stand here"]


def test_ladders_and_superiors_come_back_from_a_dump(fresh: Fresh) -> None:
    office = fresh()
    office.load(
        bound().replace(CABINET, WITH_LADDERS), people("{id: one, name: One, superior: two}", "{id: two, name: Two}")
    )
    office.load("people: [{id: two, superior: one}, {id: one, superior: null}]", update=True)  # the other way round
    office.load("forums: [{id: hwb, reminders: {idle: {ladder: []}}}, {id: cabinet, reminders: null}]", update=True)
    text = office.dump()
    other = fresh()
    other.load(text)
    assert other.dump() == text
    assert superiors(other) == superiors(office) == {"two": "one"}
    assert other.known().world.forums == office.known().world.forums
    assert (other.load(text).new, other.load(text).changed) == (0, 0)
    assert office.verify().faults == other.verify().faults == []


# Who sees what


def test_the_superior_of_a_lead_sees_what_the_lead_sees_of_part_i_and_nothing_else(office: Office) -> None:
    items = item("public", title="Open plan") + item("exempt", title="Secret plan", **PART_II)
    elsewhere = item("other", title="Plan of the trust", organisation="trust", route="elsewhere")
    route = "  - route: elsewhere\n    stages: [{id: board, forum: trust-board, ask: agree, decisive: true}]\n"
    told = case(items=items + elsewhere).replace("items:\n", route + "items:\n", 1)
    chief, mayor = "{id: chief, name: Chief executive, superior: mayor}", "{id: mayor, name: Mayor}"
    clerk_chief = "{id: head-clerk, name: Head of democratic services}"
    office.load(told, people(chief, mayor, clerk_chief))
    assert sees(office, "chief") == set()

    office.load("people: [{id: lead, superior: chief}, {id: clerk, superior: head-clerk}]", update=True)
    assert sees(office, "lead") == {"public", "exempt"}
    assert sees(office, "chief") == {"public"}, "Part II stays closed to them"
    assert sees(office, "mayor") == set(), "they are not told when the lead does not act"
    assert sees(office, "head-clerk") == set(), "who is above a secretary sees nothing by that"
    with office.runtime.looking() as look:
        assert may_see_item(look, reader_of(look.known, "chief"), "public")
        assert not may_see_item(look, reader_of(look.known, "chief"), "exempt")
    with pytest.raises(NotPermitted):
        office.chief.does("hold", item="public", reason="I would rather not")

    office.load("people: [{id: lead, superior: null}]", update=True)
    assert sees(office, "chief") == set()


def sees(office: Office, who: str) -> set[str]:
    with office.runtime.looking() as look:
        return {row.item for row in decisions(look, reader_of(look.known, who), Filters()).page.rows}


# What administrators do


def sets(office: Office, what: str, entry: Any, **more: Any) -> str:
    done, _plans = office.runtime.do(getattr(setting_up, what), Setting(None, entry, **more), "operator")
    return str(done.sentence)


def chief(**more: Any) -> Any:
    return given(PersonEntry, {"id": "chief", "name": "Chief executive", "roles": [], **more})


def test_an_administrator_names_a_superior_and_everybody_knows_at_once(office: Office) -> None:
    office.load(WORLD)
    sets(office, "person", chief(), new=True)
    lead = {"id": "lead", "name": "Governance lead", "roles": [{"role": "lead", "organisation": "council"}]}
    sets(office, "person", PersonEntry.model_validate({**lead, "superior": "chief"}), seen=99)
    assert superiors(office) == {"lead": "chief"}
    assert office.known().led_below == {"chief": {"council"}}
    with pytest.raises(Refused, match="Chief executive is already above Governance lead, at once or through others"):
        sets(office, "person", chief(superior="lead"), seen=99)
    with pytest.raises(Refused, match="Nobody can be their own superior"):
        sets(office, "person", chief(superior="chief"), seen=99)
    with pytest.raises(Unknown, match="no such person who could be the superior"):
        sets(office, "person", chief(superior="nobody"), seen=99)
    assert superiors(office) == {"lead": "chief"}
    assert office.verify().faults == []


def test_an_administrator_gives_a_forum_its_ladders(office: Office) -> None:
    office.load(bound())
    said = {"id": "cabinet", "organisation": "council", "name": "Cabinet", "form": "committee"}
    usual = told_first(office, "report-due", "cabinet")
    entry = ForumEntry.model_validate({**said, "reminders": {"report-due": {"ladder": [{"before": 30}]}}})
    sets(office, "forum", entry, seen=99)
    assert office.known().world.forums["cabinet"].reminders == (("report-due", Ladder((Rung("before", 30),))),)
    assert told_first(office, "report-due", "cabinet") != usual
    sets(office, "forum", given(ForumEntry, {**said, "reminders": None}, {"reminders": {"report-due": {}}}), seen=99)
    assert told_first(office, "report-due", "cabinet") == usual
    assert office.verify().faults == []
