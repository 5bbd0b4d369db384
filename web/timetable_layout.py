"""Where everything of a timetable stands: rows from top to bottom, days from left to right, no words on other words.

Each date is a sign with its words to the right of it, each period a bar with its words behind it. Within a row they
stand on as few lines as they need; lines through all rows (today, the target) have their words above the rows.
The scale is chosen so that the picture fits its width, as long as a day is not too narrow for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from web.journey_layout import width_of, wrapped

Kind = Literal[
    "notice", "report", "agenda", "questions", "publication", "minutes", "booked", "expected", "usual", "decided",
    "short", "gate", "effective", "finish", "target", "today",
]  # fmt: skip
BarKind = Literal["call-in", "consultation", "range"]

WIDTH: Final = 1030  # what fits beside nothing else on a page
NAMES: Final = 276  # of a line with a row's name, which stands above its dates: as much as a telephone shows
BESIDE: Final = 620  # what is said of a row stands beside its name where both have room within this
MARGIN: Final = 8
SIGN: Final = 8  # half of a sign's width
WORDS_AFTER: Final = 5
BETWEEN: Final = 10  # of two things on one line, at least
LINE: Final = 22
NAME_LINE: Final = 17
ROW_PADDING: Final = 7
MONTHS: Final = 26
SMALL: Final = 13
LONGEST_WORDS: Final = 300  # pixels; the table has them whole
LONGEST_ABOVE: Final = 340
MOST_PER_DAY: Final = 14.0
LEAST_PER_DAY: Final = 1.5
WIDEST: Final = 2000
SHORTEST: Final = 42  # days, so that there is always the beginning of a month in it


@dataclass(frozen=True, slots=True)
class Mark:
    """One date of a row. `main`: it belongs on the row's first line. `late`: it has passed undone."""

    kind: Kind
    day: date
    words: str
    main: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A period of a row, both days included. A range is where a day will fall with some probability."""

    kind: BarKind
    first: date
    last: date
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One step, item or meeting: its name, what else is said below that, its dates. `note` stands where none are."""

    name: str
    below: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    bars: tuple[Bar, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Upright:
    """A line through all rows; one that has a `last` day is a band."""

    kind: Kind | Literal["range"]
    day: date
    words: str
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """Where something stands, in pixels: its line's number within its row, its left and right ends."""

    left: float
    right: float
    level: int = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """A mark, bar or note where it stands; `x` is its day, `to` the end of a bar, `words_x` where the words begin."""

    what: Mark | Bar | str
    x: float
    to: float
    y: float
    words: str
    words_x: float
    right: float


@dataclass(frozen=True, slots=True)
class Head:
    """A line above a row's dates: its name, or quietly what is said of it. `y` is the line on which words stand."""

    words: str
    x: float
    y: float
    right: float
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row with the lines of its name and everything in it."""

    heads: tuple[Head, ...]
    y: float
    height: float
    things: tuple[Placed, ...]


Stretch = tuple[float, float]  # from the upper end to the lower one


@dataclass(frozen=True, slots=True)
class PlacedUpright:
    """A line through the rows from its words down, in stretches that leave out the words it would run through."""

    upright: Upright
    x: float
    to: float
    y: float  # the middle of its words
    words: str
    right: float
    stretches: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class Month:
    """The beginning of a month, named where there is room; its line leaves out words as well."""

    x: float
    words: str
    stretches: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole picture, in pixels. The rows begin at `top`, the names of the months stand above them."""

    rows: tuple[PlacedRow, ...]
    uprights: tuple[PlacedUpright, ...]
    months: tuple[Month, ...]
    left: float  # where days begin
    top: float
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class _Scale:
    first: date
    left: float
    per_day: float

    def x(self, day: date) -> float:
        return round(self.left + (day - self.first).days * self.per_day, 1)


def laid_out(rows: Sequence[Row], uprights: Sequence[Upright] = ()) -> Layout:
    """The picture of these rows with these lines through them. ValueError if there is no date at all."""
    first, last = _span(rows, uprights)
    scale = _Scale(first, MARGIN + SIGN, _per_day(rows, uprights, first, last))
    above, months_y = _above(uprights, scale)
    y = top = months_y + MONTHS
    placed = []
    for row in rows:
        placed.append(_row(row, scale, y))
        y += placed[-1].height
    ends = [thing.right for row in placed for thing in (*row.things, *row.heads)] + [one.right for one in above]
    width = round(max([scale.x(last), *ends]) + MARGIN + 0.5)
    months = list(_months(scale, width))
    named = [
        Box(one.x, one.x + 4 + width_of(one.words, size=SMALL), round(top - MONTHS / 2)) for one in months if one.words
    ]
    words = [
        *(Box(thing.words_x - 3, thing.right + 2, round(thing.y)) for row in placed for thing in row.things),
        *(Box(head.x - 3, head.right + 2, round(head.y - 5)) for row in placed for head in row.heads),
        *named,
    ]
    return Layout(
        tuple(placed),
        tuple(replace(one, stretches=_stretches(one.x, one.y + LINE / 2 - 4, y, words)) for one in above),
        tuple(replace(one, stretches=_stretches(one.x, top - 6, y, words)) for one in months),
        scale.left,
        top,
        width,
        round(y) + 1,
    )


def _stretches(x: float, top: float, bottom: float, words: Iterable[Box]) -> tuple[Stretch, ...]:
    """A line from top to bottom without what runs through words; the `level` of a box is its middle here."""
    found, begin = [], top
    for middle in sorted({box.level for box in words if box.left < x < box.right}):
        if middle - LINE / 2 > begin:
            found.append((begin, middle - LINE / 2 + 1))
        begin = max(begin, middle + LINE / 2 - 1)
    return (*found, (begin, bottom)) if begin < bottom else tuple(found)


def days_of(rows: Iterable[Row], uprights: Iterable[Upright] = ()) -> list[date]:
    """Every day that stands in the picture."""
    return [
        *(mark.day for row in rows for mark in row.marks),
        *(day for row in rows for bar in row.bars for day in (bar.first, bar.last)),
        *(day for one in uprights for day in (one.day, one.last) if day is not None),
    ]


def _span(rows: Sequence[Row], uprights: Sequence[Upright]) -> tuple[date, date]:
    days = days_of(rows, uprights)
    if not days:
        raise ValueError("There is no day to draw.")
    first, last = min(days), max(days)
    first -= timedelta(days=min(3, (first - date.min).days))
    missing = max(0, SHORTEST - (last - first).days)
    return first, last + timedelta(days=min(missing, (date.max - last).days))


def _per_day(rows: Sequence[Row], uprights: Sequence[Upright], first: date, last: date) -> float:
    """Pixels for a day: as many as let everything fit, but never too few."""
    room = WIDTH - MARGIN - (MARGIN + SIGN)
    fits = [MOST_PER_DAY, room / max(1, (last - first).days)]
    for end, width in _ends(rows, uprights):
        before = (end - first).days
        if before > 0:
            fits.append(max(0.0, room - SIGN - WORDS_AFTER - 2 - width) / before)
    least = min(LEAST_PER_DAY, WIDEST / max(1, (last - first).days))
    return max(min(fits), least)


def _ends(rows: Sequence[Row], uprights: Sequence[Upright]) -> Iterator[tuple[date, float]]:
    """Every day with the width of the words that stand behind it."""
    for row in rows:
        yield from ((mark.day, width_of(_short(mark.words), bold=mark.main)) for mark in row.marks)
        yield from ((bar.last, width_of(_short(bar.words))) for bar in row.bars)
    yield from ((one.day, width_of(_short(one.words, LONGEST_ABOVE), bold=True)) for one in uprights)


def _short(words: str, longest: int = LONGEST_WORDS) -> str:
    """Words that are not longer than there is ever room for."""
    if width_of(words) <= longest:
        return words
    cut = words
    while cut and width_of(f"{cut}…") > longest:
        cut = cut[:-1]
    return f"{cut.rstrip(' ,;')}…"


def _above(uprights: Sequence[Upright], scale: _Scale) -> tuple[list[PlacedUpright], float]:
    """The words of the lines through all rows, from the right: whatever would cross words moves up above them."""
    done: list[tuple[Upright, Box]] = []
    for one in sorted(uprights, key=lambda one: (one.day, one.words), reverse=True):
        x = scale.x(one.day)
        box = Box(x - SIGN, x + SIGN + WORDS_AFTER + width_of(_short(one.words, LONGEST_ABOVE), bold=True))
        met = [other.level for _one, other in done if other.left < box.right + BETWEEN]
        done.append((one, Box(box.left, box.right, max(met, default=-1) + 1)))
    levels = 1 + max((box.level for _one, box in done), default=-1)
    placed = [
        PlacedUpright(
            one,
            scale.x(one.day),
            scale.x(one.last or one.day),
            MARGIN + (levels - 1 - box.level) * LINE + LINE / 2,
            _short(one.words, LONGEST_ABOVE),
            box.right,
        )
        for one, box in done
    ]
    return placed, MARGIN + levels * LINE


def _row(row: Row, scale: _Scale, y: float) -> PlacedRow:
    heads = tuple(_heads(row, y + ROW_PADDING + 15))
    things = _packed([*_things(row, scale)])
    levels = 1 + max((box.level for _thing, box in things), default=0)
    top = heads[-1].y + 5
    height = top - y + levels * LINE + ROW_PADDING
    placed = tuple(
        Placed(
            thing.what,
            thing.x,
            thing.to,
            top + box.level * LINE + LINE / 2,
            thing.words,
            thing.words_x,
            box.right,
        )
        for thing, box in things
    )
    return PlacedRow(heads, y, height, placed)


def _heads(row: Row, y: float) -> Iterator[Head]:
    """The name in as many lines as it needs, and what is said of it beside or below that."""
    end = MARGIN
    for line in wrapped(row.name, NAMES, bold=True, longest=3) or [""]:
        end = MARGIN + width_of(line, bold=True)
        yield Head(line, MARGIN, y, end)
        y += NAME_LINE
    said = ", ".join(row.below)
    if not said:
        return
    if end + BETWEEN + width_of(said, size=SMALL) <= BESIDE:
        yield Head(said, end + BETWEEN, y - NAME_LINE, end + BETWEEN + width_of(said, size=SMALL), quiet=True)
        return
    for line in wrapped(said, NAMES, size=SMALL, longest=2):
        yield Head(line, MARGIN, y, MARGIN + width_of(line, size=SMALL), quiet=True)
        y += NAME_LINE


@dataclass(frozen=True, slots=True)
class _Thing:
    what: Mark | Bar | str
    main: bool
    x: float
    to: float
    words: str
    words_x: float
    left: float
    right: float


def _things(row: Row, scale: _Scale) -> Iterator[_Thing]:
    for mark in row.marks:
        x, words = scale.x(mark.day), _short(mark.words)
        words_x = x + SIGN + WORDS_AFTER
        yield _Thing(mark, mark.main, x, x, words, words_x, x - SIGN, words_x + width_of(words, bold=mark.main))
    for bar in row.bars:
        x, to, words = scale.x(bar.first), scale.x(bar.last + timedelta(days=bar.last < date.max)), _short(bar.words)
        to = max(to, x + 4)
        words_x = to + WORDS_AFTER + 2
        yield _Thing(bar, False, x, to, words, words_x, x - 2, words_x + width_of(words))
    if row.note:
        words = _short(row.note)
        yield _Thing(
            row.note, False, scale.left, scale.left, words, scale.left, scale.left, scale.left + width_of(words)
        )


def _packed(things: list[_Thing]) -> list[tuple[_Thing, Box]]:
    """Each on the first line on which it fits: first what the row is about, then the rest day by day."""
    found: list[tuple[_Thing, Box]] = []
    for thing in sorted(things, key=lambda one: (not one.main, one.x, one.words)):
        taken = {
            box.level for _one, box in found if box.left < thing.right + BETWEEN and thing.left < box.right + BETWEEN
        }
        level = next(number for number in range(len(found) + 1) if number not in taken)
        found.append((thing, Box(thing.left, thing.right, level)))
    return found


_EVERY: Final = (1, 2, 3, 6, 12, 24, 60, 120)


def _months(scale: _Scale, width: int) -> Iterator[Month]:
    """The months whose beginnings are drawn, with as many names as there is room for."""
    last = scale.first + timedelta(
        days=min(int((width - MARGIN - scale.left) / scale.per_day), (date.max - scale.first).days)
    )
    between = 30 * scale.per_day
    every = next((n for n in _EVERY if n * between >= 66), _EVERY[-1])
    number = scale.first.year * 12 + scale.first.month - 1 + (scale.first.day > 1)
    while number // 12 <= last.year and number // 12 <= date.max.year:
        year, month = divmod(number, 12)
        first = date(year, month + 1, 1)
        if first > last:
            return
        if number % every == 0:
            words = f"{first:%b} {year}"
            yield Month(scale.x(first), words if scale.x(first) + 4 + width_of(words, size=SMALL) <= width else "")
        number += 1
