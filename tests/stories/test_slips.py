"""How dates move: first planned, planned last and what happened, side by side, with what happened and why."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.slips import planned, slips
from tests.builders import case, item
from tests.office import LANCASHIRE, Office
from tests.stories.test_lists import counting
from workflow.queries.slips import Wanted, as_json, changes_at, dates_of, names_of, why
from workflow.setup import initialise
from workflow.visibility import reader_of

APPRAISAL = "options-appraisal-2023"
CABINET = "- {id: cabinet, forum: cabinet, ask: agree, decisive: true}"
SUBMITTED = "{partnership: {papers: submitted}, hwb: {papers: submitted}, cabinet: {papers: submitted}}"


def changes(office: Office, item: str = "plan") -> list[dict[str, Any]]:
    """The changes of an item's dates, as they came."""
    query = select(slips).where(slips.c.item == item).order_by(slips.c.at, slips.c.step, slips.c.number)
    with office.runtime.looking() as look:
        return [dict(row) for row in look.db.execute(query).mappings()]


def said(office: Office, item: str = "plan") -> list[tuple[str, str, str | None, str | None]]:
    """Each change: the step, what happened, where it comes from, the reason that was chosen."""
    return [(row["step"], row["cause"], row["because"], row["code"]) for row in changes(office, item)]


def line(office: Office, step: str, item: str = "plan") -> tuple[date | None, date | None, date | None]:
    """First planned, planned last, and when it took place."""
    query = select(planned).where(planned.c.item == item, planned.c.step == step)
    with office.runtime.looking() as look:
        row = look.db.execute(query).one()
    return row.first_planned, row.last_planned, row.actual


def day(month: int, number: int) -> date:
    return date(2023, month, number)


def test_cabinet_moves_from_5_october_to_2_november(office: Office) -> None:
    office.load(LANCASHIRE)
    assert line(office, "", APPRAISAL) == (day(10, 11), day(10, 11), None)
    office.cabinet_secretary.does(
        "meeting move",
        meeting="cabinet-2023-10-05",
        meets_on="2023-11-02",
        code="clash-of-dates",
        reason="The Leader is at a conference",
    )
    assert line(office, "cabinet", APPRAISAL) == (day(10, 5), day(11, 2), None)
    assert line(office, "", APPRAISAL) == (day(10, 11), day(11, 8), None), "first and last planned side by side"
    assert line(office, "icb-executives", APPRAISAL) == (day(10, 10), day(10, 10), None), "the ICB is untouched"
    assert said(office, APPRAISAL) == [
        ("", "knock-on", "cabinet", None),
        ("cabinet", "meeting-moved", "cabinet-2023-10-05", "clash-of-dates"),
    ]
    assert [(row["was"], row["becomes"]) for row in changes(office, APPRAISAL)] == [
        (day(10, 11), day(11, 8)),
        (day(10, 5), day(11, 2)),
    ]
    office.tick()
    office.tick()
    assert len(changes(office, APPRAISAL)) == 2, "once for each change"
    assert office.verify().ok
    with office.runtime.looking() as look:
        dates = dates_of(look, APPRAISAL, names_of(look, APPRAISAL))
    assert [(moved.name, moved.difference) for moved in dates.moved] == [
        ("Cabinet", "28 days later"),
        ("The whole item", "28 days later"),
    ]
    cabinet = next(slip for slip in dates.changes.rows if slip.step == "cabinet")
    assert (cabinet.cause, cabinet.reason) == ("The meeting was moved", "Clash with another date")
    assert cabinet.because == "Cabinet on 2 November 2023"


