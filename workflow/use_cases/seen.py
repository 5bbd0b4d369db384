"""Two people on one form: the second is told who was first and what they did, and nothing is half-done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import or_, select

from models.ledger import events
from workflow.doing import Doing
from workflow.errors import AlreadyDecided, day
from workflow.shelf import hand_over

DONE = {
    "recorded": "recorded “{outcome}”",
    "corrected": "corrected the outcome to “{outcome}”",
    "accepted": "accepted the outcome",
    "sent-back": "asked the forum again",
    "bound": "put it on a meeting",
    "unbound": "took it off its meeting",
    "put-on-agenda": "put it on the agenda",
    "notice-given": "recorded that notice was given",
    "private-notice-given": "recorded the notice of a private meeting",
    "private-notice-given-again": "recorded the second notice of a private meeting",
    "general-exception-noted": "recorded a general exception",
    "special-urgency-agreed": "recorded special urgency",
    "urgent-item-taken": "recorded that it is an urgent item",
    "decision-published": "recorded the publication of the decision",
    "documents-given": "recorded that members were given the documents",
    "submitted": "submitted the report",
    "revised": "revised the report",
    "gate-opened": "recorded that the check is done",
    "condition-met": "recorded that a condition is met",
    "called-in": "recorded a call-in",
    "upheld": "upheld the decision",
    "reconsidered": "had it put down to be decided again",
    "put-on-hold": "put the item on hold",
    "resumed": "resumed the item",
    "withdrawn": "withdrew the item",
    "started": "started the item",
}


def as_seen(run: Callable[[Doing, Any], Any], seen: int | None) -> Callable[[Doing, Any], Any]:
    """The same act, refused if somebody has acted on the step, or on the whole item, since its event `seen`."""

    def checked(do: Doing, form: Any) -> Any:
        item = getattr(form, "item", None)
        if seen is not None and item is not None:
            must_be_as_seen(do, item, getattr(form, "step", None), seen)
        return run(do, form)

    return checked


def must_be_as_seen(do: Doing, item: str, step: str | None, seen: int) -> None:
    """AlreadyDecided, saying who was first and what they did, unless nothing that matters here has happened since."""
    dossier = hand_over(do, item)
    if dossier.item["seq"] <= seen:
        return
    query = select(events).where(events.c.subject == dossier.subject, events.c.seq > seen)
    if step is not None:
        query = query.where(or_(events.c.step == step, events.c.step.is_(None)))
    first = do.db.execute(query.order_by(events.c.seq).limit(1)).mappings().one_or_none()
    if first is None:
        return
    name = first["on_behalf_of"] or first["actor"]
    who = do.known.people.get(name)
    done = _done(first["kind"], first["data"].get("act", {}))
    on = f" on {day(first['date'])}" if first["date"] else ""
    if name == do.actor:
        raise AlreadyDecided(
            f"You have already {done}{on}: it stands, and nothing was recorded twice. "
            "What you entered is kept below, in case it was something else."
        )
    raise AlreadyDecided(
        f"{who.name if who else name} {done}{on}, since you opened this page. Nothing of yours was recorded. "
        "What you entered is kept below: look at what has changed, then decide whether it is still needed."
    )


def _done(kind: str, act: Mapping[str, Any]) -> str:
    """What somebody did, with what they decided: a report that was returned was not cleared."""
    if kind == "cleared" and "cleared" in act:
        return f"{'cleared the report' if act['cleared'] else 'returned the report'} for {act['area']}"
    return DONE.get(kind, f"was first ({kind.replace('-', ' ')})").format(outcome=act.get("outcome", ""))
