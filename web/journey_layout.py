"""Where everything of a journey map stands: stations in columns and lanes, and the lines between them.

A column is the longest way from the start, a lane is an organisation or forum. Lines run along a station's own height
where nothing stands in the way, else along a track above it; they change their height only between two
columns, each group of lines at a place of its own, so that no line runs through a station or its words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from web.journey_stops import Stop

LABEL_WIDTH: Final = 152
COLUMN_WIDTH: Final = 160
SMALLEST_GAP: Final = 28
GAP_WITH_JOIN: Final = 44
BETWEEN_LINES: Final = 16
LINE_HEIGHT: Final = 18
JOIN_WIDTH: Final = 104
RADIUS: Final = 12
MARGIN: Final = 12
LANE_LINE: Final = 17
ABOVE_STATION: Final = 30
ABOVE_STATION_WITH_PLATE: Final = 50
BELOW_STATION: Final = 32
TRACK: Final = 12

_NARROW: Final = frozenset("ijl'|.,:;!()[]ftrI- ")
_BROAD: Final = frozenset("mwMW@%—…")


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text under a station."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Station:
    """Where one stop stands: the middle of its sign, and the words below it."""

    stop: Stop
    column: int
    x: int
    y: int
    words: tuple[Words, ...]

    @property
    def words_from(self) -> int:
        """The height of the first line of its words."""
        return self.y + BELOW_STATION

    @property
    def bottom(self) -> int:
        """Where its words end."""
        return self.words_from + len(self.words) * LINE_HEIGHT


@dataclass(frozen=True, slots=True)
class Lane:
    """The band of one organisation or forum, with its name in lines at its upper left."""

    name: tuple[str, ...]
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Junction:
    """Where the lines of the stops in `before` meet and part again for the stops in `following`."""

    before: tuple[str, ...]
    following: tuple[str, ...]  # none: the route ends here
    x: int
    top: int  # the height of the uppermost line that meets here
    join: tuple[str, ...] = ()  # how many of them are needed, in lines


@dataclass(frozen=True, slots=True)
class Detour:
    """The way of a line past stations that stand in its row: up beside its own station, and along a track."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole picture, in pixels."""

    stations: Mapping[str, Station]
    lanes: Sequence[Lane]
    junctions: Sequence[Junction]
    detours: Mapping[tuple[str, tuple[str, ...]], Detour]  # by stop, and by what the junction brings together
    width: int
    height: int


@dataclass
class _Row:
    """Stations of one lane that stand at one height."""

    lane: str
    at: dict[int, str] = field(default_factory=dict)
    tracks: list[list[tuple[int, int]]] = field(default_factory=list)  # for each track: columns that are taken
    join_lines: int = 0
    here: bool = False
    y: int = 0
    track_top: int = 0

    def track_for(self, first: int, last: int) -> int:
        """The number of a track that is free between two columns, which it takes."""
        for number, taken in enumerate(self.tracks):
            if all(last < begin or end < first for begin, end in taken):
                taken.append((first, last))
                return number
        self.tracks.append([(first, last)])
        return len(self.tracks) - 1


def columns(stops: Sequence[Stop]) -> dict[str, int]:
    """How many stops lie on the longest way from the start to each one. ValueError if they go in a circle."""
    before = predecessors(stops)
    found: dict[str, int] = {}
    left = [stop.id for stop in stops]
    while left:
        free = [one for one in left if all(other in found for other in before[one])]
        if not free:
            raise ValueError(f"These stops wait for each other in a circle: {', '.join(left)}.")
        found.update({one: 1 + max((found[other] for other in before[one]), default=-1) for one in free})
        left = [one for one in left if one not in found]
    return found


def predecessors(stops: Sequence[Stop]) -> dict[str, tuple[str, ...]]:
    """What each stop follows. A stage that was split among parties stands for every one of its stops."""
    parts: dict[str, list[str]] = {}
    for stop in stops:
        parts.setdefault(stop.id, []).append(stop.id)
        if stop.stage != stop.id:
            parts.setdefault(stop.stage, []).append(stop.id)
    return {
        stop.id: tuple(dict.fromkeys(one for name in stop.after for one in parts.get(name, ()) if one != stop.id))
        for stop in stops
    }


