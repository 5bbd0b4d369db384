"""What a browser can tell about a page: accessibility, errors, width, where the keyboard leads."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.serving import Served

WIDE, NARROW = {"width": 1100, "height": 900}, {"width": 320, "height": 700}
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}}
SCREENSHOTS = "DECISION_ROUTES_SCREENSHOTS"  # a folder, if anybody wants to look at them

_AXE = Axe()
_MOST_TABS = 400
_TALLEST = 2400  # pixels of a picture: what is below is more of the same

#: Everything that can be reached by the keyboard, with a group of radios as the one stop that it is.
_CONTROLS = """() => {
  const found = [], radios = new Set();
  for (const node of document.querySelectorAll(
      'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')) {
    if (node.tabIndex < 0 && node.ariaHidden === 'true') continue;  // a form's default button, for the return key
    if (node.disabled || !node.checkVisibility({visibilityProperty: true})) continue;
    if (node.type === 'radio') {
      const group = node.form?.action + ' ' + node.name;
      if (radios.has(group)) continue;
      radios.add(group);
      node.dataset.group = group;
    }
    node.dataset.stop = String(found.length);
    found.push(node.outerHTML.slice(0, 120));
  }
  return found;
}"""
_HERE = """() => {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  if (node.type === 'radio' && node.dataset.stop === undefined) {
    const first = [...document.querySelectorAll('input[type=radio][data-stop]')].find(
      other => other.name === node.name && other.form === node.form);
    return first ? first.dataset.stop : 'none';
  }
  return node.dataset.stop ?? 'none';
}"""


class Reader:
    """Somebody at a browser: everything that goes wrong in it is written down."""

    def __init__(self, chromium: Browser, served: Served, person: str | None, *, scripts: bool = True) -> None:
        self.served = served
        self.person = person
        self.faults: list[str] = []
        self.expected = 200
        self.scripts = scripts
        self.context: BrowserContext = chromium.new_context(java_script_enabled=scripts, viewport=WIDE)
        self.context.set_default_timeout(8000)
        if person:
            self.context.add_cookies([self.served.cookie(person)])
        self.page: Page = self.context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.at}: script error: {error}"))
        self.page.on("requestfailed", lambda request: self.faults.append(f"{self.at}: not loaded: {request.url}"))
        self.page.on("request", self._asked)

    @property
    def at(self) -> str:
        return self.page.url.removeprefix(self.served.address)

    def open(self, path: str) -> int:
        """Go to a page; its status."""
        response = self.page.goto(self.served.address + path, wait_until="load")
        return response.status if response else 0

    def close(self) -> None:
        self.context.close()

    def axe(self) -> None:
        """Nothing that makes the page hard to use for anybody."""
        for violation in _AXE.run(self.page, options={**RULES, "resultTypes": ["violations"]}).response["violations"]:
            places = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            self.faults.append(f"{self.at}: {violation['id']} ({violation['impact']}): {violation['help']}: {places}")

    def narrow(self) -> None:
        """On a small screen, or at 400 %, nobody scrolls sideways."""
        self.page.set_viewport_size(NARROW)
        width = self.page.evaluate("document.documentElement.scrollWidth")
        if width > NARROW["width"]:
            wide = self.page.evaluate(_TOO_WIDE)
            self.faults.append(f"{self.at}: {width} pixels wide on a screen of {NARROW['width']}: {wide}")

    def wide(self) -> None:
        self.page.set_viewport_size(WIDE)

    def tab_through(self) -> None:
        """The keyboard reaches every control, in the page's order."""
        controls: list[str] = self.page.evaluate(_CONTROLS)
        self.page.evaluate("document.activeElement?.blur(); window.scrollTo(0, 0)")
        reached: list[int] = []
        for _press in range(min(len(controls) + 5, _MOST_TABS)):
            self.page.keyboard.press("Tab")
            here = self.page.evaluate(_HERE)
            if here is None or (reached and here == str(reached[0])):
                break
            if here != "none":
                reached.append(int(here))
        missed = [controls[n] for n in range(min(len(controls), _MOST_TABS)) if n not in reached]
        if missed:
            self.faults.append(f"{self.at}: the keyboard does not reach {missed[:5]}")
        if reached != sorted(reached):
            self.faults.append(f"{self.at}: the keyboard goes through the page in another order: {reached}")

    def screenshot(self, name: str) -> None:
        """Kept at both widths, where a folder is named for them."""
        if folder := os.environ.get(SCREENSHOTS):
            place = Path(folder)
            place.mkdir(parents=True, exist_ok=True)
            for size in (NARROW, WIDE):
                self.page.set_viewport_size(size)
                called = re.sub(r"[^\w-]+", "-", name)
                height = self.page.evaluate("document.documentElement.scrollHeight")
                shown = {"x": 0, "y": 0, "width": size["width"], "height": min(height, _TALLEST)}
                picture = str(place / f"{called}-{size['width']}.png")
                self.page.screenshot(path=picture, full_page=True, clip=shown)

    def _said(self, message: Any) -> None:
        if message.type not in ("error", "warning"):
            return
        if "status of" in message.text and self.expected != 200:
            return  # the browser's own note about a page that was to be refused
        self.faults.append(f"{self.at}: the console says: {message.text}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.served.address, "data:")):
            self.faults.append(f"{self.at}: asks another host: {request.url}")


_TOO_WIDE = """() => [...document.querySelectorAll('body *')]
  .filter(node => node.getBoundingClientRect().right > 321 && !node.closest('.app-scroll *'))
  .slice(0, 3).map(node => node.outerHTML.slice(0, 120))"""
