"""The real cases of Lancashire, as public reports tell them."""

from __future__ import annotations

from datetime import date

from tests.office import LANCASHIRE, WEST_LANCASHIRE, Office


def test_the_appraisal_of_2023_has_the_timetable_that_its_report_gives(office: Office) -> None:
    office.load(LANCASHIRE, WEST_LANCASHIRE)
    plan = office.plan("options-appraisal-2023", on="2023-07-18")
    days = {step.step: step.meeting for step in plan.steps}
    assert days["place-partnership"] == date(2023, 8, 21)
    assert days["hwb"] == date(2023, 9, 5)
    assert plan.step("hwb").agenda_by == date(2023, 8, 25)
    cabinet = plan.step("cabinet")
    assert (cabinet.meeting, cabinet.notice_by, cabinet.agenda_by, cabinet.effective) == (
        date(2023, 10, 5),
        date(2023, 9, 6),
        date(2023, 9, 27),
        date(2023, 10, 11),
    )
    assert days["icb-executives"] == date(2023, 10, 10)
    assert plan.finish == date(2023, 10, 11)
    assert ("notice-slack", "cabinet") in office.problems("options-appraisal-2023", on="2023-07-18")
    assert ("decides-inside-call-in", "icb-executives") in office.problems("options-appraisal-2023", on="2023-07-18")
    assert office.verify().ok


def test_the_memorandum_of_2019_waits_for_six_partners_after_cabinet(office: Office) -> None:
    office.load(LANCASHIRE, WEST_LANCASHIRE)
    found = office.item("west-lancashire-mou-2019", on="2019-12-20")
    cabinet = next(step for step in found["steps"] if step["step"] == "partners:lcc")
    assert (cabinet["state"], cabinet["outcome_on"]) == ("passed", "2019-12-05")
    others = [step for step in found["steps"] if step["step"].startswith("partners:") and step is not cabinet]
    assert [step["state"] for step in others] == ["ready"] * 6
    assert found["state"] == "in-progress"
    problems = office.problems("west-lancashire-mou-2019", on="2019-12-20")
    assert {step for code, step in problems if code == "no-meeting"} == {step["step"] for step in others}
    plan = office.plan("west-lancashire-mou-2019", on="2019-12-20")
    assert plan.step("partners:lcc").effective == date(2019, 12, 11)
    assert plan.finish is None