def test_a_cancelled_meeting_and_one_that_is_added_earlier(office: Office) -> None:
    office.load(case(stages=CABINET, items=item(steps="{cabinet: {meeting: c-oct}}")))
    office.clerk.does("meeting cancel", meeting="c-oct", code="not-quorate")
    office.clerk.does("meeting add", meeting="c-extra", forums=["cabinet"], meets_on="2023-10-26", time="17:00")
    assert line(office, "cabinet") == (day(10, 12), day(10, 26), None)
    assert [(*row, kept["becomes"]) for row, kept in zip(said(office), changes(office), strict=True)] == [
        ("", "knock-on", "cabinet", None, day(11, 15)),
        ("", "knock-on", "cabinet", None, day(11, 1)),
        ("cabinet", "meeting-cancelled", "c-oct", "not-quorate", day(11, 9)),
        ("cabinet", "meeting-added", "c-extra", None, day(10, 26)),
    ], "two acts of one day are two changes"
    assert office.story("plan")[-1] == (
        "Released, because its meeting was cancelled. Why: Not enough members: the meeting was not quorate."
    )
    assert office.verify().ok


def test_a_deferral_until_a_meeting_begins_a_new_round_of_the_same_line(office: Office) -> None:
    office.load(case(stages=CABINET, items=item(steps="{cabinet: {meeting: c-oct}}")))
    office.clock.to("2023-10-12 19:00")
    office.clerk.records("plan", "cabinet", "deferred", until="c-dec", code="more-information")
    assert line(office, "cabinet") == (day(10, 12), day(12, 14), None)
    assert said(office)[-1] == ("cabinet", "deferred", None, "more-information")
    assert "Why: Members asked for more information." in office.story("plan")[-1]
    office.clock.to("2023-12-14 19:00")
    office.clerk.records("plan", "cabinet", "agreed")
    assert line(office, "cabinet") == (day(10, 12), day(12, 14), day(12, 14))
    assert len(changes(office)) == 2, "what is decided on its planned day is no slip"
    office.clock.to("2023-12-20 09:00")
    office.tick()
    assert line(office, "")[2] == line(office, "")[1], "done on the day planned last"
    assert office.verify().ok


def test_a_report_that_does_not_come_moves_the_step_overnight(office: Office) -> None:
    office.load(case(stages=CABINET))
    assert line(office, "cabinet")[0] == day(10, 12)
    due = office.plan("plan").step("cabinet").report_due
    assert due is not None
    office.clock.to(f"{due} 06:00")
    office.tick()
    assert changes(office) == [], "it may still come today"
    office.clock.to(f"{due + timedelta(days=1)} 06:00")
    office.tick()
    office.tick()
    assert said(office) == [("", "knock-on", "cabinet", None), ("cabinet", "report-not-in", None, None)]
    assert line(office, "cabinet") == (day(10, 12), day(11, 9), None)
    assert office.verify().ok


def test_notice_that_was_not_given_moves_the_step_overnight(desk: Office) -> None:
    desk.load(case(stages=CABINET, items=item(key_decision="true", steps="{cabinet: {papers: submitted}}")))
    assert line(desk, "cabinet")[0] == day(10, 12)
    desk.clock.to("2023-09-14 06:00")
    desk.tick()
    assert said(desk)[-1] == ("cabinet", "notice-not-given", None, None)
    assert line(desk, "cabinet")[1] == day(11, 9)
    desk.tick()
    assert len(changes(desk)) == 2


def test_a_referral_back_moves_those_that_are_asked_again(office: Office) -> None:
    office.load(case())
    office.operator.records("plan", "partnership", "endorsed", on="2023-07-12")
    office.clock.to("2023-10-12 19:00")
    office.tick()
    before = len(changes(office))
    office.operator.records("plan", "cabinet", "referred-back", on="2023-10-12", code="consultation")
    found = said(office)[before:]
    assert ("cabinet", "referred-back", None, "consultation") in found
    assert line(office, "partnership")[2] is None, "asked again, so it has not taken place"
    assert office.verify().ok


