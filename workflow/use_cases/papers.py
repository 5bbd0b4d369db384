"""Papers: the report submitted, cleared, put on the agenda; notice given; a new version declared material."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from models.reports import attachments, clearances, reports
from workflow import machine
from workflow.authority import require
from workflow.doing import Doing
from workflow.dossiers import Dossier, Row
from workflow.errors import Refused, Unknown, day
from workflow.ledger import Change
from workflow.shapes import Number
from workflow.shelf import also, hand_over
from workflow.use_cases import rounds
from workflow.use_cases.acting import (
    Done,
    ItemAct,
    StepAct,
    business_day,
    item_change,
    matter,
    must_be_open,
    must_not_have_ended,
    must_run,
    name_of,
    reason_for,
    reason_told,
    standing_of,
    step_change,
)
from workflow.use_cases.formalities import said_of_notice

FILE_COLUMNS = ("name", "media_type", "size", "sha256", "part")


class Submit(StepAct):
    """The report goes in. Without a version it is the newest; one more than the newest is a new version."""

    version: Number | None = None


class Clear(StepAct):
    """A clearer's answer on one version of the report: yes, or no."""

    area: str
    cleared: bool
    version: Number | None = None


class OnStep(StepAct):
    """An act on a step that needs nothing more."""


class Material(ItemAct):
    """Whether the newest version of the report changes what others agreed to."""

    material: bool


def content_hash(recommendations: Sequence[str], files: Sequence[Mapping[str, Any]] = ()) -> str:
    """The SHA-256 of a report version: over its recommendations and files as the ledger names them."""
    lines = [f"file {file['part']} {file['size']} {file['sha256']} {file['name']}" for file in files]
    return hashlib.sha256("\n".join([*recommendations, *lines]).encode()).hexdigest()


def files_of(do: Doing, dossier: Dossier, version: int) -> list[dict[str, Any]]:
    """The files of a report version in their order, as the ledger names them."""
    rows = sorted((key, row) for key, row in also(do, dossier, "attachments").items() if key[0] == version)
    return [{name: row[name] for name in FILE_COLUMNS} for _key, row in rows]


def submit(do: Doing, form: Submit) -> Done:
    """The owner hands the report in to the step's forum, in one exact version."""
    dossier, row, on = _open_step(do, form, "submit", "submit the report")
    stage = dossier.stage_of(row)
    if stage.kind == "gate" or stage.ask is None:
        raise Refused(f"{name_of(do, dossier, row)} takes no report: only a forum that is asked something does.")
    if stage.papers_after_outcome and not standing_of(do, dossier, on).steps[form.step].ready:
        waits = ", ".join(stage.after)
        raise Refused(f"The report may go in to {name_of(do, dossier, row)} only after {waits} has been dealt with.")
    version, changes = _version(do, dossier, form.version)
    state = machine.fire("papers", row["papers"], "submit", "")
    sha256 = changes[0].values["sha256"] if changes and changes[0].values else _sha256(do, dossier, version)
    values = {"papers": state, "version": version, "sha256": sha256, "submitted_on": on, "agenda_on": None}
    if stage.when:
        values["applies"] = True
    act: dict[str, Any] = {"version": version, **reason_told(do, dossier.subject, form)}
    changes.append(step_change(row, **values))
    do.append(dossier.subject, "submitted", on=on, step=form.step, act=act, changes=changes)
    do.touched.add(form.item)
    missing = [area for area in stage.clearances if area not in _cleared(do, dossier, row, version)]
    more = f" Still to be cleared by {', '.join(missing)}." if missing else ""
    return Done(f"Version {version} of the report is with {name_of(do, dossier, row)}.{more}", form.item)


