"""My deadlines: everything that somebody is reminded of, and what they do not want to hear of for a while."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from web.forms.deadlines import SnoozeForm, days_offered, kinds_by_group
from web.forms.filters import cursor_of, href, place_word
from web.reading import looking, person, runtime, stop_looking
from workflow.clock import business_date
from workflow.errors import Refused, Unknown
from workflow.queries.deadlines import NO_DEADLINE, NOT_YOURS, Deadline, my_deadlines, one_deadline
from workflow.reminders.kinds import KINDS
from workflow.runtime import Looking
from workflow.use_cases import choosing
from workflow.use_cases.choosing import Chosen, Unfit

pages = Blueprint("deadlines", __name__)


@pages.get("/deadlines")
def index() -> str:
    """What one is reminded of, overdue first, each with when one hears of it next."""
    kind = request.args.get("kind") if request.args.get("kind") in KINDS else None
    cursor = cursor_of(request.args, first_is_day=True, length=2)
    with looking() as look:
        found = my_deadlines(look, person(), kind, cursor)
    said = {"kind": kind} if kind else {}
    page, path = found.page, url_for("deadlines.index")
    return render_template(
        "deadlines/index.html",
        found=found,
        rows=page.rows,
        kind=kind,
        groups=list(kinds_by_group(without=NO_DEADLINE)),
        earlier=href(path, {**said, "before": place_word(page.earlier)}) if page.earlier else None,
        later=href(path, {**said, "after": place_word(page.later)}) if page.later else None,
    )


@pages.route("/deadlines/<reminder>/snooze", methods=["GET", "POST"])
def snooze(reminder: str) -> Response:
    """Until when one does not want to hear of this."""
    with looking() as look:
        found = one_deadline(look, person(), reminder)
        if found is None:
            raise Unknown(NOT_YOURS)
        is_later = found.comes_at is not None and business_date(found.comes_at) > look.today
        form = _snooze_form(look, found)
    if form is None or request.method == "GET":
        return _snoozing(form, found, is_later, 200 if request.method == "GET" else Refused.status)
    if not form.validate():
        return _snoozing(form, found, is_later, Refused.status)
    try:
        done = _do("snooze", form.said(reminder))
    except Refused as err:
        form.problem(form.field_of(err.field) if isinstance(err, Unfit) else None, str(err))
        return _snoozing(form, found, is_later, err.status)
    flash(done.sentence, "success")
    return _to(url_for("deadlines.index"))


@pages.post("/deadlines/<reminder>/wake")
def wake(reminder: str) -> Response:
    """One wants to hear of it again."""
    done = _do("wake", choosing.Wake(reminder))
    flash(done.sentence, "success")
    return _to(url_for("deadlines.index"))


def _do(what: str, form: object) -> Chosen:
    who = person().id
    stop_looking()
    with runtime().doing(who) as do:
        done: Chosen = getattr(choosing, what)(do, form)
        return done


def _snooze_form(look: Looking, found: Deadline) -> SnoozeForm | None:
    """The days after the one on which they hear of it next; None where they do not."""
    if found.comes_at is None:
        return None
    form = SnoozeForm()
    comes_on = max(business_date(found.comes_at), look.today)
    form.offer(days_offered(look.calendar, look.today, comes_on), found.day, comes_on)
    return form


def _snoozing(form: SnoozeForm | None, found: Deadline, is_later: bool, status: int) -> Response:
    page = render_template("deadlines/snooze.html", form=form, found=found, is_later=is_later)
    return make_response(page, status)


def _to(address: str) -> Response:
    response = redirect(address, 303)
    assert isinstance(response, Response)
    return response
