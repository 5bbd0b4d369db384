"""Who sees which item: in the list, by name, in sentences about others, and in forward plans that anybody may read."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.forecasts import readers
from tests.builders import case, item
from tests.office import Office
from workflow.dossiers import Dossier
from workflow.queries.decisions import Filters, Listed, decisions
from workflow.queries.forums import forum, meeting
from workflow.queries.publications import forum_plan, organisation_plan
from workflow.queries.seeing import may_see_item
from workflow.shelf import fetch_around, fetch_conditions
from workflow.visibility import Reader, may_see, may_see_texts_of_step, reader_keys_of, reader_of, visible

PEOPLE = """
  - {id: member, name: Cabinet member, roles: [{role: member, forum: cabinet}]}
  - {id: icb-lead, name: ICB lead, roles: [{role: lead, organisation: icb}]}
  - {id: trust-lead, name: Trust lead, roles: [{role: lead, organisation: trust}]}
  - {id: legal, name: Solicitor, roles: [{role: clearer, area: legal}]}
  - {id: auditor, name: Auditor, roles: [{role: auditor}]}
  - {id: admin, name: Administrator, roles: [{role: admin}]}
  - {id: checker, name: Readiness assessor}
  - {id: obliged, name: Head of estates}
  - {id: stranger, name: Somebody else}
