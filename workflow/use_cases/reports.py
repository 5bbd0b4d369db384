"""Reports: revised by the item's owner, with recommendations and files, in numbered versions.

For pages: `runtime().do(revise_as_read(sha256), Revise(by=…, item=…, …), person.id)`. What stands in
`attachments` must be files that this person has uploaded just now (`workflow/files.py`, kept with their draft) or those
of this item's report, never what a request names: whoever names a file by its SHA-256 would be handed what is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from models.reports import attachments, reports
from models.steps import steps
from routes.schema import unsuitable
from workflow.authority import require
from workflow.doing import Doing
from workflow.dossiers import Dossier, Row
from workflow.errors import AlreadyDecided, Refused
from workflow.files import LARGEST, LONGEST_NAME, MEDIA_TYPES, MOST_FILES, is_clean_name
from workflow.ledger import REDACTED, Change
from workflow.shapes import Number, Shape, Text
from workflow.shelf import also, hand_over
from workflow.use_cases.acting import (
    Done,
    ItemAct,
    business_day,
    item_change,
    matter,
    must_not_have_ended,
    reason_told,
)
from workflow.use_cases.papers import content_hash, files_of


def _file_name(value: str) -> str:
    if not is_clean_name(value) and value != REDACTED:
        raise unsuitable(f"“{value[:60]}” is no file name: write it without folders, such as “appendix-1.pdf”")
    return value


def _media_type(value: str) -> str:
    if value not in MEDIA_TYPES.values():
        raise unsuitable(f"“{value[:60]}” is not a kind of file that is kept; those there are: "
                         f"{', '.join(sorted(set(MEDIA_TYPES.values())))}")  # fmt: skip
    return value


class FileForm(Shape):
    """One file of a report. What is in it is kept elsewhere, under its SHA-256."""

    name: Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(_file_name)]
    media_type: Annotated[str, AfterValidator(_media_type)]
    size: Annotated[int, Field(ge=1, le=LARGEST)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    part: Literal["I", "II"] = "I"


class Revise(ItemAct):
    """The report as it reads now. What is not said stays: recommendations, files."""

    recommendations: Annotated[list[Text], Field(max_length=500)] | None = None
    attachments: Annotated[list[FileForm], Field(max_length=MOST_FILES)] | None = None
    version: Number | None = None  # which version it becomes, where a file says so


def revise(do: Doing, form: Revise) -> Done:
    """The owner revises the report.

    A version that was submitted, cleared or decided on anywhere stays as it is, and a new one begins; one that
    nobody has dealt with yet is rewritten. What a forum endorsed is the exact version that it saw.
    """
    dossier = hand_over(do, form.item)
    on = business_day(do, form)
    require(do, "revise", matter(dossier))
    _must_be_revisable(do, dossier)
    newest = dossier.item["report_version"]
    version = newest + 1 if _was_used(do, dossier, newest) else newest
    if form.version is not None and form.version != version:
        raise Refused(f"The revised report of {form.item} becomes version {version}, not {form.version}.")
    recommendations = _recommendations(do, dossier, form.recommendations)
    _must_reach(dossier, recommendations)
    files = _files(do, dossier, form.attachments)
    sha256 = content_hash([f"version {version}", *recommendations], files)
    _must_differ(do, dossier, recommendations, files)
    changes = _rewritten(do, dossier, version, recommendations, files, sha256)
    act = {"version": version, "recommendations": recommendations, "attachments": files}
    act |= reason_told(do, dossier.subject, form)
    do.append(dossier.subject, "revised", on=on, act=act, changes=changes)
    do.touched.add(form.item)
    if version == newest:
        return Done(f"Version {version} of the report is rewritten; nobody had dealt with it yet.", form.item)
    return Done(
        f"Version {version} of the report is there. Forums that have version {newest} keep it until you submit "
        f"version {version} to them.",
        form.item,
    )


def revise_as_read(sha256: str) -> Callable[[Doing, Revise], Done]:
    """`revise` for somebody who began from this version; AlreadyDecided if the report has changed meanwhile."""

    def checked(do: Doing, form: Revise) -> Done:
        dossier = hand_over(do, form.item)
        if dossier.item["report_sha256"] != sha256:
            raise AlreadyDecided(
                f"The report has been revised since you began: its newest version is now "
                f"{dossier.item['report_version']}. What you entered is kept: look at what has changed, then decide."
            )
        return revise(do, form)

    return checked


def _must_be_revisable(do: Doing, dossier: Dossier) -> None:
    state = dossier.item["state"]
    if state == "withdrawn":
        raise Refused("The item was withdrawn; its report stays as it is.")
    if state == "on-hold":
        raise Refused("The item is on hold: resume it first, then revise its report.")
    if state != "draft":
        must_not_have_ended(do, dossier, "revise the report")


def _was_used(do: Doing, dossier: Dossier, version: int) -> bool:
    """Whether anybody has had this version before them; in a draft nobody has."""
    if dossier.item["state"] == "draft":
        return False
    if any(row["version"] == version for row in dossier.table("steps").values()):
        return True
    if any(cleared == version for (_step, _area, cleared) in also(do, dossier, "clearances")):
        return True
    return also(do, dossier, "reports")[(version,)]["material"] is not None


def _recommendations(do: Doing, dossier: Dossier, wanted: Sequence[str] | None) -> list[str]:
    """The digests of the recommendations; one that stays keeps its own, so that it is redacted everywhere at once."""
    before: list[str] = list(also(do, dossier, "reports")[(dossier.item["report_version"],)]["recommendations"])
    if wanted is None:
        return before
    return _known_again(do, dossier, before, wanted)


def _known_again(do: Doing, dossier: Dossier, before: Sequence[str], wanted: Sequence[str]) -> list[str]:
    left = [(digest, do.text(dossier.subject, digest)) for digest in before]
    found = []
    for text in wanted:
        same = next((pair for pair in left if pair[1] == text and text != REDACTED), None)
        if same is None:
            found.append(do.prose(dossier.subject, text))
        else:
            left.remove(same)
            found.append(same[0])
    return found


def _files(do: Doing, dossier: Dossier, wanted: Sequence[FileForm] | None) -> list[dict[str, Any]]:
    before = files_of(do, dossier, dossier.item["report_version"])
    if wanted is None:
        return before
    names = _known_again(do, dossier, [file["name"] for file in before], [file.name for file in wanted])
    return [{**file.model_dump(), "name": name} for file, name in zip(wanted, names, strict=True)]


def _must_reach(dossier: Dossier, recommendations: Sequence[str]) -> None:
    for stage in dossier.route.stages:
        beyond = [number for number in stage.recommendations or () if number > len(recommendations)]
        if beyond:
            raise Refused(
                f"Stage {stage.id} of the route puts recommendation {beyond[0]}, and the report would have only "
                f"{len(recommendations)}. Keep at least {beyond[-1]}."
            )


def _must_differ(
    do: Doing, dossier: Dossier, recommendations: Sequence[str], files: Sequence[Mapping[str, Any]]
) -> None:
    newest = dossier.item["report_version"]
    known = also(do, dossier, "reports")[(newest,)]["recommendations"]
    if list(recommendations) == list(known) and list(files) == files_of(do, dossier, newest):
        raise Refused(
            f"Nothing differs from version {newest}: change a recommendation or a file, or leave it as it is."
        )


def _rewritten(
    do: Doing,
    dossier: Dossier,
    version: int,
    recommendations: Sequence[str],
    files: Sequence[Mapping[str, Any]],
    sha256: str,
) -> list[Change]:
    new = version > dossier.item["report_version"]
    values = {"recommendations": list(recommendations), "sha256": sha256}
    changes = [Change(reports, (version,), values, new)]
    gone = [key for key in also(do, dossier, "attachments") if key[0] == version]
    changes += [Change(attachments, key, None) for key in gone]
    changes += [Change(attachments, (version, n), dict(file), new=True) for n, file in enumerate(files, 1)]
    changes.append(item_change(report_version=version, report_sha256=sha256))
    return changes + [_follows(row, sha256) for row in dossier.table("steps").values() if row["version"] == version]


def _follows(row: Row, sha256: str) -> Change:
    """A draft may say that its report is in already: then it is the report as it reads now."""
    return Change(steps, (row["step"], row["round"]), {"sha256": sha256})
