"""What others made is what they made, what is compiled is what was noted, and no page asks anything of anybody else."""

import hashlib
import re
from pathlib import Path

import pytest

import web

STATIC = Path(web.__file__).parent / "static"
NOTED = dict(re.findall(r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$", STATIC.joinpath("VENDORED.md").read_text(), re.M))
CSS = STATIC.joinpath("decision-routes.css").read_text()


@pytest.mark.parametrize("file", NOTED)
def test_a_file_is_the_one_that_was_noted(file):
    assert hashlib.sha256(STATIC.joinpath(file).read_bytes()).hexdigest() == NOTED[file]


def test_everything_that_others_made_is_noted_with_its_licence():
    ours = {"VENDORED.md", "enhance.js", "images/icon.svg"}
    files = {str(one.relative_to(STATIC)) for one in STATIC.rglob("*") if one.is_file()}
    assert {one for one in files if not one.startswith("source/")} == ours | set(NOTED)
    for licence in ("licences/govuk-frontend.txt", "licences/moj-frontend.txt"):
        assert "Permission is hereby granted, free of charge" in STATIC.joinpath(licence).read_text()


def test_the_style_sheet_asks_nothing_of_anybody_else():
    assert re.findall(r"url\(([^)]*)\)", CSS) == ["images/icon-document.svg"]
    assert "@import" not in CSS
    assert "@font-face" not in CSS
    assert "GDS Transport" not in CSS
    assert "crown" not in CSS.lower()


def test_an_organisation_can_set_its_colour():
    assert ".app-header{border-bottom:8px solid var(--govuk-brand-colour" in CSS
    assert ".govuk-notification-banner{border:5px solid;border-color:var(--govuk-brand-colour" in CSS


def test_the_script_takes_in_the_file_that_lies_beside_it():
    (source,) = re.findall(r'from "([^"]+)"', STATIC.joinpath("enhance.js").read_text())
    assert STATIC.joinpath(source).is_file()
    assert Path(source).name in NOTED
