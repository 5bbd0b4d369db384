"""A timetable as a picture: inline SVG without script or style, that says everything by shape and words.

It stands beside a table with the same facts, so that nobody depends on it; it is one image with a description.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from markupsafe import Markup, escape

from web.timetable_layout import (
    MONTHS,
    SMALL,
    Bar,
    Layout,
    Mark,
    Placed,
    PlacedRow,
    PlacedUpright,
    Row,
    Stretch,
    Upright,
    days_of,
    laid_out,
)
from web.words import month

INK: Final = "#0b0c0c"
BLUE: Final = "#144e81"
QUIET: Final = "#484949"
PAPER: Final = "#ffffff"
BAND: Final = "#f3f2f1"
GRID: Final = "#cecece"
ALARM: Final = "#942727"
WINDOW: Final = "#f6dcb8"
RANGE: Final = "#dce9f5"


def timetable_picture(
    rows: Sequence[Row], uprights: Sequence[Upright], title: str, prefix: str = "timetable"
) -> Markup:
    """The picture, ready to stand inside a page; nothing at all where there is no date to draw.

    `prefix` keeps the ids of several on one page apart.
    """
    if not days_of(rows):
        return Markup("")
    layout = laid_out(rows, uprights)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="timetable" role="img" width="{layout.width}"'
        f' height="{layout.height}" viewBox="0 0 {layout.width} {layout.height}"'
        f' aria-labelledby="{escape(prefix)}-title" aria-describedby="{escape(prefix)}-description"'
        ' font-family="Helvetica Neue, Helvetica, Arial, sans-serif" font-size="14">',
        f'<title id="{escape(prefix)}-title">{escape(title)}</title>',
        f'<desc id="{escape(prefix)}-description">{escape(described(rows, uprights))}</desc>',
        *_ground(layout),
        *_months(layout),
        *(part for one in layout.uprights for part in _line(one)),
        *(part for row in layout.rows for part in _row(row)),
        *(part for one in layout.uprights for part in _line_words(one)),
        "</svg>",
    ]
    return Markup("\n".join(parts))


def described(rows: Sequence[Row], uprights: Sequence[Upright]) -> str:
    """What the picture is of, in a few sentences; the table beside it says the rest."""
    days = days_of(rows)
    span = month(min(days)) if month(min(days)) == month(max(days)) else f"{month(min(days))} to {month(max(days))}"
    number = f"{len(rows)} {'row' if len(rows) == 1 else 'rows'}, {span}."
    lines = "".join(f" {one.words}." for one in uprights)
    return f"{number}{lines} The table beside this picture has the same dates."


def _ground(layout: Layout) -> Iterator[str]:
    for number, row in enumerate(layout.rows):
        if number % 2 == 0:
            yield (
                f'<rect class="timetable__row" x="0" y="{_n(row.y)}" width="{layout.width}" height="{_n(row.height)}"'
                f' fill="{BAND}"/>'
            )
    for one in layout.uprights:
        if one.upright.last is not None:
            yield (
                f'<rect class="timetable__band" x="{_n(one.x)}" y="{_n(layout.top)}"'
                f' width="{_n(max(4, one.to - one.x))}" height="{_n(layout.height - layout.top - 1)}" fill="{RANGE}"/>'
            )


def _months(layout: Layout) -> Iterator[str]:
    y = layout.top - MONTHS / 2 + 5
    for one in layout.months:
        yield (
            f'<path class="timetable__grid" d="{_broken(one.x, one.stretches)}" fill="none"'
            f' stroke="{GRID}" stroke-width="1"/>'
        )
        if one.words:
            yield _text(one.x, y - 2, one.words, size=SMALL, fill=QUIET)
    yield (
        f'<path class="timetable__edge" d="M0 {_n(layout.top)}H{layout.width}" fill="none" stroke="{QUIET}"'
        ' stroke-width="1"/>'
    )


#: How the lines through all rows differ: today's is whole, the others are broken each in its way.
_DASHES: Final = {"today": "", "target": ' stroke-dasharray="7 4"', "finish": ' stroke-dasharray="2 4"', "range": ""}


def _line(one: PlacedUpright) -> Iterator[str]:
    kind = one.upright.kind
    colour = {"today": INK, "finish": BLUE, "range": BLUE}.get(kind, ALARM)
    if one.upright.last is not None:
        yield (
            f'<path class="timetable__line" d="{_broken(one.x, one.stretches)}" fill="none" stroke="{colour}"'
            ' stroke-width="1"/>'
        )
        return
    yield (
        f'<path class="timetable__line timetable__line--{kind}" d="{_broken(one.x, one.stretches)}"'
        f' fill="none" stroke="{colour}" stroke-width="2"{_DASHES.get(kind, "")}/>'
    )


def _broken(x: float, stretches: Sequence[Stretch]) -> str:
    return "".join(f"M{_n(x)} {_n(top)}V{_n(bottom)}" for top, bottom in stretches)


def _line_words(one: PlacedUpright) -> Iterator[str]:
    yield _sign(one.upright.kind, one.x, one.y, late=False)
    yield _text(one.x + 13, one.y + 5, one.words, bold=True)


def _row(row: PlacedRow) -> Iterator[str]:
    for head in row.heads:
        if head.quiet:
            yield _text(head.x, head.y, head.words, size=SMALL, fill=QUIET)
        else:
            yield _text(head.x, head.y, head.words, bold=True)
    for thing in row.things:
        if isinstance(thing.what, Bar):
            yield _bar(thing.what, thing)
    for thing in row.things:
        yield from _thing(thing)


def _thing(thing: Placed) -> Iterator[str]:
    what = thing.what
    if isinstance(what, Mark):
        yield _sign(what.kind, thing.x, thing.y, what.late)
        yield _text(thing.words_x, thing.y + 5, thing.words, bold=what.main, fill=ALARM if what.late else INK)
    else:
        quiet = isinstance(what, str)
        yield _text(thing.words_x, thing.y + 5, thing.words, fill=QUIET if quiet else INK)


def _bar(bar: Bar, thing: Placed) -> str:
    """Call-in is a bar with an edge at its end, a consultation a round one, a range an open one."""
    x, y, width = thing.x, thing.y, thing.to - thing.x
    at = f'x="{_n(x)}" y="{_n(y - 7)}" width="{_n(width)}" height="14"'
    if bar.kind == "call-in":
        return (
            f'<rect class="timetable__bar" {at} fill="{WINDOW}" stroke="{INK}" stroke-width="1"/>'
            f'<path class="timetable__mark" d="M{_n(x + width)} {_n(y - 10)}v20" fill="none" stroke="{INK}"'
            ' stroke-width="3"/>'
        )
    if bar.kind == "consultation":
        return f'<rect class="timetable__bar" {at} rx="7" fill="{PAPER}" stroke="{BLUE}" stroke-width="3"/>'
    return f'<rect class="timetable__bar timetable__bar--range" {at} fill="{RANGE}" stroke="{BLUE}" stroke-width="1"/>'


#: Outlines around the middle of a sign. Full ones are filled; the others are drawn on paper.
_OUTLINES: Final = {
    "notice": "M-7 6L0 -7L7 6Z",
    "report": "M-5 -7H2L6 -3V7H-5Z",
    "questions": "M-7 -6H7V3H0L-4 7V3H-7Z",
    "minutes": "M-6 -5H6M-6 0H6M-6 5H2",
    "gate": "M-8 0L0 -8L8 0L0 8Z",
    "range": "M-7 -5H7V5H-7Z",
    "effective": "M0 -8V8",
}
_FULL: Final = {
    "agenda": "M-5 -6H5V6H-5Z",
    "publication": "M-5 -6L6 0L-5 6Z",
    "finish": "M-6 8V-8L7 -4L-6 0Z",
    "today": "M-7 -5H7L0 7Z",
}
_TICK: Final = "M-4 0L-1 3L4 -3"
_CROSS: Final = "M-3 -3L3 3M3 -3L-3 3"


def _sign(kind: str, x: float, y: float, late: bool) -> str:
    """The shape that tells the kinds of date apart."""
    colour = ALARM if late or kind == "target" else INK if kind == "today" else BLUE
    hollow = f'class="timetable__sign" fill="{PAPER}" stroke="{colour}"'
    full = f'class="timetable__sign timetable__sign--full" fill="{colour}" stroke="{colour}"'
    if kind in _OUTLINES:
        shape = f'<path {hollow} stroke-width="2" d="{_OUTLINES[kind]}"/>'
    elif kind in _FULL:
        shape = f'<path {full} stroke-width="2" d="{_FULL[kind]}"/>'
    else:
        shape = _round_sign(kind, hollow, full, colour)
    return f'<g transform="translate({_n(x)} {_n(y)})">{shape}</g>'


def _round_sign(kind: str, hollow: str, full: str, colour: str) -> str:
    """Meetings are circles: booked, next, usual, or over with what came of it. A target is two circles."""
    if kind == "decided":
        return f'<circle {full} stroke-width="2" r="7"/>{_stroke(_TICK, PAPER, "in")}'
    if kind == "short":
        return f'<circle {hollow} stroke-width="2" r="7"/>{_stroke(_CROSS, colour)}'
    if kind == "booked":
        return f'<circle {full} stroke-width="2" r="7"/>'
    if kind == "target":
        return f'<circle {hollow} stroke-width="2" r="7"/><circle {full} stroke-width="1" r="2"/>'
    dashes = ' stroke-dasharray="3 2"' if kind == "usual" else ""
    return f'<circle {hollow} stroke-width="3" r="6.5"{dashes}/>'


def _stroke(path: str, colour: str, more: str = "") -> str:
    named = f"timetable__mark timetable__mark--{more}" if more else "timetable__mark"
    return f'<path class="{named}" d="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>'


def _text(x: float, y: float, words: str, *, bold: bool = False, fill: str = INK, size: int = 14) -> str:
    weight = ' font-weight="bold"' if bold else ""
    small = f' font-size="{size}"' if size != 14 else ""
    return f'<text x="{_n(x)}" y="{_n(y)}" fill="{fill}"{weight}{small}>{escape(words)}</text>'


def _n(number: float) -> str:
    """A number of pixels, no longer than it has to be."""
    return f"{number:.1f}".removesuffix(".0")