def clear(do: Doing, form: Clear) -> Done:
    """A clearer signs off, or does not sign off, one exact version of the report."""
    dossier = hand_over(do, form.item)
    row = dossier.step(form.step)
    on = business_day(do, form)
    stage = dossier.stage_of(row)
    if form.area not in stage.clearances:
        areas = ", ".join(stage.clearances) or "none"
        name = name_of(do, dossier, row)
        raise Refused(f"{name} needs no clearance by {form.area}; those it needs: {areas}.")
    require(do, "clear", matter(dossier, row, area=form.area))
    must_be_open(do, dossier, row, "clear the report")
    version = form.version or row["version"] or dossier.item["report_version"]
    key = (form.step, form.area, version)
    values = {
        "sha256": _sha256(do, dossier, version),
        "cleared": form.cleared,
        "on": on,
        "by": form.by,
        "reason": do.prose(dossier.subject, form.reason) if form.reason else None,
    }
    known = key in also(do, dossier, "clearances")
    act = {"area": form.area, "cleared": form.cleared, "version": version}
    if values["reason"]:
        act["reason"] = values["reason"]
    changes = [Change(clearances, key, values, new=not known)]
    do.append(dossier.subject, "cleared", on=on, step=form.step, act=act, changes=changes)
    do.touched.add(form.item)
    said = "cleared" if form.cleared else "not cleared"
    return Done(
        f"Version {version} of the report is {said} by {form.area} for {name_of(do, dossier, row)}.",
        form.item,
    )


def agenda(do: Doing, form: OnStep) -> Done:
    """The secretary puts the papers on the agenda of the meeting, once every clearance is there."""
    dossier, row, on = _open_step(do, form, "agenda", "put it on the agenda")
    name = name_of(do, dossier, row)
    if row["papers"] == "on-agenda":
        raise Refused(f"It is on the agenda of {name} already.")
    if row["meeting"] is None:
        raise Refused(f"It is not on a meeting of {name} yet: put it on one first, then on the agenda.")
    if not row["verbal"]:
        if row["papers"] == "none":
            raise Refused(f"No report has been submitted to {name}: its owner submits it first.")
        cleared = _cleared(do, dossier, row, row["version"])
        missing = [area for area in dossier.stage_of(row).clearances if area not in cleared]
        if missing:
            raise Refused(f"Version {row['version']} still has to be cleared by {', '.join(missing)}.")
    state = "on-agenda" if row["verbal"] else machine.fire("papers", row["papers"], "agenda", "")
    change = step_change(row, papers=state, agenda_on=on)
    act = reason_told(do, dossier.subject, form)
    do.append(dossier.subject, "put-on-agenda", on=on, step=form.step, act=act, changes=[change])
    do.touched.add(form.item)
    meeting = do.known.meetings[row["meeting"]]
    return Done(f"It is on the agenda of {name} for {day(meeting.date)}.", form.item)


def notice(do: Doing, form: OnStep) -> Done:
    """Notice of the key decision was given on this day; entered after the decision it says when it was given."""
    dossier = hand_over(do, form.item)
    row = dossier.step(form.step)
    on = business_day(do, form)
    require(do, "notice", matter(dossier, row))
    if row["outcome"] is None or not dossier.item["key_decision"]:
        must_be_open(do, dossier, row, "give notice")
    elif on > row["outcome_on"]:
        raise Refused(
            f"{name_of(do, dossier, row)} decided on {day(row['outcome_on'])}; it is too late to give notice. If "
            "notice was given before that, say on which day (--on)."
        )
    if row["forum"] is None:
        raise Refused(f"No forum deals with {name_of(do, dossier, row)}, so no notice is given for it.")
    act = reason_told(do, dossier.subject, form)
    changes = [step_change(row, notice_given=on, noticed_as_key=dossier.item["key_decision"])]
    do.append(dossier.subject, "notice-given", on=on, step=form.step, act=act, changes=changes)
    do.touched.add(form.item)
    too_late = said_of_notice(do, dossier, row, on)
    return Done(f"Notice of the decision of {name_of(do, dossier, row)} was given on {day(on)}.{too_late}", form.item)


