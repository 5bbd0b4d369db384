"""Routes and rule packs: for everybody to read, for administrators to add from a text, checked before it is kept."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from routes.faults import Fault
from routes.picture import svg
from web.forms.administration import FileForm
from web.reading import looking, person, reader, runtime, stop_looking
from web.signing_in import fresh_password_or_page
from workflow.queries import definitions
from workflow.queries.auditing import in_words
from workflow.trial import LARGEST, Otherwise, Trial, fingerprint, kept_text, tried_text

pages = Blueprint("routes", __name__)

LARGEST_REQUEST = 2 * LARGEST + 100_000  # a text with line ends as forms send them, and the rest of the form
MOST_LINES = 2000  # of a text that are shown whole; of a longer one, those around its faults
AROUND = 4
MOST_FAULTS = 100
MOST_SHOWN = 200  # of what would be new, changed or touched

Shown = str | Response | tuple[str, int]


@pages.url_value_preprocessor
def _room_for_a_text(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """The one page that takes a whole file as text; said before anything reads the form."""
    if endpoint == "routes.load":
        request.max_content_length = request.max_form_memory_size = LARGEST_REQUEST


@pages.get("/routes")
def index() -> Shown:
    """The routes there are."""
    with looking() as look:
        after, before = request.args.get("after"), request.args.get("before")
        page = definitions.route_list(look, reader().sees_everything, after, before)
        return render_template("administration/routes.html", page=page, may_add=_may_add())


@pages.get("/routes/<route>")
def show(route: str) -> Shown:
    """One route, drawn and in words; `?version=2` is an earlier version."""
    number = request.args.get("version", "")
    with looking() as look:
        wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None
        shown = definitions.route_shown(look, reader(), route, wanted)
        drawing = Markup(svg(shown.route))  # our own drawing: what authors wrote is escaped in it
        return render_template("administration/route.html", shown=shown, drawing=drawing)


@pages.get("/rules")
def rules() -> Shown:
    """The rule packs there are."""
    with looking() as look:
        return render_template("administration/rules.html", packs=definitions.packs(look), may_add=_may_add())


@pages.get("/rules/<pack>")
def show_rules(pack: str) -> Shown:
    """One rule pack in words."""
    with looking() as look:
        found = definitions.pack(look, pack)
        return render_template("administration/pack.html", pack=found, may_see_calendar=_may_add())


@pages.route("/administration/load", methods=["GET", "POST"])
def load() -> Shown:
    """Take in a text: first what it would do, or what is wrong with it; then exactly that."""
    form = FileForm()
    step = request.form.get("do", "check")
    if request.method == "GET" or step == "change":
        return _form_page(form)
    text = _text(form)
    if text is None:
        return _form_page(form, status=422)
    form.text.data = text
    stop_looking()
    if step == "save":
        if (page := fresh_password_or_page()) is not None:  # it may hold outcomes
            return page
        return _kept(form, text)
    trial = tried_text(runtime(), person().id, text, bool(form.update.data))
    return _form_page(form, trial, 422) if trial.faults else _check_page(form, trial)


def _kept(form: FileForm, text: str) -> Shown:
    """Keep what was checked, if it is still the same text and would still do the same."""
    update = bool(form.update.data)
    if request.form.get("sha256") != fingerprint(text):
        trial = tried_text(runtime(), person().id, text, update)
        notice = "This text is not the one that was checked. Nothing was saved; look at what it would do."
        return _form_page(form, trial, 422) if trial.faults else (_check_page(form, trial, notice), 409)
    try:
        kept = kept_text(runtime(), person().id, text, update, request.form.get("mark", ""))
    except Otherwise as err:
        if err.trial.faults:
            return _form_page(form, err.trial, err.status)
        return _check_page(form, err.trial, str(err)), err.status
    flash(_counted(kept), "success")
    only_rules = all(line.section == "rules" for line in kept.lines)
    return redirect(url_for("routes.rules" if only_rules else "routes.index"), 303)


def _text(form: FileForm) -> str | None:
    """What was pasted, or what is in the file that was chosen; None, said at the form, where there is neither."""
    chosen = form.file.data
    if chosen and getattr(chosen, "filename", ""):
        data = chosen.read(LARGEST + 1)
        chosen.close()
        if len(data) > LARGEST:
            form.problem("file", "The file is larger than 1 MB. Take it in at the command line: decision-routes load")
            return None
        try:
            return _plain(data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            form.problem("file", "The file is not UTF-8 text. Save it as UTF-8 and choose it again")
            return None
    text = _plain(form.text.data or "")
    if not text.strip():
        form.problem("text", "Paste a definition or choose a file")
        return None
    return text


def _plain(text: str) -> str:
    """The same text whether it was typed, pasted or sent along: forms end lines in their own way."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _form_page(form: FileForm, trial: Trial | None = None, status: int = 200) -> tuple[str, int]:
    faults = list(trial.faults) if trial else []
    shown, left_out = _numbered(form.text.data or "", faults) if faults else ([], False)
    numbers = {number for number, _line in shown}
    page = render_template(
        "administration/load.html",
        form=form,
        faults=faults,
        problems=[*form.problems, *_fault_links(faults, numbers)],
        lines=shown,
        left_out=left_out,
    )
    return page, status


