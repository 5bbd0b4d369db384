"""The drawing of a timetable: no words on other words, nothing outside the picture, and every date in the table."""

from datetime import date, timedelta
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.journey_layout import width_of
from web.timetable_drawing import timetable_picture
from web.timetable_facts import Likely, lines_of_item, rows_of, uprights, with_something
from web.timetable_layout import (
    LINE,
    LONGEST_WORDS,
    WIDEST,
    WIDTH,
    Bar,
    Layout,
    Mark,
    Row,
    Upright,
    laid_out,
)
from web.words import short_day
from workflow.dated_steps import DatedStep

SVG = "{http://www.w3.org/2000/svg}"
TODAY = date(2023, 7, 18)
KINDS = ("notice", "report", "agenda", "questions", "publication", "minutes", "booked", "expected", "usual", "decided",
         "short", "gate", "effective", "finish", "target")  # fmt: skip
DAYS = st.dates(date(2018, 1, 1), date(2027, 12, 31))
NEAR = st.integers(0, 60).map(lambda number: TODAY + timedelta(days=number))
WORDS = st.text("abcdefghij MW–5", min_size=1, max_size=70)


def marks(days):
    return st.builds(Mark, st.sampled_from(KINDS), days, WORDS, st.booleans(), st.booleans())


@st.composite
def bars(draw, days):
    first, last = sorted((draw(days), draw(days)))
    return Bar(draw(st.sampled_from(("call-in", "consultation", "range"))), first, last, draw(WORDS))


@st.composite
def pictures(draw):
    """Rows of one span of time: years, or days that crowd."""
    days = draw(st.sampled_from((DAYS, NEAR, st.just(TODAY))))
    row = st.builds(
        Row,
        WORDS,
        st.lists(WORDS, max_size=2).map(tuple),
        st.lists(marks(days), max_size=7).map(tuple),
        st.lists(bars(days), max_size=3).map(tuple),
        st.none() | WORDS,
    )
    through = st.builds(Upright, st.sampled_from(("today", "target", "finish")), days, WORDS)
    return draw(st.lists(row, min_size=1, max_size=8)), [
        *draw(st.lists(through, max_size=3)),
        Upright("today", TODAY, "Today 18 Jul 2023"),
    ]


def boxes(layout: Layout) -> dict[str, tuple[float, float, float, float]]:
    """Every sign, bar and word of the picture: left, top, right, bottom."""
    found = {}
    for number, row in enumerate(layout.rows):
        for place, thing in enumerate(row.things):
            found[f"row {number}, {place}: {thing.words}"] = (
                min(thing.x, thing.words_x) - 2,
                thing.y - LINE / 2 + 1,
                thing.words_x + width_of(thing.words),
                thing.y + LINE / 2 - 1,
            )
    for place, one in enumerate(layout.uprights):
        found[f"above {place}: {one.words}"] = (
            one.x - 6,
            one.y - LINE / 2 + 1,
            one.x + 13 + width_of(one.words, bold=True),
            one.y + LINE / 2 - 1,
        )
    return found


