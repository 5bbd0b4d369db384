"""One item: where it is, what happens next, when it will be done, what was said, what is owed, what happened."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, abort, render_template, request

from web import offers
from web.item_timetable import item_in_time, likely_of
from web.journey_map import Stop, as_sentences, journey_map
from web.journey_stops import not_begun
from web.odds_shown import odds_shown
from web.reading import looking, person, reader
from workflow.queries.item_page import ItemPage, history_page, item_page
from workflow.queries.item_reminders import next_reminder
from workflow.queries.item_rounds import StepView
from workflow.queries.offers import Offer
from workflow.queries.slips import dates_of

pages = Blueprint("items", __name__)


@pages.get("/items/<item>")
def show(item: str) -> str:
    """Everything about one item."""
    with looking() as look:
        page = item_page(look, reader(), person(), item)
        reminder = next_reminder(look, item)
        odds = odds_shown(page.uncertainty, look.known)
        dates = dates_of(look, item, {step.id: step.name for step in page.steps}, hidden=page.timeline.hidden)
    states = {step.id: _state(page, step) for step in page.steps}
    linked = _beside_rules(page)
    stops = [_stop(step, states[step.id], page.state == "in-progress") for step in page.steps]
    return render_template(
        "items/show.html",
        page=page,
        journey=journey_map(stops, f"The route of {page.title}", page.on),
        in_words=as_sentences(stops, page.on),
        stops=stops,
        states=states,
        **_acts(page.id, page.offers) | {"called": partial(_called, page)},
        of_step=_by_step(page, linked),
        others=[offer for offer in page.offers if not offer.possible and not offer.usual],
        names={step.id: step.name for step in page.steps},
        reminder=reminder,
        linked=linked,
        odds=odds,
        dates=dates,
        in_time=item_in_time(page, {step.id: f"#{step_anchor(step.id)}" for step in page.steps}, likely_of(page)),
    )


@pages.get("/items/<item>/history")
def history(item: str) -> str:
    """All that ever happened to one item, fifty events at a time, the newest first."""
    with looking() as look:
        page = history_page(look, reader(), person(), item, _before())
    return render_template("items/history.html", page=page, **_acts(page.id, page.offers))


def _before() -> int | None:
    """The event before which a page of the history begins, as its address says."""
    said = request.args.get("before")
    if said is None:
        return None
    if not said.isascii() or not said.isdigit() or len(said) > 9 or int(said) < 1:
        abort(404)
    return int(said)


def _acts(item: str, offered: tuple[Offer, ...]) -> dict[str, Any]:
    """How templates speak of offers, and those on the whole item."""
    return {
        "href_of": lambda offer: offers.href_of(item, offer),
        "called": offers.called,
        "of_item": [offer for offer in offered if offer.step is None and offer.action != "redact"],
        "primary": next((offer for offer in offered if offer.primary), None),
        "redactions": {int(offer.detail): offer for offer in offered if offer.action == "redact"},
    }


def _called(page: ItemPage, offer: Offer) -> str:
    """What a link to an offered act says; that a condition is met with what the condition asks."""
    words = offers.called(offer)
    if offer.action != "meet":
        return words
    asked = next(
        (one.text for one in page.conditions if (one.step, str(one.number)) == (offer.step, offer.detail)), None
    )
    return f"{words}: {asked}" if asked else words


def _beside_rules(page: ItemPage) -> set[tuple[str | None, str]]:
    """Steps and acts that are linked beside a rule that is missed, which says what they mean; not at the step too."""
    ways = {
        (told.clock.step, way.act)
        for told in page.clocks
        if told.clock.needs_somebody
        for way in told.ways
        if way.possible and way.act
    }
    rare = {(offer.step, offer.action) for offer in page.offers if offer.possible and not offer.usual}
    return ways & rare


def _by_step(page: ItemPage, linked: set[tuple[str | None, str]]) -> dict[str, list[Offer]]:
    found: dict[str, list[Offer]] = {step.id: [] for step in page.steps}
    for offer in page.offers:
        if offer.step is not None and (offer.step, offer.action) not in linked:
            found[offer.step].append(offer)
    return found


def _state(page: ItemPage, step: StepView) -> str:
    """A step's label, as far as its item is on its way."""
    if page.state == "draft":
        return not_begun(step.state)
    if page.state == "on-hold" and step.is_now and step.state == "ready":
        return "on-hold"
    return step.state


def _stop(step: StepView, state: str, on_its_way: bool) -> Stop:
    return Stop(
        id=step.id,
        name=step.name,
        ask=step.ask,
        state=state,
        after=step.after,
        lane=step.lane,
        kind=step.kind,
        day=step.day,
        basis=step.basis,
        outcome=step.outcome,
        here=step.is_now and on_its_way,
        decisive=step.decisive,
        join=step.join,
        href=f"#{step_anchor(step.id)}",
    )


def step_anchor(step: str) -> str:
    """The id of a step's place on the page."""
    return f"step-{step.replace(':', '-')}"


@pages.app_template_filter("step_anchor")
def _step_anchor(step: str) -> str:
    return step_anchor(step)


@pages.app_template_filter("lower_first")
def _lower_first(words: str) -> str:
    """As it stands within a sentence."""
    return words[:1].lower() + words[1:]
