"""What has to be done next, by whom and by when, at every turn of an item's journey."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from models.forecasts import tasks
from tests.builders import case, item
from tests.office import Office

GATED = """\
- {id: ready, kind: gate, waits_for: {check: Readiness assessed, by: lead, evidence: required}}
- {id: talk, kind: consultation, body: Residents, lasts: {days: 14, unit: calendar-days}}
- {id: das, kind: individual, forum: director, ask: decide, decisive: true, after: [ready, talk]}
"""

CLEARED = """\
- {id: cabinet, forum: cabinet, ask: agree, decisive: true, clearances: [finance]}
"""


@dataclass(frozen=True)
class Asked:
    """One task as the tables have it."""

    holder: str
    act: str
    step: str
    detail: str
    due: date | None
    starts: date


def asked(office: Office, of: str = "plan") -> list[Asked]:
    with office.runtime.inspecting() as db:
        rows = db.execute(select(tasks).where(tasks.c.item == of).order_by(tasks.c.by_due, tasks.c.act)).all()
    return [Asked(r.holder, r.act, r.step, r.detail, r.due, r.starts) for r in rows]


def acts(office: Office, of: str = "plan", by: str | None = None) -> set[tuple[str, str]]:
    """Who has to do what now: (holder, act)."""
    today = office.clock.now().date()
    return {(a.holder, a.act) for a in asked(office, of) if a.starts <= today and by in (None, a.holder)}


def test_a_draft_is_for_its_owner_to_start(desk: Office) -> None:
    desk.load(case(items=item(state="draft")))
    assert acts(desk) == {("person:author", "start")}
    desk.author.does("start", item="plan")
    assert ("person:author", "start") not in acts(desk)


def test_a_report_is_asked_for_where_the_item_is_and_later_ones_in_good_time(desk: Office) -> None:
    desk.load(case())
    submits = {a.step: a for a in asked(desk) if a.act == "submit"}
    assert submits["partnership"].due == date(2023, 7, 24)
    assert submits["partnership"].starts < date(2023, 7, 18), "it is there now"
    assert submits["hwb"].starts == date(2023, 8, 4) == date.fromordinal(submits["hwb"].due.toordinal() - 28)  # type: ignore[union-attr]
    desk.author.does("submit", item="plan", step="partnership")
    assert "partnership" not in {a.step for a in asked(desk) if a.act == "submit"}


def test_a_secretary_binds_puts_on_the_agenda_and_records_in_turn(desk: Office) -> None:
    secretary = "secretary:partnership"
    desk.load(case())
    assert acts(desk, by=secretary) == {(secretary, "bind")}
    desk.partnership_clerk.does("bind", item="plan", step="partnership", meeting="p-aug")
    assert acts(desk, by=secretary) == set(), "without the report there is nothing to put on the agenda"
    desk.author.does("submit", item="plan", step="partnership")
    assert [(a.act, a.due) for a in asked(desk) if a.holder == secretary and a.act == "agenda"] == [
        ("agenda", date(2023, 7, 26))
    ]
    desk.partnership_clerk.does("agenda", item="plan", step="partnership")
    assert acts(desk, by=secretary) == set()
    record = next(a for a in asked(desk) if a.act == "record")
    assert (record.starts, record.due) == (date(2023, 8, 2), date(2023, 8, 2)), "from the day of the meeting on"
    desk.clock.to("2023-08-02 12:00")
    assert acts(desk, by=secretary) == {(secretary, "record")}
    desk.partnership_clerk.records("plan", "partnership", "endorsed")
    assert acts(desk, by=secretary) == set()


def test_what_is_introduced_by_word_of_mouth_needs_no_report(desk: Office) -> None:
    desk.load(case(items=item(steps="{partnership: {meeting: p-aug, papers: verbal}}")))
    now = acts(desk)
    assert ("secretary:partnership", "agenda") in now
    assert "partnership" not in {a.step for a in asked(desk) if a.act == "submit"}


def test_notice_of_a_key_decision_is_asked_of_the_executives_secretary(desk: Office) -> None:
    desk.load(case(stages=CLEARED, items=item(key_decision="true")))
    notice = next(a for a in asked(desk) if a.act == "notice")
    assert (notice.holder, notice.due) == ("secretary:cabinet", date(2023, 9, 13))
    desk.clerk.does("notice", item="plan", step="cabinet")
    assert "notice" not in {a.act for a in asked(desk)}


def test_clearances_come_before_the_agenda_and_a_refusal_goes_to_the_owner(desk: Office) -> None:
    desk.load(case(stages=CLEARED, items=item(steps="{cabinet: {meeting: c-oct}}")))
    assert "clear" not in {a.act for a in asked(desk)}, "nothing is there to be cleared"
    desk.author.does("submit", item="plan", step="cabinet")
    wanted = [(a.holder, a.act, a.detail, a.due) for a in asked(desk) if a.act in ("clear", "agenda", "revise")]
    assert wanted == [("clearer:finance", "clear", "finance", date(2023, 10, 4))]
    desk.finance.does("clear", item="plan", step="cabinet", area="finance", cleared=False, reason="Costs are missing")
    assert {("person:author", "revise")} == {(h, a) for h, a in acts(desk) if a in ("clear", "agenda", "revise")}
    desk.author.does("submit", item="plan", step="cabinet", version=2)
    desk.finance.does("clear", item="plan", step="cabinet", area="finance", cleared=True)
    assert {("secretary:cabinet", "agenda")} == {(h, a) for h, a in acts(desk) if a in ("clear", "agenda", "revise")}


def test_gates_consultations_and_individual_decisions(desk: Office) -> None:
    desk.load(case(stages=GATED))
    assert ("lead:council", "open-gate") in acts(desk)
    assert "record" not in {a.act for a in asked(desk)}, "the consultation waits for the check"
    desk.lead.does("open-gate", item="plan", step="ready", evidence="The assessment")
    over = next(a for a in asked(desk) if a.act == "record")
    assert (over.holder, over.step, over.starts) == ("lead:council", "talk", date(2023, 8, 1))
    desk.clock.to("2023-08-02 09:00")
    desk.lead.records("plan", "talk", "consulted", on="2023-08-01")
    assert acts(desk) == {("person:author", "submit")}
    desk.author.does("submit", item="plan", step="das")
    assert acts(desk) == {("member:director", "record")}


def test_what_fell_short_is_the_leads_and_a_decisive_one_can_only_be_asked_again(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2023-08-03 09:00")
    desk.partnership_clerk.records("plan", "partnership", "noted", on="2023-08-02")
    assert ("lead:council", "accept") in acts(desk)
    desk.lead.does("accept", item="plan", step="partnership", reason="Enough")
    desk.clock.to("2023-10-13 09:00")
    desk.clerk.records("plan", "hwb", "endorsed", on="2023-09-12")
    desk.clerk.records("plan", "cabinet", "noted", on="2023-10-12")
    assert acts(desk) == {("lead:council", "send-back")}


def test_a_called_in_decision_is_for_secretary_and_chair(desk: Office) -> None:
    desk.load(case(stages=CLEARED))
    desk.clock.to("2023-10-13 09:00")
    desk.clerk.records("plan", "cabinet", "agreed", on="2023-10-12")
    desk.clerk.does("call-in", item="plan", step="cabinet", reason="Five members asked")
    assert acts(desk) == {("secretary:cabinet", "uphold"), ("chair:cabinet", "uphold")}
    desk.clerk.does("uphold", item="plan", step="cabinet", reason="Heard")
    assert acts(desk) == set()


def test_a_condition_outlasts_the_item(desk: Office) -> None:
    desk.load(case(stages=CLEARED))
    desk.clock.to("2023-10-13 09:00")
    condition: dict[str, Any] = {"text": "Report back", "owner": "finance", "due": "2023-11-30"}
    desk.clerk.records("plan", "cabinet", "agreed", on="2023-10-12", conditions=[condition], call_in_waived="Urgent")
    assert desk.item("plan")["state"] == "complete"
    assert [(a.holder, a.act, a.detail, a.due) for a in asked(desk)] == [
        ("person:finance", "meet", "1", date(2023, 11, 30))
    ]
    desk.finance.does("meet", item="plan", step="cabinet", number=1)
    assert asked(desk) == []


def test_an_item_on_hold_waits_for_the_lead_and_a_withdrawn_one_for_nobody(desk: Office) -> None:
    desk.load(case())
    desk.lead.does("hold", item="plan", reason="Purdah")
    assert acts(desk) == {("lead:council", "resume")}
    desk.author.does("withdraw", item="plan", reason="Overtaken")
    assert asked(desk) == []


def test_a_report_referred_back_comes_again_from_its_owner(desk: Office) -> None:
    desk.load(case(stages="- {id: cabinet, forum: cabinet, ask: agree, decisive: true}\n"))
    desk.clock.to("2023-10-13 09:00")
    desk.clerk.records("plan", "cabinet", "referred-back", on="2023-10-12", reason="Costs are missing")
    assert [(a.act, a.detail) for a in asked(desk) if a.holder == "person:author"] == [("submit", "again")]
    assert ("secretary:cabinet", "bind") not in acts(desk), "there is nothing to deal with yet"


def test_a_newer_version_asks_whether_the_change_is_material(desk: Office) -> None:
    desk.load(case())
    desk.clock.to("2023-08-03 09:00")
    desk.partnership_clerk.records("plan", "partnership", "endorsed", on="2023-08-02")
    assert "material" not in {a.act for a in asked(desk)}
    desk.author.does("submit", item="plan", step="hwb", version=2)
    assert ("lead:council", "material") in acts(desk)
    desk.lead.does("material", item="plan", material=False, reason="A misprint")
    assert "material" not in {a.act for a in asked(desk)}


def test_what_was_due_before_a_meeting_is_past_once_it_met(desk: Office) -> None:
    desk.load(case(items=item(steps="{partnership: {meeting: p-aug}}")))
    desk.clock.to("2023-08-03 09:00")
    desk.author.does("submit", item="plan", step="hwb")  # any act plans the item anew
    now = {a.act for a in asked(desk) if a.step == "partnership"}
    assert now == {"record"}
