"""The page of one item, for each reader: where it is, what is next, what was said, what is owed, what happened."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import pytest
from sqlalchemy import event

from tests.builders import CHAIN, WORLD, case, item, route
from tests.office import LANCASHIRE, WEST_LANCASHIRE, Office
from workflow import forecast
from workflow.errors import Unknown
from workflow.queries.item_page import HistoryPage, ItemPage, history_page, item_page
from workflow.use_cases.corrections import CorrectOutcome, correct
from workflow.use_cases.outcomes import RecordOutcome, record
from workflow.visibility import reader_of

APPRAISAL = "options-appraisal-2023"

OTHERS = """
people:
  - {id: auditor, name: Auditor, roles: [{role: auditor}]}
  - {id: seller, name: Head of property, roles: [{role: author}]}
"""


def page(office: Office, person: str, name: str = "plan") -> ItemPage:
    with office.runtime.looking() as look:
        who = look.known.people[person]
        return item_page(look, reader_of(look.known, who), who, name)


def history(office: Office, person: str, name: str = "plan", before: int | None = None) -> HistoryPage:
    with office.runtime.looking() as look:
        who = look.known.people[person]
        return history_page(look, reader_of(look.known, who), who, name, before)


def test_a_governance_lead_sees_where_the_appraisal_is_and_what_happens_next(desk: Office) -> None:
    desk.load(LANCASHIRE)
    seen = page(desk, "lcc-governance-lead", APPRAISAL)
    assert [step.name for step in seen.here] == ["Interim Lancashire Place Partnership"]
    assert seen.waiting_for == ("Interim Lancashire Place Partnership to endorse it on 21 August 2023",)
    assert [(act.sentence, act.who, act.due) for act in seen.next] == [
        ("Submit the report to Interim Lancashire Place Partnership", "Head of Lancashire Place", date(2023, 8, 10)),
        (
            "Put it on a meeting of Interim Lancashire Place Partnership",
            "Place Partnership secretary",
            date(2023, 8, 14),
        ),
    ]
    assert (seen.finish, seen.target, seen.late) == (date(2023, 10, 11), date(2023, 10, 31), False)
    assert (seen.done, seen.why_late) == (("The decision takes effect on 11 October 2023.",), None)
    assert [problem.code for problem in seen.problems] == ["notice-slack", "decides-inside-call-in"]
    cabinet = seen.step("cabinet")
    assert (cabinet.notice_by, cabinet.agenda_by) == (date(2023, 9, 6), date(2023, 9, 27))
    assert cabinet.critical
    gate = seen.steps[0]
    assert gate.name == "The decision of Integrated Care Board on Place Integration Deal"
    assert (gate.kind, gate.state, gate.day) == ("gate", "passed", date(2023, 7, 5))


def test_parallel_partners_are_all_where_it_is(desk: Office) -> None:
    desk.load(WEST_LANCASHIRE)
    seen = page(desk, "partnership-secretary", "west-lancashire-mou-2019")
    assert len(seen.here) == 6
    assert {step.join for step in seen.here} == {"All 7 are needed"}
    assert seen.step("partners:lcc").outcome == "approved"
    assert seen.finish is None
    posts = {act.who for act in seen.next}
    assert "The secretary of Board of Virgin Care (nobody holds that role yet)" in posts


def test_what_each_forum_said_round_by_round(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2023-11-10 09:00")
    desk.partnership_clerk.records(
        "plan", "partnership", "deferred", on="2023-08-02", reason="Costs are missing", until="p-sep"
    )
    desk.partnership_clerk.records("plan", "partnership", "endorsed", on="2023-09-06", text="Warmly.", amended=True)
    desk.clerk.records("plan", "hwb", "endorsed", on="2023-09-12")
    desk.clerk.records(
        "plan", "cabinet", "agreed", on="2023-11-09", published="2023-11-10",
        conditions=[
            {"text": "A risk share", "owner": "author", "due": "2023-11-01"}, {"text": "A lease", "owner": "das"},
        ],
    )  # fmt: skip
    seen = page(desk, "lead")
    first, second = seen.step("partnership").rounds
    assert (first.outcome, first.until, first.reason) == (
        "deferred", "the meeting of Partnership on 6 September 2023", "Costs are missing",
    )  # fmt: skip
    assert (second.outcome, second.amended, second.wording, second.by) == (
        "endorsed", True, "Warmly.", "Partnership secretary",
    )  # fmt: skip
    assert seen.step("partnership").again == "Asked again after the deferral"
    cabinet = seen.step("cabinet")
    decided = cabinet.rounds[0]
    assert (decided.published_on, cabinet.effective, cabinet.window_open) == (
        date(2023, 11, 10), date(2023, 11, 16), True,
    )  # fmt: skip
    assert decided.version == 1
    assert decided.sha256 == seen.versions[0].sha256
    risk, lease = decided.conditions
    assert (risk.text, risk.owner, risk.overdue) == ("A risk share", "Report author", True)
    assert (lease.due, lease.overdue) == (None, False)
    assert [one.text for one in seen.conditions] == ["A risk share", "A lease"]
    desk.author.does("meet", item="plan", step="cabinet", number=1, evidence="The signed share")
    again = page(desk, "lead")
    assert [(one.text, one.met_on) for one in again.conditions] == [
        ("A lease", None), ("A risk share", date(2023, 11, 10)),
    ]  # fmt: skip
    assert again.conditions[1].evidence == "The signed share"


def test_a_corrected_outcome_shows_what_stood_there_before(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2023-08-03 09:00")
    desk.partnership_clerk.records("plan", "partnership", "noted", on="2023-08-02", text="It was noted.")
    desk.clock.to("2023-08-04 09:00")
    desk.partnership_clerk.corrects("plan", "partnership", "endorsed", "The minutes say so", on=None, text="Endorsed.")
    seen = page(desk, "lead")
    (only,) = seen.step("partnership").rounds
    assert only.corrected
    assert (only.outcome, only.wording, only.reason) == ("endorsed", "Endorsed.", "The minutes say so")
    (before,) = only.superseded
    assert (before.outcome, before.text, before.by) == ("noted", "It was noted.", "Partnership secretary")
    assert before.at < only.recorded_at  # type: ignore[operator]
    newest, wrong, _created = seen.timeline.entries
    assert (newest.kind, newest.corrected) == ("corrected", False)
    assert (wrong.kind, wrong.corrected) == ("recorded", True)


def test_each_later_round_says_why_it_began(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2023-12-01 09:00")
    desk.operator.records("plan", "partnership", "endorsed", on="2023-08-02")
    desk.operator.records("plan", "hwb", "noted", on="2023-09-12")
    desk.lead.does("send-back", item="plan", step="hwb", reason="Ask properly", on="2023-09-13")
    assert page(desk, "lead").step("hwb").again == "Asked again"
    desk.operator.records("plan", "hwb", "endorsed", on="2023-10-10")
    desk.operator.records("plan", "cabinet", "referred-back", on="2023-10-12", reason="Costs")
    seen = page(desk, "lead")
    assert seen.step("partnership").again == "Asked again, because Cabinet referred it back"
    assert seen.step("cabinet").again == "Asked again after its own referral back"
    desk.operator.records("plan", "partnership", "endorsed", on="2023-10-20")
    desk.operator.records("plan", "cabinet", "agreed", on="2023-11-09")
    desk.clerk.does("call-in", item="plan", step="cabinet", on="2023-11-13")
    assert page(desk, "lead").step("cabinet").rounds[-1].became == "Called in on 13 November 2023"
    desk.clerk.does("reconsider", item="plan", step="cabinet", on="2023-11-14")
    assert page(desk, "lead").step("cabinet").again == "To be decided again after the call-in"


def test_what_fell_short_and_was_accepted_says_so(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2023-08-03 09:00")
    desk.operator.records("plan", "partnership", "noted", on="2023-08-02")
    assert page(desk, "lead").step("partnership").rounds[0].became == "Less than was asked"
    desk.lead.does("accept", item="plan", step="partnership", reason="It will do")
    assert page(desk, "lead").step("partnership").rounds[0].became == "Less than was asked, and accepted by the lead"


CLEARED = """\
- {id: partnership, forum: partnership, ask: endorse}
- {id: hwb, forum: hwb, ask: endorse, clearances: [finance], after: []}
- {id: cabinet, forum: cabinet, ask: agree, decisive: true, after: [], clearances: [finance, legal]}
"""


def test_what_is_owed_papers_clearances_and_who_owes_them(desk: Office) -> None:
    desk.load(case(stages=CLEARED, items=item(key_decision="true")))
    desk.clock.to("2023-08-28 09:00")

    def said() -> list[tuple[str, str, int, str, bool]]:
        return [(c.area, c.step, c.version, c.answer, c.carried) for c in page(desk, "lead").clearances]

    assert said() == [
        ("finance", "hwb", 1, "later", False), ("finance", "cabinet", 1, "later", False),
        ("legal", "cabinet", 1, "later", False),
    ]  # fmt: skip
    owed = [(paper.what, paper.step, paper.due, paper.who) for paper in page(desk, "lead").papers]
    assert ("Report", "hwb", date(2023, 9, 1), "Report author") in owed
    assert ("Notice of the key decision", "cabinet", date(2023, 9, 13), "Council clerk") in owed
    assert [due for _what, _step, due, _who in owed] == sorted(due for _what, _step, due, _who in owed)
    desk.author.does("submit", item="plan", step="hwb")
    desk.author.does("submit", item="plan", step="cabinet")
    desk.finance.does("clear", item="plan", step="hwb", area="finance", cleared=True)
    assert said() == [
        ("finance", "hwb", 1, "cleared", False), ("finance", "cabinet", 1, "cleared", True),
        ("legal", "cabinet", 1, "asked", False),
    ]  # fmt: skip
    desk.finance.does("clear", item="plan", step="cabinet", area="finance", cleared=False, reason="Costs are old")
    desk.author.does("submit", item="plan", step="cabinet", version=2)
    assert said() == [
        ("finance", "hwb", 1, "cleared", False), ("finance", "cabinet", 1, "returned", False),
        ("finance", "cabinet", 2, "asked", False), ("legal", "cabinet", 2, "asked", False),
    ]  # fmt: skip
    seen = page(desk, "lead")
    assert next(c.reason for c in seen.clearances if c.answer == "returned") == "Costs are old"
    assert [(v.number, v.newest, v.used_at) for v in seen.versions] == [
        (2, True, ("Cabinet",)), (1, False, ("Health and Wellbeing Board",)),
    ]  # fmt: skip
    assert "Report" not in [paper.what for paper in seen.papers if paper.step == "cabinet"]


def test_errors_come_before_warnings(desk: Office) -> None:
    desk.load(case(items=item(key_decision="true", target="2023-10-01")))
    desk.clock.to("2023-10-11 09:00")
    desk.clerk.does("bind", item="plan", step="cabinet", meeting="c-oct")
    found = [problem.severity for problem in page(desk, "lead").problems]
    assert set(found) == {"error", "warning"}
    assert found == sorted(found), "error before warning"


@pytest.mark.parametrize(
    ("play", "state", "ended_on"),
    [
        (lambda o: o.author.does("withdraw", item="plan", on="2023-08-01"), "withdrawn", date(2023, 8, 1)),
        (lambda o: o.operator.records("plan", "cabinet", "rejected", on="2023-10-12"), "rejected", date(2023, 10, 12)),
        (lambda o: o.lead.does("hold", item="plan", reason="Wait"), "on-hold", None),
    ],
)
def test_an_item_that_goes_no_further_says_since_when(
    desk: Office, play: object, state: str, ended_on: date | None
) -> None:
    desk.load(case())
    desk.clock.to("2023-12-01 09:00")
    play(desk)  # type: ignore[operator]
    seen = page(desk, "lead")
    assert (seen.state, seen.ended_on) == (state, ended_on)


SALE = """\
- {id: sale, kind: gate, waits_for: {item: secret-sale, stage: cabinet, outcome: decided}}
- {id: partnership, forum: partnership, ask: endorse}
- {id: cabinet, forum: cabinet, ask: agree, decisive: true, after: [sale, partnership]}
"""


@pytest.fixture
def with_a_secret(desk: Office) -> Office:
    """A public plan that waits for a sale in Part II."""
    routes = route(name="selling", types="sale") + route(SALE).removeprefix("routes:\n")
    exempt = "{basis: Local Government Act 1972, paragraphs: [3], reason: The price is open}"
    sold = item(
        "secret-sale", title="Sale of Zinnia Farm", type="sale", route="selling", owner="seller", part="II",
        exemption=exempt,
    )  # fmt: skip
    desk.load(WORLD + routes + "items:\n" + sold + item(), OTHERS)
    return desk


def test_an_item_that_somebody_may_not_see_is_another_item_everywhere(with_a_secret: Office) -> None:
    seen = page(with_a_secret, "auditor")
    assert [(one.id, one.title) for one in seen.waits_for] == [(None, "another item")]
    told = repr(asdict(seen) | {"offers": None})
    assert "another item" in told
    assert "Zinnia" not in told
    assert "secret-sale" not in told
    assert seen.waiting_for[0].startswith("Another item to be decided by Cabinet")
    insider = page(with_a_secret, "clerk")
    assert [(one.id, one.title) for one in insider.waits_for] == [("secret-sale", "Sale of Zinnia Farm")]
    assert insider.steps[0].waits_for_item == "secret-sale"


def test_an_item_in_part_two_is_there_for_those_on_its_route_only(with_a_secret: Office) -> None:
    assert page(with_a_secret, "seller", "secret-sale").exemption == (
        "Local Government Act 1972, paragraph 3: The price is open"
    )
    sentences = set()
    for name in ("secret-sale", "no-such-item"):
        for look_at in (page, history):
            with pytest.raises(Unknown) as refused:
                look_at(with_a_secret, "auditor", name)
            sentences.add(str(refused.value))
    assert len(sentences) == 1, "exactly like one that is not there"


def test_texts_of_a_step_in_part_two_are_for_those_on_the_route(desk: Office) -> None:
    chain = CHAIN.replace("decisive: true, ", "decisive: true, clearances: [finance], ")
    desk.load(case(stages=chain, items=item(steps="{cabinet: {part: II}}")), OTHERS)
    desk.clock.to("2023-12-01 09:00")
    desk.operator.records("plan", "partnership", "endorsed", on="2023-08-02", text="In the open.")
    desk.operator.records("plan", "hwb", "endorsed", on="2023-09-12")
    desk.finance.does(
        "clear", item="plan", step="cabinet", area="finance", cleared=True, reason="vermilion", on="2023-10-01"
    )
    desk.operator.records("plan", "cabinet", "noted", on="2023-10-12", text="The vermilion offer.")
    desk.operator.does(
        "correct", item="plan", step="cabinet", outcome="agreed", text="The vermilion price.", reason="vermilion",
        call_in_waived="vermilion", conditions=[{"text": "vermilion", "owner": "author"}],
    )  # fmt: skip
    desk.author.does("meet", item="plan", step="cabinet", number=1, evidence="vermilion")
    for somebody in ("lead", "clerk", "author"):
        assert "vermilion" in repr(page(desk, somebody).steps)
        assert "vermilion" in repr(page(desk, somebody).timeline)
    seen = page(desk, "auditor")
    told = repr(asdict(seen)) + repr(history(desk, "auditor"))
    assert "vermilion" not in told
    decided = seen.step("cabinet").rounds[-1]
    assert (decided.outcome, decided.hidden, decided.wording) == ("agreed", True, None)
    assert "In the open." in told
    assert "Recorded “noted”: (exempt)" in told


def test_history_goes_back_fifty_events_at_a_time(desk: Office) -> None:
    desk.load(case())
    for n in range(70):
        desk.lead.does("hold" if n % 2 == 0 else "resume", item="plan", reason=f"Reason {n}")
    newest = page(desk, "lead").timeline
    assert [told.seq for told in newest.entries] == list(range(71, 21, -1))
    assert (newest.total, newest.older, newest.newer) == (71, 22, None)
    older = history(desk, "lead", before=newest.older).timeline
    assert [told.seq for told in older.entries] == list(range(21, 0, -1))
    assert (older.older, older.newer) == (None, 72)
    assert history(desk, "lead", before=older.newer).timeline == newest
    assert newest.entries[0].sentence == "Resumed. Reason: Reason 69"
    assert older.entries[-1].sentence == "Created: A plan"
    assert history(desk, "lead", before=1).timeline.entries == ()


def test_history_says_who_for_whom_and_names_meetings_by_their_day(desk: Office) -> None:
    desk.load(case())
    desk.clerk.does("bind", item="plan", step="cabinet", meeting="c-oct", on="2023-07-17")
    told = page(desk, "lead").timeline.entries[0]
    assert told.sentence == "Bound to the meeting of Cabinet on 12 October 2023."
    assert (told.by, told.recorded_by, told.on, told.where) == ("Council clerk", None, date(2023, 7, 17), "Cabinet")
    desk.clock.to("2023-08-03 09:00")
    with desk.runtime.looking() as look:
        assert look.known.people["clerk"].name == "Council clerk"
    desk.load(
        "outcomes:\n  - {item: plan, step: partnership, outcome: deferred, date: 2023-08-02, by: partnership-clerk, "
        "until: p-oct, reason: Costs}\n"
    )
    moved, told = page(desk, "lead").timeline.entries[:2]
    assert (told.by, told.recorded_by) == (moved.by, moved.recorded_by) == ("Partnership secretary", "The operator")
    assert moved.sentence.startswith("Partnership: 4 October 2023 instead of 2 August 2023.")
    assert told.sentence == ("Recorded “deferred”, until the meeting of Partnership on 4 October 2023. Reason: Costs")


def test_a_redacted_text_says_that_it_was(desk: Office) -> None:
    desk.load(case(), "people:\n  - {id: admin, name: Administrator, roles: [{role: admin}]}\n")
    desk.clock.to("2023-08-03 09:00")
    desk.partnership_clerk.records("plan", "partnership", "endorsed", on="2023-08-02", text="Somebody by name.")
    desk.admin.does("redact", item="plan", number=2, reason="A name")
    seen = page(desk, "lead")
    assert seen.step("partnership").rounds[0].wording == "(redacted)"
    assert seen.timeline.entries[1].sentence == "Recorded “endorsed”: (redacted)"


def test_a_page_costs_the_same_number_of_queries_whatever_has_happened(office: Office) -> None:
    stages = "".join(f"- {{id: s{n}, forum: hwb, ask: note}}\n" for n in range(25))
    last = "- {id: cabinet, forum: cabinet, ask: agree, decisive: true}\n"
    both = route(last) + route(stages + last, name="long").removeprefix("routes:\n")
    office.load(WORLD + both + "items:\n" + item() + item("long-plan", route="long"))
    office.clock.to("2023-12-01 09:00")
    with office.runtime.doing("operator") as do:  # all of it in one go, because the office restarts after every step
        for n in range(20):
            said = {"item": "long-plan", "step": f"s{n}", "outcome": "noted", "on": date(2023, 9, 12), "text": "Noted."}
            record(do, RecordOutcome.model_validate(said))
            for _again in range(3):
                correct(do, CorrectOutcome.model_validate(said | {"reason": "Again", "on": None}))
        forecast.refresh(do)
    counted = {}
    for name in ("plan", "long-plan"):
        said_to_it: list[str] = []

        def listen(_c: object, _cursor: object, statement: str, *_more: object, into: list[str] = said_to_it) -> None:
            into.append(statement)

        event.listen(office.runtime.engine, "before_cursor_execute", listen)
        seen = page(office, "clerk", name)
        event.remove(office.runtime.engine, "before_cursor_execute", listen)
        counted[name] = len(said_to_it)
        assert all(one.lstrip().upper().startswith(("SELECT", "BEGIN", "SET", "ROLLBACK")) for one in said_to_it)
    assert len(seen.step("s0").rounds[0].superseded) == 3
    assert seen.timeline.numbers == (32, 81)
    assert counted["plan"] <= 14
    assert counted["long-plan"] <= 15, "who moved its dates has to be looked up; it has no forecast to read for"
