"""Who may call which page. A page without a rule is not served: the application refuses to start.

What a person may do there is decided by `workflow/authority.py`, and which items they may see by
`workflow/visibility.py`; this is the door in front of both.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from flask import Flask, Response, abort, redirect, request, url_for
from flask_login import current_user

from web.reading import looking, person, reader
from web.signing_in import signed_in_or_page
from workflow.errors import NotPermitted, Unknown
from workflow.queries.seeing import may_see_item


class Access(Enum):
    """Who may call a page."""

    ANYONE = "anyone"
    SIGNED_IN = "whoever is signed in"
    ITEM = "whoever may see the item"
    CREATING = "authors and leads"
    ADMINISTRATION = "administrators"
    AUDIT = "administrators and auditors"


#: Every endpoint. `item` in a page's address is checked against what the person may see before the page is called.
ACCESS: Final[dict[str, Access]] = {
    "static": Access.ANYONE,
    "health.health": Access.ANYONE,
    "health.metrics": Access.ANYONE,  # counts only, and only with the token or as an administrator
    "health.brand": Access.ANYONE,
    "publications.accessibility": Access.ANYONE,
    "publications.forum_plan": Access.ANYONE,
    "publications.organisation_plan": Access.ANYONE,
    "publications.plans": Access.ANYONE,
    "account.sign_in": Access.ANYONE,
    "account.invitation": Access.ANYONE,
    "account.reset_request": Access.ANYONE,
    "account.reset": Access.ANYONE,
    "account.sign_out": Access.SIGNED_IN,
    "account.sign_out_everywhere": Access.SIGNED_IN,
    "account.show": Access.SIGNED_IN,
    "account.change_password": Access.SIGNED_IN,
    "calendars.feed": Access.ANYONE,  # the address is the key: calendar programs cannot sign in
    "calendars.index": Access.SIGNED_IN,
    "calendars.remove": Access.SIGNED_IN,
    "calendars.of_forum": Access.SIGNED_IN,
    "calendars.of_item": Access.ITEM,
    "decisions.index": Access.SIGNED_IN,
    "decisions.csv": Access.SIGNED_IN,
    "items.show": Access.ITEM,
    "items.history": Access.ITEM,
    "ready_by.show": Access.ITEM,
    "slips.of_item": Access.ITEM,
    "what_if.show": Access.ITEM,
    "what_if.choose": Access.ITEM,
    "what_if.take_back": Access.ITEM,
    "slips.why": Access.SIGNED_IN,  # only items that one may see are counted
    "creating.begin": Access.CREATING,
    "creating.page": Access.CREATING,
    "creating.check": Access.CREATING,
    "creating.discard": Access.CREATING,
    "creating.edit": Access.ITEM,
    "creating.edit_page": Access.ITEM,
    "creating.discard_edit": Access.ITEM,
    "reports.index": Access.ITEM,
    "reports.version": Access.ITEM,
    "reports.download": Access.ITEM,
    "reports.new": Access.ITEM,
    "reports.files": Access.ITEM,
    "reports.check": Access.ITEM,
    "reports.discard": Access.ITEM,
    "outcomes.record": Access.ITEM,
    "outcomes.correct": Access.ITEM,
    "outcomes.recorded": Access.ITEM,
    "acts.on_step": Access.ITEM,
    "acts.on_item": Access.ITEM,
    "notices.show": Access.ITEM,  # only for who keeps the forum's record, or leads or owns the item
    "notices.text": Access.ITEM,
    "inbox.index": Access.SIGNED_IN,
    "meetings.record": Access.SIGNED_IN,  # who may record, add or move is for authority to say
    "meetings.record_together": Access.SIGNED_IN,
    "meetings.new": Access.SIGNED_IN,
    "meetings.move": Access.SIGNED_IN,
    "meetings.cancel": Access.SIGNED_IN,
    "meetings.held": Access.SIGNED_IN,
    "work.index": Access.SIGNED_IN,
    "choosing.reminders": Access.SIGNED_IN,  # one's own, whoever one is
    "choosing.away": Access.SIGNED_IN,
    "choosing.back": Access.SIGNED_IN,
    "deadlines.index": Access.SIGNED_IN,
    "deadlines.snooze": Access.SIGNED_IN,
    "deadlines.wake": Access.SIGNED_IN,
    "item_reminders.show": Access.ITEM,
    "forums.index": Access.SIGNED_IN,
    "forums.forum": Access.SIGNED_IN,
    "forums.meeting": Access.SIGNED_IN,
    "forums.coming": Access.SIGNED_IN,
    "timetable.portfolio": Access.SIGNED_IN,  # lists only what its reader may see
    "administration.index": Access.ADMINISTRATION,
    "administration.organisations": Access.ADMINISTRATION,
    "administration.new_organisation": Access.ADMINISTRATION,
    "administration.organisation": Access.ADMINISTRATION,
    "administration.forums": Access.ADMINISTRATION,
    "administration.new_forum": Access.ADMINISTRATION,
    "administration.forum": Access.ADMINISTRATION,
    "administration.calendar": Access.ADMINISTRATION,
    "administration.new_calendar_day": Access.ADMINISTRATION,
    "administration.calendar_day": Access.ADMINISTRATION,
    "administration.people": Access.ADMINISTRATION,
    "administration.new_person": Access.ADMINISTRATION,
    "administration.show_person": Access.ADMINISTRATION,
    "administration.change_person": Access.ADMINISTRATION,
    "administration.account": Access.ADMINISTRATION,
    "post.letters": Access.ADMINISTRATION,
    "post.letter": Access.ADMINISTRATION,
    "post.again": Access.ADMINISTRATION,
    "post.all_again": Access.ADMINISTRATION,
    "post.webhooks": Access.ADMINISTRATION,
    "post.new_webhook": Access.ADMINISTRATION,
    "post.webhook": Access.ADMINISTRATION,
    "routes.index": Access.SIGNED_IN,
    "routes.show": Access.SIGNED_IN,
    "routes.rules": Access.SIGNED_IN,
    "routes.show_rules": Access.SIGNED_IN,
    "routes.load": Access.ADMINISTRATION,
    "audit.index": Access.AUDIT,
    "audit.verify": Access.AUDIT,
    "audit.installation": Access.AUDIT,
    "audit.export": Access.ADMINISTRATION,
    "audit.export_file": Access.ADMINISTRATION,
}


def install(app: Flask) -> None:
    """Guard every page; to be called once all of them are there."""
    unruled = sorted({rule.endpoint for rule in app.url_map.iter_rules()} - set(ACCESS))
    if unruled:
        raise RuntimeError(f"pages without an access rule in web/access.py: {', '.join(unruled)}")
    app.before_request(guard)


def guard() -> Response | None:
    """Let the request in, send the person to sign in, or refuse."""
    if request.endpoint is None:
        return None  # no such page: the 404 comes by itself
    access = ACCESS[request.endpoint]
    if access is Access.ANYONE:
        return None
    if "\x00" in request.path:
        abort(404)  # in no id; PostgreSQL does not take it for text
    if not current_user.is_authenticated:
        if request.method == "GET":
            return redirect(url_for("account.sign_in", next=request.full_path.rstrip("?")))
        if (asked := signed_in_or_page()) is not None:
            return asked  # nothing that was typed is lost because the sign-in has ended
    if access is Access.ITEM:
        _must_see((request.view_args or {})["item"])
    elif access is Access.CREATING and not _holds("author", "lead"):
        raise NotPermitted("New items are for authors and governance leads. Ask one of them to begin it.")
    elif access is Access.ADMINISTRATION and not _holds("admin"):
        raise NotPermitted("This page is for administrators.")
    elif access is Access.AUDIT and not _holds("admin", "auditor"):
        raise NotPermitted("This page is for auditors and administrators.")
    return None


def _must_see(item: str) -> None:
    """An item that somebody may not see is answered exactly like one that is not there."""
    with looking() as look:
        if not may_see_item(look, reader(), item):
            raise Unknown("There is no such item, or it is not for you to see. Check the address.")


def _holds(*roles: str) -> bool:
    if not current_user.is_authenticated:
        abort(401)
    return any(role in roles for role, _scope in person().roles)