def test_a_deferral_that_was_only_mistyped_is_no_slip_once_it_is_corrected(office: Office) -> None:
    office.load(case(stages=CABINET, items=item(steps="{cabinet: {meeting: c-oct}}")))
    office.clock.to("2023-10-13 09:00")
    office.clerk.records("plan", "cabinet", "deferred", on="2023-10-12", until="c-nov", code="no-time")
    assert counted(office) == (1, 0)
    office.clerk.does(
        "correct", item="plan", step="cabinet", outcome="agreed", decided="2023-10-12", reason="Typed wrongly"
    )
    assert said(office) == [("", "knock-on", "cabinet", None), ("cabinet", "corrected", None, None)]
    assert line(office, "cabinet") == (day(10, 12), day(10, 12), day(10, 12))
    assert counted(office) == (0, 0)
    assert office.story("plan")[-2].startswith("Recorded “deferred”"), "what was recorded stays on record"
    assert office.verify().ok


def test_a_deferral_corrected_to_another_meeting_is_one_slip(desk: Office) -> None:
    desk.load(case(stages=CABINET, items=item(steps="{cabinet: {meeting: c-oct}}")))
    desk.clock.to("2023-10-13 09:00")
    desk.clerk.records("plan", "cabinet", "deferred", on="2023-10-12", until="c-nov", code="no-time")
    desk.clerk.does(
        "correct", item="plan", step="cabinet", outcome="deferred", until="c-dec", reason="It said December"
    )
    found = [row for row in changes(desk) if row["step"] == "cabinet"]
    assert [(row["cause"], row["code"], row["was"], row["becomes"]) for row in found] == [
        ("deferred", "no-time", day(10, 12), day(12, 14))
    ]
    assert counted(desk) == (1, 0)


def counted(office: Office) -> tuple[int, int]:
    """How often days became later and earlier, as people read it."""
    with office.runtime.looking() as look:
        seen = why(look, reader_of(look.known, "clerk"), Wanted(since=day(7, 1)))
        return seen.later, seen.earlier


def test_an_officer_who_does_not_decide_drifts_and_that_is_one_slip(desk: Office) -> None:
    desk.load(case(stages="- {id: director, kind: individual, forum: director, ask: decide, decisive: true}"))
    assert line(desk, "director")[0] == day(7, 18)
    for morning in ("2023-07-19 06:00", "2023-07-20 06:00", "2023-07-24 06:00"):
        desk.clock.to(morning)
        desk.tick()
    drifted = [row for row in changes(desk) if row["step"] == "director"]
    assert [(row["cause"], row["was"], row["becomes"]) for row in drifted] == [
        ("outcome-missing", day(7, 18), day(7, 24))
    ]
    assert len(changes(desk)) == 2, "and one of the whole item"


DIRECTOR = "- {id: director, kind: individual, forum: director, ask: decide, decisive: true}"


@pytest.mark.parametrize(
    ("stages", "more", "drifted"),
    [
        (DIRECTOR, {"key_decision": "true"}, [("", "knock-on"), ("director", "notice-not-given")]),
        (
            "- {id: asked, kind: consultation, body: Members, lasts: {days: 20, unit: calendar-days}}\n" + DIRECTOR,
            {},
            [("", "knock-on"), ("asked", "consultation-not-open"), ("director", "knock-on")],
        ),
    ],
)
def test_what_nobody_begins_drifts_as_one_slip(
    desk: Office, stages: str, more: dict[str, str], drifted: list[tuple[str, str]]
) -> None:
    desk.load(case(stages=stages, items=item(**more)))
    for morning in range(19, 29):
        desk.clock.to(f"2023-07-{morning} 06:00")
        desk.tick()
    assert [(row["step"], row["cause"]) for row in changes(desk)] == drifted
    assert all(row["becomes"] == line(desk, row["step"])[1] for row in changes(desk))


def test_what_waits_for_something_that_drifts_drifts_as_one_slip_too(desk: Office) -> None:
    stages = """\
    - {id: first, kind: gate, waits_for: {item: $other, stage: director, outcome: decided}}
    - {id: second, kind: individual, forum: director, ask: decide, decisive: true}
    """
    plain = f"  - route: plain\n    title: Plain\n    for: [plan]\n    stages:\n      {DIRECTOR}\n"
    both = item("a", route="plain") + item("b", forums="{other: a}")
    desk.load(case(stages=stages, items=both).replace("routes:\n", f"routes:\n{plain}", 1))
    for morning in range(19, 29):
        desk.clock.to(f"2023-07-{morning} 06:00")
        desk.tick()
    assert said(desk, "b") == [
        ("", "knock-on", "first", None),
        ("first", "gate", None, None),
        ("second", "knock-on", "first", None),
    ]


