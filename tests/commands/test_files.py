"""Case files and route files at the command line: whatever is wrong with them is said, and nothing is half done."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.commands.conftest import Desk
from tests.office import LANCASHIRE, WEST_LANCASHIRE

HEAD = "decision_routes: 1\n"
PEOPLE = HEAD + "people:\n  - {id: ann, name: Ann}\n"

FAULTY: dict[str, tuple[bytes, str]] = {
    "empty": (b"", r":1: the file is empty"),
    "not YAML": (b"people: [", r":\d+: "),
    "a list": (b"- one\n- two\n", r":1: the file must consist of keys"),
    "no version": (b"people: []\n", r":1: a case file begins with"),
    "another version": (b"decision_routes: 2\n", r":1: a case file begins with"),
    "an unknown section": (HEAD.encode() + b"persons: []\n", r":2: “persons” is not a section"),
    "an unknown key": (HEAD.encode() + b"people:\n  - {id: a, name: A, age: 7}\n", r":3: .*age"),
    "a duplicate key": (HEAD.encode() + b"people: []\npeople: []\n", r":3: "),
    "a tag": (HEAD.encode() + b"people: !!python/object/apply:os.system [ls]\n", r":2: the tag .* is not allowed"),
    "UTF-16": (PEOPLE.encode("utf-16"), r":1: the file is saved as UTF-16"),
    "Latin-1": (PEOPLE.replace("Ann}", "Añn}").encode("latin-1"), r":3: this line is not UTF-8"),
    "binary": (bytes(range(256)) * 20, r":\d+: "),
    "an invisible character": (PEOPLE.replace("Ann}", "A\x00nn}").encode(), r":3: .*U\+0000"),
    "a number for text": (HEAD.encode() + b"people:\n  - {id: ann, name: 7}\n", r":3: "),
    "a date that does not exist": (
        HEAD.encode() + b"meetings:\n  - {id: m, forum: f, date: 2023-02-30}\n", r":3: .*2023-02-30.* is no date"
    ),
    "an unknown forum": (
        HEAD.encode() + b"meetings:\n  - {id: m, forum: f, date: 2023-02-03}\n", r":3: there is no forum f"
    ),
    "an unknown item": (
        HEAD.encode() + b"outcomes:\n  - {item: x, step: y, outcome: agreed, date: 2023-02-03}\n",
        r":3: There is no item x",
    ),
    "an unknown outcome": (
        HEAD.encode() + b"outcomes:\n  - {item: x, step: y, outcome: shrugged, date: 2023-02-03}\n", r":3: .*outcome"
    ),
    "an unknown act": (HEAD.encode() + b"events:\n  - {action: dance, item: x}\n", r":3: “action” must be one of"),
    "laughs": (
        HEAD.encode()
        + b"people:\n  - &a [x, x, x, x, x, x, x, x, x, x]\n"
        + b"".join(b"  - &%c [%s]\n" % (98 + n, b", ".join([b"*%c" % (97 + n)] * 10)) for n in range(9)),
        r":\d+: the repetitions .* far too large",
    ),
    "deep": (HEAD.encode() + b"people: " + b"[" * 20000 + b"]" * 20000, r":2: this is nested more than"),
    "itself": (HEAD.encode() + b"people: &a [*a]\n", r":2: .*inside itself"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), FAULTY.values(), ids=FAULTY)
def test_a_faulty_file_is_told_with_its_line_and_nothing_is_taken_in(
    desk: Desk, tmp_path: Path, content: bytes, expected: str
) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(PEOPLE)
    bad.write_bytes(content)
    before = desk.does("dump")
    heard = desk.types("load", good, bad)
    assert (heard.status, heard.out) == (1, "")
    for line in heard.err.splitlines():
        assert line.startswith(f"{bad}:"), line
    assert re.search(re.escape(str(bad)) + expected, heard.err), heard.err
    assert desk.does("dump") == before


def test_a_case_file_of_five_megabytes(desk: Desk, tmp_path: Path) -> None:
    big = tmp_path / "big.yaml"
    way = "along the corridor, " * 990
    big.write_text(
        HEAD
        + "organisations:\n  - {id: lcc, name: Council, kind: council}\n"
        + "forums:\n  - {id: cabinet, organisation: lcc, name: Cabinet, form: committee}\n"
        + "people:\n  - {id: ann, name: Ann}\nitems:\n"
        + "  - id: move\n    title: The move\n    type: decision\n    route: standard-single-forum-decision\n"
        + "    organisation: lcc\n    owner: ann\n    forums: {forum: cabinet}\n    recommendations:\n"
        + "".join(f'      - "{n} {way}"\n' for n in range(255))
    )
    assert big.stat().st_size > 5_000_000
    assert desk.does("load", big) == "Loaded: 4 new, 0 changed, 0 acts recorded.\n"
    assert desk.does("load", big) == "Nothing was new.\n"
    sentence = tmp_path / "sentence.yaml"
    sentence.write_text(HEAD + f"people:\n  - {{id: long, name: {'y' * 5_000_000}}}\n")
    told = desk.is_refused("load", sentence)
    assert told.startswith(f"{sentence}:3: ")
    assert len(told) < 500


def test_every_fault_of_every_file_at_once(desk: Desk, tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text(HEAD + "people:\n  - {id: Ann!, name: Ann}\n  - {id: bob}\n")
    second.write_text(HEAD + "meetings:\n  - {id: m, forum: nowhere, date: 2023-01-05}\n")
    heard = desk.types("load", first, second)
    assert heard.status == 1
    assert [line.split(": ")[0] for line in heard.err.splitlines()][:2] == [f"{first}:3", f"{first}:4"]


@pytest.mark.parametrize("command", [("load",), ("routes", "check")], ids=" ".join)
def test_a_file_that_cannot_be_read_exits_2(desk: Desk, tmp_path: Path, command: tuple[str, ...]) -> None:
    good = tmp_path / "good.yaml"
    good.write_text(PEOPLE)
    missing = desk.is_refused(*command, good, tmp_path / "missing.yaml", status=2)
    assert "missing.yaml" in missing and "no such file" in missing
    assert "is a directory" in desk.is_refused(*command, tmp_path, status=2)
    assert "not a directory" in desk.is_refused(*command, good / "below.yaml", status=2)
    if os.geteuid() != 0:
        good.chmod(0)
        assert "permission denied" in desk.is_refused(*command, good, status=2)
    assert desk.sees("verify")["chains"] == 1


def test_dump_into_a_file_and_out_of_it(lancashire: Desk, tmp_path: Path) -> None:
    out = tmp_path / "all.yaml"
    assert lancashire.does("dump", "-o", out) == ""
    assert out.read_text(encoding="utf-8") == lancashire.does("dump")
    assert lancashire.does("load", out) == "Nothing was new.\n"
    fresh = f"sqlite:///{tmp_path}/fresh.sqlite"
    lancashire.does("init", "--db", fresh)
    lancashire.does("load", out, "--db", fresh)
    assert lancashire.does("dump", "--db", fresh) == out.read_text(encoding="utf-8")


def test_dump_to_where_nothing_can_be_written(lancashire: Desk, tmp_path: Path) -> None:
    assert "no such file" in lancashire.is_refused("dump", "-o", tmp_path / "no" / "folder.yaml", status=2)
    assert "is a directory" in lancashire.is_refused("dump", "-o", tmp_path, status=2)
    if Path("/dev/full").exists():
        assert "no space left" in lancashire.is_refused("dump", "-o", "/dev/full", status=2)


def test_loading_the_same_again_is_nothing_new(lancashire: Desk) -> None:
    assert lancashire.does("load", WEST_LANCASHIRE, LANCASHIRE) == "Nothing was new.\n"


def test_a_change_needs_to_be_asked_for(lancashire: Desk, tmp_path: Path) -> None:
    changed = tmp_path / "changed.yaml"
    changed.write_text(HEAD + "people:\n  - {id: cabinet-secretary, name: Clerk to the Cabinet}\n")
    assert "differs from what was loaded before, in name" in lancashire.is_refused("load", changed)
    assert lancashire.does("load", "--update", changed) == "Loaded: 0 new, 1 changed, 0 acts recorded.\n"


ROUTE = (
    "route: one\ntitle: One\nfor: [plan]\nstages:\n  - {id: cabinet, forum: lcc-cabinet, ask: agree, decisive: true}\n"
)
BAD_ASK = ROUTE.replace("ask: agree", "ask: shrug")
BAD_CIRCLE = ROUTE.replace("decisive: true", "decisive: true, after: [cabinet]")
WEAK = ROUTE.replace("ask: agree", "ask: endorse")
UNKNOWN_FORUM = ROUTE.replace("lcc-cabinet", "parliament")


def test_routes_check_tells_every_fault_of_several_files(lancashire: Desk, tmp_path: Path) -> None:
    files = []
    for name, text in (("ask", BAD_ASK), ("circle", BAD_CIRCLE), ("weak", WEAK), ("forum", UNKNOWN_FORUM)):
        files.append(tmp_path / f"{name}.yaml")
        files[-1].write_text(text)
    heard = lancashire.types("routes", "check", *files, LANCASHIRE)
    assert (heard.status, heard.out) == (1, "")
    told = heard.err.splitlines()
    assert {line.split(":")[0] for line in told} == {str(file) for file in files}
    assert all(re.match(r".*\.yaml:\d+: \S", line) for line in told)
    assert any("shrug" in line for line in told)
    assert any("parliament" in line for line in told)


def test_routes_check_finds_nothing_wrong(lancashire: Desk, tmp_path: Path) -> None:
    good = tmp_path / "good.yaml"
    good.write_text(ROUTE)
    assert lancashire.does("routes", "check", good) == "1 route checked, no faults.\n"
    assert lancashire.does("routes", "check", good, LANCASHIRE) == "3 routes checked, no faults.\n"


def test_routes_check_looks_forums_up_in_the_files_named_together(desk: Desk, tmp_path: Path) -> None:
    route = tmp_path / "route.yaml"
    route.write_text(ROUTE)
    assert "lcc-cabinet" in desk.is_refused("routes", "check", route)
    desk.does("routes", "check", route, LANCASHIRE)


def test_routes_check_without_a_database_does_not_look_forums_up(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    route = tmp_path / "route.yaml"
    route.write_text(UNKNOWN_FORUM)
    monkeypatch.delenv("DECISION_ROUTES_DATABASE_URL")
    monkeypatch.chdir(tmp_path)
    assert desk.does("routes", "check", route) == "1 route checked, no faults.\n"
