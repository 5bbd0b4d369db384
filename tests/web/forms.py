"""Filling in a form as it stands on a page: what it does not offer cannot be sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

from tests.web.page_tree import Node

#: A file as a browser sends it: its name and what is in it.
File = tuple[str, bytes]
Sent = list[tuple[str, Any]]


class NotOffered(AssertionError):
    """The page has no such form, field or choice."""


class PageForm:
    """One form of a page, with what stands in it."""

    def __init__(self, node: Node, path: str) -> None:
        self.node = node
        self.action = node.get("action") or path
        self.method = node.get("method", "get").lower()
        self.fields: dict[str, list[Node]] = defaultdict(list)
        for field in node.all("input", "select", "textarea"):
            if (
                field.get("name")
                and not field.has("disabled")
                and field.get("type") not in ("submit", "button", "reset")
            ):
                self.fields[field.get("name")].append(field)
        buttons = [*node.all("button"), *(i for i in node.all("input") if i.get("type") == "submit")]
        self.buttons = [b for b in buttons if b.get("type", "submit") == "submit"]

    def value(self, name: str) -> Any:
        """What stands in a field now: a text, or a list where several can be chosen or the field has several parts."""
        fields = self._named(name)
        if fields[0].tag == "select" and fields[0].has("multiple"):
            return [_worth(o) for o in fields[0].all("option") if o.has("selected")]
        if fields[0].get("type") == "checkbox":
            return [field.get("value", "on") for field in fields if field.has("checked")]
        if fields[0].get("type") == "radio":
            return next((field.get("value", "on") for field in fields if field.has("checked")), None)
        return [_standing(f) for f in fields] if len(fields) > 1 else _standing(fields[0])

    def choices(self, name: str) -> dict[str, str]:
        """What can be chosen, by value, with the words beside it."""
        fields = self._named(name)
        if fields[0].tag == "select":
            return {_worth(option): option.text for option in fields[0].all("option")}
        labels = {label.get("for"): label.text for label in self.node.all("label")}
        return {f.get("value", "on"): labels.get(f.get("id"), f.get("aria-label")) for f in fields}

    def filled(self, said: Mapping[str, Any], button: str | None = None) -> Sent:
        """What a browser would send after a person has filled in what they say."""
        unknown = sorted(set(said) - set(self.fields))
        if unknown:
            raise NotOffered(f"the form has no field {', '.join(unknown)}; it has {', '.join(self.fields)}")
        sent: Sent = []
        for name in self.fields:
            sent += self._sent(name, said[name]) if name in said else self._left(name)
        return sent + self._pressed(button)

    @property
    def has_files(self) -> bool:
        return self.node.get("enctype") == "multipart/form-data"

    def _named(self, name: str) -> list[Node]:
        if name not in self.fields:
            raise NotOffered(f"the form has no field {name}; it has {', '.join(self.fields)}")
        return self.fields[name]

    def _left(self, name: str) -> Sent:
        fields = self.fields[name]
        if fields[0].get("type") == "file":
            return [(name, (BytesIO(b""), ""))]
        standing = self.value(name)
        if standing is None:
            return []
        return [(name, value) for value in (standing if isinstance(standing, list) else [standing])]

    def _sent(self, name: str, value: Any) -> Sent:
        fields = self.fields[name]
        kind = fields[0].get("type")
        if kind == "file":
            return self._files(name, value)
        if kind in ("radio", "checkbox") or fields[0].tag == "select":
            return [(name, chosen) for chosen in self._chosen(name, value)]
        if kind == "hidden":
            raise NotOffered(f"{name} is hidden: nobody types there")
        if len(fields) == 3 and isinstance(value, date | str):
            value = _parts(value)
        values = list(value) if isinstance(value, list | tuple) else [value]
        if len(values) != len(fields):
            raise NotOffered(f"{name} has {len(fields)} parts, and {len(values)} were given")
        return [(name, _typed(field, v)) for field, v in zip(fields, values, strict=True)]

    def _chosen(self, name: str, value: Any) -> list[str]:
        offered = self.choices(name)
        if isinstance(value, bool):
            return list(offered) if value else []
        by_words = {words: worth for worth, words in offered.items()}
        found = []
        for wanted in value if isinstance(value, list | tuple | set) else [value]:
            if str(wanted) not in offered and wanted not in by_words:
                raise NotOffered(f"{name} offers {offered}, not {wanted!r}")
            found.append(str(wanted) if str(wanted) in offered else by_words[wanted])
        return found

    def _files(self, name: str, value: File | Sequence[File]) -> Sent:
        files: Sequence[Any] = [value] if isinstance(value, tuple) else value
        if not self.has_files:
            raise NotOffered(f"{name} takes files, but the form does not send them (enctype)")
        if len(files) > 1 and not self.fields[name][0].has("multiple"):
            raise NotOffered(f"{name} takes one file only")
        return [(name, (BytesIO(content), called)) for called, content in files]

    def _pressed(self, button: str | None) -> Sent:
        if button is None:
            pressed = self.buttons[0] if self.buttons else None
        else:
            pressed = next((b for b in self.buttons if button in (b.text, b.get("value"), b.get("name"))), None)
            if pressed is None:
                raise NotOffered(
                    f"there is no button “{button}”, only {[b.text or b.get('value') for b in self.buttons]}"
                )
        return [(pressed.get("name"), pressed.get("value"))] if pressed is not None and pressed.get("name") else []


def _standing(field: Node) -> str:
    if field.tag == "textarea":
        return field.raw.removeprefix("\n")
    if field.tag == "select":
        options = field.all("option")
        chosen = next((o for o in options if o.has("selected")), options[0] if options else None)
        return _worth(chosen) if chosen is not None else ""
    return field.get("value")


def _worth(option: Node) -> str:
    return option.get("value") if option.has("value") else option.text


def _typed(field: Node, value: Any) -> str:
    """What arrives of a typed text: a line has no line ends, a text area has those of the form's encoding."""
    text = str(value)
    if field.tag == "textarea":
        return text.replace("\r\n", "\n").replace("\n", "\r\n")
    return text.replace("\r", "").replace("\n", "")


def _parts(value: date | str) -> list[str]:
    day = date.fromisoformat(value) if isinstance(value, str) else value
    return [str(day.day), str(day.month), str(day.year)]