"""

#: council's own; with the ICB's board; with every party; with a clearance; with a check by a named person
STAGES = """\
- {id: cabinet, forum: cabinet, ask: agree, clearances: [finance]}
- {id: ready, kind: gate, after: [], waits_for: {check: Ready, by: checker, evidence: required}}
- {id: board, forum: board, ask: agree, decisive: true, after: [cabinet]}
- {id: partners, each: parties, ask: approve, after: [cabinet]}
"""
PARTIES = "[trust]"
PART_II = {"part": "II", "exemption": "{basis: Schedule 12A, paragraphs: [3], reason: Prices of bidders}"}

EVERYBODY = (
    "author", "lead", "clerk", "chair", "member", "partnership-clerk", "icb-clerk", "icb-lead", "trust-clerk",
    "trust-lead", "finance", "legal", "checker", "obliged", "das", "auditor", "admin", "stranger",
)  # fmt: skip


def two_items() -> str:
    """The same matter once in Part I and once in Part II."""
    items = item("public", title="Open plan", parties=PARTIES)
    items += item("exempt", title="Secret plan", parties=PARTIES, **PART_II)
    world = case(stages=STAGES, items=items)
    return world.replace("meetings:\n", PEOPLE.lstrip("\n") + "meetings:\n", 1)


def sees(office: Office, who: str, **wanted: str) -> set[str]:
    with office.runtime.looking() as look:
        found = decisions(look, reader_of(look.known, who), Filters(**wanted))  # type: ignore[arg-type]
        return {row.item for row in found.page.rows}


def listed(office: Office, who: str, name: str) -> Listed:
    with office.runtime.looking() as look:
        rows = decisions(look, reader_of(look.known, who), Filters(state="any")).page.rows
        return next(row for row in rows if row.item == name)


def test_each_kind_of_user_sees_what_is_theirs(office: Office) -> None:
    office.load(two_items())
    both, open_only, nothing = {"public", "exempt"}, {"public"}, set[str]()
    assert {who: sees(office, who) for who in EVERYBODY} == {
        "author": both,  # its owner
        "lead": both,  # of its organisation
        "clerk": both,  # of a forum on its route
        "chair": open_only,  # of the council's board, which is not on it
        "member": both,
        "partnership-clerk": nothing,
        "icb-clerk": both,
        "icb-lead": open_only,  # the ICB's forum is on the route, the ICB is no party
        "trust-clerk": both,
        "trust-lead": both,  # of a party
        "finance": both,  # whose clearance is asked
        "legal": nothing,
        "checker": both,  # whom the route names
        "obliged": nothing,
        "das": open_only,  # an office-holder of the council, not on the route
        "auditor": open_only,
        "admin": open_only,
        "stranger": nothing,
    }


def test_one_item_in_hand_is_judged_as_lists_judge_it(office: Office) -> None:
    office.load(two_items())
    with office.runtime.looking() as look:
        dossiers: dict[str, Dossier] = {}
        fetch_around(look.db, ["public", "exempt"], dossiers)
        fetch_conditions(look.db, dossiers.values())
        for name, dossier in dossiers.items():
            keys = reader_keys_of(dossier, look.known)
            stored = set(look.db.execute(select(readers.c.reader).where(readers.c.item == name)).scalars())
            assert stored == keys
            for who in EVERYBODY:
                reader = reader_of(look.known, who)
                assert may_see(reader, dossier.item["part"], keys) == may_see_item(look, reader, name), (who, name)
                assert may_see(reader, dossier.item["part"], keys) == (name in sees(office, who))


def test_whoever_owes_something_for_a_condition_sees_the_item_from_then_on(office: Office) -> None:
    office.load(two_items())
    office.clock.to("2023-10-13 09:00")
    owed = {"text": "Sell the site first", "owner": "obliged", "due": "2023-12-01"}
    office.clerk.records("exempt", "cabinet", "agreed", on="2023-10-12", conditions=[owed])
    assert sees(office, "obliged") == {"exempt"}
    office.clerk.corrects("exempt", "cabinet", "deferred", because="The minutes say so", until="c-nov")
    assert sees(office, "obliged") == set(), "there never was such a condition"


def test_a_change_of_owner_or_organisation_of_a_draft_changes_who_sees_it(office: Office) -> None:
    office.load(two_items().replace("id: exempt,", "id: exempt, state: draft,"))
    assert "exempt" in sees(office, "lead")
    changed = two_items().replace("id: exempt,", "id: exempt, state: draft,")
    head, _, tail = changed.partition("id: exempt,")
    tail = tail.replace("organisation: council", "organisation: icb", 1).replace("owner: author", "owner: obliged", 1)
    office.load(f"{head}id: exempt,{tail}", update=True)
    assert "exempt" not in sees(office, "lead")
    assert "exempt" not in sees(office, "author")
    assert "exempt" in sees(office, "icb-lead")
    assert "exempt" in sees(office, "obliged")


def test_a_forum_that_moves_to_another_organisation_takes_its_items_along(office: Office) -> None:
    office.load(two_items())
    place = "{id: board, organisation: place, name: ICB Board, form: committee}"
    assert "icb-lead" in {who for who in EVERYBODY if "public" in sees(office, who)}
    office.load(
        two_items().replace("{id: board, organisation: icb, name: ICB Board, form: committee}", place), update=True
    )
    assert "public" not in sees(office, "icb-lead")


def test_the_title_of_an_item_that_somebody_may_not_see_is_in_no_sentence(office: Office) -> None:
    """A gate looks at an exempt item: its title and its id, which is made of its title, are for those on its route."""
    secret = "  - route: plain\n    title: Plain\n    for: [plan]\n    stages:\n"
    secret += "      - {id: cabinet, forum: cabinet, ask: agree, decisive: true}\n"
    waiting = (
        "- {id: deal, kind: gate, waits_for: {item: $deal, stage: cabinet, outcome: agreed}}\n"
        "- {id: board, forum: board, ask: agree, decisive: true}\n"
    )
    items = item("secret-sale-of-the-depot", title="Sale of the depot", route="plain", **PART_II)
    items += item("waiting", title="New depot", forums="{deal: secret-sale-of-the-depot}")
    office.load(case(stages=waiting, items=items).replace("routes:\n", f"routes:\n{secret}", 1))
    assert listed(office, "lead", "waiting").waiting_for == ("Sale of the depot to be agreed by Cabinet",)
    for_others = listed(office, "icb-clerk", "waiting").waiting_for
    assert for_others == ("Another item to be agreed by Cabinet",)
    office.clock.to("2023-07-20 09:00")  # planned on an earlier day: said anew, by the same rule
    assert listed(office, "icb-clerk", "waiting").waiting_for == for_others
    assert listed(office, "lead", "waiting").waiting_for == ("Sale of the depot to be agreed by Cabinet",)


def test_forum_and_meeting_pages_leave_out_what_is_not_for_the_reader(office: Office) -> None:
    bound = "{cabinet: {meeting: c-oct}}"
    items = item("public", steps=bound, parties=PARTIES) + item("exempt", steps=bound, parties=PARTIES, **PART_II)
    world = case(stages=STAGES, items=items).replace("meetings:\n", PEOPLE.lstrip("\n") + "meetings:\n", 1)
    office.load(world)
    with office.runtime.looking() as look:
        for who, seen in (("clerk", {"public", "exempt"}), ("auditor", {"public"}), ("stranger", set())):
            reader = reader_of(look.known, who)
            assert {row.item for row in meeting(look, reader, "c-oct").bound} == seen
            coming = forum(look, reader, "cabinet").coming[0]
            assert {row.item for row in coming.items} == seen
    office.clock.to("2023-10-13 09:00")
    for name in ("public", "exempt"):
        office.clerk.records(name, "cabinet", "agreed", on="2023-10-12")
    with office.runtime.looking() as look:
        assert {row.item for row in meeting(look, reader_of(look.known, "auditor"), "c-oct").resolved} == {"public"}


def test_forward_plans_are_of_part_one_and_of_what_is_under_way(office: Office) -> None:
    items = item("public", title="Open plan", parties=PARTIES, steps="{board: {part: II}}")
    items += item("exempt", title="Secret plan", parties=PARTIES, **PART_II)
    items += item("draft", title="Unfinished plan", parties=PARTIES, state="draft")
    world = case(stages=STAGES, items=items).replace("meetings:\n", PEOPLE.lstrip("\n") + "meetings:\n", 1)
    office.load(world)
    with office.runtime.looking() as look:
        of_cabinet = forum_plan(look, "cabinet")
        rows = [row for _month, of in of_cabinet.months for row in of]
        assert [(row.title, row.private, row.responsible) for row in rows] == [("Open plan", False, "Report author")]
        of_the_icb = organisation_plan(look, "icb")
        rows = [row for _month, of in of_the_icb.months for row in of]
        assert [(row.title, row.private) for row in rows] == [("Open plan", True)]


@pytest.mark.parametrize(
    ("keys", "part", "step_part", "may"),
    [
        ({"organisation:icb"}, "I", "I", True),
        ({"organisation:icb"}, "I", "II", False),
        ({"forum:board"}, "I", "II", True),
        ({"everything"}, "I", "I", True),
        ({"everything"}, "I", "II", False),
        ({"everything"}, "II", "I", False),
        ({"person:author"}, "II", "II", True),
        (set(), "I", "I", False),
    ],
)
def test_texts_of_a_step_in_part_two_are_for_those_on_the_route(
    keys: set[str], part: str, step_part: str, may: bool
) -> None:
    exempt = frozenset(key for key in keys if key != "everything" and not key.startswith("organisation:"))
    reader = Reader("somebody", frozenset(keys), exempt)
    of_item = {"organisation:icb", "forum:board", "person:author"}
    assert may_see_texts_of_step(reader, part, step_part, of_item) is may


def test_nobody_sees_anything(desk: Office) -> None:
    desk.load(two_items())
    with desk.runtime.looking() as look:
        nobody = reader_of(look.known, "not-there")
        assert not decisions(look, nobody, Filters(state="any")).page.rows
        assert look.db.execute(select(readers.c.item).where(visible(nobody, readers.c.item))).all() == []
