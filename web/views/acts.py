"""Every act that is not an outcome, each on a page of its own."""

from __future__ import annotations

import re
from typing import Final

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for

from web.acting import act, tell
from web.forms.acts import NAMES, PAGES, About, ActForm, ActPage
from web.forms.base import number_seen
from web.reading import looking, person, reader, stop_looking
from web.rules_missed import missed_before
from web.signing_in import fresh_password_or_page, local_path
from web.words import ACTS
from workflow.errors import AlreadyDecided, NotPermitted, Refused, Unknown, WorkflowError
from workflow.queries.at_hand import at_hand, step_at_hand
from workflow.queries.formalities import ACTS as FORMALITIES
from workflow.queries.offers import Offer, offers

pages = Blueprint("acts", __name__)

#: Where somebody may have come from to arrange a meeting, and goes back to.
_CAME_FROM: Final = re.compile(r"/(forum|meeting)s/[a-z0-9-]+")


@pages.route("/items/<item>/steps/<step>/acts/<action>", methods=["GET", "POST"])
def on_step(item: str, step: str, action: str) -> Response:
    """An act on one step."""
    if action in ("record", "correct"):
        return _to(url_for(f"outcomes.{action}", item=item, step=step))
    return _played(action, item, step)


@pages.route("/items/<item>/acts/<action>", methods=["GET", "POST"])
def on_item(item: str, action: str) -> Response:
    """An act on a whole item."""
    return _played(action, item, None)


def _played(action: str, item: str, step: str | None) -> Response:
    page = PAGES.get(action)
    if page is None or page.on_step != (step is not None):
        abort(404)
    about = _about(item, step)
    offer = _offer(about, action)
    form = page.form()
    form.fit(about)
    if request.method == "GET":
        form.begin(about)
        return _shown(about, action, page, form, why_not=offer.why_not if offer else None)
    if not form.validate():
        return _shown(about, action, page, form, Refused.status)
    if page.signs and (asked := fresh_password_or_page()) is not None:
        return asked
    return _done(about, action, page, form)


def _done(about: About, action: str, page: ActPage, form: ActForm) -> Response:
    item, step = about.hand.id, about.step.id if about.step else None
    where = {"item": item, "step": step} if step else {"item": item}
    seen = number_seen(form.seen.data)
    try:
        done, _plans = act(action, form.said() | where, seen)
    except AlreadyDecided as err:
        stop_looking()
        about = _about(item, step)
        form.seen.data = str(about.hand.seq)
        return _shown(about, action, page, form, err.status, conflict=str(err))
    except (NotPermitted, Unknown):
        raise
    except WorkflowError as err:
        form.refused(err, NAMES)
        stop_looking()
        return _shown(_about(item, step), action, page, form, err.status)
    part = about.hand.dossier.item["part"]
    address, name = _came_from(about)
    if name == "item":
        tell(done.sentence, part)
    else:
        tell(f"{about.hand.title}: {done.sentence}", part, "It is recorded for an item in Part II.")
    return _to(address)


def _came_from(about: About) -> tuple[str, str]:
    """The page that the act was begun on, and what it is called: a forum's, a meeting's, else the item's own."""
    wanted = local_path(about.asked.get("back")) or ""
    found = _CAME_FROM.fullmatch(wanted)
    return (wanted, found[1]) if found else (url_for("items.show", item=about.hand.id), "item")


def _about(item: str, step: str | None) -> About:
    with looking() as look:
        if step is None:
            return About(at_hand(look, reader(), item), None, request.args)
        found = step_at_hand(look, reader(), item, step)
        return About(found.hand, found, request.args)


def _offer(about: About, action: str) -> Offer | None:
    """What the person is offered of this act; NotPermitted, with who may do it, if it is not for them."""
    hand, step = about.hand, about.step.id if about.step else None
    mine = [
        offer
        for offer in offers(hand.look, hand.seen, hand.id, person(), hand.plan)
        if (offer.action, offer.step) == (action, step)
    ]
    wanted = about.asked.get("area") or about.asked.get("number") or ""
    found = next((offer for offer in mine if offer.detail == wanted), mine[0] if mine else None)
    if found is None and (why_not := _why_not(about, action)):
        raise NotPermitted(why_not)
    if found is None and action in FORMALITIES and about.step:
        return Offer(action, step, why_not=f"The rules of {about.step.who} do not ask for it here.")
    return found


def _why_not(about: About, action: str) -> str | None:
    row = about.step.row if about.step else None
    more = {}
    if action == "clear" and about.step:
        areas = about.step.stage.clearances
        if not areas:
            raise Refused(f"{about.step.who} needs no clearance of the report, so there is nothing to clear.")
        more["area"] = about.asked.get("area") or areas[0]
    if action == "meet" and about.step:
        recorded = about.step.recorded
        owners = [c.owner for c in about.step.conditions(recorded)] if recorded else []
        if not owners:
            raise Refused(f"The outcome of {about.step.who} has no condition, so there is none to be met.")
        more["condition_owner"] = owners[0]
    return about.hand.why_not(person().id, action, row, **more)


def _shown(
    about: About,
    action: str,
    page: ActPage,
    form: ActForm,
    status: int = 200,
    *,
    why_not: str | None = None,
    conflict: str | None = None,
) -> Response:
    where = {"item": about.hand.id, **({"step": about.step.id} if about.step else {})}
    asked = {name: value for name, value in about.asked.items() if name in ("area", "number", "meeting", "back")}
    shown = render_template(
        "acts/form.html",
        about=about,
        action=action,
        page=page,
        form=form,
        heading=ACTS[action],
        why_not=why_not,
        missed=missed_before(about.step, action),
        conflict=conflict,
        back=_came_from(about),
        address=url_for("acts.on_step" if about.step else "acts.on_item", action=action, **where, **asked),
        today=about.hand.look.today,
    )
    return make_response(shown, status)


def _to(address: str) -> Response:
    response = redirect(address, 303)
    assert isinstance(response, Response)
    return response
