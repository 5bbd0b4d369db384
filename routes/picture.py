"""A route as an SVG picture for a web page: columns from start to end, a lane for each forum.

Kinds of stage differ by words and by the style of their border, never by colour alone. The picture holds no
script, no style sheet and no reference to anything outside itself.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final

from routes.faults import shortened
from routes.phrases import columns, in_order, one_line, particulars, what, who
from routes.spec import Route, Stage

BOX_WIDTH: Final = 264
LANE_LABEL_WIDTH: Final = 150
GAP_BETWEEN_COLUMNS: Final = 50
GAP_BETWEEN_ROWS: Final = 24
LINE_HEIGHT: Final = 18
PADDING: Final = 12
CHARACTERS_IN_BOX: Final = 30
CHARACTERS_IN_LABEL: Final = 18

INK: Final = "#0b0c0c"
LINES: Final = "#505a5f"
PAPER: Final = "#ffffff"
BAND: Final = "#f3f2f1"
_FILL: Final = {"meeting": "#ffffff", "individual": "#eef4fa", "consultation": "#fff7dc", "gate": "#eeefef"}
_DASHES: Final = {"meeting": "", "individual": "", "consultation": "8 4", "gate": "2 3"}


@dataclass(frozen=True, slots=True)
class _Box:
    """Where one stage stands in the picture."""

    stage: Stage
    lines: tuple[str, ...]  # the first is its heading
    x: int
    y: int
    height: int

    @property
    def middle(self) -> int:
        return self.y + self.height // 2


@dataclass(frozen=True, slots=True)
class _Lane:
    """The rows of one forum."""

    name: str
    y: int
    height: int


def svg(route: Route) -> str:
    """The picture, ready to stand inside a page; its description tells the same facts in words."""
    boxes, lanes = _laid_out(route)
    width = max(box.x for box in boxes) + BOX_WIDTH + 2 * PADDING
    height = lanes[-1].y + lanes[-1].height
    title, description = f"route-map-{route.id}-title", f"route-map-{route.id}-description"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="route-map" role="img" width="{width}"'
        f' height="{height}" viewBox="0 0 {width} {height}"'
        f' aria-labelledby="{escape(title)} {escape(description)}"'
        ' font-family="Arial, sans-serif" font-size="14">',
        f'<title id="{escape(title)}">{_text(f"Route: {route.title}")}</title>',
        f'<desc id="{escape(description)}">{_text(_described(route))}</desc>',
        *(part for number, lane in enumerate(lanes) for part in _drawn_lane(lane, number, width)),
        *_drawn_arrows(boxes),
        *(part for box in boxes for part in _drawn_box(box)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _described(route: Route) -> str:
    sentences = []
    for number, stage in enumerate(in_order(route), start=1):
        after = f"after {', '.join(stage.after)}" if stage.after else "at once"
        facts = "; ".join([what(stage), after, *particulars(stage)])
        sentences.append(f"{number}. {stage.id}: {facts}.")
    return " ".join(sentences)


def _laid_out(route: Route) -> tuple[list[_Box], list[_Lane]]:
    """Boxes in a grid: the column is the longest way from the start, the row belongs to the lane."""
    column = columns(route)
    by_lane: dict[str, list[Stage]] = {}
    for stage in in_order(route):
        by_lane.setdefault(who(stage), []).append(stage)
    boxes: list[_Box] = []
    lanes: list[_Lane] = []
    y = 0
    for name, stages in by_lane.items():
        top = y
        for row in _rows(stages, column):
            words = {stage.id: _words(stage) for stage in row}
            height = max(len(lines) for lines in words.values()) * LINE_HEIGHT + 2 * PADDING
            boxes += [
                _Box(stage, words[stage.id], _left_of(column[stage.id]), y + GAP_BETWEEN_ROWS // 2, height)
                for stage in row
            ]
            y += height + GAP_BETWEEN_ROWS
        label_height = len(_wrapped(name, CHARACTERS_IN_LABEL)) * LINE_HEIGHT + 2 * PADDING
        y = max(y, top + label_height)
        lanes.append(_Lane(name, top, y - top))
    return boxes, lanes


def _rows(stages: list[Stage], column: dict[str, int]) -> Iterator[list[Stage]]:
    """The stages of one lane in as few rows as keep two of them from standing on the same spot."""
    left = list(stages)
    while left:
        row: dict[int, Stage] = {}
        for stage in left:
            row.setdefault(column[stage.id], stage)
        left = [stage for stage in left if stage not in row.values()]
        yield list(row.values())


def _left_of(column: int) -> int:
    return LANE_LABEL_WIDTH + PADDING + column * (BOX_WIDTH + GAP_BETWEEN_COLUMNS)


def _words(stage: Stage) -> tuple[str, ...]:
    facts = [stage.title or "", what(stage), *particulars(stage)]
    lines = [line for fact in facts if fact for line in _wrapped(fact, CHARACTERS_IN_BOX)]
    return (shortened(stage.id, CHARACTERS_IN_BOX - 2), *lines)


def _wrapped(words: str, characters: int) -> list[str]:
    return textwrap.wrap(one_line(words), characters) or [""]


def _drawn_lane(lane: _Lane, number: int, width: int) -> Iterator[str]:
    fill = BAND if number % 2 == 0 else PAPER
    yield (f'<rect class="route-map__lane" x="0" y="{lane.y}" width="{width}" height="{lane.height}" fill="{fill}"/>')
    lines = _wrapped(lane.name, CHARACTERS_IN_LABEL)
    start = lane.y + lane.height // 2 - (len(lines) - 1) * LINE_HEIGHT // 2
    for at, line in enumerate(lines):
        yield _line_of_text(PADDING, start + at * LINE_HEIGHT, line, bold=True)


def _drawn_arrows(boxes: list[_Box]) -> Iterator[str]:
    by_id = {box.stage.id: box for box in boxes}
    for box in boxes:
        for other in box.stage.after:
            begin = by_id[other]
            x1, y1, x2, y2 = begin.x + BOX_WIDTH, begin.middle, box.x, box.middle
            bend = GAP_BETWEEN_COLUMNS // 2
            yield (
                f'<path class="route-map__arrow" fill="none" stroke="{LINES}" stroke-width="2"'
                f' d="M {x1} {y1} C {x1 + bend} {y1}, {x2 - bend} {y2}, {x2 - 8} {y2}"/>'
            )
            yield f'<path d="M {x2} {y2} l -9 -5 v 10 z" fill="{LINES}"/>'


def _drawn_box(box: _Box) -> Iterator[str]:
    stage = box.stage
    if stage.each_party:
        yield _frame(box, shift=5)
    yield _frame(box)
    for at, line in enumerate(box.lines):
        y = box.y + PADDING + at * LINE_HEIGHT + 13
        yield _line_of_text(box.x + PADDING, y, line, bold=at == 0)


def _frame(box: _Box, shift: int = 0) -> str:
    kind = box.stage.kind
    dashes = f' stroke-dasharray="{_DASHES[kind]}"' if _DASHES[kind] else ""
    corner = 16 if kind == "individual" else 0
    return (
        f'<rect class="route-map__stage route-map__stage--{kind}" x="{box.x + shift}" y="{box.y + shift}"'
        f' width="{BOX_WIDTH}" height="{box.height}" rx="{corner}" fill="{_FILL[kind]}" stroke="{INK}"'
        f' stroke-width="{4 if box.stage.decisive else 1}"{dashes}/>'
    )


def _line_of_text(x: int, y: int, line: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x}" y="{y}" fill="{INK}"{weight}>{_text(line)}</text>'


def _text(words: str) -> str:
    return escape(one_line(words))
