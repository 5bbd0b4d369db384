"""Lists: where decisions are, my work, forums. Sorted, narrowed, page by page, in few queries, and true today."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, delete, event, select, update

from models.forecasts import forecasts, readers, tasks, timetable
from models.items import items as items_table
from tests.builders import case, item
from tests.office import Office
from workflow import forecast
from workflow.queries import decisions as lists
from workflow.queries.decisions import Decisions, Filters, Sort, decisions, every_decision, filled_in
from workflow.queries.forums import forum, forums, meeting
from workflow.queries.narrowing import choices
from workflow.queries.paging import Cursor
from workflow.queries.publications import forum_plan
from workflow.queries.work import my_work
from workflow.runtime import Looking
from workflow.setup import initialise
from workflow.visibility import reader_of

PLAIN = "- {id: hwb, forum: hwb, ask: endorse}\n- {id: cabinet, forum: cabinet, ask: agree, decisive: true}\n"
AUDITOR = "people:\n  - {id: auditor, name: Auditor, roles: [{role: auditor}]}\n"
DERIVED = (forecasts, readers, timetable, tasks)


def many(number: int) -> str:
    """So many items of three owners, some with a target that cannot be kept."""
    owners = ("author", "lead", "finance")
    made = [
        item(
            f"plan-{n:03}",
            title=f"Plan {999 - n} for the place",
            owner=owners[n % 3],
            target="2023-07-31" if n % 5 == 0 else "2024-07-31",
            state="draft" if n % 10 == 9 else "in-progress",
        )
        for n in range(number)
    ]
    return case(stages=PLAIN, items="".join(made)).replace("people:\n", AUDITOR, 1)


@contextmanager
def counting(office: Office) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_c: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "ROLLBACK", "SET")):
            sent.append(statement)

    event.listen(office.runtime.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(office.runtime.engine, "before_cursor_execute", note)


def page(
    office: Office, who: str = "lead", cursor: Cursor | None = None, by: Sort | None = None, **said: Any
) -> Decisions:
    with office.runtime.looking() as look:
        return decisions(look, reader_of(look.known, who), Filters(**said), by, cursor)


def ids(found: Decisions) -> list[str]:
    return [row.item for row in found.page.rows]


@pytest.fixture(params=["few of one's own", "most of them"])
def whoever(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are found in two ways, by how many items somebody may see; both must say the same."""
    if request.param == "most of them":
        monkeypatch.setattr(lists, "FEW", 3)


@pytest.mark.parametrize("by", ["finish", "next", "title"])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("state", ["open", "any"])
@pytest.mark.usefixtures("whoever")
def test_pages_forward_and_back_show_every_item_once(
    desk: Office, monkeypatch: pytest.MonkeyPatch, by: Any, descending: bool, state: Any
) -> None:
    monkeypatch.setattr(lists, "PAGE", 7)
    desk.load(many(30))
    desk.author.does("withdraw", item="plan-000")
    order = Sort(by, descending)
    walked, cursors, cursor = [], [], None
    while True:
        found = page(desk, cursor=cursor, by=order, state=state)
        walked.append(ids(found))
        cursors.append(cursor)
        if found.page.later is None:
            break
        cursor = Cursor(found.page.later)
    every = [name for of in walked for name in of]
    assert len(every) == len(set(every)) == (29 if state == "open" else 30)
    with desk.runtime.looking() as look:
        lead = reader_of(look.known, "lead")
        assert [row.item for row in every_decision(look, lead, Filters(state=state), order)] == every
    back = [walked[-1]]
    found = page(desk, cursor=cursors[-1], by=order, state=state)
    while found.page.earlier is not None:
        found = page(desk, cursor=Cursor(found.page.earlier, backward=True), by=order, state=state)
        back.insert(0, ids(found))
    assert back == walked
    assert (found.page.earlier, page(desk, by=order, state=state).page.earlier) == (None, None)