def laid_out(stops: Sequence[Stop], words: Mapping[str, tuple[Words, ...]]) -> Layout:
    """The picture of these stops with these words under them."""
    column = columns(stops)
    rows = _rows(stops, column)
    row_of = {one: row for row in rows for one in row.at.values()}
    hubs = _hubs(stops, column)
    detoured = {
        (one, before): row_of[one].track_for(column[one] + 1, at)
        for before, (at, _) in hubs.items()
        for one in before
        if any(column[one] < other < at for other in row_of[one].at)
    }
    joins = _joins(stops, hubs, row_of)
    lanes, height = _heights(rows, words)
    left, places = _across(hubs, detoured, column, row_of, joins)
    stations = {
        stop.id: Station(stop, column[stop.id], left[column[stop.id]], row_of[stop.id].y, words[stop.id])
        for stop in stops
    }
    junctions = []
    for before, (_, following) in hubs.items():
        ys = [stations[one].y for one in (*before, *following)]
        junctions.append(Junction(before, following, places[before, None], min(ys), joins.get(before, ())))
    detours = {
        (one, before): Detour(places[before, one], row_of[one].track_top + track * TRACK)
        for (one, before), track in detoured.items()
    }
    right = max(
        [station.x + COLUMN_WIDTH // 2 for station in stations.values()] + [j.x + JOIN_WIDTH // 2 for j in junctions]
    )
    return Layout(stations, lanes, junctions, detours, right + MARGIN, height)


def _rows(stops: Sequence[Stop], column: Mapping[str, int]) -> list[_Row]:
    """The rows from top to bottom: lanes as the route comes to them, each with as few rows as it needs."""
    lanes: dict[str, list[_Row]] = {}
    for stop in sorted(stops, key=lambda stop: column[stop.id]):
        rows = lanes.setdefault(stop.lane, [])
        row = next((row for row in rows if column[stop.id] not in row.at), None)
        if row is None:
            row = _Row(stop.lane)
            rows.append(row)
        row.at[column[stop.id]] = stop.id
        row.here = row.here or stop.here
    return [row for rows in lanes.values() for row in rows]


_Hubs = dict[tuple[str, ...], tuple[int, tuple[str, ...]]]


def _hubs(stops: Sequence[Stop], column: Mapping[str, int]) -> _Hubs:
    """What comes together, with the column that it leads to and the stops there; parallel ends that are joined too."""
    found: dict[tuple[str, ...], list[str]] = {}
    before = predecessors(stops)
    for stop in stops:
        if before[stop.id]:
            found.setdefault(tuple(sorted(before[stop.id])), []).append(stop.id)
    followed = {one for group in found for one in group}
    ends: dict[str, list[str]] = {}
    for stop in stops:
        if stop.join and stop.id not in followed:
            ends.setdefault(stop.stage, []).append(stop.id)
    for group in ends.values():
        if len(group) > 1:
            found[tuple(sorted(group))] = []
    return {group: (1 + max(column[one] for one in group), tuple(following)) for group, following in found.items()}


def _joins(stops: Sequence[Stop], hubs: _Hubs, row_of: Mapping[str, _Row]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """The words at the junction of each group of parallel stops, once a group."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    by_id = {stop.id: stop for stop in stops}
    told: set[str] = set()
    for group in sorted(hubs, key=lambda group: len(group)):
        stages = [by_id[one].stage for one in group if by_id[one].join]
        stage = next((one for one in stages if stages.count(one) > 1 and one not in told), None)
        if stage is not None:
            told.add(stage)
            join = next(by_id[one].join or "" for one in group if by_id[one].stage == stage)
            found[group] = tuple(wrapped(join, JOIN_WIDTH - 14, size=13))
            for one in (*group, *hubs[group][1]):
                row_of[one].join_lines = max(row_of[one].join_lines, len(found[group]))
    return found


def _heights(rows: Sequence[_Row], words: Mapping[str, tuple[Words, ...]]) -> tuple[list[Lane], int]:
    """Sets the height of every row; the lanes that they make, and where the last one ends.

    The name of a lane stands above the first column, beside the rows where no station stands in that column.
    """
    lanes: list[Lane] = []
    y = 0
    for number, row in enumerate(rows):
        first = number == 0 or rows[number - 1].lane != row.lane
        if first:
            lanes.append(Lane(tuple(wrapped(row.lane, LABEL_WIDTH, bold=True, size=13)), y, 0))
        taken = sum(1 for other in rows if other.lane == row.lane and 0 in other.at)
        if first and taken:
            y += len(lanes[-1].name) * LANE_LINE + 4
        row.track_top = y + TRACK // 2
        y += len(row.tracks) * TRACK
        above = ABOVE_STATION_WITH_PLATE if row.here or row.join_lines else ABOVE_STATION
        row.y = y + above + max(0, row.join_lines - 1) * LINE_HEIGHT
        lines = max(len(words[one]) for one in row.at.values())
        y = row.y + BELOW_STATION + lines * LINE_HEIGHT
        y = max(y, lanes[-1].y + len(lanes[-1].name) * LANE_LINE + MARGIN)
        lanes[-1] = Lane(lanes[-1].name, lanes[-1].y, y - lanes[-1].y)
    return lanes, y


def _across(
    hubs: _Hubs,
    detoured: Mapping[tuple[str, tuple[str, ...]], int],
    column: Mapping[str, int],
    row_of: Mapping[str, _Row],
    joins: Mapping[tuple[str, ...], tuple[str, ...]],
) -> tuple[dict[int, int], dict[tuple[tuple[str, ...], str | None], int]]:
    """The middle of every column, and where in the gaps between them each line changes its height.

    A gap is as wide as the lines in it need: first those that go up to a track, then the junctions.
    """
    last = max(column.values())
    turning: dict[int, list[tuple[tuple[str, ...], str | None]]] = {at: [] for at in range(last + 2)}
    for one, before in detoured:
        turning[column[one] + 1].append((before, one))
    for before, (at, following) in hubs.items():
        heights = {row_of[one].y for one in (*before, *following)}
        if len(heights) > 1 or any((one, before) in detoured for one in before) or before in joins:
            turning[at].append((before, None))
    left: dict[int, int] = {}
    places: dict[tuple[tuple[str, ...], str | None], int] = {}
    x = MARGIN
    for at in range(last + 2):
        lines = turning[at]
        room = max(
            GAP_WITH_JOIN if any(before in joins for before, _ in lines) else SMALLEST_GAP,
            (len(lines) + 1) * BETWEEN_LINES,
        )
        if at > 0:
            for number, line in enumerate(lines, start=1):
                places[line] = x + room * number // (len(lines) + 1)
            for before, (to, _) in hubs.items():
                if to == at:
                    places.setdefault((before, None), x + room // 2)
            x += room
        left[at] = x + COLUMN_WIDTH // 2
        x += COLUMN_WIDTH
    return left, places


def width_of(text: str, *, bold: bool = False, size: int = 14) -> float:
    """About how many pixels a line of Arial takes."""
    ems = sum(
        0.32
        if letter in _NARROW
        else 0.9
        if letter in _BROAD
        else 0.72
        if letter.isupper() or ord(letter) > 0x24F
        else 0.56
        for letter in text
    )
    return ems * size * (1.08 if bold else 1.0)


def wrapped(text: str, width: int, *, bold: bool = False, size: int = 14, longest: int | None = None) -> list[str]:
    """Text in lines that fit; a word that is too long is broken, and what is over `longest` lines is cut with …."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        tried = f"{line} {word}" if line else word
        if width_of(tried, bold=bold, size=size) <= width:
            line = tried
            continue
        if line:
            lines.append(line)
        line = word
        while width_of(line, bold=bold, size=size) > width:
            fits = next(
                n for n in range(len(line) - 1, 0, -1) if n == 1 or width_of(line[:n], bold=bold, size=size) <= width
            )
            lines.append(line[:fits])
            line = line[fits:]
    if line:
        lines.append(line)
    if longest is not None and len(lines) > longest:
        return [*lines[: longest - 1], lines[longest - 1].rstrip(" ,;") + "…"]
    return lines
