"""What a forum was asked for ends: who keeps the forum declines it, or who may ask withdraws it.

A request is no part of the ledger, and so is its end. The other side is written to.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete

from models.slips import requests
from workflow import letters, outbox
from workflow.authority import entitled, require
from workflow.doing import Doing
from workflow.dossiers import Dossier, Row
from workflow.errors import AlreadyDecided, day
from workflow.known import Person
from workflow.ledger import REDACTED
from workflow.letters import Letter
from workflow.queries.requested import requested_of_step
from workflow.shelf import hand_over
from workflow.use_cases.acting import StepAct, matter
from workflow.use_cases.choosing_plans import Asked
from workflow.visibility import may_see, reader_keys_of, reader_of

KIND: Final = "meeting-not-asked-for"


def take_back(do: Doing, form: StepAct) -> Asked:
    """Decline what a forum is asked for, or ask for it no longer; AlreadyDecided if nothing is asked for any more."""
    dossier = hand_over(do, form.item)
    row = dossier.step(form.step)
    person = do.known.people.get(do.by or "")
    declines = person is None or entitled(person, "bind", matter(dossier, row))
    if not declines:
        require(do, "ask-for-meeting", matter(dossier))
    forum = do.known.forum_name(row["forum"]) if row["forum"] else form.step
    asked = requested_of_step(do.db, form.item, form.step)
    if asked is None:
        raise AlreadyDecided(
            f"{forum} is not asked for a meeting any more: that was declined or withdrawn, or it has been met."
        )
    do.db.execute(delete(requests).where(requests.c.item == form.item, requests.c.step == form.step))
    meeting = do.known.meetings.get(asked.meeting or "")
    wanted = f"its meeting of {day(meeting.date)}" if meeting else f"a meeting on {day(asked.day)}"
    hears = _who_asked(do, dossier, asked.by) if declines else _who_keeps(do, dossier, row["forum"])
    for one in hears:
        outbox.enqueue(do, _letter(do, dossier, row, wanted, one, declines))
    is_own = declines and asked.by == do.by
    unheard = () if hears or is_own else (_name(do, asked.by) if declines else f"Whoever keeps {forum}",)
    said = f"{forum} is not asked for {wanted} any more."
    return Asked(said, form.item, dossier.item["part"], unheard)


def _who_asked(do: Doing, dossier: Dossier, asked_by: str | None) -> list[Person]:
    person = do.known.people.get(asked_by or "")
    return [person] if person is not None and _hears(do, dossier, person) else []


def _who_keeps(do: Doing, dossier: Dossier, forum: str) -> list[Person]:
    known = sorted(do.known.people.values(), key=lambda person: person.id)
    return [person for person in known if person.holds("secretary", forum) and _hears(do, dossier, person)]


def _hears(do: Doing, dossier: Dossier, person: Person) -> bool:
    """Whether somebody has an address, may see the item, and does not do this themselves."""
    keys, part = reader_keys_of(dossier, do.known), dossier.item["part"]
    return bool(person.email) and person.id != do.by and may_see(reader_of(do.known, person), part, keys)


def _name(do: Doing, person: str | None) -> str:
    found = do.known.people.get(person or "")
    return found.name if found else "Whoever asked for it"


def _letter(do: Doing, dossier: Dossier, row: Row, wanted: str, person: Person, declined: bool) -> Letter:
    """Of an item in Part II neither the title nor the id."""
    exempt, acts = dossier.item["part"] == "II", do.known.people.get(do.by or "")
    assert person.email is not None
    said = letters.worded(
        KIND,
        name=person.name,
        forum=do.known.forum_name(row["forum"]),
        title="An item in Part II" if exempt else dossier.title or REDACTED,
        wanted=wanted,
        who=acts.name if acts else "An administrator",
        declined=declined,
        link=f"{do.address}/forums/{row['forum']}" if exempt else f"{do.address}/items/{dossier.id}",
    )
    return Letter(
        KIND, person.id, person.email, said.subject, said.body, item=dossier.id, step=row["step"], html=said.html
    )