@pytest.mark.usefixtures("whoever")
def test_filters_narrow_and_counts_say_how_many(office: Office) -> None:
    office.load(many(20))
    everything = page(office)
    assert (str(everything.total), str(everything.late)) == ("20", "4")
    assert set(ids(page(office, late=True))) == {"plan-000", "plan-005", "plan-010", "plan-015"}
    assert set(ids(page(office, state="draft"))) == {"plan-009", "plan-019"}
    assert {row.owner for row in page(office, owner="finance").page.rows} == {"Finance officer"}
    assert ids(page(office, text="plan 999 FOR")) == ["plan-000"]
    assert ids(page(office, text="100%_")) == []
    assert len(ids(page(office, forum="cabinet"))) == 20
    assert ids(page(office, forum="cabinet", now_there=True)) == []
    assert len(ids(page(office, forum="hwb", now_there=True))) == 20
    assert len(ids(page(office, organisation="council", type="plan"))) == 20
    assert ids(page(office, organisation="icb")) == ids(page(office, type="memo")) == []
    office.clock.to("2023-10-13 09:00")
    office.clerk.records("plan-001", "hwb", "endorsed", on="2023-09-12")
    office.clerk.records("plan-001", "cabinet", "rejected", on="2023-10-12", reason="No")
    assert ids(page(office, state="rejected")) == ids(page(office, state="rejected", forum="cabinet")) == ["plan-001"]
    assert "plan-001" not in ids(page(office))
    assert "plan-001" in ids(page(office, state="any"))


def test_a_row_says_where_it_is_what_it_waits_for_and_when_it_is_done(office: Office) -> None:
    office.load(many(1))
    row = page(office).page.rows[0]
    assert row.here == ("Health and Wellbeing Board",)
    assert row.waiting_for == ("Health and Wellbeing Board to endorse it on 12 September 2023",)
    assert (row.finish, row.target, row.late) == (date(2023, 10, 18), date(2023, 7, 31), True)
    assert row.next_on == date(2023, 9, 1)
    assert (row.owner, row.organisation, row.state, row.part) == (
        "Report author",
        "Borough Council",
        "in-progress",
        "I",
    )


def test_a_title_that_is_redacted_disappears_from_the_list(office: Office) -> None:
    office.load(many(1))
    assert page(office).page.rows[0].title.startswith("Plan")
    office.operator.does("redact", item="plan-000", number=1, reason="It named a patient")
    row = page(office, text="redacted").page.rows[0]
    assert row.title == "(redacted)"


def test_rows_of_an_earlier_day_are_planned_anew_for_the_page(office: Office) -> None:
    office.load(many(3))
    office.clock.to("2023-09-13 09:00")
    for row in page(office).page.rows:
        assert row.waiting_for == tuple(office.item(row.item)["waiting_for"])
        assert row.finish == office.plan(row.item).finish
    assert "nothing is recorded" not in page(office).page.rows[0].waiting_for[0]
    office.clerk.does("bind", item="plan-001", step="hwb", meeting="h-sep")
    bound = next(row for row in page(office).page.rows if row.item == "plan-001")
    assert "nothing is recorded of 12 September 2023" in bound.waiting_for[0]


def test_the_daily_run_brings_everything_forward_and_then_has_nothing_to_do(office: Office) -> None:
    office.load(many(7))
    office.clock.to("2023-09-13 09:00")
    done = []
    while True:
        with office.runtime.doing("decision-routes") as do:
            done.append(forecast.refresh_stale(do, limit=3))
        if not done[-1]:
            break
    assert done == [3, 3, 1, 0]
    with office.runtime.inspecting() as db:
        stored = {row.item: (row.computed_for, row.finish, row.late) for row in db.execute(select(forecasts))}
    for name, (computed_for, finish, late) in stored.items():
        plan = office.plan(name)
        assert (computed_for, finish, late) == (date(2023, 9, 13), plan.finish, plan.late)


def test_what_lists_read_can_be_thrown_away_and_made_again(office: Office) -> None:
    office.load(many(5))
    office.clock.to("2023-07-19 09:00")
    condition = {"text": "Report back", "owner": "das"}
    office.clerk.does("bind", item="plan-001", step="hwb", meeting="h-sep")
    office.clock.to("2023-09-13 09:00")
    office.clerk.records("plan-001", "hwb", "endorsed", on="2023-09-12", conditions=[condition])
    with office.runtime.doing("decision-routes") as do:
        forecast.refresh_stale(do)
    before = _derived(office)
    with office.runtime.doing("decision-routes") as do:
        for table in DERIVED:
            do.db.execute(delete(table))
    initialise(office.runtime)  # as after an upgrade
    assert _derived(office) == before
    assert before["derived_readers"] and before["derived_tasks"] and before["derived_timetable"]


