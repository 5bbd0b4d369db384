"""Meetings: added, moved, cancelled and held; steps bound to them and released from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from pydantic import Field
from sqlalchemy import select

from models.organisations import meeting_forums, meetings
from models.steps import formalities, steps
from workflow import machine
from workflow.authority import Matter, require
from workflow.doing import Doing, Rearranged
from workflow.dossiers import Dossier, Row
from workflow.entries import MeetingEntry, Place
from workflow.errors import Refused, Unknown, day
from workflow.facts import Meeting
from workflow.ledger import Change
from workflow.locking import change_the_world, lock_open_at
from workflow.meeting_days import unusual
from workflow.shapes import Day, Id, Time
from workflow.shelf import also, fetch_around, hand_over
from workflow.slip_reasons import Code
from workflow.use_cases.acting import (
    Act,
    Done,
    StepAct,
    business_day,
    code_told,
    known_meeting,
    matter,
    must_be_open,
    name_of,
    reason_told,
    step_change,
)
from workflow.use_cases.formalities import COLUMN_OF
from workflow.visibility import Reader, may_see, reader_keys_of, reader_of

_MOST_NAMED: Final = 10  # items in one sentence


class Bind(StepAct):
    """A step is to be dealt with at this meeting."""

    meeting: Id
    code: Code | None = None


class Unbind(StepAct):
    """A step is no longer to be dealt with at its meeting."""

    code: Code | None = None


class MeetingAct(Act):
    """An act on a meeting."""

    meeting: Id


class AddMeeting(MeetingAct):
    """A new meeting of one forum, or of several together."""

    forums: list[Id] = Field(min_length=1, max_length=50)
    meets_on: Day
    time: Time | None = None
    place: Place | None = None


class MoveMeeting(MeetingAct):
    """The same meeting on another day, at another time or place."""

    meets_on: Day | None = None
    time: Time | None = None
    place: Place | None = None
    code: Code | None = None


class CancelMeeting(MeetingAct):
    """A meeting that will not take place."""

    code: Code | None = None


def bind(do: Doing, form: Bind) -> Done:
    """Put a step on a meeting of its forum."""
    dossier = hand_over(do, form.item)
    row = dossier.step(form.step)
    on = business_day(do, form)
    require(do, "bind", matter(dossier, row))
    must_be_open(do, dossier, row, "bind it to a meeting")
    meeting = do.known.meetings[known_meeting(do, form.meeting)]
    must_sit_there(do, dossier.id, row, meeting)
    changes = _to_meeting(do, dossier, row, meeting.id)
    act = {"meeting": meeting.id, **code_told(form), **reason_told(do, dossier.subject, form)}
    do.append(dossier.subject, "bound", on=on, step=form.step, act=act, changes=changes)
    do.touched.add(form.item)
    return Done(f"{name_of(do, dossier, row)} is to deal with it on {day(meeting.date)}.", form.item)


def unbind(do: Doing, form: Unbind) -> Done:
    """Take a step off its meeting; it is planned for the next one that suits."""
    dossier = hand_over(do, form.item)
    row = dossier.step(form.step)
    on = business_day(do, form)
    require(do, "unbind", matter(dossier, row))
    must_be_open(do, dossier, row, "take it off its meeting")
    if row["meeting"] is None:
        raise Refused(f"It is not on a meeting of {name_of(do, dossier, row)}, so there is nothing to take it off.")
    changes = _to_meeting(do, dossier, row, None)
    act = {**code_told(form), **reason_told(do, dossier.subject, form)}
    do.append(dossier.subject, "unbound", on=on, step=form.step, act=act, changes=changes)
    do.touched.add(form.item)
    return Done(f"{name_of(do, dossier, row)} is no longer bound to a meeting.", form.item)


def must_sit_there(do: Doing, item: str, row: Row, meeting: Meeting) -> None:
    """Refused unless the step's forum sits at this meeting and it is not cancelled."""
    if row["forum"] is None:
        raise Refused(f"{row['step']} of {item} has no forum, so it cannot be bound to a meeting.")
    if row["forum"] not in meeting.forums:
        name = do.known.forum_name(row["forum"])
        raise Refused(f"{meeting.id} is not a meeting of {name}, which {row['step']} of {item} is for.")
    if meeting.state == "cancelled":
        raise Refused(f"The meeting {meeting.id} is cancelled: choose another one.")


