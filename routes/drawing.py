"""A route for people to read: an outline for terminals, a flowchart in Mermaid's text, its content in JSON.

The picture for web pages is drawn in `picture.py`.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Final

from routes.phrases import in_order, ladders, one_line, particulars, what
from routes.spec import Route, Stage

WIDTH: Final = 100

_SHAPES: Final = {
    "meeting": ('["', '"]'),
    "individual": ('("', '")'),
    "consultation": ('(["', '"])'),
    "gate": ('{{"', '"}}'),
}
_SPECIAL_TO_MERMAID: Final = re.compile(r"[^\w $.,:/()+=?!'–—“”‘’£€-]")


def text(route: Route) -> str:
    """The route as an ordered outline, one numbered paragraph for each stage."""
    lines = [f"{route.id}: {one_line(route.title)}", f"For: {', '.join(route.types) or 'any item'}"]
    if route.use_when is not None:
        lines += textwrap.wrap(f"Use when: {one_line(route.use_when)}", WIDTH, subsequent_indent="  ")
    for number, stage in enumerate(in_order(route), start=1):
        lines.append("")
        lines += _outlined(number, stage)
    if route.reminders:
        lines += ["", "Reminders otherwise than usual:"]
    for kind, words in ladders(route.reminders):
        lines += textwrap.wrap(f"{kind}: {words}", WIDTH, initial_indent="   ", subsequent_indent="     ")
    return "\n".join(lines) + "\n"


def _outlined(number: int, stage: Stage) -> Iterator[str]:
    heading = f"{number}. {stage.id}"
    yield heading if stage.title is None else f"{heading} – {one_line(stage.title)}"
    after = f"After {', '.join(stage.after)}" if stage.after else "May start at once"
    for sentence in (what(stage), after, *particulars(stage)):
        yield from textwrap.wrap(sentence, WIDTH, initial_indent="   ", subsequent_indent="     ")


def mermaid(route: Route) -> str:
    """The route as the text of a Mermaid flowchart; whatever its author wrote stays text there."""
    names = {stage.id: f"stage{number}" for number, stage in enumerate(route.stages)}
    lines = ["flowchart LR", f"  accTitle: {_for_mermaid(route.title)}"]
    for stage in route.stages:
        begin, end = _SHAPES[stage.kind]
        words = [stage.id, stage.title or "", what(stage), *particulars(stage)]
        label = "<br/>".join(_for_mermaid(word) for word in words if word)
        lines.append(f"  {names[stage.id]}{begin}{label}{end}{':::decisive' if stage.decisive else ''}")
    for stage in route.stages:
        lines += [f"  {names[other]} --> {names[stage.id]}" for other in stage.after]
        if stage.refer_back_to is not None:
            lines.append(f"  {names[stage.id]} -. refers back .-> {names[stage.refer_back_to]}")
    lines.append("  classDef decisive stroke-width:4px")
    return "\n".join(lines) + "\n"


def as_json(definition: Mapping[str, Any]) -> str:
    """The definition as its author wrote it, as JSON."""
    return json.dumps(definition, indent=2, ensure_ascii=False) + "\n"


def _for_mermaid(written: str) -> str:
    """Text with everything that could mean something to Mermaid or HTML as a character number."""
    return _SPECIAL_TO_MERMAID.sub(lambda found: f"#{ord(found.group())};", one_line(written))
