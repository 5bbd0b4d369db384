"""What offered acts are called on a page, and where their forms are."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlencode

from web.words import ACTS
from workflow.queries.offers import Offer

#: Acts that have a page of their own instead of the common form.
_OWN_PAGE: Final = {"change": "edit", "revise": "reports"}


def href_of(item: str, offer: Offer) -> str:
    """The address of the form of an offered act."""
    at = f"/items/{quote(item)}"
    if offer.action in _OWN_PAGE:
        return f"{at}/{_OWN_PAGE[offer.action]}"
    if offer.step is None:
        about = f"?{urlencode({'number': offer.detail})}" if offer.detail else ""
        return f"{at}/acts/{offer.action}{about}"
    at = f"{at}/steps/{quote(offer.step, safe=':')}"
    if offer.action in ("record", "correct"):
        return f"{at}/{offer.action}"
    asked = {"clear": "area", "meet": "number"}.get(offer.action)
    about = f"?{urlencode({asked: offer.detail})}" if asked and offer.detail else ""
    return f"{at}/acts/{offer.action}{about}"


def called(offer: Offer) -> str:
    """What a link to an offered act says."""
    if offer.action == "change":
        return "Edit the draft"
    if offer.action == "clear":
        return f"{ACTS['clear']}: {offer.detail}"
    if offer.action == "meet":
        return f"Record that condition {offer.detail} is met"
    return ACTS[offer.action]
