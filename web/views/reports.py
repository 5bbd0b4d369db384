"""The report of an item: its versions, what changed between two, its files, and a new version of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from flask import (
    Blueprint,
    Flask,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from werkzeug.datastructures import FileStorage

from web.acting import perform
from web.forms import creating as texts
from web.forms import reports as forms
from web.forms.base import Form
from web.reading import looking, person, reader
from workflow import drafts
from workflow.authority import Matter, why_not
from workflow.drafts import Discard, Draft, Save
from workflow.errors import AlreadyDecided, NotPermitted, Refused, WorkflowError
from workflow.files import LARGEST, MOST_FILES, CheckedFile, checked
from workflow.queries.at_hand import StepAtHand, at_hand
from workflow.queries.offers import offers
from workflow.queries.reports import Reports, compared, file_content, reports_of, why_not_now
from workflow.queries.seeing import may_see_exempt
from workflow.runtime import Looking
from workflow.use_cases.reports import Revise, revise_as_read

pages = Blueprint("reports", __name__)

LARGEST_UPLOAD: Final = 50_000_000  # bytes in one request, all files together
TAKES_FILES: Final = ("reports.files",)
MOST_RECOMMENDATIONS: Final = 100


@dataclass
class Revision:
    """A report that is being revised: what it is to be, kept until it is sent."""

    report: Reports
    draft: Draft | None
    recommendations: list[str]
    files: list[dict[str, Any]]
    base: str  # the SHA-256 of the version from which it was begun

    def keep(self, uploaded: Sequence[CheckedFile] = ()) -> None:
        """Keep what was just entered, and what was uploaded with it."""
        answers = {"recommendations": self.recommendations, "files": self.files, "base": self.base}
        save = Save(person().id, _kept_as(self.report.item), answers, self.draft.id if self.draft else None, uploaded)
        self.draft, _plans = perform(drafts.save, save)


@pages.record
def _raise_the_limit(setup: BlueprintSetupState) -> None:
    """Requests with files may be larger than others; this comes before anything that reads the form."""
    app: Flask = setup.app
    app.before_request_funcs.setdefault(None, []).insert(0, _allow_files)


def _allow_files() -> None:
    if request.endpoint in TAKES_FILES:
        request.max_content_length = LARGEST_UPLOAD


@pages.get("/items/<item>/reports")
def index(item: str) -> str:
    """All versions of an item's report."""
    with looking() as look:
        report = _report(look, item)
        kept = _kept(look, item)
        may_revise = _why_not(look, report) is None
        why = why_not_now(report) if may_revise else None
        behind = _behind(look, report) if may_revise and not why else []
    return render_template(
        "reports/index.html", report=report, begun=kept, may_revise=may_revise, why_not=why, behind=behind
    )


@pages.get("/items/<item>/reports/<int:number>")
def version(item: str, number: int) -> str:
    """One version: what it recommends, its files, who dealt with it, and what changed since another."""
    with looking() as look:
        report = _report(look, item)
    shown = report.version(number)
    asked = request.args.get("since", "")
    others = [other for other in report.versions if other.number != number]
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else number - 1
    since = next((other for other in others if other.number == wanted), None)
    differences = compared(since.recommendations, shown.recommendations) if since else []
    return render_template(
        "reports/version.html",
        report=report,
        version=shown,
        since=since,
        others=others,
        differences=differences,
        files=_files_compared(since.attachments, shown.attachments) if since else [],
    )


@pages.get("/items/<item>/files/<int:version>/<int:number>")
def download(item: str, version: int, number: int) -> Response:
    """A file of a report, to be saved: never shown as a page of this site."""
    with looking() as look:
        file, content = file_content(look, item, version, number, may_see_exempt(look, reader(), item))
    found = send_file(BytesIO(content), file.media_type, as_attachment=True, download_name=file.name, etag=False)
    found.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return found


@pages.route("/items/<item>/reports/new", methods=["GET", "POST"])
def new(item: str) -> Response:
    """The recommendations of the report as they are to read."""
    revision = _revision(item)
    count = max(len(revision.recommendations), 1)
    if request.method == "POST":
        sent = [name for name in request.form if name.startswith("recommendation-")]
        count = min(max(len(sent), count), MOST_RECOMMENDATIONS)
    form = texts.recommendations_form(count)()
    if form.is_submitted():
        right = form.validate()
        written = texts.recommendations_in(form)
        if request.form.get("do") == "another":
            revision.recommendations = [*written, ""][:MOST_RECOMMENDATIONS]
            revision.keep()
            return _to("new", item)
        if right and written:
            revision.recommendations = written
            revision.keep()
            return _to("files", item)
        if not written:
            form.problem("recommendation-1", "Write at least one recommendation")
    else:
        for number, text in enumerate(revision.recommendations, 1):
            form[f"recommendation-{number}"].data = text
    return _shown("recommendations", form, revision, Refused.status if form.is_submitted() else 200)


@pages.route("/items/<item>/reports/new/files", methods=["GET", "POST"])
def files(item: str) -> Response:
    """The files of the report as it is to be."""
    revision = _revision(item)
    form = forms.files_form(revision.files)()
    if not form.is_submitted():
        form.part.data = "II" if revision.report.part == "II" else None
        for number, file in enumerate(revision.files, 1):
            form[f"stays-{number}"].data = file["part"]
        return _shown("files", form, revision, 200)
    uploaded = [file for file in form.files.data or () if isinstance(file, FileStorage) and file.filename]
    if not uploaded:
        form.part.validators = []  # there is nothing that it could be about
    if not form.validate():
        return _shown("files", form, revision, Refused.status)
    new_files = _checked(form, uploaded)
    named = [_named(file, form.part.data) for file in new_files]
    left = forms.left_in(form, revision.files)
    if len(left) + len(named) > MOST_FILES:
        form.problem("files", f"A report may have {MOST_FILES} files, and this would make {len(left) + len(named)}")
        return _shown("files", form, revision, Refused.status)
    revision.files = [*left, *named]
    revision.keep(new_files)
    if form.files.errors:  # those that can be taken are kept, the others named
        return _shown("files", _again(form, revision), revision, Refused.status)
    return _to("files" if request.form.get("do") == "add" else "check", item)


