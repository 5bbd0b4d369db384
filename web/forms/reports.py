"""The pages on which a report is revised: its recommendations, its files, the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import TypeAdapter

from web.forms.base import Form, area, chosen, radios, tick, uploads
from web.forms.creating import fits
from workflow.files import KINDS, LARGEST, MOST_FILES
from workflow.shapes import Text

PARTS: Final = (("I", "Open to the public"), ("II", "Exempt (Part II)"))

_text = TypeAdapter(Text)


class FilesForm(Form):
    """New files, and what becomes of those that are there: `stays-1` and `gone-1` are about the first."""

    files = uploads(
        "Add files",
        hint=f"{KINDS}. At most {LARGEST // 1_000_000} MB each, {MOST_FILES} in all. You can choose several at once",
    )
    part = radios("The files that you add are", PARTS, chosen("Say whether the files that you add are open or exempt"))


class SendForm(Form):
    """Why it is revised."""

    reason = area("Why is it revised?", fits(_text), hint="Optional. It stands in the item's history")


def files_form(there: Sequence[Mapping[str, Any]]) -> type[FilesForm]:
    """The form for a report that has these files already."""
    fields: dict[str, Any] = {}
    for number, file in enumerate(there, 1):
        fields[f"stays-{number}"] = radios(f"{file['name']} is", PARTS, chosen(f"Say whether {file['name']} is exempt"))
        fields[f"gone-{number}"] = tick(f"Take {file['name']} out")
    return type("FilesOfReport", (FilesForm,), fields)


def left_in(form: Form, there: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The files that stay, each with the part that it is now in."""
    return [
        {**file, "part": form[f"stays-{number}"].data}
        for number, file in enumerate(there, 1)
        if not form[f"gone-{number}"].data
    ]
