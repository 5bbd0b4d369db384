"""Empty offices on copies of one prepared SQLite database: cheap enough for one per example."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from tests.office import Office

_numbers = count(1)


@contextmanager
def copies_of(prepared: Path, folder: Path) -> Iterator[Callable[[], Office]]:
    """Opens as many as are asked for; all are closed and removed at the end."""
    opened: list[tuple[Office, Path]] = []

    def fresh() -> Office:
        if len(opened) > 8:  # an example needs two or three; the older ones are done with
            _remove(*opened.pop(0))
        path = folder / f"copy-{next(_numbers)}.sqlite"
        shutil.copy(prepared, path)
        office = Office(f"sqlite:///{path}")
        opened.append((office, path))
        return office

    yield fresh
    for office, path in opened:
        _remove(office, path)


def _remove(office: Office, path: Path) -> None:
    office.close()
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
