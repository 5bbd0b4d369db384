"""The one reader of YAML: definitions, rule packs and case files, with the line of everything.

It reads libyaml's events in one pass, without recursion, so that a file of several megabytes is read in
seconds and nothing that a file says can exhaust the stack or the memory. Scalars follow the core schema of
YAML 1.2: `on`, `off`, `yes`, `no` and dates are text. Nothing in a file is ever imported or executed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from routes.faults import Fault, FileFault, shortened
from routes.yaml_words import NOT_TEXT, UNSUITABLE, NotExact, in_plain_words, line_at_fault, plain_value

DEEPEST: Final = 40
MOST_FAULTS: Final = 1000
REPEATED_FREELY: Final = 10_000  # beyond this, aliases may at most double what is written out
TEXT_PER_NODE: Final = 100


class Marked(dict[str, Any]):
    """A mapping of a file, with the line on which it and each of its keys stand."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class MarkedList(list[Any]):
    """A list of a file, with the line on which it and each of its entries stand."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


def read(data: bytes, name: str) -> Marked:
    """The one document of a file, which must be a mapping; FileFault says everything that is wrong."""
    text = _decoded(data, name)
    reading = _Reading(name)
    try:
        for event in _events(text):
            reading.take(event)
    except yaml.YAMLError as error:
        reading.faults.append(Fault(name, line_at_fault(error), in_plain_words(error)))
    except _Stop:
        pass
    if reading.faults:
        raise FileFault(reading.faults)
    root = reading.root
    if root is None:
        raise FileFault([Fault(name, 1, "the file is empty")])
    if not isinstance(root, Marked):
        raise FileFault([Fault(name, 1, "the file must consist of keys with values, such as “title: …”")])
    return root


def line_of(node: object, path: Sequence[str | int]) -> int:
    """The line of what a path of keys and positions leads to, else of the nearest parent that is there.

    Names in the path that the file does not contain (a missing key, a name for one of several forms that a
    value may have) are passed over.
    """
    line = node.line if isinstance(node, Marked | MarkedList) else 1
    for part in path:
        if isinstance(node, Marked) and part in node:
            line, node = node.lines[str(part)], node[str(part)]
        elif isinstance(node, MarkedList) and isinstance(part, int) and 0 <= part < len(node):
            line, node = node.lines[part], node[part]
    return line


def _decoded(data: bytes, name: str) -> str:
    """The text of a file; a byte order mark of UTF-8 is tolerated, everything else but UTF-8 is a fault."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FileFault([Fault(name, 1, "the file is saved as UTF-16; save it as UTF-8")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileFault([Fault(name, line, "this line is not UTF-8 text; save the file as UTF-8")]) from None
    found = UNSUITABLE.search(text)
    if found is None:
        return text
    line = text.count("\n", 0, found.start()) + 1
    code = f"U+{ord(found.group()):04X}"
    raise FileFault([Fault(name, line, f"this line contains the invisible character {code}; remove it")])


def _events(text: str) -> Iterator[yaml.Event]:
    """libyaml's events; a generator so that a syntax error far below does not hide what came before."""
    loader = yaml.CSafeLoader(text)
    while True:
        event: yaml.Event | None = loader.get_event()
        if event is None:
            return
        yield event