def test_what_waits_for_another_item_slips_with_it_and_does_not_name_it(desk: Office) -> None:
    stages = """\
    - {id: first, kind: gate, waits_for: {item: $other, stage: cabinet, outcome: agreed}}
    - {id: board, forum: board, ask: agree, decisive: true}
    """
    plain = "  - route: plain\n    title: Plain\n    for: [plan]\n    stages:\n"
    plain += "      - {id: cabinet, forum: cabinet, ask: agree, decisive: true}\n"
    both = item("a", route="plain") + item("b", forums="{other: a}")
    desk.load(case(stages=stages, items=both).replace("routes:\n", f"routes:\n{plain}", 1))
    desk.clerk.does("bind", item="a", step="cabinet", meeting="c-nov", code="no-time")
    assert said(desk, "b") == [
        ("", "knock-on", "first", None),
        ("board", "knock-on", "first", None),
        ("first", "gate", None, None),
    ]
    assert line(desk, "board", "b") == (day(10, 25), day(11, 29), None)


def test_the_calendar_is_changed(desk: Office) -> None:
    desk.load(case(stages="- {id: director, kind: individual, forum: director, ask: decide, decisive: true}"))
    closed = "{id: shut, what: closure, organisation: council, date: 2023-07-18, reason: Offices shut}"
    desk.load(f"calendar:\n  - {closed}\n")
    assert line(desk, "director")[1] == day(7, 19)
    assert said(desk)[-1] == ("director", "calendar-changed", None, None)


def test_an_outcome_on_another_day_than_planned(desk: Office) -> None:
    desk.load(case(stages=CABINET))
    desk.clock.to("2023-09-08 09:00")
    desk.operator.records("plan", "cabinet", "agreed", on="2023-09-07")
    assert line(desk, "cabinet") == (day(10, 12), day(10, 12), day(9, 7))
    assert said(desk) == [("", "knock-on", "cabinet", None), ("cabinet", "another-day", None, None)]


def test_on_hold_and_on_again(desk: Office) -> None:
    desk.load(case(stages=CABINET))
    desk.lead.does("hold", item="plan", reason="Elections")
    desk.clock.to("2023-10-20 09:00")
    desk.tick()
    assert changes(desk) == [], "nobody expects anything of it meanwhile"
    desk.lead.does("resume", item="plan", reason="They are over")
    assert said(desk)[-1] == ("cabinet", "resumed", None, None)


def test_a_draft_has_no_timetable_before_it_starts(desk: Office) -> None:
    desk.load(case(stages=CABINET, items=item(state="draft")))
    desk.clock.to("2023-10-11 09:00")
    desk.tick()
    desk.author.does("start", item="plan")
    assert line(desk, "cabinet") == (day(11, 9), day(11, 9), None)
    assert changes(desk) == []


def test_the_reason_goes_with_what_slips_only(desk: Office) -> None:
    desk.load(case(stages=CABINET))
    desk.clock.to("2023-10-12 19:00")
    with pytest.raises(ValueError, match="goes with the outcomes deferred and referred-back only"):
        desk.clerk.records("plan", "cabinet", "agreed", code="no-time")
    with pytest.raises(ValueError, match="is no reason that can be chosen"):
        desk.clerk.does("meeting move", meeting="c-nov", meets_on="2023-11-10", code="bad-luck")


