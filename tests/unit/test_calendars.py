"""The making of calendar texts: what others read, and that nothing in them can be mistaken for something else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ics import entries, lines_of, method, sound
from workflow.calendars import Deadline, Sitting, feed, invitation
from workflow.clock import LONDON

CHANGED = datetime(2026, 3, 2, 9, 30, 15, 123456, UTC)
CABINET = Sitting(
    id="cabinet-2026-10-05",
    forum="lcc-cabinet",
    name="Cabinet",
    on=date(2026, 10, 5),
    time="14:00",
    place="County Hall",
    state="planned",
    sequence=4,
    changed_at=CHANGED,
    link="https://decisions.example.org/meetings/cabinet-2026-10-05",
    why="you are the secretary of Cabinet",
)
REPORT = Deadline(
    reminder="0123456789abcdef0123456789abcdef",
    heading="Report due",
    asks="Submit the report",
    title="Roof repairs",
    forum="Cabinet",
    day=date(2026, 10, 5),
    warn_on=date(2026, 10, 2),
    over="",
    sequence=2,
    changed_at=CHANGED,
    link="https://decisions.example.org/items/roof-repairs",
    why="you own the item",
)


@pytest.mark.parametrize(
    ("on", "at", "utc"),
    [
        ("2026-03-28", "14:00", "2026-03-28T14:00"),
        ("2026-03-28", "23:30", "2026-03-28T23:30"),
        ("2026-03-29", "00:30", "2026-03-29T00:30"),
        ("2026-03-29", "01:30", "2026-03-29T01:30"),  # there is no such time that night: it is 2:30
        ("2026-03-29", "14:00", "2026-03-29T13:00"),
        ("2026-03-30", "09:30", "2026-03-30T08:30"),
        ("2026-10-24", "14:00", "2026-10-24T13:00"),
        ("2026-10-25", "02:30", "2026-10-25T02:30"),
        ("2026-10-25", "14:00", "2026-10-25T14:00"),
        ("2026-10-26", "09:30", "2026-10-26T09:30"),
    ],
)
def test_a_meeting_is_at_its_local_time_on_both_sides_of_the_clock_changes(on: str, at: str, utc: str) -> None:
    """Read with the time zone that the calendar itself describes, not with this machine's."""
    begins = datetime.fromisoformat(utc).replace(tzinfo=UTC)

    (entry,) = entries(feed("Cabinet", [replace(CABINET, on=date.fromisoformat(on), time=at)], []))

    assert (entry.start, entry.end) == (begins, begins + timedelta(hours=2))
    assert isinstance(entry.start, datetime)
    assert entry.start.replace(tzinfo=None) == begins.astimezone(LONDON).replace(tzinfo=None), "and in local words"


def test_the_time_zone_says_the_same_as_the_zone_database_for_years() -> None:
    days = [date(2024, 1, 1) + timedelta(days=number * 7) for number in range(52 * 12)]
    sittings = [replace(CABINET, id=f"m-{day}", on=day, time="12:00") for day in days]

    read = entries(feed("Cabinet", sittings, []))

    assert [entry.start for entry in read] == [datetime.combine(day, time(12), LONDON) for day in days]


def test_a_meeting_says_what_where_and_why() -> None:
    (entry,) = entries(feed("Cabinet", [CABINET], []))

    assert entry.uid == "meeting-cabinet-2026-10-05-lcc-cabinet@decision-routes"
    assert (entry.summary, entry.location, entry.status, entry.sequence) == ("Cabinet", "County Hall", "CONFIRMED", 4)
    assert entry.url == CABINET.link
    assert entry.description == (
        "Cabinet meets on 5 October 2026.\nIn your calendar because you are the secretary of Cabinet.\n" + CABINET.link
    )


def test_a_meeting_without_a_time_takes_the_day() -> None:
    (entry,) = entries(feed("Cabinet", [replace(CABINET, time=None)], []))

    assert (entry.start, entry.end) == (date(2026, 10, 5), date(2026, 10, 6))


def test_what_may_come_to_a_meeting_is_told_apart_from_what_is_on_it() -> None:
    busy = replace(CABINET, bound=("Roof repairs",), expected=("Library", "School"), more=True)
    (entry,) = entries(feed("Cabinet", [busy], []))

    assert "To be dealt with:\n- Roof repairs\nExpected, not yet put on it:\n- Library\n- School\nThere are more" in (
        entry.description
    )
    (maybe,) = entries(feed("Roof", [replace(CABINET, about="Roof repairs", is_certain=False)], []))
    assert (maybe.summary, maybe.status) == ("Cabinet: Roof repairs", "TENTATIVE")
    assert "Expected there, not yet put on it: Roof repairs" in maybe.description


