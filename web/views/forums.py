"""Forums and meetings: what each has before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from flask import Blueprint, render_template, request, url_for

from web.reading import looking, person, reader
from web.timetable_drawing import timetable_picture
from web.timetable_facts import rows_of, uprights, with_something
from web.timetable_of_many import MEETING_COLUMNS, line_of_meeting
from web.words import ACTS, in_days, month
from workflow.known import Person
from workflow.queries import forums as queries
from workflow.queries.coming import What
from workflow.queries.coming import coming as coming_at
from workflow.queries.coming_items import MOST_HIDDEN
from workflow.queries.meeting_story import story

pages = Blueprint("forums", __name__)

_MONTHS_BACK: Final = 3
_MONTHS_TO_CHOOSE: Final = 28

#: What each last day is the last day for.
LAST_DAYS: Final[Mapping[What, str]] = {
    "notice": "notice of key decisions",
    "private-notice": "notice that it is to be private",
    "private-notice-again": "second notice that it is to be private",
    "report": "reports due",
    "agenda": "agenda and reports open to inspection",
    "questions": "questions from the public",
    "published": "decisions published",
}


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


@pages.get("/forums/<forum>/coming")
def coming(forum: str) -> str:
    """Three months of one forum: its meetings with the last days before them, what is on them, what ends."""
    since = _day_said(request.args.get("from"))
    with looking() as look:
        found = coming_at(look, reader(), forum, since)
    meetings = [*(one for month in found.months for one in month.meetings), *found.prepared]
    lines = [
        line_of_meeting(one, found.today, url_for("forums.meeting", meeting=one.id) if one.id else None)
        for one in meetings
    ]
    through = [one for one in uprights(found.today, None, None) if found.first <= found.today <= found.last]
    return render_template(
        "forums/coming.html",
        found=found,
        lines=lines,
        columns=with_something(MEETING_COLUMNS, lines, ("meeting",)),
        picture=timetable_picture(rows_of(lines), through, f"Coming at {found.forum.name}"),
        most_hidden=MOST_HIDDEN,
        months=list(_months_to_choose(found.today, found.first)),
        last_days=LAST_DAYS,
        earlier=url_for("forums.coming", forum=forum, **{"from": found.earlier}) if found.earlier else None,
        later=url_for("forums.coming", forum=forum, **{"from": found.later}) if found.later else None,
    )


def _months_to_choose(today: date, chosen: date) -> Iterator[tuple[str, str]]:
    """Today, and the months from three ago to two years ahead; whatever day was asked for too."""
    begin = today.year * 12 + today.month - 1 - _MONTHS_BACK
    firsts = [date(number // 12, number % 12 + 1, 1) for number in range(begin, begin + _MONTHS_TO_CHOOSE)]
    days = {today, chosen, *firsts}
    for day in sorted(days):
        words = f"Today, {in_days(day)}" if day == today else in_days(day) if day.day > 1 else month(day)
        yield day.isoformat(), words


def _day_said(said: str | None) -> date | None:
    """The day that an address names; None for what is no day."""
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        return None


@pages.get("/meetings/<meeting>")
def meeting(meeting: str) -> str:
    """One meeting with all its items."""
    with looking() as look:
        found = queries.meeting(look, reader(), meeting)
        told, today = story(look, look.known.meetings[meeting]), look.today
    sitting = tuple(forum.id for forum in found.forums)
    return render_template(
        "forums/meeting.html",
        found=found,
        told=told,
        cancelled=next((one for one in told if one.sentence.startswith("Cancelled")), None),
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
