"""People at their browsers, playing a story by what they see: links, labels and buttons."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from playwright.sync_api import Browser, Locator, expect

from tests.browser.looking import Reader
from tests.browser.serving import Served
from tests.web.crawling import kind_of


class Clerk(Reader):
    """Somebody who does things. Every page on the way is looked at."""

    looked_at: set[str]

    def opens(self, path: str) -> Clerk:
        status = self.open(path)
        assert status == 200, f"{path} answered {status}: {self.heading}"
        return self._seen()

    def follows(self, href: str) -> Clerk:
        """Click on the link that leads to an address with this in it: it must be on the page."""
        self.page.locator(f'main a[href*="{href}"]').first.click()
        return self._seen()

    def presses(self, button: str) -> Clerk:
        self.page.get_by_role("button", name=button, exact=True).first.click()
        return self._seen()

    def types(self, label: str, text: str) -> Clerk:
        self.page.get_by_label(label, exact=True).fill(text)
        return self

    def ticks(self, name: str, value: str) -> Clerk:
        """Take one of several choices."""
        self.page.locator(f'input[name="{name}"][value="{value}"]').check()
        return self

    def chooses(self, label: str) -> Clerk:
        """The same, by the words beside it."""
        self.page.get_by_role("radio", name=label, exact=True).check()
        return self

    def picks(self, label: str, words: str) -> Clerk:
        self.page.get_by_label(label, exact=True).select_option(label=words)
        return self

    def dates(self, legend: str, day: str) -> Clerk:
        """Enter a day in its three parts."""
        group, when = self.group(legend), date.fromisoformat(day)
        for label, part in (("Day", when.day), ("Month", when.month), ("Year", when.year)):
            group.get_by_label(label, exact=True).fill(str(part))
        return self

    def attaches(self, label: str, name: str, content: bytes) -> Clerk:
        file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        self.page.get_by_label(label, exact=True).set_input_files([file])
        return self

    def group(self, legend: str) -> Locator:
        return self.page.get_by_role("group", name=legend)

    @property
    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).first.inner_text()

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def reads(self, *words: str) -> Clerk:
        for said in words:
            expect(self.page.locator("main")).to_contain_text(said)
        return self

    def _seen(self) -> Clerk:
        self.page.wait_for_load_state("load")
        assert self.heading not in ("Something went wrong", "Page not found", "You may not do this"), self.text
        layout = f"{kind_of(self.served.site.app, self.at)} {self.page.title().startswith('Error')} {self.checks}"
        if self.scripts and layout not in self.looked_at:
            self.looked_at.add(layout)
            self.axe()
        return self

    @property
    def checks(self) -> bool:
        """Whether this is the page on which answers are checked, at the same address as the form."""
        return self.heading.startswith("Check")


class Town:
    """Everybody's desk: each sits down for one matter, and what was wrong with any page is gathered."""

    def __init__(self, chromium: Browser, served: Served, *, scripts: bool) -> None:
        self.chromium, self.served, self.scripts = chromium, served, scripts
        self.faults: list[str] = []
        self.looked_at: set[str] = set()  # layouts, by anybody
        self.shown = 0

    @contextmanager
    def desk(self, person: str | None, *, shot: str | None = None) -> Iterator[Clerk]:
        """Somebody signs in, does something, and goes; `shot` names a picture of what they saw last."""
        clerk = Clerk(self.chromium, self.served, person, scripts=self.scripts)
        clerk.looked_at = self.looked_at
        try:
            yield clerk
            if shot and self.scripts:
                self.shown += 1
                clerk.screenshot(f"{self.shown:02}-{shot}")
                clerk.narrow()
            self.faults += clerk.faults
        except Exception as error:
            error.add_note(f"{person} at {clerk.at}: {clerk.page.locator('body').inner_text()[:3000]}")
            raise
        finally:
            clerk.close()

    def at(self, london: str) -> None:
        """It is now."""
        self.served.site.office.clock.to(london)

    def acts(self, person: str, item: str, step: str | None, action: str, button: str, **chosen: str) -> None:
        """An act from the item's page: by the link that is offered there, with these choices taken."""
        place = f"/steps/{step}" if step else ""
        with self.desk(person, shot=f"{action}-{step or 'item'}") as clerk:
            clerk.opens(f"/items/{item}").follows(f"/items/{item}{place}/acts/{action}")
            for name, value in chosen.items():
                clerk.ticks(name, value)
            clerk.presses(button)
            assert clerk.page.get_by_role("alert").first.is_visible(), clerk.text

    def records(
        self, person: str, item: str, step: str, outcome: str, on: str, *, by: str = "record", **more: str
    ) -> None:
        """Record what a forum resolved: the form, the check, the confirmation."""
        with self.desk(person, shot=f"{by}ed-{step}-{outcome}") as clerk:
            clerk.opens(f"/items/{item}").follows(f"/steps/{step}/{by}")
            clerk.ticks("outcome", outcome).dates("When was it resolved?", on)
            for label, text in more.items():
                clerk.page.locator(f'[name="{label}"]').first.fill(text)
            clerk.presses("Continue").reads("Check your answers")
            clerk.presses("Record the correction" if by == "correct" else "Record the outcome")
