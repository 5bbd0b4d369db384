"""The route of an item as a picture in the manner of a transit line: inline SVG without script or style.

What is done, here and ahead differ by sign, border and words; colour only helps. The picture stands beside a list
with the same facts (`as_sentences`), so that nobody depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from markupsafe import Markup, escape

from web.journey_layout import (
    JOIN_WIDTH,
    LABEL_WIDTH,
    LANE_LINE,
    LINE_HEIGHT,
    MARGIN,
    RADIUS,
    Junction,
    Layout,
    Station,
    Words,
    laid_out,
    width_of,
    wrapped,
)
from web.journey_stops import OVER, REACHED, UNBOUND, Stop, as_sentences, what_came_of_it, what_is_asked, when
from web.words import in_days

__all__ = ["Stop", "as_sentences", "journey_map"]

INK: Final = "#0b0c0c"
LINE: Final = "#144e81"
QUIET: Final = "#484949"
PAPER: Final = "#ffffff"
BAND: Final = "#f3f2f1"
ALARM: Final = "#942727"
NO_BREAK: Final = "\N{NO-BREAK SPACE}"
PLATE: Final = 14  # from the uppermost line to the plate above it
SIZE: Final = 11  # from the middle of a station to its edge

Point = tuple[int, int]


def journey_map(stops: Sequence[Stop], title: str, today: date | None = None, prefix: str = "journey-map") -> Markup:
    """The picture, ready to stand inside a page; `prefix` keeps the ids of several on one page apart.

    Without addresses it is one image with a description. Stops that have an address are links for everybody.
    """
    if not stops:
        return Markup("")
    layout = laid_out(stops, {stop.id: tuple(_words(stop, today)) for stop in stops})
    by_id = {stop.id: stop for stop in stops}
    role = "group" if any(stop.href for stop in stops) else "img"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="journey-map" role="{role}" width="{layout.width}"'
        f' height="{layout.height}" viewBox="0 0 {layout.width} {layout.height}"'
        f' aria-labelledby="{escape(prefix)}-title" aria-describedby="{escape(prefix)}-description"'
        ' font-family="Helvetica Neue, Helvetica, Arial, sans-serif" font-size="14">',
        f'<title id="{escape(prefix)}-title">{escape(title)}</title>',
        f'<desc id="{escape(prefix)}-description">{escape(_described(stops, today))}</desc>',
        *_lanes(layout),
        *_lines(layout, by_id),
        *_lane_names(layout),
        *(part for junction in layout.junctions for part in _join(junction)),
        *(part for station in layout.stations.values() for part in _station(station)),
        "</svg>",
    ]
    return Markup("\n".join(parts))


def _words(stop: Stop, today: date | None) -> Iterator[Words]:
    for line in wrapped(stop.name, LABEL_WIDTH, bold=True, longest=4):
        yield Words(line, bold=True)
    for line in wrapped(what_is_asked(stop), LABEL_WIDTH):
        yield Words(line)
    if stop.decisive:
        yield Words("decisive step")
    for line in wrapped(what_came_of_it(stop), LABEL_WIDTH, bold=True, longest=3):
        yield Words(line, bold=True)
    for line in wrapped(_kept_together(when(stop, today) or "", stop.day), LABEL_WIDTH):
        yield Words(line.replace(NO_BREAK, " "))


def _kept_together(words: str, day: date | None) -> str:
    """Words in which a day is not broken over two lines."""
    whole = in_days(day)
    return words.replace(whole, whole.replace(" ", NO_BREAK))


def _described(stops: Sequence[Stop], today: date | None) -> str:
    done = sum(stop.done for stop in stops)
    running = "" if all(stop.state == UNBOUND for stop in stops) else f", {done} done"
    here = [stop.name for stop in stops if stop.here]
    parts = [
        f"{len(stops)} {'step' if len(stops) == 1 else 'steps'}{running}",
        f"here now: {', '.join(here)}" if here else "",
        f"as of {in_days(today)}" if today else "",
    ]
    return f"{'; '.join(part for part in parts if part)}. The list beside this picture says the same step by step."


def _lanes(layout: Layout) -> Iterator[str]:
    for number, lane in enumerate(layout.lanes):
        fill = BAND if number % 2 == 0 else PAPER
        yield (
            f'<rect class="journey-map__lane" x="0" y="{lane.y}" width="{layout.width}" height="{lane.height}"'
            f' fill="{fill}"/>'
        )


def _lane_names(layout: Layout) -> Iterator[str]:
    for lane in layout.lanes:
        for number, line in enumerate(lane.name):
            yield (
                f'<text class="journey-map__lane-name" x="{MARGIN}" y="{lane.y + 18 + number * LANE_LINE}"'
                f' font-size="13" font-weight="bold" fill="{QUIET}">{escape(line)}</text>'
            )


def _lines(layout: Layout, by_id: Mapping[str, Stop]) -> Iterator[str]:
    """Every stretch of line: first those that are not taken, then those ahead, on top those already travelled."""
    drawn: dict[str, dict[str, None]] = {"left-out": {}, "ahead": {}, "travelled": {}}
    for junction in layout.junctions:
        for before, following in _stretches(junction):
            drawn[_how(before, following, by_id)][_path(layout, junction, before, following)] = None
    for path in drawn["left-out"]:
        yield (
            f'<path class="journey-map__line journey-map__line--left-out" d="{path}" fill="none" stroke="{QUIET}"'
            ' stroke-width="3" stroke-dasharray="3 6"/>'
        )
    for path in drawn["ahead"]:
        yield f'<path class="journey-map__line" d="{path}" fill="none" stroke="{LINE}" stroke-width="7"/>'
    for path in drawn["ahead"]:
        yield f'<path class="journey-map__core" d="{path}" fill="none" stroke="{PAPER}" stroke-width="3"/>'
    for path in drawn["travelled"]:
        yield f'<path class="journey-map__line" d="{path}" fill="none" stroke="{LINE}" stroke-width="7"/>'


def _stretches(junction: Junction) -> Iterator[tuple[str, str | None]]:
    """As few pairs as draw the whole junction: from every stop before it, and to every stop behind it."""
    first = junction.following[0] if junction.following else None
    for before in junction.before:
        yield before, first
    for following in junction.following[1:]:
        yield junction.before[0], following


def _how(before: str, following: str | None, by_id: Mapping[str, Stop]) -> str:
    if following is None:
        return "travelled" if by_id[before].done else "left-out" if by_id[before].state in OVER else "ahead"
    if by_id[before].state in OVER or by_id[following].state in OVER:
        return "left-out"
    reached = by_id[following].state in REACHED or by_id[following].here
    return "travelled" if reached and by_id[before].done else "ahead"


def _path(layout: Layout, junction: Junction, before: str, following: str | None) -> str:
    begin = layout.stations[before]
    corners: list[Point] = [(begin.x, begin.y)]
    y = begin.y
    detour = layout.detours.get((before, junction.before))
    if detour is not None:
        corners += [(detour.x, y), (detour.x, detour.y)]
        y = detour.y
    if following is None:
        corners += [(junction.x, y), (junction.x, junction.top - PLATE)]
    else:
        end = layout.stations[following]
        corners += [(junction.x, y), (junction.x, end.y), (end.x, end.y)]
    return _rounded(corners)


def _rounded(corners: Sequence[Point]) -> str:
    """A line through these corners, which lie straight beside or above each other, with its bends rounded."""
    points: list[Point] = []
    for corner in corners:
        if points and corner == points[-1]:
            continue
        if len(points) > 1 and (
            points[-2][0] == points[-1][0] == corner[0] or points[-2][1] == points[-1][1] == corner[1]
        ):
            points.pop()
        points.append(corner)
    if len(points) == 1:
        points.append(points[0])
    path = [f"M{points[0][0]} {points[0][1]}"]
    for earlier, corner, later in zip(points, points[1:], points[2:], strict=False):
        into, out = _towards(corner, earlier), _towards(corner, later)
        path.append(f"L{into[0]} {into[1]}Q{corner[0]} {corner[1]} {out[0]} {out[1]}")
    path.append(f"L{points[-1][0]} {points[-1][1]}")
    return "".join(path)


def _towards(corner: Point, other: Point) -> Point:
    """Where the bend at a corner begins, on the way to the other point."""
    (x, y), (to_x, to_y) = corner, other
    far = min(RADIUS, (abs(to_x - x) + abs(to_y - y)) // 2)
    return x + (far if to_x > x else -far if to_x < x else 0), y + (far if to_y > y else -far if to_y < y else 0)


def _join(junction: Junction) -> Iterator[str]:
    """How many of the parallel steps are needed, on a plate above the place where their lines meet."""
    if not junction.join:
        return
    widest = max(width_of(line, size=13) for line in junction.join)
    width = min(JOIN_WIDTH, round(widest) + 16)
    height = len(junction.join) * LINE_HEIGHT + 4
    top = junction.top - PLATE - height
    yield (
        f'<rect class="journey-map__join" x="{junction.x - width // 2}" y="{top}" width="{width}" height="{height}"'
        f' rx="4" fill="{PAPER}" stroke="{LINE}" stroke-width="2"/>'
    )
    for number, line in enumerate(junction.join):
        yield _text(junction.x, top + 15 + number * LINE_HEIGHT, line, size=13)


def _station(station: Station) -> Iterator[str]:
    stop = station.stop
    yield f'<g class="journey-map__stop journey-map__stop--{escape(stop.state)}">'
    yield from _sign(station)
    if stop.here:
        yield from _here_now(station)
    if stop.href:
        yield f'<a class="journey-map__link" href="{escape(stop.href)}">'
    for number, words in enumerate(station.words):
        yield _text(station.x, station.words_from + number * LINE_HEIGHT, words.text, bold=words.bold)
    yield "</a></g>" if stop.href else "</g>"


def _here_now(station: Station) -> Iterator[str]:
    yield (
        f'<rect class="journey-map__here" x="{station.x - 40}" y="{station.y - 45}" width="80" height="21" rx="3"'
        f' fill="{INK}" stroke="{INK}"/>'
    )
    yield _text(station.x, station.y - 30, "Here now", bold=True, fill=PAPER)


def _sign(station: Station) -> Iterator[str]:
    stop, x, y = station.stop, station.x, station.y
    ended = stop.state in OVER
    if stop.here:
        yield _shape(stop.kind, x, y, SIZE + 7, f'fill="{PAPER}" stroke="{INK}" stroke-width="3"')
    elif stop.decisive and not ended:
        yield _shape(stop.kind, x, y, SIZE + 6, f'fill="{PAPER}" stroke="{LINE}" stroke-width="2"')
    if stop.done:
        yield _shape(stop.kind, x, y, SIZE, f'fill="{LINE}" stroke="{LINE}" stroke-width="3"', "done")
        yield _mark(f"M{x - 5} {y}l4 4 7 -8", PAPER)
    elif stop.state in REACHED:
        yield _shape(stop.kind, x, y, SIZE, f'fill="{PAPER}" stroke="{ALARM}" stroke-width="4"')
        cross = f"M{x - 4} {y - 4}l8 8m0 -8l-8 8" if stop.state == "fell-short" else f"M{x} {y - 6}v7m0 4v1"
        yield _mark(cross, ALARM)
    elif ended:
        yield _shape(stop.kind, x, y, SIZE, f'fill="{PAPER}" stroke="{QUIET}" stroke-width="2" stroke-dasharray="4 3"')
    else:
        yield _shape(stop.kind, x, y, SIZE, f'fill="{PAPER}" stroke="{LINE}" stroke-width="4"')
    if stop.here and stop.state not in REACHED:
        yield f'<circle class="journey-map__dot" cx="{x}" cy="{y}" r="5" fill="{INK}"/>'


def _shape(kind: str, x: int, y: int, size: int, look: str, more: str = "") -> str:
    """The outline that tells the kinds of stop apart: a circle, a square, a wide pill, a diamond."""
    named = f'class="journey-map__sign{f" journey-map__sign--{more}" if more else ""}" {look}'
    if kind == "individual":
        return f'<rect {named} x="{x - size}" y="{y - size}" width="{2 * size}" height="{2 * size}" rx="3"/>'
    if kind == "consultation":
        return (
            f'<rect {named} x="{x - size - 9}" y="{y - size}" width="{2 * size + 18}" height="{2 * size}" rx="{size}"/>'
        )
    if kind == "gate":
        reach = size + 4
        return f'<path {named} d="M{x - reach} {y}L{x} {y - reach}L{x + reach} {y}L{x} {y + reach}Z"/>'
    return f'<circle {named} cx="{x}" cy="{y}" r="{size}"/>'


def _mark(path: str, colour: str) -> str:
    return (
        f'<path class="journey-map__mark" d="{path}" fill="none" stroke="{colour}" stroke-width="3"'
        ' stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _text(x: int, y: int, line: str, *, bold: bool = False, fill: str = INK, size: int = 14) -> str:
    weight = ' font-weight="bold"' if bold else ""
    small = f' font-size="{size}"' if size != 14 else ""
    return f'<text x="{x}" y="{y}" text-anchor="middle" fill="{fill}"{weight}{small}>{escape(line)}</text>'
