"""The questions about an item in their order: when each applies, whether it is answered, what is shown beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import request, url_for

from routes.spec import WaitsForStep
from web.forms import creating as forms
from web.forms.base import Form
from web.forms.creating import Answers
from web.reading import person, reader
from web.routes_in_words import shown
from web.views.describing import Flow, Page, leads_something
from workflow.choices import forum_in_full, organisations_of, own_first, people_to_choose
from workflow.facts import Forum
from workflow.queries import setting_out
from workflow.queries.setting_out import RouteChoice
from workflow.runtime import Looking

MOST_RECOMMENDATIONS: Final = 100

Pairs = list[tuple[str, str]]


class WhatPage(Page):
    """What it is called, and what kind of matter it is."""

    name, heading = "what", "What is the item?"

    def answered(self, flow: Flow, look: Looking) -> bool:
        return bool(flow.answers.get("title") and flow.answers.get("type"))

    def build(self, flow: Flow, look: Looking) -> Form:
        form = forms.What()
        routes = setting_out.newest_routes(look)
        form.offer(setting_out.types(routes), others=any(not choice.route.types for choice in routes))
        if not form.is_submitted():
            form.fill(flow.answers)
        return form

    def take(self, form: Any, flow: Flow, look: Looking) -> Answers:
        return dict(form.take())


class WhosePage(Page):
    """Whose item it is, and who owns it."""

    name, heading = "whose", "Whose item is it?"

    def applies(self, flow: Flow, look: Looking) -> bool:
        return not flow.item or leads_something(person())

    def answered(self, flow: Flow, look: Looking) -> bool:
        known = look.known
        return flow.answers.get("organisation") in known.organisations and flow.answers.get("owner") in known.people

    def build(self, flow: Flow, look: Looking) -> Form:
        form = forms.Whose()
        organisations = sorted((found.id, found.name) for found in look.known.organisations.values())
        people = people_to_choose(look.known, look.known.people.values())
        form.offer(_by_words(organisations), people if leads_something(person()) else None)
        if not form.is_submitted():
            form.fill(flow.answers, person().id)
        return form

    def fits(self, form: Any, flow: Flow, look: Looking) -> bool:
        said = form.take(person().id)
        if said["owner"] == flow.answers.get("owner") and said["organisation"] == flow.answers.get("organisation"):
            return True
        if (said["owner"] == person().id and not flow.item) or person().holds("lead", said["organisation"]):
            return True
        name = look.known.organisations[said["organisation"]].name
        form.problem("owner", f"Only the lead of {name} may say that somebody else owns its item")
        return False

    def take(self, form: Any, flow: Flow, look: Looking) -> Answers:
        return dict(form.take(person().id))


class RoutePage(Page):
    """Which route it takes, each with its drawing."""

    name, template, heading = "route", "route", "Which route does it take?"

    def offered(self, flow: Flow, look: Looking) -> list[RouteChoice]:
        """The newest versions that suit its type, and the version that a draft has already."""
        kind = str(flow.answers.get("type", ""))
        found = setting_out.suited(setting_out.newest_routes(look), kind)
        own = flow.route(look)
        if flow.item and own and own not in found and setting_out.suited([own], kind):
            found.insert(0, own)
        return found

    def answered(self, flow: Flow, look: Looking) -> bool:
        return flow.answers.get("route") in {choice.name for choice in self.offered(flow, look)}

    def build(self, flow: Flow, look: Looking) -> Form:
        form = forms.WhichRoute()
        form.route.choices = [(one["name"], one["title"]) for one in _shown(look, self.offered(flow, look))]
        if not form.is_submitted():
            form.route.data = flow.answers.get("route")
        return form

    def take(self, form: Any, flow: Flow, look: Looking) -> Answers:
        chosen = setting_out.route_named(look, form.route.data).route
        names = {gap.name for gap in setting_out.gaps(chosen)}
        kept = {name: value for name, value in (flow.answers.get("forums") or {}).items() if name in names}
        return {"route": form.route.data, "forums": kept}

    def beside(self, flow: Flow, look: Looking) -> dict[str, Any]:
        return {"offered": _shown(look, self.offered(flow, look))}


class ForumsPage(Page):
    """Which forums, items and parties the route is to have."""

    name, heading = "forums", "Who deals with it?"

    def applies(self, flow: Flow, look: Looking) -> bool:
        chosen = flow.route(look)
        return chosen is not None and bool(setting_out.gaps(chosen.route) or setting_out.asks_parties(chosen.route))

    def answered(self, flow: Flow, look: Looking) -> bool:
        gaps, parties = self._offered(flow, look)
        known = flow.answers.get("forums") or {}
        filled = all(known.get(gap.name) in {value for value, _words in offered} for gap, offered in gaps)
        return filled and (parties is None or bool(flow.answers.get("parties")))

    def build(self, flow: Flow, look: Looking) -> Form:
        gaps, parties = self._offered(flow, look)
        form = forms.forums_form(gaps, parties)()
        if not form.is_submitted():
            known = flow.answers.get("forums") or {}
            for number, (gap, _offered) in enumerate(gaps, 1):
                form[f"name-{number}"].data = known.get(gap.name, "")
            if parties is not None:
                form["parties"].data = [party.get("forum") for party in flow.answers.get("parties") or ()]
        return form

    def fits(self, form: Any, flow: Flow, look: Looking) -> bool:
        if "parties" not in form:
            return True
        organisations = [look.known.world.forums[forum].organisation for forum in form["parties"].data]
        twice = next((one for one in organisations if organisations.count(one) > 1), None)
        if twice is None:
            return True
        form.problem("parties", f"Choose one forum of {look.known.organisations[twice].name}, not several")
        return False

    def take(self, form: Any, flow: Flow, look: Looking) -> Answers:
        gaps, parties = self._offered(flow, look)
        said: Answers = {"forums": {gap.name: form[f"name-{n}"].data for n, (gap, _offered) in enumerate(gaps, 1)}}
        if parties is not None:
            forums = look.known.world.forums
            said["parties"] = [{"organisation": forums[f].organisation, "forum": f} for f in form["parties"].data]
        return said

    def _offered(self, flow: Flow, look: Looking) -> tuple[list[tuple[setting_out.Gap, Pairs]], Pairs | None]:
        chosen = flow.route(look)
        if chosen is None:
            return [], None
        found = []
        for gap in setting_out.gaps(chosen.route):
            if gap.kind == "forum":
                found.append((gap, _forums(flow, look, setting_out.able_forums(look, gap.stages))))
            else:
                stages = [stage.gate.stage for stage in gap.stages if isinstance(stage.gate, WaitsForStep)]
                found.append((gap, setting_out.items_with(look, reader(), stages, flow.item)))
        asked = setting_out.asks_parties(chosen.route)
        return found, _forums(flow, look, setting_out.able_forums(look, asked)) if asked else None


class OpennessPage(Page):
    """Whether the public may know of it."""

    name, heading = "openness", "Is it open to the public?"

    def answered(self, flow: Flow, look: Looking) -> bool:
        return flow.answers.get("part") in ("I", "II")

    def build(self, flow: Flow, look: Looking) -> Form:
        form = forms.Openness()
        if not form.is_submitted():
            form.fill(flow.answers)
        return form

    def take(self, form: Any, flow: Flow, look: Looking) -> Answers:
        return dict(form.take())


class FactsPage(Page):
    """What it is about, as far as rules and its route depend on it."""

    name, heading = "facts", "What is it about?"

    def answered(self, flow: Flow, look: Looking) -> bool:
        chosen = flow.route(look)
        asked = {question.name for question in setting_out.questions(chosen.route)} if chosen else set()
        return "key_decision" in flow.answers and asked <= set(flow.answers.get("fields") or {})

    def build(self, flow: Flow, look: Looking) -> Form:
        questions = self._questions(flow, look)
        form = forms.questions_form(questions)()
        if not form.is_submitted():
            form.fill(flow.answers)
            forms.show_answered(form, questions, flow.answers)
        return form

    def take(self, form: Any, flow: Flow, look: Looking) -> Answers:
        return {**form.take(), "fields": forms.take_answered(form, self._questions(flow, look), flow.answers)}

    def _questions(self, flow: Flow, look: Looking) -> Sequence[setting_out.Question]:
        chosen = flow.route(look)
        return setting_out.questions(chosen.route) if chosen else ()


class RecommendationsPage(Page):
    """What the forums are asked to decide on."""

    name, template, heading = "recommendations", "recommendations", "What does the report recommend?"

    def answered(self, flow: Flow, look: Looking) -> bool:
        return len([text for text in flow.answers.get("recommendations") or () if text]) >= max(
            1, self._needed(flow, look)
        )

    def build(self, flow: Flow, look: Looking) -> Form:
        known = flow.answers.get("recommendations") or []
        count = max(len(known), self._needed(flow, look), 1)
        if request.method == "POST":
            sent = [name for name in request.form if name.startswith("recommendation-")]
            count = min(max(len(sent), count), MOST_RECOMMENDATIONS)
        form = forms.recommendations_form(count)()
        if not form.is_submitted():
            for number, text in enumerate(known, 1):
                form[f"recommendation-{number}"].data = text
        return form

    def fits(self, form: Any, flow: Flow, look: Looking) -> bool:
        written, needed = len(forms.recommendations_in(form)), self._needed(flow, look)
        if written >= max(1, needed):
            return True
        if needed > 1:
            form.problem(
                f"recommendation-{written + 1}", f"The route puts recommendation {needed}: write at least {needed}"
            )
        else:
            form.problem("recommendation-1", "Write at least one recommendation")
        return False

    def take(self, form: Any, flow: Flow, look: Looking) -> Answers:
        return {"recommendations": forms.recommendations_in(form)}

    def another(self, form: Any) -> Answers:
        """What stands there now, with room for one more."""
        form.validate()
        written = forms.recommendations_in(form)
        return {"recommendations": [*written, ""][:MOST_RECOMMENDATIONS]}

    def _needed(self, flow: Flow, look: Looking) -> int:
        chosen = flow.route(look)
        stages = chosen.route.stages if chosen else ()
        return max((number for stage in stages for number in stage.recommendations or ()), default=0)


PAGES: Final[tuple[Page, ...]] = (
    WhatPage(), WhosePage(), RoutePage(), ForumsPage(), OpennessPage(), FactsPage(), RecommendationsPage(),
)  # fmt: skip


def following(flow: Flow, look: Looking) -> str | None:
    """The first page that is not answered yet; None if nothing is missing."""
    return next((p.name for p in PAGES if p.applies(flow, look) and not p.answered(flow, look)), None)


def before(flow: Flow, look: Looking, page: str) -> str:
    """Where “Back” leads: to the page before, or to the answers once they are all there."""
    if flow.item or following(flow, look) is None:
        return flow.url()
    shown = [p.name for p in PAGES if p.applies(flow, look)]
    place = shown.index(page)
    return flow.url(shown[place - 1]) if place else url_for("creating.begin")


def _by_words(pairs: Sequence[tuple[str, str]]) -> Pairs:
    return sorted(pairs, key=lambda pair: pair[1].lower())


def _forums(flow: Flow, look: Looking, found: Sequence[Forum]) -> Pairs:
    """Those of the item's organisation and of one's own before the others."""
    own = {str(flow.answers.get("organisation")), *organisations_of(look.known, person())}
    return [(forum.id, forum_in_full(look.known, forum)) for forum in own_first(found, own)]


def _shown(look: Looking, offered: Sequence[RouteChoice]) -> list[dict[str, Any]]:
    """Routes with their drawings, and the same facts in words."""
    named = [setting_out.in_names(look, reader(), choice.route) for choice in offered]
    return shown(look.known, offered, named)