def _fault_links(faults: list[Fault], numbers: set[int]) -> list[dict[str, str]]:
    """Each fault with a link to its line, as far as that is shown."""
    found = []
    for fault in faults[:MOST_FAULTS]:
        href = f"#line-{fault.line}" if fault.line in numbers else "#text"
        found.append({"text": f"Line {fault.line}: {fault.message}", "href": href})
    if (more := len(faults) - MOST_FAULTS) > 0:
        found.append({"text": f"{more} further faults. Mend these first.", "href": "#text"})
    return found


def _numbered(text: str, faults: list[Fault]) -> tuple[list[tuple[int, str]], bool]:
    """The lines of a text with their numbers, and whether some had to be left out."""
    lines = [(number, _indented(line)) for number, line in enumerate(text.rstrip("\n").split("\n"), 1)]
    if len(lines) <= MOST_LINES:
        return lines, False
    at = {fault.line + by for fault in faults[:MOST_FAULTS] for by in range(-AROUND, AROUND + 1)}
    return [(number, line) for number, line in lines if number in at], True


def _indented(line: str) -> str:
    """A line whose indentation, which means something, is seen on a page too."""
    bare = line.lstrip(" ")
    return "\u00a0" * (len(line) - len(bare)) + bare


def _check_page(form: FileForm, trial: Trial, notice: str | None = None) -> str:
    text = form.text.data or ""
    new = [line for line in trial.lines if line.new and line.section != "acts"]
    changed = [
        (line, difference.key, in_words(difference.before), in_words(difference.after))
        for line in trial.lines
        for difference in line.differences
    ]
    changed += [(line, "a new version", "", "") for line in trial.lines if line.section == "routes" and not line.new]
    return render_template(
        "administration/load_check.html",
        trial=trial,
        new=new[:MOST_SHOWN],
        more_new=max(0, len(new) - MOST_SHOWN),
        changed=changed[:MOST_SHOWN],
        more_changed=max(0, len(changed) - MOST_SHOWN),
        acts=[line for line in trial.lines if line.section == "acts"][:MOST_SHOWN],
        touches=trial.touches[:MOST_SHOWN],
        more_touches=max(0, len(trial.touches) - MOST_SHOWN),
        counted=_counted(trial, done=False),
        notice=notice,
        carried=[
            ("text", text),
            *([("update", "y")] if form.update.data else []),
            ("sha256", fingerprint(text)),
            ("mark", trial.mark),
        ],
    )


def _counted(trial: Trial, done: bool = True) -> str:
    """How much is new, changed and recorded, in a sentence."""
    new = sum(line.new and line.section != "acts" for line in trial.lines)
    changed = sum(not line.new for line in trial.lines)
    acts = sum(line.section == "acts" for line in trial.lines)
    said = [f"{new} new", f"{changed} changed", *([f"{acts} outcomes recorded"] if acts else [])]
    return f"{'Taken in' if done else 'It would bring'}: {', '.join(said)}."


def _may_add() -> bool:
    return person().holds("admin")
