"""Following every link that somebody is offered, a few of each kind of page."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from tests.web.page_tree import Node
from tests.web.pages import Page
from tests.web.site import ADDRESS, HOST, Client

OF_EACH_KIND = 3
BEGINNINGS = (
    "/",
    "/work",
    "/forums",
    "/account",
    "/forward-plan",
    "/accessibility",
    "/sign-in",
    "/items/new",
    "/nowhere",
)


def crawl(client: Client, beginnings: tuple[str, ...] = BEGINNINGS, of_each: int = OF_EACH_KIND) -> Iterator[Page]:
    """Every page that can be reached by links, at most so many of each kind; every one answers, and is inspected."""
    waiting = deque(beginnings)
    seen: set[str] = set()
    counted: Counter[str] = Counter()
    while waiting:
        address = waiting.popleft()
        kind = kind_of(client.site.app, address)
        if address in seen or counted[kind] >= of_each or kind.startswith("static"):
            continue
        seen.add(address)
        counted[kind] += 1
        page = client.get(address, status=None)
        yield page
        if page.is_html and not page.came_by:
            waiting.extend(addresses_on(page))


def addresses_on(page: Page) -> list[str]:
    """Where the links of a page lead on this site, and forms that only ask."""
    found = [node.get("href") for node in page.tree.all("a")]
    found += [form.get("action") for form in page.tree.all("form") if form.get("method", "get").lower() == "get"]
    whole = [urldefrag(urljoin(ADDRESS + page.path, href)).url for href in found if href]
    parts = [urlsplit(address) for address in whole]
    return [p.path + (f"?{p.query}" if p.query else "") for p in parts if p.netloc == HOST and p.scheme == "http"]


def kind_of(app: Flask, address: str) -> str:
    """Which kind of page an address is: its endpoint, the act it is for, and what is asked of it."""
    parts = urlsplit(address)
    adapter = app.url_map.bind(HOST)
    try:
        endpoint, values = adapter.match(parts.path, method="GET")
    except RequestRedirect:
        return f"redirect {parts.path}"
    except HTTPException:
        return f"none {parts.path}"
    asked = ",".join(sorted({name for name, value in parse_qsl(parts.query) if value}))
    return f"{endpoint} {values.get('action', '')} {asked}"


def skeleton(page: Page) -> str:
    """The page without its words: pages with the same skeleton are laid out alike."""
    return f"{page.status} " + _bones(page.tree)


def _bones(node: Node) -> str:
    inside: list[str] = []
    for child in node.inside:
        if isinstance(child, Node):
            bones = _bones(child)
            if bones not in inside[-3:]:  # what repeats counts once
                inside.append(bones)
    said = "".join(f"[{name}={node.get(name)}]" for name in ("class", "type", "role", "scope") if node.has(name))
    return f"<{node.tag}{said}{''.join(inside)}>"
