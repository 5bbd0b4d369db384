"""Telling people that a meeting was added, moved or cancelled: letters that go into the outbox with the act itself.

Told is everybody whom the effect of the act names, each once, with what changes of the items that they may see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, select

from models.forecasts import forecasts, timetable
from workflow import letters, outbox
from workflow.doing import Doing, Rearranged
from workflow.dossiers import Dossier
from workflow.errors import day
from workflow.facts import Case, Meeting
from workflow.ledger import REDACTED
from workflow.letters import Letter
from workflow.plan_changes import ItemEffect, changed_of, instead, item_effect, step_in_words
from workflow.plans import Plan, PlannedStep
from workflow.reminders.wording import at_time
from workflow.slip_reasons import reason_in_words
from workflow.whom_to_tell import Changed, ToTell, whom_to_tell

KIND: Final = "meeting-changed"
MOST: Final = 20  # items in one letter; of more it is said how many there are
AN_EXEMPT_ITEM: Final = "An item in Part II"


def note(do: Doing, planned: Sequence[tuple[Dossier, Case, Plan]]) -> None:
    """Find what a meeting's act changes of these items, while lists still show their plans as they were."""
    ids = [dossier.id for dossier, _case, _plan in planned if dossier.id not in do.created]
    if not do.rearranged or not ids:
        return
    lines = {row.item: row for row in do.db.execute(_lines(), {"ids": ids})}
    steps: dict[str, dict[str, Row[Any]]] = {}
    for row in do.db.execute(_steps(), {"ids": ids}):
        steps.setdefault(row.item, {})[row.step] = row
    for dossier, case, plan in planned:
        if (line := lines.get(dossier.id)) is None:
            continue
        new = replace(plan, problems=())
        effect = item_effect(do.known, case, _as_it_was(do, new, line, steps.get(dossier.id, {})), new)
        if effect is not None:
            title = AN_EXEMPT_ITEM if dossier.item["part"] == "II" else dossier.title or REDACTED
            do.replanned.append((replace(effect, title=title), changed_of(dossier, case, effect)))


def tell(do: Doing) -> None:
    """Write to everybody whom this act on a meeting concerns, but for those who did it."""
    if not do.rearranged:
        return
    for to, letter in _letters(do):
        assert to.how == "letter"
        outbox.enqueue(do, letter)
    do.flush()


def _letters(do: Doing) -> Sequence[tuple[ToTell, Letter]]:
    effects = {effect.item: effect for effect, _changed in do.replanned}
    changed = {of.dossier.id: of for _effect, of in do.replanned}
    forums = tuple(dict.fromkeys(forum for of in do.rearranged for forum in of.becomes.forums))
    said: dict[str, Mapping[str, Any]] = {}
    found = []
    words = _words(do)
    for to in whom_to_tell(do.known, list(changed.values()), forums, by=(do.by, do.actor)):
        if to.how != "letter" or to.person is None:
            continue
        theirs = sorted((effects[item] for item in to.items), key=_worst_first)
        for effect in theirs[:MOST]:
            if effect.item not in said:
                said[effect.item] = _item_words(do, effect, changed[effect.item])
        shown = [said[effect.item] for effect in theirs[:MOST]]
        made = letters.worded(KIND, name=to.name, items=shown, more=len(theirs) - len(shown), whys=to.whys, **words)
        email = do.known.people[to.person].email
        assert email is not None
        found.append((to, Letter(KIND, to.person, email, made.subject, made.body, html=made.html)))
    return found


def _worst_first(effect: ItemEffect) -> tuple[bool, str, str]:
    return (not effect.gets_worse, effect.title.casefold(), effect.item)


