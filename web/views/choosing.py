"""How one is reminded: at once or once a day, which kinds not, and who stands in while one is away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from web.forms.deadlines import MOST_PEOPLE, AwayForm, ChoicesForm
from web.reading import looking, person, runtime, stop_looking
from workflow.choices import people_to_choose
from workflow.doing import Doing
from workflow.errors import Refused
from workflow.reminders.choices import choices_of
from workflow.use_cases import choosing
from workflow.use_cases.choosing import Chosen, Unfit

pages = Blueprint("choosing", __name__)


@pages.route("/account/reminders", methods=["GET", "POST"])
def reminders() -> Response:
    """How one is reminded."""
    form = ChoicesForm()
    status = 200
    if request.method == "GET":
        with looking() as look:
            form.fill(choices_of(look.db, [person().id])[person().id])
    else:
        done, status = _tried(form, choosing.choose, form.said)
        if done is not None:
            return _to(url_for("choosing.reminders"))
    with looking() as look:
        now = choices_of(look.db, [person().id])[person().id]
        deputy = look.known.people.get(now.deputy or "")
        over = now.away_until is not None and now.away_until < look.today
        away_now = now.away_on(look.today)
    page = render_template(
        "deadlines/choices.html", form=form, now=now, deputy=None if over else deputy, away_now=away_now
    )
    return make_response(page, status)


@pages.route("/account/reminders/away", methods=["GET", "POST"])
def away() -> Response:
    """From when to when one is away, and who stands in."""
    form = AwayForm()
    status = 200
    with looking() as look:
        near, others = choosing.deputies(look.known, person())
        people = [*near, *others]
        many = len(people) > MOST_PEOPLE
        first, then = ([] if many else people_to_choose(look.known, some) for some in (near, others))
        form.offer(first, then, many)
        now = choices_of(look.db, [person().id])[person().id]
        if request.method == "GET" and now.away_until is not None and now.away_until >= look.today:
            form.away_from.data, form.away_until.data = now.away_from, now.away_until
            if not many:
                form.deputy.data = now.deputy
    if request.method == "POST":
        by_address = {str(one.email).lower(): one.id for one in people}
        done, status = _tried(form, choosing.away, lambda: form.said(by_address))
        if done is not None:
            return _to(url_for("choosing.reminders"))
    return make_response(render_template("deadlines/away.html", form=form), status)


@pages.post("/account/reminders/back")
def back() -> Response:
    """Nobody stands in any more."""
    who = person().id
    stop_looking()
    with runtime().doing(who) as do:
        flash(choosing.back(do).sentence, "success")
    return _to(url_for("choosing.reminders"))


def _tried(
    form: ChoicesForm | AwayForm, use_case: Callable[[Doing, Any], Chosen], said: Callable[[], Any]
) -> tuple[Chosen | None, int]:
    """Choose it; a refusal comes back to the form."""
    if not form.validate():
        return None, Refused.status
    who, wanted = person().id, said()
    stop_looking()
    try:
        with runtime().doing(who) as do:
            done = use_case(do, wanted)
    except Refused as err:
        form.problem(form.field_of(err.field) if isinstance(err, Unfit) else None, str(err))
        return None, err.status
    flash(done.sentence, "success")
    if done.warning:
        flash(done.warning, "message")
    return done, 200


def _to(address: str) -> Response:
    response = redirect(address, 303)
    assert isinstance(response, Response)
    return response