class _Stop(Exception):
    """Reading on would be pointless or dangerous; the fault is already noted."""


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come yet."""

    node: Marked | MarkedList
    anchor: str | None
    weight_before: int
    key: str | None = None
    key_line: int = 0
    height: int = 1  # how many levels of nesting it holds, its own included


@dataclass(slots=True)
class _Anchored:
    """A value that aliases may repeat, with what each repetition costs."""

    value: Any
    weight: int
    height: int


class _Reading:
    """One pass over the events of one file."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.faults: list[Fault] = []
        self.root: Any = None
        self.documents = 0
        self.open: list[_Open] = []
        self.anchors: dict[str, _Anchored | None] = {}  # None: begun, not ended
        self.weight = 0  # nodes so far, each alias counted as what it stands for
        self.repeated = 0  # of these, those that came from aliases
        self.take_event = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._begin,
            yaml.SequenceStartEvent: self._begin,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }

    def fault(self, line: int, message: str) -> None:
        self.faults.append(Fault(self.name, line, message))
        if len(self.faults) == MOST_FAULTS:
            self.faults.append(Fault(self.name, line, "there are more faults below; correct these first"))
            raise _Stop

    def take(self, event: yaml.Event) -> None:
        """Build what one event says into the document."""
        if act := self.take_event.get(type(event)):
            act(event)

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            self.fault(event.start_mark.line + 1, "a second document begins here; a file holds one document")
            raise _Stop

    def _scalar(self, event: Any) -> None:
        text: str = event.value
        line: int = event.start_mark.line + 1
        self.weight += 1 + len(text) // TEXT_PER_NODE
        if event.tag is not None:
            self._tagged(event.tag, line)
        value: Any = text
        if event.style == '"' and NOT_TEXT.search(text):
            self.fault(line, "this text contains an invisible control character; remove it")
        current = self.open[-1] if self.open else None
        if current is not None and current.key is None and isinstance(current.node, Marked):
            if event.anchor is not None:
                self.anchors[event.anchor] = _Anchored(text, 1 + len(text) // TEXT_PER_NODE, 0)
            self._key(current, current.node, text, line)
            return
        if not event.style:
            value = self._plain(text, line)
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(value, 1 + len(text) // TEXT_PER_NODE, 0)
        self._place(value, line)

    def _plain(self, text: str, line: int) -> object:
        try:
            return plain_value(text)
        except NotExact:
            self.fault(line, f"the number {shortened(text)} cannot be kept exactly; put it in quotes if it is text")
            return 0

    def _key(self, current: _Open, node: Marked, text: str, line: int) -> None:
        if text in node.lines:
            self.fault(
                line,
                f"the key “{shortened(text)}” is already on line {node.lines[text]}; a key may stand once",
            )
        current.key, current.key_line = text, line

    def _begin(self, event: Any) -> None:
        line: int = event.start_mark.line + 1
        if event.tag is not None:
            self._tagged(event.tag, line)
        if self.open and self.open[-1].key is None and isinstance(self.open[-1].node, Marked):
            self.fault(line, "a key must be text, not a list or a mapping")
            raise _Stop
        if len(self.open) >= DEEPEST:
            self._too_deep(line)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        node = Marked(line) if isinstance(event, yaml.MappingStartEvent) else MarkedList(line)
        self.open.append(_Open(node, event.anchor, self.weight))
        self.weight += 1

    def _end(self, _event: Any) -> None:
        ended = self.open.pop()
        if ended.anchor is not None:
            self.anchors[ended.anchor] = _Anchored(ended.node, self.weight - ended.weight_before, ended.height)
        if self.open:
            self.open[-1].height = max(self.open[-1].height, ended.height + 1)
        self._place(ended.node, ended.node.line)

    def _place(self, value: Any, line: int) -> None:
        """Put a value under the key that waits for it, at the end of its list, or at the top."""
        if not self.open:
            self.root = value
            return
        current = self.open[-1]
        node = current.node
        if isinstance(node, MarkedList):
            node.append(value)
            node.lines.append(line)
        elif current.key is not None:
            node[current.key] = value
            node.lines.setdefault(current.key, current.key_line)
            current.key = None

    def _alias(self, event: Any) -> None:
        line: int = event.start_mark.line + 1
        name = shortened(event.anchor)
        if event.anchor not in self.anchors:
            self.fault(line, f"*{name} repeats something that is not marked with &{name} above")
            raise _Stop
        anchored = self.anchors[event.anchor]
        if anchored is None:
            self.fault(line, f"*{name} repeats something inside itself; write it out")
            raise _Stop
        self.weight += anchored.weight
        self.repeated += anchored.weight
        if self.repeated > max(REPEATED_FREELY, self.weight - self.repeated):
            self.fault(line, "the repetitions (*…) of this file make it far too large; write them out")
            raise _Stop
        if len(self.open) + anchored.height > DEEPEST:
            self._too_deep(line)
        current = self.open[-1]
        current.height = max(current.height, anchored.height + 1)
        if current.key is None and isinstance(current.node, Marked):
            self._alias_key(current, current.node, anchored.value, line)
        else:
            self._place(anchored.value, line)

    def _alias_key(self, current: _Open, node: Marked, value: object, line: int) -> None:
        if not isinstance(value, str):
            self.fault(line, "a key must be text, not a list or a mapping")
            raise _Stop
        self._key(current, node, value, line)

    def _too_deep(self, line: int) -> None:
        self.fault(line, f"this is nested more than {DEEPEST} levels deep")
        raise _Stop

    def _tagged(self, tag: str, line: int) -> None:
        self.fault(line, f"the tag {shortened(tag)} is not allowed; remove it")