def add(do: Doing, form: AddMeeting) -> Done:
    """A forum's secretary adds a meeting; steps without one may now be planned for it."""
    on = business_day(do, form)
    change_the_world(do)
    if form.meeting in do.known.meetings:
        raise Refused(f"There is a meeting {form.meeting} already: move it, or choose another id.")
    if len(set(form.forums)) != len(form.forums):
        raise Refused("The same forum is named twice.")
    for forum in form.forums:
        if forum not in do.known.world.forums:
            raise Unknown(f"There is no forum {forum}. Check the id, or load the forum first.")
    require(do, "meeting add", Matter(forums=tuple(form.forums)))
    lock_open_at(do, form.forums)
    entry = MeetingEntry(id=form.meeting, forums=form.forums, date=form.meets_on, time=form.time, place=form.place)
    act = form.model_dump(mode="json", exclude_none=True, include={"forums", "meets_on", "time", "place"})
    take_in(do, [entry], on=on, act=act | reason_told(do, f"forum:{form.forums[0]}", form))
    do.rearranged.append(Rearranged(None, do.known.meetings[form.meeting], form.reason, place=form.place))
    names = " and ".join(do.known.forum_name(forum) for forum in form.forums)
    return Done(" ".join([f"{names} meets on {day(form.meets_on)}.", *_unusual(do, form.forums, form.meets_on, on)]))


def take_in(do: Doing, entries: Sequence[MeetingEntry], on: date | None, act: dict[str, Any] | None = None) -> None:
    """Meetings as a file or a secretary names them."""
    added = []
    for entry in entries:
        do.calendar.is_working(entry.date)  # a day beyond the known calendar cannot be planned for
        sitting = entry.sitting
        values = {
            "forum": sitting[0],
            "date": entry.date,
            "time": entry.time,
            "place": entry.place,
            "state": entry.state,
        }
        changes = [Change(meetings, (entry.id,), values, new=True)]
        for place, forum in enumerate(sitting):
            sits = {"owner": sitting[0], "place_in_order": place}
            changes.append(Change(meeting_forums, (entry.id, forum), sits, new=True))
        told = {"meeting": entry.id, **(act or {})}
        if on is None:
            told = {"entry": entry.model_dump(mode="json", by_alias=True, exclude_unset=True)}
        do.append(f"forum:{sitting[0]}", "meeting-added", on=on, act=told, changes=changes)
        added.append(Meeting(entry.id, tuple(sitting), entry.date, entry.time, entry.state))
        do.touched_forums.update(sitting)
    do.world_changed = True
    do.known = do.known.with_meetings(added)


def change_entry(do: Doing, entry: MeetingEntry) -> None:
    """A meeting as a file now has it, in place of what was loaded before."""
    meeting = do.known.meetings[entry.id]
    if tuple(entry.sitting) != meeting.forums:
        raise Refused(f"The forums that sit at {entry.id} cannot be changed: cancel it and add another meeting.")
    do.calendar.is_working(entry.date)
    values = {"date": entry.date, "time": entry.time, "place": entry.place, "state": entry.state}
    if entry.date != meeting.date:
        _must_have_no_outcomes(do, meeting, "moved")
    if entry.state == "cancelled" and meeting.state != "cancelled":
        _must_have_no_outcomes(do, meeting, "cancelled")
        _release(do, meeting, None, {})  # like everything that a file says, it always counts
    told = {"entry": entry.model_dump(mode="json", by_alias=True, exclude_unset=True)}
    _note(do, meeting, "meeting-changed", None, told, values)


