"""What anybody may read without signing in."""

from __future__ import annotations

from flask import Blueprint, render_template

from web.reading import looking
from workflow.queries.publications import forum_plan as plan_of_forum
from workflow.queries.publications import organisation_plan as plan_of_organisation

pages = Blueprint("publications", __name__)


@pages.get("/forward-plan")
def plans() -> str:
    """The forward plans there are."""
    with looking() as look:
        known = look.known
        of_forums: dict[str, list[tuple[str, str]]] = {}
        for forum in sorted(known.world.forums.values(), key=lambda forum: forum.name.casefold()):
            of_forums.setdefault(forum.organisation, []).append((forum.id, forum.name))
        organisations = sorted(known.organisations.values(), key=lambda o: o.name.casefold())
    listed = [(o.id, o.name, of_forums[o.id]) for o in organisations if o.id in of_forums]
    return render_template("publications/forward_plans.html", organisations=listed)


@pages.get("/forward-plan/forums/<forum>")
def forum_plan(forum: str) -> str:
    """What a forum can be expected to decide."""
    with looking() as look:
        plan = plan_of_forum(look, forum)
    return render_template("publications/forward_plan.html", plan=plan, of_one_forum=True)


@pages.get("/forward-plan/organisations/<organisation>")
def organisation_plan(organisation: str) -> str:
    """What the forums of an organisation can be expected to decide."""
    with looking() as look:
        plan = plan_of_organisation(look, organisation)
    return render_template("publications/forward_plan.html", plan=plan, of_one_forum=False)


@pages.get("/accessibility")
def accessibility() -> str:
    """The accessibility statement."""
    return render_template("publications/accessibility.html")
