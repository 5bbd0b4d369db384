"""What has to be done on an item next, by whom and by when. Pure: it follows from the item's rows and its plan.

A task is for whoever holds a role, so that it changes hands with the post: `secretary:<forum>`,
`chair:<forum>`, `member:<forum>`, `lead:<organisation>`, `clearer:<area>` or `person:<id>`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from routes.spec import Stage, WaitsForCheck
from workflow.dossiers import Dossier, Row
from workflow.known import ALWAYS, Person
from workflow.plans import Plan, PlannedStep

#: Papers and notices for a forum further along the route are asked for from so many days before they are due.
AHEAD: Final = timedelta(days=28)

AGAIN: Final = "again"  # a report that was referred back to its author
WORDS: Final = "minutes"  # no act of its own: a correction adds the words of a resolution
NEWER: Final = "newer"  # a forum has an older version of the report than there is now

_SETTLED: Final = ("passed", "skipped", "ended")


@dataclass(frozen=True, slots=True)
class Task:
    """One next act on an item: `act` by whoever holds `holder`, at `step` ("" for the whole item).

    `detail` says what the act is about where the step does not: an area, the number of a condition. It is not to be
    shown before `starts`.
    """

    holder: str
    act: str
    step: str = ""
    detail: str = ""
    forum: str | None = None
    starts: date = ALWAYS
    due: date | None = None


def holders_of(person: Person) -> list[str]:
    """The holders whose tasks are somebody's, by the roles they have."""
    roles = ("secretary", "chair", "member", "lead", "clearer")
    return [f"person:{person.id}", *sorted(f"{role}:{scope}" for role, scope in person.roles if role in roles)]


def tasks_of(dossier: Dossier, plan: Plan) -> list[Task]:
    """Everything that somebody has to do now or soon, with the rows of the item that are in hand.

    Conditions, clearances and reports count as far as the dossier holds them.
    """
    found: dict[tuple[str, str, str, str], Task] = {}
    for task in _all(dossier, plan):
        found.setdefault((task.holder, task.step, task.act, task.detail), task)
    return list(found.values())


def wants_reports(dossier: Dossier) -> bool:
    """Whether it matters what has been said of the newest report version: somebody passed an older one."""
    newest = dossier.item["report_version"]
    return newest > 1 and any(_passed_older(row, newest) for row in dossier.current())


def _all(dossier: Dossier, plan: Plan) -> Iterator[Task]:
    item = dossier.item
    owner, lead = f"person:{item['owner']}", f"lead:{item['organisation']}"
    if plan.item_state == "draft":
        yield Task(owner, "start")
    elif plan.item_state == "on-hold":
        yield Task(lead, "resume")
    elif plan.item_state == "in-progress":
        yield from _on_its_way(dossier, plan, owner, lead)
    if plan.item_state != "draft":
        yield from _after_decisions(plan)
    if plan.item_state not in ("withdrawn", "rejected"):
        yield from _conditions(dossier)


def _on_its_way(dossier: Dossier, plan: Plan, owner: str, lead: str) -> Iterator[Task]:
    planned = {step.step: step for step in plan.steps}
    for row in dossier.current():
        step, stage = planned[row["step"]], dossier.stage_of(row)
        is_now = step.step in plan.now
        if step.state in _SETTLED:
            continue
        if step.state == "fell-short":
            yield Task(lead, "send-back" if stage.decisive else "accept", step.step, forum=step.forum)
        elif step.state == "called-in":
            yield Task(f"secretary:{step.forum}", "uphold", step.step, forum=step.forum)
            yield Task(f"chair:{step.forum}", "uphold", step.step, forum=step.forum)
        elif stage.kind == "gate":
            if is_now:
                yield from _check(stage, step, owner, lead)
        elif stage.kind == "consultation":
            if is_now and step.meeting is not None:
                yield Task(lead, "record", step.step, starts=step.meeting, due=step.meeting)
        else:
            yield from _at_a_forum(dossier, row, stage, step, plan, owner)
    if wants_reports(dossier):
        newest = dossier.rows.get("reports", {}).get((item_version(dossier),))
        if newest is not None and newest["material"] is None:
            yield Task(lead, "material")


def item_version(dossier: Dossier) -> int:
    """The number of the newest report version."""
    return int(dossier.item["report_version"])


def _passed_older(row: Row, newest: int) -> bool:
    return row["decision"] == "passed" and row["outcome"] is not None and (row["version"] or newest) < newest


def _check(stage: Stage, step: PlannedStep, owner: str, lead: str) -> Iterator[Task]:
    if isinstance(stage.gate, WaitsForCheck):
        holder = {"lead": lead, "owner": owner}.get(stage.gate.by, f"person:{stage.gate.by}")
        yield Task(holder, "open-gate", step.step)