def move(do: Doing, form: MoveMeeting) -> Done:
    """Another day, time or place; the steps that are bound to it move with it."""
    meeting, on = _planned(do, form, "meeting move", "moved")
    told = form.model_dump(mode="json", exclude_none=True, include={"meets_on", "time", "place"})
    if not told:
        raise Refused("Say what changes: --date, --time or --place.")
    if form.meets_on is not None:
        do.calendar.is_working(form.meets_on)
    meets_on = form.meets_on or meeting.date
    values: dict[str, Any] = {"date": meets_on, "time": form.time or meeting.time}
    if form.place:
        values["place"] = form.place
    act = {"meeting": meeting.id, **told, **code_told(form), **reason_told(do, f"forum:{meeting.forums[0]}", form)}
    _note(do, meeting, "meeting-moved", on, act, values)
    now = do.known.meetings[meeting.id]
    do.rearranged.append(Rearranged(meeting, now, form.reason, form.code, form.place))
    was = f" instead of {day(meeting.date)}" if form.meets_on and form.meets_on != meeting.date else ""
    warned = _unusual(do, meeting.forums, meets_on, on) if was else ()
    return Done(" ".join([f"{_names(do, meeting)} meets on {day(meets_on)}{was}.", *warned]))


def cancel(do: Doing, form: CancelMeeting) -> Done:
    """A meeting does not take place; its open steps are released and planned for the next one."""
    meeting, on = _planned(do, form, "meeting cancel", "cancelled")
    released = _release(do, meeting, on, code_told(form))
    act = {"meeting": meeting.id, **code_told(form), **reason_told(do, f"forum:{meeting.forums[0]}", form)}
    _note(do, meeting, "meeting-cancelled", on, act, {"state": "cancelled"})
    do.rearranged.append(Rearranged(meeting, do.known.meetings[meeting.id], form.reason, form.code))
    said = f"{_names(do, meeting)} does not meet on {day(meeting.date)}."
    if released:
        return Done(f"{said} Released, to be dealt with at the next meeting: {_named(do, released)}.")
    return Done(said)


def held(do: Doing, form: MeetingAct) -> Done:
    """A meeting took place."""
    meeting, on = _planned(do, form, "meeting held", "held")
    if meeting.date > on:
        raise Refused(f"{meeting.id} is on {day(meeting.date)}: it cannot have been held by {day(on)}.")
    act = {"meeting": meeting.id, **reason_told(do, f"forum:{meeting.forums[0]}", form)}
    _note(do, meeting, "meeting-held", on, act, {"state": "held"})
    return Done(f"{_names(do, meeting)} met on {day(meeting.date)}.")


def _planned(do: Doing, form: MeetingAct, action: str, done: str) -> tuple[Meeting, date]:
    on = business_day(do, form)
    change_the_world(do)
    meeting = do.known.meetings[known_meeting(do, form.meeting)]
    require(do, action, Matter(forums=meeting.forums))
    lock_open_at(do, meeting.forums)
    do.lock(f"forum:{meeting.forums[0]}")
    if meeting.state != "planned":
        raise Refused(f"{meeting.id} is {meeting.state} already, so it cannot be {done}.")
    if done != "held":
        _must_have_no_outcomes(do, meeting, done)
    return meeting, on


def _must_have_no_outcomes(do: Doing, meeting: Meeting, done: str) -> None:
    do.flush()
    used = select(steps.c.item).where(steps.c.meeting == meeting.id, steps.c.outcome.is_not(None))
    item = do.db.execute(used.order_by(steps.c.item).limit(1)).scalar_one_or_none()
    if item is not None:
        named = _named(do, [item])
        raise Refused(f"{meeting.id} cannot be {done}: an outcome is on record there, for {named}.")


