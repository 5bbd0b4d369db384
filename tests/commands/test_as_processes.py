"""The command as the shell runs it: pipes that close, terminals, a disk that is full, exit codes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.office import LANCASHIRE, WEST_LANCASHIRE, Office

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "web.cli"]


@pytest.fixture
def lancashire(shell: dict[str, str]) -> dict[str, str]:
    """The same with a real case loaded."""
    office = Office(shell["DECISION_ROUTES_DATABASE_URL"])
    office.load(LANCASHIRE)
    office.close()
    return shell


@pytest.fixture
def shell(sqlite_database: str) -> dict[str, str]:
    """The environment of a shell at an initialised database."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DECISION_ROUTES_")}
    return {**clean, "DECISION_ROUTES_DATABASE_URL": sqlite_database, "PYTHONPATH": str(ROOT)}


def typed(shell: dict[str, str], *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one command as a process of its own."""
    command = [*COMMAND, *map(str, words)]
    return subprocess.run(command, env=shell, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_exit_codes_and_where_things_are_printed(shell: dict[str, str]) -> None:
    loaded = typed(shell, "load", LANCASHIRE)
    assert (loaded.returncode, loaded.stderr) == (0, "")
    unknown = typed(shell, "plan", "parliament")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr == "There is no item parliament. decision-routes where lists those there are.\n"
    misused = typed(shell, "plan")
    assert (misused.returncode, misused.stdout, misused.stderr.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("line", ["where", "dump", "history options-appraisal-2023 --json"])
def test_a_reader_that_has_seen_enough(lancashire: dict[str, str], line: str) -> None:
    """`decision-routes … | head -1` ends quietly."""
    with subprocess.Popen(
        [*COMMAND, *line.split()], env=lancashire, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as command:
        assert command.stdout is not None and command.stderr is not None
        command.stdout.close()  # before anything is printed
        assert command.stderr.read() == b""
        command.wait(60)


def test_printing_to_a_full_disk(shell: dict[str, str]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with Path("/dev/full").open("w") as full:
        command = subprocess.run(
            [*COMMAND, "routes", "list"],
            env=shell,
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert command.returncode == 2
    assert "no space left" in command.stderr
    assert "Traceback" not in command.stderr and "Exception ignored" not in command.stderr


def test_a_terminal_that_knows_only_ascii(lancashire: dict[str, str]) -> None:
    """Quotation marks and dashes cannot be printed there, and are replaced."""
    plain = {**lancashire, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    told = typed(plain, "plan", "options-appraisal-2023", "--on", "2023-07-18")
    assert (told.returncode, told.stderr) == (0, "")
    assert "Done by 11 October 2023" in told.stdout
    refused = typed(plain, "record", "options-appraisal-2023", "cabinet", "agreed", "--on", "2023-08-32")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


def test_case_files_and_json_are_utf_8_whatever_the_terminal_knows(shell: dict[str, str], tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    case.write_text(
        "decision_routes: 1\norganisations:\n  - {id: lcc, name: Siân’s Council – 🏛, kind: council}\n", "utf-8"
    )
    assert typed(shell, "load", case).returncode == 0
    plain = {**shell, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    dumped = subprocess.run([*COMMAND, "dump"], env=plain, cwd=ROOT, capture_output=True, timeout=60, check=True)
    assert "Siân’s Council –" in dumped.stdout.decode("utf-8")
    (tmp_path / "again.yaml").write_bytes(dumped.stdout)
    assert typed(shell, "load", tmp_path / "again.yaml").stdout == "Nothing was new.\n"
    listed = subprocess.run(
        [*COMMAND, "routes", "list", "--json"], env=plain, cwd=ROOT, capture_output=True, timeout=60, check=True
    )
    assert listed.stdout.decode("utf-8").startswith("[")


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_really_full(shell: dict[str, str], tiny_disk: Path) -> None:
    file = tiny_disk / "office.sqlite"
    shutil.copy(shell["DECISION_ROUTES_DATABASE_URL"].removeprefix("sqlite:///"), file)
    there = {**shell, "DECISION_ROUTES_DATABASE_URL": f"sqlite:///{file}"}
    before = typed(there, "dump").stdout
    (tiny_disk / "ballast").write_bytes(b"\0" * (shutil.disk_usage(tiny_disk).free - 150_000))
    full = typed(there, "load", LANCASHIRE, WEST_LANCASHIRE)
    assert full.returncode == 2
    assert full.stderr == "There is no room left for office.sqlite. Nothing was recorded.\n"
    (tiny_disk / "ballast").unlink()
    assert typed(there, "dump").stdout == before
    assert typed(there, "verify").returncode == 0
    assert typed(there, "load", LANCASHIRE, WEST_LANCASHIRE).returncode == 0
