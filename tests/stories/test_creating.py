"""Stories of items that people create and change one at a time, of their drafts, and of the first feasible dates."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.builders import WORLD, case, item, route
from tests.office import Office
from workflow import drafts
from workflow.drafts import Discard, Draft, Save
from workflow.entries import ItemEntry
from workflow.errors import NotPermitted, Refused, Unknown
from workflow.queries.feasibility import Feasible, first_feasible
from workflow.use_cases.creating import UNNAMED, ChangeItem, CreateItem, change_item, create_item
from workflow.visibility import reader_of

SETTING = WORLD + route()
EXEMPT = {"basis": "Schedule 12A", "paragraphs": [3], "reason": "Prices"}


def entry(**said: Any) -> ItemEntry:
    told = {
        "id": UNNAMED,
        "title": "Roads plan",
        "type": "plan",
        "route": "journey",
        "organisation": "council",
        "owner": "author",
        "recommendations": ["Endorse it", "Agree it"],
    }
    return ItemEntry.model_validate(told | said)


def creates(office: Office, by: str | None, **said: Any) -> str:
    form = CreateItem(by=by, entry=entry(**said))
    done, _plans = office.runtime.do(create_item, form, by or "operator")
    return str(done.item)


def changes(office: Office, by: str | None, name: str, **said: Any) -> str:
    form = ChangeItem(by=by, entry=entry(id=name, **said))
    done, _plans = office.runtime.do(change_item, form, by or "operator")
    return str(done.sentence)


def feasible(office: Office, **said: Any) -> Feasible:
    with office.runtime.looking() as look:
        return first_feasible(look, entry(**said))


def test_an_author_begins_an_item_and_starts_it(office: Office) -> None:
    office.load(SETTING)
    name = creates(office, "author", title="Roads plan 2024 – 2029")
    assert name == "roads-plan-2024-2029"
    assert office.item(name)["state"] == "draft"
    assert office.author.does("start", item=name) == "The item is under way."
    assert office.item(name)["now"] == ["partnership"]
    (created, _started) = office.history(name)
    assert (created["actor"], created["on_behalf_of"]) == ("author", None)
    assert office.verify().ok


def test_an_item_from_a_page_comes_back_from_a_dump(office: Office) -> None:
    office.load(SETTING)
    name = creates(office, "lead", owner="author", target=date(2024, 3, 1), value=2500000, divisions="all")
    changes(office, "author", name, title="Roads plan, amended")
    office.author.does("start", item=name)
    text = office.dump()
    again = office.load(text)
    assert (again.new, again.changed, again.acts) == (0, 0, 0)
    assert office.dump() == text


def test_ids_are_made_of_the_title_and_are_unique(desk: Office) -> None:
    desk.load(SETTING)
    assert [creates(desk, "author") for _ in range(3)] == ["roads-plan", "roads-plan-2", "roads-plan-3"]
    assert creates(desk, "author", title="Café’s “future”?") == "cafes-future"
    assert creates(desk, "author", title="计划") == "plan"
    assert creates(desk, "author", title="New") == "new-2"
    long = creates(desk, "author", title="word " * 60)
    assert len(long) <= 100
    assert not long.endswith("-")
    assert len(creates(desk, "author", title="x" * 500)) <= 100


def test_two_people_begin_items_of_one_title_at_one_moment(database: str) -> None:
    office = Office(database)
    office.load(SETTING)
    with ThreadPoolExecutor(4) as people:
        names = list(people.map(lambda _n: creates(office, "author"), range(8)))
    assert sorted(names) == ["roads-plan", *(f"roads-plan-{n}" for n in range(2, 9))]
    assert office.verify().ok
    office.close()


def test_the_id_of_an_exempt_item_tells_nothing(desk: Office) -> None:
    desk.load(SETTING)
    names = [creates(desk, "author", title="Closing the hospital", part="II", exemption=EXEMPT) for _ in range(2)]
    assert names == ["plan-1", "plan-2"]


def test_who_may_begin_an_item(desk: Office) -> None:
    desk.load(SETTING)
    with pytest.raises(NotPermitted, match="it is for an author or the lead of Borough Council"):
        creates(desk, "clerk", owner="clerk")
    with pytest.raises(NotPermitted, match="Only the lead of Borough Council may say that somebody else"):
        creates(desk, "author", owner="clerk")
    with pytest.raises(NotPermitted, match="the lead of Integrated Care Board"):
        creates(desk, "lead", organisation="icb", owner="lead")
    assert creates(desk, "lead", owner="clerk") == "roads-plan"
    assert creates(desk, None, owner="finance") == "roads-plan-2"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"route": "nowhere"}, "There is no route nowhere"),
        ({"owner": "nobody"}, "There is no person nobody"),
        ({"organisation": "nothing"}, "There is no organisation nothing"),
        ({"type": "budget"}, "The route journey is for plan, not for items of type budget"),
        ({"route": "asks-much"}, "Partnership .partnership. is consultative: its powers do not reach to agree"),
        ({"route": "waits", "forums": {"deal": "unknown-deal"}}, "waits for the item unknown-deal, which is not known"),
        ({"route": "waits"}, "needs to know \\$deal"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(desk: Office, said: dict[str, Any], why: str) -> None:
    gate = "{id: first, kind: gate, waits_for: {item: $deal, stage: cabinet, outcome: decided}}"
    more = route("- {id: one, forum: partnership, ask: agree, decisive: true}", "asks-much")
    more += route(f"- {gate}\n- {{id: cabinet, forum: cabinet, ask: agree, decisive: true}}", "waits")
    desk.load(SETTING + more.replace("routes:\n", ""))
    by = "author" if said.get("owner") != "nobody" and "organisation" not in said else None
    with pytest.raises(Refused, match=why):
        creates(desk, by, **said)
    assert desk.where() == []


def test_a_draft_is_rewritten_by_its_owner_or_the_lead(office: Office) -> None:
    office.load(SETTING)
    name = creates(office, "author")
    assert changes(office, "author", name, title="Roads and paths plan") == "Roads and paths plan is changed."
    changes(office, "lead", name, title="Roads and paths plan", owner="finance")
    assert office.item(name)["owner"] == "finance"
    with pytest.raises(NotPermitted, match="it is for Finance officer or the lead"):
        changes(office, "author", name, owner="finance")
    with pytest.raises(NotPermitted, match="Only the lead of Integrated Care Board"):
        changes(office, "finance", name, owner="finance", organisation="icb")
    office.finance.does("start", item=name)
    with pytest.raises(Refused, match="has started: it keeps what it set out with"):
        changes(office, "finance", name, owner="finance")
    assert office.verify().ok


def test_two_drafts_cannot_come_to_wait_for_each_other(desk: Office) -> None:
    gate = "{id: first, kind: gate, waits_for: {item: $deal, stage: cabinet, outcome: decided}}"
    cabinet = "{id: cabinet, forum: cabinet, ask: agree, decisive: true"
    plain = route(f"- {cabinet}}}", "plain").replace("routes:\n", "")
    desk.load(WORLD + route(f"- {gate}\n- {cabinet}, after: [first]}}", "waits") + plain)
    deal = creates(desk, "author", title="Deal", route="plain")
    waiting = creates(desk, "author", title="Waiting", route="waits", forums={"deal": deal})
    with pytest.raises(Refused, match="wait for each other in a circle. Choose another"):
        changes(desk, "author", deal, title="Deal", route="waits", forums={"deal": waiting})


# What could be


def test_the_first_feasible_dates_are_those_it_has_once_it_starts_today(office: Office) -> None:
    office.load(SETTING)
    tried = feasible(office)
    assert office.where() == []
    assert [(step.name, step.planned.meeting) for step in tried.steps] == [
        ("Partnership", date(2023, 8, 2)),
        ("Health and Wellbeing Board", date(2023, 9, 12)),
        ("Cabinet", date(2023, 10, 12)),
    ]
    assert tried.steps[0].planned.report_due == date(2023, 7, 24)
    assert [step.lane for step in tried.steps] == ["Place", "Borough Council", "Borough Council"]
    name = creates(office, "author")
    office.author.does("start", item=name)
    assert office.plan(name).finish == tried.plan.finish


def test_what_threatens_an_item_is_known_before_it_starts(desk: Office) -> None:
    desk.load(SETTING)
    tried = feasible(desk, target=date(2023, 9, 1))
    assert "target-missed" in {problem.code for problem in tried.plan.problems}
    assert tried.plan.late


def test_what_could_be_names_no_item_that_is_not_for_whoever_asks(desk: Office) -> None:
    gate = "{id: first, kind: gate, waits_for: {item: $deal, stage: cabinet, outcome: decided}}"
    cabinet = "{id: cabinet, forum: cabinet, ask: agree, decisive: true"
    plain = route(f"- {cabinet}}}", "plain").replace("routes:\n", "")
    desk.load(WORLD + route(f"- {gate}\n- {cabinet}, after: [first]}}", "waits") + plain)
    deal = creates(desk, "author", title="Secret deal", route="plain")
    desk.author.does("withdraw", item=deal)
    with desk.runtime.looking() as look:
        for who, named in (("author", "Secret deal"), ("trust-clerk", "nother item")):
            said = entry(route="waits", forums={"deal": deal})
            tried = first_feasible(look, said, reader_of(look.known, who))
            told = " ".join([*(problem.message for problem in tried.plan.problems), tried.steps[0].name])
            assert named in told
            assert deal not in told
            assert "⟦" not in told


def test_trying_refuses_what_creating_would_refuse(desk: Office) -> None:
    desk.load(SETTING)
    for said in ({"route": "nowhere"}, {"type": "budget"}, {"owner": "nobody"}):
        with pytest.raises(Refused):
            feasible(desk, **said)


# Forms that somebody has begun


def saves(office: Office, by: str, answers: dict[str, Any], draft: str | None = None) -> Draft:
    kept, _plans = office.runtime.do(drafts.save, Save(by, "new-item", answers, draft), by)
    return kept


def listed(office: Office, by: str) -> list[dict[str, Any]]:
    with office.runtime.looking() as look:
        return [dict(draft.answers) for draft in drafts.of(look, by, "new-item")]


def test_a_form_is_kept_for_the_person_who_began_it(office: Office) -> None:
    office.load(SETTING)
    kept = saves(office, "author", {"title": "Ro"})
    saves(office, "author", {"title": "Roads"}, kept.id)
    assert listed(office, "author") == [{"title": "Roads"}]
    assert listed(office, "lead") == []
    with office.runtime.looking() as look, pytest.raises(Unknown, match="no such form"):
        drafts.find(look, "lead", kept.id)
    with pytest.raises(Unknown):
        saves(office, "lead", {"title": "Mine now"}, kept.id)
    office.runtime.do(drafts.discard, Discard("lead", kept.id), "lead")
    assert listed(office, "author") == [{"title": "Roads"}]
    office.runtime.do(drafts.discard, Discard("author", kept.id), "author")
    assert listed(office, "author") == []


def test_forms_that_nobody_goes_on_with_are_thrown_away(office: Office) -> None:
    office.load(SETTING)
    saves(office, "author", {"title": "Old"})
    office.clock.at = datetime(2023, 10, 20, tzinfo=UTC)
    saves(office, "lead", {"title": "New"})
    with office.runtime.looking() as look:
        assert look.db.exec_driver_sql("SELECT person FROM post_drafts").scalars().all() == ["lead"]


def test_a_form_is_no_store_of_everything(desk: Office) -> None:
    desk.load(SETTING)
    with pytest.raises(Refused, match="shorten the texts"):
        saves(desk, "author", {"title": "x" * 1_100_000})
    for number in range(50):
        saves(desk, "author", {"title": str(number)})
    with pytest.raises(Refused, match="discard one of them first"):
        saves(desk, "author", {"title": "one more"})


def test_nothing_of_a_form_is_in_a_dump(desk: Office) -> None:
    desk.load(case(items=item()))
    saves(desk, "author", {"title": "Unsaid"})
    assert "Unsaid" not in desk.dump()
    assert desk.verify().ok
