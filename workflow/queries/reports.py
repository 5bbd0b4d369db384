"""The versions of an item's report: what each says, who dealt with it, what changed, and its files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from typing import Any, Literal

from sqlalchemy import RowMapping, select

from models.forecasts import forecasts
from models.ledger import events
from models.reports import attachments, clearances, files, reports, texts
from workflow.dossiers import Dossier
from workflow.errors import Refused, Unknown
from workflow.ledger import REDACTED
from workflow.runtime import Looking
from workflow.shelf import fetch, titles

NOT_THERE = "There is no such report or file, or it is not for you to see. Check the address."


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a report version. `here`: what is in it is in this database, and may be handed out.

    A dump carries only what a file is called; what is in one that was redacted is removed.
    """

    version: int
    number: int
    name: str
    media_type: str
    size: int
    sha256: str
    part: str
    here: bool

    @property
    def removed(self) -> bool:
        """It was redacted."""
        return self.name == REDACTED


@dataclass(frozen=True, slots=True)
class Use:
    """Somebody dealt with a version: it was submitted to them, cleared, decided on."""

    step: str
    where: str
    what: Literal["submitted", "cleared", "not cleared", "decided"]
    detail: str  # the outcome, or the area that cleared it
    on: date | None
    round: int


@dataclass(frozen=True, slots=True)
class ReportVersion:
    """One version of a report. `hidden_files` are exempt ones that this reader may not know more of."""

    number: int
    newest: bool
    recommendations: tuple[str, ...]
    sha256: str
    material: bool | None
    attachments: tuple[Attachment, ...]
    hidden_files: int
    uses: tuple[Use, ...]
    made_at: datetime | None
    made_by: str | None


@dataclass(frozen=True, slots=True)
class Reports:
    """All versions of one item's report, the newest first; `draft`: the item has not started yet."""

    item: str
    title: str
    part: str
    owner: str
    state: str
    standing: str  # the state that people see: complete and rejected too
    seq: int
    versions: tuple[ReportVersion, ...]

    @property
    def newest(self) -> ReportVersion:
        """The version that would be submitted now."""
        return self.versions[0]

    def version(self, number: int) -> ReportVersion:
        """One version; Unknown if there is none of that number."""
        for version in self.versions:
            if version.number == number:
                return version
        raise Unknown(NOT_THERE)


@dataclass(frozen=True, slots=True)
class Passage:
    """A few words of a recommendation: as they were, taken out, or put in."""

    kind: Literal["same", "out", "in"]
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One recommendation in two versions; `before` and `after` are None where it is not there."""

    kind: Literal["same", "changed", "added", "removed"]
    before_number: int | None
    after_number: int | None
    before: tuple[Passage, ...]
    after: tuple[Passage, ...]


def reports_of(look: Looking, item: str, exempt: bool) -> Reports:
    """An item's report in all its versions; `exempt`: whoever looks may also know of files in Part II."""
    found: dict[str, Dossier] = {}
    fetch(look.db, [item], found)
    dossier = found.get(item)
    if dossier is None:
        raise Unknown(NOT_THERE)
    spelt = _texts(look, dossier.subject)
    of_files = _attachments(look, item, spelt)
    uses = _uses(look, dossier)
    made = _made(look, dossier)
    query = select(reports).where(reports.c.item == item).order_by(reports.c.version.desc())
    versions = []
    for row in look.db.execute(query).mappings():
        of = [file for file in of_files if file.version == row["version"]]
        shown = tuple(file for file in of if exempt or file.part == "I")
        at, by = made.get(row["version"], (None, None))
        versions.append(
            ReportVersion(
                number=row["version"],
                newest=row["version"] == dossier.item["report_version"],
                recommendations=tuple(spelt.get(digest, REDACTED) for digest in row["recommendations"]),
                sha256=row["sha256"],
                material=row["material"],
                attachments=shown,
                hidden_files=len(of) - len(shown),
                uses=tuple(use for version, use in uses if version == row["version"]),
                made_at=at,
                made_by=by,
            )
        )
    own = dossier.item
    title = titles(look.db, [dossier]).get(item, REDACTED)
    standing = look.db.execute(select(forecasts.c.state).where(forecasts.c.item == item)).scalar_one_or_none()
    return Reports(
        item, title, own["part"], own["owner"], own["state"], standing or own["state"], own["seq"], tuple(versions)
    )


def file_content(look: Looking, item: str, version: int, number: int, exempt: bool) -> tuple[Attachment, bytes]:
    """One file of one version of this item's report and what is in it; Unknown, whatever the reason, if not."""
    found = [file for file in _attachments(look, item, _texts(look, f"item:{item}"))
             if (file.version, file.number) == (version, number) and (exempt or file.part == "I")]  # fmt: skip
    if not found:
        raise Unknown(NOT_THERE)
    if found[0].removed:
        raise Unknown("This file was removed, because it was redacted. Its SHA-256 stays on record.")
    content = look.db.execute(select(files.c.content).where(files.c.sha256 == found[0].sha256)).scalar_one_or_none()
    if content is None:
        raise Unknown(f"What is in “{found[0].name}” is not kept in this installation: ask its owner for the file.")
    if hashlib.sha256(content).hexdigest() != found[0].sha256:
        raise Refused(f"What is kept of “{found[0].name}” is not what was uploaded: its SHA-256 differs. Tell whoever "
                      "looks after this installation.")  # fmt: skip
    return found[0], bytes(content)