def material(do: Doing, form: Material) -> Done:
    """The lead says whether those between must be asked again because the report has changed.

    After a referral back those are the stages between the one it went back to and the one that referred it;
    without one, every step that passed on an older version.
    """
    dossier = hand_over(do, form.item)
    on = business_day(do, form)
    require(do, "material", matter(dossier))
    reason = reason_for(form, "say whether the change is material")
    must_run(dossier, "decide on its report")
    must_not_have_ended(do, dossier, "decide on its report")
    newest = dossier.item["report_version"]
    also(do, dossier, "reports")
    if (
        form.material
        and newest == 1
        and not any(row["also_after"] or row["awaits_author"] for row in dossier.current())
    ):
        raise Refused("The report has not changed: submit its new version first.")
    asked = _asked_because_material(dossier) if form.material else []
    changes = [Change(reports, (newest,), {"material": form.material})]
    for row, because in asked:
        changes += rounds.asked_again(row, because, on)
    act = {"material": form.material, "reason": do.prose(dossier.subject, reason)}
    do.append(dossier.subject, "material-declared", on=on, act=act, changes=changes)
    do.touched.add(form.item)
    if not form.material:
        return Done(f"Version {newest} changes nothing material: nobody is asked again.", form.item)
    names = ", ".join(name_of(do, dossier, row) for row, _because in asked) or "nobody"
    return Done(f"Version {newest} is a material change. To be asked again: {names}.", form.item)


def _asked_because_material(dossier: Dossier) -> list[tuple[Row, str]]:
    current = dossier.current()
    done = [row for row in current if machine.may("forum", row["decision"], "ask-again") and row["outcome"]]
    referring = [row for row in current if row["also_after"] and row["decision"] == "open"]
    if not referring:
        newest = dossier.item["report_version"]
        return [(row, f"material/{newest}") for row in done if (row["version"] or newest) < newest]
    asked: dict[str, tuple[Row, str]] = {}
    for row in referring:
        stages = rounds.between(dossier.route, row["also_after"], row["stage"])
        for other in done:
            if other["stage"] in stages:
                asked[other["step"]] = (other, row["because"])
    return list(asked.values())


def _open_step(do: Doing, form: StepAct, action: str, what: str) -> tuple[Dossier, Row, date]:
    dossier = hand_over(do, form.item)
    row = dossier.step(form.step)
    on = business_day(do, form)
    require(do, action, matter(dossier, row))
    must_be_open(do, dossier, row, what)
    return dossier, row, on


def _version(do: Doing, dossier: Dossier, wanted: int | None) -> tuple[int, list[Change]]:
    """The version that is meant, and the rows of a new one: the same recommendations and files."""
    newest = dossier.item["report_version"]
    version = wanted or newest
    if version <= newest:
        return version, []
    if version > newest + 1:
        raise Refused(f"The newest version of the report is {newest}; the next one is {newest + 1}, not {version}.")
    recommendations = also(do, dossier, "reports")[(newest,)]["recommendations"]
    files = files_of(do, dossier, newest)
    sha256 = content_hash([f"version {version}", *recommendations], files)
    values = {"recommendations": recommendations, "sha256": sha256}
    return version, [
        Change(reports, (version,), values, new=True),
        item_change(report_version=version, report_sha256=sha256),
        *(Change(attachments, (version, number), file, new=True) for number, file in enumerate(files, 1)),
    ]


def _sha256(do: Doing, dossier: Dossier, version: int) -> str:
    if version == dossier.item["report_version"]:
        return str(dossier.item["report_sha256"])
    known = also(do, dossier, "reports").get((version,))
    if known is None:
        newest = dossier.item["report_version"]
        raise Unknown(f"{dossier.id} has no version {version} of its report; the newest is {newest}.")
    return str(known["sha256"])


def _cleared(do: Doing, dossier: Dossier, row: Row, version: int) -> set[str]:
    """The areas that cleared this version, here or at another step: a clearance is carried to the next forum."""
    return {
        area
        for (_step, area, cleared_version), clearance in also(do, dossier, "clearances").items()
        if cleared_version == version and clearance["cleared"]
    } - {
        area
        for (step, area, cleared_version), clearance in also(do, dossier, "clearances").items()
        if step == row["step"] and cleared_version == version and not clearance["cleared"]
    }
