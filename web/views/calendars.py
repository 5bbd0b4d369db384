"""Calendars that people follow in their own programs: private addresses, made, listed and taken away."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from web.forms.calendars import MakeCalendar
from web.reading import looking, person, reader, runtime, settings, stop_looking
from web.signing_in import fresh_password_or_page
from workflow.errors import Refused, Unavailable, Unknown
from workflow.known import Known, Person
from workflow.queries import calendars as queries
from workflow.queries.calendars import own_feeds
from workflow.reminders.told import NEUTRAL
from workflow.use_cases import feeds

pages = Blueprint("calendars", __name__)

CALENDAR: Final = "text/calendar"


@pages.get("/calendar/<token>.ics")
def feed(token: str) -> Response:
    """A calendar, for whoever has its address: that is what calendar programs can do. Nothing is said about wrong ones.

    There is no Last-Modified: what somebody may see changes without anything having happened to an entry.
    """
    with looking() as look:
        found, now = queries.holder(look, token), look.now
        if found is None:
            return Response("There is no calendar at this address.\n", 404, {"Cache-Control": "no-store"}, "text/plain")
        text = queries.calendar_of(look, found, settings().address, settings().name)
    stop_looking()
    with suppress(Unavailable):  # that it was read can be written down next time
        feeds.note_read(runtime(), found.name, found.last_read_at, now)
    answer = Response(text, mimetype=CALENDAR)
    answer.headers["Content-Disposition"] = 'inline; filename="decision-routes.ics"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.add_etag()
    return answer.make_conditional(request)


@pages.route("/account/calendars", methods=["GET", "POST"])
def index() -> Response:
    """One's calendars, and a form to make one."""
    form = MakeCalendar()
    with looking() as look:
        form.scope.choices = _choices(look.known, person())
    if request.method == "POST" and form.validate():
        return _made(str(form.scope.data), form)
    return _listed(form, Refused.status if form.is_submitted() else 200)


@pages.post("/account/calendars/<feed>/remove")
def remove(feed: str) -> Response:
    """An address does not work any more."""
    who = person().id
    stop_looking()
    with runtime().doing(who) as do:
        feeds.remove(do, who, feed)
    flash("The calendar is removed. Its address does not work any more.", "success")
    return _to(url_for("calendars.index"))


@pages.route("/forums/<forum>/calendar", methods=["GET", "POST"])
def of_forum(forum: str) -> Response:
    """Follow the meetings of a forum."""
    with looking() as look:
        if forum not in look.known.world.forums:
            raise Unknown(f"There is no forum {forum}. Check the address, or look for it among the forums.")
        name = look.known.forum_name(forum)
    if request.method == "POST":
        return _made(f"forum:{forum}")
    return _offered("forum", name, url_for("forums.forum", forum=forum))


@pages.route("/items/<item>/calendar", methods=["GET", "POST"])
def of_item(item: str) -> Response:
    """Follow one item."""
    if request.method == "POST":
        return _made(f"item:{item}")
    with looking() as look:
        title = queries.title_of(look, reader(), item)
    return _offered("item", title, url_for("items.show", item=item))


def _choices(known: Known, who: Person) -> list[tuple[str, str]]:
    """One's own days, and the forums one belongs to."""
    forums = {scope for role, scope in who.roles if role in ("secretary", "chair", "member")}
    named = sorted((known.forum_name(forum), forum) for forum in forums)
    return [(feeds.MINE, "My deadlines and meetings"), *((f"forum:{f}", f"Meetings of {name}") for name, f in named)]


def _made(scope: str, form: MakeCalendar | None = None) -> Response:
    """Make it and show its address, this once: it is in no redirect and in no cookie."""
    if (asked := fresh_password_or_page()) is not None:
        return asked
    who = person().id
    stop_looking()
    try:
        with runtime().doing(who) as do:
            token = feeds.make(do, who, scope)
    except Refused as err:
        form = form or MakeCalendar(formdata=None)
        with looking() as look:
            form.scope.choices = _choices(look.known, person())
        form.refused(err)
        return _listed(form, err.status)
    address = f"{settings().address}/calendar/{token}.ics"
    return make_response(render_template("calendars/made.html", address=address, exempt=NEUTRAL))


def _listed(form: MakeCalendar, status: int) -> Response:
    with looking() as look:
        found = own_feeds(look, person())
    return make_response(render_template("calendars/index.html", form=form, calendars=found), status)


def _offered(kind: str, name: str, back: str) -> Response:
    page = render_template("calendars/offer.html", kind=kind, name=name, back=back, exempt=NEUTRAL)
    return make_response(page)


def _to(address: str) -> Response:
    response = redirect(address, 303)
    assert isinstance(response, Response)
    return response