def faults_of(layout: Layout) -> list[str]:
    places = boxes(layout)
    found = [
        f"“{one}” on “{other}”"
        for (one, a), (other, b) in combinations(places.items(), 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]
    for name, (left, top, right, bottom) in places.items():
        if left < 0 or top < 0 or right > layout.width or bottom > layout.height:
            found.append(f"“{name}” outside the picture")
    for row in layout.rows:
        for thing in row.things:
            if not row.y <= thing.y - LINE / 2 or thing.y + LINE / 2 > row.y + row.height:
                found.append(f"“{thing.words}” outside its row")
    things = [thing for row in layout.rows for thing in row.things]
    for line in (*layout.uprights, *layout.months):
        for top, bottom in line.stretches:
            found += [
                f"a line through “{thing.words}”"
                for thing in things
                if thing.words_x < line.x < thing.words_x + width_of(thing.words) and top < thing.y < bottom
            ]
    named = [month for month in layout.months if month.words]
    for one, other in pairwise(named):
        if one.x + width_of(one.words, size=13) > other.x:
            found.append(f"{one.words} on {other.words}")
    if any(month.x + width_of(month.words, size=13) > layout.width for month in named):
        found.append("a month outside the picture")
    return found


@given(pictures())
def test_nothing_stands_on_anything_else_or_outside_whatever_the_dates(picture) -> None:
    rows, through = picture
    assert faults_of(laid_out(rows, through)) == []


@given(pictures())
def test_the_picture_is_sound_markup_with_a_title_and_a_description(picture) -> None:
    rows, through = picture
    drawn = timetable_picture(rows, through, "The timetable of <b>it</b> & others")
    if not drawn:
        return
    root = ElementTree.fromstring(str(drawn))
    assert root.find(f"{SVG}title").text == "The timetable of <b>it</b> & others"
    assert root.find(f"{SVG}desc").text
    assert root.get("role") == "img"
    assert not [node for node in root.iter() if {"style", "tabindex", "onclick"} & set(node.attrib)]
    assert not [node for node in root.iter() if node.tag in (f"{SVG}a", f"{SVG}style", f"{SVG}script")]


def test_a_picture_without_dates_is_none() -> None:
    assert timetable_picture([Row("Cabinet", note="No date yet")], uprights(TODAY, None, None), "It") == ""
    with pytest.raises(ValueError, match="no day"):
        laid_out([Row("Cabinet", note="No date yet")])


def step(name: str, day: date | None, **more) -> DatedStep:
    said = {"kind": "meeting", "ask": "endorse", "state": "waiting", "basis": "calendar" if day else "none"} | more
    return DatedStep(step=name, name=f"Forum {name}", forum=name, outcome=said.pop("outcome", None),
                     decisive=False, day=day, **said)  # fmt: skip


def key_decision(name: str, day: date) -> DatedStep:
    before = {"notice_by": 29, "report_due": 13, "agenda_by": 8}
    return step(
        name,
        day,
        **{what: day - timedelta(days=days) for what, days in before.items()},
        call_in_opens=day,
        call_in_ends=day + timedelta(days=5),
        effective=day + timedelta(days=6),
    )


def test_forty_steps_in_a_year_fit_the_width_of_a_page() -> None:
    steps = [key_decision(f"s{number}", TODAY + timedelta(days=40 + 7 * number)) for number in range(40)]
    layout = laid_out(rows_of(lines_of_item(steps, TODAY, {})), uprights(TODAY, None, steps[-1].day))
    assert faults_of(layout) == []
    assert layout.width <= WIDTH
    assert len(layout.rows) == 40


def test_one_day_is_enough_and_years_apart_stay_within_bounds() -> None:
    alone = laid_out([Row("Cabinet", marks=(Mark("booked", TODAY, "Booked 18 Jul"),))])
    assert faults_of(alone) == []
    assert [month.words for month in alone.months if month.words], "even one day stands between months with names"
    ends = (Mark("booked", date(1980, 1, 1), "A"), Mark("gate", date(2090, 1, 1), "B"))
    apart = laid_out([Row("Cabinet", marks=ends)])
    assert faults_of(apart) == []
    assert apart.width <= WIDEST + LONGEST_WORDS + 200


def test_words_that_are_far_too_long_are_cut_in_the_picture() -> None:
    layout = laid_out([Row("n" * 400, ("b" * 400,), (Mark("booked", TODAY, "Booked 18 Jul: " + "W" * 300),))])
    assert layout.rows[0].things[0].words.endswith("…")
    assert layout.rows[0].things[0].words.startswith("Booked 18 Jul")
    assert len(layout.rows[0].heads) <= 5
    assert faults_of(layout) == []


@given(st.lists(st.tuples(NEAR, st.booleans(), st.booleans()), min_size=1, max_size=6))
def test_every_date_of_the_picture_stands_in_the_same_row_of_the_table(said) -> None:
    steps = []
    for number, (day, keyed, noticed) in enumerate(said):
        made = key_decision(f"s{number}", day) if keyed else step(f"s{number}", day, called_in_on=day)
        steps.append(made)
        if noticed:
            steps.append(step(f"g{number}", day, notice_given=day, report_on=day, agenda_on=day, report_in=True,
                              kind="consultation", opens=day - timedelta(days=28), basis="computed"))  # fmt: skip
    lines = lines_of_item(steps, TODAY, {})
    columns = with_something(
        [(name, name) for name in ("notice", "report", "agenda", "meeting", "effective")], lines, ()
    )
    for line, row in zip(lines, rows_of(lines), strict=True):
        told = " ".join(fact.in_full for column, _heading in columns for fact in line.cell(column))
        days = [*(mark.day for mark in row.marks), *(bar.first for bar in row.bars)]
        days += [fact.day for fact in line.facts if fact.bar]
        assert [short_day(day) for day in days if short_day(day) not in told] == []


def test_what_is_late_what_is_settled_and_what_does_not_apply() -> None:
    late = step("late", TODAY, basis="bound", report_due=date(2023, 7, 5), agenda_by=date(2023, 7, 10))
    verbal = step("verbal", TODAY, basis="bound", verbal=True, report_due=date(2023, 7, 5), agenda_by=date(2023, 7, 10))
    over = step("over", date(2023, 7, 5), basis="actual", state="passed", outcome="endorsed",
                report_due=date(2023, 6, 20), notice_given=date(2023, 6, 1))  # fmt: skip
    skipped = step("skipped", None, state="skipped")
    unknown = step("unknown", None)
    lines = lines_of_item([late, verbal, over, skipped, unknown], TODAY, {})
    rows = rows_of(lines)
    assert [mark.words for mark in rows[0].marks] == ["Report was due 5 Jul", "Agenda was due 10 Jul", "Booked 18 Jul"]
    assert [mark.late for mark in rows[0].marks] == [True, True, False]
    assert lines[0].late
    assert [mark.words for mark in rows[1].marks] == ["Booked 18 Jul"]
    assert [mark.words for mark in rows[2].marks] == ["Notice given 1 Jun", "Endorsed 5 Jul"]
    assert [row.note for row in rows] == [None, None, None, "Does not apply", "No date yet"]


def test_the_lines_through_all_rows_say_what_they_are() -> None:
    likely = Likely(date(2023, 10, 11), date(2023, 12, 13))
    through = uprights(TODAY, date(2023, 10, 31), date(2023, 10, 11), likely)
    assert [one.words for one in through] == [
        "Today 18 Jul 2023",
        "Wanted by 31 Oct 2023",
        "Finish 11 Oct 2023",
        "Half by 11 Oct, 9 in 10 by 13 Dec 2023",
    ]
    done = uprights(TODAY, None, date(2023, 7, 5), None, date(2023, 7, 5))
    assert [one.words for one in done] == ["Done 5 Jul 2023"], "of what is over nobody asks where today is"
