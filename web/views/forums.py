"""Forums and meetings: what each has before it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from flask import Blueprint, render_template

from web.reading import looking, person, reader
from web.words import ACTS
from workflow.known import Person
from workflow.queries import forums as queries

pages = Blueprint("forums", __name__)


@pages.get("/forums")
def index() -> str:
    """Every forum, one's own first."""
    with looking() as look:
        found = queries.forums(look, reader())
    return render_template(
        "forums/index.html",
        mine=[line for line in found if line.mine],
        others=[line for line in found if not line.mine],
    )


@pages.get("/forums/<forum>")
def forum(forum: str) -> str:
    """Coming meetings and what is due for each, what is ready without a meeting, what is not recorded yet."""
    with looking() as look:
        found = queries.forum(look, reader(), forum)
        today = look.today
    return render_template(
        "forums/forum.html",
        found=found,
        today=today,
        keeps=keeps(person(), (forum,)),
        arranges=person().holds("secretary", forum),
    )


@pages.get("/meetings/<meeting>")
def meeting(meeting: str) -> str:
    """One meeting with all its items."""
    with looking() as look:
        found = queries.meeting(look, reader(), meeting)
        today = look.today
    sitting = tuple(forum.id for forum in found.forums)
    return render_template(
        "forums/meeting.html",
        found=found,
        today=today,
        names={forum.id: forum.name for forum in found.forums},
        keeps=keeps(person(), sitting),
        arranged=tuple(forum for forum in sitting if person().holds("secretary", forum)),
        offers=list(_offers(found, today, sitting)),
    )


def _offers(found: queries.MeetingPage, today: date, sitting: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What somebody may do with a meeting now, as words and address."""
    at = f"/meetings/{found.id}"
    is_over = found.on <= today
    if is_over and any(row.forum in keeps(person(), sitting) for row in found.bound):
        yield "Record what was resolved, one item after another", f"{at}/record"
    if found.state != "planned" or not any(person().holds("secretary", forum) for forum in sitting):
        return
    if is_over:
        yield ACTS["meeting held"], f"{at}/held"
    if not found.resolved:
        yield ACTS["meeting move"], f"{at}/move"
        yield ACTS["meeting cancel"], f"{at}/cancel"


def keeps(person: Person, forums: tuple[str, ...]) -> frozenset[str]:
    """Of these forums, those whose outcomes somebody records."""
    return frozenset(f for f in forums if person.holds("secretary", f) or person.holds("chair", f))
