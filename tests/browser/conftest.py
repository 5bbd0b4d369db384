"""One Chromium for all browser tests of a process. Without it they are skipped, except where CI is set."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.serving import Served, serving
from tests.office import Office
from tests.web.conftest import loaded_sqlite
from tests.web.scene import set_the_scene

__all__ = ["loaded_sqlite"]

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser."""
    names = ("/usr/bin/chromium", "chromium", "google-chrome")
    found = next((place for name in names if (place := shutil.which(name))), None)
    if found is None:
        message = "no Chromium is installed: the browser tests cannot run"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def served(loaded_sqlite: Path, tmp_path: Path) -> Iterator[Served]:
    """The demonstration's items behind a port, on a clock that stands still."""
    yield from _served(loaded_sqlite, tmp_path, with_scene=False)


@pytest.fixture(scope="module")
def served_scene(loaded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The same with strangers and an exempt item among them, shared by the tests of a module that only look."""
    yield from _served(loaded_sqlite, tmp_path_factory.mktemp("scene"), with_scene=True)


def _served(loaded: Path, folder: Path, *, with_scene: bool) -> Iterator[Served]:
    path = folder / "office.sqlite"
    shutil.copy(loaded, path)
    office = Office(f"sqlite:///{path}")
    if with_scene:
        set_the_scene(office)
    with serving(office, folder) as found:
        yield found
    office.close()
