"""Calendars that people follow: what is in them, what moves, what is taken out, and what nobody gets to see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select, update

from models.accounts import accounts
from models.reminders import feeds as feeds_table
from models.reminders import reminders
from tests.builders import case, item
from tests.ics import Entry, entries, lines_of, method
from tests.office import Office
from workflow.accounts import disable
from workflow.calendars import invitation
from workflow.errors import Refused, Unknown
from workflow.queries import calendars
from workflow.use_cases import feeds

ADDRESS = "https://decisions.example.org"
NAME = "Decision Routes"
JOINT = """
people:
  - {id: both, name: Joint secretary, roles: [{role: secretary, forum: board}, {role: chair, forum: trust-board}]}
meetings:
  - {id: joint-nov, forums: [trust-board, board], date: 2023-11-22, time: "09:00", place: "Room 1, Annex"}
"""


def follows(office: Office, person: str, scope: str = "mine") -> str:
    """Somebody with an account makes a calendar; its token."""
    with office.runtime.doing(person) as do:
        if do.db.execute(select(accounts.c.person).where(accounts.c.person == person)).first() is None:
            row = {"person": person, "sign_in": f"{person}@example.org", "disabled": False, "created_at": do.now}
            do.db.execute(insert(accounts).values(row))
        return feeds.make(do, person, scope)


def text_of(office: Office, token: str) -> str | None:
    """What a program reads at the address."""
    with office.runtime.looking() as look:
        found = calendars.holder(look, token)
        return calendars.calendar_of(look, found, ADDRESS, NAME) if found else None


def shown(office: Office, token: str) -> dict[str, Entry]:
    """The entries by UID."""
    text = text_of(office, token)
    assert text is not None
    return {entry.uid: entry for entry in entries(text)}


def meeting(shown: dict[str, Entry], name: str) -> Entry:
    return next(entry for uid, entry in shown.items() if uid.startswith(f"meeting-{name}-"))


def deadlines(shown: dict[str, Entry]) -> dict[str, Entry]:
    return {entry.summary: entry for uid, entry in shown.items() if not uid.startswith("meeting-")}


def later(office: Office, **by: int) -> None:
    office.clock.at += timedelta(**by)


def test_a_meeting_that_moves_and_is_cancelled_stays_the_same_entry(office: Office) -> None:
    office.load(case())
    token = follows(office, "clerk")
    first = shown(office, token)
    before = meeting(first, "c-oct")
    assert {uid.split("@")[0] for uid in first if uid.startswith("meeting")} == {
        "meeting-h-sep-hwb", "meeting-h-oct-hwb", "meeting-h-nov-hwb",
        "meeting-c-oct-cabinet", "meeting-c-nov-cabinet", "meeting-c-dec-cabinet",
    }  # fmt: skip
    assert "you are the secretary of Cabinet" in before.description

    office.clerk.does("meeting move", meeting="c-oct", meets_on=date(2023, 10, 30), time="10:00", place="Town Hall")
    after = meeting(shown(office, token), "c-oct")
    assert after.uid == before.uid
    assert after.sequence > before.sequence
    assert isinstance(before.start, datetime) and isinstance(after.start, datetime)
    assert (before.start.hour, before.start.utcoffset()) == (17, timedelta(hours=1))
    assert (after.start.day, after.start.hour, after.start.utcoffset()) == (30, 10, timedelta(0)), "after the change"
    assert after.location == "Town Hall"
    assert meeting(shown(office, token), "c-nov") == meeting(first, "c-nov"), "others stay as they were"

    office.clerk.does("meeting cancel", meeting="c-oct")
    gone = meeting(shown(office, token), "c-oct")
    assert (gone.uid, gone.status, gone.summary) == (before.uid, "CANCELLED", "Cancelled: Cabinet")
    assert gone.sequence > after.sequence
    later(office, days=29)
    assert meeting(shown(office, token), "c-oct").status == "CANCELLED"
    later(office, days=2)
    assert "meeting-c-oct-cabinet@decision-routes" not in shown(office, token)


def test_an_invitation_is_about_the_same_entry_as_the_calendar(office: Office) -> None:
    office.load(case())
    office.clerk.does("meeting move", meeting="c-oct", meets_on=date(2023, 10, 16))
    office.clerk.does("meeting cancel", meeting="h-oct")
    following = shown(office, follows(office, "clerk"))

    with office.runtime.looking() as look:
        found = calendars.sittings(look.db, look.known, ADDRESS, ["c-oct", "h-oct", "there-is-none"])

    assert set(found) == {"c-oct", "h-oct"}
    for name, wanted in (("c-oct", "REQUEST"), ("h-oct", "CANCEL")):
        text = invitation(found[name], "decisions@example.org", "clerk@example.org")
        (entry,) = entries(text)
        assert method(text) == wanted
        same = meeting(following, name)
        assert (entry.uid, entry.sequence, entry.start) == (same.uid, same.sequence, same.start)


def test_a_report_is_due_on_another_day_and_then_there(office: Office) -> None:
    office.load(case(items=item(steps="{partnership: {meeting: p-sep}}", title="Roof repairs")))
    token = follows(office, "author")
    due = deadlines(shown(office, token))["Report due: Roof repairs (Partnership)"]
    assert due.start == date(2023, 8, 25), "two working days before the agenda day, past the bank holiday"
    assert due.alarm == timedelta(hours=-15), "the day before at nine"
    assert "you own the item" in due.description
    assert due.url == f"{ADDRESS}/items/plan"

    office.operator.does("meeting move", meeting="p-sep", meets_on=date(2023, 9, 13))
    moved = deadlines(shown(office, token))["Report due: Roof repairs (Partnership)"]
    assert (moved.uid, moved.start) == (due.uid, date(2023, 9, 4))
    assert moved.sequence > due.sequence
    assert moved.alarm == timedelta(days=-2, hours=-15), "it is a Monday: the Friday before at nine"

    office.author.does("submit", item="plan", step="partnership")
    done = next(entry for entry in shown(office, token).values() if entry.uid == due.uid)
    assert done.status == "CANCELLED" and done.summary.startswith("No longer due: ")
    assert "The report is there." in done.description
    assert done.sequence > moved.sequence
    assert done.alarm is None
    later(office, days=31)
    assert due.uid not in shown(office, token)


def test_what_ended_after_its_day_is_not_said_to_be_cancelled(desk: Office) -> None:
    desk.load(case(items=item(steps="{partnership: {meeting: p-sep}}")))
    token = follows(desk, "author")
    desk.clock.to("2023-08-30 12:00")
    desk.author.does("submit", item="plan", step="partnership")

    late = deadlines(shown(desk, token))["Report due: A plan (Partnership)"]

    assert (late.start, late.status) == (date(2023, 8, 25), "CONFIRMED")


def test_somebody_follows_one_item_through_its_forums(office: Office) -> None:
    office.load(case(items=item(steps="{partnership: {meeting: p-aug}}", title="Roof repairs")))
    token = follows(office, "lead", "item:plan")
    following = shown(office, token)

    bound, expected = meeting(following, "p-aug"), meeting(following, "h-sep")
    assert (bound.summary, bound.status) == ("Partnership: Roof repairs", "CONFIRMED")
    assert (expected.summary, expected.status) == ("Health and Wellbeing Board: Roof repairs", "TENTATIVE")
    others = deadlines(following)["Report due: Roof repairs (Health and Wellbeing Board)"]
    assert "you follow the item; it is for Report author to do" in others.description

    office.clock.to("2023-08-02 16:00")
    office.partnership_clerk.records("plan", "partnership", "endorsed")
    office.clock.to("2023-09-12 16:00")
    office.clerk.records("plan", "hwb", "endorsed")
    office.clock.to("2023-10-12 20:00")
    office.clerk.records("plan", "cabinet", "agreed")
    ends = deadlines(shown(office, token))["Call-in ends: Roof repairs (Cabinet)"]
    assert ends.start == date(2023, 10, 17), "the last of three clear working days"
    assert "the secretary of Cabinet" in ends.description
    over = shown(office, token)
    assert meeting(over, "h-sep").status == "CONFIRMED", "it was dealt with there"
    assert "meeting-p-aug-partnership@decision-routes" not in over, "more than sixty days ago"


def test_a_forums_calendar_says_what_is_on_each_meeting_as_far_as_one_may_see_it(office: Office) -> None:
    office.load(case(items=item(steps="{partnership: {meeting: p-aug}}", title="Roof repairs")))
    clerk, stranger = follows(office, "clerk", "forum:hwb"), follows(office, "trust-clerk", "forum:hwb")

    said = meeting(shown(office, clerk), "h-sep").description
    assert "Expected, not yet put on it:\n- Roof repairs" in said
    assert f"{ADDRESS}/meetings/h-sep" in said
    office.clerk.does("bind", item="plan", step="hwb", meeting="h-oct")
    assert "To be dealt with:\n- Roof repairs" in meeting(shown(office, clerk), "h-oct").description
    text = text_of(office, stranger)
    assert text is not None and "Roof" not in text
    assert meeting(shown(office, stranger), "h-oct").status == "CONFIRMED", "that it meets is no secret"


def test_a_joint_meeting_is_there_once(desk: Office) -> None:
    desk.load(case(), JOINT)
    following = shown(desk, follows(desk, "both"))

    there = [entry for entry in following.values() if "joint" in entry.uid]
    assert [entry.uid for entry in there] == ["meeting-joint-nov-trust-board@decision-routes"]
    assert (there[0].summary, there[0].location) == ("Trust Board and ICB Board", "Room 1, Annex")
    assert "you are the secretary of ICB Board" in there[0].description


EXEMPT = """{basis: Local Government Act 1972 Schedule 12A, paragraphs: [3], reason: Somebody bids}"""


def test_nothing_of_an_exempt_item_gets_onto_a_telephone(office: Office) -> None:
    exempt = item("zinnia-sale", title="Sale of Zinnia Farm", part="II", exemption=EXEMPT)
    office.load(case(items=exempt))
    for person, scope in (
        ("author", "mine"), ("clerk", "mine"), ("clerk", "forum:hwb"), ("author", "item:zinnia-sale"),
    ):  # fmt: skip
        text = text_of(office, follows(office, person, scope))
        assert text is not None
        unfolded = text.replace("\r\n ", "").lower()
        assert "zinnia" not in unfolded, f"{scope} of {person}"
        assert scope == "mine" or "an item in part ii" in unfolded
    mine = deadlines(shown(office, follows(office, "author")))
    assert mine["Report due: an item in Part II (Partnership)"].url == f"{ADDRESS}/work"


def test_who_may_not_see_an_item_cannot_follow_it_and_ceases_to(office: Office) -> None:
    office.load(case(items=item(title="Roof repairs")))
    with pytest.raises(Unknown):
        follows(office, "trust-clerk", "item:plan")
    for scope in ("item:there-is-none", "forum:there-is-none", "everything", "item:", ""):
        with pytest.raises(Unknown):
            follows(office, "clerk", scope)
    token = follows(office, "lead", "item:plan")
    assert shown(office, token)

    office.load("people:\n  - {id: lead, name: Governance lead, roles: []}\n", update=True)

    text = text_of(office, token)
    assert text is not None and entries(text) == []
    assert "Roof" not in text and lines_of(text, "X-WR-CALNAME") == [f":{NAME}"]


def test_deadlines_change_hands_with_the_post(desk: Office) -> None:
    desk.load(case(items=item(steps="{partnership: {meeting: p-sep}}")))
    token = follows(desk, "partnership-clerk")
    assert any("p-sep" in uid for uid in shown(desk, token))

    desk.load("people:\n  - {id: partnership-clerk, name: Partnership secretary, roles: []}\n", update=True)

    assert shown(desk, token) == {}


def test_an_address_that_was_removed_or_never_was_one_shows_nothing(office: Office) -> None:
    office.load(case())
    token, other = follows(office, "clerk"), follows(office, "clerk", "forum:hwb")
    with office.runtime.looking() as look:
        clerk = look.known.people["clerk"]
        own = {feed.of: feed.name for feed in calendars.own_feeds(look, clerk)}
    assert set(own) == {"My deadlines and meetings", "Meetings of Health and Wellbeing Board"}
    assert token not in str(own) and other not in str(own), "only what cannot be used is kept"

    with pytest.raises(Unknown), office.runtime.doing("lead") as do:
        feeds.remove(do, "lead", own["My deadlines and meetings"])
    assert text_of(office, token) is not None, "nobody removes somebody else’s"
    with office.runtime.doing("clerk") as do:
        feeds.remove(do, "clerk", own["My deadlines and meetings"])
        feeds.remove(do, "clerk", own["My deadlines and meetings"])
    assert text_of(office, token) is None
    assert text_of(office, own["My deadlines and meetings"]) is None, "the hash is no key"
    for wrong in ("", "x" * 43, token[:-1], "\x00", "é" * 40_000):
        assert text_of(office, wrong) is None
    assert text_of(office, other) is not None
    with office.runtime.doing("lead") as do:
        disable(do, "clerk")
    assert text_of(office, other) is None


def test_a_person_has_so_many_calendars_and_no_more(desk: Office) -> None:
    desk.load(case())
    for _number in range(feeds.MOST):
        follows(desk, "clerk")
    with pytest.raises(Refused, match="Remove one"):
        follows(desk, "clerk")
    follows(desk, "lead")


def test_what_has_not_changed_is_the_same_to_the_byte(office: Office) -> None:
    office.load(case(items=item("one") + item("two", title="Another plan")))
    for person, scope in (("clerk", "mine"), ("author", "mine"), ("clerk", "forum:hwb"), ("lead", "item:one")):
        token = follows(office, person, scope)
        first = text_of(office, token)
        later(office, hours=3)
        assert text_of(office, token) == first
        assert first is not None and len(entries(first)) > 2


def test_that_a_calendar_is_read_is_noted_once_an_hour(desk: Office) -> None:
    desk.load(case())
    token = follows(desk, "clerk")
    noted = []
    for _turn in range(5):
        with desk.runtime.looking() as look:
            found = calendars.holder(look, token)
            assert found is not None
            now = look.now
        feeds.note_read(desk.runtime, found.name, found.last_read_at, now)
        with desk.runtime.looking() as look:
            noted.append(look.db.execute(select(feeds_table.c.last_read_at)).scalar_one())
        later(desk, minutes=25)
    assert [moment - noted[0] for moment in noted] == [timedelta(minutes=m) for m in (0, 0, 0, 75, 75)]


def test_however_much_there_is_a_calendar_takes_as_many_queries_and_stays_short(office: Office) -> None:
    office.load(case(items=item("first")))
    tokens = [follows(office, *of) for of in (("author", "mine"), ("clerk", "forum:hwb"), ("lead", "item:first"))]
    few = [_queries(office, token) for token in tokens]

    office.load("items:\n" + "".join(item(f"plan-{n}", title=f"Plan {n}") for n in range(60)))
    with office.runtime.doing("operator") as do:
        row = dict(do.db.execute(select(reminders).where(reminders.c.item == "first").limit(1)).mappings().one())
        day = date(2023, 9, 1)
        more = {"kind": "report-due", "holder": "person:author", "day": day, "by_day": day}
        do.db.execute(insert(reminders), [row | more | {"id": f"{n:032}", "detail": str(n)} for n in range(400)])

    assert [_queries(office, token) for token in tokens] == few
    assert max(few) <= 8
    mine = shown(office, tokens[0])
    assert len(mine) == calendars.MOST_DEADLINES
    board = meeting(shown(office, tokens[1]), "h-sep")
    assert board.description.count("\n- ") == calendars.LISTED
    assert "There are more on the page of the meeting." in board.description


def test_a_reminder_that_is_not_about_a_day_is_in_no_calendar(desk: Office) -> None:
    desk.load(case(items=item(steps="{partnership: {meeting: p-aug}}")))
    with desk.runtime.doing("operator") as do:
        do.db.execute(update(reminders).values(day=None, by_day=date(9999, 12, 31)))
    assert deadlines(shown(desk, follows(desk, "author"))) == {}


def _queries(office: Office, token: str) -> int:
    """How many questions are put to the database for a calendar."""
    with _counted(office) as asked:
        assert text_of(office, token) is not None
    return len(asked)


@contextmanager
def _counted(office: Office) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_db: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append(statement)

    text_of(office, "x")  # what everybody knows is read once, and kept
    event.listen(office.runtime.engine, "before_cursor_execute", note)
    yield asked
    event.remove(office.runtime.engine, "before_cursor_execute", note)