def test_a_dump_keeps_the_reasons_and_begins_with_the_plan_after_loading(desk: Office, tmp_path: Any) -> None:
    desk.load(case(stages=CABINET, items=item(steps="{cabinet: {meeting: c-oct}}")))
    desk.clerk.does("meeting move", meeting="c-nov", meets_on="2023-11-16", code="venue")
    desk.clerk.does("meeting cancel", meeting="c-oct", code="no-business", reason="Only one item")
    desk.clerk.does("bind", item="plan", step="cabinet", meeting="c-dec", code="at-members-request")
    written = desk.dump()
    for code in ("venue", "no-business", "at-members-request"):
        assert f"code: {code}" in written
    again = Office(f"sqlite:///{tmp_path}/again.sqlite")
    initialise(again.runtime)
    again.load(written)
    assert again.dump() == written
    assert again.story("plan") == desk.story("plan")
    assert line(again, "cabinet") == (day(12, 14), day(12, 14), None), "nothing is invented"
    assert changes(again) == []
    again.close()


def test_a_thousand_items_on_one_meeting_take_no_statement_each(desk: Office) -> None:
    every = "".join(item(f"plan-{n}", steps="{cabinet: {meeting: c-oct}}") for n in range(1000))
    desk.load(case(stages=CABINET, items=every))
    with counting(desk) as statements:
        desk.clerk.does("meeting move", meeting="c-oct", meets_on="2023-10-19", code="emergency")
    sent = [one for one in statements if "post_planned" in one or "post_slips" in one]
    assert len(sent) == 6, "a look and two writes for each 500 items"
    assert len(changes(desk, "plan-999")) == 2


def test_a_plain_act_looks_once_and_writes_nothing(desk: Office) -> None:
    desk.load(case(stages=CABINET))
    with counting(desk) as statements:
        desk.author.does("submit", item="plan", step="cabinet")
    assert len([one for one in statements if "post_planned" in one or "post_slips" in one]) == 1


def test_why_decisions_slip_is_counted_for_those_who_may_see_them(office: Office) -> None:
    many = "".join(item(f"plan-{n}", steps="{cabinet: {meeting: c-oct}}") for n in range(3))
    secret = item("secret", part="II", title="A secret", steps="{cabinet: {meeting: c-oct}}")
    exemption = ", exemption: {paragraphs: [3], basis: schedule-12a, reason: Prices}}\n"
    office.load(case(stages=CABINET, items=many + secret.replace("}}\n", "}" + exemption)))
    office.clerk.does("meeting move", meeting="c-oct", meets_on="2023-10-26", code="absence")
    with office.runtime.looking() as look:
        wanted = Wanted(since=day(7, 1))
        clerk, lead = (reader_of(look.known, who) for who in ("clerk", "icb-clerk"))
        seen = why(look, clerk, wanted)
        assert [(one.name, one.later, one.mostly, one.reason) for one in seen.forums] == [
            ("Cabinet", 4, "The meeting was moved", "Somebody who was needed could not be there")
        ]
        assert seen.causes == (("The meeting was moved", 4),)
        assert why(look, lead, wanted).forums == ()
        assert why(look, clerk, Wanted(since=day(7, 19))).forums == ()
        listed = changes_at(look, clerk, Wanted(since=day(7, 1), forum="cabinet"))
        assert {row.title for row in listed.rows} == {"A plan", "A secret"}
        assert changes_at(look, lead, Wanted(since=day(7, 1), forum="cabinet")).rows == ()


def test_as_json(desk: Office) -> None:
    desk.load(case(stages=CABINET, items=item(steps="{cabinet: {meeting: c-oct}}")))
    desk.clerk.does("meeting move", meeting="c-oct", meets_on="2023-10-19", code="no-time", reason="A long agenda")
    with desk.runtime.looking() as look:
        told = as_json(look, "plan")
    assert [(one["step"], one["first_planned"], one["last_planned"], one["days"]) for one in told["steps"]] == [
        ("", "2023-10-18", "2023-10-25", 7),
        ("cabinet", "2023-10-12", "2023-10-19", 7),
    ]
    assert told["slips"][1] | {"at": None} == {
        "step": "cabinet", "at": None, "date": "2023-07-18", "was": "2023-10-12", "becomes": "2023-10-19", "days": 7,
        "cause": "meeting-moved", "because": "c-oct", "code": "no-time", "by": "clerk", "reason": "A long agenda",
    }  # fmt: skip
