"""What has to be done on an item next and by whom, and what is owed: papers, clearances, conditions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from workflow.known import Known
from workflow.queries.item_events import name_of_person
from workflow.queries.item_rounds import Hand, StepView
from workflow.tasks import AGAIN, NEWER, WORDS, Task, tasks_of

_SETTLED = ("passed", "skipped", "ended")
_MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class NextAct:
    """One thing that somebody has to do now. `who` are posts; where nobody holds the role it says so."""

    act: str
    step: str | None
    detail: str
    sentence: str
    who: str
    due: date | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """A report, notice or agenda that is still owed for a step."""

    what: str
    step: str
    where: str
    due: date
    who: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class Clearance:
    """What one area said, or has still to say, of one version of the report for one step.

    `answer`: cleared, returned, asked (nothing is said yet) or later (the report is not in yet). `carried`: it
    was given at another step.
    """

    area: str
    step: str
    where: str
    version: int
    answer: str
    on: date | None
    by: str | None
    reason: str | None
    carried: bool = False


def next_acts(hand: Hand) -> tuple[NextAct, ...]:
    """Everything that can be done now, the most urgent first."""
    on = hand.plan.on
    together: dict[tuple[str, str, str], list[Task]] = {}
    for task in tasks_of(hand.dossier, hand.plan):
        if task.starts <= on:
            together.setdefault((task.act, task.step, task.detail), []).append(task)
    found = [_next_act(hand, tasks) for tasks in together.values()]
    return tuple(sorted(found, key=lambda act: (act.due is None, act.due or on)))


def _next_act(hand: Hand, tasks: list[Task]) -> NextAct:
    task = tasks[0]
    return NextAct(
        act=task.act,
        step=task.step or None,
        detail=task.detail,
        sentence=": ".join(words for words in (_to_do(hand, task), _said(hand, task)) if words),
        who=_who(hand, [one.holder for one in tasks]),
        due=task.due,
        overdue=task.due is not None and task.due < hand.plan.on,
    )


def _said(hand: Hand, task: Task) -> str | None:
    """What a condition asks, or why a report was returned, as far as the reader may read it."""
    if task.act == "meet":
        number = hand.dossier.decided_round(task.step)
        condition = hand.dossier.table("conditions")[(task.step, number, int(task.detail))]
        return hand.text(hand.dossier.rows["steps"][(task.step, number)], condition["text"])
    if task.act == "revise" and task.step:
        row = hand.dossier.step(task.step)
        given = hand.dossier.table("clearances").get((task.step, task.detail, row["version"]))
        return hand.text(row, given["reason"]) if given else None
    return None


def _to_do(hand: Hand, task: Task) -> str:
    """A task as a sentence without its end: Submit the report to Cabinet."""
    version = hand.dossier.item["report_version"]
    if not task.step:
        return {
            "start": "Start it",
            "resume": "Resume it",
            "material": f"Say whether version {version} of the report is a material change",
        }[task.act]
    where = hand.name(task.step)
    if task.act == "submit":
        how = {AGAIN: "Bring the report back to", NEWER: f"Submit version {version} of the report to"}
        return f"{how.get(task.detail, 'Submit the report to')} {where}"
    if task.act == "record" and hand.stage_of(task.step).kind == "consultation":
        return f"Record what came of {where[:1].lower()}{where[1:]}"
    return {
        "record": f"Record what {where} resolved",
        "accept": f"Accept what {where} resolved, or ask again",
        "send-back": f"Ask {where} again",
        "uphold": f"Uphold the called-in decision of {where}, or have it decided again",
        "open-gate": f"Make {where[:1].lower()}{where[1:]}",
        "revise": f"Revise the report, which {task.detail} returned",
        "clear": f"Clear the report for {where}: {task.detail}",
        "notice": f"Give notice of the key decision of {where}",
        "private-notice": f"Give notice that {where} is to deal with it in private",
        "private-notice-again": f"Give notice again that {where} is to deal with it in private",
        "publish": f"Publish the decision of {where}",
        "documents": f"Give members the documents of the decision of {where}",
        WORDS: f"Add the words of what {where} resolved",
        "bind": f"Put it on a meeting of {where}",
        "agenda": f"Put it on the agenda of {where}",
        "meet": f"Meet condition {task.detail} of {where}",
    }[task.act]


def papers_owed(hand: Hand, views: Iterable[StepView]) -> tuple[Paper, ...]:
    """Reports, notices and agendas that are still owed, the next one first."""
    found = [paper for view in views for paper in _papers(hand, view)] if hand.plan.item_state == "in-progress" else []
    return tuple(sorted(found, key=lambda paper: paper.due))


def _papers(hand: Hand, view: StepView) -> Iterator[Paper]:
    if view.state in (*_SETTLED, "fell-short", "called-in"):
        return
    owner, secretary = f"person:{hand.dossier.item['owner']}", f"secretary:{view.forum}"
    nothing_due = view.verbal or view.papers != "none"
    agenda = "Agenda" if view.basis == "bound" else "Agenda, once it is on a meeting"  # nobody is asked for it before
    owed = [
        ("Notice of the key decision", view.notice_by if view.notice_given is None else None, secretary),
        ("Notice of a private meeting", view.private_notice_by if view.private_notice_on is None else None, secretary),
        (
            "Second notice of a private meeting",
            view.private_notice_again_by if view.private_notice_again_on is None else None,
            secretary,
        ),
        ("Report", None if nothing_due else view.report_due, owner),
        (agenda, None if view.verbal or view.papers == "on-agenda" else view.agenda_by, secretary),
    ]
    for what, due, holder in owed:
        if due is not None:
            yield Paper(what, view.id, view.name, due, _who(hand, [holder]), due < hand.plan.on)


def clearances_of(hand: Hand, views: Iterable[StepView]) -> tuple[Clearance, ...]:
    """What every area said of every version, and what is still to be said, in the route's order."""
    given = hand.dossier.table("clearances")
    found: list[Clearance] = []
    for view in views:
        wanted = hand.stage_of(view.id).clearances
        said = sorted(key for key in given if key[0] == view.id)
        found += [_given(hand, view, key) for key in said]
        if view.state in (*_SETTLED, "fell-short", "called-in"):
            continue
        version = view.version or hand.dossier.item["report_version"]
        for area in wanted:
            if (view.id, area, version) not in given:
                found.append(_outstanding(hand, view, area, version))
    return tuple(found)


