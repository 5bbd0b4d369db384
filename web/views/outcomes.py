"""Recording what was resolved, correcting it, and what came of it."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from web.reading import looking, person, reader
from web.recording import DONE, Sheet, Turn, answers, sheet, to_send, turn
from web.rules_missed import missed_before
from workflow.queries.at_hand import step_at_hand
from workflow.queries.offers import offers
from workflow.queries.outcome_told import outcome_told

pages = Blueprint("outcomes", __name__)


@pages.route("/items/<item>/steps/<step>/record", methods=["GET", "POST"])
def record(item: str, step: str) -> Response:
    """What did they resolve? Filled in, checked, recorded."""
    return _played("record", item, step)


@pages.route("/items/<item>/steps/<step>/correct", methods=["GET", "POST"])
def correct(item: str, step: str) -> Response:
    """What was recorded wrongly is put right, and stays visible."""
    return _played("correct", item, step)


@pages.get("/items/<item>/steps/<step>/recorded/<int:number>")
def recorded(item: str, step: str, number: int) -> Response:
    """It is recorded: what happens next, and who has been told."""
    with looking() as look:
        found = step_at_hand(look, reader(), item, step)
        told = outcome_told(found, number)
        page = render_template("outcomes/recorded.html", step=found, told=told, meeting=_meeting())
    return make_response(page)


def _played(action: str, item: str, step: str) -> Response:
    found = turn(sheet(action, item, step))
    if not isinstance(found, Turn):
        return found
    meeting = _meeting()
    if found.page == DONE:
        response = redirect(url_for("outcomes.recorded", item=item, step=step, number=found.seq, meeting=meeting), 303)
        assert isinstance(response, Response)
        return response
    checks = found.page == "check"
    with looking():
        page = render_template(
            "outcomes/record.html",
            turn=found,
            heading=_heading(action, found, checks),
            answers=answers(found.sheet) if checks else (),
            sent=to_send(found) if checks else (),
            address=url_for(f"outcomes.{action}", item=item, step=step, meeting=meeting),
            back=url_for("meetings.record", meeting=meeting) if meeting else url_for("items.show", item=item),
            button="Record the correction" if action == "correct" else "Record the outcome",
            meeting=meeting,
            missed=missed_before(found.sheet.step, action),
            why_not=_why_not(found.sheet) if request.method == "GET" else None,
        )
    return make_response(page, found.status)


def _why_not(made: Sheet) -> str | None:
    """Why it would be refused today; another day may still do."""
    hand = made.step.hand
    every = offers(hand.look, hand.seen, hand.id, person(), hand.plan)
    return next((o.why_not for o in every if (o.action, o.step) == (made.action, made.step.id)), None)


def _heading(action: str, found: Turn, checks: bool) -> str:
    if checks:
        return "Check your answers before the correction is recorded" if action == "correct" else "Check your answers"
    if action == "correct":
        return f"Correct the outcome of {found.sheet.step.who}"
    if found.sheet.step.stage.kind == "individual":
        return f"Take the decision of {found.sheet.step.who}"
    return f"Record the outcome of {found.sheet.step.who}"


def _meeting() -> str | None:
    """The meeting that is being recorded, if that is where somebody came from."""
    wanted = request.args.get("meeting", "")
    with looking() as look:
        return wanted if wanted in look.known.meetings else None
