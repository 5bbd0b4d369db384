"""What if it went to other meetings? Two plans of one item side by side; one of them can be chosen."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from web.acting import perform, read, tell
from web.forms.base import number_seen
from web.forms.what_if import sent_on, what_if_form
from web.plans_compared import only_in, step_by_step, what_choosing_does, whole
from web.reading import looking, person, reader, stop_looking
from workflow.errors import AlreadyDecided, Refused
from workflow.queries.what_if import StepToTry, WhatIf, item_to_try
from workflow.use_cases import asked_meetings
from workflow.use_cases.acting import StepAct
from workflow.use_cases.choosing_plans import ChoosePlan, choose_plan

pages = Blueprint("what_if", __name__)


@pages.get("/items/<item>/what-if")
def show(item: str) -> Response:
    """The meetings to try, and both plans once some are chosen."""
    return _shown(item, request.args)


@pages.post("/items/<item>/what-if/choose")
def choose(item: str) -> Response:
    """The second plan is to be: steps are put on their meetings, or their forums are asked to."""
    wanted = {name[2:]: value for name, value in request.form.items() if name.startswith("b-") and value}
    said = {"item": item, "choices": wanted, "mark": request.form.get("mark", "")}
    try:
        done, _plans = perform(choose_plan, read(ChoosePlan, said), number_seen(request.form.get("seen")))
    except (AlreadyDecided, Refused) as err:
        stop_looking()
        return _shown(item, MultiDict(sent_on(wanted)), err)
    tell(done.sentence, done.part)
    for forum in done.unheard:
        flash(f"Nobody who keeps {forum} could be written to: tell them yourself.", "message")
    response = redirect(url_for("items.show", item=item), 303)
    assert isinstance(response, Response)
    return response


@pages.post("/items/<item>/what-if/asked/<step>/end")
def take_back(item: str, step: str) -> Response:
    """What a forum is asked for is declined, or withdrawn; then back to the item."""
    try:
        done, _plans = perform(asked_meetings.take_back, read(StepAct, {"item": item, "step": step}))
    except AlreadyDecided as err:
        flash(str(err), "message")
    else:
        tell(done.sentence, done.part)
        for who in done.unheard:
            flash(f"{who} could not be written to: tell them yourself.", "message")
    response = redirect(url_for("items.show", item=item), 303)
    assert isinstance(response, Response)
    return response


def _shown(item: str, asked: MultiDict[str, str], err: AlreadyDecided | Refused | None = None) -> Response:
    with looking() as look:
        found = item_to_try(look, reader(), person(), item)
        form = what_if_form(found.steps)(_as_asked(asked, found.steps), meta={"csrf": False})
        chosen = {}
        if asked and found.steps and form.validate():
            chosen = form.said("b")
            if chosen or form.said("a"):
                found = found.compared(form.said("a"), chosen)
            form.cannot_be("a", found.first.wrong)
            form.cannot_be("b", found.second.wrong)
    problems = form.problems if found.steps else []
    if err and str(err) in {one["text"] for one in problems}:
        err = None  # it is said at the field
    status = err.status if err else Refused.status if problems else 200
    page = render_template(
        "items/what_if.html",
        page=found,
        form=form,
        problems=problems,
        err=err,
        compared=bool(chosen or form.said("a")) and not problems,
        whole=whole(found),
        steps=step_by_step(found),
        threats=(only_in(found.first, found.second), only_in(found.second, found.first)),
        does=what_choosing_does(found),
        may_choose=_may_choose(found),
        sent_on=sent_on(chosen),
    )
    return make_response(page, status)


def _as_asked(asked: MultiDict[str, str], steps: tuple[StepToTry, ...]) -> MultiDict[str, str]:
    """The fields as the form has them: a day that is no meeting to choose goes where another day is written."""
    found: MultiDict[str, str] = MultiDict(asked.items(multi=True))
    for step in steps:
        value = asked.get(f"b-{step.id}", "")
        parts = value.split("-")
        if value not in {option.value for option in step.options} and [len(part) for part in parts] == [4, 2, 2]:
            found.setlist(f"bon-{step.id}", [part.lstrip("0") for part in parts[::-1]])
            found.poplist(f"b-{step.id}")
    return found


def _may_choose(found: WhatIf) -> bool:
    """Whether choosing the second plan would do anything, and is for this person."""
    ways = set((found.second.ways or {}).values())
    return not found.second.broken and "not-allowed" not in ways and bool(ways & {"bind", "ask"})