def why_not_now(report: Reports) -> str | None:
    """Why the report cannot be revised at the moment, whoever wants to; None if it can."""
    if report.standing == "on-hold":
        return "The item is on hold: its report can be revised once it goes on."
    if report.standing in ("complete", "rejected", "withdrawn"):
        return f"The item is {report.standing}: its report stays as it is."
    return None


def compared(before: Sequence[str], after: Sequence[str]) -> list[Difference]:
    """Recommendations of two versions beside each other, those that are alike on one line."""
    found: list[Difference] = []
    matcher = SequenceMatcher(None, list(before), list(after), autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                same = (Passage("same", before[i]),)
                found.append(Difference("same", i + 1, j + 1, same, same))
            continue
        paired = min(i2 - i1, j2 - j1)
        for i, j in zip(range(i1, i1 + paired), range(j1, j1 + paired), strict=True):
            found.append(Difference("changed", i + 1, j + 1, *_passages(before[i], after[j])))
        for i in range(i1 + paired, i2):
            found.append(Difference("removed", i + 1, None, (Passage("out", before[i]),), ()))
        for j in range(j1 + paired, j2):
            found.append(Difference("added", None, j + 1, (), (Passage("in", after[j]),)))
    return found


def _passages(before: str, after: str) -> tuple[tuple[Passage, ...], tuple[Passage, ...]]:
    """Two texts word by word; very long ones, which would take long to compare, as wholes."""
    old, new = re.findall(r"\s+|\S+", before), re.findall(r"\s+|\S+", after)
    if len(old) * len(new) > 1_000_000:
        return (Passage("out", before),), (Passage("in", after),)
    left: list[Passage] = []
    right: list[Passage] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if i2 > i1:
            left.append(Passage("same" if tag == "equal" else "out", "".join(old[i1:i2])))
        if j2 > j1:
            right.append(Passage("same" if tag == "equal" else "in", "".join(new[j1:j2])))
    return tuple(left), tuple(right)


def _texts(look: Looking, subject: str) -> Mapping[str, str]:
    query = select(texts.c.digest, texts.c.text).where(texts.c.subject == subject, texts.c.text.is_not(None))
    return {row.digest: row.text for row in look.db.execute(query)}


def _attachments(look: Looking, item: str, spelt: Mapping[str, str]) -> list[Attachment]:
    query = (
        select(attachments, files.c.sha256.label("kept"))
        .join(files, files.c.sha256 == attachments.c.sha256, isouter=True)
        .where(attachments.c.item == item)
        .order_by(attachments.c.version, attachments.c.number)
    )
    return [_attachment(row, spelt) for row in look.db.execute(query).mappings()]


def _attachment(row: RowMapping, spelt: Mapping[str, str]) -> Attachment:
    name = spelt.get(row["name"], REDACTED)
    return Attachment(
        row["version"], row["number"], name, row["media_type"], row["size"], row["sha256"], row["part"],
        row["kept"] is not None and name != REDACTED,
    )  # fmt: skip


def _uses(look: Looking, dossier: Dossier) -> list[tuple[int, Use]]:
    """Every step and clearance that speaks of a version, in the route's order."""
    found: list[tuple[int, Use]] = []
    places = {stage.id: place for place, stage in enumerate(dossier.route.stages)}
    rows = sorted(dossier.rows["steps"].values(), key=lambda r: (places[r["stage"]], r["step"], r["round"]))
    for row in rows:
        if row["version"] is None:
            continue
        where = _where(look, dossier, row)
        if row["outcome"]:
            use = Use(row["step"], where, "decided", row["outcome"], row["outcome_on"], row["round"])
        else:
            use = Use(row["step"], where, "submitted", "", None, row["round"])
        found.append((row["version"], use))
    query = select(clearances).where(clearances.c.item == dossier.id).order_by(clearances.c.on, clearances.c.area)
    for cleared in look.db.execute(query).mappings():
        where = next((_where(look, dossier, s) for s in rows if s["step"] == cleared["step"]), cleared["step"])
        said: Literal["cleared", "not cleared"] = "cleared" if cleared["cleared"] else "not cleared"
        found.append((cleared["version"], Use(cleared["step"], where, said, cleared["area"], cleared["on"], 1)))
    return found


def _where(look: Looking, dossier: Dossier, row: Mapping[str, Any]) -> str:
    stage = dossier.stage_of(row)
    return look.known.forum_name(row["forum"]) if row["forum"] else stage.body or stage.title or str(row["step"])


def _made(look: Looking, dossier: Dossier) -> dict[int, tuple[datetime, str]]:
    """When each version came to read as it does, and by whom."""
    query = (
        select(events.c.at, events.c.actor, events.c.on_behalf_of, events.c.kind, events.c.data)
        .where(events.c.subject == dossier.subject, events.c.kind.in_(("created", "changed", "revised", "submitted")))
        .order_by(events.c.seq)
    )
    found: dict[int, tuple[datetime, str]] = {}
    for row in look.db.execute(query):
        for key in row.data.get("rows", {}).get("reports", {}):
            who = row.on_behalf_of or row.actor
            person = look.known.people.get(who)
            found[int(key)] = (row.at, person.name if person else who)
    return found
