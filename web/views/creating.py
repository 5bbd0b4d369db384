"""Items begun and changed: one question after another, kept as a draft form until everything is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from web.acting import perform, tell
from web.forms import creating as forms
from web.forms.base import Form
from web.forms.creating import entry_of
from web.journey_map import Stop, as_sentences, journey_map
from web.journey_stops import not_begun
from web.reading import looking, person, reader
from web.views.answers_given import answers_in_words
from web.views.describing import NEW, Flow, Page
from web.views.item_pages import PAGES, RecommendationsPage, before, following
from workflow import drafts
from workflow.authority import Matter, why_not
from workflow.drafts import Discard
from workflow.errors import AlreadyDecided, NotPermitted, Refused, Unknown
from workflow.queries import setting_out
from workflow.queries.feasibility import Feasible, FeasibleStep, first_feasible
from workflow.queries.ready_by import answer
from workflow.runtime import Looking
from workflow.use_cases.creating import ChangeItem, CreateItem, change_item, create_item

pages = Blueprint("creating", __name__)


@pages.route("/items/new", methods=["GET", "POST"])
def begin() -> Response:
    """The first question, and what was begun before."""
    flow = Flow(None, {})
    with looking() as look:
        page = PAGES[0]
        form = page.build(flow, look)
        if form.is_submitted() and form.validate():
            flow.keep(page.take(form, flow, look))
            with looking() as now:
                return _to(flow.url(following(flow, now)))
        begun = drafts.of(look, person().id, NEW)
        return _page(page, form, flow, look, begun=begun, back=url_for("decisions.index"))


@pages.route("/items/new/<draft>/<page>", methods=["GET", "POST"])
def page(draft: str, page: str) -> Response:
    """One question about a new item."""
    return _question(_begun(draft), page)


@pages.route("/items/new/<draft>", methods=["GET", "POST"])
def check(draft: str) -> Response:
    """All answers, and when it could be done; sending them creates the item."""
    return _answers(_begun(draft), _create)


@pages.post("/items/new/<draft>/discard")
def discard(draft: str) -> Response:
    """What was begun is not wanted any more."""
    perform(drafts.discard, Discard(person().id, draft))
    flash("What you had begun is discarded.", "success")
    return _to(url_for("creating.begin"))


@pages.route("/items/<item>/edit", methods=["GET", "POST"])
def edit(item: str) -> Response:
    """A draft as it reads now, with what was changed in it and not kept yet."""
    return _answers(_changing(item), _change)


@pages.route("/items/<item>/edit/<page>", methods=["GET", "POST"])
def edit_page(item: str, page: str) -> Response:
    """One question about a draft."""
    return _question(_changing(item), page)


@pages.post("/items/<item>/edit/discard")
def discard_edit(item: str) -> Response:
    """The draft stays as it was."""
    flow = _changing(item)
    if flow.draft:
        perform(drafts.discard, Discard(person().id, flow.draft.id))
        flash("Your changes are discarded; the draft is as it was.", "success")
    return _to(url_for("items.show", item=item))


def _begun(draft: str) -> Flow:
    with looking() as look:
        found = drafts.find(look, person().id, draft)
        if found.form != NEW:
            raise Unknown("There is no such form that you have begun. Begin again.")
        return Flow(found, dict(found.answers))


def _changing(item: str) -> Flow:
    """The draft item as it is, or as somebody has begun to change it."""
    with looking() as look:
        facts = setting_out.at_hand(look, item)
        matter = Matter(item={"owner": facts.owner, "organisation": facts.organisation})
        if sentence := why_not(look.known, person().id, "change", matter):
            raise NotPermitted(sentence)
        if facts.state != "draft":
            raise Refused(f"{facts.title} has started: it keeps what it set out with. Its report can still be revised.")
        kept = next(iter(drafts.of(look, person().id, f"edit-item:{item}")), None)
        if kept is not None:
            return Flow(kept, dict(kept.answers), item, facts.seq)
        return Flow(None, {**forms.answers_from(facts.told), "seen": facts.seq}, item, facts.seq)


def _question(flow: Flow, name: str) -> Response:
    with looking() as look:
        page = next((p for p in PAGES if p.name == name and p.applies(flow, look)), None)
        if page is None:
            return _to(flow.url())
        form = page.build(flow, look)
        if isinstance(page, RecommendationsPage) and request.form.get("do") == "another":
            flow.keep(page.another(form))
            return _to(flow.url(name))
        if form.is_submitted() and form.validate() and page.fits(form, flow, look):
            flow.keep(page.take(form, flow, look))
            with looking() as now:
                return _to(flow.url(following(flow, now)))
        return _page(page, form, flow, look, back=before(flow, look, name))


def _page(page: Page, form: Form, flow: Flow, look: Looking, **more: Any) -> Response:
    status = Refused.status if form.is_submitted() else 200
    shown = render_template(
        f"creating/{page.template}.html", form=form, flow=flow, page=page, **page.beside(flow, look), **more
    )
    return make_response(shown, status)


def _answers(flow: Flow, send: Callable[[Flow], Response]) -> Response:
    """Check your answers: everything on one page, with the drawing and the first feasible dates."""
    with looking() as look:
        missing = following(flow, look)
        if missing is not None:
            return _to(flow.url(missing))
    status, sentence, first = 200, None, None
    if request.form.get("do") == "mine":  # having been told that somebody was first
        flow.keep({"seen": flow.seq})
        return _to(flow.url())
    if request.method == "POST":
        try:
            return send(flow)
        except (Refused, NotPermitted) as err:
            status, sentence = err.status, str(err)
        except AlreadyDecided as err:
            status, first = err.status, str(err)
    with looking() as look:
        tried = None
        try:
            tried = first_feasible(look, entry_of(flow.answers, flow.item), reader())
        except Refused as err:
            sentence = sentence or str(err)
        shown = render_template(
            "creating/check.html",
            flow=flow,
            rows=answers_in_words(flow, look, tried),
            recommendations=flow.answers["recommendations"],
            tried=tried,
            **_drawn(tried, flow),
            sentence=sentence,
            first=first,
            back=url_for("items.show", item=flow.item) if flow.item else url_for("creating.begin"),
        )
    return make_response(shown, status)


def _drawn(tried: Feasible | None, flow: Flow) -> dict[str, Any]:
    """The route as a map with the forums that were chosen, and in words."""
    if tried is None:
        return {}
    stops = [_stop(step) for step in tried.steps]
    title = f"The route of {flow.answers['title']}"
    return {
        "drawing": journey_map(stops, title, tried.plan.on),
        "in_words": as_sentences(stops, tried.plan.on),
        "names": {step.planned.step: step for step in tried.steps},
        "backwards_answer": answer(tried.backwards) if tried.backwards else None,
    }


def _stop(step: FeasibleStep) -> Stop:
    planned = step.planned
    return Stop(
        id=planned.step,
        name=step.name,
        ask=planned.ask,
        state=not_begun(planned.state),
        after=step.after,
        lane=step.lane,
        kind=step.kind,
        day=planned.meeting,
        basis=planned.basis,
        decisive=step.decisive,
        join=step.join,
    )


def _create(flow: Flow) -> Response:
    draft = flow.draft.id if flow.draft else None
    form = CreateItem(by=person().id, entry=entry_of(flow.answers))
    done, _plans = perform(drafts.sent(create_item, person().id, draft), form)
    tell(done.sentence, form.entry.part, "It is a draft. Start it when it is ready to set out.")
    return _to(url_for("items.show", item=done.item))


def _change(flow: Flow) -> Response:
    draft = flow.draft.id if flow.draft else None
    form = ChangeItem(by=person().id, entry=entry_of(flow.answers, flow.item))
    done, _plans = perform(drafts.sent(change_item, person().id, draft), form, flow.answers.get("seen"))
    tell(done.sentence, form.entry.part, "It is changed.")
    return _to(url_for("items.show", item=done.item))


def _to(address: str) -> Response:
    return make_response(redirect(address))
