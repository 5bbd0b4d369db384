"""A page as a tree, read strictly: what browsers would silently mend is written down as a fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_EMPTY = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_SVG_EMPTY_ALLOWED = {"path", "circle", "rect", "line", "polyline", "polygon", "ellipse", "use", "stop"}
_ENDS_A_PARAGRAPH = {
    "address", "article", "aside", "blockquote", "details", "div", "dl", "fieldset", "figure", "footer", "form", "h1",
    "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre", "search", "section", "table", "ul",
}  # fmt: skip
_NOT_INSIDE_THEMSELVES = {"a", "button", "form", "label", "h1", "h2", "h3", "h4", "h5", "h6"}
_NOT_SEEN = {"script", "style", "title", "head", "template", "noscript"}


@dataclass(eq=False)
class Node:
    """One element, with its text and elements in order."""

    tag: str
    attributes: dict[str, str]
    parent: Node | None = None
    inside: list[Node | str] = field(default_factory=list)

    def get(self, name: str, otherwise: str = "") -> str:
        """An attribute; without a value it is empty."""
        return self.attributes.get(name, otherwise)

    def has(self, name: str) -> bool:
        """Whether the attribute is there, with or without a value."""
        return name in self.attributes

    @property
    def classes(self) -> set[str]:
        return set(self.get("class").split())

    def walk(self) -> Iterator[Node]:
        """Every element below this one, in the page's order."""
        for child in self.inside:
            if isinstance(child, Node):
                yield child
                yield from child.walk()

    def all(self, *tags: str) -> list[Node]:
        return [node for node in self.walk() if node.tag in tags]

    def of_class(self, name: str) -> list[Node]:
        return [node for node in self.walk() if name in node.classes]

    def first(self, *tags: str) -> Node | None:
        return next((node for node in self.walk() if node.tag in tags), None)

    def above(self) -> Iterator[Node]:
        """The elements that hold this one, from the nearest outwards."""
        here = self.parent
        while here is not None:
            yield here
            here = here.parent

    def within(self, *tags: str) -> Node | None:
        """The nearest element of these kinds that holds this one."""
        return next((node for node in self.above() if node.tag in tags), None)

    @property
    def text(self) -> str:
        """What people read, on one line."""
        return " ".join("".join(self._read()).split())

    @property
    def raw(self) -> str:
        """The text exactly as it stands, such as in a text area."""
        return "".join(child if isinstance(child, str) else child.raw for child in self.inside)

    def _read(self) -> Iterator[str]:
        for child in self.inside:
            if isinstance(child, str):
                yield child
            elif child.tag not in _NOT_SEEN and not child.has("hidden"):
                apart = child.tag not in ("a", "abbr", "b", "code", "em", "span", "strong", "time", "i")
                yield " " if apart else ""
                yield from child._read()
                yield " " if apart else ""


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self.here = self.root
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open(tag, attrs)
        if tag not in _EMPTY:
            self.here = self.here.inside[-1]  # type: ignore[assignment]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _EMPTY and tag not in _SVG_EMPTY_ALLOWED:
            self.faults.append(f"<{tag}/> closes itself: browsers read it as opened only")
        self._open(tag, attrs)

    def _open(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _value in attrs]
        self.faults += [f"<{tag}> says {name} twice" for name in sorted(set(names)) if names.count(name) > 1]
        around = {node.tag for node in (self.here, *self.here.above())}
        if tag in _ENDS_A_PARAGRAPH and "p" in around and "svg" not in around:
            self.faults.append(f"<{tag}> stands inside a <p>: {self.get_starttag_text()}")
        if tag in _NOT_INSIDE_THEMSELVES and tag in around:
            self.faults.append(f"<{tag}> stands inside a <{tag}>: {self.get_starttag_text()}")
        self.here.inside.append(Node(tag, {name: value or "" for name, value in attrs}, self.here))

    def handle_endtag(self, tag: str) -> None:
        if tag in _EMPTY:
            self.faults.append(f"</{tag}> closes what is never open")
            return
        if self.here.tag == tag:
            self.here = self.here.parent or self.root
            return
        self.faults.append(f"</{tag}> closes <{self.here.tag}>, at line {self.getpos()[0]}")
        opened = next((node for node in (self.here, *self.here.above()) if node.tag == tag), None)
        if opened is not None:
            self.here = opened.parent or self.root

    def handle_data(self, data: str) -> None:
        self.here.inside.append(data)


def read(html: str) -> tuple[Node, list[str]]:
    """The page's tree, and where its markup is not sound."""
    reading = _Reading()
    reading.feed(html)
    reading.close()
    if reading.here is not reading.root:
        reading.faults.append(f"<{reading.here.tag}> is never closed")
    return reading.root, reading.faults
