"""What administrators set up: organisations, forums, people, each change an event, none undoing another's."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from models.accounts import accounts
from models.forecasts import timetable
from tests.office import LANCASHIRE, Office
from workflow.accounts import create_with_password
from workflow.entries import ForumEntry, OrganisationEntry, PersonEntry
from workflow.errors import AlreadyDecided, NotPermitted, Refused, Unknown
from workflow.queries.administration import (
    exempt_beyond,
    id_from,
    newest_event,
    people_list,
    person_of,
    person_warnings,
)
from workflow.setup import initialise
from workflow.use_cases import setting_up
from workflow.use_cases.setting_up import AccountAct, Setting, given
from workflow.visibility import reader_of

ADMIN = "systems-administrator"
ITEM = "options-appraisal-2023"


@pytest.fixture
def lancashire(desk: Office) -> Office:
    return prepared(desk)


def prepared(office: Office) -> Office:
    office.load(
        LANCASHIRE,
        """
        people:
          - {id: systems-administrator, name: Systems administrator, email: systems@example.org, roles: [{role: admin}]}
        """,
    )
    return office


def sets(office: Office, what: str, entry: Any, by: str | None = ADMIN, **more: Any) -> str:
    done, _plans = office.runtime.do(getattr(setting_up, what), Setting(by, entry, **more), by or "operator")
    return str(done.sentence)


def seen(office: Office) -> int:
    with office.runtime.looking() as look:
        return newest_event(look)


def head(office: Office, forum: str) -> int:
    with office.runtime.inspecting() as db:
        return int(db.exec_driver_sql(f"SELECT seq FROM forums WHERE id = '{forum}'").scalar_one())


def test_an_organisation_with_a_forum_and_its_secretary(office: Office) -> None:
    prepared(office)
    trust = OrganisationEntry(id="trust", name="Hospital Trust", kind="nhs", rules="icb-board")
    assert sets(office, "organisation", trust, new=True) == "Hospital Trust is added."
    said = {"id": "trust-board", "organisation": "trust", "name": "Board", "form": "committee", "rules": None}
    meets = {"every": "month", "day": "first thursday"}
    sets(office, "forum", given(ForumEntry, {**said, "quorum": {"fraction": "1/4"}, "meets": meets}), new=True)
    roles = [{"role": "secretary", "forum": "trust-board"}, {"role": "lead", "organisation": "trust"}]
    clerk = PersonEntry.model_validate({"id": "clerk", "name": "Clerk", "email": "clerk@example.org", "roles": roles})
    sets(office, "person", clerk, new=True)

    known = office.known()
    assert known.world.forums["trust-board"].rules == "icb-board"
    assert known.people["clerk"].roles == {("secretary", "trust-board"), ("lead", "trust")}
    assert office.verify().ok
    assert office.clerk.does("meeting add", meeting="first", forums=["trust-board"], meets_on="2023-09-07")


def test_only_administrators_set_up(lancashire: Office) -> None:
    trust = OrganisationEntry(id="trust", name="Hospital Trust", kind="nhs")
    for person in ("cabinet-secretary", "lcc-governance-lead"):
        with pytest.raises(NotPermitted, match="it is for an administrator"):
            sets(lancashire, "organisation", trust, by=person, new=True)
    assert "trust" not in lancashire.known().organisations


def test_an_id_is_taken_once(lancashire: Office) -> None:
    with pytest.raises(Refused, match="already one with the id lcc"):
        sets(lancashire, "organisation", OrganisationEntry(id="lcc", name="Another", kind="council"), new=True)
    with pytest.raises(Unknown, match="no organisation nobody"):
        sets(lancashire, "organisation", OrganisationEntry(id="nobody", name="Another", kind="council"))
    with pytest.raises(Unknown, match="no rule pack bylaws"):
        sets(lancashire, "organisation", OrganisationEntry(id="x", name="X", kind="council", rules="bylaws"), new=True)


def test_the_second_administrator_is_told_who_was_first(office: Office) -> None:
    prepared(office)
    sets(office, "person", PersonEntry.model_validate(
        {"id": "second", "name": "Second administrator", "roles": [{"role": "admin"}]}), new=True)  # fmt: skip
    opened = seen(office)
    secretary = {"id": "cabinet-secretary", "name": "Clerk of Cabinet", "email": "clerk@example.org",
                 "roles": [{"role": "secretary", "forum": "lcc-cabinet"}]}  # fmt: skip
    sets(office, "person", PersonEntry.model_validate(secretary), by="second", seen=opened)
    with pytest.raises(AlreadyDecided, match="Second administrator changed this on 18 July 2023"):
        sets(office, "person", PersonEntry.model_validate({**secretary, "name": "Other"}), seen=opened)
    assert office.known().people["cabinet-secretary"].name == "Clerk of Cabinet"

    other = PersonEntry.model_validate({"id": "hwb-secretary", "name": "HWB clerk", "roles": []})
    sets(office, "person", other, seen=opened)  # what somebody else changed elsewhere does not matter


def test_a_forum_is_held_by_its_own_chain(lancashire: Office) -> None:
    opened = head(lancashire, "lcc-cabinet")
    lancashire.cabinet_secretary.does("meeting add", meeting="extra", forums=["lcc-cabinet"], meets_on="2023-11-09")
    cabinet = ForumEntry(id="lcc-cabinet", organisation="lcc", name="Cabinet", form="committee", quorum=4)
    sets(lancashire, "forum", cabinet, seen=opened)  # a new meeting is no change of the forum
    with pytest.raises(AlreadyDecided, match="Systems administrator"):
        sets(lancashire, "forum", cabinet, seen=opened)


def test_what_a_forum_loses_comes_back_from_a_dump_as_lost(lancashire: Office, tmp_path: Any) -> None:
    before = {"id": "lcc-cabinet", "organisation": "lcc", "name": "Cabinet", "form": "committee", "quorum": 3}
    entry = given(ForumEntry, {**before, "quorum": None, "rules": None}, before)
    sets(lancashire, "forum", entry, seen=head(lancashire, "lcc-cabinet"))
    roles = [{"role": "secretary", "forum": "lcc-cabinet"}]
    said = {"id": "cabinet-secretary", "name": "Clerk", "email": None, "roles": roles}
    sets(lancashire, "person", given(PersonEntry, said, {"email": "old@example.org"}), seen=seen(lancashire))
    text = lancashire.dump()
    copy = Office(f"sqlite:///{tmp_path / 'copy.sqlite'}")
    initialise(copy.runtime)
    copy.load(text)
    assert copy.known().people["cabinet-secretary"].email is None
    assert copy.dump() == text
    with copy.runtime.inspecting() as db:
        assert db.exec_driver_sql("SELECT quorum FROM forums WHERE id = 'lcc-cabinet'").scalar_one() is None
    copy.close()


def test_a_changed_forum_is_planned_anew(office: Office) -> None:
    prepared(office)
    before = office.plan(ITEM).step("cabinet").agenda_by
    cabinet = ForumEntry(
        id="lcc-cabinet", organisation="lcc", name="Cabinet", form="committee", rules="icb-board", quorum=3
    )
    sets(office, "forum", cabinet, seen=head(office, "lcc-cabinet"))
    after = office.plan(ITEM).step("cabinet").agenda_by
    assert after != before
    with office.runtime.inspecting() as db:  # and so do lists say
        listed = select(timetable.c.agenda_by).where(timetable.c.item == ITEM, timetable.c.step == "cabinet")
        assert db.execute(listed).scalar_one() == after
    assert office.verify().ok


def test_roles_are_replaced_as_a_whole(lancashire: Office) -> None:
    entry = PersonEntry.model_validate(
        {
            "id": "cabinet-secretary",
            "name": "Cabinet secretary",
            "roles": [{"role": "chair", "forum": "lancashire-hwb"}],
        }
    )
    sets(lancashire, "person", entry, seen=seen(lancashire))
    assert lancashire.known().people["cabinet-secretary"].roles == {("chair", "lancashire-hwb")}
    with pytest.raises(NotPermitted):
        lancashire.cabinet_secretary.does("meeting add", meeting="extra", forums=["lcc-cabinet"], meets_on="2023-11-09")


def test_somebody_remains_administrator(lancashire: Office) -> None:
    entry = PersonEntry(id=ADMIN, name="Systems administrator", email="systems@example.org")
    with pytest.raises(Refused, match="only administrator"):
        sets(lancashire, "person", entry, seen=seen(lancashire))
    other = PersonEntry.model_validate({"id": "other", "name": "Other", "roles": [{"role": "admin"}]})
    sets(lancashire, "person", other, new=True)
    sets(lancashire, "person", entry, seen=seen(lancashire))
    assert not lancashire.known().people[ADMIN].holds("admin")


def test_the_only_secretary_of_a_forum_with_open_items_is_missed(lancashire: Office) -> None:
    with lancashire.runtime.looking() as look:
        secretary = person_of(look, "cabinet-secretary")
        assert ["only secretary of Cabinet" in said for said in person_warnings(look, secretary, [])] == [True]
        assert person_warnings(look, secretary, secretary.roles) == []
        assert person_warnings(look, person_of(look, "finance-officer"), []) == []
    deputy = {"id": "deputy", "name": "Deputy", "roles": [{"role": "secretary", "forum": "lcc-cabinet"}]}
    sets(lancashire, "person", PersonEntry.model_validate(deputy), new=True)
    with lancashire.runtime.looking() as look:
        assert person_warnings(look, person_of(look, "cabinet-secretary"), []) == []


def test_whoever_gets_another_address_signs_in_with_it(lancashire: Office) -> None:
    with lancashire.runtime.doing("operator") as do:
        create_with_password(do, "cabinet-secretary", "seven violet tractors")
    entry = PersonEntry.model_validate({"id": "cabinet-secretary", "name": "Cabinet secretary",
        "email": "clerk@example.org", "roles": [{"role": "secretary", "forum": "lcc-cabinet"}]})  # fmt: skip
    sets(lancashire, "person", entry, seen=seen(lancashire))
    with lancashire.runtime.inspecting() as db:
        assert db.execute(select(accounts.c.sign_in)).scalar_one() == "clerk@example.org"
    with pytest.raises(Refused, match="e-mail address"):
        sets(lancashire, "person", given(PersonEntry, {"id": "cabinet-secretary", "name": "Cabinet secretary",
            "email": None, "roles": []}, {"email": "clerk@example.org"}), seen=seen(lancashire))  # fmt: skip


def test_accounts_are_for_administrators_and_nobody_disables_their_own(lancashire: Office) -> None:
    def acts(by: str, person: str, what: str) -> str:
        form = AccountAct(by, person, what, "https://decisions.example.org", "Decisions")
        done, _plans = lancashire.runtime.do(setting_up.account, form, by)
        return str(done.sentence)

    with pytest.raises(NotPermitted):
        acts("cabinet-secretary", "hwb-secretary", "invite")
    assert "letter" in acts(ADMIN, "hwb-secretary", "invite")
    assert "disabled" in acts(ADMIN, "hwb-secretary", "disable")
    assert "again" in acts(ADMIN, "hwb-secretary", "enable")
    with pytest.raises(Refused, match="your own account"):
        acts(ADMIN, ADMIN, "disable")
    with pytest.raises(Refused):
        acts(ADMIN, "hwb-secretary", "promote")


def test_people_are_walked_by_key(lancashire: Office) -> None:
    rows = "\n".join(f"  - {{id: p-{n:04}, name: Post {n:04}}}" for n in range(120))
    lancashire.load(f"people:\n{rows}\n")
    with lancashire.runtime.looking() as look:
        found, after = [], None
        while True:
            page = people_list(look, words="post 0", after=after)
            found += [row.id for row in page.rows]
            if page.after is None:
                break
            after = page.after
        assert found == sorted(found)
        assert len(found) == page.total == 120
        assert [row.id for row in people_list(look, words="post 0", before=page.rows[0].id).rows] == found[50:100]
        assert {row.id for row in people_list(look, role="admin").rows} == {ADMIN}


def test_an_export_would_take_along_what_an_administrator_may_not_see(lancashire: Office) -> None:
    def beyond(person: str) -> int:
        with lancashire.runtime.looking() as look:
            return exempt_beyond(look, reader_of(look.known, person))

    assert beyond(ADMIN) == 0
    lancashire.load(
        """
        items:
          - {id: sale-of-the-depot, title: Sale of the depot, type: plan, route: standard-single-forum-decision,
             organisation: lcc, owner: head-of-place, part: II,
             exemption: {basis: Schedule 12A, paragraphs: [3], reason: A price}, forums: {forum: lcc-cabinet}}
          - {id: partly-private, title: Partly private, type: plan, route: standard-single-forum-decision,
             organisation: lcc, owner: head-of-place, forums: {forum: lcc-cabinet}, steps: {decision: {part: II}}}
        """
    )
    assert (beyond(ADMIN), beyond("cabinet-secretary")) == (2, 0)


def test_ids_are_made_of_names() -> None:
    assert id_from("St Helen’s Children’s Board", (), "new") == "st-helens-childrens-board"
    assert id_from("Cabinet", {"cabinet", "cabinet-2"}, "new") == "cabinet-3"
    assert id_from("…", (), "forum") == "forum"
    assert len(id_from("x" * 10_000, (), "new")) <= 100
