"""For auditors and administrators: does the ledger hold, what was set up by whom, everything as one file."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from web.reading import looking, person, reader, runtime, stop_looking
from workflow.case_dump import dump
from workflow.errors import NotPermitted, Unknown
from workflow.ledger import INSTALLATION
from workflow.queries import auditing
from workflow.queries.administration import exempt_beyond
from workflow.queries.seeing import may_see_item
from workflow.queries.verify import verify as verified

pages = Blueprint("audit", __name__, url_prefix="/audit")

Shown = str | tuple[str, int]
MOST_FAULTS = 500

BY_COMMAND = "Whoever runs this installation can do it at the command line: decision-routes dump"


@pages.get("")
def index() -> Shown:
    """What can be looked into."""
    with looking():
        return render_template("audit/index.html", may_export=person().holds("admin"))


@pages.route("/verify", methods=["GET", "POST"])
def verify() -> Shown:
    """Check every chain, or that of one item, and that the rows follow from the events."""
    item = request.form.get("item", "").replace("\x00", "").strip()[:200]
    if request.method == "GET":
        with looking():
            return render_template("audit/verify.html", item="", verdict=None)
    try:
        if item:
            with looking() as look:
                if not may_see_item(look, reader(), item):
                    raise Unknown("There is no such item, or it is not for you to see. Check its id.")
        stop_looking()
        with runtime().inspecting() as inspected:
            verdict = verified(inspected, [item] if item else None, runtime().ledger_key)
    except Unknown as err:
        return render_template("audit/verify.html", item=item, verdict=None, problem=str(err)), 422
    with looking() as look:
        faults = auditing.as_readable(look, reader(), verdict)
        return render_template(
            "audit/verify.html", item=item, verdict=verdict, faults=faults[:MOST_FAULTS], found=len(faults)
        )


@pages.get("/installation")
def installation() -> Shown:
    """The events of the installation, or of one forum, in words."""
    with looking() as look:
        chain = auditing.chain(look, request.args.get("chain", INSTALLATION), _number("before"), _number("after"))
        forums = sorted(look.known.world.forums.values(), key=lambda f: (f.name.casefold(), f.id))
        return render_template("audit/installation.html", chain=chain, forums=forums)


@pages.get("/export")
def export() -> Shown:
    """Whether this person may take everything away as one file, and if not, why."""
    with looking() as look:
        return render_template("audit/export.html", beyond=exempt_beyond(look, reader()), by_command=BY_COMMAND)


@pages.get("/export/decisions.yaml")
def export_file() -> Response:
    """Everything as one case file, for whoever may see all of it."""
    with looking() as look:
        if exempt_beyond(look, reader()):
            raise NotPermitted(f"There are items in Part II that are not for you to see. {BY_COMMAND}.")
        text = dump(look.db)
    headers = {"Content-Disposition": 'attachment; filename="decisions.yaml"'}
    return Response(text, content_type="application/yaml; charset=utf-8", headers=headers)


def _number(name: str) -> int | None:
    said = request.args.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None
