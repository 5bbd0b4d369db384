"""What every page must hold to, whoever sees it: each fault is a sentence."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import urlsplit

from tests.web.page_tree import Node

_FIELDS = ("input", "select", "textarea")
_NO_LABEL = ("hidden", "submit", "button", "image", "reset")
_FOCUSABLE = ("input", "select", "textarea", "button", "a")
_SLIPS = re.compile(
    r"(?<=\S )None\b|\bNone(?=[^\w ]|$)|\{\{|\}\}|\{%|%\}|\bundefined\b|\bNaN\b|⟦|⟧|<built-in|object at 0x"
    r"|datetime\.|Decimal\(|&(?:lt|gt|amp|quot|#\d+);|^\[\]$"
)
_REFERENCES = ("src", "href", "action", "formaction", "srcset", "poster", "data", "background", "xlink:href")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
#: An accessibility statement has to name the body that enforces the law: the one place where links lead elsewhere.
_MAY_LEAD_ELSEWHERE = ("/accessibility",)


def faults(page: Node, path: str, host: str) -> list[str]:
    """Everything that is wrong with a page, in sentences."""
    looks = (
        _names,
        _ids,
        _labels,
        _groups,
        _forms,
        _errors,
        _inline,
        _tables,
        _pictures,
        _headings,
        _words,
        _clickable,
    )
    return [fault for look in looks for fault in look(page)] + list(_elsewhere(page, path, host))


def _names(page: Node) -> Iterator[str]:
    html = page.first("html")
    if html is None or html.get("lang") != "en":
        yield "the page does not say that it is in English"
    ones, title = page.all("h1"), page.first("title")
    if len(ones) != 1:
        yield f"there are {len(ones)} main headings (h1): {[one.text for one in ones]}"
        return
    said = re.sub(r"^Error: ", "", " ".join(title.raw.split()) if title else "")
    if not ones[0].text or not said.startswith(ones[0].text):
        yield f"the title “{said}” does not begin with the main heading “{ones[0].text}”"
    mains = page.all("main")
    if len(mains) != 1:
        yield f"there are {len(mains)} main parts"


def _ids(page: Node) -> Iterator[str]:
    ids = [node.get("id") for node in page.walk() if node.has("id")]
    for name, times in Counter(ids).items():
        if times > 1 or not name or re.search(r"\s", name):
            yield f"the id “{name}” is there {times} times, or is no id"
    known = set(ids)
    for node in page.walk():
        for attribute in ("aria-describedby", "aria-labelledby", "aria-controls", "for", "list"):
            for wanted in node.get(attribute).split():
                if wanted not in known:
                    yield f"<{node.tag}> {attribute} names “{wanted}”, which is not on the page"
        if node.tag == "a" and node.get("href").startswith("#") and node.get("href")[1:] not in known:
            yield f"the link “{node.text}” leads to {node.get('href')}, which is not on the page"


def _labels(page: Node) -> Iterator[str]:
    for_ids = {label.get("for") for label in page.all("label") if label.text}
    for field in page.all(*_FIELDS):
        if field.tag == "input" and field.get("type") in _NO_LABEL:
            continue
        wrapped = field.within("label")
        named = (
            field.get("id") in for_ids
            or (wrapped is not None and wrapped.text)
            or field.get("aria-label").strip()
            or field.has("aria-labelledby")
        )
        if not named:
            yield f"the field “{field.get('name')}” has no label"


def _groups(page: Node) -> Iterator[str]:
    for fieldset in page.all("fieldset"):
        legend = fieldset.first("legend")
        if legend is None or not legend.text or legend.parent is not fieldset:
            yield f"a fieldset has no legend: {fieldset.text[:60]!r}"
    together: dict[tuple[int, str], list[Node]] = defaultdict(list)
    for field in page.all("input"):
        if field.get("type") in ("radio", "checkbox"):
            together[id(field.within("form")), field.get("name")].append(field)
    for (_form, name), fields in together.items():
        alone = fields[0].get("type") == "checkbox" and len(fields) == 1
        if not alone and any(field.within("fieldset") is None for field in fields):
            yield f"the choices “{name}” stand in no fieldset"
        if fields[0].get("type") == "radio" and sum(field.has("checked") for field in fields) > 1:
            yield f"two of the choices “{name}” are taken at once"


def _forms(page: Node) -> Iterator[str]:
    for form in page.all("form"):
        method = form.get("method", "get").lower()
        tokens = [field for field in form.all("input") if field.get("name") == "csrf_token"]
        if method == "post" and (len(tokens) != 1 or len(tokens[0].get("value")) < 20):
            yield f"the form to “{form.get('action')}” carries {len(tokens)} CSRF tokens"
        if method == "get" and tokens:
            yield f"the form to “{form.get('action')}” writes its CSRF token into the address"
        if not [
            b
            for b in form.all("button", "input")
            if b.get("type", "submit" if b.tag == "button" else "text") == "submit"
        ]:
            yield f"the form to “{form.get('action')}” has no button"
    for field in page.all(*_FIELDS):
        if field.within("form") is None and not field.has("form"):
            yield f"the field “{field.get('name')}” belongs to no form"


def _errors(page: Node) -> Iterator[str]:
    by_id = {node.get("id"): node for node in page.walk() if node.has("id")}
    summaries = page.of_class("govuk-error-summary")
    for summary in summaries:
        for link in summary.all("a"):
            landing = by_id.get(link.get("href").removeprefix("#"))
            if landing is None:
                continue  # said by _ids
            if landing.tag not in _FOCUSABLE and not landing.has("tabindex"):
                yield f"the error “{link.text}” leads to a <{landing.tag}>, which cannot be typed in"
        if not summary.all("li"):
            yield "an error summary is empty"
    told = [node for node in page.of_class("govuk-error-message") if node.text.strip()]
    if told and not summaries:
        yield f"an error stands at its field but not at the top: {told[0].text!r}"
    for field in page.all(*_FIELDS):
        if field.get("aria-invalid") == "true" and not field.get("aria-describedby"):
            yield f"the field “{field.get('name')}” is wrong, but nothing says why"


def _inline(page: Node) -> Iterator[str]:
    for node in page.walk():
        if node.has("style"):
            yield f"<{node.tag}> has a style of its own: {node.get('style')[:60]!r}"
        if node.tag == "style":
            yield "there is an inline style sheet"
        if node.tag == "script" and (not node.has("src") or node.raw.strip()):
            yield "there is an inline script"
        for name, value in node.attributes.items():
            if name.startswith("on"):
                yield f"<{node.tag}> runs a script of its own: {name}"
            if name in _REFERENCES and value.strip().lower().startswith(("javascript:", "vbscript:", "data:text")):
                yield f"<{node.tag}> refers to a script: {value[:60]!r}"


def _tables(page: Node) -> Iterator[str]:
    for table in page.all("table"):
        caption = table.first("caption")
        if caption is None or not caption.text:
            yield f"a table has no caption: {table.text[:60]!r}"
        heads = table.all("th")
        if not heads:
            yield f"a table has no headers: {table.text[:60]!r}"
        for head in heads:
            if head.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
                yield f"the header “{head.text}” has no scope"
            if not head.text:
                yield "a table header is empty"
    for entry in page.all("li"):
        if entry.parent is None or entry.parent.tag not in ("ol", "ul", "menu"):
            yield f"a list entry stands in no list: {entry.text[:60]!r}"


def _pictures(page: Node) -> Iterator[str]:
    for picture in page.all("img"):
        if not picture.has("alt"):
            yield f"the picture {picture.get('src')} has no alternative text"
    for drawing in page.all("svg"):
        if drawing.within("svg") or drawing.get("aria-hidden") == "true":
            continue
        title = drawing.first("title")
        named = drawing.get("aria-label") or drawing.has("aria-labelledby") or (title is not None and title.raw.strip())
        if not named or drawing.get("role") not in ("img", "group", "graphics-document"):
            yield "a drawing has neither a name nor a role, and is not hidden"


def _headings(page: Node) -> Iterator[str]:
    found = page.all(*_HEADINGS)
    for before, after in pairwise(found):
        if int(after.tag[1]) > int(before.tag[1]) + 1:
            yield f"the headings go from “{before.text}” ({before.tag}) to “{after.text}” ({after.tag})"
    yield from (f"a heading is empty: <{heading.tag}>" for heading in found if not heading.text)


def _words(page: Node) -> Iterator[str]:
    for node in page.walk():
        if node.tag in ("script", "style", "textarea", "code", "pre") or node.has("data-said"):
            continue
        for child in node.inside:
            slip = _SLIPS.search(child.strip()) if isinstance(child, str) else None
            if slip:
                yield f"“{slip.group()}” can be read on the page: {str(child).strip()[:100]!r}"


def _clickable(page: Node) -> Iterator[str]:
    for node in page.all("a", "button", "summary"):
        name = node.text or node.get("aria-label") or node.get("title")
        if not name and not any(picture.get("alt") for picture in node.all("img")):
            yield f"a <{node.tag}> says nothing: {node.attributes}"
        if node.tag == "a" and not node.has("href"):
            yield f"the link “{node.text}” leads nowhere"


def _elsewhere(page: Node, path: str, host: str) -> Iterator[str]:
    for node in page.walk():
        for name in _REFERENCES:
            target = urlsplit(node.get(name).strip().replace("\\", "/"))
            if not target.netloc or target.netloc == host:
                continue
            if node.tag == "a" and path.startswith(_MAY_LEAD_ELSEWHERE):
                continue
            yield f"<{node.tag}> refers to another host: {node.get(name)}"
