"""A page as somebody sees it."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from functools import cached_property

from werkzeug.test import TestResponse

from tests.web.forms import NotOffered, PageForm
from tests.web.page_tree import Node, read


@dataclass
class Page:
    """What came back for one request, after redirects were followed."""

    path: str
    response: TestResponse
    came_by: list[str] = field(default_factory=list)  # the addresses that redirected here

    def __repr__(self) -> str:
        return f"<{self.status} {self.path} {self.title!r}>"

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def bytes(self) -> bytes:
        found: bytes = self.response.data
        return found

    @cached_property
    def html(self) -> str:
        return self.response.get_data(as_text=True)

    @property
    def is_html(self) -> bool:
        return self.response.mimetype == "text/html"

    @cached_property
    def _read(self) -> tuple[Node, list[str]]:
        return read(self.html if self.is_html else "")

    @property
    def tree(self) -> Node:
        return self._read[0]

    @property
    def markup_faults(self) -> list[str]:
        return self._read[1]

    @property
    def title(self) -> str:
        found = self.tree.first("title")
        return " ".join(found.raw.split()) if found else ""

    @property
    def h1(self) -> str:
        found = self.tree.first("h1")
        return found.text if found else ""

    @property
    def headings(self) -> list[str]:
        return [heading.text for heading in self.tree.all("h1", "h2", "h3", "h4")]

    @property
    def text(self) -> str:
        """Everything that can be read: on a page, its words; otherwise the file as text."""
        return self.tree.text if self.is_html else self.html

    @property
    def main(self) -> Node:
        """The page without what stands around every page."""
        return self.tree.first("main") or self.tree

    @property
    def links(self) -> list[tuple[str, str]]:
        """(words, address) of every link in the main part."""
        return [(link.text, link.get("href")) for link in self.main.all("a")]

    def link(self, words: str) -> str:
        """Where the link with these words, or beginning with them, leads."""
        found = [href for text, href in self.links if text == words] or [
            href for text, href in self.links if text.startswith(words)
        ]
        if not found:
            raise NotOffered(f"there is no link “{words}”, only {sorted({text for text, _ in self.links})}")
        return found[0]

    @property
    def tables(self) -> list[Node]:
        return self.main.all("table")

    def table(self, caption: str | int = 0) -> list[dict[str, str]]:
        """The rows of one table, by the words of its headers; picked by its caption or its place."""
        if isinstance(caption, str):
            named = [t for t in self.tables if (c := t.first("caption")) and c.text.startswith(caption)]
            if not named:
                raise NotOffered(f"there is no table “{caption}”")
            table = named[0]
        else:
            table = self.tables[caption]
        rows = [[cell.text for cell in row.all("th", "td")] for row in table.all("tr")]
        return [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]

    @property
    def rows(self) -> list[dict[str, str]]:
        return self.table()

    @property
    def csv(self) -> list[dict[str, str]]:
        """The rows of a CSV file."""
        return list(csv.DictReader(io.StringIO(self.bytes.decode("utf-8-sig"))))

    @property
    def facts(self) -> dict[str, str]:
        """What stands in lists of facts: the key and its value."""
        found = {}
        for row in self.main.of_class("govuk-summary-list__row"):
            key, value = row.first("dt"), row.first("dd")
            if key and value:
                found[key.text] = value.text
        return found

    @property
    def error_summary(self) -> list[str]:
        """What the page says is wrong with what was sent."""
        return [entry.text for summary in self.tree.of_class("govuk-error-summary") for entry in summary.all("li")]

    @property
    def flashed(self) -> list[str]:
        """What the page says has just happened."""
        return [node.text for node in self.tree.of_class("govuk-notification-banner__heading")]

    @property
    def forms(self) -> list[PageForm]:
        """The forms of the main part; of the whole page if it has none there."""
        return [PageForm(form, self.path) for form in self.main.all("form")]

    def form(self, which: int | str | None = None) -> PageForm:
        """One form: by its place, by a part of where it is sent, by its id, by a button's words or by a field it has.

        Without saying which: the only one there is, or the only one that is posted.
        """
        forms = self.forms
        if which is None:
            posted = [form for form in forms if form.method == "post"]
            chosen = forms if len(forms) == 1 else posted
            if len(chosen) != 1:
                raise NotOffered(f"{self!r} has {len(forms)} forms: say which of {[f.action for f in forms]}")
            return chosen[0]
        if isinstance(which, int):
            return forms[which]
        for form in [*forms, *(PageForm(f, self.path) for f in self.tree.all("form"))]:
            named = [form.node.get("id"), *(button.text for button in form.buttons), *form.fields]
            if which in named or re.search(re.escape(which) + r"$", form.action):
                return form
        raise NotOffered(f"{self!r} has no form “{which}”: {[f.action for f in forms]}")

    def value(self, name: str, form: int | str | None = None) -> object:
        """What stands in a field now."""
        return self.form(form).value(name)

    def says(self, *words: str) -> bool:
        """Whether all of these can be read on the page."""
        return all(" ".join(word.split()) in self.text for word in words)
