"""What people are offered on an item: what their roles entitle them to, and nothing that would then be refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import event

from tests.builders import WORLD, case, item, route
from tests.office import LANCASHIRE, Office
from workflow import forecast
from workflow.actions import ACTIONS
from workflow.errors import NotPermitted, WorkflowError
from workflow.queries.item_page import item_page
from workflow.queries.offers import Offer, offers
from workflow.queries.views import view
from workflow.use_cases.acting import Act
from workflow.visibility import reader_of

ADMIN = """
people:
  - {id: admin, name: Administrator, roles: [{role: admin}]}
"""

STAGES = """\
- {id: ready, kind: gate, waits_for: {check: "Readiness assessed", by: lead, evidence: required}}
- {id: partnership, forum: partnership, ask: endorse}
- {id: residents, kind: consultation, body: Residents, lasts: {days: 20, unit: calendar-days}, after: [partnership]}
- {id: hwb, forum: hwb, ask: endorse, after: [partnership]}
- {id: cabinet, forum: cabinet, ask: agree, after: [hwb], decisive: true, clearances: [finance],
   refer_back_to: partnership}
- {id: board, forum: board, ask: approve, after: [hwb], decisive: true}
- {id: das, kind: individual, forum: director, ask: decide, after: [cabinet]}
"""


def offered(office: Office, person: str, name: str = "plan") -> tuple[Offer, ...]:
    with office.runtime.looking() as look:
        seen = view(look, [name])
        return offers(look, seen, name, look.known.people[person], seen.plan(name))


def one(office: Office, person: str, action: str, step: str | None = None, detail: str = "") -> Offer:
    found = [o for o in offered(office, person) if (o.action, o.step, o.detail) == (action, step, detail)]
    assert len(found) == 1, (action, step, found)
    return found[0]


class _Undone(Exception):
    """Thrown so that a trial leaves nothing behind."""


def told_for_real(office: Office, form: Act, action: str) -> str | None:
    """What really doing it answers: None if it was done, else the sentence. It is taken back again."""
    try:
        with office.runtime.doing(form.by or "operator") as do:
            do.by = form.by
            try:
                ACTIONS[action].run(do, form)
                forecast.refresh(do)
            except WorkflowError as err:
                answer: str | None = str(err)
            else:
                answer = None
            raise _Undone
    except _Undone:
        return answer


@dataclass(frozen=True)
class Scene:
    name: str
    play: Callable[[Office], None]


def _started(office: Office) -> None:
    office.clock.to("2023-09-01 09:00")


def _draft(office: Office) -> None:
    office.load("items:\n" + item("sketch", state="draft"))


def _on_hold(office: Office) -> None:
    office.lead.does("hold", item="plan", reason="The survey is late")


def _papers_in(office: Office) -> None:
    office.clock.to("2023-09-20 09:00")
    office.lead.does("open-gate", item="plan", step="ready", evidence="The assessment", on="2023-07-20")
    office.partnership_clerk.records("plan", "partnership", "endorsed", on="2023-08-02")
    office.clerk.records("plan", "hwb", "endorsed", on="2023-09-12")
    office.clerk.does("bind", item="plan", step="cabinet", meeting="c-oct")
    office.author.does("submit", item="plan", step="cabinet")


def _cleared(office: Office) -> None:
    _papers_in(office)
    office.finance.does("clear", item="plan", step="cabinet", area="finance", cleared=True)
    office.clerk.does("agenda", item="plan", step="cabinet")


def _fell_short(office: Office) -> None:
    _papers_in(office)
    office.clerk.corrects("plan", "hwb", "noted", "It was only noted")


def _decided(office: Office) -> None:
    _cleared(office)
    office.clock.to("2023-10-12 18:00")
    office.clerk.records(
        "plan", "cabinet", "agreed", conditions=[{"text": "A risk share", "owner": "author", "due": "2023-10-31"}]
    )


def _called_in(office: Office) -> None:
    _decided(office)
    office.clerk.does("call-in", item="plan", step="cabinet", reason="Five members ask")


def _condition_met(office: Office) -> None:
    _decided(office)
    office.clock.to("2023-10-30 09:00")
    office.author.does("meet", item="plan", step="cabinet", number=1)


def _deferred_today(office: Office) -> None:
    _papers_in(office)
    office.clock.to("2023-10-12 18:00")
    office.clerk.records("plan", "cabinet", "deferred", until="c-nov")


def _referred_back(office: Office) -> None:
    _papers_in(office)
    office.clock.to("2023-10-12 18:00")
    office.clerk.records("plan", "cabinet", "referred-back", reason="Costs are missing")


def _complete(office: Office) -> None:
    _condition_met(office)
    office.operator.records("plan", "residents", "consulted", on="2023-10-20")
    office.operator.records("plan", "board", "approved", on="2023-10-25")
    office.operator.records("plan", "das", "decided", on="2023-10-27")
    assert office.item("plan")["state"] == "complete"


def _rejected(office: Office) -> None:
    _papers_in(office)
    office.clock.to("2023-10-12 18:00")
    office.clerk.records("plan", "cabinet", "rejected", reason="Not now")
    assert office.item("plan")["state"] == "rejected"


def _withdrawn(office: Office) -> None:
    office.author.does("withdraw", item="plan")


def _newer_report(office: Office) -> None:
    _papers_in(office)
    office.author.does("revise", item="plan", recommendations=["Endorse it", "Agree it as amended"])


SCENES = [
    Scene(play.__name__.strip("_").replace("_", " "), play)
    for play in (
        _started, _draft, _on_hold, _papers_in, _cleared, _fell_short, _decided, _called_in, _condition_met,
        _deferred_today, _referred_back, _complete, _rejected, _withdrawn, _newer_report,
    )
]  # fmt: skip

PEOPLE = (
    "author", "lead", "clerk", "chair", "partnership-clerk", "icb-clerk", "trust-clerk", "finance", "das", "admin",
)  # fmt: skip


@pytest.fixture
def played(desk: Office) -> Office:
    desk.load(case(stages=STAGES, items=item(key_decision="true")), ADMIN)
    return desk


def _every(office: Office) -> Iterator[tuple[str, str, Offer]]:
    with office.runtime.looking() as look:
        names = [row["item"] for row in office.where()]
        for name in names:
            seen = view(look, [name])
            plan = seen.plan(name)
            for person in PEOPLE:
                for offer in offers(look, seen, name, look.known.people[person], plan):
                    yield name, person, offer


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_what_is_offered_is_done_and_what_is_blocked_is_refused_with_that_sentence(
    played: Office, scene: Scene
) -> None:
    scene.play(played)
    before = played.dump()
    wrong, tried = [], 0
    for name, person, offer in _every(played):
        if offer.tried is None:
            continue
        tried += 1
        answer = told_for_real(played, offer.tried, offer.action)
        if answer != offer.why_not:
            wrong.append((name, person, offer, answer))
    assert not wrong
    assert tried > 20
    assert played.dump() == before, "nothing of it stayed"


@pytest.mark.parametrize("scene", [SCENES[0], SCENES[6], SCENES[7]], ids=lambda scene: scene.name)
def test_nobody_is_offered_what_they_may_not_do_and_nothing_they_may_do_is_left_out(
    played: Office, scene: Scene
) -> None:
    scene.play(played)
    every = list(_every(played))
    by_person = {(person, o.action, o.step, o.detail) for _name, person, o in every}
    forms = {(o.action, o.step, o.detail): o.tried for _name, _person, o in every if o.tried is not None}
    assert len(forms) > 40
    for (action, step, detail), form in forms.items():
        for person in PEOPLE:
            answer = _permitted(played, form.model_copy(update={"by": person}), action)
            assert answer == ((person, action, step, detail) in by_person), (person, action, step, detail)


def _permitted(office: Office, form: Act, action: str) -> bool:
    try:
        with office.runtime.doing(form.by or "") as do:
            do.by = form.by
            try:
                ACTIONS[action].run(do, form)
            except NotPermitted:
                answer = False
            except WorkflowError:
                answer = True
            else:
                answer = True
            raise _Undone
    except _Undone:
        return answer


def test_every_act_on_an_item_is_offered_to_somebody(played: Office) -> None:
    _decided(played)
    found = {offer.action for _name, _person, offer in _every(played)}
    on_meetings = {name for name in ACTIONS if name.startswith("meeting ")}
    of_private_matters = {"private-notice", "private-notice-again", "documents"}
    elsewhere = on_meetings | of_private_matters | {"redact"}
    assert found == set(ACTIONS) - elsewhere | {"change"}, "redacting is offered at the events"


def test_a_person_without_a_part_in_it_is_offered_nothing(played: Office) -> None:
    assert offered(played, "trust-clerk") == ()


def test_what_somebody_has_to_do_next_comes_first(played: Office) -> None:
    def first(person: str) -> tuple[str, str | None, str] | None:
        found = offered(played, person)
        assert [offer.primary for offer in found[1:]] == [False] * (len(found) - 1)
        return (found[0].action, found[0].step, found[0].detail) if found and found[0].primary else None

    played.clock.to("2023-07-20 09:00")
    assert first("lead") == ("open-gate", "ready", "")
    assert first("partnership-clerk") is None, "not their turn yet"
    played.lead.does("open-gate", item="plan", step="ready", evidence="The assessment")
    assert first("lead") is None
    assert first("author") == ("submit", "partnership", "")
    assert first("partnership-clerk") == ("bind", "partnership", "")
    played.author.does("submit", item="plan", step="cabinet")
    assert first("finance") == ("clear", "cabinet", "finance")
    played.lead.does("hold", item="plan", reason="Wait")
    assert first("lead") == ("resume", None, "")


def test_the_reason_is_that_of_the_act_itself(played: Office) -> None:
    _papers_in(played)
    assert one(played, "clerk", "agenda", "cabinet").why_not == "Version 1 still has to be cleared by finance."
    assert one(played, "clerk", "record", "cabinet").why_not == (
        "Cabinet meets on 12 October 2023, after 20 September 2023. Record it from that day on, or take it off "
        "that meeting if it was dealt with at another."
    )
    assert one(played, "clerk", "record", "hwb").why_not == (
        "Council clerk has already recorded “endorsed” for Health and Wellbeing Board on 12 September 2023. It stands; "
        "if it is wrong, correct it with a reason."
    )
    assert one(played, "author", "change").why_not == (
        "The item has started: it keeps what it set out with. Withdraw it and create another."
    )
    assert one(played, "finance", "clear", "cabinet", "finance").possible


def test_an_outcome_that_was_due_before_the_item_ended_can_still_be_recorded(desk: Office) -> None:
    """A rejection in September ends the item; what the Board resolved in August may be entered afterwards."""
    stages = """\
