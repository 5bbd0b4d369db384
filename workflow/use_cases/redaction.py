"""Redaction: free text that must no longer be read is blanked; the chain still holds without it."""

from __future__ import annotations

from markupsafe import escape
from sqlalchemy import select, update

from models.ledger import events
from models.outbox import letters
from models.reminders import messages
from models.reports import texts
from workflow import drafts, files, ledger
from workflow.authority import require
from workflow.doing import Doing
from workflow.errors import Refused, Unknown
from workflow.ledger import REDACTED
from workflow.letters import one_line
from workflow.shapes import Number
from workflow.shelf import hand_over
from workflow.use_cases.acting import Done, ItemAct, business_day, matter, reason_for


class Redact(ItemAct):
    """The texts of one event are to be blanked; `number` is its place in the item's history."""

    number: Number


def redact(do: Doing, form: Redact) -> Done:
    """An administrator blanks what an event's people wrote. That it was done, and why, is an event itself.

    What is in the files that the event named goes with their names, and so does what people have begun to write about
    the item and not sent yet: it may say the same.
    """
    dossier = hand_over(do, form.item)
    on = business_day(do, form)
    require(do, "redact", matter(dossier))
    reason = reason_for(form, "redact a text")
    do.flush()
    where = (events.c.subject == dossier.subject, events.c.seq == form.number)
    data = do.db.execute(select(events.c.data).where(*where)).scalar_one_or_none()
    if data is None:
        raise Unknown(f"{form.item} has no event {form.number}; its history has {dossier.item['seq']}.")
    known = texts.c.subject == dossier.subject, texts.c.text.is_not(None)
    there = set(do.db.execute(select(texts.c.digest).where(*known)).scalars())
    found = sorted(set(ledger.digests(data.get("act"))) & there)
    if not found:
        raise Refused(f"Event {form.number} of {form.item} holds no text that could be redacted.")
    if dossier.item["title"] in found and dossier.title is not None:
        _blank_in_letters(do, dossier.id, dossier.title)
    do.db.execute(update(texts).where(texts.c.subject == dossier.subject, texts.c.digest.in_(found)).values(text=None))
    drafts.discard_of_item(do, form.item)
    named = [file["sha256"] for file in data.get("act", {}).get("attachments", ())]
    files.throw_away_redacted(do, named, drafts.named_files(do))
    act = {"number": form.number, "texts": found, "reason": do.prose(dossier.subject, reason)}
    if dossier.item["title"] in found:
        dossier.title = None
    do.touched.add(form.item)  # lists show titles
    do.append(dossier.subject, "redacted", on=on, act=act)
    return Done(f"{len(found)} {'text' if len(found) == 1 else 'texts'} of event {form.number} blanked.", form.item)


def _blank_in_letters(do: Doing, item: str, title: str) -> None:
    """Letters name items by their titles, and stay in the outbox after they are sent; one may speak of several."""
    said = one_line(title)
    on_a_page = str(escape(said))
    spoken_of = select(messages.c.letter).where(messages.c.item == item, messages.c.letter.is_not(None))
    columns = (letters.c.id, letters.c.subject, letters.c.body, letters.c.html)
    for row in do.db.execute(select(*columns).where((letters.c.item == item) | letters.c.id.in_(spoken_of))).all():
        without = {
            "subject": row.subject.replace(said, REDACTED),
            "body": row.body and row.body.replace(said, REDACTED),
            "html": row.html and row.html.replace(on_a_page, REDACTED),
            "calendar": None,
        }
        do.db.execute(update(letters).where(letters.c.id == row.id).values(without))