def _words(do: Doing) -> dict[str, Any]:
    """What a letter says of the act itself."""
    last = do.rearranged[-1]
    forums = " and ".join(do.known.forum_name(forum) for forum in last.becomes.forums)
    who = do.known.people.get(do.by or do.actor)
    by = who.name if who else "The operator"
    return {
        "heading": f"{forums}: {_heading(last)}",
        "said": [f"{by} {_done(of, ' and '.join(do.known.forum_name(name) for name in of.becomes.forums))}."
                 for of in do.rearranged],
        "why": reason_in_words(last.code) if last.code else None,
        "reason": last.reason,
        "link": f"{do.address}/meetings/{last.becomes.id}",
    }  # fmt: skip


def _heading(of: Rearranged) -> str:
    if of.was is None:
        return f"a new meeting on {day(of.becomes.date)}"
    if of.becomes.state == "cancelled":
        return f"the meeting of {day(of.was.date)} is cancelled"
    if of.was.date != of.becomes.date:
        return f"the meeting of {day(of.was.date)} is moved to {day(of.becomes.date)}"
    return f"the meeting of {day(of.was.date)} is at another {'time' if of.was.time != of.becomes.time else 'place'}"


def _done(of: Rearranged, forums: str) -> str:
    """What somebody did, after their name."""
    place = f", {of.place}" if of.place else ""
    if of.was is None:
        return f"has added a meeting of {forums} on {_when(of.becomes)}{place}"
    if of.becomes.state == "cancelled":
        return f"has cancelled the meeting of {forums} on {_when(of.was)}"
    return f"has moved the meeting of {forums} on {_when(of.was)} to {_when(of.becomes)}{place}"


def _when(meeting: Meeting) -> str:
    return f"{day(meeting.date)}{f' at {at_time(meeting.time)}' if meeting.time else ''}"


def _item_words(do: Doing, effect: ItemEffect, of: Changed) -> dict[str, Any]:
    """What changes of one item. Of one in Part II neither the title nor anything else that it could be known by."""
    exempt = of.dossier.item["part"] == "II"
    steps = [step for step in effect.steps if step.forum or not exempt]
    lines = [line for step in steps if (line := step_in_words(step))]
    lines += [] if exempt else [f"{turn.sentence}." for turn in effect.order]
    if effect.finish != effect.was_finish:
        lines.append(f"Done: {instead(effect.finish, effect.was_finish)}.")
    if effect.late and not effect.was_late:
        lines.append(f"It is late now{f': its target is {day(effect.target)}' if effect.target else ''}.")
    link = None if exempt else f"{do.address}/items/{effect.item}"
    return {"title": effect.title, "link": link, "lines": lines or ["Its dates stay as they are."]}


def _as_it_was(do: Doing, new: Plan, line: Row[Any], steps: Mapping[str, Row[Any]]) -> Plan:
    """The plan as lists show it still; what they do not show is as it is now."""
    before = {of.was.id: of.was for of in do.rearranged if of.was is not None}
    was = tuple(
        _step_as_it_was(do, step, steps[step.step], before) if step.step in steps else step for step in new.steps
    )
    return replace(new, item_state=line.state, finish=line.finish, late=line.late, steps=was)


def _step_as_it_was(do: Doing, step: PlannedStep, row: Row[Any], before: Mapping[str, Meeting]) -> PlannedStep:
    meeting = before.get(row.meeting) or do.known.meetings.get(row.meeting)
    forum = do.known.world.forums.get(row.forum or "")
    time = meeting.time if meeting else forum.meets.time if forum and forum.meets and row.basis == "pattern" else None
    return replace(
        step,
        state=row.label,
        meeting=row.meets_on,
        meeting_id=row.meeting,
        time=time,
        notice_by=row.notice_by,
        report_due=row.report_due,
        agenda_by=row.agenda_by,
    )


@cache
def _lines() -> Select[Any]:
    columns = (forecasts.c.item, forecasts.c.state, forecasts.c.finish, forecasts.c.late)
    return select(*columns).where(forecasts.c.item.in_(bindparam("ids", expanding=True)))


@cache
def _steps() -> Select[Any]:
    return select(timetable).where(timetable.c.item.in_(bindparam("ids", expanding=True)))