def _at_a_forum(dossier: Dossier, row: Row, stage: Stage, step: PlannedStep, plan: Plan, owner: str) -> Iterator[Task]:
    """Report, clearances, notice, meeting, agenda and outcome of one open step, as far as each can be done now."""
    is_now, is_bound = step.step in plan.now, step.basis == "bound"
    on, secretary = plan.on, f"secretary:{step.forum}"
    at = Task(secretary, "", step.step, forum=step.forum)
    if is_bound and step.meeting is not None:
        yield replace(at, act="record", starts=step.meeting, due=step.meeting)
        if step.meeting <= on:
            return  # what was due before the meeting is past
    uncleared = _uncleared(dossier, row, stage)
    if _wants_report(row, stage, is_now):
        again = AGAIN if row["awaits_author"] else ""
        yield from _in_time(
            replace(at, holder=owner, act="submit", detail=again, due=step.report_due), is_now or is_bound
        )
    elif row["papers"] == "submitted":
        yield from _about_the_version(dossier, row, uncleared, replace(at, due=step.agenda_by), owner)
    if step.notice_by is not None and row["notice_given"] is None and not step.notice_excused:
        yield from _in_time(replace(at, act="notice", due=step.notice_by), is_now or is_bound)
    yield from _private_notices(row, step, at, is_now or is_bound)
    if stage.kind == "individual":
        if is_now and (row["verbal"] or row["papers"] != "none"):
            starts = step.meeting if step.notice_by and step.meeting else ALWAYS
            yield replace(at, holder=f"member:{step.forum}", act="record", starts=starts)
    elif not is_bound:
        if is_now and not row["awaits_author"]:
            yield replace(at, act="bind", due=step.agenda_by)
    elif (row["verbal"] and row["papers"] == "none") or (row["papers"] == "submitted" and not uncleared):
        yield replace(at, act="agenda", due=step.agenda_by)


def _private_notices(row: Row, step: PlannedStep, at: Task, at_once: bool) -> Iterator[Task]:
    """Notice that a forum is to meet in private; the second one waits for what is said against the first."""
    if step.private_notice_by is not None and row["private_notice_on"] is None:
        yield from _in_time(replace(at, act="private-notice", due=step.private_notice_by), at_once)
    if step.private_notice_again_by is not None and row["private_notice_again_on"] is None:
        first_is_given = at_once and row["private_notice_on"] is not None
        yield from _in_time(replace(at, act="private-notice-again", due=step.private_notice_again_by), first_is_given)


def _after_decisions(plan: Plan) -> Iterator[Task]:
    """What a decision asks for when it is taken, until that is on record or long ago."""
    for step in plan.steps:
        at = Task(f"secretary:{step.forum}", "", step.step, forum=step.forum)
        for act, due in (("publish", step.publish_by), ("documents", step.documents_by), (WORDS, step.minutes_by)):
            if due is not None:
                yield replace(at, act=act, due=due)


def _wants_report(row: Row, stage: Stage, is_now: bool) -> bool:
    if stage.ask is None or row["verbal"] or row["papers"] != "none":
        return False
    return is_now or row["awaits_author"] or not stage.papers_after_outcome


def _in_time(task: Task, at_once: bool) -> Iterator[Task]:
    """A task that is asked for at once where its step is reached or bound, else some weeks before it is due."""
    if at_once:
        yield task
    elif task.due is not None:
        yield replace(task, starts=task.due - AHEAD)


def _about_the_version(dossier: Dossier, row: Row, uncleared: dict[str, bool], at: Task, owner: str) -> Iterator[Task]:
    if dossier.item["report_version"] > row["version"]:
        yield replace(at, holder=owner, act="submit", detail=NEWER)
        return
    for area, refused in uncleared.items():
        if refused:
            yield replace(at, holder=owner, act="revise", detail=area)
        else:
            yield replace(at, holder=f"clearer:{area}", act="clear", detail=area)


def _uncleared(dossier: Dossier, row: Row, stage: Stage) -> dict[str, bool]:
    """The areas that have not cleared the version before the forum, each with whether they refused it there.

    A clearance is carried from one forum to the next; a refusal counts where it was given.
    """
    if not stage.clearances:
        return {}
    given = dossier.rows.get("clearances", {})
    said = {
        (step, area): clearance["cleared"]
        for (step, area, version), clearance in given.items()
        if version == row["version"]
    }
    found = {}
    for area in stage.clearances:
        here = said.get((row["step"], area))
        carried = any(cleared for (_step, of), cleared in said.items() if of == area)
        if here is False or not carried:
            found[area] = here is False
    return found


def _conditions(dossier: Dossier) -> Iterator[Task]:
    for row in dossier.rows.get("conditions", {}).values():
        if row["met_on"] is None and row["round"] == dossier.decided_round(row["step"]):
            forum = dossier.step(row["step"])["forum"]
            yield Task(f"person:{row['owner']}", "meet", row["step"], str(row["number"]), forum, due=row["due"])