def _given(hand: Hand, view: StepView, key: tuple[object, ...]) -> Clearance:
    row = hand.dossier.table("clearances")[key]
    return Clearance(
        area=row["area"],
        step=view.id,
        where=view.name,
        version=row["version"],
        answer="cleared" if row["cleared"] else "returned",
        on=row["on"],
        by=name_of_person(hand.known, row["by"]) if row["by"] else "The operator",
        reason=hand.text(hand.dossier.step(view.id), row["reason"]),
    )


def _outstanding(hand: Hand, view: StepView, area: str, version: int) -> Clearance:
    """What is not given here: it may have been given for another forum, which counts here too."""
    for (_step, of, cleared_version), row in sorted(hand.dossier.table("clearances").items()):
        if of == area and cleared_version == version and row["cleared"]:
            by = name_of_person(hand.known, row["by"]) if row["by"] else "The operator"
            return Clearance(area, view.id, view.name, version, "cleared", row["on"], by, None, carried=True)
    answer = "later" if view.papers == "none" else "asked"
    by = _who(hand, [f"clearer:{area}"])
    return Clearance(area, view.id, view.name, version, answer, None, by, None)


def _who(hand: Hand, holders: Iterable[str]) -> str:
    """The posts that hold these roles; the roles themselves where nobody does."""
    wanted = list(holders)
    names = sorted({name for holder in wanted for name in _names(hand, holder)})
    if not names:
        roles = dict.fromkeys(_role(hand.known, holder) for holder in wanted)
        return f"{' or '.join(roles)} (nobody holds that role yet)"
    if len(names) > _MOST_NAMES:
        names = [*names[:_MOST_NAMES], "others"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _names(hand: Hand, holder: str) -> list[str]:
    kind, _, scope = holder.partition(":")
    return [name_of_person(hand.known, scope)] if kind == "person" else hand.holders.get(holder, [])


def _role(known: Known, holder: str) -> str:
    kind, _, scope = holder.partition(":")
    if kind == "lead":
        found = known.organisations.get(scope)
        return f"The lead of {found.name if found else scope}"
    if kind == "clearer":
        return f"The clearer of {scope}"
    return f"The {kind} of {known.forum_name(scope)}"
