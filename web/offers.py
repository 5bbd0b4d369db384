"""What offered acts are called on a page, and where their forms are."""

from __future__ import annotations

from flask import url_for

from web.words import ACTS
from workflow.queries.offers import Offer


def href_of(item: str, offer: Offer) -> str:
    """The address of the form of an offered act."""
    if offer.action == "change":
        return url_for("creating.edit", item=item)
    if offer.action == "revise":
        return url_for("reports.new", item=item)
    if offer.step is None:
        return url_for("acts.on_item", item=item, action=offer.action, number=offer.detail or None)
    if offer.action in ("record", "correct"):
        return url_for(f"outcomes.{offer.action}", item=item, step=offer.step)
    asked = {"clear": "area", "meet": "number"}.get(offer.action)
    said = {asked: offer.detail} if asked else {}
    return url_for("acts.on_step", item=item, step=offer.step, action=offer.action, **said)


def called(offer: Offer) -> str:
    """What a link to an offered act says."""
    if offer.action == "change":
        return "Edit the draft"
    if offer.action == "clear":
        return f"{ACTS['clear']}: {offer.detail}"
    if offer.action == "meet":
        return f"Record that condition {offer.detail} is met"
    return ACTS[offer.action]