- {id: hwb, forum: hwb, ask: note, after: []}
- {id: cabinet, forum: cabinet, ask: agree, decisive: true, after: []}
"""
    desk.load(case(stages=stages))
    desk.clock.to("2023-11-20 09:00")
    desk.clerk.does("bind", item="plan", step="hwb", meeting="h-sep")
    desk.clerk.records("plan", "cabinet", "rejected", on="2023-10-12")
    late = one(desk, "clerk", "record", "hwb")
    assert late.possible
    assert late.tried is not None
    assert told_for_real(desk, late.tried, "record") is None


def test_a_forum_without_meetings_can_be_given_none(desk: Office) -> None:
    world = WORLD.replace('  - {id: b-oct, forum: board, date: 2023-10-25, time: "13:00"}\n', "").replace(
        '  - {id: b-nov, forum: board, date: 2023-11-29, time: "13:00"}\n', ""
    )
    desk.load(world + route("- {id: board, forum: board, ask: approve, decisive: true}\n") + "items:\n" + item())
    offer = one(desk, "icb-clerk", "bind", "board")
    assert offer.why_not == "No meeting of ICB Board is known that it could be put on: add one first."


def test_what_is_usual_is_what_somebody_would_look_for(played: Office) -> None:
    _papers_in(played)
    clerks = {(o.action, o.step): o for o in offered(played, "clerk")}
    assert not clerks[("record", "hwb")].usual, "it has been recorded"
    assert clerks[("correct", "hwb")].usual
    assert clerks[("agenda", "cabinet")].usual
    assert not clerks[("call-in", "hwb")].usual
    leads = {(o.action, o.step): o for o in offered(played, "lead")}
    assert not leads[("accept", "cabinet")].usual


def test_looking_at_offers_costs_the_same_however_many_steps_there_are(desk: Office) -> None:
    few = "".join(f"- {{id: s{n}, forum: hwb, ask: note}}\n" for n in range(2))
    many = "".join(f"- {{id: s{n}, forum: hwb, ask: note}}\n" for n in range(30))
    last = "- {id: cabinet, forum: cabinet, ask: agree, decisive: true}\n"
    two = route(few + last) + route(many + last, name="long").removeprefix("routes:\n")
    desk.load(WORLD + two + "items:\n" + item() + item("long-plan", route="long"))
    desk.clock.to("2023-12-01 09:00")
    for step in range(20):
        desk.operator.records("long-plan", f"s{step}", "noted", on="2023-09-12")
    counted = {}
    for name in ("plan", "long-plan"):
        said: list[str] = []
        listen = lambda _c, _cu, statement, *_more, said=said: said.append(statement)  # noqa: E731
        with desk.runtime.looking() as look:
            event.listen(desk.runtime.engine, "before_cursor_execute", listen)
            seen = view(look, [name])
            offers(look, seen, name, look.known.people["clerk"], seen.plan(name))
            event.remove(desk.runtime.engine, "before_cursor_execute", listen)
        assert all(statement.lstrip().upper().startswith("SELECT") for statement in said), "it only reads"
        counted[name] = len(said)
    assert counted["plan"] == counted["long-plan"] <= 12


def test_redactions_are_offered_at_the_events_that_hold_text(played: Office) -> None:
    played.clock.to("2023-08-02 18:00")
    played.partnership_clerk.records("plan", "partnership", "endorsed", text="With thanks to somebody by name")

    def redactable(person: str) -> list[str]:
        with played.runtime.looking() as look:
            who = look.known.people[person]
            page = item_page(look, reader_of(look.known, who), who, "plan")
            return [offer.detail for offer in page.offers if offer.action == "redact"]

    assert redactable("admin") == ["2", "1"]
    assert redactable("lead") == []
    played.admin.does("redact", item="plan", number=2, reason="A name")
    assert redactable("admin") == ["3", "1"], "the reason for it could be redacted in turn"


def test_the_real_case_offers_its_people_their_acts(desk: Office) -> None:
    desk.load(LANCASHIRE)
    mine = {(o.action, o.step) for o in offered(desk, "head-of-place", "options-appraisal-2023") if o.possible}
    assert ("submit", "place-partnership") in mine
    assert ("withdraw", None) in mine
    assert not {action for action, _step in mine} & {"record", "bind", "clear", "hold"}