def _derived(office: Office) -> dict[str, list[Any]]:
    with office.runtime.inspecting() as db:
        return {
            table.name: sorted((tuple(map(str, row)) for row in db.execute(select(table))), key=str)
            for table in DERIVED
        }


def test_choices_are_those_that_there_are_for_the_reader(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.load(many(9))
    with office.runtime.looking() as look:
        for_lead = choices(look, reader_of(look.known, "lead"))
        assert for_lead == choices(look, reader_of(look.known, "auditor"))
        monkeypatch.setattr(lists, "FEW", 3)
        assert choices(look, reader_of(look.known, "lead")) == for_lead
        assert [owner for owner, _name in for_lead.owners] == ["finance", "lead", "author"]
        assert (for_lead.types, for_lead.organisations) == (("plan",), (("council", "Borough Council"),))
        assert choices(look, reader_of(look.known, "icb-clerk")).owners == ()


def test_my_work_is_what_is_due_first_page_by_page(office: Office) -> None:
    office.load(many(130))
    with office.runtime.looking() as look:
        clerk = look.known.people["clerk"]
        first = my_work(look, clerk)
        second = my_work(look, clerk, Cursor(first.page.later or ()))
        third = my_work(look, clerk, Cursor(second.page.later or ()))
        again = my_work(look, clerk, Cursor(third.page.earlier or (), backward=True))
    assert [len(found.page.rows) for found in (first, second, third)] == [50, 50, 17]  # 13 of the 130 are drafts
    assert again.page.rows == second.page.rows
    assert third.page.later is None and first.page.earlier is None
    todo = first.page.rows[0]
    assert (todo.act, todo.step, todo.role, todo.scope) == ("bind", "hwb", "secretary", "hwb")
    assert todo.why == "It is ready for Health and Wellbeing Board and on no meeting yet."
    assert (str(first.total), str(first.overdue)) == ("117", "0")
    office.clock.to("2023-09-08 09:00")
    with office.runtime.looking() as look:
        overdue = my_work(look, look.known.people["clerk"])
        assert str(overdue.overdue) == "117" and all(row.overdue for row in overdue.page.rows)


def test_a_secretary_who_is_the_chair_too_has_to_do_it_once(desk: Office) -> None:
    both = "roles: [{role: secretary, forum: cabinet}, {role: chair, forum: cabinet}, {role: secretary, forum: hwb}]"
    one = "roles: [{role: secretary, forum: cabinet}, {role: secretary, forum: hwb}]"
    desk.load(many(1).replace(one, both))
    desk.clock.to("2023-10-13 09:00")
    desk.clerk.records("plan-000", "hwb", "endorsed", on="2023-09-12")
    desk.clerk.records("plan-000", "cabinet", "agreed", on="2023-10-12")
    desk.clerk.does("call-in", item="plan-000", step="cabinet")
    with desk.runtime.looking() as look:
        assert [row.act for row in my_work(look, look.known.people["clerk"]).page.rows] == ["uphold"]


def test_a_forum_has_its_meetings_what_is_ready_and_what_is_not_recorded(office: Office) -> None:
    office.load(many(3))
    office.clerk.does("bind", item="plan-000", step="hwb", meeting="h-sep")
    with office.runtime.looking() as look:
        found = forum(look, reader_of(look.known, "clerk"), "hwb")
        assert [sitting.id for sitting in found.coming] == ["h-sep", "h-oct", "h-nov"]
        assert found.coming[0].agenda_by == date(2023, 9, 5)
        assert [(row.item, row.bound) for row in found.coming[0].items] == [
            ("plan-000", True), ("plan-001", False), ("plan-002", False),
        ]  # fmt: skip
        assert [row.item for row in found.pool] == ["plan-001", "plan-002"]
        assert [line.id for line in forums(look, reader_of(look.known, "clerk")) if line.mine] == ["cabinet", "hwb"]
        sitting = meeting(look, reader_of(look.known, "clerk"), "h-sep")
        assert ([r.item for r in sitting.bound], [r.item for r in sitting.expected]) == (
            ["plan-000"], ["plan-002", "plan-001"],  # by title
        )  # fmt: skip
    office.clock.to("2023-09-13 09:00")
    with office.runtime.looking() as look:
        over = forum(look, reader_of(look.known, "clerk"), "hwb").unrecorded
        assert [(sitting.id, [row.item for row in sitting.items]) for sitting in over] == [("h-sep", ["plan-000"])]
    office.clerk.records("plan-000", "hwb", "endorsed", on="2023-09-12")
    with office.runtime.looking() as look:
        assert forum(look, reader_of(look.known, "clerk"), "hwb").unrecorded == ()
        dealt_with = meeting(look, reader_of(look.known, "clerk"), "h-sep").resolved
        assert [(row.item, row.outcome) for row in dealt_with] == [("plan-000", "endorsed")]


def test_a_joint_meeting_has_the_items_of_all_its_forums(office: Office) -> None:
    joint = "  - {id: joint, forums: [cabinet, hwb], date: 2023-09-28, time: '10:00'}\n"
    steps = "{hwb: {meeting: h-sep}, cabinet: {meeting: joint}}"
    world = case(stages=PLAIN, items=item("a", steps=steps) + item("b", steps="{hwb: {meeting: joint}}"))
    office.load(world.replace("meetings:\n", "meetings:\n" + joint, 1))
    with office.runtime.looking() as look:
        found = meeting(look, reader_of(look.known, "clerk"), "joint")
    assert [known.id for known in found.forums] == ["cabinet", "hwb"]
    assert sorted((row.item, row.forum) for row in found.bound) == [("a", "cabinet"), ("b", "hwb")]


LOOKS: dict[str, Callable[[Looking], object]] = {
    "first page": lambda look: decisions(look, reader_of(look.known, "lead")),
    "first page of an auditor": lambda look: decisions(look, reader_of(look.known, "auditor")),
    "any state, at a forum": lambda look: decisions(
        look, reader_of(look.known, "auditor"), Filters(state="any", forum="hwb")
    ),
    "choices": lambda look: choices(look, reader_of(look.known, "auditor")),
    "my work": lambda look: my_work(look, look.known.people["clerk"]),
    "forum": lambda look: forum(look, reader_of(look.known, "clerk"), "hwb"),
    "forums": lambda look: forums(look, reader_of(look.known, "clerk")),
    "meeting": lambda look: meeting(look, reader_of(look.known, "clerk"), "h-sep"),
    "forward plan": lambda look: forum_plan(look, "cabinet"),
}


@pytest.mark.parametrize("day", ["2023-07-18", "2023-07-19"])
def test_no_page_asks_a_query_for_each_row(desk: Office, day: str) -> None:
    """The same number of statements for 60 items (more than a page) and for 300; also where all are of yesterday."""
    sent: dict[str, list[int]] = {name: [] for name in LOOKS}
    for number in (60, 300):
        desk.load(many(number))
        with desk.runtime.doing("decision-routes") as do:  # all of them planned on the first day
            do.db.execute(update(forecasts).values(computed_for=date(2023, 7, 18)))
        desk.clock.to(f"{day} 09:00")
        for name, looked in LOOKS.items():
            with counting(desk) as statements, desk.runtime.looking() as look:
                looked(look)
            sent[name].append(len(statements))
        desk.clock.to("2023-07-18 09:00")
    assert {name: counts for name, counts in sent.items() if counts[0] != counts[1]} == {}
    assert max(max(counts) for counts in sent.values()) <= 12


def test_sentences_are_filled_in_only_with_what_may_be_read() -> None:
    assert filled_in("⟦deal⟧ to be decided by Cabinet", {"deal": "The deal"}) == "The deal to be decided by Cabinet"
    assert filled_in("⟦deal⟧ to be decided by Cabinet", {}) == "Another item to be decided by Cabinet"
    assert filled_in("Cabinet to agree it", {}) == "Cabinet to agree it"


def test_every_item_has_what_lists_read_of_it(office: Office) -> None:
    office.load(many(4))
    with office.runtime.inspecting() as db:
        known = set(db.execute(select(items_table.c.id)).scalars())
        assert {row for table in DERIVED for row in db.execute(select(table.c.item)).scalars()} == known
