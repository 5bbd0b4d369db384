"""Forms that somebody has begun and not sent yet: kept for that person only, and not for ever.

For pages: `drafts.of(look, person, "new-item")`, `drafts.find(look, person, id)`, `runtime().do(drafts.save, Save(…))`,
`runtime().do(drafts.discard, Discard(…))`. Nothing of this is in a ledger or in a dump.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, RowMapping, delete, select

from models.accounts import drafts
from models.sessions import replacing
from workflow.doing import Doing
from workflow.errors import Refused, Unknown
from workflow.files import CheckedFile, keep, throw_away_unused
from workflow.runtime import Looking

KEPT: Final = timedelta(days=90)
MOST: Final = 50  # of one person
OF_AN_ITEM: Final = ("report", "edit-item")  # forms about one item: its id follows, as in `report:<item>`
LONGEST: Final = 1_000_000  # characters of answers, as JSON

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as far as it has been filled in."""

    id: str
    form: str
    answers: Mapping[str, Any]
    changed_at: datetime

    @property
    def kept_until(self) -> datetime:
        """When it is thrown away unless somebody goes on with it."""
        return self.changed_at + KEPT


@dataclass(frozen=True, slots=True)
class Save:
    """Keep these answers; without an `id` as a new draft."""

    by: str
    form: str
    answers: Mapping[str, Any]
    id: str | None = None
    files: Sequence[CheckedFile] = ()  # uploaded with it


@dataclass(frozen=True, slots=True)
class Discard:
    """Throw a draft away."""

    by: str
    id: str


def of(look: Looking, person: str, form: str | None = None) -> list[Draft]:
    """A person's drafts, the one last worked on first."""
    query = select(drafts).where(drafts.c.person == person, drafts.c.changed_at > look.now - KEPT)
    if form is not None:
        query = query.where(drafts.c.form == form)
    return [_draft(row) for row in look.db.execute(query.order_by(drafts.c.changed_at.desc())).mappings()]


def find(look: Looking, person: str, draft: str) -> Draft:
    """One draft; Unknown if there is none of that id, or if it is somebody else's."""
    return _read(look.db, person, draft)


def save(do: Doing, form: Save) -> Draft:
    """Keep what was filled in so far, and throw away what nobody has gone on with for 90 days."""
    answers = dict(form.answers)
    if len(json.dumps(answers, ensure_ascii=False)) > LONGEST:
        raise Refused("That is more than can be kept in one form: shorten the texts, or put them into a file.")
    if form.id is None:
        _tidy_up(do)
        count = len(do.db.execute(select(drafts.c.id).where(drafts.c.person == form.by)).all())
        if count >= MOST:
            raise Refused(f"You have {count} forms that you have begun and not sent: discard one of them first.")
    else:
        _read(do.db, form.by, form.id)
    for file in form.files:
        keep(do, file)
    kept = Draft(form.id or secrets.token_hex(16), form.form, answers, do.now)
    row = {"id": kept.id, "person": form.by, "form": form.form, "answers": answers, "changed_at": do.now}
    do.db.execute(replacing(drafts, do.db.dialect), row)
    return kept


def discard(do: Doing, form: Discard) -> None:
    """Throw away a draft, if it is this person's; one that is gone already is gone."""
    do.db.execute(delete(drafts).where(drafts.c.id == form.id, drafts.c.person == form.by))


def discard_of_item(do: Doing, item: str) -> None:
    """Throw away whatever anybody has begun to write about an item; what they have sent is on record."""
    do.db.execute(delete(drafts).where(drafts.c.form.in_([f"{form}:{item}" for form in OF_AN_ITEM])))


def named_files(do: Doing) -> set[str]:
    """The SHA-256 of every file that somebody's draft still means to use."""
    kept = do.db.execute(select(drafts.c.answers)).scalars()
    return {sha256 for answers in kept for sha256 in _named_files(answers)}


def sent(run: Callable[[Doing, Any], Result], person: str, draft: str | None) -> Callable[[Doing, Any], Result]:
    """The act that a form was filled in for, and the form is not kept any longer: both or neither."""

    def both(do: Doing, form: Any) -> Result:
        done = run(do, form)
        if draft is not None:
            discard(do, Discard(person, draft))
        return done

    return both


def _tidy_up(do: Doing) -> None:
    do.db.execute(delete(drafts).where(drafts.c.changed_at <= do.now - KEPT))
    throw_away_unused(do, named_files(do))


def _named_files(answers: Any) -> Iterator[str]:
    """The files that a draft still means to use."""
    if isinstance(answers, Mapping):
        if isinstance(answers.get("sha256"), str):
            yield answers["sha256"]
        answers = list(answers.values())
    if isinstance(answers, list):
        for value in answers:
            yield from _named_files(value)


def _read(db: Connection, person: str, draft: str) -> Draft:
    query = select(drafts).where(drafts.c.id == draft, drafts.c.person == person)
    row = db.execute(query).mappings().one_or_none()
    if row is None:
        raise Unknown("There is no such form that you have begun. It may have been sent or discarded: begin again.")
    return _draft(row)


def _draft(row: RowMapping) -> Draft:
    return Draft(row["id"], row["form"], row["answers"], row["changed_at"])
