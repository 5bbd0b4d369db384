"""Cases with one step under rules that have every kind of clock, and how they are looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from routes.spec import Days
from tests.unit.casebook import LCC_EXECUTIVE, a_case, a_forum, a_meeting, a_world, day, meeting_stage
from workflow.clear_days import standard_calendar
from workflow.clock import LONDON
from workflow.clocks.clock import Clock
from workflow.clocks.computing import clocks_of
from workflow.clocks.ways_out import WayOut, ways_out
from workflow.facts import Case, RulePack, World
from workflow.timetables import Timetable, Timetabling

EXECUTIVE = replace(
    LCC_EXECUTIVE,
    private_meeting_notice=Days(28, "clear-calendar-days"),
    private_meeting_notice_again=Days(5, "clear-working-days"),
    documents_to_members=24,
    minutes_due=Days(5, "working-days"),
    public_questions=Days(3, "working-days"),
    inspection=6,
    inspection_of_background_papers=4,
    sources={"key_decision_notice": "SI 2012/2089 regulation 9"},
)
COMMITTEE = RulePack("committee", agenda_day=Days(5, "clear-working-days"), inspection=6)
CABINET = a_forum("cabinet", "lcc-executive", "Cabinet")
BOARD = a_forum("board", "committee", "Health and Wellbeing Board")
MEMBER = a_forum("member", "lcc-executive", "Cabinet member", form="individual")


def world(*meetings: str, pack: RulePack = EXECUTIVE, time: str = "14:00") -> World:
    """Cabinet and a board that meet on these days: `board 2023-09-05`; a day alone is Cabinet's."""
    told = [("cabinet", *one.split()) if " " not in one else tuple(one.split()) for one in meetings]
    return a_world(CABINET, BOARD, MEMBER, meetings=[a_meeting(f, d, time) for f, d in told], packs=(pack, COMMITTEE))


def cabinet_step(on: str, item: dict[str, Any] | None = None, **facts: Any) -> Case:
    """A key decision that is bound to Cabinet's meeting of a day."""
    facts = {"meeting": f"cabinet-{on}", **facts}
    return a_case(
        meeting_stage("cabinet", decisive=True), steps={"cabinet": facts}, **{"key_decision": True} | (item or {})
    )


def timetable(case: Case, around: World, on: str) -> Timetable:
    return Timetabling(around, standard_calendar(), day(on)).timetable(case)


def at(local: str) -> datetime:
    """A local time such as 2023-09-06 12:00."""
    return datetime.fromisoformat(local).replace(tzinfo=LONDON).astimezone(UTC)


def clocks(case: Case, around: World, on: str, hour: str = "00:00") -> dict[str, Clock]:
    """Every clock of a case with one step, by kind."""
    return {clock.kind: clock for clock in clocks_of(timetable(case, around, on), at(f"{on} {hour}"))}


def ways(case: Case, around: World, on: str, kind: str) -> dict[str, WayOut]:
    found = timetable(case, around, on)
    clock = next(one for one in clocks_of(found, at(f"{on} 00:00")) if one.kind == kind)
    return {way.way: way for way in ways_out(clock, found)}


def key_notice(meets: str, given: str | None, on: str, **facts: Any) -> Clock:
    facts = {"notice_given": day(given) if given else None, **facts}
    return clocks(cabinet_step(meets, **facts), world(meets), on)["key-decision-notice"]