def test_a_deadline_takes_its_day_and_warns_the_working_day_before_at_nine() -> None:
    (entry,) = entries(feed("Mine", [], [REPORT]))

    assert entry.uid == f"{REPORT.reminder}@decision-routes"
    assert entry.summary == "Report due: Roof repairs (Cabinet)"
    assert (entry.start, entry.end, entry.sequence) == (date(2026, 10, 5), date(2026, 10, 6), 2)
    midnight = datetime.combine(entry.start, time())
    assert midnight + entry.alarm == datetime.combine(date(2026, 10, 2), time(9))
    for said in ("Submit the report, by 5 October 2026", "Item: Roof repairs", "Forum: Cabinet", "you own the item"):
        assert said in entry.description
    assert entry.description.endswith(REPORT.link)


def test_what_is_over_is_cancelled_and_warns_of_nothing() -> None:
    gone, done = entries(
        feed("Mine", [replace(CABINET, state="cancelled")], [replace(REPORT, over="The report is there.")])
    )

    assert (gone.status, gone.summary) == ("CANCELLED", "Cancelled: Cabinet")
    assert "does not meet" in gone.description
    assert (done.status, done.summary) == ("CANCELLED", "No longer due: Report due: Roof repairs (Cabinet)")
    assert done.description.startswith("The report is there.\n")
    assert done.alarm is None


def test_the_same_entries_make_the_same_text() -> None:
    assert feed("Mine", [CABINET], [REPORT]) == feed("Mine", [CABINET], [REPORT])


def test_programs_are_told_the_name_and_when_to_look_again() -> None:
    text = feed("Cabinet; Fylde, Wyre \\ <b>", [], [])

    assert sound(text).x_wr_calname.value == "Cabinet; Fylde, Wyre \\ <b>"
    assert lines_of(text, "REFRESH-INTERVAL") == [";VALUE=DURATION:PT1H"]
    assert lines_of(text, "X-PUBLISHED-TTL") == [":PT1H"]
    assert lines_of(text, "METHOD") == [], "it is to be followed, not answered"


def test_an_invitation_merges_with_what_the_calendar_shows() -> None:
    text = invitation(CABINET, "decisions@example.org", "clerk@example.org")
    (invited,) = entries(text)
    (shown,) = entries(feed("Cabinet", [CABINET], []))

    assert invited == shown
    assert method(text) == "REQUEST"
    assert lines_of(text, "ORGANIZER") == [":mailto:decisions@example.org"]
    (attendee,) = lines_of(text, "ATTENDEE")
    assert attendee.endswith(":mailto:clerk@example.org")
    assert "PARTSTAT=NEEDS-ACTION" in attendee and "RSVP=FALSE" in attendee


def test_a_cancelled_meeting_is_taken_out_again() -> None:
    text = invitation(replace(CABINET, state="cancelled", sequence=5), "decisions@example.org", "clerk@example.org")
    (entry,) = entries(text)

    assert (method(text), entry.status, entry.sequence) == ("CANCEL", "CANCELLED", 5)
    assert entry.uid == "meeting-cabinet-2026-10-05-lcc-cabinet@decision-routes"


HOSTILE = (
    "<script>alert(1)</script>",
    "Roofs, walls; doors\\windows: \"all\" of 'them'",
    "First\r\nEND:VEVENT\r\nBEGIN:VEVENT\nSUMMARY:forged",
    "Tab\tbell\x07nul\x00line\u2028paragraph\u2029next\x85\x0b\x0c",
    "👨\u200d👩\u200d👧 🏛️ 日本語 " + "é" * 60,
    "x" * 200,
    "\\n is no line end; \\, is no comma",
    "=3D ^n ^' \"",
    "\u202egnirts\u202c",
)


@pytest.mark.parametrize("title", HOSTILE)
def test_whatever_a_title_holds_it_stays_a_title(title: str) -> None:
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in title).split())
    hostile = replace(CABINET, name=title, place=title, about=title, why=title, bound=(title, title))
    text = feed(title, [hostile], [replace(REPORT, title=title, forum=title, over=title)])
    meeting, deadline = entries(text)

    assert meeting.summary == f"{plain}: {plain}"
    assert meeting.location == plain
    assert f"- {plain}\n- {plain}\n" in meeting.description
    assert deadline.summary == f"No longer due: Report due: {plain} ({plain})"
    assert entries(invitation(hostile, "decisions@example.org", "clerk@example.org")) == [meeting]


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=120))
def test_any_text_at_all(text: str) -> None:
    found = entries(feed(text, [replace(CABINET, about=text, place=text)], [replace(REPORT, title=text)]))

    assert [entry.uid for entry in found] == [CABINET.uid, REPORT.uid]