def _named(do: Doing, ids: Sequence[str]) -> str:
    """Items in a sentence. Their ids tell what they are about, so people read only of those in Part I that they see."""
    who = do.known.people.get(do.by or do.actor)
    if who is None:  # at the command line
        return ", ".join(ids)
    fetch_around(do.db, ids, do.dossiers)
    reader = reader_of(do.known, who)
    seen = [item for item in ids if _is_open_to(do, reader, item)][:_MOST_NAMED]
    others = len(ids) - len(seen)
    more = ["another item" if others == 1 else f"{others} other items"] if others else []
    return ", ".join([*seen, *more])


def _is_open_to(do: Doing, reader: Reader, item: str) -> bool:
    dossier = do.dossiers[item]
    return dossier.item["part"] == "I" and may_see(reader, "I", reader_keys_of(dossier, do.known))


def _release(do: Doing, meeting: Meeting, on: date | None, act: Mapping[str, str]) -> list[str]:
    """Take every open step off a meeting that will not take place; the items are locked in id order."""
    do.flush()
    bound = select(steps.c.item).where(steps.c.meeting == meeting.id, steps.c.decision == "open")
    released = []
    for item in sorted(set(do.db.execute(bound).scalars())):
        dossier = hand_over(do, item)
        for row in dossier.current():
            if row["meeting"] == meeting.id and row["decision"] == "open":
                changes = _to_meeting(do, dossier, row, None)
                do.append(dossier.subject, "released", on=on, step=row["step"], act=act, changes=changes)
        do.touched.add(item)
        released.append(item)
    return released


def _to_meeting(do: Doing, dossier: Dossier, row: Row, meeting: str | None) -> list[Change]:
    """A step on another meeting, or on none: what was done for its old one only does not count for that.

    That is the agenda, the second notice of a private meeting, which names its day, and the chair's opinion that it
    is urgent; a first notice given in time for the old meeting is in time for a later one.
    """
    kinds = [kind for kind in ("private-notice-again", "urgent-item") if row[COLUMN_OF[kind]] is not None]
    gone = kinds if row["meeting"] is not None and row["meeting"] != meeting else []
    said = {COLUMN_OF[kind]: None for kind in gone}
    keys = [(row["step"], row["round"], kind) for kind in gone]
    known = also(do, dossier, "formalities") if gone else {}
    return [
        step_change(row, meeting=meeting, **said, **_off_the_agenda(row, meeting)),
        *(Change(formalities, key, None) for key in keys if key in known),
    ]


def _off_the_agenda(row: Row, meeting: str | None) -> dict[str, Any]:
    """Papers on the agenda of one meeting are not on that of another."""
    if row["papers"] != "on-agenda" or row["meeting"] == meeting:
        return {}
    if row["verbal"] and row["version"] is None:
        return {"papers": "none", "agenda_on": None}  # there never was a report
    return {"papers": machine.fire("papers", row["papers"], "take-off", ""), "agenda_on": None}


def _note(do: Doing, meeting: Meeting, kind: str, on: date | None, act: dict[str, Any], values: dict[str, Any]) -> None:
    change = Change(meetings, (meeting.id,), values)
    do.append(f"forum:{meeting.forums[0]}", kind, on=on, act=act, changes=[change])
    now = Meeting(
        meeting.id,
        meeting.forums,
        values.get("date", meeting.date),
        values.get("time", meeting.time),
        values.get("state", meeting.state),
    )
    do.known = do.known.with_meetings([now])
    do.world_changed = True
    do.touched_forums.update(meeting.forums)


def _unusual(do: Doing, forums: Sequence[str], meets_on: date, on: date) -> list[str]:
    return list(unusual(do.known.world, forums, do.calendar, meets_on, on, do.today))


def _names(do: Doing, meeting: Meeting) -> str:
    return " and ".join(do.known.forum_name(forum) for forum in meeting.forums)
