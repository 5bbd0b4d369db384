"""When must what be ready: the last safe dates of an item for a wanted date, beside those that are planned."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from web.forms.ready_by import ReadyByForm
from web.reading import looking, reader
from workflow.backwards import Backwards
from workflow.errors import BeyondCalendar, Refused, Unknown
from workflow.queries.ready_by import ReadyBy, answer, item_ready_by

pages = Blueprint("ready_by", __name__)


@pages.get("/items/<item>/by")
def show(item: str) -> Response:
    """The question, and the answer once a date is named; the item's own target is where it begins."""
    with looking() as look:
        page = item_ready_by(look, reader(), item)
    form = ReadyByForm(request.args, meta={"csrf": False})
    form.offer([(one.id, f"{one.name}: {one.title}" if one.title else one.name) for one in page.steps if one.is_open])
    found = None if page.is_finished else _answered(page, form)
    names = {one.id: one for one in page.steps}
    said = answer(found, names[found.target_step].name if found.target_step else None) if found else None
    shown = render_template("items/by.html", page=page, form=form, found=found, answer=said, names=names)
    return make_response(shown, Refused.status if form.problems else 200)


def _answered(page: ReadyBy, form: ReadyByForm) -> Backwards | None:
    """What the address asks for; without a day in it, what the item's own target asks for."""
    if "by" in request.args:
        if not form.validate():
            return None
    else:
        target = page.plan.target
        if target is None or target < page.plan.on:
            return None
        form.by.data, form.by.raw_data = target, None  # as if it stood in the form to begin with
    try:
        return page.last_safe_dates(form.by.data, form.chosen_step())
    except (Refused, BeyondCalendar, Unknown) as err:
        form.refused(err)
        return None