@pages.route("/items/<item>/reports/new/check", methods=["GET", "POST"])
def check(item: str) -> Response:
    """What the report will be; sending it makes the version."""
    revision = _revision(item)
    if not any(revision.recommendations):
        return _to("new", item)
    form = forms.SendForm()
    if request.form.get("do") == "mine":  # having been told that somebody was first
        revision.base = revision.report.newest.sha256
        revision.keep()
        return _to("check", item)
    if form.is_submitted() and form.validate():
        wanted = Revise.model_validate(
            {"item": item, "by": person().id, "recommendations": [text for text in revision.recommendations if text],
             "attachments": revision.files, "reason": form.reason.data or None}
        )  # fmt: skip
        draft = revision.draft.id if revision.draft else None
        try:
            done, _plans = perform(drafts.sent(revise_as_read(revision.base), person().id, draft), wanted)
        except AlreadyDecided as err:
            return _shown("check", form, revision, err.status, first=str(err))
        except Refused as err:
            form.refused(err)
            return _shown("check", form, revision, err.status)
        flash(done.sentence, "success")
        return _to("index", item)
    return _shown("check", form, revision, Refused.status if form.is_submitted() else 200)


@pages.post("/items/<item>/reports/new/discard")
def discard(item: str) -> Response:
    """The report stays as it is."""
    with looking() as look:
        kept = _kept(look, item)
    if kept is not None:
        perform(drafts.discard, Discard(person().id, kept.id))
        flash("What you had begun is discarded; the report is as it was.", "success")
    return _to("index", item)


def _revision(item: str) -> Revision:
    """The report as somebody has begun to revise it, or as it is now; NotPermitted unless they own the item."""
    with looking() as look:
        report = _report(look, item)
        if sentence := _why_not(look, report):
            raise NotPermitted(sentence)
        if sentence := why_not_now(report):
            raise Refused(sentence)
        kept = _kept(look, item)
    if kept is not None:
        said = kept.answers
        return Revision(report, kept, list(said["recommendations"]), list(said["files"]), said["base"])
    there = [
        {"name": f.name, "media_type": f.media_type, "size": f.size, "sha256": f.sha256, "part": f.part}
        for f in report.newest.attachments
    ]
    return Revision(report, None, list(report.newest.recommendations), there, report.newest.sha256)


def _report(look: Looking, item: str) -> Reports:
    return reports_of(look, item, may_see_exempt(look, reader(), item))


def _why_not(look: Looking, report: Reports) -> str | None:
    return why_not(look.known, person().id, "revise", Matter(item={"owner": report.owner}))


def _behind(look: Looking, report: Reports) -> list[StepAtHand]:
    """The steps at which an older version is in, and where the newest may be submitted now."""
    hand = at_hand(look, reader(), report.item)
    offered = offers(look, hand.seen, hand.id, person(), hand.plan)
    steps = [hand.step(offer.step) for offer in offered if offer.step and offer.action == "submit" and offer.possible]
    return [step for step in steps if step.row["papers"] != "none" and step.version < report.newest.number]


def _kept(look: Looking, item: str) -> Draft | None:
    return next(iter(drafts.of(look, person().id, _kept_as(item))), None)


def _kept_as(item: str) -> str:
    return f"report:{item}"


def _checked(form: Any, uploaded: list[FileStorage]) -> list[CheckedFile]:
    """The files that can be taken; what is wrong with the others stands at the field."""
    found, wrong = [], []
    for file in uploaded:
        try:
            found.append(checked(file.filename or "", file.stream.read(LARGEST + 1)))
        except WorkflowError as err:
            wrong.append(str(err))
    if wrong:
        form.problem("files", " ".join(wrong))
    return found


def _again(form: Any, revision: Revision) -> Form:
    """The form for the files as they are now, with what is wrong with those that were not taken."""
    fresh = forms.files_form(revision.files)(formdata=None)
    fresh.part.data = form.part.data
    for number, file in enumerate(revision.files, 1):
        fresh[f"stays-{number}"].data = file["part"]
    fresh.files.errors = list(form.files.errors)
    return fresh


def _named(file: CheckedFile, part: str) -> dict[str, Any]:
    return {"name": file.name, "media_type": file.media_type, "size": file.size, "sha256": file.sha256, "part": part}


def _files_compared(before: Any, after: Any) -> list[tuple[str, Any]]:
    """Each file of two versions, and whether it is new, gone or the same."""
    old = {(file.name, file.sha256) for file in before}
    new = {(file.name, file.sha256) for file in after}
    found = [("Same" if (file.name, file.sha256) in old else "New", file) for file in after]
    return found + [("Taken out", file) for file in before if (file.name, file.sha256) not in new]


def _shown(template: str, form: Any, revision: Revision, status: int, **more: Any) -> Response:
    page = render_template(f"reports/{template}.html", form=form, revision=revision, report=revision.report, **more)
    return make_response(page, status)


def _to(page: str, item: str) -> Response:
    return make_response(redirect(url_for(f"reports.{page}", item=item)))
